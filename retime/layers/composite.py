"""Porter-Duff ``over`` of layers with straight alpha (section 4.1, Eq. 2 and 9).

One operation for tensors, differentiable, in which the renderer is trained, and one for pictures,
compiled, with which frames are rendered. Each is tested against the other. Layer numbers start
at 1, because 0 is the background; an order lists them back to front.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from torch import Tensor


def over(layers: Tensor, order: Tensor, background: Tensor) -> Tensor:
    """Composite layers over a background (Eq. 2); differentiable in colours and alphas.

    Args:
        layers: [B, N, 4, H, W], straight colour in any affine range (0..1 or -1..1), then alpha
            in 0..1. N may be 0.
        order: int64 [B, N], a permutation of 1..N in each row, back to front.
        background: [B, 3, H, W], opaque, its colour in the range of the layers'.

    Returns:
        The composite, [B, 3, H, W].
    """
    frame = background
    for rgba in _rearranged(layers, order - 1).unbind(dim=1):  # [B, 4, H, W]
        frame = frame + rgba[:, 3:] * (rgba[:, :3] - frame)
    return frame


def transmittance(alpha: Tensor, order: Tensor) -> Tensor:
    """Return how much light passes through all layers in front of each layer (tau of Eq. 9).

    A layer's own alpha is no part of its transmittance: the front layer's is 1 everywhere.

    Args:
        alpha: [B, N, H, W] in 0..1, of layers 1..N.
        order: int64 [B, N], a permutation of 1..N in each row, back to front.

    Returns:
        [B, N + 1, H, W] in 0..1, indexed by layer number: the background's at index 0.
    """
    import torch  # here alone: rendering a video composes pictures and never loads torch

    clear = _rearranged(1 - alpha, order - 1)  # back to front
    passed = alpha.new_ones(alpha.shape[0], 1, *alpha.shape[2:])
    front_to_back = [passed]  # each [B, 1, H, W]
    for share in reversed(clear.unbind(dim=1)):
        passed = passed * share[:, None]
        front_to_back.append(passed)
    back_to_front = torch.cat(front_to_back[::-1], dim=1)  # [B, N + 1, H, W]
    place = torch.nn.functional.pad(order, (1, 0)).argsort(dim=1)  # with the background, 0, at 0
    return _rearranged(back_to_front, place)


def _rearranged(maps: Tensor, places: Tensor) -> Tensor:
    """Return what ``maps`` [B, N, ...] hold at ``places`` [B, N] of their second dimension.

    By whole maps: ``take_along_dim`` would look up every pixel for itself.
    """
    import torch

    first = torch.arange(len(maps), device=maps.device)[:, None] * maps.shape[1]
    return maps.flatten(0, 1).index_select(0, (first + places).flatten()).view_as(maps)


def over_pictures(
    background: np.ndarray,
    layers: Sequence[np.ndarray],
    order: Sequence[int] | None = None,
    opacity: Sequence[float] | None = None,
) -> np.ndarray:
    """Composite pictures of layers over a background picture (Eq. 2).

    Pictures are all uint8 with colour and alpha in 0..255, or all float32 with alpha in 0..1.
    Sums are kept in float32; uint8 results are rounded once, at the end, to the nearest, so that
    an opaque pixel is returned as it is.

    Args:
        background: [H, W, 3], opaque; it is not changed.
        layers: pictures [H, W, 4] with straight alpha, of layers 1, 2, ...
        order: layer numbers back to front (those left out are not drawn); none: as they come.
        opacity: factor 0..1 on the alpha of each of ``layers``; none: 1.

    Returns:
        The composite, [H, W, 3], of the background's dtype.
    """
    frame = background.astype(np.float32)
    full = np.float32(255 if background.dtype == np.uint8 else 1)
    for number in range(1, len(layers) + 1) if order is None else order:
        strength = 1.0 if opacity is None else opacity[number - 1]
        _blend(frame, layers[number - 1], np.float32(strength) / full)
    if background.dtype != np.uint8:
        return frame
    return (frame + np.float32(0.5)).astype(np.uint8)


@numba.njit(cache=True, nogil=True)
def _blend(frame: np.ndarray, rgba: np.ndarray, strength: np.float32) -> None:
    """Draw ``rgba`` [H, W, 4] over float32 ``frame`` [H, W, 3] in place."""
    for y in range(frame.shape[0]):
        for x in range(frame.shape[1]):
            if rgba[y, x, 3] == 0:
                continue
            alpha = np.float32(rgba[y, x, 3]) * strength
            for channel in range(3):
                below = frame[y, x, channel]
                frame[y, x, channel] = below + alpha * (np.float32(rgba[y, x, channel]) - below)
