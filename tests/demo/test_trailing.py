import numpy as np
import pytest

from retime.demo.paint import Material
from retime.demo.trailing import Balloon, Skirt


def still(time):
    return np.array([0.3, -0.2, 1.0])


def test_a_balloon_over_a_hand_at_rest_hangs_straight_up():
    balloon = Balloon(radius=0.1, string=0.5)
    mesh = balloon.at(0.0, still)
    assert mesh.vertices[:, 2].max() == pytest.approx(1.0 + 0.5 + 0.2, abs=1e-3)
    assert mesh.vertices[:, 2].min() == pytest.approx(1.0, abs=1e-6)
    assert np.abs(mesh.vertices[:, :2] - still(0)[:2]).max() <= 0.1 + 1e-6
    assert set(mesh.material) == {Material.BALL}


def test_a_balloon_trails_behind_a_hand_that_moves():
    mesh = Balloon(late=0.35).at(1.0, lambda t: still(t) + np.array([2.0 * t, 0, 0]))
    top = mesh.vertices[mesh.vertices[:, 2].argmax()]
    # The hand was 0.7 m behind; the string of 0.55 m leans that way by arctan(0.7 / 0.55).
    lean = np.arctan2(0.7, 0.55)
    assert top[0] == pytest.approx(2.3 - 0.55 * np.sin(lean), abs=0.03)


def test_a_skirt_hangs_at_rest_and_billows_on_the_way_down():
    skirt = Skirt(length=0.4, waist=0.15, hem=0.3, above=0.1)
    hanging = skirt.at(0.0, still).vertices - still(0)
    assert hanging[:, 2].max() == pytest.approx(0.1, abs=1e-6)
    assert hanging[:, 2].min() == pytest.approx(-0.3, abs=1e-6)
    assert np.linalg.norm(hanging[:, :2], axis=1).max() == pytest.approx(0.3, abs=1e-6)
    falling = skirt.at(0.0, lambda t: still(t) - [0, 0, 2 * t]).vertices - still(0)
    # The hem is where the hips were 0.12 s ago, 0.24 m higher, and as much wider by half of it.
    assert falling[:, 2].min() == pytest.approx(-0.3 + 0.24, abs=0.02)
    assert np.linalg.norm(falling[:, :2], axis=1).max() == pytest.approx(0.3 + 0.12, abs=1e-6)


def test_a_skirt_faces_outwards():
    mesh = Skirt().at(0, still)
    corners = mesh.vertices[mesh.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outwards = corners.mean(1)[:, :2] - still(0)[:2]
    assert ((normal[:, :2] * outwards).sum(1) > 0).all()
