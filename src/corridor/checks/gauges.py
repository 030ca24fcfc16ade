"""Checks of track gauges: those that exist, and those of a country's other railways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

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
    for link in tables.rows("links"):
        gauge_mm = link["gauge_mm"]
        if gauge_mm is not None and gauge_mm not in GAUGES_MM:
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

    railways = [
        link
        for link in tables.rows("links")
        if link["mode"] == "rail" and link["gauge_mm"] in GAUGES_MM
    ]
    at_ends = Counter((node, link["gauge_mm"]) for link in railways for node in _ends(link))
    for code, links in _inside_countries(tables, railways).items():
        for link in _alone(links, at_ends):
            yield _of_no_other(link, code, len(links) - 1)


def _ends(link: Row) -> tuple[str, str]:
    return link["from_node_id"], link["to_node_id"]


def _inside_countries(tables: Tables, railways: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Return country -> railways with both ends in it."""
    country_of = tables.by_key("nodes", "country")
    inside: dict[str, list[Row]] = {}
    for link in railways:
        tail, head = (country_of.get(node) for node in _ends(link))
        if tail is not None and tail == head:
            inside.setdefault(tail, []).append(link)
    return inside


def _alone(links: Sequence[Row], at_ends: Mapping[tuple[str, int], int]) -> Iterator[Row]:
    """Give the railways of a country whose gauge none of the others has.

    A line that goes on from a neighbour's meets one of its gauge at an end, and is none of them.

    Parameters
    ----------
    links : railways with both ends in the country.
    at_ends : (place, gauge) -> railways of that gauge at the place.
    """
    counts = Counter(link["gauge_mm"] for link in links)
    for link in links:
        gauge_mm = link["gauge_mm"]
        meets_others = any(at_ends[node, gauge_mm] > 1 for node in _ends(link))
        if counts[gauge_mm] == 1 and len(links) > MIN_RAILWAYS and not meets_others:
            yield link


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
