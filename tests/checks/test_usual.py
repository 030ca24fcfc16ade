"""Quantities against what is usual in the world."""

from __future__ import annotations

import pytest

from check_cases import Frames, new_findings, tables_of
from corridor.checks.usual import USUAL, check_usual
from corridor.tables import schema


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("services", "erai-dostyk-brest", "departures_per_week", 300.0),
        ("services", "liner-karachi-shanghai", "capacity_teu", 3.0),
        ("cargoes", "container-40", "teu_per_unit", 40.0),
        ("cargoes", "container-40", "time_value_share_per_day", 0.15),
        ("hazards", "makran-road", "events_per_year", 36.0),
        ("countries", "KZ", "population", 2e10),
    ],
)
def test_figure_that_is_hardly_seen(
    built_in: Frames, table: str, row: str, column: str, value: float
) -> None:
    (finding,) = new_findings(check_usual, built_in, table, row, **{column: value})
    assert (finding.kind, finding.column, finding.rows) == ("unusual-figure", column, (row,))


def test_ranges_lie_within_those_declared(built_in: Frames) -> None:
    for usual in USUAL:
        column = schema.table(usual.table).column(usual.column)
        assert not column.is_outside(usual.low)
        assert not column.is_outside(usual.high)
    assert check_usual(tables_of(built_in)) == []
