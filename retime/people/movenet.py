"""MoveNet: the two networks' input and the decoding of their output maps into people.

MoveNet is a CenterNet (Zhou et al., "Objects as Points", 2019) on a MobileNetV2 with a feature
pyramid. Its maps have a quarter of the input's size ("cells"). A person is a peak in the centre
map; from there one map points roughly at each joint; the joint is the best cell of its heat map
near that point; a last map gives the place inside the cell. MultiPose decodes every peak, Thunder
the one nearest the middle of its crop. The published models decode inside the graph, for at most
six people; here it is done in numpy, with the same constants and for any number of people.

All functions work in continuous coordinates of the network's input, where (0, 0) is the *corner* of
the top-left pixel. Axes come as (y, x) from the networks and leave as (x, y).
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from retime.errors import InputError
from retime.lacking import lacked

STRIDE = 4
INPUT_MULTIPLE = 32
THUNDER_SIDE = 256
# Both networks place joints this far, in input pixels, to the upper left of where they are: half of
# what a picture's and its mirrored picture's joints are off, on real and rendered people.
OUTPUT_SHIFT = 0.3

# Which tensors of the published graphs are the output maps.
_SCOPE = "StatefulPartitionedCall/"
MULTIPOSE_OUTPUTS = {
    "centre": _SCOPE + "Sigmoid",
    "box_size": _SCOPE + "box_scale_0/conv2d_5/BiasAdd",
    "box_offset": _SCOPE + "box_offset_0/conv2d_6/BiasAdd",
    "joint_vector": _SCOPE + "kpt_regress_0/conv2d_8/BiasAdd",
    "joint_heat": _SCOPE + "Sigmoid_1",
    "joint_offset": _SCOPE + "kpt_offset_0/conv2d_9/BiasAdd",
}
THUNDER_OUTPUTS = {
    "centre": _SCOPE + "Sigmoid_1",
    "joint_vector": _SCOPE + "kpt_regress_0/conv2d_6/BiasAdd",
    "joint_heat": _SCOPE + "Sigmoid",
    "joint_offset": _SCOPE + "kpt_offset_0/conv2d_7/BiasAdd",
}

# Constants of the published MultiPose graph: squared width of the window around the rough joint, in
# cells, as a share of the maps' shorter side; and the score from which a joint counts as seen when
# the person's score is formed.
_WINDOW_SHARE = 0.3
_SEEN_SCORE = 0.127
# Constant of the published Thunder graph: heat is divided by the distance in cells plus this.
_DISTANCE_BIAS = 1.8


@dataclass(frozen=True)
class People:
    """Decoded people: keypoints ``[P, 17, 3]`` (x, y, score), boxes ``[P, 4]``, scores ``[P]``."""

    keypoints: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray


class Network:
    """A converted MoveNet; calling it runs an image through it."""

    def __init__(self, path: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        # Threads that spin while they wait double the time where cores are shared.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own exceptions share no public base class
            if lacked(error):
                raise
            raise InputError(
                f"{path}: not a readable model ({error}); delete it and run 'retime models fetch'"
            ) from error
        self._input = self._session.get_inputs()[0].name
        self._outputs = [output.name for output in self._session.get_outputs()]

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """Run an RGB image ``[H, W, 3]``, uint8; return the maps ``[H / 4, W / 4, C]`` by name."""
        results = self._session.run(None, {self._input: image[None].astype(np.int32)})
        return {name: value[0] for name, value in zip(self._outputs, results, strict=True)}


def fit(image: np.ndarray, long_side: int) -> tuple[np.ndarray, np.ndarray]:
    """Scale ``image`` so that its longer side is ``long_side``; pad right and bottom with black.

    The result's sides are multiples of 32. Also returns the scale (x, y): input over image pixels.
    """
    height, width = image.shape[:2]
    factor = long_side / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(image, size, interpolation=interpolation)
    bottom, right = (-size[1] % INPUT_MULTIPLE, -size[0] % INPUT_MULTIPLE)
    padded = cv2.copyMakeBorder(scaled, 0, bottom, 0, right, cv2.BORDER_CONSTANT)
    return padded, np.array([size[0] / width, size[1] / height])


def _peaks(centre: np.ndarray, minimum: float, most: int) -> np.ndarray:
    """Return the cells ``[K, 2]`` that are highest in their 5 x 5 neighbourhood, best first."""
    highest = cv2.dilate(centre, np.ones((5, 5), np.uint8))
    cells = np.argwhere((centre >= highest - 1e-6) & (centre >= minimum))
    order = np.argsort(-centre[tuple(cells.T)], kind="stable")
    return cells[order[:most]]


def _locate(weighted: np.ndarray, corner: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Return each joint's place ``[17, 2]`` (x, y): the best cell of ``weighted`` and its offset.

    ``weighted`` ``[h, w, 17]`` is a window of the maps whose first cell is ``corner`` (y, x).
    """
    best = weighted.reshape(-1, weighted.shape[-1]).argmax(axis=0)
    cells = np.stack(np.unravel_index(best, weighted.shape[:2]), axis=-1) + corner  # [17, 2]
    inside = offset[cells[:, 0], cells[:, 1], np.arange(len(cells))]
    return (cells + inside)[:, ::-1] * STRIDE + OUTPUT_SHIFT


