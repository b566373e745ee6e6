"""Room for linear algebra, looked for before it is loaded where the address space is limited.

Each thread of OpenBLAS gets a buffer while the library is loaded. Where a limit (``ulimit -v``)
leaves no room for it, SciPy's asks for it again and again without end, and other copies end the
process in words of their own. Asked for before, what lacks is an ``OSError`` that can be told.
"""

import mmap
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from retime.lacking import is_limited

MIB = 2**20
# What brings a copy of OpenBLAS (of SciPy's parts whichever is first), and what it takes to load,
# without that copy's threads.
LIBRARIES = {
    "numpy": 64 * MIB,
    "cv2": 192 * MIB,
    "scipy.linalg": 64 * MIB,
    "scipy.special": 64 * MIB,
}
THREAD_BYTES = 40 * MIB  # a buffer of 32 and a stack of 8


def look_for_room() -> None:
    """From now on, see that there is room before such a library is loaded.

    Without a limit there is nothing to look for.
    """
    if is_limited():
        sys.meta_path.insert(0, _Room())


class _Room(MetaPathFinder):
    """Finds no module; imports ask it first, and it raises where there is no room for one."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return None.

        Raises:
            OSError: no room is left for the library; ``errno`` is ENOMEM.
        """
        if name in LIBRARIES:
            mmap.mmap(-1, LIBRARIES[name] + _threads() * THREAD_BYTES).close()
        return None


def _threads() -> int:
    """Return how many threads OpenBLAS will have."""
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        if (said := os.environ.get(variable, "")).isdecimal():
            return max(1, int(said))
    return len(os.sched_getaffinity(0))
