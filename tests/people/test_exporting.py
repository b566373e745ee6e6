import json

import numpy as np

from retime.artifacts import Tracks
from retime.config import TracksSettings
from retime.people.corrections import read_corrections
from retime.people.exporting import export_keypoints
from retime.people.stage import run_tracks

from .figures import standing
from .test_stage import write_poses


def moving(count=20):
    """Two people; one walks, and a wrist of theirs is lost for some frames."""
    frames = [[standing(200 + 2.37 * t, 300), standing(500, 300)] for t in range(count)]
    for t in range(5, 9):
        frames[t][0][9, 2] = 0.05
    return frames


def tracked(tmp_path, name, corrections):
    out = tmp_path / f"{name}.h5"
    run_tracks(tmp_path / "poses.h5", out, TracksSettings(), corrections)
    with Tracks.open(out) as tracks:
        datasets = {n: d[:] for n, d in tracks.file.items()}
    return out, datasets


def test_an_unchanged_export_changes_nothing(tmp_path):
    write_poses(tmp_path / "poses.h5", moving())
    fix = tmp_path / "fix.json"
    entries = [
        {
            "person": 1,
            "frame": 12,
            "keypoints": {"left_ankle": [310.123456789, 240.1], "nose": None},
        },
        {"person": 2, "frame": 3, "keypoints": {"nose": [500.3, 371]}, "outside": True},
        {"drop": 2, "frames": [15, 19]},
    ]
    fix.write_text(json.dumps(entries))
    for number, files in enumerate(([], [fix])):
        before, expected = tracked(tmp_path, f"before{number}", files)
        export_keypoints(before, tmp_path / "export.json")
        _, after = tracked(tmp_path, f"after{number}", [tmp_path / "export.json", *files])
        for dataset, values in expected.items():
            np.testing.assert_array_equal(after[dataset], values, dataset)


def test_every_joint_says_what_it_is_known_from(tmp_path):
    write_poses(tmp_path / "poses.h5", moving())
    fix = tmp_path / "fix.json"
    fix.write_text('[{"person": 1, "frame": 6, "keypoints": {"nose": [210, 200]}}]')
    tracks, _ = tracked(tmp_path, "tracks", [fix])
    export_keypoints(tracks, tmp_path / "export.json", frames=(6, 7))
    data = json.loads((tmp_path / "export.json").read_text())
    assert [(entry["person"], entry["frame"]) for entry in data] == [(1, 6), (1, 7), (2, 6), (2, 7)]
    joints = data[0]["keypoints"]
    assert len(joints) == 17
    assert joints["nose"] == {"at": [210, 200], "state": "corrected"}
    assert joints["left_wrist"]["state"] == "interpolated"
    right = joints["right_wrist"]
    assert right["state"] == "observed"
    # At frame 6 the body stands at 200 + 6 * 2.37, the wrist 12 to the left; even motion is not
    # moved by smoothing.
    assert right["at"] == right["found"] == [202.22, 253.2]


def test_what_is_edited_in_an_export_counts_and_the_rest_follows(tmp_path):
    write_poses(tmp_path / "poses.h5", moving())
    tracks, before = tracked(tmp_path, "before", [])
    path = tmp_path / "export.json"
    export_keypoints(tracks, path)
    data = json.loads(path.read_text())
    entry = next(e for e in data if (e["person"], e["frame"]) == (1, 6))
    entry["keypoints"]["left_wrist"]["at"][1] -= 40
    path.write_text(json.dumps(data))
    (file,) = read_corrections([path])
    assert sum(bool(entry.said()) for entry in file.corrections) == 1
    _, after = tracked(tmp_path, "after", [path])
    moved = before["keypoints"][:, 0, 9, 1] - after["keypoints"][:, 0, 9, 1]
    assert after["state"][6, 0, 9] == 3
    np.testing.assert_allclose(moved[6], 40, atol=0.01)
    # The frames between, also lost, lie on the way to it although the export says where they were.
    assert (after["state"][[5, 7, 8], 0, 9] == 2).all()
    assert (moved[[5, 7, 8]] > 5).all()
