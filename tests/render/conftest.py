"""A small clip of layers with exact values, and time maps for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from retime.artifacts import Camera, Layers, TimeMap

Homographies = np.ndarray  # [T, 3, 3]


@dataclass(frozen=True)
class Clip:
    """Files of one clip, and what is in them."""

    folder: Path
    layers: Path
    camera: Path
    rgba: np.ndarray  # uint8 [N + 1, T, H, W, 4]
    order: np.ndarray  # int64 [T, N]
    attributes: dict

    def timemap(self, **given: np.ndarray | str) -> Path:
        """Write a time map: what is not given is as in the source."""
        length, count = self.order.shape
        layer = np.asarray(given.get("layer", np.arange(1, count + 1)))
        shape = (len(layer), length)
        fields = {
            "source_time": np.tile(np.arange(length), (len(layer), 1)),
            "offset": np.zeros((*shape, 2)),
            "opacity": np.ones(shape),
            "depth": np.argsort(self.order, axis=1).T[(layer - 1) % count] + 1,
            "background_time": np.arange(length),
            "sound_time": np.full(length, np.nan),
            **given,
            "layer": layer,
        }
        between = fields.pop("between", "nearest")
        path = self.folder / "timemap.h5"
        with TimeMap.create(
            path,
            parameters={},
            sizes={"M": len(layer), "T_out": len(fields["background_time"])},
            names=[f"instance {m}" for m in range(len(layer))],
            between=[between] * (len(layer) + 1),
            edit={},
            **self.attributes,
        ) as made:
            for name, value in fields.items():
                getattr(made, name)[...] = value
        return path


@pytest.fixture
def make_clip(tmp_path: Path) -> Callable[..., Clip]:
    """Return a function that writes layers and camera to files."""

    def make(
        rgba: np.ndarray,
        order: np.ndarray | None = None,
        homographies: Homographies | None = None,
        source_size: tuple[int, int] | None = None,
    ) -> Clip:
        layers, length, height, width, _ = rgba.shape
        count = layers - 1
        order = np.tile(np.arange(1, count + 1), (length, 1)) if order is None else order
        homographies = np.tile(np.eye(3), (length, 1, 1)) if homographies is None else homographies
        size = list(source_size or (width, height))
        attributes = {
            "clip": "park",
            "source_size": size,
            "working_size": [width, height],
            "fps": [10, 1],
            "start_seconds": 0.5,
        }
        camera = tmp_path / "camera.h5"
        with Camera.create(
            camera,
            parameters={},
            sizes={"T": length},
            mode="still",
            reference=0,
            canvas=[0, 0, *size],
            **attributes,
        ) as made:
            made.homographies[...] = homographies
        path = tmp_path / "layers.h5"
        with Layers.create(
            path,
            parameters={},
            sizes={
                "layers": layers,
                "T": length,
                "H": height,
                "W": width,
                "Hc": height,
                "Wc": width,
                "N": count,
            },
            names=[f"layer {n}" for n in range(1, layers)],
            people=[[n] for n in range(1, layers)],
            canvas_bounds=[0, 0, *size],
            **attributes,
        ) as made:
            made.rgba[...] = rgba
            made.order[...] = order
            made.homographies[...] = homographies
        return Clip(tmp_path, path, camera, rgba, order, attributes)

    return make
