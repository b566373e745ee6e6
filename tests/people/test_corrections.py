import json

import pytest

from retime.errors import InputError
from retime.people.corrections import (
    Draw,
    Drop,
    JointNow,
    Joints,
    Merge,
    Rename,
    Split,
    Swap,
    read_corrections,
    write_corrections,
)


def written(tmp_path, content, name="fix.json"):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def one(**changes):
    return {"person": 1, "frame": 2, "keypoints": {"left_ankle": [310.5, 402]}} | changes


def read(tmp_path, *entries):
    return read_corrections([written(tmp_path, list(entries))])[0].corrections


def test_every_kind_of_entry_is_read(tmp_path):
    assert read(
        tmp_path,
        {"split": 2, "frame": 40, "into": 5},
        {"merge": [1, 4], "note": "the same shirt"},
        {"swap": [1, 2], "frame": 60},
        {"rename": 3, "to": 7},
        {"drop": 4},
        {"drop": 2, "frames": [0, 11]},
        {"draw": 6},
        {"person": 1, "frames": [20, 31], "keypoints": {"nose": None}},
    ) == [
        Split(split=2, frame=40, into=5),
        Merge(merge=[1, 4], note="the same shirt"),
        Swap(swap=(1, 2), frame=60),
        Rename(rename=3, to=7),
        Drop(drop=4),
        Drop(drop=2, frames=(0, 11)),
        Draw(draw=6),
        Joints(person=1, frames=(20, 31), keypoints={"nose": None}),
    ]


def test_what_is_written_is_read_back(tmp_path):
    entries = [
        Split(split=2, frame=40, into=5, note="hinter dem Vorhang: ein anderer Bub"),
        Drop(drop=2, frames=(0, 11)),
        Swap(swap=(1, 2)),
        Joints(person=1, frame=0, keypoints={"nose": (1.25, 2.0), "left_ear": None}, outside=True),
        Joints(
            person=2,
            frames=(3, 4),
            keypoints={"nose": JointNow(at=(1.0, 2.0), state="observed", found=(1.0, 2.5))},
        ),
    ]
    write_corrections(tmp_path / "a.json", entries)
    assert list(read_corrections([tmp_path / "a.json"])[0].corrections) == entries
    write_corrections(tmp_path / "none.json", [])
    assert read_corrections([tmp_path / "none.json"])[0].corrections == []


def test_a_joint_as_exported_says_something_only_once_it_was_changed(tmp_path):
    def joint(at, state="observed", found=(310.5, 402)):
        return {"at": at, "state": state, "found": found}

    (entry,) = read(
        tmp_path,
        one(
            keypoints={
                "nose": joint([310.5, 402.0]),
                "left_eye": joint([311, 402], "interpolated"),
                "right_eye": joint(None),
                "left_ear": {"at": [5, 6], "state": "corrected"},
                "right_ear": [7, 8],
            }
        ),
    )
    assert entry.said() == {
        "left_eye": (311, 402),
        "right_eye": None,
        "left_ear": (5, 6),
        "right_ear": (7, 8),
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "JSON"),
        ({"person": 1}, "list"),
        ([one(), one(person="boy")], r": \[1\]\.person: "),
        ([one(person=0)], r": \[0\]\.person: "),
        ([one(person=256)], r": \[0\]\.person: .*255"),
        ([one(frame=-1)], r": \[0\]\.frame: "),
        ([one(frame=1.5)], r": \[0\]\.frame: "),
        ([one(frames=[1, 2])], r': \[0\]: say either "frame": number or "frames"'),
        ([{"drop": 1, "frames": [2, 1]}], r": \[0\]: the range of frames ends before it begins"),
        ([one(keypoints={})], r": \[0\]\.keypoints: "),
        ([one(keypoints={"left_ankle": [1]})], r": \[0\]\.keypoints\.left_ankle: a joint is \[x"),
        ([one(keypoints={"nose": ["a", 2]})], r": \[0\]\.keypoints\.nose: a joint is \[x, y\]"),
        ([one(keypoints={"nose": {"at": [1, 2]}})], r": \[0\]\.keypoints\.nose: a joint is "),
        ([one(keypoints={"left_foot": [1, 2]})], r"\[0\]\.keypoints: no joint.*left_ankle"),
        ([one(colour="red")], r": \[0\]\.colour: "),
        ([{"person": 1, "frame": 2}], r": \[0\]\.keypoints: "),
        ([{"cut": 1}], r": \[0\]: not a correction; a file is .* split, merge, swap"),
        ([{"split": 1, "into": 2}], r": \[0\]\.frame: Field required"),
        ([{"merge": [1]}], r": \[0\]\.merge: "),
        ('[{"person": 1, "frame": 2, "keypoints": {"nose": [NaN, 1]}}]', "nose|JSON"),
        (
            '[{"person": 1, "frame": 2, "keypoints": {"nose": [1, 1], "nose": [2, 2]}}]',
            "'nose' is given twice",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, message):
    with pytest.raises(InputError, match=message) as error:
        read_corrections([written(tmp_path, content)])
    assert "fix.json" in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.json"):
        read_corrections([tmp_path / "absent.json"])
