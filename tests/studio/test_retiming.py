"""Edits of the page: what they show is what the stages make, and files lose nothing."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from retime.artifacts import Camera, Layers, TimeMap
from retime.render.composition import Composition
from retime.studio.editing import as_written
from retime.timing.edit import parse_edit
from retime.timing.stage import run_warp

from .conftest import FREEZE, Studio

FIVE = {
    "freeze": "layers: {walker: {freeze: 5}}",
    "align": "layers: {ben: {align: {to: ann, points: [[2, 4], [9, 12]]}}}",
    "auto": "layers: {3: {align: {to: ann, auto: true}}}",
    "look": "layers: {ann: {speed: 0.5, move: [20, -4], opacity: [[0, 1], [9, 0]], depth: front}}",
    "whole": """\
layers:
  walker: {duplicate: [{delay: 4, opacity: 0.6}], remove: {from: 3, to: 6}}
  ben: {remap: [[0, 0], [10, 20, smooth], [20, 4]]}
background: {start: 4}
length: 30
range: {from: 1}
sound: {with: ann}
""",
}


@pytest.mark.parametrize("name", FIVE)
def test_a_preview_is_what_warp_and_render_make(studio: Studio, tmp_path: Path, name: str) -> None:
    data = yaml.safe_load(FIVE[name])
    data["layers"] = {str(key): value for key, value in data["layers"].items()}  # as JSON has it
    shown = studio.page.post("/api/timemap", json={"edit": data}).json()
    edit, out, results = tmp_path / "edit.yaml", tmp_path / "timemap.h5", studio.clip.results
    edit.write_text(FIVE[name])
    run_warp(results / "tracks.h5", results / "cast.h5", edit, out)

    def numbers(values: list) -> np.ndarray:
        return np.array([np.nan if value is None else value for value in values])

    with (
        TimeMap.open(out) as made,
        Layers.open(results / "layers.h5") as layers,
        Camera.open(results / "camera.h5") as camera,
    ):
        assert [i["name"] for i in shown["instances"]] == made.names
        assert [i["layer"] for i in shown["instances"]] == made.layer[:].tolist()
        for m, instance in enumerate(shown["instances"]):
            times = numbers(instance["source_time"])
            assert np.array_equal(times, made.source_time[m], equal_nan=True)
            for field in ("offset", "opacity", "depth"):
                assert np.array_equal(instance[field], getattr(made, field)[m])
        assert np.array_equal(shown["background_time"], made.background_time[:])
        assert np.array_equal(numbers(shown["sound_time"]), made.sound_time[:], equal_nan=True)
        assert shown["length"] == len(made.background_time)
        composition = Composition(layers, camera, made)
        for frame in (0, 7, shown["length"] - 1):
            answer = studio.page.post("/api/picture", json={"edit": data, "frame": frame})
            picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
            assert np.array_equal(picture[..., ::-1], composition.edited(frame))


@pytest.mark.parametrize(
    ("layers", "place", "message"),
    [
        ({"an": "remove"}, ["layers", "an"], "no such layer; did you mean 'ann'?"),
        ({"ann": {"freeze": 99}}, ["layers", "ann", "freeze"], "99 is outside the clip"),
        ({"ann": {"freze": 1}}, ["layers", "ann", "freze"], "did you mean 'freeze'?"),
        (
            {"ann": {"loop": {"from": 1, "to": 2}, "speed": 1000, "delay": 1e6}},
            ["layers", "ann", "loop"],
            "would run round more than",
        ),
    ],
)
def test_a_wrong_edit_is_told_where(studio: Studio, layers, place, message) -> None:
    for answer in (
        studio.page.post("/api/timemap", json={"edit": {"layers": layers}}),
        studio.page.put("/api/edits/wrong", json={"edit": {"layers": layers}}),
    ):
        assert answer.status_code == 422
        assert answer.json()["place"] == place
        assert message in answer.json()["message"]
    assert not studio.edit("wrong").exists()


def test_saving_keeps_comments_and_refuses_a_stale_window(studio: Studio) -> None:
    page = studio.page
    one = page.get("/api/edits/freeze").json()
    assert one["text"] == FREEZE
    assert one["edit"] == {"layers": {"walker": {"freeze": 5}}}
    change = {"edit": {"layers": {"walker": {"freeze": 9}}}, "base_digest": one["digest"]}
    two = page.put("/api/edits/freeze", json=change)
    assert two.status_code == 200
    assert studio.edit("freeze").read_text() == FREEZE.replace("freeze: 5", "freeze: 9")
    # The other window still has what was there before.
    late = page.put("/api/edits/freeze", json=change | {"edit": {"layers": {}}})
    assert late.status_code == 409
    assert late.json()["current"] == two.json()
    assert (
        page.delete("/api/edits/freeze", params={"base_digest": one["digest"]}).status_code == 409
    )
    assert studio.edit("freeze").read_text() == two.json()["text"]
    # And so has whoever believes that there is no such file.
    assert page.put("/api/edits/freeze", json={"text": ""}).status_code == 409
    gone = page.delete("/api/edits/freeze", params={"base_digest": two.json()["digest"]})
    assert gone.status_code == 204
    assert not studio.edit("freeze").exists()


def test_a_new_edit_names_its_schema(studio: Studio) -> None:
    edit = {"layers": {"2": {"speed": 0.5}}, "between": "blend"}
    made = studio.page.put("/api/edits/slow", json={"edit": edit}).json()
    assert made["text"] == (
        "# yaml-language-server: $schema=../../../workflow/schemas/edit.schema.json\n"
        "layers:\n  2: {speed: 0.5}\nbetween: blend\n"
    )
    assert made["long_form"] == {"layers": {"2": {"speed": [{"to": 0.5}]}}, "between": "blend"}
    assert "slow" in studio.page.get("/api/clip").json()["edits"]


@pytest.mark.parametrize("name", FIVE)
def test_the_long_form_says_the_same(name: str) -> None:
    edit = parse_edit(FIVE[name], Path("x.yaml")).edit
    long = edit.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert parse_edit(yaml.safe_dump(as_written(long)), Path("x.yaml")).edit == edit


def test_an_edit_that_is_wrong_on_disk_is_shown_with_what_is_wrong(studio: Studio) -> None:
    studio.edit("bad").write_text("layers:\n  ann: {freze: 1}\n")
    state = studio.page.get("/api/edits/bad").json()
    assert state["problem"]["line"] == 2
    assert state["long_form"] is None
    studio.edit("bad").write_bytes(b"\xff: [")
    assert "not UTF-8" in studio.page.get("/api/edits/bad").json()["problem"]["message"]


def test_points_found_by_motion_are_the_same_warp(studio: Studio) -> None:
    found = studio.page.post("/api/align", json={"layer": "ben", "to": "ann"}).json()
    assert found["after"] > max(found["before"], 0.9)

    def times(align: dict) -> np.ndarray:
        edit = {"layers": {"ben": {"align": {"to": "ann", **align}}}}
        made = studio.page.post("/api/timemap", json={"edit": edit}).json()
        return np.array(made["instances"][2]["source_time"])

    by_points, by_motion = times({"points": found["points"]}), times({"auto": True})
    first, last = found["span"]
    held = slice(int(np.ceil(first)), int(last) + 1)
    assert by_points[held] == pytest.approx(by_motion[held])
    refused = studio.page.post("/api/align", json={"layer": "ben", "to": "bem"})
    assert "did you mean 'ben'?" in refused.json()["message"]
