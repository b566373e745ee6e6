import xml.etree.ElementTree as ET

import numpy as np
import pytest

from retime.errors import InputError
from retime.interop import cvat
from retime.interop.clip_frames import ClipFrames
from retime.interop.skeletons import as_people
from retime.people.skeleton import INDEX

from .conftest import found_tracks, standing

# After https://docs.cvat.ai/docs/other/xml_format, "interpolation".
FILE = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><size>4</size></task></meta>
  <track id="0" label="person" source="manual">
    <skeleton frame="1" keyframe="1" outside="0" occluded="0" z_order="0">
      <points label="nose" outside="0" occluded="0" points="10.50,4.50" keyframe="1"></points>
      <points label="Left Ankle" outside="0" occluded="1" points="9.00,20.25"></points>
      <points label="right_ankle" outside="1" occluded="0" points="1.00,1.00"></points>
      <points label="tail" outside="0" occluded="0" points="1.00,1.00"></points>
    </skeleton>
    <skeleton frame="2" keyframe="1" outside="1" occluded="0" z_order="0">
      <points label="nose" outside="0" occluded="0" points="10.50,4.50"></points>
    </skeleton>
  </track>
  <track id="5" label="person" source="manual">
    <points frame="0" outside="0" occluded="0" keyframe="1" points="POINTS"></points>
  </track>
</annotations>
"""
SEVENTEEN = ";".join(f"{n}.50,{n + 1}.50" for n in range(17))


def test_skeletons_and_points(tmp_path):
    (tmp_path / "a.xml").write_text(FILE.replace("POINTS", SEVENTEEN))
    first, second = cvat.read(tmp_path / "a.xml")
    assert (first.frame, first.person) == (1, 0)
    # The corner of the picture is (0, 0) there; here the centre of its first pixel is.
    assert first.joints[INDEX["nose"]].tolist() == [10, 4, 1]
    assert first.joints[INDEX["left_ankle"]].tolist() == [8.5, 19.75, 0.5]
    assert np.isnan(first.joints[INDEX["right_ankle"]]).all()
    assert (second.frame, second.person) == (0, 5)
    assert second.joints[:, :2].tolist() == [[n, n + 1] for n in range(17)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</annotations>", "", "not XML: no element found: line"),
        ("annotations>", "notes>", "holds no tracks; export the task"),
        ('frame="1"', 'frame="one"', "track 0: 'frame' is 'one', not a whole number"),
        ('points="10.50,4.50" k', 'points="10.50" k', "track 0, frame 1, nose: points are '10.50'"),
        ('points="9.00,20.25"', 'points="nan,1"', "track 0, frame 1, Left Ankle: points are"),
        (SEVENTEEN, "1,2;3,4", "track 5, frame 0: 2 points; COCO's joints are 17"),
        ("<annotations>", "<!DOCTYPE a [<!ENTITY b 'c'>]><annotations>", "a document type"),
    ],
)
def test_malformed(tmp_path, old, new, message):
    text = FILE.replace("POINTS", SEVENTEEN)
    assert old in text
    (tmp_path / "a.xml").write_text(text.replace(old, new))
    with pytest.raises(InputError, match=rf"a\.xml: .*{message}"):
        cvat.read(tmp_path / "a.xml")


def test_what_is_written_is_read_again(tmp_path):
    keypoints = np.stack([[standing(5 + t), standing(20 - t)] for t in range(5)])
    state = np.full((5, 2, 17), 1)
    state[:, 1, 0] = 2
    present = np.array([[1, 1], [1, 0], [0, 0], [1, 0], [1, 0]], bool)
    cvat.write(found_tracks(keypoints, present, [1, 2], state=state), tmp_path / "a.xml")
    joints, ids = as_people(cvat.read(tmp_path / "a.xml"), ClipFrames(np.arange(5)), "")
    assert ids == [1, 2]
    assert np.isfinite(joints).all((2, 3)).T.tolist() == present.tolist()
    assert np.allclose(joints[0][present[:, 0], :, :2], keypoints[present[:, 0], 0])
    assert joints[1, 0, 0, 2] == 0.5
    # Who leaves is said to, or CVAT would let them stay.
    one, other = ET.parse(tmp_path / "a.xml").getroot().findall("track")
    for track, frames in ((one, ["2"]), (other, ["1"])):
        gone = [s.get("frame") for s in track.findall("skeleton") if s.get("outside") == "1"]
        assert gone == frames
