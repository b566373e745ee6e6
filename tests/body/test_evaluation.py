import numpy as np
import pytest
import torch

from retime.body.evaluation import Tally, evaluate
from retime.body.network import KeypointToUV, load_network
from retime.body.synthesis import Pairs


def test_figures_of_known_answers():
    # Truth: three pixels of parts 1, 1, 2, one of background. Answer: 1, 2, none, and 1.
    pairs = Pairs(
        np.zeros((1, 2, 2, 3), np.uint8),
        np.zeros((1, 17, 3), np.float32),
        np.array([[[1, 1], [2, 0]]], np.uint8),
        np.full((1, 2, 2, 2), 0.5, np.float32),
        ("stand",),
    )
    logits = torch.zeros(1, 25, 2, 2)
    for (y, x), part in {(0, 0): 1, (0, 1): 2, (1, 0): 0, (1, 1): 1}.items():
        logits[0, part, y, x] = 9
    uv = torch.full((1, 24, 2, 2, 2), 0.5)
    uv[0, 0, 0, 0, 1] = 0.8  # u of part 1 at the second pixel is off by 0.3

    tally = Tally()
    tally.add(logits, uv, pairs)

    assert tally.figures() == pytest.approx(
        {"part_accuracy": 1 / 3, "foreground_iou": 2 / 4, "uv_l1": 0.15 / 3}
    )
    heavier = tally.plus(
        Tally(body=3, right=3, both=3, either=3, uv_error=0, uv_pixels=3), weight=2
    )
    assert heavier.figures() == pytest.approx(
        {"part_accuracy": 7 / 9, "foreground_iou": 8 / 10, "uv_l1": 0.15 / 9}
    )


def test_an_untrained_network_measures_badly():
    torch.manual_seed(0)
    report = evaluate(KeypointToUV(8).eval(), count=11, size=64)

    assert report["pairs"] == 11
    assert report["heldout"]["part_accuracy"] < 0.2
    assert report["heldout"]["foreground_iou"] < 0.3
    assert len(report["families"]) == 11


def test_the_shipped_network_measures_well():
    report = evaluate(load_network(), count=33)

    # Well below the model card's figures, which so few pairs may miss by some hundredths.
    assert report["heldout"]["part_accuracy"] > 0.66
    assert report["heldout"]["foreground_iou"] > 0.77
    assert report["heldout"]["uv_l1"] < 0.095
    assert report["inverted"]["foreground_iou"] > 0.7
