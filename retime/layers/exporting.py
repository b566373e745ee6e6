"""Write the trimaps of a clip in the form in which painted ones are read (`painted.py`)."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Frames, Seeds
from retime.atomic import write_bytes
from retime.errors import InputError
from retime.layers.painted import Painted, painted_name, resample, write_painted
from retime.layers.trimap import OPAQUE, UNSURE
from retime.progress import track

# Tints of what is opaque and of what is to be found out, RGB: apart for colour-blind eyes, too.
TINTS = {OPAQUE: (0, 158, 115), UNSURE: (230, 159, 0)}
TINT, DIMMED = 0.45, 0.55  # share of the tint; brightness of what is clear
JPEG_QUALITY = 92


def draw_guide(frame: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """Show a trimap over its frame: opaque tinted green, unsure yellow, clear darkened.

    Args:
        frame: uint8 [H, W, 3], RGB.
        trimap: uint8 [H, W] of 0, 128, 255.

    Returns:
        uint8 [H, W, 3].
    """
    guide = frame * DIMMED
    for value, tint in TINTS.items():
        here = trimap == value
        guide[here] = (1 - TINT) * frame[here] + TINT * np.array(tint)
    return guide.round().astype(np.uint8)


def export_trimaps(
    frames: Path,
    seeds: Path,
    out: Path,
    span: tuple[int, int] | None = None,
    layers: Sequence[str] = (),
) -> tuple[Path, Path]:
    """Write each trimap as a picture to paint on, at the size of the video, and a guide beside.

    ``out/trimaps/LAYER/000012.png`` is transparent wherever nobody painted: what is painted there
    in an editor counts, the rest stays automatic. ``out/guides/LAYER/000012.jpg`` shows the frame
    with the trimap over it.

    Args:
        frames: ``frames.h5``.
        seeds: ``seeds.h5``.
        out: folder to write to.
        span: the first and the last frame; none: all.
        layers: names; none: all.

    Returns:
        The two folders.

    Raises:
        InputError: a layer or frame that is not there.
    """
    folders = out / "trimaps", out / "guides"
    with Frames.open(frames) as video, Seeds.open(seeds) as seed:
        count, size = len(seed.order), tuple(seed.source_size)
        first, last = span or (0, count - 1)
        for name in layers:
            if name not in seed.names:
                raise InputError(f"no layer '{name}'; layers are {', '.join(seed.names)}")
        numbers = [seed.names.index(name) for name in layers or seed.names]
        for t in track(range(first, last + 1), "trimaps", last + 1 - first):
            frame = cv2.resize(video.rgb[t], size, interpolation=cv2.INTER_AREA)
            for n in numbers:
                painted = Painted(
                    resample(seed.trimap[t, n], size), resample(seed.painted[t, n], size)
                )
                place = Path(seed.names[n]) / painted_name(t, t)
                write_painted(folders[0] / place, painted)
                guide = cv2.cvtColor(draw_guide(frame, painted.trimap), cv2.COLOR_RGB2BGR)
                _, data = cv2.imencode(".jpg", guide, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
                write_bytes((folders[1] / place).with_suffix(".jpg"), data.tobytes())
    return folders
