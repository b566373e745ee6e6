"""Motion signals: how one point of a person moves over time (section 6.2, Fig. 5a).

A signal is named ``POINT_x`` or ``POINT_y``, where a point is ``centre``, the centre of mass, or
one of the 17 joints; several are joined by ``+`` and ``-``: ``left_wrist_y+right_wrist_y``. y
points up, so that jumps are hills.
"""

import re

import numpy as np

# COCO-17
JOINTS = (
    *("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
    *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    *("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
)

# Share of the body's mass, and where between two joints its centre lies (0 at the first, 1 at the
# second), by Winter, Biomechanics and Motor Control of Human Movement, 4th ed. (2009), table 4.1.
# Hands belong to the forearms and feet to the shanks, whose ends COCO's joints are. The trunk runs
# from the middle of the shoulders to that of the hips, the head lies at the ears.
LIMB_MASSES = (
    ("shoulder", "elbow", 0.028, 0.436),
    ("elbow", "wrist", 0.022, 0.682),
    ("hip", "knee", 0.100, 0.433),
    ("knee", "ankle", 0.061, 0.606),
)
TRUNK_MASS, TRUNK_CENTRE, HEAD_MASS = 0.497, 0.50, 0.081


class UnknownSignalError(ValueError):
    """There is no signal of that name."""


def _centre_weights() -> np.ndarray:
    """Return the share that each joint has in the centre of mass; [17], summing to 1."""
    weights = dict.fromkeys(JOINTS, 0.0)
    for side in ("left", "right"):
        for first, second, mass, centre in LIMB_MASSES:
            weights[f"{side}_{first}"] += mass * (1 - centre)
            weights[f"{side}_{second}"] += mass * centre
        weights[f"{side}_shoulder"] += TRUNK_MASS * (1 - TRUNK_CENTRE) / 2
        weights[f"{side}_hip"] += TRUNK_MASS * TRUNK_CENTRE / 2
        weights[f"{side}_ear"] += HEAD_MASS / 2
    shares = np.array([weights[joint] for joint in JOINTS])
    return shares / shares.sum()


CENTRE = _centre_weights()


def signal_weights(name: str) -> np.ndarray:
    """Return the weight of each joint's x and y in a signal; [17, 2].

    Raises:
        UnknownSignalError: no such signal.
    """
    weights = np.zeros((len(JOINTS), 2))
    parts = re.findall(r"([+-]?)\s*(\w+)", name)
    if "".join(f"{sign}{part}" for sign, part in parts) != re.sub(r"\s", "", name) or not parts:
        raise UnknownSignalError(f"'{name}' is not names of signals with + or - between them")
    for sign, part in parts:
        point, _, axis = part.rpartition("_")
        if axis not in ("x", "y") or (point not in JOINTS and point != "centre"):
            raise UnknownSignalError(
                f"no signal '{part}'; there are centre_x, centre_y, and _x and _y of the joints "
                f"{', '.join(JOINTS)}"
            )
        column = 0 if axis == "x" else 1
        share = CENTRE if point == "centre" else np.eye(len(JOINTS))[JOINTS.index(point)]
        up = -1.0 if axis == "y" else 1.0
        weights[:, column] += up * share * (-1.0 if sign == "-" else 1.0)
    return weights


def motion_signal(
    keypoints: np.ndarray,
    present: np.ndarray,
    homographies: np.ndarray,
    name: str = "centre_y",
    normalise: bool = True,
) -> np.ndarray:
    """Return a motion signal of a layer, normalised to mean 0 and standard deviation 1.

    Args:
        keypoints: [T, P, 17, 2] of the layer's people, source pixels.
        present: bool [T, P].
        homographies: [T, 3, 3], source pixels of a frame to the canvas: the camera's own motion
            is none of the person's.
        name: see above.
        normalise: else the signal is in pixels of the canvas.

    Returns:
        float64 [T], the mean over those of the people who are present; interpolated where nobody
        is, and level before the first and after the last frame with somebody. All 0 if nothing
        moves.

    Raises:
        UnknownSignalError: no such signal.
    """
    weights = signal_weights(name)
    points = np.asarray(keypoints, np.float64)
    on_canvas = np.einsum("tij,tpkj->tpki", homographies[:, :, :2], points)
    on_canvas += homographies[:, None, None, :, 2]
    on_canvas = on_canvas[..., :2] / on_canvas[..., 2:]
    each = (on_canvas * weights).sum((-1, -2))  # [T, P]
    known = present & np.isfinite(each)
    if not known.any():
        return np.zeros(len(points))
    # People come and go: their levels must not become motion of the mean.
    levels = np.array([np.median(each[k, p]) if k.any() else 0.0 for p, k in enumerate(known.T)])
    mean = np.where(known, each - levels, 0).sum(1) / np.maximum(known.sum(1), 1)
    (frames,) = np.nonzero(known.any(1))
    signal = np.interp(np.arange(len(mean)), frames, mean[frames])
    if not normalise:
        return signal
    spread = signal.std()
    return (signal - signal.mean()) / spread if spread > 1e-9 else np.zeros(len(signal))


def period(signal: np.ndarray, shortest: float = 4.0) -> tuple[float, float] | None:
    """Return after how many frames a signal repeats, and how well (a correlation, 0..1).

    The first high peak of the correlation of the signal with itself a while later; None if it
    does not come to 0.5, or the signal holds less than two periods.
    """
    count = len(signal)
    lags = np.arange(1, count // 2 + 1)
    likeness = np.array([correlation(signal[lag:], signal[:-lag]) for lag in lags])
    (unlike,) = np.nonzero(likeness < 0.25)  # everything is like itself a moment later
    if not len(unlike):
        return None
    peaks = [
        k
        for k in range(max(unlike[0], 1), len(lags) - 1)
        if likeness[k] >= likeness[k - 1] and likeness[k] > likeness[k + 1] and lags[k] >= shortest
    ]
    if not peaks or max(likeness[peaks]) < 0.5:
        return None
    # Two periods repeat as well as one.
    k = next(k for k in peaks if likeness[k] >= max(likeness[peaks]) - 0.1)
    left, top, right = likeness[k - 1 : k + 2]
    bend = left - 2 * top + right
    return float(lags[k] + (left - right) / (2 * bend) if bend else lags[k]), float(top)


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return Pearson's correlation coefficient of two signals; 0 if one does not move."""
    a, b = first - np.mean(first), second - np.mean(second)
    scale = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / scale) if scale > 1e-12 else 0.0
