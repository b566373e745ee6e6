"""The page of peak memory."""

from retime.benchmark.memory import CROWDS, LARGE, LENGTHS, LIMIT, memory_page


def test_a_page_of_some_clips_names_those_that_are_missing():
    peaks = {"frames": 99.6, "train": 700.0}
    page = memory_page([(CROWDS[0], peaks, {"frames": 120, "train": 800})])
    assert "| stage | 50 |" in page
    assert "| `frames` | 100 (120) |" in page
    missing = "50 frames of 4 people, 50 frames of 8 people, 500 frames of 2 people"
    assert f"Not measured: {missing}, 200 frames of 4 people, 2000 frames of 2 people." in page
    assert "may take" not in page


def test_a_training_over_its_limit_is_said_to_be_so():
    asked = {"train": LIMIT}
    assert "`train` is within the 8192" in memory_page([(LARGE, {"train": 8192.0}, asked)])
    over = memory_page([(LARGE, {"train": 8193.0}, asked)])
    assert "`train` is **over** the 8192" in over


def test_a_page_of_all_clips_names_none_as_missing():
    row = {"train": 1.0}, {"train": 2}
    page = memory_page([(case, *row) for case in {*CROWDS, *LENGTHS, LARGE}])
    assert "Not measured" not in page
    assert "| stage | 50 | 500 | 2000 |" in page
