import numpy as np
import pytest

from retime.config import TracksSettings
from retime.errors import InputError
from retime.people.corrections import CorrectionFile, Joints
from retime.people.identities import identify
from retime.people.interpolation import ABSENT, CORRECTED, INTERPOLATED, OBSERVED
from retime.people.people_tracks import complete

from .figures import standing
from .test_tracking import detections

PICTURE = (640, 360)
UNSMOOTHED = TracksSettings(smoothing=0.0)


def completed(frames, settings=UNSMOOTHED, corrections=()):
    found = detections(frames)
    tracks = identify(found, None, 30, settings.max_gap_seconds)
    return complete(found, tracks, list(corrections), settings, PICTURE, 30)


def correction(tmp_path, **fields):
    return CorrectionFile(tmp_path / "fix.json", [Joints(**fields)])


def crossing(hidden=range(18, 23)):
    """A walker passes in front of a person who stands at 300 and is hidden meanwhile."""
    frames = []
    for t in range(41):
        walker = standing(100 + 10 * t, 305)
        frames.append([walker] if t in hidden else [standing(300, 300), walker])
    return frames


def test_a_hidden_person_is_whole_in_every_frame():
    people = completed(crossing())
    assert people.present.all()
    assert np.isfinite(people.places).all()
    walker, stander = 0, 1
    np.testing.assert_allclose(
        people.places[stander], np.tile(standing(300, 300)[:, :2], (41, 1, 1))
    )
    np.testing.assert_allclose(people.places[walker, :, 0, 0], 100 + 10 * np.arange(41))
    assert (people.state[walker] == OBSERVED).all()
    assert (people.state[stander, 18:23] == INTERPOLATED).all()
    assert (people.state[stander, :18] == OBSERVED).all()
    assert (people.scores[stander, 18:23] == 0).all()
    np.testing.assert_allclose(people.scores[stander, 0], 0.9)


def test_a_second_hidden_is_bridged_too():
    people = completed(crossing(hidden=range(6, 38)))
    np.testing.assert_allclose(people.places[1], np.tile(standing(300, 300)[:, :2], (41, 1, 1)))


def test_people_are_numbered_by_first_appearance_then_from_left_to_right():
    def frame(t):
        poses = [standing(400, 300), standing(250, 300)]
        return [*poses, standing(15 + 6 * (t - 15), 300)] if t >= 15 else poses

    people = completed([frame(t) for t in range(40)])
    np.testing.assert_allclose(people.places[:, 20, 0, 0], [250, 400, 45])
    assert people.present[:, 0].tolist() == [True, True, False]
    assert (people.state[2, :15] == ABSENT).all()
    assert np.isnan(people.places[2, :15]).all()


def test_somebody_detected_a_moment_later_is_numbered_as_if_there_from_the_start():
    frames = [
        [standing(400, 300)] if t < 4 else [standing(400, 300), standing(250, 300)]
        for t in range(30)
    ]
    np.testing.assert_allclose(completed(frames).places[:, 0, 0, 0], [250, 400])


def test_bystanders_seen_for_a_few_frames_are_dropped():
    frames = [
        [standing(300, 300), standing(100, 300)] if t < 5 else [standing(300, 300)]
        for t in range(40)
    ]
    assert len(completed(frames).present) == 1
    assert len(completed(frames, TracksSettings(min_presence=0.1)).present) == 2


def test_a_passer_by_of_a_long_clip_stays():
    # 35 of 400 frames, at 30 frames per second longer than a second.
    frames = [
        [standing(300, 300), standing(20 + 12 * t, 310)] if t < 35 else [standing(300, 300)]
        for t in range(400)
    ]
    assert len(completed(frames).present) == 2
    longer = TracksSettings(smoothing=0.0, min_seconds=1.5)
    assert len(completed(frames, longer).present) == 1


def test_weak_joints_are_interpolated():
    frames = [[standing(300 + t, 300)] for t in range(20)]
    frames[8][0][15, 2] = 0.1
    frames[8][0][15, :2] += 15
    people = completed(frames)
    assert people.state[0, 8, 15] == INTERPOLATED
    np.testing.assert_allclose(people.places[0, 8, 15], standing(308, 300)[15, :2])


def test_feet_never_seen_are_added_below():
    frames = [[standing(300 + t, 300)] for t in range(20)]
    for poses in frames:
        poses[0][13:, 2] = 0.05
    people = completed(frames)
    assert (people.state[0, :, 13:] == INTERPOLATED).all()
    np.testing.assert_allclose(people.places[0, 5, 13:], standing(305, 300)[13:, :2])


def test_a_joint_put_right_leads_the_interpolation(tmp_path):
    frames = [[standing(300, 300)] for t in range(20)]
    for t in range(5, 14):
        frames[t][0][9, 2] = 0.05
    fix = correction(tmp_path, person=1, frame=10, keypoints={"left_wrist": (342.0, 253.2)})
    people = completed(frames, corrections=[fix])
    # The wrist goes from x = 312 in frame 4 to 342 in frame 10 and back to 312 in frame 14.
    np.testing.assert_allclose(
        people.places[0, 4:15, 9, 0], [312, 317, 322, 327, 332, 337, 342, 334.5, 327, 319.5, 312]
    )
    assert people.state[0, 10, 9] == CORRECTED
    assert people.state[0, 9, 9] == INTERPOLATED
    assert people.scores[0, 10, 9] == 1
    assert (people.state == CORRECTED).sum() == 1


def test_a_joint_put_right_stays_put_under_smoothing(tmp_path):
    frames = [[standing(300, 300)] for t in range(20)]
    fix = correction(tmp_path, person=1, frame=10, keypoints={"nose": (320.0, 210.0)})
    people = completed(frames, TracksSettings(smoothing=2.0), [fix])
    np.testing.assert_array_equal(people.places[0, 10, 0], [320, 210])


def test_a_joint_taken_back_is_interpolated(tmp_path):
    frames = [[standing(300, 300)] for t in range(20)]
    frames[10][0][9, :2] += [15, 0]
    fix = correction(tmp_path, person=1, frame=10, keypoints={"left_wrist": None})
    people = completed(frames, corrections=[fix])
    assert people.state[0, 10, 9] == INTERPOLATED
    np.testing.assert_allclose(people.places[0, 10, 9], standing(300, 300)[9, :2])


def test_who_is_corrected_where_absent_is_present_from_there_on(tmp_path):
    frames = [[standing(300, 300)] for _ in range(40)]
    for t in range(15, 40):
        frames[t].append(standing(15 + 6 * (t - 15), 300))
    fix = correction(tmp_path, person=2, frame=10, keypoints={"nose": (5.0, 206.0)})
    people = completed(frames, corrections=[fix])
    assert people.present[1].tolist() == [False] * 10 + [True] * 30


def test_corrections_of_unknown_people_are_refused(tmp_path):
    fix = correction(tmp_path, person=2, frame=0, keypoints={"nose": (1.0, 1.0)})
    with pytest.raises(InputError, match="2 is not tracked; people are 1"):
        completed([[standing(300, 300)]] * 10, corrections=[fix])


def test_nobody_long_enough_is_nobody():
    frames = [[standing(300, 300)] if t == 3 else [] for t in range(40)]
    people = completed(frames)
    assert people.present.shape == (0, 40)
    assert people.places.shape == (0, 40, 17, 2)


def test_people_without_limbs_are_nobody():
    frames = [[standing(300, 300)] for t in range(20)]
    for poses in frames:
        poses[0][5:, 2] = 0.05
    assert len(completed(frames).present) == 0
