"""The verbs of trade: what corridors do for it, and what was said and promised about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from corridor.cli.options import Names, StudyFolder, StudyOptions
from corridor.cli.output import (
    DONE,
    print_frame,
    print_json,
    say,
    say_all,
    say_compiling,
    say_warnings,
)
from corridor.errors import CallError

if TYPE_CHECKING:
    import polars as pl

    from corridor.network.network import Network
    from corridor.study.settings import Goal
    from corridor.study.study import Study
    from corridor.trade.chapter import TargetForecast

Tables = Literal["target", "potential", "gains", "pairs", "flows", "pair_costs", "freight"]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class TargetOptions:
    """What is asked of a target; what is not given is that of study.toml."""

    target: Annotated[
        float | None, Parameter(help="USD a year, both ways; that of study.toml where not given.")
    ] = None
    by: Annotated[
        int | None,
        Parameter(
            help=(
                "Year before whose 1 January the twelve months end; that of study.toml where not "
                "given."
            )
        ),
    ] = None
    compare: Annotated[
        Names,
        Parameter(help="Scenarios to compare, with commas; those of study.toml where not given."),
    ] = ()
    baseline: Annotated[
        Names,
        Parameter(
            help="Options of the disputed series (central-bank), with commas; all where not given."
        ),
    ] = ()

    def over(self, goal: Goal) -> Goal:
        """Return the study's goal with what is asked instead."""
        return replace(
            goal,
            target_usd=goal.target_usd if self.target is None else self.target,
            by=goal.by if self.by is None else self.by,
            scenarios=self.compare or goal.scenarios,
        )


def forecast(
    folder: StudyFolder,
    *,
    target: TargetOptions = TargetOptions(),
    table: Tables = "target",
    draws: int = 400,
    options: StudyOptions = StudyOptions(),
) -> int:
    """Say how much of a trade target growth and corridors give, from each baseline.

    The table has a row a baseline and step: growth of both economies, each scenario, and carriage
    free and instant as the bound of all transport. What the table does not hold stands in words on
    stderr. Exit code 3 where the world economy finds no equilibrium.

    Example: corridor forecast studies/kazakhstan-pakistan --target 1e9 --by 2028

    Parameters
    ----------
    folder
        Folder of the study.
    table
        Which table to print: target, potential by sector, gains of countries, pairs, flows by
        sector, pair_costs, freight.
    draws
        Elasticities drawn for the intervals; 0 for none.
    """
    from corridor.cli.progress import progress
    from corridor.trade.chapter import forecast_target

    study = options.read(folder)
    goal = target.over(_goal(study))
    if draws < 0:
        raise CallError(f"--draws must be 0 or more, not {draws}.")

    say_compiling()
    with progress() as step:
        outlook = forecast_target(
            study, goal=goal, options=target.baseline, draws=draws, progress=step
        )

    _print_outlook(study.network, outlook, table, json=options.json)
    say_all(outlook.beyond_steps if table == "target" else outlook.sentences)
    say_warnings(outlook.warnings)
    return DONE


def audit(folder: StudyFolder, *, options: StudyOptions = StudyOptions()) -> int:
    """Hold every claim and every promise of a study against its figures, with the arithmetic.

    A claim is consistent, differs, cannot be decided, counts other things or cannot be checked; a
    promise is on course, short by an amount, announced without a second source or not measurable
    here. What refers to a forecast is computed first.

    Example: corridor audit studies/kazakhstan-pakistan

    Parameters
    ----------
    folder
        Folder of the study.
    """
    from corridor.evidence.chapter import verdicts
    from corridor.screens.columns import verdicts_table

    study = options.read(folder)
    frame = _verdict_rows(verdicts(study, _forecasts(study)))

    _say_counts(frame)
    print_frame(frame, json=options.json, screen=verdicts_table)
    return DONE


def _print_outlook(network: Network, outlook: TargetForecast, table: str, *, json: bool) -> None:
    """Print a table of a forecast, or as JSON with the answer in words."""
    from corridor.screens.columns import shares_table, target_table

    frame = outlook.frames[table]
    if not json:
        screen = target_table if table == "target" else shares_table
        print_frame(frame, json=False, screen=screen, network=network)
        return

    print_json(
        {
            "sentences": outlook.sentences,
            "forecasts": dict(outlook.forecasts),
            table: frame.to_dicts(),
            "warnings": list(outlook.warnings),
            "provenance": dict(outlook.provenance),
        }
    )


def _say_counts(frame: pl.DataFrame) -> None:
    """Say how many claims and promises have which verdict."""
    for (kind,), rows in frame.group_by(["kind"], maintain_order=True):
        counts = rows["verdict"].value_counts(sort=True).rows()
        verdicts = ", ".join(f"{verdict} {count}" for verdict, count in counts)
        say(f"{rows.height} {kind}s: {verdicts}")


def _goal(study: Study) -> Goal:
    """Return the trade target of a study; CallError where it has none."""
    if study.settings.target is None:
        raise CallError(
            "The study asks about no trade target: add a section [target] to study.toml."
        )
    return study.settings.target


def _forecasts(study: Study) -> Mapping[str, float]:
    """Return the forecasts that claims may refer to; none where the study has no trade target."""
    from corridor.cli.progress import progress
    from corridor.trade.chapter import forecast_target

    if study.settings.target is None:
        return {}

    say_compiling()
    with progress() as step:
        return forecast_target(study, draws=0, progress=step).forecasts


def _verdict_rows(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return claims and promises as rows of one table, claims first."""
    import polars as pl

    columns = ("kind", "id", "statement", "verdict", "arithmetic", "note", "source_id")
    parts = [pl.DataFrame(schema=dict.fromkeys((*columns, "confidence"), pl.String))]

    for table, kind, statement, verdict in (
        ("claims", "claim", "statement", "verdict"),
        ("commitments", "promise", "name", "state"),
    ):
        if table in frames:
            rows = frames[table].select(
                pl.lit(kind).alias("kind"),
                pl.col(f"{table.removesuffix('s')}_id").alias("id"),
                pl.col(statement).alias("statement"),
                pl.col(verdict).alias("verdict"),
                "arithmetic",
                "note",
                "source_id",
                "confidence",
            )
            parts.append(rows)

    return pl.concat(parts)
