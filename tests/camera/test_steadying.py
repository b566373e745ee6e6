import numpy as np
import pytest

from retime.camera.planes import corners
from retime.camera.steadying import steady

FRAME = corners((320, 180))


def paths_of(shifts: np.ndarray) -> np.ndarray:
    return FRAME[None] + shifts[:, None]


def smooth_shifts(frames: int) -> np.ndarray:
    t = np.arange(frames)
    shifts = np.column_stack([8 * np.sin(t / 12), 5 * np.cos(t / 17)])
    return shifts - shifts[frames // 2]


def test_noise_is_taken_out_where_it_is_known_to_be():
    """The last corner is measured ten times worse than the others, and steadied accordingly."""
    true = paths_of(smooth_shifts(80))
    deviation = np.repeat([0.1, 0.1, 0.1, 1.0], 2)
    noise = np.random.default_rng(0).normal(0, 1, (80, 8)) * deviation
    noise[40] = 0
    information = np.tile(np.diag(1 / deviation**2), (80, 1, 1))
    steadied = steady(true + noise.reshape(80, 4, 2), information, 40)
    error = np.sqrt(((steadied - true) ** 2).mean(axis=(0, 2)))
    assert error[3] < 0.5
    assert error[:3].max() < 0.1
    assert steadied[40] == pytest.approx(FRAME, abs=1e-6)


def test_well_measured_shaking_stays():
    """True jolts of 3 pixels from frame to frame, measured to a tenth, are not smoothed away."""
    true = paths_of(np.random.default_rng(1).normal(0, 3, (60, 2)))
    true += FRAME - true[30]
    steadied = steady(true, np.tile(np.eye(8) / 0.1**2, (60, 1, 1)), 30)
    assert np.abs(steadied - true).max() < 0.05


def test_frames_not_measured_are_filled_in():
    true = paths_of(smooth_shifts(60))
    information = np.tile(np.eye(8) / 0.02**2, (60, 1, 1))
    measured = true.copy()
    for lost in (10, 11, 12, 59):
        measured[lost], information[lost] = np.nan, 0
    steadied = steady(measured, information, 30)
    # Across a gap of four steps, with accelerations of 8/12^2 = 0.06 pixels per frame^2, a
    # smooth curve is within a tenth of a pixel; beyond the end it goes on straight.
    assert np.abs(steadied - true)[[10, 11, 12]].max() < 0.1
    assert np.abs(steadied - true)[59].max() < 0.2
