"""Keypoints drawn as an RGB image, the network's input (section 4.5 of the paper).

Training and inference draw with this one function, so that the network meets no other style.
"""

import colorsys

import cv2
import numpy as np

NOSE, LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_HIP, RIGHT_HIP = 0, 5, 6, 11, 12
_NECK = 17  # not a COCO keypoint: the middle of the shoulders

LIMBS = (
    *((5, 6), (11, 12), (5, 11), (6, 12), (0, _NECK)),
    *((12, 14), (14, 16), (11, 13), (13, 15), (6, 8), (8, 10), (5, 7), (7, 9)),
    *((0, 1), (0, 2), (1, 3), (2, 4)),
)
"""Joined pairs of COCO-17 keypoints (17 is the neck), in drawing order: later ones lie on top."""

_COLOURS = tuple(
    tuple(round(255 * channel) for channel in colorsys.hsv_to_rgb(index / len(LIMBS), 1, 1))
    # Neighbouring limbs get distant hues: 7 and 17 share no factor.
    for index in ((7 * limb) % len(LIMBS) for limb in range(len(LIMBS)))
)
_SUBPIXEL_BITS = 4


def draw_skeleton(keypoints: np.ndarray, present: np.ndarray, size: int) -> np.ndarray:
    """Draw one person's skeleton, every limb in a colour of its own, on black.

    Args:
        keypoints: [17, 2] COCO-17 in pixels of the square image.
        present: [17] bool; limbs with a missing end are left out, joints that are present but
            lost all their limbs are still dotted.
        size: side of the image in pixels; line width grows with it.

    Returns:
        [size, size, 3] uint8 RGB.
    """
    present = np.asarray(present, bool)
    neck = 0.5 * (keypoints[LEFT_SHOULDER] + keypoints[RIGHT_SHOULDER])
    points = np.vstack([keypoints, neck])
    drawn = np.append(present, present[LEFT_SHOULDER] and present[RIGHT_SHOULDER])
    # OpenCV takes int32 in sixteenths of a pixel; points far outside only have to stay far.
    fixed = np.clip(points, -8 * size, 9 * size) * (1 << _SUBPIXEL_BITS)
    fixed = np.round(np.nan_to_num(fixed)).astype(np.int32).tolist()
    image = np.zeros((size, size, 3), np.uint8)
    thickness = max(1, round(size / 48))
    for (start, end), colour in zip(LIMBS, _COLOURS, strict=True):
        if drawn[start] and drawn[end]:
            cv2.line(
                image, fixed[start], fixed[end], colour, thickness, cv2.LINE_AA, _SUBPIXEL_BITS
            )
    radius = round(0.8 * size / 64 * (1 << _SUBPIXEL_BITS))
    for joint, colour in zip(range(17), _COLOURS, strict=True):
        if drawn[joint]:
            cv2.circle(image, fixed[joint], radius, colour, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
    return image


def crop_square(keypoints: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, float]:
    """The square that holds a whole body, judged from its keypoints.

    Keypoints end at ankles, wrists and eyes, and a body seen along its length has them close
    together: the margin is half of the larger of their box and twice the longest bone of the trunk.

    Args:
        keypoints: [17, 2] in pixels; ``present`` [17] bool says which count.

    Returns:
        Centre [2] and side of the square, in the keypoints' pixels.

    Raises:
        ValueError: the keypoints present do not lie apart, or there are none.
    """
    present = np.asarray(present, bool)
    if not present.any():
        raise ValueError("a square needs keypoints")
    seen = keypoints[present]
    low, high = seen.min(0), seen.max(0)
    trunk = [
        np.linalg.norm(keypoints[a] - keypoints[b])
        for a, b in ((5, 6), (11, 12), (5, 11), (6, 12))
        if present[a] and present[b]
    ]
    reach = max(float((high - low).max()), 2 * max(trunk, default=0.0))
    if reach == 0:
        raise ValueError("a square needs two keypoints that lie apart")
    return 0.5 * (low + high), 1.5 * reach
