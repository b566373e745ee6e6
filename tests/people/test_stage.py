import cv2
import numpy as np
import pytest

from retime.artifacts import Frames, Poses, Tracks
from retime.config import PosesSettings, TracksSettings
from retime.errors import InputError
from retime.people.preview import contact_sheet, draw_person, preview_tracks
from retime.people.stage import run_poses, run_tracks

from .figures import box_of, standing

FAST = PosesSettings(long_sides=(256,))


def write_frames(path, images, source_size):
    with Frames.create(
        path,
        sizes={"T": len(images), "H": images[0].shape[0], "W": images[0].shape[1]},
        parameters={},
        clip="test",
        source="test.mp4",
        source_size=list(source_size),
        working_size=[64, 36],
        fps=[30, 1],
        start_seconds=0.0,
        has_sound=False,
    ) as frames:
        frames.rgb[:] = np.array(images)
    return path


def write_poses(path, frames, source_size=(640, 360)):
    most = max(len(poses) for poses in frames)
    with Poses.create(
        path,
        sizes={"T": len(frames), "P": most},
        parameters={},
        clip="test",
        source_size=list(source_size),
        working_size=[64, 36],
        fps=[30, 1],
        start_seconds=0.0,
    ) as file:
        file.keypoints[:], file.box[:], file.score[:] = np.nan, np.nan, np.nan
        for t, poses in enumerate(frames):
            for p, pose in enumerate(poses):
                file.keypoints[t, p], file.box[t, p] = pose, box_of(pose)
                file.score[t, p] = 0.5
    return path


@pytest.fixture
def children(bedroom, tmp_path):
    """Frames of the real clip at a third of its size."""
    images = [cv2.resize(image, (320, 180), interpolation=cv2.INTER_AREA) for image in bedroom[:2]]
    return write_frames(tmp_path / "frames.h5", images, (960, 540))


def test_poses_are_in_pixels_of_the_source(models, children, tmp_path):
    run_poses(children, tmp_path / "poses.h5", FAST, 1)
    with Poses.open(tmp_path / "poses.h5") as poses:
        assert poses.clip == "test"
        assert poses.parameters["long_sides"] == [256]
        seen = np.isfinite(poses.score[:])
        assert (seen.sum(axis=1) == 2).all()
        heads = poses.keypoints[0, :, :5, :2].mean(axis=1)
        heads = heads[np.argsort(heads[:, 0])]
        # Read off the frame by eye: the boy's face and the girl's.
        np.testing.assert_allclose(heads, [[268, 182], [408, 65]], atol=15)
        boxes, joints = poses.box[0], poses.keypoints[0, :, :, :2]
        assert (joints.min(axis=1) > boxes[:, :2] - 20).all()
        assert (joints.max(axis=1) < boxes[:, 2:] + 20).all()


