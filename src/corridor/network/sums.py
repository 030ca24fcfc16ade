"""Sums: how much money, carbon and time a search adds up, and still counts exactly.

Searches add whole cents, grams and units of time in 64-bit numbers, where 2^60 stands for what is
not reached and a sum beyond 2^63 turns negative: a price of 1e20 USD made a route the cheapest. So
everything that a route could add up has to stay below 2^53, up to which a float, too, counts every
whole number. That is 90 million million USD, or 9 thousand million tonnes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from corridor.errors import Finding, StudyError
from corridor.units import DAY_H, MEAN_YEAR_DAYS

MAX_SUM = 2.0**53
CENTS_PER_USD = 100
GRAMS_PER_KG = 1000
MAX_WAIT_H = 3 * MEAN_YEAR_DAYS * DAY_H  # calendars are made for a year and two more


CURE = "Write figures of this world; to shut a link write a closure, not a price."


class Place(NamedTuple):
    """Where most of a sum comes from; column and row null where no single one is meant."""

    table: str
    column: str | None
    row_id: str | None


def is_countable(total: float) -> bool:
    """Tell whether a sum stays below what is counted exactly; one that is no number does not."""
    return total <= MAX_SUM


def say_beyond_counting(what: str, place: Place) -> str:
    """Say that a sum is refused; what: money, carbon or time."""
    origin = place.table if place.column is None else f"{place.table}.{place.column}"
    return (
        f"the {what} of a route could add up to more than is counted exactly (2^53 cents or "
        f"grams), most of it from {origin}."
    )


def require_countable(what: str, total: float, find_place: Callable[[], Place]) -> None:
    """Raise StudyError for a sum that may pass what is counted; find_place: who says most of it."""
    if is_countable(total):
        return

    place = find_place()
    finding = Finding(
        "beyond-counting",
        say_beyond_counting(what, place),
        CURE,
        table=place.table,
        column=place.column,
        rows=() if place.row_id is None else (place.row_id,),
    )
    raise StudyError([finding])
