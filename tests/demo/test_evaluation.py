import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from retime.artifacts import Layers, TimeMap, Tracks
from retime.demo.cli import app
from retime.demo.clip import render_clip
from retime.demo.evaluation import evaluate
from retime.demo.true_edit import TrueEdit
from retime.demo.truth import Truth, truth_path
from retime.errors import InputError
from retime.layers.composite import over_pictures
from retime.video.encoding import VideoWriter

# Layers of the made results, and the true people (ben, ann, walker: 0, 1, 2) that they show.
NAMES, SHOWS = ["walker", "ann", "ben"], [2, 1, 0]


def write_tracks(folder: Path, truth: Truth, shift: float = 0.0) -> None:
    """Tracks of the true keypoints, ids 1, 2, 3 as in NAMES, moved by ``shift`` pixels."""
    sizes = {"T": len(truth.order), "P": 3}
    with Tracks.create(
        folder / "tracks.h5", parameters={}, sizes=sizes, **truth.clip_attributes()
    ) as tracks:
        tracks.keypoints[:] = truth.keypoints[..., :2][:, SHOWS] + shift
        tracks.score[:] = 1
        tracks.state[:] = 1
        tracks.present[:] = True
        tracks.ids[:] = [1, 2, 3]


def write_layers(folder: Path, truth: Truth, strength: float = 1.0) -> None:
    """The true layers as results, their alpha times ``strength``."""
    count, (width, height) = len(truth.order), truth.source_size
    sizes = {"layers": 4, "T": count, "H": height, "W": width, "N": 3, "Hc": 1, "Wc": 1}
    with Layers.create(
        folder / "layers.h5", parameters={}, sizes=sizes, names=NAMES, people=[[1], [2], [3]],
        canvas_bounds=[0, 0, width, height], **truth.clip_attributes(),
    ) as layers:  # fmt: skip
        for t in range(count):
            layers.rgba[0, t] = truth.rgba[0, t]
            for number, n in enumerate(SHOWS, start=1):
                rgba = truth.rgba[n + 1, t]
                rgba[..., 3] = np.rint(strength * rgba[..., 3])
                layers.rgba[number, t] = rgba
        layers.order[:] = [3, 2, 1]


def write_timemap(folder: Path, truth: Truth, name: str, shown: list[int], times) -> Path:
    """A time map in which the layers ``shown`` play at ``times`` [M, T]."""
    path = folder / "edits" / name / "timemap.h5"
    sizes = {"M": len(shown), "T_out": len(truth.order)}
    with TimeMap.create(
        path, parameters={}, sizes=sizes, names=[NAMES[k - 1] for k in shown],
        between=["nearest"] * (len(shown) + 1), edit=name, **truth.clip_attributes(),
    ) as timemap:  # fmt: skip
        timemap.layer[:] = shown
        timemap.source_time[:] = times
        timemap.opacity[:] = 1
        timemap.depth[:] = np.array([-k for k in shown], float)[:, None]  # walker in front
        timemap.background_time[:] = np.arange(len(truth.order))
    return path


def write_video(path: Path, pictures: list[np.ndarray]) -> None:
    height, width = pictures[0].shape[:2]
    with VideoWriter(path, (width, height), 15, crf=1) as writer:
        for picture in pictures:
            writer.write(picture)


@pytest.fixture(scope="module")
def video(tmp_path_factory, small_demo):
    path = tmp_path_factory.mktemp("source") / "demo.mp4"
    render_clip(small_demo, path)
    return path


@pytest.fixture(scope="module")
def perfect(tmp_path_factory, video):
    """Results as good as can be: the true layers, a removal and a freeze made of them."""
    folder = tmp_path_factory.mktemp("results")
    with Truth.open(truth_path(video)) as truth:
        write_tracks(folder, truth)
        write_layers(folder, truth)
        backgrounds = [truth.rgba[0, t][..., :3] for t in range(3)]
        ben, ann, walker = ([truth.rgba[number, t] for t in range(3)] for number in (1, 2, 3))
        plays = np.tile(np.arange(3.0), (3, 1))
        write_timemap(folder, truth, "remove", [2, 3], plays[:2])
        write_video(
            folder / "edits/remove/remove.mp4",
            [over_pictures(backgrounds[t], [ben[t], ann[t]]) for t in range(3)],
        )
        plays[0] = 1.0  # the walker stands still at frame 1
        write_timemap(folder, truth, "freeze", [1, 2, 3], plays)
        write_video(
            folder / "edits/freeze/freeze.mp4",
            [over_pictures(backgrounds[t], [ben[t], ann[t], walker[1]]) for t in range(3)],
        )
    return folder


