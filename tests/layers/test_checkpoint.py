from pathlib import Path

import numpy as np
import pytest
import torch

from retime.layers import checkpoint
from retime.layers.checkpoint import Keeper, drop_checkpoints, load_checkpoint, save_checkpoint


def test_a_checkpoint_comes_back(tmp_path):
    path = tmp_path / "deep" / "train.ckpt"
    save_checkpoint(path, "key", {"done": 3, "model": {"w": torch.arange(3.0)}})
    state = load_checkpoint(path, "key")
    assert state["done"] == 3
    assert torch.equal(state["model"]["w"], torch.arange(3.0))
    assert [p.name for p in path.parent.iterdir()] == ["train.ckpt"]


def test_a_missing_checkpoint_is_no_matter(tmp_path, capsys):
    assert load_checkpoint(tmp_path / "none", "key") is None
    assert load_checkpoint(None, "key") is None
    assert capsys.readouterr().err == ""


def test_other_inputs_or_another_version_are_said_and_not_used(tmp_path, capsys):
    path = tmp_path / "train.ckpt"
    save_checkpoint(path, "key", {"done": 3})
    assert load_checkpoint(path, "another") is None
    assert (
        "made from other inputs or settings, or by another version; not used"
        in capsys.readouterr().err
    )
    assert load_checkpoint(path, "key") == {"done": 3}  # it is left where it is
    for other in ({"format": 0, "fingerprint": "key", "state": {}}, {"format": 1}):
        torch.save(other, path)
        assert load_checkpoint(path, "key") is None
        assert "a checkpoint of another version; not used" in capsys.readouterr().err


def test_of_a_file_cut_short_the_one_before_it_is_used(tmp_path, capsys):
    path = tmp_path / "train.ckpt"
    for done in (3, 4, 5):
        save_checkpoint(path, "key", {"done": done})
    assert load_checkpoint(path, "key") == {"done": 5}
    whole = path.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert load_checkpoint(path, "key") == {"done": 4}
        assert "train.ckpt: not a whole checkpoint" in capsys.readouterr().err
    path.unlink()  # as when killed between putting the old one aside and the new one in place
    assert load_checkpoint(path, "key") == {"done": 4}
    drop_checkpoints(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_file_is_never_taken_for_a_checkpoint_nor_run(tmp_path, seed):
    path = tmp_path / "train.ckpt"
    weights = torch.arange(64.0)
    save_checkpoint(path, "key", {"w": weights})
    random = np.random.default_rng(seed)
    contents = np.frombuffer(path.read_bytes(), np.uint8).copy()
    for place in random.integers(len(contents), size=40):
        contents[place] = random.integers(256)
    path.write_bytes(contents.tobytes())
    state = load_checkpoint(path, "key")  # whichever it is, nothing is raised
    assert state is None or set(state) == {"w"}


def test_code_in_a_checkpoint_is_not_run(tmp_path, capsys):
    path, touched = tmp_path / "train.ckpt", tmp_path / "touched"

    class Touches:
        def __reduce__(self):
            return Path.touch, (touched,)

    torch.save({"format": 1, "fingerprint": "key", "state": Touches()}, path)
    assert load_checkpoint(path, "key") is None
    assert "not a whole checkpoint" in capsys.readouterr().err
    assert not touched.exists()


@pytest.mark.parametrize(
    ("cost", "times"),
    [
        (0.0, [1, 2, 3, 4]),  # no more than once a second
        (0.1, [1, 11.5, 22, 32.5]),  # the clock is looked at every half a second
        (5.0, [1, 36, 71, 106]),  # but once in 30 s
    ],
)
def test_keeping_progress_takes_a_hundredth_of_the_time(tmp_path, monkeypatch, cost, times):
    now, saved = 0.0, []

    def save(*_: object) -> None:
        nonlocal now
        saved.append(now)
        now += cost

    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now)
    monkeypatch.setattr(checkpoint, "save_checkpoint", save)
    keeper = Keeper(tmp_path / "train.ckpt", "key", dict)
    while len(saved) < 4:
        now = np.floor(2 * now + 1) / 2
        keeper.step()
    assert saved == pytest.approx(times)
