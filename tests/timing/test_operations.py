"""Each operation of an edit against times worked out by hand; 60 frames at 10 a second."""

import numpy as np
import pytest

from retime.errors import InputError
from retime.timing.edit import load_edit
from retime.timing.timemap import SourceLayers, build_instances

FRAMES = 60


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    path = tmp_path_factory.mktemp("edits") / "edit.yaml"
    source = SourceLayers(
        names=["ann", "ben", "cat"],
        people=[[1], [2], [3]],
        order=np.tile([1, 2, 3], (FRAMES, 1)),
        floor=np.full((FRAMES, 3), np.nan),
        fps=10.0,
    )

    def from_text(text):
        path.write_text(text, encoding="utf-8")
        return build_instances(load_edit(path), source)

    return from_text


@pytest.fixture(scope="module")
def times(build):
    """Return ann's source times at some output frames, for what an edit says of her."""

    def of(said, *frames, length=120):
        made = build(f"layers: {{ann: {said}}}\nlength: {length}\n").source_time[0]
        return made[list(frames)].tolist() if frames else made.tolist()

    return of


def test_speed_changes_at_once_at_moments_of_the_source(times):
    said = "{speed: [{to: 2}, {at: 20, to: 0.5}, {at: '3s', to: 1}]}"
    # 0..20 in 10 frames, 20..30 in 20, then at speed 1.
    assert times(said, 0, 5, 10, 20, 30, 40) == [0, 10, 20, 25, 30, 40]


def test_a_linear_ramp_passes_the_mean_of_its_speeds(times):
    said = "{speed: {at: 10, to: 0.5, over: 8, ease: linear}}"
    # From frame 10 on, 8 frames at 0.75 on average: 16 at output 18; halfway 10 + 4 - 4^2/32.
    shown = times(said, 10, 14, 18, 20, 30)
    assert shown == pytest.approx([10, 13.5, 16, 17, 22], abs=2e-3)


@pytest.mark.parametrize(
    ("ease", "middle", "end"),
    [
        # Speed 1 to 3 over 6 frames: 6 + 12 E(t), E the easing's integral at 1/2 and 1.
        ("linear", 3 + 12 / 8, 12.0),
        ("in", 3 + 12 / 24, 10.0),
        ("out", 3 + 12 * (1 / 4 - 1 / 24), 14.0),
        ("in-out", 3 + 12 * (1 / 8 - 1 / 32), 12.0),
    ],
)
def test_easings_pass_their_integrals(times, ease, middle, end):
    shown = times(f"{{speed: {{to: 3, over: 6, ease: {ease}}}}}", 0, 3, 6, 7)
    assert shown == pytest.approx([0, middle, end, end + 3], abs=2e-3)


def test_start_and_delay(times):
    # Stands at its first moment until it begins.
    assert times("{start: 12, delay: 4}", 0, 4, 5, 14) == [12, 12, 13, 22]
    assert times("{delay: -5}", 0, 10) == [5, 15]
    assert times("{start: 10, speed: 2}", 0, 5) == [10, 20]


def test_reverse_from_the_end_or_a_moment(times):
    assert times("{reverse: true}", 0, 9, 59, 70) == [59, 50, 0, 0]
    assert times("{reverse: true, start: 30, speed: 2}", 0, 5, 15) == [30, 20, 0]
    # Played backwards, 40 comes before 20.
    said = "{reverse: true, speed: [{at: 40, to: 2}, {at: 20, to: 1}]}"
    assert times(said, 19, 24, 29, 39) == [40, 30, 20, 10]


def test_loop_jumps_back(times):
    said = "{loop: {from: 10, to: 14, times: 3}}"
    # Frame 14 is frame 10 again.
    assert times(said, 9, 10, 13, 14, 17, 18, 21, 22, 23, 30) == [
        *(9, 10, 13, 10, 13, 10, 13, 14, 15, 22)
    ]
    forever = times("{loop: {from: 10, to: 14}}")
    assert forever == [*range(10), *([10, 11, 12, 13] * 28)][:120]


