from dataclasses import replace

import numpy as np
import pytest

from retime.demo.bouncing import Bounce
from retime.demo.camera import Pinhole
from retime.demo.cast import Actor, person_of_height, sole_of
from retime.demo.effects import view_ground
from retime.demo.filming import Filming, film
from retime.demo.giving_way import bend
from retime.demo.jumping import Jump
from retime.demo.light import Lighting
from retime.demo.room import Room, develop, render_room
from retime.demo.scenario import Scenario
from retime.demo.tracking_scenes import OUTFITS
from retime.demo.trampoline import Pressed, Trampoline

FEW = Lighting(key_samples=2, room_samples=3)
SIZE = (160, 90)
WIDE = Trampoline((0.0, 0.5), radius=1.25)  # its sheet has a radius of 1 m


def test_the_sheet_is_deepest_in_its_middle_and_level_at_its_rim():
    # Half as deep halfway out, by (1 + cos(pi / 2)) / 2, and flat from the rim on.
    points = np.array([[0, 0.5, 0], [0.5, 0.5, 0], [0, 1.5, 0], [1.2, 0.5, 0]])
    np.testing.assert_allclose(WIDE.dip(points, 0.1), [0.1, 0.05, 0, 0], atol=1e-12)


def test_the_sheet_leans_towards_its_middle():
    # Halfway out it is steepest: a slope of depth * pi / 2 over the radius of 1 m.
    normals = WIDE.normal(np.array([[0.5, 0.5, 0], [0, 0.5, 0], [0, 1.5, 0]]), 0.1)
    slope = 0.1 * np.pi / 2
    steep = np.array([-slope, 0, 1]) / np.hypot(slope, 1)
    np.testing.assert_allclose(normals, [steep, [0, 0, 1], [0, 0, 1]], atol=1e-9)


def test_the_sheet_is_dark_with_pale_lines_and_a_blue_pad():
    line, sheet, pad = WIDE.albedo(np.array([[0.3, 0.5, 0], [0.2, 0.72, 0], [1.12, 0.6, 0]]))
    assert line.min() > 0.5
    assert sheet.max() < 0.08
    assert pad[2] > 5 * pad[0]
    assert WIDE.covers(np.array([[1.2, 0.5, 0], [1.3, 0.5, 0]])).tolist() == [True, False]


def test_rays_end_on_the_pressed_sheet():
    camera, pressed = Pinhole(), Pressed(WIDE, 0.15)
    bent = bend(camera, Room(trampolines=(WIDE,)), FEW, pressed, *SIZE)
    seen = bent.alpha > 0
    points = bent.points[seen]
    np.testing.assert_allclose(points[:, 2], -WIDE.dip(points, 0.15), atol=1e-4)
    # Each is seen at the pixel that it was found for.
    places = camera.project(points.astype(float), *SIZE)[:, :2]
    rows, columns = np.nonzero(seen)
    np.testing.assert_allclose(places, np.stack([columns, rows], 1), atol=0.01)


def test_a_sheet_hardly_pressed_looks_as_the_room_does():
    room = Room(trampolines=(WIDE,), grain=0.0)
    bent = bend(Pinhole(), room, FEW, Pressed(WIDE, 0.0045), *SIZE)
    whole = bent.alpha == 1
    assert whole.any()
    shown = 255 * develop(bent.light)[whole]
    flat = render_room(Pinhole(), room, *SIZE)[whole].astype(float)
    assert np.abs(shown - flat).mean() < 2.5
    assert not bend(Pinhole(), room, FEW, Pressed(WIDE, 0.0), *SIZE).alpha.any()


def test_the_sheet_mirrors_nothing():
    ground = view_ground(Pinhole(), Room(trampolines=(WIDE,)), FEW, *SIZE)
    bare = view_ground(Pinhole(), Room(), FEW, *SIZE)
    on = ground.floor & WIDE.covers(ground.points)
    assert on.any()
    assert not ground.mirror[on].any()
    np.testing.assert_array_equal(ground.mirror[~on], bare.mirror[~on])


@pytest.fixture(scope="module")
def bounce():
    person = person_of_height(1.7, seed=0)
    return Bounce(person, sole_of(person), (0.0, 0.5), period=1.1, radius=1.0, give=0.1)


def test_who_bounces_sinks_with_the_sheet_and_flies_as_any_jumper(bounce):
    jump = Jump(bounce.shape, bounce.sole, (0.0, 0.5), period=1.1)
    middle = bounce._contact / 2
    low = bounce.at(middle)
    assert low.pressed == Pressed(Trampoline((0.0, 0.5), 1.0), pytest.approx(0.1))
    np.testing.assert_allclose(jump.at(middle).pelvis - low.pelvis, [0, 0, 0.1], atol=1e-12)
    flying = bounce.at(1.1 - 0.27)
    assert flying.pressed is None
    np.testing.assert_array_equal(flying.pelvis, jump.at(1.1 - 0.27).pelvis)


def test_the_sheet_goes_to_the_layer_of_who_presses_it(bounce):
    other = Bounce(bounce.shape, bounce.sole, (1.6, 0.5), period=1.1, phase=0.6, radius=0.7)
    actors = tuple(
        Actor(name, OUTFITS["red"], motion) for name, motion in (("a", bounce), ("b", other))
    )
    room = Room(trampolines=(bounce.trampoline, other.trampoline))
    scenario = Scenario("bounce", actors, room=room, lighting=FEW, size=SIZE, frames=1)
    down = replace(scenario, fps=1 / (bounce._contact / 2), first=1)  # a at its lowest, b in flight
    made = next(film(down, Filming()))
    pressed, flying = made.layers
    assert not flying.deformation.any()
    whole = pressed.deformation == 255
    assert whole.sum() > 100
    assert (pressed.rgba[whole][:, 3] == 255).all()
    # Beside the person, the picture differs from the empty room where the sheet is pressed.
    sheet = whole & (pressed.body == 0)
    change = np.abs(made.frame.astype(int) - made.background)[sheet].max(-1)
    assert change.mean() > 10
