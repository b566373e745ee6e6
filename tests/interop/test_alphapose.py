import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from retime.errors import InputError
from retime.interop import alphapose
from retime.interop.clip_frames import ClipFrames
from retime.interop.skeletons import as_detections, as_people

TRIPLES = [value for joint in range(17) for value in (10 + joint, 20 + joint, 0.5)]


def write(path, content):
    path.write_text(json.dumps(content))
    return path


def test_the_list_of_results(tmp_path):
    # As in AlphaPose's docs/output.md.
    entry = {"image_id": "2.jpg", "category_id": 1, "keypoints": TRIPLES, "score": 2.9}
    (found,) = alphapose.read(write(tmp_path / "a.json", [{**entry, "box": [1, 2, 3, 4]}]))
    assert (found.frame, found.person, found.score) == ("2.jpg", None, 1.0)
    assert found.joints[0].tolist() == [10, 20, 0.5]
    assert found.joints[16].tolist() == [26, 36, 0.5]


@pytest.mark.parametrize("idx", [3, 3.0, [3], [[3.0]]])
def test_ids_in_each_of_their_shapes(tmp_path, idx):
    entry = {"image_id": "0.jpg", "keypoints": TRIPLES, "score": 0.4, "idx": idx}
    (found,) = alphapose.read(write(tmp_path / "a.json", [entry]))
    assert found.person == 3


def test_people_by_the_pictures_name(tmp_path):
    # As PoseFlow writes them, and the authors' keypoints.json.
    content = {
        "0001.png": [{"keypoints": TRIPLES, "scores": 0.8, "idx": 1}],
        "0002.png": [],
        "0004.png": [
            {"keypoints": TRIPLES, "scores": 0.8, "idx": 2},
            {"keypoints": TRIPLES, "scores": 0.8, "idx": 1},
        ],
    }
    skeletons = alphapose.read(write(tmp_path / "keypoints.json", content))
    clip = ClipFrames(np.arange(4))
    joints, ids = as_people(skeletons, clip, "keypoints.json")
    assert ids == [1, 2]
    assert np.isfinite(joints[..., 0]).all(2).tolist() == [
        [True, False, False, True],  # 4 is the last of four frames, so they count from 1
        [False, False, False, True],
    ]
    joints, boxes, scores = as_detections(skeletons, clip)
    assert joints.shape == (4, 2, 17, 3)
    assert boxes[0, 0].tolist() == [10, 20, 26, 36]
    assert np.isnan(scores).tolist() == [[False, True], [True] * 2, [True] * 2, [False] * 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[{", "not JSON: EOF while parsing"),
        ('[{"keypoints": []}]', r"image_id: Field required"),
        ('[{"image_id": "1.jpg", "keypoints": [1, 2]}]', r"\[0\]\.keypoints: 2 numbers; x, y"),
        ('{"1.jpg": [{"idx": 4}]}', "keypoints: Field required"),
    ],
)
def test_malformed(tmp_path, content, message):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(InputError, match=rf"a\.json: .*{message}"):
        alphapose.read(tmp_path / "a.json")


def test_somebody_twice_in_a_frame_and_nobody(tmp_path):
    entry = {"image_id": "0.jpg", "keypoints": TRIPLES, "score": 1}
    twice = alphapose.read(write(tmp_path / "a.json", [{**entry, "idx": 1}, {**entry, "idx": 1}]))
    with pytest.raises(InputError, match=r"a\.json: \[1\]: person 1 is in frame '0\.jpg' twice"):
        as_people(twice, ClipFrames(np.arange(4)), "a.json")
    with pytest.raises(InputError, match=r"a\.json: \[0\] has no id of a person"):
        as_people(
            alphapose.read(write(tmp_path / "b.json", [entry])), ClipFrames(np.arange(4)), "a.json"
        )


@settings(max_examples=20, deadline=None)
@given(
    arrays(np.float64, (3, 2, 17, 2), elements=st.floats(-50, 2000)),
    arrays(np.float64, (3, 2, 17), elements=st.floats(0, 1)),
    arrays(np.bool_, (3, 2)),
)
def test_what_is_written_is_read_again(tmp_path_factory, keypoints, scores, present):
    path = tmp_path_factory.mktemp("alphapose") / "tracks.json"
    path.write_text(alphapose.as_text(keypoints, scores, present, [4, 7]))
    joints, ids = as_people(alphapose.read(path), ClipFrames(np.arange(3)), "tracks.json")
    there = present.T
    assert ids == [i for i, any_ in zip((4, 7), there.any(1), strict=True) if any_]
    joints, there = joints.swapaxes(0, 1), there[there.any(1)]
    assert np.isfinite(joints).all((2, 3)).T.tolist() == there.tolist()
    kept = present[:, present.any(0)]
    assert np.allclose(joints[..., :2][kept], keypoints[present], atol=5e-4)
    assert np.allclose(joints[..., 2][kept], scores[present], atol=5e-4)
