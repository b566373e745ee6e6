"""Training pairs for the keypoint-to-UV network, rendered from the baked body.

A pair is what the network will meet - a skeleton from imperfect keypoints - and what it should
answer: the UV of the true body. Pairs are a pure function of a seed and an index, so that a
training run can stop anywhere and go on with the very pairs it would have seen.
"""

from dataclasses import dataclass

import numpy as np

from retime.body.limbs import crop_joints
from retime.body.loose import sample_attachments
from retime.body.model import load_body
from retime.body.poses import FAMILY_SHARES, sample_drift, sample_pose
from retime.body.raster import rasterise_uv
from retime.body.skeleton import crop_square, draw_skeleton
from retime.body.viewpoint import sample_camera

OKS_SIGMAS = (
    np.array([26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89], np.float64)
    / 1000
)
"""COCO's per-keypoint standard deviations of human annotators, in units of sqrt(person area)."""

_SWAPS = (
    # Left and right of the whole body, arms, legs, and single joints.
    tuple((i, i + 1) for i in range(1, 17, 2)),
    ((5, 6), (7, 8), (9, 10)),
    ((11, 12), (13, 14), (15, 16)),
    ((7, 8),),
    ((9, 10),),
    ((13, 14),),
    ((15, 16),),
)
_SWAP_CHANCES = (0.15, 0.15, 0.3, 0.05, 0.1, 0.05, 0.2)
_LIMB_ENDS = ((5, 7, 9), (6, 8, 10), (11, 13, 15), (12, 14, 16), (0, 1, 2, 3, 4))


@dataclass(frozen=True)
class Pairs:
    """A batch of B pairs of one size."""

    skeletons: np.ndarray  # [B, S, S, 3] uint8 RGB
    joints: np.ndarray  # [B, 17, 3] float32 as of limbs.crop_joints
    parts: np.ndarray  # [B, S, S] uint8, 0..24
    uv: np.ndarray  # [B, S, S, 2] float32 in [0, 1]
    families: tuple[str, ...]  # [B]


def synthesise(
    seed: tuple[int, ...],
    count: int,
    size: int,
    errors: bool = True,
    family: str | None = None,
    loose: float = 0.0,
    jitter: bool = True,
) -> Pairs:
    """Render ``count`` random pairs.

    Args:
        seed: any integers; the same ones give the same pairs.
        count: number of pairs B.
        size: side S of the square images in pixels.
        errors: whether keypoints suffer a detector's errors, as in training.
        family: one of ``poses.FAMILIES``, or None to draw them by ``poses.FAMILY_SHARES``.
        loose: share of the people with loose hair or a skirt.
        jitter: whether crops of keypoints with errors are off by some per cent, as the first
            trainings and all held-out figures have it; crops of inference never are.
    """
    rng = np.random.default_rng(seed)
    pairs = [_pair(rng, size, errors, family, loose, jitter) for _ in range(count)]
    skeletons, joints, parts, uv, families = zip(*pairs, strict=True)
    return Pairs(*map(np.stack, (skeletons, joints, parts, uv)), families)


