"""Sums along a route that a search could not count."""

from __future__ import annotations

import pytest

from check_cases import Frames, kinds, only_finding, tables_of, with_cells, with_row
from corridor.checks.sums import check_sums
from corridor.network.sums import MAX_SUM
from corridor.tables import schema
from corridor.tables.columns import Column

LINKS = 10  # of a service over as many; the arc itself has to be counted


def test_the_starter_is_far_below(frames: Frames) -> None:
    assert check_sums(tables_of(frames)) == []


def test_figures_within_their_range_that_multiply_beyond_counting(frames: Frames) -> None:
    dear = with_cells(frames, "rates", "rail-container", usd_per_teu_km=1e6)
    dear = with_cells(dear, "cargoes", "container-40", teu_per_unit=1e3, rate_ratio=20.0)
    finding = only_finding(dear, "beyond-counting")
    assert (finding.table, finding.column, finding.rows) == (
        "rates",
        "usd_per_teu_km",
        ("rail-container",),
    )
    assert finding.severity == "error"


def test_a_figure_outside_its_range_is_named_once(frames: Frames) -> None:
    link = frames["links"]["link_id"][0]
    never = with_cells(frames, "links", link, fixed_usd=1e20)
    assert [kind for kind in kinds(never) if kind != "placeholder"] == ["out-of-range"]


def test_a_rule_of_more_than_a_year(frames: Frames) -> None:
    slow = with_row(frames, "rules", rule_id="slow", effect="extra-hours", value=1e5)
    assert only_finding(slow, "out-of-range").rows == ("slow",)


def numeric_columns() -> list[tuple[str, Column]]:
    return [
        (table.name, column)
        for table in schema.TABLES
        for column in table.columns
        if column.kind in ("number", "integer")
    ]


@pytest.mark.parametrize(
    ("table", "column"),
    numeric_columns(),
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_every_number_of_the_inputs_has_both_ends(table: str, column: Column) -> None:
    assert column.low is not None and column.high is not None, f"{table}.{column.name}"
    assert column.low < column.high
    assert max(abs(column.low), abs(column.high)) <= MAX_SUM * 1e3


def top(table: str, column: str) -> float:
    high = schema.table(table).column(column).high
    assert high is not None
    return high


def test_bounds_multiply_into_what_an_arc_can_count() -> None:
    # The whole number of one arc must be right before sums of arcs are looked at.
    km = LINKS * top("links", "length_km")
    ratio = top("cargoes", "rate_ratio")
    teu = top("cargoes", "teu_per_unit")
    load_t = top("cargoes", "t_per_unit")
    usd_per_km = (
        top("rates", "usd_per_unit_km")
        + teu * top("rates", "usd_per_teu_km")
        + load_t * top("rates", "usd_per_t_km")
    )
    fees = top("cargoes", "clearances_per_unit") * top("links", "fixed_usd")
    assert 100 * (ratio * km * usd_per_km + LINKS * fees) < 2**62

    grams = teu * top("emissions", "g_co2e_per_teu_km") + load_t * top(
        "emissions", "g_co2e_per_t_km"
    )
    assert top("cargoes", "carbon_ratio") * km * grams < 2**62

    seconds = 3600 * (km / 0.5 * 24 + LINKS * top("links", "fixed_h"))
    assert seconds < 2**62
