import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays

from retime.errors import InputError
from retime.interop import coco_masks
from retime.interop.clip_frames import ClipFrames

TWO = ClipFrames(np.arange(2))
# Column by column: two zeros, three ones, one zero.
MASK = [[0, 1, 1], [0, 1, 0]]
RUNS = {"size": [2, 3], "counts": [2, 3, 1]}
IMAGES = [{"id": n + 1, "file_name": f"{n}.png", "height": 2, "width": 3} for n in range(2)]


def annotation(**changes):
    return {"image_id": 1, "category_id": 1, "segmentation": RUNS, **changes}


def read(path, annotations, number=None, images=IMAGES):
    whole = {"images": images, "annotations": annotations} if images else annotations
    path.write_text(json.dumps(whole))
    return [matte.tolist() for matte in coco_masks.read_masks(path, number, TWO)]


NOTHING, SHOWN = [[0] * 3] * 2, (255 * np.array(MASK)).tolist()


def test_runs_as_numbers_and_as_text(tmp_path):
    assert read(tmp_path / "a.json", [annotation()]) == [SHOWN, NOTHING]
    # 2, 3 and 1 are below 16, so that each is one letter: 48 more than itself.
    text = annotation(image_id=2, segmentation={"size": [2, 3], "counts": "231"})
    assert read(tmp_path / "b.json", [text]) == [NOTHING, SHOWN]


def test_a_polygon(tmp_path):
    # COCO's own drawing of a rectangle over the last two columns.
    polygon = annotation(segmentation=[[1, 0, 3, 0, 3, 2, 1, 2]])
    assert read(tmp_path / "a.json", [polygon])[0] == [[0, 255, 255]] * 2


def test_an_object_is_called_by_its_track_or_else_its_category(tmp_path):
    other = {"size": [2, 3], "counts": [0, 2, 4]}
    objects = [annotation(track_id=5), annotation(attributes={"track_id": 6}, segmentation=other)]
    assert read(tmp_path / "a.json", objects, 5)[0] == SHOWN
    assert read(tmp_path / "a.json", objects, 6)[0] == [[255, 0, 0]] * 2
    assert read(tmp_path / "a.json", objects)[0] == [[255, 255, 255], [255, 255, 0]]
    assert read(tmp_path / "a.json", [annotation(category_id=3)], 3)[0] == SHOWN
    with pytest.raises(InputError, match=r"a\.json: holds no object 4; its objects are 5, 6"):
        read(tmp_path / "a.json", objects, 4)


def test_a_list_of_results(tmp_path):
    results = [annotation(image_id=1, score=0.9)]
    assert read(tmp_path / "a.json", results, images=None) == [
        NOTHING,
        SHOWN,
    ]  # frames count from 0


def test_names_of_all_images_say_where_frames_begin(tmp_path):
    images = [{**image, "file_name": f"{image['id']}.png"} for image in IMAGES]  # from 1
    assert read(tmp_path / "a.json", [annotation()], images=images) == [SHOWN, NOTHING]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"segmentation": {**RUNS, "counts": [2, 3]}}, "runs add up to 5, not 2 x 3"),
        ({"segmentation": {**RUNS, "counts": "23"}}, "runs add up to 5, not 2 x 3"),
        ({"segmentation": {**RUNS, "counts": "23\u00e9"}}, "does not occur in run lengths"),
        ({"segmentation": {**RUNS, "counts": [7, -1]}}, "runs add up to 6, not 2 x 3"),
        ({"segmentation": {**RUNS, "counts": "23Q"}}, "the run lengths break off"),
        ({"segmentation": [[1, 2, 3]]}, "cannot reshape array"),
        ({"image_id": 8}, "image_id: no image has the id 8"),
    ],
)
def test_malformed(tmp_path, changes, message):
    with pytest.raises(InputError, match=rf"a\.json: annotations\[0\].*{message}"):
        read(tmp_path / "a.json", [annotation(**changes)])


def test_no_form_of_coco(tmp_path):
    (tmp_path / "a.json").write_text('{"masks": []}')
    with pytest.raises(InputError, match=r"a\.json: .*expected COCO's 'images'"):
        list(coco_masks.read_masks(tmp_path / "a.json", None, TWO))
    with pytest.raises(InputError, match="holds polygons without 'images'"):
        read(tmp_path / "a.json", [annotation(segmentation=[[0, 0, 1, 0, 1, 1]])], images=None)


@settings(max_examples=40, deadline=None)
@given(arrays(np.bool_, array_shapes(min_dims=3, max_dims=3, min_side=2, max_side=40)))
def test_what_is_written_is_read_again(tmp_path_factory, masks):
    path = tmp_path_factory.mktemp("coco") / "masks.json"
    masks[0, 0, 0] = True  # who is nowhere is in no file
    mattes = masks.astype(np.uint8) * 255
    coco_masks.write_masks({"ball": iter(mattes), "nothing": iter(0 * mattes)}, path)
    held = coco_masks.read_masks(path, 1, ClipFrames(np.arange(len(masks))))
    assert (np.stack(list(held)) == mattes).all()
    assert json.loads(path.read_text())["categories"][0] == {"id": 1, "name": "ball"}