def _pair(
    rng: np.random.Generator,
    size: int,
    errors: bool,
    family: str | None,
    loose: float,
    jitter: bool,
):
    body = load_body()
    family = family or str(rng.choice(list(FAMILY_SHARES), p=list(FAMILY_SHARES.values())))
    shaped = body.shaped(body.sample_betas(rng))
    pose = sample_pose(rng, family)
    vertices = shaped.pose(pose)
    keypoints = body.keypoints(vertices)
    camera = sample_camera(rng, keypoints.mean(0), shaped.height)
    points = camera.project(vertices)
    keypoints = camera.project(keypoints)[:, :2]
    present = np.ones(17, bool)
    if errors:
        # About the root of the person's area: the box of the keypoints, which is too slim around
        # someone seen from the side.
        width, height = np.ptp(keypoints, axis=0)
        scale = float(np.sqrt(width * height + 0.04 * max(width, height) ** 2))
        if rng.uniform() < 0.12:
            drift = sample_drift(rng)
            moments = [{k: pose.get(k, 0) + sign * drift[k] for k in drift} for sign in (-1, 1)]
            ends = [camera.project(shaped.pose_keypoints(moment))[:, :2] for moment in moments]
            keypoints = interpolate_run(keypoints, 0.5 * (ends[0] + ends[1]), rng)
        keypoints, present = disturb(keypoints, scale, rng)
    centre, side = crop_square(keypoints, present)
    if errors:
        shift, zoom = rng.uniform(-0.04, 0.04, 2) * side, rng.uniform(0.88, 1.15)
        if jitter:
            centre, side = centre + shift, side * zoom
    # Pixel centres are integers: the square reaches from -1/2 to size - 1/2.
    to_pixels = size / side
    offset = 0.5 * (size - 1)
    points[:, :2] = (points[:, :2] - centre) * to_pixels + offset
    keypoints = (keypoints - centre) * to_pixels + offset
    surfaces = [(points, body.faces, body.parts, body.face_uv)]
    if loose and rng.uniform() < loose:
        transforms = shaped.transforms(pose)
        for worn in sample_attachments(shaped, rng):
            hanging = camera.project(worn.pose(transforms))
            hanging[:, :2] = (hanging[:, :2] - centre) * to_pixels + offset
            surfaces.append((hanging, worn.faces, worn.parts, worn.face_uv))
    part, uv = rasterise_uv(*_joined(surfaces), size, size)
    joints = crop_joints(keypoints, present, size)
    return draw_skeleton(keypoints, present, size), joints, part, uv, family


def _joined(surfaces):
    """One mesh of several: points, faces, parts and u, v, the faces counting on."""
    if len(surfaces) == 1:
        return surfaces[0]
    points, faces, parts, face_uv = zip(*surfaces, strict=True)
    first = np.cumsum([0, *(len(p) for p in points[:-1])])
    faces = [face + start for face, start in zip(faces, first, strict=True)]
    return tuple(map(np.concatenate, (points, faces, parts, face_uv)))


def interpolate_run(
    keypoints: np.ndarray, interpolated: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Replace one limb, half of the joints or all of them by interpolated positions. [17, 2]

    Tracks fill gaps linearly (section 4.5), so a joint may stand where the straight line between
    two moments passes rather than on the body.
    """
    kind = rng.integers(3)
    chosen = np.zeros(17, bool)
    if kind == 0:
        chosen[list(_LIMB_ENDS[rng.integers(len(_LIMB_ENDS))])] = True
    elif kind == 1:
        chosen = rng.uniform(size=17) < 0.5
    else:
        chosen[:] = True
    return np.where(chosen[:, None], interpolated, keypoints)


def disturb(
    keypoints: np.ndarray, scale: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Give keypoints the errors of a detector.

    Joint noise follows COCO's sigmas, a third of the people being seen almost exactly; a few
    joints stray further, a limb or some joints go missing, and left is taken for right.

    Args:
        keypoints: [17, 2], any unit.
        scale: square root of the person's area, in that unit.

    Returns:
        Keypoints [17, 2] and which are present [17] bool (at least one).
    """
    amount = rng.choice([0.1, 0.5, 1.0], p=[0.3, 0.45, 0.25]) * rng.uniform(0.3, 1)
    sigmas = OKS_SIGMAS * np.where(rng.uniform(size=17) < 0.03, 3.0, 1.0)
    keypoints = keypoints + rng.normal(size=(17, 2)) * (amount * scale * sigmas)[:, None]
    if rng.uniform() < 0.08:
        for left, right in _SWAPS[rng.choice(len(_SWAPS), p=_SWAP_CHANCES)]:
            keypoints[[left, right]] = keypoints[[right, left]]
    present = np.ones(17, bool)
    chance = rng.uniform()
    if chance < 0.08:
        limb = _LIMB_ENDS[rng.integers(len(_LIMB_ENDS))]
        # What is missing reaches to the limb's end, as where something hides it.
        present[list(limb[rng.integers(len(limb)) :])] = False
    elif chance < 0.2:
        present = rng.uniform(size=17) > rng.uniform(0.03, 0.25)
    if not present.any():
        present[:] = True
    return keypoints, present
