"""Corrections of the page are the files that a person would write."""

import base64
import json

import cv2
import numpy as np
import pytest

from retime.artifacts import Tracks
from retime.config import TracksSettings
from retime.layers.painted import find_painted, place_painted, read_painted
from retime.people.stage import run_tracks

from .conftest import FRAMES, SIZE, Studio, keypoints

NOSE = [{"person": 2, "frame": 10, "keypoints": {"nose": [100.5, 20.0], "left_eye": None}}]


def grey(value: int, size: tuple[int, int] = SIZE) -> str:
    _, data = cv2.imencode(".png", np.full(size[::-1], value, np.uint8))
    return base64.b64encode(data).decode()


def test_the_people_are_those_of_the_tracks(studio: Studio) -> None:
    state = studio.page.get("/api/tracks").json()
    assert [person["layer"] for person in state["people"]] == [1, 2, 3]
    joints = np.array([person["joints"] for person in state["people"]])
    assert joints == pytest.approx(keypoints().swapaxes(0, 1), abs=1e-4)
    bob = np.array(state["people"][1]["motion"])
    assert (bob.mean(), bob.std()) == pytest.approx((0, 1), abs=1e-6)
    assert state["layer_motion"][1] == pytest.approx(bob)
    assert studio.page.get("/api/tracks", params={"signal": "nose"}).status_code == 422


def test_a_joint_moved_by_hand(studio: Studio) -> None:
    page, file = studio.page, studio.clip.written / "keypoints" / "studio.json"
    question = {"name": "studio", "corrections": NOSE}
    preview = page.post("/api/tracks", json=question).json()
    assert not file.exists()
    saved = page.put("/api/corrections/keypoints/studio", json={"corrections": NOSE})
    assert saved.status_code == 200
    assert json.loads(file.read_text()) == NOSE
    assert page.get("/api/corrections/keypoints").json() == [saved.json()]
    # The preview is what the stage makes of the file.
    results, out = studio.clip.results, studio.clip.root / "tracks.h5"
    run_tracks(results / "poses.h5", out, TracksSettings(), [file], results / "frames.h5")
    with Tracks.open(out) as tracks:
        made, state = tracks.keypoints[:], tracks.state[:]
    moved = preview["people"][1]
    assert np.array(moved["joints"]) == pytest.approx(made[:, 1])
    assert moved["joints"][10][0] == [100.5, 20.0]
    assert moved["origin"][10][:2] == state[10, 1, :2].tolist() == [3, 2]

    assert (
        page.put("/api/corrections/keypoints/studio", json={"corrections": []}).status_code == 409
    )
    empty = {"corrections": [], "base_digest": saved.json()["digest"]}
    assert page.put("/api/corrections/keypoints/studio", json=empty).json()["digest"] is None
    assert not file.exists()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"person": 9, "frame": 1, "keypoints": {"nose": None}}, "9 is not tracked"),
        ({"person": 1, "frame": 99, "keypoints": {"nose": None}}, "frames 0 to 23, not 99"),
        ({"person": 1, "frame": 1, "keypoints": {"noze": None}}, "no joint is called 'noze'"),
        ({"person": 1, "frame": 1, "keypoints": {"nose": [1]}}, "[0]"),
        ({"person": "1", "frame": 1, "keypoints": {"nose": None}}, "[0]"),
        ({}, "[0]"),
    ],
)
def test_a_wrong_correction_is_refused(studio: Studio, entry: dict, message: str) -> None:
    answer = studio.page.put("/api/corrections/keypoints/studio", json={"corrections": [entry]})
    assert answer.status_code == 422
    assert message in answer.json()["message"]
    assert "keypoints/studio.json" in answer.json()["message"]
    assert not (studio.clip.written / "keypoints").exists()


