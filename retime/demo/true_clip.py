"""The files of a clip as the stages would write them had they made no mistake.

From a scenario: its true layers, keypoints and camera, for tests and examples of edits.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from retime.artifacts import Camera, Layers, Seeds, Tracks
from retime.demo.clip import RenderedFrame, render_frames
from retime.demo.scenario import Scenario
from retime.progress import track


def write_true_clip(folder: Path, scenario: Scenario, pan: int = 0) -> np.ndarray:
    """Write ``tracks.h5``, ``cast.h5``, ``camera.h5`` and ``layers.h5`` to a folder.

    Args:
        folder: it is made if need be.
        scenario: what is seen.
        pan: pixels by which the camera turns to the right from frame to frame. A panned clip is a
            window of ``scenario.size`` that moves over a wider picture, as far as the lens and
            the frames require; its homographies are exact.

    Returns:
        The frames, uint8 [T, H, W, 3].
    """
    (width, height), count = scenario.size, scenario.frames
    across = pan * (count - 1)
    wide = replace(scenario, size=(width + across, height))
    # A picture holds the same view at any width; keep what a window shows as large as it was.
    lens = replace(scenario.camera, focal=scenario.camera.focal * width / (width + across))
    frames = track(render_frames(replace(wide, camera=lens)), f"render {scenario.name}", count)
    people = len(scenario.actors)
    common = {
        "clip": scenario.name,
        "source_size": [width, height],
        "working_size": [width, height],
        "fps": [scenario.fps.numerator, scenario.fps.denominator],
        "start_seconds": 0.0,
    }
    sizes = {"T": count, "P": people, "N": people, "h": height, "w": width}
    sizes |= {"layers": people + 1, "H": height, "W": width, "Hc": height, "Wc": width + across}
    names = [actor.name for actor in scenario.actors]
    who = [[number] for number in range(1, people + 1)]
    canvas = [0, 0, width + across, height]
    homographies = np.tile(np.eye(3), (count, 1, 1))
    homographies[:, 0, 2] = pan * np.arange(count)
    folder.mkdir(parents=True, exist_ok=True)
    seen = np.empty((count, height, width, 3), np.uint8)
    mode = "pan" if pan else "still"
    with (
        Tracks.create(folder / "tracks.h5", parameters={}, sizes=sizes, **common) as tracks,
        Seeds.create(
            folder / "cast.h5",
            parameters={},
            sizes=sizes,
            names=names,
            people=who,
            canvas=canvas,
            camera_mode=mode,
            **common,
        ) as seeds,
        Camera.create(
            folder / "camera.h5",
            parameters={},
            sizes=sizes,
            mode=mode,
            reference=0,
            canvas=canvas,
            **common,
        ) as camera,
        Layers.create(
            folder / "layers.h5",
            parameters={},
            sizes=sizes,
            names=names,
            people=who,
            canvas_bounds=canvas,
            **common,
        ) as layers,
    ):
        for file in (seeds, camera, layers):
            file.homographies[...] = homographies
        tracks.present[...] = True
        tracks.ids[...] = np.arange(1, people + 1)
        for t, frame in enumerate(frames):
            window = slice(pan * t, pan * t + width)
            _store(layers, t, frame, window)
            layers.order[t] = seeds.order[t] = frame.order
            tracks.keypoints[t] = frame.keypoints[..., :2] - [pan * t, 0]
            seen[t] = frame.frame[:, window]
            if t == 0:
                layers.canvas[...] = frame.background
    return seen


def _store(layers: Layers, t: int, frame: RenderedFrame, window: slice) -> None:
    layers.rgba[0, t, ..., :3] = frame.background[:, window]
    layers.rgba[0, t, ..., 3] = 255
    for n, layer in enumerate(frame.layers, start=1):
        layers.rgba[n, t] = layer.rgba[:, window]
