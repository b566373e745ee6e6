"""The page ``docs/benchmarks/people.md``, written from the figures of ``tracking_evaluation``."""

from typing import Any

from retime.demo.tracking_scenes import SCENES

COLUMNS = {
    "HOTA": "hota",
    "id switches": "id_switches",
    "OKS": "oks",
    "OKS, fully occluded": "occluded_oks",
    "stolen": "stolen_joints",
    "stolen, of all": "stolen_of_all",
}
_SHARES = ("stolen_joints", "stolen_of_all")


def page(figures: dict[str, Any]) -> str:
    """Return the page, Markdown, of what ``evaluate_tracking`` returned."""
    clips = figures["clips"]
    lines = [
        "# Detection and tracking",
        "",
        "Written by `retime demo evaluate-tracking --table docs/benchmarks/people.md`. The clips",
        "are rendered, so that every joint is known in every frame, hidden or not; they go through",
        "the stages `frames`, `poses` and `tracks` with the default settings.",
        "",
        *_table(
            ["", *COLUMNS],
            [
                ["tracks, all crossing clips", *_row(figures)],
                ["matched from frame to frame", *_row(figures["baseline"])],
            ],
        ),
        "",
        "- **HOTA** (Luiten et al. 2021) with OKS as the similarity; **id switches** as in CLEAR",
        "  MOT, at OKS 0.5; those of the tracks are of all clips.",
        "- **OKS** over all frames in which at least nine joints are in the picture, and over the",
        f"  {figures['occluded_frames']} in which less than a tenth of the person is to be seen."
        " A person missed scores 0.",
        "- **Stolen**: joints nearer to another person's same joint than to their own, as a share",
        "  of the joints of people whose boxes overlap, and as a share of all joints.",
        f"  {figures['stolen_observed']:.1%} of the former are said to be observed; the others are"
        " interpolated.",
        f"  {figures['stolen_sides']:.1%} are no theft: they lie nearer still to the person's own"
        " other arm or",
        "  leg, mostly where both arms are put on the one that is in sight.",
        "- The second row is what plain matching of detections by OKS from frame to frame gives.",
        "",
        "What the jitter filter does to observed joints: the median of how far a joint's error is",
        "off the mean of those before and after, as a share of the root of the person's area,",
        f"falls from {figures['unsmoothed']['jitter']:.4f} to {figures['jitter']:.4f}. Joints lag"
        f" behind by {figures['lag']:.3f} frames with it, and by",
        f"{figures['unsmoothed']['lag']:.3f} without (negative: they are early).",
        "",
        "## Clip by clip",
        "",
        *_table(
            ["clip", "people", "frames", *COLUMNS, "HOTA, frame to frame"],
            [
                [
                    name,
                    str(clip["people"]),
                    str(clip["frames"]),
                    *_row(clip),
                    _number("hota", clip["baseline"]["hota"]),
                ]
                for name, clip in clips.items()
            ],
        ),
        "",
        *(f"- `{name}`: {_shows(name)}" for name in clips),
        "",
    ]
    return "\n".join(lines)


def _shows(name: str) -> str:
    if name not in SCENES:
        return "the demo's own clip"
    scene = SCENES[name]()
    return scene.shows + ("" if scene.crossing else " (nobody crosses)")


def _row(figures: dict[str, Any]) -> list[str]:
    return [_number(name, figures[name]) for name in COLUMNS.values()]


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name in _SHARES:
        return f"{value:.1%}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "|".join("---" if n == 0 else "---:" for n in range(len(head))) + "|",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
