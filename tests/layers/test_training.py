import signal
from pathlib import Path

import numpy as np
import pytest

from retime.artifacts import Decomposition, Frames, Layers, Seeds
from retime.config import ClipConfig, Config, TrainSettings, UpsampleSettings, resolve
from retime.errors import InputError
from retime.layers import training
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.composite import over_pictures
from retime.layers.evidence import evidence_against, is_ground, least_alpha, noise_level
from retime.layers.training import Trainer, run_train
from retime.layers.upsampling import run_upsample
from retime.needs import STEP

SETTINGS = TrainSettings(channels=4, texture_channels=4, tile=4, steps=12)
PRESET = resolve(Config(preset="paper"), ClipConfig(), Path("config/presets").resolve())
# The paper's, but for the sizes; curriculum and jitter of brightness end before training does.
SMALL = {"channels": 4, "texture_channels": 4, "tile": 4, "batch": 2}
PAPER = PRESET.train.model_copy(
    update={**SMALL, "epochs": 5, "curriculum_epochs": 2, "jitter_epochs": 2, "mask_met": 0.6}
)
QUICK_PAPER = PAPER.model_copy(update={"epochs": 12, "learning_rate": 5e-3, "curriculum_epochs": 0})
PAPER_UPSAMPLE = PRESET.upsample.model_copy(update={"epochs": 2, "batch": 4})
SEEDED = ("iuv", "person", "trimap", "order", "homographies")


def decomposition(path):
    with Decomposition.open(path) as held:
        return held.rgba[:], held.canvas[:], held.losses[:], held.weights[:]


def test_least_alpha_of_a_shadow_is_its_alpha():
    background = np.full((1, 1, 3), 200, np.uint8)
    shadow = (background * 0.6).astype(np.uint8)  # alpha 0.4, black
    assert least_alpha(shadow, background)[0, 0] == pytest.approx(0.4, abs=0.01)
    assert least_alpha(background, background)[0, 0] == 0
    light = np.full((1, 1, 3), 255, np.uint8)
    assert least_alpha(light, background)[0, 0] == 1


def test_a_gap_as_narrow_as_a_pixel_is_ground():
    background = np.full((5, 5, 3), 100, np.uint8)
    frame = background.copy()
    frame[:, 1] = frame[:, 3] = 180  # an arm and the trunk
    frame[2, 2] = 107  # a little grain in between: 7 of 255 is less than 3 %
    frame[3, 2] = 108
    ground = is_ground(frame, background, noise=0.02)
    assert ground[:, 2].tolist() == [True, True, True, False, True]
    assert not ground[:, 1].any()
    assert evidence_against(frame, background, noise=0.02)[2, 2] == 1


def test_noise_is_what_differs_where_nobody_is():
    background = np.full((4, 4, 3), 100, np.uint8)
    frame = background.copy()
    frame[:2, :, 1] = 103  # half of the pixels differ by 3 in one channel
    frame[0] = 250  # somebody
    clear = np.ones((1, 4, 4), bool)
    clear[0, 0] = False
    # Of twelve clear pixels four differ by 3: three quarters lie between 0 and 3, at rank 8.25 of
    # 0..11, which is 3.
    assert noise_level(frame[None], [background], clear) == pytest.approx(3 / 255)
    assert noise_level(frame[None], [background], ~clear) == 0.02  # limited
    assert noise_level(frame[None], [frame], clear) == 0.005
    assert noise_level(frame[None], [background], 0 * clear > 1) == 0.02  # nothing to measure


