"""Plans of large consignments in the report: what they come to, when what leaves, the costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.charts.consignments import certainty_curve, dispatch_chart, unit_map
from corridor.charts.style import Chart
from corridor.language.messages import translate
from corridor.language.speech import marked, number, tell
from corridor.reports.figures import PLAN_TABLES, Figure, draw_figure
from corridor.reports.formats import country, day, fine_share, share, slug
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Section
from corridor.reports.translating import text_of

Frames = Mapping[str, pl.DataFrame]  # of a plan, by the names they are declared under

ITEMS = {
    "freight": marked("freight"),
    "storage": marked("storage"),
    "penalty": marked("penalty"),
}


def sections(inputs: ReportInputs) -> list[Section]:
    """Return a section for every plan that was kept of the study as it is."""
    return [
        Section(
            f"plan-{slug(shipment_id)}",
            translate(name),
            "consignments.html",
            plan_values(frames, inputs.nodes, inputs.links, shipment_id),
            translate(name),
        )
        for shipment_id, (name, frames) in inputs.plans.items()
    ]


def plan_values(
    frames: Frames, nodes: pl.DataFrame, links: pl.DataFrame, prefix: str
) -> dict[str, Any]:
    """Return what the template needs of a plan.

    Parameters
    ----------
    frames : tables of the plan.
    nodes, links : the network, for the map and the names of places.
    prefix : what the ids of its figures begin with.
    """
    return {
        "sentences": plan_sentences(frames["plan_summary"]),
        "figures": _figures(frames, nodes, links, prefix),
        "dispatches": _dispatch_rows(frames["plan_dispatches"]),
        "costs": _cost_rows(frames["plan_costs"]),
        "certainty": frames["plan_certainty"].to_dicts(),
        "policy": _policy_rows(frames["plan_policy"]),
        "turns": _turn_rows(frames["plan_turns"], nodes),
    }


def plan_sentences(summary: pl.DataFrame) -> list[str]:
    """Say what a plan delivers, when, for how much, and how sure it is."""
    row = summary.row(0, named=True)
    sentences = [_delivered(row)]
    if row["delivered_units"]:
        sentences.append(_money(row))
        sentences.append(
            tell(
                "Emissions are {t} t CO2e, well to wheel (ISO 14083).",
                t=number(row["carbon_kg"] / 1000),
            )
        )
    if row["reason"]:
        sentences.append(tell("Not all is delivered: {reason}.", reason=text_of(row, "reason")))
    if row["nearest_feasible_on"] is not None:
        sentences.append(
            tell(
                "The nearest date by which all could be there is {day}.",
                day=day(row["nearest_feasible_on"]),
            )
        )
    if row["on_time_share"] is not None:
        sentences.append(
            tell(
                "Every unit is there in time in {share} of simulated years.",
                share=share(row["on_time_share"]),
            )
        )
    if row["recourse_usd"] is not None:
        sentences.append(
            tell(
                "Answers to first surprises save USD {usd} over keeping the plan, in the mean of "
                "simulated years.",
                usd=number(row["recourse_usd"]),
            )
        )
    return sentences


def _delivered(row: dict[str, Any]) -> str:
    words = {"units": number(row["delivered_units"]), "all": number(row["units"])}
    if not row["delivered_units"]:
        return tell("None of {all} units can be delivered.", **words)
    return tell(
        "{units} of {all} units leave from {first} to {last}; the last arrive on {end}.",
        first=day(row["first_depart_on"]),
        last=day(row["last_depart_on"]),
        end=day(row["last_arrive_on"]),
        **words,
    )


def _money(row: dict[str, Any]) -> str:
    """Say what a plan costs, in all, a unit, and of the contract."""
    words = {
        "usd": number(row["cost_usd"]),
        "each": number(row["cost_usd"] / row["delivered_units"]),
        "storage": number(row["storage_usd"]),
        "penalty": number(row["penalty_usd"]),
    }
    if row["value_share"] is None:
        return tell(
            "It costs USD {usd}, {each} a unit, with {storage} of storage and {penalty} of "
            "penalty.",
            **words,
        )
    return tell(
        "It costs USD {usd}, {each} a unit and {value_share} of the contract, with {storage} of "
        "storage and {penalty} of penalty.",
        value_share=fine_share(row["value_share"]),
        **words,
    )


def _figures(frames: Frames, nodes: pl.DataFrame, links: pl.DataFrame, prefix: str) -> list[Figure]:
    """Return the charts of a plan: in time, on the map, and the cost of certainty."""
    dispatches = frames["plan_dispatches"]
    if not dispatches.height:
        return []

    legs = frames["plan_legs"]
    deadline_on = frames["plan_summary"]["deadline_on"].item()
    figures = [
        _figure(f"{prefix}-dispatches", dispatch_chart(dispatches, deadline_on), dispatches),
        _figure(f"{prefix}-map", unit_map(nodes, links, dispatches, legs), legs),
    ]

    certainty = frames["plan_certainty"]
    if certainty["cost_usd"].drop_nulls().n_unique() > 1:
        figures.append(_figure(f"{prefix}-certainty", certainty_curve(certainty), certainty))
    return figures


def _figure(name: str, chart: Chart, data: pl.DataFrame) -> Figure:
    """Return a chart with its data; lists in cells are joined, as CSV has none."""
    lists = [column for column, kind in data.schema.items() if kind == pl.List]
    joined = data.with_columns(pl.col(column).list.join(" ") for column in lists)
    return draw_figure(name, chart, "", joined, PLAN_TABLES)


def _dispatch_rows(dispatches: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the dispatch table, told: places, countries passed, papers."""
    return [
        {
            **row,
            "destination": translate(row["destination"]),
            "through": "–".join(row["countries"]),
            "papers": tell(", ").join(translate(text) for text in row["documents"]),
        }
        for row in dispatches.iter_rows(named=True)
    ]


def _cost_rows(costs: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the costs by country and item, told."""
    items = costs["item"].to_list()
    return [
        {
            **row,
            "name": tell(ITEMS[item]),
            "place": country(row["country"]) if row["country"] else "",
        }
        for item, row in zip(items, costs.to_dicts(), strict=True)
        if row["usd"]
    ]


def _policy_rows(policy: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what to do at the first surprise, told."""
    return [{**row, "what": text_of(row, "sentence")} for row in policy.iter_rows(named=True)]


def _turn_rows(turns: pl.DataFrame, nodes: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what becomes of units under way, with the names of places."""
    names = dict(nodes.select("node_id", "name").iter_rows())
    return [
        {**row, "place": translate(names.get(row["node_id"], row["node_id"] or ""))}
        for row in turns.iter_rows(named=True)
    ]
