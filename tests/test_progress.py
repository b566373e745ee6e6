"""Progress lines, with a clock that the test turns."""

from collections.abc import Callable

import pytest

from retime import progress


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (600, "10:00"), (3661, "1:01:01"), (-3, "0:00")],
)
def test_clock(seconds: float, text: str) -> None:
    assert progress.clock(seconds) == text


def test_says_how_much_is_left_judging_by_what_was_done(
    wait: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    bar = progress.Progress("train", total=100)
    wait(10)
    bar.advance(20, note="loss 0.5")  # 2 a second: 80 more take 40 s
    assert capsys.readouterr().err == "train  20/100   20%  0:40 left  loss 0.5\n"


def test_a_resumed_run_does_not_count_what_was_done_before(
    wait: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    bar = progress.Progress("train", total=100, done=90)
    wait(10)
    bar.advance(5)  # 5 in 10 s: the last 5 take 10 s more
    assert capsys.readouterr().err == "train  95/100   95%  0:10 left\n"


def test_time_left_is_judged_by_work_where_steps_differ(
    wait: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    # The first forty take half of what others do: twenty of them are 10, what is left is 10 + 60.
    def work(first: int, end: int) -> float:
        return end - first - (min(end, 40) - min(first, 40)) / 2

    bar = progress.Progress("train", total=100, work=work)
    wait(10)
    bar.advance(20)
    assert capsys.readouterr().err == "train  20/100   20%  1:10 left\n"


def test_speaks_at_most_every_few_seconds(
    wait: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    bar = progress.Progress("train", total=100)
    for _ in range(20):
        wait(1)
        bar.advance()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in lines] == ["5/100", "10/100", "15/100", "20/100"]


def test_a_quick_loop_stays_silent(
    wait: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(progress.track(range(3), "quick", total=3)) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_track_ends_with_the_whole_time(
    wait: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in progress.track(range(2), "poses", total=2):
        wait(6)
    # The first item counts when the second is asked for, after 6 s.
    assert capsys.readouterr().err.splitlines() == [
        "poses  1/2   50%  0:06 left",
        "poses  2/2  100%  0:00 left",
        "poses  2/2  done in 0:12",
    ]


@pytest.mark.parametrize(
    ("elapsed", "done", "left"), [(10, 20, 40.0), (100, 2, 4900.0), (0.0, 0, None)]
)
def test_a_line_is_read_as_it_was_meant(
    wait: Callable[[float], None],
    capsys: pytest.CaptureFixture[str],
    elapsed: float,
    done: int,
    left: float | None,
) -> None:
    bar = progress.Progress("render a b", total=100)
    wait(elapsed)
    bar.advance(done, note="loss 0.5")
    said = progress.read_line(capsys.readouterr().err)
    assert said == (left and ("render a b", done, 100, left))


def test_other_lines_say_nothing() -> None:
    for line in ("", "train  done in 1:02", "a 1/2", "retime: a.yaml: wrong"):
        assert progress.read_line(line) is None
