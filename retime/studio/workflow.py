"""Snakemake, as the studio runs it: what would run, and one run at a time, told event by event."""

import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from retime.clips import find_edits
from retime.errors import InputError
from retime.progress import read_line
from retime.studio.clip import Clip
from retime.studio.contract.running import (
    JobFailed,
    JobFinished,
    JobProgress,
    JobStarted,
    JobState,
    PlanState,
    RunEnded,
    RunEvent,
    RunProgress,
    RunStarted,
    RunState,
)

PLUGINS = Path(__file__).parent / "snakemake_plugins"
LAST_LINES = 20  # of a log
LOOK_SECONDS = 1.0  # how often running jobs' logs are looked at
PATIENCE_SECONDS = 10.0  # with jobs that are asked to stop, before they are asked less politely


class Workflow:
    """Runs Snakemake for one clip.

    Args:
        clip: the clip.
        arguments: further arguments for every call of Snakemake.
    """

    def __init__(self, clip: Clip, arguments: Sequence[str] = ()) -> None:
        self._clip, self._arguments = clip, list(arguments)
        self._starting = threading.Lock()
        self.run: Run | None = None
        self.closing = threading.Event()

    def plan(self, edits: Sequence[str] | None) -> PlanState:
        """Return which jobs would run.

        Raises:
            InputError: Snakemake refuses; the message is its own.
        """
        with _pipe() as (read, write):
            process = self._start(write, edits, "--dry-run", out=subprocess.PIPE)
            os.close(write)
            lines: list[str] = []

            def listen() -> None:
                lines.extend(process.stdout)

            listener = threading.Thread(target=listen)
            listener.start()
            told = [event for event in _events(read) if event["event"] == "job_info"]
            listener.join()
            if process.wait():
                raise InputError(reason(lines))
        jobs = {event["jobid"]: self.job(event) for event in told}.values()
        known = [job.seconds for job in jobs if job.seconds is not None]
        return PlanState(jobs=list(jobs), seconds=sum(known), unknown=len(jobs) - len(known))

    def start(self, edits: Sequence[str] | None) -> "Run":
        """Start a run.

        Raises:
            InputError: one goes on.
        """
        with self._starting:
            if self.run is not None and self.run.state.state == "running":
                raise InputError("a run goes on; stop it, or wait until it ends")
            log = self._clip.root / "logs" / self._clip.name / "run.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            read, write = os.pipe()
            with log.open("w") as out:
                process = self._start(write, edits, out=out)
            os.close(write)
            self.run = Run(self, process, read, log, self.run.number + 1 if self.run else 1)
            return self.run

    def close(self) -> None:
        """Stop what runs: the studio is being closed."""
        self.closing.set()
        if self.run is not None:
            self.run.stop()

    def job(self, told: dict[str, Any]) -> JobState:
        """Return a job that Snakemake tells of."""
        rule = told["rule_name"]
        return JobState(
            job=told["jobid"],
            rule=rule,
            message=told.get("rule_msg") or rule,
            reason=told.get("reason") or None,
            seconds=self._expected(rule, told.get("benchmark")),
        )

    def path(self, file: str) -> Path:
        """Return a file that Snakemake names."""
        return self._clip.root / file

    def _expected(self, rule: str, benchmark: str | None) -> float | None:
        """Return how long a job took the last time, or the like of it."""
        if not benchmark:
            return None
        own = self.path(benchmark)
        if (took := _took(own)) is not None:
            return took
        alike = [_took(path) for path in own.parent.glob(f"{rule}-*.tsv")]
        known = [seconds for seconds in alike if seconds is not None]
        return statistics.median(known) if known else None

    def _start(
        self, events: int, edits: Sequence[str] | None, *options: str, out: Any
    ) -> subprocess.Popen[str]:
        clip = self._clip
        results = clip.results.relative_to(clip.root).as_posix()
        if edits is None:
            edits = find_edits(clip.name, clip.written.parent)
        targets = [f"{results}/edits/{edit}/{edit}.mp4" for edit in edits]
        targets.append(clip.footage.relative_to(clip.root).as_posix())
        paths = [str(PLUGINS), os.environ.get("PYTHONPATH", "")]
        command = [sys.executable, "-m", "snakemake", "--logger", "retime", "--cores", "all"]
        return subprocess.Popen(
            [*command, *options, *self._arguments, "--", *targets],
            cwd=clip.root,
            env=os.environ
            | {
                "RETIME_EVENTS": str(events),
                "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                "PYTHONUNBUFFERED": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=(events,),
            start_new_session=True,
        )


class Run:
    """One run of the workflow, from its first event to its last.

    Args:
        workflow: whose run it is.
        process: Snakemake.
        events: file descriptor of what the logger plugin says.
        log: where Snakemake's own words go.
        number: of the run, from 1.
    """

    def __init__(
        self,
        workflow: Workflow,
        process: "subprocess.Popen[str]",
        events: int,
        log: Path,
        number: int,
    ) -> None:
        self.number = number
        self._workflow, self._process, self._log = workflow, process, log
        self._stopping = threading.Event()
        self._jobs: dict[int, tuple[JobState, list[Path], float]] = {}  # those that run
        self._told: list[RunEvent] = [RunStarted(run=number)]
        self._ended = threading.Event()
        threading.Thread(target=self._listen, args=(events,), daemon=True).start()
        threading.Thread(target=self._look, daemon=True).start()

    @property
    def state(self) -> RunState:
        """Whether it goes on, or how it ended."""
        last = self._told[-1]
        return RunState(
            number=self.number, state=last.state if isinstance(last, RunEnded) else "running"
        )

    def events(self, first: int) -> list[RunEvent]:
        """Return the events from number ``first`` on, as far as they have come."""
        return self._told[first:]

    def stop(self) -> None:
        """Stop it as Ctrl-C would, and wait until it has ended."""
        if self._ended.is_set():
            return
        self._stopping.set()
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.killpg(self._process.pid, signal.SIGINT)
        # What does not hear it is ended; Snakemake itself is left to put its things in order.
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self._ended.wait(PATIENCE_SECONDS):
                return
            for job in _below(self._process.pid):
                with contextlib.suppress(psutil.NoSuchProcess):
                    job.send_signal(sign)
        if not self._ended.wait(PATIENCE_SECONDS):
            self._process.kill()
            self._ended.wait()

    def _tell(self, event: RunEvent) -> None:
        self._told.append(event)

    def _listen(self, events: int) -> None:
        failed: JobFailed | None = None
        with os.fdopen(events, closefd=True) as lines:
            for line in lines:
                told = json.loads(line)
                match told["event"]:
                    case "job_info":
                        job = self._workflow.job(told)
                        logs = [self._workflow.path(file) for file in told["log"]]
                        self._jobs[job.job] = job, logs, time.time()
                        self._tell(JobStarted(job=job))
                    case "job_finished":
                        number = told.get("job_id", told.get("jobid"))
                        self._jobs.pop(number, None)
                        self._tell(JobFinished(job=number))
                    case "job_error" if not self._stopping.is_set():
                        failed = self._failure(told)
                        self._tell(failed)
                    case "progress":
                        self._tell(RunProgress(done=told["done"], total=told["total"]))
        code = self._process.wait()
        self._jobs.clear()
        if self._stopping.is_set():
            end = RunEnded(state="stopped", message="stopped")
        elif code == 0:
            end = RunEnded(state="done", message="done")
        else:
            said = failed.message if failed else reason(_last_lines(self._log, 200))
            end = RunEnded(state="failed", message=said)
        self._tell(end)
        self._ended.set()

    def _failure(self, told: dict[str, Any]) -> JobFailed:
        job, logs, _ = self._jobs.pop(told["jobid"], (None, [], 0.0))
        lines = [line for log in logs for line in _last_lines(log, LAST_LINES)]
        rule = told.get("rule_name") or (job.rule if job else "")
        return JobFailed(job=told["jobid"], rule=rule, message=reason(lines), log=lines)

    def _look(self) -> None:
        """Tell of the progress that running jobs write into their logs."""
        said: dict[int, Any] = {}
        while not self._ended.wait(LOOK_SECONDS):
            for number, (_, logs, since) in list(self._jobs.items()):
                for log in logs:
                    if not log.exists() or log.stat().st_mtime < since:
                        continue
                    found = [line for text in _last_lines(log, 5) if (line := read_line(text))]
                    if found and said.get(number) != found[-1]:
                        said[number] = found[-1]
                        what, done, total, left = found[-1]
                        self._tell(
                            JobProgress(
                                job=number, what=what, done=done, total=total, seconds_left=left
                            )
                        )


@contextlib.contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    try:
        yield read, write
    finally:
        for end in (read, write):
            with contextlib.suppress(OSError):  # closed on the way
                os.close(end)


def _events(read: int) -> Iterator[dict[str, Any]]:
    with os.fdopen(read, closefd=False) as lines:
        yield from map(json.loads, lines)


def _below(process: int) -> list[psutil.Process]:
    """Return the processes that a process started, and those that they did."""
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _took(benchmark: Path) -> float | None:
    """Return the seconds that a benchmark file of Snakemake holds."""
    try:
        rows = benchmark.read_text(encoding="utf-8").splitlines()
        return float(rows[-1].split("\t")[0])
    except (OSError, ValueError, IndexError):  # none yet, or cut short
        return None


def _last_lines(path: Path, count: int) -> list[str]:
    """Return the last lines of a log, those that hold anything."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]


def reason(lines: Sequence[str]) -> str:
    """Return the line of an output that says what is wrong: ours, or else the last."""
    ours = [line for line in lines if re.match(r"retime: ", line)]
    if ours:
        return ours[-1].strip().removeprefix("retime: ")
    full = [line.strip() for line in lines if line.strip()]
    return full[-1] if full else "it failed without a word"
