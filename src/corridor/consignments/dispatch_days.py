"""Days of dispatch: from when until when units may leave, and which offers are in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from corridor.consignments.offers import Offer
from corridor.consignments.shipment import WEEK_DAYS, Shipment

AFTER_WEEKS = 4  # dispatched at least so long after the last unit is ready
MAX_WEEKS = 104  # of dispatch after the last unit is ready


def days_of_dispatch(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the days from first to last; none where last is before first."""
    return [first + dt.timedelta(days=k) for k in range((last - first).days + 1)]


def last_day(shipment: Shipment, weeks: int = AFTER_WEEKS) -> dt.date:
    """Return the last day of dispatch: so many weeks after all is ready, or a hard deadline."""
    until = shipment.last_ready_on + dt.timedelta(days=WEEK_DAYS * weeks - 1)
    if shipment.has_hard_deadline and shipment.deadline_on is not None:
        return min(until, shipment.deadline_on)
    return until


def in_time(shipment: Shipment, offers: Sequence[Offer]) -> list[Offer]:
    """Return the offers that keep to a hard deadline: all of them where there is none."""
    if not shipment.has_hard_deadline:
        return list(offers)
    return [offer for offer in offers if not offer.late_days(shipment.deadline_on)]
