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
    """The canvas at the scale of frames of some size, and how those frames lie in it.

    A frame under a moving camera falls between the canvas's pixels. On a canvas as fine as the
    frames it is blurred twice, when it is laid and when it is seen: sharp ground then differs from
    every frame. On one that is finer, of which frames see means, it is not.
    """

    size: tuple[int, int]  # width, height in canvas pixels
    homographies: np.ndarray  # [T, 3, 3], frame pixels to canvas pixels
    still: bool  # every frame is the canvas itself
    fine: int = 1  # canvas pixels to a frame's, along each side

    @classmethod
    def at(
        cls,
        frame_size: tuple[int, int],
        source_size: tuple[int, int],
        bounds: tuple[float, float, float, float],
        homographies: np.ndarray,
        fine: int = 1,
    ) -> CanvasPlane:
        """Bring a camera, given in source pixels, to frames of another size.

        Args:
            frame_size: width and height of the frames.
            source_size: width and height of the source video.
            bounds: x0, y0, width, height of the canvas in source pixels.
            homographies: [T, 3, 3], source pixels to the plane of the canvas.
            fine: canvas pixels to a frame's, along each side, if the camera moves.
        """
        x0, y0, width, height = bounds
        still = bool((homographies == np.eye(3)).all()) and (x0, y0) == (0, 0)
        if still and (width, height) == tuple(source_size):
            return cls(tuple(frame_size), homographies, True)
        scale = scaling(source_size, frame_size)
        size = (
            max(1, round(width * fine * frame_size[0] / source_size[0])),
            max(1, round(height * fine * frame_size[1] / source_size[1])),
        )
        shift = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]])
        onto = scaling((width, height), size) @ shift
        return cls(size, onto @ homographies @ np.linalg.inv(scale), False, fine)

    @classmethod
    def of(
        cls,
        canvas: np.ndarray,
        frame_size: tuple[int, int],
        source_size: tuple[int, int],
        bounds: tuple[float, float, float, float],
        homographies: np.ndarray,
    ) -> CanvasPlane:
        """Return the plane of a canvas picture [hc, wc, 3], however fine; as ``at``."""
        equal = cls.at(frame_size, source_size, bounds, homographies)
        fine = max(1, round(canvas.shape[1] / equal.size[0]))
        return equal if fine == 1 else cls.at(frame_size, source_size, bounds, homographies, fine)

    def finer(self, t: int, frame_size: tuple[int, int]) -> tuple[np.ndarray, tuple[int, int]]:
        """Return how frame ``t`` lies in the canvas when it is as fine, and its size then."""
        larger = frame_size[0] * self.fine, frame_size[1] * self.fine
        return self.homographies[t] @ scaling(larger, frame_size), larger

    def warp(
        self, picture: np.ndarray, t: int, sharp: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Lay frame ``t`` [h, w, ...] on the canvas.

        Args:
            picture: of the frames' size.
            t: its number.
            sharp: whether it is as fine as the canvas, and to be laid without blur.

        Returns:
            The picture on the canvas, and a bool map of the canvas pixels that the frame covers.
        """
        if self.still:
            return picture, np.ones(picture.shape[:2], bool)
        matrix = self.homographies[t]
        if sharp:
            width, height = picture.shape[1] // self.fine, picture.shape[0] // self.fine
            matrix, _ = self.finer(t, (width, height))
        covered = np.ones(picture.shape[:2], np.float32)
        inside = cv2.warpPerspective(covered, matrix, self.size, flags=cv2.INTER_LINEAR)
        flags = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
        return cv2.warpPerspective(picture, matrix, self.size, flags=flags), inside > 0.99

    def lay(
        self, frames: np.ndarray, bodies: np.ndarray, around: np.ndarray, shaded: np.ndarray
    ) -> Laid:
        """Lay frames [T, H, W, 3], as fine as the canvas, on it, with their masks.

        Masks are bool [T, h, w], of the frames' size on the plane. ``bodies`` and ``around`` count
        wherever they touch a pixel, ``shaded`` where it has most of it.
        """
        laid_frames = (self.warp(f, t, sharp=True) for t, f in enumerate(frames))
        pictures, inside = zip(*laid_frames, strict=True)

        def laid(masks: np.ndarray) -> np.ndarray:
            return np.stack([self.warp(m.astype(np.float32), t)[0] for t, m in enumerate(masks)])

        masks = (laid(bodies) >= 0.01, laid(around) >= 0.01, laid(shaded) > 0.5)
        return Laid(np.stack(pictures), np.stack(inside), *masks, self.fine)

    def view(self, canvas: np.ndarray, t: int, frame_size: tuple[int, int]) -> np.ndarray:
        """Return what frame ``t`` (width, height) sees of the canvas picture [hc, wc, 3]."""
        if self.still:
            return canvas
        matrix, larger = self.finer(t, frame_size)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpPerspective(
            canvas, matrix, larger, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return cv2.resize(seen, frame_size, interpolation=cv2.INTER_AREA)

    def grid(self, t: int, frame_size: tuple[int, int], fine: bool = False) -> Tensor:
        """Return frame ``t``'s sampling grid [h, w, 2] for ``grid_sample`` (align_corners).

        Args:
            t: the frame.
            frame_size: width and height.
            fine: for samples as fine as the canvas; the frame sees means of them.
        """
        import torch  # here alone: pictures of the report are drawn without it

        matrix = self.homographies[t]
        if fine:
            matrix, frame_size = self.finer(t, frame_size)
        # Rows of the matrix apart, at columns and rows of pixels: this is done in every step.
        x, y = np.arange(frame_size[0])[None], np.arange(frame_size[1])[:, None]
        along, down, away = (row[0] * x + (row[1] * y + row[2]) for row in matrix)
        span = np.maximum(np.array(self.size) - 1, 1)
        grid = [2 * along / (away * span[0]) - 1, 2 * down / (away * span[1]) - 1]
        return torch.from_numpy(np.stack(grid, -1).astype(np.float32))
