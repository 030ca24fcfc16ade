"""Losses: what a study says about closures, from the ranking of its elements to the replay of a
closure, as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from corridor.closures import history as closures
from corridor.closures.comparison import compare
from corridor.closures.criticality import rank
from corridor.closures.demand_arrays import LIMIT_SHARE
from corridor.closures.replay import replay_beside
from corridor.closures.second_corridor import second_corridor
from corridor.closures.shifts import shifts
from corridor.closures.simulation import simulate
from corridor.errors import CallError, UnknownName
from corridor.language.speech import kept, number, signed, tell
from corridor.network import network
from corridor.network.network import Network
from corridor.study.study import Study
from corridor.tables import selectors

YEARS = 500
CORRIDOR_YEARS = 100
SEED = 7
REOPENED = "open"  # the case in which the closures that are replayed are not in force
NEAR_SHARE = 0.02  # a published share so near is taken for the same
LEAST_LENGTHS = 5  # fewer lengths tell no family from another
Progress = Callable[[str, int, int], None]


def losses(
    study: Study, network_of: Callable[[str], Network], *, progress: Progress | None = None
) -> dict[str, pl.DataFrame]:
    """Return what closures do to the demand of a study under its scenario; empty where it has no
    demand.

    network_of: the network of a scenario by its id. Frames: rank (as :func:`corridor.rank`),
    summary, levels, by_hazard, years (of simulated years, with ``case``: the scenario's id, and
    ``open``: the same without the closures replayed, where they are in force), moves and shifted
    (every demand row and link before and after them), corridors (worth of the ways a scenario has
    beyond the one named in ``without``), replay, closed (the changes replayed), fits and families,
    notes (why a part is missing).
    """
    say = progress or (lambda word, done, total: None)
    frames = fitted(study.tables)
    demand = study.network.frames["demand"]
    hazards = study.network.frames["hazards"]
    on = study.scenario.as_of
    if not demand.height:
        return frames
    say("ranking what closures cost", 0, 4)
    frames["rank"] = rank(study.network, demand, on=on)
    say("simulating years of closures", 1, 4)
    shut, opened = closed_and_open(study)
    cases = {study.scenario.scenario_id: study.network}
    if opened is not None and set(shut.changes["change_id"]) == set(
        study.network.changes["change_id"]
    ):
        cases[REOPENED] = opened
    parts: dict[str, list[pl.DataFrame]] = {
        name: [] for name in ("summary", "levels", "by_hazard", "years")
    }
    notes: list[str] = (
        [] if hazards.height else [kept("The study has no hazards: no years were simulated.")]
    )
    for case, one in cases.items() if hazards.height else ():
        try:
            risk = simulate(one, demand, hazards, on=on, draws=YEARS, rng=SEED)
        except CallError as error:  # such as a dated change of gauge within the year
            notes.append(kept("No years were simulated: {error}", error=error))
            continue
        notes += risk.warnings
        for name, frame in (
            ("summary", risk.summary),
            ("levels", risk.return_levels),
            ("by_hazard", risk.by_hazard),
            ("years", risk.years),
        ):
            parts[name].append(frame.with_columns(pl.lit(case).alias("case")))
    frames |= {name: pl.concat(made) for name, made in parts.items() if made}
    say("closures that happened", 2, 4)
    if opened is not None:
        frames["moves"] = moves(opened, shut, demand, on=on)
        going = (
            pl.when("stays")
            .then(pl.lit([], pl.List(pl.String)))
            .otherwise(pl.col("links_after"))
            .alias("links_after")
        )
        frames["shifted"] = shifts(frames["moves"].with_columns(going))
    frames["replay"] = replays(study)
    ids = study.tables["replays"]["change_id"].to_list()
    frames["closed"] = (
        study.tables["changes"]
        .filter(pl.col("change_id").is_in(ids))
        .select("change_id", "row_id", "from_on", "to_on", "note", "source_id")
    )
    say("what a second corridor is worth", 3, 4)
    if hazards.height:
        frames["corridors"] = corridors(study, network_of)
    frames["notes"] = pl.DataFrame({"note": sorted(set(notes))}, schema={"note": pl.String})
    return frames


def moves(before: Network, after: Network, demand: pl.DataFrame, *, on: dt.date) -> pl.DataFrame:
    """Return compare() with extra_share, the extra generalised cost over the cargo's value, and
    stays.

    What is cut stays, and what would pay more than LIMIT_SHARE, as in :func:`corridor.simulate`.
    """
    value = after.frames["cargoes"].select("cargo_id", "value_usd_per_unit")
    extra = (pl.col("generalised_cost_usd_after") - pl.col("generalised_cost_usd_before")) / pl.col(
        "value_usd_per_unit"
    )
    return (
        compare(before, after, demand, on=on)
        .join(value, on="cargo_id", how="left", maintain_order="left")
        .with_columns(extra.alias("extra_share"))
        .with_columns(
            (
                (pl.col("moved") == "cut") | (pl.col("extra_share") > LIMIT_SHARE).fill_null(False)
            ).alias("stays")
        )
    )


def closed_and_open(study: Study) -> tuple[Network, Network | None]:
    """Return the scenario's network with the closures of ``replays`` in force, and without; null
    where there are none."""
    ids = study.tables["replays"]["change_id"].unique(maintain_order=True).to_list()
    if not ids:
        return study.network, None
    kept = [c for c in study.scenario.changes if c not in ids]
    choices = study.scenario.choices
    made = (
        network.build(study.tables, choices=choices, change_ids=own, inputs=study.hash)
        for own in ([*ids, *kept], kept)
    )
    return next(made), next(made)


def corridors(
    study: Study, network_of: Callable[[str], Network], *, draws: int = CORRIDOR_YEARS
) -> pl.DataFrame:
    """Return what the corridors are worth that scenarios have beyond another one (``without``), by
    second_corridor.

    One row a measure and such scenario, with scenario_id, scenario, without.
    """
    parts = []
    for scenario in study.scenarios.values():
        if scenario.without is None:
            continue
        with_it = network_of(scenario.scenario_id)
        lacking = network_of(scenario.without)
        try:
            worth = second_corridor(
                lacking,
                with_it,
                with_it.frames["demand"],
                with_it.frames["hazards"],
                on=scenario.as_of,
                draws=draws,
            )
        except CallError:  # no trip has a way in both: there is nothing to tell
            continue
        parts.append(
            worth.select(
                pl.lit(scenario.scenario_id).alias("scenario_id"),
                pl.lit(scenario.title).alias("scenario"),
                pl.lit(study.scenarios[scenario.without].title).alias("without_scenario"),
                pl.all(),
            )
        )
    empty: dict[str, Any] = {
        "scenario_id": pl.String,
        "scenario": pl.String,
        "without_scenario": pl.String,
        "measure": pl.String,
        "without": pl.Float64,
        "with": pl.Float64,
        "difference": pl.Float64,
        "standard_error": pl.Float64,
    }
    return pl.concat(parts) if parts else pl.DataFrame(schema=empty)


def replays(study: Study, *replay_ids: str) -> pl.DataFrame:
    """Return every replay of a study (or those named) beside the trade that was seen and what was
    said of it.

    One row a replay: as replay_beside, with replay_id, name, claimed_change (as said elsewhere,
    null where nothing was), source_id, confidence. The network is the scenario's without any
    replayed closure; hazards strike nothing. Raises UnknownName.
    """
    table = study.tables["replays"]
    for name in replay_ids:
        if name not in table["replay_id"].to_list():
            raise UnknownName("replay", name, table["replay_id"].to_list())
    _, opened = closed_and_open(study)
    rows = []
    for row in table.iter_rows(named=True):
        if opened is None or replay_ids and row["replay_id"] not in replay_ids:
            continue
        demand = opened.frames["demand"]
        if row["demand_source_id"] is not None:
            demand = demand.filter(pl.col("source_id") == row["demand_source_id"])
        closure = study.tables["changes"].filter(pl.col("change_id") == row["change_id"])
        told = replay_beside(
            opened, demand, closure, before=row["figure_before_id"], after=row["figure_after_id"]
        )
        claim = (
            study.tables["claims"].filter(pl.col("check_id") == row["check_id"])["value"].to_list()
        )
        rows.append(
            {
                "replay_id": row["replay_id"],
                "name": row["name"],
                **told,
                "claimed_change": claim[0] if claim else None,
                "source_id": row["source_id"],
                "confidence": row["confidence"],
            }
        )
    numbers = (
        "before",
        "after",
        "model_change",
        "observed_change",
        "over_after",
        "all_stopped_change",
        "open_days_change",
        "claimed_change",
    )
    return (
        pl.DataFrame(rows, schema_overrides=dict.fromkeys(numbers, pl.Float64))
        if rows
        else pl.DataFrame()
    )


def fitted(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the fit of every hazard with a history, and families of lengths compared wherever
    there is enough of it.

    fits: every hazard, as closures.fit where it has events, with name, the figures in use
    (used_per_year, used_median_d, used_sigma) and their confidence. families: as
    closures.compare_families, with ``history``: the hazards whose events stand together because
    they shut the same link, and ``place``: such a link.
    """
    events = tables["events"]
    hazards = tables["hazards"]
    used = hazards.select(
        "hazard_id",
        "name",
        pl.col("events_per_year").alias("used_per_year"),
        pl.col("duration_median_d").alias("used_median_d"),
        pl.col("duration_sigma").alias("used_sigma"),
        "source_id",
        "confidence",
    )
    fits = used.join(
        closures.fit(events, hazards), on="hazard_id", how="left", maintain_order="left"
    )
    parts = []
    for ids, place in histories(tables).items():
        own = closures.history(events, *ids)
        if own.height < LEAST_LENGTHS or not own["ended"].any():
            continue
        compared = closures.compare_families(own)
        parts.append(
            compared.select(
                pl.lit(" ".join(ids)).alias("history"), pl.lit(place).alias("place"), pl.all()
            )
        )
    return {"fits": fits, "families": pl.concat(parts) if parts else pl.DataFrame()}


