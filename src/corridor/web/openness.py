"""Openness: which links are not plainly open on a day, until when, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from corridor.network.calendar import Span, day_of, next_open, second
from corridor.network.changes import Closure
from corridor.network.memory import Derived
from corridor.network.names import place_row
from corridor.network.network import Network
from corridor.network.openings import forbidden_by, link_openings, shut_by
from corridor.network.rules import Party, applying
from corridor.routing.obstacles import SHUT_LONG_S
from corridor.tables.columns import OPEN_STATUS
from corridor.web.live_study import StudyState
from corridor.web.questions import State, Trip


def openness(state: StudyState, question: State | None = None) -> dict[str, dict[str, Any]]:
    """Return every link that is planned, shut or barred to this cargo, since and until when.

    A window counts where it keeps the link shut for more than three days, as in
    :mod:`corridor.routing.whynot`. question: of a trip, for the rules that bar its cargo.
    """
    on = second(state.on)
    day = state.dated_network
    if isinstance(question, Trip):
        return _not_open(day, on, _barred(day, on, question))

    return day.once(Derived.OPENNESS.of(on), lambda: _not_open(day, on, {}))


def closure(cause: Closure) -> dict[str, Any]:
    """Return a closure as JSON takes it."""
    return {
        "kind": cause.kind,
        "id": cause.closure_id,
        "from_on": cause.from_on,
        "to_on": cause.to_on,
        "source_id": cause.source_id,
        "note": cause.note,
    }


def _not_open(
    day: Network, at_s: int, barred: Mapping[int, list[Closure]]
) -> dict[str, dict[str, Any]]:
    """Return the links that are not open; barred: what rules forbid, by link row."""
    openings = link_openings(day, at_s)
    not_open = {}

    for i, link in enumerate(day.rows("links")):
        dated = shut_by(openings.closures[i], at_s)
        windows = [] if dated else _long_windows(openings.closures[i], openings.spans[i], at_s)
        causes = [*dated, *windows, *barred.get(i, ())]
        if causes:
            not_open[link["link_id"]] = {
                "state": _state(link["status"], dated, windows),
                "opens_on": _opens_on(openings.spans[i], at_s),
                "why": [closure(cause) for cause in causes],
            }

    return not_open


def _long_windows(closures: Sequence[Closure], spans: Sequence[Span], at_s: int) -> list[Closure]:
    """The windows that keep a link shut for longer than a night or a weekend."""
    opens_s = next_open(spans, at_s)
    if opens_s is not None and opens_s <= at_s + SHUT_LONG_S:
        return []
    return [closure for closure in closures if closure.kind == "window"]


def _opens_on(spans: Sequence[Span], at_s: int) -> dt.date | None:
    """The day a calendar next opens; null where it never does, or is open already."""
    opens_s = next_open(spans, at_s)
    if opens_s is None or opens_s == at_s:
        return None
    return day_of(opens_s)


def _state(status: str, dated: Sequence[Closure], windows: Sequence[Closure]) -> str:
    """The word for a link that is not open: planned, shut, or barred by a rule alone."""
    by_status = any(closure.kind == "status" for closure in dated)
    if by_status and status not in ("closed", OPEN_STATUS):
        return "planned"
    return "shut" if dated or windows else "barred"


def _barred(day: Network, at_s: int, trip: Trip) -> dict[int, list[Closure]]:
    """What rules forbid the goods of a trip, by link row."""
    origin = place_row(day, trip.origin)["country"]
    destination = place_row(day, trip.destination)["country"]
    party = Party(
        trip.cargo, origin, destination, trip.carrier, complies=trip.sanctions == "comply"
    )
    return forbidden_by(applying(day, party), at_s)
