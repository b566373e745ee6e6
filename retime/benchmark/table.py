"""The benchmark's page of tables, in Markdown."""

from collections import defaultdict
from collections.abc import Sequence
from math import inf
from typing import Any

from retime.benchmark.run import Row, median_row
from retime.benchmark.scenes import SCENES

GOALS = {
    "reconstruction_db": 35.0,
    "background_db": 45.0,
    "removal_db": 36.0,
    "removal_region_db": 32.0,
    "alpha_iou": 0.93,
    "shadow_ratio": (0.85, 1.15),
    "reflection_ratio": (0.85, 1.15),
    "object_ratio": (0.85, 1.15),
    "shadow_shown": (0.85, 1.15),
    "reflection_shown": (0.85, 1.15),
    "object_shown": (0.85, 1.15),
    "deformation_ratio": (0.85, 1.15),
    "deformation_shown": (0.85, 1.15),
    "leak": 0.02,
    "moved_db": 32.0,
    "other_ground_db": 32.0,
}
"""What ``standard`` is to reach at working size: at least, or at most (leak), or between."""

HEADINGS = {
    "reconstruction_db": "reconstruction dB",
    "background_db": "background dB",
    "removal_db": "removal dB",
    "removal_region_db": "removal, effect region dB",
    "alpha_iou": "alpha IoU",
    "leak": "leak",
    "moved_db": "moved dB",
    "other_ground_db": "other ground dB",
}

EFFECTS = {
    "shadow_ratio": "shadow",
    "shadow_least": "least",
    "shadow_shown": "shown",
    "reflection_ratio": "reflection",
    "reflection_least": "least",
    "reflection_shown": "shown",
    "object_ratio": "object",
    "object_least": "least",
    "object_shown": "shown",
    "deformation_ratio": "deformation",
    "deformation_least": "least",
    "deformation_shown": "shown",
}

SIZES = {
    "working": "At working size:\n",
    "layers": "At twice the size, upsampled, with details transferred:\n",
}

INTRODUCTION = """# The decomposition, measured

Made by `retime benchmark`; not written by hand. Rendered scenes of 24 frames with exact true
layers, found at 224x126. Of the people of a scene the worst counts; of several seeds, the median.
*Removal*: each person is taken out in turn and the picture compared with the true one without them,
over the whole frame and where anything of theirs was. *Leak*: alpha of all other layers where a
person alone is opaque. *Moved*: composited 40 pixels aside; *other ground*: drawn over a mirrored
background. *Shadow, reflection, object, deformation* (of ground that gives way): found over true
alpha where that part stands alone. One picture has many alphas, from the least, with which the
colour is at an end of its range, up to 1, each with a colour to match. *Least*: that of the true
picture over the true alpha; what lies between is for no method to know. *Shown*: how much of the
change that the part makes to the picture its layer makes to the found ground; that can be known.
*own*: keypoints, UV maps and camera are the pipeline's; *true*: keypoints and UV maps are exact.
Figures that miss what is aimed at are in italics.
"""


def page(rows: Sequence[Row]) -> str:
    """Return the page for ``rows`` of any cases."""
    groups: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        case = row["case"]
        groups[case["preset"], case["inputs"]][case["scene"]].append(row)
    parts = [INTRODUCTION, _scenes({row["case"]["scene"] for row in rows})]
    for (preset, inputs), scenes in sorted(groups.items()):
        parts.append(f"## `{preset}`, {inputs} inputs\n")
        for size, heading in SIZES.items():
            sized = {scene: [r for r in rows if size in r] for scene, rows in scenes.items()}
            if known := {scene: rows for scene, rows in sized.items() if rows}:
                parts.append(heading)
                parts += [_table(known, size, headings) for headings in (HEADINGS, EFFECTS)]
        parts.append(_costs(scenes))
    return "\n".join(parts)


def _scenes(names: set[str]) -> str:
    lines = [f"- **{name}**: {SCENES[name]().shows}" for name in SCENES if name in names]
    return "\n".join(lines) + "\n"


def meets(name: str, value: float) -> bool:
    """Say whether a figure reaches its goal."""
    goal = GOALS.get(name, (-inf, inf))
    if isinstance(goal, tuple):
        return goal[0] <= value <= goal[1]
    return value <= goal if name == "leak" else value >= goal


def _table(scenes: dict[str, list[Row]], size: str, headings: dict[str, str]) -> str:
    lines = [
        "| scene | seeds | " + " | ".join(headings.values()) + " |",
        "|---" * (len(headings) + 2) + "|",
    ]
    for scene, rows in scenes.items():
        cells = [cell(name, rows, size) for name in headings]
        lines.append(f"| {scene} | {len(rows)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def cell(name: str, rows: Sequence[Row], size: str) -> str:
    """Return a figure's median over rows of one scene; in italics where it misses its goal."""
    value = median_row(rows, size)[name]
    if value is None:
        return "-"
    text = f"{value:.1f}" if name.endswith("_db") else f"{value:.2f}"
    return text if size != "working" or meets(name, value) else f"*{text}*"


def _costs(scenes: dict[str, list[Row]]) -> str:
    heads = ("scene", "train, core s", "upsample, core s", "peak MiB", "exact where opaque")
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for scene, rows in scenes.items():
        lines.append(
            f"| {scene} | {_mean(rows, 'train_seconds')} | "
            f"{_mean(rows, 'upsample_seconds')} | {max(r['peak_mib'] for r in rows):.0f} | "
            f"{_exact(rows)} |"
        )
    return "\n".join(lines) + "\n"


def _mean(rows: Sequence[Row], name: str) -> str:
    known = [row[name] for row in rows if name in row]
    return f"{sum(known) / len(known):.0f}" if known else "-"


def _exact(rows: Sequence[dict[str, Any]]) -> str:
    shares = [row.get("layers", {}).get("exact_share") for row in rows]
    known = [share for share in shares if share is not None]
    return f"{min(known):.4f}" if known else "-"
