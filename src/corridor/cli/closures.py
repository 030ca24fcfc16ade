"""The verbs of closures: what matters most, what years of closures cost, what a scenario moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from corridor.cli.options import Names, StudyFolder, StudyOptions
from corridor.cli.output import (
    DONE,
    NOT_SERVED,
    is_screen,
    print_frame,
    print_json,
    refuse_inputs,
    say,
    say_all,
    say_compiling,
    say_warnings,
)
from corridor.errors import CallError
from corridor.steps import told_to

if TYPE_CHECKING:
    import polars as pl

    from corridor.closures.criticality import RankOptions
    from corridor.closures.risk import Risk
    from corridor.closures.simulation import SimulateOptions
    from corridor.network.network import Network
    from corridor.study.study import Study

Tables = Literal[
    "summary", "return_levels", "by_hazard", "by_element", "by_trip", "years", "events", "queues"
]
Measures = Literal[
    "loss_usd_per_year",
    "own_loss_usd_per_year",
    "extra_usd_per_year",
    "unserved_units_per_year",
    "unserved_t_per_year",
    "unserved_usd_per_year",
    "used_t_per_year",
    "detour_km",
    "detour_h",
]
MOVED = {
    "same": "as before",
    "cost": "by the same route at another cost",
    "route": "by another route",
    "opened": "with a route where there was none",
    "cut": "cut off",
    "no route": "without a route in both",
}
MAX_UNSERVED = 20  # rows of demand said to be without a route
DRAWS = "draws"  # folder of the blocks, inside --out


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ComputeOptions:
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
class ShippingOptions:
    """What goods do when a link shuts, and from which day on."""

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
    start: Annotated[
        Literal["scenario", "steady"],
        Parameter(
            help=(
                "scenario: the year begins with what the scenario has open; steady: as any year, "
                "closures of ten years before may still be on."
            )
        ),
    ] = "scenario"
    capacities: Annotated[
        bool,
        Parameter(
            negative="",
            help=(
                "Goods queue where detours and reopenings bring more than a limit lets through "
                "(tables summary and queues)."
            ),
        ),
    ] = False


def rank(
    folder: StudyFolder,
    *,
    by: Measures = "loss_usd_per_year",
    kinds: str = "",
    pairs: int = 20,
    top: int = 20,
    on: str | None = None,
    limit_share: float = 0.1,
    out: Path | None = None,
    options: StudyOptions = StudyOptions(),
) -> int:
    """Say what the loss of each element of the network would cost the demand of a year.

    Elements are links, places, terminals, crossings, countries and hazards. Exact: every trip takes
    its best detour. loss counts the extra cost, at most limit-share of the cargo's value a unit,
    which is also what a unit without any route counts. A pair is listed where two failures cost
    more together than apart.

    Example: corridor rank studies/kazakhstan-pakistan --kinds crossing,country --pairs 0

    Parameters
    ----------
    folder
        Folder of the study.
    by
        Column to rank by.
    kinds
        Separated by commas: link, node, terminal, crossing, country, hazard; all where not given.
    pairs
        How many of the worst pairs of links to add.
    top
        Most rows shown on a terminal; 0 for all.
    on
        Day looked at; that of the scenario where not given.
    limit_share
        Share of its value a unit may cost more before it stays at home.
    out
        Folder of what is done; called again it goes on where it stopped.
    """
    import polars as pl

    from corridor.cli.progress import progress
    from corridor.closures.criticality import rank as rank_elements
    from corridor.closures.overloads import overload_warnings, overloads_of
    from corridor.screens.columns import rank_table
    from corridor.screens.names import in_words

    if pairs < 0:
        raise CallError(f"--pairs must be 0 or more, not {pairs}.")
    if top < 0:
        raise CallError(f"--top must be 0 or more, not {top}.")
    rank_options: RankOptions = {
        "kinds": _read_kinds(kinds),
        "pairs": pairs,
        "limit_share": limit_share,
        "folder": out,
    }
    refuse_inputs(out)

    study = options.read(folder)
    rank_options["between"] = study.settings.between
    demand = _demand(study)
    day = on or study.scenario.as_of

    say_compiling()
    with progress() as step, told_to(step):
        ranking = rank_elements(study.network, demand, by=by, on=day, **rank_options)

    failures = ranking.filter(pl.col("kind") != "demand").height
    say(
        f"{failures} failures, each alone{' (pairs: two at once)' if pairs else ''}, on "
        f"{day}, scenario {study.scenario.title!r}; demand of {demand.height} rows"
    )
    _say_worst(ranking)
    screen = partial(rank_table, by=by, top=top or None)
    print_frame(ranking, json=options.json, screen=screen, max_rows=None)
    _say_rest(ranking, top, json=options.json)
    warnings = overload_warnings(overloads_of(study.network, demand, on=day))
    say_warnings(in_words(study.network, warning) for warning in warnings)
    unserved = ranking.filter(pl.col("kind") == "demand")
    return _say_unserved(study.network, unserved["element_id"], unserved["reason"])


def simulate(
    folder: StudyFolder,
    *,
    draws: int = 1000,
    seed: int = 7,
    table: Tables = "summary",
    shipping: ShippingOptions = ShippingOptions(),
    compute: ComputeOptions = ComputeOptions(),
    options: StudyOptions = StudyOptions(),
) -> int:
    """Draw years of closures from the study's hazards and say what they cost.

    Compared with a year without any. The same seed gives the same years, whatever the workers or
    the cluster. --json prints the table asked for with the settings; --out keeps all tables.

    Example: corridor simulate studies/kazakhstan-pakistan --draws 100 --table by_hazard

    Parameters
    ----------
    folder
        Folder of the study.
    draws
        Years drawn.
    seed
        Seed of the draws.
    table
        Which table to print: yearly figures, return levels, shares of hazards, links or trips,
        years, closures drawn, queues at limits with --capacities.
    """
    import polars as pl

    from corridor.screens.names import in_words

    refuse_inputs(compute.out)
    if table == "queues" and not shipping.capacities:
        raise CallError("The table queues is that of --capacities: add it.")
    study = options.read(folder)

    risk = _simulate(study, shipping, compute, draws=draws, seed=seed)
    say(repr(risk))
    _print_risk(study.network, risk, table, json=options.json)
    say_warnings(in_words(study.network, warning) for warning in risk.warnings)

    if compute.out is not None:
        risk.write(compute.out)
        say(f"tables: {compute.out}")
    unserved = risk.by_trip.filter(pl.col("reason").is_not_null())
    return _say_unserved(study.network, unserved["demand_id"], unserved["reason"])


def compare(
    folder: StudyFolder,
    before: str,
    after: str,
    *,
    on: str | None = None,
    table: Literal["trips", "links"] = "trips",
    options: StudyOptions = StudyOptions(),
) -> int:
    """Say what moves from one scenario to another: best routes, their time and cost, and the flows.

    Best is least generalised cost, for every row of demand. The table links has the tonnes a year
    that leave and join each link. Where the study has no demand its trips are compared.

    Example: corridor compare studies/kazakhstan-pakistan open-borders summit-2026

    Parameters
    ----------
    folder
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

    from corridor.cli.progress import progress
    from corridor.closures.comparison import compare as compare_networks
    from corridor.closures.overloads import overload_warnings, overloads
    from corridor.screens.names import in_words

    if options.scenario is not None:
        raise CallError("compare names its two scenarios itself: leave --scenario out.")
    study_before = replace(options, scenario=before).read(folder)
    study_after = replace(options, scenario=after).read(folder)

    say_compiling()
    trips = _compared_trips(study_after)
    day = on or max(study_before.scenario.as_of, study_after.scenario.as_of)
    with progress() as step, told_to(step):
        moves = compare_networks(study_before.network, study_after.network, trips, on=day)

    titles = f"{study_before.scenario.title!r} to {study_after.scenario.title!r}"
    say(f"on {day}, {moves.height} trips from {titles}: {_moved_counts(moves['moved'])}")
    _print_moves(study_after.network, moves, table, json=options.json)
    _say_extra_cost(moves)
    for study, side in ((study_before, "before"), (study_after, "after")):
        flows = moves.select(pl.col(f"links_{side}").alias("links"), "cargo_id", "t_per_year")
        where = f" under {study.scenario.title!r}"
        warnings = overload_warnings(overloads(study.network, flows, on=day), where)
        say_warnings(in_words(study.network, warning) for warning in warnings)

    unserved = moves.filter(pl.col("moved") == "no route")
    return _say_unserved(study_after.network, unserved["demand_id"], unserved["reason"])