def test_a_clip_is_laid_out_as_its_files_say(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, tile=4)
    assert (clip.frames, clip.layers, clip.size, clip.people) == (6, 2, (32, 64), 2)
    assert clip.plane.still
    assert clip.grids([0]) is None
    # Nobody is at the far right in the first frame: the wall explains it, so it is clear there.
    assert clip.negative[0, 0, 2, 60]
    assert clip.evidence[0, 2, 60] < 0.1
    # The wall cannot explain the blue box. It lies outside of the red layer's band and yet would
    # not be ruled out for it, were it not recognised as the blue person.
    assert clip.evidence[0, 20, 54] > 0.9
    assert clip.negative[0, 0, 20, 54]
    assert clip.evidence[0, 14, 50] > 0.9  # its very edge is not recognised
    assert not clip.negative[0, 0, 19, 50]
    # One pixel on, the box is still near enough to be evidence, but what is seen is the wall.
    assert clip.evidence[0, 14, 49] > 0.9
    assert clip.negative[0, 0, 19, 49]


def test_every_epoch_shows_every_frame_once(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, tile=4)
    trainer = Trainer(clip, SETTINGS.model_copy(update={"batch": 2}))
    first = [t for step in range(3) for t in trainer.epochs.frames(step)]
    second = [t for step in range(3, 6) for t in trainer.epochs.frames(step)]
    assert sorted(first) == sorted(second) == list(range(6))
    assert first != second


def test_epochs_take_the_place_of_steps(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, tile=4)
    # Of 6 frames the two in which the boxes meet are not among the easier 3.
    trainer = Trainer(clip, PAPER.model_copy(update={"epochs": 5, "curriculum_epochs": 2}))
    assert trainer.epochs.easy == [0, 1, 5]
    assert trainer.steps == 2 * 2 + 3 * 3
    assert Trainer(clip, SETTINGS).steps == 12


def test_the_bootstrap_ends_with_the_first_epoch_whose_mask_loss_is_small(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, tile=4)
    settings = {"batch": 4, "curriculum_epochs": 0, "mask_met": 0.02}
    trainer = Trainer(clip, PAPER.model_copy(update=settings))
    # Two steps an epoch, of 4 and of 2 frames; their mean counts by frames.
    for epoch, masks in enumerate([(0.5, 0.0), (0.0, 0.07), (0.0, 0.05), (0.9, 0.9)], start=1):
        for mask in masks:
            trainer.lost[trainer.done, 2] = mask
            trainer.done += 1
            trainer._note_bootstrap(epoch)
        assert trainer.bootstrap == (None if epoch < 3 else 3)


def test_steps_at_half_the_size_are_less_work(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, tile=4)
    trainer = Trainer(clip, SETTINGS.model_copy(update={"steps": 100, "coarse": 0.4}))
    # Two layers of 64 x 32 pixels, and a quarter of that; 4 channels.
    whole, coarse = (STEP.of(2 * 64 * 32 / 1e6 / part, 4) for part in (1, 4))
    cost = coarse / whole
    assert 0.25 < cost < 1
    assert trainer.work(50, 70) == 20
    assert trainer.work(0, 40) == pytest.approx(40 * cost)
    assert trainer.work(30, 50) == pytest.approx(10 * cost + 10)


def test_standard_knows_nothing_of_the_papers_tile_and_jitter(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, tile=4)
    trainer = Trainer(clip, SETTINGS)
    for _ in range(3):
        trainer.step()
    switched = SETTINGS.model_copy(update={"jitter_epochs": 3, "mask_met": 0.5, "l1_epochs": 9})
    other = Trainer(clip, switched)
    for _ in range(3):
        other.step()
    assert trainer.losses == other.losses


