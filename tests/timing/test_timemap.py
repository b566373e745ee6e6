import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.errors import InputError
from retime.timing.edit import load_edit
from retime.timing.timemap import SourceLayers, build_instances, nearest_frame

FRAMES = 60


def source(names=("ann", "ben", "walker"), people=((1,), (2,), (3, 4))):
    count = len(names)
    return SourceLayers(
        names=list(names),
        people=[list(ids) for ids in people],
        order=np.tile(np.arange(1, count + 1), (FRAMES, 1)),
        floor=np.full((FRAMES, count), np.nan),
        fps=10.0,
    )


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    path = tmp_path_factory.mktemp("edits") / "edit.yaml"

    def from_text(text, layers=None):
        path.write_text(text, encoding="utf-8")
        return build_instances(load_edit(path), layers or source())

    return from_text


def test_no_edit_is_the_identity(build):
    made = build("")
    assert made.names == ["ann", "ben", "walker"]
    assert made.layer.tolist() == [1, 2, 3]
    assert np.array_equal(made.source_time, np.tile(np.arange(60.0), (3, 1)))
    assert np.array_equal(made.background_time, np.arange(60.0))
    assert not made.offset.any()
    assert (made.opacity == 1).all()
    assert np.array_equal(made.depth, np.tile([[1.0], [2.0], [3.0]], (1, 60)))
    assert np.array_equal(made.sound_time, np.arange(60.0))
    assert made.between == ["nearest"] * 4


def test_freeze_remove_and_delay(build):
    made = build("layers: {walker: {freeze: 31}, ann: remove, 2: {delay: '0.5s'}}")
    assert made.names == ["ben", "walker"]
    # Five frames later at 10 frames a second; its first frame stands until it starts.
    assert made.source_time[0].tolist() == [0] * 5 + list(range(55))
    assert made.source_time[1].tolist() == [31] * 60


def test_everyone_removed_leaves_the_background(build):
    made = build("layers: {ann: remove, ben: remove, walker: remove}")
    assert made.source_time.shape == made.depth.shape == (0, 60)
    assert made.offset.shape == (0, 60, 2)


def test_speed_reverse_and_length(build):
    made = build("{layers: {ann: {speed: 0.5}, ben: {reverse: true}}, length: '6.2s'}")
    assert made.source_time.shape == (3, 62)
    assert made.source_time[0, :4].tolist() == [0, 0.5, 1, 1.5]
    assert made.source_time[1, [0, 1, 59, 60, 61]].tolist() == [59, 58, 0, 0, 0]
    assert made.background_time[[0, 59, 60, 61]].tolist() == [0, 59, 59, 59]
    assert np.array_equal(made.sound_time, np.arange(62.0))


def test_sound_goes_when_the_background_is_retimed(build):
    assert np.isnan(build("background: {delay: 3}").sound_time).all()
    kept = build("{background: {delay: 3}, sound: keep}").sound_time
    assert np.array_equal(kept, np.arange(60.0))
    assert np.isnan(build("sound: drop").sound_time).all()
    assert build("background: {freeze: 7}").background_time.tolist() == [7] * 60


def test_duplicates_have_their_own_time_place_and_depth(build):
    made = build(
        "layers: {ben: {delay: 2, depth: front, duplicate: [{move: [30, -4], opacity: 0.25}, "
        "{freeze: 9, depth: front}]}}"
    )
    assert made.names == ["ann", "ben", "ben copy 1", "ben copy 2", "walker"]
    assert made.layer.tolist() == [1, 2, 2, 2, 3]
    assert np.array_equal(made.source_time[2], made.source_time[1])  # it says no time of its own
    assert made.source_time[3].tolist() == [9] * 60
    assert made.offset[2, 5].tolist() == [30, -4]
    assert made.opacity[:, 0].tolist() == [1, 1, 0.25, 1, 1]
    # All of ben's before the others; the first copy behind ben, the second in front.
    assert made.depth[:, 0].tolist() == [1, 4, 3, 5, 2]


def test_align_brings_moments_together(build):
    made = build("layers: {ann: {align: {to: ben, points: [[12, 30], [24, 41]]}}}")
    ann = made.source_time[0]
    assert ann[30] == 12
    assert ann[41] == 24
    assert ann[29] == 11  # speed 1 before the first point
    assert ann[43] == 26  # and after the last
    assert ann[:18].tolist() == [0] * 18  # would be before the clip


def test_align_follows_what_becomes_of_the_other(build):
    # Walker's frame 20 falls at output frame 10, where ben's 15 falls too, and there ann's 40.
    made = build(
        "layers: {walker: {speed: 2}, ben: {align: {to: walker, points: [[15, 20]]}}, "
        "ann: {align: {to: 2, points: [[40, 15]]}}}"
    )
    assert made.source_time[2, 10] == 20
    assert made.source_time[1, 10] == 15
    assert made.source_time[0, 10] == 40


