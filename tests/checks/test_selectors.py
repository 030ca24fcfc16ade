"""Checks of selectors: terms that mean links."""

from __future__ import annotations

import pytest

from check_cases import Frames, kinds, tables_of, with_cells
from corridor.checks.selectors import selected


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "country:UZ",
        "crossing:UZ-KZ crossing:KZ-UZ",
        "mode:rail",
        "node:keles",
        "keles-tashkent-rail mode:road",
    ],
)
def test_selectors_that_mean_links(frames: Frames, text: str) -> None:
    assert kinds(with_cells(frames, "hazards", "border-stops", row_id=text)) == []
    assert selected(text, tables_of(frames))
