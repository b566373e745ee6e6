"""A contact sheet of a clip's UV maps, and the colours that show parts and u, v."""

from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Frames, Tracks, Uv
from retime.body.skeleton import crop_square, draw_skeleton
from retime.video.pictures import write_picture

MOMENTS, TILE_WIDTH, GAP = 8, 400, 4
_OUTLINES = ((255, 255, 255), (255, 210, 0), (0, 220, 255), (255, 90, 200))


def colour_parts(parts: np.ndarray) -> np.ndarray:
    """Show part labels [...] 0..24 in distinct colours [..., 3] uint8 on black."""
    number = np.arange(25)
    # Steps of the golden ratio keep the hues of neighbouring numbers apart.
    hue = (number * 0.618034 % 1)[:, None] + np.array([0, 1 / 3, 2 / 3])
    palette = 0.5 + 0.5 * np.cos(2 * np.pi * hue)
    palette = (palette * (150 + 105 * (number % 2))[:, None]).astype(np.uint8)
    palette[0] = 0
    return palette[parts]


def colour_uv(parts: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Show parts [...] and u, v [..., 2] in 0..1: red is u, green v, blue the part. [..., 3] uint8

    Black where there is no body.
    """
    blue = parts[..., None] * (255 / 24)
    shown = np.concatenate([uv * 255, blue], axis=-1) * (parts > 0)[..., None]
    return shown.astype(np.uint8)


def clip_row(frame: np.ndarray, keypoints: np.ndarray, iuv: np.ndarray) -> np.ndarray:
    """One moment of a clip: the skeletons, the UV maps, and the maps over the frame.

    Maps are drawn in the order of where people stand, the lowest feet last; over the frame every
    person is outlined, also where another stands in front.

    Args:
        frame: [h, w, 3] uint8 RGB.
        keypoints: [P, 17, 2] in its pixels; NaN where a joint is not known.
        iuv: [P, h, w, 3] uint8 as in ``Uv``.

    Returns:
        [h, 3 * w + 2 * GAP, 3] uint8 RGB.
    """
    skeletons, maps = np.zeros_like(frame), np.zeros_like(frame)
    feet = [np.nonzero(body.any(1))[0].max(initial=-1) for body in iuv[..., 0] > 0]
    for person in np.argsort(feet, kind="stable"):
        _add_skeleton(skeletons, keypoints[person])
        part = iuv[person, ..., 0]
        colours = colour_uv(part, iuv[person, ..., 1:] / 255)
        maps = np.where((part > 0)[..., None], colours, maps)
    over = np.where(maps.any(-1, keepdims=True), (0.35 * frame + 0.65 * maps), 0.75 * frame)
    over = np.ascontiguousarray(over.astype(np.uint8))
    for person, body in enumerate(iuv[..., 0] > 0):
        lines, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(over, lines, -1, _OUTLINES[person % len(_OUTLINES)], 1)
    gap = np.full((len(frame), GAP, 3), 40, np.uint8)
    return np.concatenate([skeletons, gap, maps, gap, over], axis=1)


def _add_skeleton(image: np.ndarray, keypoints: np.ndarray) -> None:
    """Draw a person into ``image`` in place, in the style and size that the network sees."""
    known = np.isfinite(keypoints).all(1)
    if known.sum() < 2 or np.ptp(keypoints[known], axis=0).max() == 0:
        return  # neither has the uv stage a map of them
    centre, side = crop_square(keypoints, known)
    size = int(np.ceil(side))
    left, top = np.floor(centre - size / 2).astype(int)
    square = draw_skeleton(keypoints - (left, top), known, size)
    inside = image[max(0, top) : max(0, top + size), max(0, left) : max(0, left + size)]
    rows, columns = inside.shape[:2]
    np.maximum(inside, square[max(0, -top) :, max(0, -left) :][:rows, :columns], out=inside)


def preview_uv(frames: Path, tracks: Path, uv: Path, out: Path) -> None:
    """Write a PNG with skeletons, UV maps and both over the frame, at moments of the clip.

    Raises:
        InputError: a file cannot be read.
    """
    rows = []
    with Frames.open(frames) as clip, Tracks.open(tracks) as people, Uv.open(uv) as maps:
        height, width = maps.iuv.shape[2:4]
        size = TILE_WIDTH, round(TILE_WIDTH * height / width)
        factors = np.array(size) / people.source_size
        moments = np.unique(np.linspace(0, len(clip.rgb) - 1, MOMENTS).round().astype(int))
        for t in moments:
            frame = cv2.resize(clip.rgb[t], size, interpolation=cv2.INTER_AREA)
            # Parts have no mean: labels are enlarged as they are.
            iuv = [cv2.resize(one, size, interpolation=cv2.INTER_NEAREST) for one in maps.iuv[t]]
            keypoints = (people.keypoints[t] + 0.5) * factors - 0.5
            row = clip_row(frame, keypoints, np.array(iuv, np.uint8).reshape(-1, *frame.shape))
            place, font = (6, 18), cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(row, str(t), place, font, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
            rows += [row, np.full((GAP, row.shape[1], 3), 40, np.uint8)]
    write_picture(out, np.concatenate(rows[:-1]))
