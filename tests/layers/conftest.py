"""A tiny clip with files as the stages before `train` would write them."""

from types import SimpleNamespace

import numpy as np
import pytest

from retime.artifacts import Camera, Frames, Seeds
from retime.layers.trimap import make_trimap

FRAMES, SIZE, FULL = 6, (64, 32), (128, 64)  # sizes: width, height
COMMON = {
    "clip": "tiny",
    "source_size": list(FULL),
    "working_size": list(SIZE),
    "fps": [10, 1],
    "start_seconds": 0.0,
}


@pytest.fixture
def tiny_clip(tmp_path):
    """Two flat 'people', 8 x 12 boxes at working size, pass one another before a noisy wall."""
    wall = np.random.default_rng(0).integers(90, 150, (FULL[1], FULL[0], 3), np.uint8)
    rgb = np.repeat(wall[None], FRAMES, 0)
    iuv = np.zeros((FRAMES, 2, SIZE[1], SIZE[0], 3), np.uint8)
    for t in range(FRAMES):
        for n, x in enumerate((6 + 8 * t, 50 - 8 * t)):
            top = 8 + 6 * n
            iuv[t, n, top : top + 12, x : x + 8, 0] = 2
            v, u = np.mgrid[0:12, 0:8]
            iuv[t, n, top : top + 12, x : x + 8, 1] = u * 255 // 7
            iuv[t, n, top : top + 12, x : x + 8, 2] = v * 255 // 11
        for n, x in reversed(list(enumerate((6 + 8 * t, 50 - 8 * t)))):
            top = 8 + 6 * n
            box = rgb[t, 2 * top : 2 * top + 24, 2 * x : 2 * x + 16]
            box[:] = [(220, 40, 30), (30, 60, 200)][n]
    paths = SimpleNamespace(
        frames=tmp_path / "frames.h5", seeds=tmp_path / "seeds.h5", camera=tmp_path / "camera.h5"
    )
    with Frames.create(
        paths.frames,
        sizes={"T": FRAMES, "H": FULL[1], "W": FULL[0]},
        parameters={},
        source="tiny",
        has_sound=False,
        **COMMON,
    ) as frames:
        frames.rgb[:] = rgb
        frames.time[:], frames.index[:] = np.arange(FRAMES) / 10, np.arange(FRAMES)
    with Camera.create(
        paths.camera,
        sizes={"T": FRAMES},
        parameters={},
        mode="still",
        reference=0,
        canvas=[0, 0, *FULL],
        **COMMON,
    ) as camera:
        camera.homographies[:], camera.inliers[:] = np.eye(3), 1
    with Seeds.create(
        paths.seeds,
        sizes={"T": FRAMES, "N": 2, "h": SIZE[1], "w": SIZE[0]},
        parameters={},
        names=["red", "blue"],
        people=[[1], [2]],
        canvas=[0, 0, *FULL],
        camera_mode="still",
        **COMMON,
    ) as seeds:
        masks = iuv[..., 0] > 0
        seeds.iuv[:] = iuv
        seeds.person[:] = masks * np.array([1, 2], np.uint8)[None, :, None, None]
        seeds.order[:], seeds.homographies[:] = [2, 1], np.eye(3)
        for t in range(FRAMES):
            for n in range(2):
                seeds.trimap[t, n] = make_trimap(masks[t, n], masks[t, 1 - n], 0.1)
    return paths
