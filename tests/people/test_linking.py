import numpy as np
import pytest

from retime.people.appearance import REGION_BINS, REGIONS
from retime.people.linking import clean, link, looks_of
from retime.people.tracking import build_tracklets

from .figures import standing
from .test_tracking import detections


def unknown_looks(found):
    return np.full((*found.scores.shape, REGIONS, REGION_BINS), np.nan)


def coloured(found, colour_of):
    """Looks in which each person has one colour; ``colour_of(frame, entry)`` is its bin."""
    looks = unknown_looks(found)
    for frame in range(len(found.scores)):
        for entry in found.found(frame):
            looks[frame, entry] = 0
            looks[frame, entry, :, colour_of(frame, entry)] = 1
    return looks


def linked(frames, looks=None, longest_gap=4.0):
    found = detections(frames)
    looks = unknown_looks(found) if looks is None else looks(found)
    return link(found, looks, build_tracklets(found, 30), 30, longest_gap)


def gone(t, first=10, last=50):
    return first <= t <= last


def test_a_person_hidden_for_more_than_a_second_keeps_the_track():
    tracks = linked([[] if gone(t) else [standing(100, 200)] for t in range(70)])
    assert [len(t.frames) for t in tracks] == [29]
    assert tracks[0].frames[9:11] == [9, 51]


def test_a_person_walking_on_behind_something_keeps_the_track():
    tracks = linked([[] if gone(t, 10, 40) else [standing(100 + 3 * t, 200)] for t in range(60)])
    assert len(tracks) == 1


def test_longer_than_allowed_is_another_person():
    frames = [[] if gone(t) else [standing(100, 200)] for t in range(70)]
    assert len(linked(frames, longest_gap=1.0)) == 2


def test_somebody_of_another_size_is_another_person():
    frames = [
        [] if gone(t, 10, 20) else [standing(100, 200, 100 if t < 10 else 400)] for t in range(40)
    ]
    assert len(linked(frames)) == 2


def test_somebody_far_off_is_another_person():
    frames = [[] if gone(t, 10, 20) else [standing(100 if t < 10 else 400, 200)] for t in range(40)]
    assert len(linked(frames)) == 2


def test_a_person_missed_for_a_few_frames_is_found_again():
    tracks = linked([[standing(100 + 5 * t, 200)] if not 5 <= t < 8 else [] for t in range(15)])
    assert [len(t.frames) for t in tracks] == [12]


def test_a_flash_of_somebody_does_not_come_between():
    # Back from behind something, 60 px on; meanwhile a phantom flashes up where they vanished.
    def frame(t):
        person = [standing(100 if t < 20 else 160, 200)] if not 20 <= t < 40 else []
        return person + [standing(100, 200)] * (t in (50, 51))

    tracks = linked([frame(t) for t in range(70)])
    assert [len(t.frames) for t in tracks] == [50, 2]


@pytest.mark.parametrize(("at", "kept"), [(30, True), (24, False)])
def test_a_glimpse_in_the_middle_of_a_long_gap_is_kept(at, kept):
    # Hidden from 20 to 49; a glimpse counts if it is 0.3 seconds from both sides.
    frames = [[standing(100 + t, 200)] if t < 20 or t >= 50 or t == at else [] for t in range(70)]
    tracks = linked(frames)
    assert (at in tracks[0].frames) == kept
    assert [t.frames for t in tracks[1:]] == ([] if kept else [[at]])


def test_a_glimpse_of_somebody_elsewhere_is_left_out():
    frames = [[standing(100, 200)] if not 20 <= t < 50 else [] for t in range(70)]
    frames[35] = [standing(300, 200)]
    assert [t.frames for t in linked(frames)][1:] == [[35]]


