"""The real clip as a whole: two children, one id each."""

import numpy as np
import pytest

from retime.artifacts import Tracks
from retime.config import PosesSettings, TracksSettings
from retime.people.identities import identify
from retime.people.stage import run_poses, run_tracks
from retime.people.tracking import Detections

from .conftest import BEDROOM
from .figures import standing
from .test_stage import write_frames
from .test_tracking import detections


def test_identities_without_looks():
    frames = [[] if 10 <= t < 40 else [standing(100, 200), standing(200, 200)] for t in range(60)]
    assert [t.entries for t in identify(detections(frames), None, 30, 4.0)] == [[0] * 30, [1] * 30]


def test_nobody_has_no_identity():
    nobody = Detections(np.empty((4, 0, 17, 3)), np.empty((4, 0, 4)), np.empty((4, 0)))
    assert identify(nobody, None, 30, 4.0) == []


@pytest.mark.slow
def test_two_children_who_hide_each_other_are_two_people_throughout(models, tmp_path):
    if not BEDROOM.exists():
        pytest.skip(f"the real clip {BEDROOM.name} is not there")
    import cv2
    import imageio.v3 as iio

    frames = iio.imiter(BEDROOM, plugin="pyav")
    images = [cv2.resize(f, (456, 256), interpolation=cv2.INTER_AREA) for f in frames]
    write_frames(tmp_path / "frames.h5", images, (960, 540))
    run_poses(tmp_path / "frames.h5", tmp_path / "poses.h5", PosesSettings(), 2)
    run_tracks(
        tmp_path / "poses.h5",
        tmp_path / "tracks.h5",
        TracksSettings(),
        [],
        frames=tmp_path / "frames.h5",
    )
    with Tracks.open(tmp_path / "tracks.h5") as tracks:
        assert tracks.present[:].all()
        assert tracks.ids[:].tolist() == [1, 2]
        middles = tracks.keypoints[:, :, [5, 6, 11, 12], 0].mean(axis=2)
        # Read off the frames by eye: where the boy and the girl are, x in pixels.
        for frame, boy, girl in ((0, 215, 400), (124, 100, 227), (199, 160, 390)):
            np.testing.assert_allclose(middles[frame], [boy, girl], atol=30)
        # Nobody moves by more than 60 px in a thirtieth of a second.
        assert np.abs(np.diff(middles, axis=0)).max() < 60
