"""What the machine lacked where something failed: room on the disk, memory, permission.

Libraries tell it in many ways: by the operating system's number, by a number in a text (HDF5), by
text alone (torch, OpenCV, onnxruntime). To the user it is one line and no bug of this program.
"""

import contextlib
import errno
import re
import resource
from collections.abc import Iterator
from pathlib import Path

from retime.errors import InputError

AGAIN = "and run the same again"
NO_MEMORY = (
    f"memory ran out; let it have more {AGAIN}, or choose fewer frames or a smaller "
    "'working_height'"
)
REASONS = {
    errno.ENOMEM: NO_MEMORY,
    errno.ENOSPC: f"no room is left on the disk; make some {AGAIN}",
    errno.EDQUOT: f"the disk's quota is used up; make room {AGAIN}",
    errno.EFBIG: f"a file may not be so large there; raise the limit (ulimit -f) {AGAIN}",
    errno.EROFS: f"that disk is read-only; make it writable {AGAIN}",
    errno.EACCES: f"permission was denied; grant it {AGAIN}",
    errno.EPERM: f"permission was denied; grant it {AGAIN}",
    errno.EIO: "the disk reports an error; see whether it is whole",
    errno.EMFILE: f"too many files are open; raise the limit (ulimit -n) {AGAIN}",
}
IN_TEXT = re.compile(r"errno = (\d+)")  # as HDF5 has it
OUT_OF_MEMORY = re.compile(
    r"can't allocate memory|not enough memory|[Cc]annot allocate memory|[Ff]ailed to allocate"
    r"|Insufficient memory|bad_alloc|[Uu]nable to allocate|failed to map segment"
    r"|can't start new thread"
)

# What Python says of native code that failed and did not say why; seen where memory ran out.
UNSAID = re.compile(r"without setting an exception|without exception set")


def is_limited() -> bool:
    """Say whether this process may only have so much memory (``ulimit -v``)."""
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def lacked(error: BaseException) -> str | None:
    """Return what was lacking and what to do, if that is why an error came about; else None."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError) or OUT_OF_MEMORY.search(str(cause)):
            return NO_MEMORY
        if isinstance(cause, SystemError) and UNSAID.search(str(cause)) and is_limited():
            return NO_MEMORY
        number = cause.errno if isinstance(cause, OSError) else None
        if number is None and (said := IN_TEXT.search(str(cause))):
            number = int(said[1])
        if number in REASONS:
            return REASONS[number]
        cause = cause.__cause__ or cause.__context__
    return None


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file that was being written when something was lacking.

    Raises:
        InputError: in place of an error that comes of what the machine lacks.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        reason = lacked(error)
        if reason is None:
            raise
        read = getattr(error, "filename", None)
        if read and path.name not in Path(read).name:
            raise InputError(f"{read}: {reason}") from error
        raise InputError(f"{path}: could not be written: {reason}") from error
