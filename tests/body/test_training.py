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

SMALL = {"channels": 8, "features": 16, "embedding": 32}
TINY = TrainingSettings(**SMALL, phases=(Phase(32, 2, 3), Phase(64, 1, 2)), warmup_steps=2)


def two_by_two(parts, uv):
    """One pair of 2 x 2 pixels; the losses look at nothing but its truth."""
    pictures, joints = np.zeros((1, 2, 2, 3), np.uint8), np.zeros((1, 17, 3), np.float32)
    return Pairs(pictures, joints, parts, uv, ("stand",))


def test_losses_of_known_answers():
    parts = np.array([[[0, 3], [3, 24]]], np.uint8)
    uv = np.zeros((1, 2, 2, 2), np.float32)
    uv[parts > 0] = (0.5, 1.0)
    answers = torch.zeros(1, 1, 1, 4, 73)  # one block, its pixels row by row
    answers[..., 25:] = 9.0  # wrong everywhere but under the true parts
    u, v = 25 + 2 * 2, 25 + 2 * 2 + 1  # of part 3
    answers[0, 0, 0, 1, [u, v]] = answers[0, 0, 0, 2, [u, v]] = 0.5
    answers[0, 0, 0, 3, -2:] = 1.0  # u, v of part 24

    part_loss, uv_loss = losses(answers, two_by_two(parts, uv))

    assert part_loss.item() == pytest.approx(math.log(25))
    # u, v errors: (0, 0.5) twice under part 3 and (0.5, 0) under part 24, mean of six numbers.
    assert uv_loss.item() == pytest.approx(1.5 / 6)


def test_the_uv_loss_of_an_empty_picture_is_zero():
    nobody = two_by_two(np.zeros((1, 2, 2), np.uint8), np.zeros((1, 2, 2, 2), np.float32))

    assert losses(torch.ones(1, 1, 1, 4, 73), nobody)[1].item() == 0


def test_phases_and_rate_over_the_steps():
    assert TINY.steps == 5
    assert [TINY.phase_at(step).size for step in range(5)] == [32, 32, 32, 64, 64]
    rates = [TINY.learning_rate_at(step) / TINY.learning_rate for step in range(5)]
    cosine = [0.5 + 0.5 * math.cos(math.pi * step / 5) for step in range(5)]
    assert rates == pytest.approx([0.5 * cosine[0], *cosine[1:]])
    late = replace(TINY, decay=0.4)  # the rate stays for three steps, then falls over two
    rates = [late.learning_rate_at(step) / late.learning_rate for step in range(5)]
    assert rates == pytest.approx([0.5, 1, 1, 1, 0.5])
    assert replace(TINY, decay=0.0).learning_rate_at(4) == TINY.learning_rate
    with pytest.raises(IndexError):
        TINY.phase_at(5)


def test_a_stopped_run_ends_as_an_unbroken_one(tmp_path, monkeypatch):
    whole = torch.load(train(tmp_path / "whole", TINY), weights_only=True)
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)

    def stop_at_step_3(seed, count, size, **options):
        if seed[-1] == 3:
            raise KeyboardInterrupt
        return synthesise(seed, count, size, **options)

    with monkeypatch.context() as context:
        context.setattr(training, "synthesise", stop_at_step_3)
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "stopped", TINY)
    resumed = torch.load(train(tmp_path / "stopped", TINY), weights_only=True)

    assert whole["state"].keys() == resumed["state"].keys()
    for name, value in whole["state"].items():
        assert torch.equal(value, resumed["state"][name]), name


@pytest.mark.slow
def test_pairs_rendered_ahead_train_the_same(tmp_path):
    alone, helped = (
        torch.load(train(tmp_path / name, TINY, synthesisers=count), weights_only=True)
        for name, count in (("alone", 0), ("helped", 2))
    )

    for name, value in alone["state"].items():
        assert torch.equal(value, helped["state"][name]), name


def test_another_run_is_not_gone_on_with(tmp_path):
    short = TrainingSettings(**SMALL, phases=(Phase(32, 1, 1),))
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
    settings = TrainingSettings(**SMALL, phases=(Phase(32, 4, 50),), warmup_steps=5)
    weights = train(tmp_path, settings)

    (row,) = (json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines())
    assert row["step"] == 50
    # Untrained, the losses are about ln 25 = 3.2 and, with UV about 0, 0.5.
    pairs = synthesise((5,), 16, 32)
    with torch.inference_mode():
        answers = load_network(weights).answers(
            skeleton_tensor(pairs.skeletons), torch.from_numpy(pairs.joints)
        )
    part_loss, uv_loss = losses(answers, pairs)
    assert part_loss.item() < 1.5
    assert uv_loss.item() < 0.35
