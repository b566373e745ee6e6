"""Changing what a YAML text says keeps its comments, whatever is changed."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.errors import InputError
from retime.studio.kept_yaml import with_data

ROOT = Path(__file__).parents[2]

WORDS = st.sampled_from(["ann", "ben", "no", "on", "1.5s", "1:30", "null", "", "a b", "x: y", "#1"])
SCALARS = WORDS | st.integers(-9, 99) | st.booleans() | st.sampled_from([0.5, 1e-5, 1e16, -2.0])
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.integers(1, 9), inner, max_size=3)
    ),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["layers", "order", "length", "no"]), DATA, max_size=4)


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


@st.composite
def commented(draw: st.DrawFn) -> str:
    """A document in block style with a comment above some of its lines, and behind some."""
    lines = []
    text = yaml.safe_dump(draw(DOCUMENTS), default_flow_style=False, sort_keys=False)
    for number, line in enumerate(text.splitlines()):
        indent = " " * (len(line) - len(line.lstrip()))
        if draw(st.booleans()):
            lines.append(f"{indent}# above {number}")
        lines.append(f"{line}  # behind {number}" if draw(st.booleans()) else line)
    return "\n".join([*lines, "# the end"]) + "\n"


@settings(max_examples=40, deadline=None, derandomize=True)
@given(commented(), DOCUMENTS)
def test_says_what_it_shall_and_loses_no_comment_line(text: str, data: dict) -> None:
    changed = with_data(text, data, "x.yaml")
    assert yaml.safe_load(changed) == data
    assert not Counter(comments(text)) - Counter(comments(changed))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(commented())
def test_what_says_it_already_stays_as_it_is(text: str) -> None:
    assert with_data(text, yaml.safe_load(text) or {}, "x.yaml") == text


def test_one_change_changes_one_line() -> None:
    text = (ROOT / "clips/demo/edits/freeze.yaml").read_text()
    data = yaml.safe_load(text)
    data["layers"]["walker"]["freeze"] = 31
    assert with_data(text, data, "x.yaml") == text.replace("freeze: 25", "freeze: 31")


def test_what_is_new_is_written_as_the_manual_writes_it() -> None:
    data = {"layers": {"ann": "remove", "ben": {"freeze": "1.5s"}}, "range": {"from": 2}}
    assert with_data("# mine\n", data, "x.yaml") == (
        "# mine\nlayers:\n  ann: remove\n  ben: {freeze: 1.5s}\nrange:\n  from: 2\n"
    )


def test_a_layer_taken_out_leaves_the_others_alone() -> None:
    text = """\
layers:
    - name: walker   # with the ball
      people: [1]
    # the two who jump
    - name: ann
      people: [2]    # red
"""
    data = {"layers": [{"name": "ann", "people": [2, 3]}]}
    assert (
        with_data(text, data, "x.yaml")
        == """\
layers:
    # the two who jump
    - name: ann
      people: [2, 3] # red
"""
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a list\n", "cannot be changed from here"),
        ("a: &x {b: 1}\nc: *x\n", "cannot be changed from here"),
        ("a: [\n", "not valid YAML"),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"x\.yaml: {message}"):
        with_data(text, {"a": {"b": 2}, "c": {"b": 1}}, "x.yaml")
