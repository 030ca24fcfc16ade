"""Holidays: days on which links are shut that their windows would leave open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corridor.network.calendar import Span, intersect
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.network.zones import period_of_days


def holidays_by_link(network: Network) -> dict[str, list[Row]]:
    """Return the rows of ``holidays`` that shut each link, by link_id."""
    link_ids = network.frames["links"]["link_id"].to_list()

    by_link: dict[str, list[Row]] = {}
    for row in network.rows("holidays"):
        for link in network.selected_links(row["row_id"]):
            by_link.setdefault(link_ids[link], []).append(row)
    return by_link


def working_spans(
    spans: Sequence[Span], holidays: Iterable[Row], period: tuple[int, int], zone: str | None
) -> list[Span]:
    """Return a calendar without the days of some holidays.

    Parameters
    ----------
    spans
        The calendar, in order.
    holidays
        Rows of ``holidays``, in any order; they may overlap.
    period
        Seconds the calendar covers: the first, and the first no longer.
    zone
        Zone in which the days count; null: UTC.
    """
    from_s, to_s = period
    shut = sorted(period_of_days(row["from_on"], row["to_on"], zone) for row in holidays)

    working: list[Span] = []
    open_s = from_s
    for begin_s, end_s in shut:
        if begin_s > open_s:
            working.append(Span(open_s, min(begin_s, to_s)))
        open_s = max(open_s, end_s)
    if open_s < to_s:
        working.append(Span(open_s, to_s))
    return intersect(list(spans), [span for span in working if span.start_s < span.end_s])
