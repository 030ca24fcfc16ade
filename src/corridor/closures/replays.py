"""Replays: the closures of a study that happened, run through the model, beside what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.closures.demand_arrays import LIMIT_SHARE
from corridor.closures.replay import replay_beside
from corridor.errors import UnknownName
from corridor.language.amounts import per_cent
from corridor.language.speech import number, tell
from corridor.network.network import Network, build
from corridor.steps import tell_step
from corridor.study.study import Study

NEAR_SHARE = 0.02  # a published share so near is taken for the same
REPLAY_NUMBERS = (
    "before",
    "after",
    "model_change",
    "observed_change",
    "over_after",
    "all_stopped_change",
    "open_days_change",
    "claimed_change",
)


def shut_and_open(study: Study) -> tuple[Network, Network | None]:
    """Return the scenario's network with the closures of ``replays`` in force, and without them.

    Null in place of the second where the study replays nothing.
    """
    replayed = study.tables["replays"]["change_id"].unique(maintain_order=True).to_list()
    if not replayed:
        return study.network, None

    others = [change for change in study.scenario.changes if change not in replayed]
    return _network_under(study, [*replayed, *others]), _network_under(study, others)


def replays(study: Study, *replay_ids: str) -> pl.DataFrame:
    """Return every replay of a study beside the trade that was seen and what was said of it.

    The network is the scenario's without any replayed closure; hazards strike nothing.

    Parameters
    ----------
    study
        The study; its table ``replays`` names closures and the trade before and after them.
    *replay_ids
        Replays wanted; none named: all.

    Returns
    -------
    pl.DataFrame
        One row a replay: replay_id, name, the figures of
        :func:`corridor.closures.replay.replay_beside`, claimed_change (as said elsewhere, null
        where nothing was), source_id, confidence.

    Raises
    ------
    UnknownName
        For a replay the study has not.
    """
    table = study.tables["replays"]
    _require_replays(table, replay_ids)
    _, opened = shut_and_open(study)
    if opened is None:
        return pl.DataFrame()

    chosen = table.filter(pl.col("replay_id").is_in(list(replay_ids))) if replay_ids else table
    if not chosen.height:
        return pl.DataFrame()

    rows = []
    for done, row in enumerate(chosen.iter_rows(named=True)):
        tell_step("closures replayed", done, chosen.height)
        rows.append(_replay_row(study, opened, row))

    types: dict[str, Any] = dict.fromkeys(REPLAY_NUMBERS, pl.Float64)
    return pl.DataFrame(rows, schema_overrides={**types, "possible_changes": pl.List(pl.Float64)})


def replayed_changes(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the changes that are replayed: change_id, row_id, from_on, to_on, note, source_id."""
    replayed = tables["replays"]["change_id"].to_list()
    return (
        tables["changes"]
        .filter(pl.col("change_id").is_in(replayed))
        .select("change_id", "row_id", "from_on", "to_on", "note", "source_id")
    )


def replay_sentences(replay: Mapping[str, Any]) -> list[str]:
    """Return the arithmetic of one row of :func:`replays` in sentences."""
    sentences = [_fall_sentence(replay)]
    if replay["claimed_change"] is not None:
        sentences.append(_claim_sentence(replay))

    sentences.append(_shut_sentence(replay))
    if replay["open_days_change"] is not None:
        sentences.append(_open_days_sentence(replay))
    if replay["model_change"] is not None:
        sentences.append(_model_sentence(replay))
        sentences.append(_possible_sentence(replay))
    return sentences


def _require_replays(table: pl.DataFrame, replay_ids: Sequence[str]) -> None:
    known_ids = table["replay_id"].to_list()
    for replay_id in replay_ids:
        if replay_id not in known_ids:
            raise UnknownName("replay", replay_id, known_ids)


def _network_under(study: Study, change_ids: list[str]) -> Network:
    return build(
        study.tables,
        choices=study.scenario.choices,
        change_ids=change_ids,
        inputs=study.hash,
        catalogues=study.catalogues,
    )


