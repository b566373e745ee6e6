"""The figures in the network's model card, written by the command that measures them."""

from pathlib import Path

from retime.body.evaluation import Figures
from retime.marked import write_between

BEGIN, END = "<!-- figures: retime body evaluate --card -->", "<!-- end of figures -->"
_ROWS = {
    "heldout": "held-out",
    "heldout_errors": "held-out, with a detector's simulated errors",
    "heldout_loose": "held-out, loose hair or skirts",
    "inverted": "inverted and floor",
    "detected": "rendered clips, through detector and tracker",
}


def figures_table(report: dict) -> str:
    """The figures of ``retime body evaluate`` as Markdown."""
    rows: dict[str, Figures] = {
        title: report[name] for name, title in _ROWS.items() if name in report
    }
    rows |= report["families"]
    lines = ["| pairs | part accuracy | foreground IoU | UV L1 |", "|---|---|---|---|"]
    for title, row in rows.items():
        figures = (row[name] for name in ("part_accuracy", "foreground_iou", "uv_l1"))
        lines.append(f"| {title} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |")
    steady = report["steadiness"]
    lines += [
        "",
        "| from frame to frame of a slow motion, jittered keypoints | predicted | true |",
        "|---|---|---|",
    ]
    for name, title in (
        ("part_changes", "body pixels that change their part"),
        ("outline_changes", "pixels that the body enters or leaves"),
    ):
        lines.append(f"| {title} | {steady[name]:.3f} | {steady[f'true_{name}']:.3f} |")
    return "\n".join(lines)


def write_card(card: Path, report: dict) -> None:
    """Put the figures between the marks of a model card.

    Raises:
        InputError: there is no such card, or it has no marks.
    """
    write_between(card, BEGIN, END, figures_table(report))
