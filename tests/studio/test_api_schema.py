"""Whatever is sent, the server answers as its schema says, and never with a fault of its own."""

import os

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .conftest import TOKEN, Studio

EXAMPLES = 60 if os.environ.get("RETIME_SLOW") == "1" else 6  # of each route
# Told for ever; and what starts Snakemake a hundred times has tests of its own.
LEFT_OUT = ("/api/run/events", "/api/run", "/api/run/plan")
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Host": "localhost"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def statuses(operation: schemathesis.APIOperation) -> set[int]:
    """Send what fits the schema and what does not; return how it was answered."""
    told: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy() | operation.as_strategy(GenerationMode.NEGATIVE))
    def keeps_to_the_schema(case: schemathesis.Case) -> None:
        told.add(case.call_and_validate(headers=HEADERS, checks=CHECKS).status_code)

    keeps_to_the_schema()
    return told


def test_every_route_keeps_to_the_schema(studio: Studio) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", studio.app, headers=HEADERS)
    answered = {
        (operation.method, operation.path): statuses(operation)
        for operation in (result.ok() for result in schema.get_all_operations())
        if operation.path not in LEFT_OUT
    }
    assert {path for _, path in answered} == set(studio.app.openapi()["paths"]) - set(LEFT_OUT)
    told = set.union(*answered.values())
    assert told >= {200, 404, 422}  # it was let in, and read
    assert not told & {401, 403}
