"""Where each pixel lies in relation to each limb: the skeleton drawn once more, as smooth fields.

A drawing shows one limb per pixel, the topmost, and only on its line. These fields keep every
limb apart and reach as far as flesh does, so that the network need not find out by convolution how
far along which bone a pixel lies and on which side of it.
"""

import numpy as np
import torch

from retime.body.skeleton import LEFT_SHOULDER, LIMBS, RIGHT_SHOULDER

REACH = 0.12
"""Distance over which a limb's nearness falls by e, in halves of the crop's side."""
FIELDS = 3 * len(LIMBS)
_STARTS = torch.tensor([start for start, _ in LIMBS])
_ENDS = torch.tensor([end for _, end in LIMBS])


def crop_joints(keypoints: np.ndarray, present: np.ndarray, size: int) -> np.ndarray:
    """Joints in the units of a square crop.

    Args:
        keypoints: [17, 2] COCO-17 in pixels of the square; ``present`` [17] says which count.
        size: side of the square in pixels.

    Returns:
        [17, 3] float32: x and y, from -1 at the crop's left or top edge to 1 at the other, and 1;
        zeros where a joint is missing.
    """
    places = (np.nan_to_num(keypoints) + 0.5) / size * 2 - 1
    joints = np.column_stack([places, np.ones(len(places))])
    return np.where(np.asarray(present, bool)[:, None], joints, 0).astype(np.float32)


def limb_fields(joints: torch.Tensor, size: int) -> torch.Tensor:
    """Draw every limb of :data:`skeleton.LIMBS` as three fields.

    The fields of a limb are its nearness n, exp(-distance / REACH), which is 0 if an end is
    missing; n times the place along it, -1 at its start to 1 at its end; and n times the signed
    distance from its line, in REACH, cut at 2.

    Args:
        joints: [B, 17, 3] from :func:`crop_joints`.
        size: side S of the square in pixels.

    Returns:
        [B, 51, S, S] float32, channels last in memory.
    """
    neck = 0.5 * (joints[:, LEFT_SHOULDER] + joints[:, RIGHT_SHOULDER])
    neck[:, 2] = joints[:, LEFT_SHOULDER, 2] * joints[:, RIGHT_SHOULDER, 2]
    points = torch.cat([joints, neck[:, None]], dim=1)  # [B, 18, 3]
    start, end = points[:, _STARTS, :2], points[:, _ENDS, :2]  # [B, L, 2]
    drawn = points[:, _STARTS, 2] * points[:, _ENDS, 2]
    bone = end - start
    square = bone.square().sum(-1).clamp(min=1e-6)
    length = square.sqrt()
    across = torch.stack([-bone[..., 1], bone[..., 0]], dim=1) / length[:, None]  # [B, 2, L]

    centres = (2 * torch.arange(size) + 1) / size - 1
    grid = torch.stack(torch.meshgrid(centres, centres, indexing="xy"), dim=-1).view(-1, 2)
    along = (grid @ bone.mT - (start * bone).sum(-1)[:, None]) / square[:, None]  # [B, S * S, L]
    aside = grid @ across - (start * across.mT).sum(-1)[:, None]
    place = along.clamp(0, 1)
    beyond = (along - place) * length[:, None]
    near = torch.exp(-(aside.square() + beyond.square()).sqrt() / REACH) * drawn[:, None]
    fields = torch.cat([near, near * (2 * place - 1), near * (aside / REACH).clamp(-2, 2)], dim=-1)
    return fields.unflatten(1, (size, size)).permute(0, 3, 1, 2)
