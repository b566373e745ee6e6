"""A clip's corrections as a whole: checked before any job starts, and exported to be edited.

What people write lies in ``clips/CLIP/``; how joints and trimaps are written stands in
``retime/people/corrections.py`` and ``retime/layers/painted.py``.
"""

import difflib
from collections.abc import Sequence
from pathlib import Path

from retime.clips import CLIPS
from retime.errors import InputError

WRITTEN = ("clip.yaml", "edits", "import", "keypoints", "trimaps")  # what a clip's folder may hold


def keypoint_files(clip: str, clips: Path = CLIPS) -> list[Path]:
    """Return a clip's keypoint corrections in the order in which they count.

    Raises:
        InputError: something else lies among them, which would be passed over.
    """
    files = sorted((clips / clip / "keypoints").glob("[!.]*"))
    for file in files:
        if file.suffix != ".json" or not file.is_file():
            raise InputError(f"{file}: keypoint corrections are files NAME.json; rename or move it")
    return files


def check_corrections(clip: str, clips: Path = CLIPS) -> None:
    """Check what can be checked of a clip's corrections without its results.

    Raises:
        InputError: a file that is not of its form, or is not where it would be found.
    """
    for path in sorted((clips / clip).glob("[!.]*")):
        close = difflib.get_close_matches(path.name, WRITTEN, n=1, cutoff=0.8)
        if close and path.name not in WRITTEN:
            raise InputError(f"{path}: nothing reads this; did you mean '{close[0]}'?")
    files = keypoint_files(clip, clips)
    if files:
        from retime.people.corrections import read_corrections

        read_corrections(files)
    if (clips / clip / "trimaps").is_dir():
        from retime.layers.painted import find_painted

        find_painted(clips / clip / "trimaps")


def export_corrections(
    clip: str,
    out: Path | None = None,
    frames: tuple[int, int] | None = None,
    layers: Sequence[str] = (),
    results: Path = Path("results"),
) -> list[Path]:
    """Write a clip's joints and trimaps as they are now, in the form of corrections.

    Copied to ``clips/CLIP/`` unchanged, they change nothing.

    Args:
        clip: its name.
        out: folder that gets ``keypoints/tracked.json``, ``trimaps/`` and ``guides/``; none:
            ``results/CLIP/corrections``.
        frames: the first and the last to export; none: all.
        layers: whose trimaps; none: everybody's.
        results: folder of all results.

    Returns:
        The file of joints, and the folders of trimaps and guides if the layers are laid out yet.

    Raises:
        InputError: there are no tracks of the clip yet, no such frames or layers, or ``out`` is
            where people write.
    """
    from retime.layers.exporting import export_trimaps
    from retime.people.exporting import export_keypoints

    out = out or results / clip / "corrections"
    if out.resolve().is_relative_to(CLIPS.resolve()):
        raise InputError(
            f"{out}: what people write is not overwritten; export elsewhere and copy what you edit"
        )
    made = [out / "keypoints" / "tracked.json"]
    export_keypoints(results / clip / "tracks.h5", made[0], frames)
    seeds = results / clip / "seeds.h5"
    if seeds.exists():
        made += export_trimaps(results / clip / "frames.h5", seeds, out, frames, layers)
    return made
