"""A studio on a small clip: three people who bob and walk before a camera that turns, 24 frames."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from retime.artifacts import Camera, Frames, Layers, Poses, Seeds, Tracks
from retime.layers.composite import over_pictures
from retime.studio.app import make_app
from retime.studio.clip import Clip
from retime.studio.footage import run_footage
from retime.studio.workflow import Workflow

FRAMES, SIZE = 24, (160, 90)
TOKEN = "the-token"
BASE = "http://127.0.0.1:8765"
FREEZE = """\
# The walker waits.
layers:
  walker: {freeze: 5}  # in mid-step
"""


@dataclass(frozen=True)
class Studio:
    """A project of the test's own, and the page's side of its server."""

    clip: Clip
    app: FastAPI
    page: TestClient
    workflow: Workflow

    def edit(self, name: str) -> Path:
        return self.clip.written / "edits" / f"{name}.yaml"


# A body of height 1 that stands on the ground: x, y of COCO's joints.
# fmt: off
BODY = np.array([
    (0, -0.9), (0.02, -0.93), (-0.02, -0.93), (0.05, -0.91), (-0.05, -0.91),
    (0.12, -0.75), (-0.12, -0.75), (0.16, -0.58), (-0.16, -0.58), (0.18, -0.43), (-0.18, -0.43),
    (0.08, -0.45), (-0.08, -0.45), (0.09, -0.25), (-0.09, -0.25), (0.1, -0.02), (-0.1, -0.02),
])
# fmt: on


def keypoints() -> np.ndarray:
    """Three people of 60 pixels: one walks to the right, two bob out of step; [T, 3, 17, 2]."""
    t = np.arange(FRAMES)
    x = np.stack([20 + 2 * t, np.full(FRAMES, 85), np.full(FRAMES, 130)], 1)
    bob = 5 * np.sin(2 * np.pi * np.stack([0 * t, t / 8, t / 7 + 0.3], 1))
    feet = np.stack([x, [80, 84, 84] - np.abs(bob)], -1)
    return feet[:, :, None] + 60 * BODY


def pictures(joints: np.ndarray) -> np.ndarray:
    """Soft bodies over a smooth ground, uint8 [4, T, H, W, 4]."""
    (width, height), colours = SIZE, ((200, 60, 40), (40, 160, 60), (50, 80, 190))
    y, x = np.mgrid[:height, :width]
    rgba = np.zeros((4, FRAMES, height, width, 4), np.uint8)
    for t in range(FRAMES):
        ground = 110 + 40 * np.sin((x + t) / 23) + 30 * np.cos(y / 17)
        rgba[0, t] = np.stack([ground, ground - 10, ground - 20, 0 * x + 255], -1)
        for person, colour in enumerate(colours):
            (left, top), (right, bottom) = joints[t, person].min(0), joints[t, person].max(0)
            across = (x - (left + right) / 2) / (right - left)
            down = (y - (top + bottom) / 2) / (bottom - top)
            alpha = np.clip(4 * (0.6 - np.hypot(across, down)), 0, 1)
            shade = (0.8 + 0.2 * np.sin(y / 5))[..., None] * colour
            rgba[person + 1, t] = np.dstack([shade, 255 * alpha])
            rgba[person + 1, t][alpha == 0] = 0
    return rgba


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the clip ``demo``. Not to be changed."""
    folder = tmp_path_factory.mktemp("studio") / "demo"
    (width, height), joints = SIZE, keypoints()
    rgba = pictures(joints)
    common = {
        "clip": "demo",
        "source_size": [width, height],
        "working_size": [width // 2, height // 2],
        "fps": [15, 1],
        "start_seconds": 0.0,
        "parameters": {},
        "sizes": {"T": FRAMES, "P": 3, "N": 3, "layers": 4, "H": height, "W": width}
        | {"h": height // 2, "w": width // 2, "Hc": height, "Wc": width + FRAMES - 1},
    }
    named = {"names": ["walker", "ann", "ben"], "people": [[1], [2], [3]]}
    canvas = [0, 0, width + FRAMES - 1, height]
    homographies = np.tile(np.eye(3), (FRAMES, 1, 1))
    homographies[:, 0, 2] = np.arange(FRAMES)  # the camera turns by a pixel a frame
    with Frames.create(
        folder / "frames.h5", source="videos/demo.mp4", has_sound=False, **common
    ) as frames:
        for t in range(FRAMES):
            frames.rgb[t] = over_pictures(rgba[0, t, ..., :3], rgba[1:, t])
    with Poses.create(folder / "poses.h5", **common) as poses:
        poses.keypoints[..., :2], poses.keypoints[..., 2] = joints, 0.9
        poses.box[..., :2], poses.box[..., 2:] = joints.min(2), joints.max(2)
        poses.score[...] = 0.9
    with Tracks.create(folder / "tracks.h5", **common) as tracks:
        tracks.keypoints[...], tracks.score[...], tracks.state[...] = joints, 0.9, 1
        tracks.present[...], tracks.ids[...] = True, [1, 2, 3]
    with Camera.create(
        folder / "camera.h5", mode="pan", reference=0, canvas=canvas, **common
    ) as camera:
        camera.homographies[...] = homographies
    with Seeds.create(
        folder / "cast.h5", canvas=canvas, camera_mode="pan", **named, **common
    ) as cast:
        cast.homographies[...], cast.order[...] = homographies, [3, 2, 1]
        cast.trimap[...] = 128
    with Layers.create(folder / "layers.h5", canvas_bounds=canvas, **named, **common) as layers:
        layers.rgba[...], layers.homographies[...] = rgba, homographies
        layers.order[...] = [3, 2, 1]
    run_footage(folder / "layers.h5", folder / "frames.h5", None, folder / "studio")
    return folder


@pytest.fixture
def studio(results: Path, tmp_path: Path) -> Iterator[Studio]:
    shutil.copytree(results, tmp_path / "results" / "demo")
    clip = Clip("demo", tmp_path)
    edit = clip.written / "edits" / "freeze.yaml"
    edit.parent.mkdir(parents=True)
    edit.write_text(FREEZE)
    workflow = Workflow(clip, ["--cores", "1"])
    app = make_app(clip, TOKEN, workflow)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url=BASE, headers=headers) as page:
        yield Studio(clip, app, page, workflow)
    workflow.close()
