"""Plans, runs and their events, told by Snakemake itself of small jobs."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from retime.studio import workflow
from retime.studio.contract.running import RunEnded
from retime.studio.workflow import reason

from .conftest import Studio

# `render` prints progress as a stage does, and then does what the test wants of it.
SNAKEFILE = """
rule warp:
    output: "results/demo/edits/{edit}/timemap.h5"
    log: "logs/demo/warp-{edit}.log"
    message: "time map of '{wildcards.edit}'"
    shell: "echo made > {output}"

rule render:
    input: rules.warp.output
    output: "results/demo/edits/{edit}/{edit}.mp4"
    log: "logs/demo/render-{edit}.log"
    benchmark: "benchmarks/demo/render-{edit}.tsv"
    message: "render '{wildcards.edit}'"
    shell: "(echo 'render x  3/60   5%  1:02 left  note'; WHAT) > {log} 2>&1; touch {output}"

rule studio:
    output: directory("results/demo/studio")
    shell: "mkdir {output}"
"""


def write(studio: Studio, what: str) -> None:
    (studio.clip.root / "Snakefile").write_text(SNAKEFILE.replace("WHAT", what))


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def events(studio: Studio) -> list[dict]:
    run = studio.workflow.run
    assert run is not None
    return [json.loads(event.model_dump_json()) for event in run.events(0)]


def ended(studio: Studio) -> bool:
    return isinstance(studio.workflow.run.events(0)[-1], RunEnded)


def test_a_plan_then_a_run(studio: Studio) -> None:
    write(studio, "sleep 2")
    took = studio.clip.root / "benchmarks/demo/render-other.tsv"
    took.parent.mkdir(parents=True)
    took.write_text("s\th:m:s\n12.5\t0:00:12\n")
    plan = studio.page.post("/api/run/plan", json={"edits": ["freeze"]}).json()
    assert {job["rule"]: job["seconds"] for job in plan["jobs"]} == {"warp": None, "render": 12.5}
    assert (plan["seconds"], plan["unknown"]) == (12.5, 1)
    assert not (studio.clip.results / "edits").exists()

    assert studio.page.get("/api/run").json() == {"number": 0, "state": "none"}
    started = studio.page.post("/api/run", json={"edits": ["freeze"]}).json()
    assert started == {"number": 1, "state": "running"}
    again = studio.page.post("/api/run", json={})
    assert "a run goes on" in again.json()["message"]
    wait_for(lambda: ended(studio))
    told = events(studio)
    assert told[0] == {"kind": "run_started", "run": 1}
    assert told[-1] == {"kind": "run_ended", "state": "done", "message": "done"}
    jobs = [event["job"] for event in told if event["kind"] == "job_started"]
    assert [(job["rule"], job["message"]) for job in jobs] == [
        ("warp", "time map of 'freeze'"),
        ("render", "render 'freeze'"),
    ]
    progress = next(event for event in told if event["kind"] == "job_progress")
    assert progress == {
        "kind": "job_progress",
        "job": jobs[1]["job"],
        "what": "render x",
        "done": 3,
        "total": 60,
        "seconds_left": 62.0,
    }
    finished = [event["job"] for event in told if event["kind"] == "job_finished"]
    assert finished == [job["job"] for job in jobs]
    assert [e["done"] for e in told if e["kind"] == "run_progress"] == [1, 2]
    assert studio.page.get("/media/edits/freeze").status_code == 200
    assert studio.page.get("/api/edits/freeze").json()["result"] == "/media/edits/freeze"


def test_a_job_that_fails_says_why(studio: Studio) -> None:
    write(studio, "echo 'retime: a.yaml: no such thing'; exit 1")
    studio.page.post("/api/run", json={"edits": None})
    wait_for(lambda: ended(studio))
    told = events(studio)
    failed = next(event for event in told if event["kind"] == "job_failed")
    assert failed["rule"] == "render"
    assert failed["message"] == "a.yaml: no such thing"
    assert failed["log"][-1] == "retime: a.yaml: no such thing"
    assert told[-1] == {
        "kind": "run_ended",
        "state": "failed",
        "message": "a.yaml: no such thing",
    }


@pytest.mark.parametrize("deaf", ["", "trap '' INT;"])
def test_a_run_is_stopped_with_all_its_jobs(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaf: str
) -> None:
    monkeypatch.setattr(workflow, "PATIENCE_SECONDS", 2.0)
    mark = tmp_path / "alive"
    write(studio, f"{deaf} while true; do touch {mark}; sleep 0.1; done")
    studio.page.post("/api/run", json={})
    wait_for(mark.exists)
    assert studio.page.delete("/api/run").json() == {"number": 1, "state": "stopped"}
    mark.unlink()
    time.sleep(0.5)
    assert not mark.exists()
    # And the folder is not left locked.
    write(studio, "true")
    studio.page.post("/api/run", json={})
    wait_for(lambda: ended(studio))
    assert events(studio)[-1]["state"] == "done"


def test_what_snakemake_refuses_is_told(studio: Studio) -> None:
    (studio.clip.root / "Snakefile").write_text("import sys\nsys.exit('retime: clip.yaml: no')\n")
    answer = studio.page.post("/api/run/plan", json={})
    assert (answer.status_code, answer.json()["message"]) == (422, "clip.yaml: no")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["retime: x.yaml: wrong", "Error in rule warp"], "x.yaml: wrong"),
        (["Traceback", "ValueError: no", ""], "ValueError: no"),
        ([], "it failed without a word"),
    ],
)
def test_the_line_that_says_why(lines: list[str], said: str) -> None:
    assert reason(lines) == said
