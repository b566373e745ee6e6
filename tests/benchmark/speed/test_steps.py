"""The parts of ``retime benchmark speed`` that can be told by arithmetic."""

import time

import pytest
import torch

from retime.benchmark.speed.floor import H100, Machine, paper_floor
from retime.benchmark.speed.growth import (
    PEAK_CASES,
    PEAK_VARIABLES,
    STEP_CASES,
    STEP_VARIABLES,
    fit_peaks,
    fit_steps,
    measure_peak,
    shown_megapixels,
)
from retime.benchmark.speed.overhead import imported, overhead_row
from retime.benchmark.speed.page import asked_for, page
from retime.benchmark.speed.quality import seconds_to
from retime.benchmark.speed.run import Measures, measure_speed
from retime.benchmark.speed.steps import convolution_operations, disagreement, spent
from retime.benchmark.speed.timing import median_seconds, peak_gflops
from retime.benchmark.speed.walkers import walkers
from retime.config import TrainSettings
from retime.errors import InputError
from retime.layers.reference import Reference
from retime.needs import StepTime

SMALL = {"channels": 4, "tile": 16, "batch": 2, "coarse": 0.0}


@pytest.fixture(scope="module")
def clip():
    return walkers((64, 32), 2)


def test_people_of_the_clip_stand_side_by_side(clip):
    assert (clip.size, clip.layers, clip.frames) == ((32, 64), 2, 4)
    centres = [clip.positive[0, n].nonzero()[:, 1].float().mean().item() for n in range(2)]
    assert centres[1] - centres[0] > 10


def test_both_steps_do_the_same_arithmetic(clip):
    settings = TrainSettings(**SMALL)
    assert max(disagreement(clip, settings)) < 1e-9
    assert max(disagreement(clip, settings.model_copy(update={"coarse": 1.0}))) < 1e-9


def test_works_are_timed_by_turns():
    turns = []
    quick, slow = median_seconds(
        lambda: turns.append("quick"), lambda: (turns.append("slow"), time.sleep(0.02)), budget=0.1
    )
    assert turns[:4] == ["quick", "slow"] * 2
    assert quick < 0.01 < slow < 0.1


def test_operations_of_a_step_are_those_of_the_table(clip):
    trainer = Reference(clip, TrainSettings(**SMALL))
    c, inputs, area = 4, 17, 32 * 64
    # Inputs, outputs, and area of the outputs (of the inputs, where a transposed one doubles them);
    # layers 5 to 8 are one pixel by two.
    layers = [(inputs, c, 1 / 4), (c, 2 * c, 1 / 16), (2 * c, 4 * c, 1 / 64)]
    layers += [(4 * c, 4 * c, 1 / 256), (4 * c, 4 * c, 1 / 1024)] + 2 * [(4 * c, 4 * c, 1 / 1024)]
    layers += [(8 * c, 4 * c, 1 / 1024), (8 * c, 4 * c, 1 / 256), (8 * c, 2 * c, 1 / 64)]
    layers += [(4 * c, c, 1 / 16), (2 * c, c, 1 / 4), (c + inputs, 4, 1)]
    forward = 2 * 16 * sum(i * o * share for i, o, share in layers) * area * 4  # two of two layers
    assert convolution_operations(trainer) == pytest.approx(3 * forward, rel=1e-6)


def test_shares_of_what_a_step_is_spent_on_add_up(clip):
    a = torch.rand(1, 8, 64, 64)
    weight = torch.rand(8, 8, 3, 3)
    shares = spent(lambda: torch.nn.functional.conv2d(a, weight))
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["convolutions"] > 0.5
    assert spent(lambda: a.clone().copy_(a))["moved"] > 0.5


def test_a_peak_is_no_less_than_what_one_library_reaches():
    one = torch.rand(512, 512)
    reached = 2 * 512**3 / median_seconds(lambda: one @ one, budget=0.2)[0] / 1e9
    assert peak_gflops(512, 0.5) > 0.5 * reached


def step_rows(law):
    rows = [
        dict(zip(STEP_VARIABLES, (batch, layers, w * h, channels), strict=True))
        for (w, h), batch, layers, channels in STEP_CASES
    ]
    for row in rows:
        row["seconds"] = law.of(shown_megapixels(row), row["channels"])
    return rows


def test_the_law_of_a_steps_time_is_found_again():
    rows = step_rows(StepTime(itself=0.02, megapixel=0.5, power=1.5))
    law, off = fit_steps(rows)
    assert (law.itself, law.megapixel, law.power) == pytest.approx((0.02, 0.5, 1.5), rel=1e-3)
    assert off == pytest.approx(1, abs=1e-3)
    rows[1]["seconds"] *= 1.5
    assert fit_steps(rows)[1] > 1.1


def peak_rows(constant, clip, clip_layers, maps):
    rows = []
    for (w, h), frames, batch, layers, channels in PEAK_CASES:
        row = dict(zip(PEAK_VARIABLES, (frames, batch, layers, w * h, channels), strict=True))
        row["size"] = [w, h]
        row["mib"] = constant + frames * w * h / 1e6 * (clip + clip_layers * layers)
        row["mib"] += batch * layers * w * h * channels * 4 * maps / 2**20
        rows.append(row)
    return rows


