"""Validation: what was seen, and what users ask, beside what a study's model answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from corridor.closures.criticality import rank
from corridor.closures.simulation import simulate
from corridor.errors import UnknownName
from corridor.evidence.question_answers import BELIEVED, FIGURE_OFF, REJECTED, VERDICTS
from corridor.evidence.questions import NEAR_SHARE, judge_questions, question_verdicts
from corridor.evidence.validation import (
    NEAR_VERDICTS,
    ORDINARY,
    coverage,
    observations_beside_model,
    price_verdicts,
)
from corridor.language.messages import figure, message
from corridor.network.network import Network
from corridor.study.study import Study

TABLES = ("observations", "questions")
KINDS = (ORDINARY, "pilot", "announced")
SIMULATED_YEARS = 40  # enough to tell which hazard costs most
SEED = 7
TOP = 1  # elements of a list that a question looks at


@dataclass(frozen=True, eq=False)
class Validation:
    """What was seen, and what users ask, beside the model.

    Attributes
    ----------
    observations
        As :func:`corridor.evidence.validation.observations_beside_model`.
    questions
        As :func:`corridor.evidence.questions.judge_questions`.
    """

    observations: pl.DataFrame
    questions: pl.DataFrame

    @property
    def question_counts(self) -> dict[str, int]:
        """How many numbered questions have which verdict."""
        verdicts = question_verdicts(self.questions)["verdict"].to_list()
        return {verdict: verdicts.count(verdict) for verdict in VERDICTS}

    @property
    def is_sound(self) -> bool:
        """Whether no question is rejected and every observation compares the route observed."""
        return not self.question_counts[REJECTED] and bool(self.observations["is_on_route"].all())

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each table in a sentence: how much of it agrees with the model, and how it is judged."""
        parts = (
            (self.observations, self._about_observations),
            (self.questions, self._about_questions),
        )
        return tuple(say() for frame, say in parts if frame.height)

    def _about_observations(self) -> str:
        """Say how many observations compare the route observed, and the coverage of the band."""
        covered = coverage(self.observations)
        width = covered.width_ratio
        prices = price_verdicts(self.observations)
        return message(
            "{on_route} of {count} observations compare the route observed. Of {trips} distinct "
            "trips {inside} lie between the model's 5th and 95th percentile; the 95th is {width} "
            "times the 5th in the median row. Of {prices} prices {near} lie in the model's band "
            "or within 25 %.",
            on_route=int(self.observations["is_on_route"].sum()),
            count=self.observations.height,
            inside=covered.inside,
            trips=covered.trips,
            width=figure(0.0 if width is None else width, ",.1f"),
            prices=len(prices),
            near=sum(verdict in NEAR_VERDICTS for verdict in prices),
        )

    def _about_questions(self) -> str:
        """Say how many questions have which verdict, and by what tolerance."""
        counts = self.question_counts
        return message(
            "Of {count} questions {believed} answers are believed, {off} have a figure off and "
            "{rejected} are rejected; figures may lie {near} % outside their range.",
            count=sum(counts.values()),
            believed=counts[BELIEVED],
            off=counts[FIGURE_OFF],
            rejected=counts[REJECTED],
            near=figure(100 * NEAR_SHARE),
        )


def validate(
    study: Study, *, tables: Sequence[str] = TABLES, kinds: Sequence[str] = ()
) -> Validation:
    """Return what was observed and what users ask beside the model of a study.

    Parameters
    ----------
    study
        The study; every row names its own scenario.
    tables
        Which are compared: observations, questions; the other one has no rows.
    kinds
        Kinds of observed trips, any of ordinary, pilot, announced; all where empty.

    Returns
    -------
    Validation
        The tables observations and questions, each row with a verdict.

    Raises
    ------
    UnknownName
        For a table or kind there is none of.

    Examples
    --------
    >>> import corridor as co
    >>> study = co.read("studies/kazakhstan-pakistan")
    >>> lengths = co.validate(study, tables=["observations"], kinds=["announced"])
    >>> set(lengths.observations["kind"])
    {'announced'}
    """
    for table in tables:
        if table not in TABLES:
            raise UnknownName("table", table, TABLES)
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownName("kind", kind, KINDS)

    observations = study.tables["observations"]
    if kinds:
        observations = observations.filter(pl.col("kind").fill_null(ORDINARY).is_in(kinds))
    questions = study.tables["questions"]
    return Validation(
        observations_beside_model(
            observations if "observations" in tables else observations.clear(),
            cache(study.network_of),
        ),
        judged_questions(study, questions if "questions" in tables else questions.clear()),
    )


def judged_questions(
    study: Study, questions: pl.DataFrame, workers: int | None = None
) -> pl.DataFrame:
    """Return questions of a study with the model's answers and their verdicts.

    workers: local threads that simulate years; null: one for each processor.
    """

    @cache
    def network_of(scenario_id: str, choices: tuple[str, ...]) -> Network:
        options = dict(choice.split(":", 1) for choice in choices)
        return study.network_of(scenario_id, options or None)

    elements_of = {"rank": _ranked_first, "simulate": _dearest_hazards(study, workers)}
    return judge_questions(questions, network_of, elements_of)


def _ranked_first(network: Network, on: dt.date) -> list[str]:
    """Return the link whose loss would cost the demand of a year most."""
    demand = network.frames["demand"]
    ranking = rank(network, demand, on=on, kinds=("link",), pairs=0, with_unserved=False)
    elements: list[str] = ranking["element_id"].drop_nulls().head(TOP).to_list()
    return elements


def _dearest_hazards(study: Study, workers: int | None) -> Callable[[Network, dt.date], list[str]]:
    """Return what says which hazard costs most in simulated years."""

    def dearest(network: Network, on: dt.date) -> list[str]:
        risk = simulate(
            network,
            network.frames["demand"],
            network.frames["hazards"],
            on=on,
            draws=SIMULATED_YEARS,
            rng=SEED,
            workers=workers,
            events=study.tables["events"],
            with_reasons=False,
        )
        by_loss = risk.by_hazard.sort("loss_usd_per_year", descending=True)
        hazards: list[str] = by_loss["hazard_id"].head(TOP).to_list()
        return hazards

    return dearest
