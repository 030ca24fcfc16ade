"""Baselines: the series of a pair's trade that a target is measured from, and all flows with it."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corridor.errors import CallError, Finding, StudyError, UnknownName
from corridor.network.alternatives import active_rows, resolve_choices
from corridor.study.settings import Goal
from corridor.study.study import Study
from corridor.trade.potential import between, complete_flows, split_flows
from corridor.trade.year import MONTHS, middles


@dataclass(frozen=True)
class Baseline:
    """One series of the pair's trade, and the world that goes with it.

    Attributes
    ----------
    option
        The option of the parameter that names the series; null where there is one series only.
    series
        Its two rows: name, exporter, importer, value_usd, ends_on.
    flows
        All flows by sector that go with it.
    months
        The middle days of the months it covers.
    """

    option: str | None
    series: pl.DataFrame
    flows: pl.DataFrame
    months: tuple[dt.date, ...]

    @property
    def name(self) -> str:
        """The name of the series."""
        name: str = self.series["name"][0]
        return name


def read_baselines(study: Study, goal: Goal, options: Sequence[str]) -> list[Baseline]:
    """Return the baselines of a target, that of the study's choice first.

    options: those wanted of the parameter that names the series; none: all.
    """
    return [_baseline(study, goal, option) for option in _options(study, goal, options)]


def _options(study: Study, goal: Goal, wanted: Sequence[str]) -> list[str | None]:
    """Return the options of the parameter that names the series; null alone where there is none."""
    if goal.series is None:
        if wanted:
            raise CallError(
                "The study has one series of this trade only: [target] names no parameter of "
                "series."
            )
        return [None]

    options = _options_of(study, goal.series)
    for option in wanted:
        if option not in options:
            raise UnknownName("baseline", option, options)

    choices = resolve_choices(study.tables["parameters"], study.scenario.choices)
    chosen = choices[goal.series]
    return sorted(wanted or options, key=lambda option: option != chosen)


def _options_of(study: Study, parameter: str) -> list[str]:
    """Return the options of a parameter."""
    prefix = f"{parameter}:"
    option_ids = study.tables["parameters"]["option_id"].to_list()
    return [name.removeprefix(prefix) for name in option_ids if name.startswith(prefix)]


def _baseline(study: Study, goal: Goal, option: str | None) -> Baseline:
    """Read one series of the pair's trade and complete the flows of the world with it."""
    tables = study.tables
    choices = dict(study.scenario.choices)
    if goal.series and option:
        choices[goal.series] = option
    rows = active_rows(tables["trade"], resolve_choices(tables["parameters"], choices))

    flows = complete_flows(rows, tables["countries"], year=goal.year)
    series = _series(rows, flows, goal, option)
    ends_on = max(series["ends_on"].to_list())
    by_sector = split_flows(flows, tables["specialisations"], tables["sectors"])
    return Baseline(option, series, by_sector, _months(ends_on))


def _series(
    rows: pl.DataFrame, flows: pl.DataFrame, goal: Goal, option: str | None
) -> pl.DataFrame:
    """Return both directions of the pair's trade, with the day their twelve months end."""
    published = flows.filter(between(goal.between) & (pl.col("basis") != "predicted"))
    _check_directions(published, goal, option)

    _require_trade(rows, published, goal)

    keys = ["exporter", "importer", "year", "series"]
    totals = rows.filter(between(goal.between) & pl.col("sector_id").is_null())
    dated = published.join(totals.select(*keys, "ends_on"), on=keys, how="left")
    return dated.select(
        pl.col("series").first().alias("name"),
        "exporter",
        "importer",
        "value_usd",
        pl.coalesce("ends_on", pl.date("year", 12, 31)).alias("ends_on"),
    )


def _check_directions(published: pl.DataFrame, goal: Goal, option: str | None) -> None:
    """Raise CallError where one direction of the pair's trade was not published."""
    if published.height != 2:
        series = f" for {goal.series}={option}." if option else "."
        raise CallError(
            f"trade.csv does not hold both directions between {' and '.join(goal.between)} up to "
            f"{goal.year}{series}"
        )


def _require_trade(rows: pl.DataFrame, published: pl.DataFrame, goal: Goal) -> None:
    """Raise StudyError where neither of the two sells to the other: nothing can grow from it."""
    if published["value_usd"].sum() > 0:
        return

    pair = rows.filter(between(goal.between) & (pl.col("year") <= goal.year))
    finding = Finding(
        "no-trade",
        f"trade has no trade between {' and '.join(goal.between)} in either direction: no target "
        "can be measured from it.",
        "Correct value_usd, or set another year in [target].",
        table="trade",
        column="value_usd",
        rows=tuple(pair["trade_id"]),
    )
    raise StudyError([finding])


def _months(ends_on: dt.date) -> tuple[dt.date, ...]:
    """Return the middle days of the twelve months that end on a day."""
    year = ends_on.year - 1
    last_day = calendar.monthrange(year, ends_on.month)[1]
    year_before = dt.date(year, ends_on.month, min(ends_on.day, last_day))
    return middles(year_before + dt.timedelta(days=1), MONTHS)
