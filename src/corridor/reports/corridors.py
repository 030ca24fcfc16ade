"""The chapter on corridors: routes of the first trip side by side, and what they spend where."""

from __future__ import annotations

from corridor.charts.pareto import pareto
from corridor.language.speech import tell
from corridor.reports.figures import ROUTE_TABLES, Figure, draw_figure
from corridor.reports.formats import slug
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Section
from corridor.reports.trip import Trip
from corridor.reports.trips import stages_figure


def sections(inputs: ReportInputs) -> list[Section]:
    """Return the comparison of the routes of the first trip; none where it has no route.

    Their map stands on the front page, and in the annex of the trip.
    """
    if not inputs.trips or not inputs.trips[0].routes.height:
        return []

    trip = inputs.trips[0]
    figures = [stages_figure(trip), _pareto_figure(trip)] if trip.legs.height else []
    title = tell("Corridors compared: {trip}", trip=trip.name)
    values = {"trip": trip, "figures": figures}
    return [Section("corridors", title, "corridors.html", values, tell("Corridors compared"))]


def _pareto_figure(trip: Trip) -> Figure:
    """Return what a faster route costs."""
    caption = tell(
        "What a faster route costs. Each dot is a route of the table that no other beats "
        "in time, cost, carbon and risk at once; long lines are routes whose arrival is "
        "hard to foretell."
    )
    return draw_figure(
        f"{slug(trip.trip_id)}-pareto", pareto(trip.routes), caption, trip.routes, ROUTE_TABLES
    )
