"""A tiny clip with files as the stages before `train` would write them."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from retime.artifacts import Camera, Frames, Seeds
from retime.benchmark.claims.drawn import DrawnClip, write_drawn_clip
from retime.config import SeedsSettings
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


@pytest.fixture
def panned_clip(tmp_path):
    """The tiny clip, but the camera goes along with the one who comes from the left."""
    return make_clip(tmp_path, FULL, pan=3)


@pytest.fixture
def carrying_clip(tmp_path_factory):
    """Two people step in place, at rhythms of their own, and one swings a ball."""
    count = 20
    clip = DrawnClip("carrying", np.full((count, 64, 128, 3), 100, np.uint8))
    people = [clip.layer(name) for name in ("swinging", "standing")]
    for t in range(count):
        for n, (person, left, period) in enumerate(zip(people, (20, 90), (4, 5), strict=True)):
            tall = 12 + 5 * (t % period)
            body = np.full((tall, 10, 4), [(200, 40, 30, 255), (30, 60, 200, 255)][n], np.uint8)
            person.put("body", t, body, left, 40 - tall)
            person.iuv[t, 40 - tall : 40, left : left + 10] = (2, 128, 128)
            person.keypoints[t] = (left + 5, 39)
        ball = np.full((8, 10, 4), (250, 250, 20, 255), np.uint8)
        people[0].put("ball", t, ball, 60, 8 + 6 * (t % 4))
    return drawn_paths(clip, tmp_path_factory.mktemp("carrying"), SeedsSettings(band=0.1))


@pytest.fixture
def blinking_clip(tmp_path):
    """A light at the top left, 40 brighter in red while it is on; somebody passes below."""
    lit = [True, False, False, True, True, False]
    ground = np.full((FRAMES, 32, 64, 3), 100, np.uint8)
    ground[lit, 4:12, 8:16, 0] = 140
    clip = DrawnClip("blinking", ground)
    person = clip.layer("person")
    box = np.full((10, 6, 4), (20, 40, 200, 255), np.uint8)
    for t in range(FRAMES):
        person.put("body", t, box, 30 + 4 * t, 18)
        person.iuv[t, 18:28, 30 + 4 * t : 36 + 4 * t, 0] = 2
        person.keypoints[t] = (33 + 4 * t, 27)
    paths = drawn_paths(clip, tmp_path, SeedsSettings(dynamic_background=True, band=0.1))
    return SimpleNamespace(**vars(paths), lit=lit)


def drawn_paths(clip, folder, settings):
    """Write a drawn clip and return its files, as ``make_clip`` does."""
    frames, seeds = write_drawn_clip(clip, folder, settings)
    return SimpleNamespace(frames=frames, seeds=seeds, camera=folder / "camera.h5")


def make_clip(folder, source, steps=8, pan=0):
    """Write the files of the tiny clip.

    ``source`` is the size of its video; ``steps`` how far people go from frame to frame, and
    ``pan`` how far the camera does, in working pixels.
    """
    common = {
        "clip": "tiny",
        "source_size": list(source),
        "working_size": list(SIZE),
        "fps": [10, 1],
        "start_seconds": 0.0,
    }
    on, along = FULL[0] // SIZE[0] * pan, source[0] / SIZE[0] * pan  # frames' pixels, the source's
    width = FULL[0] + (FRAMES - 1) * on
    wall = np.random.default_rng(0).integers(90, 150, (FULL[1], width, 3), np.uint8)
    rgb = np.stack([wall[:, on * t : on * t + FULL[0]] for t in range(FRAMES)])
    homographies = np.tile(np.eye(3), (FRAMES, 1, 1))
    homographies[:, 0, 2] = along * np.arange(FRAMES)
    canvas = [0, 0, source[0] + (FRAMES - 1) * along, source[1]]
    mode = "pan" if pan else "still"
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
        mode=mode,
        reference=0,
        canvas=canvas,
        **common,
    ) as camera:
        camera.homographies[:], camera.inliers[:] = homographies, 1
    with Seeds.create(
        paths.seeds,
        sizes={"T": FRAMES, "N": 2, "h": SIZE[1], "w": SIZE[0]},
        parameters={},
        names=["red", "blue"],
        people=[[1], [2]],
        canvas=canvas,
        camera_mode=mode,
        **common,
    ) as seeds:
        masks = iuv[..., 0] > 0
        seeds.iuv[:] = iuv
        seeds.person[:] = masks * np.array([1, 2], np.uint8)[None, :, None, None]
        seeds.order[:], seeds.homographies[:] = [2, 1], homographies
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
