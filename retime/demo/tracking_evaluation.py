"""Measure detection and tracking on filmed scenes whose true keypoints are known.

Scenes are filmed, decoded, and sent through the stages ``poses`` and ``tracks`` with the default
settings. Everything is kept in a folder: what is there and was made by the code as it is now is
not made again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from retime.artifacts import Poses, Tracks
from retime.config import FramesSettings, PosesSettings, TracksSettings
from retime.demo.clip import render_clip, write_clip
from retime.demo.filming import film
from retime.demo.frame_matching import match_frames
from retime.demo.scenario import demo
from retime.demo.tracking_measures import Stolen, TrackedClip, visible_share
from retime.demo.tracking_scenes import SCENES
from retime.demo.truth import Truth, truth_path
from retime.errors import InputError
from retime.people.interpolation import ABSENT, OBSERVED
from retime.people.stage import run_poses, run_tracks
from retime.provenance import code_digest
from retime.video.stage import run_frames

DEMO = "demo"
CLIPS = (DEMO, *SCENES)
"""Names of all clips that are measured."""


@dataclass(frozen=True)
class ClipFiles:
    """Where the files of one measured clip lie."""

    folder: Path
    name: str

    @property
    def video(self) -> Path:
        """The filmed video; its truth lies beside it."""
        return self.folder / self.name / f"{self.name}.mp4"

    @property
    def truth(self) -> Path:
        """A ``Truth`` artifact."""
        return truth_path(self.video)

    def stage(self, stage: str) -> Path:
        """The file of a stage: frames, poses or tracks."""
        return self.folder / self.name / f"{stage}.h5"


@dataclass(frozen=True)
class MeasuredClip:
    """One clip sent through the pipeline as far as ``tracks``, its truth beside it.

    ``tracks.people`` says which tracked person (index into ``Tracks``) each true one is (index
    into the ``N`` of ``Truth``, for instance of its ``iuv``); who is missed is not in it.
    """

    files: ClipFiles
    tracks: TrackedClip
    unsmoothed: TrackedClip  # the same without the jitter filter
    baseline: TrackedClip  # detections matched from frame to frame


def measured_clips(
    folder: Path, names: Sequence[str] = CLIPS, threads: int = 1
) -> Iterator[MeasuredClip]:
    """Film, detect and track the clips called ``names``, one by one.

    Args:
        folder: where the clips and their stage files are kept; a second run goes on there.
        names: of :data:`CLIPS`.
        threads: CPU threads for detection.

    Raises:
        InputError: there is no clip of that name, or the networks are not to be had.
    """
    for name in names:
        if name not in CLIPS:
            raise InputError(f"there is no clip '{name}' to measure; there are {', '.join(CLIPS)}")
    for name in names:
        files = ClipFiles(folder, name)
        _film_and_detect(files, threads)
        yield _track(files)


def _film_and_detect(files: ClipFiles, threads: int) -> None:
    filmed = code_digest("_film", __name__)
    _unless_made(files.video, filmed, lambda: _film(files))
    frames, poses = files.stage("frames"), files.stage("poses")
    settings = FramesSettings(), PosesSettings()
    decoded = f"{filmed} {code_digest('run_frames', 'retime.video.stage')} {settings[0]}"
    _unless_made(frames, decoded, lambda: run_frames(files.video, frames, settings[0], files.name))
    detected = f"{decoded} {code_digest('run_poses', 'retime.people.stage')} {settings[1]}"
    _unless_made(poses, detected, lambda: run_poses(frames, poses, settings[1], threads))


def _unless_made(path: Path, made_of: str, make: Callable[[], None]) -> None:
    """Call ``make``, unless ``path`` is there and was made of the same."""
    note = path.with_suffix(".made-of")
    if path.exists() and note.exists() and note.read_text(encoding="utf-8") == made_of:
        return
    note.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    make()
    note.write_text(made_of, encoding="utf-8")


def _film(files: ClipFiles) -> None:
    if files.name == DEMO:
        render_clip(demo(), files.video)
        return
    scene = SCENES[files.name]()
    write_clip(scene.scenario, film(scene.scenario, scene.filming), files.video)


def _track(files: ClipFiles) -> MeasuredClip:
    crossing = files.name == DEMO or SCENES[files.name]().crossing
    frames, poses, tracks = (files.stage(stage) for stage in ("frames", "poses", "tracks"))
    trembling = files.stage("unsmoothed")
    run_tracks(poses, tracks, TracksSettings(), [], frames=frames)
    run_tracks(poses, trembling, TracksSettings(smoothing=0.0), [], frames=frames)
    with Truth.open(files.truth) as true:
        truth = true.keypoints[:], true.area[:], visible_share(true)
    with Poses.open(poses) as found:
        places, present = match_frames(found)
    state = np.where(present[..., None], OBSERVED, ABSENT) * np.ones(17, int)
    baseline = TrackedClip(files.name, crossing, *truth, places, present, state)
    return MeasuredClip(
        files,
        _read(tracks, files.name, crossing, truth),
        _read(trembling, files.name, crossing, truth),
        baseline,
    )


def _read(path: Path, name: str, crossing: bool, truth: tuple) -> TrackedClip:
    with Tracks.open(path) as tracks:
        places, present, state = tracks.keypoints[:], tracks.present[:], tracks.state[:]
    return TrackedClip(name, crossing, *truth, places.astype(np.float64), present, state)


def figures(clips: Sequence[TrackedClip]) -> dict[str, Any]:
    """Figures of clips taken together; people and frames weigh alike, whatever clip they are in.

    Returns:
        ``hota``, ``detection_accuracy``, ``association_accuracy`` (with OKS as the similarity),
        ``id_switches``, ``oks`` over all frames and ``occluded_oks`` over the fully occluded ones
        alone, of which there are ``occluded_frames`` (None where there are none; a person missed
        scores 0 in both), ``stolen_joints``: the share of joints of people who meet that lie
        nearer to the other's same joint than to their own, ``stolen_observed``: those of them that
        are said to be observed, ``stolen_sides``: those nearer still to the person's own other
        side (left taken for right), ``stolen_of_all``: stolen joints in all frames, as a share of
        all.
    """
    hota = sum((clip.hota for clip in clips[1:]), clips[0].hota)
    stolen = sum((clip.stolen for clip in clips), Stolen())
    seen = np.concatenate([clip.oks(clip.there) for clip in clips])
    hidden = np.concatenate([clip.oks(clip.hidden) for clip in clips])
    return {
        "hota": hota.score,
        "detection_accuracy": float(hota.detection_accuracy.mean()),
        "association_accuracy": float(hota.association_accuracy.mean()),
        "id_switches": sum(clip.switches for clip in clips),
        "oks": float(seen.mean()),
        "occluded_oks": float(hidden.mean()) if len(hidden) else None,
        "occluded_frames": len(hidden),
        "stolen_joints": stolen.share_meeting,
        "stolen_observed": stolen.share_meeting_observed,
        "stolen_sides": stolen.share_meeting_mixed,
        "stolen_of_all": stolen.share,
    }


def steadiness(clips: Sequence[TrackedClip]) -> dict[str, float]:
    """``jitter`` (in the root of a person's area) and ``lag`` (in frames) of observed joints."""
    total = sum((clip.unsteadiness() for clip in clips[1:]), clips[0].unsteadiness())
    return {"jitter": total.jitter, "lag": total.lag}


def evaluate_tracking(
    folder: Path, names: Sequence[str] = CLIPS, threads: int = 1
) -> dict[str, Any]:
    """Measure detection and tracking; arguments as of :func:`measured_clips`.

    Returns:
        What :func:`figures` gives for the crossing clips together (for all if none is one), with
        ``id_switches`` summed over all clips; ``baseline`` the same of plain matching from frame
        to frame; ``jitter``, ``lag`` and, without the jitter filter, ``unsmoothed``; ``clips``:
        the figures of each clip by name, with its ``baseline``.

    Raises:
        InputError: see :func:`measured_clips`.
    """
    measured = list(measured_clips(folder, names, threads))
    chosen = [clip for clip in measured if clip.tracks.crossing] or measured
    everything = [clip.tracks for clip in measured]
    return {
        **figures([clip.tracks for clip in chosen]),
        "id_switches": sum(clip.switches for clip in everything),
        **steadiness(everything),
        "unsmoothed": steadiness([clip.unsmoothed for clip in measured]),
        "baseline": figures([clip.baseline for clip in chosen]),
        "clips": {
            clip.tracks.name: {
                "crossing": clip.tracks.crossing,
                "people": clip.tracks.true.shape[1],
                "frames": len(clip.tracks.true),
                **figures([clip.tracks]),
                "baseline": figures([clip.baseline]),
            }
            for clip in measured
        },
    }
