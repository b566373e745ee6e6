import json

import numpy as np
import pytest

from retime.errors import InputError
from retime.interop import coco_keypoints
from retime.interop.clip_frames import ClipFrames
from retime.interop.skeletons import as_people
from retime.people.skeleton import INDEX, JOINTS

from .conftest import found_tracks, standing

# The form of person_keypoints_*.json, with other joints than COCO's among its names.
FILE = {
    "images": [{"id": 7, "file_name": "img_0.png"}, {"id": 9, "file_name": "img_2.png"}],
    "categories": [{"id": 3, "keypoints": ["left ankle", "tail", "Nose"]}],
    "annotations": [
        {
            "image_id": 9,
            "category_id": 3,
            "keypoints": [5, 6, 2, 1, 1, 2, 8, 9, 1],
            "attributes": {"track_id": 4},
        },
        {"image_id": 7, "category_id": 3, "keypoints": [5, 6, 2, 0, 0, 0, 0, 0, 0], "track_id": 4},
    ],
}


def write(path, **changes):
    path.write_text(json.dumps({**FILE, **changes}))
    return path


def test_joints_go_by_their_names_and_what_is_not_labelled_is_unknown(tmp_path):
    later, earlier = coco_keypoints.read(write(tmp_path / "a.json"))
    assert (later.frame, later.person) == ("img_2.png", 4)
    assert later.joints[INDEX["left_ankle"]].tolist() == [5, 6, 1]
    assert later.joints[INDEX["nose"]].tolist() == [8, 9, 0.5]  # labelled, but hidden
    assert np.isnan(later.joints[:, 0]).sum() == 15
    assert earlier.person == 4
    assert np.isnan(earlier.joints[INDEX["nose"]]).all()


def test_ids_of_tracks_as_sleap_and_others_write_them(tmp_path):
    kept = {k: v for k, v in FILE["annotations"][1].items() if k != "track_id"}
    several = [
        {**kept, "attributes": {"object_id": 2, "occluded": False}},
        {**kept, "attributes": {"track_id": 3}},
        {**kept, "track_id": 4, "attributes": {}},
        kept,
    ]
    found = coco_keypoints.read(write(tmp_path / "a.json", annotations=several))
    assert [skeleton.person for skeleton in found] == [2, 3, 4, None]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": []}, r"annotations\[0\]\.image_id: no image has the id 9"),
        ({"categories": [{"id": 3, "keypoints": ["tail"]}]}, r"\[0\]\.keypoints: 9 numbers; 1"),
        (
            {"categories": [{"id": 3, "keypoints": ["ear", "tail", "paw"]}]},
            "none of COCO's 17 joints is among ear, tail, paw",
        ),
        ({"annotations": [{"image_id": 7}]}, r"annotations\[0\]\.keypoints: Field required"),
        ({"annotations": 1}, "annotations: Input should be a valid list"),
    ],
)
def test_malformed(tmp_path, changes, message):
    with pytest.raises(InputError, match=rf"a\.json: .*{message}"):
        coco_keypoints.read(write(tmp_path / "a.json", **changes))


def test_what_is_written_is_read_again(tmp_path):
    keypoints = np.stack([[standing(5 + t), standing(20 - t)] for t in range(3)])
    state = np.full((3, 2, 17), 1)
    state[:, 0, 9] = 2  # a wrist was interpolated
    present = np.array([[True, True], [True, False], [True, True]])
    found = found_tracks(keypoints, present, [1, 2], state=state)
    coco_keypoints.write(found, tmp_path / "a.json")
    joints, ids = as_people(coco_keypoints.read(tmp_path / "a.json"), ClipFrames(np.arange(3)), "")
    assert ids == [1, 2]
    assert np.isfinite(joints).all((2, 3)).T.tolist() == present.tolist()
    assert np.allclose(joints[0, ..., :2], keypoints[:, 0])
    assert joints[0, :, 9, 2].tolist() == [0.5] * 3
    assert joints[0, :, 10, 2].tolist() == [1] * 3


def test_boxes_and_joints_are_what_cocos_tools_ask_for(tmp_path):
    keypoints = np.stack([[standing(5)], [standing(6)]])
    found = found_tracks(keypoints, np.ones((2, 1), bool), [1])
    coco_keypoints.write(found, tmp_path / "a.json")
    held = json.loads((tmp_path / "a.json").read_text())
    annotation = held["annotations"][1]
    assert held["images"][1] == {"id": 2, "file_name": "000001.png", "width": 32, "height": 16}
    assert annotation["image_id"] == 2
    assert annotation["keypoints"][:3] == [6, 0, 2]
    assert annotation["bbox"] == [3, -0.5, 6, 12.5]  # from wrist to wrist, from eyes to ankles
    assert annotation["area"] == 75
    assert held["categories"][0]["keypoints"] == list(JOINTS)
