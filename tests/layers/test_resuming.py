"""A killed ``train`` or ``upsample`` goes on from its checkpoint, and ends as an unbroken one."""

from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from retime.config import TrainSettings, UpsampleSettings
from retime.layers.checkpoint import Keeper, before
from retime.layers.training import run_train
from retime.layers.upsampling import run_upsample

STEPS, KILLED_AFTER = 9, 6
TRAIN = TrainSettings(channels=4, texture_channels=4, tile=4, steps=STEPS)
UPSAMPLE = UpsampleSettings(channels=4, crop=32, steps=STEPS)
STAGES = ("train", "upsample")
NOT_ITS_OWN = "made from other inputs or settings, or by another version; not used"

Run = Callable[..., bytes]


class KilledError(BaseException):
    """In place of a kill: nothing is done any more."""


@pytest.fixture(autouse=True)
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold two of the six frames out of the upsampler's training, and look at them often."""
    monkeypatch.setattr("retime.layers.validation.EACH", 2)
    monkeypatch.setattr("retime.layers.upsampling.CHECKED", 2)


@pytest.fixture
def runs(tiny_clip, tmp_path: Path) -> dict[str, Run]:
    """Return functions that run a stage and return what it wrote."""
    frames, seeds, camera = tiny_clip.frames, tiny_clip.seeds, tiny_clip.camera
    trained = tmp_path / "trained.h5"
    run_train(frames, seeds, trained, TRAIN, None, 1)

    def train(out: Path, checkpoint: Path | None, **other: object) -> bytes:
        run_train(frames, seeds, out, TRAIN.model_copy(update=other), checkpoint, 1)
        return out.read_bytes()

    def upsample(out: Path, checkpoint: Path | None, **other: object) -> bytes:
        settings = UPSAMPLE.model_copy(update=other)
        run_upsample(frames, seeds, camera, trained, out, settings, checkpoint, 1)
        return out.read_bytes()

    return {"train": train, "upsample": upsample}


@pytest.fixture
def killed(runs: dict[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run both stages until they are killed, with checkpoints at each step; return their folder."""
    step, taken = Keeper.step, 0

    def dying(keeper: Keeper) -> None:
        nonlocal taken
        keeper._due = 0
        step(keeper)
        taken += 1
        if taken == KILLED_AFTER:
            raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(Keeper, "step", dying)
        for stage in STAGES:
            taken = 0
            with pytest.raises(KilledError):
                runs[stage](tmp_path / f"{stage}.h5", tmp_path / f"{stage}.ckpt")
            assert not (tmp_path / f"{stage}.h5").exists()
    return tmp_path


@pytest.mark.parametrize("stage", STAGES)
def test_it_goes_on_where_it_was(stage, runs, killed, tmp_path, capsys) -> None:
    out, checkpoint = tmp_path / f"{stage}.h5", killed / f"{stage}.ckpt"
    broken = runs[stage](out, checkpoint)
    assert f"resumed at step {KILLED_AFTER} of {STEPS}" in capsys.readouterr().err
    assert broken == runs[stage](out, None)
    assert not checkpoint.exists()
    assert not before(checkpoint).exists()


@pytest.mark.parametrize("stage", STAGES)
def test_from_the_checkpoint_before_where_the_last_is_cut_short(
    stage, runs, killed, tmp_path, capsys
) -> None:
    out, checkpoint = tmp_path / f"{stage}.h5", killed / f"{stage}.ckpt"
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[: len(whole) // 2])
    broken = runs[stage](out, checkpoint)
    said = capsys.readouterr().err
    assert f"{checkpoint}: not a whole checkpoint" in said
    assert f"resumed at step {KILLED_AFTER - 1} of {STEPS}" in said
    assert broken == runs[stage](out, None)


@pytest.mark.parametrize("stage", STAGES)
def test_afresh_with_other_settings(stage, runs, killed, tmp_path, capsys) -> None:
    out, checkpoint = tmp_path / f"{stage}.h5", killed / f"{stage}.ckpt"
    other = {"seed": 1}
    broken = runs[stage](out, checkpoint, **other)
    said = capsys.readouterr().err
    for place in (checkpoint, before(checkpoint)):
        assert f"{place}: {NOT_ITS_OWN}" in said
    assert "resumed" not in said
    assert broken == runs[stage](out, None, **other)


@pytest.mark.parametrize("stage", STAGES)
def test_afresh_where_code_was_another(
    stage, runs, killed, tmp_path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = {"train": "training", "upsample": "upsampling"}[stage]
    monkeypatch.setattr(f"retime.layers.{module}.code_digest", lambda _: "another")
    runs[stage](tmp_path / f"{stage}.h5", killed / f"{stage}.ckpt")
    said = capsys.readouterr().err
    assert NOT_ITS_OWN in said
    assert "resumed" not in said


def test_afresh_where_frames_are_others(tiny_clip, runs, killed, tmp_path, capsys) -> None:
    with h5py.File(tiny_clip.frames, "r+") as frames:
        frames["rgb"][0, 0, 0] ^= 255
    for stage in STAGES:
        runs[stage](tmp_path / f"{stage}.h5", killed / f"{stage}.ckpt")
        said = capsys.readouterr().err
        assert NOT_ITS_OWN in said
        assert "resumed" not in said
