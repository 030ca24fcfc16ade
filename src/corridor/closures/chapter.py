"""The run of the chapter on closures: from the ranking of elements to the replays, as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from corridor.closures.comparison import compare
from corridor.closures.criticality import rank
from corridor.closures.families import families_by_place
from corridor.closures.fits import fits_beside_used
from corridor.closures.own_demand import own_trips
from corridor.closures.replays import replayed_changes, replays_on, shut_and_open
from corridor.closures.risk import Risk
from corridor.closures.second_corridor import second_corridor
from corridor.closures.shifts import shifts
from corridor.closures.simulation import simulate, simulate_with_part
from corridor.errors import CallError
from corridor.flows.demand import LIMIT_SHARE
from corridor.kernels import Bools
from corridor.language.messages import message, pack
from corridor.network.network import Network
from corridor.study.settings import Scenario
from corridor.study.study import Study

YEARS = 500
CORRIDOR_YEARS = 100
SEED = 7
STEPS = 3
REOPENED = "open"  # the case in which the closures that are replayed are not in force
OWN = ("loss_usd_per_year", "known_low_usd", "known_high_usd")  # by hazard, also of own demand
CORRIDOR_TYPES: dict[str, Any] = {
    "scenario_id": pl.String,
    "scenario": pl.String,
    "without_scenario": pl.String,
    "measure": pl.String,
    "without": pl.Float64,
    "with": pl.Float64,
    "difference": pl.Float64,
    "standard_error": pl.Float64,
}
Progress = Callable[[str, int, int], None]


def losses(
    study: Study, *, workers: int | None = None, progress: Progress | None = None
) -> dict[str, pl.DataFrame]:
    """Return what closures do to the demand of a study under its scenario, as tables by name.

    Parameters
    ----------
    study
        The study, read under the scenario.
    workers
        Local threads that simulate years; null: one for each processor.
    progress
        Called with what is done next, the steps done and all steps.

    Returns
    -------
    dict[str, pl.DataFrame]
        * fits, families: as :func:`fitted`; the only ones where the study has no demand;
        * rank: as :func:`corridor.rank`;
        * summary, levels, by_hazard, years: of simulated years, as :func:`simulated`;
        * moves: as :func:`moves`; shifted: as :func:`corridor.closures.shifts.shifts`, without what
          stays: demand and links before and after the closures that are replayed;
        * replay, closed: as :func:`corridor.closures.replays.replays` and ``replayed_changes``;
        * notes: why a part is missing.
    """
    report = progress or (lambda word, done, total: None)
    frames = fitted(study.tables)
    demand = study.network.frames["demand"]
    if not demand.height:
        return frames

    report("ranking what closures cost", 0, STEPS)
    on = study.scenario.as_of
    frames["rank"] = rank(study.network, demand, on=on, between=study.settings.between)

    report("simulating years of closures", 1, STEPS)
    shut, opened = shut_and_open(study)
    years, notes = simulated(study, _cases(study, shut, opened), workers=workers)
    frames |= years

    report("closures that happened", 2, STEPS)
    frames |= replayed(study, shut, opened)

    frames["notes"] = _notes_frame(notes)
    return frames


def fitted(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return what the history of closures says: fits of every hazard, and families of lengths.

    fits: as :func:`corridor.closures.fits.fits_beside_used`. families: as
    :func:`corridor.closures.families.families_by_place`.
    """
    return {
        "fits": fits_beside_used(tables["events"], tables["hazards"]),
        "families": families_by_place(tables),
    }


