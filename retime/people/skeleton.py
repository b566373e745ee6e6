"""The COCO-17 skeleton: names, limbs, mirrored pairs and tolerances of its joints.

Source: the COCO keypoint challenge (person category of `person_keypoints_*.json`, and the
evaluation code of `pycocotools` for the tolerances).
"""

import numpy as np

JOINTS = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
INDEX = {name: number for number, name in enumerate(JOINTS)}

FACE = slice(0, 5)
SHOULDERS = (INDEX["left_shoulder"], INDEX["right_shoulder"])
HIPS = (INDEX["left_hip"], INDEX["right_hip"])
TORSO = (*SHOULDERS, *HIPS)
# Joints that move as the body as a whole does, other than elbows, wrists, knees and ankles.
BODY = (*range(5), *TORSO)

# The number of each joint's mirror image.
MIRROR = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15])

# Pairs of joints to be joined by a line.
LIMBS = (
    (0, 1),
    (0, 2),
    (1, 3),
    (2, 4),
    (5, 6),
    (5, 7),
    (7, 9),
    (6, 8),
    (8, 10),
    (5, 11),
    (6, 12),
    (11, 12),
    (11, 13),
    (13, 15),
    (12, 14),
    (14, 16),
)

# Standard deviation of where human annotators place each joint, as a share of the square root of
# the person's area, in the order of JOINTS.
SIGMAS = np.array(
    [
        *(0.026, 0.025, 0.025, 0.035, 0.035),
        *(0.079, 0.079, 0.072, 0.072, 0.062, 0.062),
        *(0.107, 0.107, 0.087, 0.087, 0.089, 0.089),
    ]
)
