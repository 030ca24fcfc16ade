"""Cards: what is known of one link, place, source or row, every figure with its unit, source and
confidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.errors import UnknownName
from corridor.network import hazards
from corridor.network.calendar import minute
from corridor.network.changes import snapshot
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.tables import schema, selectors
from corridor.tables.columns import OPEN_STATUS
from corridor.web.answers import about, openness
from corridor.web.what_if import Laid

EVIDENCE = ("source_id", "confidence", "note")
WITH_CARDS = (
    "nodes",
    "links",
    "terminals",
    "services",
    "windows",
    "rules",
    "hazards",
    "rates",
    "emissions",
    "modes",
    "cargoes",
    "countries",
    "events",
    "parameters",
    "sources",
)


def row(laid: Laid, table: str, row_id: str) -> dict[str, Any]:
    """Return one row of a table: every figure in it, its source, confidence and note; UnknownName
    for what is not there."""
    if table not in WITH_CARDS:
        raise UnknownName("table with cards", table, WITH_CARDS)
    day = snapshot(laid.network, minute(laid.on))
    known = day.by_id(table)
    if row_id not in known:
        raise UnknownName(f"row of {table}", row_id, known)
    found = known[row_id]
    before = laid.study.tables[table].filter(pl.col(schema.table(table).key or "") == row_id)
    was = before.row(0, named=True) if before.height == 1 else {}
    return {
        **about(laid),
        "table": table,
        "id": row_id,
        "meaning": schema.table(table).meaning,
        "figures": figures(table, found, was),
        **evidence(day, found),
    }


def link(laid: Laid, link_id: str) -> dict[str, Any]:
    """Return a link's row, whether it is open on the day and why, and all that bears on it."""
    card = row(laid, "links", link_id)
    day = snapshot(laid.network, minute(laid.on))
    nodes = day.by_id("nodes")
    own = day.by_id("links")[link_id]
    ends = [nodes[own[end]] for end in ("from_node_id", "to_node_id")]
    number = day.frames["links"]["link_id"].to_list().index(link_id)
    shut = openness(laid).get(link_id, {"state": "open", "opens_on": None, "why": []})
    shut = {
        **shut,
        "why": [{**reason, "source": source(day, reason["source_id"])} for reason in shut["why"]],
    }
    windows = [
        w
        for w in day.rows("windows")
        if w["link_id"] == link_id or w["node_id"] in {e["node_id"] for e in ends}
    ]
    bits = int(hazards.link_bits(day)[number])
    return {
        **card,
        "name": " – ".join(e["name"] for e in ends),
        "layer": schema.layer(own["mode"], own["gauge_mm"]),
        "ends": [{"id": e["node_id"], "name": e["name"], "country": e["country"]} for e in ends],
        "border": ends[0]["country"] != ends[1]["country"],
        "back": _back(day, own),
        **shut,
        "what_if": [
            {k: v for k, v in r.items() if v is not None}
            for r in laid.rows
            if r["table"] == "links" and number in _selected(r["row_id"], day)
        ],
        "opened_by": opened_by(laid, link_id),
        "choices": _choices(
            laid,
            [
                w["alternative"]
                for w in _every(laid, "windows")
                if w["link_id"] == link_id or w["node_id"] in {e["node_id"] for e in ends}
            ],
        ),
        "windows": [
            {"id": w["window_id"], "figures": figures("windows", w, {}), **evidence(day, w)}
            for w in windows
        ],
        "services": [
            {"id": s["service_id"], "figures": figures("services", s, {}), **evidence(day, s)}
            for s in day.rows("services")
            if link_id in s["link_ids"].split()
        ],
        "rules": [
            {"id": r["rule_id"], "figures": figures("rules", r, {}), **evidence(day, r)}
            for r in day.rows("rules")
            if number in _selected(r["row_id"], day)
        ],
        "hazards": [
            {
                "id": h["hazard_id"],
                "name": h["name"],
                "shut_share": hazards.shut_share(h, laid.on),
                "figures": figures("hazards", h, {}),
                **evidence(day, h),
            }
            for k, h in enumerate(day.rows("hazards"))
            if bits >> k & 1
        ],
    }


def place(laid: Laid, node_id: str) -> dict[str, Any]:
    """Return a place's row, its links with their state and its terminals."""
    card = row(laid, "nodes", node_id)
    day = snapshot(laid.network, minute(laid.on))
    nodes = day.by_id("nodes")
    shut = openness(laid)
    at = [k for k in day.rows("links") if node_id in (k["from_node_id"], k["to_node_id"])]
    others = [k["to_node_id"] if k["from_node_id"] == node_id else k["from_node_id"] for k in at]
    return {
        **card,
        "name": nodes[node_id]["name"],
        "links": [
            {
                "id": k["link_id"],
                "name": nodes[o]["name"],
                "layer": schema.layer(k["mode"], k["gauge_mm"]),
                "state": shut[k["link_id"]]["state"] if k["link_id"] in shut else "open",
            }
            for k, o in zip(at, others, strict=True)
        ],
        "terminals": [
            {"id": t["terminal_id"], "figures": figures("terminals", t, {}), **evidence(day, t)}
            for t in day.rows("terminals")
            if t["node_id"] == node_id
        ],
    }


