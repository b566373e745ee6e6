import json
from pathlib import Path

import pytest

from retime.benchmark import ablations, run
from retime.benchmark.ablations import DEPARTURES, SCENES, ablation_case, page, settings_without
from retime.config import ClipConfig, Config, resolve

PRESETS = Path("config/presets")


@pytest.mark.parametrize("name", DEPARTURES)
def test_each_departure_is_one_of_standard_and_is_taken_back(name):
    settings = settings_without(PRESETS)
    standard, without = (settings[n].model_dump() for n in ("standard", name))
    assert without != standard
    paper = resolve(Config(preset="paper"), ClipConfig(), PRESETS).model_dump()
    for stage, values in DEPARTURES[name].without.items():
        for key, value in values.items():
            assert without[stage][key] == value != standard[stage][key]
            # Towards the paper, where standard's schedule has a place for the paper's own value.
            if key not in ("batch", "steps", "cover_faint"):
                assert value == paper[stage][key]


def test_the_page_has_the_rows_that_are_finished_and_of_today(row, tmp_path):
    settings = settings_without(PRESETS)
    for name in ("standard", "haze", "cover"):
        case = ablation_case(SCENES[0], name)
        kept = row(0, [37.0, 38.0], shadow=1.3 if name == "haze" else 1.0)
        kept["made_of"] = "" if name == "cover" else run._made_of(case, settings[name])
        path = tmp_path / "rows" / f"{case.name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(kept))
    text = page(tmp_path, settings)
    rows = [line for line in text.splitlines() if line.startswith(("| `standard`", "| without"))]
    assert [line.split(" | ")[0] for line in rows] == [
        "| `standard`",
        f"| without: {DEPARTURES['haze'].does}",
    ]
    assert "*1.30*" in rows[1]
    assert ablations.SCENES[1] not in text.split("##")[-1]