def test_the_law_of_peak_memory_is_found_again():
    rows = peak_rows(400, 50, 70, 11)
    cost, maps, off = fit_peaks(rows)
    assert (cost.constant, cost.clip, cost.clip_layers) == pytest.approx((400, 50, 70))
    assert (maps, off) == (pytest.approx(11), pytest.approx(1))
    rows[0]["mib"] *= 1.5
    assert fit_peaks(rows)[2] > 1.1


def test_growth_is_told_with_what_is_asked_for():
    on = {"processor": "P", "threads": 2, "torch": "2"}
    found = {"steps": step_rows(StepTime(0.02, 0.5, 1.5)), "peaks": peak_rows(400, 50, 70, 11)}
    text = page({"growth": {"machine": on, "found": found}})
    assert "takes 20 ms, and 0.50 s for each megapixel" in " ".join(text.split())
    row = found["peaks"][3]
    assert f"| 300 | 1 | 2 | 28672 | 16 | {row['mib']:.0f} | {asked_for(row)} |" in text


def test_a_peak_is_measured_and_covered():
    row = measure_peak((64, 32), 12, 2, 2, 8)
    assert {name: row[name] for name in PEAK_VARIABLES} == {
        "clip": 12, "frames": 2, "layers": 2, "pixels": 64 * 32, "channels": 8,
    }  # fmt: skip
    assert 0.5 * asked_for(row) < row["mib"] < asked_for(row)


def test_the_floor_counts_the_tables_operations():
    # One pass: sums over the layers of inputs x outputs x 16 at the outputs' share of 448x256,
    # a quarter of the weights for each output of a transposed convolution.
    c = 64
    macs = 448 * 256 * 16 * (
        17 * c / 4 + 2 * c * c / 16 + 8 * c * c / 64 + 16 * c * c / 256 + 3 * 16 * c * c / 1024
        + (32 * c * c / 256 + 32 * c * c / 64 + 16 * c * c / 16 + 4 * c * c / 4 + 2 * c * c) / 4
        + 4 * c
    )  # fmt: skip
    floor = paper_floor(people=2, frames=64, batch=32, epochs=10)
    assert floor.operations == pytest.approx(6 * macs * 32 * 3)
    assert floor.compute_ms == pytest.approx(1e3 * floor.operations / H100.operations)
    assert floor.minutes == pytest.approx(20 * max(floor.compute_ms, floor.memory_ms) / 6e4)
    slow_memory = paper_floor(2, 64, 32, 10, Machine("", 1e18, 1e9))
    assert slow_memory.minutes == pytest.approx(20 * floor.bytes / 1e9 / 60)


def test_what_a_rules_command_imports_is_read_from_it():
    assert imported("uv") == ["retime.body.stage"]
    assert "retime.layers.training" in imported("train")
    assert imported("preview_uv") == ["retime.body.preview"]
    assert imported("cast") == ["retime.layers.seeding"]
    assert "retime.demo.clip" in imported("demo_clip")
    assert imported("all") == []


def test_starts_are_a_share_of_what_jobs_took(tmp_path):
    with pytest.raises(InputError, match="run the workflow first"):
        overhead_row(tmp_path)


def test_what_is_kept_is_not_measured_again(tmp_path, monkeypatch):
    measured = []
    monkeypatch.setattr(
        Measures,
        "by_name",
        lambda self: {
            name: lambda name=name: measured.append(name) or {"n": 1}
            for name in ("a-1", "a-2", "b")
        },
    )
    measures = Measures(None, tmp_path, tmp_path, tmp_path, 1)
    assert set(measure_speed(tmp_path, measures, ["b"])) == {"b"}
    assert set(measure_speed(tmp_path, measures, [])) == {"a-1", "a-2", "b"}
    measure_speed(tmp_path, measures, ["a"])
    assert measured == ["b", "a-1", "a-2", "a-1", "a-2"]
    with pytest.raises(InputError, match="--only c: there are a-1, a-2, b"):
        measure_speed(tmp_path, measures, ["c"])


def test_the_page_marks_what_misses_its_aim():
    on = {"processor": "P", "threads": 2, "torch": "2"}
    found = {
        "source_size": [960, 540], "frames": 100, "person_frames": 200,
        "seconds": {"frames": 3.0, "poses": 13.0, "tracks": 1.0, "camera": 3.0, "uv": 4.0},
    }  # fmt: skip
    text = page({"stages": {"machine": on, "found": found}})
    assert "| poses | 13.0 | *130 ms a frame* |" in text
    assert "| camera | 3.0 | 30 ms a frame |" in text
    assert "| uv | 4.0 | 20 ms a person in a frame |" in text
    assert "## A training step" not in text


def test_quality_is_reached_at_the_first_moment_that_shows_it():
    measured = [(5.0, 24.0), (10.0, 30.5), (15.0, 29.9), (20.0, 34.0)]
    assert [seconds_to(goal, measured) for goal in (25, 30, 33, 36)] == [10, 10, 20, None]
    on = {"processor": "P", "threads": 2, "torch": "2"}
    text = page({"quality": {"machine": on, "found": {"standard": measured, "paper": measured}}})
    assert "| 30 dB | 10 | 10 |" in text
    assert "| 33 dB | 20 | 20 |" in text
    assert "| 36 dB | *never* | never |" in text
