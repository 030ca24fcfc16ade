"""Trips as the report tells them: their names, and their routes with letters, legs and merits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import polars as pl

from corridor.charts.letters import in_letters, with_letters
from corridor.language.speech import marked, tell
from corridor.reports.element_names import plain_text
from corridor.reports.formats import country, day, slug
from corridor.routing.grades import money_by_row, weak_shares
from corridor.routing.order import quickest_first, time_order

QUICKEST = marked("quickest")
CHEAPEST = marked("cheapest")
OTHER_MERITS = (
    (CHEAPEST, "cost_usd"),
    (marked("least carbon"), "carbon_kg"),
    (marked("least risk"), "risk_share"),
)
NEXT_IN_LIST = marked("next in the list")
CONDITIONS = {
    "via": marked("passing {what}"),
    "require": marked("using {what}"),
    "avoid": marked("avoiding {what}"),
}
MAX_OUTSTANDING = 4  # more lines in one diagram cannot be told apart
MAX_CORRIDORS = 4  # on the front page

Route: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Trip:
    """One trip that was asked, and its routes.

    heading: its question; name: what it is called beside others. conditions: what its routes must
    keep to, in words. reason: why there is no route. left_out: what is said of routes not shown.
    routes, legs: tables with the letter of the route. rows: its routes as mappings, each with
    ``best`` (what it is best at), ``leg_rows`` and its shares of estimates. calendar: its
    departures through the year.
    """

    trip_id: str
    heading: str
    name: str
    origin: str
    destination: str
    cargo: str
    depart: dt.date
    conditions: tuple[str, ...]
    pareto_count: int
    reason: str | None
    warnings: Sequence[str]
    left_out: Sequence[str]
    routes: pl.DataFrame
    legs: pl.DataFrame
    rows: Sequence[Mapping[str, Any]]
    calendar: pl.DataFrame

    @property
    def anchor(self) -> str:
        """The id of its section in the page."""
        return f"trip-{slug(self.trip_id)}"

    @property
    def is_at_one_place(self) -> bool:
        """Whether it ends where it begins: a route of 0 hours and no legs."""
        return self.routes.height > 0 and not self.legs.height

    @property
    def quickest(self) -> Mapping[str, Any] | None:
        """Its quickest route; null where there is none."""
        return self._best(QUICKEST)

    @property
    def cheapest(self) -> Mapping[str, Any] | None:
        """Its cheapest route; null where there is none."""
        return self._best(CHEAPEST)

    def has_ends_and_cargo_of(self, other: Trip) -> bool:
        """Tell whether the same goods go between the same places."""
        goods = (self.origin, self.destination, self.cargo)
        return goods == (other.origin, other.destination, other.cargo)

    def _best(self, merit: str) -> Mapping[str, Any] | None:
        return next((row for row in self.rows if merit in row["best"]), None)


def trips_of(
    rows: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    calendar: pl.DataFrame,
    elements: Mapping[str, str],
) -> tuple[Trip, ...]:
    """Return the trips of a run, each called by a name of its own.

    Parameters
    ----------
    rows
        The trips with their tables ``routes`` and ``legs``.
    names
        Names of places by node_id.
    calendar
        Departures of all trips through the year.
    elements
        Names of links and services by their ids, which reasons and departures tell.
    """
    calendar = _with_border_names(_with_plain_reasons(calendar, elements), elements)
    trips = [_trip(_with_plain_reason(row, elements), names, calendar) for row in rows]
    return _with_distinct_names(trips)


def outstanding(routes: pl.DataFrame) -> dict[str, list[str]]:
    """Return the letters of the routes that are best at something, at most four, and at what."""
    by_time = quickest_first(routes)
    merits = {letter: [QUICKEST] for letter in by_time["letter"].head(1)}
    for merit, column in OTHER_MERITS:
        known = by_time.filter(pl.col(column).is_not_null())
        best = known.sort(column, maintain_order=True)["letter"].head(1)
        for letter in best:
            merits.setdefault(letter, []).append(merit)

    for letter in routes["letter"]:
        if len(merits) >= min(2, routes.height):
            break
        merits.setdefault(letter, [NEXT_IN_LIST])

    return dict(list(merits.items())[:MAX_OUTSTANDING])


def main_corridors(trip: Trip) -> list[Route]:
    """Return the routes that stand for a trip: those best at something, and one beside the first.

    Where these are fewer than four the next in the list follow.
    """
    beside = route_beside(trip)
    letters = list(outstanding(trip.routes))
    letters += [] if beside is None else [beside["letter"]]
    letters += list(trip.routes["letter"])

    shown = list(dict.fromkeys(letters))[:MAX_CORRIDORS]
    return [row for row in trip.rows if row["letter"] in shown]


def route_beside(trip: Trip) -> Route | None:
    """Return the quickest route that shares no border with the quickest of all; null for none."""
    quickest = trip.quickest
    if quickest is None:
        return None

    others = [row for row in trip.rows if not set(row["borders"]) & set(quickest["borders"])]
    return min(others, key=time_order, default=None)


def corridor_name(route: Route) -> str:
    """Return what a route is called: its corridor, else the countries it goes through."""
    name = route.get("corridor")
    return name or "–".join(route["countries"])


def _trip(row: Mapping[str, Any], names: Mapping[str, str], calendar: pl.DataFrame) -> Trip:
    """Return one trip, called by its ends."""
    routes, legs = _lettered(row["routes"], row["legs"])
    if calendar.height:
        calendar = calendar.filter(pl.col("trip_id") == row["trip_id"])

    return Trip(
        trip_id=row["trip_id"],
        heading=row.get("question") or _ends_heading(row),
        name=f"{row['origin']} – {row['destination']}".replace(tell("Port of "), ""),
        origin=row["origin"],
        destination=row["destination"],
        cargo=row["cargo"],
        depart=row["depart"],
        conditions=_conditions(row, names),
        pareto_count=row["pareto_count"],
        reason=row["reason"],
        warnings=in_letters(row["warnings"] or (), routes),
        left_out=in_letters(row.get("left_out") or (), routes),
        routes=routes,
        legs=legs,
        rows=_with_money(_route_rows(routes, legs, names), row.get("money")),
        calendar=calendar,
    )


def _with_plain_reason(row: Mapping[str, Any], elements: Mapping[str, str]) -> dict[str, Any]:
    """Return a trip with names in place of ids in the reason why it has no route."""
    reason = row["reason"]
    return {**row, "reason": reason and plain_text(reason, elements)}


def _with_plain_reasons(calendar: pl.DataFrame, elements: Mapping[str, str]) -> pl.DataFrame:
    """Return departures with names in place of ids in the reasons why some have no route."""
    if not calendar.height:
        return calendar

    reasons = calendar["reason"].drop_nulls().unique().to_list()
    plain = {reason: plain_text(reason, elements) for reason in reasons}
    return calendar.with_columns(
        pl.col("reason").replace_strict(plain, return_dtype=pl.String, default=None)
    )


def _with_border_names(calendar: pl.DataFrame, elements: Mapping[str, str]) -> pl.DataFrame:
    """Return departures with names in place of the ids of the borders they pass."""
    if not calendar.height:
        return calendar
    return calendar.with_columns(pl.col("borders").list.eval(pl.element().replace(dict(elements))))


def _lettered(routes: pl.DataFrame, legs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return routes and legs with the letter of the route; as they are where there is none."""
    if not routes.height:
        return routes, legs

    routes = with_letters(routes)
    letters = routes.select("route_id", "letter")
    return routes, legs.join(letters, on="route_id", how="left", maintain_order="left")


