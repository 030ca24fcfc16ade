"""Corridor names: what a route is called, by the gateways it passes and the modes it takes.

The name follows from the route alone, so it is the same in every scenario, on every departure and
beside whatever other routes: "Torugart-Khunjerab road", "Bandar Abbas rail and sea". A gateway is a
place whose row of ``nodes`` says so; the ends of a trip are none, and a seaport is one where goods
go on or off a ship. A route past no gateway is called
by the countries between its ends, one within a country, or from a country to its neighbour, by its
modes alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from corridor.network import geo
from corridor.routing.corridor_words import DASH
from corridor.routing.itinerary import Leg, countries, modes
from corridor.routing.query import Query
from corridor.routing.sections import Section


def corridor_name(query: Query, itinerary: Sequence[Leg]) -> str:
    """Return the name of the corridor a route takes; empty for one without legs."""
    if not itinerary:
        return ""

    by = _listed(modes(itinerary)).replace("-", " ")
    through = list(dict.fromkeys(gateways(query, itinerary)))
    if not through:
        names = geo.country_names()
        through = [names.get(code, code) for code in countries(query, itinerary)[1:-1]]

    name = f"{DASH.join(through)} {by}".strip()
    return name[0].upper() + name[1:]


def gateways(query: Query, itinerary: Iterable[Section | Leg]) -> Iterator[str]:
    """Yield the gateways between the ends of a trip in the order they are passed."""
    trip_ends = (query.origin, query.destination)
    for leg in itinerary:
        for node_id, gateway in leg.gateways:
            if node_id not in trip_ends:
                yield gateway


def _listed(words: Sequence[str]) -> str:
    """Return words as people list them: road, rail and sea."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