def test_layers_keep_their_identity_whatever_their_order(tiny_clip):
    # Only in frame 3 the boxes overlap, red before blue; in others any order is true.
    with Seeds.open(tiny_clip.seeds) as seeds:
        held = {name: getattr(seeds, name)[:] for name in SEEDED}
        common = seeds.clip_attributes()
    held["order"][[1, 4, 5]] = [1, 2]
    sizes = {"T": 6, "N": 2, "h": 32, "w": 64}
    with Seeds.create(
        tiny_clip.seeds,
        sizes=sizes,
        parameters={},
        names=["red", "blue"],
        people=[[1], [2]],
        canvas=[0, 0, 128, 64],
        camera_mode="still",
        **common,
    ) as seeds:
        for name, values in held.items():
            getattr(seeds, name)[:] = values
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, tile=4)
    for settings in (
        SETTINGS.model_copy(update={"steps": 60}),
        PAPER.model_copy(update={"epochs": 30, "curriculum_epochs": 0, "mask_met": 0.02}),
    ):
        trainer = Trainer(clip, settings)
        while trainer.done < trainer.steps:
            trainer.step()
        trainer.settle()
        for t in (0, 1, 2, 4, 5):
            red, blue = trainer.render(t)[0][:, :, (14, 20), (10 + 8 * t, 54 - 8 * t)].unbind(0)
            assert red[3].tolist() == pytest.approx([1, 0], abs=0.35), (settings.background, t)
            assert blue[3].tolist() == pytest.approx([0, 1], abs=0.35), (settings.background, t)


def test_training_explains_the_clip_better(tiny_clip, tmp_path):
    out = tmp_path / "decomposition.h5"
    settings = SETTINGS.model_copy(update={"steps": 120, "channels": 8})
    run_train(tiny_clip.frames, tiny_clip.seeds, out, settings, None, threads=1)
    rgba, canvas, losses, _ = decomposition(out)
    assert rgba.shape == (2, 6, 32, 64, 4)
    assert losses[-20:, 2].mean() < 0.5 * losses[:20, 2].mean()
    # In the first frame the two stand apart: each is found on their own layer, red and blue.
    red, blue = rgba[0, 0, 14, 10], rgba[1, 0, 20, 54]
    assert red[3] > 200
    assert blue[3] > 200
    assert red[0] > red[2] + 60
    assert blue[2] > blue[0] + 60
    assert rgba[0, 0, 20, 54, 3] < 80
    # The wall is known where nobody ever stood.
    assert canvas[2, 60].mean() == pytest.approx(120, abs=12)


def test_norms_that_settle_early_are_those_of_inference(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, SETTINGS.tile)
    settings = SETTINGS.model_copy(update={"settled": 0.25, "texture_fill": False})
    trainer = Trainer(clip, settings)
    norm = trainer.model.renderer.down[1][1]
    while trainer.done < 9:
        trainer.step()
    assert norm.training
    trainer.step()  # the tenth of twelve: statistics of the whole clip from here on
    assert not norm.training
    mean = norm.running_mean.clone()
    trainer.step()
    trainer.step()
    trainer.settle()
    assert norm.running_mean.equal(mean)


@pytest.mark.parametrize("settings", [SETTINGS, PAPER], ids=["standard", "paper"])
def test_a_broken_run_ends_as_an_unbroken_one(tiny_clip, tmp_path, monkeypatch, settings):
    whole, broken = tmp_path / "whole.h5", tmp_path / "broken.h5"
    checkpoint = tmp_path / "train.ckpt"
    run_train(tiny_clip.frames, tiny_clip.seeds, whole, settings, None, threads=1)

    step = Trainer.step

    def interrupted(trainer):
        step(trainer)
        if trainer.done == 7:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(training.Trainer, "step", interrupted)
    with pytest.raises(SystemExit) as stopped:
        run_train(tiny_clip.frames, tiny_clip.seeds, broken, settings, checkpoint, threads=1)
    assert stopped.value.code == 128 + signal.SIGTERM
    assert checkpoint.exists()
    assert not broken.exists()
    monkeypatch.setattr(training.Trainer, "step", step)
    run_train(tiny_clip.frames, tiny_clip.seeds, broken, settings, checkpoint, threads=1)
    assert not checkpoint.exists()
    for one, other in zip(decomposition(whole), decomposition(broken), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("training_settings", "settings"),
    [
        (SETTINGS.model_copy(update={"steps": 60}), UpsampleSettings(steps=3)),
        (QUICK_PAPER, PAPER_UPSAMPLE),
    ],
    ids=["standard", "paper"],
)
def test_layers_at_full_size_compose_to_the_video(tiny_clip, tmp_path, training_settings, settings):
    trained, out = tmp_path / "decomposition.h5", tmp_path / "layers.h5"
    run_train(
        tiny_clip.frames,
        tiny_clip.seeds,
        trained,
        training_settings,
        None,
        threads=1,
    )
    settings = settings.model_copy(update={"channels": 4, "crop": 32})
    run_upsample(
        tiny_clip.frames, tiny_clip.seeds, tiny_clip.camera, trained, out, settings, None, 1
    )
    with Layers.open(out) as layers, Frames.open(tiny_clip.frames) as frames:
        assert layers.rgba.shape == (3, 6, 64, 128, 4)
        assert (layers.rgba[0, ..., 3] == 255).all()
        for t in range(6):
            rgba = layers.rgba[:, t]
            composite = over_pictures(rgba[0, ..., :3].copy(), list(rgba[1:]), layers.order[t])
            error = np.abs(composite.astype(int) - frames.rgb[t])
            # What one opaque layer shows is the video's own, to the rounding of colour.
            front = layers.order[t][-1]
            opaque = rgba[front, ..., 3] == 255
            assert opaque.any()
            assert (error[opaque] <= 1).all()


