"""Checks of track gauges: those that exist, and those of a country's other railways."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from corridor.checks.ends import END_NODES, links_with_countries
from corridor.errors import Finding, first_findings
from corridor.tables.tables import Row, Tables

# Gauges of railways that carry goods. Source: Puffert (2009), Tracks across Continents, table 1.1;
# 1524 is the older measure of 1520, 1668 of the Iberian and 1372 of some urban lines.
GAUGES_MM = (
    600, 610, 750, 760, 762, 891, 900, 914, 950, 1000, 1009, 1050, 1055, 1067, 1372, 1435, 1520,
    1524, 1600, 1668, 1676,
)  # fmt: skip
MIN_RAILWAYS = 5  # of a country, whose gauge another one would have


def check_gauges(tables: Tables) -> list[Finding]:
    """Return warnings on gauges that no railway has, or no other railway of the country."""
    return first_findings(_unknown(tables), _changed(tables), _of_others(tables))


def _unknown(tables: Tables) -> Iterator[Finding]:
    for link in tables.rows_where("links", ~pl.col("gauge_mm").is_in(GAUGES_MM)):
        gauge_mm = link["gauge_mm"]
        yield _no_gauge(link, "gauge_mm", f"links.gauge_mm is {gauge_mm}", gauge_mm)

    for terminal in tables.rows("terminals"):
        for column in ("from_layer", "to_layer"):
            _, _, gauge = (terminal[column] or "").partition("-")
            if gauge.isdigit() and int(gauge) not in GAUGES_MM:
                what = f"terminals.{column} is {terminal[column]}"
                yield _no_gauge(terminal, column, what, int(gauge))


def _changed(tables: Tables) -> Iterator[Finding]:
    """Gauges that changes set."""
    for change in tables.rows("changes"):
        text = change["value"] or ""
        sets_gauge = change["column"] == "gauge_mm" and change["op"] == "set"
        if sets_gauge and text.isdigit() and int(text) not in GAUGES_MM:
            yield _no_gauge(change, "value", f"the change sets gauge_mm to {text}", int(text))


def _no_gauge(row: Row, column: str, what: str, gauge_mm: int) -> Finding:
    nearest = min(GAUGES_MM, key=lambda known: abs(known - gauge_mm))
    return row.warning(
        "no-such-gauge",
        column,
        f"{what}, and no railway has that gauge.",
        do=f"Write {nearest} if that was meant: millimetres between the rails.",
        value=str(gauge_mm),
    )


def _of_others(tables: Tables) -> Iterator[Finding]:
    """Railways inside a country of a gauge that no other has, in the country or at their ends."""
    if {"links", "nodes"} & tables.broken:
        return

    is_railway = (pl.col("mode") == "rail") & pl.col("gauge_mm").is_in(GAUGES_MM)
    railways = links_with_countries(tables).with_row_index("row").filter(is_railway)

    country = pl.col("from_country")
    inside = railways.filter(country == pl.col("to_country")).with_columns(
        count=pl.len().over(country), of_gauge=pl.len().over(country, "gauge_mm")
    )
    alone = inside.filter(pl.col("of_gauge") == 1, pl.col("count") > MIN_RAILWAYS).sort("row")
    for row, code, count in alone.select("row", "from_country", "count").iter_rows():
        (link,) = tables.rows_at("links", [row])
        if not _meets_others(link, railways):
            yield _of_no_other(link, code, count - 1)


def _meets_others(link: Row, railways: pl.DataFrame) -> bool:
    """Tell whether a railway meets another of its gauge at an end.

    One that goes on from a neighbour's line is none of the country's own.
    """
    alike = railways.filter(pl.col("gauge_mm") == link["gauge_mm"])
    ends = pl.concat([alike[end] for end in END_NODES])
    return any((ends == link[end]).sum() > 1 for end in END_NODES)


def _of_no_other(link: Row, code: str, count: int) -> Finding:
    gauge_mm = link["gauge_mm"]
    return link.warning(
        "gauge-of-no-other",
        "gauge_mm",
        f"links.gauge_mm is {gauge_mm}; none of the {count} other railways of {code} "
        "has that gauge, and none at its ends.",
        do="Write the gauge of the lines it joins, or say in the note that it stands alone.",
        value=str(gauge_mm),
    )
