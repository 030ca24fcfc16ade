"""Checks of selectors: terms that mean links."""

from __future__ import annotations

import pytest

from check_cases import Frames, kinds, tables_of, with_cells
from corridor.checks import every
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


@pytest.mark.parametrize(
    ("text", "cure"), [("node:Keles", "node:keles"), ("Almaty", "node:almaty")]
)
def test_a_name_in_a_selector_is_told_by_its_id(frames: Frames, text: str, cure: str) -> None:
    named = with_cells(frames, "hazards", "border-stops", row_id=text)
    cures = [f.do for f in every.check(tables_of(named)) if f.column == "row_id"]
    assert [f"Write {cure} if that was meant." in do for do in cures] == [True]
