"""Pictures of claims: small frames in rows, with captions."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from retime.atomic import replacing

GREY = 128
CAPTION = 14  # height of a caption, pixels
ENLARGED = 2  # each pixel of a frame, so that browsers do not blur it
COLOUR_STEP = 8  # colours are rounded to this, so that the pages' pictures stay small


def over_grey(rgba: np.ndarray) -> np.ndarray:
    """Lay straight-alpha pictures [..., 4] uint8 over grey, [..., 3] uint8."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return np.rint(rgba[..., :3] * alpha + GREY * (1 - alpha)).astype(np.uint8)


def matte(alpha: np.ndarray) -> np.ndarray:
    """Show mattes [T, h, w] in 0..1 as grey pictures, uint8 [T, h, w, 3]."""
    return np.repeat(np.rint(255 * alpha.clip(0, 1)).astype(np.uint8)[..., None], 3, -1)


def sheet(rows: Sequence[tuple[str, Sequence[np.ndarray]]]) -> np.ndarray:
    """Lay out rows of frames, each under its caption, uint8 RGB."""
    strips = [np.concatenate(list(frames), 1) for _, frames in rows]
    width = ENLARGED * max(strip.shape[1] for strip in strips)
    parts = []
    for (caption, _), strip in zip(rows, strips, strict=True):
        words = np.full((CAPTION, width, 3), 24, np.uint8)
        place, font = (3, CAPTION - 4), cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(words, caption, place, font, 0.36, (224, 224, 224), 1, cv2.LINE_AA)
        large = cv2.resize(strip, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_NEAREST)
        blank = np.full((large.shape[0], width - large.shape[1], 3), 24, np.uint8)
        parts += [words, np.concatenate([large, blank], 1)]
    return np.concatenate(parts)


def write_sheet(path: Path, rows: Sequence[tuple[str, Sequence[np.ndarray]]]) -> None:
    """Write rows of frames as a small PNG."""
    picture = sheet(rows) // COLOUR_STEP * COLOUR_STEP + COLOUR_STEP // 2
    with replacing(path) as partial:
        cv2.imwrite(str(partial), picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
