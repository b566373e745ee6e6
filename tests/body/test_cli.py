import json

import imageio.v3 as iio
import numpy as np
import pytest
from typer.testing import CliRunner

from retime.body.cli import app
from retime.body.network import CHECKPOINT
from retime.errors import InputError


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_contact_sheet_of_a_family(tmp_path):
    result = run(
        "synthesise", tmp_path / "sheet.png", "--count", 4, "--size", 64, "--family", "sit"
    )

    assert result.exit_code == 0, result.output
    assert iio.imread(tmp_path / "sheet.png").shape == (2 * 64, 2 * 3 * 64, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


def test_pairs_as_a_file(tmp_path):
    assert run("synthesise", tmp_path / "pairs.npz", "--count", 3, "--size", 32).exit_code == 0

    with np.load(tmp_path / "pairs.npz") as pairs:
        assert pairs["parts"].shape == (3, 32, 32)
        assert pairs["uv"].shape == (3, 32, 32, 2)


def test_train_then_evaluate(tmp_path):
    trained = run("train", tmp_path / "run", "--channels", 8, "--phases", "32:1:2")
    assert trained.exit_code == 0, trained.output

    weights, report = tmp_path / "run" / "keypoint_to_uv.pt", tmp_path / "report.json"
    result = run("evaluate", "--weights", weights, "--pairs", 11, "--json", report)

    assert result.exit_code == 0, result.output
    assert "part_accuracy" in result.output
    assert {"heldout", "inverted", "families"} <= json.loads(report.read_text()).keys()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["synthesise", "sheet.gif"], "ends in .png or .npz"),
        (["synthesise", "sheet.png", "--family", "swim"], "there is stand, gait"),
        (["train", "run", "--phases", "64:16"], "size:batch:steps"),
        (["train", "run", "--phases", "60:16:5"], "multiples of 32"),
        (["train", "run", "--channels", "20"], "of 8"),
        (["train", "run", "--channels", "16", "--start-from", str(CHECKPOINT)], "24 channels"),
        (["evaluate", "--truth", "a.truth.h5"], "--truth is given 1 times, --uv 0"),
        (["evaluate", "--weights", "nowhere.pt"], "nowhere.pt: no such file"),
    ],
)
def test_bad_arguments_are_explained(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)

    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)
    assert not list(tmp_path.iterdir())
