"""Checks of how a network works: links, terminals, rules and the demand on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from corridor.checks.ends import END_NODES, layer, links_with_countries
from corridor.checks.selectors import selected
from corridor.checks.services import stops_of_services
from corridor.errors import Finding, did_you_mean, first_findings
from corridor.tables import schema
from corridor.tables.columns import OPEN_STATUS
from corridor.tables.tables import Row, Spot, Tables

_BASE = frozenset({"links", "nodes"})
ALIKE_RATIO = 1.1  # of the lengths of two links that may be one
_LAYER = re.compile(r"road|sea|ferry|waterway|air|(rail|ferry)-[0-9]{3,4}")


def check_network(tables: Tables) -> list[Finding]:
    """Return what is wrong with links, terminals, rules, regimes and demand."""
    return first_findings(
        _links(tables),
        _parallel_links(tables),
        _terminals(tables),
        _gauges(tables),
        _rules(tables),
        _regimes(tables),
        _demand(tables),
    )


def layers_at(tables: Tables) -> dict[str, set[str]]:
    """Return the layers of every place: those of the links at it, whatever their status."""
    links = tables.frames["links"].drop_nulls("mode")
    touched = [links.select(node_id=end, layer=layer()) for end in END_NODES]

    layers: dict[str, set[str]] = {}
    for node, name in pl.concat(touched).unique().iter_rows():
        layers.setdefault(node, set()).add(name)
    return layers


# Links


def _links(tables: Tables) -> Iterator[Finding]:
    links = links_with_countries(tables)
    country = tables.by_key("nodes", "country")
    for link in tables.rows_where("links", _can_be_wrong(), among=links):
        yield from _self_link(link)
        yield from _speed(link)
        yield from _gauge(link)
        yield from _border(link, country)


def _can_be_wrong() -> pl.Expr:
    """Pick links from a place to itself, without speed, off gauge, or over a border."""
    is_off_gauge = (pl.col("mode") == "rail") == pl.col("gauge_mm").is_null()
    return (
        (pl.col("from_node_id") == pl.col("to_node_id"))
        | pl.col("speed_kmh").is_null()
        | is_off_gauge
        | (pl.col("fixed_h").is_null() & (pl.col("from_country") != pl.col("to_country")))
    )


def _self_link(link: Row) -> Iterator[Finding]:
    node = link["from_node_id"]
    if node is not None and node == link["to_node_id"]:
        yield link.error(
            "self-link",
            "to_node_id",
            f"the link runs from {node} to {node}.",
            do="Write the other end, or remove the link.",
            value=node,
        )


def _speed(link: Row) -> Iterator[Finding]:
    is_open = link["status"] == OPEN_STATUS
    if is_open and link.is_empty("speed_kmh"):
        yield link.error(
            "missing-speed",
            "speed_kmh",
            "links.speed_kmh is empty on an existing link: nothing could use it.",
            do="Write the speed under way, or the status it really has.",
        )


def _gauge(link: Row) -> Iterator[Finding]:
    mode = link["mode"]
    gauge_mm = link["gauge_mm"]

    if mode == "rail" and link.is_empty("gauge_mm"):
        yield link.error(
            "missing-gauge",
            "gauge_mm",
            "links.gauge_mm is empty on a railway.",
            do="Write its gauge: 1520, 1435, 1676 or 1000.",
        )
    if mode not in (None, "rail", "ferry") and gauge_mm is not None:
        yield link.error(
            "gauge-off-rails",
            "gauge_mm",
            f"links.gauge_mm is {gauge_mm} on a link by {mode}.",
            do="Empty it, or correct the mode.",
            value=str(gauge_mm),
        )


def _border(link: Row, country: Mapping[str, str]) -> Iterator[Finding]:
    """A link over a border without hours for it.

    Parameters
    ----------
    link : the link.
    country : node -> country.
    """
    a = country.get(link["from_node_id"])
    b = country.get(link["to_node_id"])
    if a is None or b is None or a == b:
        return

    if link["mode"] in ("rail", "road") and link["fixed_h"] is None:
        yield link.warning(
            "border-without-hours",
            "fixed_h",
            f"the link crosses from {a} to {b} and has no fixed_h: "
            "goods pass the border in no time.",
            do="Write the hours of queue and clearance, 0 where there is none.",
        )


def _parallel_links(tables: Tables) -> Iterator[Finding]:
    """Open links that say the same twice: ends, direction, mode, gauge, and nearly the length."""
    pair = (pl.min_horizontal(*END_NODES), pl.max_horizontal(*END_NODES).alias("other_end"))
    has_twin = pl.struct(*pair, "mode", "gauge_mm", "alternative").is_duplicated()
    is_open = pl.col("status") == OPEN_STATUS

    alike: dict[tuple[object, ...], list[Row]] = {}
    for link in tables.rows_where("links", is_open & has_twin):
        ends = (link["from_node_id"], link["to_node_id"])
        if link["status"] == OPEN_STATUS and None not in ends:
            case = (frozenset(ends), link["mode"], link["gauge_mm"], link["alternative"])
            alike.setdefault(case, []).append(link)

    for links in alike.values():
        yield from _parallel_among(links)


def _parallel_among(links: Sequence[Row]) -> Iterator[Finding]:
    """Those of some links between the same places that run beside an earlier one."""
    unlike: dict[tuple[object, ...], Row] = {}  # the first link of each direction and length
    for link in links:
        first = next((other for other in unlike.values() if _is_parallel(link, other)), None)
        if first is not None:
            yield _parallel_link(link, first)

        case = (link["from_node_id"], link["two_way"], link["length_km"])
        unlike.setdefault(case, link)


def _is_parallel(link: Row, other: Row) -> bool:
    """Tell whether two links between the same places have a direction in common and a length."""
    is_one_way = not (link["two_way"] or other["two_way"])
    if is_one_way and link["from_node_id"] != other["from_node_id"]:
        return False

    lengths = (link["length_km"], other["length_km"])
    return None not in lengths and max(lengths) <= ALIKE_RATIO * min(lengths)


def _parallel_link(link: Row, first: Row) -> Finding:
    return link.warning(
        "parallel-links",
        "link_id",
        f"{link.key} and {first.key} join the same places by {link['mode']} and are as long.",
        do="Remove one of them, or say in the note what the second is.",
        value=link.key,
    )


# Terminals


def _terminals(tables: Tables) -> Iterator[Finding]:
    layers = layers_at(tables)
    coming_layers = _coming_layers(tables)
    stops = stops_of_services(tables)
    for terminal in tables.rows("terminals"):
        yield from _same_layer(terminal, stops)

        layers_there = layers.get(terminal["node_id"], set())
        coming_there = coming_layers.get(terminal["node_id"], set())
        for column in ("from_layer", "to_layer"):
            layer = terminal[column]
            if layer is None:
                continue
            if not _LAYER.fullmatch(layer):
                yield _unknown_layer(terminal, column, layers)
            elif layer not in layers_there | coming_there and not _BASE & tables.broken:
                yield _idle_terminal(terminal, column, layers_there)


def _same_layer(terminal: Row, stops: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
    """A terminal from a layer to itself, which stands between services, where none meet."""
    layer = terminal["from_layer"]
    is_between_services = stops.get((terminal["node_id"], layer), 0) > 1
    if layer is not None and layer == terminal["to_layer"] and not is_between_services:
        yield terminal.error(
            "same-layer",
            "to_layer",
            f"the terminal leads from {layer} to {layer}, where no two services meet.",
            do="Write the layer goods leave on, or remove the row.",
            value=layer,
        )


def _unknown_layer(terminal: Row, column: str, layers: Mapping[str, set[str]]) -> Finding:
    layer = terminal[column]
    every_layer = {word for words in layers.values() for word in words}
    return terminal.error(
        "unknown-layer",
        column,
        f"terminals.{column} holds {layer!r}, which is no layer.",
        do=did_you_mean(
            layer,
            every_layer,
            "Write a mode, with its gauge for rail and rail ferries: road, rail-1520.",
        ),
        value=layer,
    )


def _gauges(tables: Tables) -> Iterator[Finding]:
    """Places where railways of two gauges meet and nothing can pass between them."""
    if {"links", "nodes", "terminals"} & tables.broken:
        return

    joined = _layers_joined(tables)
    rows = {node: row for row, (node,) in tables.cells("nodes", "node_id")}
    for node, gauges in _gauges_at(tables).items():
        joined_here = joined.get(node, {})
        groups = {frozenset(joined_here.get(layer, {layer})) for layer in gauges}
        if len(groups) > 1 and node in rows:
            yield _gauges_apart(tables, Spot("nodes", rows[node]), node, sorted(gauges))


def _gauges_at(tables: Tables) -> dict[str, set[str]]:
    """Return the layers of open railways at every place."""
    is_railway = (pl.col("mode") == "rail") & (pl.col("gauge_mm") != 0)
    is_open = pl.col("status") == OPEN_STATUS

    railways = tables.frames["links"].filter(is_railway & is_open)

    gauges: dict[str, set[str]] = {}
    for *ends, gauge_mm in railways.select(*END_NODES, "gauge_mm").iter_rows():
        for end in ends:
            gauges.setdefault(end, set()).add(schema.layer("rail", gauge_mm))
    return gauges


def _layers_joined(tables: Tables) -> dict[str, dict[str, set[str]]]:
    """Return for each layer of a place the layers that its terminals lead to, itself included."""
    joined: dict[str, dict[str, set[str]]] = {}
    for _, (node, *ends) in tables.cells("terminals", "node_id", "from_layer", "to_layer"):
        groups = joined.setdefault(node, {})
        group = set(ends).union(*(groups.get(layer, set()) for layer in ends))
        groups.update(dict.fromkeys(group, group))
    return joined


def _gauges_apart(tables: Tables, spot: Spot, node: str, layers: list[str]) -> Finding:
    return tables.warning(
        "gauges-without-terminal",
        spot,
        f"{' and '.join(layers)} meet at {node}, and no terminal joins them: nothing passes.",
        do=f"Add a row of terminals at {node} from {layers[0]} to {layers[1]}.",
        value=node,
    )


def _idle_terminal(terminal: Row, column: str, layers_there: set[str]) -> Finding:
    layer = terminal[column]
    others = ", ".join(sorted(layers_there)) or "none"
    return terminal.warning(
        "idle-terminal",
        column,
        f"terminals.{column} is {layer}, "
        f"and no link of that layer is at {terminal['node_id']} (there: {others}).",
        do="Add the link, correct the layer, or remove the row.",
        value=layer,
    )


def _coming_layers(tables: Tables) -> dict[str, set[str]]:
    """Return the layers that changes bring to places, by laying lines to another gauge or mode."""
    modes = _values_set(tables, "mode")
    gauges = _values_set(tables, "gauge_mm")

    layers: dict[str, set[str]] = {}
    for link in tables.rows_at("links", sorted(modes.keys() | gauges.keys())):
        number = link.number
        link_modes = {link["mode"] or "", *modes.get(number, ())}
        link_gauges = {link["gauge_mm"], *gauges.get(number, ())} - {None}
        coming = link_modes | {f"{mode}-{gauge}" for mode in link_modes for gauge in link_gauges}
        for node in (link["from_node_id"], link["to_node_id"]):
            layers.setdefault(node, set()).update(coming)
    return layers


def _values_set(tables: Tables, column: str) -> dict[int, set[str]]:
    """Return row of links -> values that changes write into a column of it."""
    values: dict[int, set[str]] = {}
    for change in tables.rows("changes"):
        is_edit = change["table"] == "links" and change["column"] == column
        if is_edit and change["value"] is not None:
            for number in selected(change["row_id"] or "", tables):
                values.setdefault(number, set()).add(change["value"])
    return values


# Rules and demand


def _rules(tables: Tables) -> Iterator[Finding]:
    for rule in tables.rows("rules"):
        effect = rule["effect"]
        if effect in ("extra-hours", "extra-usd") and rule.is_empty("value"):
            yield rule.error(
                "rule-without-value",
                "value",
                f"the rule adds {effect} and does not say how much.",
                do="Write the hours or the USD per unit into value.",
            )
        if effect == "document" and rule.is_empty("document"):
            yield rule.error(
                "rule-without-document",
                "document",
                "the rule asks for a paper and does not say which.",
                do="Write its name into document.",
            )


def _regimes(tables: Tables) -> Iterator[Finding]:
    """Regimes of one link or terminal that take more than all of the time together."""
    taken: dict[tuple[str, str], float] = {}
    for regime in tables.rows("regimes"):
        share = regime["share"]
        if share is None or regime["alternative"] is not None:
            continue

        for slowed in _slowed(regime, tables):
            taken[slowed] = taken.get(slowed, 0.0) + share
            if taken[slowed] > 1:
                yield regime.error(
                    "shares-over-one",
                    "share",
                    f"with this regime those of {slowed[1]} take {taken[slowed]:g} of the time.",
                    do="Give them shares of together at most 1; what is left is the usual state.",
                    value=f"{share:g}",
                )
                break


def _slowed(regime: Row, tables: Tables) -> list[tuple[str, str]]:
    """Return the links or terminals of a regime, and the dates it holds between as one name."""
    dates = f"{regime['from_on']} to {regime['to_on']}"
    text = regime["row_id"] or ""
    if regime["table"] == "terminals":
        return [(dates, terminal_id) for terminal_id in text.split()]
    link_ids = tables.frames["links"]["link_id"].to_list()
    return [(dates, link_ids[row]) for row in selected(text, tables)]


def _demand(tables: Tables) -> Iterator[Finding]:
    columns = ("origin_node_id", "destination_node_id")
    for i, (origin, destination) in tables.cells("demand", *columns):
        if origin is not None and origin == destination:
            yield tables.error(
                "same-place",
                Spot("demand", i, "destination_node_id"),
                f"the demand goes from {origin} to {origin}.",
                do="Write where it goes, or remove the row.",
                value=origin,
            )
