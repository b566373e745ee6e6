"""The paper's own effects, as the example edits in docs/edits make them, on rendered clips."""

from pathlib import Path

import numpy as np
import pytest

from retime.artifacts import Camera, Layers, TimeMap, Tracks
from retime.demo.paper_effects import CROSSING, EDITS, Effect, effects, warp, write_clip
from retime.layers.composite import over_pictures
from retime.render.composition import Composition
from retime.timing.signals import correlation, motion_signal

SIZE = (160, 90)


class Made:
    """A clip, and what edits make of it."""

    def __init__(self, effect: Effect, folder: Path, frames: int | None = None) -> None:
        self.folder = folder
        self.frames = write_clip(effect, folder, SIZE, frames)
        with Layers.open(folder / "layers.h5") as layers:
            self.rgba, self.names = layers.rgba[:], layers.names
        with Tracks.open(folder / "tracks.h5") as tracks:
            self.keypoints = tracks.keypoints[:].astype(float)

    def edited(self, name: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Return the frames, and the source times of each instance by its name."""
        warp(name, self.folder, self.folder / "t.h5")
        with (
            Layers.open(self.folder / "layers.h5") as layers,
            Camera.open(self.folder / "camera.h5") as camera,
            TimeMap.open(self.folder / "t.h5") as timemap,
        ):
            composition = Composition(layers, camera, timemap)
            frames = np.stack([composition.edited(t) for t in range(len(composition))])
            return frames, dict(zip(timemap.names, timemap.source_time[:], strict=True))

    def over(self, t: int, *shown: tuple[str, int]) -> np.ndarray:
        """Return the true picture of layers at frames over the background of frame ``t``."""
        pictures = [self.rgba[self.names.index(name) + 1, frame] for name, frame in shown]
        return over_pictures(self.rgba[0, t, ..., :3], pictures)

    def motion(self, name: str) -> np.ndarray:
        points = self.keypoints[:, [self.names.index(name)]]
        count = len(points)
        return motion_signal(points, np.ones((count, 1), bool), np.tile(np.eye(3), (count, 1, 1)))


@pytest.fixture(scope="module")
def gym(tmp_path_factory) -> Made:
    return Made(effects()["remove"], tmp_path_factory.mktemp("gym"))


def off_by(one, other):
    return np.abs(one.astype(int) - other).max()


@pytest.mark.parametrize("name", ["jump-together", "in-step"])
def test_jumps_keep_time(gym, name):
    _, times = gym.edited(name)
    frames = np.arange(60)
    ann, ben = gym.motion("ann"), gym.motion("ben")
    assert correlation(ann, ben) < 0.3
    plays = (times["ben"] > 0) & (times["ben"] < 59)
    assert plays.sum() >= 50
    shown = np.interp(times["ben"], frames, ben)
    assert correlation(ann[plays], shown[plays]) >= 0.95


def test_those_at_the_back_are_frozen_and_the_walker_goes_on(gym):
    frames, _ = gym.edited("freeze-the-back")
    for t in (0, 30, 59):
        assert off_by(frames[t], gym.over(t, ("ben", 14), ("ann", 14), ("walker", t))) <= 1


def test_the_walker_is_gone_with_all_that_belongs_to_him(gym):
    frames, times = gym.edited("remove")
    assert list(times) == ["ben", "ann"]
    for t in (10, 25, 50):
        assert off_by(frames[t], gym.over(t, ("ben", t), ("ann", t))) <= 1
    # Shadow and reflection are in his layer, and gone: there the frame is the bare floor.
    walker = gym.rgba[gym.names.index("walker") + 1, 25]
    soft = (walker[..., 3] > 10) & (walker[..., 3] < 200)
    assert soft.sum() > 100
    assert np.abs(frames[25].astype(int) - gym.frames[25])[soft].mean() > 3


def test_copies_and_a_freeze_under_a_panning_camera(tmp_path):
    made = Made(effects()["copies"], tmp_path, frames=22)
    frames, times = made.edited("copies")
    assert list(times) == ["ben", "ann", "walker", "walker copy 1", "walker copy 2"]
    t, pan = 20, 1

    def moved(name, frame):
        """The layer of one frame as the camera of frame t sees it."""
        picture = made.rgba[made.names.index(name) + 1, frame]
        left = pan * (t - frame)
        out = np.zeros_like(picture)
        out[:, : SIZE[0] - left] = picture[:, left:]
        return out

    expected = over_pictures(
        made.rgba[0, t, ..., :3],
        [
            moved("ben", t),
            moved("ann", 16),
            moved("walker", 6),
            moved("walker", 13),
            moved("walker", t),
        ],
        opacity=[1, 1, 0.6, 1, 1],
    )
    # A person cut off by the picture's edge stays cut off: compare where nobody was.
    whole = slice(0, SIZE[0] - 20 * pan)
    assert off_by(frames[t][:, whole], expected[:, whole]) <= 1


def test_all_cross_the_line_together(tmp_path):
    made = Made(effects()["photo-finish"], tmp_path)
    frames, times = made.edited("photo-finish")
    middle = made.keypoints[:, :, [11, 12], 0].mean(-1)  # of the hips, [T, P]
    at_the_line = {n: middle[CROSSING[n], made.names.index(n)] for n in CROSSING}
    for name in CROSSING:  # the line is seen at another place from each lane
        shown = np.interp(times[name], np.arange(len(middle)), middle[:, made.names.index(name)])
        assert np.abs(shown - at_the_line[name]).argmin() in (32, 33, 34)
        assert abs(shown[33] - at_the_line[name]) < 0.5
        assert abs(shown[20] - at_the_line[name]) > 5
    order = [("cat", 21), ("ben", 27), ("ann", 33)]
    assert off_by(frames[33], made.over(33, *order)) <= 1
    # In the source the first was well past it by then.
    assert middle[33, made.names.index("cat")] > at_the_line["cat"] + 15


def test_there_is_an_example_for_each_effect():
    assert sorted(path.stem for path in EDITS.glob("*.yaml")) == sorted(effects())
