"""What is exported of a clip is read again by this package's own readers."""

import json

import cv2
import numpy as np
import pytest
import yaml

from retime.artifacts import Camera, Frames, Layers, Seeds, Tracks, Uv
from retime.config import TracksSettings
from retime.errors import InputError
from retime.interop import homographies, mask_pictures
from retime.interop.clip_frames import ClipFrames
from retime.interop.export import FORMS, export_data
from retime.interop.given import make_camera, make_masks, make_tracks, make_uv
from retime.interop.projects import import_project

from .conftest import standing, write_frames

T, SIZE = 4, {"T": 4, "h": 8, "w": 16}
PAN = np.stack([[[1, 0, 2 * t], [0, 1, 0], [0, 0, 1.0]] for t in range(T)])


@pytest.fixture
def results(tmp_path):
    """Two people on a layer each; the second goes before the first from frame 2 on."""
    folder = tmp_path / "results/tiny"
    folder.mkdir(parents=True)
    with Frames.open(write_frames(folder / "frames.h5")) as frames:
        common = frames.clip_attributes()
    with Tracks.create(
        folder / "tracks.h5", parameters={}, sizes={"T": T, "P": 2}, **common
    ) as made:
        made.keypoints[:] = np.stack([[standing(10 + t, 2), standing(20, 2 + t)] for t in range(T)])
        made.present[:], made.state[:], made.score[:], made.ids[:] = True, 1, 0.75, [1, 2]
    camera = {"mode": "pan", "reference": 0, "canvas": [0, 0, 38, 16]}
    with Camera.create(
        folder / "camera.h5", parameters={}, sizes={"T": T}, **camera, **common
    ) as made:
        made.homographies[:] = PAN
    with Uv.create(folder / "uv.h5", parameters={}, sizes={**SIZE, "P": 2}, **common) as made:
        made.ids[:] = [1, 2]
        made.iuv[:, 0, 2:6, 3:7], made.iuv[:, 1, 2:6, 8:12] = [2, 100, 200], [24, 7, 250]
        iuv = made.iuv[:]
    names = {"names": ["ann", "ben"], "people": [[1], [2]]}
    with Seeds.create(
        folder / "seeds.h5",
        parameters={},
        sizes={**SIZE, "N": 2},
        canvas=[0, 0, 38, 16],
        camera_mode="pan",
        **names,
        **common,
    ) as made:
        made.iuv[:] = iuv
        made.person[:] = (iuv[..., 0] > 0) * np.array([1, 2], np.uint8)[:, None, None]
        made.trimap[:] = np.where(iuv[..., 0] > 0, 255, 128)
        made.order[:], made.homographies[:] = [[2, 1], [2, 1], [1, 2], [1, 2]], PAN
    sizes = {"layers": 3, "N": 2, "T": T, "H": 16, "W": 32, "Hc": 16, "Wc": 38}
    with Layers.create(
        folder / "layers.h5",
        parameters={},
        sizes=sizes,
        canvas_bounds=[0, 0, 38, 16],
        **names,
        **common,
    ) as made:
        made.order[:] = [[2, 1], [2, 1], [1, 2], [1, 2]]
        made.rgba[1, :, 4:8, 4:12, 3], made.rgba[2, :, 4:8, 8:16, 3] = 255, 200
    return folder


@pytest.mark.parametrize("form", ["alphapose", "coco", "cvat"])
def test_tracks(results, tmp_path, form):
    out = tmp_path / ("tracks.xml" if form == "cvat" else "tracks.json")
    export_data(results, form, out)
    make_tracks(results / "frames.h5", out, tmp_path / "tracks.h5", TracksSettings(), [])
    with Tracks.open(tmp_path / "tracks.h5") as again, Tracks.open(results / "tracks.h5") as first:
        assert again.parameters["format"] == form
        assert (again.present[:] == first.present[:]).all()
        assert np.allclose(again.keypoints[:], first.keypoints[:], atol=1e-3)


def test_camera(results, tmp_path):
    export_data(results, "homographies", tmp_path / "homographies.txt")
    make_camera(results / "frames.h5", tmp_path / "homographies.txt", tmp_path / "camera.h5")
    with Camera.open(tmp_path / "camera.h5") as again:
        assert np.allclose(again.homographies[:], PAN)
        assert again.canvas == [0, 0, 38, 16]


