"""The verb of flows: what really fits, where it jams, and what a slot is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from corridor.cli.options import StudyFolder, StudyOptions
from corridor.cli.output import (
    DONE,
    NOT_SERVED,
    print_frame,
    refuse_inputs,
    say,
    say_compiling,
    say_warnings,
)
from corridor.errors import CallError
from corridor.steps import told_to

if TYPE_CHECKING:
    import datetime as dt

    import polars as pl

    from corridor.flows.assign import AssignOptions
    from corridor.flows.flows import Flows
    from corridor.network.network import Network
    from corridor.study.study import Study
    from corridor.trade.elastic import ElasticFlows

Principle = Literal["user", "system", "dispersed"]
Tables = Literal[
    "bottlenecks",
    "capacities",
    "volumes",
    "routes",
    "unserved",
    "trace",
    "observed",
    "corridor",
    "demand",
    "rounds",
]
OF_CHAPTER = ("observed", "corridor")
OF_ROUNDS = ("demand", "rounds")
MAX_UNSERVED = 20  # rows of demand said to stay


def assign(
    folder: StudyFolder,
    *,
    table: Tables = "bottlenecks",
    principle: Principle = "user",
    month: int | None = None,
    on: str | None = None,
    select: str | None = None,
    calibrated: Annotated[bool, Parameter(negative="--uncalibrated")] = True,
    trade_response: bool | None = None,
    output: Path | None = None,
    options: StudyOptions = StudyOptions(),
) -> int:
    """Say what really fits: where the demand jams, what a slot is worth, and who pays for it.

    Every row of demand takes the routes that are cheapest for it where capacities are shared; what
    finds no room, or no route worth its price, stays. The bottlenecks have a price or are used by
    four fifths, the costliest first. Exit code 3: not converged, or demand stays.

    Example: corridor assign studies/kazakhstan-pakistan --select crossing:AF-PK

    Parameters
    ----------
    folder
        Folder of the study.
    table
        What to print: bottlenecks, all limits, volumes by link, terminal and service, routes taken,
        demand that stays, steps of the computation; observed: volumes seen beside the model before
        and after calibration; corridor: what the corridor of [flows] can carry, today and planned;
        with a response of trade: demand, as its costs make it, and rounds, how it came to that.
    principle
        user: everybody takes the route cheapest for itself; system: all together cost least;
        dispersed: routes that cost nearly as little are taken too.
    month
        1 to 12: that month with its share of the demand; a year where not given.
    on
        Day that stands for the year; that of the scenario where not given.
    select
        Links whose users are printed instead, such as crossing:AF-PK, node:alat or a link_id.
    calibrated
        With the changes of [flows] calibration; without them by --uncalibrated.
    trade_response
        Demand follows what its flows cost, by the elasticities of the study; as [flows] says where
        not given.
    output
        Where volumes by link, use of capacity and the price of a slot are written besides: a file
        .geojson, or a folder for GMNS.
    """
    from corridor.cli.progress import progress

    refuse_inputs(output)

    study = options.read(folder)
    _require_demand(study)
    if select is not None:
        _require_links(study, select)

    say_compiling()
    if table in OF_CHAPTER and select is None:
        with progress() as step, told_to(step):
            frame = _chapter_table(study, table)
        print_frame(frame, json=options.json, network=study.network)
        return DONE

    has_response = _has_response(study, trade_response, table)
    asked: AssignOptions = {"choice": principle, "month": month}
    with progress() as step, told_to(step):
        network = _network(study, is_calibrated=calibrated)
        day = on or study.scenario.as_of
        elastic = _elastic(study, network, day, asked) if has_response else None
        flows = elastic.flows if elastic else _assigned(network, day, asked)

    say(repr(flows))
    if elastic and table in OF_ROUNDS and select is None:
        print_frame(getattr(elastic, table), json=options.json, network=network)
    else:
        _print(study, flows, table, select, json=options.json)
    _export(flows, output)
    if select is not None:
        _say_closure(flows, select)
    say_warnings(flows.warnings)
    return max(_say_end(flows), _say_rounds(elastic))


def _export(flows: Flows, output: Path | None) -> None:
    """Write what links carry, where a file or folder is named."""
    if output is None:
        return
    from corridor.exchange.flow_export import export_flows

    say(f"written: {export_flows(flows, output)}")


def _has_response(study: Study, trade_response: bool | None, table: Tables) -> bool:
    """Tell whether demand follows its costs; CallError for its tables where it does not."""
    if trade_response is None:
        trade_response = study.settings.flows.trade_response
    if table in OF_ROUNDS and not trade_response:
        raise CallError(f"The table {table} is that of a response of trade: add --trade-response.")
    return trade_response


def _network(study: Study, *, is_calibrated: bool) -> Network:
    from corridor.flows.chapter import calibrated

    return calibrated(study, study.network) if is_calibrated else study.network


def _assigned(network: Network, on: dt.date | str, asked: AssignOptions) -> Flows:
    from corridor.flows.assign import assign as assign_demand

    return assign_demand(network, network.frames["demand"], on=on, **asked)


def _elastic(
    study: Study, network: Network, on: dt.date | str, asked: AssignOptions
) -> ElasticFlows:
    from corridor.trade.elastic import study_elastic_flows

    return study_elastic_flows(study, network, on=on, **asked)


def _say_rounds(elastic: ElasticFlows | None) -> int:
    """Say how demand and flows came to agree; return how the command ends by that."""
    if elastic is None:
        return DONE
    say(repr(elastic))
    return DONE if elastic.converged else NOT_SERVED


def _chapter_table(study: Study, table: str) -> pl.DataFrame:
    """Return a table that takes several assignments; CallError where the study has none."""
    from corridor.flows.chapter import flow_tables

    frames = flow_tables(study)
    if f"flow_{table}" not in frames:
        needs = {"observed": "volumes.csv", "corridor": "a corridor in [flows] of study.toml"}
        raise CallError(f"The study has no {needs[table]}, which the table {table} is made from.")
    return frames[f"flow_{table}"]


def _print(study: Study, flows: Flows, table: Tables, select: str | None, *, json: bool) -> None:
    """Print the table asked for, or who is on selected links."""
    from corridor.flows.bottlenecks import bottlenecks
    from corridor.flows.link_users import selected_flows
    from corridor.screens.columns import bottlenecks_table, selected_table

    if select is not None:
        users = selected_flows(flows, select, study.scenario.scenario_id)
        print_frame(users, json=json, screen=selected_table, network=study.network)
    elif table == "bottlenecks":
        frame = bottlenecks(flows.capacities)
        print_frame(frame, json=json, screen=bottlenecks_table, network=study.network)
    else:
        print_frame(getattr(flows, table), json=json, network=study.network)


def _say_closure(flows: Flows, links: str) -> None:
    """Say what it would cost if the links selected shut, under capacity and as if without."""
    from corridor.flows.select import select

    say(repr(select(flows, links.split())))


def _say_end(flows: Flows) -> int:
    """Say which rows of demand stay, and why; return how the command ends."""
    from corridor.screens.names import in_words, name_of

    network = flows.programme.arrays.network
    for row in flows.unserved.head(MAX_UNSERVED).iter_rows(named=True):
        trip = name_of(network, "demand", row["demand_id"])
        say(f"{trip}: {row['share']:.0%} stays: {in_words(network, row['reason'])}")
    if flows.unserved.height > MAX_UNSERVED:
        say(f"{flows.unserved.height - MAX_UNSERVED} more rows of demand stay")
    if not flows.converged:
        say(f"not converged: the gap is {flows.gap_share:.1e}")
    return DONE if flows.converged and not flows.unserved.height else NOT_SERVED


def _require_demand(study: Study) -> None:
    if not study.network.frames["demand"].height:
        raise CallError(
            "The study has no demand: add demand.csv with origins, destinations, cargoes and "
            "units a year."
        )


def _require_links(study: Study, selected: str) -> None:
    """Raise CallError before the work where a word cannot be read or means no link."""
    from corridor.flows.link_users import links_meant

    try:
        links_meant(study.network, selected.split() or [selected])
    except CallError as error:
        raise CallError(f"--select: {error}") from None
