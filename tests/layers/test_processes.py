"""Two processes that train one clip together, started by torchrun, do as one alone."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from retime.artifacts import Decomposition
from retime.config import TrainSettings
from retime.errors import InputError
from retime.layers import training
from retime.layers.processes import ALONE, Processes
from retime.layers.training import run_train

from .shared_training import CASES, trained

ROOT = Path(__file__).parents[2]
SETTINGS = TrainSettings(channels=4, texture_channels=4, tile=4, batch=2, steps=6)


def torchrun(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a module in two processes."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    return subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def pair(clip: SimpleNamespace, out: Path, settings: TrainSettings) -> subprocess.Popen[str]:
    """Start ``retime train`` in two processes."""
    own = settings.model_copy(update={"processes": 2}).model_dump_json()
    command = ["train", "--frames", clip.frames, "--seeds", clip.seeds, "--out", out]
    command += ["--checkpoint", out.with_name("train.ckpt"), "--settings", own]
    return subprocess.Popen(
        [sys.executable, "-m", "retime", *map(str, command)], stderr=subprocess.PIPE, text=True
    )


def test_frames_are_dealt_out() -> None:
    pair = [Processes(2, 0), Processes(2, 1)]
    assert [each.mine(5) for each in pair] == [[0, 2, 4], [1, 3]]
    assert [each.share(5) for each in pair] == [3 / 5, 2 / 5]
    # Of fewer frames than processes everyone shows all.
    assert [each.mine(1) for each in pair] == [[0], [0]]
    assert [each.share(1) for each in pair] == [1 / 2, 1 / 2]
    assert not pair[0].divides(1)
    assert (ALONE.mine(3), ALONE.share(3), ALONE.divides(3)) == ([0, 1, 2], 1, False)
    assert [each.first for each in pair] == [True, False]


def test_two_processes_train_as_one_does_with_the_joint_batch(tiny_clip, tmp_path) -> None:
    paths = tiny_clip.frames, tiny_clip.seeds
    done = torchrun("-m", "tests.layers.shared_training", *paths, tmp_path)
    assert done.returncode == 0, done.stderr
    for case in CASES:
        alone = trained(*paths, case, ALONE)
        for rank in range(2):
            with np.load(tmp_path / f"{case}-{rank}.npz") as state:
                assert alone.keys() == set(state)
                for name, value in alone.items():
                    assert np.abs(state[name] - value).max() < 1e-5, (case, rank, name)


def test_one_of_them_writes(tiny_clip, tmp_path) -> None:
    alone, together = tmp_path / "alone.h5", tmp_path / "together.h5"
    paths = tiny_clip.frames, tiny_clip.seeds
    run_train(*paths, alone, SETTINGS, None, 1)
    done = pair(tiny_clip, together, SETTINGS)
    _, said = done.communicate()
    assert done.returncode == 0, said
    assert said.count("PSNR") == said.count("needs about") == 1
    assert sorted(p.name for p in tmp_path.glob("*.*")) == sorted(
        [p.name for p in (alone, together, *paths, tiny_clip.camera)]
    )
    with Decomposition.open(alone) as one, Decomposition.open(together) as other:
        assert other.losses[0] == pytest.approx(one.losses[0], rel=1e-4)
        assert other.losses[-1] == pytest.approx(one.losses[-1], rel=0.05)


def test_asked_to_end_they_keep_what_they_have_and_go_on(tiny_clip, tmp_path) -> None:
    long = SETTINGS.model_copy(update={"steps": 120})
    checkpoint, out = tmp_path / "train.ckpt", tmp_path / "out.h5"
    first = pair(tiny_clip, out, long)
    while not checkpoint.exists():
        assert first.poll() is None
        time.sleep(0.05)
    first.terminate()
    _, said = first.communicate()
    assert first.returncode
    assert "stopped; progress is kept" in said
    assert not out.exists()
    again = pair(tiny_clip, out, long)
    _, said = again.communicate()
    assert again.returncode == 0, said
    assert re.search(r"resumed at step \d+ of 120", said)
    assert out.exists()


def test_a_batch_too_small_to_share_is_said(tiny_clip, tmp_path, monkeypatch) -> None:
    @contextmanager
    def two(_: object) -> Iterator[Processes]:
        yield Processes(2, 0)

    monkeypatch.setattr(training, "joined", two)
    settings = SETTINGS.model_copy(update={"batch": 1})
    with pytest.raises(InputError, match="batch is 1, which 2 processes cannot share; set it to 2"):
        run_train(tiny_clip.frames, tiny_clip.seeds, tmp_path / "out.h5", settings, None, 1)
    assert not (tmp_path / "out.h5").exists()
