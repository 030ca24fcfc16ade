"""Cards: what is known of one link, place, source or row, each figure with unit and source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from corridor.errors import UnknownName
from corridor.language.messages import translate
from corridor.network import hazards
from corridor.network.closure_chances import shut_share
from corridor.network.names import place_row
from corridor.network.network import Network
from corridor.network.rules import Party, concerning
from corridor.runs.texts import SHOWN
from corridor.screens.row_names import link_name, plain_note, row_name
from corridor.tables import schema
from corridor.tables.columns import OPEN_STATUS
from corridor.web import questions
from corridor.web.json_text import about
from corridor.web.live_study import StudyState
from corridor.web.openness import openness

Row = Mapping[str, Any]

EVIDENCE = ("source_id", "confidence", "note")
MAX_IDS = 50  # of the rows that rest on a source
WITH_CARDS = (
    "nodes",
    "links",
    "terminals",
    "services",
    "windows",
    "holidays",
    "rules",
    "hazards",
    "regimes",
    "rates",
    "charges",
    "price_bands",
    "terrains",
    "emissions",
    "modes",
    "cargoes",
    "countries",
    "events",
    "parameters",
    "sources",
)


def row(state: StudyState, table: str, row_id: str) -> dict[str, Any]:
    """Return one row of a table: every figure in it, its source, confidence and note.

    Raises UnknownName for what is not there.
    """
    if table not in WITH_CARDS:
        raise UnknownName("table with cards", table, WITH_CARDS)
    day = state.dated_network
    rows = day.by_id(table)
    if row_id not in rows:
        raise UnknownName(f"row of {table}", row_id, rows)

    key = schema.table(table).key or ""
    in_study = state.study.tables[table].filter(pl.col(key) == row_id)
    before = in_study.row(0, named=True) if in_study.height == 1 else {}
    return {
        **about(state),
        "table": table,
        "id": row_id,
        "name": row_name(day, table, rows[row_id]),
        "meaning": schema.table(table).meaning,
        "figures": figures(table, rows[row_id], before),
        **evidence(day, rows[row_id]),
    }


def link(state: StudyState, link_id: str, question: questions.Goods) -> dict[str, Any]:
    """Return a link's row, whether it is open on the day and why, and all that bears on it.

    Of rules those that concern the goods asked about; all where no cargo is named.
    """
    card = row(state, "links", link_id)
    day = state.dated_network
    cells = day.by_id("links")[link_id]
    number = day.frames["links"]["link_id"].to_list().index(link_id)
    ends = [day.by_id("nodes")[cells[end]] for end in ("from_node_id", "to_node_id")]

    return {
        **card,
        **_link_ends(cells, ends),
        "name": link_name(day, cells),
        "back": _link_back(day, cells),
        **_link_state(state, day, link_id),
        "what_if": _what_ifs(state, day, number),
        "opened_by": opened_by(state, link_id),
        "choices": _choices(state, _window_alternatives(state, link_id, ends)),
        **_link_rows(day, link_id, number, ends),
        "rules": _link_rules(state, day, number, question),
        "hazards": _link_hazards(state, day, number),
    }


def place(state: StudyState, node_id: str) -> dict[str, Any]:
    """Return a place's row, its links with their state and its terminals."""
    card = row(state, "nodes", node_id)
    day = state.dated_network
    terminals = [t for t in day.rows("terminals") if t["node_id"] == node_id]
    return {
        **card,
        "name": day.by_id("nodes")[node_id]["name"],
        "links": _place_links(state, day, node_id),
        "terminals": _rows_with_figures(day, "terminals", terminals),
    }


def source_card(state: StudyState, source_id: str) -> dict[str, Any]:
    """Return a source and how many rows of each table rest on it, by confidence."""
    tables = state.study.tables
    source_ids = tables["sources"]["source_id"].to_list()
    if source_id not in source_ids:
        raise UnknownName("source", source_id, source_ids)
    rests_on_it = pl.col("source_id") == source_id

    used = {}
    for name, frame in tables.items():
        if "source_id" not in frame.columns or name == "sources":
            continue
        rows = frame.filter(rests_on_it)
        if rows.height:
            used[name] = _used_rows(state.dated_network, name, rows)

    return {"source": tables["sources"].filter(rests_on_it).row(0, named=True), "used": used}


def figures(table: str, cells: Row, before: Row) -> list[dict[str, Any]]:
    """Return the filled cells of a row with meaning and unit as declared.

    before: the row before a change; what differs there stands beside a figure as ``was``.
    """
    not_figures = {*EVIDENCE, "alternative", schema.table(table).key}
    filled = []

    for column in schema.table(table).columns:
        value = cells.get(column.name)
        if column.name in not_figures or value is None:
            continue

        figure = {
            "column": column.name,
            "meaning": column.meaning,
            "unit": column.unit,
            "value": translate(value) if column.name in SHOWN.get(table, ()) else value,
        }
        if before.get(column.name, value) != value:
            figure["was"] = before[column.name]
        filled.append(figure)

    return filled


