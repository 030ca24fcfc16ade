"""The chapter on flows: what fits, what jams, who is on links, and what was seen beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.charts.flows import FULL_SHARE, flow_map
from corridor.flows.bottlenecks import bottlenecks
from corridor.flows.corridor_capacity import GROWTH
from corridor.flows.link_uses import link_uses
from corridor.flows.observed import MAX_FACTOR, misfit
from corridor.language.speech import marked, number, number_in_style, tell, tell_count
from corridor.reports.element_names import place_names
from corridor.reports.figures import FLOW_TABLES, Figure, csv_address, draw_figure
from corridor.reports.formats import and_list, day, paragraph
from corridor.reports.inputs import ReportInputs
from corridor.reports.losses import selector_text
from corridor.reports.sections import Answer, Section

MAX_BOTTLENECKS = 20
MAX_PAYERS = 3  # named at a bottleneck
MAX_LIMITS = 3  # with a price, named in a row on the corridor
MAX_USERS = 10  # rows of demand shown for links that are asked for
MILLION_T = 1e6
# Verdicts on volumes, as :mod:`corridor.flows.observed` gives them.
VERDICTS = (marked("met"), marked("apart"), marked("not compared"))


def sections(inputs: ReportInputs) -> list[Section]:
    """Return what flows under capacity; nothing where they were not assigned."""
    if not inputs.frame("flow_routes").height:
        return []

    jams = bottlenecks(inputs.frame("flow_capacities"))
    values = {
        "words": [_paragraph(inputs, jams)],
        "warning": rounds_warning(inputs.frame("flow_rounds")),
        "figures": _figures(inputs),
        "jams": _jams(inputs, jams),
        "csv": csv_address(inputs.frame("flow_capacities")),
        "corridor": _corridor_rows(inputs),
        "misfit": _misfit_words(inputs.frame("flow_observed")),
    }
    title = tell("What fits, and what jams")
    return [Section("flows", title, "flows.html", values, title)]


def volume_sections(inputs: ReportInputs) -> list[Section]:
    """Return who is on links, and volumes seen beside the model; nothing without either."""
    observed = inputs.frame("flow_observed")
    values = {
        "selected": _selected(inputs),
        "observed": observed.to_dicts(),
        "parameters": _parameter_rows(inputs.frame("flow_parameters")),
    }
    if not any(values.values()):
        return []

    title = tell("Who is on which links, and what was counted there")
    return [Section("volumes", title, "volumes.html", values, title)]


def answers(inputs: ReportInputs) -> list[Answer]:
    """Return how much the corridor asked about can carry; nothing where none is."""
    rows = {(row["case"], row["factor"] > 1): row for row in _corridor(inputs)}
    case = "planned" if ("planned", True) in rows else "today"
    if (case, True) not in rows:
        return []

    demand = rows[case, False]
    most = rows[case, True]
    name = demand["name"] or tell("corridor")
    question = tell(
        "How much can the {corridor} carry in {year}, and what jams first?",
        corridor=name,
        year=str(demand["on"].year),
    )
    return [
        Answer(
            question,
            paragraph([_most_sentence(demand, most), _jam_sentence(inputs, demand)]),
            "flows",
        )
    ]


def _parameter_rows(parameters: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what was fitted to the volumes, with the links it holds on in words."""
    return [
        {**row, "where": and_list([selector_text(term) for term in row["row_id"].split()])}
        for row in parameters.iter_rows(named=True)
    ]


def _most_sentence(demand: Mapping[str, Any], most: Mapping[str, Any]) -> str:
    return tell(
        "With what is planned for {date} about {teu} TEU and {tonnes} million tonnes a year; the "
        "demand of today is {teu_now} TEU and {tonnes_now} million.",
        date=day(demand["on"]),
        teu=number(round(most["teu"], -3)),
        tonnes=number(most["t"] / MILLION_T, 1),
        teu_now=number(round(demand["teu"], -3)),
        tonnes_now=number(demand["t"] / MILLION_T, 1),
    )


def _jam_sentence(inputs: ReportInputs, demand: Mapping[str, Any]) -> str:
    """Say what is full first as the demand of a corridor grows."""
    if demand["first_full"] is None:
        return tell("No limit on its way is known.")

    first_full = demand["first_full"]
    limit_row = _limits(inputs).get(first_full, {})
    limit = _limit_text(limit_row, first_full, _names(inputs))
    if demand["first_full_factor"] <= 1 / FULL_SHARE:
        return tell("First to jam is {limit}: full with the demand of today.", limit=limit)
    return tell(
        "First to jam is {limit}, at {factor} times the demand of today.",
        limit=limit,
        factor=number(demand["first_full_factor"], 1),
    )


def _corridor(inputs: ReportInputs) -> list[dict[str, Any]]:
    return inputs.frame("flow_corridor").to_dicts()


