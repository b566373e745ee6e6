import numpy as np

from retime.layers.sight import View, count_sightings

# Frames of 100 pixels' width, of which UV maps may be 1 off. Each is of one colour and one texel.
RED, BLUE, GROUND = (220, 30, 20), (20, 40, 200), (120, 120, 120)
HIGH, WIDTH = 8, 100


def frame(bodies, shown):
    """Return a view of bodies, each from one column to before another; ``shown``: what, in turn."""
    rgb = np.full((HIGH, WIDTH, 3), GROUND, np.uint8)
    for first, end, colour in shown:
        rgb[:, first:end] = colour
    iuv = np.zeros((len(bodies), HIGH, WIDTH, 3), np.uint8)
    for n, (first, end) in enumerate(bodies):
        iuv[n, :, first:end] = 2, 128, 128
    person = np.where(iuv[..., 0] > 0, np.arange(1, len(bodies) + 1)[:, None, None], 0)
    return View(rgb, iuv, person.astype(np.uint8))


def count(*frames):
    people = len(frames[0].iuv)
    return count_sightings(frames.__getitem__, len(frames), people, range(1, people + 1))


APART = frame([(10, 30), (60, 80)], [(10, 30, RED), (60, 80, BLUE)])


def test_in_front_is_whose_texture_is_seen():
    red = frame([(40, 60), (50, 70)], [(50, 70, BLUE), (40, 60, RED)])
    blue = frame([(40, 60), (50, 70)], [(40, 60, RED), (50, 70, BLUE)])
    seen, shared = count(APART, red, blue)
    assert seen.tolist() == [[[0, 0], [0, 0]], [[0, 80], [0, 0]], [[0, 0], [80, 0]]]
    assert shared[0].sum() == 0
    assert shared[1:, 0, 1].tolist() == [80, 80]


def test_the_ground_shows_nobody():
    seen, _ = count(APART, frame([(40, 60), (50, 70)], []))
    assert not seen.any()


def test_who_looks_the_same_is_not_told():
    alike = frame([(10, 30), (60, 80)], [(10, 30, RED), (60, 80, RED)])
    seen, _ = count(alike, frame([(40, 60), (50, 70)], [(40, 70, RED)]))
    assert not seen.any()


def test_texture_may_come_from_the_same_frame():
    seen, _ = count(frame([(40, 60), (50, 70)], [(50, 70, BLUE), (40, 60, RED)]))
    assert seen[0, 0, 1] == 80


def test_who_is_never_seen_alone_is_not_told():
    seen, _ = count(frame([(40, 60), (45, 55)], [(40, 60, RED)]))
    assert not seen.any()


def test_a_third_who_may_be_there_leaves_it_open():
    apart = frame([(10, 30), (60, 80), (85, 95)], [(10, 30, RED), (60, 80, BLUE), (85, 95, RED)])
    three = frame([(40, 60), (50, 70), (58, 75)], [(58, 75, RED), (50, 70, BLUE), (40, 60, RED)])
    seen, _ = count(apart, three)
    # The third, red too, is near from 57 on; the first is near as far as 60.
    assert seen[1, 0].tolist() == [0, 8 * 7, 0]
    assert seen[1, 1].tolist() == [0, 0, 8 * 9]
    assert seen[1, 2].tolist() == [0, 0, 0]
