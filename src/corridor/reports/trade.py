"""The chapter on trade: how far the target is, and what corridors do for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor.charts import trade as charts
from corridor.language.amounts import MILLION_USD, short_sum, sum_in_words
from corridor.language.speech import number, signed, speech, tell
from corridor.reports.figures import TRADE_TABLES, Figure, csv_address, draw_figure
from corridor.reports.formats import DASH, and_list, day, fine_share, number_or_dash, paragraph
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Answer, Section

MAX_SECTORS = 3  # named
HALF = 0.5  # of the way: from which on carriage would be the main obstacle

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Series:
    """The steps from one baseline to the target.

    needed_share: yearly growth the target takes. grown_usd: what growth alone gives. best: the row
    of the best scenario; bound: of free carriage; null where there is none.
    """

    name: str
    base_usd: float
    ends_on: dt.date
    target_usd: float
    needed_share: float
    grown_usd: float
    best: Row | None
    bound: Row | None


def sections(inputs: ReportInputs) -> list[Section]:
    """Return the road to the target; nothing where no target was asked about."""
    if not inputs.frame("trade_target").height:
        return _sections_without_answer(inputs.frame("trade_sentences"))

    steps = inputs.frame("trade_target")
    all_series = _all_series(steps)
    abroad = _flows_abroad(inputs.frame("trade_pairs"))
    values = {
        "words": _paragraphs(inputs, all_series),
        "figures": [_target_figure(steps)] if _answered(steps).height else [],
        "flows": abroad.height,
        "seen": abroad.filter(pl.col("basis") == "observed").height,
    }
    title = tell("Trade and the road to {amount}", amount=sum_in_words(all_series[0].target_usd))
    return [Section("trade", title, "trade.html", values, tell("Trade"))]


def detail_sections(inputs: ReportInputs) -> list[Section]:
    """Return each scenario, what carriage costs, what could be sold and who gains.

    Nothing without a target.
    """
    steps = inputs.frame("trade_target")
    if not steps.height:
        return []

    all_series = _all_series(steps)
    values = {
        "series": all_series,
        "rows": _table_rows(steps, all_series),
        "csv": csv_address(steps),
        "figures": _detail_figures(inputs, steps),
    }
    title = tell("Trade by scenario, sector and country")
    return [Section("trade-detail", title, "trade_detail.html", values, title)]


def answers(inputs: ReportInputs) -> list[Answer]:
    """Return the answer on the target; none where no target was asked about."""
    steps = inputs.frame("trade_target")
    if not steps.height:
        return []

    all_series = _all_series(steps)
    question = tell(
        "Can corridors bring trade to {amount} a year?",
        amount=sum_in_words(all_series[0].target_usd),
    )
    return [Answer(question, _target_paragraph(all_series), "trade")]


def is_reached(inputs: ReportInputs) -> bool:
    """Tell whether the best of the scenarios compared comes to the target, in every series."""
    best = [series.best for series in _all_series(inputs.frame("trade_target"))]
    return all(row is not None and row["gap_usd"] <= 0 for row in best)


def best_text(inputs: ReportInputs) -> str:
    """Say what the best of the scenarios compared gives, in the first series."""
    first = _all_series(inputs.frame("trade_target"))[0]
    if first.best is None:
        return ""
    return tell(
        "{amount} at best, of {target}.",
        amount=_sum_with_band(first.best),
        target=short_sum(first.target_usd),
    )


def _flows_abroad(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the flows between two countries under the first scenario."""
    return pairs.filter(
        pl.col("scenario") == pairs["scenario"][0], pl.col("exporter") != pl.col("importer")
    )


def _sections_without_answer(sentences: pl.DataFrame) -> list[Section]:
    """Return why there is no answer on the target; nothing where none was asked for."""
    if not sentences.height:
        return []
    values = {"words": sentences["sentence"].to_list()}
    title = tell("Trade and the target")
    return [Section("trade", title, "trade.html", values, tell("Trade"))]


def _all_series(steps: pl.DataFrame) -> list[Series]:
    return [_series(rows) for _, rows in steps.group_by("series", maintain_order=True)]


def _series(steps: pl.DataFrame) -> Series:
    growth = steps.filter(pl.col("kind") == "growth").row(0, named=True)
    return Series(
        name=growth["series"],
        base_usd=growth["base_usd"],
        ends_on=growth["ends_on"],
        target_usd=growth["target_usd"],
        needed_share=growth["needed_growth_share_per_year"],
        grown_usd=growth["value_usd"],
        best=_largest(steps, "scenario"),
        bound=_largest(steps, "bound"),
    )


