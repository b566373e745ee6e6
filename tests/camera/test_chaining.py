import cv2
import numpy as np
import pytest

from retime.camera.chaining import chain
from retime.camera.fitting import transform
from retime.camera.masking import background_mask
from retime.camera.matching import prepare
from retime.camera.motion import choose_mode, travelled
from retime.camera.planes import corners

from .scenes import SIZE, Scene, camera_pose, plane, scene


def film(made: Scene, reference: int, travel: bool, features: int = 800):
    cv2.setNumThreads(1)

    def picture(t: int):
        grey = cv2.cvtColor(made.rgb[t], cv2.COLOR_RGB2GRAY)
        return prepare(grey, background_mask(made.keypoints[t], SIZE), features)

    return chain(picture, len(made.rgb), reference, SIZE, travel)


def corner_errors(homographies: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return [T] the distance of the worst corner from where it truly lies, pixels."""
    framed = corners(SIZE)[None]
    difference = transform(homographies[:, None], framed) - transform(true[:, None], framed)
    return np.linalg.norm(difference, axis=-1).max(axis=-1)


@pytest.fixture(scope="module")
def shaken() -> Scene:
    """A hand-held camera: some pixels, a degree, a little zoom and tilt."""
    poses = [
        camera_pose(
            400 + 9 * np.sin(t / 3),
            300 + 6 * np.cos(t / 4),
            turn=1.5 * np.sin(t / 5),
            zoom=1 + 0.03 * np.sin(t / 7),
            tilt=0.1 * np.sin(t / 6),
        )
        for t in range(25)
    ]
    return scene(poses, plane(800, 600))


@pytest.fixture(scope="module")
def panned() -> Scene:
    """40 frames of a camera that pans over three of its picture's widths, unsteadily."""
    poses = [
        camera_pose(250 + 24 * t, 300 + 5 * np.sin(t / 3), turn=np.sin(t / 6)) for t in range(40)
    ]
    return scene(poses, plane(1500, 600))


def test_hand_held(shaken):
    measured = film(shaken, 12, travel=True)
    assert measured.keys == [12]
    assert choose_mode(measured) == "stabilise"
    motion = travelled(measured, "stabilise", 12, SIZE, choose=False)
    assert corner_errors(motion.homographies, shaken.true(12)).max() < 0.3
    assert (motion.homographies[12] == np.eye(3)).all()


def test_people_are_left_out(shaken):
    """The person moves against the wall; without the mask many of its points would be used."""
    measured = film(shaken, 12, travel=False)
    assert measured.agreeing.min() > 0.8


def test_pan_is_chained(panned):
    measured = film(panned, 20, travel=True)
    assert choose_mode(measured) == "pan"
    assert len(measured.keys) >= 6  # 24 x 39 / (0.3 x 320), less at the ends
    motion = travelled(measured, "pan", 20, SIZE, choose=False)
    errors = corner_errors(motion.homographies, panned.true(20))
    assert errors.max() < 1.5  # over 480 pixels to either side
    assert errors[14:27].max() < 0.3
    assert motion.mode == "pan"


def test_returning_camera_meets_its_own_key_frames():
    places = np.concatenate([np.arange(0, 240, 24), np.arange(240, 0, -24), [0]])
    made = scene([camera_pose(250 + x, 300) for x in places], plane(900, 600))
    measured = film(made, 0, travel=True)
    errors = corner_errors(
        travelled(measured, "pan", 0, SIZE, choose=False).homographies, made.true(0)
    )
    assert len(measured.keys) <= 4
    assert errors[-1] < 0.2  # aligned to frame 0 itself


def test_reference_in_the_middle_of_the_motion(panned):
    """From frame 0 on, the chosen reference is the frame that lies in the middle."""
    measured = film(panned, 0, travel=True)
    motion = travelled(measured, "pan", 0, SIZE, choose=True)
    assert 18 <= motion.reference <= 21
    assert (motion.homographies[motion.reference] == np.eye(3)).all()


def test_still_camera():
    made = scene([camera_pose(400, 300)] * 12, plane(800, 600))
    measured = film(made, 6, travel=True)
    assert measured.moved.max() < 0.2
    assert choose_mode(measured) == "still"


def test_a_frame_without_texture_is_left_unmeasured(shaken):
    blank = Scene(shaken.rgb.copy(), shaken.keypoints, shaken.poses)
    blank.rgb[7] = 90
    measured = film(blank, 12, travel=False)
    assert np.flatnonzero(~measured.measured).tolist() == [7]
    motion = travelled(measured, "stabilise", 12, SIZE, choose=False)
    errors = corner_errors(motion.homographies, shaken.true(12))
    assert errors[7] < 1.5  # on the way between its neighbours
    assert np.delete(errors, 7).max() < 0.3
