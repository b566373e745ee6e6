"""A limit that leaves no room for linear algebra ends at once, in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from retime import lacking
from retime.loading import LIBRARIES, THREAD_BYTES

# Imports NAME once as much of the address space is left as said; prints how it fails.
LOAD = """
import resource, sys
from pathlib import Path
sys.path[:0] = [{root!r}]
import retime.lacking
from retime.loading import look_for_room
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {left}, used + {left}))
look_for_room()
try:
    import {name}
except OSError as error:
    print(retime.lacking.lacked(error))
"""
ROOT = str(Path(__file__).parents[1])


def load(name: str, left: int) -> str:
    code = LOAD.format(root=ROOT, name=name, left=left)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "3"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_too_little_room_is_told_before_loading() -> None:
    assert load("numpy", LIBRARIES["numpy"] + 3 * THREAD_BYTES - 1).startswith("memory ran out")


def test_enough_room_loads() -> None:
    assert load("numpy", 2 << 30) == ""


def test_native_code_that_does_not_say_why_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a limit it is for lack of memory; without one it is a bug, to be shown as such."""
    unsaid = SystemError("error return without exception set")
    for limited in (True, False):
        monkeypatch.setattr(lacking, "is_limited", lambda limited=limited: limited)
        assert bool(lacking.lacked(unsaid)) == limited
        assert not lacking.lacked(SystemError("bad argument to internal function"))
