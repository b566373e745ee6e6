"""What was given in place of a stage's answer becomes that stage's file.

A clip's folder ``clips/CLIP/import/`` may hold poses, tracks, a camera or UV maps in other people's
formats. Downstream, nothing tells them from the workflow's own; the file says in its parameters
what it was made from.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Camera, Frames, Masks, Poses, Tracks, Uv
from retime.camera.stage import checked_canvas
from retime.config import TracksSettings
from retime.errors import InputError
from retime.interop import alphapose, coco_keypoints, cvat, homographies, iuv_pictures
from retime.interop.clip_frames import ClipFrames
from retime.interop.masks import read_masks
from retime.interop.parsing import read_bytes
from retime.interop.skeletons import Skeleton, as_detections, as_people
from retime.people.corrections import read_corrections
from retime.people.people_tracks import complete_given
from retime.people.stage import write_tracks
from retime.progress import track

MOST_ASPECT_ERROR = 0.02  # by which a mask's aspect may differ from the video's


def read_skeletons(path: Path) -> tuple[str, list[Skeleton]]:
    """Read poses or tracks of any known format.

    Returns:
        The format's name, and the people of all frames.

    Raises:
        InputError: the format is not known, or the file is malformed or holds nobody.
    """
    name, read = _reader(path)
    skeletons = read(path)
    if not skeletons:
        raise InputError(f"{path}: holds nobody")
    return name, skeletons


def _reader(path: Path) -> tuple[str, Callable[[Path], list[Skeleton]]]:
    if path.suffix == ".xml":
        return "cvat", cvat.read
    if path.suffix == ".json":
        # Of the two forms in JSON only COCO's has annotations.
        is_coco = b'"annotations"' in read_bytes(path)
        return ("coco", coco_keypoints.read) if is_coco else ("alphapose", alphapose.read)
    raise InputError(f"{path}: not a known format; known are .json and .xml (docs/formats.md)")


def make_poses(frames: Path, given: Path, out: Path) -> None:
    """Write ``Poses`` from a file of people in each frame; ids, if it has any, are not used.

    Raises:
        InputError: the file is malformed, or shows nobody in the clip's frames.
    """
    form, skeletons = read_skeletons(given)
    with Frames.open(frames) as clip:
        joints, boxes, scores = as_detections(skeletons, ClipFrames.of(clip))
        if not scores.size:
            raise InputError(f"{given}: shows nobody in the clip's {len(scores)} frames")
        with Poses.create(
            out,
            sizes={"T": joints.shape[0], "P": joints.shape[1]},
            parameters={"given": str(given), "format": form},
            **clip.clip_attributes(),
        ) as poses:
            poses.keypoints[:], poses.box[:], poses.score[:] = joints, boxes, scores
    print(f"poses  {given} ({form}) in place of detection", file=sys.stderr)


def make_tracks(
    frames: Path,
    given: Path | None,
    out: Path,
    settings: TracksSettings,
    corrections: list[Path],
) -> None:
    """Write ``Tracks`` from a file of tracked people; without one, tracks of nobody.

    People are numbered from 1 in the order of the file's ids. What the file says of a joint stays;
    what it leaves open between its first and last frame of a person is filled in as for people who
    are hidden.

    Raises:
        InputError: the file is malformed, or shows nobody in the clip's frames; a correction is
            wrong.
    """
    wanted = read_corrections(corrections)
    form, skeletons = read_skeletons(given) if given else ("nobody", [])
    with Frames.open(frames) as clip:
        attributes = clip.clip_attributes()
        fps = attributes["fps"][0] / attributes["fps"][1]
        picture = tuple(attributes["source_size"])
        joints, ids = as_people(skeletons, ClipFrames.of(clip), str(given))
    if given and not ids:
        raise InputError(f"{given}: shows nobody in the clip's {joints.shape[1]} frames")
    people = complete_given(joints, ids, wanted, settings, picture, fps, str(given))
    parameters = {
        **settings.model_dump(mode="json"),
        **{"given": given and str(given), "format": form, "given_ids": ids},
    }
    write_tracks(people, out, parameters, attributes)
    if given:
        called = ", ".join(f"{n} (there {i})" for n, i in enumerate(ids, 1) if n != i)
        count = len(people.present)
        print(f"tracks  {given} ({form}) in place of tracking: {count} people", file=sys.stderr)
        if called:
            print(f"tracks  people are called {called}", file=sys.stderr)


def make_camera(frames: Path, given: Path, out: Path) -> None:
    """Write ``Camera`` from a file of homographies.

    Raises:
        InputError: the file is malformed, does not fit the clip, or spans too large a canvas.
    """
    with Frames.open(frames) as clip:
        size = tuple(clip.source_size)
        matrices = homographies.read(given, size)
        wanted = ClipFrames.of(clip).choose(len(matrices), f"{given}: number of homographies")
        matrices = matrices[wanted]
        still = np.abs(matrices - np.eye(3)).max((1, 2)) < 1e-9
        matrices[still] = np.eye(3)
        with Camera.create(
            out,
            sizes={"T": len(matrices)},
            parameters={"given": str(given), "format": "homographies"},
            **clip.clip_attributes(),
            mode="still" if still.all() else "pan",
            reference=int(still.argmax()),
            canvas=list(checked_canvas(matrices, size, given)),
        ) as camera:
            camera.homographies[:], camera.inliers[:] = matrices, 1.0
    print(f"camera  {given} in place of measuring it", file=sys.stderr)


def make_uv(frames: Path, tracks: Path, given: Path, out: Path) -> None:
    """Write ``Uv`` from pictures.

    Raises:
        InputError: pictures are missing or malformed, or of people who are not tracked.
    """
    with Frames.open(frames) as clip, Tracks.open(tracks) as people:
        ids, size = people.ids[:].tolist(), tuple(people.working_size)
        count = len(people.present)
        maps = iuv_pictures.read(given, ids, size, ClipFrames.of(clip))
        with Uv.create(
            out,
            sizes={"T": count, "P": len(ids), "w": size[0], "h": size[1]},
            parameters={"given": str(given), "format": "iuv"},
            **people.clip_attributes(),
        ) as uv:
            uv.ids[:] = ids
            for t, iuv in enumerate(track(maps, "uv", count)):
                uv.iuv[t] = iuv


def make_masks(frames: Path, masks: list[str], out: Path) -> None:
    """Write ``Masks`` of layers at working size.

    Args:
        frames: the clip's ``Frames``.
        masks: of each layer ``NAME=PATH``, or ``NAME=PATH#NUMBER`` for one of several objects; a
            path that holds ``#`` ends with one.
        out: the file to write.

    Raises:
        InputError: masks that cannot be read, of another shape than the video, or none at all.
    """
    sources = [_split(text) for text in masks]
    with Frames.open(frames) as clip:
        index, size = ClipFrames.of(clip), tuple(clip.working_size)
        with Masks.create(
            out,
            sizes={"T": index.count, "N": len(sources), "w": size[0], "h": size[1]},
            parameters={"given": masks},
            names=[name for name, _, _ in sources],
            **clip.clip_attributes(),
        ) as result:
            for n, (name, path, number) in enumerate(sources):
                shown = False
                mattes = read_masks(path, number, index)
                for t, matte in enumerate(track(mattes, f"masks of {name}", index.count)):
                    _check_shape(matte, tuple(clip.source_size), f"{path}: frame {t}")
                    smaller = matte.shape[1] > size[0]
                    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
                    result.alpha[t, n] = cv2.resize(matte, size, interpolation=how)
                    shown = shown or bool(matte.max(initial=0) >= 128)
                if not shown:
                    which = "" if number is None else f"object {number} of "
                    raise InputError(f"{path}: {which}the masks of '{name}' are empty throughout")


def _check_shape(matte: np.ndarray, source: tuple[int, int], where: str) -> None:
    """Check that a mask has the video's aspect, but for what rounding of its sides makes."""
    (height, width), (w, h) = matte.shape, source
    if abs(width / height / (w / h) - 1) > MOST_ASPECT_ERROR:
        raise InputError(
            f"{where}: the mask is {width}x{height}, of another shape than the video's {w}x{h}"
        )


def _split(text: str) -> tuple[str, Path, int | None]:
    name, _, path = text.partition("=")
    place, mark, number = path.rpartition("#")
    if not mark:
        return name, Path(path), None
    return name, Path(place), int(number) if number else None
