import cv2
import numpy as np

from retime.layers.evidence import least_alpha
from retime.layers.solid import solid_pieces, solid_things

HEIGHT, WIDTH = 48, 64
WALL, BOARDS, BALL = (60, 130, 140), (190, 140, 90), (230, 100, 70)
NAVY = (70, 70, 95)
NOBODY = np.zeros((HEIGHT, WIDTH), bool)


def room():
    """A wall above boards, each flat."""
    ground = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    ground[:24], ground[24:] = WALL, BOARDS
    return ground


def found(frame, bodies=NOBODY):
    return solid_things([pieces(frame, bodies)])[0]


def pieces(frame, bodies=NOBODY):
    return solid_pieces(frame, room(), least_alpha(frame, room()), bodies)


def test_a_ball_that_the_boards_would_let_pass_for_a_veil_is_solid_with_its_upper_half():
    frame = room()
    frame[16:40, 20:40] = BALL
    # The wall asks for (230 - 60) / (255 - 60) = 0.87; the boards for (230 - 190) / 65 = 0.62.
    least = least_alpha(frame, room())
    assert least[20, 30] > 0.8
    assert least[36, 30] < 0.65
    solid = found(frame)
    assert solid[17:39, 21:39].all()
    solid[14:42, 18:42] = False
    assert not solid.any()


def test_the_same_before_the_boards_alone_may_be_a_veil():
    frame = room()
    frame[28:44, 20:40] = BALL
    assert not found(frame).any()


def test_a_dark_shadow_is_not_solid():
    frame = room()
    frame[20:40, 20:40] = (0.15 * room()[20:40, 20:40]).astype(np.uint8)
    assert least_alpha(frame, room()).max() > 0.84  # as much as a thing would ask for
    assert not found(frame).any()


def test_a_reflection_is_not_solid_though_a_thing_touches_it():
    frame = room()
    frame[16:24, 20:40] = BALL
    mirrored = 0.8 * np.array(BOARDS) + 0.2 * np.array(BALL)  # differs by 8 of 255 at most
    frame[24:40, 20:40] = mirrored.astype(np.uint8)
    solid = found(frame)
    assert solid[17:23, 21:39].all()
    assert not solid[26:].any()


def test_bodies_are_not_things():
    frame = room()
    frame[4:20, 20:40] = BALL
    bodies = NOBODY.copy()
    bodies[2:22, 18:42] = True
    assert not found(frame, bodies).any()


def test_the_rim_of_a_body_past_its_map_is_no_thing():
    frame = room()
    frame[4:20, 20:40] = BALL
    bodies = NOBODY.copy()
    bodies[6:18, 22:38] = True  # two pixels of it show on each side
    assert not found(frame, bodies).any()


def test_a_bicycle_is_no_massive_thing_though_its_hub_is_thick():
    frame = room()
    wheel, hub = np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((HEIGHT, WIDTH), bool)
    cv2.circle(wheel, (32, 16), 12, 1, 1)  # a rim one pixel wide
    cv2.line(wheel, (20, 16), (44, 16), 1, 1)
    hub[14:19, 30:35] = True
    frame[(wheel > 0) | hub] = BALL
    assert not found(frame).any()
    alone = room()
    alone[hub] = BALL
    assert found(alone)[15:18, 31:34].all()


def test_what_was_solid_stays_so_where_no_part_of_it_tells():
    frames, bodies = [room() for _ in range(4)], [NOBODY.copy() for _ in range(4)]
    for t, frame in enumerate(frames):
        frame[16:40, 18 + 2 * t : 38 + 2 * t] = BALL
        bodies[t][:29] = t not in (0, 3)  # somebody hides the half before the wall
        frame[bodies[t]] = NAVY
    shown = list(map(pieces, frames, bodies))
    assert not any(each.things.any() for each in shown[1:3])  # alone they may be veils
    solid = solid_things(shown)
    for t in range(4):
        assert solid[t][30:39, 19 + 2 * t : 37 + 2 * t].all()
    assert not solid_things(shown[1:3]).any()
    backward = solid_things(shown[::-1])
    assert (backward == solid[::-1]).all()


def test_what_comes_up_beside_a_thing_is_none_for_that():
    first, second = room(), room()
    first[16:40, 4:24] = BALL
    second[16:40, 4:24] = BALL
    second[28:44, 30:50] = BALL
    assert not solid_things([pieces(first), pieces(second)])[1][:, 26:].any()


def dressed(colour):
    """Somebody in navy trousers before the boards, and beside them a patch of some colour."""
    body = np.zeros((HEIGHT, WIDTH), bool)
    body[26:46, 24:32] = True
    frame = room()
    frame[body] = NAVY
    frame[30:42, 32:42] = colour
    return frame, body


def test_a_skirt_beside_the_body_in_its_colours_is_solid():
    frame, body = dressed(NAVY)
    least = least_alpha(frame, room())
    assert least[36, 38] < 0.65  # (190 - 70) / 190: it might be a veil
    solid = found(frame, body)
    assert solid[31:41, 32:41].all()
    assert not solid[:, 44:].any()


def test_a_veil_of_another_colour_beside_the_body_is_not():
    frame, body = dressed((150, 60, 95))
    assert least_alpha(frame, room())[36, 38] > 0.5  # as much as the skirt's
    assert not found(frame, body).any()


def test_what_has_the_bodys_colours_far_from_it_is_not_worn():
    frame, body = dressed(NAVY)
    frame[30:42, 32:42] = room()[30:42, 32:42]
    frame[30:42, 46:56] = NAVY
    assert not found(frame, body).any()
