import json

import pytest
from typer.testing import CliRunner

from retime.body.cli import app
from retime.people.model_store import model_files


@pytest.mark.slow
def test_a_filmed_scene_is_measured_from_the_video_to_the_maps(tmp_path):
    if not model_files().exist():
        pytest.skip("the pose networks are not in the cache: run 'retime models fetch'")
    out = tmp_path / "figures.json"
    arguments = ["evaluate", "--pairs", "11", "--clips", str(tmp_path / "clips")]
    result = CliRunner().invoke(app, [*arguments, "--only", "crossing", "--json", str(out)])
    assert result.exit_code == 0, result.output
    figures = json.loads(out.read_text())
    assert figures["id_switches"] == 0
    assert figures["hota"] > 0.8
    assert figures["detected"]["foreground_iou"] > 0.6
    assert {"occluded_oks", "stolen_joints", "heldout", "inverted"} <= set(figures)
