"""What each stage writes, declared."""

import numpy as np

from retime.artifacts.artifact import Artifact, Attribute, Field

DYNAMIC_BACKGROUND = "dynamic_background"
"""Name of the layer of what changes in the background by itself; nobody is on it."""


class Frames(Artifact):
    """The clip's frames at layer size, at a constant frame rate."""

    schema, version, rule = "frames", 1, "frames"
    rgb = Field(np.uint8, "T", "H", "W", 3, image=True)
    time = Field(np.float64, "T")  # seconds from the start of the source video
    index = Field(np.int64, "T")  # number of the source video's frame
    source = Attribute()  # the video's path, as given
    has_sound = Attribute()


class Poses(Artifact):
    """People detected in each frame, unordered; NaN where fewer than P."""

    schema, version, rule = "poses", 1, "poses"
    keypoints = Field(np.float32, "T", "P", 17, 3)  # x, y (source pixels), score 0..1
    box = Field(np.float32, "T", "P", 4)  # x0, y0, x1, y1 (source pixels)
    score = Field(np.float32, "T", "P")


class Tracks(Artifact):
    """People with one id each; every present person has all 17 keypoints in every frame."""

    schema, version, rule = "tracks", 1, "tracks"
    keypoints = Field(np.float32, "T", "P", 17, 2)  # source pixels; NaN where not present
    score = Field(np.float32, "T", "P", 17)
    state = Field(np.uint8, "T", "P", 17)  # 0 absent, 1 observed, 2 interpolated, 3 corrected
    present = Field(np.bool_, "T", "P")  # in the picture, seen or hidden
    ids = Field(np.int64, "P")  # 1, 2, ... ; the number people are called by in clip.yaml


class Camera(Artifact):
    """Homographies from the pixels of frame t to the canvas plane (source pixels)."""

    schema, version, rule = "camera", 1, "camera"
    homographies = Field(np.float64, "T", 3, 3)
    inliers = Field(np.float64, "T")  # share of matches that agree, 0..1
    mode = Attribute()  # still, stabilise or pan
    reference = Attribute()  # frame whose plane the canvas is
    canvas = Attribute()  # [x0, y0, width, height] of the canvas in that plane, source pixels


class Uv(Artifact):
    """DensePose-style maps of each person alone, as if nobody stood in front."""

    schema, version, rule = "uv", 1, "uv"
    iuv = Field(np.uint8, "T", "P", "h", "w", 3, image=True)  # part 0..24, u, v as 0..255
    ids = Field(np.int64, "P")


class Masks(Artifact):
    """Masks that people gave for layers, as mattes."""

    schema, version, rule = "masks", 1, "masks"
    alpha = Field(np.uint8, "T", "N", "h", "w", image=True)  # 0..255, of the N layers in `names`
    names = Attribute()


class Seeds(Artifact):
    """What the renderer starts from: per layer UV, trimap and order."""

    schema, version, rule = "seeds", 2, "seeds"
    iuv = Field(np.uint8, "T", "N", "h", "w", 3, image=True)
    person = Field(np.uint8, "T", "N", "h", "w", image=True)  # id of the person shown, 0 none
    trimap = Field(np.uint8, "T", "N", "h", "w", image=True)  # 0 / 128 / 255
    painted = Field(np.bool_, "T", "N", "h", "w", image=True)  # where a person's trimap counts
    order = Field(np.int64, "T", "N")  # layer numbers 1..N, back to front
    homographies = Field(np.float64, "T", 3, 3)  # as in Camera
    names = Attribute()  # of layers 1..N
    people = Attribute()  # ids of each layer's people; none: an object, or the dynamic background
    canvas = Attribute()
    camera_mode = Attribute()

    def ids(self) -> list[list[int]]:
        """Return what ``person`` holds on each layer: its people's ids, or an object's own."""
        return texture_ids(self.people)

    def dynamic(self) -> int | None:
        """Return the layer of the dynamic background, from 0; None if there is none."""
        return self.names.index(DYNAMIC_BACKGROUND) if DYNAMIC_BACKGROUND in self.names else None


def texture_ids(people: list[list[int]]) -> list[list[int]]:
    """Return the ids of each layer's textures: of its people, or an object's, from 255 down."""
    free = iter(range(255, 0, -1))
    return [ids or [next(free)] for ids in people]


class Decomposition(Artifact):
    """The trained renderer, the layers it makes at working size, and what it makes them from.

    The latter was found out of the whole clip: things that people carry lie in their UV maps, with
    atlases of their own. Order and camera are those of ``Seeds``.
    """

    schema, version, rule = "decomposition", 2, "train"
    rgba = Field(np.uint8, "N", "T", "h", "w", 4, image=True)  # straight alpha
    iuv = Field(np.uint8, "N", "T", "h", "w", 3, image=True)  # as in Seeds
    atlas = Field(
        np.uint8, "N", "T", "h", "w", image=True
    )  # number from 1 of what is shown, 0 none
    core = Field(np.bool_, "N", "T", "h", "w", image=True)  # opaque, not close to the edge of it
    least = Field(np.float32, "T", "h", "w", image=True)  # least alpha that explains the frame
    canvas = Field(np.uint8, "hc", "wc", 3)  # the background, at working scale
    seen = Field(np.float32, "hc", "wc")  # share of frames that showed the canvas uncovered
    losses = Field(np.float32, "steps", 5)  # epoch, total, reconstruction, mask, sparsity
    weights = Field(np.uint8, "bytes")  # torch state dict, loaded with weights_only
    names = Attribute()
    atlases = Attribute()  # how many there are
    noise = Attribute()  # how much frames differ from the background where nobody is, 0..1


class TimeMap(Artifact):
    """When each instance of a layer shows which source frame."""

    schema, version, rule = "timemap", 2, "warp"
    layer = Field(np.int64, "M")  # layer number 1..N
    source_time = Field(np.float64, "M", "T_out")  # source frames; NaN shows nothing
    offset = Field(np.float64, "M", "T_out", 2)  # x, y in source pixels
    opacity = Field(np.float64, "M", "T_out")  # 0..1
    depth = Field(np.float64, "M", "T_out")  # larger is nearer to the viewer
    background_time = Field(np.float64, "T_out")  # source frame of background and camera
    sound_time = Field(np.float64, "T_out")  # source frame heard; NaN is silence
    names = Attribute()  # of the instances
    between = Attribute()  # nearest, blend or flow: of the background, then of each instance
    edit = Attribute()
