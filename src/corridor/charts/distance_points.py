"""The lines of time- and cost-distance diagrams as a table: slopes for links, steps for stops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor.charts.letters import with_letters
from corridor.charts.style import STYLES, style_key

_SCHEMA: dict[str, Any] = {
    "letter": pl.String,
    "drawn": pl.String,
    "stop": pl.String,
    "km": pl.Float64,
    "km_to": pl.Float64,
    "time_h": pl.Float64,
    "time_to_h": pl.Float64,
    "cost_usd": pl.Float64,
    "cost_to_usd": pl.Float64,
}
LAND_MODES = ("road", "rail", "waterway")  # only on these a change of country is a border


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    country: str | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """One piece of a route's line: how it is drawn, where, and how far it leads."""

    drawn: str
    stop: str | None
    km: float
    hours: float
    usd: float

    def is_empty(self) -> bool:
        return not (self.km or self.hours or self.usd)


def distance_points(legs: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces of every route's line, from its origin on.

    Links are slopes; waits, borders and terminals are vertical steps at their kilometre. Hours of a
    border (fixed_h) are a step where it begins; money fixed per clearance is one only where the
    legs tell it apart (column fixed_usd).

    Parameters
    ----------
    legs
        As ``Routes.legs``, of one or several routes.
    nodes
        The places, with name and country.

    Returns
    -------
    pl.DataFrame
        One row a piece: route_id, letter, drawn (name of its style), stop (place of a step or of a
        link over a border, else null), km and km_to, time_h and time_to_h, cost_usd and
        cost_to_usd: where it starts and ends, summed from the origin.
    """
    columns = nodes.select("node_id", "name", "country")
    places = {node: _Place(name, country) for node, name, country in columns.iter_rows()}

    rows: list[dict[str, Any]] = []
    routes = with_letters(legs).group_by("route_id", "letter", maintain_order=True)
    for (route_id, letter), route_legs in routes:
        route = {"route_id": route_id, "letter": letter}
        pieces = _route_pieces(route_legs.sort("leg").iter_rows(named=True), places)
        rows += [route | row for row in _summed(pieces)]

    return pl.DataFrame(rows, schema={"route_id": legs.schema["route_id"], **_SCHEMA})


def _route_pieces(
    legs: Iterable[Mapping[str, Any]], places: Mapping[str, _Place]
) -> Iterable[_Piece]:
    for leg in legs:
        pieces = _terminal_pieces if leg["kind"] == "terminal" else _link_pieces
        yield from pieces(leg, places)


def _terminal_pieces(leg: Mapping[str, Any], places: Mapping[str, _Place]) -> list[_Piece]:
    """Return the wait for the terminal and the handling in it."""
    name = _name(leg["from_node_id"], places)
    return [
        _wait(leg, name),
        _Piece(STYLES["stop"].name, name, 0.0, leg["time_h"], leg["cost_usd"]),
    ]


def _link_pieces(leg: Mapping[str, Any], places: Mapping[str, _Place]) -> list[_Piece]:
    """Return the wait for the link, what is fixed on it, and the ride."""
    name = _name(leg["from_node_id"], places)
    border = _border_name(leg, places)
    fixed_h = leg["fixed_h"] or 0.0
    fixed_usd = leg.get("fixed_usd") or 0.0

    ride = _Piece(
        STYLES[style_key(leg["layer"])].name,
        border,
        leg["length_km"] or 0.0,
        leg["time_h"] - fixed_h,
        (leg["cost_usd"] or 0.0) - fixed_usd,
    )
    return [
        _wait(leg, name),
        _Piece(STYLES["stop"].name, border or name, 0.0, fixed_h, fixed_usd),
        ride,
    ]


def _wait(leg: Mapping[str, Any], name: str) -> _Piece:
    return _Piece(STYLES["wait"].name, name, 0.0, leg["wait_h"] or 0.0, 0.0)


def _name(node: str, places: Mapping[str, _Place]) -> str:
    return places[node].name if node in places else node


def _border_name(leg: Mapping[str, Any], places: Mapping[str, _Place]) -> str | None:
    """Return how the border is named that a link crosses, by its two posts; null: it crosses none.

    Posts of one name are named once.
    """
    start = places.get(leg["from_node_id"])
    end = places.get(leg["to_node_id"])
    countries = [place and place.country for place in (start, end)]
    if leg["mode"] not in LAND_MODES or countries[0] == countries[1]:
        return None

    near_post = _name(leg["from_node_id"], places)
    far_post = _name(leg["to_node_id"], places)
    return near_post if near_post == far_post else f"{near_post} – {far_post}"


def _summed(pieces: Iterable[_Piece]) -> Iterable[dict[str, Any]]:
    """Give each piece that leads anywhere as a row: where it starts and ends, from the origin."""
    km = 0.0
    time_h = 0.0
    cost_usd = 0.0
    for piece in pieces:
        if piece.is_empty():
            continue

        yield {
            "drawn": piece.drawn,
            "stop": piece.stop,
            "km": km,
            "km_to": km + piece.km,
            "time_h": time_h,
            "time_to_h": time_h + piece.hours,
            "cost_usd": cost_usd,
            "cost_to_usd": cost_usd + piece.usd,
        }
        km += piece.km
        time_h += piece.hours
        cost_usd += piece.usd
