"""The whole way from a filmed scene to its people's UV maps, measured."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from retime.body.network import CHECKPOINT
from retime.body.stage import run_uv
from retime.config import UvSettings
from retime.demo.tracking_evaluation import CLIPS, evaluate_tracking, measured_clips

TRACKING = ("id_switches", "hota", "occluded_oks", "stolen_joints")
"""The figures of tracking that are told beside those of the UV maps."""


def track_filmed(
    folder: Path, names: Sequence[str] = CLIPS, threads: int = 1, weights: Path = CHECKPOINT
) -> tuple[dict[str, Any], list[Path], list[Path]]:
    """Film scenes, find their people, and draw the UV maps.

    Args:
        folder: where the clips are kept; what is there and is up to date is not made again.
        names: of the clips.
        threads: CPU threads.
        weights: of the network that draws the maps.

    Returns:
        The figures of :data:`TRACKING` over all clips, and for each clip its ``Truth`` and its
        ``Uv`` file.

    Raises:
        InputError: there is no clip of that name, or the networks are not to be had.
    """
    figures = evaluate_tracking(folder, tuple(names), threads)
    truths, maps = [], []
    for clip in measured_clips(folder, tuple(names), threads):
        uv = clip.files.stage("uv")
        run_uv(clip.files.stage("tracks"), uv, UvSettings(), threads, weights)
        truths.append(clip.files.truth)
        maps.append(uv)
    return {name: figures[name] for name in TRACKING}, truths, maps
