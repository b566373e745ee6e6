import numpy as np
import pytest

from retime.artifacts import Seeds, TimeMap, Tracks
from retime.errors import InputError
from retime.timing.objects import stand_ins
from retime.timing.stage import read_source, run_warp
from retime.timing.suggest import run_suggest

CLIP = {
    "clip": "yard",
    "source_size": [40, 20],
    "working_size": [20, 10],
    "fps": [10, 1],
    "start_seconds": 0.0,
}
FRAMES = 40


@pytest.fixture
def clip_files(tmp_path):
    """Two balls bounce, the second half a second later than the first; nobody is there."""
    tracks, seeds = tmp_path / "tracks.h5", tmp_path / "seeds.h5"
    with Tracks.create(tracks, parameters={}, sizes={"T": FRAMES, "P": 0}, **CLIP):
        pass
    with Seeds.create(
        seeds,
        parameters={},
        sizes={"T": FRAMES, "N": 2, "h": 10, "w": 20},
        names=["red", "blue"],
        people=[[], []],
        canvas=[0, 0, 40, 20],
        camera_mode="still",
        **CLIP,
    ) as made:
        made.order[...], made.homographies[...] = [1, 2], np.eye(3)
        for t in range(FRAMES):
            for n in range(2):
                top = round(5 - 4 * abs(np.sin(np.pi * (t - 5 * n) / 20)))
                made.iuv[t, n, top : top + 4, 4 + 8 * n : 8 + 8 * n, 0] = 1
        made.iuv[0, 1] = 0
    return tracks, seeds


def test_an_object_stands_in_by_the_middle_of_its_box_and_its_lowest_edge(clip_files):
    with Seeds.open(clip_files[1]) as seeds:
        joints, there = stand_ins(seeds)
    assert joints.shape == (FRAMES, 2, 17, 2)
    assert there[:2].tolist() == [[True, False], [True, True]]
    # Columns 4 to 7 of 20, rows 5 to 8 of 10, at twice the size.
    assert joints[0, 0, 0].tolist() == [11.5, 13.5]
    assert joints[0, 0, 15].tolist() == [11.5, 16.5]
    assert np.isnan(joints[0, 1]).all()


def test_motion_and_floor_of_an_object(clip_files):
    with Tracks.open(clip_files[0]) as tracked, Seeds.open(clip_files[1]) as seeded:
        source = read_source(tracked, seeded)
        height = source.motion(1, "centre_y", False)
    # As high as it gets, to the pixel, where the sine is above 7 / 8: from frame 6.8 to 13.2.
    assert np.flatnonzero(height[:20] == height.max()).tolist() == list(range(7, 14))
    # The lowest edge within three quarters of a second; nowhere when it is gone.
    assert source.floor[0, 0] == 16.5
    assert np.isnan(source.floor[0, 1])


def test_objects_are_aligned_by_their_motions_and_suggested_for_it(clip_files, tmp_path):
    edit = tmp_path / "bounce.yaml"
    edit.write_text("layers: {blue: {align: {to: red, auto: true}}}\n")
    run_warp(*clip_files, edit, tmp_path / "timemap.h5")
    with TimeMap.open(tmp_path / "timemap.h5") as made:
        assert made.names == ["red", "blue"]
        # Blue does half a second, five frames, later what red does.
        late = made.source_time[1, 10:30] - made.source_time[0, 10:30]
        assert np.median(late) == pytest.approx(5, abs=1)
    assert "blue" in run_suggest(*clip_files)


def test_no_layer_shows_a_person(clip_files, tmp_path):
    edit = tmp_path / "who.yaml"
    edit.write_text("layers: {3: remove}\n")
    with pytest.raises(InputError, match="no layer shows a person 3; people are none"):
        run_warp(*clip_files, edit, tmp_path / "timemap.h5")