def simulated(
    study: Study, cases: Mapping[str, Network], *, workers: int | None = None
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """Return the tables of simulated years under some cases, and notes on what was not simulated.

    cases: networks by the word that stands in the column ``case``. Tables: summary, levels,
    by_hazard and years, as :class:`corridor.Risk` has them, with what own demand loses in summary
    and by_hazard; none where no case could be simulated. workers: as of :func:`corridor.simulate`.
    """
    demand = study.network.frames["demand"]
    if not study.network.frames["hazards"].height:
        return {}, [message("The study has no hazards: no years were simulated.")]

    parts: dict[str, list[pl.DataFrame]] = {}
    notes: list[str] = []
    for case, network in cases.items():
        is_own = own_trips(network, demand, study.settings.between)
        try:
            risk, own_risk = _years(study, network, demand, is_own, workers)
        except CallError as error:  # such as a dated change of gauge within the year
            notes.append(message("No years were simulated: {error}", error=error.args[0]))
            continue

        notes += risk.warnings
        for name, table in _tables_of(risk, own_risk).items():
            parts.setdefault(name, []).append(table.with_columns(pl.lit(case).alias("case")))
    return {name: pl.concat(tables) for name, tables in parts.items()}, notes


def moves(before: Network, after: Network, demand: pl.DataFrame, *, on: dt.date) -> pl.DataFrame:
    """Return what moves between two networks, and what stays where it is.

    As :func:`corridor.compare`, with extra_share, the extra generalised cost over the cargo's
    value, and stays: what is cut, and what would pay more than LIMIT_SHARE, as in
    :func:`corridor.simulate`.
    """
    values = after.frames["cargoes"].select("cargo_id", "value_usd_per_unit")
    extra_usd = pl.col("generalised_cost_usd_after") - pl.col("generalised_cost_usd_before")
    extra_share = extra_usd / pl.col("value_usd_per_unit")
    is_too_expensive = (pl.col("extra_share") > LIMIT_SHARE).fill_null(False)

    return (
        compare(before, after, demand, on=on)
        .join(values, on="cargo_id", how="left", maintain_order="left")
        .with_columns(extra_share.alias("extra_share"))
        .with_columns(((pl.col("moved") == "cut") | is_too_expensive).alias("stays"))
    )


def replayed(study: Study, shut: Network, opened: Network | None) -> dict[str, pl.DataFrame]:
    """Return what the closures that are replayed did: moves, shifted, replay and closed."""
    frames: dict[str, pl.DataFrame] = {}
    if opened is not None:
        demand = study.network.frames["demand"]
        frames["moves"] = moves(opened, shut, demand, on=study.scenario.as_of)
        frames["shifted"] = shifts(_without_what_stays(frames["moves"]))

    frames["replay"] = replays_on(study, opened, study.tables["replays"])
    frames["closed"] = replayed_changes(study.tables)
    return frames


def corridors(
    study: Study,
    network_of: Callable[[str], Network],
    *,
    draws: int = CORRIDOR_YEARS,
    workers: int | None = None,
) -> pl.DataFrame:
    """Return what the corridors are worth that scenarios have beyond the one named in ``without``.

    Columns: scenario_id, scenario and without_scenario (titles), then those of
    :func:`corridor.second_corridor`. Where no trip has a route in both, the pair is left out.
    """
    parts = []
    for scenario in study.scenarios.values():
        if scenario.without is None:
            continue

        try:
            worth = _worth(scenario, scenario.without, network_of, draws, workers)
        except CallError:  # no trip has a route in both: there is nothing to compare
            continue

        parts.append(
            worth.select(
                pl.lit(scenario.scenario_id).alias("scenario_id"),
                pl.lit(scenario.title).alias("scenario"),
                pl.lit(study.scenarios[scenario.without].title).alias("without_scenario"),
                pl.all(),
            )
        )
    return pl.concat(parts) if parts else pl.DataFrame(schema=CORRIDOR_TYPES)


def _notes_frame(notes: Iterable[str]) -> pl.DataFrame:
    each_once = sorted(set(notes))
    return pl.DataFrame(
        {"note": each_once, "note_message": [pack(note) for note in each_once]},
        schema={"note": pl.String, "note_message": pl.String},
    )


def _cases(study: Study, shut: Network, opened: Network | None) -> dict[str, Network]:
    """Return the networks to simulate: the scenario's, and without the closures it has in force."""
    cases = {study.scenario.scenario_id: study.network}
    if opened is not None and _change_ids(shut) == _change_ids(study.network):
        cases[REOPENED] = opened
    return cases


def _years(
    study: Study,
    network: Network,
    demand: pl.DataFrame,
    is_own: Bools | None,
    workers: int | None,
) -> tuple[Risk, Risk | None]:
    """Return simulated years of all demand and of own demand: the same closures strike both.

    is_own [rows]: null where there is none; then the second is null.
    """
    hazards = study.network.frames["hazards"]
    on = study.scenario.as_of
    events = study.tables["events"]
    if is_own is None:
        risk = simulate(
            network, demand, hazards, on=on, draws=YEARS, rng=SEED, workers=workers, events=events
        )
        return risk, None

    return simulate_with_part(
        network,
        demand,
        hazards,
        is_own,
        on=on,
        draws=YEARS,
        rng=SEED,
        workers=workers,
        events=events,
    )


def _tables_of(risk: Risk, own_risk: Risk | None) -> dict[str, pl.DataFrame]:
    own = risk.by_hazard.clear() if own_risk is None else own_risk.by_hazard
    own_by_hazard = own.select("hazard_id", *(pl.col(name).alias(f"own_{name}") for name in OWN))
    summary = [risk.summary]
    if own_risk is not None:
        is_loss = pl.col("measure") == "loss_usd"
        own_loss = own_risk.summary.filter(is_loss)
        summary.append(own_loss.with_columns(pl.lit("own_loss_usd").alias("measure")))

    return {
        "summary": pl.concat(summary),
        "levels": risk.return_levels,
        "by_hazard": risk.by_hazard.join(
            own_by_hazard, on="hazard_id", how="left", maintain_order="left"
        ),
        "years": risk.years,
    }


def _change_ids(network: Network) -> set[str]:
    return set(network.changes["change_id"])


def _without_what_stays(moved: pl.DataFrame) -> pl.DataFrame:
    """Return rows of :func:`moves` in which goods that stay use no link after."""
    nothing = pl.lit([], pl.List(pl.String))
    links_after = pl.when("stays").then(nothing).otherwise(pl.col("links_after"))
    return moved.with_columns(links_after.alias("links_after"))


def _worth(
    scenario: Scenario,
    without_id: str,
    network_of: Callable[[str], Network],
    draws: int,
    workers: int | None,
) -> pl.DataFrame:
    """Return what a scenario's corridor is worth beside the scenario that lacks it."""
    with_it = network_of(scenario.scenario_id)
    without = network_of(without_id)
    return second_corridor(
        without,
        with_it,
        with_it.frames["demand"],
        with_it.frames["hazards"],
        on=scenario.as_of,
        draws=draws,
        workers=workers,
    )
