import numpy as np
import pytest

from retime.people.tracking import (
    Detections,
    build_tracklets,
    displacement,
    faded_travel,
)

from .figures import box_of, standing


def detections(frames):
    """Build detections from a list of poses for each frame."""
    most = max(len(poses) for poses in frames)
    keypoints = np.full((len(frames), most, 17, 3), np.nan)
    boxes, scores = np.full((len(frames), most, 4), np.nan), np.full((len(frames), most), np.nan)
    for t, poses in enumerate(frames):
        for p, pose in enumerate(poses):
            keypoints[t, p], boxes[t, p], scores[t, p] = pose, box_of(pose), pose[:, 2].mean()
    return Detections(keypoints, boxes, scores)


def middles(found, tracklet):
    """Return where the person is in each frame of the tracklet, x in pixels."""
    return found.keypoints[tracklet.frames, tracklet.entries, :, 0].mean(axis=1)


def test_displacement_is_not_moved_by_one_joint_off():
    first, second = standing(0, 0), standing(7, -3)
    second[9, :2] += 500
    np.testing.assert_allclose(displacement(first, second), [7, -3])


def test_displacement_uses_joints_trusted_in_both_only():
    first, second = standing(0, 0), standing(7, -3)
    first[:10, 2], second[:10, :2] = 0.1, 0
    np.testing.assert_allclose(displacement(first, second), [7, -3])


def test_displacement_without_a_common_joint_is_that_of_the_middles():
    first, second = standing(0, 0), standing(10, 0)
    first[8:, 2], second[:8, 2] = 0.0, 0.0
    expected = second[8:, :2].mean(axis=0) - first[:8, :2].mean(axis=0)
    np.testing.assert_allclose(displacement(first, second), expected)
    second[:, 2] = 0
    np.testing.assert_array_equal(displacement(first, second), [0, 0])


def test_a_fading_velocity_carries_on_for_a_frame_and_then_less_and_less():
    velocity = np.array([10.0, -2.0])
    np.testing.assert_allclose(faded_travel(velocity, 1, 9), velocity)
    # After long: the first frame and nine more.
    np.testing.assert_allclose(faded_travel(velocity, 1e6, 9), 10 * velocity)
    assert faded_travel(velocity, 2, 9)[0] == pytest.approx(10 + 90 * (1 - np.exp(-1 / 9)))


def test_two_people_who_stand_still_are_two_tracklets():
    found = detections([[standing(100, 200), standing(300, 200)] for _ in range(5)])
    tracklets = build_tracklets(found, 30)
    assert [t.frames for t in tracklets] == [[0, 1, 2, 3, 4]] * 2


def test_the_order_of_detections_does_not_matter():
    pair = [standing(100, 200), standing(300, 200)]
    found = detections([pair, pair[::-1], pair, pair[::-1]])
    tracklets = build_tracklets(found, 30)
    assert [t.entries for t in tracklets] == [[0, 1, 0, 1], [1, 0, 1, 0]]


@pytest.mark.parametrize("speed", [4, 9])
def test_people_who_walk_through_one_another_keep_their_ids(speed):
    # Both are seen all the time and pass within a pixel; the order of detection is shuffled.
    rng = np.random.default_rng(1)
    frames = []
    for t in range(60):
        poses = [standing(100 + speed * t, 200), standing(100 + speed * (59 - t), 203)]
        frames.append([poses[p] for p in rng.permutation(2)])
    found = detections(frames)
    tracklets = build_tracklets(found, 30)
    assert len(tracklets) == 2
    for tracklet, direction in zip(tracklets, (1, -1), strict=True):
        steps = np.diff(middles(found, tracklet))
        first = middles(found, tracklet)[0]
        direction = 1 if first < 300 else -1
        np.testing.assert_allclose(steps, direction * speed)


def test_a_walker_in_front_does_not_take_over_a_standing_person():
    # From frame 18 to 24 the standing person is hidden and only the walker is seen.
    frames = []
    for t in range(45):
        walker, stander = standing(60 + 7 * t, 205, height=105), standing(207, 200)
        frames.append([walker] if 18 <= t <= 24 else [stander, walker])
    found = detections(frames)
    tracklets = build_tracklets(found, 30)
    # Before and after the gap: linking says whether they are one.
    assert sorted(len(t.frames) for t in tracklets) == [18, 20, 45]
    walker = max(tracklets, key=lambda t: len(t.frames))
    np.testing.assert_allclose(np.diff(middles(found, walker)), 7)


@pytest.mark.parametrize("step", [6, 12])
def test_fast_movement_is_followed(step):
    # Up and down again in 20 frames, by up to 12 px a frame at a height of 100 px: 6 m/s.
    heights = step * np.concatenate([np.arange(10), np.arange(10, -1, -1)])
    found = detections([[standing(100, 400 - h)] for h in heights])
    assert len(build_tracklets(found, 30)) == 1


def test_a_tracklet_ends_where_its_person_is_missed():
    frames = [[standing(100 + 5 * t, 200)] if t not in (5, 6, 7) else [] for t in range(15)]
    tracklets = build_tracklets(detections(frames), 30)
    assert [len(t.frames) for t in tracklets] == [5, 7]


def test_nobody_takes_the_place_of_a_person_missed_for_a_few_frames():
    # The walker is missed in frames 16 and 17. In frame 18 only one person is found, 9 px from
    # where the stander was seen last and where the walker ought to be.
    frames = []
    for t in range(30):
        walker, stander = standing(27 + 10 * t, 203), standing(216, 200)
        frames.append([stander] if t in (16, 17) else [walker] if t >= 18 else [stander, walker])
    found = detections(frames)
    tracklets = build_tracklets(found, 30)
    assert [t.frames for t in tracklets] == [
        list(range(18)),
        list(range(16)),
        list(range(18, 30)),
    ]


def test_after_a_longer_gap_a_new_tracklet_begins():
    frames = [[standing(100, 200)] if not 5 <= t < 25 else [] for t in range(30)]
    tracklets = build_tracklets(detections(frames), 30)
    assert [t.frames for t in tracklets] == [list(range(5)), list(range(25, 30))]


def test_somebody_elsewhere_is_somebody_else():
    tracklets = build_tracklets(detections([[standing(100, 200)], [standing(300, 200)]]), 30)
    assert [t.frames for t in tracklets] == [[0], [1]]


def test_a_clip_without_anybody_has_no_tracklets():
    found = Detections(np.empty((4, 0, 17, 3)), np.empty((4, 0, 4)), np.empty((4, 0)))
    assert build_tracklets(found, 30) == []
