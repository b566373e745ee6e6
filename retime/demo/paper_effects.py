"""The paper's own effects (Fig. 1, 5, 8, 9 and section 6.2) on rendered clips with true layers.

``python -m retime.demo.paper_effects --out FOLDER`` renders each of the edits in ``docs/edits`` to
a video with the source beside it.
"""

import argparse
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from retime.config import RenderSettings
from retime.demo.cast import Actor, sole_of
from retime.demo.scenario import Scenario, demo
from retime.demo.true_clip import write_true_clip
from retime.demo.walking import Walk
from retime.render.stage import run_render
from retime.timing.preview import preview_timing
from retime.timing.stage import run_warp

EDITS = Path(__file__).parents[2] / "docs" / "edits"

FINISH = 0.9  # of the race, metres to the right
CROSSING = {"ann": 33, "ben": 27, "cat": 21}  # frames at which the three are at the finish


def gym() -> Scenario:
    """The demo: Ann and Ben jump, a walker passes with a ball."""
    return demo()


def race() -> Scenario:
    """Three people walk to a line and come there one after the other."""
    scenario = demo()
    looks = {actor.name: actor for actor in scenario.actors}
    # Back to front: whose looks, and from where.
    starts = {
        "cat": ("walker", (-0.6, 2.6)),
        "ben": ("ben", (-1.2, 0.9)),
        "ann": ("ann", (-1.8, -0.7)),
    }
    actors = []
    for number, (name, (look, start)) in enumerate(starts.items()):
        other = looks[look]
        speed = (FINISH - start[0]) / (CROSSING[name] / 15)
        walk = Walk(
            other.shape,
            sole_of(other.shape),
            start,
            speed=speed,
            period=1.2 / speed,
            phase=0.3 * number,
        )
        actors.append(Actor(name, other.outfit, walk))
    return replace(scenario, name="race", actors=tuple(actors), frames=42, fps=Fraction(15))


@dataclass(frozen=True)
class Effect:
    """One of the paper's effects: a rendered clip, and the edit that makes it."""

    scenario: Scenario
    shows: str
    pan: float = 0.0  # of the picture's width, per frame


def effects() -> dict[str, Effect]:
    """Return the effects by the stem of their edit in ``docs/edits``."""
    return {
        "jump-together": Effect(gym(), "Fig. 1, Splash: jumps aligned by points set by hand"),
        "in-step": Effect(gym(), "Fig. 5, Trampoline: jumps aligned automatically"),
        "freeze-the-back": Effect(gym(), "Fig. 8, Ballroom: those at the back frozen"),
        "remove": Effect(gym(), "Fig. 8, Reflections: one removed, with shadow and reflection"),
        "copies": Effect(gym(), "Fig. 9, Cartwheel: copies and a freeze, the camera pans", 1 / 160),
        "photo-finish": Effect(race(), "6.2, Kids Running: all cross the line together"),
    }


def write_clip(
    effect: Effect, folder: Path, size: tuple[int, int] | None = None, frames: int | None = None
) -> np.ndarray:
    """Write an effect's clip to ``folder`` as ``write_true_clip`` does; return its frames.

    Args:
        effect: of ``effects``.
        folder: gets the files.
        size: width and height; None: those of the scenario.
        frames: how many; None: all.
    """
    scenario = effect.scenario
    scenario = replace(scenario, size=size or scenario.size, frames=frames or scenario.frames)
    return write_true_clip(folder, scenario, round(effect.pan * scenario.size[0]))


def warp(name: str, clip: Path, out: Path) -> None:
    """Write the time map of the effect ``name`` for the clip in folder ``clip``."""
    run_warp(clip / "tracks.h5", clip / "cast.h5", EDITS / f"{name}.yaml", out)


def main() -> None:
    """Render all effects."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=list(effects()))
    given = parser.parse_args()
    for name in given.only:
        effect = effects()[name]
        clip = given.out / "clips" / f"{effect.scenario.name}{'-pan' if effect.pan else ''}"
        if not (clip / "layers.h5").exists():
            write_clip(effect, clip)
        timemap = given.out / f"{name}.timemap.h5"
        warp(name, clip, timemap)
        video, beside = given.out / f"{name}.mp4", given.out / f"{name}-beside.mp4"
        files = (clip / "layers.h5", clip / "camera.h5", timemap)
        run_render(*files, None, video, RenderSettings(), beside)
        picture = given.out / f"{name}-timing.png"
        preview_timing(clip / "tracks.h5", clip / "cast.h5", timemap, picture)
        print(f"{video}  {effect.shows}")


if __name__ == "__main__":
    main()
