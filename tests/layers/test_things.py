import numpy as np

from retime.layers.things import lay_things, whose_things

FRAMES, HEIGHT, WIDTH = 20, 64, 128
NOBODY = np.zeros((FRAMES, 2, HEIGHT, WIDTH), bool)
GROUND = np.zeros((FRAMES, HEIGHT, WIDTH), np.float32)  # what is no thing demands nothing


def people(*places):
    """UV maps of two people who step in place or along, in poses that come back; and nobody seen.

    Each place is a function from a frame to a left column and a height.
    """
    maps = NOBODY.copy()
    for t in range(FRAMES):
        for n, place in enumerate(places):
            left, tall = place(t)
            maps[t, n, 40 - tall : 40, left : left + 10] = True
    return maps


def standing(left, period):
    return lambda t: (left, 12 + 5 * (t % period))


def walking(t):
    return 4 + 3 * t, 12 + 5 * (t % 4)


BEHIND = np.tile([1, 2], (FRAMES, 1))  # the second is in front


def test_a_ball_belongs_to_whose_poses_foretell_it_far_as_it_is():
    positive = people(standing(20, 4), standing(90, 5))
    solid = np.zeros((FRAMES, HEIGHT, WIDTH), bool)
    for t in range(FRAMES):
        # Beside the second person, swinging as the first one moves.
        solid[t, 8 + 6 * (t % 4) : 16 + 6 * (t % 4), 70:80] = True
    things = whose_things(solid, positive, BEHIND, NOBODY, GROUND)
    assert (things[:, 0] == solid).all()
    assert not things[:, 1].any()


def test_a_ball_taken_along_is_its_carriers():
    positive = people(walking, standing(100, 5))
    solid = np.zeros((FRAMES, HEIGHT, WIDTH), bool)
    for t in range(FRAMES):
        solid[t, 4:12, 18 + 3 * t : 28 + 3 * t] = True
    things = whose_things(solid, positive, BEHIND, NOBODY, GROUND)
    assert (things[:, 0] == solid).all()


def test_what_rests_beside_two_who_step_in_place_is_nobodys():
    positive = people(standing(20, 4), standing(90, 5))
    solid = np.zeros((FRAMES, HEIGHT, WIDTH), bool)
    solid[:, 4:12, 50:60] = True
    assert not whose_things(solid, positive, BEHIND, NOBODY, GROUND).any()


def test_a_few_pixels_are_no_thing():
    positive = people(walking, standing(100, 5))
    solid = np.zeros((FRAMES, HEIGHT, WIDTH), bool)
    for t in range(FRAMES):
        solid[t, 4:6, 18 + 3 * t : 20 + 3 * t] = True  # 4 pixels; 0.0006 of a frame are 4.9
    assert not whose_things(solid, positive, BEHIND, NOBODY, GROUND).any()


def test_things_hide_bodies_behind_their_owner_but_not_where_those_are_seen():
    positive = people(standing(50, 5), walking)
    solid = np.zeros((FRAMES, HEIGHT, WIDTH), bool)
    for t in range(FRAMES):
        solid[t, 24:34, 16 + 3 * t : 26 + 3 * t] = True
    ball = solid.copy()
    solid &= ~positive.any(1)  # of a ball before a body the ground says nothing
    seen = NOBODY.copy()
    seen[:, 0, 24:27, 50:60] = True
    things = whose_things(solid, positive, BEHIND, seen, GROUND)
    across = ball & positive[:, 0] & ~seen[:, 0]
    # Where less than the ball's smallest piece sticks out, no thing is found in the frame.
    found = [t for t in range(FRAMES) if across[t].any() and solid[t].sum() >= 40]
    assert len(found) >= 3
    for t in found:
        assert things[t, 1][across[t]].all()
    assert not (things[:, 1] & seen[:, 0] & positive[:, 0]).any()
    # From behind it hides nobody.
    behind = whose_things(solid, positive, BEHIND[:, ::-1], seen, GROUND)
    assert not (behind[:, 1] & positive[:, 0]).any()


def test_scraps_of_a_thing_are_its_where_like_poses_say_so_and_the_frame_shows_something():
    positive = people(walking, standing(110, 5))
    solid = np.zeros((FRAMES, HEIGHT, WIDTH), bool)
    for t in range(FRAMES):
        solid[t, 4:12, 18 + 3 * t : 28 + 3 * t] = True
    ball, least = solid[9].copy(), GROUND.copy()
    scrap = slice(18 + 27, 18 + 27 + 4)
    solid[9, :, scrap] = False  # of the ball's left part nothing was found,
    least[9, :8, scrap] = 0.4  # and the lower half of it looks like the ground
    least[9, 30, 60:70] = 0.4  # nor is all that shows part of the ball
    things = whose_things(solid, positive, BEHIND, NOBODY, least)
    ball[8:, scrap] = False
    assert (things[9, 0] == ball).all()
    assert not things[:, 1].any()


def test_things_enter_the_maps_of_their_owners_as_further_people():
    iuv, person = np.zeros((2, 2, 8, 12, 3), np.uint8), np.zeros((2, 2, 8, 12), np.uint8)
    iuv[:, 0, 2:6, 1:3, 0] = person[:, 0, 2:6, 1:3] = 1
    iuv[:, 1, 2:6, 9:11, 0] = 2
    person[:, 1, 2:6, 9:11] = 2
    things = np.zeros((2, 2, 8, 12), bool)
    things[0, 1, 1:5, 2:10] = True  # wide, so six tiles lie across it, and four down
    assert lay_things(iuv, person, things) == 3
    body = np.zeros((8, 12), bool)
    body[2:6, 9:11] = True
    assert (person[0, 1] == np.where(body, 2, np.where(things[0, 1], 3, 0))).all()
    assert (person[1, 1] == np.where(body, 2, 0)).all()
    # Its first pixel lies in the first tile, its last that is no body's in the last row of tiles.
    assert iuv[0, 1, 1, 2, 0] == 1
    assert iuv[0, 1, 4, 2, 0] == 19
    assert iuv[0, 1, 2, 9].tolist() == [2, 0, 0]
    assert (iuv[:, 0, ..., 0] == person[:, 0]).all()
