"""Times as a person writes them in an edit: frames, or seconds as in "1.5s"."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema


@dataclass(frozen=True)
class Duration:
    """A time as written in an edit: a count of frames or of seconds."""

    value: float
    in_seconds: bool = False

    def frames(self, fps: float) -> float:
        """Return the time in frames of a clip with ``fps`` frames per second."""
        return self.value * fps if self.in_seconds else self.value

    def __repr__(self) -> str:
        return f"{self.value:g}s" if self.in_seconds else f"{self.value:g}"


def _read_time(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return Duration(float(value))
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)? ?s", value):
        return Duration(float(value[:-1]), in_seconds=True)
    raise ValueError('a time is a number of frames, such as 31, or of seconds, such as "1.5s"')


Time = Annotated[
    Duration,
    PlainValidator(_read_time),
    PlainSerializer(lambda time: repr(time) if time.in_seconds else time.value),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": "s$"}]}),
]
Pair = Annotated[list[Time], Field(min_length=2, max_length=2)]
