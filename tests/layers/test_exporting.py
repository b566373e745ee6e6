"""Painted trimaps on their way into the seeds, and out again."""

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from retime.artifacts import Frames, Seeds, Tracks, Uv
from retime.config import SeedsSettings
from retime.errors import InputError
from retime.layers.clip_loading import load_clip_tensors
from retime.layers.exporting import draw_guide, export_trimaps
from retime.layers.seeding import run_seeds

from .conftest import FRAMES, FULL, SIZE

SETTINGS = SeedsSettings(
    layers=({"name": "red", "people": [1]}, {"name": "blue", "people": [2]}), band=0.1
)


@pytest.fixture
def stages(tiny_clip, tmp_path):
    """What `seeds` reads of the tiny clip."""
    with Seeds.open(tiny_clip.seeds) as seeds, Frames.open(tiny_clip.frames) as frames:
        iuv, common = seeds.iuv[:], frames.clip_attributes()
    with Uv.create(
        tmp_path / "uv.h5",
        sizes={"T": FRAMES, "P": 2, "h": SIZE[1], "w": SIZE[0]},
        parameters={},
        **common,
    ) as uv:
        uv.iuv[:], uv.ids[:] = iuv, [1, 2]
    with Tracks.create(
        tmp_path / "tracks.h5", sizes={"T": FRAMES, "P": 2}, parameters={}, **common
    ) as tracks:
        tracks.keypoints[:], tracks.present[:], tracks.ids[:] = 10, True, [1, 2]
    return SimpleNamespace(
        frames=tiny_clip.frames,
        tracks=tmp_path / "tracks.h5",
        uv=tmp_path / "uv.h5",
        camera=tiny_clip.camera,
    )


def seeded(stages, out, trimaps=None):
    """Run the stage; return trimaps and where they are painted, [T, N, h, w] each."""
    run_seeds(stages.frames, stages.tracks, stages.uv, stages.camera, out, SETTINGS, trimaps)
    with Seeds.open(out) as seeds:
        return seeds.trimap[:], seeds.painted[:]


def paint(folder: Path, name: str, box: tuple[slice, slice], value: int) -> None:
    """Paint a box, at the working size, and leave the rest transparent."""
    pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    pixels[box] = value, value, value, 255
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(folder / name), pixels)


def test_what_is_painted_over_a_range_lies_over_each_of_its_frames(stages, tmp_path):
    automatic, painted = seeded(stages, tmp_path / "a.h5")
    assert not painted.any()
    box = slice(0, 4), slice(10, 30)
    paint(tmp_path / "trimaps", "blue/000001-000003.png", box, 255)
    trimap, painted = seeded(stages, tmp_path / "b.h5", tmp_path / "trimaps")
    expected = np.zeros_like(painted)
    expected[1:4, 1, 0:4, 10:30] = True
    np.testing.assert_array_equal(painted, expected)
    np.testing.assert_array_equal(trimap, np.where(expected, 255, automatic))


def test_wrong_trimaps_leave_nothing_behind(stages, tmp_path):
    paint(tmp_path / "trimaps", "blue/000005.png", (slice(0, 2), slice(0, 2)), 77)
    with pytest.raises(InputError, match=r"000005\.png: 77 at \(0, 0\)"):
        seeded(stages, tmp_path / "a.h5", tmp_path / "trimaps")
    assert not (tmp_path / "a.h5").exists()


def test_an_unchanged_export_changes_nothing(stages, tiny_clip, tmp_path):
    paint(tmp_path / "trimaps", "red/000002-000004.png", (slice(3, 9), slice(5, 22)), 128)
    paint(tmp_path / "trimaps", "red/000003.png", (slice(1, 9), slice(0, 64)), 0)
    for number, folder in enumerate((None, tmp_path / "trimaps")):
        before = seeded(stages, tmp_path / f"before{number}.h5", folder)
        out = tmp_path / f"export{number}"
        export_trimaps(tiny_clip.frames, tmp_path / f"before{number}.h5", out)
        after = seeded(stages, tmp_path / f"after{number}.h5", out / "trimaps")
        for one, other in zip(before, after, strict=True):
            np.testing.assert_array_equal(one, other)
    assert before[1].any()


def test_exports_have_the_size_of_the_video_and_may_be_chosen(stages, tiny_clip, tmp_path):
    seeded(stages, tmp_path / "seeds.h5")
    args = tiny_clip.frames, tmp_path / "seeds.h5", tmp_path / "export"
    trimaps, guides = export_trimaps(*args, (2, 3), ["blue"])
    names = sorted(p.relative_to(tmp_path / "export").as_posix() for p in trimaps.rglob("*.png"))
    assert names == ["trimaps/blue/000002.png", "trimaps/blue/000003.png"]
    assert sorted(p.name for p in guides.rglob("*.*")) == ["000002.jpg", "000003.jpg"]
    for path in (trimaps / "blue/000002.png", guides / "blue/000002.jpg"):
        assert cv2.imread(str(path)).shape[1::-1] == FULL
    with pytest.raises(InputError, match="no layer 'green'; layers are red, blue"):
        export_trimaps(*args, None, ["green"])


def test_a_guide_tells_the_three_kinds_apart():
    frame = np.full((1, 3, 3), 100, np.uint8)
    guide = draw_guide(frame, np.array([[0, 128, 255]], np.uint8))
    # Clear: 0.55 of the frame; else 0.55 of it and 0.45 of the tint.
    assert guide[0].tolist() == [[55, 55, 55], [158, 127, 55], [55, 126, 107]]


def test_painted_clear_does_not_give_way_to_evidence(stages, tiny_clip, tmp_path):
    # In frame 0, red stands at x 6 to 14, y 8 to 20 (working size), blue at 50 to 58, 14 to 26.
    # Neither map knows what a ball in the middle, x 30 to 34, is.
    import h5py

    with h5py.File(tiny_clip.frames, "r+") as file:
        rgb = file["rgb"][:]
        rgb[0, 20:28, 60:68] = 255, 255, 0
        file["rgb"][:] = rgb
    ball = 11, 31
    paint(tmp_path / "trimaps", "blue/000000.png", (slice(9, 15), slice(28, 36)), 0)
    negative = {}
    for name, folder in (("automatic", None), ("painted", tmp_path / "trimaps")):
        seeded(stages, tmp_path / "seeds.h5", folder)
        clip = load_clip_tensors(tiny_clip.frames, tmp_path / "seeds.h5", 4)
        assert not clip.positive[0, :, *ball].any()
        negative[name] = clip.negative[0, :, *ball].tolist()
    # Far from both, the ball's trimaps are clear; yet nobody is ruled out, until somebody says so.
    assert negative == {"automatic": [False, False], "painted": [False, True]}
