"""The clip that a studio is opened on: where its files are."""

import re
from dataclasses import dataclass
from pathlib import Path

from retime.clips import CLIP_NAME, CLIPS
from retime.errors import InputError

RESULTS = Path("results")
FOLDER = "studio"  # of the footage, in the clip's results


@dataclass(frozen=True)
class Clip:
    """A clip of the project in ``root``."""

    name: str
    root: Path = Path()

    def __post_init__(self) -> None:
        if not re.fullmatch(CLIP_NAME, self.name):
            raise InputError(f"'{self.name}' cannot be the name of a clip")

    @property
    def written(self) -> Path:
        """Where a person writes: ``clips/CLIP``."""
        return self.root / CLIPS / self.name

    @property
    def results(self) -> Path:
        """Where the machine writes: ``results/CLIP``."""
        return self.root / RESULTS / self.name

    @property
    def footage(self) -> Path:
        """The folder of films: ``results/CLIP/studio``."""
        return self.results / FOLDER
