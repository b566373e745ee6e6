"""Compositing in linear light: what mixes is light, as in a lens, not the numbers of a display.

Layers are made for display light, in which a layer's alpha times its colour explains the frame;
in linear light soft edges, fades and blends come out brighter, and whole pixels just the same.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from retime.layers.composite import over_pictures

STEPS = 65535


def _linear(display: np.ndarray) -> np.ndarray:
    """Undo the transfer function of sRGB (IEC 61966-2-1); 0..1."""
    return np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)


def _display(linear: np.ndarray) -> np.ndarray:
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


TO_LINEAR = _linear(np.arange(256) / 255).astype(np.float32)
TO_DISPLAY = (255 * _display(np.arange(STEPS + 1) / STEPS) + 0.5).astype(np.uint8)


def over_in_linear_light(
    background: np.ndarray, layers: Sequence[np.ndarray], opacity: Sequence[float]
) -> np.ndarray:
    """Composite as ``over_pictures``, but in linear light; uint8 pictures, back to front."""
    pictures = []
    for rgba in layers:
        linear = np.empty(rgba.shape, np.float32)
        linear[..., :3] = cv2.LUT(np.ascontiguousarray(rgba[..., :3]), TO_LINEAR)
        linear[..., 3] = rgba[..., 3] * np.float32(1 / 255)
        pictures.append(linear)
    ground = cv2.LUT(np.ascontiguousarray(background), TO_LINEAR)
    frame = over_pictures(ground, pictures, opacity=opacity)
    return TO_DISPLAY[(np.clip(frame, 0, 1) * STEPS + 0.5).astype(np.uint16)]
