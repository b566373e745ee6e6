"""Clips put together from pictures, of which everything is known, and their stage files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from retime.artifacts import Camera, Frames, Tracks, Uv
from retime.benchmark.claims.cutout import Cutout
from retime.config import OrderChoice, SeedsSettings
from retime.layers.composite import over_pictures
from retime.layers.seeding import run_seeds
from retime.people.interpolation import ABSENT, OBSERVED

FPS = 12


class DrawnLayer:
    """A person with all that belongs to them, frame by frame.

    What is put on the layer first lies behind. ``parts`` holds the alpha of each named part as it
    is alone.
    """

    def __init__(self, name: str, frames: int, size: tuple[int, int]) -> None:
        width, height = size
        self.name = name
        self.rgba = np.zeros((frames, height, width, 4), np.uint8)  # straight alpha
        self.iuv = np.zeros((frames, height, width, 3), np.uint8)
        self.keypoints = np.full((frames, 17, 2), np.nan)
        self.parts: dict[str, np.ndarray] = {}  # float32 [T, H, W] in 0..1

    def put(self, part: str, frame: int, picture: np.ndarray, x: int, y: int) -> None:
        """Put ``picture`` [h, w, 4] over a frame with its top left corner at ``x``, ``y``."""
        here, there = _overlap(self.rgba.shape[1:3], picture.shape[:2], x, y)
        mine, new = self.rgba[frame][here].astype(np.float32), picture[there].astype(np.float32)
        alpha = new[..., 3:] / 255
        under = (1 - alpha) * mine[..., 3:] / 255
        total = alpha + under
        colour = (alpha * new[..., :3] + under * mine[..., :3]) / np.maximum(total, 1e-6)
        both = np.concatenate([colour, 255 * total], -1)
        self.rgba[frame][here] = np.rint(both).astype(np.uint8)
        whole = self.parts.setdefault(part, np.zeros(self.rgba.shape[:3], np.float32))
        whole[frame][here] = np.maximum(whole[frame][here], alpha[..., 0])

    def stand(self, frame: int, person: Cutout, x: int, y: int) -> None:
        """Put the person themselves, with UV map and keypoints, at ``x``, ``y``."""
        self.put("body", frame, person.rgba, x, y)
        here, there = _overlap(self.iuv.shape[1:3], person.iuv.shape[:2], x, y)
        shown = person.iuv[there]
        self.iuv[frame][here] = np.where(shown[..., :1] > 0, shown, self.iuv[frame][here])
        self.keypoints[frame] = person.keypoints + np.array([x, y])


@dataclass
class DrawnClip:
    """A clip under a still camera: layers before a ground, listed back to front."""

    name: str
    ground: np.ndarray  # uint8 [T, H, W, 3]
    layers: list[DrawnLayer] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.ground.shape[2], self.ground.shape[1]

    def layer(self, name: str) -> DrawnLayer:
        """Add a layer, in front of those that are there, and return it."""
        self.layers.append(DrawnLayer(name, len(self.ground), self.size))
        return self.layers[-1]

    def frames(self, without: Sequence[str] = ()) -> np.ndarray:
        """Return the frames, uint8 [T, H, W, 3], with all layers but some."""
        shown = [layer for layer in self.layers if layer.name not in without]
        return np.stack(
            [
                over_pictures(ground, [layer.rgba[t] for layer in shown])
                for t, ground in enumerate(self.ground)
            ]
        )

    def in_front(self, number: int) -> np.ndarray:
        """Return the alpha of all that is before layer ``number`` (from 0), [T, H, W] in 0..1."""
        clear = np.ones(self.ground.shape[:3], np.float32)
        for layer in self.layers[number + 1 :]:
            clear *= 1 - layer.rgba[..., 3].astype(np.float32) / 255
        return 1 - clear


def write_drawn_clip(
    clip: DrawnClip, folder: Path, seeds: SeedsSettings, trimaps: Path | None = None
) -> tuple[Path, Path]:
    """Write the files of the stages before ``train``, as if these had made no mistake.

    Returns:
        ``frames.h5`` and ``seeds.h5`` in ``folder``.
    """
    (width, height), count, people = clip.size, len(clip.ground), len(clip.layers)
    paths = {name: folder / f"{name}.h5" for name in ("frames", "tracks", "uv", "camera", "seeds")}
    common = {
        "clip": clip.name, "source_size": [width, height], "working_size": [width, height],
        "fps": [FPS, 1], "start_seconds": 0.0,
    }  # fmt: skip
    sizes = {"T": count, "P": people, "H": height, "W": width, "h": height, "w": width}
    made = {"parameters": {}, "sizes": sizes, **common}
    with Frames.create(paths["frames"], source=clip.name, has_sound=False, **made) as frames:
        frames.rgb[:] = clip.frames()
        frames.time[:], frames.index[:] = np.arange(count) / FPS, np.arange(count)
    keypoints = np.stack([layer.keypoints for layer in clip.layers], 1)
    present = np.isfinite(keypoints).all((2, 3))
    with Tracks.create(paths["tracks"], **made) as tracks:
        tracks.keypoints[:], tracks.present[:] = keypoints, present
        tracks.score[:] = present[..., None]
        tracks.state[:] = np.where(present, OBSERVED, ABSENT)[..., None]
        tracks.ids[:] = np.arange(1, people + 1)
    with Uv.create(paths["uv"], **made) as uv:
        uv.iuv[:] = np.stack([layer.iuv for layer in clip.layers], 1)
        uv.ids[:] = np.arange(1, people + 1)
    with Camera.create(
        paths["camera"], mode="still", reference=0, canvas=[0, 0, width, height], **made
    ) as camera:
        camera.homographies[:], camera.inliers[:] = np.eye(3), 1.0
    names = [f"person{n}" for n in range(1, people + 1)]
    chosen = seeds.model_copy(update={"order": (OrderChoice(back_to_front=names),)})
    read = (paths[name] for name in ("frames", "tracks", "uv", "camera"))
    run_seeds(*read, paths["seeds"], chosen, trimaps)
    return paths["frames"], paths["seeds"]


def _overlap(
    whole: tuple[int, int], part: tuple[int, int], x: int, y: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return where a part at ``x``, ``y`` lies in the whole, and which of it does."""
    starts = (y, x)
    here = tuple(
        slice(min(max(s, 0), w), max(min(s + p, w), 0))
        for s, p, w in zip(starts, part, whole, strict=True)
    )
    there = tuple(slice(h.start - s, h.stop - s) for h, s in zip(here, starts, strict=True))
    return here, there
