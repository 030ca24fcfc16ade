"""The command line's verbs of closures: what matters most, what years of closures cost, what a
scenario moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from corridor.cli.app import (
    DONE,
    NOT_SERVED,
    Chosen,
    app,
    print_frame,
    print_json,
    say,
    say_compiling,
)
from corridor.errors import CallError

if TYPE_CHECKING:
    import polars as pl

    from corridor.closures.criticality import RankOptions
    from corridor.closures.simulation import SimulateOptions
    from corridor.study.study import Study

Tables = Literal[
    "summary", "return_levels", "by_hazard", "by_element", "by_trip", "years", "events"
]
Measures = Literal[
    "loss_usd_per_year",
    "extra_usd_per_year",
    "unserved_units_per_year",
    "unserved_t_per_year",
    "unserved_usd_per_year",
    "used_t_per_year",
    "detour_km",
    "detour_h",
]
DRAWS = "draws"  # folder of the blocks, inside --out


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Machines:
    """Who computes, and where it is kept."""

    workers: Annotated[int | None, Parameter(help="Threads; every core where not given.")] = None
    cluster: Annotated[
        str | None, Parameter(help="Address of a Dask scheduler (tcp://host:8786).")
    ] = None
    out: Annotated[
        Path | None,
        Parameter(
            help=(
                "Folder for all tables and the draws done; called again it goes on where it "
                "stopped."
            )
        ),
    ] = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Conduct:
    """What goods do when a way shuts, and from which day on."""

    on: Annotated[
        str | None, Parameter(help="First day; that of the scenario where not given.")
    ] = None
    limit_share: Annotated[
        float, Parameter(help="Share of its value a unit may cost more before it stays at home.")
    ] = 0.1
    limit_days: Annotated[int, Parameter(help="Days of waiting after which a unit is lost.")] = 30
    patience_days: Annotated[
        int, Parameter(help="Days goods wait at a closure before they turn.")
    ] = 3


@app.command
def rank(
    study: Path,
    *,
    by: Measures = "loss_usd_per_year",
    kinds: str = "",
    pairs: int = 20,
    on: str | None = None,
    limit_share: float = 0.1,
    chosen: Chosen | None = None,
) -> int:
    """Say what the loss of each link, place, terminal, crossing, country and hazard would cost the
    demand of a year.

    Exact: every trip takes its best way round. loss counts the extra cost, at most limit-share of
    the cargo's value a unit, which is also what a unit without any way counts. A pair is listed
    where two failures cost more together than apart.

    Example: corridor rank studies/kazakhstan-pakistan --kinds crossing,country --pairs 0

    Parameters
    ----------
    study
        Folder of the study.
    by
        Column to rank by.
    kinds
        Comma-parted: link, node, terminal, crossing, country, hazard; all where not given.
    pairs
        How many of the worst pairs of links to add.
    on
        Day looked at; that of the scenario where not given.
    limit_share
        Share of its value a unit may cost more before it stays at home.
    """
    from corridor.cli.screens import rank_table
    from corridor.closures.criticality import rank as find
    from corridor.closures.elements import KINDS

    chosen = chosen or Chosen()
    if pairs < 0:
        raise CallError(f"--pairs must be 0 or more, not {pairs}.")
    asked = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    if strange := [kind for kind in asked if kind not in KINDS]:
        raise CallError(f"--kinds names {', '.join(strange)}: known are {', '.join(KINDS)}.")
    known = chosen.read(study)
    demand = demand_of(known)
    say_compiling()
    options: RankOptions = {"kinds": asked or KINDS, "pairs": pairs, "limit_share": limit_share}
    found = find(known.network, demand, by=by, on=on or known.scenario.as_of, **options)
    print_frame(found, json=chosen.json, screen=rank_table(found, by))
    say(
        f"{found.height} failures, each alone{' (pairs: two at once)' if pairs else ''}, on "
        f"{on or known.scenario.as_of}, scenario {known.scenario.scenario_id}; demand of "
        f"{demand.height} rows"
    )
    return DONE


@app.command
def simulate(
    study: Path,
    *,
    draws: int = 1000,
    seed: int = 7,
    table: Tables = "summary",
    conduct: Conduct | None = None,
    machines: Machines | None = None,
    chosen: Chosen | None = None,
) -> int:
    """Draw years of closures from the study's hazards and say what they cost, told against a year
    without any.

    The same seed gives the same years, whatever the workers or the cluster. --json prints the table
    asked for with the settings; --out keeps all tables.

    Example: corridor simulate studies/kazakhstan-pakistan --draws 100 --table by_hazard

    Parameters
    ----------
    study
        Folder of the study.
    draws
        Years drawn.
    seed
        Seed of the draws.
    table
        Which table to print: yearly figures, return levels, shares of hazards, links or trips,
        years, closures drawn.
    """
    from corridor.cli.screens import progress
    from corridor.closures.simulation import simulate as draw

    chosen = chosen or Chosen()
    conduct = conduct or Conduct()
    machines = machines or Machines()
    known = chosen.read(study)
    demand = demand_of(known)
    hazards = known.network.frames["hazards"]
    if not hazards.height:
        raise CallError("The study has no hazards to draw from: add hazards.csv.")
    say_compiling()
    out = machines.out
    with progress() as step:
        options: SimulateOptions = {
            "patience_days": conduct.patience_days,
            "limit_days": conduct.limit_days,
            "limit_share": conduct.limit_share,
            "cluster": machines.cluster,
            "folder": None if out is None else out / DRAWS,
            "progress": step,
        }
        risk = draw(
            known.network,
            demand,
            hazards,
            on=conduct.on or known.scenario.as_of,
            draws=draws,
            rng=seed,
            workers=machines.workers,
            **options,
        )
    frame: pl.DataFrame = getattr(risk, table)
    if chosen.json:
        print_json(
            {
                table: frame.to_dicts(),
                "warnings": list(risk.warnings),
                "provenance": dict(risk.provenance),
            }
        )
    else:
        print_frame(frame, json=False)
    say(repr(risk))
    for warning in risk.warnings:
        say(f"warning: {warning}")
    if out is not None:
        risk.write(out)
        say(f"tables: {out}")
    return DONE if float(risk.by_trip["base_usd_per_year"].sum()) > 0 else NOT_SERVED


@app.command
def compare(
    study: Path,
    before: str,
    after: str,
    *,
    on: str | None = None,
    table: Literal["trips", "links"] = "trips",
    chosen: Chosen | None = None,
) -> int:
    """Say what moves from one scenario to another: the best way of every row of demand, its time
    and cost, and the flows.

    Best is least generalised cost. The table links has the tonnes a year that leave and join each
    link. Where the study has no demand its trips are compared.

    Example: corridor compare studies/kazakhstan-pakistan open-borders summit-2026

    Parameters
    ----------
    study
        Folder of the study.
    before
        Scenario.
    after
        Scenario set beside it.
    on
        Day looked at in both; the later day of the two scenarios where not given.
    table
        What to print: trips or links.
    """
    import polars as pl

    from corridor.cli.screens import moves_table
    from corridor.closures.comparison import compare as find
    from corridor.closures.shifts import shifts

    chosen = chosen or Chosen()
    if chosen.scenario is not None:
        raise CallError("compare names its two scenarios itself: leave --scenario out.")
    one, two = (replace(chosen, scenario=name).read(study) for name in (before, after))
    say_compiling()
    trips = two.network.frames["demand"]
    if not trips.height:
        trips = pl.DataFrame(
            [
                {
                    "trip_id": t.trip_id,
                    "origin": t.origin,
                    "destination": t.destination,
                    "cargo": t.cargo,
                }
                for t in two.trips
            ]
        )
    if not trips.height:
        raise CallError("The study has neither demand nor trips: there is nothing to compare.")
    day = on or max(one.scenario.as_of, two.scenario.as_of)
    found = find(one.network, two.network, trips, on=day)
    if table == "links":
        if found["t_per_year"].null_count():
            raise CallError("--table links adds up tonnes, which only demand has: add demand.csv.")
        print_frame(shifts(found), json=chosen.json)
    else:
        print_frame(found, json=chosen.json, screen=moves_table(found))
    counts = found["moved"].value_counts(sort=True).rows()
    if found["extra_usd_per_year"].count():
        say(
            f"extra cost of what still goes: {float(found['extra_usd_per_year'].sum()) / 1e6:,.1f} "
            "million USD a year"
        )
    say(
        f"on {day}, {found.height} rows from {before} to {after}: "
        + ", ".join(f"{n} {word}" for word, n in counts)
    )
    return DONE if found["time_h_before"].count() + found["time_h_after"].count() else NOT_SERVED


@app.command
def hazards(
    study: Path,
    *,
    table: Literal["families", "fits", "seasons"] = "families",
    hazard: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    chosen: Chosen | None = None,
) -> int:
    """Say what the history of closures holds: how often, how long, and which family of lengths fits
    it best.

    A closure still going on when last seen counts as longer than that. families: exponential,
    lognormal, Weibull and Pareto side by side, best first; fits: each hazard's rate and length with
    95 % intervals, beside the figures in use; seasons: the months in which closures began.

    Example: corridor hazards studies/kazakhstan-pakistan --hazard af-pk-all --hazard torkham-shut

    Parameters
    ----------
    study
        Folder of the study.
    table
        What to print.
    hazard
        Row of hazards.csv; several are one history together (all that shut Torkham); every one
        where not given.
    """
    import polars as pl

    from corridor.cli.screens import families_table, fits_table
    from corridor.closures.chapter import fitted
    from corridor.closures.families import compare_families
    from corridor.closures.history import history, seasons
    from corridor.network.durations import FAMILIES

    chosen = chosen or Chosen()
    known = chosen.read(study)
    events = known.tables["events"]
    if not events["hazard_id"].drop_nulls().len():
        raise CallError(
            "The study has no history of closures: add events.csv, its rows naming the hazard "
            "they were."
        )
    own = history(events, *hazard)
    screen: pl.DataFrame | None = None
    if table == "seasons":
        frame = seasons(own)
    elif table == "fits":
        frame = fitted(known.tables)["fits"]
        frame = frame.filter(pl.col("hazard_id").is_in(list(hazard))) if hazard else frame
        screen = fits_table(frame)
    elif hazard:
        frame = compare_families(own).insert_column(
            0, pl.Series("history", [" ".join(hazard)] * len(FAMILIES))
        )
        screen = families_table(frame)
    else:
        frame = fitted(known.tables)["families"]
        screen = families_table(frame) if frame.height else None
    print_frame(frame, json=chosen.json, screen=screen)
    say(
        f"{own.height} whole closures, {int((~own['ended']).sum())} of them still going on when "
        "last seen"
    )
    return DONE


@app.command
def replay(
    study: Path,
    *,
    replay_id: Annotated[tuple[str, ...], Parameter(name="--replay", negative="")] = (),
    chosen: Chosen | None = None,
) -> int:
    """Run a closure that happened through the model and set it beside the trade that was seen, with
    the arithmetic.

    Shares: -0.5 is half. model_change: value not sent, by the model; observed_change: new over old,
    less 1; over_after: the same difference over the new value, a base sometimes taken by mistake;
    claimed_change: what was said.

    Example: corridor replay studies/kazakhstan-pakistan

    Parameters
    ----------
    study
        Folder of the study.
    replay_id
        Row of replays.csv; may be repeated; all where not given.
    """
    from corridor.cli.screens import replays_table
    from corridor.closures.replays import replay_sentences, replays

    chosen = chosen or Chosen()
    known = chosen.read(study)
    if not known.tables["replays"].height:
        raise CallError(
            "The study replays nothing: add replays.csv with a change and the trade before and "
            "after it."
        )
    say_compiling()
    found = replays(known, *replay_id)
    print_frame(found, json=chosen.json, screen=replays_table(found))
    for row in found.iter_rows(named=True):
        for sentence in replay_sentences(row):
            say(sentence)
    return DONE


def demand_of(known: Study) -> pl.DataFrame:
    """Return a study's demand; CallError where it has none."""
    demand: Any = known.network.frames["demand"]
    if not demand.height:
        raise CallError(
            "The study has no demand: add demand.csv with origins, destinations, cargoes and "
            "units a year."
        )
    return demand  # type: ignore[no-any-return]
