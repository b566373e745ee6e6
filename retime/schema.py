"""JSON schemas of the YAML files that people write, for editors and for reference.

They are generated from the models in `config`: ``python -m retime.schema workflow/schemas``.
"""

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from retime.config import ClipConfig, Config, Settings
from retime.timing.edit import Edit

MODELS: dict[str, type[BaseModel]] = {
    "config": Config,
    "clip": ClipConfig,
    "edit": Edit,
    "preset": Settings,
}


def schema_text(name: str) -> str:
    """Return the text of ``NAME.schema.json`` for a name in ``MODELS``."""
    schema = {"$schema": "http://json-schema.org/draft-07/schema#"}
    schema |= MODELS[name].model_json_schema(by_alias=True)
    return json.dumps(schema, indent=2) + "\n"


def write_schemas(folder: Path) -> None:
    """Write the schema of every model to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODELS:
        (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
