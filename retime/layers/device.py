"""Where networks compute: on the CPU, repeatably, or on a GPU, as quickly as can be."""

from typing import Literal

import torch

from retime.errors import InputError
from retime.layers.repeatable import repeatable

CPU = torch.device("cpu")


def prepare_device(
    wanted: Literal["auto", "cpu", "cuda"], threads: int, place: int = 0
) -> torch.device:
    """Choose where to compute, and set torch up for it.

    On the CPU results repeat, bit for bit for the same number of threads. On a GPU some operations
    have no such form (the gradient of a sampled picture), and the quickest are taken.

    Args:
        wanted: the setting; ``auto`` takes a GPU where torch finds one.
        threads: CPU threads.
        place: which GPU of this machine.

    Raises:
        InputError: a GPU is wanted, and there is none.
    """
    found = torch.cuda.device_count() if torch.cuda.is_available() and wanted != "cpu" else 0
    if wanted == "cuda" and not found:
        raise InputError(
            f"device: cuda, but torch {torch.__version__} finds no GPU here; set device to auto or "
            "cpu, or install a torch that was built for your GPU"
        )
    if not found:
        repeatable(threads)
        return CPU
    if place >= found:
        raise InputError(f"process {place + 1} of this machine has no GPU of its own: {found} here")
    torch.set_num_threads(threads)
    torch.backends.cudnn.benchmark = True
    torch.cuda.set_device(place)
    return torch.device("cuda", place)


def is_narrow(precision: Literal["auto", "single", "bfloat16"], device: torch.device) -> bool:
    """Tell whether the renderer is to be trained in bfloat16 on ``device``."""
    if precision == "auto":
        return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return precision == "bfloat16"
