"""What became of each clip, read from what a run leaves behind."""

from pathlib import Path

import pytest

from retime.summary import OF_EDITS, STAGES, page, summarise, summarise_all, text

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def job(root: Path, clip: str, stage: str, seconds: float, memory: str) -> None:
    file = root / "benchmarks" / clip / f"{stage}.tsv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{HEADER}{seconds}\t0:00:01\t{memory}" + "\t0" * 7 + "\n")


def put(path: Path, words: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words)


def finish(root: Path, clip: str, edits: tuple[str, ...] = ()) -> None:
    """Put down all that a finished clip has."""
    made = [*STAGES, *((a.format(edit=e), b.format(edit=e)) for e in edits for a, b in OF_EDITS)]
    for stage, file in made:
        put(root / "results" / clip / file)
        put(root / "logs" / clip / f"{stage}.log")
    put(
        root / "logs" / clip / "train.log",
        "train  60 frames, 3 layers, 224x126: needs about 700 MiB\ntrain  PSNR 38.25 dB\n",
    )


def test_a_library_that_ran_out_of_memory_is_said(tmp_path: Path) -> None:
    words = (
        "uv  3/8\nterminate called after throwing an instance of 'std::bad_alloc'\n  what(): x\n"
    )
    put(tmp_path / "logs/jump/uv.log", words)
    (trouble,) = summarise("jump", [], tmp_path).troubles
    assert (trouble.stage, trouble.reason) == ("uv", "memory ran out")


def test_a_finished_clip_with_its_figures(tmp_path: Path) -> None:
    finish(tmp_path, "jump", ("slow",))
    job(tmp_path, "jump", "frames", 1.5, "-")
    job(tmp_path, "jump", "train", 120.25, "643.5")
    job(tmp_path, "jump", "render-slow", 8.25, "402")
    found = summarise("jump", ["slow"], tmp_path)
    assert (found.state, found.missing, found.troubles) == ("done", 0, [])
    assert (found.seconds, found.peak_mib) == (130.0, 643.5)
    assert (found.frames, found.layers, found.psnr) == (60, 3, 38.25)
    line = text([found]).splitlines()[1]
    assert line.split() == ["jump", "done", "60", "3", "2:10", "644", "MiB", "38.2", "dB"]


def test_a_clip_that_was_never_started(tmp_path: Path) -> None:
    found = summarise("new", [], tmp_path)
    assert (found.state, found.missing, found.troubles) == ("not finished", len(STAGES), [])


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("frames 5/10\nretime: a.mp4: not a video\n", "a.mp4: not a video"),
        ("Traceback (most recent call last):\n  File\nKeyError: 'x'\n", "KeyError: 'x'"),
        ("frames  5/10  50%\n", "ended without a word"),
        ("", "ended without a word"),
    ],
)
def test_why_a_stage_failed(tmp_path: Path, log: str, reason: str) -> None:
    put(tmp_path / "logs/jump/frames.log", log)
    put(tmp_path / "logs/jump/poses.log")  # as Snakemake leaves it of a job that was never started
    found = summarise("jump", [], tmp_path)
    assert found.state == "failed"
    (trouble,) = found.troubles
    assert (trouble.stage, trouble.log) == ("frames", tmp_path / "logs/jump/frames.log")
    assert trouble.reason.startswith(reason)


def test_an_edit_fails_alone(tmp_path: Path) -> None:
    finish(tmp_path, "jump", ("slow", "fast"))
    (tmp_path / "results/jump/edits/fast/timemap.h5").unlink()
    put(tmp_path / "logs/jump/warp-fast.log", "retime: fast.yaml, line 2: no layer 'bne'")
    found = summarise("jump", ["fast", "slow"], tmp_path)
    assert [(t.stage, t.reason) for t in found.troubles] == [
        ("warp-fast", "fast.yaml, line 2: no layer 'bne'")
    ]


def test_clips_that_failed_stand_first_and_are_counted(tmp_path: Path) -> None:
    finish(tmp_path, "a")
    put(tmp_path / "logs/b/frames.log", "retime: <b>&.mp4: not a video")
    finish(tmp_path, "c")
    found = summarise_all({"a": [], "b": [], "c": [], "d": []}, tmp_path)
    assert [clip.clip for clip in found] == ["b", "d", "a", "c"]
    said = text(found)
    assert said.endswith("4 clips: 2 done, 1 failed, 1 not finished")
    assert f"    frames: <b>&.mp4: not a video ({tmp_path}/logs/b/frames.log)" in said
    html = page(found)
    assert "&lt;b&gt;&amp;.mp4: not a video" in html
    assert "<b>&" not in html
    assert html.count('class="done"') == 2
