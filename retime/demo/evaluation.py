"""Measure a clip's results against its truth.

Tracked ids are matched to true people by their keypoints over the whole clip, and layers to true
layers by those ids; nothing of the truth is needed to make the results. All pictures are compared
at the source's size: smaller results are brought up to it (bicubic; mattes bilinear).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from retime.artifacts import Layers, TimeMap, Tracks
from retime.demo.metrics import (
    AlphaOverlap,
    AlphaRatio,
    SquaredError,
    identity_switches,
    match_people,
    mean_oks,
    track_similarity,
)
from retime.demo.true_edit import TrueEdit
from retime.demo.truth import Truth
from retime.errors import InputError
from retime.progress import track
from retime.video.decoding import read_frames

OPAQUE_ENOUGH = 0.2
"""Alpha above which a pixel belongs to a layer for ``alpha_iou``: body, what is carried, and the
core of shadows; reflections mostly lie below it and count in their ratio instead."""
CLEAR = 0.02
"""A part's alpha must be below this for the pixel to count as free of that part."""
PART_ALPHA = {"shadow": 0.10, "reflection": 0.06, "object": 0.50, "deformation": 0.50}
"""Alpha above which a pixel belongs to that part alone, if the person's other parts are clear."""


def evaluate(results: Path, truth: Path, video: Path) -> dict[str, Any]:
    """Return every figure by its name.

    Args:
        results: the clip's folder, with ``tracks.h5``, ``layers.h5`` and ``edits/``.
        truth: a ``Truth`` artifact.
        video: the source video.

    Returns:
        ``people`` names the true people; lists follow its order. ``oks``, ``id_switches``;
        ``alpha_iou``, ``alpha_mae`` (lists); ``shadow_ratio``, ``reflection_ratio``,
        ``object_ratio``, ``deformation_ratio`` (lists, None where there is none: mean predicted
        over mean true alpha where that part stands alone and uncovered); ``background_psnr_db``;
        for every edit ``EDIT_psnr_db`` against the pictures that the true layers give under the
        edit's time map;
        ``removal_psnr_db`` and, for the same true pictures, ``removal_psnr_unedited_db`` (of the
        source) and ``removal_region_psnr_db`` (only where the removed people, their shadows,
        reflections and what they carry are).

    Raises:
        InputError: a file is missing or is not of this clip, or a person has no layer.
    """
    with Truth.open(truth) as true, Tracks.open(results / "tracks.h5") as tracks:
        similarity = _similarity(true, tracks, results)
        seen = (true.keypoints[..., 2] > 0).any(-1)  # [T, N]
        figures: dict[str, Any] = {
            "people": true.names,
            "oks": mean_oks(similarity, seen),
            "id_switches": identity_switches(similarity),
        }
        ids = {int(tracks.ids[p]): n for n, p in match_people(similarity).items()}
        with Layers.open(results / "layers.h5") as layers:
            people = _people_of_layers(layers, ids, results)
            figures |= _matte_figures(true, layers, people)
        for edit in sorted((results / "edits").glob("*/timemap.h5")):
            with TimeMap.open(edit) as timemap:
                name = edit.parent.name
                figures |= _edit_figures(
                    name, edit.parent / f"{name}.mp4", TrueEdit(true, timemap, people), video
                )
    return figures


def _similarity(true: Truth, tracks: Tracks, results: Path) -> np.ndarray:
    if len(tracks.keypoints) != len(true.keypoints) or tracks.source_size != true.source_size:
        raise InputError(
            f"{results / 'tracks.h5'}: not of the clip that the truth is of "
            f"({len(tracks.keypoints)} frames of {tracks.source_size}, not "
            f"{len(true.keypoints)} of {true.source_size}); run snakemake again"
        )
    return track_similarity(tracks.keypoints[:], tracks.present[:], true.keypoints[:], true.area[:])


def _people_of_layers(layers: Layers, ids: dict[int, int], results: Path) -> dict[int, int]:
    """Index of the true person that each layer shows, by layer number."""
    people: dict[int, int] = {}
    for number, members in enumerate(layers.people, start=1):
        if len(members) != 1 or members[0] not in ids:
            raise InputError(
                f"{results / 'layers.h5'}: layer '{layers.names[number - 1]}' shows the people "
                f"{members}; to be measured, a layer shows one person that the truth knows: see "
                "clip.yaml and the tracks"
            )
        people[number] = ids[members[0]]
    return people


