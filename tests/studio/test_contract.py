"""The schema that the page's types are generated from is that of the server."""

from pathlib import Path

from retime.studio.app import schema_text

ROOT = Path(__file__).parents[2]


def test_the_schema_in_the_repository_is_that_of_the_server() -> None:
    written = (ROOT / "studio" / "openapi.json").read_text()
    assert written == schema_text(), "run: python -m retime.studio.app studio/openapi.json"
