"""Every edit in docs/edits.md is one that works."""

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml

from retime.schema import schema_text
from retime.timing.edit import load_edit
from retime.timing.layer_edit import LayerEdit
from retime.timing.operations import Align, Hold, Loop, SpeedChange
from retime.timing.timemap import SourceLayers, build_instances

DOCS = Path(__file__).parents[2] / "docs" / "edits.md"
TEXT = DOCS.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
FRAMES = 150


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_an_example_of_the_manual_works(tmp_path, block):
    path = tmp_path / "edit.yaml"
    path.write_text(block, encoding="utf-8")
    (tmp_path / "drums.wav").touch()
    jsonschema.validate(yaml.safe_load(block), json.loads(schema_text("edit")))
    times = np.arange(FRAMES)
    source = SourceLayers(
        names=["ann", "ben", "cat", "walker"],
        people=[[1], [2], [3], [4]],
        order=np.tile([1, 2, 3, 4], (FRAMES, 1)),
        floor=np.full((FRAMES, 4), np.nan),
        fps=30.0,
        motion=lambda number, name, normalise=True: np.sin(times / (4 + number)),
        beats=lambda sound: np.arange(5.0, FRAMES, 20),
    )
    made = build_instances(load_edit(path), source)
    assert np.isfinite(made.background_time).all()
    assert {"ann", "ben"} & set(made.names) or "walker" in made.names


def test_the_manual_names_every_operation():
    words = set(re.findall(r"[a-z_]+", TEXT))
    for model in (LayerEdit, SpeedChange, Loop, Hold, Align):
        names = {field.alias or name for name, field in model.model_fields.items()}
        assert names <= words, names - words
