"""Straight pieces of a sampled curve: what an editing program can hold of a time map."""

from dataclasses import dataclass

import numpy as np

EXACT = 1e-6


@dataclass(frozen=True)
class Piece:
    """Output frames ``start`` to ``start + length - 1`` show ``value + slope (t - start)``."""

    start: int
    length: int
    value: float  # NaN: nothing
    slope: float

    def at(self, t: int) -> float:
        """Return the value at output frame ``t``."""
        return self.value + self.slope * (t - self.start)


def straight_pieces(samples: np.ndarray, within: float = EXACT) -> list[Piece]:
    """Cut a curve into straight pieces, each as long as can be.

    Args:
        samples: [T_out], NaN where there is nothing.
        within: how far a sample may lie from its piece; a piece's first lies on it.

    Returns:
        Pieces that cover all samples, in order.
    """
    pieces, start = [], 0
    while start < len(samples):
        first = float(samples[start])
        if np.isnan(first):
            end = start + 1
            while end < len(samples) and np.isnan(samples[end]):
                end += 1
            pieces.append(Piece(start, end - start, np.nan, 0.0))
        else:
            end, slope = _straight(samples, start, within)
            pieces.append(Piece(start, end - start, first, slope))
        start = end
    return pieces


def _straight(samples: np.ndarray, start: int, within: float) -> tuple[int, float]:
    """Return where the piece from ``start`` on ends, and its slope."""
    low, high, end = -np.inf, np.inf, start + 1
    while end < len(samples) and not np.isnan(samples[end]):
        steps, rise = end - start, samples[end] - samples[start]
        narrower = (max(low, (rise - within) / steps), min(high, (rise + within) / steps))
        if narrower[0] > narrower[1]:
            break
        low, high = narrower
        end += 1
    if end == start + 1:
        return end, 1.0
    chord = (samples[end - 1] - samples[start]) / (end - 1 - start)
    # A round slope, if there is one among those that fit.
    for digits in (0, 1, 2, 3, 6):
        if low <= (rounded := round(float(chord), digits)) <= high:
            return end, rounded
    return end, float(np.clip(chord, low, high))


def remap_keys(pieces: list[Piece]) -> list[list]:
    """Return keys of ``remap`` that show what pieces show at every output frame.

    Where there is nothing, the curve goes on from the piece before.
    """
    keys: list[list] = []
    shown = [piece for piece in pieces if not np.isnan(piece.value)]
    for piece, after in zip(shown, [*shown[1:], None], strict=True):
        keys.append([piece.start, _tidy(piece.value)])
        last = piece.start + piece.length - 1
        end = after.start if after else None
        goes_on = end is not None and abs(piece.at(end) - after.value) <= EXACT
        if goes_on:
            continue
        if last > piece.start:
            keys.append([last, _tidy(piece.at(last))])
        if end is not None:
            keys[-1].append("hold")
    return keys


def value_keys(pieces: list[Piece]) -> list[list]:
    """Return keys [output time, value] of a curve of opacity; two at one time are a jump."""
    keys: list[list] = []
    for piece in pieces:
        last = piece.start + piece.length - 1
        if keys and abs(keys[-1][1] - piece.value) > EXACT and keys[-1][0] < piece.start:
            keys.append([piece.start, keys[-1][1]])
        keys.append([piece.start, _tidy(piece.value)])
        if last > piece.start:
            keys.append([last, _tidy(piece.at(last))])
    return [
        key
        for number, key in enumerate(keys)
        if not (0 < number < len(keys) - 1 and keys[number - 1][1] == key[1] == keys[number + 1][1])
    ]


def _tidy(value: float) -> float | int:
    value = round(float(value), 6)
    return int(value) if value == int(value) else value
