"""Stage ``uv``: tracks to UV maps."""

from pathlib import Path

import torch

from retime.artifacts import Tracks, Uv
from retime.body.network import CHECKPOINT, STRIDE, load_network
from retime.body.uv import predict_uv
from retime.config import UvSettings
from retime.errors import InputError
from retime.progress import track


def run_uv(
    tracks: Path, out: Path, settings: UvSettings, threads: int, weights: Path = CHECKPOINT
) -> None:
    """Write the UV map of every tracked person, whole also where somebody hides them.

    Args:
        tracks: a ``Tracks`` file.
        out: the ``Uv`` file to write.
        settings: ``crop_size`` is the side of the network's input.
        threads: CPU threads of the network.
        weights: of the network.

    Raises:
        InputError: ``tracks`` cannot be read, or the crop size is no multiple of 32.
    """
    if settings.crop_size % STRIDE:
        raise InputError(
            f"uv.crop_size is {settings.crop_size}; it must be a multiple of {STRIDE}, such as 128"
        )
    torch.set_num_threads(threads)
    network = load_network(weights)
    with Tracks.open(tracks) as people:
        present = people.present[:]
        width, height = people.working_size
        sizes = {"T": present.shape[0], "P": present.shape[1], "w": width, "h": height}
        maps = predict_uv(
            people.keypoints[:],
            present,
            tuple(people.source_size),
            (width, height),
            network,
            crop_size=settings.crop_size,
        )
        with Uv.create(
            out, parameters=settings.model_dump(), sizes=sizes, **people.clip_attributes()
        ) as uv:
            uv.ids[:] = people.ids[:]
            for frame, iuv in enumerate(track(maps, "uv", len(present))):
                uv.iuv[frame] = iuv
