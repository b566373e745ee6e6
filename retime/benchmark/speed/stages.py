"""What the stages before and after the training take on a clip, as processes of their own."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from retime.artifacts import Frames, Tracks
from retime.errors import InputError

Row = dict[str, Any]

# What the command of a stage reads, by option.
READS = {
    "frames": (),
    "poses": ("frames",),
    "tracks": ("poses", "frames"),
    "camera": ("frames", "tracks"),
    "uv": ("tracks",),
    "seeds": ("frames", "tracks", "uv", "camera"),
}
THREADED = ("poses", "camera", "uv")


def stage_row(video: Path, threads: int) -> Row:
    """Run the stages before ``train`` on a video.

    Returns:
        ``seconds`` of each, start and all; ``frames``, ``source_size``, and ``person_frames``, how
        many people there are in all frames together.

    Raises:
        InputError: a stage fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = {stage: Path(folder) / f"{stage}.h5" for stage in READS}
        seconds = {}
        for stage, reads in READS.items():
            command = [sys.executable, "-m", "retime", stage, "--out", str(made[stage])]
            command += ["--video", str(video)] if stage == "frames" else []
            command += [word for name in reads for word in (f"--{name}", str(made[name]))]
            command += ["--threads", str(threads)] if stage in THREADED else []
            began = time.perf_counter()
            done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
            seconds[stage] = time.perf_counter() - began
            if done.returncode:
                raise InputError(f"{video}: {done.stderr.strip().splitlines()[-1]}")
        with Frames.open(made["frames"]) as frames, Tracks.open(made["tracks"]) as tracks:
            return {
                "video": video.stem,
                "source_size": [int(side) for side in frames.source_size],
                "frames": len(frames.rgb),
                "person_frames": int(tracks.present[:].sum()),
                "seconds": seconds,
            }
