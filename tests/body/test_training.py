import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from retime.body import training
from retime.body.network import load_network, skeleton_tensor
from retime.body.synthesis import Pairs, synthesise
from retime.body.training import Phase, TrainingSettings, losses, train
from retime.errors import InputError

TINY = TrainingSettings(channels=16, phases=(Phase(32, 2, 3), Phase(64, 1, 2)), warmup_steps=2)


def test_losses_of_known_answers():
    parts = np.array([[[0, 3], [3, 24]]], np.uint8)
    uv = np.zeros((1, 2, 2, 2), np.float32)
    uv[parts > 0] = (0.5, 1.0)
    pairs = Pairs(np.zeros((1, 2, 2, 3), np.uint8), parts, uv, ("stand",))
    answer = torch.full((1, 24, 2, 2, 2), 9.0)  # wrong everywhere but under the true parts
    answer[0, 2, :, :, :] = 0.5
    answer[0, 23, :, 1, 1] = 1.0

    part_loss, uv_loss = losses(torch.zeros(1, 25, 2, 2), answer, pairs)

    assert part_loss.item() == pytest.approx(math.log(25))
    # u, v errors: (0, 0.5) twice under part 3 and (0.5, 0) under part 24, mean of six numbers.
    assert uv_loss.item() == pytest.approx(1.5 / 6)


def test_the_uv_loss_of_an_empty_picture_is_zero():
    pairs = Pairs(
        np.zeros((1, 2, 2, 3), np.uint8),
        np.zeros((1, 2, 2), np.uint8),
        np.zeros((1, 2, 2, 2), np.float32),
        ("stand",),
    )

    assert losses(torch.zeros(1, 25, 2, 2), torch.ones(1, 24, 2, 2, 2), pairs)[1].item() == 0


def test_phases_and_rate_over_the_steps():
    assert TINY.steps == 5
    assert [TINY.phase_at(step).size for step in range(5)] == [32, 32, 32, 64, 64]
    rates = [TINY.learning_rate_at(step) / TINY.learning_rate for step in range(5)]
    cosine = [0.5 + 0.5 * math.cos(math.pi * step / 5) for step in range(5)]
    assert rates == pytest.approx([0.5 * cosine[0], *cosine[1:]])
    with pytest.raises(IndexError):
        TINY.phase_at(5)


def test_a_stopped_run_ends_as_an_unbroken_one(tmp_path, monkeypatch):
    whole = torch.load(train(tmp_path / "whole", TINY), weights_only=True)
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)

    def stop_at_step_3(seed, count, size):
        if seed[-1] == 3:
            raise KeyboardInterrupt
        return synthesise(seed, count, size)

    with monkeypatch.context() as context:
        context.setattr(training, "synthesise", stop_at_step_3)
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "stopped", TINY)
    resumed = torch.load(train(tmp_path / "stopped", TINY), weights_only=True)

    assert whole["state"].keys() == resumed["state"].keys()
    for name, value in whole["state"].items():
        assert torch.equal(value, resumed["state"][name]), name


def test_another_run_is_not_gone_on_with(tmp_path):
    short = TrainingSettings(channels=16, phases=(Phase(32, 1, 1),))
    train(tmp_path, short)

    with pytest.raises(InputError, match="other settings"):
        train(tmp_path, TINY)


def test_another_sitting_begins_with_the_weights_of_the_last(tmp_path):
    first = train(tmp_path / "first", TINY)
    still = replace(TINY, learning_rate=0.0, start_from=str(first), seed=1)
    second = train(tmp_path / "second", still)

    for name, value in load_network(first).state_dict().items():
        assert torch.equal(value, load_network(second).state_dict()[name]), name


def test_training_lowers_the_losses(tmp_path):
    settings = TrainingSettings(channels=16, phases=(Phase(32, 4, 50),), warmup_steps=5)
    weights = train(tmp_path, settings)

    (row,) = (json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines())
    assert row["step"] == 50
    # Untrained, the losses are about ln 25 = 3.2 and, with UV about 0, 0.5.
    pairs = synthesise((5,), 16, 32)
    with torch.inference_mode():
        logits, uv = load_network(weights)(skeleton_tensor(pairs.skeletons))
    part_loss, uv_loss = losses(logits, uv, pairs)
    assert part_loss.item() < 1.5
    assert uv_loss.item() < 0.35
