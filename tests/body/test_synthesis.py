import numpy as np
import pytest

from retime.body.poses import FAMILIES
from retime.body.synthesis import OKS_SIGMAS, disturb, interpolate_run, synthesise


def test_pairs_follow_from_the_seed():
    first, again, other = (synthesise(seed, 3, 64) for seed in ((1, 2), (1, 2), (1, 3)))

    for name in ("skeletons", "parts", "uv", "families"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert (first.parts != other.parts).any()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_skeleton_lies_on_the_body(family):
    pairs = synthesise((0,), 4, 64, errors=False, family=family)

    drawn, body = pairs.skeletons.max(-1) > 128, pairs.parts > 0
    assert (drawn & body).sum() / drawn.sum() > 0.8
    assert body.mean() > 0.03
    assert pairs.families == (family,) * 4


def test_uv_is_given_on_the_body_alone():
    pairs = synthesise((0,), 4, 64)

    assert pairs.parts.max() <= 24
    assert pairs.uv[pairs.parts == 0].max() == 0
    assert 0 <= pairs.uv.min() < 0.1 < 0.9 < pairs.uv.max() <= 1


def test_whole_bodies_fit_the_picture():
    parts = synthesise((7,), 100, 64, errors=False).parts
    edge = np.concatenate([parts[:, 0], parts[:, -1], parts[:, :, 0], parts[:, :, -1]], axis=1)

    assert (edge > 0).any(1).mean() < 0.05


def test_joint_noise_follows_coco():
    generator = np.random.default_rng(0)
    origin = np.zeros((17, 2))
    moved = np.stack([disturb(origin, 100.0, generator)[0] for _ in range(4000)])

    size = np.sqrt((moved**2).mean((0, 2)))  # [17]
    # Hips err by 107 / 25 of what eyes do; swaps exchange equals only.
    assert size[11] / size[1] == pytest.approx(107 / 25, rel=0.15)
    # Never more than twice what annotators do, a few strays included.
    assert (size < 2 * 100 * OKS_SIGMAS).all()
    assert (size > 0.2 * 100 * OKS_SIGMAS).all()


def test_without_noise_joints_are_swapped_or_missing_or_where_they_were():
    generator = np.random.default_rng(0)
    keypoints = np.arange(34, dtype=float).reshape(17, 2)
    swapped = missing = 0
    for _ in range(500):
        moved, present = disturb(keypoints, 0.0, generator)
        np.testing.assert_array_equal(np.sort(moved, axis=0), keypoints)
        pairs = np.flatnonzero((moved != keypoints).any(1))
        assert 0 not in pairs  # the nose has no other side
        swapped += len(pairs) > 0
        missing += not present.all()
        assert present.any()
    assert 15 < swapped < 80
    assert 50 < missing < 150


def test_an_interpolated_run_takes_joints_from_the_line():
    generator = np.random.default_rng(0)
    keypoints, line = np.zeros((17, 2)), np.ones((17, 2))
    counts = [int(interpolate_run(keypoints, line, generator)[:, 0].sum()) for _ in range(60)]

    assert {3, 17} <= set(counts)
    assert min(counts) >= 1
