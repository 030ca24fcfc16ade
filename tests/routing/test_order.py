from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from corridor.routing.order import BY_TIME, quickest_first, time_order

HOURS = st.integers(1, 5).map(float)
ROUTES = st.lists(st.tuples(st.none() | HOURS, HOURS, HOURS), max_size=8)


@given(ROUTES)
def test_rows_and_tables_have_one_order(rows: list[tuple[float | None, float, float]]) -> None:
    table = pl.DataFrame(rows, schema=dict.fromkeys(BY_TIME, pl.Float64), orient="row")
    assert quickest_first(table).to_dicts() == sorted(table.to_dicts(), key=time_order)


def test_median_comes_before_plan_and_money() -> None:
    rows = [(None, 1.0, 1.0), (9.0, 2.0, 2.0), (8.0, 7.0, 9.0), (8.0, 7.0, 3.0), (8.0, 6.0, 9.0)]
    table = pl.DataFrame(rows, schema=dict.fromkeys(BY_TIME, pl.Float64), orient="row")
    assert quickest_first(table).rows() == [rows[4], rows[3], rows[2], rows[1], rows[0]]
