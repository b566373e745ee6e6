"""Who is hidden by another still has a map of the whole body (section 4.5 of the paper)."""

import numpy as np

from retime.body.network import load_network
from retime.body.raster import rasterise_uv
from retime.body.uv import predict_uv
from retime.demo.scenario import demo
from retime.people.interpolation import interpolate

WORKING = (224, 126)


def true_clip(scenario, actor):
    """Keypoints [T, 17, 2] in the source's pixels and parts [T, h, w] at working size."""
    keypoints, parts = [], []
    for frame in range(scenario.frames):
        look, body = actor.at(scenario.time(frame)), actor.body
        points = scenario.camera.project(look.keypoints.astype(np.float64), *scenario.size)
        keypoints.append(points[:, :2])
        points = scenario.camera.project(look.bare, *WORKING)
        parts.append(rasterise_uv(points, body.faces, body.parts, body.face_uv, *WORKING[::-1])[0])
    return np.array(keypoints), np.array(parts)


def test_a_person_hidden_in_the_crossing_has_a_whole_map_in_every_frame():
    scenario = demo()
    actors = {actor.name: actor for actor in scenario.actors}
    keypoints, body = true_clip(scenario, actors["ann"])
    _, front = true_clip(scenario, actors["walker"])
    covered = ((front > 0) & (body > 0)).sum((1, 2)) / (body > 0).sum((1, 2))
    hidden = covered > 0.05
    assert hidden.sum() >= 8
    # Of those frames nothing is left, as if all of her were hidden: tracks fill in the joints.
    keypoints[hidden] = np.nan
    filled = interpolate(keypoints)

    maps = predict_uv(
        filled[:, None], np.ones((len(filled), 1), bool), scenario.size, WORKING, load_network()
    )
    found = np.array([iuv[0, ..., 0] > 0 for iuv in maps])

    area = found.sum((1, 2)) / (body > 0).sum((1, 2))
    assert (area > 0.75).all()
    assert (area < 1.3).all()
    overlap = (found & (body > 0)).sum((1, 2)) / (found | (body > 0)).sum((1, 2))
    assert overlap[~hidden].min() > 0.6
    assert overlap[hidden].mean() > 0.4