def evidence(network: Network, cells: Row) -> dict[str, Any]:
    """Return source, confidence and note of a row."""
    return {
        "source": source(network, cells.get("source_id")),
        "confidence": cells.get("confidence"),
        "note": plain_note(network, cells.get("note")),
        "alternative": cells.get("alternative"),
    }


def source(network: Network, source_id: str | None) -> dict[str, Any] | None:
    """Return a row of ``sources``; null where there is none."""
    if source_id is None:
        return None
    bare = {"source_id": source_id, "citation": source_id, "year": None, "where": None}
    return network.by_id("sources").get(source_id, bare)


def opened_by(state: StudyState, link_id: str) -> list[dict[str, Any]]:
    """Return the changes of the study that open a link, with all the links each opens.

    The widest first. Changes that open the same links count once; the one that holds from the
    earliest day is named.
    """
    first_to_open: dict[frozenset[str], str] = {}
    for change_id, opened in _links_opened(state.base).items():
        if link_id in opened:
            first_to_open.setdefault(frozenset(opened), change_id)

    widest_first = sorted(first_to_open.items(), key=lambda item: (-len(item[0]), item[1]))
    return [{"change_id": change_id, "links": sorted(opened)} for opened, change_id in widest_first]


def _links_opened(network: Network) -> dict[str, set[str]]:
    """The links that each change opens, by change_id."""
    link_ids = network.frames["links"]["link_id"].to_list()

    opened: dict[str, set[str]] = {}
    for change in network.rows("changes"):
        sets_status = change["table"] == "links" and change["column"] == "status"
        if sets_status and change["value"] == OPEN_STATUS:
            links = (link_ids[i] for i in _selected(change["row_id"], network))
            opened.setdefault(change["change_id"], set()).update(links)
    return opened


def _link_ends(cells: Row, ends: Sequence[Row]) -> dict[str, Any]:
    """The layer and the ends of a link, and whether it crosses a border."""
    return {
        "layer": schema.layer(cells["mode"], cells["gauge_mm"]),
        "ends": [
            {"id": end["node_id"], "name": end["name"], "country": end["country"]} for end in ends
        ],
        "border": ends[0]["country"] != ends[1]["country"],
    }


def _link_rows(day: Network, link_id: str, number: int, ends: Sequence[Row]) -> dict[str, Any]:
    """The windows, holidays and services of a link, given by its id and its number."""
    windows = [w for w in day.rows("windows") if _bears_on(w, link_id, ends)]
    holidays = [h for h in day.rows("holidays") if number in _selected(h["row_id"], day)]
    services = [s for s in day.rows("services") if link_id in s["link_ids"].split()]
    return {
        "windows": _rows_with_figures(day, "windows", windows),
        "holidays": _rows_with_figures(day, "holidays", holidays),
        "services": _rows_with_figures(day, "services", services),
    }


def _link_rules(
    state: StudyState, day: Network, number: int, question: questions.Goods
) -> list[dict[str, Any]]:
    """The rules on a link, by its number, that are not past and concern the goods of a question."""
    rules = [r for r in day.rows("rules") if number in _selected(r["row_id"], day)]
    party = _party(day, question)
    if party is not None:
        theirs = {rule.row["rule_id"] for rule in concerning(day, party)}
        rules = [r for r in rules if r["rule_id"] in theirs and not _is_past(r, state.on)]
    return _rows_with_figures(day, "rules", rules)


def _party(day: Network, question: questions.Goods) -> Party | None:
    """Whose goods a question is about; null where it names no cargo."""
    if question.cargo is None:
        return None
    ends = (question.origin, question.destination)
    origin, destination = (place_row(day, end)["country"] if end else None for end in ends)
    return Party(question.cargo, origin, destination, question.carrier)


def _is_past(rule: Row, on: dt.date) -> bool:
    return rule["to_on"] is not None and rule["to_on"] <= on


def _place_links(state: StudyState, day: Network, node_id: str) -> list[dict[str, Any]]:
    """The links of a place, each called by its other end, with their state.

    one_way: ``from`` the place or ``to`` it; null: goods go both ways.
    """
    nodes = day.by_id("nodes")
    not_open = openness(state)

    links = []
    for cells in day.rows("links"):
        ends = (cells["from_node_id"], cells["to_node_id"])
        if node_id not in ends:
            continue

        is_from_here = ends[0] == node_id
        other_end = ends[1] if is_from_here else ends[0]
        link_id = cells["link_id"]
        links.append(
            {
                "id": link_id,
                "name": nodes[other_end]["name"],
                "layer": schema.layer(cells["mode"], cells["gauge_mm"]),
                "one_way": None if cells["two_way"] else "from" if is_from_here else "to",
                "state": not_open[link_id]["state"] if link_id in not_open else "open",
            }
        )
    return links


