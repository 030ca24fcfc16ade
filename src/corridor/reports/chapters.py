"""The report's chapters, in order.

A chapter is a function from what is given to the parts it adds: title, template and the values for
it. A new chapter is a module with such a function and a template beside the others, and its place
in ``CHAPTERS``. A chapter whose results are not there returns nothing, or says so where a reader
would look for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import polars as pl

from corridor.language.speech import tell
from corridor.reports import closures as losses
from corridor.reports import figures, trade
from corridor.reports.formats import day, days, flat, num, slug
from corridor.reports.inputs import Given, Part, best_of

STEADY_SHARE = 0.1  # a year whose days and dollars vary by less is told in a sentence


def network(given: Given) -> list[Part]:
    """Return the map of all links on the scenario's day."""
    maps = []
    if given.nodes.height and given.links.height:
        ends, view = given.ends_and_view()
        as_of = given.scenario["as_of"]
        maps.append(
            figures.network_figure(
                given.nodes,
                given.links,
                set(given.shut),
                on=day(as_of) if as_of else None,
                named=ends,
                view=view,
            )
        )
    return [Part("maps", tell("The network"), "network.html", {"maps": maps}, tell("The network"))]


def trips(given: Given) -> list[Part]:
    """Return a part for each trip: routes, where they go, where days and money go, the year, the
    legs."""
    parts: list[Part] = []
    for trip in given.trips:
        routes = trip["routes"]
        dates = trip["calendar"]
        trip_id = slug(trip["trip_id"])
        same = steady(dates) if parts else []  # the first trip shows its year whatever it is like
        values = {
            "trip": trip,
            "papers": papers(trip["rows"]),
            "figures": figures.trip_figures(
                trip_id, routes, trip["legs"], given.nodes, given.links, set(given.shut)
            )
            if routes.height
            else [],
            "legs_csv": figures.csv_address(
                trip["legs"].drop("route_id", "kind", "mode", "country", "arrive_at")
            )
            if trip["legs"].height
            else None,
            "same": same,
            "dates_csv": figures.csv_address(dates.drop("trip_id")) if same else None,
            "calendar": figures.calendar_figure(trip_id, dates)
            if dates.height and not same
            else None,
            "criteria": dates["criterion"].unique(maintain_order=True).to_list()
            if dates.height
            else [],
            "months": months(dates) if dates.height and not same else [],
        }
        parts.append(Part(trip["anchor"], trip["heading"], "trip.html", values, trip["name"]))
    return parts


def scenarios(given: Given) -> list[Part]:
    """Return the same trips under other scenarios; nothing where none were compared."""
    frame = given.frame("scenarios")
    about = cast(Mapping[str, Mapping[str, Any]], given.study.get("scenarios") or {})
    if not frame.height:
        return []
    order = frame["scenario"].unique(maintain_order=True).to_list()
    cells = {(r["trip_id"], r["scenario"], r["criterion"]): r for r in frame.iter_rows(named=True)}
    rows = []
    for trip in given.trips:
        own = [
            {
                what: cells.get((trip["trip_id"], scenario, what))
                for what in ("time", "cost", "cost in time")
            }
            for scenario in order
        ]
        rows.append(
            {"trip": trip, "cells": [{**cell, "news": _news(cell, own[0])} for cell in own]}
        )
    named = [
        {"scenario_id": s, **about.get(s, {"title": s, "about": None, "sources": []})}
        for s in order
    ]
    return [
        Part(
            "scenarios",
            tell("The same trips under other scenarios"),
            "scenarios.html",
            {"rows": rows, "scenarios": named, "csv": figures.csv_address(frame)},
            tell("Other scenarios"),
        )
    ]


def _news(cell: Mapping[str, Any], first: Mapping[str, Any]) -> set[str]:
    """Which of a scenario's answers differ from the first scenario's by more than a fiftieth."""
    found = set()
    for what, column in (
        ("time", "time_p50_h"),
        ("cost", "cost_usd"),
        ("cost in time", "cost_usd"),
    ):
        new, old = (one[what] or {} for one in (cell, first))
        if differs(new.get(column), old.get(column)):
            found.add(what)
    return found


def differs(value: float | None, other: float | None, least_share: float = 0.02) -> bool:
    """Tell whether two figures differ by more than a fiftieth, or only one of them is there."""
    if value is None or other is None:
        return (value is None) != (other is None)
    return abs(value - other) > least_share * abs(other)


def closures(given: Given) -> list[Part]:
    """Return what is shut and why."""
    return [
        Part(
            "shut",
            tell("Why a way is shut"),
            "closures.html",
            {"closures": given.frame("closures").to_dicts()},
            tell("Why a way is shut"),
        )
    ]


def validation(given: Given) -> list[Part]:
    """Return what was observed beside the model."""
    frame = given.frame("validation")
    return [
        Part(
            "validation",
            tell("Validation: the model beside what was seen"),
            "validation.html",
            {
                "validation": frame.to_dicts(),
                "figures": figures.validation_figures(frame) if frame.height else [],
            },
            tell("Validation"),
        )
    ]


