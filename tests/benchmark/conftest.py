import pytest


def _figures(removal, shadow=1.0, leak=0.0):
    return {
        "reconstruction_db": 36.0, "background_db": 50.0, "removal_db": removal,
        "removal_region_db": removal, "alpha_iou": [0.95, 0.94], "alpha_mae": [0.0, 0.0],
        "shadow_ratio": [1.0, shadow], "reflection_ratio": [None, None], "object_ratio": [1.0],
        "shadow_least": [0.9, 0.9], "reflection_least": [None, None], "object_least": [0.5],
        "shadow_shown": [0.99, 0.9], "reflection_shown": [None, None], "object_shown": [1.0],
        "deformation_ratio": [None], "deformation_least": [None], "deformation_shown": [None],
        "leak": [leak, 0.0], "other_ground_db": [33.0, 40.0], "moved_db": [33.0, 31.0],
    }  # fmt: skip


def _row(seed, removal, **more):
    return {
        "case": {"scene": "crossing", "preset": "standard", "seed": seed, "inputs": "own"},
        "made_of": "", "people": ["far", "near"], "train_seconds": 60.0 + seed,
        "upsample_seconds": 20.0, "peak_mib": 700.0, "working": _figures(removal, **more),
        "layers": _figures(removal, **more) | {"exact_share": 1.0},
    }  # fmt: skip


@pytest.fixture
def row():
    """Make the row of a seed, with the removal of two people in dB, and a shadow or a leak."""
    return _row