def test_perfect_results_get_perfect_figures(perfect, video):
    figures = evaluate(perfect, truth_path(video), video)
    assert figures["people"] == ["ben", "ann", "walker"]
    assert figures["oks"] == pytest.approx(1.0, abs=1e-5)
    assert figures["id_switches"] == 0
    assert figures["alpha_iou"] == [1.0, 1.0, 1.0]
    assert figures["alpha_mae"] == [0.0, 0.0, 0.0]
    assert figures["background_psnr_db"] == 100.0
    assert figures["object_ratio"] == [None, None, pytest.approx(1.0)]
    for part in ("shadow_ratio", "reflection_ratio"):
        assert [r for r in figures[part] if r is not None] == pytest.approx(
            [1.0] * sum(r is not None for r in figures[part])
        )
    assert figures["shadow_ratio"][2] is not None
    for name in ("removal_psnr_db", "removal_region_psnr_db", "freeze_psnr_db"):
        assert figures[name] > 30  # H.264 with halved colour is all that is lost
    assert figures["removal_psnr_unedited_db"] < 25


def test_half_the_alpha_is_half_the_ratio(perfect, video, tmp_path):
    with Truth.open(truth_path(video)) as truth:
        write_tracks(tmp_path, truth)
        write_layers(tmp_path, truth, strength=0.5)
    figures = evaluate(tmp_path, truth_path(video), video)
    assert figures["object_ratio"][2] == pytest.approx(0.5, abs=0.01)
    assert figures["shadow_ratio"][2] == pytest.approx(0.5, abs=0.03)
    assert figures["alpha_iou"][2] < 1
    assert "removal_psnr_db" not in figures  # there are no edits


def test_tracks_far_from_everybody_score_nothing(video, tmp_path):
    with Truth.open(truth_path(video)) as truth:
        write_tracks(tmp_path, truth, shift=5000.0)
        write_layers(tmp_path, truth)
    with pytest.raises(InputError, match="layer 'walker' shows the people"):
        evaluate(tmp_path, truth_path(video), video)


def test_results_of_another_clip_are_refused(video, tmp_path):
    with Truth.open(truth_path(video)) as truth:
        attributes = truth.clip_attributes() | {"source_size": [10, 10]}
        with Tracks.create(
            tmp_path / "tracks.h5", parameters={}, sizes={"T": 3, "P": 0}, **attributes
        ) as tracks:
            tracks.ids[:] = []
    with pytest.raises(InputError, match="not of the clip that the truth is of"):
        evaluate(tmp_path, truth_path(video), video)


def test_an_edit_with_frames_missing_is_refused(perfect, video, tmp_path):
    for name in ("tracks.h5", "layers.h5"):
        (tmp_path / name).symlink_to(perfect / name)
    with Truth.open(truth_path(video)) as truth:
        write_timemap(tmp_path, truth, "remove", [2, 3], np.tile(np.arange(3.0), (2, 1)))
        write_video(tmp_path / "edits/remove/remove.mp4", [truth.rgba[0, 0][..., :3]] * 2)
    with pytest.raises(InputError, match="2 frames, not 3"):
        evaluate(tmp_path, truth_path(video), video)


def test_a_true_edit_moves_and_fades(video, tmp_path):
    with Truth.open(truth_path(video)) as truth:
        path = write_timemap(tmp_path, truth, "move", [1], np.zeros((1, 3)))
        walker, ground = truth.rgba[3, 0], truth.rgba[0, 2][..., :3]
        with TimeMap.open(path) as timemap:
            edit = TrueEdit(truth, timemap, {1: 2})
        edit.offset[:, :, 0], edit.opacity[:] = 7.0, 0.5
        moved = np.zeros_like(walker)
        moved[:, 7:] = walker[:, :-7]
        expected = over_pictures(ground, [moved], opacity=[0.5])
        np.testing.assert_array_equal(edit.picture(2), expected)
        assert edit.removed() == [1, 2]


def test_the_command_prints_and_writes_the_figures(perfect, video, tmp_path):
    out = tmp_path / "figures" / "demo.json"
    arguments = ["evaluate", "--results", str(perfect), "--video", str(video), "--json", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    figures = json.loads(out.read_text())
    assert {"oks", "id_switches", "removal_psnr_db", "alpha_iou", "freeze_psnr_db"} <= set(figures)
    assert all(name in result.output for name in figures)
