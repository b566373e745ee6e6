"""Training on another device than the CPU, in another precision, compiled."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from retime.artifacts import Decomposition
from retime.config import TrainSettings
from retime.errors import InputError
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.clip_tensors import ClipTensors
from retime.layers.device import CPU, is_narrow, prepare_device
from retime.layers.training import Trainer, run_train, to_bytes

from .elsewhere import DEVICE, Elsewhere, fetched

SETTINGS = TrainSettings(channels=4, texture_channels=4, tile=4, batch=3, steps=7, coarse=0.3)
PAPER = SETTINGS.model_copy(
    update={
        **{"background": "network", "sparsity": "composite", "trimaps": "printed"},
        **{"jitter_brightness": 0.1, "jitter_scale": 1.25},
    }
)
without_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")


@pytest.fixture
def clip(tiny_clip) -> ClipTensors:
    return load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, SETTINGS.tile)


def plain_adam(trainer: Trainer) -> None:
    """Take torch's Adam that knows no kinds of devices."""
    for group in trainer.optimiser.param_groups:
        group.update(fused=False, foreach=False)


@pytest.mark.parametrize("settings", [SETTINGS, PAPER], ids=["standard", "paper"])
def test_a_training_elsewhere_is_that_on_the_cpu_and_waits_for_nothing(clip, settings) -> None:
    near = Trainer(clip, settings)
    with Elsewhere():
        far = Trainer(clip, settings, DEVICE)
        plain_adam(near), plain_adam(far)
    while near.done < near.steps:
        near.step()
        # Only the first step, which prepares the half-size clip, and the one in which the norms
        # are measured may wait for the device.
        with Elsewhere(waiting=far.done in (0, far.settled_from)):
            far.step()
    for (name, mine), theirs in zip(
        near.model.named_parameters(), far.model.parameters(), strict=True
    ):
        assert torch.allclose(mine, fetched(theirs), atol=1e-6), name
    near.settle()
    with Elsewhere():
        far.settle()
        assert far.losses == [pytest.approx(row, abs=1e-5) for row in near.losses]
        assert far.note() == near.note()
        layers = to_bytes(far.render(2)[0])
    assert abs(layers.astype(int) - to_bytes(near.render(2)[0])).max() <= 1


def test_what_waits_for_a_device_is_seen() -> None:
    with Elsewhere():
        there = torch.zeros(3, device=DEVICE)
    for waits in (
        lambda: float(there[0]),
        lambda: there.nonzero(),
        lambda: there[[0, 2]],
        lambda: there.prod(0),
        lambda: there.cpu(),
        lambda: torch.ones(3).to(DEVICE),
        lambda: there[there > 0],
        lambda: there + torch.ones(3),
    ):
        with Elsewhere(waiting=False), pytest.raises(AssertionError):
            waits()
    with Elsewhere(waiting=False):
        assert (fetched(2 * there + 1) == 1).all()


@without_gpu
def test_the_cpu_is_taken_where_there_is_no_gpu() -> None:
    assert prepare_device("auto", 1) == prepare_device("cpu", 1) == CPU
    assert torch.are_deterministic_algorithms_enabled()
    with pytest.raises(InputError, match=r"device: cuda, but torch .* finds no GPU here"):
        prepare_device("cuda", 1)


def test_bfloat16_is_for_gpus_unless_asked_for() -> None:
    assert not is_narrow("auto", CPU)
    assert is_narrow("bfloat16", CPU)
    assert not is_narrow("single", torch.device("cuda"))


def test_a_training_in_bfloat16_goes_the_same_way(clip) -> None:
    single, narrow = (
        Trainer(clip, SETTINGS.model_copy(update={"precision": precision, "steps": 40}))
        for precision in ("single", "bfloat16")
    )
    for trainer in (single, narrow):
        while trainer.done < trainer.steps:
            trainer.step()
        trainer.settle()
    one, other = (torch.tensor(trainer.losses)[:, 1] for trainer in (single, narrow))
    assert not torch.equal(one, other)
    assert torch.allclose(one, other, rtol=0.1)
    assert other[-6:].mean() < 0.8 * other[:6].mean()
    # Layers are rendered in single precision, with more shades than bfloat16 has.
    layers, _ = narrow.render(0)
    assert layers.dtype == torch.float32
    assert not torch.equal(layers, layers.bfloat16().float())


def test_a_compiler_that_fails_is_said_and_done_without(tiny_clip, tmp_path) -> None:
    plain, compiled = tmp_path / "plain.h5", tmp_path / "compiled.h5"
    run_train(tiny_clip.frames, tiny_clip.seeds, plain, SETTINGS, None, 1)
    settings = SETTINGS.model_copy(update={"compiled": True}).model_dump_json()
    paths = "--frames", tiny_clip.frames, "--seeds", tiny_clip.seeds, "--out", compiled
    done = subprocess.run(
        [sys.executable, "-m", "retime", "train", *map(str, paths), "--settings", settings],
        env=os.environ | {"CXX": "no-such-compiler", "TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = re.findall(r"torch.compile failed \(.*compiler.*\); goes on without", done.stderr)
    assert len(said) == 1, done.stderr
    with Decomposition.open(plain) as one, Decomposition.open(compiled) as other:
        assert np.array_equal(one.losses[:], other.losses[:])


@pytest.mark.slow
def test_a_compiled_training_is_the_plain_one(clip, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    settings = SETTINGS.model_copy(update={"compiled": True}), SETTINGS
    compiled, plain = (Trainer(clip, each) for each in settings)
    for trainer in (compiled, plain):
        for _ in range(4):  # of both sizes
            trainer.step()
    assert not capsys.readouterr().err
    assert compiled.losses == [pytest.approx(row, rel=1e-3, abs=1e-5) for row in plain.losses]