def source_card(laid: Laid, source_id: str) -> dict[str, Any]:
    """Return a source and how many rows of each table rest on it, by confidence."""
    known = laid.study.tables["sources"]["source_id"].to_list()
    if source_id not in known:
        raise UnknownName("source", source_id, known)
    used = {}
    for name, frame in laid.study.tables.items():
        if "source_id" in frame.columns and name != "sources":
            rows = frame.filter(pl.col("source_id") == source_id)
            if rows.height:
                key = schema.table(name).key or frame.columns[0]
                counts = (
                    rows["confidence"].value_counts().sort("confidence").rows()
                    if "confidence" in rows.columns
                    else []
                )
                used[name] = {
                    "rows": rows.height,
                    "confidence": dict(counts),
                    "ids": rows[key].to_list()[:50],
                }
    return {
        "source": laid.study.tables["sources"]
        .filter(pl.col("source_id") == source_id)
        .row(0, named=True),
        "used": used,
    }


def figures(table: str, found: Mapping[str, Any], was: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the filled cells of a row with meaning and unit as declared, and what stood there
    before a change."""
    made = []
    for column in schema.table(table).columns:
        value = found.get(column.name)
        if column.name in (*EVIDENCE, "alternative", schema.table(table).key) or value is None:
            continue
        before = was.get(column.name, value)
        made.append(
            {
                "column": column.name,
                "meaning": column.meaning,
                "unit": column.unit,
                "value": value,
                **({"was": before} if before != value else {}),
            }
        )
    return made


def evidence(network: Network, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return source, confidence and note of a row."""
    more = {k: found.get(k) for k in ("confidence", "note", "alternative")}
    return {"source": source(network, found.get("source_id")), **more}


def source(network: Network, source_id: str | None) -> dict[str, Any] | None:
    """Return a row of ``sources``; null where there is none."""
    if source_id is None:
        return None
    bare = {"source_id": source_id, "citation": source_id, "year": None, "where": None}
    return network.by_id("sources").get(source_id, bare)


def opened_by(laid: Laid, link_id: str) -> list[dict[str, Any]]:
    """Return the changes of the study that open a link, with all the links each opens, the widest
    first.

    Changes that open the same links count once; the one that holds from the earliest day is named.
    """
    network = laid.base
    ids = network.frames["links"]["link_id"].to_list()
    found: dict[str, set[str]] = {}
    for change in network.rows("changes"):
        if (
            change["table"] == "links"
            and change["column"] == "status"
            and change["value"] == OPEN_STATUS
        ):
            found.setdefault(change["change_id"], set()).update(
                ids[i] for i in _selected(change["row_id"], network)
            )
    unique: dict[frozenset[str], str] = {}
    for change_id, those in found.items():
        if link_id in those:
            unique.setdefault(frozenset(those), change_id)
    return [
        {"change_id": change_id, "links": sorted(those)}
        for those, change_id in sorted(unique.items(), key=lambda item: (-len(item[0]), item[1]))
    ]


def _back(day: Network, own: Mapping[str, Any]) -> str | None:
    """The link that leads back where one row is each direction; null where one row is both."""
    if own["two_way"]:
        return None
    there = (own["to_node_id"], own["from_node_id"], own["mode"], own["gauge_mm"])
    return next(
        (
            r["link_id"]
            for r in day.rows("links")
            if (r["from_node_id"], r["to_node_id"], r["mode"], r["gauge_mm"]) == there
        ),
        None,
    )


def _choices(laid: Laid, alternatives: list[str | None]) -> list[dict[str, Any]]:
    """The parameters that rows hang on, with their options and the one chosen."""
    parameters = dict.fromkeys(a.partition(":")[0] for a in alternatives if a)
    options = laid.study.tables["parameters"].to_dicts()
    return [
        {
            "parameter": p,
            "chosen": laid.network.choices.get(p),
            "options": [
                {"option": o["option_id"].partition(":")[2], "meaning": o["meaning"]}
                for o in options
                if o["option_id"].partition(":")[0] == p
            ],
        }
        for p in parameters
    ]


def _every(laid: Laid, table: str) -> list[dict[str, Any]]:
    return laid.study.tables[table].to_dicts()


def _selected(text: str, network: Network) -> frozenset[int]:
    links = network.frames["links"]
    nodes = network.frames["nodes"]
    return network.once(
        Derived.SELECTED_LINKS.of(text), lambda: frozenset(selectors.select(text, links, nodes))
    )
