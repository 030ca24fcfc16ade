"""Checks of how a network works: links, terminals, services, windows, rules, and that every cargo
has its figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corridor.errors import Finding, did_you_mean
from corridor.tables import schema
from corridor.tables.columns import OPEN_STATUS
from corridor.tables.reading import Spot, Tables

Row = dict[str, Any]
_LAYER = re.compile(r"road|sea|ferry|waterway|air|(rail|ferry)-[0-9]{3,4}")
# Rows with the same words here say two things about one case; which one counts would be chance.
_CASES = {
    "rates": ("mode", "country", "form", "service_id"),
    "modes": ("mode", "country"),
    "emissions": ("mode", "country", "traction", "form"),
}


def check_network(tables: Tables) -> list[Finding]:
    """Return what is wrong with links, terminals, services, windows, rules, demand, and the figures
    cargoes need."""
    return [
        *_links(tables),
        *_terminals(tables),
        *_services(tables),
        *_windows(tables),
        *_rules(tables),
        *_demand(tables),
        *_cargoes(tables),
        *_cases(tables),
    ]


def _links(tables: Tables) -> Iterator[Finding]:
    country = dict(tables.frames["nodes"].select("node_id", "country").iter_rows())
    for i, row in enumerate(tables.frames["links"].to_dicts()):
        a = row["from_node_id"]
        b = row["to_node_id"]
        mode = row["mode"]
        if a is not None and a == b:
            yield tables.finding(
                "self-link",
                Spot("links", i, "to_node_id"),
                f"the link runs from {a} to {a}.",
                "Write the other end, or remove the link.",
                value=a,
            )
        if row["status"] == OPEN_STATUS and row["speed_kmh"] is None and tables.is_whole("links"):
            yield tables.finding(
                "missing-speed",
                Spot("links", i, "speed_kmh"),
                "links.speed_kmh is empty on an existing link: nothing could use it.",
                "Write the speed under way, or the status it really has.",
            )
        if mode == "rail" and row["gauge_mm"] is None and tables.is_whole("links"):
            yield tables.finding(
                "missing-gauge",
                Spot("links", i, "gauge_mm"),
                "links.gauge_mm is empty on a railway.",
                "Write its gauge: 1520, 1435, 1676 or 1000.",
            )
        if mode not in (None, "rail", "ferry") and row["gauge_mm"] is not None:
            yield tables.finding(
                "gauge-off-rails",
                Spot("links", i, "gauge_mm"),
                f"links.gauge_mm is {row['gauge_mm']} on a link by {mode}.",
                "Empty it, or correct the mode.",
                value=str(row["gauge_mm"]),
            )
        ends = (country.get(a), country.get(b))
        if (
            mode in ("rail", "road")
            and None not in ends
            and ends[0] != ends[1]
            and row["fixed_h"] is None
        ):
            yield tables.finding(
                "border-without-hours",
                Spot("links", i, "fixed_h"),
                f"the link crosses from {ends[0]} to {ends[1]} and has no fixed_h: goods pass the "
                "border in no time.",
                "Write the hours of queue and clearance, 0 where there is none.",
                severity="warning",
            )


def layers_at(tables: Tables) -> dict[str, set[str]]:
    """Return the layers of every place: those of the links at it, whatever their status."""
    found: dict[str, set[str]] = {}
    for a, b, mode, gauge in (
        tables.frames["links"].select("from_node_id", "to_node_id", "mode", "gauge_mm").iter_rows()
    ):
        if mode is not None:
            for node in (a, b):
                found.setdefault(node, set()).add(schema.layer(mode, gauge))
    return found


def _terminals(tables: Tables) -> Iterator[Finding]:
    layers = layers_at(tables)
    every = {word for words in layers.values() for word in words}
    # A change may lay a line to another gauge.
    changed = any(c in ("gauge_mm", "mode") for c in tables.frames["changes"]["column"].to_list())
    for i, row in enumerate(tables.frames["terminals"].to_dicts()):
        ends = (row["from_layer"], row["to_layer"])
        if ends[0] is not None and ends[0] == ends[1]:
            yield tables.finding(
                "same-layer",
                Spot("terminals", i, "to_layer"),
                f"the terminal leads from {ends[0]} to {ends[0]}.",
                "Write the layer goods leave on, or remove the row.",
                value=ends[0],
            )
        for name, word in zip(("from_layer", "to_layer"), ends, strict=True):
            if word is None:
                continue
            spot = Spot("terminals", i, name)
            if not _LAYER.fullmatch(word):
                yield tables.finding(
                    "unknown-layer",
                    spot,
                    f"terminals.{name} holds {word!r}, which is no layer.",
                    did_you_mean(
                        word,
                        every,
                        "Write a mode, with its gauge for rail and rail ferries: road, rail-1520.",
                    ),
                    value=word,
                )
            elif (
                word not in layers.get(row["node_id"], ())
                and not {"links", "nodes"} & tables.broken
                and not (changed and "-" in word)
            ):
                there = ", ".join(sorted(layers.get(row["node_id"], ()))) or "none"
                yield tables.finding(
                    "idle-terminal",
                    spot,
                    f"terminals.{name} is {word}, and no link of that layer is at {row['node_id']} "
                    f"(there: {there}).",
                    "Add the link, correct the layer, or remove the row.",
                    severity="warning",
                    value=word,
                )


def _services(tables: Tables) -> Iterator[Finding]:
    places = set(tables.frames["nodes"]["node_id"].to_list())
    links: dict[str, Row] = {}
    for link in tables.frames["links"].to_dicts():
        links.setdefault(link["link_id"], link)
    for i, row in enumerate(tables.frames["services"].to_dicts()):
        if (
            row["timetable"] is None
            and row["departures_per_week"] is None
            and tables.is_whole("services")
        ):
            yield tables.finding(
                "no-departures",
                Spot("services", i, "departures_per_week"),
                "the service has neither departures_per_week nor a timetable.",
                "Write one of them.",
            )
        words = (row["link_ids"] or "").split()
        if not words or "links" in tables.broken or any(w not in links for w in words):
            continue
        run = [links[w] for w in words]
        if any(r[end] not in places for r in run for end in ("from_node_id", "to_node_id")):
            continue  # an unknown place has been named already
        layers = {schema.layer(r["mode"], r["gauge_mm"]) for r in run if r["mode"] is not None}
        if len(layers) > 1 and tables.is_whole("links"):
            yield tables.finding(
                "mixed-layers",
                Spot("services", i, "link_ids"),
                f"the service runs over {' and '.join(sorted(layers))}.",
                "Part it into one service for each layer, joined by terminals.",
            )
        yield from _run(tables, i, run, row["from_node_id"])


def _run(tables: Tables, i: int, run: Sequence[Row], start: str | None) -> Iterator[Finding]:
    """Links of a service that do not follow one another, or cannot be run over that way."""
    spot = Spot("services", i, "link_ids")
    walks = [w for begin in ("from_node_id", "to_node_id") if (w := _walk(run, run[0][begin]))]
    whole = [w for w in walks if len(w) == len(run) + 1]
    if not whole:
        reached = max(walks, key=len)
        link = run[len(reached) - 1]
        yield tables.finding(
            "broken-service",
            spot,
            f"{link['link_id']} does not begin where {run[len(reached) - 2]['link_id']} ends "
            f"({reached[-1]}).",
            "List the links in the order they are run over, none left out.",
            value=link["link_id"],
        )
        return
    ends = {node for w in whole for node in (w[0], w[-1])}
    if start is not None and start not in ends:
        yield tables.finding(
            "service-start",
            Spot("services", i, "from_node_id"),
            f"services.from_node_id is {start!r}, and the links run between "
            f"{' and '.join(sorted(ends))}.",
            "Write one of these two ends.",
            value=start,
        )
        return
    ways = [list(zip(run, w, strict=False)) for w in whole] + [
        list(zip(run[::-1], w[::-1], strict=False)) for w in whole
    ]
    begun = [way for way in ways if start is None or way[0][1] == start]
    if not any(
        all(r["two_way"] is not False or r["from_node_id"] == node for r, node in way)
        for way in begun
    ):
        blocked = next(r for r in run if r["two_way"] is False)
        yield tables.finding(
            "one-way-service",
            spot,
            f"the service runs against the one-way link {blocked['link_id']}.",
            "Turn the link, make it two_way, or correct the order.",
            value=blocked["link_id"],
        )


def _walk(run: Sequence[Row], here: str) -> list[str]:
    """Return the places of a run from its first one on, as far as the links follow one another."""
    places = [here]
    for row in run:
        if here not in (row["from_node_id"], row["to_node_id"]):
            break
        here = row["to_node_id"] if row["from_node_id"] == here else row["from_node_id"]
        places.append(here)
    return places


def _windows(tables: Tables) -> Iterator[Finding]:
    if "windows" in tables.broken:
        return
    for i, row in enumerate(tables.frames["windows"].to_dicts()):
        if (row["link_id"] is None) == (row["node_id"] is None):
            which = "neither" if row["link_id"] is None else "both"
            yield tables.finding(
                "window-target",
                Spot("windows", i, "link_id"),
                f"the window names {which} of link_id and node_id.",
                "Name the one it is for, and leave the other empty.",
            )
        share = row["open_share"]
        if (
            share is not None
            and share < 1
            and row["closed_spell_h"] is None
            and tables.is_whole("windows")
        ):
            yield tables.finding(
                "missing-spell",
                Spot("windows", i, "closed_spell_h"),
                f"windows.open_share is {share:g}, and closed_spell_h is empty: how long a closure "
                "lasts is not said.",
                "Write the mean hours of one weather closure.",
            )


def _rules(tables: Tables) -> Iterator[Finding]:
    if not tables.is_whole("rules"):
        return
    for i, row in enumerate(tables.frames["rules"].to_dicts()):
        if row["effect"] in ("extra-hours", "extra-usd") and row["value"] is None:
            yield tables.finding(
                "rule-without-value",
                Spot("rules", i, "value"),
                f"the rule adds {row['effect']} and does not say how much.",
                "Write the hours or the USD per unit into value.",
            )
        if row["effect"] == "document" and row["document"] is None:
            yield tables.finding(
                "rule-without-document",
                Spot("rules", i, "document"),
                "the rule asks for a paper and does not say which.",
                "Write its name into document.",
            )


def _demand(tables: Tables) -> Iterator[Finding]:
    columns = ("origin_node_id", "destination_node_id")
    for i, (origin, destination) in enumerate(tables.frames["demand"].select(columns).iter_rows()):
        if origin is not None and origin == destination:
            yield tables.finding(
                "same-place",
                Spot("demand", i, "destination_node_id"),
                f"the demand goes from {origin} to {origin}.",
                "Write where it goes, or remove the row.",
                value=origin,
            )


def _cargoes(tables: Tables) -> Iterator[Finding]:
    """Cargoes without a price or carbon on a mode they may use, and modes without a row."""
    if {"rates", "links", "cargoes", "emissions", "modes"} & tables.broken:
        return
    used = [m for m in dict.fromkeys(tables.frames["links"]["mode"].to_list()) if m is not None]
    rates = tables.frames["rates"].to_dicts()
    emissions = tables.frames["emissions"].to_dicts()
    for i, cargo in enumerate(tables.frames["cargoes"].to_dicts()):
        for mode in (cargo["allowed_modes"] or "").split():
            spot = Spot("cargoes", i, "allowed_modes")
            if mode not in used or cargo["form"] is None:
                continue
            if not any(_fits(r, mode, cargo) and _counts(r, "usd_per_", cargo) for r in rates):
                yield tables.finding(
                    "no-rate",
                    spot,
                    f"cargo {cargo['cargo_id']} may travel by {mode}, and no row of rates charges "
                    "it: the way would cost nothing.",
                    f"Add a rate for {mode} and form {cargo['form']}, or take {mode} out of "
                    "allowed_modes.",
                    severity="warning",
                    value=mode,
                )
            if not any(
                _fits(r, mode, cargo) and _counts(r, "g_co2e_per_", cargo) for r in emissions
            ):
                yield tables.finding(
                    "no-emission",
                    spot,
                    f"cargo {cargo['cargo_id']} may travel by {mode}, and no row of emissions "
                    "counts its carbon.",
                    f"Add a row for {mode}, or take it out of allowed_modes.",
                    severity="warning",
                    value=mode,
                )
    known = set(tables.frames["modes"]["mode"].to_list())
    for mode in used:
        if mode not in known:
            yield tables.finding(
                "no-mode-row",
                Spot("modes"),
                f"links go by {mode}, and table modes has no row for it: it would run 24 hours a "
                "day, always on time.",
                f"Add a row for {mode}.",
                severity="warning",
                value=mode,
            )
    for table, before in (("rates", "usd_per_"), ("emissions", "")):
        for i, row in enumerate(tables.frames[table].to_dicts()):
            figures = [k for k in row if k.startswith(before or ("g_co2e", "kg_co2e"))]
            if all(row[k] is None for k in figures) and tables.is_whole(table):
                yield tables.finding(
                    f"empty-{table[:-1]}",
                    Spot(table, i, figures[0]),
                    f"the row of {table} gives no figure.",
                    f"Write one of {', '.join(figures)}, 0 where it is free.",
                )


def _fits(row: Mapping[str, Any], mode: str, cargo: Mapping[str, Any]) -> bool:
    return row["mode"] == mode and row["form"] in (None, cargo["form"])


def _counts(row: Mapping[str, Any], before: str, cargo: Mapping[str, Any]) -> bool:
    """Tell whether one of a row's figures applies to a unit of the cargo."""
    amounts = {"unit": 1.0, "teu": cargo["teu_per_unit"], "t": cargo["t_per_unit"]}
    return any(
        row.get(f"{before}{word}_km") is not None and amount for word, amount in amounts.items()
    )


def _cases(tables: Tables) -> Iterator[Finding]:
    """Rows that say two things about one case."""
    for table, words in _CASES.items():
        frame = tables.frames[table]
        names = [*words, "alternative"] if "alternative" in frame.columns else list(words)
        first: dict[tuple[Any, ...], int] = {}
        for i, case in enumerate(frame.select(names).iter_rows()):
            j = first.setdefault(case, i)
            if j != i and case[0] is not None and table not in tables.broken:
                told = ", ".join(
                    f"{n} {v}" for n, v in zip(names, case, strict=True) if v is not None
                )
                yield tables.finding(
                    "same-case",
                    Spot(table, i, words[0]),
                    f"{tables.key(table, i)} and {tables.key(table, j)} both hold for {told}.",
                    "Keep one, or let them differ in country, form or alternative.",
                    severity="warning",
                )
