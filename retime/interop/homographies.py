"""``homographies.txt`` of the authors' releases of retiming and Omnimatte.

Its lines (https://github.com/erikalu/omnimatte, ``docs/data.md`` and ``datasets/homography.py``):

    size: WIDTH HEIGHT
    bounds: X0 X1 Y0 Y1
    h11 h12 h13 h21 h22 h23 h31 h32 h33

and so on, a line for each frame. A homography takes points of the world's plane to pixels of the
frame, in a picture of ``size``; the plane is that of the frame whose homography is the identity.
``bounds`` are the least and greatest x and y at which a frame's corner pixels lie in the plane.
"""

from pathlib import Path

import numpy as np

from retime.atomic import write_text
from retime.camera.fitting import transform
from retime.camera.planes import corners, resized
from retime.errors import InputError
from retime.interop.parsing import read_bytes

EXPECTED = "'size: WIDTH HEIGHT', 'bounds: X0 X1 Y0 Y1', then 9 numbers for each frame"


def read(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Read the homographies from pixels of each frame to the plane, float64 [T, 3, 3].

    Args:
        path: the file.
        size: width and height of the frames whose pixels are meant; the file's own may differ.

    Raises:
        InputError: the file is malformed; the line is named.
    """
    lines = read_bytes(path).decode("utf-8", "replace").splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    width, height = _header(lines, 0, "size:", 2, path)
    x0, x1, y0, y1 = _header(lines, 1, "bounds:", 4, path)
    if min(width, height) < 2 or x0 >= x1 or y0 >= y1:
        raise InputError(f"{path}: size {width} x {height}, bounds {x0}..{x1}, {y0}..{y1}: empty")
    to_frame = [_numbers(line, 9, path, n) for n, line in enumerate(lines[2:], start=3)]
    if not to_frame:
        raise InputError(f"{path}: holds no frames; expected {EXPECTED}")
    matrices = np.array(to_frame).reshape(-1, 3, 3)
    flat = np.flatnonzero(np.abs(np.linalg.det(matrices)) < 1e-12)
    if len(flat):
        raise InputError(f"{path}, line {flat[0] + 3}: cannot be inverted, so is no homography")
    inverse = np.linalg.inv(matrices)
    return resized(inverse / inverse[:, 2:, 2:], (int(width), int(height)), size)


def _header(lines: list[str], number: int, word: str, count: int, path: Path) -> list[float]:
    line = lines[number] if number < len(lines) else ""
    if not line.startswith(word):
        raise InputError(f"{path}, line {number + 1}: is '{line[:40]}'; expected {EXPECTED}")
    return _numbers(line.removeprefix(word), count, path, number + 1)


def _numbers(text: str, count: int, path: Path, line: int) -> list[float]:
    try:
        numbers = [float(word) for word in text.split()]
    except ValueError:
        numbers = []
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise InputError(f"{path}, line {line}: expected {count} numbers, found '{text[:60]}'")
    return numbers


def write(homographies: np.ndarray, size: tuple[int, int], path: Path) -> None:
    """Write a camera.

    Args:
        homographies: float64 [T, 3, 3], from pixels of each frame to the canvas.
        size: width and height of the frames.
        path: the file to write.
    """
    shown = transform(homographies[:, None], corners(size)[None]).reshape(-1, 2)
    (x0, y0), (x1, y1) = shown.min(0), shown.max(0)
    inverse = np.linalg.inv(homographies)
    inverse /= inverse[:, 2:, 2:]
    lines = [f"size: {size[0]} {size[1]}", f"bounds: {x0:.12g} {x1:.12g} {y0:.12g} {y1:.12g}"]
    lines += [" ".join(f"{value:.12g}" for value in matrix.ravel()) for matrix in inverse]
    write_text(path, "\n".join(lines) + "\n")
