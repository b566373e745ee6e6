"""Stage files: whole or not there, and refused with one message where they cannot be read."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.artifacts import Artifact, Frames, Poses, Tracks
from retime.errors import InputError

CLIP = {
    "clip": "jump",
    "source_size": [64, 48],
    "working_size": [32, 24],
    "fps": [30000, 1001],
    "start_seconds": 0.5,
}


def write_poses(path: Path, frames: int = 3, people: int = 2, **over: Any) -> np.ndarray:
    keypoints = np.arange(frames * people * 51, dtype=np.float32).reshape(frames, people, 17, 3)
    attributes = {"parameters": {"min_score": 0.1}, **CLIP, **over}
    with Poses.create(path, sizes={"T": frames, "P": people}, **attributes) as poses:
        poses.keypoints[:] = keypoints
        poses.box[:] = 1
        poses.score[:] = 0.5
    return keypoints


def test_what_was_written_is_read(tmp_path: Path) -> None:
    keypoints = write_poses(tmp_path / "poses.h5")
    with Poses.open(tmp_path / "poses.h5") as poses:
        np.testing.assert_array_equal(poses.keypoints[:], keypoints)
        assert poses.keypoints.chunks == (1, 2, 17, 3)  # a frame at a time
        assert poses.parameters == {"min_score": 0.1}
        assert poses.clip_attributes() == CLIP


@settings(max_examples=20, deadline=None)
@given(frames=st.integers(0, 4), people=st.integers(0, 3))
def test_any_number_of_frames_and_people(
    tmp_path_factory: pytest.TempPathFactory, frames: int, people: int
) -> None:
    path = tmp_path_factory.mktemp("poses") / "poses.h5"
    keypoints = write_poses(path, frames, people)
    with Poses.open(path) as poses:
        np.testing.assert_array_equal(poses.keypoints[:], keypoints)


def test_folders_are_made(tmp_path: Path) -> None:
    write_poses(tmp_path / "results" / "jump" / "poses.h5")
    assert (tmp_path / "results" / "jump" / "poses.h5").exists()


def test_a_failure_while_writing_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="power cut"),
        Poses.create(tmp_path / "poses.h5", sizes={"T": 1, "P": 1}, parameters={}, **CLIP),
    ):
        raise RuntimeError("power cut")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_writing_leaves_what_was_there(tmp_path: Path) -> None:
    keypoints = write_poses(tmp_path / "poses.h5")
    with (
        pytest.raises(RuntimeError),
        Poses.create(tmp_path / "poses.h5", sizes={"T": 9, "P": 1}, parameters={}, **CLIP),
    ):
        raise RuntimeError
    with Poses.open(tmp_path / "poses.h5") as poses:
        np.testing.assert_array_equal(poses.keypoints[:], keypoints)


def test_nothing_is_there_before_all_is(tmp_path: Path) -> None:
    path = tmp_path / "poses.h5"
    with Poses.create(path, sizes={"T": 1, "P": 1}, parameters={}, **CLIP):
        assert not path.exists()
    assert path.exists()


def test_every_attribute_must_be_given(tmp_path: Path) -> None:
    with (
        pytest.raises(TypeError, match=r"Frames needs .*has_sound"),
        Frames.create(tmp_path / "f.h5", sizes={"T": 1, "H": 1, "W": 1}, parameters={}, **CLIP),
    ):
        pass


def refusal(kind: type[Artifact], path: Path) -> str:
    with pytest.raises(InputError) as error, kind.open(path):
        pass
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


REMEDY = "delete it and run snakemake again: rule 'poses' makes it anew"


def test_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    message = refusal(Poses, tmp_path / "poses.h5")
    assert message.endswith("no such file; rule 'poses' makes it (run snakemake)")


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.99])
def test_refuses_a_file_cut_short(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "poses.h5"
    write_poses(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep if keep > 1 else keep * len(whole))])
    message = refusal(Poses, path)
    assert "not a whole HDF5 file" in message
    assert message.endswith(REMEDY)


def test_refuses_a_file_of_another_kind(tmp_path: Path) -> None:
    write_poses(tmp_path / "poses.h5")
    message = refusal(Tracks, tmp_path / "poses.h5")
    assert "holds 'retime/poses', not 'retime/tracks'" in message


def test_refuses_hdf5_of_somebody_else(tmp_path: Path) -> None:
    h5py.File(tmp_path / "poses.h5", "w").close()
    assert "holds 'None', not 'retime/poses'" in refusal(Poses, tmp_path / "poses.h5")


def test_refuses_another_version(tmp_path: Path) -> None:
    write_poses(tmp_path / "poses.h5")
    with h5py.File(tmp_path / "poses.h5", "a") as file:
        file.attrs["schema_version"] = 99
    message = refusal(Poses, tmp_path / "poses.h5")
    assert f"schema version 99, this retime reads {Poses.version}" in message


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda file: file.__delitem__("box"), "dataset 'box' is missing"),
        (lambda file: file.attrs.__delitem__("fps"), "attribute 'fps' is missing"),
        (
            lambda file: (
                file.__delitem__("score"),
                file.create_dataset("score", (3, 2), "f8"),
            ),
            "dataset 'score' is float64[3, 2]",
        ),
        (
            lambda file: (
                file.__delitem__("score"),
                file.create_dataset("score", (4, 2), "f4"),
            ),
            "axis T of dataset 'score' is 4, not 3",
        ),
        (
            lambda file: (
                file.__delitem__("box"),
                file.create_dataset("box", (3, 2, 5), "f4"),
            ),
            "axis 4 of dataset 'box' is 5, not 4",
        ),
    ],
)
def test_refuses_what_does_not_fit_together(tmp_path: Path, spoil: Any, message: str) -> None:
    path = tmp_path / "poses.h5"
    write_poses(path)
    with h5py.File(path, "a") as file:
        spoil(file)
    found = refusal(Poses, path)
    assert message in found
    assert found.endswith(REMEDY)