def hazards(
    folder: StudyFolder,
    *,
    table: Literal["families", "fits", "seasons"] = "families",
    hazard: Names = (),
    options: StudyOptions = StudyOptions(),
) -> int:
    """Say what the history of closures holds: how often, how long, which family of lengths fits.

    A closure still going on when last seen counts as longer than that. families: exponential,
    lognormal, Weibull and Pareto side by side, best first; fits: each hazard's rate and length with
    95 % intervals, beside the figures in use; seasons: the months in which closures began.

    Example: corridor hazards studies/kazakhstan-pakistan --hazard af-pk-all,torkham-shut

    Parameters
    ----------
    folder
        Folder of the study.
    table
        What to print.
    hazard
        Rows of hazards.csv, with commas: one history together (all that shut Torkham); every one by
        itself where not given.
    """
    from corridor.closures.history import history, seasons
    from corridor.screens.columns import fits_table

    study = options.read(folder)
    events = study.tables["events"]
    if not events["hazard_id"].drop_nulls().len():
        raise CallError(
            "The study has no history of closures: add events.csv, its rows naming the hazard "
            "they were."
        )

    closures = history(events, *hazard)
    fits = _fits(study, hazard)
    _say_frequencies(fits)
    if table == "seasons":
        print_frame(seasons(closures), json=options.json, network=study.network)
    elif table == "fits":
        print_frame(fits, json=options.json, screen=fits_table, network=study.network)
    else:
        _print_families(study, hazard, json=options.json)
    say(
        f"{closures.height} whole closures, {int((~closures['ended']).sum())} of them still going "
        "on when last seen"
    )
    return DONE