@dataclass
class _Matte:
    """What is gathered of one person's matte."""

    overlap: AlphaOverlap = field(default_factory=lambda: AlphaOverlap(OPAQUE_ENOUGH))
    error: list[float] = field(default_factory=list)
    parts: dict[str, AlphaRatio] = field(
        default_factory=lambda: {part: AlphaRatio() for part in PART_ALPHA}
    )


def _matte_figures(true: Truth, layers: Layers, people: dict[int, int]) -> dict[str, Any]:
    width, height = true.source_size
    mattes = [_Matte() for _ in true.names]
    background = SquaredError()
    count = len(true.order)
    for t in track(range(count), "compare layers", count):
        alpha = true.rgba[:, t, ..., 3].astype(np.float32) / 255  # [N + 1, H, W]
        background.add(
            _enlarged(layers.rgba[0, t, ..., :3], width, height), true.rgba[0, t][..., :3]
        )
        for number, n in people.items():
            predicted = layers.rgba[number, t, ..., 3].astype(np.float32) / 255
            predicted = cv2.resize(predicted, (width, height), interpolation=cv2.INTER_LINEAR)
            mattes[n].overlap.add(predicted, alpha[n + 1])
            mattes[n].error.append(float(np.abs(predicted - alpha[n + 1]).mean()))
            in_sight = uncovered(alpha, true.order[t], n + 1)
            for part, region in part_regions(true, t, n).items():
                mattes[n].parts[part].add(predicted, alpha[n + 1], region & in_sight)
    missed = set(range(len(mattes))) - set(people.values())
    return {
        "alpha_iou": [0.0 if n in missed else m.overlap.iou for n, m in enumerate(mattes)],
        "alpha_mae": [
            None if n in missed else float(np.mean(m.error)) for n, m in enumerate(mattes)
        ],
        **{f"{part}_ratio": [m.parts[part].ratio for m in mattes] for part in PART_ALPHA},
        "background_psnr_db": background.psnr,
    }


def part_regions(true: Truth, t: int, n: int) -> dict[str, np.ndarray]:
    """Where one part alone makes the layer of person ``n`` (from 0) at frame ``t``. Each [H, W]."""
    parts = {
        name: dataset[t, n].astype(np.float32) / 255
        for name, dataset in (
            ("body", true.body), ("object", true.carried),
            ("shadow", true.shadow), ("reflection", true.reflection),
            ("deformation", true.deformation),
        )
    }  # fmt: skip
    # Nothing but the thing itself is seen where it is opaque, whatever lies behind it; and ground
    # that gives way is opaque with a shadow on it, too.
    others = {
        "object": ("body",),
        "shadow": ("body", "object", "reflection", "deformation"),
        "reflection": ("body", "object", "shadow", "deformation"),
        "deformation": ("body", "object"),
    }
    regions = {}
    for part, threshold in PART_ALPHA.items():
        clear = np.all([parts[other] < CLEAR for other in others[part]], axis=0)
        regions[part] = (parts[part] > threshold) & clear
    return regions


def uncovered(alpha: np.ndarray, order: np.ndarray, number: int) -> np.ndarray:
    """Where no layer before ``number`` hides it. [H, W] bool"""
    nearer = order[list(order).index(number) + 1 :]
    return np.all(alpha[nearer] < CLEAR, axis=0) if len(nearer) else np.ones(alpha.shape[1:], bool)


def _edit_figures(name: str, edited: Path, edit: TrueEdit, video: Path) -> dict[str, Any]:
    width, height = edit.true.source_size
    whole, region, unedited = SquaredError(), SquaredError(), SquaredError()
    count = 0
    for t, frame in enumerate(track(read_frames(edited), f"compare {name}", len(edit))):
        count += 1
        if t >= len(edit):
            continue
        true = edit.picture(t)
        frame = _enlarged(frame, width, height)
        whole.add(frame, true)
        region.add(frame, true, edit.region(t))
    if count != len(edit):
        raise InputError(f"{edited}: {count} frames, not {len(edit)}; run snakemake again")
    if not edit.removed():
        return {f"{name}_psnr_db": whole.psnr}
    for source, frame in enumerate(read_frames(video)):
        for t in np.flatnonzero(edit.background == source):
            unedited.add(frame, edit.picture(int(t)))
    prefix = "removal" if name == "remove" else name
    return {
        f"{prefix}_psnr_db": whole.psnr,
        f"{prefix}_psnr_unedited_db": unedited.psnr,
        f"{prefix}_region_psnr_db": region.psnr,
    }


def _enlarged(rgb: np.ndarray, width: int, height: int) -> np.ndarray:
    if rgb.shape[:2] == (height, width):
        return rgb
    return cv2.resize(rgb, (width, height), interpolation=cv2.INTER_CUBIC)
