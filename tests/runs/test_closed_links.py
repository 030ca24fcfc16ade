"""What is shut on a day, one row a reason."""

from __future__ import annotations

import datetime as dt

from core_cases import closed, small
from corridor.runs.closed_links import closed_links


def test_closures_of_a_day_are_one_row_a_reason() -> None:
    rows = [
        closed("ab bc", dt.date(2026, 1, 1), dt.date(2026, 5, 1)),
        closed("cd", dt.date(2027, 1, 1), change_id="later"),
    ]
    built = small(
        "shut",
        "later",
        changes=rows,
        windows=[{"window_id": "w", "link_id": "cd", "season_from": "04-01", "season_to": "11-30"}],
    )
    table = closed_links(built, dt.date(2026, 3, 1)).to_dicts()
    assert [(r["kind"], r["element"], r["links"], r["from_on"], r["to_on"]) for r in table] == [
        ("change", "ab bc", 2, dt.date(2026, 1, 1), dt.date(2026, 5, 1)),
        ("window", "cd", 1, None, None),
    ]
