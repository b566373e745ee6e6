"""The stage file that holds what is true of a synthetic clip. The pipeline never reads it."""

from pathlib import Path

import numpy as np

from retime.artifacts import Artifact, Attribute, Field

HIDDEN, VISIBLE = 1, 2
"""COCO's flags of a labelled keypoint; 0 is one outside the picture."""


class Truth(Artifact):
    """Exact layers, keypoints and UV of a synthetic clip.

    Layers are numbered as in ``Layers``: 0 the background, then the people in the order of
    ``names``. The alphas of a person's parts are what each part has alone, before the other parts
    of the same layer are put over it.
    """

    schema, version, rule = "truth", 2, "demo_clip"
    rgba = Field(np.uint8, "layers", "T", "H", "W", 4, image=True)  # straight alpha
    order = Field(np.int64, "T", "N")  # layer numbers 1..N, back to front
    keypoints = Field(np.float64, "T", "N", 17, 3)  # x, y (pixels), flag 0, 1 or 2
    area = Field(np.float64, "T", "N")  # square pixels of the whole body, seen or hidden
    iuv = Field(np.uint8, "T", "N", "H", "W", 3, image=True)  # part, u, v of the whole body
    body = Field(np.uint8, "T", "N", "H", "W", image=True)  # alpha of body and clothes
    carried = Field(np.uint8, "T", "N", "H", "W", image=True)  # alpha of what is carried
    shadow = Field(np.uint8, "T", "N", "H", "W", image=True)
    reflection = Field(np.uint8, "T", "N", "H", "W", image=True)
    deformation = Field(np.uint8, "T", "N", "H", "W", image=True)  # of ground that gives way
    names = Attribute()  # of layers 1..N


def truth_path(video: Path) -> Path:
    """Where the truth of a synthetic video lies: beside it."""
    return video.with_suffix(".truth.h5")
