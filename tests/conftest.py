"""What every test may use: how hypothesis searches, and the built-in study."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# ci: the same examples on every machine, however slow. explore: new ones each time, many more of
# them.
settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "explore", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def study_folder() -> Path:
    """Return the folder of the built-in study; tests read it and never write there."""
    return ROOT / "studies" / "kazakhstan-pakistan"
