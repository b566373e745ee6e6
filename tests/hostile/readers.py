"""Readers of what comes from outside, each with a small file that it reads well.

    python -m hostile.readers

reads lines of JSON, ``{"reader": NAME, "file": PATH}``, and answers each with a line: what came of
it. Such a process has little memory and may not write large files.
"""

import json
import re
import resource
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

from retime.artifacts import Frames, Layers, Tracks
from retime.config import Config, FramesSettings, load_clip
from retime.config.reading import load
from retime.errors import InputError
from retime.lacking import lacked
from retime.layers.checkpoint import load_checkpoint, save_checkpoint
from retime.layers.painted import read_painted
from retime.people.corrections import read_corrections
from retime.timing.edit import load_edit
from retime.video.encoding import VideoWriter
from retime.video.header import read_header
from retime.video.pictures import read_picture, write_picture
from retime.video.stage import run_frames

MEMORY = 3 << 30  # address space of a process that reads, bytes; libraries alone take a third
COMMON = {
    "clip": "a", "parameters": {}, "source_size": [32, 32], "working_size": [16, 16],
    "fps": [25, 1], "start_seconds": 0.0,
}  # fmt: skip
EDIT = """\
layers:
  ann: {speed: 0.5, delay: "1.5s", opacity: 0.5}
  ben: {align: {to: ann, points: [[1, 3], [4, 8]]}}
  cat: {hold: {from: 2, to: 5}, move: [3, 0]}
  dog: remove
length: 30
sound: drop
"""
CLIP = """\
layers: [{name: pair, people: [1, 2]}, {name: ball, mask: masks/ball}]
ignore: [3]
order: [{frames: [0, 4], back_to_front: [pair, ball]}]
camera: {mode: pan}
frames: {start: 1, end: 9}
settings: {train: {steps: 10, seed: 1}}
"""
JOINTS = '[{"person": 1, "frame": 2, "keypoints": {"nose": [3.5, 4], "left_ankle": null}}]'


@dataclass(frozen=True)
class Reader:
    """How a kind of file is read, and one that is well."""

    name: str  # of the file, with its suffix
    write: Callable[[Path], object]
    read: Callable[[Path], object]
    text: bool = False


def _pictures(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (count, 32, 32, 3), np.uint8)


def _write_video(path: Path) -> None:
    with VideoWriter(path, (32, 32), Fraction(25)) as writer:
        for picture in _pictures(6):
            writer.write(picture)


def _read_video(path: Path) -> None:
    read_header(path)
    run_frames(path, path.parent / "out" / "frames.h5", FramesSettings(working_height=32), "a")


def _write_frames(path: Path) -> None:
    sizes = {"T": 3, "H": 32, "W": 32}
    with Frames.create(path, **_created(sizes), source="a.mp4", has_sound=False) as frames:
        frames.rgb[:], frames.time[:], frames.index[:] = _pictures(3), range(3), range(3)


def _write_tracks(path: Path) -> None:
    with Tracks.create(path, **_created({"T": 3, "P": 2})) as tracks:
        tracks.keypoints[:], tracks.score[:], tracks.state[:] = 5, 1, 1
        tracks.present[:], tracks.ids[:] = True, [1, 2]


def _write_layers(path: Path) -> None:
    sizes = {"layers": 2, "T": 3, "N": 1, "H": 32, "W": 32, "Hc": 32, "Wc": 32}
    told = {"names": ["ann"], "people": [[1]], "canvas_bounds": [0, 0, 32, 32]}
    with Layers.create(path, **_created(sizes), **told) as layers:
        for t, picture in enumerate(_pictures(3)):
            layers.write(t, np.dstack([picture, picture[..., 0] | 1])[None].repeat(2, 0))
        layers.order[:], layers.homographies[:] = 1, np.eye(3)


def _created(sizes: dict[str, int]) -> dict[str, object]:
    return {"sizes": sizes, **COMMON}


def _read_all(kind: type) -> Callable[[Path], None]:
    def read(path: Path) -> None:
        with kind.open(path) as held:
            for name in kind._declared(type(Frames.rgb)):
                dataset = getattr(held, name)
                for part in dataset if dataset.ndim else [dataset[()]]:
                    np.asarray(part)
            held.clip_attributes()
            if kind is Layers:
                held.picture(1, 2)

    return read


def _write_text(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text)


def _read_joints(path: Path) -> None:
    read_corrections([path])


READERS = {
    reader.name: reader
    for reader in (
        Reader("video.mp4", _write_video, _read_video),
        Reader("frames.h5", _write_frames, _read_all(Frames)),
        Reader("tracks.h5", _write_tracks, _read_all(Tracks)),
        Reader("layers.h5", _write_layers, _read_all(Layers)),
        Reader("edit.yaml", _write_text(EDIT), load_edit, text=True),
        Reader("clip.yaml", _write_text(CLIP), load_clip, text=True),
        Reader(
            "config.yaml",
            _write_text(
                "videos: [a/*.mp4]\npreset: draft\nsettings: {poses: {long_sides: [256]}}\n"
            ),
            lambda path: load(path, Config),
            text=True,
        ),
        Reader("joints.json", _write_text(JOINTS), _read_joints, text=True),
        Reader("picture.png", lambda path: write_picture(path, _pictures(1)[0]), read_picture),
        Reader(
            "000001.png",
            lambda path: write_picture(path, _pictures(1)[0, ..., :1].repeat(3, -1) // 128 * 255),
            lambda path: read_painted(path, (16, 16), (32, 32)),
        ),
        Reader(
            "train.ckpt",
            lambda path: save_checkpoint(path, "key", {"done": 3, "w": torch.ones(9)}),
            lambda path: load_checkpoint(path, "key"),
        ),
    )
}


def outcome(reader: Reader, path: Path) -> str:
    """Read a file; return "read", "refused" or "lacking", or the traceback of a bug."""
    try:
        reader.read(path)
    except InputError as error:
        named = path.name in str(error)
        return "refused" if named else f"the message does not name the file: {error}"
    except Exception as error:
        return "lacking" if lacked(error) else traceback.format_exc()
    return "read"


def peak_mib() -> float:
    """Return this program's peak resident memory; ``getrusage`` would count its parent's, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(peak) / 1024


def main() -> None:
    """Answer until there is nothing more to read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 << 20, 256 << 20))
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        asked = json.loads(line)
        found = outcome(READERS[asked["reader"]], Path(asked["file"]))
        print(json.dumps({"outcome": found, "peak_mib": peak_mib()}), file=answers, flush=True)


if __name__ == "__main__":
    main()
