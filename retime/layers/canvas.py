"""The plane on which the background is a picture, and how frames see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from retime.layers.ground import Laid

if TYPE_CHECKING:
    from torch import Tensor


def scaling(source: tuple[int, int], target: tuple[int, int]) -> np.ndarray:
    """Return the matrix [3, 3] from pixels of a picture to those of its resized copy.

    Pixel centres lie at whole numbers, so x maps to (x + 1/2) s - 1/2.

    Args:
        source: width and height before.
        target: width and height after.
    """
    sx, sy = target[0] / source[0], target[1] / source[1]
    return np.array([[sx, 0, sx / 2 - 0.5], [0, sy, sy / 2 - 0.5], [0, 0, 1]])


@dataclass(frozen=True)
class CanvasPlane:
    """The canvas at the scale of frames of some size, and how those frames lie in it."""

    size: tuple[int, int]  # width, height in canvas pixels
    homographies: np.ndarray  # [T, 3, 3], frame pixels to canvas pixels
    still: bool  # every frame is the canvas itself

    @classmethod
    def at(
        cls,
        frame_size: tuple[int, int],
        source_size: tuple[int, int],
        bounds: tuple[float, float, float, float],
        homographies: np.ndarray,
    ) -> CanvasPlane:
        """Bring a camera, given in source pixels, to frames of another size.

        Args:
            frame_size: width and height of the frames.
            source_size: width and height of the source video.
            bounds: x0, y0, width, height of the canvas in source pixels.
            homographies: [T, 3, 3], source pixels to the plane of the canvas.
        """
        x0, y0, width, height = bounds
        still = bool((homographies == np.eye(3)).all()) and (x0, y0) == (0, 0)
        if still and (width, height) == tuple(source_size):
            return cls(tuple(frame_size), homographies, True)
        scale = scaling(source_size, frame_size)
        size = (
            max(1, round(width * frame_size[0] / source_size[0])),
            max(1, round(height * frame_size[1] / source_size[1])),
        )
        shift = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]])
        onto = scaling((width, height), size) @ shift
        return cls(size, onto @ homographies @ np.linalg.inv(scale), False)

    def warp(self, picture: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Lay frame ``t`` [h, w, ...] on the canvas.

        Returns:
            The picture on the canvas, and a bool map of the canvas pixels that the frame covers.
        """
        if self.still:
            return picture, np.ones(picture.shape[:2], bool)
        matrix = self.homographies[t]
        inside = cv2.warpPerspective(
            np.ones(picture.shape[:2], np.float32), matrix, self.size, flags=cv2.INTER_LINEAR
        )
        return cv2.warpPerspective(
            picture, matrix, self.size, flags=cv2.INTER_LINEAR
        ), inside > 0.99

    def lay(
        self, frames: np.ndarray, bodies: np.ndarray, around: np.ndarray, shaded: np.ndarray
    ) -> Laid:
        """Lay frames [T, h, w, 3] on the canvas, with masks of them, bool [T, h, w].

        ``bodies`` and ``around`` count wherever they touch a pixel, ``shaded`` where it has most
        of it.
        """
        pictures, inside = zip(*(self.warp(f, t) for t, f in enumerate(frames)), strict=True)

        def laid(masks: np.ndarray) -> np.ndarray:
            return np.stack([self.warp(m.astype(np.float32), t)[0] for t, m in enumerate(masks)])

        masks = (laid(bodies) >= 0.01, laid(around) >= 0.01, laid(shaded) > 0.5)
        return Laid(np.stack(pictures), np.stack(inside), *masks)

    def view(self, canvas: np.ndarray, t: int, frame_size: tuple[int, int]) -> np.ndarray:
        """Return what frame ``t`` (width, height) sees of the canvas picture [hc, wc, 3]."""
        if self.still:
            return canvas
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpPerspective(
            canvas, self.homographies[t], frame_size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )

    def grid(self, t: int, frame_size: tuple[int, int]) -> Tensor:
        """Return frame ``t``'s sampling grid [h, w, 2] for ``grid_sample`` (align_corners)."""
        import torch  # here alone: pictures of the report are drawn without it

        width, height = frame_size
        x, y = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
        points = np.stack([x, y, np.ones_like(x)], -1) @ self.homographies[t].T
        points = points[..., :2] / points[..., 2:]
        span = np.maximum(np.array(self.size, np.float64) - 1, 1)
        return torch.from_numpy((2 * points / span - 1).astype(np.float32))
