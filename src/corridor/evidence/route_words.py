"""Route words: a route as places, borders and services in order, for whoever compares it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Leg = Mapping[str, Any]


def route_words(legs: Iterable[Leg], country_of: Mapping[str, str]) -> str:
    """Return a route as ``almaty road torugart road khunjerab``: ids in order.

    Named are its ends, the places where it changes mode or service, and those on both sides of a
    border; between them stands the service, or the mode where there is none.

    legs: rows of ``Routes.legs``. country_of: of each place.
    """
    rides = [leg for leg in legs if leg["kind"] == "link"]
    if not rides:
        return ""
    return " ".join([rides[0]["from_node_id"], *_words(rides, country_of)])


def _words(rides: list[Leg], country_of: Mapping[str, str]) -> Iterator[str]:
    """Yield carrier and place for each stretch of a route without a border or change."""
    for ride, following in zip(rides, [*rides[1:], None], strict=True):
        is_last = following is None or _carrier(following) != _carrier(ride)
        is_border = _crosses(ride, country_of)
        is_before_border = following is not None and _crosses(following, country_of)
        if is_last or is_border or is_before_border:
            yield _carrier(ride)
            yield ride["to_node_id"]


def _carrier(leg: Leg) -> str:
    """Return the service of a leg, else its mode."""
    service_id: str | None = leg["service_id"]
    return str(leg["mode"]) if service_id is None else service_id


def _crosses(leg: Leg, country_of: Mapping[str, str]) -> bool:
    """Tell whether a leg leads from one country to another."""
    return country_of[leg["from_node_id"]] != country_of[leg["to_node_id"]]


def things_of(legs: Iterable[Leg], country_of: Mapping[str, str]) -> set[str]:
    """Return everything a route uses: countries, modes, places, links and services."""
    things: set[str] = set()
    for leg in legs:
        places = (leg["from_node_id"], leg["to_node_id"])
        things.update(places, (country_of[place] for place in places))
        if leg["kind"] == "link":
            things.update((leg["mode"], leg["link_id"]))
        if leg["service_id"] is not None:
            things.add(leg["service_id"])
    return things
