"""The command line's verbs of trade: what corridors do for it, and what was said and promised about
it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from corridor.cli.app import DONE, Chosen, app, print_frame, print_json, say, say_compiling

if TYPE_CHECKING:
    from corridor.study.settings import Goal

Tables = Literal["target", "potential", "gains", "pairs", "flows", "pair_costs", "freight"]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Question:
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
        tuple[str, ...],
        Parameter(
            help="Scenario to compare; may be repeated; those of study.toml where not given.",
            negative="",
        ),
    ] = ()
    baseline: Annotated[
        tuple[str, ...],
        Parameter(
            help=(
                "Option of the disputed series (central-bank); may be repeated; all where not "
                "given."
            ),
            negative="",
        ),
    ] = ()

    def over(self, goal: Goal) -> Goal:
        """Return the study's goal with what is asked instead."""
        from dataclasses import replace

        return replace(
            goal,
            target_usd=goal.target_usd if self.target is None else self.target,
            by=goal.by if self.by is None else self.by,
            scenarios=self.compare or goal.scenarios,
        )


@app.command
def forecast(
    study: Path,
    *,
    asked: Question | None = None,
    table: Tables = "target",
    draws: int = 400,
    chosen: Chosen | None = None,
) -> int:
    """Say how much of a trade target growth and corridors give, from each baseline.

    The table has a row a baseline and step: growth of both economies, each scenario, and carriage
    free and instant as the bound of all transport. The answer in words stands on stderr. Exit code
    3 where the world economy finds no equilibrium.

    Example: corridor forecast studies/kazakhstan-pakistan --target 1e9 --by 2028

    Parameters
    ----------
    study
        Folder of the study.
    table
        Which table to print: target, potential by sector, gains of countries, pairs, flows by
        sector, pair_costs, freight.
    draws
        Elasticities drawn for the intervals; 0 for none.
    """
    from corridor.cli.screens import progress
    from corridor.errors import CallError
    from corridor.trade.chapter import forecast_target

    asked = asked or Question()
    chosen = chosen or Chosen()
    known = chosen.read(study)
    goal = known.settings.target
    if goal is None:
        raise CallError(
            "The study asks about no trade target: add a section [target] to study.toml."
        )
    if draws < 0:
        raise CallError(f"--draws must be 0 or more, not {draws}.")
    say_compiling()
    with progress() as step:
        found = forecast_target(
            known, goal=asked.over(goal), options=asked.baseline, draws=draws, progress=step
        )
    frame = found.frames[table]
    if chosen.json:
        print_json(
            {
                "sentences": found.sentences,
                "forecasts": dict(found.forecasts),
                table: frame.to_dicts(),
                "warnings": list(found.warnings),
                "provenance": dict(found.provenance),
            }
        )
    else:
        from corridor.cli.screens import shares_table, target_table

        print_frame(
            frame,
            json=False,
            screen=target_table(frame) if table == "target" else shares_table(frame),
        )
    for sentence in found.sentences:
        say(sentence)
    for warning in found.warnings:
        say(f"warning: {warning}")
    return DONE


@app.command
def audit(study: Path, *, chosen: Chosen | None = None) -> int:
    """Hold every claim and every promise of a study against its figures, with the arithmetic.

    A claim is consistent, differs or cannot be checked; a promise is on course, short by an amount
    or not measurable here. What refers to a forecast is computed first.

    Example: corridor audit studies/kazakhstan-pakistan

    Parameters
    ----------
    study
        Folder of the study.
    """
    import polars as pl

    from corridor.cli.screens import progress
    from corridor.evidence.chapter import verdicts
    from corridor.trade.chapter import forecast_target

    chosen = chosen or Chosen()
    known = chosen.read(study)
    forecasts: dict[str, float] = {}
    if known.settings.target is not None:
        say_compiling()
        with progress() as step:
            forecasts = dict(forecast_target(known, draws=0, progress=step).forecasts)
    frames = verdicts(known, forecasts)
    shape: dict[str, Any] = dict.fromkeys(
        ("kind", "id", "statement", "verdict", "arithmetic", "note", "source_id", "confidence"),
        pl.String,
    )
    rows = [pl.DataFrame(schema=shape)]
    for name, kind, statement, verdict in (
        ("claims", "claim", "statement", "verdict"),
        ("commitments", "promise", "name", "state"),
    ):
        if name in frames:
            rows.append(
                frames[name].select(
                    pl.lit(kind).alias("kind"),
                    pl.col(f"{name[:-1]}_id").alias("id"),
                    pl.col(statement).alias("statement"),
                    pl.col(verdict).alias("verdict"),
                    "arithmetic",
                    "note",
                    "source_id",
                    "confidence",
                )
            )
    whole = pl.concat(rows)
    print_frame(whole, json=chosen.json, screen=whole.drop("note", "source_id"))
    for (kind,), part in whole.group_by(["kind"], maintain_order=True):
        counts = part["verdict"].value_counts(sort=True).rows()
        say(f"{part.height} {kind}s: " + ", ".join(f"{n} {verdict}" for verdict, n in counts))
    return DONE