def replay(
    folder: StudyFolder,
    *,
    replay_id: Annotated[Names, Parameter(name="--replay")] = (),
    options: StudyOptions = StudyOptions(),
) -> int:
    """Run a closure that happened through the model, beside the trade that was seen.

    The arithmetic stands on stderr. Shares: -0.5 is half. model_change: value not sent, by the
    model; observed_change: new over old, less 1; over_after: the same difference over the new
    value, a base sometimes taken by mistake; claimed_change: what was said.

    Example: corridor replay studies/kazakhstan-pakistan

    Parameters
    ----------
    folder
        Folder of the study.
    replay_id
        Rows of replays.csv, with commas; all where not given.
    """
    from corridor.cli.progress import progress
    from corridor.closures.replays import replay_sentences, replays
    from corridor.screens.columns import replays_table

    study = options.read(folder)
    if not study.tables["replays"].height:
        raise CallError(
            "The study replays nothing: add replays.csv with a change and the trade before and "
            "after it."
        )

    say_compiling()
    with progress() as step, told_to(step):
        frame = replays(study, *replay_id)
    print_frame(frame, json=options.json, screen=replays_table)
    for row in frame.iter_rows(named=True):
        say_all(replay_sentences(row))
    return DONE


def _say_worst(ranking: pl.DataFrame) -> None:
    """Say which link, place and border the demand could least spare."""
    import polars as pl

    for kind, word in (("link", "link"), ("node", "place"), ("crossing", "border")):
        costly = ranking.filter((pl.col("kind") == kind) & (pl.col("loss_usd_per_year") > 0))
        if costly.height:
            worst = costly.sort("loss_usd_per_year", descending=True).row(0, named=True)
            millions = worst["loss_usd_per_year"] / 1e6
            say(f"costliest {word} to lose: {worst['name']}, USD {millions:,.1f} m a year")


def _say_rest(ranking: pl.DataFrame, top: int, *, json: bool) -> None:
    """Say how many rows of a ranking the terminal leaves out, and how to see them."""
    from corridor.screens.columns import RANKED

    rest = ranking.filter(RANKED).height - top
    if top and rest > 0 and is_screen(json=json):
        say(f"{rest} more cost something when lost: --top 0 for all, or pipe the output to a file")


def _say_unserved(network: Network, demand_ids: pl.Series, reasons: pl.Series) -> int:
    """Say which rows of demand are never served, and why; return how the command ends."""
    from corridor.screens.names import in_words, name_of

    trips: dict[str, list[str]] = {}
    for demand_id, reason in zip(demand_ids.head(MAX_UNSERVED), reasons, strict=False):
        trips.setdefault(in_words(network, reason), []).append(
            name_of(network, "demand", demand_id)
        )
    for reason, names in trips.items():
        say(f"not served: {'; '.join(dict.fromkeys(names))}: {reason}")
    if demand_ids.len() > MAX_UNSERVED:
        say(f"{demand_ids.len() - MAX_UNSERVED} more rows of demand are not served")
    return NOT_SERVED if demand_ids.len() else DONE


def _demand(study: Study) -> pl.DataFrame:
    """Return a study's demand; CallError where it has none."""
    demand = study.network.frames["demand"]
    if not demand.height:
        raise CallError(
            "The study has no demand: add demand.csv with origins, destinations, cargoes and "
            "units a year."
        )
    return demand


