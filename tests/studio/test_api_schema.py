"""Whatever is sent, the server answers as its schema says, and never with a fault of its own."""

import os

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .conftest import Studio

EXAMPLES = 60 if os.environ.get("RETIME_SLOW") == "1" else 6  # of each route
# Told for ever; and what starts Snakemake a hundred times has tests of its own.
LEFT_OUT = ("/api/run/events", "/api/run", "/api/run/plan")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_every_route_keeps_to_the_schema(studio: Studio) -> None:
    schema = schemathesis.openapi.from_dict(studio.app.openapi())
    tried = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path in LEFT_OUT:
            continue
        tried.add(operation.path)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def keeps_to_it(case: schemathesis.Case) -> None:
            case.call_and_validate(session=studio.page, checks=CHECKS)

        keeps_to_it()
    assert tried == set(studio.app.openapi()["paths"]) - set(LEFT_OUT)
