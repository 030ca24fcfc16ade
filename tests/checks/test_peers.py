"""Figures against their peers: what stands alone, and what is only large."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from check_cases import Frames, new_findings, tables_of
from corridor.checks.measures import measures
from corridor.checks.peers import MIN_PEERS, check_peers, outliers


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "cure"),
    [
        ("terminals", "almaty-road-rail-1520-container", "handling_h", 1440.0, "minutes: 24"),
        ("links", "zhibek-tashkent-road", "fixed_h", 1000.0, "minutes"),
        ("rates", "road-uz-container", "usd_per_teu_km", 756.0, "thousandths: 0.756"),
        ("emissions", "road-hu", "g_co2e_per_t_km", 0.095, "kilograms: 95"),
        ("windows", "salang-winter", "closed_spell_h", 24.0 * 60, "minutes: 24"),
        ("countries", "KZ", "population", 20_592.0, ""),
        ("trade", "kz-pk-2024-customs", "value_usd", 11_800_000_000.0, ""),
    ],
)
def test_unit_slip_stands_alone(
    built_in: Frames, table: str, row: str, column: str, value: float, cure: str
) -> None:
    findings = new_findings(check_peers, built_in, table, row, **{column: value})
    assert [(f.kind, f.severity, f.rows) for f in findings] == [
        ("unlike-its-peers", "warning", (row,))
    ]
    assert findings[0].table == table
    assert cure in findings[0].do


def test_finding_names_value_and_range_of_its_peers(built_in: Frames) -> None:
    row = "almaty-road-rail-1520-bulk"
    (finding,) = new_findings(check_peers, built_in, "terminals", row, usd_per_t=5000.0)
    assert "terminals.usd_per_t is 5000 USD/t; the" in finding.message
    assert "(rail-1520 and road, bulk, city) lie between 5 and 5" in finding.message


def test_price_of_another_country_is_seen_beside_that_of_another_form(built_in: Frames) -> None:
    (finding,) = new_findings(
        check_peers, built_in, "rates", "road-uz-container", usd_per_teu_km=2.158
    )
    assert "over the figure of another form of cargo" in finding.message


def test_length_far_from_the_air_line_of_such_links(built_in: Frames) -> None:
    link = "multan-rohri-road"
    (finding,) = new_findings(check_peers, built_in, "links", link, length_km=3920.0)
    assert "links.length_km over the air line" in finding.message
    assert "392" not in finding.message


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        ([10, 11, 12, 13, 14, 200], [5]),
        ([10, 11, 12, 13, 14, 0.5], [5]),
        ([10, 11, 12, 13, 14, 25], []),  # not three times the range of few
        ([3, 10, 100, 1000, 10_000, 40_000], []),  # peers that differ as much
        ([3, 10, 100, 1000, 10_000, 60_000], [5]),  # five times outside is enough
        ([10] * 20 + [21], [20]),
        ([10] * 20 + [20], []),
        ([10] * 40 + [90, 95], [40, 41]),  # two of many that are alike
        ([10] * MIN_PEERS, []),
    ],
)
def test_what_stands_alone(values: list[float], rows: list[int]) -> None:
    found = outliers(range(len(values)), np.array(values, dtype=float))
    assert sorted(outlier.row for outlier in found) == rows


def test_rows_that_are_alike_are_not_set_beside_each_other(frames: Frames) -> None:
    """A table with its rows repeated took memory with the square of their number."""
    rates = pl.concat([frames["rates"].head(2)] * 2_000)
    heights = [m.figures.height for m in measures(tables_of({**frames, "rates": rates}))]
    assert max(heights) == rates.height


def test_range_of_the_peers_is_given_in_their_unit() -> None:
    (low,) = outliers(range(6), np.array([10.0, 11, 12, 13, 20, 0.1]))
    assert (low.row, low.count) == (5, 5)
    assert (low.value, low.low, low.high) == pytest.approx((0.1, 10, 20))
