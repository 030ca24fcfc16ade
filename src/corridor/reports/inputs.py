"""Inputs of the report: what a run gives, in the reader's language, and its trips made ready."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import polars as pl

from corridor.errors import UnknownName
from corridor.network.shapes import with_lines
from corridor.reports.element_names import element_names, place_names
from corridor.reports.translating import translated
from corridor.reports.trip import Trip, trips_of
from corridor.tables import schema_results
from corridor.tables.selectors import select

PARTS = ("study", "trips", "provenance", "plans")  # what a report takes beside tables
# Tables of a study that a report shows.
STUDY_TABLES = ("nodes", "links", "shapes", "services", "windows", "cargoes", "sources")
STUDY_WORDS = ("id", "title", "licence", "price_year", "between", "projects_asked")
SCENARIO_WORDS = ("title", "about", "as_of")


@dataclass(frozen=True, eq=False)
class ReportInputs:
    """What every chapter is made from.

    results: as the run gave them, in the language spoken. study, scenario: their words. shut:
    link_ids shut on the scenario's day. plans: shipment_id -> its name and the tables of its plan.
    """

    results: Mapping[str, object]
    study: Mapping[str, Any]
    scenario: Mapping[str, Any]
    nodes: pl.DataFrame
    links: pl.DataFrame
    shut: frozenset[str]
    trips: Sequence[Trip]
    plans: Mapping[str, tuple[str, Mapping[str, pl.DataFrame]]] = field(default_factory=dict)

    def frame(self, name: str) -> pl.DataFrame:
        """Return a table of the results, without rows where it is not there.

        Raises UnknownName (a KeyError) for a table that no run keeps.
        """
        return _frame(self.results, name)

    def study_frame(self, name: str) -> pl.DataFrame:
        """Return a table of the study that the report shows, an empty one where it is missing."""
        return _study_frame(self.results, name)

    def element_names(self) -> dict[str, str]:
        """Return what links and services are called, by their ids."""
        return element_names(self.nodes, self.links, self.study_frame("services"))

    def ends(self) -> set[str]:
        """Return the node_ids that the trips with routes start and end at."""
        return {
            end
            for legs in self._legs()
            for end in (legs["from_node_id"][0], legs["to_node_id"][-1])
        }

    def _legs(self) -> list[pl.DataFrame]:
        return [trip.legs for trip in self.trips if trip.legs.height]


def report_inputs(results: Mapping[str, object]) -> ReportInputs:
    """Return results made ready, in the language spoken; whatever is missing is empty.

    Raises UnknownName for a part that neither a run keeps nor a report takes.
    """
    _check_parts(results)
    results = translated(results)

    study = dict.fromkeys(STUDY_WORDS) | cast(dict[str, Any], results.get("study") or {})
    scenario = dict.fromkeys(SCENARIO_WORDS) | (study.get("scenario") or {})
    nodes = _study_frame(results, "nodes")
    links = _study_frame(results, "links")
    shut = shut_links(links, nodes, _frame(results, "closures"), scenario["as_of"])

    elements = element_names(nodes, links, _study_frame(results, "services"))
    trips = cast(Sequence[Mapping[str, Any]], results.get("trips") or ())
    return ReportInputs(
        results=results,
        study=study,
        scenario=scenario,
        nodes=nodes,
        links=_with_lines(links, _study_frame(results, "shapes")),
        shut=frozenset(shut),
        trips=trips_of(trips, place_names(nodes), _frame(results, "calendar"), elements),
        plans=cast(dict[str, Any], results.get("plans") or {}),
    )


def shut_links(
    links: pl.DataFrame, nodes: pl.DataFrame, closures: pl.DataFrame, on: dt.date | None
) -> set[str]:
    """Return the link_ids shut on a day, by their status or by a closure in force.

    Rules are left out, which shut a link for some goods only, and windows without dates, which are
    seasons and weather.

    Parameters
    ----------
    links, nodes
        Tables of the study.
    closures
        What is shut and when, as a run gives it.
    on
        The day; null: every closure is in force.
    """
    if not links.height:
        return set()

    shut = set(links.filter(pl.col("status") == "closed")["link_id"])
    for closure in closures.iter_rows(named=True):
        is_recurring = closure["kind"] == "window" and closure["from_on"] is None
        is_rule = closure["kind"] == "rule"
        if _is_in_force(closure, on) and not is_recurring and not is_rule:
            shut.update(links["link_id"].gather(_rows_named(closure["element"], links, nodes)))
    return shut


def _check_parts(results: Mapping[str, object]) -> None:
    all_parts = (*PARTS, *STUDY_TABLES, *schema_results.names())
    for name in results:
        if name not in all_parts:
            raise UnknownName("part of a report", name, all_parts)


def _frame(results: Mapping[str, object], name: str) -> pl.DataFrame:
    """Return a table of the results, without rows where it is not there."""
    no_rows = schema_results.empty(name)
    return cast(pl.DataFrame, results.get(name, no_rows))


def _study_frame(results: Mapping[str, object], name: str) -> pl.DataFrame:
    """Return a table of the study, an empty one where it is missing."""
    if name not in STUDY_TABLES:
        raise UnknownName("table of the study in a report", name, STUDY_TABLES)
    return cast(pl.DataFrame, results.get(name, pl.DataFrame()))


def _with_lines(links: pl.DataFrame, shapes: pl.DataFrame) -> pl.DataFrame:
    """Return links with their lines, where the study has any."""
    return with_lines(links, shapes) if shapes.height else links


def _is_in_force(closure: Mapping[str, Any], on: dt.date | None) -> bool:
    """Tell whether a closure has begun and not ended on a day; null: it has."""
    if on is None:
        return True
    has_begun = closure["from_on"] is None or closure["from_on"] <= on
    has_ended = closure["to_on"] is not None and closure["to_on"] <= on
    return has_begun and not has_ended


def _rows_named(element: str, links: pl.DataFrame, nodes: pl.DataFrame) -> list[int]:
    """Return the rows of links an element names; none where it is no selector."""
    try:
        return select(element, links, nodes)
    except ValueError:
        return []