def _used_rows(day: Network, table: str, rows: pl.DataFrame) -> dict[str, Any]:
    """How many rows of a table rest on a source, and the first of them that have names."""
    key = schema.table(table).key or rows.columns[0]
    names = {
        cells[key]: row_name(day, table, cells)
        for cells in rows.head(MAX_IDS).iter_rows(named=True)
    }
    return {
        "rows": rows.height,
        "confidence": _confidence_counts(rows),
        "named": [{"id": row_id, "name": name} for row_id, name in names.items() if name],
    }


def _link_state(state: StudyState, day: Network, link_id: str) -> dict[str, Any]:
    """Whether a link is open on the day, until when not, and why, each reason with its source."""
    plainly_open: dict[str, Any] = {"state": "open", "opens_on": None, "why": []}
    openness_of_link = openness(state).get(link_id, plainly_open)
    why = [
        {
            **reason,
            "source": source(day, reason["source_id"]),
            "note": plain_note(day, reason["note"]),
        }
        for reason in openness_of_link["why"]
    ]
    return {**openness_of_link, "why": why}


def _link_back(day: Network, cells: Row) -> str | None:
    """The link that leads back where one row is each direction; null where one row is both."""
    if cells["two_way"]:
        return None
    back = (cells["to_node_id"], cells["from_node_id"], cells["mode"], cells["gauge_mm"])
    return next(
        (
            other["link_id"]
            for other in day.rows("links")
            if (other["from_node_id"], other["to_node_id"], other["mode"], other["gauge_mm"])
            == back
        ),
        None,
    )


def _what_ifs(state: StudyState, day: Network, number: int) -> list[dict[str, Any]]:
    """The rows of the what-if on a link, by its number, without their empty cells."""
    return [
        {name: value for name, value in change.items() if value is not None}
        for change in state.rows
        if change["table"] == "links" and number in _selected(change["row_id"], day)
    ]


def _bears_on(window: Row, link_id: str, ends: Sequence[Row]) -> bool:
    """Tell whether a window is of a link or of a place at its ends."""
    at_end = window["node_id"] in {end["node_id"] for end in ends}
    return window["link_id"] == link_id or at_end


def _window_alternatives(state: StudyState, link_id: str, ends: Sequence[Row]) -> list[str | None]:
    """The alternatives of all windows on a link, chosen or not."""
    windows = state.study.tables["windows"].to_dicts()
    return [w["alternative"] for w in windows if _bears_on(w, link_id, ends)]


def _link_hazards(state: StudyState, day: Network, number: int) -> list[dict[str, Any]]:
    """The hazards that cover a link, by its number, with the chance that each shuts it."""
    is_covering = hazards.links_covered(day)[:, number]
    covering = [h for h, covers in zip(day.rows("hazards"), is_covering, strict=True) if covers]
    return [
        {
            "id": hazard["hazard_id"],
            "name": hazard["name"],
            "shut_share": shut_share(hazard, state.on),
            "figures": figures("hazards", hazard, {}),
            **evidence(day, hazard),
        }
        for hazard in covering
    ]


def _rows_with_figures(day: Network, table: str, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return rows as a card lists them: id, figures, source, confidence and note."""
    key = schema.table(table).key or ""
    return [
        {
            "id": cells[key],
            "name": row_name(day, table, cells),
            "figures": figures(table, cells, {}),
            **evidence(day, cells),
        }
        for cells in rows
    ]


def _confidence_counts(rows: pl.DataFrame) -> dict[str, int]:
    if "confidence" not in rows.columns:
        return {}
    counts = rows["confidence"].value_counts().sort("confidence")
    return dict(counts.iter_rows())


def _choices(state: StudyState, alternatives: list[str | None]) -> list[dict[str, Any]]:
    """The parameters that rows hang on, with their options and the one chosen."""
    parameters = dict.fromkeys(a.partition(":")[0] for a in alternatives if a)
    options: dict[str, list[dict[str, Any]]] = {}
    for declared in state.study.tables["parameters"].iter_rows(named=True):
        parameter, _, option = declared["option_id"].partition(":")
        options.setdefault(parameter, []).append({"option": option, "meaning": declared["meaning"]})

    return [
        {
            "parameter": parameter,
            "chosen": state.network.choices.get(parameter),
            "options": options.get(parameter, []),
        }
        for parameter in parameters
    ]


def _selected(selector: str, network: Network) -> frozenset[int]:
    """The numbers of the links a selector means."""
    return frozenset(network.selected_links(selector))
