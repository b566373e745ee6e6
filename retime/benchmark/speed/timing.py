"""Medians side by side, and what the machine can do at most."""

import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

SIDE = 3072  # of the matrices whose product measures the peak
BUDGET = 4.0  # seconds for all repeats of one figure, about


def median_seconds(*works: Callable[[], Any], budget: float = BUDGET) -> list[float]:
    """Time works by turns, so that what else the machine does is shared by all.

    Args:
        works: what to time.
        budget: seconds for all of it, about; there are from 3 to 25 repeats.

    Returns:
        The median of each.
    """
    began = time.perf_counter()
    for work in works:  # what is made once only
        work()
    once = time.perf_counter() - began
    took: list[list[float]] = [[] for _ in works]
    for _ in range(max(3, min(25, int(budget / max(once, 1e-6))))):
        for work, seconds in zip(works, took, strict=True):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    return [statistics.median(seconds) for seconds in took]


def peak_gflops(side: int = SIDE, budget: float = BUDGET) -> float:
    """Return the machine's peak, 1e9 operations a second, with as many threads as torch has.

    The quickest of three libraries at the product of two large matrices: the one that torch has for
    matrices, the one that it has for convolutions, where it was built with it, and numpy's.

    Args:
        side: of the matrices.
        budget: seconds for all of it, about.
    """
    one, other = torch.rand(side, side), torch.rand(side, side)
    works: list[Callable[[], Any]] = [
        lambda: one @ other,
        lambda: one.numpy() @ other.numpy(),
    ]
    if torch.backends.mkldnn.is_available():
        ops = torch.ops.mkldnn
        laid_out = ops._reorder_linear_weight(other, side)
        works.append(lambda: ops._linear_pointwise(one, laid_out, None, "none", [], ""))
    with torch.no_grad():
        return 2 * side**3 / min(median_seconds(*works, budget=budget)) / 1e9


def machine() -> dict[str, Any]:
    """Return what figures were measured on: processor, threads, torch's version."""
    listed = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip()
        for line in (listed.read_text(encoding="utf-8").splitlines() if listed.exists() else [])
        if line.startswith("model name")
    ]
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }
