"""Ten kills; `python -m tests.workflow.kills` does a hundred."""

from pathlib import Path

import pytest

from .kills import TRAINED, Peace, compare, kill_stages, table
from .project import Project

pytestmark = pytest.mark.workflow


def test_after_kills_the_results_are_those_of_an_unbroken_run(peace: Peace, tmp_path: Path) -> None:
    seen, comparison = kill_stages(peace, tmp_path, kills=10, seed=0)
    assert seen.kills.total() == 10
    assert set(TRAINED) <= set(seen.kills)
    assert seen.power_cuts == 1
    assert comparison.files > 15
    assert comparison.same, comparison
    assert "10 kills, 1 of them of Snakemake and all jobs at once." in table(
        seen, comparison, 0, 20
    )


def test_what_differs_or_is_left_over_is_found(tmp_path: Path) -> None:
    for name, text in (("unbroken", "one"), ("broken", "other")):
        project = Project(tmp_path / name / "checkout")
        project.write("results/a.h5", text)
        project.write("results/b.h5", "the same")
        project.write("results/summary.html", text)
        project.write(f"../temporary/{name}", "")
    project.write("results/.a.h5.host.1.partial.h5", "")
    found = compare(tmp_path / "unbroken", tmp_path / "broken")
    assert found.files == 2
    assert found.different == ["checkout/results/a.h5"]
    assert found.only_broken == ["checkout/results/.a.h5.host.1.partial.h5", "temporary/broken"]
    assert found.only_unbroken == ["temporary/unbroken"]
    assert not found.same
