"""Stage ``warp``: an edit becomes a time map."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from retime.artifacts import Seeds, TimeMap, Tracks
from retime.errors import InputError
from retime.timing.depth import floor_heights
from retime.timing.edit import load_edit
from retime.timing.objects import stand_ins
from retime.timing.signals import motion_signal
from retime.timing.timemap import SourceLayers, build_instances


def run_warp(tracks: Path, seeds: Path, edit: Path, out: Path, video: Path | None = None) -> None:
    """Turn the edit file ``edit`` into a ``TimeMap`` at ``out``.

    Args:
        tracks: the ``Tracks`` artifact.
        seeds: the ``Seeds`` artifact, for the layers' names, people and order.
        edit: the edit file.
        out: the file to write.
        video: the source, for edits that follow the beats of its sound.

    Raises:
        InputError: a wrong edit (file, line and reason are named), or artifacts that cannot be
            read or are not of one clip.
    """
    file = load_edit(edit)
    made = build_instances(file, load_source(tracks, seeds, edit.parent, video))
    with Tracks.open(tracks) as tracked:
        attributes = tracked.clip_attributes()
    sizes = {"M": len(made.layer), "T_out": len(made.background_time)}
    with TimeMap.create(
        out,
        parameters={},
        sizes=sizes,
        names=made.names,
        between=made.between,
        edit={"name": edit.stem, "text": file.text},
        **attributes,
    ) as timemap:
        timemap.layer[...] = made.layer
        timemap.source_time[...] = made.source_time
        timemap.offset[...] = made.offset
        timemap.opacity[...] = made.opacity
        timemap.depth[...] = made.depth
        timemap.background_time[...] = made.background_time
        timemap.sound_time[...] = made.sound_time


def load_source(tracks: Path, seeds: Path, edits: Path, video: Path | None) -> SourceLayers:
    """Return what edits need to know of a clip's layers, read wholly.

    Args:
        tracks: the ``Tracks`` artifact.
        seeds: the ``Seeds`` artifact.
        edits: the folder of edits, for the sound files beside them.
        video: the source, for its sound.

    Raises:
        InputError: artifacts that cannot be read or are not of one clip.
    """
    with Tracks.open(tracks) as tracked, Seeds.open(seeds) as seeded:
        ids = tracked.ids[:].tolist()
        if len(seeded.order) != len(tracked.keypoints) or any(
            person not in ids for people in seeded.people for person in people
        ):
            raise InputError(
                f"{seeds}: made from other tracks than {tracks}; delete it and run snakemake "
                "again: rule 'seeds' makes it anew"
            )
        return read_source(tracked, seeded, _Beats(edits, video, tracked))


def read_source(
    tracked: Tracks, seeded: Seeds, beats: Callable[[str | None], np.ndarray] | None = None
) -> SourceLayers:
    """Return what edits need to know of a clip's layers, from its open artifacts."""
    ids = tracked.ids[:].tolist()
    keypoints, present = tracked.keypoints[:], tracked.present[:]
    if not all(seeded.people):
        joints, there = stand_ins(seeded)
        keypoints, present = np.append(keypoints, joints, 1), np.append(present, there, 1)
    objects = iter(range(len(ids), keypoints.shape[1]))
    groups = [[ids.index(p) for p in people] or [next(objects)] for people in seeded.people]
    homographies = seeded.homographies[:]
    fps = tracked.fps[0] / tracked.fps[1]

    def motion(number: int, name: str, normalise: bool = True) -> np.ndarray:
        who = groups[number - 1]
        return motion_signal(keypoints[:, who], present[:, who], homographies, name, normalise)

    return SourceLayers(
        names=seeded.names,
        people=seeded.people,
        order=seeded.order[:],
        floor=floor_heights(keypoints, present, groups, homographies, fps),
        fps=fps,
        motion=motion,
        beats=beats,
    )


class _Beats:
    """Beats of the clip's own sound, or of a file beside the edit, in frames of the clip."""

    def __init__(self, folder: Path, video: Path | None, clip: Tracks) -> None:
        self._folder, self._video = folder, video
        self._fps = clip.fps[0] / clip.fps[1]
        self._start, self._seconds = clip.start_seconds, len(clip.keypoints) / self._fps

    def __call__(self, name: str | None) -> np.ndarray:
        from retime.timing.beats import onsets, read_mono

        if name is not None:
            return onsets(read_mono(self._folder / name)) * self._fps
        if self._video is None or self._video.is_dir():
            return np.empty(0)
        return onsets(read_mono(self._video, self._start, self._seconds)) * self._fps
