"""The HDF5 files that stages hand to one another: one typed class each.

Axes are named in the declarations: T frames, P people, N layers (without the background), h x w
the working size, H x W the layer size, T_out output frames, M instances.
"""

from retime.artifacts.artifact import Artifact, Attribute, Field
from retime.artifacts.layers import Layers
from retime.artifacts.stages import (
    DYNAMIC_BACKGROUND,
    Camera,
    Decomposition,
    Frames,
    Masks,
    Poses,
    Seeds,
    TimeMap,
    Tracks,
    Uv,
    texture_ids,
)

__all__ = [
    "DYNAMIC_BACKGROUND",
    "Artifact",
    "Attribute",
    "Camera",
    "Decomposition",
    "Field",
    "Frames",
    "Layers",
    "Masks",
    "Poses",
    "Seeds",
    "TimeMap",
    "Tracks",
    "Uv",
    "texture_ids",
]
