"""Compose one output frame from layers and a time map (sections 4.1, 4.6)."""

import functools
from collections.abc import Callable

import cv2
import numpy as np

from retime.artifacts import Camera, Layers, TimeMap
from retime.layers.composite import over_pictures
from retime.render.between import Flows, along, blend, flows, visible_part
from retime.render.light import over_in_linear_light
from retime.render.reproject import between_frames, reproject

# Less than this from a frame is that frame.
ON_A_FRAME = 1e-4


def nearest_frame(time: float) -> int:
    """Return the frame nearest to a source time, the later of two (the paper's way)."""
    return int(np.floor(time + 0.5))


class Composition:
    """Makes output frames of one edit, in any order and from several threads at once.

    Frames of layers are read from the file as they are needed. As many are kept as one output
    frame can show, so that a layer that stands still is read once.

    Args:
        layers: the open layers.
        camera: the open camera.
        timemap: the open time map.
        linear: mix light instead of display values.
        height: make pictures no higher than this, for a quick look; None: as high as the layers.
    """

    def __init__(
        self,
        layers: Layers,
        camera: Camera,
        timemap: TimeMap,
        linear: bool = False,
        height: int | None = None,
    ) -> None:
        _, _, full_height, full_width, _ = layers.rgba.shape
        smaller = min(1.0, (height or full_height) / full_height)
        width, height = round(full_width * smaller), round(full_height * smaller)
        self.size = (width, height)
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
        self._between = timemap.between
        self._over = over_in_linear_light if linear else _over_in_display_light
        shown_at_once = 2 * (1 + len(self._layer)) + self._order.shape[1]
        self._picture: Callable[[int, int], np.ndarray] = functools.lru_cache(shown_at_once)(
            layers.picture if smaller == 1 else self._small(layers)
        )
        self._flows = functools.lru_cache(1 + len(self._layer))(self._find_flows)

    def __len__(self) -> int:
        """Return the number of output frames."""
        return len(self._background_time)

    @property
    def instances(self) -> int:
        """Number of instances of layers."""
        return len(self._layer)

    def edited(self, t: int) -> np.ndarray:
        """Return output frame ``t``, uint8 [H, W, 3]."""
        times, opacity = self._source_time[:, t], self._opacity[:, t]
        visible = np.flatnonzero(~np.isnan(times) & (opacity > 0))
        back_to_front = visible[np.argsort(self._depth[visible, t], kind="stable")]
        pictures = [self.instance(m, t) for m in back_to_front]
        return self._over(self.background(t), pictures, opacity[back_to_front].tolist())

    def background(self, t: int) -> np.ndarray:
        """Return the background of output frame ``t``, uint8 [H, W, 3]."""
        first, share = self._frames(0, self._background_time[t])
        if not share:
            return self._picture(0, first)[..., :3]
        pictures = [self._picture(0, first + k)[..., :3] for k in (0, 1)]
        if self._between[0] == "blend":
            return blend(*pictures, share)
        return along(*pictures, share, self._flows(0, first))

    def instance(self, m: int, t: int) -> np.ndarray:
        """Return instance ``m`` of a layer as output frame ``t`` shows it, uint8 [H, W, 4].

        Its opacity is not in it; all is clear where it does not show.
        """
        time, layer, offset = self._source_time[m, t], int(self._layer[m]), self._offset[m, t]
        if np.isnan(time):
            return np.zeros_like(self._picture(layer, 0))
        first, share = self._frames(m + 1, time)
        camera = self._camera(t)
        before, as_seen = self._seen(layer, first, camera, offset)
        if not share:
            return before
        after, too = self._seen(layer, first + 1, camera, offset)
        part = visible_part(before, after)
        if part is None:
            return before
        out, pair = np.zeros_like(before), (before[part], after[part])
        if self._between[m + 1] == "blend":
            out[part] = blend(*pair, share)
        else:
            found = self._flows(layer, first) if as_seen and too else flows(*pair)
            out[part] = along(*pair, share, found)
        return out

    def shown(self, m: int, t: int) -> np.ndarray:
        """Return instance ``m`` as ``instance``, its opacity in its alpha."""
        picture, opacity = self.instance(m, t), self._opacity[m, t]
        if opacity == 1:
            return picture
        faded = picture.copy()
        faded[..., 3] = np.rint(picture[..., 3] * opacity)
        return faded

    def source(self, t: int) -> np.ndarray:
        """Return the source frame whose background output frame ``t`` has: all layers over it."""
        frame = nearest_frame(self._background_time[t])
        order = self._order[frame]
        pictures = [self._picture(int(layer), frame) for layer in order]
        return over_pictures(self._picture(0, frame)[..., :3], pictures)

    def _small(self, layers: Layers) -> Callable[[int, int], np.ndarray]:
        """Return what reads pictures at the composition's own size."""

        def read(layer: int, frame: int) -> np.ndarray:
            rgba = layers.picture(layer, frame).astype(np.float32)
            rgba[..., :3] *= rgba[..., 3:]  # what does not show must not tint its neighbours
            small = cv2.resize(rgba, self.size, interpolation=cv2.INTER_AREA)
            small[..., :3] /= np.maximum(small[..., 3:], 1e-3)
            return np.clip(small + 0.5, 0, 255).astype(np.uint8)

        return read

    def _frames(self, number: int, time: float) -> tuple[int, float]:
        """Return the frame to show at a time, and how much of the way to the next; mostly 0."""
        if self._between[number] == "nearest" or abs(time - round(time)) < ON_A_FRAME:
            return nearest_frame(time), 0.0
        return int(time), float(time - int(time))

    def _camera(self, t: int) -> np.ndarray:
        """Return the homography from the picture of output frame ``t`` to the canvas, [3, 3]."""
        first, share = self._frames(0, self._background_time[t])
        here = self._homographies[first]
        if not share:
            return here
        there = self._homographies[first + 1]
        return (1 - share) * here / here[2, 2] + share * there / there[2, 2]

    def _seen(
        self, layer: int, frame: int, camera: np.ndarray, offset: np.ndarray
    ) -> tuple[np.ndarray, bool]:
        """Return a layer's picture of one frame as a camera sees it, and if that is as stored."""
        picture = self._picture(layer, frame)
        if not offset.any() and np.array_equal(self._homographies[frame], camera):
            return picture, True
        through_canvas = between_frames(self._homographies[frame], camera, offset, self._scale)
        return reproject(picture, through_canvas), False

    def _find_flows(self, layer: int, first: int) -> Flows:
        """Return the flow from a stored picture to the next, of the part that shows."""
        pictures = [self._picture(layer, first + k) for k in (0, 1)]
        if layer == 0:
            return flows(*(picture[..., :3] for picture in pictures))
        part = visible_part(*pictures)
        return flows(*(picture[part] for picture in pictures))


def _over_in_display_light(
    background: np.ndarray, layers: list[np.ndarray], opacity: list[float]
) -> np.ndarray:
    return over_pictures(background, layers, opacity=opacity)
