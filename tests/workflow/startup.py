"""How long `snakemake` takes to find that there is nothing to do, by the number of clips.

    python -m tests.workflow.startup 200 2000

The videos are links to one file; the results are empty files that Snakemake was told to take for
its own (`--touch`), which to it are results like any.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from retime.summary import OF_EDITS, STAGES

from .project import Project

VIDEO_BYTES = 5 << 20  # so large that its digest samples it rather than reading all of it


def finished_clips(root: Path, count: int) -> Project:
    """Return a project in which ``count`` clips with an edit each are finished."""
    project = Project.checkout(root / "checkout")
    video = root / "video"
    video.write_bytes(os.urandom(VIDEO_BYTES))
    (project.root / "videos").mkdir()
    for number in range(count):
        clip = f"clip{number:05d}"
        os.link(video, project.root / f"videos/{clip}.mp4")
        project.write(f"clips/{clip}/edits/slow.yaml", "layers: {person1: {speed: 0.5}}\n")
        for _, file in (*STAGES, *OF_EDITS):
            project.write(f"results/{clip}/{file.format(edit='slow')}", "")
        project.write(f"results/{clip}/edits/slow/beside.mp4", "")
    project.write("results/summary.html", "")
    done = project.snakemake("--touch", "--config", "demo=false")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def nothing_to_do(project: Project) -> tuple[float, float]:
    """Return the seconds that a run takes which has nothing to do: by the clock, and of a core."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = project.snakemake("--config", "demo=false")
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    text = done.stdout + done.stderr
    assert done.returncode == 0, text
    assert "Nothing to be done" in text, text
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a line for each number of clips."""
    for count in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            seconds, core = nothing_to_do(finished_clips(Path(folder), count))
        print(f"{count} clips: {seconds:.1f} s, of a core {core:.1f} s", flush=True)


if __name__ == "__main__":
    main()
