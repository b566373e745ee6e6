import numpy as np
import pytest

from retime.artifacts import Camera, Frames, Masks
from retime.camera.fitting import transform
from retime.camera.planes import corners
from retime.camera.stage import run_camera
from retime.config import CameraSettings
from retime.errors import InputError

from .scenes import SIZE, camera_pose, plane, scene


@pytest.fixture(scope="module")
def wall() -> np.ndarray:
    return plane(800, 600)


def shaken(wall: np.ndarray, frames: int = 9):
    return scene(
        [camera_pose(400 + 4 * np.sin(t), 300 + 3 * np.cos(t)) for t in range(frames)], wall
    )


def test_homographies_are_in_source_pixels(wall, tmp_path):
    made = shaken(wall)
    inputs = made.write(tmp_path, source_size=(960, 540))
    run_camera(*inputs, tmp_path / "camera.h5", CameraSettings(reference=4), threads=1)
    with Camera.open(tmp_path / "camera.h5") as camera:
        assert camera.mode == "stabilise"
        assert camera.reference == 4
        assert (camera.homographies[4] == np.eye(3)).all()
        x, y, width, height = camera.canvas
        found = camera.homographies[:]
        assert 0.8 < camera.inliers[:].min() <= camera.inliers[:].max() <= 1
    # The camera's moves are shifts: three times as large in the video as in the frames.
    moves = np.array(
        [[4 * np.sin(t) - 4 * np.sin(4), 3 * np.cos(t) - 3 * np.cos(4)] for t in range(9)]
    )
    shown = transform(found[:, None], corners((960, 540))[None])
    expected = corners((960, 540))[None] + 3 * moves[:, None]
    assert np.abs(shown - expected).max() < 3 * 0.3
    assert (x, y) == tuple(np.floor(shown.min((0, 1))))
    assert (x + width - 1, y + height - 1) == tuple(np.ceil(shown.max((0, 1))))


def test_still_is_exactly_the_identity(wall, tmp_path):
    inputs = scene([camera_pose(400, 300)] * 6, wall).write(tmp_path)
    for mode in ("auto", "still"):
        run_camera(*inputs, tmp_path / "camera.h5", CameraSettings(mode=mode), threads=1)
        with Camera.open(tmp_path / "camera.h5") as camera:
            assert camera.mode == "still"
            assert (camera.homographies[:] == np.eye(3)).all()
            assert camera.canvas == [0, 0, *SIZE]


def test_objects_with_masks_are_left_out(wall, tmp_path):
    """A textured board before a still camera, larger than what is seen of the wall, goes by."""
    made = scene([camera_pose(400, 300)] * 8, wall)
    made.keypoints[:] = np.nan
    board = plane(240, 180, seed=9)
    shown = np.zeros((8, 1, 90, 160), np.uint8)
    for t in range(8):
        made.rgb[t, :, 10 + 6 * t : 250 + 6 * t] = board[..., None]
        shown[t, 0, :, 5 + 3 * t : 125 + 3 * t] = 255
    frames, tracks = made.write(tmp_path)
    with Frames.open(frames) as clip:
        common = clip.clip_attributes()
    sizes = {"T": 8, "N": 1, "h": 90, "w": 160}
    with Masks.create(
        tmp_path / "masks.h5", parameters={}, sizes=sizes, names=["board"], **common
    ) as masks:
        masks.alpha[:] = shown
    found = []
    for given in (None, tmp_path / "masks.h5"):
        run_camera(frames, tracks, tmp_path / "camera.h5", CameraSettings(), 1, given)
        with Camera.open(tmp_path / "camera.h5") as camera:
            moved = transform(camera.homographies[:][:, None], corners(SIZE)[None])
            found.append(np.abs(moved - corners(SIZE)).max())
    # In eight frames the board goes 42 pixels, for which it is at first taken for the background.
    assert found[0] > 20
    assert found[1] < 1


def test_the_same_twice(wall, tmp_path):
    inputs = shaken(wall).write(tmp_path)
    for name in ("a.h5", "b.h5"):
        run_camera(*inputs, tmp_path / name, CameraSettings(), threads=1)
    with Camera.open(tmp_path / "a.h5") as first, Camera.open(tmp_path / "b.h5") as second:
        assert (first.homographies[:] == second.homographies[:]).all()


def test_no_texture_at_all_is_said(tmp_path, capsys):
    inputs = scene([camera_pose(400, 300)] * 5, np.full((600, 800), 90, np.uint8)).write(tmp_path)
    run_camera(*inputs, tmp_path / "camera.h5", CameraSettings(), threads=1)
    assert "too little texture" in capsys.readouterr().err
    with Camera.open(tmp_path / "camera.h5") as camera:
        assert camera.mode == "still"
        assert (camera.homographies[:] == np.eye(3)).all()
    with pytest.raises(InputError, match=r"only 1 of 5 frames .* could be aligned"):
        run_camera(*inputs, tmp_path / "pan.h5", CameraSettings(mode="pan"), threads=1)
    assert not (tmp_path / "pan.h5").exists()


def test_filled_in_frames_are_said(wall, tmp_path, capsys):
    made = shaken(wall)
    made.rgb[6:8] = 90
    run_camera(*made.write(tmp_path), tmp_path / "camera.h5", CameraSettings(), threads=1)
    assert "frames 6 to 7 could not be aligned" in capsys.readouterr().err
    with Camera.open(tmp_path / "camera.h5") as camera:
        assert camera.inliers[6:8].tolist() == [0, 0]
        assert np.isfinite(camera.homographies[:]).all()


def test_reference_outside_the_clip(wall, tmp_path):
    inputs = shaken(wall, 4).write(tmp_path)
    with pytest.raises(InputError, match=r"camera\.reference is 4, but .* 4 frames, 0 to 3"):
        run_camera(*inputs, tmp_path / "camera.h5", CameraSettings(reference=4), threads=1)


def test_tracks_of_another_clip(wall, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    frames, _ = shaken(wall, 4).write(tmp_path / "a")
    _, tracks = shaken(wall, 5).write(tmp_path / "b")
    with pytest.raises(InputError, match=r"tracks\.h5: 5 frames, but .*frames\.h5 has 4"):
        run_camera(frames, tracks, tmp_path / "camera.h5", CameraSettings(), threads=1)
