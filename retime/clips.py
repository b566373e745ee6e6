"""Which clips there are: a video or folder of frames each, and the edits written for them."""

import glob
import re
from collections.abc import Iterable
from pathlib import Path

from retime.errors import InputError

CLIPS = Path("clips")  # what people write
DEMO = "demo"
DEMO_VIDEO = Path("videos/demo.mp4")  # rendered by the workflow, never taken for a user's

# fmt: off
VIDEO_SUFFIXES = (
    ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts",
    ".mxf", ".ogv", ".ts", ".webm", ".wmv",
)
# fmt: on
CLIP_NAME = r"\w[\w.-]*"
EDIT_NAME = r"\w[\w-]*"


def _matches(pattern: str) -> list[Path]:
    """Return the videos and folders that a path or pattern stands for.

    What a pattern finds by chance, such as notes beside the videos, is passed over; a path written
    out is taken as it is.
    """
    if not glob.has_magic(pattern):
        path = Path(pattern)
        if path == DEMO_VIDEO:
            return []
        if not path.exists():
            raise InputError(f"{path}: no such video; the setting 'videos' names it")
        return [path]
    found = (Path(name) for name in glob.glob(pattern, recursive=True))  # noqa: PTH207 - takes absolute patterns
    return sorted(
        path
        for path in found
        if path != DEMO_VIDEO and (path.is_dir() or path.suffix.lower() in VIDEO_SUFFIXES)
    )


def find_videos(patterns: Iterable[str]) -> dict[str, Path]:
    """Return the video, or folder of frames, of each clip by the clip's name, sorted by name.

    A clip is called by its video's stem. The demo's video is left out.

    Raises:
        InputError: a path does not exist, a name cannot be a clip's, or two videos share one.
    """
    videos: dict[str, Path] = {}
    for path in (path for pattern in patterns for path in _matches(pattern)):
        name = path.name if path.is_dir() else path.stem
        if not re.fullmatch(CLIP_NAME, name):
            raise InputError(
                f"{path}: '{name}' cannot be the name of a clip; rename the file so that it has "
                "only letters, digits, '_', '-' and '.' (no spaces) and begins with one of the "
                "first three"
            )
        if videos.setdefault(name, path) != path:
            raise InputError(
                f"{path} and {videos[name]} would both be the clip '{name}'; rename one of them"
            )
    return dict(sorted(videos.items()))


def find_edits(clip: str, clips: Path = CLIPS) -> list[str]:
    """Return the names of a clip's edits, the stems of ``clips/CLIP/edits/*.yaml``, sorted.

    Raises:
        InputError: a name has characters other than letters, digits, '_' and '-'.
    """
    files = sorted((clips / clip / "edits").glob("[!.]*.yaml"))
    for file in files:
        if not re.fullmatch(EDIT_NAME, file.stem):
            raise InputError(
                f"{file}: '{file.stem}' cannot be the name of an edit; rename the file so that it "
                "has only letters, digits, '_' and '-'"
            )
    return [file.stem for file in files]