def test_ping_pong_runs_back(times):
    said = "{loop: {from: 10, to: 14, times: 2, back: true}}"
    assert times(said, 10, 13, 14, 15, 18, 19, 22, 23) == [10, 13, 14, 13, 10, 11, 14, 15]
    forever = times("{loop: {from: 10, to: 14, back: true}}")
    assert forever == [*range(10), *([10, 11, 12, 13, 14, 13, 12, 11] * 14)][:120]


def test_loop_of_what_starts_inside_and_plays_at_another_speed(times):
    said = "{start: 12, speed: 0.5, loop: {from: 10, to: 14}, delay: 2}"
    assert times(said, 0, 2, 4, 5, 6, 8, 13, 14) == [12, 12, 13, 13.5, 10, 11, 13.5, 10]


def test_loop_backwards(times):
    # Backwards from 59: 20 comes first, then 16, from where it jumps back to 20.
    said = "{reverse: true, loop: {from: 20, to: 16, times: 2}}"
    assert times(said, 39, 42, 43, 46, 47, 48) == [20, 17, 20, 17, 16, 15]


def test_hold_between_output_times_or_at_a_moment(times):
    assert times("{hold: {from: 20, to: 35}}", 19, 20, 35, 36) == [19, 20, 20, 21]
    assert times("{hold: {from: 20, for: '1.5s'}}", 19, 20, 35, 36) == [19, 20, 20, 21]
    said = "{speed: 2, hold: {at: 20, for: 5}}"
    assert times(said, 9, 10, 15, 16) == [18, 20, 20, 22]
    two = "{hold: [{from: 10, to: 15}, {at: 20, for: 3}]}"
    assert times(two, 10, 15, 16, 25, 28, 29) == [10, 10, 11, 20, 20, 21]


def test_hold_at_the_turn_of_a_loop(times):
    said = "{loop: {from: 10, to: 14, times: 2}, hold: {from: 14, to: 16}}"
    assert times(said, 13, 14, 16, 17, 20, 21) == [13, 10, 10, 11, 14, 15]


def test_remap_linear_hold_and_still_outside(times):
    said = "{remap: [[10, 5], [20, 25], [30, 25, hold], [40, 0], [50, 20]]}"
    assert times(said, 0, 10, 15, 20, 25, 30, 39, 40, 45, 50, 60) == [
        *(5, 5, 15, 25, 25, 25, 25, 0, 10, 20, 20)
    ]


def test_remap_smooth_meets_its_keys_without_passing_them(times):
    shown = np.array(
        times("{remap: {keys: [[0, 0], [20, 40], [40, 40], [60, 50]], curve: smooth}}")
    )
    assert shown[[0, 20, 40, 60]].tolist() == pytest.approx([0, 40, 40, 50], abs=1e-9)
    assert (np.diff(shown) >= 0).all()
    assert shown[20:41].tolist() == pytest.approx([40] * 21)  # flat between equal keys
    eased = times("{remap: [[0, 0, smooth], [40, 40]]}", 0, 10, 20, 30, 40)
    # 40 (3 t^2 - 2 t^3)
    assert eased == pytest.approx([0, 6.25, 20, 33.75, 40], abs=2e-3)


def test_remap_backwards(times):
    assert times("{remap: [[0, 30], [30, 0]]}", 0, 10, 30, 31) == [30, 20, 0, 0]


def test_align_then_delay_and_hold(build):
    made = build(
        "layers: {ann: {align: {to: ben, points: [[10, 20], [20, 40]]}, delay: 3, "
        "hold: {from: 30, to: 35}}}"
    ).source_time[0]
    assert made[[23, 30, 35, 43]].tolist() == [10, 13.5, 13.5, 17.5]