def test_uv_maps(results, tmp_path):
    export_data(results, "iuv", tmp_path / "uv")
    make_uv(results / "frames.h5", results / "tracks.h5", tmp_path / "uv", tmp_path / "uv.h5")
    with Uv.open(tmp_path / "uv.h5") as again, Uv.open(results / "uv.h5") as first:
        assert (again.iuv[:] == first.iuv[:]).all()


def test_masks(results, tmp_path):
    clip = ClipFrames(np.arange(T))
    export_data(results, "masks", tmp_path / "masks")
    read = list(mask_pictures.read_masks(tmp_path / "masks/ben", None, clip))
    assert read[0][5, 4:17].tolist() == [0] * 4 + [200] * 8 + [0]
    export_data(results, "davis", tmp_path / "davis")
    for t, shared in ((0, 1), (3, 2)):  # the foremost layer has what both cover
        shown = mask_pictures.read_mask(tmp_path / f"davis/{t:06d}.png", shared)
        assert shown[5, 8:12].tolist() == [255] * 4
    export_data(results, "coco-masks", tmp_path / "masks.json")
    make_masks(
        results / "frames.h5",
        [f"ann={tmp_path / 'masks.json'}#1", f"ben={tmp_path / 'masks/ben'}"],
        tmp_path / "masks.h5",
    )


def test_a_project_is_imported_again(results, tmp_path):
    export_data(results, "retiming", tmp_path / "splash")
    assert cv2.imread(str(tmp_path / "splash/rgb_256/0001.png")).shape == (256, 512, 3)
    assert cv2.imread(str(tmp_path / "splash/rgb_512/0004.png")).shape == (512, 1024, 3)
    metadata = json.loads((tmp_path / "splash/metadata.json").read_text())
    assert metadata["size_LR"] == [512, 256]
    assert metadata["n_textures"] == 49
    home = import_project(tmp_path / "splash", "again", tmp_path / "videos", tmp_path / "clips")
    said = yaml.safe_load((home / "clip.yaml").read_text())
    assert [layer["people"] for layer in said["layers"]] == [[1], [2]]
    assert [order["back_to_front"] for order in said["order"]] == [
        ["person2", "person1"],
        ["person1", "person2"],
    ]
    trimap = cv2.imread(str(home / "trimaps/person1/000002.png"), cv2.IMREAD_GRAYSCALE)
    assert (trimap[32::64, 32::64] == 255).sum() == 16  # of its 16 x 8 pixels
    again = write_frames(tmp_path / "frames.h5", source=str(tmp_path / "videos/again"))
    make_tracks(again, home / "import/tracks.json", tmp_path / "t.h5", TracksSettings(), [])
    make_uv(again, tmp_path / "t.h5", home / "import/uv", tmp_path / "uv.h5")
    with Uv.open(tmp_path / "uv.h5") as second, Uv.open(results / "uv.h5") as first:
        assert (second.iuv[:] == first.iuv[:]).all()
    matrices = homographies.read(home / "import/homographies.txt", (32, 16))
    assert np.allclose(matrices, PAN)


def test_objects_have_no_place_in_that_layout(results, tmp_path):
    with Seeds.open(results / "seeds.h5") as seeds:
        common = seeds.clip_attributes()
    with Seeds.create(
        results / "seeds.h5",
        parameters={},
        sizes={**SIZE, "N": 1},
        names=["ball"],
        people=[[]],
        canvas=[0, 0, 38, 16],
        camera_mode="pan",
        **common,
    ):
        pass
    with pytest.raises(InputError, match="has layers of objects, for which the layout"):
        export_data(results, "retiming", tmp_path / "splash")
    assert not (tmp_path / "splash").exists()


@pytest.mark.parametrize("form", FORMS)
def test_what_was_not_run_is_named(tmp_path, form):
    with pytest.raises(InputError, match=r"\.h5: no such file; rule '\w+' makes it"):
        export_data(tmp_path / "results/none", form, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_no_such_format(tmp_path):
    with pytest.raises(InputError, match="--as bvh: no such format; there are alphapose, coco"):
        export_data(tmp_path, "bvh", tmp_path / "out")
