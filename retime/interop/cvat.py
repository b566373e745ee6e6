"""Tracks of CVAT: "CVAT for video 1.1" (https://docs.cvat.ai/docs/other/xml_format).

An XML file of ``track`` elements: an ``id`` and, for each frame, either a ``skeleton`` of
``points`` elements whose ``label`` is the joint's name, or one ``points`` element with the 17
joints of COCO, ``x1,y1;x2,y2;...``. ``outside="1"`` says that something is not there. Coordinates
begin at the corner of the picture: the centre of its first pixel is (0.5, 0.5). Frames count from
0.
"""

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np

from retime.atomic import write_text
from retime.errors import InputError
from retime.interop.found_tracks import FoundTracks
from retime.interop.parsing import read_bytes
from retime.interop.skeletons import Skeleton, joint_numbers
from retime.people.interpolation import OBSERVED
from retime.people.skeleton import JOINTS

HIDDEN_SCORE = 0.5  # of joints that are marked as occluded


def read(path: Path) -> list[Skeleton]:
    """Read the tracks of a file.

    Raises:
        InputError: it is not XML, or holds no tracks of skeletons; file and place are named.
    """
    text = read_bytes(path)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise InputError(f"{path}: declares a document type, which files of CVAT never do")
    try:
        root = ET.parse(io.BytesIO(text)).getroot()
    except ET.ParseError as error:
        raise InputError(f"{path}: not XML: {error}") from error
    tracks = root.findall("track")
    if root.tag != "annotations" or not tracks:
        raise InputError(
            f"{path}: holds no tracks; export the task from CVAT as 'CVAT for video 1.1'"
        )
    skeletons = []
    for track in tracks:
        person = _number(track, "id", path, "track")
        for shape in track:
            if shape.tag not in ("skeleton", "points") or shape.get("outside") == "1":
                continue
            frame = _number(shape, "frame", path, f"track {person}")
            place = f"track {person}, frame {frame}"
            joints = _joints(shape, f"{path}: {place}")
            if np.isfinite(joints).any():
                skeletons.append(Skeleton(frame, person, joints, 1.0, place))
    if not skeletons:
        raise InputError(f"{path}: none of its {len(tracks)} tracks holds a skeleton or points")
    return skeletons


def _number(element: ET.Element, name: str, path: Path, place: str) -> int:
    text = element.get(name, "")
    if not text.isdecimal():
        raise InputError(f"{path}: {place}: '{name}' is '{text}', not a whole number")
    return int(text)


def _joints(shape: ET.Element, place: str) -> np.ndarray:
    """Return ``[17, 3]`` of one shape, NaN where a joint is outside or not named."""
    joints = np.full((len(JOINTS), 3), np.nan)
    if shape.tag == "points":
        places = _places(shape, place)
        if len(places) != len(JOINTS):
            raise InputError(f"{place}: {len(places)} points; COCO's joints are {len(JOINTS)}")
        joints[:, :2], joints[:, 2] = places, _score(shape)
        return joints
    named = {child.get("label", ""): child for child in shape.findall("points")}
    for name, number in joint_numbers(list(named), place).items():
        if named[name].get("outside") != "1":
            joints[number] = *_places(named[name], f"{place}, {name}")[0], _score(named[name])
    return joints


def _score(shape: ET.Element) -> float:
    return HIDDEN_SCORE if shape.get("occluded") == "1" else 1.0


def _places(shape: ET.Element, place: str) -> np.ndarray:
    """Return the points ``[n, 2]`` of an element, (0, 0) the centre of the first pixel."""
    text = shape.get("points", "")
    try:
        places = np.array([[float(v) for v in pair.split(",")] for pair in text.split(";")])
        if places.ndim != 2 or places.shape[1] != 2 or not np.isfinite(places).all():
            raise ValueError(text)
    except ValueError as error:
        raise InputError(f"{place}: points are '{text[:40]}', not x,y;x,y;...") from error
    return places - 0.5


def write(found: FoundTracks, path: Path) -> None:
    """Write an XML file of skeletons; joints that were not observed count as occluded."""
    root = ET.Element("annotations")
    ET.SubElement(root, "version").text = "1.1"
    task = ET.SubElement(ET.SubElement(root, "meta"), "task")
    ET.SubElement(task, "size").text = str(len(found.present))
    ET.SubElement(task, "mode").text = "interpolation"
    original = ET.SubElement(task, "original_size")
    for name, side in zip(("width", "height"), found.size, strict=True):
        ET.SubElement(original, name).text = str(side)
    for p, person in enumerate(found.ids):
        track = ET.SubElement(root, "track", id=str(person), label="person", source="auto")
        there = np.flatnonzero(found.present[:, p])
        for t in there:
            shape = _element(track, "skeleton", int(t), outside=False)
            placed = zip(JOINTS, found.keypoints[t, p], found.state[t, p], strict=True)
            for name, (x, y), seen in placed:
                point = ET.SubElement(shape, "points", label=name, keyframe="1", outside="0")
                point.set("occluded", str(int(seen != OBSERVED)))
                point.set("points", f"{x + 0.5:.3f},{y + 0.5:.3f}")
        # Who is gone must be said to be, or is taken to stay.
        for t in there[:-1][np.diff(there) > 1] + 1:
            _element(track, "skeleton", int(t), outside=True)
        if len(there) and there[-1] + 1 < len(found.present):
            _element(track, "skeleton", int(there[-1]) + 1, outside=True)
    ET.indent(root)
    write_text(path, ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n")


def _element(track: ET.Element, tag: str, frame: int, *, outside: bool) -> ET.Element:
    gone = str(int(outside))
    return ET.SubElement(track, tag, frame=str(frame), keyframe="1", outside=gone, occluded="0")