def test_align_to_one_who_loops_uses_the_first_time(build):
    made = build(
        "{layers: {ben: {start: 8, loop: {from: 10, to: 14}}, "
        "ann: {align: {to: ben, points: [[30, 12]]}}}}"
    )
    assert made.source_time[0, 4] == 30


def test_remove_for_a_while(build):
    made = build("layers: {ben: {remove: {from: 10, to: '2s'}}}")
    gone = np.isnan(made.source_time[1])
    assert np.flatnonzero(gone).tolist() == list(range(10, 20))
    assert build("layers: {ben: {remove: false}}").names == ["ann", "ben", "cat"]


def test_opacity_keys_and_fades(build):
    made = build(
        "layers: {ann: {opacity: [[10, 1], [20, 0], [30, 0], [30, 0.5]]}, "
        "ben: {fade: {in: 4, out: '0.9s'}, opacity: 0.5}}"
    )
    assert made.opacity[0, [0, 10, 15, 20, 29, 30, 59]].tolist() == [1, 1, 0.5, 0, 0, 0.5, 0.5]
    # Coming in over 4 frames: 1/5 in the first, whole after the fourth.
    assert made.opacity[1, [0, 1, 4, 30, 50, 51, 59]] == pytest.approx(
        [0.1, 0.2, 0.5, 0.5, 0.5, 0.45, 0.05]
    )


def test_depth_over_time(build):
    made = build("layers: {ann: {depth: [[10, front], [20, source]]}, cat: {depth: back}}")
    assert made.depth[:, 0].tolist() == [2, 3, 1]
    assert made.depth[:, 10].tolist() == [3, 2, 1]
    assert made.depth[:, 20].tolist() == [2, 3, 1]


def test_order_over_time_leaves_others_their_places(build):
    made = build("order: [{from: 5, to: 8, back_to_front: [cat, ann]}]")
    assert made.depth[:, 4].tolist() == [1, 2, 3]
    assert made.depth[:, 5].tolist() == [3, 2, 1]
    assert made.depth[:, 7].tolist() == [3, 2, 1]
    assert made.depth[:, 8].tolist() == [1, 2, 3]


def test_order_keeps_copies_with_their_layer(build):
    made = build(
        "{layers: {ann: {duplicate: [{move: [9, 0], depth: front}]}}, "
        "order: [{back_to_front: [cat, ann]}]}"
    )
    assert made.names == ["ann", "ann copy 1", "ben", "cat"]
    # As filmed: ann, her copy, ben, cat. Cat goes behind her, she to cat's place.
    assert made.depth[:, 0].tolist() == [2, 4, 3, 1]


def test_many_copies_each_of_its_own_time_place_and_opacity(build):
    made = build(
        "layers: {ann: {freeze: 40, duplicate: ["
        "{freeze: 10, move: [-50, 2], opacity: 0.2}, {freeze: 20, opacity: [[0, 0], [10, 1]]}, "
        "{remap: [[0, 0], [59, 59]], depth: front}]}, ben: remove, cat: remove}"
    )
    assert made.source_time[:, 30].tolist() == [40, 10, 20, 30]
    assert made.offset[1, 0].tolist() == [-50, 2]
    assert made.opacity[:, 5].tolist() == [1, 0.2, 0.5, 1]
    assert made.depth[:, 0].tolist() == [3, 2, 1, 4]


def test_range_shows_a_part_at_unchanged_times(build):
    made = build("{layers: {ann: {delay: 10}}, length: 100, range: {from: 20, to: '5s'}}")
    assert made.source_time.shape == (3, 30)
    assert made.source_time[0, 0] == 10
    assert made.background_time[[0, 29]].tolist() == [20, 49]
    assert made.sound_time[[0, 29]].tolist() == [20, 49]


def test_sound_goes_with_a_layer(build):
    made = build("{layers: {ben: {speed: 2}}, sound: {with: ben}}")
    assert made.sound_time[[0, 10, 29, 40]].tolist() == [0, 20, 58, 59]
    # A background that starts later still plays as filmed, and so does the sound.
    assert build("background: {start: 7}").sound_time[[0, 5]].tolist() == [7, 12]


