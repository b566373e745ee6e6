"""What a decomposition found, in one form whichever stage wrote it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retime.artifacts import Decomposition, Layers, Seeds, Tracks
from retime.demo.metrics import match_people, track_similarity
from retime.demo.truth import Truth
from retime.layers.canvas import CanvasPlane


@dataclass(frozen=True)
class Found:
    """The layers of a clip: N people or groups, T frames, pictures of one size."""

    size: tuple[int, int]  # width, height
    plane: CanvasPlane  # how frames of this size lie in the canvas
    order: np.ndarray  # [T, N] layer numbers back to front
    background: Callable[[int], np.ndarray]  # of a frame, uint8 [h, w, 3]
    layers: Callable[[int], np.ndarray]  # of a frame, uint8 [N, h, w, 4], straight alpha


@contextmanager
def at_working_size(folder: Path) -> Iterator[Found]:
    """The renderer's own layers, of stage ``train``."""
    with (
        Decomposition.open(folder / "decomposition.h5") as trained,
        Seeds.open(folder / "seeds.h5") as seeds,
    ):
        size, canvas = tuple(seeds.working_size), trained.canvas[:]
        camera = tuple(seeds.source_size), tuple(seeds.canvas), seeds.homographies[:]
        plane = CanvasPlane.of(canvas, size, *camera)
        yield Found(
            size,
            plane,
            seeds.order[:],
            lambda t: plane.view(canvas, t, size),
            lambda t: trained.rgba[:, t],
        )


@contextmanager
def at_layer_size(folder: Path) -> Iterator[Found]:
    """Layers at twice the size with details transferred, of stage ``upsample``."""
    with Layers.open(folder / "layers.h5") as layers:
        size = layers.rgba.shape[3], layers.rgba.shape[2]
        plane = CanvasPlane.at(
            size, tuple(layers.source_size), tuple(layers.canvas_bounds), layers.homographies[:]
        )
        yield Found(
            size,
            plane,
            layers.order[:],
            lambda t: layers.rgba[0, t][..., :3],
            lambda t: layers.rgba[1:, t],
        )


def layer_of_person(folder: Path, true: Truth) -> dict[int, int]:
    """Return the layer number of each true person (from 0) who has a layer.

    Tracked people are matched to true ones by their keypoints over the whole clip.
    """
    with Tracks.open(folder / "tracks.h5") as tracks, Seeds.open(folder / "seeds.h5") as seeds:
        similarity = track_similarity(
            tracks.keypoints[:], tracks.present[:], true.keypoints[:], true.area[:]
        )
        ids = tracks.ids[:]
        number = {i: n for n, people in enumerate(seeds.people, start=1) for i in people}
    matched = {n: int(ids[p]) for n, p in match_people(similarity).items()}
    return {n: number[i] for n, i in matched.items() if i in number}
