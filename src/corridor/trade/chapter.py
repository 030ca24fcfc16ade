"""What corridors can do for the trade of two countries, and how far that is from a target.

The whole chain of a study: skims through a year under every scenario, trade costs, forecasts from
each baseline, and the target compared with them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from corridor.errors import CallError, UnknownName
from corridor.free_memory import refuse_beyond_free
from corridor.language.amounts import per_cent_message
from corridor.language.messages import message, pack, unpack
from corridor.language.speech import marked
from corridor.study.settings import MAX_TARGET_USD, MAX_TARGET_YEAR, Goal
from corridor.study.study import Study
from corridor.trade.baselines import Baseline, read_baselines
from corridor.trade.costs import COST_PARTS, KEYS
from corridor.trade.demand import freight_demand
from corridor.trade.forecast import Forecast, TradeSettings, forecast, refuse_too_many_draws
from corridor.trade.potential import between
from corridor.trade.sectors import at_horizon, read_horizon
from corridor.trade.target import TargetGap, step_sentences, target_gap, with_band
from corridor.trade.year import MONTHS, YearCosts, middles

BOUND = marked("Carriage free and instant, in the long run")
BASELINE = marked("In the months of the baseline")
HALF = 0.5  # of the way: from which on carriage would be the main obstacle
SKIM_BYTES = 200  # of a pair of places, a sector and a month, while its costs are computed
Progress = Callable[[str, int, int], None]
# Columns of claims and commitments that may refer to a forecast.
_REFERENCES = {"claims": ("left", "right"), "commitments": ("baseline", "measured")}


@dataclass(frozen=True, eq=False)
class TargetForecast:
    """What scenarios do to trade, from every baseline, and what a target would take.

    Attributes
    ----------
    frames
        target (a row a series and step, of kind growth, scenario or bound: value with interval,
        gap, share of the way that transport covers), potential (per direction and sector), pairs
        and flows (every flow under every scenario), gains (real income of countries), pair_costs
        (what trade between the two pays, mean over its goods), freight (demand between places),
        sentences. But for target and sentences they are those of the first baseline.
    forecasts
        The values that claims and commitments may refer to as forecast:name.
    warnings
        What to know of the answer, each once.
    """

    frames: Mapping[str, pl.DataFrame]
    forecasts: Mapping[str, float]
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in plain words."""
        return tuple(map(unpack, self.frames["sentences"]["sentence_message"].to_list()))

    @property
    def beyond_steps(self) -> tuple[str, ...]:
        """The sentences that say more than the table of steps, which holds all of the others."""
        series = self.frames["target"].group_by("series", maintain_order=True)
        in_table = {sentence for _, rows in series for sentence in step_sentences(rows)}
        return tuple(sentence for sentence in self.sentences if sentence not in in_table)

    def __str__(self) -> str:
        return "\n".join(self.sentences)


@dataclass(frozen=True, eq=False)
class _Result:
    """What one baseline gives: its forecast, the gap to the target, the bound of all transport.

    bound: one row of the steps to the target, at long-run elasticities.
    """

    baseline: Baseline
    costs: pl.DataFrame
    forecast: Forecast
    gap: TargetGap
    bound: pl.DataFrame


