"""The run of the chapter on flows: demand under capacity, what was seen, and what is planned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from corridor.flows.assign import assign
from corridor.flows.corridor_capacity import corridor_capacity, corridor_frame
from corridor.flows.flows import TABLES, Flows
from corridor.flows.link_users import selected_flows
from corridor.flows.observed import observed_beside_flows
from corridor.network.changes import apply
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.study.study import Study
from corridor.tables import schema_results

TODAY = "today"
PLANNED = "planned"


def has_flows(study: Study) -> bool:
    """Tell whether a study has demand and capacities to assign."""
    frames = study.network.frames
    return bool(frames["demand"].height and frames["capacities"].height)


def flow_tables(study: Study, base: Flows | None = None) -> dict[str, pl.DataFrame]:
    """Return the demand of a study under capacity, as tables of results by name.

    base: the flows of its scenario, where they are known, such as those of an elastic demand.

    * flow_volumes, flow_capacities, flow_routes, flow_unserved, flow_trace: as
      :func:`corridor.assign` has them, of a year from the scenario's day;
    * flow_selected: who is on the links that ``[flows] selected`` names;
    * flow_corridor: what the corridor of ``[flows]`` carries today and with what is planned;
    * flow_observed, flow_parameters: the volumes observed beside the model, and what was
      calibrated.

    None where the study has no demand or no capacity at all.
    """
    if not has_flows(study):
        return {}

    flows_of = StudyFlows(study, base)
    flows = flows_of.base
    frames = {f"flow_{name}": getattr(flows, name) for name in TABLES}
    frames["flow_selected"] = _selected(flows_of)
    if study.settings.flows.corridor is not None:
        frames["flow_corridor"] = _corridor(flows_of, study.settings.flows.corridor)
    if study.tables["volumes"].height:
        frames |= observed_tables(flows_of)
    return frames


class StudyFlows:
    """Flows of a study under its scenarios, each assigned once.

    Only the first assignment says why demand has no route at all; the others of its scenario leave
    that demand out, as nothing they look at opens it.
    """

    def __init__(self, study: Study, base: Flows | None = None) -> None:
        self.study = study
        self.scenario_id = study.scenario.scenario_id
        self.network = calibrated(study, study.network)
        demand = self.network.frames["demand"]
        self.base = base or assign(self.network, demand, on=study.scenario.as_of)
        self._assigned: dict[tuple[str, bool], Flows] = {(self.scenario_id, True): self.base}

    def demand(self, network: Network, scenario_id: str) -> pl.DataFrame:
        """Return the demand of a network, of the study's scenario without what has no route."""
        if scenario_id != self.scenario_id:
            return network.frames["demand"]

        demand = self.base.programme.arrays.trips
        closed = self.base.unserved.filter(pl.col("why") == "closed")["demand_id"]
        return demand.filter(~pl.col("demand_id").is_in(closed.implode()))

    def under(self, scenario_id: str | None, *, is_calibrated: bool = True) -> Flows:
        """Return the flows under a scenario; null: the study's default one."""
        scenario_id = scenario_id or self.study.settings.default_scenario
        key = (scenario_id, is_calibrated)
        if key not in self._assigned:
            network = self.study.network_of(scenario_id)
            if is_calibrated:
                network = calibrated(self.study, network)
            on = self.study.scenarios[scenario_id].as_of
            demand = self.demand(network, scenario_id)
            self._assigned[key] = assign(network, demand, on=on, start=self.base)
        return self._assigned[key]


def calibrated(study: Study, network: Network) -> Network:
    """Return a network with the changes over it that the flows of a study were calibrated by."""
    return _with_changes(study, network, study.settings.flows.calibration)


def observed_tables(flows_of: StudyFlows) -> dict[str, pl.DataFrame]:
    """Return the volumes observed beside the model, and what was calibrated."""
    study = flows_of.study
    observed = observed_beside_flows(
        study.tables["volumes"],
        study.network.frames["demand"],
        partial(flows_of.under, is_calibrated=False),
        flows_of.under,
    )
    return {"flow_observed": observed, "flow_parameters": parameters(study)}


def parameters(study: Study) -> pl.DataFrame:
    """Return what was calibrated: the rows of changes, with the values they replace."""
    rows = _rows_of(study, study.settings.flows.calibration)
    columns = schema_results.empty("flow_parameters").columns
    return rows.with_columns(before=_before(study, rows)).select(columns)


def _before(study: Study, rows: pl.DataFrame) -> pl.Series:
    """Return the range of the values that change rows replace, as text; null: none was there."""
    texts = [_replaced(study, row) for row in rows.iter_rows(named=True)]
    return pl.Series("before", texts, pl.String)


def _replaced(study: Study, row: Row) -> str | None:
    """Return the smallest and largest number that a change of links replaces."""
    if row["table"] != "links":
        return None

    links = list(study.network.selected_links(row["row_id"]))
    replaced = study.network.frames["links"][row["column"]].gather(links).drop_nulls()
    values = sorted(map(float, replaced))
    return "-".join(dict.fromkeys(f"{value:g}" for value in values[:1] + values[-1:])) or None


def _selected(flows_of: StudyFlows) -> pl.DataFrame:
    """Return who is on the links asked for, where nobody is under the scenario asked for too."""
    asked = flows_of.study.settings.flows
    frames = [schema_results.empty("flow_selected")]
    for selector in asked.selected:
        users = selected_flows(flows_of.base, selector, flows_of.scenario_id)
        if not users.height and asked.selected_scenario is not None:
            flows = flows_of.under(asked.selected_scenario)
            users = selected_flows(flows, selector, asked.selected_scenario)
        frames.append(users)
    return pl.concat(frames)


def _corridor(flows_of: StudyFlows, selector: str) -> pl.DataFrame:
    """Return what a corridor carries today and with what is planned."""
    study = flows_of.study
    asked = study.settings.flows
    demand = flows_of.demand(flows_of.network, flows_of.scenario_id)
    rows = corridor_capacity(TODAY, flows_of.network, demand, flows_of.base, selector)

    if asked.plans_on is not None:
        network = _with_changes(study, flows_of.network, asked.plans)
        planned = assign(network, demand, on=asked.plans_on, start=flows_of.base)
        rows += corridor_capacity(PLANNED, network, demand, planned, selector)
    return corridor_frame(rows, asked.name)


def _with_changes(study: Study, network: Network, change_ids: Sequence[str]) -> Network:
    return apply(network, _rows_of(study, change_ids)) if change_ids else network


def _rows_of(study: Study, change_ids: Sequence[str]) -> pl.DataFrame:
    return study.tables["changes"].filter(pl.col("change_id").is_in(change_ids))