def test_somebody_unknown_is_no_better_match_than_who_looks_alike():
    # Two come back, 30 px from where one was: who looks alike to the right, and to the left
    # somebody of whom the looks are not known.
    def looks(found):
        seen = coloured(found, lambda t, entry: 3)
        seen[30:, 0] = np.nan
        return seen

    frames = [
        [] if gone(t, 10, 29) else [standing(100, 200)] if t < 10
        else [standing(70, 200), standing(130, 200)]
        for t in range(60)
    ]  # fmt: skip
    tracks = linked(frames, looks)
    assert [set(t.entries[10:]) for t in tracks if t.frames[0] == 0] == [{1}]


def test_two_hidden_people_come_back_as_who_they_were():
    # Both are hidden while they exchange places: only movement tells.
    def frame(t):
        if gone(t, 20, 30):
            return []
        return [standing(100 + 4 * t, 200), standing(300 - 4 * t, 200)]

    found = detections([frame(t) for t in range(50)])
    tracks = link(found, unknown_looks(found), build_tracklets(found, 30), 30, 4.0)
    assert [set(t.entries) for t in tracks] == [{0}, {1}]


def test_looks_tell_who_comes_back_where_movement_cannot():
    # Two people stand, are hidden for a second, and have changed places when seen again.
    def frame(t):
        if gone(t, 20, 50):
            return []
        return [standing(100, 200), standing(160, 200)]

    def colours(found):
        return coloured(found, lambda t, entry: entry if t < 20 else 1 - entry)

    tracks = linked([frame(t) for t in range(80)], colours)
    assert [[t.entries[0], t.entries[-1]] for t in tracks] == [[0, 1], [1, 0]]
    assert [[t.entries[0], t.entries[-1]] for t in linked([frame(t) for t in range(80)])] == [
        [0, 0],
        [1, 1],
    ]


def test_a_lone_detection_does_not_take_a_persons_place():
    # Someone is hidden for ten frames and has moved a little when seen again; two frames later
    # there is for once a second detection just where they were, of which no looks are known.
    def frame(t):
        if gone(t, 20, 29):
            return []
        return [standing(100 if t < 20 else 115, 200)] + [standing(100, 200)] * (t == 32)

    def colours(found):
        looks = coloured(found, lambda t, entry: 0)
        looks[32, 1] = np.nan
        return looks

    tracks = linked([frame(t) for t in range(50)], colours)
    assert sorted(len(t.frames) for t in tracks) == [1, 40]


def test_frames_that_show_two_people_in_one_place_are_no_witnesses():
    found = detections([[standing(100, 200), standing(x, 200)] for x in (110, 200, 200)])
    assert [clean(found, t, 0) for t in range(3)] == [False, True, True]
    looks = coloured(found, lambda t, entry: t)
    seen = looks_of(found, looks, [0, 1, 2], [0, 0, 0], most=1)
    np.testing.assert_array_equal(np.argmax(seen, axis=1), [1, 1])


def test_tracks_keep_every_detection_once():
    rng = np.random.default_rng(3)
    frames = [
        [standing(60 * p + rng.normal(), 200) for p in range(4) if rng.random() > 0.3]
        for _ in range(40)
    ]
    found = detections(frames)
    tracks = link(found, unknown_looks(found), build_tracklets(found, 30), 30, 4.0)
    pairs = [pair for t in tracks for pair in zip(t.frames, t.entries, strict=True)]
    assert len(pairs) == len(set(pairs)) == sum(len(poses) for poses in frames)
    assert all(t.frames == sorted(set(t.frames)) for t in tracks)


@pytest.mark.parametrize("fps", [15, 60])
def test_a_second_unseen_is_a_second_at_any_frame_rate(fps):
    frames = [[] if gone(t, fps, 2 * fps) else [standing(100, 200)] for t in range(3 * fps)]
    found = detections(frames)
    tracklets = build_tracklets(found, fps)
    assert len(link(found, unknown_looks(found), tracklets, fps, 1.5)) == 1
    assert len(link(found, unknown_looks(found), tracklets, fps, 0.9)) == 2
