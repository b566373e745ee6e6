"""Stages killed at random moments, and whether the results are those of an unbroken run.

    python -m tests.workflow.kills --kills 100 --table docs/faults.md

A short clip goes through the workflow twice: once in peace, and once while `kill -9` ends its
stages, each at random moments of its life; every tenth time Snakemake and all its jobs at once, as
a power cut does. Then every file in `results/` must be the same, byte for byte, and there must be
no other, nor any temporary one. The summary, which says how long everything took, is left out.
"""

import argparse
import contextlib
import filecmp
import json
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from retime.demo.clip import render_clip
from retime.demo.scenario import demo
from retime.marked import write_between

from .project import TINY, Project

BEGIN, END = "<!-- kills -->", "<!-- end of kills -->"
SUMMARY = "results/summary.html"
TRAINED = {"results/tiny/decomposition.h5": "train", "results/tiny/layers.h5": "upsample"}
LOOK_SECONDS = 0.02
POWER_CUTS = 10  # one in so many kills
OFTEN = 5  # times as often as other stages are those killed that go on from checkpoints
SPAN = 0.95  # of a stage's life, within which it is killed
RUNS = 60  # after so many, Snakemake does not get to the end


@dataclass
class Seen:
    """What was seen of the stages' processes, by what they write."""

    seconds: dict[str, float] = field(default_factory=dict)  # of the last that ended by itself
    kills: Counter[str] = field(default_factory=Counter)
    power_cuts: int = 0
    resumed: Counter[str] = field(default_factory=Counter)  # processes that went on

    def end(self, target: str, project: Project) -> None:
        """Note whether a process that has ended had gone on from a checkpoint; its log says so."""
        if stage := TRAINED.get(target):
            log = (project.root / f"logs/tiny/{stage}.log").read_text()
            self.resumed[target] += "resumed at step" in log


@dataclass(frozen=True)
class Peace:
    """A clip that was run in peace: as it was before and after."""

    fresh: Project
    unbroken: Project
    seen: Seen


@dataclass(frozen=True)
class Comparison:
    """Files of two runs."""

    files: int
    different: list[str]
    only_broken: list[str]
    only_unbroken: list[str]

    @property
    def same(self) -> bool:
        """Tell whether the runs left the same."""
        return not (self.different or self.only_broken or self.only_unbroken)


def checkout(root: Path, video: Path, steps: int) -> Project:
    """Return a project with a clip and an edit in which nothing was run."""
    settings = {"train": {"steps": 4 * steps}, "upsample": {"steps": steps}}
    project = Project.checkout(root / "checkout")
    (project.root / "videos").mkdir()
    shutil.copy(video, project.root / "videos/tiny.mp4")
    project.write("clips/tiny/clip.yaml", json.dumps({"settings": settings}))
    project.write("clips/tiny/edits/still.yaml", "layers: {person1: {freeze: 2}}\n")
    return project


def run(project: Project, seen: Seen, plan: dict[str, list[float]]) -> bool:
    """Run Snakemake once, killing stages by plan.

    Args:
        project: where.
        seen: filled in.
        plan: for what each stage writes, the ages at which it is still to be killed, seconds.

    Returns:
        Whether the run came to its end.

    Raises:
        RuntimeError: it ended with an error that no kill explains.
    """
    command = ["snakemake", "--configfile", TINY, "--cores", "2", "--config", "demo=false"]
    command += ["--retries", "1000"]
    temporary = project.root.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    environment = project.environment | {"TMPDIR": str(temporary)}
    log = project.root.parent / "snakemake.log"
    with log.open("w") as out:
        main = psutil.Popen(command, cwd=project.root, env=environment, stdout=out, stderr=out)
    began: dict[psutil.Process, tuple[str, float]] = {}
    while main.poll() is None:
        now, alive = time.monotonic(), set()
        for process, target in _stages(main):
            alive.add(process)
            _, start = began.setdefault(process, (target, now))
            if not plan.get(target) or now - start < plan[target][0]:
                continue
            plan[target].pop(0)
            seen.kills[target] += 1
            if seen.kills.total() % POWER_CUTS == 0:
                seen.power_cuts += 1
                _kill_all(main)
                seen.end(target, project)
                subprocess.run(  # what a person does then
                    [*command, "--unlock"], cwd=project.root, env=environment, check=True,
                    capture_output=True,
                )  # fmt: skip
                return False
            process.kill()
            seen.end(target, project)
            del began[process]
            alive.discard(process)
        for process in set(began) - alive:
            target, start = began.pop(process)
            seen.seconds[target] = now - start
            seen.end(target, project)
        time.sleep(LOOK_SECONDS)
    if main.returncode:
        raise RuntimeError(log.read_text())
    return True