def test_a_trimap_over_a_range_of_frames(studio: Studio) -> None:
    page, folder = studio.page, studio.clip.written / "trimaps"
    automatic = page.get("/api/trimaps/ann/5").content
    change = {"first": 4, "last": 8, "png": grey(255)}
    one = page.put("/api/trimaps/ann", json=change).json()
    assert one["painted"] == [{"first": 4, "last": 8}]
    stale = page.put("/api/trimaps/ann", json=change)
    assert (stale.status_code, stale.json()["current"]) == (409, one)
    two = page.put(
        "/api/trimaps/ann",
        json={"first": 6, "last": 6, "png": grey(0), "base_digest": one["digest"]},
    ).json()
    assert two["painted"] == [
        {"first": first, "last": last} for first, last in ((4, 5), (6, 6), (7, 8))
    ]
    # As the stage reads them.
    found = place_painted(find_painted(folder), ["walker", "ann", "ben"], FRAMES)
    assert sorted(found) == [(frame, 1) for frame in range(4, 9)]
    small = (SIZE[0] // 2, SIZE[1] // 2)
    assert [int(read_painted(found[t, 1], small, SIZE).trimap[0, 0]) for t in (5, 6)] == [255, 0]
    shown = cv2.imdecode(np.frombuffer(page.get("/api/trimaps/ann/6").content, np.uint8), 0)
    assert (shown == 0).all()
    gone = page.delete(
        "/api/trimaps/ann", params={"first": 5, "last": 8, "base_digest": two["digest"]}
    ).json()
    assert gone["painted"] == [{"first": 4, "last": 4}]
    assert page.get("/api/trimaps/ann/5").content == automatic


def test_what_is_painted_is_told_from_what_is_automatic(studio: Studio) -> None:
    page, address = studio.page, "/api/trimaps/ann/5"
    width, height = SIZE[0] // 2, SIZE[1] // 2

    def part(name: str) -> np.ndarray:
        png = page.get(address, params={"part": name}).content
        return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)

    assert part("painted").shape == (height, width, 4)
    assert not part("painted").any()
    picture = np.zeros((height, width, 4), np.uint8)
    picture[:, 9:] = 255  # belongs to it, right of column 9; automatic elsewhere
    sent = base64.b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode()
    assert page.put("/api/trimaps/ann", json={"first": 5, "last": 5, "png": sent}).is_success
    assert (part("painted") == picture).all()
    assert (part("automatic") == 128).all()  # as the clip has it
    assert (part("all") == np.where(picture[..., 3], 255, 128)).all()
    assert page.get(address, params={"part": "other"}).status_code == 422


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"png": "?"}, "not base64"),
        ({"png": base64.b64encode(b"x" * 99).decode()}, "no PNG"),
        ({"png": grey(255, (8, 8))}, "is 8x8, not 80x45 or 160x90"),
        ({"png": grey(50)}, "holds 0 (clear)"),
        ({"first": 9, "last": 8}, "frames 0 to 23"),
        ({"last": 24}, "frames 0 to 23"),
    ],
)
def test_a_wrong_trimap_is_refused(studio: Studio, change: dict, message: str) -> None:
    sent = {"first": 4, "last": 8, "png": grey(255)} | change
    answer = studio.page.put("/api/trimaps/ann", json=sent)
    assert answer.status_code == 422
    assert message in answer.json()["message"]
    assert not (studio.clip.written / "trimaps").exists()
    assert studio.page.put("/api/trimaps/nobody", json=sent).status_code == 404


def test_the_clip_file_keeps_what_the_page_does_not_know(studio: Studio) -> None:
    file = studio.clip.written / "clip.yaml"
    file.write_text("# mine\nsettings:\n  render: {crf: 12}  # fine\n")
    state = studio.page.get("/api/clip-file").json()
    change = {
        "layers": [{"name": "pair", "people": [2, 3]}],
        "ignore": [1],
        "order": [],
        "base_digest": state["digest"],
    }
    saved = studio.page.put("/api/clip-file", json=change)
    assert saved.json()["text"] == file.read_text()
    assert file.read_text() == (
        "# mine\nsettings:\n  render: {crf: 12}  # fine\n"
        "layers:\n  - {name: pair, people: [2, 3]}\nignore: [1]\n"
    )
    assert studio.page.put("/api/clip-file", json=change).status_code == 409
    wrong = change | {"ignore": [2], "base_digest": saved.json()["digest"]}
    answer = studio.page.put("/api/clip-file", json=wrong)
    assert "people [2] are both on a layer and ignored" in answer.json()["message"]
    wrong = change | {"ignore": [7], "base_digest": saved.json()["digest"]}
    assert "no person 7" in studio.page.put("/api/clip-file", json=wrong).json()["message"]
