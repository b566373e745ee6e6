"""Layers: read in threads, and stored where they show something."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from retime.artifacts import Layers

CLIP = {
    "clip": "jump",
    "source_size": [64, 48],
    "working_size": [32, 24],
    "fps": [30000, 1001],
    "start_seconds": 0.5,
}


def test_pictures_are_unpacked_outside_hdf5(tmp_path: Path) -> None:
    rgba = np.random.default_rng(0).integers(0, 256, (3, 4, 24, 32, 4), dtype=np.uint8)
    sizes = {"layers": 3, "T": 4, "H": 24, "W": 32, "N": 2, "Hc": 24, "Wc": 32}
    with Layers.create(
        tmp_path / "layers.h5", parameters={}, sizes=sizes, names=["a", "b"], people=[[1], [2]],
        canvas_bounds=[0, 0, 32, 24], **CLIP,
    ) as layers:  # fmt: skip
        layers.rgba[:, :3] = rgba[:, :3]
        layers.rgba[2, 3, ::2] = rgba[2, 3, ::2]
    with Layers.open(tmp_path / "layers.h5") as layers, ThreadPoolExecutor(4) as pool:
        places = [(layer, frame) for layer in range(3) for frame in range(4)] * 5
        read = list(pool.map(lambda place: layers.picture(*place), places))
        for (layer, frame), picture in zip(places, read, strict=True):
            np.testing.assert_array_equal(picture, layers.rgba[layer, frame])
        assert not layers.picture(0, 3).any()  # never written


def test_tiles_that_show_nothing_take_no_room(tmp_path: Path) -> None:
    rgba = np.zeros((2, 300, 520, 4), np.uint8)
    rgba[1, 290, 519] = 255  # in the last of 2 x 3 tiles
    sizes = {"layers": 2, "T": 1, "H": 300, "W": 520, "N": 1, "Hc": 300, "Wc": 520}
    with Layers.create(
        tmp_path / "layers.h5", parameters={}, sizes=sizes, names=["a"], people=[[1]],
        canvas_bounds=[0, 0, 520, 300], **CLIP,
    ) as layers:  # fmt: skip
        layers.write(0, rgba)
    with Layers.open(tmp_path / "layers.h5") as layers:
        np.testing.assert_array_equal(layers.rgba[:, 0], rgba)
        assert layers.rgba.id.get_num_chunks() == 1