def _stages(main: psutil.Process) -> Iterator[tuple[psutil.Process, str]]:
    """Yield the processes of stages that run below Snakemake, and what they write."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in main.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                command = process.cmdline()
                if "--out" in command and Path(command[1]).name == "retime":
                    yield process, command[command.index("--out") + 1]


def _kill_all(main: psutil.Process) -> None:
    family = [*main.children(recursive=True), main]
    for process in family:  # first of all nobody may start another
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()
    for process in {*main.children(recursive=True), *family}:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family)


def run_in_peace(root: Path, video: Path, steps: int) -> Peace:
    """Run a clip through the workflow.

    Args:
        root: an empty folder.
        video: of the clip; everything in it is made anew after each kill, so it is short.
        steps: of the upsampler's training; that of the layers takes four times as many. Where
            they last for seconds, checkpoints are written and gone on from.
    """
    fresh = checkout(root / "fresh", video, steps)
    peace = Peace(fresh, fresh.copy(root / "unbroken/checkout"), Seen())
    run(peace.unbroken, peace.seen, {})
    return peace


def kill_stages(peace: Peace, root: Path, kills: int, seed: int) -> tuple[Seen, Comparison]:
    """Run the clip once more, under fire.

    Args:
        peace: the clip, and what its stages took.
        root: an empty folder.
        kills: how many.
        seed: of the moments.

    Raises:
        RuntimeError: Snakemake fails by itself, or does not come to an end.
    """
    broken = peace.fresh.copy(root / "broken/checkout")
    chance = random.Random(seed)
    seconds = peace.seen.seconds
    targets = sorted(seconds.keys() - {SUMMARY})
    # Each stage at least once if there are so many kills, the rest as chance has it.
    victims = [*TRAINED, *chance.sample(targets, len(targets))][:kills]
    often = [OFTEN if target in TRAINED else 1 for target in targets]
    victims += chance.choices(targets, often, k=kills - len(victims))
    plan = defaultdict(list)
    for target in victims:
        plan[target].append(SPAN * chance.random() * seconds[target])
    seen = Seen()
    for _ in range(RUNS):
        ended = run(broken, seen, plan)
        left = [target for target, ages in plan.items() if ages]
        if ended:
            comparison = compare(peace.unbroken.root.parent, broken.root.parent)
            if not left or not comparison.same:
                return seen, comparison
            # Stages that were quicker this time: once more, and killed sooner.
            for target in left:
                plan[target] = [age / 2 for age in plan[target]]
                (broken.root / target).unlink()
    raise RuntimeError(f"{RUNS} runs did not suffice; to be killed still: {dict(plan)}")


def compare(unbroken: Path, broken: Path) -> Comparison:
    """Compare what two runs left of results, and the names of temporary files."""
    one, other = _left(unbroken), _left(broken)
    both = sorted(name for name in one & other if name.startswith("checkout"))
    return Comparison(
        len(both),
        [name for name in both if not filecmp.cmp(unbroken / name, broken / name, shallow=False)],
        sorted(other - one),
        sorted(one - other),
    )


def _left(folder: Path) -> set[str]:
    places = (folder / "checkout/results", folder / "temporary")
    files = {
        str(path.relative_to(folder))
        for place in places
        for path in place.rglob("*")
        if path.is_file()
    }
    return files - {f"checkout/{SUMMARY}"}


def table(seen: Seen, comparison: Comparison, seed: int, steps: int) -> str:
    """Return what happened as Markdown."""
    options = f"--kills {seen.kills.total()} --seed {seed} --steps {steps}"
    train, upsample = (seen.resumed[target] for target in TRAINED)
    lines = [
        f"Made by `python -m tests.workflow.kills {options}`.",
        "",
        "| file | kills of the stage that writes it |",
        "|---|---:|",
    ]
    lines += [f"| `{target}` | {count} |" for target, count in sorted(seen.kills.items())]
    lines += [
        "",
        f"{seen.kills.total()} kills, {seen.power_cuts} of them of Snakemake and all jobs at once. "
        f"Training went on from a checkpoint {train} times, the upsampler's {upsample} times.",
        "",
        f"{comparison.files - len(comparison.different)} of {comparison.files} files are the same, "
        f"byte for byte; {len(comparison.only_unbroken)} are missing, and "
        f"{len(comparison.only_broken)} were left over.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Kill, and tell what came of it; exit with 1 if anything is not as in peace."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--steps", type=int, default=400, help="of the upsampler's training; the layers' takes 4 x"
    )
    parser.add_argument("--table", type=Path, help="page that gets the table between its marks")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "tiny.mp4"
        render_clip(replace(demo(), frames=8), video)
        peace = run_in_peace(Path(folder), video, given.steps)
        seen, comparison = kill_stages(peace, Path(folder), given.kills, given.seed)
    found = table(seen, comparison, given.seed, given.steps)
    print(found)
    for name in comparison.different + comparison.only_broken + comparison.only_unbroken:
        print(f"  {name}")
    if given.table:
        write_between(given.table, BEGIN, END, found)
    raise SystemExit(not comparison.same)


if __name__ == "__main__":
    main()
