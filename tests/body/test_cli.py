import json

import imageio.v3 as iio
import numpy as np
import pytest
from typer.testing import CliRunner

from retime.artifacts import Uv
from retime.body.cli import _detected, app
from retime.body.network import CHECKPOINT
from retime.demo.truth import Truth
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


def test_a_rendered_clip_is_measured_by_its_truth(tmp_path):
    truth, half = np.zeros((1, 4, 8, 3), np.uint8), np.zeros((1, 4, 8, 3), np.uint8)
    truth[0, :, :4], half[0, :, :2] = (3, 51, 51), (3, 51, 102)
    true_file, uv_file = tmp_path / "walk.truth.h5", tmp_path / "uv.h5"
    with_names = {"N": 1, "layers": 2, "H": 4, "W": 8}
    common = {"clip": "walk", "source_size": [8, 4], "working_size": [8, 4]}
    common |= {"fps": [25, 1], "start_seconds": 0.0, "parameters": {}}
    with Truth.create(true_file, sizes={"T": 2, **with_names}, names=["ann"], **common) as file:
        file.iuv[:] = truth
    with Uv.create(uv_file, sizes={"T": 2, "P": 1, "h": 4, "w": 8}, **common) as file:
        file.ids[:] = [1]
        file.iuv[:] = half

    figures = _detected([true_file], [uv_file])

    assert figures == pytest.approx(
        {"part_accuracy": 0.5, "foreground_iou": 0.5, "uv_l1": 0.1}  # 51 of 255 in v, 0 in u
    )


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