def _largest(steps: pl.DataFrame, kind: str) -> Row | None:
    """Return the step of a kind that gives most; null where there is none."""
    of_kind = steps.filter(pl.col("kind") == kind).sort("value_usd")
    return of_kind.row(-1, named=True) if of_kind.height else None


def _target_paragraph(all_series: Sequence[Series]) -> str:
    """Say in a few sentences what the target takes and what corridors give."""
    starts = and_list([_start(series) for series in all_series])
    grown = and_list([short_sum(series.grown_usd) for series in all_series])
    # Translators: {starts} are one or more of: by {growth} % a year from USD {usd} ({series},
    # twelve months to {date}).
    needed = tell("To reach the target, trade must grow {starts}.", starts=starts)
    growth = tell("Growth of both economies gives {amounts}.", amounts=grown)

    best = [series.best for series in all_series if series.best is not None]
    if not best:
        return paragraph([needed, growth])

    short = [row for row in best if row["gap_usd"] > 0]
    verdict = tell("Not by these corridors alone.") if short else tell("Yes.")
    return paragraph([verdict, needed, growth, *_best_sentences(best, short)])


def _start(series: Series) -> str:
    """Say from where a series starts, and the growth that the target takes from there."""
    return tell(
        "by {growth} % a year from USD {usd} ({series}, twelve months to {date})",
        usd=short_sum(series.base_usd),
        series=series.name,
        date=day(series.ends_on),
        growth=number(series.needed_share * 100),
    )


def _best_sentences(best: Sequence[Row], short: Sequence[Row]) -> list[str]:
    """Say what the best scenario gives; short: where that is less than the target."""
    words = {
        "scenario": best[0]["step"],
        "amounts": and_list([_sum_with_band(row) for row in best]),
    }
    if not short:
        return [
            tell("The most that the scenarios compared give (“{scenario}”) is {amounts}.", **words)
        ]

    return [
        tell(
            "The most that the scenarios compared give (“{scenario}”) is {amounts}: "
            "{shares} of the way from growth to the target.",
            shares=and_list([fine_share(row["transport_share"]) for row in best]),
            **words,
        ),
        tell(
            "The other {amounts} would have to come from elsewhere: carriage cheaper than any of "
            "these makes it, tariffs and payment, products and buyers that are not there yet.",
            amounts=and_list([short_sum(row["gap_usd"]) for row in short]),
        ),
    ]


def _sum_with_band(row: Row) -> str:
    """Return the value of a step with its interval, where it has one."""
    if row["low_usd"] is None:
        return short_sum(row["value_usd"])
    return tell(
        "{value} ({low} to {high})",
        value=short_sum(row["value_usd"]),
        low=short_sum(row["low_usd"]),
        high=short_sum(row["high_usd"]),
    )


def _paragraphs(inputs: ReportInputs, all_series: Sequence[Series]) -> list[str]:
    """Return the paragraphs of the chapter."""
    paragraphs = [_target_paragraph(all_series)]

    costs = inputs.frame("trade_pair_costs")
    bounds = [series.bound for series in all_series if series.bound is not None]
    best = all_series[0].best
    if bounds and costs.height and best is not None:
        paragraphs.append(_carriage_paragraph(costs, bounds, best))

    sectors = _carried(inputs.frame("trade_potential"))
    if sectors.height and float(sectors["potential_usd"].sum()) > 0:
        paragraphs.append(_potential_paragraph(sectors, all_series[0].target_usd))
    return paragraphs


def _carried(sectors: pl.DataFrame) -> pl.DataFrame:
    """Return the sectors whose goods routes of the network carry."""
    return sectors.filter("is_carried") if "is_carried" in sectors.columns else sectors


def _carriage_paragraph(costs: pl.DataFrame, bounds: Sequence[Row], best: Row) -> str:
    """Say what free carriage would give, what carriage costs, and what the best scenario saves."""
    free_carriage = tell(
        "If carriage between the two cost nothing and took no time, which no "
        "corridor does, trade would in the long run come to {amounts}.",
        amounts=and_list([_sum_with_band(bound) for bound in bounds]),
    )
    sentences = [free_carriage, _carriage_sentence(costs, best)]
    if any(_highest_share(bound) >= HALF for bound in bounds) and _is_short(best):
        sentences.append(
            tell(
                "So whether carriage is the main obstacle cannot be decided here: what these "
                "corridors cover is little, what free carriage would cover much, and tariffs, "
                "payment, standards and products are not in the model."
            )
        )
    return paragraph(sentences)