def _replay_row(study: Study, opened: Network, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row of the table ``replays`` run through the model."""
    closure = study.tables["changes"].filter(pl.col("change_id") == row["change_id"])
    figures = replay_beside(
        opened,
        _demand_of(opened, row["demand_source_id"]),
        closure,
        before=row["figure_before_id"],
        after=row["figure_after_id"],
    )
    return {
        "replay_id": row["replay_id"],
        "name": row["name"],
        **figures,
        "claimed_change": _claim(study, row["check_id"]),
        "source_id": row["source_id"],
        "confidence": row["confidence"],
    }


def _demand_of(network: Network, source_id: str | None) -> pl.DataFrame:
    """Return the rows of demand from one source; null: all of them."""
    demand = network.frames["demand"]
    return demand if source_id is None else demand.filter(pl.col("source_id") == source_id)


def _claim(study: Study, check_id: str | None) -> float | None:
    """Return the value of the claim that a check holds against the model; null where none does."""
    claims = study.tables["claims"].filter(pl.col("check_id") == check_id)["value"]
    return float(claims[0]) if claims.len() else None


def _fall_sentence(replay: Mapping[str, Any]) -> str:
    """Return how far trade fell, over the old value and over the new one."""
    before = replay["before"] / 1e6
    after = replay["after"] / 1e6
    fall = (replay["before"] - replay["after"]) / 1e6
    return tell(
        "{name}: {before} million USD before, {after} after. The fall, {fall}, is {share} of "
        "the old value ({fall} / {before}) and {other_share} of the new one ({fall} / "
        "{after}).",
        share=per_cent(fall / before, 1),
        other_share=per_cent(fall / after, 1),
        name=replay["name"],
        before=number(before),
        after=number(after),
        fall=number(fall),
    )


def _claim_sentence(replay: Mapping[str, Any]) -> str:
    """Return over which base the change that was said elsewhere is right, if over any."""
    claim = replay["claimed_change"]
    off_old_base = abs(replay["observed_change"] - claim)
    off_new_base = abs(replay["over_after"] - claim)
    claimed = per_cent(claim, with_sign=True)

    if min(off_old_base, off_new_base) >= NEAR_SHARE:
        # Translators: {share}, what was said elsewhere of a fall, such as -60%; neither way of
        # computing it gives that.
        return tell("Said: {share}. Neither base gives that.", share=claimed)
    if off_old_base <= off_new_base:
        return tell("Said: {share}. That is the fall over the old value.", share=claimed)
    return tell("Said: {share}. That is the fall over the new value.", share=claimed)


def _shut_sentence(replay: Mapping[str, Any]) -> str:
    """Return the fall if nothing at all had passed on the days shut."""
    return tell(
        "Shut on {shut_days} of {days} days: had nothing passed on those and all else stayed, "
        "trade would change by {share}.",
        shut_days=replay["shut_days"],
        days=replay["days"],
        share=per_cent(replay["all_stopped_change"], 1, with_sign=True),
    )


def _open_days_sentence(replay: Mapping[str, Any]) -> str:
    """Return what the open days must have lost beside."""
    return tell(
        "To reach what was seen, the open days too must have changed, by {share}.",
        share=per_cent(replay["open_days_change"], 1, with_sign=True),
    )


def _possible_sentence(replay: Mapping[str, Any]) -> str:
    """Return what else the model could say."""
    changes = [per_cent(change, 1, with_sign=True) for change in replay["possible_changes"]]
    return tell(
        "All goods of a row of demand go or stay, so at any limit the model says one of: {shares}.",
        shares=", ".join(changes),
    )


def _model_sentence(replay: Mapping[str, Any]) -> str:
    return tell(
        "The model: {share}. It lets goods take a detour where that costs at most "
        "{limit} of their value more.",
        share=per_cent(replay["model_change"], 1, with_sign=True),
        limit=per_cent(LIMIT_SHARE),
    )
