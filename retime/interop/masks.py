"""Masks of one layer, one for each frame: pictures, a COCO file, or a matte video.

A mask is read as a matte, uint8 [H, W], 0 for what is not on the layer and 255 for what is.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from retime.interop import coco_masks, mask_pictures
from retime.interop.clip_frames import ClipFrames
from retime.video.decoding import decode
from retime.video.probing import probe


def read_masks(source: Path, number: int | None, frames: ClipFrames) -> Iterator[np.ndarray]:
    """Yield the matte of each frame of the clip, uint8 [H, W], of the size it was given in.

    Args:
        source: a folder of pictures, a JSON file in COCO's form, or a video in grey.
        number: of the object, where ``source`` holds several.
        frames: of the clip.

    Raises:
        InputError: it cannot be read, is malformed, or holds too few frames.
    """
    if source.is_dir():
        return mask_pictures.read_masks(source, number, frames)
    if source.suffix.lower() == ".json":
        return coco_masks.read_masks(source, number, frames)
    return _read_video(source, frames)


def _read_video(source: Path, frames: ClipFrames) -> Iterator[np.ndarray]:
    """A matte as a video: white is the layer, grey partly."""
    video = probe(source)
    wanted = frames.choose(len(video.times), f"{source}: number of frames")
    for _, rgb in decode(video, wanted.tolist()):
        yield rgb.mean(-1).round().astype(np.uint8)