def _squared_distance(low: np.ndarray, high: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return ``[h, w, 17]``: squared distance of the cells low..high - 1 from ``points`` (y, x)."""
    y = (np.arange(low[0], high[0])[:, None] - points[:, 0]) ** 2  # [h, 17]
    x = (np.arange(low[1], high[1])[:, None] - points[:, 1]) ** 2  # [w, 17]
    return y[:, None] + x[None]


def decode_people(maps: dict[str, np.ndarray], min_centre: float, most: int) -> People:
    """Decode MultiPose's maps into at most ``most`` people, best centre first.

    A joint's score is its heat weighted by this person's window around the rough joint. (The
    published graph takes the largest weight that any person gives to that cell, so that a joint
    taken from a neighbour gets the neighbour's high score; places are the same.) A person's score
    is the centre's times the mean score of the joints seen.
    """
    height, width, joints = maps["joint_heat"].shape
    offsets = maps["joint_offset"].reshape(height, width, joints, 2)
    keypoints, boxes, scores = [], [], []
    for cell in _peaks(maps["centre"][..., 0], min_centre, most):
        y, x = cell
        middle = cell + maps["box_offset"][y, x]
        half = np.maximum(maps["box_size"][y, x], 0) / 2
        low, high = (np.clip(middle + s * half, 0, [height, width]) for s in (-1, 1))
        # Cells belong to the box from its lower bound (inclusive) to its upper (exclusive).
        first, last = np.ceil(low).astype(int), np.ceil(high).astype(int)
        if (last <= first).any():
            continue
        rough = cell + maps["joint_vector"][y, x].reshape(joints, 2)
        squared = _squared_distance(first, last, rough)
        heat = maps["joint_heat"][first[0] : last[0], first[1] : last[1]]
        weighted = heat * np.exp(-squared / (_WINDOW_SHARE * min(height, width)))
        joint_scores = weighted.max(axis=(0, 1))
        places = _locate(weighted, first, offsets)
        seen = joint_scores > _SEEN_SCORE
        keypoints.append(np.concatenate([places, joint_scores[:, None]], axis=1))
        boxes.append(np.concatenate([low[::-1], high[::-1]]) * STRIDE)
        scores.append(maps["centre"][y, x, 0] * joint_scores[seen].mean() if seen.any() else 0.0)
    count = len(scores)
    return People(
        np.array(keypoints, np.float64).reshape(count, joints, 3),
        np.array(boxes, np.float64).reshape(count, 4),
        np.array(scores, np.float64),
    )


def _middle_weight(side: int) -> np.ndarray:
    """Return the weight ``[side, side]`` by which Thunder prefers a person in the middle."""
    axis = np.arange(side) - side / 2
    return 1 / (np.hypot(axis[:, None], axis[None]) + _DISTANCE_BIAS)


def decode_middle_person(maps: dict[str, np.ndarray]) -> np.ndarray:
    """Decode Thunder's maps into the keypoints ``[17, 3]`` of the person nearest the middle."""
    height, width, joints = maps["joint_heat"].shape
    centre = maps["centre"][..., 0] * _middle_weight(height)
    cell = np.array(np.unravel_index(centre.argmax(), centre.shape))
    rough = cell + maps["joint_vector"][tuple(cell)].reshape(joints, 2)
    distance = np.sqrt(_squared_distance(np.zeros(2, int), np.array([height, width]), rough))
    weighted = maps["joint_heat"] / (distance + _DISTANCE_BIAS)
    places = _locate(
        weighted, np.zeros(2, int), maps["joint_offset"].reshape(height, width, joints, 2)
    )
    best = weighted.reshape(-1, joints).argmax(axis=0)
    scores = maps["joint_heat"].reshape(-1, joints)[best, np.arange(joints)]
    return np.concatenate([places, scores[:, None]], axis=1)
