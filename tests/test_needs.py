"""What is asked for: more for larger clips and later attempts, and enough for what was measured."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from retime.config import Settings
from retime.needs import (
    MEMORY,
    PEOPLE,
    SECONDS,
    Extent,
    asked_memory,
    asked_minutes,
    clip_extent,
    core_seconds,
    memory_mib,
)
from retime.video.encoding import VideoWriter

SETTINGS = Settings()
SMALL = Extent(60, (640, 360), (224, 126), (448, 252), 2, 2)


def with_(**sections: dict[str, object]) -> Settings:
    return Settings.model_validate(sections)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """10 frames of 320 x 180 at 25 per second."""
    with VideoWriter(tmp_path / "a.mp4", (320, 180), Fraction(25)) as writer:
        for _ in range(10):
            writer.write(np.zeros((180, 320, 3), np.uint8))
    return tmp_path / "a.mp4"


def test_a_clips_extent_follows_from_its_header_and_settings(video: Path) -> None:
    expected = Extent(10, (320, 180), (224, 126), (320, 180), PEOPLE, PEOPLE)
    assert clip_extent(video, with_(frames={"layer_scale": 2})) == expected
    every_other = with_(frames={"range": {"start": 1, "end": 8, "step": 2}})
    assert clip_extent(video, every_other).frames == 4  # 1, 3, 5, 7
    assert clip_extent(video, with_(frames={"fps": 50})).frames == 20


def test_layers_count_as_chosen_and_people_as_tracked(video: Path, tmp_path: Path) -> None:
    pair = with_(seeds={"layers": [{"name": "pair", "people": [1, 2]}]})
    assert clip_extent(video, pair).people == 2
    assert clip_extent(video, pair).layers == 1
    tracks = tmp_path / "tracks.h5"
    assert clip_extent(video, SETTINGS, tracks).people == PEOPLE
    tracks.write_bytes(b"no tracks")
    assert clip_extent(video, SETTINGS, tracks).people == PEOPLE


@pytest.mark.parametrize("contents", [None, b"Dear all, ..."])
def test_what_cannot_be_read_is_taken_for_a_long_clip(
    tmp_path: Path, contents: bytes | None
) -> None:
    if contents is not None:
        (tmp_path / "a.mp4").write_bytes(contents)
    assert clip_extent(tmp_path / "a.mp4", SETTINGS).frames == 300


@pytest.mark.parametrize("stage", MEMORY)
def test_more_is_asked_for_larger_clips_and_after_failures(stage: str) -> None:
    larger = replace(SMALL, frames=120, source=(1920, 1080), layer=(896, 504), people=4, layers=4)
    ask = asked_memory(stage, SMALL, SETTINGS), asked_minutes(stage, SMALL, SETTINGS)
    assert ask[0] <= asked_memory(stage, larger, SETTINGS)
    assert ask[1] <= asked_minutes(stage, larger, SETTINGS)
    assert asked_memory(stage, SMALL, SETTINGS, 2) == pytest.approx(2 * ask[0], abs=1)
    assert asked_minutes(stage, SMALL, SETTINGS, 1, 3) == pytest.approx(3 * ask[1], abs=3)
    assert asked_minutes(stage, SMALL, SETTINGS, 4) <= ask[1]
    assert MEMORY.keys() == SECONDS.keys()


def test_training_needs_what_its_batch_and_network_take() -> None:
    # 32 frames of 2 layers, padded to 224 x 128, ten maps of 64 channels of 4 bytes each.
    step = 32 * 2 * 224 * 128 * 64 * 10 * 4 / 2**20
    paper = with_(train={"batch": 32, "channels": 64})
    base = MEMORY["train"].of(SMALL)
    assert memory_mib("train", SMALL, paper) == pytest.approx(base + step)
    in_parts = with_(train={"batch": 32, "channels": 64, "at_once": 2})
    assert memory_mib("train", SMALL, in_parts) == pytest.approx(base + step / 16)


@pytest.mark.parametrize(
    ("frames", "people", "working", "measured"),
    [
        (20, 2, (224, 126), {"train": 575, "upsample": 833, "uv": 837, "poses": 310}),
        (20, 4, (224, 126), {"train": 642, "upsample": 1095, "uv": 771, "poses": 334}),
        (80, 2, (224, 126), {"train": 697, "upsample": 1012, "uv": 750, "poses": 306}),
        (20, 2, (448, 256), {"train": 831, "upsample": 1291, "uv": 777, "poses": 324}),
        (200, 4, (448, 256), {"train": 3996, "uv": 879, "poses": 380, "tracks": 180, "seeds": 184}),
        (50, 2, (128, 72), {"frames": 108, "seeds": 131, "train": 542, "upsample": 714}),
        (500, 2, (128, 72), {"frames": 116, "seeds": 146, "train": 907, "upsample": 725}),
        (2000, 2, (128, 72), {"frames": 125, "tracks": 220, "seeds": 187, "train": 2249}),
        (2000, 2, (128, 72), {"upsample": 884, "camera": 141, "render": 283, "warp": 129}),
    ],
)
def test_enough_is_asked_for_what_was_measured(
    frames: int, people: int, working: tuple[int, int], measured: dict[str, float]
) -> None:
    double = (2 * working[0], 2 * working[1])
    extent = Extent(frames, double, working, double, people, people)
    for stage, peak in measured.items():
        assert peak <= asked_memory(stage, extent, SETTINGS) <= 2 * peak, stage


@pytest.mark.parametrize(
    ("people", "upsample", "measured"),
    [
        (2, {"batch": 4}, 1421),
        (2, {"channels": 64}, 879),
        (2, {"output_size": "source"}, 930),
        (4, {"output_size": "source"}, 1384),
    ],
)
def test_enough_is_asked_for_other_upsamplers(
    people: int, upsample: dict[str, object], measured: float
) -> None:
    extent = Extent(20, (448, 252), (224, 126), (448, 252), people, people)
    assert measured <= asked_memory("upsample", extent, with_(upsample=upsample)) <= 2 * measured


def test_an_upsampler_needs_the_same_for_any_longer_clip() -> None:
    # 6 bytes a pixel of 448 x 252 are 256 MiB in 396 frames.
    needs = [
        memory_mib("upsample", replace(SMALL, frames=frames), SETTINGS)
        for frames in (198, 400, 100_000)
    ]
    assert needs[1] == needs[2]
    assert needs[1] - needs[0] == pytest.approx(128, abs=0.2)


def test_training_at_the_papers_size_stays_below_eight_gigabytes() -> None:
    long = Extent(200, (896, 512), (448, 256), (896, 512), 4, 4)
    assert memory_mib("train", long, SETTINGS) < 8192


def test_a_longer_training_is_given_more_time() -> None:
    usual = asked_minutes("train", SMALL, SETTINGS)
    assert asked_minutes("train", SMALL, with_(train={"steps": 30_000})) > 3 * usual
    epochs = with_(train={"epochs": 2500, "batch": 30, "channels": 64})
    assert asked_minutes("train", SMALL, epochs) > 20 * usual


def test_layers_of_the_sources_size_ask_for_more() -> None:
    large = with_(upsample={"output_size": "source"})
    high = replace(SMALL, source=(1920, 1080))
    for stage in MEMORY:
        more = memory_mib(stage, high, large) - memory_mib(stage, high, SETTINGS)
        slower = core_seconds(stage, high, large) - core_seconds(stage, high, SETTINGS)
        assert (more > 0) == (stage in ("upsample", "render", "preview")), stage
        assert (slower > 0) == (stage == "upsample"), stage
    # Two people before the background in 60 frames of 1080p, and 60 to 90 s of training: measured.
    assert 600 < core_seconds("upsample", high, large) < 1000
