import numpy as np
import pytest
import torch

from retime.artifacts import Tracks, Uv
from retime.body.network import KeypointToUV, save_network
from retime.body.stage import run_uv
from retime.config import UvSettings
from retime.errors import InputError

CLIP = {
    "clip": "street",
    "source_size": [320, 180],
    "working_size": [96, 54],
    "fps": [25, 1],
    "start_seconds": 0.0,
}


@pytest.fixture
def tracks(tmp_path):
    """Three frames of two standing people, the second of whom leaves after the first frame."""
    right_half = [(0, -40), (-2, -42), (-5, -41), (-11, -28), (-14, -12), (-15, 3), (-7, 3)]
    right_half += [(-8, 28), (-8, 50)]  # nose, eye, ear, shoulder, elbow, wrist, hip, knee, ankle
    standing = np.array(right_half[:1] + [(s * x, y) for x, y in right_half[1:] for s in (-1, 1)])
    path = tmp_path / "tracks.h5"
    with Tracks.create(path, parameters={}, sizes={"T": 3, "P": 2}, **CLIP) as file:
        file.keypoints[:] = np.nan
        file.keypoints[:, 0] = standing + np.array([100, 90])
        file.keypoints[0, 1] = standing + np.array([240, 90])
        file.present[:] = [[True, True], [True, False], [True, False]]
        file.ids[:] = [4, 9]
    return path


def test_every_person_present_gets_a_map_under_their_id(tracks, tmp_path):
    run_uv(tracks, tmp_path / "uv.h5", UvSettings(), threads=1)

    with Uv.open(tmp_path / "uv.h5") as uv:
        assert uv.clip == "street"
        assert uv.ids[:].tolist() == [4, 9]
        assert uv.iuv.shape == (3, 2, 54, 96, 3)
        bodies = uv.iuv[..., 0] > 0
        assert bodies.any((2, 3)).tolist() == [[True, True], [True, False], [True, False]]
        # Person 4 stands at 100 of 320, person 9 at 240: at 30 and 72 of 96.
        centres = [np.nonzero(bodies[0, person])[1].mean() for person in (0, 1)]
        assert centres == pytest.approx([29.7, 71.7], abs=1.5)


def test_maps_are_drawn_by_the_network_that_is_named(tracks, tmp_path):
    network = KeypointToUV(8)
    for weight in network.parameters():
        torch.nn.init.zeros_(weight)
    save_network(network, tmp_path / "other.pt")
    run_uv(tracks, tmp_path / "uv.h5", UvSettings(), 1, tmp_path / "other.pt")
    with Uv.open(tmp_path / "uv.h5") as uv:
        # All 25 answers are alike: "no part" is one to 24, and of the parts the first counts.
        assert np.unique(uv.iuv[0, 0, ..., 0]).tolist() == [0, 1]  # 0 beyond the crop


def test_a_clip_without_people_has_no_maps(tmp_path):
    with Tracks.create(
        tmp_path / "tracks.h5", parameters={}, sizes={"T": 3, "P": 0}, **CLIP
    ) as file:
        assert file.ids.shape == (0,)

    run_uv(tmp_path / "tracks.h5", tmp_path / "uv.h5", UvSettings(), threads=1)

    with Uv.open(tmp_path / "uv.h5") as uv:
        assert uv.iuv.shape == (3, 0, 54, 96, 3)


def test_a_crop_size_that_the_network_cannot_take_is_refused(tracks, tmp_path):
    with pytest.raises(InputError, match=r"crop_size.*100.*multiple of 32"):
        run_uv(tracks, tmp_path / "uv.h5", UvSettings(crop_size=100), threads=1)
    assert not (tmp_path / "uv.h5").exists()


def test_missing_tracks_are_named(tmp_path):
    with pytest.raises(InputError, match=r"tracks\.h5"):
        run_uv(tmp_path / "tracks.h5", tmp_path / "uv.h5", UvSettings(), threads=1)
