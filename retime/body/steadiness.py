"""How steady UV maps are while a person hardly moves.

The layered renderer samples textures through the maps, and trimaps are grown from them: a part
that changes from frame to frame, or an outline that jumps, is seen in the result. Between two
frames of a slow motion parts of the true body change at few pixels; what changes beyond is flicker.
"""

from dataclasses import dataclass

import numpy as np

from retime.body.evaluation import STEADY_STREAM
from retime.body.model import load_body
from retime.body.network import KeypointToUV
from retime.body.poses import ANGLES, FAMILIES, sample_pose
from retime.body.raster import rasterise_uv
from retime.body.skeleton import crop_square
from retime.body.synthesis import OKS_SIGMAS
from retime.body.uv import predict_uv
from retime.body.viewpoint import sample_camera

SIZE = 160
"""Side of the pictures in pixels; a person fills about two thirds."""


@dataclass(frozen=True)
class SlowMotion:
    """Somebody who moves slowly, T frames."""

    keypoints: np.ndarray  # [T, 17, 2] pixels
    iuv: np.ndarray  # [T, S, S, 3] uint8


def slow_motion(seed: int, number: int, frames: int = 6, jitter: float = 0.0) -> SlowMotion:
    """Draw a person who turns every joint by about a degree a frame.

    Args:
        seed, number: which motion; families take turns.
        jitter: noise of the keypoints, in COCO's per-keypoint sigmas.
    """
    rng = np.random.default_rng((seed, STEADY_STREAM, number))
    body = load_body()
    shaped = body.shaped(body.sample_betas(rng))
    pose = sample_pose(rng, list(FAMILIES)[number % len(FAMILIES)])
    speed = {name: rng.normal(0, 0.02) for name in ANGLES}
    camera, placed = None, []
    for frame in range(frames):
        vertices = shaped.pose({k: pose.get(k, 0.0) + frame * speed[k] for k in ANGLES})
        keypoints = body.keypoints(vertices)
        camera = camera or sample_camera(rng, keypoints.mean(0), shaped.height)
        placed.append((camera.project(vertices), camera.project(keypoints)[:, :2]))
    centre, side = crop_square(placed[0][1], np.ones(17, bool))
    scale, middle = SIZE / side, 0.5 * (SIZE - 1)
    keypoints, iuv = [], []
    for points, joints in placed:
        points[:, :2] = (points[:, :2] - centre) * scale + middle
        part, uv = rasterise_uv(points, body.faces, body.parts, body.face_uv, SIZE, SIZE)
        bytes_ = np.rint(255 * uv).astype(np.uint8)
        iuv.append(np.concatenate([part[..., None], bytes_], axis=-1))
        keypoints.append((joints - centre) * scale + middle)
    keypoints = np.array(keypoints)
    area = np.sqrt(np.prod(np.ptp(keypoints[0], axis=0)) + 0.04 * np.ptp(keypoints[0]) ** 2)
    noise = rng.normal(size=keypoints.shape) * (jitter * area * OKS_SIGMAS)[:, None]
    return SlowMotion(keypoints + noise, np.array(iuv))


def changes(iuv: np.ndarray) -> tuple[float, float]:
    """How much maps [T, h, w, 3] of one person change between consecutive frames.

    Returns:
        The share of body pixels, of those in both frames, whose part changes; and the pixels where
        the body comes or goes, as a share of the body.
    """
    body, part = iuv[..., 0] > 0, iuv[..., 0]
    both = body[1:] & body[:-1]
    parts = ((part[1:] != part[:-1]) & both).sum() / max(1, both.sum())
    return float(parts), float((body[1:] != body[:-1]).sum() / max(1, body[1:].sum()))


def measure_steadiness(
    network: KeypointToUV, motions: int = 44, jitter: float = 0.0, seed: int = 0
) -> dict[str, float]:
    """Compare how much predicted and true maps change over slow motions.

    Returns:
        ``part_changes`` and ``outline_changes`` as of :func:`changes`, mean over the motions, and
        the same of the truth as ``true_part_changes`` and ``true_outline_changes``.
    """
    rows = []
    for number in range(motions):
        motion = slow_motion(seed, number, jitter=jitter)
        present = np.ones((len(motion.keypoints), 1), bool)
        sizes = (SIZE, SIZE), (SIZE, SIZE)
        maps = predict_uv(motion.keypoints[:, None], present, *sizes, network)
        rows.append((*changes(np.stack([iuv[0] for iuv in maps])), *changes(motion.iuv)))
    names = ("part_changes", "outline_changes", "true_part_changes", "true_outline_changes")
    return dict(zip(names, np.mean(rows, axis=0).tolist(), strict=True))
