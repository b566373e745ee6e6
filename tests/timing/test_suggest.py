import numpy as np
import pytest

from retime.artifacts import Seeds, TimeMap, Tracks
from retime.cli import app
from retime.errors import InputError
from retime.timing.edit import load_edit
from retime.timing.preview import preview_timing
from retime.timing.stage import run_warp
from retime.timing.suggest import freeze_moments, run_suggest

FRAMES = 60
CLIP = {
    "clip": "park",
    "source_size": [400, 200],
    "working_size": [40, 20],
    "fps": [15, 1],
    "start_seconds": 0.0,
}


@pytest.fixture
def files(tmp_path):
    """Two who jump at tempi of 12 and 15 frames, one who walks and bobs a little, one who sits."""
    times = np.arange(FRAMES)
    points = np.full((FRAMES, 4, 17, 2), 100.0, np.float32)
    points[:, 0, :, 1] -= 20 * np.abs(np.sin(np.pi * times / 12))[:, None]
    points[:, 1, :, 1] -= 24 * np.abs(np.sin(np.pi * (times + 4) / 15))[:, None]
    points[:, 2, :, 1] -= 2 * np.abs(np.sin(np.pi * times / 9))[:, None]
    points[:, 2, :, 0] += 5.0 * times[:, None]
    tracks, seeds = tmp_path / "tracks.h5", tmp_path / "seeds.h5"
    with Tracks.create(tracks, parameters={}, sizes={"T": FRAMES, "P": 4}, **CLIP) as made:
        made.keypoints[...] = points
        made.present[...] = True
        made.ids[...] = [1, 2, 3, 4]
    with Seeds.create(
        seeds,
        parameters={},
        sizes={"T": FRAMES, "N": 4, "h": 20, "w": 40},
        names=["ann", "ben", "walker", "cat"],
        people=[[1], [2], [3], [4]],
        canvas=[0, 0, 400, 200],
        camera_mode="still",
        **CLIP,
    ) as made:
        made.order[...] = [1, 2, 3, 4]
        made.homographies[...] = np.eye(3)
    return tracks, seeds


def test_proposals_are_edits_that_work(files, tmp_path):
    out = tmp_path / "suggested.yaml"
    text = run_suggest(*files, out)
    assert out.read_text() == text
    assert load_edit(out).edit.layers == {}  # changes nothing as it stands
    assert "#   ann: every 12.0 frames (0.80 s)" in text
    assert "#   ben: every 15.0 frames (1.00 s)" in text
    assert "walker: every" not in text  # on the way somewhere: a loop would jump back
    # The faster one can follow the slower to the end; the other two follow nobody.
    proposed = [line for line in text.splitlines() if "align" in line and "{" in line]
    assert proposed == ["# layers: {ann: {align: {to: ben, auto: true}}}"]
    freezes = [line for line in text.splitlines() if "freeze" in line and "{" in line]
    assert not any("cat" in line for line in freezes)
    for number, line in enumerate(text.splitlines()):
        if line.startswith("# layers"):
            edit = tmp_path / f"proposal-{number}.yaml"
            edit.write_text(line.removeprefix("# "))
            run_warp(*files, edit, tmp_path / "t.h5")
    with TimeMap.open(tmp_path / "t.h5") as made:
        assert made.source_time.shape == (4, FRAMES)


def test_a_jump_freezes_well_where_it_turns():
    speed = np.abs(np.cos(np.pi * np.arange(45) / 15))  # fastest at 0, 15, 30; at rest at 7.5, ...
    found = freeze_moments(-speed / speed.std(), 15.0)
    assert len(found) == 3
    assert np.abs(np.array(found) - [7.5, 22.5, 37.5]).max() <= 1


def test_the_picture_of_an_edits_timing(files, tmp_path):
    edit, out = tmp_path / "e.yaml", tmp_path / "report" / "timing.png"
    edit.write_text("layers: {ben: {align: {to: ann, auto: true}, duplicate: [{freeze: 3}]}}")
    run_warp(*files, edit, tmp_path / "t.h5")
    preview_timing(*files, tmp_path / "t.h5", out)
    first = out.read_bytes()
    assert first.startswith(b"\x89PNG")
    preview_timing(*files, tmp_path / "t.h5", out)
    assert out.read_bytes() == first
    assert [p.name for p in out.parent.iterdir()] == ["timing.png"]


def test_the_command_finds_the_files_of_a_clip(files, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "park").mkdir(parents=True)
    for file, name in zip(files, ("tracks.h5", "cast.h5"), strict=True):
        file.rename(tmp_path / "results" / "park" / name)
    app(["suggest", "park"], standalone_mode=False)
    assert "# Proposals for 'park'" in capsys.readouterr().out
    with pytest.raises(InputError, match=r"results/pond/tracks\.h5: no such file"):
        app(["suggest", "pond"], standalone_mode=False)
