"""Project cards: what each project builds, for how much, from when, and who pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.projects.construction import project_changes
from corridor.projects.project_rows import exclude_each_other
from corridor.screens.row_names import plain_note
from corridor.tables import schema
from corridor.tables.columns import OPEN_STATUS
from corridor.web.live_study import StudyState

PROJECT_KEYS = (
    "project_id",
    "name",
    "country",
    "capex_usd",
    "capex_p5_usd",
    "capex_p95_usd",
    "opex_usd_per_year",
    "build_years",
    "life_years",
    "earliest_on",
    "status",
    "confidence",
)
PAYER_KEYS = ("payer", "payer_country", "share")


def project_cards(state: StudyState) -> list[dict[str, Any]]:
    """Return what the study says of each of its projects, in the order of the table."""
    network = state.network
    projects = network.rows("projects")
    payers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for payer in network.rows("project_payers"):
        payers[payer["project_id"]].append({key: payer[key] for key in PAYER_KEYS})

    return [
        {
            **{key: project[key] for key in PROJECT_KEYS},
            "note": plain_note(network, project["note"]),
            "opens_year": _opens_year(project),
            "requires": (project["requires"] or "").split(),
            "excludes": [
                other["project_id"] for other in projects if exclude_each_other(project, other)
            ],
            "payers": payers[project["project_id"]],
            **_edits(network, project),
            "source": network.by_id("sources").get(project["source_id"]),
        }
        for project in projects
    ]


def _opens_year(project: Row) -> int | None:
    """The year it could open in, if works begin on the first day they can; null: any."""
    earliest = project["earliest_on"]
    return None if earliest is None else int(earliest.year + project["build_years"])


def _edits(network: Network, project: Row) -> dict[str, Any]:
    """The links that a project opens, and its other edits in the words of their columns."""
    opens: list[str] = []
    edits = []
    for change in project_changes(network, [project["project_id"]]).iter_rows(named=True):
        links, places = _elements(network, change["table"], change["row_id"])
        if change["column"] == "status" and change["value"] == OPEN_STATUS:
            opens += [link for link in links if link not in opens]
            continue

        column = schema.table(change["table"]).column(change["column"])
        edits.append(
            {
                "column": column.name,
                "meaning": column.meaning,
                "unit": column.unit,
                "op": change["op"],
                "value": change["value"],
                "links": links,
                "places": places,
            }
        )
    return {"opens": opens, "edits": edits}


def _elements(network: Network, table: str, words: str) -> tuple[list[str], list[str]]:
    """The links and the places that rows of a table, named by their ids, bear on."""
    if table == "links":
        link_ids = network.frames["links"]["link_id"]
        return [link_ids[i] for i in sorted(network.selected_links(words))], []
    if table == "nodes":
        return [], words.split()

    rows = network.by_id(table)
    links: list[str] = []
    places: list[str] = []
    for row_id in words.split():
        for further, word in _bearers(table, rows.get(row_id, {})):
            more_links, more_places = _elements(network, further, word)
            links += [link for link in more_links if link not in links]
            places += [place for place in more_places if place not in places]
    return links, places


def _bearers(table: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the table and the ids of what a row is of."""
    if not row:
        return
    match table:
        case "capacities":
            yield row["table"], row["row_id"]
        case "services":
            yield "links", row["link_ids"]
        case "terminals":
            yield "nodes", row["node_id"]
        case "windows":
            if row["link_id"]:
                yield "links", row["link_id"]
            if row["node_id"]:
                yield "nodes", row["node_id"]
