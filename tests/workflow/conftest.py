"""The demo, run once through the real workflow with tiny settings; each test gets a copy."""

from pathlib import Path

import pytest

from .kills import Peace, run_in_peace
from .project import Project


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A checkout in which nothing was run."""
    return Project.checkout(tmp_path_factory.mktemp("fresh") / "checkout")


@pytest.fixture(scope="session")
def finished(fresh: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A checkout in which everything was run. Not to be changed."""
    project = fresh.copy(tmp_path_factory.mktemp("finished") / "checkout")
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A finished checkout of the test's own."""
    return finished.copy(tmp_path / "checkout")


@pytest.fixture(scope="session")
def peace(tiny_video: Path, tmp_path_factory: pytest.TempPathFactory) -> Peace:
    """A clip of 8 frames, run through the workflow. Not to be changed."""
    return run_in_peace(tmp_path_factory.mktemp("peace"), tiny_video, steps=20)