def test_gradients_of_parts_add_up_to_those_of_all_frames(tiny_clip):
    clip = load_clip_tensors(tiny_clip.frames, tiny_clip.seeds, SETTINGS.tile)
    # With statistics of the whole clip from the first step on, norms do not depend on the batch.
    common = {"batch": 5, "settled": 1, "coarse": 0, "jitter_epochs": 9, "jitter_brightness": 0.2}
    each = []
    for at_once in (None, 2):
        settings = SETTINGS.model_copy(update={**common, "at_once": at_once})
        trainer = Trainer(clip, settings)
        trainer.step()
        learned = [p.grad for p in trainer.model.parameters() if p.grad is not None]
        each.append((trainer.losses[0], learned))
    (whole, learned), (added, in_parts) = each
    assert added == pytest.approx(whole, rel=1e-5)
    assert len(learned) == len(in_parts) > 20
    for gradient, same in zip(learned, in_parts, strict=True):
        assert (gradient - same).norm() <= 1e-4 * gradient.norm()


@pytest.mark.parametrize(
    ("count", "at_once", "expected"),
    [(5, None, [(0, 5)]), (5, 2, [(0, 2), (2, 4), (4, 5)]), (1, 4, [(0, 1)]), (4, 4, [(0, 4)])],
)
def test_all_frames_are_in_one_part(count, at_once, expected):
    assert [(part.start, part.stop) for part in training.parts(count, at_once)] == expected


def test_the_need_is_said_before_a_training_starts(tiny_clip, tmp_path, capsys):
    settings = SETTINGS.model_copy(update={"steps": 1, "batch": 3})
    out = tmp_path / "decomposition.h5"
    run_train(tiny_clip.frames, tiny_clip.seeds, out, settings, None, threads=1)
    first = capsys.readouterr().err.splitlines()[0]
    # 6 frames and 2 layers of 64x32 are .012 and .025 megapixels: 1 MiB. A step computes 2 layers
    # of 2048 pixels, ten maps of 4 bytes for each of 4 channels: 0.6 MiB a frame. One step takes
    # no time beside the 20 seconds that every training takes.
    said = "needs about 493 MiB and 0:20; with 'at_once: 1' about 492 MiB"
    assert first == f"train  6 frames, 2 layers, 64x32: {said}"


def test_files_of_other_lengths_are_refused(tiny_clip, tmp_path):
    short = tmp_path / "short.h5"
    with Frames.open(tiny_clip.frames) as frames:
        common = frames.clip_attributes()
    sizes = {"T": 2, "H": 64, "W": 128}
    with Frames.create(short, sizes=sizes, parameters={}, source="tiny", has_sound=False, **common):
        pass
    with pytest.raises(InputError, match=r"6 frames, but .* has 2"):
        load_clip_tensors(short, tiny_clip.seeds, tile=4)
