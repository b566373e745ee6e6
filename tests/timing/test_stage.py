import numpy as np
import pytest

from retime.artifacts import Seeds, TimeMap, Tracks
from retime.errors import InputError
from retime.timing.stage import run_warp

CLIP = {
    "clip": "park",
    "source_size": [40, 20],
    "working_size": [40, 20],
    "fps": [1, 1],
    "start_seconds": 0.0,
}


@pytest.fixture
def clip_files(tmp_path):
    """Two people of whom person 9 walks from behind person 4 to before them, in four frames."""
    tracks, seeds = tmp_path / "tracks.h5", tmp_path / "seeds.h5"
    with Tracks.create(tracks, parameters={}, sizes={"T": 4, "P": 2}, **CLIP) as made:
        keypoints = np.full((4, 2, 17, 2), 10.0, np.float32)
        keypoints[:, 1, 15:17, 1] = np.array([6, 8, 12, 14])[:, None]
        made.keypoints[...] = keypoints
        made.present[...] = True
        made.ids[...] = [4, 9]
    with Seeds.create(
        seeds,
        parameters={},
        sizes={"T": 4, "N": 2, "h": 20, "w": 40},
        names=["kim", "lee"],
        people=[[4], [9]],
        canvas=[0, 0, 40, 20],
        camera_mode="still",
        **CLIP,
    ) as made:
        made.order[...] = [[2, 1], [2, 1], [1, 2], [1, 2]]
        made.homographies[...] = np.eye(3)
    return tracks, seeds


def test_an_edit_becomes_a_time_map(clip_files, tmp_path):
    edit, out = tmp_path / "stop.yaml", tmp_path / "timemap.h5"
    edit.write_text("layers: {lee: {freeze: 0}}  # before the walk\n")
    run_warp(*clip_files, edit, out)
    with TimeMap.open(out) as made:
        assert made.names == ["kim", "lee"]
        assert made.clip == "park"
        assert made.fps == [1, 1]
        assert made.sound_time[:].tolist() == [0, 1, 2, 3]
        assert made.between == ["nearest"] * 3
        assert made.edit == {"name": "stop", "text": edit.read_text()}
        assert made.source_time[:].tolist() == [[0, 1, 2, 3], [0, 0, 0, 0]]
        assert made.background_time[:].tolist() == [0, 1, 2, 3]
        # Lee, frozen, stays behind Kim: in frames 2 and 3 the order puts them the other way round
        # than in frame 0, but frame 0 is what Lee shows, with the feet at 8 above Kim's at 10.
        assert made.depth[:].tolist() == [[2, 2, 2, 2], [1, 1, 1, 1]]


def test_order_follows_the_source_without_an_edit(clip_files, tmp_path):
    edit, out = tmp_path / "nothing.yaml", tmp_path / "timemap.h5"
    edit.write_text("")
    run_warp(*clip_files, edit, out)
    with TimeMap.open(out) as made:
        assert made.depth[:].tolist() == [[2, 2, 1, 1], [1, 1, 2, 2]]


def test_a_refused_edit_leaves_no_file(clip_files, tmp_path):
    edit, out = tmp_path / "stop.yaml", tmp_path / "timemap.h5"
    edit.write_text("layers:\n  leo: remove\n")
    with pytest.raises(InputError, match=r"stop\.yaml, line 2: 'layers\.leo'.*did you mean 'lee'"):
        run_warp(*clip_files, edit, out)
    assert not out.exists()


def test_seeds_of_other_tracks_are_refused(clip_files, tmp_path):
    tracks, seeds = clip_files
    with Tracks.create(tracks, parameters={}, sizes={"T": 4, "P": 1}, **CLIP) as made:
        made.ids[...] = [4]
    (tmp_path / "e.yaml").write_text("")
    with pytest.raises(InputError, match="rule 'seeds' makes it anew"):
        run_warp(tracks, seeds, tmp_path / "e.yaml", tmp_path / "timemap.h5")
