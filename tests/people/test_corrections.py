import json

import numpy as np
import pytest

from retime.errors import InputError
from retime.people.corrections import apply_corrections, read_corrections


def written(tmp_path, content, name="fix.json"):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def one(**changes):
    return {"person": 1, "frame": 2, "keypoints": {"left_ankle": [310.5, 402]}} | changes


def applied(*files, people=2, frames=5):
    places = np.zeros((people, frames, 17, 2))
    corrected = np.zeros((people, frames, 17), bool)
    apply_corrections(read_corrections(files), places, corrected)
    return places, corrected


def test_a_correction_is_applied(tmp_path):
    places, corrected = applied(written(tmp_path, [one()]))
    np.testing.assert_array_equal(places[0, 2, 15], [310.5, 402])
    assert np.argwhere(corrected).tolist() == [[0, 2, 15]]


def test_null_makes_a_joint_unknown(tmp_path):
    places, corrected = applied(written(tmp_path, [one(keypoints={"nose": None})]))
    assert np.argwhere(np.isnan(places[..., 0])).tolist() == [[0, 2, 0]]
    assert not corrected.any()


def test_later_corrections_win(tmp_path):
    first = written(tmp_path, [one()], "a.json")
    second = written(tmp_path, [one(keypoints={"left_ankle": [1, 2]})], "b.json")
    np.testing.assert_array_equal(applied(first, second)[0][0, 2, 15], [1, 2])
    np.testing.assert_array_equal(applied(second, first)[0][0, 2, 15], [310.5, 402])


def test_no_files_correct_nothing():
    assert not applied()[1].any()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "JSON"),
        ({"person": 1}, "list"),
        ([one(), one(person="boy")], r"\[1\]\.person"),
        ([one(person=0)], r"\[0\]\.person"),
        ([one(frame=-1)], r"\[0\]\.frame"),
        ([one(frame=1.5)], r"\[0\]\.frame"),
        ([one(keypoints={})], r"\[0\]\.keypoints"),
        ([one(keypoints={"left_ankle": [1]})], r"\[0\]\.keypoints\.left_ankle"),
        ([one(keypoints={"left_ankle": ["a", 2]})], r"\[0\]\.keypoints\.left_ankle"),
        ([one(keypoints={"left_foot": [1, 2]})], r"\[0\]\.keypoints: no joint.*left_ankle"),
        ([one(colour="red")], r"\[0\]\.colour"),
        ([{"person": 1, "frame": 2}], r"\[0\]\.keypoints"),
        ('[{"person": 1, "frame": 2, "keypoints": {"nose": [NaN, 1]}}]', "nose|JSON"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, message):
    with pytest.raises(InputError, match=message) as error:
        read_corrections([written(tmp_path, content)])
    assert "fix.json" in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.json"):
        read_corrections([tmp_path / "absent.json"])


def test_unknown_people_and_frames_are_named(tmp_path):
    with pytest.raises(InputError, match=r"fix\.json: \[0\]\.person: 3 is not .* 1 to 2"):
        applied(written(tmp_path, [one(person=3)]))
    with pytest.raises(InputError, match=r"fix\.json: \[1\]\.frame: .*0 to 4, not 5"):
        applied(written(tmp_path, [one(), one(frame=5)]))
