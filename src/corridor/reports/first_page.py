"""The first page: the study's questions, each answered with numbers and how sure they are.

The first trip is answered in full; then what it is on other days, what each other scenario would
change, and trips with conditions beside the same trip without any; then closures and trade. What
cannot be said comes last. Every sentence is made from the results alone.
"""

from __future__ import annotations

import polars as pl
from markupsafe import Markup, escape

from corridor.language.speech import number, tell, tell_count
from corridor.reports import closures, scenarios, trade
from corridor.reports.data_quality import trust
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
        *trade.answers(inputs),
        Answer(tell("What cannot be said?"), _limits(inputs), "evidence"),
    ]


def _limits(inputs: ReportInputs) -> Markup:
    """Say what the report cannot: what is not known, not measured or outside the model."""
    sentences = [
        tell(
            "Prices are rates a kilometre and port charges, no offers: no market, no queue that "
            "grows with traffic, no season of prices is in them."
        )
    ]

    changes = inputs.frame("closures").filter(pl.col("kind") == "change")
    endless = changes["to_on"].null_count()
    if endless:
        sentences.append(
            tell_count(
                "Nobody has said when {count} of the closures below ends.",
                "Nobody has said when {count} of the closures below end.",
                endless,
            )
        )

    quality = trust(inputs)
    if quality.measured:
        sentences.append(
            tell(
                "Beside {measured} measured trips, prices and speeds the model puts {verdicts}.",
                measured=number(quality.measured),
                verdicts=and_list(quality.counts),
            )
        )
    if quality.weak_share is not None:
        sentences.append(
            tell(
                "{share} of the {rows} rows beneath all this are estimates.",
                share=share(quality.weak_share),
                rows=number(quality.rows),
            )
        )
    return escape(paragraph(sentences))
