"""What was given becomes the file of the stage in whose place it was given."""

import json

import cv2
import numpy as np
import pytest

from retime.artifacts import Camera, Frames, Masks, Poses, Tracks, Uv
from retime.config import TracksSettings
from retime.errors import InputError
from retime.interop import alphapose, coco_keypoints, homographies, mask_pictures
from retime.interop.given import make_camera, make_masks, make_poses, make_tracks, make_uv
from retime.people.interpolation import CORRECTED, INTERPOLATED, OBSERVED
from retime.video.encoding import VideoWriter

from .conftest import found_tracks, standing, write_frames

SETTINGS = TracksSettings()


@pytest.fixture
def tracked(tmp_path):
    """Two people whom a file calls 3 and 8; the second is not seen in frame 1, and gone in 3."""
    keypoints = np.stack([[standing(10 + t, 2), standing(20, 2 + t)] for t in range(4)])
    present = np.array([[1, 1], [1, 0], [1, 1], [1, 0]], bool)
    path = tmp_path / "tracks.json"
    coco_keypoints.write(found_tracks(keypoints, present, [3, 8]), path)
    return path, keypoints


def test_tracks_stay_as_given_and_gaps_are_filled_in(tracked, frames_file, tmp_path, capsys):
    path, keypoints = tracked
    make_tracks(frames_file, path, tmp_path / "tracks.h5", SETTINGS, [])
    with Tracks.open(tmp_path / "tracks.h5") as tracks:
        assert tracks.ids[:].tolist() == [1, 2]
        assert tracks.present[:].T.tolist() == [[True] * 4, [True, True, True, False]]
        assert np.allclose(tracks.keypoints[:, 0], keypoints[:, 0])
        assert np.allclose(tracks.keypoints[1, 1], standing(20, 3))  # half way
        assert np.isnan(tracks.keypoints[3, 1]).all()
        assert set(tracks.state[1, 1].tolist()) == {INTERPOLATED}
        assert set(tracks.state[:, 0].ravel().tolist()) == {OBSERVED}
        assert tracks.parameters["given"] == str(path)
        assert tracks.parameters["format"] == "coco"
        assert tracks.parameters["given_ids"] == [3, 8]
        assert tracks.clip == "tiny"
    said = capsys.readouterr().err
    assert "in place of tracking: 2 people" in said
    assert "people are called 1 (there 3), 2 (there 8)" in said


def test_corrections_hold_for_given_tracks(tracked, frames_file, tmp_path):
    fix = tmp_path / "fix.json"
    fix.write_text(json.dumps([{"person": 2, "frame": 1, "keypoints": {"nose": [1.5, 2.5]}}]))
    make_tracks(frames_file, tracked[0], tmp_path / "tracks.h5", SETTINGS, [fix])
    with Tracks.open(tmp_path / "tracks.h5") as tracks:
        assert tracks.keypoints[1, 1, 0].tolist() == [1.5, 2.5]
        assert tracks.state[1, 1, 0] == CORRECTED


def test_tracks_of_nobody(frames_file, tmp_path):
    make_tracks(frames_file, None, tmp_path / "tracks.h5", SETTINGS, [])
    with Tracks.open(tmp_path / "tracks.h5") as tracks:
        assert tracks.keypoints.shape == (4, 0, 17, 2)
        assert tracks.ids[:].tolist() == []