def test_between_is_for_all_or_for_one(build):
    made = build("{between: blend, layers: {ben: {between: flow, speed: 0.5}}}")
    assert made.between == ["blend", "blend", "flow", "blend"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "layers:\n  ann:\n    hold:\n    - {from: 3, to: 9}\n    - {from: 5, to: 6}\n",
            5,
            "before",
        ),
        ("layers:\n  ann: {hold: {at: 70, for: 2}}\n", 2, "'layers.ann.hold.at': 70 is outside"),
        ("layers:\n  ann: {start: 10, hold: {at: 5, for: 2}}\n", 2, "5 is not shown"),
        ("layers:\n  ann: {hold: {from: 5}}\n", 2, "say 'from' and 'to', 'from' and 'for', or"),
        ("layers:\n  ann: {speed: {at: 61, to: 2}}\n", 2, "61 is outside the clip"),
        (
            "layers:\n  ann: {start: 9, speed: {at: 5, to: 2}}\n",
            2,
            "comes before the layer's start",
        ),
        (
            "layers:\n  ann:\n    speed:\n    - {at: 9, to: 2}\n    - {at: 9, to: 3}\n",
            5,
            "'layers.ann.speed.1': must begin later",
        ),
        (
            "layers:\n  ann:\n    speed:\n    - {at: 9, to: 2, over: 9, ease: linear}\n"
            "    - {at: 12, to: 3}\n",
            4,
            "comes to its speed only at 22.5, when the next already begins at 12",
        ),
        ("layers:\n  ann: {loop: {from: 9, to: 9}}\n", 2, "to one that is played later"),
        ("layers:\n  ann: {loop: {from: 9, to: 9.5}}\n", 2, "a loop lasts at least a frame"),
        ("layers:\n  ann: {start: 30, loop: {from: 2, to: 9}}\n", 2, "after the loop's end"),
        ("layers:\n  ann:\n    remap:\n    - [4, 5]\n    - [4, 6]\n", 5, "not later than"),
        ("layers:\n  ann: {remap: [[4, 99]]}\n", 2, "99 is outside the clip"),
        ("layers:\n  ann: {opacity: [[4, 1], [2, 0]]}\n", 2, "in the order of their times"),
        ("layers:\n  ann: {fade: {in: 40, out: 40}}\n", 2, "the output has 60 frames, too few"),
        ("range: {from: 50, to: 70}\n", 1, "50 to 70 is not a part of the output"),
        ("order:\n- {back_to_front: [ann, bne]}\n", 2, "did you mean 'ben'"),
        ("order:\n- {back_to_front: [ann, 1]}\n", 2, "stands there twice"),
        ("sound: {with: bne}\n", 1, "did you mean 'ben'"),
        ("layers:\n  ann: {align: {to: beats}}\n", 2, "no sound to take beats from"),
        ("layers:\n  ann: {align: {to: ben, auto: true}}\n", 2, "no keypoints"),
        ("layers:\n  ann: {remap: [[0, 1]], speed: 2}\n", 2, "'remap' does not go together"),
        ("layers:\n  ann: {freeze: 3, delay: 2}\n", 2, "'freeze' does not go together"),
        ("layers:\n  ann: {align: {to: ben}}\n", 2, "give 'points', or 'auto: true'"),
        (
            "layers:\n  ann: {align: {to: ben, auto: true, points: [[1, 2]]}}\n",
            2,
            "'points' does not go together with auto",
        ),
        (
            "layers:\n  ann: {remove: true, freeze: 3}\n",
            2,
            "'remove' does not go together with 'freeze'",
        ),
    ],
)
def test_contradictions_name_line_and_reason(build, text, line, message):
    with pytest.raises(InputError) as error:
        build(text)
    assert f"edit.yaml, line {line}: " in str(error.value)
    assert message in str(error.value)
