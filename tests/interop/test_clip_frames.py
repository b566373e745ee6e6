import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.errors import InputError
from retime.interop.clip_frames import ClipFrames

PART = ClipFrames(np.array([5, 6, 7]))  # of a video of at least 8 frames


def test_one_for_each_frame_of_the_clip_or_of_the_video():
    assert PART.choose(3, "masks").tolist() == [0, 1, 2]
    assert PART.choose(8, "masks").tolist() == [5, 6, 7]
    assert PART.choose(20, "masks").tolist() == [5, 6, 7]


@pytest.mark.parametrize("count", [0, 2, 4, 7])
def test_too_few_for_the_frames(count):
    with pytest.raises(
        InputError, match=f"masks: {count}, but the clip has 3 frames and ends with"
    ):
        PART.choose(count, "masks")


def test_names_count_from_0_unless_they_show_that_they_count_from_1():
    def found(*names):
        return {name: t.tolist() for name, t in PART.find(names).items()}

    assert found("4.jpg", "5.jpg", "frame_000007.png") == {
        "4.jpg": [],
        "5.jpg": [0],
        "frame_000007.png": [2],
    }
    assert found("1.jpg", "8.jpg") == {"1.jpg": [], "8.jpg": [2]}  # 8 would be beyond the clip
    assert found("0.jpg", "8.jpg") == {"0.jpg": [], "8.jpg": []}
    assert found(6, 8) == {6: [1], 8: []}  # whole numbers count from 0


def test_pictures_go_by_their_own_names():
    clip = ClipFrames(np.arange(3), ("0001", "0003", "0009"))
    assert {n: t.tolist() for n, t in clip.find(["0003.png", "0009.jpg"]).items()} == {
        "0003.png": [1],
        "0009.jpg": [2],
    }


def test_a_frame_shown_twice_is_meant_twice():
    slow = ClipFrames(np.array([0, 0, 1]))
    assert slow.find(["0.png"])["0.png"].tolist() == [0, 1]
    assert slow.choose(2, "masks").tolist() == [0, 0, 1]


def test_a_name_without_a_number():
    with pytest.raises(InputError, match=r"'first\.png' is no frame's name"):
        PART.find(["first.png"])


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 1))
def test_all_frames_are_found_whether_named_from_0_or_1(count, start, base):
    clip = ClipFrames(np.arange(start, start + count))
    names = [f"{n + base:05d}.png" for n in range(start + count)]
    found = clip.find(names)
    assert [found[name].tolist() for name in names] == [[]] * start + [[t] for t in range(count)]
