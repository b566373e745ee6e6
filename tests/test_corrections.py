"""Corrections as a whole, and those of the manual."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from retime.artifacts import Frames, Seeds, Tracks
from retime.config import ClipConfig, load_clip, validate
from retime.corrections import check_corrections, export_corrections, keypoint_files
from retime.errors import InputError
from retime.layers.painted import find_painted, place_painted, read_painted
from retime.people.corrections import read_corrections

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "corrections.md").read_text(encoding="utf-8")
COMMON = {
    "clip": "jump",
    "source_size": [64, 32],
    "working_size": [32, 16],
    "fps": [10, 1],
    "start_seconds": 0.0,
    "parameters": {},
}


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path, text=""):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def test_a_clip_without_corrections_is_right():
    check_corrections("jump")
    put("clips/jump/clip.yaml")
    put("clips/jump/edits/slow.yaml")
    put("clips/jump/notes/of my own.txt")
    check_corrections("jump")


def test_keypoint_files_come_by_name_and_hidden_ones_do_not():
    for name in ("b.json", "a.json", ".c.json"):
        put(f"clips/jump/keypoints/{name}", "[]")
    assert [path.name for path in keypoint_files("jump")] == ["a.json", "b.json"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("clips/jump/clip.yml", r"clip\.yml: nothing reads this; did you mean 'clip\.yaml'"),
        ("clips/jump/keypoint/a.json", "did you mean 'keypoints'"),
        ("clips/jump/keypoints/a.jsn", r"a\.jsn: keypoint corrections are files NAME\.json"),
        ("clips/jump/keypoints/a.json", r"a\.json: "),
        ("clips/jump/trimaps/ann/a.png", r"a\.png: not the name of a trimap"),
    ],
)
def test_what_would_be_passed_over_is_refused(path, message):
    put(path)
    with pytest.raises(InputError, match=message):
        check_corrections("jump")


def results(seeds=True):
    folder = Path("results/jump")
    with Tracks.create(folder / "tracks.h5", sizes={"T": 3, "P": 1}, **COMMON) as tracks:
        tracks.keypoints[:], tracks.present[:], tracks.ids[:] = 5, True, [1]
        tracks.state[:] = 1
    sizes = {"T": 3, "H": 16, "W": 32}
    with Frames.create(
        folder / "frames.h5", sizes=sizes, source="jump.mp4", has_sound=False, **COMMON
    ) as frames:
        frames.rgb[:] = 100
    if seeds:
        sizes = {"T": 3, "N": 1, "h": 16, "w": 32}
        more = {"names": ["ann"], "people": [[1]], "canvas": [0, 0, 64, 32]}
        with Seeds.create(
            folder / "seeds.h5", sizes=sizes, camera_mode="still", **more, **COMMON
        ) as seed:
            seed.trimap[:] = 128


def test_what_there_is_is_exported_where_results_lie():
    results()
    folder = Path("results/jump/corrections")
    made = export_corrections("jump", frames=(1, 2))
    assert made == [folder / "keypoints/tracked.json", folder / "trimaps", folder / "guides"]
    (file,) = read_corrections(made[:1])
    assert [(entry.person, entry.frame) for entry in file.corrections] == [(1, 1), (1, 2)]
    assert not any(entry.said() for entry in file.corrections)
    placed = place_painted(find_painted(made[1]), ["ann"], 3)
    assert sorted(placed) == [(1, 0), (2, 0)]
    assert not read_painted(placed[1, 0], (32, 16), (64, 32)).meant.any()


def test_joints_are_exported_before_layers_are_laid_out():
    results(seeds=False)
    assert [path.name for path in export_corrections("jump")] == ["tracked.json"]


def test_an_export_stays_within_the_clip_and_away_from_what_people_write():
    results()
    with pytest.raises(InputError, match="the clip has frames 0 to 2, not 3"):
        export_corrections("jump", frames=(1, 3))
    with pytest.raises(InputError, match="what people write is not overwritten"):
        export_corrections("jump", Path("clips/jump"))
    with pytest.raises(InputError, match=r"tracks\.h5: no such file; rule 'tracks' makes it"):
        export_corrections("jmup")


@pytest.mark.parametrize("block", re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))
def test_a_keypoint_correction_of_the_manual_is_one(block):
    put("fix.json", block)
    assert read_corrections([Path("fix.json")])[0].corrections


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_a_clip_yaml_of_the_manual_is_one(block):
    validate(yaml.safe_load(block), ClipConfig, "clip.yaml")


def test_the_corrections_of_the_walk_fit_their_clip():
    folder = DOCS / "corrections" / "splash"
    names = [layer.name for layer in load_clip(folder / "clip.yaml").layers]
    files = find_painted(folder / "trimaps")
    assert len(place_painted(files, names, frames=32)) == 2 * (9 + 8)
    said = {
        file.layer: np.unique(read_painted(file.path, (170, 96), (448, 252)).trimap).tolist()
        for file in files
    }
    assert said == {"jumper": [0, 128], "dancer": [0]}
    (wrists,) = read_corrections(sorted((folder / "keypoints").glob("*.json")))
    assert set(wrists.corrections[0].said()) == {"right_wrist", "left_wrist"}
