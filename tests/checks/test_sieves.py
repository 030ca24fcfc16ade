"""Checks that look at columns first find what plain rules find, one row after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.checks.gauges import GAUGES_MM, check_gauges
from corridor.checks.network import ALIKE_RATIO, check_network
from corridor.checks.plausibility import (
    LONGER_KM,
    LONGER_RATIO,
    SHORTER_KM,
    SHORTER_SHARE,
    SPEEDS_KMH,
    check_plausibility,
)
from corridor.network.geo import great_circle_km
from corridor.tables import schema
from corridor.tables.tables import Tables, empty_table

Row = dict[str, Any]
Place = tuple[str, str | None]  # a kind of finding, and the row it is on

# Four places of two countries within a few hundred kilometres of each other, all of them inland.
POINTS = {"a": (70.0, 43.5), "b": (71.0, 43.6), "c": (69.2, 40.9), "d": (66.9, 39.6)}
COUNTRIES = {"a": "KZ", "b": "KZ", "c": "UZ", "d": "UZ"}


def table(name: str, rows: list[Row]) -> pl.DataFrame:
    empty = empty_table(name)
    return pl.DataFrame(
        [{column: row.get(column) for column in empty.columns} for row in rows], empty.schema
    )


def cells(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([*values, None])


LINKS = st.lists(
    st.fixed_dictionaries(
        {
            "from_node_id": cells("a", "b", "c", "d", "elsewhere"),
            "to_node_id": cells("a", "b", "c", "d"),
            "mode": cells("road", "rail", "ferry", "sea"),
            "gauge_mm": cells(1520, 1435, 1521),
            "length_km": cells(-1.0, 1.0, 90.0, 95.0, 300.0, 5000.0),
            "speed_kmh": cells(1.0, 40.0, 60.0, 500.0),
            "fixed_h": cells(0.0, 12.0),
            "status": cells("existing", "existing", "planned"),
            "two_way": cells(True, False),
        }
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(LINKS, st.sets(st.sampled_from(["a", "b", "c", "d"])))
def test_columns_find_what_rows_do(rows: list[Row], places: set[str]) -> None:
    links = [{"link_id": f"link{i}", **row} for i, row in enumerate(rows)]
    nodes = [
        {"node_id": node, "name": node, "country": COUNTRIES[node], "kind": "city"}
        | dict(zip(("lon_deg", "lat_deg"), POINTS[node], strict=True))
        for node in sorted(places)
    ]
    frames = {declared.name: empty_table(declared.name) for declared in schema.TABLES}
    tables = Tables({**frames, "links": table("links", links), "nodes": table("nodes", nodes)})

    findings = [*check_network(tables), *check_plausibility(tables), *check_gauges(tables)]
    compared = [f for f in findings if f.kind not in ("gauges-without-terminal", "node-at-sea")]
    marks = sorted((f.kind, f.rows) for f in compared)
    assert marks == sorted([*row_marks(links, places), *reach_marks(links, sorted(places))])


def row_marks(links: list[Row], places: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the kind and the row of what is wrong with single links and with pairs of them."""
    for i, link in enumerate(links):
        kinds = {*kinds_of(link, places)}
        if any(is_parallel(link, other) for other in links[:i]):
            kinds.add("parallel-links")
        yield from ((kind, (link["link_id"],)) for kind in kinds)


def kinds_of(link: Row, places: set[str]) -> Iterator[str]:
    tail, head, mode = link["from_node_id"], link["to_node_id"], link["mode"]
    gauge_mm, length_km, speed_kmh = link["gauge_mm"], link["length_km"], link["speed_kmh"]
    if tail is not None and tail == head:
        yield "self-link"
    if speed_kmh is None and link["status"] == "existing":
        yield "missing-speed"
    if mode == "rail" and gauge_mm is None:
        yield "missing-gauge"
    if mode in ("road", "sea") and gauge_mm is not None:
        yield "gauge-off-rails"
    if gauge_mm is not None and gauge_mm not in GAUGES_MM:
        yield "no-such-gauge"
    if mode is not None and speed_kmh is not None:
        low, high = SPEEDS_KMH[mode]
        if speed_kmh < low or speed_kmh > high:
            yield "implausible-speed"

    if tail in places and head in places:
        crosses = COUNTRIES[tail] != COUNTRIES[head]
        if crosses and mode in ("rail", "road") and link["fixed_h"] is None:
            yield "border-without-hours"
        if length_km is not None and length_km >= 0:
            yield from kinds_of_length(link, float(great_circle_km(*POINTS[tail], *POINTS[head])))


def kinds_of_length(link: Row, air_km: float) -> Iterator[str]:
    length_km = link["length_km"]
    is_longer = length_km > LONGER_RATIO * air_km and length_km - air_km > LONGER_KM
    if length_km < air_km * (1 - SHORTER_SHARE) - SHORTER_KM:
        yield "shorter-than-air-line"
    elif link["mode"] in ("rail", "road") and is_longer:
        yield "far-longer-than-air-line"


def is_parallel(link: Row, other: Row) -> bool:
    ends = [{row["from_node_id"], row["to_node_id"]} for row in (link, other)]
    lengths = (link["length_km"], other["length_km"])
    is_one_way = not (link["two_way"] or other["two_way"])
    return (
        ends[0] == ends[1]
        and None not in ends[0]
        and (link["mode"], link["gauge_mm"]) == (other["mode"], other["gauge_mm"])
        and link["status"] == other["status"] == "existing"
        and not (is_one_way and link["from_node_id"] != other["from_node_id"])
        and None not in lengths
        and max(lengths) <= ALIKE_RATIO * min(lengths)
    )


def reach_marks(links: list[Row], places: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the places that no link touches, and those outside the largest part of the network."""
    parts: list[set[Place]] = []
    for link in links:
        tail, head, mode = link["from_node_id"], link["to_node_id"], link["mode"]
        if None not in (tail, head, mode):
            layer = schema.layer(mode, link["gauge_mm"])
            joined = [part for part in parts if part & {(tail, layer), (head, layer)}]
            first = joined[0] if joined else set()
            for part in joined:
                first |= part
            first |= {(tail, layer), (head, layer)}
            parts = [part for part in parts if part not in joined[1:]]
            parts += [] if joined else [first]

    linked = {node for part in parts for node, _ in part}
    largest = max(({node for node, _ in part} for part in parts), key=len, default=set())
    unlinked = tuple(place for place in places if place not in linked)
    apart = tuple(place for place in places if place in linked and place not in largest)
    if unlinked and linked:
        yield "unlinked-nodes", unlinked
    if apart:
        yield "unreachable-nodes", apart
