from dataclasses import replace

import numpy as np

from retime.demo.light import Lighting
from retime.demo.splash import LANDS, PERIOD, film_splash, splash
from retime.layers.composite import over_pictures


def quick(frame):
    """The scene, small, at one frame, in plain light."""
    lighting = Lighting(key_samples=2, room_samples=3)
    return replace(splash(), size=(112, 63), first=frame, frames=1, lighting=lighting)


def test_the_jumper_lands_when_the_water_comes():
    jumper = splash().actors[-1].motion
    heights = [
        jumper.at(LANDS + PERIOD * n + dt).pelvis[2] for n in (0, 1) for dt in (-0.1, 0, 0.1)
    ]
    # In the air before, on the floor and giving way after; the same each time.
    assert heights[0] > heights[1] > heights[2]
    np.testing.assert_allclose(heights[:3], heights[3:])


def test_the_water_is_on_the_jumpers_layer_beside_the_dancer():
    before, during = (next(film_splash(quick(t))) for t in (5, 11))
    assert not before.layers[1].carried.any()
    dancer, jumper = during.layers
    water = jumper.carried > 200
    assert water.sum() > 20
    assert not (water & (dancer.rgba[..., 3] > 250)).any()
    assert (jumper.rgba[water][:, 3] > 200).all()

    def across(mask):
        return np.argwhere(mask)[:, 1].mean()

    places = [across(jumper.body > 127), across(dancer.body > 127), across(water)]
    to_dancer, to_water = np.diff(places)
    assert 0 < to_water < to_dancer / 2


def test_frames_are_their_layers():
    rendered = next(film_splash(quick(11)))
    pictures = [layer.rgba for layer in rendered.layers]
    again = over_pictures(rendered.background, pictures, rendered.order)
    np.testing.assert_array_equal(rendered.frame, again)