def _read_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds of elements that a comma-separated text names; all where it is empty."""
    from corridor.closures.elements import KINDS

    kinds = tuple(kind.strip() for kind in text.split(",") if kind.strip())
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise CallError(f"--kinds names {', '.join(unknown)}: known are {', '.join(KINDS)}.")
    return kinds or tuple(KINDS)


def _simulate(
    study: Study, shipping: ShippingOptions, compute: ComputeOptions, *, draws: int, seed: int
) -> Risk:
    """Return the cost of simulated years of closures; CallError where there is nothing to draw."""
    from corridor.cli.progress import progress
    from corridor.closures.simulation import simulate as simulate_years

    demand = _demand(study)
    hazards = study.network.frames["hazards"]
    if not hazards.height:
        raise CallError("The study has no hazards to draw from: add hazards.csv.")

    say_compiling()
    options = _simulate_options(shipping, compute)
    with progress() as step, told_to(step):
        options["progress"] = step
        options["events"] = study.tables["events"]
        return simulate_years(
            study.network,
            demand,
            hazards,
            on=shipping.on or study.scenario.as_of,
            draws=draws,
            rng=seed,
            workers=compute.workers,
            **options,
        )


def _simulate_options(shipping: ShippingOptions, compute: ComputeOptions) -> SimulateOptions:
    from corridor.closures.simulation import MEMORY_YEARS, STEADY_MEMORY_YEARS

    return {
        "memory_years": MEMORY_YEARS if shipping.start == "scenario" else STEADY_MEMORY_YEARS,
        "patience_days": shipping.patience_days,
        "limit_days": shipping.limit_days,
        "limit_share": shipping.limit_share,
        "capacities": shipping.capacities,
        "cluster": compute.cluster,
        "folder": None if compute.out is None else compute.out / DRAWS,
    }


def _print_risk(network: Network, risk: Risk, table: str, *, json: bool) -> None:
    """Print a table of simulated years, or as JSON with the settings."""
    from corridor.screens.columns import hazard_losses_table, risk_table

    screens = {"summary": risk_table, "by_hazard": hazard_losses_table}
    frame: pl.DataFrame = getattr(risk, table)
    if not json:
        print_frame(frame, json=False, screen=screens.get(table), network=network)
        return

    print_json(
        {
            table: frame.to_dicts(),
            "warnings": list(risk.warnings),
            "provenance": dict(risk.provenance),
        }
    )


def _compared_trips(study: Study) -> pl.DataFrame:
    """Return the demand of a study, else its trips; CallError where it has neither."""
    import polars as pl

    demand = study.network.frames["demand"]
    if demand.height:
        return demand
    if not study.trips:
        raise CallError("The study has neither demand nor trips: there is nothing to compare.")

    return pl.DataFrame(
        [
            {
                "trip_id": trip.trip_id,
                "origin": trip.origin,
                "destination": trip.destination,
                "cargo": trip.cargo,
            }
            for trip in study.trips
        ]
    )


def _print_moves(network: Network, moves: pl.DataFrame, table: str, *, json: bool) -> None:
    """Print what moves, by row of demand or by link."""
    from corridor.closures.shifts import shifts
    from corridor.screens.columns import moves_table

    if table != "links":
        print_frame(moves, json=json, screen=moves_table, network=network)
        return

    if moves["t_per_year"].null_count():
        raise CallError("--table links adds up tonnes, which only demand has: add demand.csv.")
    print_frame(shifts(moves), json=json, network=network)


def _moved_counts(words: pl.Series) -> str:
    """Return how many trips became what, the most frequent first."""
    counts = words.value_counts(sort=True).rows()
    return ", ".join(f"{count} {MOVED[word]}" for word, count in counts)


def _say_extra_cost(moves: pl.DataFrame) -> None:
    """Say what goes and costs more, where the tonnes are known."""
    extra_usd = moves["extra_usd_per_year"]
    if extra_usd.count():
        say(
            "extra cost of what goes before and after: "
            f"{float(extra_usd.sum()) / 1e6:,.1f} million USD a year"
        )


def _fits(study: Study, hazard_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return the fits of all hazards, or of some."""
    import polars as pl

    from corridor.closures.fits import fits_beside_used

    fits = fits_beside_used(study.tables["events"], study.tables["hazards"])
    if hazard_ids:
        return fits.filter(pl.col("hazard_id").is_in(list(hazard_ids)))
    return fits


def _say_frequencies(fits: pl.DataFrame) -> None:
    """Say how often and for how long hazards shut, where it is known from their closures."""
    import polars as pl

    from corridor.language.amounts import two_digits

    known = fits.filter(pl.col("duration_median_d").is_not_null())
    for row in known.iter_rows(named=True):
        rate = two_digits(row["used_per_year"])
        times = "time" if rate == "1" else "times"
        say(
            f"{row['name']}: {rate} {times} a year, half of them for at most "
            f"{two_digits(row['used_median_d'])} days"
        )


def _print_families(study: Study, hazard_ids: tuple[str, ...], *, json: bool) -> None:
    """Print the families fitted to every history, or to one of some hazards together."""
    import polars as pl

    from corridor.closures.chapter import fitted
    from corridor.closures.families import compare_families
    from corridor.closures.history import history
    from corridor.screens.columns import families_table

    if hazard_ids:
        together = history(study.tables["events"], *hazard_ids)
        name = pl.lit(" ".join(hazard_ids)).alias("history")
        families = compare_families(together).select(name, pl.all())
    else:
        families = fitted(study.tables)["families"]
    screen = families_table if families.height else None
    print_frame(families, json=json, screen=screen, network=study.network)
