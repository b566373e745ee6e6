import numpy as np
import pytest

from retime.body.loose import hair, sample_attachments, skirt
from retime.body.model import load_body
from retime.body.synthesis import synthesise


@pytest.fixture(scope="module")
def shaped():
    return load_body().shaped(np.zeros(16))


def names(shaped, parts):
    from retime.body.atlas import PART_NAMES

    return {PART_NAMES[part] for part in np.unique(parts)}


def test_a_skirt_hangs_around_both_legs_and_takes_their_texture(shaped):
    worn = skirt(shaped, length=1.0, flare=0.2)
    joints = dict(zip(shaped.body.joint_names, shaped.joints, strict=True))
    knee, hip = joints["left_knee"][2], joints["left_hip"][2]

    x, _, z = worn.rest_vertices.T
    assert z.min() == pytest.approx(knee, abs=1e-3)  # as long as the thigh, from the hip
    assert z.max() > hip
    hem = np.abs(z - z.min()) < 1e-4
    for side in ("left", "right"):
        assert x[hem].min() < joints[f"{side}_knee"][0] < x[hem].max()
    thighs = {f"{side} thigh {face}" for side in ("left", "right") for face in ("front", "back")}
    assert thighs <= names(shaped, worn.parts) <= thighs | {"torso front", "torso back"}
    assert worn.face_uv.min() >= 0
    assert worn.face_uv.max() <= 1
    np.testing.assert_allclose(worn.skin_weights.sum(1), 1, atol=1e-6)


def test_a_skirt_goes_with_the_thighs(shaped):
    worn = skirt(shaped, length=1.0, flare=0.0)
    hem = worn.rest_vertices[:, 2] < worn.rest_vertices[:, 2].min() + 1e-4
    standing = worn.pose(shaped.transforms({}))
    sitting = worn.pose(shaped.transforms({f"{s}_hip_flexion": 1.5 for s in ("left", "right")}))

    # The lap: what hung at the knees lies in front (-Y) and almost as high as the hips.
    assert (sitting[hem, 1] < standing[hem, 1] - 0.15).all()
    assert sitting[hem, 2].mean() > standing[hem, 2].mean() + 0.2


def test_hair_is_on_the_head_and_leaves_the_face_free(shaped):
    worn = hair(shaped, length=0.3, thickness=0.02)
    top = shaped.rest_vertices[:, 2].max()
    head = shaped.rest_vertices[shaped.rest_vertices[:, 2] > top - 0.15]
    face = head[:, 1].min()

    assert names(shaped, worn.parts) == {"left head", "right head"}
    assert worn.rest_vertices[:, 2].max() >= top
    low = worn.rest_vertices[:, 2] < top - 0.25
    assert low.any()
    assert worn.rest_vertices[low, 1].min() > face  # -Y is forward: nothing before the face


def test_loose_pairs_cover_more_and_others_stay_the_same():
    bare, dressed = (synthesise((5,), 1, 64, False, "stand", share) for share in (0.0, 1.0))

    np.testing.assert_array_equal(bare.skeletons, dressed.skeletons)
    np.testing.assert_array_equal(bare.joints, dressed.joints)
    covered = bare.parts > 0
    assert (dressed.parts > 0)[covered].all()
    assert (dressed.parts > 0).sum() > covered.sum()


def test_everybody_drawn_wears_something(shaped):
    generator = np.random.default_rng(0)
    worn = [len(sample_attachments(shaped, generator)) for _ in range(40)]

    assert set(worn) == {1, 2}