def histories(tables: Mapping[str, pl.DataFrame]) -> dict[tuple[str, ...], str]:
    """Return which hazards with events shut a link together, and the first link of each such group.

    Groups of several hazards come first, then each hazard alone.
    """
    events = tables["events"]
    hazards = tables["hazards"]
    whole = (
        events.filter(pl.col("effect_share") >= closures.SHUT)["hazard_id"]
        .drop_nulls()
        .unique()
        .to_list()
    )
    links = tables["links"]
    nodes = tables["nodes"]
    at: dict[int, list[str]] = {}
    for row in hazards.iter_rows(named=True):
        if row["hazard_id"] in whole:
            for i in selectors.select(row["row_id"], links, nodes):
                at.setdefault(i, []).append(row["hazard_id"])
    found: dict[tuple[str, ...], str] = {}
    for i, ids in sorted(at.items()):
        found.setdefault(tuple(ids), links["link_id"][i])
        for one in ids:
            found.setdefault((one,), links["link_id"][i])
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def replay_words(row: Mapping[str, Any]) -> list[str]:
    """Return the arithmetic of one row of :func:`replays` in sentences."""
    before = row["before"] / 1e6
    after = row["after"] / 1e6
    fall = (row["before"] - row["after"]) / 1e6
    told = {
        "name": row["name"],
        "before": number(before),
        "after": number(after),
        "fall": number(fall),
    }
    said = [
        tell(
            "{name}: {before} million USD before, {after} after. The fall, {fall}, is {share} of "
            "the old value ({fall} / {before}) and {other_share} of the new one ({fall} / "
            "{after}).",
            share=_percent(fall / before, 1),
            other_share=_percent(fall / after, 1),
            **told,
        )
    ]
    if row["claimed_change"] is not None:
        old, new = (
            abs(row[base] - row["claimed_change"]) for base in ("observed_change", "over_after")
        )
        claimed = _percent(row["claimed_change"], 0, is_change=True)
        said.append(
            # Translators: {share}, what was said elsewhere of a fall, such as -60%; neither way of
            # reckoning it gives that.
            tell("Said: {share}. Neither base gives that.", share=claimed)
            if min(old, new) >= NEAR_SHARE
            else tell("Said: {share}. That is the fall over the old value.", share=claimed)
            if old <= new
            else tell("Said: {share}. That is the fall over the new value.", share=claimed)
        )
    said.append(
        tell(
            "Shut on {shut_days} of {days} days: had nothing passed on those and all else stayed, "
            "trade would change by {share}.",
            shut_days=row["shut_days"],
            days=row["days"],
            share=_percent(row["all_stopped_change"], 1, is_change=True),
        )
    )
    if row["open_days_change"] is not None:
        said.append(
            tell(
                "To reach what was seen, the open days too must have changed, by {share}.",
                share=_percent(row["open_days_change"], 1, is_change=True),
            )
        )
    if row["model_change"] is not None:
        said.append(
            tell(
                "The model: {share}. It lets goods go round where that costs at most {limit} of "
                "their value more.",
                share=_percent(row["model_change"], 1, is_change=True),
                limit=_percent(LIMIT_SHARE, 0),
            )
        )
    return said


def _percent(value: float, digits: int, *, is_change: bool = False) -> str:
    return tell("{figure}%", figure=(signed if is_change else number)(value * 100, digits))
