from retime.people.encounters import meetings, settle
from retime.people.tracking import Tracklet

from .figures import standing
from .test_linking import coloured, unknown_looks
from .test_tracking import detections


def crossing():
    """Two people who walk through one another; in frames 18 to 22 one is hidden."""
    frames = []
    for t in range(41):
        poses = [standing(100 + 5 * t, 200), standing(300 - 5 * t, 200)]
        frames.append(poses[:1] if 18 <= t <= 22 else poses)
    return detections(frames)


def tracks(exchanged_from=None):
    """The tracks of the two; from a frame on, exchanged."""
    frames = [t for t in range(41) if not 18 <= t <= 22]
    if exchanged_from is None:
        return [Tracklet(list(range(41)), [0] * 41), Tracklet(frames, [1] * len(frames))]
    first = [int(t >= exchanged_from) for t in range(41)]
    return [
        Tracklet(frames, [first[t] for t in frames]),
        Tracklet(list(range(41)), [0 if 18 <= t <= 22 else 1 - first[t] for t in range(41)]),
    ]


def test_people_meet_while_boxes_overlap_or_one_is_unseen():
    # Boxes 24 wide overlap by a tenth (IoU) from a distance of 19.6 px on; they are 200 - 10 t
    # apart, so up to two frames to each side of frame 20, besides the frames with one hidden.
    assert meetings(crossing(), *tracks(), pause=3) == [(18, 22)]


def test_meetings_at_the_ends_of_the_clip_do_not_count():
    found = detections([[standing(100, 200), standing(105, 200)]] * 3)
    pair = [Tracklet([0, 1, 2], [p] * 3) for p in (0, 1)]
    assert meetings(found, *pair, pause=1) == []


def test_short_pauses_do_not_end_a_meeting():
    frames = [[standing(100, 200), standing(x, 200)] for x in (200, 105, 105, 200, 105, 200)]
    pair = [Tracklet(list(range(6)), [p] * 6) for p in (0, 1)]
    assert meetings(detections(frames), *pair, pause=2) == [(1, 4)]
    assert meetings(detections(frames), *pair, pause=1) == [(1, 2), (4, 4)]


def test_people_confused_in_an_encounter_are_put_right():
    found = crossing()
    looks = coloured(found, lambda t, entry: entry)
    settled = settle(found, looks, tracks(exchanged_from=23), 30)
    for track in settled:
        outside = [e for t, e in zip(track.frames, track.entries, strict=True) if t < 18 or t > 22]
        assert len(set(outside)) == 1
    together = sorted(p for t in settled for p in zip(t.frames, t.entries, strict=True))
    assert together == sorted(p for t in tracks() for p in zip(t.frames, t.entries, strict=True))


def test_people_who_went_on_as_they_were_are_left_alone():
    found = crossing()
    looks = coloured(found, lambda t, entry: entry)
    assert settle(found, looks, tracks(), 30) == tracks()


def test_without_looks_nothing_is_exchanged():
    found = crossing()
    wrong = tracks(exchanged_from=23)
    assert settle(found, unknown_looks(found), wrong, 30) == wrong


def test_people_who_look_alike_are_left_alone():
    found = crossing()
    wrong = tracks(exchanged_from=23)
    assert settle(found, coloured(found, lambda t, entry: 0), wrong, 30) == wrong


def ending_in_front(exchanged_from):
    """Two who meet and do not part before the end; from a frame on, one is hidden.

    The one in front is called as the other from frame ``exchanged_from`` on.
    """
    frames = []
    for t in range(30):
        poses = [standing(100 + 5 * t, 200), standing(300 - 5 * t, 200)]
        frames.append(poses if t < 18 else poses[:1])
    found = detections(frames)
    front = [t for t in range(30) if t < exchanged_from]
    one = Tracklet(front, [0] * len(front))
    both = [*range(18), *range(exchanged_from, 30)]
    other = Tracklet(both, [1 if t < 18 else 0 for t in both])
    return found, [one, other]


def test_who_is_in_front_when_the_clip_ends_is_who_they_look_like():
    found, wrong = ending_in_front(exchanged_from=20)
    looks = coloured(found, lambda t, entry: entry)
    one, other = settle(found, looks, wrong, 30)
    assert one.frames == list(range(30))
    assert one.entries == [0] * 30
    assert other.frames == list(range(18))


def test_a_few_frames_at_the_end_are_too_few_to_tell():
    found, wrong = ending_in_front(exchanged_from=27)
    assert settle(found, coloured(found, lambda t, entry: entry), wrong, 30) == wrong


def test_who_looks_like_both_at_the_end_is_left_alone():
    found, wrong = ending_in_front(exchanged_from=20)
    assert settle(found, coloured(found, lambda t, entry: 0), wrong, 30) == wrong
