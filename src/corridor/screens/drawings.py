"""Drawings: the map and the chart that belong to an answer of each kind."""

from __future__ import annotations

from functools import singledispatch

import polars as pl

from corridor.charts.closures import loss_curve
from corridor.charts.consignments import dispatch_chart, unit_map
from corridor.charts.flows import flow_map
from corridor.charts.maps import network_map, route_map
from corridor.charts.pareto import pareto
from corridor.charts.style import Chart
from corridor.closures.risk import Risk
from corridor.consignments.plan import Plan
from corridor.errors import CallError
from corridor.flows.flows import Flows
from corridor.flows.link_uses import link_uses
from corridor.network.network import Network
from corridor.routing.route import Routes
from corridor.study.study import Study


@singledispatch
def answer_map(answer: object) -> Chart:
    """Return the map of an answer. Raises CallError for one without a map, or nothing on it."""
    raise CallError(f"there is no map of {type(answer).__name__}.")


@answer_map.register
def _(study: Study) -> Chart:
    return answer_map(study.network)


@answer_map.register
def _(network: Network) -> Chart:
    return network_map(network.frames["nodes"], network.frames["links"])


@answer_map.register
def _(routes: Routes) -> Chart:
    if routes.network is None or not routes.legs.height:
        raise CallError("there is no route to be drawn on a map.")
    return route_map(routes.network.frames["nodes"], routes.network.frames["links"], routes.legs)


@answer_map.register
def _(flows: Flows) -> Chart:
    frames = flows.programme.arrays.network.frames
    if not flows.volumes.height:
        raise CallError("nothing is carried that could be drawn on a map.")
    uses = link_uses(flows.capacities).select("link_id", "use_share")
    return flow_map(frames["nodes"], frames["links"], flows.volumes, uses)


@answer_map.register
def _(plan: Plan) -> Chart:
    if plan.network is None or not plan.dispatches.height:
        raise CallError("there is no dispatch to be drawn on a map.")
    frames = plan.network.frames
    return unit_map(frames["nodes"], frames["links"], plan.dispatches, plan.legs)


@singledispatch
def answer_chart(answer: object) -> Chart:
    """Return the chart of an answer. Raises CallError for one without a chart, or nothing on it."""
    raise CallError(f"there is no chart of {type(answer).__name__}.")


@answer_chart.register
def _(routes: Routes) -> Chart:
    if not routes.routes.height:
        raise CallError("there is no route to be drawn.")
    return pareto(routes.routes)


@answer_chart.register
def _(risk: Risk) -> Chart:
    years = risk.years.with_columns(case=pl.lit("scenario"))  # the chart has a line a case
    summary = risk.summary.with_columns(case=pl.lit("scenario"))
    return loss_curve(years, summary, {"scenario": "Simulated years"})


@answer_chart.register
def _(plan: Plan) -> Chart:
    if not plan.dispatches.height:
        raise CallError("there is no dispatch to be drawn.")
    return dispatch_chart(plan.dispatches, plan.shipment.deadline_on)
