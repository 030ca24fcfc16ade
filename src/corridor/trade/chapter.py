"""What corridors can do for the trade of two countries, and how far that is from a target.

The whole chain of a study: skims through a year under every scenario, trade costs, forecasts from
each baseline, the target, and the claims and promises held against it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from corridor.errors import CallError, UnknownName
from corridor.language.messages import message, pack, unpack
from corridor.language.speech import marked
from corridor.network import network as networks
from corridor.network.cost import hour_usd
from corridor.network.network import Network
from corridor.routing.skims import skims_by_value
from corridor.study.settings import Goal, Scenario
from corridor.study.study import Study
from corridor.trade.costs import trade_costs
from corridor.trade.demand import freight_demand
from corridor.trade.forecast import Forecast, TradeSettings, forecast
from corridor.trade.potential import complete_flows, split_flows
from corridor.trade.target import GROWTH as GROWTH
from corridor.trade.target import target, with_band

MONTHS = 12
MID_MONTH = 15
BOUND = marked("Carriage free and instant")
Progress = Callable[[str, int, int], None]
_MEANS = ("time_h", "time_p95_h", "cost_usd", "border_h", "border_usd")


@dataclass(frozen=True, eq=False)
class TargetForecast:
    """What scenarios do to trade, from every baseline, and what a target would take.

    frames: target (a row a series and step, of kind growth, scenario or bound: value with interval,
    gap, share of the way that transport covers), potential (per direction and sector), pairs and
    flows (every flow under every scenario), gains (real income of countries), pair_costs (what
    trade between the two pays, mean over its goods), freight (demand between places), sentences.
    The last six are those of the first baseline. forecasts: the values that claims and commitments
    may refer to as forecast:name.
    """

    frames: Mapping[str, pl.DataFrame]
    forecasts: Mapping[str, float]
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in plain words."""
        return tuple(map(unpack, self.frames["sentences"]["sentence_message"].to_list()))

    def __str__(self) -> str:
        return "\n".join(self.sentences)


@dataclass(frozen=True)
class _Baseline:
    """One series of the pair's trade: its rows, all flows by sector that go with it, and the months
    it covers."""

    option: str | None
    series: pl.DataFrame
    flows: pl.DataFrame
    months: tuple[dt.date, ...]


def forecast_target(
    study: Study,
    *,
    goal: Goal | None = None,
    options: Sequence[str] = (),
    draws: int = 400,
    progress: Progress | None = None,
) -> TargetForecast:
    """Return what the scenarios of a trade target can do for it, from each baseline, in general
    equilibrium.

    goal: null: the section [target] of study.toml. options: baselines by their option
    (kazakh-customs); none: all. Every cost is the mean over twelve departures, one in the middle of
    each month. A baseline is held against the network of its own twelve months under the study's
    default scenario, whose changes are dated; a scenario against the twelve months from the day it
    stands for. Choices made over those of the study's scenario hold in all scenarios. draws: of the
    elasticities, for the intervals; 0: none. Raises CallError where the study asks about no target,
    StudyError where its tables of trade are wrong, NotConverged where no equilibrium is found.
    """
    asked = goal or study.settings.target
    if asked is None:
        raise CallError(
            "The study asks about no trade target: add a section [target] to study.toml."
        )
    if lost := [name for name in asked.scenarios if name not in study.scenarios]:
        raise UnknownName("scenario", lost[0], study.scenarios)
    say = progress or (lambda word, done, total: None)
    total = len(asked.scenarios) + 2
    baselines = [_baseline(study, asked, option) for option in _options(study, asked, options)]
    _check(asked, baselines)
    extra = _extra_choices(study)
    skims: dict[tuple[str, dt.date], pl.DataFrame] = {}

    def costs(scenario: Scenario, months: Iterable[dt.date]) -> pl.DataFrame:
        network = _network(study, scenario, extra)
        parts = []
        for day in months:
            key = (scenario.scenario_id, day)
            if key not in skims:
                skims[key] = _skims(study, network, day)
            parts.append(skims[key])
        t = study.tables
        return trade_costs(mean_skims(parts), t["sectors"], t["cargoes"], t["markets"])

    say("trade costs of the baselines", 0, total)
    today = study.scenarios[study.settings.default_scenario]
    before = [costs(today, b.months) for b in baselines]
    after = {}
    for k, name in enumerate(asked.scenarios):
        say(f"trade costs: {study.scenarios[name].title}", k + 1, total)
        scenario = study.scenarios[name]
        after[name] = costs(scenario, middles(scenario.as_of, MONTHS))
    say("general equilibrium", total - 1, total)
    settings = TradeSettings(draws=draws)
    results = [
        forecast(
            b.flows,
            study.tables["countries"],
            study.tables["sectors"],
            base,
            after,
            settings=settings,
        )
        for b, base in zip(baselines, before, strict=True)
    ]
    frames, forecasts = _answers(study, asked, baselines, results)
    frames |= _bound(study, asked, list(zip(baselines, before, strict=True)), frames, settings)
    bound = frames["target"].filter(pl.col("kind") == "bound")["transport_share"][0]
    forecasts |= {} if bound is None else {"transport-bound": bound}
    titles = {
        "baseline": marked("In the months of the baseline"),
        **{n: study.scenarios[n].title for n in asked.scenarios},
    }
    frames["pair_costs"] = _named(
        study, _pair_costs(asked, baselines[0].flows, {"baseline": before[0], **after})
    ).with_columns(pl.col("scenario").replace(titles).alias("title"))
    warnings = dict.fromkeys(
        text for r in results for texts in r.caveats.values() for text in texts
    )
    return TargetForecast(
        frames,
        forecasts,
        tuple(warnings),
        {
            **results[0].provenance,
            "baselines": [b.option or b.series["name"][0] for b in baselines],
            "months": MONTHS,
            "target_usd": asked.target_usd,
            "by": asked.by,
        },
    )


