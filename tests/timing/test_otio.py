"""Edits go out as timelines and come back; checked with OpenTimelineIO itself."""

import numpy as np
import opentimelineio as otio
import pytest

from retime.artifacts import Seeds, TimeMap, Tracks
from retime.errors import InputError
from retime.timing.otio import write_timeline
from retime.timing.otio_reading import read_timeline
from retime.timing.stage import run_warp

FRAMES = 40
CLIP = {
    "clip": "park",
    "source_size": [40, 20],
    "working_size": [40, 20],
    "fps": [30000, 1001],
    "start_seconds": 0.0,
}


@pytest.fixture
def clip(tmp_path):
    sizes = {"T": FRAMES, "P": 3, "N": 3, "h": 20, "w": 40}
    with Tracks.create(tmp_path / "tracks.h5", parameters={}, sizes=sizes, **CLIP) as made:
        made.keypoints[...] = 10
        made.present[...] = True
        made.ids[...] = [1, 2, 3]
    with Seeds.create(
        tmp_path / "seeds.h5",
        parameters={},
        sizes=sizes,
        names=["ann", "ben", "cat"],
        people=[[1], [2], [3]],
        canvas=[0, 0, 40, 20],
        camera_mode="still",
        **CLIP,
    ) as made:
        made.order[...] = [1, 2, 3]
        made.homographies[...] = np.eye(3)
    return tmp_path


def warped(folder, edit):
    run_warp(folder / "tracks.h5", folder / "seeds.h5", edit, folder / "t.h5")
    return folder / "t.h5"


def pictures(timemap):
    """What each output frame shows, back to front: (layer, time, opacity, offset)."""
    with TimeMap.open(timemap) as made:
        shown = []
        for t in range(len(made.background_time)):
            back_to_front = np.argsort(made.depth[:, t], kind="stable")
            shown.append(
                [
                    (
                        int(made.layer[m]),
                        pytest.approx(made.source_time[m, t], abs=1e-4),
                        pytest.approx(made.opacity[m, t], abs=1e-4),
                        made.offset[m, t].tolist(),
                    )
                    for m in back_to_front
                    if made.opacity[m, t] > 1e-9 and np.isfinite(made.source_time[m, t])
                ]
            )
        return shown, made.background_time[:], made.between, made.sound_time[:]


def exported(folder, text, **more):
    edit = folder / "edit.yaml"
    edit.write_text(text)
    timemap = warped(folder, edit)
    before = pictures(timemap)
    write_timeline(timemap, folder / "seeds.h5", folder / "edit.otio", **more)
    return before, otio.adapters.read_from_file(str(folder / "edit.otio"))


def reimported(folder):
    read_timeline(folder / "edit.otio", folder / "back.yaml")
    return pictures(warped(folder, folder / "back.yaml"))


EDITS = {
    "nothing": "",
    "freeze and remove": "layers: {ann: {freeze: 7}, ben: remove}",
    "speed and delay": "layers: {ann: {speed: 0.5, delay: 3}, cat: {reverse: true}}",
    "ramp": "layers: {ann: {speed: {at: 8, to: 0.3, over: 10}}}",
    "smooth": "layers: {ben: {remap: {keys: [[0, 0], [13, 30], [39, 35]], curve: smooth}}}",
    "loop": "{layers: {ann: {loop: {from: 4, to: 11}}}, length: 60}",
    "align": "layers: {ann: {align: {to: ben, points: [[3, 9], [20, 22]]}}}",
    "gone for a while, fading": (
        "layers: {ann: {remove: {from: 5, to: 9}}, ben: {fade: {in: 6}, opacity: 0.5}}"
    ),
    "copies": (
        "layers: {ann: {duplicate: [{freeze: 3, move: [8, 2], depth: front}, {delay: 4, "
        "opacity: [[10, 0], [20, 1]], move: [-4.5, 0]}]}}"
    ),
    "depth": "order: [{from: 10, to: 20, back_to_front: [cat, ben, ann]}]",
    "background": "{background: {speed: 0.5}, sound: keep, between: blend, length: 70}",
    "everyone gone": "layers: {ann: remove, ben: remove, cat: remove}",
    "part": "{layers: {ann: {delay: 5}}, range: {from: 3, to: 30}}",
}


