"""Checks of economies: their totals of trade beside GDP, beside each other and beside their flows.

What the trade of a country can be, measured against its output: goods that pass through count as
exports and imports, so that both may exceed GDP (Hong Kong's exports are 1.6 times its GDP: World
Bank, World Development Indicators, 2021), but not many times. A figure in thousands is a thousand
times off.
"""

from __future__ import annotations

from collections.abc import Iterator

from corridor.errors import Finding, first_findings
from corridor.network.geo import great_circle_km
from corridor.tables.tables import Row, Tables

TOTALS = ("goods_exports_usd", "goods_imports_usd")
MAX_TRADE_OF_GDP = 4.0
MIN_TRADE_OF_GDP = 0.001
MAX_GDP_PER_HEAD_USD = 500_000.0
MIN_GDP_PER_HEAD_USD = 100.0
MAX_IMBALANCE = 2.0  # of all exports and all imports of a model of trade
MIN_APART_KM = 1.0  # distances are divided by, and a country's own trade has none
KM_PER_DEG = 111.0  # of latitude
MILLION = 1e6
BILLION = 1e9


def check_economies(tables: Tables) -> list[Finding]:
    """Return what is wrong with the economies of the trade model, and what can hardly be."""
    if "countries" in tables.broken:
        return []

    economies = [row for row in tables.rows("countries") if row["gdp_usd"] is not None]
    return first_findings(
        _totals_beside_gdp(economies),
        _heads(economies),
        _imbalance(economies),
        _places(economies),
        _flows_beside_totals(tables, economies),
    )


def _totals_beside_gdp(economies: list[Row]) -> Iterator[Finding]:
    for economy in economies:
        gdp_usd = economy["gdp_usd"]
        for column in TOTALS:
            total_usd = economy[column]
            if gdp_usd <= 0 or total_usd is None:
                continue

            ratio = total_usd / gdp_usd
            if ratio > MAX_TRADE_OF_GDP or 0 < ratio < MIN_TRADE_OF_GDP:
                yield _total_beside_gdp(economy, column, ratio)


def _total_beside_gdp(economy: Row, column: str, ratio: float) -> Finding:
    return economy.warning(
        "total-beside-gdp",
        column,
        f"countries.{column} of {economy['country']} is {_money(economy[column])}, "
        f"{ratio:.3g} times its gdp_usd of {_money(economy['gdp_usd'])}.",
        do="Write both in USD; statistics of trade often count thousands or millions of them.",
        value=f"{economy[column]:g}",
    )


def _heads(economies: list[Row]) -> Iterator[Finding]:
    """GDP that people could hardly have, or not live on."""
    for economy in economies:
        people = economy["population"]
        if not people or economy["gdp_usd"] <= 0:
            continue

        per_head_usd = economy["gdp_usd"] / people
        if not MIN_GDP_PER_HEAD_USD <= per_head_usd <= MAX_GDP_PER_HEAD_USD:
            yield economy.warning(
                "gdp-per-head",
                "gdp_usd",
                f"gdp_usd of {economy['country']} is {per_head_usd:,.4g} USD for each of its "
                f"{people:,.0f} people.",
                do="Write gdp_usd in USD and population in people, not thousands or millions.",
                value=f"{economy['gdp_usd']:g}",
            )


def _imbalance(economies: list[Row]) -> Iterator[Finding]:
    """Exports of all economies far from the imports of all: what one sells another buys."""
    totals = [row for row in economies if row[TOTALS[0]] is not None and row[TOTALS[1]] is not None]
    exports_usd = sum(row[TOTALS[0]] for row in totals)
    imports_usd = sum(row[TOTALS[1]] for row in totals)
    if len(totals) < 2 or min(exports_usd, imports_usd) <= 0:
        return

    ratio = max(exports_usd / imports_usd, imports_usd / exports_usd)
    if ratio > MAX_IMBALANCE:
        yield _all_apart(totals, exports_usd, imports_usd)


def _all_apart(economies: list[Row], exports_usd: float, imports_usd: float) -> Finding:
    column, other = TOTALS if exports_usd > imports_usd else TOTALS[::-1]
    widest = max(economies, key=lambda row: row[column] - row[other])
    return widest.warning(
        "exports-beside-imports",
        column,
        f"all economies export {_money(exports_usd)} and import {_money(imports_usd)}; the "
        f"forecast scales imports to exports. The widest gap is that of {widest['country']}.",
        do="Correct its figures, or add the rest of the world as ZZ, so that both sums agree.",
        value=f"{widest[column]:g}",
    )


def _places(economies: list[Row]) -> Iterator[Finding]:
    """Economies at the point of an earlier one: distance divides their trade."""
    first_at: dict[tuple[float, float], Row] = {}
    for second in economies:
        point = (second["lon_deg"], second["lat_deg"])
        if None in point:
            continue

        others = (other for other in first_at.values() if _km_apart(other, second) < MIN_APART_KM)
        first = next(others, None)
        first_at.setdefault(point, second)
        if first is not None:
            yield second.error(
                "economies-at-one-point",
                "lon_deg",
                f"{first['country']} and {second['country']} lie at one point "
                f"{second['lon_deg']:g}, {second['lat_deg']:g}: trade is predicted by distance, "
                "and theirs is none.",
                do="Write the coordinates of the main city of each.",
            )


def _km_apart(first: Row, second: Row) -> float:
    if abs(first["lat_deg"] - second["lat_deg"]) > 1.0:  # which spares the great circle
        return KM_PER_DEG
    return float(
        great_circle_km(first["lon_deg"], first["lat_deg"], second["lon_deg"], second["lat_deg"])
    )


def _flows_beside_totals(tables: Tables, economies: list[Row]) -> Iterator[Finding]:
    """Flows larger than all that their exporter sells, or their importer buys."""
    if "trade" in tables.broken:
        return

    economy_of = {row["country"]: row for row in economies}
    for flow in tables.rows("trade"):
        value_usd = flow["value_usd"]
        if value_usd is None or flow["exporter"] == flow["importer"]:
            continue
        for end, column in zip(("exporter", "importer"), TOTALS, strict=True):
            total_usd = economy_of[flow[end]][column] if flow[end] in economy_of else None
            if total_usd is not None and value_usd > total_usd:
                yield _flow_over_total(flow, flow[end], column, total_usd)


def _flow_over_total(flow: Row, country: str, column: str, total_usd: float) -> Finding:
    return flow.warning(
        "flow-over-total",
        "value_usd",
        f"the flow {flow['exporter']}-{flow['importer']} of {flow['year']} is "
        f"{_money(flow['value_usd'])}, more than all {column} of {country}: "
        f"{_money(total_usd)}.",
        do="Write both in USD a year, and correct the one that is wrong.",
        value=f"{flow['value_usd']:g}",
    )


def _money(usd: float) -> str:
    """Write a sum in millions or thousands of millions of USD."""
    if abs(usd) >= BILLION:
        return f"USD {usd / BILLION:,.1f} bn"
    return f"USD {usd / MILLION:,.4g} m"
