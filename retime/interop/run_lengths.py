"""COCO's run lengths: masks as the lengths of alternating runs of 0 and 1, column by column.

As numbers, and as the text into which COCO packs them (``rleEncode``, ``rleToString`` and
``rleFrString`` of https://github.com/cocodataset/cocoapi, ``common/maskApi.c``): from the fourth
run on the difference from the last but one is written, in groups of 5 bits from the lowest up, a
sixth bit saying that more follow, each as the letter that is 48 more.
"""

from collections.abc import Sequence

import numpy as np


def encode(mask: np.ndarray) -> list[int]:
    """Return the runs of a mask, bool [H, W]; the first is of 0, and may be empty."""
    values = np.concatenate([[False], mask.ravel(order="F"), [False]])
    edges = np.flatnonzero(np.diff(values))
    if mask.size and mask[-1, -1]:  # the last run ends with the mask
        edges = edges[:-1]
    return np.diff(np.concatenate([[0], edges, [mask.size]])).tolist()


def decode(runs: Sequence[int], size: tuple[int, int]) -> np.ndarray:
    """Return the mask, bool [H, W], of runs.

    Args:
        runs: of 0 and 1 in turn.
        size: height and width.

    Raises:
        ValueError: the runs do not fill the mask.
    """
    if min(runs, default=0) < 0 or sum(runs) != size[0] * size[1]:
        raise ValueError(f"runs add up to {sum(runs)}, not {size[0]} x {size[1]}")
    values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return values.reshape(size, order="F")


def to_text(runs: Sequence[int]) -> str:
    """Pack runs into COCO's text."""
    letters = []
    for place, run in enumerate(runs):
        value = run - (runs[place - 2] if place > 2 else 0)
        more = True
        while more:
            bits, value = value & 31, value >> 5
            more = value != (-1 if bits & 16 else 0)
            letters.append(chr(bits + 32 * more + 48))
    return "".join(letters)


def from_text(text: str) -> list[int]:
    """Unpack runs from COCO's text.

    Raises:
        ValueError: it holds other letters, or breaks off within a run.
    """
    runs: list[int] = []
    value, shift = 0, 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64:
            raise ValueError(f"'{letter}' does not occur in run lengths")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value, shift = 0, 0
    if shift:
        raise ValueError("the run lengths break off")
    return runs
