"""Detection of people in single frames: MoveNet MultiPose at several scales, refined by Thunder.

A small input finds large people whole, a large input finds small ones; duplicates are merged by
OKS. Thunder, run on a crop around each person, places the joints of small people better, but may
answer with a neighbour instead, so it counts only where it agrees with MultiPose.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from retime.people.model_store import ModelFiles
from retime.people.movenet import (
    THUNDER_SIDE,
    Network,
    People,
    decode_middle_person,
    decode_people,
    fit,
)
from retime.people.similarity import area_of_box, box_iou, joint_similarity, oks

MOST_PEOPLE = 20
# Two detections are one person from this OKS or this overlap of their boxes.
SAME_PERSON_OKS = 0.5
SAME_PERSON_IOU = 0.8
# Thunder's answer counts from this OKS with MultiPose's on (without the check, the mean OKS of an
# occluded person fell from 0.43 to 0.02), and of it only joints this similar to MultiPose's: where
# people overlap, Thunder gives one of them the arms or the face of the other.
REFINEMENT_OKS = 0.3
REFINEMENT_JOINT_SIMILARITY = 0.5
CROP_MARGIN = 1.25
# Joints below this score say nothing about where the person is.
TRUSTED_JOINT = 0.2
FEWEST_JOINTS = 4


def merge(people: People) -> People:
    """Drop people that repeat a better-scored one; the rest comes best first."""
    kept: list[int] = []
    areas = area_of_box(people.boxes)
    places = people.keypoints[..., :2]
    trusted = people.keypoints[..., 2] >= TRUSTED_JOINT
    for i in np.argsort(-people.scores, kind="stable"):
        others = np.array(kept, int)
        same = oks(
            places[i],
            places[others],
            np.maximum(areas[i], areas[others]),
            (trusted[i] & trusted[others]).astype(float),
        )
        overlap = box_iou(people.boxes[i], people.boxes[others])
        if not ((same >= SAME_PERSON_OKS) | (overlap >= SAME_PERSON_IOU)).any():
            kept.append(int(i))
    return _select(people, np.array(kept, int))


def _select(people: People, which: np.ndarray) -> People:
    return People(people.keypoints[which], people.boxes[which], people.scores[which])


def crop_square(image: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Cut the square around ``box`` (with margin) and scale it to Thunder's input.

    Returns the crop ``[256, 256, 3]`` (black beyond the picture), its corner (x, y) in the image
    and the scale, crop over image pixels; the crop's corners lie on whole image pixels.
    """
    side = max(8, round(float(max(box[2] - box[0], box[3] - box[1])) * CROP_MARGIN))
    x, y = (round(float(box[a] + box[a + 2] - side) / 2) for a in (0, 1))
    height, width = image.shape[:2]
    square = np.zeros((side, side, 3), np.uint8)
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
    if x1 > x0 and y1 > y0:
        square[y0 - y : y1 - y, x0 - x : x1 - x] = image[y0:y1, x0:x1]
    interpolation = cv2.INTER_AREA if side > THUNDER_SIDE else cv2.INTER_LINEAR
    crop = cv2.resize(square, (THUNDER_SIDE, THUNDER_SIDE), interpolation=interpolation)
    return crop, np.array([x, y]), THUNDER_SIDE / side


class Detector:
    """Finds people in RGB frames."""

    def __init__(
        self,
        models: ModelFiles,
        *,
        long_sides: Sequence[int] = (256, 512),
        min_score: float = 0.15,
        refine: bool = True,
        threads: int = 1,
    ) -> None:
        cv2.setNumThreads(threads)
        self._multipose = Network(models.multipose, threads)
        self._thunder = Network(models.thunder, threads) if refine else None
        self._long_sides, self._min_score = tuple(long_sides), min_score

    def __call__(self, image: np.ndarray) -> People:
        """Find the people in ``image``, RGB uint8 ``[H, W, 3]``, best score first.

        Keypoints and boxes are in pixels of the image, (0, 0) the centre of its top-left pixel.
        """
        candidates = merge(self._candidates(image))
        if self._thunder is not None:
            candidates = merge(self._refine(image, candidates))
        # So far (0, 0) was the corner of the top-left pixel.
        candidates.keypoints[..., :2] -= 0.5
        return People(candidates.keypoints, candidates.boxes - 0.5, candidates.scores)

    def _candidates(self, image: np.ndarray) -> People:
        """Run MultiPose at each scale; drop weak people, and fit boxes to the joints."""
        found = []
        for long_side in self._long_sides:
            fitted, scale = fit(image, long_side)
            # A person's score never exceeds the centre's.
            people = decode_people(self._multipose(fitted), self._min_score, MOST_PEOPLE)
            people.keypoints[..., :2] /= scale
            found.append(People(people.keypoints, people.boxes / np.tile(scale, 2), people.scores))
        keypoints, boxes, scores = (
            np.concatenate([getattr(people, name) for people in found])
            for name in ("keypoints", "boxes", "scores")
        )
        trusted = keypoints[..., 2] >= TRUSTED_JOINT
        strong = (scores >= self._min_score) & (trusted.sum(axis=1) >= FEWEST_JOINTS)
        low = np.where(trusted[..., None], keypoints[..., :2], np.inf).min(axis=1)
        high = np.where(trusted[..., None], keypoints[..., :2], -np.inf).max(axis=1)
        hull = np.concatenate([np.minimum(boxes[:, :2], low), np.maximum(boxes[:, 2:], high)], 1)
        return _select(People(keypoints, hull, scores), np.flatnonzero(strong))

    def _refine(self, image: np.ndarray, people: People) -> People:
        """Move each person's joints towards Thunder's, where they agree well enough."""
        keypoints = people.keypoints.copy()
        multipose_scale = max(self._long_sides) / max(image.shape[:2])
        for i, (coarse, box) in enumerate(zip(people.keypoints, people.boxes, strict=True)):
            crop, corner, scale = crop_square(image, box)
            fine = decode_middle_person(self._thunder(crop))
            fine[:, :2] = fine[:, :2] / scale + corner
            # The network that saw the person larger is the more exact.
            share = scale / (scale + multipose_scale)
            keypoints[i] = blend(coarse, fine, area_of_box(box), share)
        return People(keypoints, people.boxes, people.scores)


def blend(coarse: np.ndarray, fine: np.ndarray, area: float, share: float) -> np.ndarray:
    """Return the joints ``[17, 3]`` of a person from two answers: ``share`` is the second's.

    Joints on which the answers differ stay as in the first; so do all, where the poses differ.
    """
    trusted = (coarse[:, 2] >= TRUSTED_JOINT) & (fine[:, 2] >= TRUSTED_JOINT)
    places = coarse[:, :2], fine[:, :2]
    if trusted.sum() < FEWEST_JOINTS or oks(*places, area, trusted.astype(float)) < REFINEMENT_OKS:
        return coarse
    agreed = joint_similarity(*places, area) >= REFINEMENT_JOINT_SIMILARITY
    weight = np.where(agreed, share, 0.0)[:, None]
    return (1 - weight) * coarse + weight * fine
