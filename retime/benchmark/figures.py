"""The figures of a decomposition, against the true layers at the same size."""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from retime.benchmark.found import Found
from retime.demo.evaluation import CLEAR, OPAQUE_ENOUGH, PART_ALPHA, part_regions, uncovered
from retime.demo.metrics import AlphaOverlap, AlphaRatio, ChangeShare, SquaredError
from retime.demo.truth import Truth
from retime.layers.composite import over_pictures
from retime.layers.evidence import least_alpha

SEEN_SHARE = 0.1
"""The background is judged where it is free of people's layers for this share of the time."""
EFFECT_ALPHA = 0.02
"""True alpha above which a pixel belongs to a person's effect region."""
ASIDE = 40
"""Pixels at 224 wide by which a person is moved for ``moved_db``."""


def reduced(rgba: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bring a straight-alpha picture [H, W, 4] uint8 down to ``size``; colours weigh by alpha."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    light = cv2.resize(rgba[..., :3].astype(np.float32) * alpha, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(alpha[..., 0], size, interpolation=cv2.INTER_AREA)[..., None]
    picture = np.concatenate([light / np.maximum(alpha, 1e-4), 255 * alpha], -1)
    return np.rint(picture).clip(0, 255).astype(np.uint8)


def aside(rgba: np.ndarray, pixels: int) -> np.ndarray:
    """Move a picture [h, w, 4] to the right (left if negative); what comes in is clear."""
    moved = np.zeros_like(rgba)
    if pixels >= 0:
        moved[:, pixels:] = rgba[:, : rgba.shape[1] - pixels]
    else:
        moved[:, :pixels] = rgba[:, -pixels:]
    return moved


@dataclass
class Part:
    """What is gathered of one part of a person where it stands alone."""

    found: AlphaRatio = field(default_factory=AlphaRatio)
    least: AlphaRatio = field(default_factory=AlphaRatio)
    shown: ChangeShare = field(default_factory=ChangeShare)


@dataclass
class Person:
    """What is gathered of one person."""

    overlap: AlphaOverlap = field(default_factory=lambda: AlphaOverlap(OPAQUE_ENOUGH))
    error: list[float] = field(default_factory=list)
    removed: SquaredError = field(default_factory=SquaredError)
    removed_region: SquaredError = field(default_factory=SquaredError)
    other_ground: SquaredError = field(default_factory=SquaredError)
    moved: SquaredError = field(default_factory=SquaredError)
    leak: AlphaRatio = field(default_factory=AlphaRatio)
    parts: dict[str, Part] = field(default_factory=lambda: {part: Part() for part in PART_ALPHA})


def measure(true: Truth, found: Found, number: dict[int, int], frames: np.ndarray) -> dict:
    """Compare layers with the true ones.

    Args:
        true: the truth, of any size at least as large as the layers.
        found: the layers.
        number: of the layer of each true person (from 0) who has one.
        frames: uint8 [T, h, w, 3], the video at the layers' size.

    Returns:
        Lists follow the true people; a person without a layer counts as wholly missed.
        ``reconstruction_db``, ``background_db`` (where it is seen at least a tenth of the time),
        ``removal_db`` and ``removal_region_db`` (each person removed in turn; the whole frame, and
        where anything of theirs is), ``alpha_iou``, ``alpha_mae``, ``shadow_ratio``,
        ``reflection_ratio``, ``object_ratio``, ``deformation_ratio`` (predicted over true alpha
        where the part stands alone; None: there is none), ``shadow_shown`` and so on (how much of
        the change that the part makes to the true ground the layer makes to its own),
        ``shadow_least`` and so on (the least alpha that explains the true picture, over the true
        alpha: all alphas from there to 1, with colours to match, give the same picture), ``leak``
        (mean alpha of all other layers where a person alone is opaque), ``other_ground_db`` (drawn
        over a mirrored background) and ``moved_db`` (composited 40 pixels aside).
    """
    count, size = len(true.order), found.size
    step = round(ASIDE * size[0] / 224)
    reconstruction, background = SquaredError(), SquaredError()
    people = [Person() for _ in true.names]
    share = _seen_share(true, found)
    for t in range(count):
        layers = list(found.layers(t))
        ground, order = found.background(t), found.order[t]
        true_layers = [reduced(true.rgba[n, t], size) for n in range(len(people) + 1)]
        true_ground, true_order = true_layers[0][..., :3], true.order[t]
        reconstruction.add(over_pictures(ground, layers, order), frames[t])
        seen = found.plane.view(share, t, size) >= SEEN_SHARE
        background.add(ground, true_ground, seen)
        alphas = np.stack([layer[..., 3] / 255.0 for layer in true_layers])
        for n, person in enumerate(people):
            own = number.get(n)
            nothing = np.zeros_like(true_layers[0])
            predicted = nothing if own is None else layers[own - 1]
            alpha, true_alpha = predicted[..., 3] / 255.0, alphas[n + 1]
            person.overlap.add(alpha, true_alpha)
            person.error.append(float(np.abs(alpha - true_alpha).mean()))
            others = [i for i in order if i != own]
            without = over_pictures(ground, layers, others)
            true_others = [i for i in true_order if i != n + 1]
            true_without = over_pictures(true_ground, true_layers[1:], true_others)
            person.removed.add(without, true_without)
            person.removed_region.add(without, true_without, true_alpha > EFFECT_ALPHA)
            mirrored = np.ascontiguousarray(true_ground[:, ::-1])
            person.other_ground.add(
                over_pictures(mirrored, [predicted]), over_pictures(mirrored, [true_layers[n + 1]])
            )
            way = step if _middle(true_alpha) < size[0] / 2 else -step
            person.moved.add(
                over_pictures(ground, _with(layers, own, way), order),
                over_pictures(true_ground, _with(true_layers[1:], n + 1, way), true_order),
            )
            alone = (true_alpha > 0.95) & (np.delete(alphas[1:], n, 0) < CLEAR).all(0)
            for other in set(range(1, len(layers) + 1)) - {own}:
                person.leak.add(layers[other - 1][..., 3] / 255.0, true_alpha, alone)
            in_sight = uncovered(true.rgba[:, t, ..., 3] / 255.0, true_order, n + 1)
            regions = {p: r & in_sight for p, r in part_regions(true, t, n).items()}
            _add_parts(person.parts, regions, (ground, predicted), true.rgba[[0, n + 1], t])
    return {
        "reconstruction_db": reconstruction.psnr,
        "background_db": background.psnr,
        "removal_db": [p.removed.psnr for p in people],
        "removal_region_db": [p.removed_region.psnr for p in people],
        "alpha_iou": [p.overlap.iou for p in people],
        "alpha_mae": [float(np.mean(p.error)) for p in people],
        **{
            f"{part}_{name}": [getattr(p.parts[part], kind).ratio for p in people]
            for part in PART_ALPHA
            for name, kind in (("ratio", "found"), ("shown", "shown"), ("least", "least"))
        },
        "leak": [p.leak.ratio for p in people],
        "other_ground_db": [p.other_ground.psnr for p in people],
        "moved_db": [p.moved.psnr for p in people],
    }


def _add_parts(
    parts: dict[str, Part],
    regions: dict[str, np.ndarray],
    found: tuple[np.ndarray, np.ndarray],
    true: np.ndarray,
) -> None:
    """Add one frame of one person.

    Args:
        parts: to add to.
        regions: bool [H, W], where each stands alone and in sight.
        found: ground [h, w, 3] and layer [h, w, 4].
        true: ground and layer [2, H, W, 4].
    """
    size = true.shape[2], true.shape[1]
    alpha = cv2.resize(found[1][..., 3].astype(np.float32) / 255, size)
    true_alpha = true[1, ..., 3] / 255.0
    ground = np.ascontiguousarray(true[0, ..., :3])
    picture = over_pictures(ground, [true[1]])
    change = over_pictures(found[0], [found[1]]).astype(np.float32) - found[0]
    true_change = picture.astype(np.float32) - ground
    for name, region in regions.items():
        parts[name].found.add(alpha, true_alpha, region)
        parts[name].least.add(least_alpha(picture, ground), true_alpha, region)
        parts[name].shown.add(cv2.resize(change, size), true_change, region)


def exact_share(true: Truth, found: Found, frames: np.ndarray) -> float | None:
    """Share of pixels opaque on a layer with nothing in front that equal the video's exactly.

    ``frames`` are as in :func:`measure`. None where no layer is opaque anywhere.
    """
    equal = total = 0
    for t in range(len(true.order)):
        layers, front = found.layers(t), np.zeros(frames.shape[1:3], bool)
        for n in found.order[t][::-1]:
            rgba = layers[n - 1]
            mine = (rgba[..., 3] == 255) & ~front
            equal += int((rgba[..., :3] == frames[t]).all(-1)[mine].sum())
            total += int(mine.sum())
            front |= rgba[..., 3] > 0
    return equal / total if total else None


def _seen_share(true: Truth, found: Found) -> np.ndarray:
    """Share of all frames that show each canvas pixel free of true layers. float32 [hc, wc]"""
    total = 0
    for t in range(len(true.order)):
        covered = (true.rgba[1:, t, ..., 3] > 255 * CLEAR).any(0).astype(np.float32)
        small = cv2.resize(covered, found.size, interpolation=cv2.INTER_AREA)
        free, inside = found.plane.warp((small < 0.01).astype(np.float32), t)
        total = total + free * inside
    return (total / len(true.order)).astype(np.float32)


def _middle(alpha: np.ndarray) -> float:
    """The horizontal middle of a matte; the picture's where it is empty."""
    columns = np.arange(alpha.shape[1])
    weight = alpha.sum(0)
    return float((weight * columns).sum() / weight.sum()) if weight.any() else columns.mean()


def _with(layers: list[np.ndarray], moved: int | None, pixels: int) -> list[np.ndarray]:
    """Return the layers with number ``moved`` set aside."""
    return [
        aside(rgba, pixels) if number == moved else rgba
        for number, rgba in enumerate(layers, start=1)
    ]


def worst(figures: dict[str, Any]) -> dict[str, float | None]:
    """Reduce lists over people to the worst of them: ratios to the farthest from 1."""
    result: dict[str, float | None] = {}
    for name, value in figures.items():
        known = [v for v in value if v is not None] if isinstance(value, list) else [value]
        if not known or known == [None]:
            result[name] = None
        elif name.endswith(("_ratio", "_shown", "_least")):
            result[name] = max(known, key=lambda v: abs(v - 1))
        elif name in ("leak", "alpha_mae"):
            result[name] = max(known)
        else:
            result[name] = min(known)
    return result
