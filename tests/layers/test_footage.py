import numpy as np
import pytest

from retime.artifacts import Frames
from retime.errors import InputError
from retime.layers import footage as module
from retime.layers.footage import Crop, CropStock, layer_size_footage, source_size_footage


def test_a_video_is_read_at_its_own_size(large_clip):
    with Frames.open(large_clip.frames) as frames:
        small, large = layer_size_footage(frames), source_size_footage(frames, large_clip.video)
        assert (small.size, large.size) == ((128, 64), (320, 160))
        assert (small.length, large.length) == (6, 6)
        for one, other in zip(small.read([1, 1, 4]), large.read([1, 1, 4]), strict=True):
            assert other.shape == (160, 320, 3)
            # Enlarged by nearest neighbour: pixel (x, y) shows pixel (x // 2.5, y // 2.5).
            assert np.array_equal(other[5::5, 5::5], one[2::2, 2::2])


def test_another_video_is_refused(large_clip, tiny_clip_elsewhere):
    with Frames.open(large_clip.frames) as frames:
        with pytest.raises(InputError, match=r"128x64 and 6 frames, .* 320x160 with 6 or more"):
            source_size_footage(frames, tiny_clip_elsewhere.video)
        (large_clip.video / "005.png").unlink()
        with pytest.raises(InputError, match="320x160 and 5 frames"):
            source_size_footage(frames, large_clip.video)


@pytest.mark.parametrize("room", [1, 5_000, 10**6])
def test_crops_are_cut_in_few_passes(large_clip, monkeypatch, room):
    monkeypatch.setattr(module, "STOCK_BYTES", room)
    passes = []
    with Frames.open(large_clip.frames) as frames:
        whole = layer_size_footage(frames)

        def read(wanted):
            passes.append(list(wanted))
            return whole.read(wanted)

        def crops(step):
            return [
                Crop((5 * step + k) % 6, slice(k, k + 20), slice(step, step + 30)) for k in (0, 1)
            ]

        stock = CropStock(module.Footage(whole.size, 6, read, decoded=False), crops, steps=4)
        for step in (1, 2, 3):  # as after a resumed training
            for crop, picture in zip(crops(step), stock.of(step), strict=True):
                assert np.array_equal(picture, frames.rgb[crop.frame][crop.rows, crop.columns])
    # Two crops of 20 x 30 pixels have 3600 bytes: one step to a pass, one, or all.
    assert [len(wanted) for wanted in passes] == ([6] if room == 10**6 else [2, 2, 2])
    assert all(wanted == sorted(wanted) for wanted in passes)
