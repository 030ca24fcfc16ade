"""Unserved demand: why a row of demand has no route at all, whatever else is compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from corridor.language.messages import figure, message
from corridor.network.graph import Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.routing.query import prepare
from corridor.routing.reasons import absence
from corridor.routing.search import best_route
from corridor.units import DAY_H


def unserved_reasons(
    network: Network, trips: Sequence[Row], is_served: Sequence[bool], *, on: dt.date
) -> list[str | None]:
    """Return why each trip that is not served has no route on a day; null for the others.

    Parameters
    ----------
    network
        The network of a scenario.
    trips
        Rows with origin_node_id, destination_node_id and cargo_id.
    is_served
        Which of them goods can go.
    on
        Day looked at.
    """
    reason_of_trip: list[str | None] = []

    for trip, has_route in zip(trips, is_served, strict=True):
        if has_route:
            reason_of_trip.append(None)
            continue

        question = (trip["origin_node_id"], trip["destination_node_id"], trip["cargo_id"])
        why = partial(_reason, network, *question, on)
        reason_of_trip.append(network.once(Derived.UNSERVED.of(*question, on), why))
    return reason_of_trip


def _reason(network: Network, origin: str, destination: str, cargo: str, on: dt.date) -> str:
    """Return why goods have no route on a day, or only one after a long wait."""
    query = prepare(network, origin, destination, cargo=cargo, depart=on, options={})
    route = best_route(query, "time")
    if route is None:
        return absence(query, most=1).reason

    return message(
        "no route on {date} without a long wait: the quickest takes {figure} days, waits included",
        date=on,
        figure=figure(route.time_h / DAY_H, ",.1f"),
    )