def test_joints_that_score_little_are_filled_in(frames_file, tmp_path):
    keypoints = np.stack([[standing(10 + t, 2)] for t in range(4)])
    scores = np.ones((4, 1, 17))
    scores[1, 0, 9] = 0.1
    keypoints[1, 0, 9] = 0
    path = tmp_path / "tracks.json"
    path.write_text(alphapose.as_text(keypoints, scores, np.ones((4, 1), bool), [1]))
    make_tracks(frames_file, path, tmp_path / "tracks.h5", SETTINGS, [])
    with Tracks.open(tmp_path / "tracks.h5") as tracks:
        assert np.allclose(tracks.keypoints[1, 0, 9], standing(11, 2)[9], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("tracks.json", "[]", "holds nobody"),
        ("tracks.csv", "1,2", r"not a known format; known are \.json and \.xml"),
        (
            "tracks.json",
            json.dumps([{"image_id": "77.jpg", "keypoints": [1.0] * 51, "score": 1, "idx": 1}]),
            "shows nobody in the clip's 4 frames",
        ),
        (
            "tracks.json",
            json.dumps([{"image_id": "1.jpg", "keypoints": [1, 1, 0] * 17, "score": 1, "idx": 1}]),
            "of person 1 no two joints of a limb are ever known",
        ),
    ],
)
def test_tracks_that_cannot_be_used(frames_file, tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=rf"{name}: {message}"):
        make_tracks(frames_file, tmp_path / name, tmp_path / "tracks.h5", SETTINGS, [])
    assert not (tmp_path / "tracks.h5").exists()


def test_poses_are_tracked_by_the_workflow(tracked, frames_file, tmp_path):
    make_poses(frames_file, tracked[0], tmp_path / "poses.h5")
    with Poses.open(tmp_path / "poses.h5") as poses:
        assert poses.keypoints.shape == (4, 2, 17, 3)
        assert np.isfinite(poses.score[:]).sum(1).tolist() == [2, 1, 2, 1]
        assert np.allclose(poses.box[0, 0], [7, 1.5, 13, 14])
        assert poses.parameters == {"given": str(tracked[0]), "format": "coco"}


def test_a_camera_in_pixels_of_the_source(frames_file, tmp_path):
    given = np.stack([[[1, 0, 4 * t], [0, 1, 0], [0, 0, 1.0]] for t in range(4)])
    homographies.write(given, (32, 16), tmp_path / "homographies.txt")
    make_camera(frames_file, tmp_path / "homographies.txt", tmp_path / "camera.h5")
    with Camera.open(tmp_path / "camera.h5") as camera:
        assert np.allclose(camera.homographies[:], given)
        assert (camera.homographies[0] == np.eye(3)).all()
        assert camera.canvas == [0, 0, 32 + 12, 16]
        assert (camera.mode, camera.reference) == ("pan", 0)


def test_a_camera_for_the_video_serves_a_part_of_it(tmp_path):
    frames = write_frames(tmp_path / "frames.h5", index=(2, 3))
    given = np.stack([[[1, 0, 4 * t], [0, 1, 0], [0, 0, 1.0]] for t in range(4)])
    homographies.write(given, (32, 16), tmp_path / "homographies.txt")
    make_camera(frames, tmp_path / "homographies.txt", tmp_path / "camera.h5")
    with Camera.open(tmp_path / "camera.h5") as camera:
        assert np.allclose(camera.homographies[:], given[2:])
        assert camera.canvas == [8, 0, 36, 16]


def test_a_camera_that_does_not_fit(frames_file, tmp_path):
    path = tmp_path / "homographies.txt"
    homographies.write(np.eye(3)[None], (32, 16), path)
    with pytest.raises(InputError, match=r"homographies\.txt: number of homographies: 1, but"):
        make_camera(frames_file, path, tmp_path / "camera.h5")
    far = np.stack([[[1, 0, 900 * t], [0, 1, 900 * t], [0, 0, 1.0]] for t in range(4)])
    homographies.write(far, (32, 16), path)
    with pytest.raises(InputError, match=r"homographies\.txt: the camera turns or zooms too far"):
        make_camera(frames_file, path, tmp_path / "camera.h5")


