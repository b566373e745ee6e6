"""Stages ``poses`` and ``tracks``: from frames to people with one id each."""

from pathlib import Path
from typing import Any

import numpy as np

from retime.artifacts import Frames, Poses, Tracks
from retime.config import PosesSettings, TracksSettings
from retime.errors import InputError
from retime.people.appearance import REGION_BINS, REGIONS, describe
from retime.people.corrections import read_corrections
from retime.people.detection import Detector
from retime.people.identities import identify
from retime.people.limb_looks import CHAINS, SAMPLES, limb_colours
from retime.people.model_store import fetch_models
from retime.people.movenet import People
from retime.people.people_tracks import TrackedPeople, complete
from retime.people.tracking import Detections
from retime.progress import track


def rescale(places: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Scale places ``[..., 2]`` whose (0, 0) is the centre of the top-left pixel."""
    return (places + 0.5) * factors - 0.5


def run_poses(frames: Path, out: Path, settings: PosesSettings, threads: int) -> None:
    """Detect the people in each frame of ``frames`` and write ``Poses`` to ``out``.

    Raises:
        InputError: ``frames`` cannot be read, nobody is found in any frame, or the networks are
            neither in the cache nor to be fetched.
    """
    with Frames.open(frames) as clip:
        detector = Detector(
            fetch_models(),
            long_sides=settings.long_sides,
            min_score=settings.min_score,
            refine=settings.refine,
            threads=threads,
        )
        count, height, width = clip.rgb.shape[:3]
        factors = np.array(clip.source_size) / [width, height]
        found: list[People] = [detector(clip.rgb[t]) for t in track(range(count), "poses", count)]
        most = max(len(people.scores) for people in found)
        if not most:
            raise InputError(
                f"{clip.source}: nobody was found in any frame; retime needs people who are at "
                "least about a tenth of the picture's height, or a lower poses.min_score "
                f"(now {settings.min_score}). If the clip shows no people, say 'people: false' in "
                "its clip.yaml and name its layers by masks (docs/formats.md)"
            )
        with Poses.create(
            out,
            sizes={"T": count, "P": most},
            parameters=settings.model_dump(mode="json"),
            **clip.clip_attributes(),
        ) as poses:
            keypoints = np.full(poses.keypoints.shape, np.nan, np.float32)
            boxes = np.full(poses.box.shape, np.nan, np.float32)
            scores = np.full(poses.score.shape, np.nan, np.float32)
            for t, people in enumerate(found):
                n = len(people.scores)
                keypoints[t, :n, :, :2] = rescale(people.keypoints[..., :2], factors)
                keypoints[t, :n, :, 2] = people.keypoints[..., 2]
                boxes[t, :n] = rescale(people.boxes.reshape(n, 2, 2), factors).reshape(n, 4)
                scores[t, :n] = people.scores
            poses.keypoints[:], poses.box[:], poses.score[:] = keypoints, boxes, scores


def describe_people(
    frames: Path, detections: Detections, source_size: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Describe what each detected person looks like in ``frames``.

    Returns:
        Torso and legs, ``[T, P, 2, bins]``, and the colours along arms and legs,
        ``[T, P, 4, 2, SAMPLES, 3]``; see ``appearance`` and ``limb_looks``.
    """
    count, most = detections.scores.shape
    looks = np.full((count, most, REGIONS, REGION_BINS), np.nan)
    limbs = np.full((count, most, len(CHAINS), 2, SAMPLES, 3), np.nan, np.float32)
    with Frames.open(frames) as clip:
        if len(clip.rgb) != count:
            raise InputError(
                f"{frames}: holds {len(clip.rgb)} frames, the poses {count}; run snakemake to "
                "make both anew"
            )
        height, width = clip.rgb.shape[1:3]
        factors = np.array([width, height]) / source_size
        for t in track(range(count), "tracks", count):
            entries = detections.found(t)
            poses = np.nan_to_num(detections.keypoints[t, entries])
            poses[..., :2] = rescale(poses[..., :2], factors)
            frame = clip.rgb[t]
            looks[t, entries] = describe(frame, poses)
            limbs[t, entries] = limb_colours(frame, poses)
    return looks, limbs


def run_tracks(
    poses: Path,
    out: Path,
    settings: TracksSettings,
    corrections: list[Path],
    frames: Path | None = None,
) -> None:
    """Give the people of ``poses`` one id each, complete their joints, and write ``Tracks``.

    Args:
        poses: a ``Poses`` file.
        out: the ``Tracks`` file to write.
        settings: see ``TracksSettings``.
        corrections: correction files, see ``corrections.py``.
        frames: the clip's ``Frames``: with it, people are told apart by their looks, too.

    Raises:
        InputError: a file cannot be read, a correction is wrong, or nobody is seen for long enough.
    """
    wanted = read_corrections(corrections)
    with Poses.open(poses) as found:
        detections = Detections(
            *(d[:].astype(np.float64) for d in (found.keypoints, found.box, found.score))
        )
        attributes = found.clip_attributes()
    fps = attributes["fps"][0] / attributes["fps"][1]
    looks, limbs = None, None
    if frames is not None:
        looks, limbs = describe_people(frames, detections, attributes["source_size"])
    tracks = identify(detections, looks, fps, settings.max_gap_seconds)
    size = tuple(attributes["source_size"])
    people = complete(detections, tracks, wanted, settings, size, fps, limbs)
    if not len(people.present):
        raise InputError(
            f"{poses}: nobody is seen in {settings.min_presence:.0%} of the frames or for "
            f"{settings.min_seconds:g} seconds; lower tracks.min_presence or tracks.min_seconds in "
            "the clip's clip.yaml, or choose the frames in which people are"
        )
    write_tracks(people, out, settings.model_dump(mode="json"), attributes)


def write_tracks(
    people: TrackedPeople, out: Path, parameters: dict[str, Any], clip: dict[str, Any]
) -> None:
    """Write ``Tracks``.

    ``parameters`` say what they were made with, ``clip`` are the ``clip_attributes`` of the file
    that they were made from.
    """
    with Tracks.create(
        out,
        sizes={"T": people.present.shape[1], "P": len(people.present)},
        parameters=parameters,
        **clip,
    ) as tracks:
        tracks.keypoints[:] = people.places.swapaxes(0, 1)
        tracks.score[:] = people.scores.swapaxes(0, 1)
        tracks.state[:] = people.state.swapaxes(0, 1)
        tracks.present[:] = people.present.swapaxes(0, 1)
        tracks.ids[:] = people.ids
