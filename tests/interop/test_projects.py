"""Folders in the authors' layouts become clips, and clips such folders."""

import json
import shutil

import cv2
import numpy as np
import pytest
import yaml

from retime.errors import InputError
from retime.interop.projects import import_project

from .conftest import standing

METADATA = {
    "alphapose_input_size": [64, 32],
    "size_LR": [32, 16],
    "n_textures": 49,
    "composite_order": [[1, 2], [1, 2], [2, 1]],
}


def picture(path, value, shape=(16, 32, 3)):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full(shape, value, np.uint8))


@pytest.fixture
def retiming(tmp_path):
    """Two people in three frames, keypoints of frames twice as large as those released."""
    folder = tmp_path / "splash"
    people = [
        {"keypoints": np.concatenate([standing(20 * i, 8), np.ones((17, 1))], 1).ravel().tolist()}
        for i in (1, 2)
    ]
    keypoints = {}
    for t in range(3):
        name = f"{t + 1:04d}.png"
        picture(folder / "rgb_256" / name, 10 * t)
        picture(folder / "rgb_512" / name, 10 * t, (32, 64, 3))
        for layer in (1, 2):
            picture(folder / f"iuv/{layer:02d}" / name, (200, 100, 240, 255 - layer), (16, 32, 4))
        keypoints[name] = [{**p, "idx": n, "scores": 2.5} for n, p in enumerate(people, 1)]
    picture(folder / "mask/02/0003.png", 150, (16, 32))
    (folder / "keypoints.json").write_text(json.dumps(keypoints))
    (folder / "metadata.json").write_text(json.dumps(METADATA))
    (folder / "homographies.txt").write_text(
        "size: 64 32\nbounds: 0 63 0 31\n" + 3 * "1 0 0 0 1 0 0 0 1\n"
    )
    return folder


def imported(folder, tmp_path, name=""):
    home = import_project(folder, name, tmp_path / "videos", tmp_path / "clips")
    return home, yaml.safe_load((home / "clip.yaml").read_text())


def test_the_layout_of_retiming(retiming, tmp_path):
    home, said = imported(retiming, tmp_path)
    assert home == tmp_path / "clips/splash"
    videos = tmp_path / "videos/splash"
    assert [p.name for p in sorted(videos.iterdir())] == ["0001.png", "0002.png", "0003.png"]
    assert cv2.imread(str(videos / "0002.png")).shape == (32, 64, 3)  # the larger frames
    assert said == {
        "layers": [{"name": "person1", "people": [1]}, {"name": "person2", "people": [2]}],
        "order": [
            {"frames": [0, 1], "back_to_front": ["person1", "person2"]},
            {"frames": [2, 2], "back_to_front": ["person2", "person1"]},
        ],
    }
    assert sorted(p.name for p in (home / "import").iterdir()) == [
        "homographies.txt",
        "tracks.json",
        "uv",
    ]
    assert len(list((home / "import/uv/02").iterdir())) == 3
    assert [str(p.relative_to(home)) for p in home.glob("trimaps/*/*")] == [
        "trimaps/person2/000002.png"
    ]
    trimap = cv2.imread(str(home / "trimaps/person2/000002.png"), cv2.IMREAD_UNCHANGED)
    assert trimap.shape == (32, 64)  # as large as the frames, of which it was half
    assert (trimap == 128).all()  # the nearest of the three levels
    tracks = json.loads((home / "import/tracks.json").read_text())
    # Keypoints are of frames as large as those imported: nothing is scaled.
    assert tracks["0001.png"][1]["keypoints"][:2] == [40, 8]


def test_keypoints_are_scaled_to_the_frames(retiming, tmp_path):
    text = json.dumps({**METADATA, "alphapose_input_size": [32, 16]})
    (retiming / "metadata.json").write_text(text)
    home, _ = imported(retiming, tmp_path, "other")
    tracks = json.loads((home / "import/tracks.json").read_text())
    assert tracks["0001.png"][1]["keypoints"][:2] == [80.5, 16.5]  # 2 (x + 1/2) - 1/2
    assert home.name == "other"


