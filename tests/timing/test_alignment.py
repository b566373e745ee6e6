import functools
from dataclasses import replace

import numpy as np
import pytest

from retime.demo.scenario import demo
from retime.timing.alignment import NothingToAlignError, align_motions
from retime.timing.edit import load_edit
from retime.timing.signals import correlation, motion_signal
from retime.timing.timemap import SourceLayers, build_instances

FRAMES, FPS = 75, 15.0


@pytest.fixture(scope="module")
def jumpers():
    """Return the motions of the demo's two jumpers at tempi of chance, as a tracker sees them.

    Their keypoints come from the demo's renderer, with a pixel of noise.
    """

    @functools.cache
    def make(seed):
        rng, scenario, signals = np.random.default_rng(seed), demo(), []
        for actor in scenario.actors[:2]:
            tempo = rng.uniform(0.9, 1.35)
            phase, height = rng.uniform(0, tempo), min(actor.motion.height, 0.2)
            jump = replace(actor.motion, period=tempo, phase=phase, height=height)
            points = np.empty((FRAMES, 1, 17, 2))
            for t in range(FRAMES):
                seen = replace(actor, motion=jump).at(t / FPS).keypoints.astype(float)
                points[t, 0] = scenario.camera.project(seen, 640, 360)[:, :2]
            points += rng.normal(0, 1, points.shape)
            present, still = np.ones((FRAMES, 1), bool), np.tile(np.eye(3), (FRAMES, 1, 1))
            signals.append(motion_signal(points, present, still))
        return signals

    return make


@pytest.mark.parametrize("seed", [0, 4])
def test_two_jumpers_of_any_tempo_come_into_step(jumpers, seed):
    ann, ben = jumpers(seed)
    for target, sample in ((ann, ben), (ben, ann)):
        found = align_motions(target, sample, FPS)
        first, last = (round(time) for time in found.span)
        times = np.arange(first, last + 1)
        shown = np.interp(found.curve.at(times), np.arange(FRAMES), sample)
        assert correlation(target[times], shown) >= 0.95
        assert found.after == pytest.approx(correlation(target[times], shown), abs=0.02)
        assert found.after >= found.before
        # The faster jumper has no more than 90 / 135 of the time that the slower one fills.
        assert last - first >= 0.65 * (FRAMES - 1)
        assert (np.diff(found.curve.at(times)) > 0).all()


def test_a_motion_is_in_step_with_itself(jumpers):
    ann, _ = jumpers(0)
    found = align_motions(ann, ann, FPS)
    assert found.before == pytest.approx(1)
    assert found.after == pytest.approx(1, abs=1e-3)
    times = np.arange(FRAMES)
    assert np.abs(found.curve.at(times) - times).max() < 1.0


def test_a_known_shift_is_found():
    times = np.arange(90)
    bumps = np.exp(-(((times[:, None] - [20, 41, 70]) / 3) ** 2)).sum(1)
    found = align_motions(bumps, np.roll(bumps, 5), 30.0, segment=15, slack=4)
    assert found.curve.at(np.array([20.0, 41, 70])) == pytest.approx([25, 46, 75], abs=0.8)


def test_fixed_ends_stay():
    times = np.arange(60)
    wave = np.sin(times / 4)
    late = np.sin((times + 2 * np.sin(np.pi * times / 59)) / 4)
    found = align_motions(late, wave, 30.0, fixed=True)
    assert found.curve.at(np.array([0.0, 59.0])) == pytest.approx([0, 59])
    assert found.after > 0.99 > found.before


def test_what_does_not_move_is_refused():
    wave = np.sin(np.arange(60.0))
    with pytest.raises(NothingToAlignError, match="this layer does not move"):
        align_motions(wave, np.zeros(60), 30.0)
    with pytest.raises(NothingToAlignError, match="the other layer does not move"):
        align_motions(np.ones(60), wave, 30.0)


def test_an_edit_aligns_by_itself(jumpers, tmp_path):
    ann, ben = jumpers(0)
    path = tmp_path / "step.yaml"
    path.write_text("layers: {ben: {align: {to: ann, auto: true}}, ann: {delay: 6}}\nlength: 81\n")
    source = SourceLayers(
        names=["ann", "ben"],
        people=[[1], [2]],
        order=np.tile([1, 2], (FRAMES, 1)),
        floor=np.full((FRAMES, 2), np.nan),
        fps=FPS,
        motion=lambda number, name: (ann, ben)[number - 1],
    )
    made = build_instances(load_edit(path), source)
    # Ann comes later, so what Ben follows is Ann as the output shows her.
    shown = [np.interp(made.source_time[k], np.arange(FRAMES), s) for k, s in enumerate((ann, ben))]
    plays = (made.source_time > 0) & (made.source_time < FRAMES - 1)
    both = plays.all(axis=0)
    assert both.sum() > 50
    assert correlation(shown[0][both], shown[1][both]) >= 0.95
