"""Checks of how a network works: links, terminals, windows, rules and the demand on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from corridor.errors import Finding, did_you_mean
from corridor.tables import schema
from corridor.tables.columns import OPEN_STATUS
from corridor.tables.tables import Spot, Tables

Row = Mapping[str, Any]
Layers = Mapping[str, set[str]]  # place -> layers of the links at it

_LAYER = re.compile(r"road|sea|ferry|waterway|air|(rail|ferry)-[0-9]{3,4}")


def check_network(tables: Tables) -> list[Finding]:
    """Return what is wrong with links, terminals, windows, rules and demand."""
    return [
        *_links(tables),
        *_terminals(tables),
        *_windows(tables),
        *_rules(tables),
        *_demand(tables),
    ]


def layers_at(tables: Tables) -> dict[str, set[str]]:
    """Return the layers of every place: those of the links at it, whatever their status."""
    layers: dict[str, set[str]] = {}
    columns = ("from_node_id", "to_node_id", "mode", "gauge_mm")
    for _, (tail, head, mode, gauge_mm) in tables.cells("links", *columns):
        if mode is not None:
            layer = schema.layer(mode, gauge_mm)
            layers.setdefault(tail, set()).add(layer)
            layers.setdefault(head, set()).add(layer)
    return layers


# Links


def _links(tables: Tables) -> Iterator[Finding]:
    country = dict(tables.frames["nodes"].select("node_id", "country").iter_rows())
    for i, link in tables.rows("links"):
        yield from _self_link(tables, i, link)
        yield from _speed(tables, i, link)
        yield from _gauge(tables, i, link)
        yield from _border(tables, i, link, country)


def _self_link(tables: Tables, i: int, link: Row) -> Iterator[Finding]:
    node = link["from_node_id"]
    if node is not None and node == link["to_node_id"]:
        yield tables.error(
            "self-link",
            Spot("links", i, "to_node_id"),
            f"the link runs from {node} to {node}.",
            do="Write the other end, or remove the link.",
            value=node,
        )


def _speed(tables: Tables, i: int, link: Row) -> Iterator[Finding]:
    is_open = link["status"] == OPEN_STATUS
    if is_open and link["speed_kmh"] is None and tables.is_whole("links"):
        yield tables.error(
            "missing-speed",
            Spot("links", i, "speed_kmh"),
            "links.speed_kmh is empty on an existing link: nothing could use it.",
            do="Write the speed under way, or the status it really has.",
        )


def _gauge(tables: Tables, i: int, link: Row) -> Iterator[Finding]:
    mode = link["mode"]
    gauge_mm = link["gauge_mm"]
    spot = Spot("links", i, "gauge_mm")

    if mode == "rail" and gauge_mm is None and tables.is_whole("links"):
        yield tables.error(
            "missing-gauge",
            spot,
            "links.gauge_mm is empty on a railway.",
            do="Write its gauge: 1520, 1435, 1676 or 1000.",
        )
    if mode not in (None, "rail", "ferry") and gauge_mm is not None:
        yield tables.error(
            "gauge-off-rails",
            spot,
            f"links.gauge_mm is {gauge_mm} on a link by {mode}.",
            do="Empty it, or correct the mode.",
            value=str(gauge_mm),
        )


def _border(tables: Tables, i: int, link: Row, country: Mapping[str, str]) -> Iterator[Finding]:
    """A link over a border without hours for it.

    Parameters
    ----------
    tables : the tables.
    i, link : the link, and the number of its row.
    country : node -> country.
    """
    a = country.get(link["from_node_id"])
    b = country.get(link["to_node_id"])
    if a is None or b is None or a == b:
        return

    if link["mode"] in ("rail", "road") and link["fixed_h"] is None:
        yield tables.warning(
            "border-without-hours",
            Spot("links", i, "fixed_h"),
            f"the link crosses from {a} to {b} and has no fixed_h: "
            "goods pass the border in no time.",
            do="Write the hours of queue and clearance, 0 where there is none.",
        )


# Terminals


def _terminals(tables: Tables) -> Iterator[Finding]:
    layers = layers_at(tables)
    for i, terminal in tables.rows("terminals"):
        yield from _same_layer(tables, i, terminal)

        node = terminal["node_id"]
        for column in ("from_layer", "to_layer"):
            spot = Spot("terminals", i, column)
            layer = terminal[column]
            if layer is None:
                continue
            if not _LAYER.fullmatch(layer):
                yield _unknown_layer(tables, spot, layer, layers)
            elif layer not in layers.get(node, ()) and _knows_layer(tables, layer):
                yield _idle_terminal(tables, spot, layer, node, layers)


def _same_layer(tables: Tables, i: int, terminal: Row) -> Iterator[Finding]:
    layer = terminal["from_layer"]
    if layer is not None and layer == terminal["to_layer"]:
        yield tables.error(
            "same-layer",
            Spot("terminals", i, "to_layer"),
            f"the terminal leads from {layer} to {layer}.",
            do="Write the layer goods leave on, or remove the row.",
            value=layer,
        )


def _unknown_layer(tables: Tables, spot: Spot, layer: str, layers: Layers) -> Finding:
    every_layer = {word for words in layers.values() for word in words}
    return tables.error(
        "unknown-layer",
        spot,
        f"terminals.{spot.column} holds {layer!r}, which is no layer.",
        do=did_you_mean(
            layer,
            every_layer,
            "Write a mode, with its gauge for rail and rail ferries: road, rail-1520.",
        ),
        value=layer,
    )


def _idle_terminal(tables: Tables, spot: Spot, layer: str, node: str, layers: Layers) -> Finding:
    layers_there = ", ".join(sorted(layers.get(node, ()))) or "none"
    return tables.warning(
        "idle-terminal",
        spot,
        f"terminals.{spot.column} is {layer}, "
        f"and no link of that layer is at {node} (there: {layers_there}).",
        do="Add the link, correct the layer, or remove the row.",
        value=layer,
    )


def _knows_layer(tables: Tables, layer: str) -> bool:
    """Tell whether links say all about a layer; a change may lay a line to another gauge."""
    if {"links", "nodes"} & tables.broken:
        return False

    columns = tables.frames["changes"]["column"]
    may_change = any(column in ("gauge_mm", "mode") for column in columns.to_list())
    return not (may_change and "-" in layer)


# Windows, rules and demand


def _windows(tables: Tables) -> Iterator[Finding]:
    if "windows" in tables.broken:
        return

    for i, window in tables.rows("windows"):
        has_link = window["link_id"] is not None
        has_node = window["node_id"] is not None
        if has_link == has_node:
            yield tables.error(
                "window-target",
                Spot("windows", i, "link_id"),
                f"the window names {'both' if has_link else 'neither'} of link_id and node_id.",
                do="Name the one it is for, and leave the other empty.",
            )
        yield from _spell(tables, i, window)


def _spell(tables: Tables, i: int, window: Row) -> Iterator[Finding]:
    share = window["open_share"]
    if share is None or share >= 1:
        return

    if window["closed_spell_h"] is None and tables.is_whole("windows"):
        yield tables.error(
            "missing-spell",
            Spot("windows", i, "closed_spell_h"),
            f"windows.open_share is {share:g}, and closed_spell_h is empty: "
            "how long a closure lasts is not said.",
            do="Write the mean hours of one weather closure.",
        )


def _rules(tables: Tables) -> Iterator[Finding]:
    if not tables.is_whole("rules"):
        return

    for i, rule in tables.rows("rules"):
        effect = rule["effect"]
        if effect in ("extra-hours", "extra-usd") and rule["value"] is None:
            yield _rule_without_value(tables, i, effect)
        if effect == "document" and rule["document"] is None:
            yield _rule_without_document(tables, i)


def _rule_without_value(tables: Tables, i: int, effect: str) -> Finding:
    return tables.error(
        "rule-without-value",
        Spot("rules", i, "value"),
        f"the rule adds {effect} and does not say how much.",
        do="Write the hours or the USD per unit into value.",
    )


def _rule_without_document(tables: Tables, i: int) -> Finding:
    return tables.error(
        "rule-without-document",
        Spot("rules", i, "document"),
        "the rule asks for a paper and does not say which.",
        do="Write its name into document.",
    )


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
