"""Losses in the report: what years of closures cost, by case and by hazard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.charts.closures import hazard_bars, loss_curve
from corridor.closures.chapter import REOPENED
from corridor.language.speech import number, tell
from corridor.reports.figures import LOSS_TABLES, Figure, draw_figure
from corridor.reports.formats import (
    and_list,
    brief_millions,
    capitalised,
    countries,
    paragraph,
    share,
)
from corridor.reports.inputs import ReportInputs
from corridor.reports.loss_lists import hazard_lists, own_trade

THOUSAND_T = 1e3


def losses_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on simulated years; nothing where none were simulated."""
    years = inputs.frame("loss_years")
    if not years.height:
        return {}

    names = case_names(inputs)
    cases = _cases(inputs.frame("loss_summary"))
    return {
        "words": losses_paragraphs(inputs),
        "levels": _levels(inputs.frame("loss_levels"), cases),
        "count": years.height // max(1, years["case"].n_unique()),
        "cases": [names[case] for case in cases],
        "lists": hazard_lists(inputs),
        "figures": [_curve(inputs, names)],
    }


def losses_paragraphs(inputs: ReportInputs) -> list[str]:
    """Say what a year of closures costs, a paragraph a case; none where none was simulated."""
    summary = inputs.frame("loss_summary")
    by_hazard = inputs.frame("loss_by_hazard")
    names = case_names(inputs)

    paragraphs: list[str] = []
    for case in _cases(summary):
        measures = _by_measure(summary.filter(pl.col("case") == case))
        hazards = by_hazard.filter(pl.col("case") == case)
        sentences = [
            *([] if paragraphs else _own_sentences(inputs, measures)),
            _cost_sentence(measures["loss_usd"], names[case], is_first=not paragraphs),
            _known_sentence(measures["loss_usd"]),
            _parts_sentence(measures),
            _worst_hazard_sentence(hazards),
        ]
        paragraphs.append(paragraph(sentences))
    return paragraphs


def case_names(inputs: ReportInputs) -> dict[str, str]:
    """Return what each simulated case is called."""
    own_id = str(inputs.study.get("scenario_id") or "")
    selectors = inputs.frame("loss_closed")["row_id"].unique(maintain_order=True).to_list()
    if selectors:
        crossings = and_list([selector_text(selector) for selector in selectors])
        # Translators: begins with a small letter: a scenario the same as the one named before, but
        # for the ways that are open.
        opened = tell("the same with {crossings} open", crossings=crossings)
    else:
        opened = tell("the same with every link open")
    return {own_id: inputs.scenario["title"] or own_id, REOPENED: opened}


def selector_text(selector: str) -> str:
    """Return a selector in words: crossings by their countries, anything else as it stands."""
    kind, _, codes = selector.partition(":")
    if kind == "crossing":
        return tell("the crossings {countries}", countries=countries(codes))
    return selector


def _cases(summary: pl.DataFrame) -> list[str]:
    return summary["case"].unique(maintain_order=True).to_list()


def _by_measure(summary: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["measure"]: row for row in summary.iter_rows(named=True)}


def _cost_sentence(loss: Mapping[str, Any], case: str, *, is_first: bool) -> str:
    """Say what a year costs: mean, median and what one year in twenty is above."""
    words = {
        "case": capitalised(case),
        "usd": brief_millions(loss["mean"]),
        "error": brief_millions(loss["standard_error"] or 0),
        "middle": brief_millions(loss["p50"]),
        "most": brief_millions(loss["p95"]),
    }
    if is_first:
        return tell(
            "In a year that begins with what is open, closures drawn from the hazards cost USD "
            "{usd} on average (± {error} of chance); half of the years cost less than {middle}, "
            "one in twenty more than {most}.",
            **words,
        )
    return tell(
        "{case}: closures cost USD {usd} a year on average (± {error} of chance); half of "
        "the years cost less than {middle}, one in twenty more than {most}.",
        **words,
    )


def _own_sentences(inputs: ReportInputs, measures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say what closures cost the trade of the study's two countries; nothing without any."""
    trade = own_trade(inputs)
    if trade is None or "own_loss_usd" not in measures:
        return []
    return [closures_sentence(trade, measures["own_loss_usd"])]


def closures_sentence(trade: str, loss: Mapping[str, Any]) -> str:
    """Say what closures cost some trade in a mean year, and the band of what is known of them."""
    return tell(
        "{trade}: closures cost USD {usd} a year ({low} to {high}).",
        trade=capitalised(trade),
        usd=brief_millions(loss["mean"]),
        low=brief_millions(loss["known_low"]),
        high=brief_millions(loss["known_high"]),
    )


def _known_sentence(loss: Mapping[str, Any]) -> str:
    """Say what the mean may be by what is known of the hazards."""
    return tell(
        "By what is known of how often and for how long they strike, nine times in ten the mean "
        "lies between {low} and {high}.",
        low=brief_millions(loss["known_low"]),
        high=brief_millions(loss["known_high"]),
    )


def _parts_sentence(measures: Mapping[str, Mapping[str, Any]]) -> str:
    """Say which part of the loss is extra cost, and what is not sent."""
    loss = measures["loss_usd"]["mean"]
    lost = number(measures["lost_t"]["mean"] / THOUSAND_T)
    if not loss:
        return tell(
            "No detour costs anything extra; {lost} thousand tonnes are not sent.",
            lost=lost,
        )

    extra_share = measures["extra_usd"]["mean"] / loss
    return tell(
        "{extra} of the loss is the extra cost of detours, {unsent} that of the {lost} thousand "
        "tonnes that are not sent.",
        extra=share(extra_share),
        unsent=share(1 - extra_share),
        lost=lost,
    )


def _worst_hazard_sentence(hazards: pl.DataFrame) -> str:
    worst = hazards.sort("loss_usd_per_year", descending=True).row(0, named=True)
    return tell(
        "Most comes from “{hazard}” ({share}).",
        hazard=worst["name"],
        share=share(worst["loss_share"]),
    )


def _levels(levels: pl.DataFrame, cases: list[str]) -> list[dict[str, Any]]:
    """Return a row for each return period, with a cell for each case; null: not reached."""
    cells = {(row["return_period_years"], row["case"]): row for row in levels.iter_rows(named=True)}
    periods = sorted(set(levels["return_period_years"]))
    return [
        {"years": period, "cells": [cells.get((period, case)) for case in cases]}
        for period in periods
    ]


def _curve(inputs: ReportInputs, names: Mapping[str, str]) -> Figure:
    """Return the curve of yearly losses."""
    years = inputs.frame("loss_years")
    caption = tell(
        "Read across at the dark line: so much or more is lost in one year of twenty. "
        "Where the line falls less steeply are the few years with a long closure; "
        "they carry the mean well above the middle year."
    )
    curve = loss_curve(years, inputs.frame("loss_summary"), names)
    data = years.select("case", "draw", "loss_usd")
    return draw_figure("losses-years", curve, caption, data, LOSS_TABLES)


def hazard_figures(inputs: ReportInputs) -> list[Figure]:
    """Return where the expected loss comes from in every case; none where no years are."""
    by_hazard = inputs.frame("loss_by_hazard")
    if not by_hazard.height:
        return []

    caption = tell(
        "Where the expected loss comes from. A hazard weighs by how often, how long and how "
        "many goods have no cheap detour."
    )
    bars = hazard_bars(by_hazard, case_names(inputs))
    return [draw_figure("losses-hazards", bars, caption, by_hazard, LOSS_TABLES)]
