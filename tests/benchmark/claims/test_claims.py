import json

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from retime.benchmark.claims import run
from retime.benchmark.claims.claim import Claim, Mark, Outcome, Workshop
from retime.benchmark.claims.page import page, write_page
from retime.benchmark.claims.registry import CLAIMS
from retime.benchmark.claims.run import check_claims
from retime.benchmark.claims.sheet import over_grey, sheet
from retime.cli import app
from retime.config import Settings
from retime.errors import InputError

MARKS = [Mark("ratio", 0.7, at_most=0.8), Mark("gain", 2.5, 3.0)]


def stand_in(outcome):
    return Claim("Fig. 0", "it is so", "Because.", lambda shop: outcome)


def workshop(tmp_path, **more):
    return Workshop(tmp_path / "clips", Settings(), Settings(), **more)


def test_marks_are_bounds_from_the_right_side():
    assert [mark.met for mark in MARKS] == [True, False]
    assert Mark("alpha", 0.8, 0.8).met
    assert Mark("ratio", 0.8, at_most=0.8).met
    assert not Mark("never reached", float("inf"), at_most=0.8).met
    assert not Mark("nowhere", float("nan"), 0.8).met
    assert not Outcome(MARKS, []).holds
    assert Outcome(MARKS[:1], []).holds


def test_results_are_kept_until_something_changes(tmp_path, monkeypatch):
    made = []

    def check(shop):
        made.append(shop.effort)
        return Outcome(MARKS, [("a frame", [np.zeros((4, 6, 3), np.uint8)])])

    monkeypatch.setitem(CLAIMS, "trimap-edit", Claim("Fig. 0", "so", "Why.", check))
    monkeypatch.setattr(run, "code_digest", lambda *names: "today's")
    for _ in range(2):
        (result,) = check_claims(["trimap-edit"], workshop(tmp_path), tmp_path, 1)
    assert made == [1.0]
    assert (result.marks, result.holds) == (MARKS, False)
    list(check_claims(["trimap-edit"], workshop(tmp_path, effort=0.5), tmp_path, 1))
    assert made == [1.0, 0.5]
    assert json.loads((tmp_path / "trimap-edit.json").read_text())["seconds"] >= 0


def test_an_unknown_claim_is_refused(tmp_path):
    with pytest.raises(InputError, match="no claim 'perpetual-motion'"):
        list(check_claims(["perpetual-motion"], workshop(tmp_path), tmp_path, 1))
    answer = CliRunner().invoke(app, ["benchmark", "claims", "--claim", "perpetual-motion"])
    assert answer.exit_code == 1


def test_the_page_says_what_was_missed_and_shows_the_picture(tmp_path):
    picture = tmp_path / "kept" / "own-squares.png"
    picture.parent.mkdir()
    picture.write_bytes(b"a picture")
    never = Mark("updates until it is shown", float("inf"), at_most=1.0)
    result = run.Result("own-squares", [*MARKS, never], 12.4, picture)
    text = page([result], "../images/claims")
    assert "| [own-squares](#own-squares) | Fig. 7 | **no** | 1 of 3 | 12 |" in text
    assert "| ratio | 0.70 | at most 0.8 | kept |" in text
    assert "| gain | 2.50 | at least 3 | **missed** |" in text
    assert "| updates until it is shown | never | at most 1 | **missed** |" in text
    write_page(tmp_path / "docs" / "claims.md", [result], tmp_path / "docs" / "images")
    assert "](images/own-squares.png)" in (tmp_path / "docs" / "claims.md").read_text()
    assert (tmp_path / "docs" / "images" / "own-squares.png").read_bytes() == b"a picture"


def test_a_sheet_shows_every_pixel_twice_as_large():
    frame = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    picture = sheet([("one", [frame]), ("two", [frame, frame])])
    assert picture.shape == (2 * (14 + 4), 16, 3)
    assert (picture[14:18:2, :8:2] == frame).all()
    assert (picture[14:18, 8:] == 24).all()
    assert (picture[32:36:2, 8::2] == frame).all()
    half = np.array([[200, 100, 0, 128]], np.uint8)
    assert over_grey(half).tolist() == [[164, 114, 64]]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_claims_say_where_they_come_from_and_why_their_marks_are_so(claim):
    assert claim.source
    assert not claim.says.endswith(".")
    assert claim.why.endswith(".")


def test_lights_leave_peoples_layers_within_a_few_hundred_updates(tmp_path):
    """The claim, shortened to a fifth of its updates; its marks are not reached so soon."""
    outcome = CLAIMS["blinking-lights"].check(workshop(tmp_path, effort=0.2))
    left_without, left_with, gain = (mark.value for mark in outcome.marks)
    assert left_without < 0.5
    assert left_with > left_without + 0.1
    assert gain > 0


def test_pictures_are_written_small(tmp_path):
    from retime.benchmark.claims.sheet import write_sheet

    frame = np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8)
    write_sheet(tmp_path / "a.png", [("noise", [frame])])
    read = cv2.imread(str(tmp_path / "a.png"))[14::2, ::2, ::-1]
    assert np.abs(read.astype(int) - frame).max() <= 4
