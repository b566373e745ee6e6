"""Compose one output frame from layers and a time map (sections 4.1, 4.6)."""

import functools
from collections.abc import Callable

import numpy as np

from retime.artifacts import Camera, Layers, TimeMap
from retime.layers.composite import over_pictures
from retime.render.reproject import between_frames, reproject


def nearest_frame(time: float) -> int:
    """Return the frame nearest to a source time, the later of two (the paper's way)."""
    return int(np.floor(time + 0.5))


class Composition:
    """Makes output frames of one edit, in any order and from several threads at once.

    Frames of layers are read from the file as they are needed. As many are kept as one output
    frame can show, so that a layer that stands still is read once.
    """

    def __init__(self, layers: Layers, camera: Camera, timemap: TimeMap) -> None:
        _, _, height, width, _ = layers.rgba.shape
        source_width, source_height = layers.source_size
        self._scale = (width / source_width, height / source_height)
        self._homographies = camera.homographies[:]
        self._order = layers.order[:]
        self._layer = timemap.layer[:]
        self._source_time = timemap.source_time[:]
        self._offset = timemap.offset[:]
        self._opacity = timemap.opacity[:]
        self._depth = timemap.depth[:]
        self._background_time = timemap.background_time[:]
        shown_at_once = 1 + len(self._layer) + self._order.shape[1]
        self._picture: Callable[[int, int], np.ndarray] = functools.lru_cache(shown_at_once)(
            lambda layer, frame: layers.rgba[layer, frame]
        )

    def __len__(self) -> int:
        """Return the number of output frames."""
        return len(self._background_time)

    def edited(self, t: int) -> np.ndarray:
        """Return output frame ``t``, uint8 [H, W, 3]."""
        camera = nearest_frame(self._background_time[t])
        times, opacity = self._source_time[:, t], self._opacity[:, t]
        visible = np.flatnonzero(~np.isnan(times) & (opacity > 0))
        back_to_front = visible[np.argsort(self._depth[visible, t], kind="stable")]
        pictures = [
            self._seen(self._layer[m], nearest_frame(times[m]), camera, self._offset[m, t])
            for m in back_to_front
        ]
        background = self._picture(0, camera)[..., :3]
        return over_pictures(background, pictures, opacity=opacity[back_to_front].tolist())

    def source(self, t: int) -> np.ndarray:
        """Return the source frame whose background output frame ``t`` has: all layers over it."""
        frame = nearest_frame(self._background_time[t])
        order = self._order[frame]
        pictures = [self._picture(int(layer), frame) for layer in order]
        return over_pictures(self._picture(0, frame)[..., :3], pictures)

    def _seen(self, layer: int, frame: int, camera: int, offset: np.ndarray) -> np.ndarray:
        """Return a layer's picture of one frame as the camera of another sees it."""
        picture = self._picture(int(layer), frame)
        homographies = self._homographies
        if not offset.any() and np.array_equal(homographies[frame], homographies[camera]):
            return picture
        through_canvas = between_frames(
            homographies[frame], homographies[camera], offset, self._scale
        )
        return reproject(picture, through_canvas)
