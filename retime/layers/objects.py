"""Layers that show no person: their UV maps, trimaps and ground come from masks that were given.

The method needs of a layer only where it is and a way to tell its points apart over time. Of people
that is the body's UV map. Of an object no more is known than its mask, as in Omnimatte (Lu et al.
2021), so that its map is the box around it.
"""

import numpy as np

from retime.layers.trimap import OPAQUE, UNSURE, make_trimap

# Of a matte, 0..255: from here on it is surely the object, and up to here surely not. Edges of a
# mask that was reduced to the working size lie in between.
SURE, FAINT = 230, 25
# The 24 tiles of an atlas lie over the box in rows and columns: these of wide and of tall objects.
WIDE, TALL = (6, 4), (4, 6)  # columns, rows


def is_shown(alpha: np.ndarray) -> np.ndarray:
    """Return bool, where a matte (uint8) is more object than not."""
    return alpha >= 128


def find_box(mask: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return x0, y0, x1, y1 of a bool mask [h, w], the ends included; None where it is empty."""
    columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
    if not len(columns):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def choose_grid(masks: np.ndarray) -> tuple[int, int]:
    """Return the columns and rows of tiles for an object with masks bool [T, h, w]."""
    boxes = [box for mask in masks if (box := find_box(mask))]
    wide = [x1 - x0 >= y1 - y0 for x0, y0, x1, y1 in boxes]
    return WIDE if np.mean(wide or [True]) >= 0.5 else TALL


def box_iuv(mask: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Map the pixels of a mask by their places in the box around it.

    Args:
        mask: bool [h, w].
        grid: columns and rows of tiles, 24 in all.

    Returns:
        uint8 [h, w, 3]: tile 1..24 (0 outside the mask), row by row, and u, v in it as 0..255.
    """
    iuv = np.zeros((*mask.shape, 3), np.uint8)
    box = find_box(mask)
    if box is None:
        return iuv
    x0, y0, x1, y1 = box
    y, x = np.nonzero(mask)
    columns, rows = grid
    across = (x - x0 + 0.5) / (x1 - x0 + 1) * columns
    down = (y - y0 + 0.5) / (y1 - y0 + 1) * rows
    tile = np.floor(down) * columns + np.floor(across) + 1
    places = np.stack([across, down], -1) % 1 * 255
    iuv[y, x] = np.concatenate([tile[:, None], np.rint(places)], 1)
    return iuv


def matte_trimap(
    alpha: np.ndarray, others: np.ndarray, band: float, spare_others: bool = True
) -> np.ndarray:
    """Make the trimap of a layer in one frame from its matte.

    Args:
        alpha: uint8 [h, w].
        others: bool [h, w], where other layers are.
        band: width of the unsure band, share of the frame's width.
        spare_others: as of ``make_trimap``.

    Returns:
        uint8 [h, w] of 0, 128 and 255; what the matte leaves open is unsure, too.
    """
    trimap = make_trimap(alpha > FAINT, others, band, spare_others)
    trimap[(trimap == OPAQUE) & (alpha < SURE)] = UNSURE
    return trimap


def feet_of(masks: np.ndarray, source_height: int) -> np.ndarray:
    """Return how low an object reaches, float64 [T], y in source pixels; -inf where it is absent.

    Args:
        masks: bool [T, h, w].
        source_height: of the source, pixels.
    """
    scale = source_height / masks.shape[1]
    boxes = [find_box(mask) for mask in masks]
    return np.array([(box[3] + 0.5) * scale - 0.5 if box else -np.inf for box in boxes])
