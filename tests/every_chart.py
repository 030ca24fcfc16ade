"""Every chart of the program, made from the frames of chart_cases."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import polars as pl

import chart_cases as cases
from corridor.charts.calendar import calendar
from corridor.charts.closures import (
    corridor_bars,
    hazard_bars,
    loss_curve,
    replay_bars,
    shift_map,
)
from corridor.charts.criticality import criticality_bars, criticality_map
from corridor.charts.distance import cost_distance, time_distance
from corridor.charts.evidence import evidence
from corridor.charts.maps import network_map, route_map
from corridor.charts.pareto import pareto
from corridor.charts.projects import phases_gantt, switching_tornado, yearly_gains
from corridor.charts.stages import stage_rows, stages
from corridor.charts.trade import carriage, gains, potential, scenarios, way_to_target
from corridor.charts.validation import validation

SVG = "{http://www.w3.org/2000/svg}"


def one_criterion(criterion: str) -> pl.DataFrame:
    return cases.calendar().filter(pl.col("criterion") == criterion)


EVERY: dict[str, Callable[[], Any]] = {
    "time_distance": lambda: time_distance(cases.legs(), cases.nodes()),
    "cost_distance": lambda: cost_distance(cases.legs(), cases.nodes()),
    "network_map": lambda: network_map(
        cases.nodes(), cases.links(), closed={"mid-port"}, on="2026-07-01"
    ),
    "route_map": lambda: route_map(cases.nodes(), cases.links(), cases.legs()),
    "pareto": lambda: pareto(cases.routes()),
    "calendar": lambda: calendar(one_criterion("time")),
    "calendar_both": lambda: calendar(cases.calendar()),
    "stages": lambda: stages(stage_rows(cases.legs(), cases.money())),
    "calendar_cost": lambda: calendar(one_criterion("cost")),
    "validation": lambda: validation(cases.validation()),
    "evidence": lambda: evidence(cases.evidence()),
    "criticality_map": lambda: criticality_map(cases.nodes(), cases.links(), cases.ranked()),
    "criticality_bars": lambda: criticality_bars(cases.ranked()),
    "criticality_pairs": lambda: criticality_bars(cases.ranked(), ("pair",)),
    "loss_curve": lambda: loss_curve(
        cases.years(), cases.years_summary(), {"half-shut": "Half-Shut", "open": "Unbuilt"}
    ),
    "hazard_bars": lambda: hazard_bars(cases.by_hazard(), {"half-shut": "Half-Shut"}),
    "shift_map": lambda: shift_map(cases.nodes(), cases.links(), cases.shifted()),
    "corridor_bars": lambda: corridor_bars(cases.second_corridors()),
    "replay_bars": lambda: replay_bars(cases.replay()),
    "way_to_target": lambda: way_to_target(cases.target()),
    "scenarios": lambda: scenarios(cases.target()),
    "carriage": lambda: carriage(cases.pair_costs()),
    "potential": lambda: potential(cases.potential()),
    "gains": lambda: gains(cases.gains()),
    "phases_gantt": lambda: phases_gantt(cases.programme_rows()["phase_projects"], 2027),
    "switching_tornado": lambda: switching_tornado(
        cases.project_rows()["appraisal_switching"], -3e9
    ),
    "yearly_gains": lambda: yearly_gains(
        cases.project_rows()["appraisal_groups"].filter(pl.col("project_id") == "railway")
    ),
}


def texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]
