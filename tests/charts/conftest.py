"""Every chart as the program draws it, once for all tests of charts."""

from __future__ import annotations

import pytest

from corridor.charts.svg import to_svg
from every_chart import EVERY


@pytest.fixture(scope="session")
def svgs() -> dict[str, str]:
    """Return name of a chart -> its SVG in English."""
    return {name: to_svg(make_chart()) for name, make_chart in EVERY.items()}
