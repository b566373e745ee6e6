import numpy as np
import pytest

from retime.artifacts import Decomposition, Frames, Seeds
from retime.layers import full_size as module
from retime.layers.filling import fill_ground
from retime.layers.footage import layer_size_footage, source_size_footage
from retime.layers.full_size import full_size_canvas


@pytest.fixture
def canvas(tmp_path):
    """Return a maker of canvases over a trained one that is flat grey."""

    def make(paths, large=True):
        with Frames.open(paths.frames) as frames, Seeds.open(paths.seeds) as seeds:
            path = tmp_path / "decomposition.h5"
            sizes = {"N": 2, "T": 6, "h": 32, "w": 64, "hc": 32, "wc": 64, "steps": 1, "bytes": 1}
            common = seeds.clip_attributes()
            with Decomposition.create(
                path,
                sizes=sizes,
                parameters={},
                names=seeds.names,
                atlases=2,
                noise=0.01,
                **common,
            ) as trained:
                trained.canvas[:] = 120
            large = (
                source_size_footage(frames, paths.video) if large else layer_size_footage(frames)
            )
            with Decomposition.open(path) as trained:
                return full_size_canvas(large, seeds, trained), next(large.read([0]))

    return make


def test_ground_has_the_videos_detail_over_the_trained_background(canvas, large_clip, monkeypatch):
    found, frame = canvas(large_clip)
    assert found.picture.shape == (160, 320, 3)
    assert not found.filled.any()
    # Nobody comes near the lowest rows: detail is settled there, about the trained grey. Of noise
    # in 2 x 2 pixels to a working pixel that is all but the mean, the root of 3/4 in correlation.
    low, shown = found.picture[140:].astype(float), frame[140:].astype(float)
    assert np.corrcoef(low.ravel(), shown.ravel())[0, 1] > 0.85
    assert low.mean() == pytest.approx(120, abs=1)
    monkeypatch.setattr(module, "STRIP_BYTES", 1)  # 16 rows at a time
    again, _ = canvas(large_clip)
    assert np.array_equal(found.picture, again.picture)
    assert np.array_equal(found.filled, again.filled)


@pytest.mark.parametrize("large", [True, False])
def test_ground_that_nobody_leaves_is_marked(canvas, standing_clip, large):
    found, _ = canvas(standing_clip, large)
    factor = 5 if large else 2
    # The red one stands in rows 8 to 19, columns 6 to 13 of the working size.
    body = found.filled[8 * factor : 20 * factor, 6 * factor : 14 * factor]
    assert body.all()
    assert not found.filled[28 * factor :].any()
    # Outlines are uncertain by 2.5 % of the width: 1.6 working pixels all in all.
    assert found.filled.sum() < 2 * (12 + 3) * (8 + 3) * factor**2
    assert found.filled.sum() > 2 * 12 * 8 * factor**2


def test_what_is_unseen_is_filled_with_what_is_around():
    stripes = np.zeros((60, 80, 3), np.uint8)
    stripes[:, :] = np.where(np.arange(80) // 8 % 2, 200, 60)[None, :, None]
    unseen, outside = np.zeros((2, 60, 80), bool)
    unseen[20:40, 30:54], outside[:, :8] = True, True
    holed = np.where(unseen[..., None], 128, stripes).astype(np.uint8)
    holed[:, :8] = 7
    filled = fill_ground(holed, unseen, outside)
    assert np.array_equal(filled[~unseen], holed[~unseen])
    assert np.abs(filled[unseen].astype(int) - stripes[unseen]).mean() < 12  # grey: 70
    assert np.array_equal(filled, fill_ground(holed, unseen, outside))
    everything = np.ones((60, 80), bool)
    assert np.array_equal(fill_ground(holed, everything, outside), holed)