def evidence(given: Given) -> list[Part]:
    """Return the rows by confidence, and how much of the named routes rests on estimates."""
    frame = given.frame("evidence")
    shares = [(trip, row) for trip in given.trips for row in trip["rows"] if row["best"]]
    return [
        Part(
            "evidence",
            tell("Data quality"),
            "evidence.html",
            {
                "evidence": evidence_rows(frame),
                "shares": shares,
                "figures": [figures.evidence_figure(frame)] if frame.height else [],
            },
            tell("Data quality"),
        )
    ]


def sources(given: Given) -> list[Part]:
    """Return the sources all figures lead to."""
    return [
        Part(
            "sources",
            tell("Sources"),
            "sources.html",
            {"sources": given.input_frame("sources").to_dicts()},
            tell("Sources"),
        )
    ]


def provenance(given: Given) -> list[Part]:
    """Return what the results were made with."""
    told = cast(Mapping[str, Any], given.results.get("provenance") or {})
    return [
        Part(
            "provenance",
            tell("Provenance"),
            "provenance.html",
            {"provenance": flat(told)},
            tell("Provenance"),
        )
    ]


# Chapters of later results (closures that matter most, projects) stand between scenarios and
# closures.
CHAPTERS: tuple[Callable[[Given], Sequence[Part]], ...] = (
    network,
    trips,
    scenarios,
    losses.losses,
    trade.trade,
    trade.claims,
    closures,
    validation,
    evidence,
    sources,
    provenance,
)


def evidence_rows(evidence: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one row a table: rows in all and by confidence."""
    found: dict[str, dict[str, Any]] = {}
    for row in evidence.iter_rows(named=True):
        entry = found.setdefault(
            row["table"], {"table": row["table"], "total": 0, "A": 0, "B": 0, "C": 0}
        )
        entry["total"] += row["rows"]
        entry[row["confidence"]] = entry.get(row["confidence"], 0) + row["rows"]
    return list(found.values())


def papers(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    """Return every document some route needs, with the letters of these routes."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for document in row["documents"] or ():
            found.setdefault(document, []).append(row["letter"])
    return list(found.items())


def steady(calendar: pl.DataFrame) -> list[str]:
    """Return a sentence for each criterion where every departure goes the same way at about the
    same time and price.

    None where anything changes, which a chart then shows.
    """
    said = []
    criteria = (
        calendar["criterion"].unique(maintain_order=True).to_list() if calendar.height else []
    )
    for criterion in criteria:
        part = calendar.filter(pl.col("criterion") == criterion)
        ways = part.select("countries", "borders").unique().height
        spans = [(part[column].min(), part[column].max()) for column in ("time_h", "cost_usd")]
        if (
            part["time_h"].null_count()
            or ways > 1
            or any(high - low > STEADY_SHARE * low for low, high in spans)  # type: ignore[operator]
        ):
            return []
        told = {
            "count": num(part.height),
            "way": "–".join(part["countries"][0]),
            "days": days(part["time_h"].median()),  # type: ignore[arg-type]
            "usd": num(part["cost_usd"].median()),  # type: ignore[arg-type]
            "first": day(part["depart_on"].min()),  # type: ignore[arg-type]
            "last": day(part["depart_on"].max()),  # type: ignore[arg-type]
        }
        said.append(
            tell(
                "Cheapest: all {count} departures looked at from {first} to {last} go the same "
                "way ({way}), in {days} days as planned for USD {usd}, give or take a tenth.",
                **told,
            )
            if criterion == "cost"
            else tell(
                "Quickest: all {count} departures looked at from {first} to {last} go the same "
                "way ({way}), in {days} days as planned for USD {usd}, give or take a tenth.",
                **told,
            )
        )
    return said


def months(calendar: pl.DataFrame) -> list[dict[str, Any]]:
    """Return per month of departure, for each criterion: departures, those with a route, medians,
    ways; and why not."""
    criteria = calendar["criterion"].unique(maintain_order=True).to_list()
    rows = []
    keyed = calendar.sort("depart_on").with_columns(month=pl.col("depart_on").dt.strftime("%Y-%m"))
    for (month,), whole in keyed.group_by("month", maintain_order=True):
        best = []
        for criterion in criteria:
            part = whole.filter(pl.col("criterion") == criterion)
            found = part.filter(pl.col("time_h").is_not_null())
            ways = ["–".join(way) for way in found["countries"].to_list()]
            best.append(
                {
                    "criterion": criterion,
                    "departures": part.height,
                    "found": found.height,
                    "time_h": found["time_h"].median(),
                    "cost_usd": found["cost_usd"].median(),
                    "ways": sorted(set(ways), key=lambda way, ways=ways: -ways.count(way)),  # type: ignore[misc]
                }
            )
        rows.append(
            {
                "month": month,
                "best": best,
                "reasons": sorted({r for r in whole["reason"].to_list() if r}),
            }
        )
    return rows


def glance(given: Given) -> list[dict[str, Any]]:
    """Return every trip with its fastest and its cheapest route, for the table on the first
    page."""
    return [
        {"trip": trip, "fastest": best_of(trip, "fastest"), "cheapest": best_of(trip, "cheapest")}
        for trip in given.trips
    ]
