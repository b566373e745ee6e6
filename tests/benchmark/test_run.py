import json

import pytest

from retime.benchmark import run
from retime.benchmark.run import Case, median_row, run_benchmark
from retime.benchmark.scenes import FRAMES, SCENES, SIZE
from retime.benchmark.table import meets, page
from retime.config import Settings
from retime.errors import InputError


def test_the_median_over_seeds_is_of_the_worst_person(row):
    rows = [row(0, [36.0, 30.0]), row(1, [33.0, 34.0]), row(2, [40.0, 41.0])]
    assert median_row(rows, "working")["removal_db"] == 33.0
    assert median_row(rows, "working")["reflection_ratio"] is None


def test_goals_are_bounds_from_the_right_side():
    assert meets("removal_db", 36.0)
    assert not meets("removal_db", 35.9)
    assert meets("leak", 0.02)
    assert not meets("leak", 0.03)
    assert not meets("shadow_ratio", 1.2)
    assert not meets("shadow_ratio", 0.8)


def test_the_page_marks_what_is_missed(row):
    text = page([row(0, [37.0, 38.0], shadow=1.3), row(1, [37.0, 38.0], shadow=1.3)])
    lines = [line for line in text.splitlines() if line.startswith("| crossing | 2 |")]
    assert len(lines) == 4  # pictures and effects, at both sizes
    pictures, effects = ([cell.strip() for cell in line.split("|")[3:-1]] for line in lines[:2])
    assert pictures == ["36.0", "50.0", "37.0", "37.0", "0.94", "0.00", "*31.0*", "33.0"]
    parts = ["*1.30*", "0.90", "0.90", "-", "-", "-", "1.00", "0.50", "1.00", "-", "-", "-"]
    assert effects == parts


def test_a_row_that_is_not_upsampled_has_one_size(row):
    one = row(0, [37.0, 38.0])
    del one["layers"], one["upsample_seconds"]
    text = page([one])
    assert "At twice the size" not in text
    assert "| crossing | 60 | - | 700 | - |" in text


def test_finished_rows_are_kept_until_something_changes(row, tmp_path, monkeypatch):
    made = []

    def measured(folder, case, settings, threads):
        made.append(case)
        return row(case.seed, [37.0, 38.0])

    monkeypatch.setattr(run, "_measure", measured)
    case = Case("crossing", "standard", 0, "own")
    for _ in range(2):
        rows = list(run_benchmark(tmp_path, [case], {"standard": Settings()}, 1))
    assert len(made) == 1
    assert rows[0]["working"]["removal_db"] == [37.0, 38.0]
    other = Settings(train={"steps": 10})
    list(run_benchmark(tmp_path, [case], {"standard": other}, 1))
    assert len(made) == 2
    kept = json.loads((tmp_path / "rows" / f"{case.name}.json").read_text())
    assert '"steps": 10' in json.loads(kept["made_of"])[0]


def test_a_row_with_more_than_was_asked_for_will_do_and_one_with_less_will_not(
    row, tmp_path, monkeypatch
):
    made = []

    def measured(folder, case, settings, threads):
        made.append(case.upsampled)
        return row(case.seed, [37.0, 38.0])

    monkeypatch.setattr(run, "_measure", measured)
    for upsampled in (False, True, False):
        case = Case("crossing", "standard", 0, "own", upsampled)
        list(run_benchmark(tmp_path, [case], {"standard": Settings()}, 1))
    assert made == [False, True]


def test_layers_are_measured_anew_but_not_made_anew_when_a_measure_changes(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(
        run, "_make", lambda *_: calls.append("make") or {"train_seconds": 1.0, "peak_mib": 2.0}
    )
    monkeypatch.setattr(run, "_figures", lambda *_: calls.append("figures") or {"working": {}})
    digest = run.code_digest
    case, settings = Case("crossing", "standard", 0, "own"), {"standard": Settings()}
    (first,) = run_benchmark(tmp_path, [case], settings, 1)
    changed = lambda *names: digest(*names) + ("!" if names[0] == "_figures" else "")  # noqa: E731
    monkeypatch.setattr(run, "code_digest", changed)
    (second,) = run_benchmark(tmp_path, [case], settings, 1)
    assert calls == ["make", "figures", "figures"]
    assert first["train_seconds"] == second["train_seconds"] == 1.0
    changed = lambda *names: digest(*names) + ("!" if names[0] == "train" else "")  # noqa: E731
    monkeypatch.setattr(run, "code_digest", changed)
    list(run_benchmark(tmp_path, [case], settings, 1))
    assert calls[3:] == ["make", "figures"]


def test_an_unknown_scene_is_refused_before_anything_is_made(tmp_path):
    case = Case("nowhere", "standard", 0, "own")
    with pytest.raises(InputError, match="nowhere"):
        list(run_benchmark(tmp_path, [case], {"standard": Settings()}, 1))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", SCENES)
def test_scenes_are_of_one_size_and_length_with_people_of_different_names(name):
    scenario = SCENES[name]().scenario
    assert (scenario.size, scenario.frames) == (SIZE, FRAMES)
    names = [actor.name for actor in scenario.actors]
    assert len(set(names)) == len(names) >= 2
