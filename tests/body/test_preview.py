import cv2
import numpy as np

from retime.artifacts import Frames, Tracks, Uv
from retime.body.preview import MOMENTS, clip_row, colour_parts, preview_uv

CLIP = {
    "clip": "street",
    "source_size": [320, 180],
    "working_size": [64, 36],
    "fps": [25, 1],
    "start_seconds": 0.0,
}


def test_parts_have_colours_of_their_own():
    colours = colour_parts(np.arange(25))
    assert len(np.unique(colours, axis=0)) == 25
    assert colours[0].max() == 0


def two_people():
    """Keypoints [2, 17, 2] and maps [2, 36, 64, 3]: the second stands in front of the first."""
    keypoints = np.full((2, 17, 2), np.nan)
    keypoints[0, [5, 11]] = (20, 6), (20, 20)
    keypoints[1, [5, 11]] = (30, 10), (30, 30)
    iuv = np.zeros((2, 36, 64, 3), np.uint8)
    iuv[0, 4:24, 16:34] = (1, 255, 0)
    iuv[1, 8:34, 26:36] = (24, 0, 255)
    return keypoints, iuv


def test_a_moment_shows_who_is_in_front_and_outlines_who_is_behind():
    frame = np.full((36, 64, 3), 100, np.uint8)

    row = clip_row(frame, *two_people())

    skeletons, maps, over = row[:, :64], row[:, 68:132], row[:, 136:]
    assert skeletons[12, 20].any()
    assert not skeletons[12, 50].any()
    assert maps[12, 20].tolist() == [255, 0, 10]  # u, v, and 255 / 24 of part 1
    assert maps[12, 30].tolist() == [0, 255, 255]
    assert over[2, 60].tolist() == [75, 75, 75]
    assert over[20, 33].tolist() == [255, 255, 255]  # the hidden edge of the person behind


def test_the_contact_sheet_of_a_clip(tmp_path):
    keypoints, iuv = two_people()
    common = {"parameters": {}, **CLIP}
    sizes = {"T": 20, "P": 2}
    with Frames.create(
        tmp_path / "frames.h5",
        sizes={"T": 20, "H": 36, "W": 64},
        source="street.mp4",
        has_sound=False,
        **common,
    ) as frames:
        frames.rgb[:] = 100
    with Tracks.create(tmp_path / "tracks.h5", sizes=sizes, **common) as tracks:
        tracks.keypoints[:] = keypoints * 5
        tracks.present[:] = True
        tracks.ids[:] = [1, 2]
    with Uv.create(tmp_path / "uv.h5", sizes={**sizes, "w": 64, "h": 36}, **common) as uv:
        uv.ids[:] = [1, 2]
        uv.iuv[:] = iuv

    out = tmp_path / "report" / "uv.png"
    preview_uv(*(tmp_path / f"{noun}.h5" for noun in ("frames", "tracks", "uv")), out)

    drawn = cv2.imread(str(out))
    assert drawn.shape == (MOMENTS * 229 - 4, 3 * 400 + 8, 3)
    assert drawn[100, 404 + 180].tolist() == [255, 255, 0]  # BGR of the person in front
    assert [path.name for path in out.parent.iterdir()] == ["uv.png"]