def forecast_target(
    study: Study,
    *,
    goal: Goal | None = None,
    options: Sequence[str] = (),
    draws: int = 400,
    progress: Progress | None = None,
) -> TargetForecast:
    """Return what the scenarios of a trade target can do for it, from each baseline.

    Every cost is the mean over twelve departures, one in the middle of each month. A baseline is
    held against the network of its own twelve months under the study's default scenario, whose
    changes are dated; a scenario against the twelve months from the day it stands for. Choices made
    over those of the study's scenario hold in all scenarios. Elasticities are those trade reaches
    by the target's year where the target names a horizon; their interval spans all of its options.

    Parameters
    ----------
    study
        The study, with tables of trade.
    goal
        The target; null: the section [target] of study.toml.
    options
        Baselines by their option (central-bank); none: all.
    draws
        Of the elasticities, for the intervals; 0: none.
    progress
        Called with a word, the steps done and all steps.

    Raises
    ------
    CallError
        Where the study asks about no target, or its year is over.
    StudyError
        Where its tables of trade are wrong.
    NotConverged
        Where no equilibrium is found.

    Examples
    --------
    >>> import tempfile
    >>> import corridor as co
    >>> study = co.read(co.new(tempfile.mkdtemp() + "/my-study"))
    >>> co.forecast_target(study)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    corridor.errors.CallError: The study asks about no trade target: add a section [target] ...
    """
    goal = _goal(study, goal)
    baselines = read_baselines(study, goal, options)
    _check_target(goal, baselines)

    report = progress or (lambda word, done, total: None)
    total = len(goal.scenarios) + 2
    sectors = at_horizon(study.tables["sectors"], read_horizon(study, goal))
    for baseline in baselines:
        refuse_too_many_draws(baseline.flows, sectors, draws)

    old_costs, new_costs = _costs(study, goal, sectors, baselines, report)
    report("general equilibrium", total - 1, total)
    settings = TradeSettings(draws=draws)
    results = [
        _result(study, goal, sectors, baseline, costs, new_costs, settings)
        for baseline, costs in zip(baselines, old_costs, strict=True)
    ]

    return TargetForecast(
        frames=_frames(study, goal, results, new_costs),
        forecasts=_forecasts(study, goal, results),
        warnings=tuple(_warnings(results, _titles(study, goal))),
        provenance=_provenance(goal, results),
    )


def _costs(
    study: Study,
    goal: Goal,
    sectors: pl.DataFrame,
    baselines: Sequence[Baseline],
    report: Progress,
) -> tuple[list[pl.DataFrame], dict[str, pl.DataFrame]]:
    """Return the trade costs of each baseline's months, and of each scenario's year."""
    total = len(goal.scenarios) + 2
    _refuse_too_many_markets(study, sectors, len(baselines) + len(goal.scenarios))
    report("trade costs of the baselines", 0, total)
    year_costs = YearCosts(study, sectors)
    today = study.scenarios[study.settings.default_scenario]
    # Flows between others are of the years their rows say, mostly before they were banned.
    old_costs = [
        year_costs.over(today, baseline.months, banned=goal.between) for baseline in baselines
    ]

    new_costs = {}
    for done, name in enumerate(goal.scenarios, start=1):
        scenario = study.scenarios[name]
        report(f"trade costs: {scenario.title}", done, total)
        new_costs[name] = year_costs.over(scenario, middles(scenario.as_of, MONTHS))
    return old_costs, new_costs


def _refuse_too_many_markets(study: Study, sectors: pl.DataFrame, years: int) -> None:
    """Raise TooLarge where the skims between all markets would not fit into memory."""
    places = study.tables["markets"]["node_id"].n_unique()
    refuse_beyond_free(
        places**2 * sectors.height * years * MONTHS * SKIM_BYTES,
        f"A year between {places:,} markets, of {sectors.height} sectors and {years} scenarios,",
        "write fewer places into markets.csv, or compare fewer scenarios",
    )


def _provenance(goal: Goal, results: Sequence[_Result]) -> dict[str, Any]:
    """Return what an answer was computed from."""
    baselines = [result.baseline for result in results]
    return {
        **results[0].forecast.provenance,
        "baselines": [baseline.option or baseline.name for baseline in baselines],
        "months": MONTHS,
        "target_usd": goal.target_usd,
        "by": goal.by,
    }


def _goal(study: Study, goal: Goal | None) -> Goal:
    """Return the target asked about; CallError where there is none."""
    goal = goal or study.settings.target
    if goal is None:
        raise CallError(
            "The study asks about no trade target: add a section [target] to study.toml."
        )
    for name in goal.scenarios:
        if name not in study.scenarios:
            raise UnknownName("scenario", name, study.scenarios)
    return goal


