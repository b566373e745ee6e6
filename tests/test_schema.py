"""The JSON schemas in the repository are those of the models."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from retime import schema

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "workflow" / "schemas"


@pytest.mark.parametrize("name", schema.MODELS)
def test_the_file_is_up_to_date(name: str) -> None:
    file = SCHEMAS / f"{name}.schema.json"
    assert file.read_text() == schema.schema_text(name), (
        "run: python -m retime.schema workflow/schemas"
    )


def test_no_schema_is_left_of_a_model_that_is_gone() -> None:
    assert {file.name for file in SCHEMAS.iterdir()} == {
        f"{name}.schema.json" for name in schema.MODELS
    }


def test_writes_every_schema(tmp_path: Path) -> None:
    schema.write_schemas(tmp_path / "new")
    assert len(list((tmp_path / "new").glob("*.schema.json"))) == len(schema.MODELS)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("config", "config/config.yaml"),
        ("config", "config/test/config.yaml"),
        ("preset", "config/presets/*.yaml"),
        ("clip", "clips/*/clip.yaml"),
        ("edit", "clips/*/edits/*.yaml"),
        ("edit", "docs/edits/*.yaml"),
    ],
)
def test_files_that_ship_agree_with_their_schema(name: str, pattern: str) -> None:
    for file in ROOT.glob(pattern):
        data = yaml.safe_load(file.read_text()) or {}
        jsonschema.validate(data, json.loads(schema.schema_text(name)))
