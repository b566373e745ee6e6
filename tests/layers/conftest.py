"""A tiny clip with files as the stages before `train` would write them."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from retime.artifacts import Camera, Frames, Seeds
from retime.layers.canvas import CanvasPlane
from retime.layers.trimap import make_trimap

FRAMES, SIZE, FULL = 6, (64, 32), (128, 64)  # sizes: width, height


@pytest.fixture
def tiny_clip(tmp_path):
    """Two flat 'people', 8 x 12 boxes at working size, pass one another before a noisy wall."""
    return make_clip(tmp_path, FULL)


@pytest.fixture
def large_clip(tmp_path):
    """The same of a video, a folder of pictures, that is five times the working size."""
    return make_clip(tmp_path, (320, 160))


@pytest.fixture
def standing_clip(tmp_path):
    """The large clip, but nobody moves."""
    return make_clip(tmp_path, (320, 160), steps=0)


def make_clip(folder, source, steps=8):
    """Write the files of the tiny clip.

    ``source`` is the size of its video, ``steps`` how far people go from frame to frame, in working
    pixels.
    """
    common = {
        "clip": "tiny",
        "source_size": list(source),
        "working_size": list(SIZE),
        "fps": [10, 1],
        "start_seconds": 0.0,
    }
    wall = np.random.default_rng(0).integers(90, 150, (FULL[1], FULL[0], 3), np.uint8)
    rgb = np.repeat(wall[None], FRAMES, 0)
    iuv = np.zeros((FRAMES, 2, SIZE[1], SIZE[0], 3), np.uint8)
    for t in range(FRAMES):
        for n, x in enumerate((6 + steps * t, 50 - steps * t)):
            top = 8 + 6 * n
            iuv[t, n, top : top + 12, x : x + 8, 0] = 2
            v, u = np.mgrid[0:12, 0:8]
            iuv[t, n, top : top + 12, x : x + 8, 1] = u * 255 // 7
            iuv[t, n, top : top + 12, x : x + 8, 2] = v * 255 // 11
        for n, x in reversed(list(enumerate((6 + steps * t, 50 - steps * t)))):
            top = 8 + 6 * n
            box = rgb[t, 2 * top : 2 * top + 24, 2 * x : 2 * x + 16]
            box[:] = [(220, 40, 30), (30, 60, 200)][n]
    paths = SimpleNamespace(
        **{name: folder / f"{name}.h5" for name in ("frames", "seeds", "camera")},
        video=folder / "video",
    )
    paths.video.mkdir()
    for t, picture in enumerate(rgb):
        large = cv2.resize(picture, source, interpolation=cv2.INTER_NEAREST)
        cv2.imwrite(str(paths.video / f"{t:03}.png"), large[..., ::-1])
    with Frames.create(
        paths.frames,
        sizes={"T": FRAMES, "H": FULL[1], "W": FULL[0]},
        parameters={},
        source="tiny",
        has_sound=False,
        **common,
    ) as frames:
        frames.rgb[:] = rgb
        frames.time[:], frames.index[:] = np.arange(FRAMES) / 10, np.arange(FRAMES)
    with Camera.create(
        paths.camera,
        sizes={"T": FRAMES},
        parameters={},
        mode="still",
        reference=0,
        canvas=[0, 0, *source],
        **common,
    ) as camera:
        camera.homographies[:], camera.inliers[:] = np.eye(3), 1
    with Seeds.create(
        paths.seeds,
        sizes={"T": FRAMES, "N": 2, "h": SIZE[1], "w": SIZE[0]},
        parameters={},
        names=["red", "blue"],
        people=[[1], [2]],
        canvas=[0, 0, *source],
        camera_mode="still",
        **common,
    ) as seeds:
        masks = iuv[..., 0] > 0
        seeds.iuv[:] = iuv
        seeds.person[:] = masks * np.array([1, 2], np.uint8)[None, :, None, None]
        seeds.order[:], seeds.homographies[:] = [2, 1], np.eye(3)
        for t in range(FRAMES):
            for n in range(2):
                seeds.trimap[t, n] = make_trimap(masks[t, n], masks[t, 1 - n], 0.1)
    return paths


@pytest.fixture
def tiny_clip_elsewhere(tmp_path_factory):
    """The tiny clip in a folder of its own."""
    return make_clip(tmp_path_factory.mktemp("elsewhere"), FULL)


@pytest.fixture
def panning():
    """Make the plane of a camera that pans by so many pixels a frame, frames of 40x20."""

    def plane(frames=5, step=4):
        homographies = np.tile(np.eye(3), (frames, 1, 1))
        homographies[:, 0, 2] = step * np.arange(frames)
        bounds = (0, 0, 40 + step * (frames - 1), 20)
        return CanvasPlane.at((40, 20), (40, 20), bounds, homographies)

    return plane
