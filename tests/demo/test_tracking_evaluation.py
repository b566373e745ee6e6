import pytest

from retime.demo.tracking_evaluation import (
    CLIPS,
    ClipFiles,
    _unless_made,
    evaluate_tracking,
    measured_clips,
)
from retime.demo.tracking_table import page
from retime.errors import InputError
from retime.people.model_store import model_files

FIGURES = {
    "hota": 0.5, "detection_accuracy": 0.4, "association_accuracy": 0.6, "id_switches": 3,
    "oks": 0.7, "occluded_oks": None, "occluded_frames": 0, "stolen_joints": 0.125,
    "stolen_observed": 0.0625, "stolen_sides": 0.05, "stolen_of_all": 0.03125,
}  # fmt: skip


def test_a_clip_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no clip 'nobody'.*demo, crossing"):
        next(measured_clips(tmp_path, ["crossing", "nobody"]))
    assert not list(tmp_path.iterdir())


def test_files_of_a_clip_lie_together(tmp_path):
    files = ClipFiles(tmp_path, "five")
    assert files.video == tmp_path / "five" / "five.mp4"
    assert files.truth == tmp_path / "five" / "five.truth.h5"
    assert files.stage("poses") == tmp_path / "five" / "poses.h5"


def test_what_was_made_of_the_same_is_not_made_again(tmp_path):
    path, made = tmp_path / "clip" / "poses.h5", []

    def make():
        made.append(len(made))
        path.write_text(str(made[-1]))

    for made_of, expected in (("a", 1), ("a", 1), ("b", 2), ("b", 2)):
        _unless_made(path, made_of, make)
        assert len(made) == expected
    path.unlink()
    _unless_made(path, "b", make)
    assert path.read_text() == "2"


def test_what_fails_half_way_is_made_again(tmp_path):
    path = tmp_path / "clip.mp4"

    def fail():
        path.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        _unless_made(path, "a", fail)
    _unless_made(path, "a", lambda: path.write_text("whole"))
    assert path.read_text() == "whole"


def test_the_page_has_a_row_for_each_clip_and_one_for_the_baseline():
    clip = {**FIGURES, "crossing": True, "people": 2, "frames": 60, "baseline": FIGURES}
    text = page(
        {
            **FIGURES,
            "jitter": 0.005,
            "lag": -0.01,
            "unsmoothed": {"jitter": 0.01, "lag": -0.02},
            "baseline": {**FIGURES, "hota": 0.25, "id_switches": 9},
            "clips": dict.fromkeys(CLIPS, clip),
        }
    )
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert rows[1] == "| tracks, all crossing clips | 0.500 | 3 | 0.700 | - | 12.5% | 3.1% |"
    assert rows[2].startswith("| matched from frame to frame | 0.250 | 9 |")
    assert len(rows) == 3 + 1 + len(CLIPS)
    assert "falls from 0.0100 to 0.0050" in text
    assert "- `return`: one leaves the picture and comes back after a second" in text


@pytest.mark.slow
def test_two_who_cross_are_tracked_better_than_by_matching_frames(tmp_path):
    if not model_files().exist():
        pytest.skip("the pose networks are not in the cache: run 'retime models fetch'")
    result = evaluate_tracking(tmp_path, ["crossing"])
    assert result["id_switches"] == 0
    assert result["hota"] > 0.85
    assert result["occluded_oks"] > 0.6
    assert result["baseline"]["hota"] < result["hota"]
    assert result["clips"]["crossing"]["people"] == 2
    # The second time nothing but the tracks is made anew.
    video = tmp_path / "crossing" / "crossing.mp4"
    before = video.stat().st_mtime_ns
    assert evaluate_tracking(tmp_path, ["crossing"]) == result
    assert video.stat().st_mtime_ns == before
