from pathlib import Path

import numpy as np
import pytest

from retime.errors import InputError
from retime.people.corrections import (
    CorrectionFile,
    Draw,
    Drop,
    Joints,
    Merge,
    Rename,
    Split,
    Swap,
)
from retime.people.regrouping import Clip, Person, apply_corrections
from retime.people.skeleton import INDEX

from .figures import standing

CLIP = Clip(frames=10, picture=(640, 360), fps=10.0)


def person(x, frames=range(10), height=100.0):
    """Somebody who stands at ``x`` in ``frames`` and is nowhere else."""
    someone = Person.unseen(CLIP.frames)
    someone.poses[frames], someone.present[frames] = standing(x, 300, height), True
    someone.height[:] = height
    return someone


def corrected(people, *entries):
    apply_corrections(people, [CorrectionFile(Path("fix.json"), entries)], CLIP)
    return people


def noses(someone):
    """Where the nose is known to be, x by frame."""
    return {t: x for t, x in enumerate(someone.poses[:, 0, 0].tolist()) if np.isfinite(x)}


def test_a_joint_is_placed():
    people = corrected({1: person(200)}, Joints(person=1, frame=2, keypoints={"nose": (210, 200)}))
    assert people[1].poses[2, 0].tolist() == [210, 200, 1]
    assert np.argwhere(people[1].corrected).tolist() == [[2, 0]]


def test_null_makes_a_joint_unknown_in_a_range():
    people = corrected({1: person(200)}, Joints(person=1, frames=(2, 4), keypoints={"nose": None}))
    assert np.isnan(people[1].poses[:, 0, 0]).nonzero()[0].tolist() == [2, 3, 4]
    assert np.isfinite(people[1].poses[:, 1:]).all()
    assert not people[1].corrected.any()


def test_later_corrections_win():
    first = Joints(person=1, frame=2, keypoints={"nose": (210, 200)})
    second = Joints(person=1, frame=2, keypoints={"nose": None})
    assert not corrected({1: person(200)}, first, second)[1].corrected.any()
    assert corrected({1: person(200)}, second, first)[1].poses[2, 0, 0] == 210


def test_a_split_track_is_two_people():
    people = corrected({1: person(200)}, Split(split=1, frame=4, into=2))
    assert set(noses(people[1])) == {0, 1, 2, 3}
    assert set(noses(people[2])) == {4, 5, 6, 7, 8, 9}
    assert people[1].present.tolist() == [True] * 4 + [False] * 6
    assert people[2].present.tolist() == [False] * 4 + [True] * 6


def test_merged_tracks_are_one_person_hidden_in_between():
    people = {1: person(200, range(4)), 2: person(230, range(3, 5)), 4: person(260, range(7, 10))}
    people = corrected(people, Merge(merge=[1, 2, 4]))
    assert set(people) == {1}
    assert noses(people[1]) == {0: 200, 1: 200, 2: 200, 3: 200, 4: 230, 7: 260, 8: 260, 9: 260}
    assert people[1].present.all()


def test_swapped_people_are_each_other_from_a_frame_on():
    people = {1: person(200, height=100), 2: person(400, range(8), height=50)}
    people = corrected(people, Swap(swap=(1, 2), frame=7))
    assert people[1].poses[:, 0, 0].tolist()[:8] == [200] * 7 + [400]
    assert people[2].poses[:, 0, 0].tolist() == [400] * 7 + [200] * 3
    assert set(noses(people[1])) == set(range(8))
    assert people[1].height.tolist() == [100] * 7 + [50] * 3
    assert people[1].present.tolist() == [True] * 8 + [False] * 2


def test_swapping_twice_changes_nothing():
    people = {1: person(200), 2: person(400, range(8))}
    corrected(people, Swap(swap=(1, 2), frame=3), Swap(swap=(2, 1), frame=3))
    np.testing.assert_array_equal(people[1].poses, person(200).poses)
    np.testing.assert_array_equal(people[2].present, person(400, range(8)).present)


def test_numbers_change_in_the_order_written():
    people = {1: person(100), 2: person(200), 3: person(300)}
    corrected(people, Drop(drop=2), Rename(rename=3, to=2), Rename(rename=1, to=9))
    assert {number: noses(p)[0] for number, p in people.items()} == {2: 300, 9: 100}


def test_joints_go_by_the_numbers_that_result():
    entries = (
        Joints(person=7, frame=0, keypoints={"nose": (110, 200)}),
        Rename(rename=1, to=7),
    )
    assert noses(corrected({1: person(100)}, *entries)[7])[0] == 110