def test_an_empty_clip_is_refused(models, tmp_path):
    path = write_frames(
        tmp_path / "frames.h5", [np.full((90, 160, 3), 127, np.uint8)] * 2, (160, 90)
    )
    with pytest.raises(InputError, match=r"test\.mp4: nobody was found"):
        run_poses(path, tmp_path / "poses.h5", FAST, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["frames.h5"]


def test_poses_repeat_to_the_last_bit(models, children, tmp_path):
    for name in ("a.h5", "b.h5"):
        run_poses(children, tmp_path / name, FAST, 1)
    with Poses.open(tmp_path / "a.h5") as a, Poses.open(tmp_path / "b.h5") as b:
        np.testing.assert_array_equal(a.keypoints[:], b.keypoints[:])


def two_people(count=30):
    return [[standing(200 + 2 * t, 300), standing(500, 300)] for t in range(count)]


def test_tracks_are_written(tmp_path):
    poses = write_poses(tmp_path / "poses.h5", two_people())
    run_tracks(poses, tmp_path / "tracks.h5", TracksSettings(smoothing=0.0), [])
    with Tracks.open(tmp_path / "tracks.h5") as tracks:
        assert tracks.ids[:].tolist() == [1, 2]
        assert tracks.fps == [30, 1]
        assert tracks.present[:].all()
        assert (tracks.state[:] == 1).all()
        np.testing.assert_allclose(tracks.keypoints[:, 0, 0, 0], 200 + 2 * np.arange(30))
        np.testing.assert_allclose(tracks.score[:], 0.9, rtol=1e-6)


def test_tracks_know_people_by_their_looks_where_frames_are_given(tmp_path):
    # Two people are hidden for a second and change places meanwhile: only colours tell.
    def colours(t):
        return ((200, 30, 30), (30, 30, 200)) if t < 20 else ((30, 30, 200), (200, 30, 30))

    images, found = [], []
    for t in range(70):
        image, poses = np.full((180, 320, 3), 128, np.uint8), []
        if not 20 <= t < 50:
            for x, colour in zip((200, 300), colours(t), strict=True):
                # Pictures are half as large as the source.
                image[105:150, x // 2 - 9 : x // 2 + 10] = colour
                poses.append(standing(x, 300))
        images.append(image)
        found.append(poses)
    frames = write_frames(tmp_path / "frames.h5", images, (640, 360))
    poses = write_poses(tmp_path / "poses.h5", found)
    ends = {}
    for name, given in (("blind", None), ("seeing", frames)):
        run_tracks(poses, tmp_path / f"{name}.h5", TracksSettings(), [], frames=given)
        with Tracks.open(tmp_path / f"{name}.h5") as tracks:
            ends[name] = tracks.keypoints[[0, 69], 0, 0, 0].round().tolist()
    assert ends == {"blind": [200, 200], "seeing": [200, 300]}


def test_corrections_are_read(tmp_path):
    poses = write_poses(tmp_path / "poses.h5", two_people())
    fix = tmp_path / "fix.json"
    fix.write_text('[{"person": 2, "frame": 3, "keypoints": {"nose": [510, 200]}}]')
    run_tracks(poses, tmp_path / "tracks.h5", TracksSettings(), [fix])
    with Tracks.open(tmp_path / "tracks.h5") as tracks:
        assert tracks.keypoints[3, 1, 0].tolist() == [510, 200]
        assert tracks.state[3, 1, 0] == 3


def test_nobody_seen_for_long_enough_is_refused(tmp_path):
    frames = [[standing(200, 300)] if t < 3 else [] for t in range(30)]
    poses = write_poses(tmp_path / "poses.h5", frames)
    with pytest.raises(InputError, match=r"poses\.h5: nobody is seen in 20%.*min_presence"):
        run_tracks(poses, tmp_path / "tracks.h5", TracksSettings(), [])
    assert not (tmp_path / "tracks.h5").exists()


def test_frames_of_another_length_are_refused(tmp_path):
    poses = write_poses(tmp_path / "poses.h5", two_people())
    frames = write_frames(tmp_path / "frames.h5", [np.zeros((36, 64, 3), np.uint8)] * 7, (640, 360))
    with pytest.raises(InputError, match=r"frames\.h5: holds 7 frames, the poses 30"):
        run_tracks(poses, tmp_path / "tracks.h5", TracksSettings(), [], frames=frames)


def test_the_contact_sheet_shows_people_where_they_are(tmp_path):
    poses = write_poses(tmp_path / "poses.h5", two_people())
    run_tracks(poses, tmp_path / "tracks.h5", TracksSettings(), [])
    frames = write_frames(
        tmp_path / "frames.h5", [np.full((180, 320, 3), 90, np.uint8)] * 30, (640, 360)
    )
    preview_tracks(frames, tmp_path / "tracks.h5", tmp_path / "report" / "tracks.png")
    sheet = cv2.imread(str(tmp_path / "report" / "tracks.png"))
    # 24 of 30 frames in 6 rows of 4 tiles, 400 x 225 each, 4 px apart.
    assert sheet.shape == (6 * 229 - 4, 4 * 404 - 4, 3)
    first = sheet[:225, :400].astype(int)
    drawn = np.abs(first - 90).sum(axis=2) > 60
    # People stand at 200 and 500 of 640, from 206 to 298 of 360: all else but the number is bare.
    assert drawn[130:185, 117:133].any()
    assert drawn[130:185, 305:320].any()
    assert not drawn[190:, :].any()
    assert not drawn[:, 340:].any()


def test_absent_people_are_not_drawn():
    image = np.zeros((40, 60, 3), np.uint8)
    draw_person(image, np.full((17, 2), np.nan), np.zeros(17, int), "1", (255, 0, 0))
    assert not image.any()


def test_tiles_are_laid_out_in_rows():
    tiles = [np.full((10, 20, 3), 50 * number, np.uint8) for number in range(1, 4)]
    sheet = contact_sheet(tiles, columns=2)
    assert sheet.shape == (24, 44, 3)
    assert [sheet[5, 5, 0], sheet[5, 30, 0], sheet[19, 5, 0]] == [50, 100, 150]
