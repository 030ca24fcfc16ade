"""The first page: the study's questions, each answered with numbers and how sure they are.

The first trip is answered in full; then what it is on other days, what each other scenario would
change, and trips with conditions beside the same trip without any; then closures, flows, projects
and trade. What
cannot be said comes last. Every sentence is made from the results alone.
"""

from __future__ import annotations

import polars as pl
from markupsafe import Markup, escape

from corridor.language.speech import number, tell, tell_count
from corridor.reports import closures, flows, projects, scenarios, trade
from corridor.reports.data_quality import Trust, trust
from corridor.reports.formats import and_list, paragraph, share
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Answer
from corridor.reports.trip_answers import condition_answers, first_trip_answer, other_day_answers


def answers(inputs: ReportInputs) -> list[Answer]:
    """Return questions and answers, the most asked first; none where no trips were asked."""
    if not inputs.trips:
        return []
    return [
        first_trip_answer(inputs),
        *other_day_answers(inputs),
        *scenarios.answers(inputs),
        *condition_answers(inputs),
        *closures.answers(inputs),
        *flows.answers(inputs),
        *projects.answers(inputs),
        *trade.answers(inputs),
        Answer(tell("What cannot be said?"), _limits(inputs), "evidence"),
    ]


def _limits(inputs: ReportInputs) -> Markup:
    """Say what the report cannot: what is not known, not measured or outside the model."""
    quality = trust(inputs)
    prices = tell(
        "Prices are rates a kilometre and port charges, no offers: no market, no queue that "
        "grows with traffic, no season of prices is in them."
    )
    return escape(
        paragraph(
            [
                prices,
                *_endless_closures(inputs.frame("closures")),
                *_verdicts(quality),
                *_estimates(quality),
                *_defaults(quality),
            ]
        )
    )


def _endless_closures(closures: pl.DataFrame) -> list[str]:
    """Say of how many closures nobody knows the end; nothing where there is none."""
    endless = closures.filter(pl.col("kind") == "change")["to_on"].null_count()
    if not endless:
        return []
    return [
        tell_count(
            "Nobody has said when {count} of the closures below ends.",
            "Nobody has said when {count} of the closures below end.",
            endless,
        )
    ]


def _verdicts(quality: Trust) -> list[str]:
    """Say how the model stands beside what was measured; nothing where nothing was."""
    if not quality.measured:
        return []
    return [
        tell(
            "Beside {measured} measured trips, prices and speeds the model puts {verdicts}.",
            measured=number(quality.measured),
            verdicts=and_list(quality.counts),
        )
    ]


def _estimates(quality: Trust) -> list[str]:
    """Say how many of the rows are estimates; nothing where rows were not counted."""
    if quality.weak_share is None:
        return []
    return [
        tell(
            "{share} of the {rows} rows beneath all this are estimates.",
            share=share(quality.weak_share),
            rows=number(quality.rows),
        )
    ]


def _defaults(quality: Trust) -> list[str]:
    """Say how many figures the study leaves to defaults; nothing where it gives them all."""
    if not quality.defaults:
        return []
    return [
        tell_count(
            "{count} figure is a default of the program, not one of the study.",
            "{count} figures are defaults of the program, not of the study.",
            quality.defaults,
        )
    ]
