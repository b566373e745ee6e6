from dataclasses import replace

import pytest

from retime.demo.scenario import Scenario, demo


@pytest.fixture(scope="session")
def small_demo() -> Scenario:
    """Three frames of the demo, small."""
    return replace(demo(), size=(160, 90), frames=3)