def _highest_share(bound: Row) -> float:
    """Return the share of the way that free carriage covers at most; 0 where it is not known."""
    return bound.get("transport_share_high") or bound["transport_share"] or 0.0


def _is_short(best: Row) -> bool:
    """Return whether the best scenario covers less than half of the way."""
    share = best["transport_share"]
    return share is not None and share < HALF


def _carriage_sentence(costs: pl.DataFrame, best: Row) -> str:
    """Say what share of the goods' value carriage is, and what the best scenario takes off it."""
    before = costs.filter(pl.col("scenario") == "baseline")
    after = costs.filter(pl.col("scenario") == best["scenario"])
    cost_shares = zip(before["cost_share"], after["cost_share"], strict=True)
    savings = [fine_share(1 - new / old) for old, new in cost_shares if old]

    return tell(
        "Carriage comes to {shares} of the value of the goods ({ways}); "
        "“{scenario}” takes {less} off that.",
        shares=and_list([fine_share(cost_share) for cost_share in before["cost_share"]]),
        ways=and_list(_directions(before)),
        scenario=best["step"],
        less=and_list(savings),
    )


def _directions(costs: pl.DataFrame) -> list[str]:
    return [
        tell("{origin} to {destination}", origin=origin, destination=destination)
        for origin, destination in costs.select("from_name", "to_name").iter_rows()
    ]


def _potential_paragraph(sectors: pl.DataFrame, target_usd: float) -> str:
    """Say what an average pair of this size would trade, and where most room is left."""
    average_usd = float(sectors["potential_usd"].sum())
    traded_usd = float(sectors["traded_usd"].sum())
    sentences = [
        tell(
            "A pair of this size at this distance trades {average} on average (gravity), "
            "against {now} now.",
            average=short_sum(average_usd),
            now=short_sum(traded_usd),
        ),
        _rooms_sentence(sectors),
    ]

    if target_usd > average_usd:
        sentences.append(_times_sentence(sectors, target_usd / average_usd))
    return paragraph(sentences)


def _times_sentence(sectors: pl.DataFrame, times: float) -> str:
    """Say how far the target lies above the average pair, and how far that average errs."""
    factor = sectors["error_factor"][0] if "error_factor" in sectors.columns else None
    words = {"times": number(times, 1)}
    if factor is None:
        return tell("The target lies {times} times above that average.", **words)

    words["factor"] = number(factor, 1)
    if times > factor:
        return tell(
            "The target lies {times} times above that average, more than gravity errs: flows that "
            "are known lie {factor} times above or below it.",
            **words,
        )
    return tell(
        "The target lies {times} times above that average, and gravity errs by more: flows that "
        "are known lie {factor} times above or below it.",
        **words,
    )


def _rooms_sentence(sectors: pl.DataFrame) -> str:
    """Say in which sectors most more could be traded."""
    largest = sectors.sort("headroom_usd", descending=True).head(MAX_SECTORS)
    rooms = [_room(row) for row in largest.iter_rows(named=True)]
    # Translators: {sectors} are one or more of: {sector} from {origin} to {destination}
    # ({amount}).
    return tell("Most room is left in {sectors}.", sectors=and_list(rooms))


def _room(row: Row) -> str:
    """Return a sector with what more could be traded."""
    return tell(
        "{sector} from {origin} to {destination} ({amount})",
        sector=_within_sentence(row["name"]),
        origin=row["from_name"],
        destination=row["to_name"],
        amount=short_sum(row["headroom_usd"]),
    )


def _within_sentence(name: str) -> str:
    """Return a name as it stands inside a sentence: small in English, elsewhere as it is."""
    return name.lower() if speech().is_english else name


def _table_rows(steps: pl.DataFrame, all_series: Sequence[Series]) -> list[dict[str, Any]]:
    """Return one row a step with a cell for each series."""
    rows = {(row["series"], row["step"]): row for row in steps.iter_rows(named=True)}
    return [
        {
            "step": tell("Growth of both economies") if kind == "growth" else step,
            "kind": kind,
            "cells": [_table_cell(rows.get((series.name, step))) for series in all_series],
        }
        for step, kind in steps.select("step", "kind").unique(maintain_order=True).iter_rows()
    ]


