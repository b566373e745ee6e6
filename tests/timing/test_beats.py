from itertools import combinations

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.artifacts import Seeds, TimeMap, Tracks
from retime.errors import InputError
from retime.timing.beats import RATE, lowest_points, match_beats, onsets, read_mono
from retime.timing.edit import load_edit
from retime.timing.stage import run_warp
from retime.timing.timemap import SourceLayers, build_instances


def drums(times, seconds=4.0, noise=0.0):
    """Bursts of noise that die away, at the given times."""
    rng = np.random.default_rng(0)
    sound = noise * rng.normal(size=int(seconds * RATE))
    for time in times:
        first = round(time * RATE)
        length = min(round(0.12 * RATE), len(sound) - first)
        decay = np.exp(-np.arange(length) / (0.03 * RATE))
        sound[first : first + length] += 0.5 * decay * rng.normal(size=length)
    return sound


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_onsets_of_drums(noise):
    played = [0.0, 0.5, 0.95, 1.6, 2.0, 2.13, 3.4] if noise == 0 else [0.5, 0.95, 1.6, 2.0, 3.4]
    found = onsets(drums(played, noise=noise))
    assert len(found) == len(played)
    assert np.abs(found - played).max() < 0.015


def test_onsets_of_notes_without_a_pause():
    times = np.arange(int(2.0 * RATE)) / RATE
    notes = [440, 660, 550, 880]
    sound = 0.3 * np.sin(2 * np.pi * np.array(notes)[(times // 0.5).astype(int)] * times)
    assert onsets(sound) == pytest.approx([0, 0.5, 1.0, 1.5], abs=0.03)


def test_silence_has_no_beat():
    assert len(onsets(np.zeros(RATE))) == 0
    assert len(onsets(np.zeros(10))) == 0


def test_sound_is_read_at_its_place(tmp_path):
    path, rate = tmp_path / "drums.wav", 48_000
    times = np.arange(3 * rate) / rate
    tone = (0.5 * np.sin(2 * np.pi * 500 * times) * (times >= 1.0)).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=rate, layout="stereo")
        samples = np.repeat((tone * 32767).astype(np.int16), 2)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    sound = read_mono(path, start=0.4, duration=1.5)
    assert len(sound) == 1.5 * RATE
    (loud,) = np.nonzero(np.abs(sound) > 0.05)
    assert loud[0] / RATE == pytest.approx(0.6, abs=0.003)


def test_what_is_no_sound_is_named(tmp_path):
    path = tmp_path / "notes.wav"
    path.write_text("do re mi")
    with pytest.raises(InputError, match=r"notes\.wav: its sound cannot be read"):
        read_mono(path)
    with pytest.raises(InputError, match=r"gone\.wav: its sound cannot be read"):
        read_mono(tmp_path / "gone.wav")


def test_lowest_points_lie_between_frames():
    times = np.arange(50)
    found = lowest_points(np.sqrt(2) * np.cos(2 * np.pi * (times - 3.3) / 12), 30.0)
    assert found == pytest.approx([9.3, 21.3, 33.3, 45.3], abs=0.05)


@given(
    moments=st.lists(st.floats(0, 100), min_size=1, max_size=4, unique=True),
    beats=st.lists(st.floats(0, 100), min_size=1, max_size=6, unique=True),
)
@settings(max_examples=60, deadline=None)
def test_matching_moves_as_little_as_possible(moments, beats):
    moments, beats = np.sort(moments), np.sort(beats)
    own, at = match_beats(moments, beats)
    count = min(len(moments), len(beats))
    assert len(own) == len(at) == count
    best = min(
        np.abs(np.array(a) - np.array(b)).sum()
        for a in combinations(moments, count)
        for b in combinations(beats, count)
    )
    assert np.abs(own - at).sum() == pytest.approx(best)


def write_wav(path, sound):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        samples = (np.clip(sound, -1, 1) * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("whose", ["own", "beside"])
def test_the_stage_hears_the_clip_or_a_file_beside_the_edit(tmp_path, whose):
    common = {
        "clip": "dance",
        "source_size": [40, 20],
        "working_size": [40, 20],
        "fps": [10, 1],
        "start_seconds": 0.5 if whose == "own" else 0.0,
    }
    times = np.arange(40)
    sizes = {"T": 40, "P": 1, "N": 1, "h": 20, "w": 40}
    with Tracks.create(tmp_path / "tracks.h5", parameters={}, sizes=sizes, **common) as tracks:
        tracks.keypoints[...] = 10 - 5 * np.cos(2 * np.pi * (times - 2) / 12)[:, None, None, None]
        tracks.present[...] = True
        tracks.ids[...] = [1]
    with Seeds.create(
        tmp_path / "cast.h5",
        parameters={},
        sizes=sizes,
        names=["ann"],
        people=[[1]],
        canvas=[0, 0, 40, 20],
        camera_mode="still",
        **common,
    ) as seeds:
        seeds.order[...] = 1
        seeds.homographies[...] = np.eye(3)
    # y is largest, and so the person lowest, at frames 8, 20 and 32.
    write_wav(tmp_path / "drums.wav", drums([1.2, 2.6, 3.9], seconds=4.6))
    edit = tmp_path / "dance.yaml"
    sound = "" if whose == "own" else ", sound: drums.wav"
    edit.write_text(f"layers: {{ann: {{align: {{to: beats{sound}}}}}}}")
    files = (tmp_path / "tracks.h5", tmp_path / "cast.h5", edit, tmp_path / "t.h5")
    run_warp(*files, tmp_path / "drums.wav" if whose == "own" else None)
    with TimeMap.open(tmp_path / "t.h5") as made:
        shown = made.source_time[0]
    # The clip begins half a second into its own sound.
    beats = np.array([12, 26, 39]) - (5 if whose == "own" else 0)
    assert shown[beats] == pytest.approx([8, 20, 32], abs=0.3)


def source(beats):
    times = np.arange(60)
    wave = np.sqrt(2) * np.cos(2 * np.pi * (times - 2) / 20)  # lowest at 12, 32, 52
    return SourceLayers(
        names=["ann"],
        people=[[1]],
        order=np.ones((60, 1), int),
        floor=np.full((60, 1), np.nan),
        fps=10.0,
        motion=lambda number, name: wave,
        beats=lambda sound: np.array(beats),
    )


def test_lowest_points_fall_on_beats(tmp_path):
    path = tmp_path / "dance.yaml"
    path.write_text("layers: {ann: {align: {to: beats}}}")
    made = build_instances(load_edit(path), source([10.0, 20.0, 35.0, 50.0])).source_time[0]
    # Four beats, three landings: 12 goes to 10, 32 to 35, 52 to 50.
    assert made[[10, 35, 50]] == pytest.approx([12, 32, 52], abs=1e-6)


def test_chosen_moments_fall_on_beats(tmp_path):
    path = tmp_path / "dance.yaml"
    path.write_text("layers: {ann: {align: {to: beats, moments: [20, '4s']}}}")
    made = build_instances(load_edit(path), source([22.0, 37.0, 99.0])).source_time[0]
    assert made[[22, 37]] == pytest.approx([20, 40])


def test_no_beat_to_fall_on(tmp_path):
    path = tmp_path / "dance.yaml"
    path.write_text("layers:\n  ann: {align: {to: beats}}")
    with pytest.raises(InputError, match=r"line 2: .*found 3 moments and 0 beats"):
        build_instances(load_edit(path), source([]))
