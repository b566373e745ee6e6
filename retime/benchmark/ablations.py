"""What each departure of ``standard`` from the paper buys: switched off, one at a time."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retime.benchmark.run import Case, Row, finished_row
from retime.benchmark.table import cell
from retime.config import ClipConfig, Config, Settings, resolve

SCENES = ("crossing", "jumping")
"""On which departures are judged: who hides whom, and who never leaves the same ground."""

FIGURES = {
    "reconstruction_db": "reconstruction dB",
    "background_db": "background dB",
    "removal_db": "removal dB",
    "removal_region_db": "removal, effect region dB",
    "alpha_iou": "alpha IoU",
    "shadow_ratio": "shadow",
    "shadow_shown": "shown",
    "reflection_shown": "reflection shown",
    "leak": "leak",
    "moved_db": "moved dB",
}


@dataclass(frozen=True)
class Departure:
    """One thing that ``standard`` does otherwise than the paper."""

    does: str
    without: dict[str, dict[str, Any]]  # settings that take it back


DEPARTURES: dict[str, Departure] = {
    "canvas": Departure(
        "the background is a picture, started from the registered median",
        {"train": {"background": "network"}},
    ),
    "texture-start": Departure(
        "textures start as the colours seen",
        {"train": {"texture_start": "random", "texture_spread": 1}},
    ),
    "texture-spread": Departure(
        "without noise in their other channels", {"train": {"texture_spread": 1}}
    ),
    "texture-rate": Departure("textures learn ten times as fast", {"train": {"texture_rate": 1}}),
    "single-frames": Departure(
        "one frame an update, not four, over as many frames",
        {"train": {"batch": 4, "steps": 750}},
    ),
    "coarse": Departure(
        "the first two fifths are trained at half the size", {"train": {"coarse": 0}}
    ),
    "decay": Departure("the learning rate falls to 0", {"train": {"decay": 0}}),
    "settled": Departure(
        "batch norms keep the whole clip's statistics in the last fifth", {"train": {"settled": 0}}
    ),
    "input-skip": Departure("the last layer sees the input", {"train": {"input_skip": False}}),
    "colour-skip": Departure(
        "textures' colours pass the network by", {"train": {"colour_skip": False}}
    ),
    "least-slope": Departure(
        "colours come back from the tanh's flat ends", {"train": {"least_slope": 0}}
    ),
    "dark-start": Departure("layers start dark", {"train": {"colour_bias": 0}}),
    "clear-start": Departure("layers start rather clear", {"train": {"alpha_bias": 0}}),
    "alpha-reach": Departure("alpha reaches 0 and 1", {"train": {"alpha_reach": 0}}),
    "wide-trimaps": Departure(
        "a wide unsure band, others' bodies spared",
        {"seeds": {"band": 0.0223, "spare_others": False}},
    ),
    "evidence": Departure(
        "trimaps give way to what the background explains", {"train": {"trimaps": "printed"}}
    ),
    "cover": Departure("what frames demand of alpha is covered", {"train": {"cover": 0}}),
    "haze": Departure("alpha beyond what frames demand costs", {"train": {"haze": 0}}),
    "balance": Departure(
        "the two weigh nearly alike in the end where little is demanded",
        {"train": {"cover_faint": 1}},
    ),
    "solid": Departure(
        "things that people carry are found, and in their UV maps",
        {"train": {"solid_things": False}},
    ),
    "attribution": Departure(
        "effects go to whom they move with", {"train": {"attribute_effects": False}}
    ),
    "hidden": Departure(
        "bodies stay whole where others hide them",
        {"train": {"spare_hidden": False, "hidden_weight": 0}},
    ),
    "hidden-colour": Departure(
        "and keep the colours that other frames show", {"train": {"hidden_colour": 0}}
    ),
    "lasting-masks": Departure(
        "parts of the mask loss count to the end", {"train": {"clear_weight": 0, "core_weight": 0}}
    ),
}
"""By name, in the order of the table."""

INTRODUCTION = """# What the departures from the paper buy

Made by `retime benchmark ablations`; not written by hand. `standard` on two scenes of the
[benchmark](decomposition.md), own inputs, at working size, one seed; each row takes one departure
back. The worst person of each scene counts, figures that miss the benchmark's goals are in italics.
Departures that have not been measured since the code changed are left out.
"""


def settings_without(presets: Path) -> dict[str, Settings]:
    """Return the settings of ``standard``, by that name, and without each departure, by its name.

    Args:
        presets: folder of preset files.
    """
    overlays = {"standard": {}} | {name: d.without for name, d in DEPARTURES.items()}
    return {
        name: resolve(Config(preset="standard", settings=over), ClipConfig(), presets)
        for name, over in overlays.items()
    }


def ablation_case(scene: str, name: str) -> Case:
    """Return the case of a scene without the departure ``name``, or of "standard"."""
    return Case(scene, name, 0, "own", upsampled=False)


def page(folder: Path, settings: dict[str, Settings]) -> str:
    """Return the page of all rows in ``folder`` that are finished and of today's code."""
    parts = [INTRODUCTION]
    for scene in SCENES:
        cases = {name: ablation_case(scene, name) for name in settings}
        rows = {n: finished_row(folder, c, settings[n]) for n, c in cases.items()}
        known = {name: row for name, row in rows.items() if row is not None}
        if known:
            parts += [f"## {scene}\n", _table(known)]
    return "\n".join(parts)


def _table(rows: dict[str, Row]) -> str:
    lines = ["| | " + " | ".join(FIGURES.values()) + " |", "|---" * (len(FIGURES) + 1) + "|"]
    for name, row in rows.items():
        what = "`standard`" if name == "standard" else f"without: {DEPARTURES[name].does}"
        cells = [cell(figure, [row], "working") for figure in FIGURES]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