def test_somebody_may_be_dropped_from_some_frames():
    people = corrected({1: person(200)}, Drop(drop=1, frames=(0, 3)))
    assert people[1].present.tolist() == [False] * 4 + [True] * 6
    assert set(noses(people[1])) == set(range(4, 10))


def test_a_person_never_found_is_drawn():
    def limb(x):
        return {"left_shoulder": (x, 100), "left_hip": (x, 128.8)}

    people = corrected(
        {1: person(200)},
        Draw(draw=3),
        Joints(person=3, frame=2, keypoints=limb(50)),
        Joints(person=3, frame=6, keypoints=limb(90)),
    )
    # The trunk is 0.288 of the height.
    np.testing.assert_allclose(people[3].height, 100, rtol=1e-6)
    assert people[3].present.tolist() == [False] * 2 + [True] * 5 + [False] * 3
    assert np.argwhere(people[3].corrected).tolist() == [[2, 5], [2, 11], [6, 5], [6, 11]]


def test_presence_grows_to_corrected_frames():
    someone = person(200, [3, 4, 6])
    someone.reach_corrected()
    assert someone.present.tolist() == [0, 0, 0, 1, 1, 0, 1, 0, 0, 0]
    someone.corrected[[1, 8], 0] = True
    someone.reach_corrected()
    assert someone.present.tolist() == [0, 1, 1, 1, 1, 0, 1, 1, 1, 0]


def test_a_joint_beyond_the_edge_has_to_be_meant():
    place = {"left_ankle": (300, 372.5)}
    with pytest.raises(InputError, match=r"left_ankle: \(300, 372\.5\) lies outside .*640x360"):
        corrected({1: person(200)}, Joints(person=1, frame=0, keypoints=place))
    meant = Joints(person=1, frame=0, keypoints=place, outside=True)
    people = corrected({1: person(200)}, meant)
    assert people[1].poses[0, INDEX["left_ankle"], 1] == 372.5


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            Joints(person=3, frame=0, keypoints={"nose": (1, 1)}),
            "person: 3 is not tracked; people are 1, 2",
        ),
        (
            Joints(person=1, frame=10, keypoints={"nose": (1, 1)}),
            "frame: the clip has frames 0 to 9, not 10",
        ),
        (
            Joints(person=1, frames=(8, 10), keypoints={"nose": None}),
            "frames: the clip has frames 0 to 9, not 10",
        ),
        (Split(split=3, frame=1, into=4), "split: 3 is not tracked"),
        (Split(split=1, frame=10, into=4), "frame: the clip has frames 0 to 9, not 10"),
        (Split(split=1, frame=4, into=2), "into: 2 is somebody already"),
        (Split(split=2, frame=9, into=4), "frame: 2 is not seen from frame 9"),
        (Split(split=2, frame=2, into=4), "frame: 2 is not seen before frame 2"),
        (Merge(merge=[1, 1]), "merge: somebody is named twice"),
        (Merge(merge=[1, 5]), "merge: 5 is not tracked"),
        (Swap(swap=(1, 2), frame=10), "frame: the clip has frames 0 to 9"),
        (Rename(rename=1, to=2), "to: 2 is somebody already"),
        (Drop(drop=3), "drop: 3 is not tracked"),
        (Drop(drop=1, frames=(0, 9)), "frames: nothing is left of 1"),
        (Draw(draw=1), "draw: 1 is somebody already"),
        (Draw(draw=3), "person: no joint of 3 is known"),
    ],
)
def test_what_does_not_fit_the_clip_is_refused(entry, message):
    people = {1: person(200), 2: person(400, range(3, 8))}
    with pytest.raises(InputError) as error:
        corrected(people, entry)
    assert str(error.value).startswith(f"fix.json: [0].{message}")


def test_a_person_drawn_without_a_limb_has_no_size():
    with pytest.raises(InputError, match=r"\[1\]\.person: the size of 3 is not known"):
        corrected({}, Draw(draw=3), Joints(person=3, frame=0, keypoints={"nose": (5, 5)}))


def test_somebody_of_whom_every_joint_is_taken_back_is_refused():
    nothing = Joints(person=1, frames=(0, 9), keypoints=dict.fromkeys(INDEX))
    with pytest.raises(InputError, match=r"\[0\]\.person: no joint of 1 is known in any frame"):
        corrected({1: person(200)}, nothing)
