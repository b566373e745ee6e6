"""Layers of people and of objects in one clip."""

import numpy as np
import pytest

from retime.artifacts import Camera, Frames, Masks, Seeds, Tracks, Uv
from retime.config import LayerChoice, OrderChoice, SeedsSettings
from retime.errors import InputError
from retime.layers.seeding import run_seeds

CLIP = {
    "clip": "yard",
    "source_size": [64, 32],
    "working_size": [32, 16],
    "fps": [10, 1],
    "start_seconds": 0.0,
}
FRAMES = 3


def write_frames(path, rgb):
    high, wide = rgb.shape[1:3]
    sizes = {"T": len(rgb), "H": high, "W": wide}
    kept = {"source": "yard.mp4", "has_sound": False}
    with Frames.create(path, parameters={}, sizes=sizes, **kept, **CLIP) as made:
        made.rgb[:], made.time[:], made.index[:] = rgb, np.arange(len(rgb)) / 10, range(len(rgb))


@pytest.fixture
def files(tmp_path):
    """A person at the left, and a ball that rolls by before them, absent in the last frame."""
    paths = [tmp_path / f"{noun}.h5" for noun in ("frames", "tracks", "uv", "camera", "masks")]
    frames, tracks, uv, camera, masks = paths
    write_frames(frames, np.full((FRAMES, 16, 32, 3), 120, np.uint8))
    with Tracks.create(tracks, parameters={}, sizes={"T": FRAMES, "P": 1}, **CLIP) as made:
        made.keypoints[:], made.present[:], made.ids[:] = 20.0, True, [1]
    size = {"T": FRAMES, "h": 16, "w": 32}
    with Uv.create(uv, parameters={}, sizes={**size, "P": 1}, **CLIP) as made:
        made.ids[:] = [1]
        made.iuv[:, 0, 2:11, 4:8] = [2, 30, 60]
    still = {"mode": "still", "reference": 0, "canvas": [0, 0, 64, 32]}
    with Camera.create(camera, parameters={}, sizes={"T": FRAMES}, **still, **CLIP) as made:
        made.homographies[:] = np.eye(3)
    with Masks.create(masks, parameters={}, sizes={**size, "N": 1}, names=["ball"], **CLIP) as made:
        for t in range(2):
            made.alpha[t, 0, 8:14, 10 + 6 * t : 16 + 6 * t] = 255
    return paths


def settings(*layers, **more):
    return SeedsSettings(layers=layers, band=0.1, **more)


BALL = LayerChoice(name="ball", mask="masks/ball")


def seed(files, choices, tmp_path):
    *read, masks = files
    run_seeds(*read, tmp_path / "seeds.h5", choices, None, masks)
    return Seeds.open(tmp_path / "seeds.h5")


def test_an_object_is_a_layer_beside_people(files, tmp_path):
    with seed(files, settings(BALL), tmp_path) as seeds:
        assert seeds.names == ["ball", "person1"]
        assert seeds.people == [[], [1]]
        assert seeds.ids() == [[255], [1]]
        shown = seeds.iuv[:, 0, :, :, 0] > 0
        assert shown[0].sum() == 36
        assert not shown[2].any()
        assert (np.unique(seeds.person[0, 0]) == [0, 255]).all()
        assert (seeds.trimap[0, 0, 8:14, 10:16] == 255).all()
        assert seeds.trimap[0, 0, 7, 9] == 128
        assert not seeds.trimap[2, 0].any()
        # The ball lies lower in the picture than the person's feet: it is before them, and keeps
        # its place in the order when it is gone.
        assert seeds.order[:].tolist() == [[2, 1]] * FRAMES


def test_a_clip_of_objects_alone(files, tmp_path):
    tracks, uv = tmp_path / "nobody.h5", tmp_path / "nothing.h5"
    with Tracks.create(tracks, parameters={}, sizes={"T": FRAMES, "P": 0}, **CLIP):
        pass
    with Uv.create(uv, parameters={}, sizes={"T": FRAMES, "P": 0, "h": 16, "w": 32}, **CLIP):
        pass
    with seed([files[0], tracks, uv, *files[3:]], settings(BALL), tmp_path) as seeds:
        assert (seeds.names, seeds.people) == (["ball"], [[]])
        assert seeds.order[:].tolist() == [[1]] * FRAMES


def test_a_persons_trimap_may_come_from_a_mask(files, tmp_path):
    both = LayerChoice(name="ball", people=[1], mask="masks/ball")
    with seed(files, settings(both), tmp_path) as seeds:
        assert seeds.people == [[1]]
        assert (seeds.iuv[0, 0, 2:11, 4:8] == [2, 30, 60]).all()  # the body's map stays
        assert (seeds.trimap[0, 0] == 255).sum() == 36  # and what is opaque is the mask


def test_masks_must_be_there(files, tmp_path):
    with pytest.raises(InputError, match="layer 'ball' has a mask: give the file of masks"):
        run_seeds(*files[:4], tmp_path / "seeds.h5", settings(BALL), None)
    other = LayerChoice(name="cat", mask="masks/cat")
    with pytest.raises(InputError, match=r"masks\.h5: 3 frames of ball, not 3 of cat"):
        seed(files, settings(other), tmp_path).__enter__()


def test_nobody_is_tracked(files, tmp_path):
    with pytest.raises(InputError, match="no person 4; the tracked people are \\[1\\]"):
        seed(files, settings(LayerChoice(name="a", people=[4])), tmp_path).__enter__()


@pytest.fixture
def crossing(files):
    """Two people meet in the second frame; it shows the first, whose feet are no lower."""
    frames, tracks, uv, *_ = files
    rgb = np.full((FRAMES, 16, 32, 3), 120, np.uint8)
    size = {"T": FRAMES, "P": 2, "h": 16, "w": 32}
    with Tracks.create(tracks, parameters={}, sizes=size, **CLIP) as made:
        made.keypoints[:], made.present[:], made.ids[:] = 20.0, True, [1, 2]
    with Uv.create(uv, parameters={}, sizes=size, **CLIP) as made:
        made.ids[:] = [1, 2]
        for t, (first, second) in enumerate([(2, 20), (10, 13), (20, 2)]):
            made.iuv[t, 1, 2:11, second : second + 6] = [2, 30, 60]
            made.iuv[t, 0, 2:11, first : first + 6] = [2, 30, 60]
            rgb[t, 2:11, second : second + 6] = 20, 40, 200
            rgb[t, 2:11, first : first + 6] = 220, 30, 20
    write_frames(frames, rgb)
    return files


def test_in_front_is_whom_the_frame_shows(crossing, tmp_path):
    with seed(crossing, settings(), tmp_path) as seeds:
        assert seeds.order[1].tolist() == [2, 1]
    with seed(crossing, settings(order_by_sight=False), tmp_path) as seeds:
        assert seeds.order[:].tolist() == [[1, 2]] * FRAMES
    chosen = OrderChoice(back_to_front=["person1", "person2"])
    with seed(crossing, settings(order=(chosen,)), tmp_path) as seeds:
        assert seeds.order[:].tolist() == [[1, 2]] * FRAMES


def test_frames_of_another_length_are_refused(files, tmp_path):
    write_frames(files[0], np.zeros((FRAMES + 1, 16, 32, 3), np.uint8))
    with pytest.raises(InputError, match=r"frames\.h5: 4 frames, but .*tracks\.h5 has 3"):
        seed(files, settings(), tmp_path).__enter__()
