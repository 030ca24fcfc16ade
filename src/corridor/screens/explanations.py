"""Explanations: what an answer says, what it leaves out and what it rests on, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from html import escape
from typing import Any

import polars as pl

from corridor.charts.letters import in_letters
from corridor.closures.risk import Risk
from corridor.consignments.plan import Plan
from corridor.errors import CallError
from corridor.flows.flows import Flows
from corridor.language.amounts import MILLION_USD, three_digits
from corridor.projects.appraisal import Appraisal
from corridor.routing.grades import weak_shares
from corridor.routing.order import quickest_first
from corridor.routing.route import Routes
from corridor.study.study import Study
from corridor.units import DAY_H

MAX_HAZARDS = 3  # named of a simulated year
HASH_LETTERS = 12  # of a hash of inputs, enough to tell two apart


@dataclass(frozen=True)
class Explanation:
    """Sentences about an answer; printed a line each, in a notebook a paragraph each."""

    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences)


def explanation(answer: object) -> Explanation:
    """Return what an answer says and rests on. Raises CallError for one that has none."""
    return Explanation(tuple(sentences(answer)))


@singledispatch
def sentences(answer: object) -> Iterator[str]:
    """Yield the sentences of an answer, the most important first."""
    raise CallError(f"there is no explanation of {type(answer).__name__}.")


@sentences.register
def _(study: Study) -> Iterator[str]:
    yield f"{study.title}: {study.scenario.title}."
    for finding in study.warnings:
        yield f"{finding.message} {finding.do}"
    yield f"Inputs {study.hash[:HASH_LETTERS]}."


@sentences.register
def _(routes: Routes) -> Iterator[str]:
    yield from in_letters(_of_routes(routes), routes.routes)


def _of_routes(routes: Routes) -> Iterator[str]:
    """Yield the sentences of routes, which call these by their ids."""
    if routes.best is None:
        yield f"There is no route: {routes.reason}."
        for opening in routes.openings:
            names = ", ".join(f"{each.kind} {each.closure_id}" for each in opening.closures)
            yield f"There would be one if this opened: {names}."
    else:
        yield from _quickest_and_cheapest(routes)
        yield str(routes.best)
        yield from _confidence(routes)

    yield from map(str, routes.left_out)
    yield from _end(routes.warnings, routes.provenance)


def _quickest_and_cheapest(routes: Routes) -> Iterator[str]:
    """Yield the two routes a person asks for first, with their bands."""
    by_time = quickest_first(routes.routes)
    by_cost = by_time.sort("cost_usd", maintain_order=True)
    for word, frame in (("Quickest", by_time), ("Cheapest", by_cost)):
        row = frame.row(0, named=True)
        yield (
            f"{word}: {row['route_id']} ({row['corridor']}), {row['time_p50_h'] / DAY_H:.1f} days "
            f"(90 % of trips take {row['time_p05_h'] / DAY_H:.1f} to "
            f"{row['time_p95_h'] / DAY_H:.1f}), USD {row['cost_usd']:,.0f} "
            f"({row['cost_p05_usd']:,.0f} to {row['cost_p95_usd']:,.0f}), "
            f"{row['carbon_kg'] / 1000:.1f} t CO2e."
        )


def _confidence(routes: Routes) -> Iterator[str]:
    """Yield how much of the first route rests on estimates."""
    first = routes.routes["route_id"][0]
    weak = weak_shares(routes.legs.filter(pl.col("route_id") == first))
    hours = weak["weak_time_share"]
    usd = weak["weak_cost_share"]
    if hours is not None and usd is not None:
        yield f"Of {first}, {hours:.0%} of the hours and {usd:.0%} of the dollars are estimates."


@sentences.register
def _(flows: Flows) -> Iterator[str]:
    yield str(flows)
    yield from _end(flows.warnings, flows.provenance)


@sentences.register
def _(risk: Risk) -> Iterator[str]:
    yield str(risk)
    costly = risk.by_hazard.filter(pl.col("loss_usd_per_year") > 0)
    for row in costly.sort("loss_usd_per_year", descending=True).head(MAX_HAZARDS).to_dicts():
        millions = three_digits(row["loss_usd_per_year"] / MILLION_USD)
        yield f"{row['hazard_id']}: USD {millions} m a year, {row['loss_share']:.0%} of all."
    yield from _end(risk.warnings, risk.provenance)


@sentences.register
def _(appraisal: Appraisal) -> Iterator[str]:
    yield str(appraisal)
    yield from _end(appraisal.warnings, appraisal.provenance)


@sentences.register
def _(plan: Plan) -> Iterator[str]:
    yield str(plan)
    yield from map(str, plan.policy["sentence"].to_list())
    yield from _end(plan.warnings, plan.provenance)


def _end(warnings: tuple[str, ...], provenance: Mapping[str, Any]) -> Iterator[str]:
    """Yield the caveats of an answer and what it was computed from."""
    yield from map(str, warnings)

    version = provenance.get("corridor", "")
    inputs = str(provenance.get("inputs") or "")[:HASH_LETTERS]
    yield f"Computed by corridor {version} from inputs {inputs or 'of no study'}."
