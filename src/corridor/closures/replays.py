"""Replays: the closures of a study that happened, run through the model, beside what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.closures.replay import replay_beside
from corridor.errors import UnknownName
from corridor.flows.demand import LIMIT_SHARE
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
    "model_season_change",
    "season_stopped_change",
    "season_open_change",
    "claimed_change",
)


def shut_and_open(study: Study) -> tuple[Network, Network | None]:
    """Return the scenario's network with the closures of ``replays`` in force, and without them.

    Rules that came with a closure hold with it, and not without. Null in place of the second where
    the study replays nothing.
    """
    replayed = study.tables["replays"]["change_id"].unique(maintain_order=True).to_list()
    if not replayed:
        return study.network, None

    others = _other_changes(study)
    shut = _network_under(study, [*replayed, *others], _rules(study, _all_rule_ids(study)))
    if _are_alike(shut, study.network):
        shut = study.network
    return shut, _network_under(study, others, _rules(study))


def _are_alike(one: Network, other: Network) -> bool:
    """Tell whether two networks of a scenario have the same changes and rules in force."""
    rules, other_rules = (network.frames["rules"].drop("alternative") for network in (one, other))
    return one.changes.equals(other.changes) and rules.equals(other_rules)


def _other_changes(study: Study) -> list[str]:
    """Return the scenario's changes that no replay is of."""
    replayed = study.tables["replays"]["change_id"].to_list()
    return [change for change in study.scenario.changes if change not in replayed]


def _all_rule_ids(study: Study) -> list[str]:
    """Return the rules that came with any closure that is replayed."""
    words = study.tables["replays"]["rule_ids"].drop_nulls().to_list()
    return [rule_id for text in words for rule_id in text.split()]


def _rules(study: Study, rule_ids: Sequence[str] = ()) -> pl.DataFrame:
    """Return the study's rules with some of those that replays name, whatever is chosen.

    The others that replays name are left out.
    """
    rules = study.tables["rules"]
    is_held = pl.col("rule_id").is_in(list(rule_ids))
    is_named = pl.col("rule_id").is_in(_all_rule_ids(study))
    alternative = pl.when(is_held).then(None).otherwise("alternative").alias("alternative")
    return rules.filter(is_held | ~is_named).with_columns(alternative)


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
        where nothing was), rule_ids (that came with the closure), fitted (setting chosen after the
        outcome), source_id, confidence.

    Raises
    ------
    UnknownName
        For a replay the study has not.
    """
    table = study.tables["replays"]
    _require_replays(table, replay_ids)
    chosen = table.filter(pl.col("replay_id").is_in(list(replay_ids))) if replay_ids else table
    _, opened = shut_and_open(study)
    return replays_on(study, opened, chosen)


def replays_on(study: Study, opened: Network | None, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return what :func:`replays` does of some rows of its table.

    opened: the network without the closures, as :func:`shut_and_open` returns it.
    """
    if opened is None or not chosen.height:
        return pl.DataFrame()

    rows = []
    stopped_by: dict[str | None, Network | None] = {None: None}
    for done, row in enumerate(chosen.iter_rows(named=True)):
        tell_step("closures replayed", done, chosen.height)
        rule_ids = row["rule_ids"]
        if rule_ids not in stopped_by:
            stopped_by[rule_ids] = _stopped(study, rule_ids)
        rows.append(_replay_row(study, opened, stopped_by[rule_ids], row))

    types: dict[str, Any] = dict.fromkeys(REPLAY_NUMBERS, pl.Float64)
    texts: dict[str, Any] = dict.fromkeys(("rule_ids", "fitted"), pl.String)
    many = {"possible_changes": pl.List(pl.Float64)}
    return pl.DataFrame(rows, schema_overrides={**types, **texts, **many})


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
    if replay["season_stopped_change"] is not None:
        sentences.append(_season_sentence(replay))
    if replay["model_change"] is not None:
        sentences += _model_sentences(replay)
    return sentences


def _require_replays(table: pl.DataFrame, replay_ids: Sequence[str]) -> None:
    known_ids = table["replay_id"].to_list()
    for replay_id in replay_ids:
        if replay_id not in known_ids:
            raise UnknownName("replay", replay_id, known_ids)


def _network_under(study: Study, change_ids: list[str], rules: pl.DataFrame) -> Network:
    return build(
        {**study.tables, "rules": rules},
        choices=study.scenario.choices,
        change_ids=change_ids,
        inputs=study.hash,
        catalogues=study.catalogues,
    )


def _stopped(study: Study, rule_ids: str) -> Network:
    """Return the network without the closures, but with some of the rules that came with them."""
    return _network_under(study, _other_changes(study), _rules(study, rule_ids.split()))


def _replay_row(
    study: Study, opened: Network, stopped: Network | None, row: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one row of the table ``replays`` run through the model.

    stopped: the network under the rules that came with the closure; null: none did.
    """
    closure = study.tables["changes"].filter(pl.col("change_id") == row["change_id"])
    figures = replay_beside(
        opened,
        _demand_of(opened, row["demand_source_id"]),
        closure,
        before=row["figure_before_id"],
        after=row["figure_after_id"],
        season=row["season_figure_id"],
        stopped=stopped,
    )
    return {
        "replay_id": row["replay_id"],
        "name": row["name"],
        **figures,
        "claimed_change": _claim(study, row["check_id"]),
        "rule_ids": row["rule_ids"],
        "fitted": row["fitted"],
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


def _season_sentence(replay: Mapping[str, Any]) -> str:
    """Return the same with days as heavy as they were a year before."""
    shut = per_cent(replay["season_stopped_change"], 1, with_sign=True)
    if replay["season_open_change"] is None:
        return tell("With days as heavy as in the time before, the days shut: {share}.", share=shut)
    return tell(
        "Days do not weigh alike: by the season of the time before, nothing passing on the days "
        "shut makes {share}, and the open days must have changed by {other_share}.",
        share=shut,
        other_share=per_cent(replay["season_open_change"], 1, with_sign=True),
    )


def _model_sentences(replay: Mapping[str, Any]) -> list[str]:
    """Return what the model says, what else it could say, and what of it was fitted."""
    sentences = [_model_sentence(replay)]
    if replay["model_season_change"] is not None:
        share = per_cent(replay["model_season_change"], 1, with_sign=True)
        sentences.append(tell("The model, by the season: {share}.", share=share))

    sentences.append(_possible_sentence(replay))
    if replay["fitted"]:
        sentences.append(
            tell(
                "The limit of {limit} on detours was set after this fall had been seen: it is "
                "fitted, and this replay is no test of it.",
                limit=per_cent(LIMIT_SHARE),
            )
        )
    return sentences


def _possible_sentence(replay: Mapping[str, Any]) -> str:
    """Return what else the model could say."""
    changes = [per_cent(change, 1, with_sign=True) for change in replay["possible_changes"]]
    if len(changes) == 1:
        return tell("At any limit on detours the model says the same.")
    return tell(
        "All goods of a row of demand go or stay, so at any limit the model says one of: {shares}.",
        shares=", ".join(changes),
    )


def _model_sentence(replay: Mapping[str, Any]) -> str:
    share = per_cent(replay["model_change"], 1, with_sign=True)
    if replay["rule_ids"]:
        return tell(
            "The model: {share}. The trade itself was stopped, so no detour carries it, whatever "
            "it costs.",
            share=share,
        )
    return tell(
        "The model: {share}. It lets goods take a detour where that costs at most "
        "{limit} of their value more.",
        share=share,
        limit=per_cent(LIMIT_SHARE),
    )
