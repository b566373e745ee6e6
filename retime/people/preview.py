"""Contact sheet of the tracked people: skeletons and ids over frames of the clip."""

import math
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Frames, Tracks
from retime.people.interpolation import ABSENT, CORRECTED, OBSERVED
from retime.people.skeleton import LIMBS
from retime.video.pictures import write_picture

TILES, COLUMNS, TILE_WIDTH, TILE_GAP = 24, 4, 400, 4
# RGB colours that stay apart for colour-blind eyes, too (Okabe and Ito).
COLOURS = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (204, 121, 167),
    (213, 94, 0),
    (0, 114, 178),
    (240, 228, 66),
)
_SUBPIXEL_BITS = 4


def _fixed(place: np.ndarray) -> tuple[int, int]:
    x, y = np.round(place * (1 << _SUBPIXEL_BITS)).astype(int)
    return int(x), int(y)


def _line(image: np.ndarray, ends: np.ndarray, colour: tuple[int, ...], width: int) -> None:
    start, end = (_fixed(place) for place in ends)
    cv2.line(image, start, end, colour, width, cv2.LINE_AA, _SUBPIXEL_BITS)


def draw_person(
    image: np.ndarray, places: np.ndarray, state: np.ndarray, label: str, colour: tuple[int, ...]
) -> None:
    """Draw one person's skeleton into ``image``, RGB uint8, in place.

    ``places`` ``[17, 2]`` are in pixels of the image. Limbs between observed joints are solid,
    others thin; corrected joints are ringed in white. The label stands above the head.
    """
    if (state == ABSENT).all():
        return
    width = max(2, image.shape[1] // 160)
    for joints in LIMBS:
        joints = list(joints)
        seen = (state[joints] == OBSERVED).all()
        _line(image, places[joints], colour, width if seen else max(1, width // 3))
    for place, how in zip(places, state, strict=True):
        radius = int(width * (0.9 if how == OBSERVED else 0.5) * (1 << _SUBPIXEL_BITS))
        cv2.circle(image, _fixed(place), radius, colour, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
        if how == CORRECTED:
            cv2.circle(image, _fixed(place), 2 * radius, (255,) * 3, 1, cv2.LINE_AA, _SUBPIXEL_BITS)
    x, y = places[:, 0].mean(), places[:, 1].min()
    corner = int(np.clip(x - 6, 0, image.shape[1] - 14)), int(np.clip(y - 10, 16, image.shape[0]))
    write(image, label, corner, colour)


def write(image: np.ndarray, text: str, corner: tuple[int, int], colour: tuple[int, ...]) -> None:
    """Write ``text`` with a dark rim into ``image``; ``corner`` is its lower left."""
    for shade, width in (((0, 0, 0), 4), (colour, 2)):
        cv2.putText(image, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.6, shade, width, cv2.LINE_AA)


def contact_sheet(tiles: list[np.ndarray], columns: int) -> np.ndarray:
    """Lay tiles of one size ``[h, w, 3]`` out in rows, on grey."""
    height, width = tiles[0].shape[:2]
    rows = math.ceil(len(tiles) / columns)
    sheet = np.full(
        (rows * (height + TILE_GAP) - TILE_GAP, columns * (width + TILE_GAP) - TILE_GAP, 3),
        40,
        np.uint8,
    )
    for number, tile in enumerate(tiles):
        y, x = (number // columns) * (height + TILE_GAP), (number % columns) * (width + TILE_GAP)
        sheet[y : y + height, x : x + width] = tile
    return sheet


def preview_tracks(frames: Path, tracks: Path, out: Path) -> None:
    """Write a PNG with the tracked skeletons over frames spread evenly over the clip.

    Raises:
        InputError: ``frames`` or ``tracks`` cannot be read.
    """
    with Frames.open(frames) as clip, Tracks.open(tracks) as people:
        height, width = clip.rgb.shape[1:3]
        columns = COLUMNS if width >= height else 2 * COLUMNS
        tile_width = TILE_WIDTH * COLUMNS // columns
        size = tile_width, round(tile_width * height / width)
        factors = np.array(size) / people.source_size
        tiles = []
        for t in np.unique(np.linspace(0, len(clip.rgb) - 1, TILES).round().astype(int)):
            tile = cv2.resize(clip.rgb[t], size, interpolation=cv2.INTER_AREA)
            places = (people.keypoints[t] + 0.5) * factors - 0.5
            for place, state, number in zip(places, people.state[t], people.ids[:], strict=True):
                colour = COLOURS[(number - 1) % len(COLOURS)]
                draw_person(tile, place, state, str(number), colour)
            write(tile, f"{t}", (6, 18), (255, 255, 255))
            tiles.append(tile)
    write_picture(out, contact_sheet(tiles, columns))