def test_uv_maps_at_working_size(tracked, frames_file, tmp_path):
    make_tracks(frames_file, tracked[0], tmp_path / "tracks.h5", SETTINGS, [])
    iuv = np.zeros((16, 32, 3), np.uint8)
    iuv[4:8, 6:10] = 2, 100, 200  # blue, green, red as OpenCV writes them
    (tmp_path / "uv/2").mkdir(parents=True)
    for t in range(4):
        cv2.imwrite(str(tmp_path / f"uv/2/{t}.png"), iuv)
    make_uv(frames_file, tmp_path / "tracks.h5", tmp_path / "uv", tmp_path / "uv.h5")
    with Uv.open(tmp_path / "uv.h5") as uv:
        assert uv.iuv.shape == (4, 2, 8, 16, 3)
        assert not uv.iuv[:, 0].any()
        assert (uv.iuv[3, 1, 2:4, 3:5] == [2, 100, 200]).all()
        assert (uv.iuv[3, 1, ..., 0] > 0).sum() == 4
        assert uv.parameters["given"] == str(tmp_path / "uv")


def test_masks_at_working_size(frames_file, tmp_path):
    mattes = np.zeros((4, 16, 32), np.uint8)
    mattes[:, 4:8, 6:11] = 255
    mask_pictures.write_masks(iter(mattes), tmp_path / "ball")
    mask_pictures.write_numbers(iter((mattes > 0) * np.uint8(3)), tmp_path / "davis")
    make_masks(
        frames_file,
        [f"ball={tmp_path / 'ball'}#", f"cat={tmp_path / 'davis'}#3"],
        tmp_path / "masks.h5",
    )
    with Masks.open(tmp_path / "masks.h5") as masks:
        assert masks.names == ["ball", "cat"]
        assert masks.alpha[0, 0, 2, :].tolist() == [0, 0, 0, 255, 255, 128, *[0] * 10]
        assert (masks.alpha[:, 0] == masks.alpha[:, 1]).all()


def test_a_matte_video(frames_file, tmp_path):
    with VideoWriter(tmp_path / "matte.mkv", (32, 16), 10, form="ffv1") as video:
        for t in range(4):
            video.write(np.full((16, 32, 3), 60 * t, np.uint8))
    make_masks(frames_file, [f"ball={tmp_path / 'matte.mkv'}"], tmp_path / "masks.h5")
    with Masks.open(tmp_path / "masks.h5") as masks:
        assert masks.alpha[:, 0, 0, 0].tolist() == [0, 60, 120, 180]


@pytest.mark.parametrize(
    ("shape", "value", "message"),
    [
        ((4, 16, 16), 255, "frame 0: the mask is 16x16, of another shape than the video's 32x16"),
        ((4, 16, 32), 0, "the masks of 'ball' are empty throughout"),
        ((3, 16, 32), 255, "number of masks: 3, but the clip has 4 frames"),
    ],
)
def test_masks_that_do_not_fit(frames_file, tmp_path, shape, value, message):
    mask_pictures.write_masks(iter(np.full(shape, value, np.uint8)), tmp_path / "ball")
    with pytest.raises(InputError, match=message):
        make_masks(frames_file, [f"ball={tmp_path / 'ball'}"], tmp_path / "masks.h5")
    assert not (tmp_path / "masks.h5").exists()


def test_names_of_pictures_say_which_frame_is_meant(tmp_path):
    folder = tmp_path / "clip"
    folder.mkdir()
    for name in ("0001", "0002", "0007", "0009"):
        cv2.imwrite(str(folder / f"{name}.png"), np.zeros((16, 32, 3), np.uint8))
    frames = write_frames(tmp_path / "frames.h5", source=str(folder))
    entry = {"keypoints": standing_triples(), "idx": 1}
    (tmp_path / "tracks.json").write_text(json.dumps({"0007.png": [entry]}))
    make_tracks(frames, tmp_path / "tracks.json", tmp_path / "tracks.h5", SETTINGS, [])
    with Tracks.open(tmp_path / "tracks.h5") as tracks, Frames.open(frames) as clip:
        assert len(clip.rgb) == 4
        assert tracks.present[:, 0].tolist() == [False, False, True, False]


def standing_triples():
    return np.concatenate([standing(10, 2), np.ones((17, 1))], 1).ravel().tolist()
