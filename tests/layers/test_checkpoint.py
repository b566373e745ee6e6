import torch

from retime.layers.checkpoint import load_checkpoint, save_checkpoint


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


def test_other_inputs_or_a_file_cut_short_start_afresh(tmp_path, capsys):
    path = tmp_path / "train.ckpt"
    save_checkpoint(path, "key", {"done": 3})
    assert load_checkpoint(path, "another") is None
    assert "other inputs or settings; starting afresh" in capsys.readouterr().err
    whole = path.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert load_checkpoint(path, "key") is None
        assert "not a whole checkpoint" in capsys.readouterr().err
