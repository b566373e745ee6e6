from pathlib import Path

import numpy as np
import pytest

from retime.timing.edit import load_edit
from retime.timing.timemap import SourceLayers, build_instances

EDITS = sorted((Path(__file__).parents[2] / "clips" / "demo" / "edits").glob("*.yaml"))


@pytest.mark.parametrize("path", EDITS, ids=lambda path: path.stem)
def test_edits_of_the_demo_fit_its_layers(path):
    source = SourceLayers(
        names=["ann", "ben", "walker"],
        people=[[1], [2], [3]],
        order=np.tile([2, 1, 3], (60, 1)),
        floor=np.full((60, 3), np.nan),
        fps=15.0,
    )
    made = build_instances(load_edit(path), source)
    assert np.array_equal(made.sound_time, np.arange(60.0))
    # Nobody who moves in an edit runs out of clip for more than the blink of an eye.
    moving = made.source_time[np.ptp(made.source_time, axis=1) > 0]
    assert ((np.diff(moving, axis=1) == 0).sum(axis=1) <= 3).all()


def test_there_are_the_three_edits():
    assert [path.stem for path in EDITS] == ["freeze", "remove", "together"]
