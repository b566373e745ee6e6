"""When the upsampler has learned enough."""

import pytest
import torch

from retime.artifacts import Layers
from retime.config import TrainSettings, UpsampleSettings
from retime.layers import upsampling, validation
from retime.layers.enlarger import LayerEnlarger
from retime.layers.training import run_train
from retime.layers.upsampling import run_upsample
from retime.layers.validation import Plateau, held_out

TRAIN = TrainSettings(channels=4, texture_channels=4, tile=4, steps=12)
UPSAMPLE = UpsampleSettings(channels=4, crop=32, steps=60, patience=6)


def test_one_frame_in_eight_is_held_out_but_no_more_than_eight() -> None:
    assert held_out(7) == []
    assert held_out(8) == [4]
    assert held_out(24) == [4, 12, 20]
    assert held_out(800) == [50, 150, 250, 350, 450, 550, 650, 750]


def test_a_loss_that_no_longer_falls_by_a_hundredth_ends_the_training() -> None:
    plateau = Plateau(patience=30)
    losses = [1.0, 0.9, 0.895, 0.892, 0.895]  # less than 1 % under 0.9 from the third on
    stops = [plateau.judge(10 * k, loss, {"at": k}) for k, loss in enumerate(losses)]
    assert stops == [False, False, False, False, True]
    assert plateau.best == {"at": 3}  # the least loss, however little less
    resumed = Plateau(patience=30)
    resumed.resume(plateau.state())
    assert not resumed.judge(50, 0.8, {"at": 5})
    assert (resumed.fell_at, resumed.best) == (50, {"at": 5})


@pytest.fixture
def upsample(tiny_clip, tmp_path, monkeypatch):
    """Run the stage with two of the six frames held out, and a look at them every second step."""
    monkeypatch.setattr(validation, "EACH", 2)
    monkeypatch.setattr(upsampling, "CHECKED", 2)
    trained = tmp_path / "trained.h5"
    run_train(tiny_clip.frames, tiny_clip.seeds, trained, TRAIN, None, 1)

    def run(name, **other):
        settings, out = UPSAMPLE.model_copy(update=other), tmp_path / f"{name}.h5"
        paths = tiny_clip.frames, tiny_clip.seeds, tiny_clip.camera, trained, out
        run_upsample(*paths, settings, None, 1, tiny_clip.video)
        with Layers.open(out) as layers:
            return layers.rgba[:]

    return run


@pytest.mark.parametrize("size", ["layer", "source"])
def test_training_stops_and_the_best_weights_count(upsample, monkeypatch, capsys, size) -> None:
    kept, judged = [], []
    enough = Plateau.judge

    def judge(plateau, step, loss, weights):
        # As if nothing had been learned after the fourth look.
        judged.append(step)
        kept.append({name: value.clone() for name, value in weights.items()})
        return enough(plateau, step, max(1 - 0.1 * len(judged), 0.6), weights)

    used, train = [], upsampling._train

    def trained(enlarger, *rest):
        train(enlarger, *rest)
        used.append(enlarger.network.state_dict())

    monkeypatch.setattr(Plateau, "judge", judge)
    monkeypatch.setattr(upsampling, "_train", trained)
    upsample(size, output_size=size)
    # At the source's size norms settle in the first half, and nothing is judged before.
    first = 32 if size == "source" else 2
    assert judged == list(range(first, first + 14, 2))
    assert f"stopped after {judged[-1]} of 60 steps" in capsys.readouterr().err
    assert all(torch.equal(used[0][name], value) for name, value in kept[3].items())
    assert not all(torch.equal(used[0][name], value) for name, value in kept[-1].items())


def test_without_patience_all_frames_are_shown_to_the_end(upsample, monkeypatch, capsys) -> None:
    frames, draw = set(), LayerEnlarger.crops

    def drawn(enlarger, step):
        crops = draw(enlarger, step)
        frames.update(crop.frame for crop in crops)
        return crops

    monkeypatch.setattr(LayerEnlarger, "crops", drawn)
    upsample("held", patience=1)
    assert frames <= {0, 2, 3, 5}  # without 1 and 4
    assert "stopped after" in capsys.readouterr().err
    upsample("all", patience=0)
    assert frames == set(range(6))
    assert "stopped after" not in capsys.readouterr().err