def _corridor_rows(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the rows on the corridor, with the names of the limits that have a price."""
    limits = _limits(inputs)
    names = _names(inputs)
    return [
        {
            **row,
            "case_text": _case_text(row),
            "full_text": and_list(
                [
                    _limit_text(limits.get(limit, {}), limit, names)
                    for limit in row["full"][:MAX_LIMITS]
                ]
            ),
        }
        for row in _corridor(inputs)
    ]


def _case_text(row: Mapping[str, Any]) -> str:
    """Say which network and how much demand a row stands for."""
    network = (
        tell("planned, {date}", date=day(row["on"])) if row["case"] == "planned" else tell("today")
    )
    if row["factor"] > 1:
        return tell("{network}, {factor} times the demand", network=network, factor=number(GROWTH))
    return network


def _paragraph(inputs: ReportInputs, jams: pl.DataFrame) -> str:
    """Say how much is carried and stays, and how many limits are full."""
    carried = float(inputs.frame("flow_routes")["t"].sum()) / MILLION_T
    stays = inputs.frame("flow_unserved")
    full = jams.filter(pl.col("use_share") >= FULL_SHARE).height
    return paragraph(
        [
            tell("{tonnes} million tonnes a year find room.", tonnes=number(carried, 1)),
            tell(
                "{tonnes} million tonnes stay: {closed} million have no open route, {room} million "
                "no room they would pay for.",
                tonnes=number(float(stays["t"].sum()) / MILLION_T, 1),
                closed=number(_stays(stays, "closed"), 1),
                room=number(_stays(stays, "no capacity"), 1),
            ),
            tell_count("{count} limit is full.", "{count} limits are full.", full),
            tell(
                "A slot is worth what one more of it would save all shippers; where a flow was "
                "seen and no limit is published, none is assumed."
            ),
        ]
    )


def rounds_warning(rounds: pl.DataFrame) -> str | None:
    """Say that demand and the costs of its flows did not come to agree; null: they did."""
    if not rounds.height or rounds["agrees"][-1]:
        return None

    return tell(
        "Demand and flows do not agree: after {rounds} rounds, what carriage costs would still "
        "change a row of demand by {share} %. The figures are those of the last round.",
        rounds=number(rounds.height),
        share=number_in_style(100 * rounds["change_share"][-1], ".2g"),
    )


def _stays(unserved: pl.DataFrame, why: str) -> float:
    return float(unserved.filter(pl.col("why") == why)["t"].sum()) / MILLION_T


def _limits(inputs: ReportInputs) -> dict[str, dict[str, Any]]:
    rows = inputs.frame("flow_capacities").iter_rows(named=True)
    return {row["capacity_id"]: row for row in rows}


def _jams(inputs: ReportInputs, jams: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the bottlenecks with their names and the places between which payers trade."""
    names = _names(inputs)
    routes = inputs.frame("flow_routes")
    pair_of = {
        demand_id: f"{names.get(origin, origin)}–{names.get(destination, destination)}"
        for demand_id, origin, destination in routes.select(
            "demand_id", "origin_node_id", "destination_node_id"
        ).iter_rows()
    }

    rows = []
    for row in jams.head(MAX_BOTTLENECKS).iter_rows(named=True):
        pairs = [pair_of[payer] for payer in row["payers"][:MAX_PAYERS] if payer in pair_of]
        limit = _limit_text(row, row["capacity_id"], names)
        rows.append({**row, "limit": limit, "who": ", ".join(dict.fromkeys(pairs))})
    return rows


def _limit_text(row: Mapping[str, Any], capacity_id: str, names: Mapping[str, str]) -> str:
    """Name a limit: its place, or its link or service, from where, and what it counts."""
    if not row:
        return capacity_id

    what = names.get(row["row_id"], row["row_id"])
    unit = tell(row["unit"])
    start = row["from_node_id"]
    if start is None:
        return tell("{what} ({unit})", what=what, unit=unit)
    return tell("{what} from {place} ({unit})", what=what, place=names.get(start, start), unit=unit)


def _names(inputs: ReportInputs) -> dict[str, str]:
    """Return the names of places, links and services."""
    return place_names(inputs.nodes) | inputs.element_names()


def _selected(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the users of every selection of links, the heaviest first."""
    names = place_names(inputs.nodes)
    cargoes = inputs.study_frame("cargoes")
    cargo_names = dict(cargoes.select("cargo_id", "name").iter_rows()) if cargoes.height else {}
    groups = []
    for (selector, scenario), users in inputs.frame("flow_selected").group_by(
        "selector", "scenario", maintain_order=True
    ):
        rows = [
            {
                **row,
                "from": names.get(row["origin_node_id"], row["origin_node_id"]),
                "to": names.get(row["destination_node_id"], row["destination_node_id"]),
                "cargo": cargo_names.get(row["cargo_id"], row["cargo_id"]),
            }
            for row in users.head(MAX_USERS).iter_rows(named=True)
        ]
        million_t = float(users["t"].sum()) / MILLION_T
        groups.append(
            {
                "selector": and_list([selector_text(term) for term in str(selector).split()]),
                "scenario": scenario,
                "million_t": million_t,
                "rows": rows,
            }
        )
    return groups


def _misfit_words(observed: pl.DataFrame) -> str | None:
    """Say how far the model is from what was seen, before and after, fitted to and held out."""
    factors = [
        misfit(observed, column, held_out=held_out)
        for held_out in (False, True)
        for column in ("before_per_year", "modelled_per_year")
    ]
    if None in factors:
        return None

    fitted_before, fitted, held_before, held = (number(factor, 2) for factor in factors if factor)
    met = observed.filter(pl.col("held_out") & (pl.col("verdict") == "met")).height
    compared = observed.filter(pl.col("held_out") & (pl.col("verdict") != "not compared")).height
    return tell(
        "Volumes the model was fitted to are met within a factor of {fitted} ({fitted_before} "
        "before), those held out within {held} ({held_before} before): {met} of {compared} of "
        "these within {limit}.",
        fitted=fitted,
        fitted_before=fitted_before,
        held=held,
        held_before=held_before,
        met=number(met),
        compared=number(compared),
        limit=number(MAX_FACTOR, 1),
    )


def _figures(inputs: ReportInputs) -> list[Figure]:
    """Return the map of flows."""
    volumes = inputs.frame("flow_volumes")
    caption = tell(
        "The width of a link is what it carries a year; its colour how full its tightest limit is. "
        "Grey links have none that is known."
    )
    uses = link_uses(inputs.frame("flow_capacities"))
    chart = flow_map(inputs.nodes, inputs.links, volumes, uses)
    return [draw_figure("flows-map", chart, caption, volumes, FLOW_TABLES)]