def _check_target(goal: Goal, baselines: Sequence[Baseline]) -> None:
    """Raise CallError for a target nobody can be measured against, before the long computing."""
    if goal.target_usd <= 0:
        raise CallError(f"The target must be above zero, not {goal.target_usd:g} USD.")
    if not goal.target_usd <= MAX_TARGET_USD:
        raise CallError(
            f"The target must be at most {MAX_TARGET_USD:g} USD a year, not {goal.target_usd:g}."
        )
    if not 1 <= goal.by <= MAX_TARGET_YEAR:
        raise CallError(f"The target must be for a year up to {MAX_TARGET_YEAR}, not {goal.by}.")

    last: dt.date = max(max(baseline.series["ends_on"].to_list()) for baseline in baselines)
    if dt.date(goal.by, 1, 1) <= last + dt.timedelta(days=1):
        raise CallError(
            f"The twelve months before 1 January {goal.by} are over: a baseline ends on {last}."
        )


def _result(
    study: Study,
    goal: Goal,
    sectors: pl.DataFrame,
    baseline: Baseline,
    costs: pl.DataFrame,
    new_costs: Mapping[str, pl.DataFrame],
    settings: TradeSettings,
) -> _Result:
    """Forecast every scenario, and free carriage in the long run, from one baseline."""
    countries = study.tables["countries"]
    outcome = forecast(baseline.flows, countries, sectors, costs, new_costs, settings=settings)
    gap = _gap(study, goal, baseline, outcome, goal.by)

    # Indices of trade hold at the elasticities of the horizon, the bound at all of them.
    mean_costs = costs.drop("trade_index")
    free = {BOUND: _free_carriage(mean_costs, goal)}
    # What the two pay to each other says nothing of what they pay to others.
    alone = replace(settings, unpriced="keep")
    in_long_run = study.tables["sectors"]
    limit = forecast(baseline.flows, countries, in_long_run, mean_costs, free, settings=alone)
    steps = _gap(study, goal, baseline, limit, goal.by).steps
    bound = steps.filter(pl.col("scenario") == BOUND)
    return _Result(baseline, costs, outcome, gap, bound)


def _free_carriage(costs: pl.DataFrame, goal: Goal) -> pl.DataFrame:
    """Return trade costs that are nothing between the two."""
    is_pair = between(goal.between)
    free = pl.when(is_pair).then(0.0).otherwise("cost_share")
    return costs.with_columns(free.alias("cost_share"))


def _gap(study: Study, goal: Goal, baseline: Baseline, outcome: Forecast, by: int) -> TargetGap:
    """Hold a forecast against the target, of its own year or another."""
    return target_gap(
        outcome,
        baseline.flows,
        baseline.series,
        study.tables["countries"],
        target_usd=goal.target_usd,
        by=by,
        pair=goal.between,
        titles=_titles(study, goal),
        sectors=study.tables["sectors"],
    )


def _titles(study: Study, goal: Goal) -> dict[str, str]:
    """Return the titles of the scenarios a target asks about, by their id."""
    return {name: study.scenarios[name].title for name in goal.scenarios}