def test_align_to_one_who_is_removed_uses_the_source_time(build):
    made = build("layers: {ben: remove, ann: {align: {to: ben, points: [[10, 30]]}}}")
    assert made.source_time[0, 30] == 10


moments = st.integers(0, FRAMES - 1)


@given(mine=moments, theirs=moments)
@settings(max_examples=40, deadline=None)
def test_align_with_one_point_is_a_shift(build, mine, theirs):
    made = build(f"layers: {{ann: {{align: {{to: ben, points: [[{mine}, {theirs}]]}}}}}}")
    expected = np.clip(np.arange(FRAMES) + mine - theirs, 0, FRAMES - 1)
    assert np.array_equal(made.source_time[0], expected)


@given(
    mine=st.lists(moments, min_size=1, max_size=6, unique=True),
    theirs=st.lists(moments, min_size=6, max_size=6, unique=True),
)
@settings(max_examples=60, deadline=None)
def test_align_meets_every_point_and_never_runs_backwards(build, mine, theirs):
    points = [list(p) for p in zip(sorted(mine), sorted(theirs[: len(mine)]), strict=True)]
    made = build(f"layers: {{ann: {{align: {{to: ben, points: {points}}}}}}}")
    assert all(made.source_time[0, at] == pytest.approx(moment) for moment, at in points)
    assert (np.diff(made.source_time[0]) >= 0).all()


@given(
    speed=st.floats(0.1, 10),
    delay=st.floats(-80, 80),
    reverse=st.booleans(),
    length=st.integers(1, 150),
)
@settings(max_examples=40, deadline=None)
def test_every_time_lies_in_the_clip(build, speed, delay, reverse, length):
    edit = f"{{speed: {speed}, delay: {delay:.3f}, reverse: {str(reverse).lower()}}}"
    made = build(f"{{layers: {{ben: {edit}}}, background: {edit}, length: {length}}}")
    for time in (made.source_time, made.background_time):
        assert time.shape[-1] == length
        assert time.min() >= 0
        assert time.max() <= FRAMES - 1


def test_nearest_frame_takes_the_later_of_two():
    assert nearest_frame([0, 0.49, 0.5, 1.5, 58.99]).tolist() == [0, 0, 1, 2, 59]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("layers:\n  wlaker: remove\n", 2, "did you mean 'walker'? layers are ann, ben, walker"),
        ("layers:\n  zoe: remove\n", 2, "no such layer; layers are ann, ben, walker"),
        ("layers:\n  7: remove\n", 2, "no layer shows a person 7; people are 1, 2, 3, 4"),
        ("layers:\n  ann: remove\n  1: remove\n", 3, "layer 'ann' is already there as 'ann'"),
        ("layers:\n  ann: {freeze: 60}\n", 2, "60 is outside the clip, which has frames 0 to 59"),
        ("layers:\n  ann: {freeze: 6s}\n", 2, "6s is outside the clip"),
        ("background:\n  freeze: -1\n", 2, "'background.freeze': -1 is outside"),
        ("length: 0.2\n", 1, "no frame"),
        ("layers:\n  ann: {hold: {from: 9, to: 9}}\n", 2, "a hold goes from 0 or later to a later"),
        (
            "layers:\n  ann: {align: {to: bne, points: [[1, 2]]}}\n",
            2,
            "'layers.ann.align.to': no such layer; did you mean 'ben'",
        ),
        ("layers:\n  ann: {align: {to: ann, points: [[1, 2]]}}\n", 2, "aligned to itself"),
        (
            "layers:\n  ann: {align: {to: ben, points: [[1, 2]]}}\n"
            "  ben: {align: {to: ann, points: [[1, 2]]}}\n",
            3,
            "wait for each other",
        ),
        (
            "layers:\n  ann: {align: {to: ben, points: [[1, 2]]}}\n  ben: {freeze: 3}\n",
            2,
            "'ben' stands still and never comes to 2",
        ),
        (
            "layers:\n  ann:\n    align:\n      to: ben\n      points:\n"
            "        - [5, 6]\n        - [9, 6]\n",
            7,
            "'layers.ann.align.points.1': both times of a point must be later",
        ),
    ],
)
def test_what_does_not_fit_the_clip_is_refused_with_its_line(build, text, line, message):
    with pytest.raises(InputError) as error:
        build(text)
    assert f"edit.yaml, line {line}: " in str(error.value)
    assert message in str(error.value)
