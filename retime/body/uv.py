"""Keypoints of tracked people to full-body UV maps at working size (section 4.5 of the paper)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numba
import numpy as np
import torch

from retime.body.limbs import crop_joints
from retime.body.network import KeypointToUV, skeleton_tensor
from retime.body.skeleton import crop_square, draw_skeleton

CROP_SIZE = 128
"""Side of the network's input in pixels; what the shipped network was trained for last."""


@dataclass(frozen=True)
class _Crop:
    """A square of the working frame, seen by the network at its own size."""

    frame: int
    person: int
    skeleton: np.ndarray  # [S, S, 3] uint8
    joints: np.ndarray  # [17, 3] as of limbs.crop_joints
    left: float  # of the square's left edge, working pixels (edges lie half a pixel off centres)
    top: float
    side: float


def predict_uv(
    keypoints: np.ndarray,
    present: np.ndarray,
    source_size: tuple[int, int],
    working_size: tuple[int, int],
    network: KeypointToUV,
    batch: int = 16,
    crop_size: int = CROP_SIZE,
) -> Iterator[np.ndarray]:
    """UV map of every person in every frame, each whole, as if nobody stood in front.

    Every person is drawn as a skeleton in a square of their own, squares of different people and
    frames share the network's batches, and the answer is resampled into the frame. What lies
    outside of the frame is cut off after the network has seen the whole skeleton.

    Args:
        keypoints: [T, P, 17, 2] COCO-17 in source pixels; NaN where a joint is not known.
        present: [T, P] bool; people not present get an empty map.
        source_size, working_size: width and height of the video, and of the maps.
        network: from ``network.load_network``.
        batch: crops per run of the network.
        crop_size: side of the network's input, a multiple of 32.

    Yields:
        For each frame, [P, h, w, 3] uint8: part 0..24 (0 is none), and u, v as 0..255.
    """
    frames, people = present.shape
    width, height = working_size
    scale = np.array(working_size) / np.array(source_size)
    maps: dict[int, np.ndarray] = {}
    waiting: list[_Crop] = []
    done = 0
    for frame in range(frames):
        maps[frame] = np.zeros((people, height, width, 3), np.uint8)
        for person in np.flatnonzero(present[frame]):
            # Centres of pixels are integers at both sizes: edges, half a pixel off, coincide.
            points = (keypoints[frame, person] + 0.5) * scale - 0.5
            crop = _crop(frame, int(person), points, crop_size)
            if crop:
                waiting.append(crop)
        while len(waiting) >= batch:
            _answer(waiting[:batch], network, maps)
            waiting = waiting[batch:]
        ready = waiting[0].frame if waiting else frame + 1
        while done < ready:
            yield maps.pop(done)
            done += 1
    if waiting:
        _answer(waiting, network, maps)
    while done < frames:
        yield maps.pop(done)
        done += 1


def _crop(frame: int, person: int, points: np.ndarray, size: int) -> _Crop | None:
    """The person's square and skeleton; None if too few joints are known to place them."""
    known = np.isfinite(points).all(1)
    if known.sum() < 2 or np.ptp(points[known], axis=0).max() == 0:
        return None
    centre, side = crop_square(points, known)
    left, top = centre + 0.5 - side / 2
    inside = (points + 0.5 - (left, top)) * (size / side) - 0.5
    drawn, joints = draw_skeleton(inside, known, size), crop_joints(inside, known, size)
    return _Crop(frame, person, drawn, joints, left, top, side)


@torch.inference_mode()
def _answer(crops: list[_Crop], network: KeypointToUV, maps: dict[int, np.ndarray]) -> None:
    """Run the network on a batch of crops and paste each answer into its map."""
    skeletons = np.stack([crop.skeleton for crop in crops])
    joints = np.stack([crop.joints for crop in crops])
    logits, uv = network(skeleton_tensor(skeletons), torch.from_numpy(joints))
    chances = logits.softmax(1).permute(0, 2, 3, 1).contiguous().numpy()  # [B, S, S, 25]
    uv = uv.permute(0, 3, 4, 1, 2).contiguous().numpy()  # [B, S, S, 24, 2]
    for crop, chance, coordinates in zip(crops, chances, uv, strict=True):
        _paste(chance, coordinates, crop.left, crop.top, crop.side, maps[crop.frame][crop.person])


@numba.njit(cache=True)
def _paste(chances, uv, left, top, side, iuv):
    """Resample a crop's answer into the map [h, w, 3], pixel by pixel.

    The chances of the parts are interpolated, not their labels, so outlines stay smooth whatever
    the scale; where a pixel covers several of the crop's, over an even grid of points within it,
    or small people would flicker. u, v are those of the winning part alone: a neighbour counts as
    much as it is likely to show that part, for across a seam its u, v mean another place. Beyond
    the square is background.
    """
    size = chances.shape[0]
    labels = chances.shape[2]
    height, width = iuv.shape[:2]
    scale = size / side
    points = max(1, int(np.round(scale)))
    total = np.zeros(labels, np.float32)
    for y in range(max(0, int(top) - 1), min(height, int(top + side) + 2)):
        for x in range(max(0, int(left) - 1), min(width, int(left + side) + 2)):
            total[:] = 0
            for sub in range(points * points):
                v = (y + (sub // points + 0.5) / points - top) * scale - 0.5
                u = (x + (sub % points + 0.5) / points - left) * scale - 0.5
                row, column = int(np.floor(v)), int(np.floor(u))
                for i in range(2):
                    for j in range(2):
                        weight = np.float32((1 - abs(v - row - i)) * (1 - abs(u - column - j)))
                        if 0 <= row + i < size and 0 <= column + j < size:
                            for label in range(labels):
                                total[label] += weight * chances[row + i, column + j, label]
                        else:
                            total[0] += weight
            if total[0] >= 0.5 * points * points:  # as network.choose_parts decides
                continue
            part = np.argmax(total[1:]) + 1
            across, along, certainty = 0.0, 0.0, 0.0
            for sub in range(points * points):
                v = (y + (sub // points + 0.5) / points - top) * scale - 0.5
                u = (x + (sub % points + 0.5) / points - left) * scale - 0.5
                row, column = int(np.floor(v)), int(np.floor(u))
                for i in range(2):
                    for j in range(2):
                        if 0 <= row + i < size and 0 <= column + j < size:
                            weight = (
                                (1 - abs(v - row - i))
                                * (1 - abs(u - column - j))
                                * chances[row + i, column + j, part]
                            )
                            across += weight * uv[row + i, column + j, part - 1, 0]
                            along += weight * uv[row + i, column + j, part - 1, 1]
                            certainty += weight
            iuv[y, x, 0] = part
            iuv[y, x, 1] = np.uint8(min(max(across / certainty, 0.0), 1.0) * 255 + 0.5)
            iuv[y, x, 2] = np.uint8(min(max(along / certainty, 0.0), 1.0) * 255 + 0.5)
