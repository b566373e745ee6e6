"""A gate on quality: a scene sent through all stages and trained for a moment."""

import pytest

from retime.benchmark.run import Case, median_row, run_benchmark
from retime.config import Settings
from retime.people.model_store import model_files


def test_two_people_who_cross_come_apart_within_a_few_hundred_steps(tmp_path):
    if not model_files().exist():
        pytest.skip("the pose networks are not in the cache: run 'retime models fetch'")
    settings = Settings(train={"steps": 400}, upsample={"steps": 30})
    case = Case("crossing", "brief", 0, "own")
    (row,) = run_benchmark(tmp_path, [case], {"brief": settings}, threads=2)
    assert len(row["working"]["alpha_iou"]) == 2
    figures = median_row([row], "working")
    # So early, bodies are found and shadows are not. Bounds lie a little below what was reached
    # when they were set: removal 28.7 dB, IoU 0.63, background 44.6 dB, leak 0.002.
    assert figures["removal_db"] > 27.5
    assert figures["alpha_iou"] > 0.55
    assert figures["background_db"] > 42
    assert figures["leak"] < 0.02
