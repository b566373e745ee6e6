"""What all tests share: which of them run, and a video."""

import os
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

RUN_SLOW = os.environ.get("RETIME_SLOW") == "1"
FOOTAGE = {"bedroom"}  # fixtures of clips that are not part of this repository
REQUIRE_COMPONENTS = os.environ.get("RETIME_REQUIRE_COMPONENTS") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if RUN_SLOW:
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: set RETIME_SLOW=1"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where every component must be there, a test that lacks one fails instead of being skipped."""
    report = yield
    meant = (
        item.get_closest_marker("slow")
        or hasattr(report, "wasxfail")
        or not FOOTAGE.isdisjoint(item.fixturenames)
    )
    if REQUIRE_COMPONENTS and report.skipped and not meant:
        report.outcome = "failed"
        report.longrepr = f"RETIME_REQUIRE_COMPONENTS=1 forbids this skip: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself as a whole."""
    report = yield
    if REQUIRE_COMPONENTS and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"RETIME_REQUIRE_COMPONENTS=1 forbids this skip: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def tiny_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 8 frames of the demo clip."""
    from retime.demo.clip import render_clip
    from retime.demo.scenario import demo

    video = tmp_path_factory.mktemp("tiny") / "tiny.mp4"
    render_clip(replace(demo(), frames=8), video)
    return video
