"""Stage ``warp``: an edit becomes a time map."""

from pathlib import Path

import numpy as np

from retime.artifacts import Seeds, TimeMap, Tracks
from retime.errors import InputError
from retime.timing.depth import floor_heights
from retime.timing.edit import load_edit
from retime.timing.timemap import SourceLayers, build_instances


def run_warp(tracks: Path, seeds: Path, edit: Path, out: Path) -> None:
    """Turn the edit file ``edit`` into a ``TimeMap`` at ``out``.

    Raises:
        InputError: a wrong edit (file, line and reason are named), or artifacts that cannot be
            read or are not of one clip.
    """
    file = load_edit(edit)
    with Tracks.open(tracks) as tracked, Seeds.open(seeds) as seeded:
        ids = tracked.ids[:].tolist()
        order = seeded.order[:]
        if len(order) != len(tracked.keypoints) or any(
            person not in ids for people in seeded.people for person in people
        ):
            raise InputError(
                f"{seeds}: made from other tracks than {tracks}; delete it and run snakemake "
                "again: rule 'seeds' makes it anew"
            )
        numerator, denominator = tracked.fps
        fps = numerator / denominator
        source = SourceLayers(
            names=seeded.names,
            people=seeded.people,
            order=order,
            floor=floor_heights(
                tracked.keypoints[:],
                tracked.present[:],
                [[ids.index(person) for person in people] for people in seeded.people],
                seeded.homographies[:],
                fps,
            ),
            fps=fps,
        )
        made = build_instances(file, source)
        attributes = tracked.clip_attributes()
    sizes = {"M": len(made.layer), "T_out": len(made.background_time)}
    with TimeMap.create(
        out,
        parameters={},
        sizes=sizes,
        names=made.names,
        sound=made.sound,
        edit={"name": edit.stem, "text": file.text},
        **attributes,
    ) as timemap:
        timemap.layer[...] = made.layer
        timemap.source_time[...] = made.source_time
        timemap.offset[...] = made.offset
        timemap.opacity[...] = made.opacity
        timemap.depth[...] = made.depth
        timemap.background_time[...] = made.background_time.astype(np.float64)
