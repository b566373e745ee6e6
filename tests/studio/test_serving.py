"""The program itself: it listens, survives being killed with all that was saved, and stops."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import httpx2
import pytest

from retime.errors import InputError
from retime.studio import serve

from .conftest import FREEZE, Studio

ROOT = Path(__file__).parents[2]


def open_studio(root: Path) -> tuple[subprocess.Popen[str], httpx2.Client]:
    (root / "Snakefile").write_text("")
    process = subprocess.Popen(
        [sys.executable, "-m", "retime", "studio", "demo", "--port", "0", "--no-browser"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    out: IO[str] = process.stdout
    address, token = re.search(r"(http://127\.0\.0\.1:\d+)/\?token=(\S+)", out.readline()).groups()
    return process, httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {token}"})


def test_killed_it_loses_nothing_that_was_saved(studio: Studio) -> None:
    process, page = open_studio(studio.clip.root)
    try:
        digest = page.get("/api/edits/freeze").json()["digest"]
        text = FREEZE.replace("5", "7")
        saved = page.put("/api/edits/freeze", json={"text": text, "base_digest": digest})
        assert saved.status_code == 200
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert studio.edit("freeze").read_text() == text
    assert [file.name for file in studio.edit("freeze").parent.iterdir()] == ["freeze.yaml"]


def test_interrupted_it_ends_though_a_page_listens(studio: Studio) -> None:
    process, page = open_studio(studio.clip.root)
    with page.stream("GET", "/api/run/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        assert next(events.iter_lines()).startswith(":")
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) in (0, 130)  # as a shell has it of Ctrl-C
        assert time.monotonic() - start < 5


def test_a_port_that_is_taken(studio: Studio) -> None:
    with serve._listen(0) as taken, pytest.raises(InputError, match="--port 0 for any"):
        serve._listen(taken.getsockname()[1])


def test_footage_is_made_where_it_is_missing(
    studio: Studio, capfd: pytest.CaptureFixture[str]
) -> None:
    clip = studio.clip
    serve.make_footage(clip, [])  # it is there: there is not even a Snakefile
    shutil.rmtree(clip.footage)
    rule = 'rule:\n    output: directory("results/demo/studio")\n    shell: "mkdir {output}; exit "'
    (clip.root / "Snakefile").write_text(rule.replace("exit ", "exit 0"))
    serve.make_footage(clip, [])
    assert clip.footage.is_dir()
    assert "results/demo/studio is missing or old" in capfd.readouterr().out
    (clip.footage / "footage.json").write_text("{}")  # of another version, by the same rule
    serve.make_footage(clip, [])
    assert not (clip.footage / "footage.json").exists()
    (clip.root / "Snakefile").write_text(rule.replace("exit ", "exit 1"))
    shutil.rmtree(clip.footage)
    with pytest.raises(InputError, match="could not be made"):
        serve.make_footage(clip, [])
