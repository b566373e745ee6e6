import numpy as np

from retime.layers.shade import (
    OFFSET,
    _membrane,
    ground_samples,
    lasting_shade,
    lift_shade,
)

HEIGHT, WIDTH = 40, 224


def blob(x, y, radius):
    """A soft dark spot: 1 in its middle, 0 from `radius` on, [h, w]."""
    v, u = np.mgrid[0:HEIGHT, 0:WIDTH]
    return (1 - np.hypot(u - x, v - y) / radius).clip(0, 1)


def test_a_membrane_through_a_plane_is_the_plane():
    # Linear functions are harmonic, so the fill must give back just what was cut out.
    v, u = np.mgrid[0:12, 0:15].astype(float)
    plane = np.stack([2 * u - v, u + 3 * v, 5 + 0 * u], -1)
    region = np.zeros((12, 15), bool)
    region[3:9, 4:11] = True
    region[6, 6] = False  # a known pixel inside
    filled, reached = _membrane(region, np.where(region[..., None], 0, plane), ~region)
    np.testing.assert_allclose(filled, plane, atol=0.05)  # but for what leaks
    assert (reached == region).all()


def test_a_membrane_may_touch_the_pictures_edge():
    rim = np.full((6, 6, 3), 7.0)
    region = np.zeros((6, 6), bool)
    region[:3] = True
    filled, _ = _membrane(region, rim, ~region)
    np.testing.assert_allclose(filled, 7.0)


def test_a_membrane_goes_by_what_counts_alone_and_says_where_it_reaches():
    # Two holes; only the left one has values that count about it: 3, among others of 50.
    rim = np.full((9, 21, 3), 50.0)
    rim[:, :3] = 3.0
    region = np.zeros((9, 21), bool)
    region[2:7, 3:8] = region[2:7, 14:19] = True
    filled, reached = _membrane(region, rim, rim[..., 0] == 3)
    np.testing.assert_allclose(filled[2:7, 3:8], 3.0)
    assert reached[2:7, 3:8].all()
    assert not reached[:, 8:].any()


def test_shadows_keep_the_grounds_colour_and_things_do_not():
    median = np.full((1, 3, 3), (160.0, 120.0, 90.0), np.float32)
    stack = np.uint8([[[(80, 60, 45), (160, 120, 90), (200, 70, 40)]]])
    assert ground_samples(stack, median)[0, 0].tolist() == [True, True, False]


def test_only_ground_that_is_mostly_dark_lies_in_lasting_shade():
    # Left: bright at times, usually a fifth darker. Middle: usually bright, dark for a while.
    # Right: never anything else. Columns of 20, far enough apart.
    bright = np.full((HEIGHT, WIDTH, 3), 150.0)
    median, dark = bright.copy(), bright.copy()
    median[:, :20], dark[:, :20] = 120, 110
    dark[:, 50:70] = 110
    found = lasting_shade(bright, median, dark, np.ones((HEIGHT, WIDTH), bool))
    assert found[:, :20].all()
    assert not found[:, 22:].any()


def test_edges_that_homographies_shift_on_a_fine_canvas_are_no_shadow():
    # A line three fine pixels wide, and a shadow of ten.
    bright = np.full((HEIGHT, WIDTH, 3), 150.0)
    median = bright.copy()
    median[10:13] = median[40:50] = 120
    everywhere = np.ones((HEIGHT, WIDTH), bool)
    found = lasting_shade(bright, median, median, everywhere, fine=2)
    assert not found[:30].any()
    assert found[40:50].all()
    assert lasting_shade(bright, median, median, everywhere)[10:13].all()


def test_a_patch_as_small_as_a_hand_is_no_shadow():
    # A fortieth of 224 pixels squared is 31: a patch of 4 by 6 is left alone, one of 8 by 8 is not.
    bright = np.full((HEIGHT, WIDTH, 3), 150.0)
    median = bright.copy()
    median[10:14, 50:56] = median[10:18, 100:108] = 120
    found = lasting_shade(bright, median, median, np.ones((HEIGHT, WIDTH), bool))
    assert not found[:, :75].any()
    assert found[10:18, 100:108].all()


