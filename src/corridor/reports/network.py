"""The map of the network: all links on the scenario's day."""

from __future__ import annotations

import polars as pl
from polars import selectors as cs

from corridor.charts.basemap.view import View, view_of
from corridor.charts.maps import end_nodes, network_map
from corridor.language.speech import tell
from corridor.reports.figures import NETWORK_TABLES, Figure, draw_figure
from corridor.reports.formats import day, number_or_dash, paragraph
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Section

FAR_SHARE = 0.05  # of places at each edge of the map, which may lie beyond it
DATA = (
    "link_id",
    "from_node_id",
    "to_node_id",
    "mode",
    "gauge_mm",
    "length_km",
    "speed_kmh",
    "status",
    "source_id",
    "confidence",
)


def sections(inputs: ReportInputs) -> list[Section]:
    """Return the map of all links on the scenario's day."""
    has_network = inputs.nodes.height and inputs.links.height
    maps = [_map(inputs)] if has_network else []
    return [
        Section("maps", tell("The network"), "network.html", {"maps": maps}, tell("The network"))
    ]


def _map(inputs: ReportInputs) -> Figure:
    links = inputs.links
    as_of = inputs.scenario["as_of"]

    chart = network_map(
        inputs.nodes,
        links,
        view=_view(inputs),
        closed=set(inputs.shut),
        on=day(as_of) if as_of else None,
        named=inputs.ends(),
    )
    is_shut = _is_shut(inputs) | (pl.col("status") == "closed")
    data = links.select(cs.by_name(DATA, require_all=False)).with_columns(shut=is_shut)
    return draw_figure("network", chart, _caption(inputs), data, NETWORK_TABLES)


def _view(inputs: ReportInputs) -> View:
    """Return the view of the routes of the first trip, and of where most places lie."""
    nodes = inputs.nodes
    is_near = pl.all_horizontal(
        pl.col(degrees).is_between(
            pl.col(degrees).quantile(FAR_SHARE), pl.col(degrees).quantile(1 - FAR_SHARE)
        )
        for degrees in ("lon_deg", "lat_deg")
    )
    legs = inputs.trips[0].legs if inputs.trips else pl.DataFrame()
    on_routes = end_nodes(legs) if legs.height else []
    shown = nodes.filter(is_near | pl.col("node_id").is_in(on_routes))
    return view_of(shown["lon_deg"], shown["lat_deg"])


def _is_shut(inputs: ReportInputs) -> pl.Expr:
    """Tell of each link whether something shuts it on the day, whatever its status."""
    return pl.col("link_id").is_in(list(inputs.shut))


def _caption(inputs: ReportInputs) -> str:
    """Say how many links are open, planned and shut, and what the map does not show."""
    links = inputs.links
    is_open = (pl.col("status") == "existing") & ~_is_shut(inputs)

    opened = links.filter(is_open).height
    planned = links.filter(~pl.col("status").is_in(["existing", "closed"])).height
    caption = tell(
        "What lies between the places: {opened} links open, {planned} planned or being built, "
        "{shut} shut (×). Look where the colour changes along a route: there goods change "
        "gauge or vehicle. Straight lines are schematic: how those links run is not known. "
        "Borders are drawn as Natural Earth has them; no line is a "
        "claim.",
        opened=number_or_dash(opened),
        planned=number_or_dash(planned),
        shut=number_or_dash(links.height - opened - planned),
    )
    return paragraph([caption, tell("Some far places lie beyond its edge.")])