def _frames(
    study: Study, goal: Goal, results: Sequence[_Result], new_costs: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Return the tables of the answer; but for target and sentences, of the first baseline."""
    first = results[0]
    sectors = study.tables["sectors"].select("sector_id", "name")
    countries = study.tables["countries"].select("country", "name")
    title = pl.col("scenario").replace(_titles(study, goal)).alias("title")

    by_sector = first.gap.sectors.join(sectors, on="sector_id", how="left", maintain_order="left")
    by_country = first.forecast.countries.join(
        countries, on="country", how="left", maintain_order="left"
    )
    return {
        "target": pl.concat([_steps(result) for result in results]),
        "pairs": first.forecast.pairs,
        "flows": first.forecast.flows,
        "freight": _freight(study, goal, first.forecast.flows),
        "potential": _with_country_names(study, by_sector),
        "gains": by_country.with_columns(title),
        "sentences": pl.DataFrame([row for result in results for row in _sentences(result)]),
        "pair_costs": _pair_costs(study, goal, first, new_costs),
    }


def _steps(result: _Result) -> pl.DataFrame:
    """Return the steps of one baseline to the target: growth, the scenarios, the bound."""
    is_growth = pl.col("scenario").is_null()
    kind = pl.when(is_growth).then(pl.lit("growth")).otherwise(pl.lit("scenario"))
    steps = _of_baseline(result, result.gap.steps, pl.col("scenario"), kind)
    bound = _of_baseline(result, result.bound, pl.lit(None, pl.String), pl.lit("bound"))
    return pl.concat([steps, bound])


def _of_baseline(
    result: _Result, steps: pl.DataFrame, scenario: pl.Expr, kind: pl.Expr
) -> pl.DataFrame:
    """Add to steps which baseline they start from, their scenario and their kind."""
    return steps.select(
        pl.exclude("scenario"),
        pl.lit(result.baseline.option, pl.String).alias("baseline"),
        scenario.alias("scenario"),
        kind.alias("kind"),
    )


def _sentences(result: _Result) -> Iterator[dict[str, str | None]]:
    """Yield the sentences of one baseline, the bound of all transport last."""
    value, low, high = result.bound.select("value_usd", "low_usd", "high_usd").row(0)
    bound = message(
        "The bound of all transport: if carriage between the two cost nothing and took no "
        "time, trade would in the long run come to {value}. No corridor does that.",
        value=with_band(value, low, high),
    )
    for sentence in (*result.gap.sentences, bound, *_undecided(result)):
        yield {
            "series": result.baseline.name,
            "sentence": sentence,
            "sentence_message": pack(sentence),
        }


def _undecided(result: _Result) -> Iterator[str]:
    """Yield what cannot be decided of carriage, where projects and the bound differ on it."""
    best = _best_share(result.gap.steps)
    shares = result.bound.select("transport_share", "transport_share_low", "transport_share_high")
    bound, low, high = shares.row(0)
    if best is None or bound is None or not best < HALF <= (high or bound):
        return
    yield message(
        "Whether carriage is the main obstacle cannot be decided here: these projects cover "
        "{best} of the way, carriage free and instant {bound}. Tariffs, payment, standards and "
        "products are the other side, and not in the model.",
        best=per_cent_message(best, ".1f"),
        bound=_share_with_band(bound, low, high),
    )


def _share_with_band(share: float, low: float | None, high: float | None) -> str:
    """Return a share as per cent with its interval, where there is one."""
    if low is None or high is None:
        return per_cent_message(share, ".0f")
    return message(
        "{value} ({low} to {high})",
        value=per_cent_message(share, ".0f"),
        low=per_cent_message(low, ".0f"),
        high=per_cent_message(high, ".0f"),
    )


def _freight(study: Study, goal: Goal, flows: pl.DataFrame) -> pl.DataFrame:
    """Return the freight demand between places under each scenario."""
    tables = study.tables
    goods = (tables["sectors"], tables["cargoes"], tables["markets"])

    demand = []
    for (name,), rows in flows.group_by("scenario", maintain_order=True):
        between_places = freight_demand(rows, *goods, year=goal.year)
        demand.append(between_places.select(pl.lit(name).alias("scenario"), pl.all()))
    return pl.concat(demand)


def _pair_costs(
    study: Study, goal: Goal, first: _Result, new_costs: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Return what trade between the two pays under each scenario, over the value of the goods.

    The mean over sectors, weighted by today's trade, by its potential where there is none; base
    rows are called ``baseline``.
    """
    costs = {"baseline": first.costs, **new_costs}
    rows = pl.concat([_pair_rows(goal, name, frame) for name, frame in costs.items()])
    weights = _weights(first.baseline.flows)
    means = [_weighted_mean(c) for c in (*COST_PARTS, "cost_share", "reached_share")]

    by_scenario = ("scenario", "exporter", "importer")
    pairs = rows.join(weights, on=KEYS).group_by(by_scenario, maintain_order=True).agg(means)
    titles = {"baseline": BASELINE, **_titles(study, goal)}
    title = pl.col("scenario").replace(titles).alias("title")
    return _with_country_names(study, pairs).with_columns(title)


def _weights(flows: pl.DataFrame) -> pl.DataFrame:
    """Return what the costs of sectors are weighted by: trade, or its potential without any."""
    is_traded = pl.col("value_usd").sum().over("exporter", "importer") > 0
    weight = pl.when(is_traded).then("value_usd").otherwise("potential_usd").alias("_weight")
    return flows.select(*KEYS, weight)


def _pair_rows(goal: Goal, scenario: str, costs: pl.DataFrame) -> pl.DataFrame:
    """Return a scenario's trade costs between the two."""
    scenario_column = pl.lit(scenario).alias("scenario")
    return costs.filter(between(goal.between)).with_columns(scenario_column)


def _weighted_mean(column: str) -> pl.Expr:
    """Return the mean of a column, weighted by trade."""
    weight = pl.col("_weight")
    return (pl.col(column) * weight).sum() / weight.sum()


def _with_country_names(study: Study, frame: pl.DataFrame) -> pl.DataFrame:
    """Add the names of exporter and importer."""
    names = dict(study.tables["countries"].select("country", "name").iter_rows())
    return frame.with_columns(
        pl.col("exporter").replace(names).alias("from_name"),
        pl.col("importer").replace(names).alias("to_name"),
    )


def _forecasts(study: Study, goal: Goal, results: Sequence[_Result]) -> dict[str, float]:
    """Name the values that claims and commitments refer to.

    Trade is that of the first baseline. Shares of the way are those of the first baseline, and the
    least that the best scenario covers and the most that free carriage does from any baseline.
    """
    first = results[0]
    forecasts: dict[str, float] = {}
    for by in sorted({goal.by, *_years_of_references(study)}):
        gap = first.gap if by == goal.by else _gap(study, goal, first.baseline, first.forecast, by)
        forecasts[f"trade-{by}"] = _scenario_usd(gap.steps, study.scenario.scenario_id)

    best_shares = [_best_share(result.gap.steps) for result in results]
    bounds = [result.bound["transport_share"][0] for result in results]
    shares = {
        "transport-share": best_shares[0],
        "transport-bound": bounds[0],
        "transport-share-least": min(_not_null(best_shares), default=None),
        "transport-bound-most": max(_not_null(bounds), default=None),
    }
    return forecasts | {name: share for name, share in shares.items() if share is not None}


def _not_null(shares: Iterable[float | None]) -> list[float]:
    return [share for share in shares if share is not None]


def _best_share(steps: pl.DataFrame) -> float | None:
    """Return the share of the way that the best scenario covers; null where growth is enough."""
    best = steps.filter(pl.col("scenario").is_not_null())["transport_share"].max()
    return best if isinstance(best, float) else None


def _scenario_usd(steps: pl.DataFrame, scenario_id: str) -> float:
    """Return the value of a scenario; base growth where the target does not ask about it."""
    rows = steps.filter(pl.col("scenario") == scenario_id)
    return float((rows if rows.height else steps)["value_usd"][0])


def _years_of_references(study: Study) -> Iterator[int]:
    """Yield the years of forecasts that claims and commitments refer to (forecast:trade-2027)."""
    for table, columns in _REFERENCES.items():
        for column in columns:
            for reference in study.tables[table][column].drop_nulls():
                match = re.fullmatch(r"forecast:trade-(\d{4})", reference)
                if match:
                    yield int(match[1])


def _warnings(results: Sequence[_Result], titles: Mapping[str, str]) -> dict[str, None]:
    """Return what to know of the forecasts, each once; of some scenarios only, behind its title."""
    texts: dict[str, None] = {}
    for result in results:
        caveats = result.forecast.caveats
        common = set.intersection(*map(set, caveats.values())) if caveats else set()
        texts |= dict.fromkeys(text for text in next(iter(caveats.values()), ()) if text in common)

        for scenario, texts_of_scenario in caveats.items():
            title = titles.get(scenario, scenario)
            for text in texts_of_scenario:
                if text not in common:
                    texts[message("{scenario}: {text}", scenario=title, text=text)] = None
    return texts
