"""States of borders month by month: twice, left out, of places that are not there."""

from __future__ import annotations

from typing import Any

import pytest

from check_cases import Frames, new_findings
from corridor.checks.every import check
from corridor.tables.reading import read_folder
from every_table import every_table


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """Return a study with two months of one border."""
    return read_folder(every_table(tmp_path_factory.mktemp("states") / "study")).frames


@pytest.mark.parametrize(
    ("cells", "kind", "severity"),
    [
        ({"month": "2026-01"}, "two-states", "error"),
        ({"month": "2026-04"}, "months-left-out", "warning"),
        ({"place": "border-stop"}, "unknown-link", "error"),
        ({"place": "crossing:KZ-CN"}, "selects-nothing", "error"),
        ({"place": "bridge:KZ-UZ"}, "bad-selector", "error"),
    ],
)
def test_what_cannot_be_counted_is_named(
    history: Frames, cells: dict[str, Any], kind: str, severity: str
) -> None:
    (finding,) = new_findings(check, history, "states", "border-2026-02", **cells)
    assert (finding.kind, finding.severity) == (kind, severity)
    assert finding.column == ("place" if "place" in cells else "month")


@pytest.mark.parametrize("place", ["crossing:KZ-UZ", "saryagash-keles-rail", "node:tashkent"])
def test_a_place_may_be_links(history: Frames, place: str) -> None:
    assert new_findings(check, history, "states", "border-2026-02", place=place) == []
