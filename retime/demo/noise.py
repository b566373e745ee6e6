"""Procedural noise: a hash of the lattice, so that no pattern ever repeats or shows a seam."""

import numba
import numpy as np


@numba.njit(cache=True, inline="always")
def lattice(i, j, seed):
    """A number in [0, 1) for each pair of integers."""
    h = np.uint32(i) * np.uint32(374761393) + np.uint32(j) * np.uint32(668265263)
    h = h + np.uint32(seed) * np.uint32(2246822519)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(1274126177)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(2654435761)
    return np.float64((h ^ (h >> np.uint32(15))) & np.uint32(0xFFFFFF)) / 16777216.0


@numba.njit(cache=True)
def value(x, y, seed):
    """Value noise in [0, 1), smooth, of unit scale."""
    i, j = np.floor(x), np.floor(y)
    u, v = x - i, y - j
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    i, j = np.int64(i), np.int64(j)
    low = lattice(i, j, seed) * (1 - u) + lattice(i + 1, j, seed) * u
    high = lattice(i, j + 1, seed) * (1 - u) + lattice(i + 1, j + 1, seed) * u
    return low * (1 - v) + high * v


@numba.njit(cache=True)
def fractal(x, y, octaves, seed):
    """Sum of octaves of value noise, each of half the scale and strength; mean 0, about -1..1."""
    total, strength = 0.0, 1.0
    for octave in range(octaves):
        total += strength * (2 * value(x, y, seed + octave) - 1)
        # Turned lattices do not line up, which hides their axes.
        x, y = 1.6 * x - 1.2 * y + 17.3, 1.2 * x + 1.6 * y - 9.1
        strength *= 0.5
    return total
