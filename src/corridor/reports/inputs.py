"""What every chapter is given: the results in parts, and the trips made ready for words, tables and
charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import polars as pl

from corridor.charts.basemap.view import View, view_of
from corridor.charts.letters import with_letters
from corridor.errors import UnknownName
from corridor.language.speech import marked, tell
from corridor.reports import figures
from corridor.reports.formats import country, day, slug
from corridor.reports.translating import translated
from corridor.routing.grades import weak_shares
from corridor.tables import schema_results
from corridor.tables.selectors import select

PARTS = ("study", "trips", "provenance")  # what a report takes beside tables
INPUTS = ("nodes", "links", "cargoes", "sources")  # tables of the study that a report shows


@dataclass(frozen=True, slots=True)
class Part:
    """One section: its id in the page, its title, the template that draws it and the template's
    values.

    short: what the line of contents says; null: the part is not in it.
    """

    part_id: str
    title: str
    template: str
    values: Mapping[str, Any]
    short: str | None = None


@dataclass(frozen=True, eq=False)
class Given:
    """The results of a study, and the same made ready.

    results: as the run gave them. shut: link_ids shut on the scenario's day. trips: one mapping a
    trip: what it is, and ``rows`` (its routes with letter, legs and what each is best at),
    ``anchor``, ``calendar``.
    """

    results: Mapping[str, object]
    study: Mapping[str, Any]
    scenario: Mapping[str, Any]
    nodes: pl.DataFrame
    links: pl.DataFrame
    shut: frozenset[str]
    trips: Sequence[Mapping[str, Any]]

    def frame(self, name: str) -> pl.DataFrame:
        """Return a table of the results, without rows where it is not there.

        Raises UnknownName (a KeyError) for a table that no run keeps.
        """
        return _frame(self.results, name)

    def input_frame(self, name: str) -> pl.DataFrame:
        """Return a table of the study that the report shows, an empty one where it is missing."""
        if name not in INPUTS:
            raise UnknownName("table of the study in a report", name, INPUTS)
        return cast(pl.DataFrame, self.results.get(name, pl.DataFrame()))

    def ends_and_view(self) -> tuple[set[str], View | None]:
        """Return the trips' ends and a view of all their routes; no view where there is no
        route."""
        legs = [trip["legs"] for trip in self.trips if trip["legs"].height]
        ends = {
            end for frame in legs for end in (frame["from_node_id"][0], frame["to_node_id"][-1])
        }
        places = {
            node
            for frame in legs
            for column in ("from_node_id", "to_node_id")
            for node in frame[column]
        }
        used = self.nodes.filter(pl.col("node_id").is_in(list(places)))
        return ends, view_of(
            used["lon_deg"], used["lat_deg"], margin_share=0.14
        ) if used.height else None


def given(results: Mapping[str, object]) -> Given:
    """Return the results made ready, in the language spoken; whatever is missing is empty.

    Raises UnknownName for a part that neither a run keeps nor a report takes.
    """
    known = (*PARTS, *INPUTS, *schema_results.names())
    for name in results:
        if name not in known:
            raise UnknownName("part of a report", name, known)
    results = translated(results)
    study = {
        "id": None,
        "title": None,
        "licence": None,
        "price_year": None,
        **cast(Mapping[str, Any], results.get("study") or {}),
    }
    scenario = {"title": None, "about": None, "as_of": None, **(study.get("scenario") or {})}
    nodes, links = (
        cast(pl.DataFrame, results.get(name, pl.DataFrame())) for name in ("nodes", "links")
    )
    names = dict(nodes.select("node_id", "name").iter_rows()) if nodes.height else {}
    trips = [
        _trip(trip, names, _frame(results, "calendar"))
        for trip in cast(Sequence[Mapping[str, Any]], results.get("trips") or ())
    ]
    _tell_apart(trips)
    return Given(
        results,
        study,
        scenario,
        nodes,
        links,
        frozenset(shut_links(links, nodes, _frame(results, "closures"), scenario["as_of"])),
        trips,
    )


def _frame(results: Mapping[str, object], name: str) -> pl.DataFrame:
    """Return a table of the results, without rows where it is not there."""
    no_rows = schema_results.empty(name)
    return cast(pl.DataFrame, results.get(name, no_rows))


def shut_links(
    links: pl.DataFrame, nodes: pl.DataFrame, closures: pl.DataFrame, on: dt.date | None
) -> set[str]:
    """Return the links shut on the date: by their status or by a closure in force; all closures
    where on is null.

    Rules are left out, which shut a way for some goods only, and windows without dates: seasons and
    weather, not the day.
    """
    if not links.height:
        return set()
    shut = set(links.filter(pl.col("status") == "closed")["link_id"])
    for row in closures.iter_rows(named=True):
        begun = on is None or row["from_on"] is None or row["from_on"] <= on
        ended = on is not None and row["to_on"] is not None and row["to_on"] <= on
        is_recurring = row["kind"] == "window" and row["from_on"] is None
        if begun and not ended and not is_recurring and row["kind"] != "rule":
            shut.update(links["link_id"].gather(_meant(row["element"], links, nodes)))
    return shut


def _meant(element: str, links: pl.DataFrame, nodes: pl.DataFrame) -> list[int]:
    """Return the row numbers of the links an element names: by selector, or none where it is no
    selector."""
    try:
        return select(element, links, nodes)
    except ValueError:
        return []


def _trip(
    trip: Mapping[str, Any], names: Mapping[str, str], calendar: pl.DataFrame
) -> dict[str, Any]:
    routes = trip["routes"]
    legs = trip["legs"]
    rows: list[dict[str, Any]] = []
    if routes.height:
        routes = with_letters(routes)
        legs = legs.join(
            routes.select("route_id", "letter"), on="route_id", how="left", maintain_order="left"
        )
        best = figures.outstanding(routes)
        for row in routes.iter_rows(named=True):
            parts = legs.filter(pl.col("letter") == row["letter"]).sort("leg")
            steps = [
                {
                    **leg,
                    "from_name": names.get(leg["from_node_id"], leg["from_node_id"]),
                    "to_name": names.get(leg["to_node_id"], leg["to_node_id"]),
                }
                for leg in parts.iter_rows(named=True)
            ]
            rows.append(
                {
                    **row,
                    "best": best.get(row["letter"], []),
                    "legs_rows": steps,
                    **weak_shares(parts),
                }
            )
    own = calendar.filter(pl.col("trip_id") == trip["trip_id"]) if calendar.height else calendar
    asked = [
        tell(said, what=tell(", ").join(_named(word, names) for word in trip[key]))
        for key, said in (
            ("via", marked("passing {what}")),
            ("require", marked("using {what}")),
            ("avoid", marked("avoiding {what}")),
        )
        if trip.get(key)
    ]
    return {
        **trip,
        "anchor": f"trip-{slug(trip['trip_id'])}",
        "rows": rows,
        "calendar": own,
        "asked": asked,
        "routes": routes,
        "legs": legs,
        "heading": trip.get("question")
        or tell(
            "{origin} to {destination}", origin=trip["origin"], destination=trip["destination"]
        ),
        "name": f"{trip['origin']} – {trip['destination']}".replace(tell("Port of "), ""),
    }


def _named(word: str, names: Mapping[str, str]) -> str:
    """Return a place by its name, a mode or country as it is told."""
    return names.get(word) or (country(word) if word.isupper() else tell(word))


def _tell_apart(trips: Sequence[dict[str, Any]]) -> None:
    """Add to the names of trips between the same places what tells them from the first of these."""
    firsts: dict[str, dict[str, Any]] = {}
    for trip in trips:
        first = firsts.setdefault(trip["name"], {**trip})
        more = [
            said
            for key, said in (
                ("cargo", trip["cargo"]),
                ("depart", day(trip["depart"])),
                ("asked", tell(", ").join(trip["asked"])),
            )
            if trip[key] != first[key] and said
        ]
        trip["name"] += f" ({tell(', ').join(more)})" if more else ""


def best_of(trip: Mapping[str, Any], what: str) -> Mapping[str, Any] | None:
    """Return the trip's route that is best at something (fastest, cheapest), or None."""
    return next((row for row in trip["rows"] if what in row["best"]), None)