@pytest.mark.parametrize("name", EDITS)
def test_there_and_back(clip, name):
    before, timeline = exported(clip, EDITS[name])
    length = len(before[1])
    for track in timeline.tracks:
        assert track.trimmed_range().duration == otio.opentime.RationalTime(length, 30000 / 1001)
    after = reimported(clip)
    assert after[0] == before[0]
    assert after[1] == pytest.approx(before[1])
    assert sorted(after[2]) == sorted(before[2])
    if name != "part":  # its sound begins with it
        assert np.array_equal(np.isnan(after[3]), np.isnan(before[3]))


def test_what_an_editing_program_sees(clip):
    _, timeline = exported(
        clip, "layers: {ann: {hold: {from: 10, to: 25}}, ben: {speed: 0.5}}", media="media/"
    )
    assert timeline.name == "edit"
    assert [track.name for track in timeline.tracks] == ["background", "ann", "ben", "cat"]
    plays, stands, goes_on = timeline.tracks[1]
    assert (plays.source_range.start_time.value, plays.duration().value) == (0, 11)
    assert list(plays.effects) == list(goes_on.effects) == []
    (freeze,) = stands.effects
    assert isinstance(freeze, otio.schema.FreezeFrame)
    assert (stands.source_range.start_time.value, stands.duration().value) == (10, 15)
    assert (goes_on.source_range.start_time.value, goes_on.duration().value) == (11, 14)
    assert plays.media_reference.target_url == "media/01-ann.mov"
    assert plays.media_reference.available_range.duration.value == FRAMES
    (slow,) = timeline.tracks[2]
    assert slow.effects[0].time_scalar == 0.5


def test_smooth_curves_become_few_clips_and_stay_exact(clip):
    before, timeline = exported(clip, "layers: {ann: {remap: [[0, 0, smooth], [39, 39]]}}")
    assert 4 <= len(timeline.tracks[1]) <= 16
    assert reimported(clip)[0] == before[0]


def test_changes_made_in_an_editing_program_come_back(clip):
    _, timeline = exported(clip, "layers: {ann: {speed: 0.5}}")
    ann, ben, cat = timeline.tracks[1:4]
    ann[0].effects[0].time_scalar = 0.25
    ben[0].source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(12, 30000 / 1001), otio.opentime.RationalTime(20, 30000 / 1001)
    )
    ben.insert(0, otio.schema.Gap(duration=otio.opentime.RationalTime(10, 30000 / 1001)))
    del timeline.tracks[timeline.tracks.index(cat)]
    timeline.tracks[1], timeline.tracks[2] = ben.deepcopy(), ann.deepcopy()  # ann to the front
    otio.adapters.write_to_file(timeline, str(clip / "edit.otio"))
    shown = reimported(clip)[0]
    assert [layer for layer, *_ in shown[5]] == [1]  # ben not yet, cat never
    assert [(layer, time) for layer, time, *_ in shown[16]] == [(2, 18), (1, 4)]
    assert [layer for layer, *_ in shown[35]] == [1]  # ben was cut to 20 frames


def test_what_is_no_timeline_of_ours_is_refused(clip):
    path = clip / "edit.otio"
    with pytest.raises(InputError, match=r"edit\.otio: no such file"):
        read_timeline(path, clip / "back.yaml")
    path.write_text("{}")
    with pytest.raises(InputError, match=r"edit\.otio: not an? "):
        read_timeline(path, clip / "back.yaml")
    otio.adapters.write_to_file(otio.schema.Timeline(), str(path))
    with pytest.raises(InputError, match="not a timeline written by"):
        read_timeline(path, clip / "back.yaml")
    _, timeline = exported(clip, "")
    timeline.tracks.append(otio.schema.Track(name="titles", kind="Video"))
    otio.adapters.write_to_file(timeline, str(path))
    with pytest.raises(InputError, match="track 'titles' says in no metadata which layer it is"):
        read_timeline(path, clip / "back.yaml")
    assert not (clip / "back.yaml").exists()
