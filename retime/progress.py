"""Progress of long loops on stderr, with the time left."""

import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

T = TypeVar("T")

# A line every few seconds reads well in a terminal, in a Snakemake log and in a cluster's file;
# a redrawn bar reads well only in the first.
INTERVAL_SECONDS = 5.0


def clock(seconds: float) -> str:
    """Format a duration in seconds as ``m:ss`` or ``h:mm:ss``."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Said(NamedTuple):
    """What a line of progress says."""

    label: str
    done: int
    total: int
    seconds_left: float


LINE = re.compile(
    r"(?P<label>.+?)  (?P<done>\d+)/(?P<total>\d+) +\d+%  "
    r"(?:(?P<h>\d+):)?(?P<m>\d+):(?P<s>\d+) left"
)


def read_line(line: str) -> Said | None:
    """Return what a line that ``Progress`` printed says; None for any other line."""
    found = LINE.match(line)
    if not found:
        return None
    seconds = 3600 * int(found["h"] or 0) + 60 * int(found["m"]) + int(found["s"])
    return Said(found["label"], int(found["done"]), int(found["total"]), float(seconds))


class Progress:
    """Prints ``LABEL  done/total  percent  time left  note`` at most every few seconds.

    The time left is judged from the work done since the start (or since a resumed position), so a
    resumed run does not claim the speed of the run before it. Loops that end before the first
    interval stay silent.

    Args:
        label: what is done.
        total: units of all of it.
        done: units done before.
        work: work of the units from one number up to another, where some take longer than others;
            in any measure.
    """

    def __init__(
        self,
        label: str,
        total: int,
        done: int = 0,
        work: Callable[[int, int], float] = lambda first, end: end - first,
    ) -> None:
        self.label, self.total, self.done, self._work = label, total, done, work
        self._first = done
        self._start = self._last = time.monotonic()
        self._spoke = False

    def advance(self, steps: int = 1, note: str | Callable[[], str] = "") -> None:
        """Count ``steps`` more units as done, and print a line if one is due.

        ``note`` ends it; one that takes work to find out is a function, called if need be.
        """
        self.done += steps
        now = time.monotonic()
        if now - self._last < INTERVAL_SECONDS:
            return
        self._last = now
        behind = max(self._work(self._first, self.done), 1e-9)
        left = (now - self._start) / behind * self._work(self.done, self.total)
        self._say(
            f"{100 * self.done / max(self.total, 1):3.0f}%  {clock(left)} left",
            note if isinstance(note, str) else note(),
        )

    def finish(self, note: str = "") -> None:
        """Print the total time if any line was printed before."""
        if self._spoke:
            self._say(f"done in {clock(time.monotonic() - self._start)}", note)

    def _say(self, what: str, note: str) -> None:
        self._spoke = True
        line = f"{self.label}  {self.done}/{self.total}  {what}"
        print(f"{line}  {note}" if note else line, file=sys.stderr, flush=True)


def track(items: Iterable[T], label: str, total: int) -> Iterator[T]:
    """Yield ``items`` unchanged, reporting progress under ``label`` on stderr."""
    progress = Progress(label, total)
    for item in items:
        yield item
        progress.advance()
    progress.finish()