def _ends_heading(row: Mapping[str, Any]) -> str:
    """Return the heading of a trip that asks no question of its own."""
    return tell("{origin} to {destination}", origin=row["origin"], destination=row["destination"])


def _route_rows(
    routes: pl.DataFrame, legs: pl.DataFrame, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the routes as mappings, with their legs, merits and shares of estimates."""
    if not routes.height:
        return []

    merits = outstanding(routes)
    rows = []
    for route in routes.iter_rows(named=True):
        own_legs = legs.filter(pl.col("letter") == route["letter"]).sort("leg")
        rows.append(
            {
                **route,
                "best": merits.get(route["letter"], []),
                "leg_rows": [_leg_row(leg, names) for leg in own_legs.iter_rows(named=True)],
                **weak_shares(own_legs),
            }
        )
    return rows


def _with_money(
    rows: Sequence[Mapping[str, Any]], money: pl.DataFrame | None
) -> list[dict[str, Any]]:
    """Return routes with their price by row of a table, dearest first, and line by line."""
    by_row = {} if money is None else _by_route(money_by_row(money))
    by_leg = {} if money is None else _by_route(money)
    return [
        {
            **row,
            "money_rows": by_row.get(row["route_id"], []),
            "price_lines": by_leg.get(row["route_id"], []),
        }
        for row in rows
    ]


def _by_route(lines: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return lines of money by the route they are of."""
    by_route: dict[str, list[dict[str, Any]]] = {}
    for line in lines.iter_rows(named=True):
        by_route.setdefault(line["route_id"], []).append(line)
    return by_route


def _leg_row(leg: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a leg with the names of its ends."""
    return {
        **leg,
        "from_name": names.get(leg["from_node_id"], leg["from_node_id"]),
        "to_name": names.get(leg["to_node_id"], leg["to_node_id"]),
    }


def _conditions(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return in words what a trip must pass, use and avoid."""
    return tuple(
        tell(words, what=tell(", ").join(_condition(word, names) for word in row[column]))
        for column, words in CONDITIONS.items()
        if row.get(column)
    )


def _condition(word: str, names: Mapping[str, str]) -> str:
    """Return a place by its name, a country or mode as it is told."""
    if word in names:
        return names[word]
    return country(word) if word.isupper() else tell(word)


def _with_distinct_names(trips: Sequence[Trip]) -> tuple[Trip, ...]:
    """Add to the names of trips what sets them off from the first between the same places.

    Cargo is told wherever it is not that of the first trip: dollars are those of one unit of it.
    """
    firsts: dict[str, Trip] = {}
    distinct = []
    for trip in trips:
        first = firsts.setdefault(trip.name, trip)
        differences = _differences(trip, first, usual_cargo=trips[0].cargo)
        more = f" ({tell(', ').join(differences)})" if differences else ""
        distinct.append(replace(trip, name=trip.name + more))
    return tuple(distinct)


def _differences(trip: Trip, first: Trip, *, usual_cargo: str) -> list[str]:
    """Return in words what a trip asks for otherwise than the first trip between its places."""
    differences = []
    if trip.cargo != first.cargo or trip.cargo != usual_cargo:
        differences.append(trip.cargo)
    if trip.depart != first.depart:
        differences.append(day(trip.depart))
    if trip.conditions != first.conditions:
        differences.append(tell(", ").join(trip.conditions))
    return [words for words in differences if words]