def _table_cell(row: Row | None) -> dict[str, str]:
    if row is None or row["value_usd"] is None:
        return {"value": DASH, "band": "", "share": DASH}

    band = ""
    if row["low_usd"] is not None:
        low, high = (number_or_dash(row[bound] / MILLION_USD) for bound in ("low_usd", "high_usd"))
        band = f"{low}–{high}"
    return {
        "value": number(row["value_usd"] / MILLION_USD),
        "band": band,
        "share": DASH if row["kind"] == "growth" else fine_share(row["transport_share"]),
    }


def _answered(steps: pl.DataFrame) -> pl.DataFrame:
    """Return the scenarios that have a value."""
    return steps.filter((pl.col("kind") == "scenario") & pl.col("value_usd").is_not_null())


def _detail_figures(inputs: ReportInputs, steps: pl.DataFrame) -> list[Figure]:
    """Return the figures of the annex, each where there is something to draw."""
    options = _answered(steps)
    figures = [_scenarios_figure(steps, options)] if options.height else []

    costs = inputs.frame("trade_pair_costs")
    if costs["cost_share"].null_count() < costs.height:
        figures.append(_carriage_figure(costs))

    sectors = _carried(inputs.frame("trade_potential"))
    if sectors.height:
        figures.append(_potential_figure(sectors))

    gains = inputs.frame("trade_gains")
    if gains.height and options.height:
        best = options.sort("value_usd")["scenario"][-1]
        figures.append(_gains_figure(gains.filter(pl.col("scenario") == best)))
    return figures


def _target_figure(steps: pl.DataFrame) -> Figure:
    """Return the way to the target."""
    caption = tell(
        "What is traded, what growth adds, what the best scenario adds (green) and "
        "what is missing: look how much of the road lies beyond the green bar."
    )
    return draw_figure("trade-way", charts.way_to_target(steps), caption, steps, TRADE_TABLES)


def _scenarios_figure(steps: pl.DataFrame, options: pl.DataFrame) -> Figure:
    """Return each scenario by itself, near the start of the way."""
    caption = tell(
        "The way to the target, near its start: each scenario by itself. Right of the dashed line "
        "it adds trade, left of it it takes some away. Shutting out competitors of the two adds "
        "trade between them: that rests on the elasticities of the model alone, on nothing that "
        "was observed. A line is not judged by this trade alone: what it carries for others is not "
        "in it."
    )
    return draw_figure("trade-scenarios", charts.scenarios(steps), caption, options, TRADE_TABLES)


def _carriage_figure(costs: pl.DataFrame) -> Figure:
    """Return what carriage costs under every scenario; freight's part of it in the caption."""
    freight = _freight_shares(costs)
    caption = [tell("What carriage consists of, and what each scenario takes off.")]
    if freight:
        # Translators: {shares} are one or more of: {share} from {origin} to {destination}.
        sentence = tell(
            "Freight is {shares}; hours saved do not touch it.", shares=and_list(freight)
        )
        caption.append(sentence)
    return draw_figure(
        "trade-carriage", charts.carriage(costs), paragraph(caption), costs, TRADE_TABLES
    )


def _freight_shares(costs: pl.DataFrame) -> list[str]:
    """Return freight's share of the cost of carriage, each direction, in the first scenario."""
    first = costs.filter(
        pl.col("scenario") == costs["scenario"][0], pl.col("cost_share").is_not_null()
    )
    return [
        tell(
            "{share} from {origin} to {destination}",
            share=fine_share(row["freight_share"] / row["cost_share"]),
            origin=row["from_name"],
            destination=row["to_name"],
        )
        for row in first.iter_rows(named=True)
    ]


def _potential_figure(sectors: pl.DataFrame) -> Figure:
    """Return what each sector trades and could trade."""
    caption = tell(
        "Where new trade could come from: pale bars without a dark one inside are "
        "goods that an average pair trades and this one does not."
    )
    return draw_figure("trade-potential", charts.potential(sectors), caption, sectors, TRADE_TABLES)


def _gains_figure(gains: pl.DataFrame) -> Figure:
    """Return the real income of every country under one scenario."""
    ranked = gains.sort("real_income_change_share", descending=True)
    top = ranked.row(0, named=True)
    caption = tell(
        "Who gains when goods move more easily: real income of each country, prices "
        "and all other trade adjusted. Most goes to {country} ({change}\u00a0%).",
        country=top["name"],
        change=signed(top["real_income_change_share"] * 100, 2),
    )
    return draw_figure("trade-gains", charts.gains(ranked), caption, ranked, TRADE_TABLES)
