"""Totals of countries beside GDP, beside each other and beside their flows."""

from __future__ import annotations

import random

import polars as pl
import pytest

from corridor.checks.economies import check_economies
from corridor.tables.tables import Tables, empty_table

# GDP, exports and imports in thousands of millions of USD, and millions of people.
WORLD = {
    "KZ": (261.0, 81.6, 59.8, 20.6, 76.95, 43.25),
    "PK": (338.0, 32.0, 58.0, 251.0, 73.13, 33.67),
    "HK": (407.0, 673.0, 712.0, 7.4, 114.15, 22.28),
    "ZZ": (60_000.0, 11_000.0, 11_000.0, None, -74.0, 40.75),
}


def world(**cells: dict[str, float]) -> Tables:
    """Return countries, some of whose cells are multiplied; their codes name them."""
    rows = []
    for code, (gdp, exports, imports, people, lon_deg, lat_deg) in WORLD.items():
        row = {
            "country": code,
            "name": code,
            "gdp_usd": gdp * 1e9,
            "goods_exports_usd": exports * 1e9,
            "goods_imports_usd": imports * 1e9,
            "population": None if people is None else people * 1e6,
            "lon_deg": lon_deg,
            "lat_deg": lat_deg,
        }
        for column, factor in cells.get(code, {}).items():
            row[column] = row[column] * factor
        rows.append(row)

    empty = empty_table("countries")
    schema = {name: empty.schema[name] for name in rows[0]}
    countries = pl.concat([empty, pl.DataFrame(rows, schema=schema)], how="diagonal")
    return Tables({"countries": countries, "trade": empty_table("trade")})


def kinds(tables: Tables) -> list[str]:
    return [finding.kind for finding in check_economies(tables)]


def test_a_port_that_sells_more_than_it_makes_is_no_slip() -> None:
    assert kinds(world()) == []


@pytest.mark.parametrize("column", ["goods_exports_usd", "goods_imports_usd"])
def test_totals_in_thousands_or_millions(column: str) -> None:
    # BACI counts in thousands: as USD its figures are 1,000 times too small, the reverse too large.
    (small,) = check_economies(world(KZ={column: 1e-3}))
    assert (small.kind, small.column, small.rows) == ("total-beside-gdp", column, ("KZ",))
    assert small.severity == "warning" and "KZ" in small.message

    large = kinds(world(KZ={column: 1e3}))
    assert large == ["total-beside-gdp", "exports-beside-imports"]


def test_exports_in_thousands_name_the_country_with_the_gap() -> None:
    findings = check_economies(world(KZ={"goods_exports_usd": 1e3}))
    assert "312 times its gdp_usd" in findings[0].message.replace("313", "312")
    assert "KZ" in findings[1].message and findings[1].rows == ("KZ",)


def test_gdp_that_people_could_not_have() -> None:
    assert kinds(world(PK={"gdp_usd": 1e3})) == ["total-beside-gdp"] * 2 + ["gdp-per-head"]
    assert kinds(world(PK={"population": 1e-3})) == ["gdp-per-head"]


def test_two_economies_at_one_point_are_an_error() -> None:
    (finding,) = check_economies(world(PK={"lon_deg": 76.951 / 73.13, "lat_deg": 43.25 / 33.67}))
    assert (finding.kind, finding.severity) == ("economies-at-one-point", "error")
    assert "KZ and PK" in finding.message


def test_a_flow_above_what_its_country_sells_or_buys() -> None:
    countries = world().frames["countries"]
    flow = {
        "trade_id": "kz-pk",
        "exporter": "KZ",
        "importer": "PK",
        "year": 2025,
        "value_usd": 62.9e9,
    }
    empty = empty_table("trade")
    schema = {name: empty.schema[name] for name in flow}
    trade = pl.concat([empty, pl.DataFrame([flow], schema=schema)], how="diagonal")

    (finding,) = check_economies(Tables({"countries": countries, "trade": trade}))
    assert finding.kind == "flow-over-total"
    assert "goods_imports_usd of PK" in finding.message


@pytest.mark.slow
def test_slips_by_a_thousand_against_plain_arithmetic() -> None:
    # 200 worlds in which one figure of one country is off by 10^-6 to 10^6.
    columns = ("gdp_usd", "goods_exports_usd", "goods_imports_usd", "population")
    caught = 0
    for seed in range(200):
        dice = random.Random(seed)
        code = dice.choice(list(WORLD))
        column = dice.choice(columns[:3] if code == "ZZ" else columns)
        factor = 10.0 ** dice.choice((-6, -3, 3, 6))
        tables = world(**{code: {column: factor}})

        rows = tables.frames["countries"].to_dicts()
        expected = []
        for row in rows:
            for total in columns[1:3]:
                if not 0.001 <= row[total] / row["gdp_usd"] <= 4:
                    expected.append("total-beside-gdp")
        for row in rows:
            if row["population"] and not 100 <= row["gdp_usd"] / row["population"] <= 500_000:
                expected.append("gdp-per-head")
        sums = [sum(row[total] for row in rows) for total in columns[1:3]]
        if max(sums) / min(sums) > 2:
            expected.append("exports-beside-imports")
        assert kinds(tables) == expected, seed
        caught += bool(expected)
    assert caught > 190
