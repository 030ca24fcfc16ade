"""Answers: what the routes of a trip come to, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.counts import count_of
from corridor.routing.order import quickest_first
from corridor.units import DAY_H

CONDITIONS = {"via": "by way of", "require": "using", "avoid": "avoiding"}


def answer(trip: Mapping[str, Any], routes: pl.DataFrame) -> str:
    """Return a sentence on a trip: its quickest and its cheapest route, or why there is none.

    trip, routes: a row of the tables of results ``trips``, and the rows of ``routes`` that are its
    own.
    """
    question = (
        f"{trip['origin']} to {trip['destination']}, {trip['cargo']}, leaving "
        f"{trip['depart']}{_conditions(trip)}: "
    )
    if not routes.height:
        return f"{question}no route. {trip['reason']}"

    quickest = quickest_first(routes).row(0, named=True)
    cheapest = routes.sort("cost_usd", "time_h").row(0, named=True)
    if quickest["route_id"] == cheapest["route_id"]:
        return f"{question}quickest and cheapest {_figures(quickest)}."

    count = trip["pareto_count"]
    return (
        f"{question}quickest {_figures(quickest)}; cheapest {_figures(cheapest)}. "
        f"{count_of(count, 'route is', 'routes are')} worth taking."
    )


def _conditions(trip: Mapping[str, Any]) -> str:
    """Return what the routes must pass, use or avoid; nothing where they are free."""
    return "".join(
        f", {words} {' and '.join(trip[condition])}"
        for condition, words in CONDITIONS.items()
        if trip[condition]
    )


def _figures(route: Mapping[str, Any]) -> str:
    """Return days, money, carbon, modes and countries of a route."""
    late_h = route["time_p95_h"]
    late = (
        "" if late_h is None else f", 95 % of trips within {late_h / DAY_H:.1f} if nothing closes"
    )

    return (
        f"{route['time_p50_h'] / DAY_H:.1f} days{late}, USD {route['cost_usd']:,.0f}, "
        f"{route['carbon_kg'] / 1000:.1f} t CO2e, {_route_text(route)}"
    )


def _route_text(route: Mapping[str, Any]) -> str:
    """Return the modes and countries of a route in words."""
    if not route["modes"]:
        return "without leaving the place"
    return f"by {' and '.join(route['modes'])} through {'-'.join(route['countries'])}"