def test_people_who_go_together_and_one_who_is_on_no_layer(retiming, tmp_path):
    one = {"people_layers": [[2]], "composite_order": []}
    (retiming / "metadata.json").write_text(json.dumps({**METADATA, **one}))
    (retiming / "mask/02").rename(retiming / "mask/01")
    _, said = imported(retiming, tmp_path, "one")
    assert said["layers"] == [{"name": "person2", "people": [2]}]
    assert said["ignore"] == [1]
    together = {"people_layers": [[2, 1]], "composite_order": []}
    (retiming / "metadata.json").write_text(json.dumps({**METADATA, **together}))
    _, said = imported(retiming, tmp_path, "together")
    assert said["layers"] == [{"name": "layer1", "people": [2, 1]}]


def test_frames_alone(retiming, tmp_path):
    for name in ("iuv", "mask", "rgb_512"):
        shutil.rmtree(retiming / name)
    for name in ("keypoints.json", "metadata.json", "homographies.txt"):
        (retiming / name).unlink()
    home, said = imported(retiming, tmp_path)
    assert said == {}
    assert [p.name for p in home.iterdir()] == ["clip.yaml"]


def test_maps_of_nobody_knows_whom(retiming, tmp_path):
    (retiming / "keypoints.json").unlink()
    with pytest.raises(InputError, match=r"splash/iuv: cannot be used without keypoints\.json"):
        imported(retiming, tmp_path)


def test_the_layout_of_omnimatte(tmp_path):
    folder = tmp_path / "tennis"
    for t in (1, 2):
        picture(folder / f"rgb/{t:04d}.png", 9)
        picture(folder / f"mask/01/{t:04d}.png", 255, (16, 32))
        picture(folder / f"mask/02/{t:04d}.png", 0, (16, 32))
    (folder / "homographies.txt").write_text("size: 32 16\n")
    (folder / "flow").mkdir()
    home, said = imported(folder, tmp_path)
    assert said == {
        "people": False,
        "layers": [
            {"name": "object1", "mask": "masks/01"},
            {"name": "object2", "mask": "masks/02"},
        ],
    }
    assert len(list((home / "masks/02").iterdir())) == 2
    assert (home / "import/homographies.txt").read_text() == "size: 32 16\n"
    assert len(list((tmp_path / "videos/tennis").iterdir())) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"composite_order": [[1, 2]]}, r"metadata\.json: composite_order: 1 frames, there are 3"),
        ({"composite_order": [[1, 3]] * 3}, r"composite_order\[0\]: is \[1, 3\]; each layer"),
        ({"people_layers": [[1], [5]]}, "people_layers: nobody is called 5 in keypoints.json"),
        ({"alphapose_input_size": None}, "'alphapose_input_size' must say of what size"),
        ({"alphapose_input_size": 3}, r"metadata\.json: alphapose_input_size: Input should be"),
    ],
)
def test_malformed(retiming, tmp_path, change, message):
    (retiming / "metadata.json").write_text(json.dumps({**METADATA, **change}))
    with pytest.raises(InputError, match=message):
        imported(retiming, tmp_path)
    for folder in ("videos", "clips"):  # nothing half-written is left
        assert not list((tmp_path / folder).glob("*"))


def test_folders_that_cannot_be_imported(retiming, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: holds neither rgb_512 nor rgb_256"):
        imported(tmp_path / "empty", tmp_path)
    with pytest.raises(InputError, match="'two words' cannot be the name of a clip"):
        imported(retiming, tmp_path, "two words")
    imported(retiming, tmp_path)
    with pytest.raises(InputError, match="splash: is there already; choose another name"):
        imported(retiming, tmp_path)
    picture(retiming / "mask/02/0009.png", 128, (16, 32))
    with pytest.raises(InputError, match=r"mask/02/0009\.png: no frame has this name"):
        imported(retiming, tmp_path, "again")
