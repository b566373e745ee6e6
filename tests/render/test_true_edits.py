"""Every operation on the demo's true layers, from the edit file to decoded frames.

What a frame must show was worked out by hand: which layers, back to front, at which of the clip's
frames. The expected picture is composited here, in double precision, from the true layers.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from retime.artifacts import Camera, Layers, Seeds, Tracks
from retime.config import RenderSettings
from retime.demo.clip import render_frames
from retime.demo.scenario import demo
from retime.render.export import run_export
from retime.timing.stage import run_warp
from retime.video.decoding import read_frames

FRAMES, SIZE = 16, (160, 90)
BEN, ANN, WALKER = 1, 2, 3


@dataclass(frozen=True)
class TrueClip:
    folder: Path
    rgba: np.ndarray  # [4, T, H, W, 4]
    frames: np.ndarray  # [T, H, W, 3], what the camera saw
    between: np.ndarray  # [T - 1, H, W, 3], what it would have seen between

    def edited(self, text: str, name: str = "edit") -> np.ndarray:
        """Return the decoded frames of an edit."""
        edit = self.folder / f"{name}.yaml"
        edit.write_text(text, encoding="utf-8")
        run_warp(self.folder / "tracks.h5", self.folder / "seeds.h5", edit, self.folder / "t.h5")
        files = [self.folder / f"{file}.h5" for file in ("layers", "camera", "t")]
        out = self.folder / "out"
        run_export(*files, None, out, "ffv1", RenderSettings(), alone=False)
        return np.stack(list(read_frames(out / f"{name}.mkv")))

    def composite(self, background: int, *shown: tuple) -> np.ndarray:
        """Return the picture of (layer, frame[, opacity[, (dx, dy)]]) back to front."""
        picture = self.rgba[0, background, ..., :3].astype(np.float64)
        for layer, frame, *more in shown:
            opacity, (dx, dy) = (*more, *(1.0, (0, 0))[len(more) :])
            rgba = np.zeros(self.rgba.shape[2:])
            height, width = rgba.shape[:2]
            rgba[max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = self.rgba[
                layer,
                frame,
                max(-dy, 0) : height + min(-dy, 0),
                max(-dx, 0) : width + min(-dx, 0),
            ]
            alpha = rgba[..., 3:] / 255 * opacity
            picture += alpha * (rgba[..., :3] - picture)
        return picture


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> TrueClip:
    folder = tmp_path_factory.mktemp("true")
    # Filmed at twice the rate: every other frame is the clip, the others are the truth between.
    scenario = replace(demo(), size=SIZE, frames=2 * FRAMES - 1, first=8, fps=Fraction(30))
    rendered = list(render_frames(scenario))
    seen = rendered[::2]
    opaque = np.full((*SIZE[::-1], 1), 255, np.uint8)
    rgba = np.stack(
        [
            np.stack([np.dstack([f.background, opaque]), *(layer.rgba for layer in f.layers)])
            for f in seen
        ],
        axis=1,
    )
    common = {
        "clip": "demo",
        "source_size": list(SIZE),
        "working_size": list(SIZE),
        "fps": [15, 1],
        "start_seconds": 0.0,
    }
    width, height = SIZE
    sizes = {"T": FRAMES, "P": 3, "N": 3, "h": height, "w": width, "layers": 4}
    sizes |= {"H": height, "W": width, "Hc": height, "Wc": width}
    names, people = ["ben", "ann", "walker"], [[1], [2], [3]]
    with Tracks.create(folder / "tracks.h5", parameters={}, sizes=sizes, **common) as tracks:
        tracks.keypoints[...] = np.stack([f.keypoints[..., :2] for f in seen])
        tracks.present[...] = True
        tracks.ids[...] = [1, 2, 3]
    with Seeds.create(
        folder / "seeds.h5",
        parameters={},
        sizes=sizes,
        names=names,
        people=people,
        canvas=[0, 0, *SIZE],
        camera_mode="still",
        **common,
    ) as seeds:
        seeds.order[...] = [1, 2, 3]
        seeds.homographies[...] = np.eye(3)
    with Camera.create(
        folder / "camera.h5",
        parameters={},
        sizes=sizes,
        mode="still",
        reference=0,
        canvas=[0, 0, *SIZE],
        **common,
    ) as camera:
        camera.homographies[...] = np.eye(3)
    with Layers.create(
        folder / "layers.h5",
        parameters={},
        sizes=sizes,
        names=names,
        people=people,
        canvas_bounds=[0, 0, *SIZE],
        **common,
    ) as layers:
        layers.rgba[...] = rgba
        layers.order[...] = [1, 2, 3]
        layers.homographies[...] = np.eye(3)
    between = np.stack([f.frame for f in rendered[1::2]])
    return TrueClip(folder, rgba, np.stack([f.frame for f in seen]), between)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return 10 * np.log10(255**2 / error) if error else np.inf


def test_the_identity_returns_the_source(clip):
    frames = clip.edited("")
    assert frames.shape == clip.frames.shape
    off = np.abs(frames.astype(int) - clip.frames).max(axis=-1)
    assert (off <= 1).mean() >= 0.999


ALL = (BEN, ANN, WALKER)
EDITS = {
    "freeze": ("layers: {walker: {freeze: 4}}", {9: (9, (BEN, 9), (ANN, 9), (WALKER, 4))}),
    "remove": ("layers: {walker: remove}", {9: (9, (BEN, 9), (ANN, 9))}),
    "remove for a while": (
        "layers: {ann: {remove: {from: 5, to: 8}}}",
        {
            4: (4, *((n, 4) for n in ALL)),
            7: (7, (BEN, 7), (WALKER, 7)),
            8: (8, *((n, 8) for n in ALL)),
        },
    ),
    "speed": (
        "layers: {ben: {speed: 2}, ann: {speed: 0.5}}",
        {5: (5, (BEN, 10), (ANN, 3), (WALKER, 5))},  # 2.5 is shown by the later frame
    ),
    "ramp": (
        "layers: {ann: {speed: {at: 4, to: 3, over: 4, ease: linear}}}",
        # From 4 on, 4 output frames at 2 on average: 12 at 8, halfway 4 + 2 + 1.
        {4: (4, (BEN, 4), (ANN, 4), (WALKER, 4)), 6: (6, (BEN, 6), (ANN, 7), (WALKER, 6))},
    ),
    "reverse": (
        "{layers: {ben: {reverse: true}}, background: {freeze: 2}}",
        {3: (2, (BEN, 12), (ANN, 3), (WALKER, 3))},
    ),
    "delay": ("layers: {ann: {delay: '0.2s'}}", {9: (9, (BEN, 9), (ANN, 6), (WALKER, 9))}),
    "hold": (
        "layers: {ann: {hold: {from: 4, to: 9}}}",
        {n: (n, (BEN, n), (ANN, m), (WALKER, n)) for n, m in ((4, 4), (8, 4), (9, 4), (12, 7))},
    ),
    "loop": (
        "layers: {ann: {loop: {from: 2, to: 6}}}",
        {n: (n, (BEN, n), (ANN, m), (WALKER, n)) for n, m in ((5, 5), (6, 2), (11, 3), (14, 2))},
    ),
    "ping-pong": (
        "layers: {ann: {loop: {from: 2, to: 6, back: true}}}",
        {n: (n, (BEN, n), (ANN, m), (WALKER, n)) for n, m in ((6, 6), (8, 4), (10, 2), (12, 4))},
    ),
    "remap": (
        "layers: {ann: {remap: [[2, 10], [6, 2, hold], [10, 14], [14, 12]]}}",
        {n: (n, (BEN, n), (ANN, m), (WALKER, n)) for n, m in ((0, 10), (4, 6), (9, 2), (12, 13))},
    ),
    "align": (
        "layers: {ben: {align: {to: ann, points: [[2, 4], [10, 8]]}}}",
        {n: (n, (BEN, m), (ANN, n), (WALKER, n)) for n, m in ((3, 1), (4, 2), (6, 6), (9, 11))},
    ),
    "duplicate": (
        "layers: {ann: {duplicate: [{freeze: 3, move: [-20, 5], opacity: 0.5}, "
        "{delay: 2, depth: front}]}}",
        {
            9: (
                9,
                (BEN, 9),
                (ANN, 3, 0.5, (-20, 5)),
                (ANN, 9),
                (ANN, 7),
                (WALKER, 9),
            )
        },
    ),
    "fade": (
        "layers: {walker: {opacity: [[4, 1], [12, 0]], depth: back}}",
        {6: (6, (WALKER, 6, 0.75), (BEN, 6), (ANN, 6)), 13: (13, (BEN, 13), (ANN, 13))},
    ),
    "order over time": (
        "order: [{from: 6, to: 9, back_to_front: [walker, ann]}]",
        {
            5: (5, *((n, 5) for n in ALL)),
            8: (8, (BEN, 8), (WALKER, 8), (ANN, 8)),
            9: (9, *((n, 9) for n in ALL)),
        },
    ),
    "length and range": (
        "{layers: {ben: {delay: 10}}, length: 24, range: {from: 12}}",
        {0: (12, (BEN, 2), (ANN, 12), (WALKER, 12)), 11: (15, (BEN, 13), (ANN, 15), (WALKER, 15))},
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_operation_shows_what_the_true_layers_give(clip, name):
    text, expected = EDITS[name]
    frames = clip.edited(text)
    assert len(frames) == (12 if "range" in name else FRAMES)
    for number, (background, *shown) in expected.items():
        true = clip.composite(background, *shown)
        assert psnr(frames[number], true) >= 45
        assert np.abs(frames[number] - true).max() <= 1


def test_frames_between_frames_come_near_to_what_was_filmed_there(clip):
    true = clip.between[:-1]
    quality = {}
    for between in ("nearest", "blend", "flow"):
        slow = ", ".join(f"{name}: {{speed: 0.5}}" for name in ("ben", "ann", "walker"))
        text = f"{{layers: {{{slow}}}, between: {between}, length: {2 * FRAMES - 2}}}"
        frames = clip.edited(text)
        # What is on a frame is that frame.
        assert np.abs(frames[0:8:2].astype(int) - clip.frames[:4]).max() <= 1
        moving = np.abs(clip.frames[:-1].astype(int) - clip.frames[1:]).max(-1)[:-1] > 20
        quality[between] = psnr(frames[1:-2:2][: len(true)][moving], true[moving])
    assert quality["flow"] > quality["blend"] + 2
    assert quality["blend"] > quality["nearest"]
