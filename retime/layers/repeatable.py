"""Arithmetic that comes out the same each time."""

import torch


def repeatable(threads: int) -> None:
    """Let torch use so many CPU threads and only algorithms that repeat, bit for bit."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    # It would also fill all memory before it is used, lest something reads what it never wrote:
    # an eighth of the time of a training step, and nothing here does.
    torch.utils.deterministic.fill_uninitialized_memory = False
