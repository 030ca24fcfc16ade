"""Checks of states of borders: one state a month, and no month left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from corridor.errors import Finding, first_findings
from corridor.tables.tables import Row, Tables


def check_states(tables: Tables) -> list[Finding]:
    """Return what is wrong with the states of each place, month by month."""
    if "states" in tables.broken:
        return []

    places: dict[str, list[Row]] = {}
    for state in tables.rows("states"):
        if state["place"] is not None and state["month"] is not None:
            places.setdefault(state["place"], []).append(state)
    return first_findings(*(_months(states) for states in places.values()))


def _months(states: list[Row]) -> Iterator[Finding]:
    """Months of one place that come twice, and gaps between them."""
    in_order = sorted(states, key=lambda state: (state["month"], state.number))
    for earlier, later in pairwise(in_order):
        gap = _number(later["month"]) - _number(earlier["month"])

        if gap == 0:
            yield later.error(
                "two-states",
                "month",
                f"{later['place']} is {earlier['state']} in {later['month']} on line "
                f"{earlier.line}, and {later['state']} here.",
                do="Keep one of the two.",
                value=later["month"],
            )
        elif gap > 1:
            yield later.warning(
                "months-left-out",
                "month",
                f"{later['place']} has no state between {earlier['month']} and {later['month']}: "
                "how long it stood so cannot be counted.",
                do="Add the months, or drop the earlier ones.",
                value=later["month"],
            )


def _number(month: str) -> int:
    """Return a month YYYY-MM as a count of months."""
    year, _, month_of_year = month.partition("-")
    return int(year) * 12 + int(month_of_year)
