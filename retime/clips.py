"""Which clips there are: a video or folder of frames each, and the edits written for them."""

import glob
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from retime.config import LayerChoice
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
# What may stand in a clip's folder `import` in place of a stage's own answer.
GIVEN = {
    "poses": ("poses.json", "poses.xml"),
    "tracks": ("tracks.json", "tracks.xml"),
    "camera": ("homographies.txt",),
    "uv": ("uv",),
}
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


def clip_name(path: Path) -> str:
    """Return a video's name as a clip: its stem, with "_" for what no shell should see; "": none.

    >>> clip_name(Path("holidays/two words (1).mp4"))
    'two_words_1'
    """
    stem = path.name if path.is_dir() else path.stem
    return re.sub(r"[^\w.-]+", "_", stem).strip("_.-")


def _told_apart(paths: list[Path], taken: set[str]) -> list[str] | None:
    """Return a name for each of several videos of one name: by suffix, or folder, or both."""
    names = [clip_name(path) for path in paths]
    suffixes = [path.suffix.lstrip(".").lower() for path in paths]
    folders = [clip_name(path.absolute().parent) for path in paths]
    for parts in ((names, suffixes), (folders, names), (folders, names, suffixes)):
        made = ["-".join(filter(None, each)) for each in zip(*parts, strict=True)]
        if len(set(made)) == len(made) and taken.isdisjoint(made):
            return made
    return None


def find_videos(patterns: Iterable[str], clips: Path = CLIPS) -> dict[str, Path]:
    """Return the video, or folder of frames, of each clip by the clip's name, sorted by name.

    A clip is called by its video's stem, with "_" for spaces and the like. Where several videos
    would share a name, all of them get their suffix or their folder's name added, so that none
    takes over what was written for another. The demo's video is left out.

    Raises:
        InputError: a path does not exist, nothing of a name is left, two videos cannot be told
            apart, or something was written for a name that no longer says which video is meant.
    """
    paths = dict.fromkeys(path for pattern in patterns for path in _matches(pattern))
    sharing: dict[str, list[Path]] = {}
    for path in paths:
        name = clip_name(path)
        if not name:
            raise InputError(
                f"{path}: no clip can be called that; give the file a name with a letter or digit"
            )
        sharing.setdefault(name, []).append(path)
    videos = {name: same[0] for name, same in sharing.items() if len(same) == 1}
    for name, same in sharing.items():
        if len(same) == 1:
            continue
        both = " and ".join(map(str, same))
        apart = _told_apart(same, set(sharing) | set(videos))
        if apart is None:
            raise InputError(f"{both} would all be the clip '{name}'; rename all but one")
        if (clips / name).is_dir():
            raise InputError(
                f"{both} are the clips {' and '.join(apart)}; rename {clips / name} to the one "
                "that it was written for"
            )
        videos.update(zip(apart, same, strict=True))
    return dict(sorted(videos.items()))


def find_edits(clip: str, clips: Path = CLIPS) -> list[str]:
    """Return the names of a clip's edits, the stems of ``clips/CLIP/edits/*.yaml``, sorted.

    Raises:
        InputError: a name has characters other than letters, digits, '_' and '-', or ends in
            ``.yml``, which would be passed over.
    """
    folder = clips / clip / "edits"
    for file in folder.glob("[!.]*.yml"):
        raise InputError(f"{file}: edits end in '.yaml'; rename the file")
    files = sorted(folder.glob("[!.]*.yaml"))
    for file in files:
        if not re.fullmatch(EDIT_NAME, file.stem):
            raise InputError(
                f"{file}: '{file.stem}' cannot be the name of an edit; rename the file so that it "
                "has only letters, digits, '_' and '-'"
            )
    return [file.stem for file in files]


def find_given(clip: str, people: bool = True, clips: Path = CLIPS) -> dict[str, Path]:
    """Return what was given in place of stages' answers: files of ``clips/CLIP/import``, by stage.

    Args:
        clip: its name.
        people: whether there are any in the clip, as ``clip.yaml`` says.
        clips: the folder of clips.

    Raises:
        InputError: a file has none of the known names, two are for one stage, or one is of people
            in a clip without.
    """
    found: dict[str, Path] = {}
    stages = {name: stage for stage, names in GIVEN.items() for name in names}
    for path in sorted((clips / clip / "import").glob("[!.]*")):
        if path.name not in stages:
            raise InputError(f"{path}: nothing of this name is read; known are {', '.join(stages)}")
        stage = stages[path.name]
        if stage in found:
            raise InputError(f"{path} and {found[stage]} both stand in for {stage}; delete one")
        if stage != "camera" and not people:
            raise InputError(f"{path}: is of people, but clip.yaml says 'people: false'; drop one")
        found[stage] = path
    return found


def find_masks(
    clip: str, layers: Iterable[LayerChoice], clips: Path = CLIPS
) -> dict[str, tuple[Path, int | None]]:
    """Return where the masks of a clip's layers lie, and which object of them, by layer.

    Raises:
        InputError: there is nothing at the place that ``clip.yaml`` names.
    """
    found = {}
    for layer in layers:
        if layer.mask is None:
            continue
        path = clips / clip / layer.mask
        if not path.exists():
            raise InputError(
                f"{clips / clip / 'clip.yaml'}: layer '{layer.name}': no mask at {path}"
            )
        found[layer.name] = (path, layer.object)
    return found


def left_over(edits: Mapping[str, Iterable[str]], results: Path = Path("results")) -> list[Path]:
    """Return the folders of results whose edits were deleted or renamed, sorted.

    Args:
        edits: the names of each clip's edits.
        results: folder of all results.
    """
    folders = (f for clip in edits for f in (results / clip / "edits").glob("[!.]*") if f.is_dir())
    return sorted(f for f in folders if f.name not in edits[f.parent.parent.name])
