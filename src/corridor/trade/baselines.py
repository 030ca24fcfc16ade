"""Baselines: the series of a pair's trade that a target is measured from, and all flows with it."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corridor.errors import CallError, Finding, StudyError, UnknownName
from corridor.language.speech import marked
from corridor.network.alternatives import active_rows, resolve_choices
from corridor.study.settings import Goal
from corridor.study.study import Study
from corridor.trade.potential import between, complete_flows, split_flows
from corridor.trade.year import MONTHS, middles

MEAN_YEARS = 3
MEAN_NAME = marked("Mean of three years")
MEAN_OPTION = "three-year-mean"  # its name among the baselines


@dataclass(frozen=True)
class Baseline:
    """One series of the pair's trade, and the world that goes with it.

    Attributes
    ----------
    option
        The option of the parameter that names the series, or three-year-mean; null where there is
        one series only.
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
    """Return the baselines of a target: that of the study's choice first, a mean of years last.

    options: those wanted of the parameter that names the series, or three-year-mean; none: all.
    """
    series = _options(study, goal)
    names = [option for option in series if option is not None]
    if goal.has_three_year_mean:
        names.append(MEAN_OPTION)
    for option in options:
        _require_known(option, names)

    baselines = [_baseline(study, goal, option) for option in series if _is_wanted(option, options)]
    if goal.has_three_year_mean and _is_wanted(MEAN_OPTION, options):
        baselines += _mean_baselines(study, goal, series)
    if not baselines:
        raise CallError(
            f"trade.csv holds no series of {MEAN_YEARS} years in both directions up to {goal.year}."
        )
    return baselines


def _is_wanted(option: str | None, options: Sequence[str]) -> bool:
    return not options or option in options


def _require_known(option: str, names: Sequence[str]) -> None:
    """Raise for a baseline that is not there."""
    if not names:
        raise CallError(
            "The study has one series of this trade only: [target] names no parameter of series."
        )
    if option not in names:
        raise UnknownName("baseline", option, names)


def _options(study: Study, goal: Goal) -> list[str | None]:
    """Return the options of the parameter that names the series, the chosen one first.

    Null alone where the study has one series.
    """
    if goal.series is None:
        return [None]

    choices = resolve_choices(study.tables["parameters"], study.scenario.choices)
    chosen = choices[goal.series]
    return sorted(_options_of(study, goal.series), key=lambda option: option != chosen)


def _options_of(study: Study, parameter: str) -> list[str]:
    """Return the options of a parameter."""
    prefix = f"{parameter}:"
    option_ids = study.tables["parameters"]["option_id"].to_list()
    return [name.removeprefix(prefix) for name in option_ids if name.startswith(prefix)]


def _baseline(study: Study, goal: Goal, option: str | None) -> Baseline:
    """Read one series of the pair's trade and complete the flows of the world with it."""
    return _of_rows(study, goal, option, _rows(study, goal, option))


def _mean_baselines(study: Study, goal: Goal, options: Sequence[str | None]) -> list[Baseline]:
    """Return the baseline of a mean of years, of the first series that has them; else none."""
    for option in options:
        rows = _mean_rows(_rows(study, goal, option), goal)
        if rows is not None:
            return [_of_rows(study, goal, MEAN_OPTION, rows)]
    return []


def _mean_rows(rows: pl.DataFrame, goal: Goal) -> pl.DataFrame | None:
    """Return rows of trade in which the pair's newest year holds its mean over three.

    Null where a year of either direction is missing.
    """
    first_year = goal.year - MEAN_YEARS + 1
    is_pair = between(goal.between) & pl.col("sector_id").is_null()
    is_meant = is_pair & pl.col("year").is_between(first_year, goal.year)
    if rows.filter(is_meant).select("exporter", "year").n_unique() != 2 * MEAN_YEARS:
        return None

    mean_usd = pl.col("value_usd").mean().over("exporter", "importer")
    means = rows.filter(is_meant).with_columns(mean_usd, pl.lit(MEAN_NAME).alias("series"))
    return pl.concat([rows.filter(~is_meant), means.filter(pl.col("year") == goal.year)])


def _rows(study: Study, goal: Goal, option: str | None) -> pl.DataFrame:
    """Return the rows of trade that hold under an option of the series."""
    tables = study.tables
    choices = dict(study.scenario.choices)
    if goal.series and option:
        choices[goal.series] = option
    return active_rows(tables["trade"], resolve_choices(tables["parameters"], choices))


def _of_rows(study: Study, goal: Goal, option: str | None, rows: pl.DataFrame) -> Baseline:
    """Complete the flows of the world with the pair's trade of some rows."""
    tables = study.tables
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
