from dataclasses import replace

import numpy as np
import pytest

from retime.demo.clip import render_frames
from retime.demo.filming import Filming, _mean_of_pictures, camera_at, film
from retime.demo.light import Lighting
from retime.demo.tracking_scenes import SCENES


def test_a_still_camera_with_a_short_shutter_films_what_the_demo_renders(small_demo):
    small_demo = replace(small_demo, frames=1, lighting=Lighting(key_samples=2, room_samples=3))
    rendered, filmed = next(render_frames(small_demo)), next(film(small_demo, Filming()))
    np.testing.assert_array_equal(filmed.frame, rendered.frame)
    np.testing.assert_array_equal(filmed.keypoints, rendered.keypoints)
    np.testing.assert_array_equal(filmed.iuv, rendered.iuv)
    np.testing.assert_array_equal(filmed.order, rendered.order)


def test_the_camera_turns_evenly_from_the_first_to_the_last_frame(small_demo):
    filming = Filming(pan=(-0.3, 0.1))
    yaws = [camera_at(small_demo, filming, t).yaw for t in range(small_demo.frames)]
    np.testing.assert_allclose(yaws, [-0.3, -0.1, 0.1])


def test_the_mean_of_pictures_weighs_colours_by_their_alpha():
    red = np.array([[[200, 0, 0, 240]]], np.uint8)
    blue = np.array([[[0, 0, 100, 80]]], np.uint8)
    # Alpha (240 + 80) / 2; colours 3 to 1.
    np.testing.assert_array_equal(_mean_of_pictures([red, blue]), [[[150, 0, 25, 160]]])
    nothing = np.zeros_like(red)
    np.testing.assert_array_equal(_mean_of_pictures([red, nothing]), [[[200, 0, 0, 120]]])


def test_the_nearer_person_is_in_front_whoever_comes_first():
    scene = SCENES["crossing"]()
    actors = scene.scenario.actors[::-1]  # now the nearer adult is listed first
    turned = replace(
        scene.scenario, actors=actors, size=(96, 54), frames=1,
        lighting=Lighting(key_samples=1, room_samples=2),
    )  # fmt: skip
    assert next(film(turned, Filming())).order.tolist() == [2, 1]


def test_a_long_shutter_widens_who_moves():
    scene = SCENES["runners"]()
    scenario = replace(
        scene.scenario, actors=scene.scenario.actors[2:], size=(160, 90), frames=1, first=28,
        lighting=Lighting(key_samples=1, room_samples=2),
    )  # fmt: skip
    sharp = next(film(scenario, Filming())).layers[0].body
    blurred = next(film(scenario, Filming(shutter=1.0, instants=5))).layers[0].body
    half = (blurred > 20) & (blurred < 235), (sharp > 20) & (sharp < 235)
    assert half[0].sum() > 1.5 * half[1].sum()
    assert float(blurred.sum()) == pytest.approx(float(sharp.sum()), rel=0.1)


def test_scenes_are_as_many_and_as_long_as_asked_for():
    scenes = {name: make() for name, make in SCENES.items()}
    assert len(scenes) >= 8
    for name, scene in scenes.items():
        assert scene.scenario.name == name
        assert scene.scenario.frames >= 48
        assert 2 <= len(scene.scenario.actors) <= 5
