"""What tests of the people room share: the fetched networks and the real clip."""

from pathlib import Path

import numpy as np
import pytest

from retime.people.model_store import ModelFiles, model_files

BEDROOM = Path(__file__).parents[2].parent / "shared" / "clips" / "bedroom.mp4"


@pytest.fixture(scope="session")
def models() -> ModelFiles:
    """Return the converted networks; skip where they are not in the cache."""
    files = model_files()
    if not files.exist():
        pytest.skip("the pose networks are not in the cache: run 'retime models fetch'")
    return files


@pytest.fixture(scope="session")
def bedroom() -> list[np.ndarray]:
    """Return 30 frames of a real clip with two children, RGB; skip where it is missing."""
    if not BEDROOM.exists():
        pytest.skip(f"the real clip {BEDROOM.name} is not there")
    import imageio.v3 as iio

    frames = iio.imiter(BEDROOM, plugin="pyav")
    return [frame for _, frame in zip(range(30), frames, strict=False)]