def middles(start: dt.date, count: int) -> tuple[dt.date, ...]:
    """Return the middle days of a number of months, the first on or after a day.

    >>> [str(d) for d in middles(dt.date(2026, 7, 20), 2)]
    ['2026-08-15', '2026-09-15']
    """
    first = start.year * 12 + start.month - 1 + (start.day > MID_MONTH)
    return tuple(dt.date(m // 12, m % 12 + 1, MID_MONTH) for m in range(first, first + count))


def mean_skims(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the mean of skims of several days, over the days with a way; open_share: the share of
    such days."""
    keys = [
        "origin",
        "destination",
        "cargo_id",
        *(["sector_id"] if "sector_id" in parts[0].columns else []),
    ]
    rows = pl.concat([p.select(*keys, *_MEANS) for p in parts])
    return rows.group_by(keys, maintain_order=True).agg(
        *(pl.col(c).mean() for c in _MEANS),
        pl.col("time_h").is_not_null().mean().alias("open_share"),
    )


def _skims(study: Study, network: Network, day: dt.date) -> pl.DataFrame:
    """Skims of every sector, each by the ways that suit what a day in transit costs it."""
    known = network.by_id("nodes")
    places = [
        n
        for n in study.tables["markets"]["node_id"].unique(maintain_order=True).to_list()
        if n in known
    ]
    load = dict(study.tables["cargoes"].select("cargo_id", "t_per_unit").iter_rows())
    made = []
    for (cargo,), part in study.tables["sectors"].group_by("cargo_id", maintain_order=True):
        name = str(cargo)
        hours = [
            hour_usd(load[name] * r["usd_per_t"], r["time_value_share_per_day"])
            for r in part.iter_rows(named=True)
        ]
        found = skims_by_value(network, hours, cargo=name, depart=day, places=places)
        made += [
            f.with_columns(pl.lit(s).alias("sector_id"))
            for f, s in zip(found, part["sector_id"], strict=True)
        ]
    return pl.concat(made)


def _network(study: Study, scenario: Scenario, extra: Mapping[str, str]) -> Network:
    if scenario.scenario_id == study.scenario.scenario_id:
        return study.network
    return networks.build(
        study.tables,
        choices={**scenario.choices, **extra},
        change_ids=scenario.changes,
        inputs=study.hash,
    )


def _extra_choices(study: Study) -> dict[str, str]:
    """Return the choices laid over those of the study's scenario (by --choose)."""
    own = study.scenarios[study.scenario.scenario_id].choices
    return {k: v for k, v in study.scenario.choices.items() if own.get(k) != v}


def _check(goal: Goal, baselines: Sequence[_Baseline]) -> None:
    """Raise CallError for a target nobody can be measured against, before anything long is
    computed."""
    if goal.target_usd <= 0:
        raise CallError(f"The target must be above zero, not {goal.target_usd:g} USD.")
    last: dt.date = max(day for base in baselines for day in base.series["ends_on"].to_list())
    if dt.date(goal.by, 1, 1) <= last + dt.timedelta(days=1):
        raise CallError(
            f"The twelve months before 1 January {goal.by} are over: a baseline ends on {last}."
        )


def _options(study: Study, goal: Goal, wanted: Sequence[str]) -> list[str | None]:
    """Return the options of the parameter that names the series, the chosen one first; null alone
    where there is none."""
    if goal.series is None:
        if wanted:
            raise CallError(
                "The study has one series of this trade only: [target] names no parameter of "
                "series."
            )
        return [None]
    known = [
        o.partition(":")[2]
        for o in study.tables["parameters"]["option_id"].to_list()
        if o.partition(":")[0] == goal.series
    ]
    for option in wanted:
        if option not in known:
            raise UnknownName("baseline", option, known)
    first = networks.resolve_choices(study.tables["parameters"], study.scenario.choices)[
        goal.series
    ]
    return sorted(wanted or known, key=lambda o: o != first)


def _baseline(study: Study, goal: Goal, option: str | None) -> _Baseline:
    tables = study.tables
    choices = networks.resolve_choices(
        tables["parameters"],
        {**study.scenario.choices, **({goal.series: option} if goal.series and option else {})},
    )
    rows = networks.active_rows(tables["trade"], choices)
    whole = complete_flows(rows, tables["countries"], year=goal.year)
    pair = _pair(goal)
    seen = whole.filter(pair & (pl.col("basis") != "predicted"))
    if seen.height != 2:
        raise CallError(
            f"trade.csv does not hold both directions between {' and '.join(goal.between)} up to "
            f"{goal.year}" + (f" for {goal.series}={option}." if option else ".")
        )
    dated = rows.filter(pair & pl.col("sector_id").is_null()).select(
        "exporter", "importer", "year", "series", "ends_on"
    )
    series = seen.join(dated, on=["exporter", "importer", "year", "series"], how="left").select(
        pl.col("series").first().alias("name"),
        "exporter",
        "importer",
        "value_usd",
        pl.coalesce("ends_on", pl.date("year", 12, 31)).alias("ends_on"),
    )
    ends = max(series["ends_on"].to_list())
    start = dt.date(
        ends.year - 1, ends.month, min(ends.day, calendar.monthrange(ends.year - 1, ends.month)[1])
    )
    return _Baseline(
        option,
        series,
        split_flows(whole, tables["specialisations"], tables["sectors"]),
        middles(start + dt.timedelta(days=1), MONTHS),
    )


def _answers(
    study: Study, goal: Goal, baselines: Sequence[_Baseline], results: Sequence[Forecast]
) -> tuple[dict[str, pl.DataFrame], dict[str, float]]:
    """Hold the forecasts against the target, and name the values that claims refer to."""
    titles = {name: study.scenarios[name].title for name in goal.scenarios}
    years = sorted({goal.by, *_years_asked(study)})
    steps = []
    sectors = None
    sentences = []
    found: dict[str, float] = {}
    for base, result in zip(baselines, results, strict=True):
        for by in years if base is baselines[0] else [goal.by]:
            held = target(
                result,
                base.flows,
                base.series,
                study.tables["countries"],
                target_usd=goal.target_usd,
                by=by,
                pair=goal.between,
                titles=titles,
            )
            if base is baselines[0]:
                found[f"trade-{by}"] = _course(held.steps, study.scenario.scenario_id)
            if by == goal.by:
                steps.append(
                    _of_baseline(
                        held.steps,
                        base,
                        pl.col("scenario"),
                        pl.when(pl.col("scenario").is_null())
                        .then(pl.lit("growth"))
                        .otherwise(pl.lit("scenario")),
                    )
                )
                sentences += [
                    {
                        "series": base.series["name"][0],
                        "sentence": sentence,
                        "sentence_message": pack(sentence),
                    }
                    for sentence in held.sentences
                ]
                if sectors is None:
                    sectors = held.sectors
                    best = held.steps.filter(pl.col("scenario").is_not_null())[
                        "transport_share"
                    ].max()
                    if isinstance(best, float):
                        found["transport-share"] = best
    assert sectors is not None
    first = results[0]
    goods = (study.tables["sectors"], study.tables["cargoes"], study.tables["markets"])
    freight = [
        freight_demand(part, *goods, year=goal.year).select(
            pl.lit(name).alias("scenario"), pl.all()
        )
        for (name,), part in first.flows.group_by("scenario", maintain_order=True)
    ]
    called = study.tables["sectors"].select("sector_id", "name")
    nations = study.tables["countries"].select("country", "name")
    return {
        "target": pl.concat(steps),
        "pairs": first.pairs,
        "flows": first.flows,
        "freight": pl.concat(freight),
        "potential": _named(
            study, sectors.join(called, on="sector_id", how="left", maintain_order="left")
        ),
        "gains": first.countries.join(
            nations, on="country", how="left", maintain_order="left"
        ).with_columns(pl.col("scenario").replace(titles).alias("title")),
        "sentences": pl.DataFrame(sentences),
    }, found


def _of_baseline(
    steps: pl.DataFrame, base: _Baseline, scenario: pl.Expr, kind: pl.Expr
) -> pl.DataFrame:
    """Add to steps of a target which baseline they start from, which scenario they are of, and
    their kind."""
    return steps.select(
        pl.exclude("scenario"),
        pl.lit(base.option, pl.String).alias("baseline"),
        scenario.alias("scenario"),
        kind.alias("kind"),
    )


def _named(study: Study, frame: pl.DataFrame) -> pl.DataFrame:
    """Add the names of exporter and importer."""
    names = dict(study.tables["countries"].select("country", "name").iter_rows())
    return frame.with_columns(
        pl.col("exporter").replace(names).alias("from_name"),
        pl.col("importer").replace(names).alias("to_name"),
    )


def _bound(
    study: Study,
    goal: Goal,
    starts: Sequence[tuple[_Baseline, pl.DataFrame]],
    frames: Mapping[str, pl.DataFrame],
    settings: TradeSettings,
) -> dict[str, pl.DataFrame]:
    """Add the bound of all transport: the pair's trade if carriage between the two cost nothing and
    took no time."""
    tables = study.tables
    steps = []
    sentences = []
    for base, costs in starts:
        free = costs.with_columns(
            pl.when(_pair(goal)).then(0.0).otherwise("cost_share").alias("cost_share")
        )
        found = forecast(
            base.flows,
            tables["countries"],
            tables["sectors"],
            costs,
            {BOUND: free},
            settings=settings,
        )
        held = target(
            found,
            base.flows,
            base.series,
            tables["countries"],
            target_usd=goal.target_usd,
            by=goal.by,
            pair=goal.between,
        )
        name = base.series["name"][0]
        own = frames["target"].filter(pl.col("series") == name)
        row = _of_baseline(
            held.steps.filter(pl.col("scenario") == BOUND),
            base,
            pl.lit(None, pl.String),
            pl.lit("bound"),
        )
        steps.append(pl.concat([own, row]))
        sentences += frames["sentences"].filter(pl.col("series") == name).to_dicts()
        value, low, high = row.select("value_usd", "low_usd", "high_usd").row(0)
        bound = message(
            "The bound of all transport: if carriage between the two cost nothing and took no "
            "time, trade would come to {value}. No corridor does that.",
            value=with_band(value, low, high),
        )
        sentences.append({"series": name, "sentence": bound, "sentence_message": pack(bound)})
    return {"target": pl.concat(steps), "sentences": pl.DataFrame(sentences)}


def _pair(goal: Goal) -> pl.Expr:
    return (
        pl.col("exporter").is_in(goal.between)
        & pl.col("importer").is_in(goal.between)
        & (pl.col("exporter") != pl.col("importer"))
    )


def _course(steps: pl.DataFrame, scenario_id: str) -> float:
    """Return the value of a scenario; base growth where the target does not ask about it."""
    row = steps.filter(pl.col("scenario") == scenario_id)
    return float((row if row.height else steps)["value_usd"][0])


def _years_asked(study: Study) -> list[int]:
    """Return the years of the forecasts that claims and commitments refer to
    (forecast:trade-2027)."""
    words = [
        w
        for table, columns in (
            ("claims", ("left", "right")),
            ("commitments", ("baseline", "measured")),
        )
        for c in columns
        for w in study.tables[table][c].drop_nulls().to_list()
    ]
    return [int(m[1]) for w in words if (m := re.fullmatch(r"forecast:trade-(\d{4})", w))]


def _pair_costs(goal: Goal, flows: pl.DataFrame, costs: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return what trade between the two pays under each scenario, its parts and all, each over the
    value of the goods.

    The mean over sectors, weighted by today's trade; base rows are called ``baseline``.
    """
    parts = ["freight_share", "time_share", "reliability_share", "border_share", "cost_share"]
    weights = flows.select("exporter", "importer", "sector_id", "value_usd")
    rows = pl.concat(
        [
            frame.filter(_pair(goal)).with_columns(pl.lit(name).alias("scenario"))
            for name, frame in costs.items()
        ]
    )
    return (
        rows.join(weights, on=["exporter", "importer", "sector_id"])
        .group_by("scenario", "exporter", "importer", maintain_order=True)
        .agg(
            *((pl.col(p) * pl.col("value_usd")).sum() / pl.col("value_usd").sum() for p in parts),
            (pl.col("reached_share") * pl.col("value_usd")).sum() / pl.col("value_usd").sum(),
        )
    )