def test_a_shadow_that_never_leaves_its_middle_is_lifted_and_the_grain_stays():
    # Half the light is gone in the middle; the ground is a fine chequer of 4 % contrast.
    v, u = np.mgrid[0:HEIGHT, 0:WIDTH]
    grain = 1 + 0.02 * np.where((u + v) % 2, 1, -1)
    ground = np.repeat(120 * grain[..., None], 3, -1)
    shadow = blob(60, 20, 10)
    picture = ground * (1 - 0.5 * shadow[..., None])
    shade = shadow > 0
    lifted = lift_shade(picture, picture, shade, np.ones_like(shade))
    np.testing.assert_array_equal(lifted[~shade], picture[~shade])
    before = np.abs(picture - ground)[shade].mean()
    after = np.abs(lifted - ground)[shade].mean()
    assert before > 18
    assert after < 2.5
    # Neighbours of a chequer differ by 4 % of the light, however dark they were.
    contrast = np.abs(np.diff(lifted[..., 0], axis=1))[16:24, 52:68] / 120
    assert 0.03 < contrast.mean() < 0.05


def test_ground_is_never_made_darker():
    rng = np.random.default_rng(0)
    picture = rng.uniform(0, 255 - OFFSET, (HEIGHT, WIDTH, 3))
    shade = blob(40, 20, 12) > 0
    assert (lift_shade(picture, picture, shade, np.ones_like(shade)) >= picture - 1e-9).all()


def test_without_shade_nothing_changes():
    picture = np.random.default_rng(1).uniform(0, 255, (HEIGHT, WIDTH, 3))
    nowhere, everywhere = np.zeros((HEIGHT, WIDTH), bool), np.ones((HEIGHT, WIDTH), bool)
    np.testing.assert_array_equal(lift_shade(picture, picture, nowhere, everywhere), picture)
    np.testing.assert_array_equal(lift_shade(picture, picture, everywhere, everywhere), picture)


def test_ground_is_as_bright_as_it_was_seen_but_no_brighter_than_around():
    # On the left the brightest is the lit ground, on the right a white shirt's reflection in it.
    picture = np.full((HEIGHT, WIDTH, 3), 120.0)
    shade = np.zeros((HEIGHT, WIDTH), bool)
    shade[15:25, 40:60] = shade[15:25, 150:170] = True
    brightest = picture.copy()
    picture[15:25, 40:60], brightest[15:25, 150:170] = 80, 170
    lifted = lift_shade(picture, brightest, shade, np.ones_like(shade))
    assert np.abs(lifted[15:25, 42:58] - 120).max() < 1
    assert np.abs(lifted[17:23, 152:168] - 120).max() < 2


def test_a_mat_that_is_always_half_in_shadow_stays_black():
    # Pale boards, and on them a black mat with white stripes; the shadow lies over both.
    ground = np.full((HEIGHT, WIDTH, 3), (170.0, 130.0, 85.0))
    ground[5:35, 90:130] = 50.0
    ground[5:35, 92:130:6] = 190.0
    _, u = np.mgrid[0:HEIGHT, 0:WIDTH]
    dark = blob(92, 20, 16)[..., None]
    picture = ground * (1 - 0.4 * dark)
    shade = (dark > 0)[..., 0]
    lifted = lift_shade(picture, picture, shade, np.ones_like(shade))
    mat = shade & (u > 91)  # but for its edge, where colours mix
    mat[:7] = mat[33:] = False
    np.testing.assert_allclose(lifted[mat], picture[mat])  # as it was: too patterned to tell
    boards = shade & (u < 88)
    before = np.abs(picture - ground)[boards].mean()
    assert np.abs(lifted - ground)[boards].mean() < 0.35 * before


def test_plain_paint_in_shadow_is_lit_as_the_paint_around_it_is():
    # The right half of the floor is painted blue; a shadow lies across the edge.
    ground = np.full((HEIGHT, WIDTH, 3), (170.0, 130.0, 85.0))
    ground[:, 100:] = (50.0, 90.0, 160.0)
    dark = blob(100, 20, 14)[..., None]
    picture = ground * (1 - 0.5 * dark)
    shade = dark[..., 0] > 0
    lifted = lift_shade(picture, picture, shade, np.ones_like(shade))
    for half in (np.s_[:, :98], np.s_[:, 102:]):
        before = np.abs(picture - ground)[half][shade[half]].mean()
        assert np.abs(lifted - ground)[half][shade[half]].mean() < 0.25 * before
