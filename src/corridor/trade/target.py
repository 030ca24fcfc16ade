"""How far a trade target is from what growth and corridors give, and what is left to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeAlias

import polars as pl

from corridor.errors import CallError
from corridor.language.amounts import per_cent_message, short_sum_message
from corridor.language.messages import figure, joined, message
from corridor.language.speech import marked
from corridor.trade.forecast import Forecast
from corridor.trade.potential import between
from corridor.trade.sectors import carried
from corridor.units import MEAN_YEAR_DAYS, NORMAL_P95_ROUNDED

# Growth of trade per growth of the exporter's and the importer's GDP: Head and Mayer (2014),
# Handbook of International Economics 4, table 3.4, means over all estimates (700 and 671). Those
# over structural estimates only (31 and 29) are 0.74 and 0.58: docs/decisions/054.
_EXPORTER_GDP = 0.98
_IMPORTER_GDP = 0.84
GROWTH = marked("base growth")  # the first step of every series
NO_DIFFERENCE_USD = 5e5  # below it a scenario gives no more than growth alone
MAX_ROOMS = 3  # sectors and directions that are named as the largest room
Direction: TypeAlias = tuple[str, str]  # exporter, importer


@dataclass(frozen=True)
class TargetGap:
    """A target compared with what growth and corridors give.

    Attributes
    ----------
    steps
        A row a series and step: series, base_usd, ends_on, years, target_usd,
        needed_growth_share_per_year, scenario (its id, null for base growth), step (base growth,
        each scenario's title), value_usd in the target year with low_usd and high_usd, gap_usd, and
        transport_share with _low and _high, the share of the way that transport covers.
    sectors
        exporter, importer, sector_id, traded_usd, potential_usd, headroom_usd, is_carried (by
        routes of the network, not by pipeline), error_factor (by which gravity misses seen flows,
        either way, one standard deviation; null: nothing is predicted).
    sentences
        The same in plain words.
    """

    steps: pl.DataFrame
    sectors: pl.DataFrame
    sentences: tuple[str, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return "\n".join(self.sentences)


@dataclass(frozen=True, slots=True)
class _Series:
    """A baseline: the pair's trade in twelve months, and the years from their end to the target."""

    name: str
    flows: Mapping[Direction, float]
    ends_on: date
    years: float

    @property
    def total_usd(self) -> float:
        """Trade both ways."""
        return sum(self.flows.values())


class _Ratio(NamedTuple):
    """A direction's trade under a scenario over its base; low and high null without draws."""

    value: float | None
    low: float | None
    high: float | None


def target_gap(
    result: Forecast,
    trade: pl.DataFrame,
    series: pl.DataFrame,
    countries: pl.DataFrame,
    *,
    target_usd: float = 1e9,
    by: int = 2028,
    pair: tuple[str, str] = ("KZ", "PK"),
    titles: Mapping[str, str] | None = None,
    sectors: pl.DataFrame | None = None,
) -> TargetGap:
    """Return how much of a target for a pair's trade, both ways, growth and scenarios can give.

    Base growth is that of both GDPs times the elasticities of Head and Mayer (2014); a scenario's
    value is the base growth's times the ratio the forecast gives. transport_share = (scenario -
    base growth) / (target - base growth), null where growth alone is enough. Money is at prices of
    the baseline: GDP grows in real terms, and what is aimed at is taken at those prices too, which
    makes it harder by the dollar's inflation until then. Intervals are those of the elasticities
    alone.

    Parameters
    ----------
    result
        A forecast of the scenarios.
    trade
        The sector flows it started from, with potential_usd.
    series
        name, exporter, importer, value_usd, ends_on: each baseline, one row a direction.
    countries
        country, gdp_growth_share_per_year (real).
    target_usd
        Trade both ways in a year.
    by
        The target is the twelve months before 1 January of this year; years are counted from
        ends_on.
    pair
        The two countries.
    titles
        What the sentences call a scenario, by its id; null: the id.
    sectors
        Rows of the table ``sectors``: those that go by pipeline have no potential; null: all are
        carried by routes.
    """
    if target_usd <= 0:
        raise CallError("the target must be above zero")
    growth = _growth(countries, pair)
    ratios = _ratios(result, pair)

    rows: list[dict[str, object]] = []
    for name in series["name"].unique(maintain_order=True).to_list():
        baseline = _series(name, series.filter(pl.col("name") == name), pair, by)
        _require_ratios(baseline, result)
        for step in _steps(baseline, growth, ratios, titles or {}):
            rows.append({**_base(baseline, target_usd), **step})
    steps = _with_gaps(pl.DataFrame(rows, infer_schema_length=None))

    by_sector = _sectors(trade, pair, sectors)
    return TargetGap(
        steps,
        by_sector,
        tuple(_sentences(steps, by_sector, target_usd, by, pair)),
        {"target_usd": target_usd, "by": by, "pair": list(pair), **result.provenance},
    )


def _growth(countries: pl.DataFrame, pair: tuple[str, str]) -> dict[Direction, float]:
    """Return the yearly growth of each direction's trade that the growth of both GDPs brings."""
    gdp_growth = dict(countries.select("country", "gdp_growth_share_per_year").iter_rows())
    missing = [country for country in pair if gdp_growth.get(country) is None]
    if missing:
        names = ", ".join(missing)
        raise CallError(f"countries.csv has no gdp_growth_share_per_year of {names}")

    growth = {}
    for exporter, importer in (pair, pair[::-1]):
        supply = (1 + gdp_growth[exporter]) ** _EXPORTER_GDP
        growth[exporter, importer] = supply * (1 + gdp_growth[importer]) ** _IMPORTER_GDP - 1
    return growth


def _ratios(result: Forecast, pair: tuple[str, str]) -> dict[str, dict[Direction, _Ratio]]:
    """Return what each scenario does to each direction's trade."""
    ratios: dict[str, dict[Direction, _Ratio]] = {}
    for row in result.pairs.filter(between(pair)).iter_rows(named=True):
        direction = (row["exporter"], row["importer"])
        values = (row["value_usd"], row["low_usd"], row["high_usd"])
        ratio = _Ratio(*(_over(value, row["base_usd"]) for value in values))
        ratios.setdefault(row["scenario"], {})[direction] = ratio
    return ratios


def _require_ratios(series: _Series, result: Forecast) -> None:
    """Raise CallError for trade of a series that the forecast has none of: it has no ratio."""
    without = result.pairs.filter(pl.col("base_usd") == 0)
    for direction in without.select("exporter", "importer").unique().iter_rows():
        if series.flows.get(direction, 0.0) > 0:
            raise CallError(f"the forecast starts from no trade {'-'.join(direction)}: no ratio")


def _over(value_usd: float | None, base_usd: float) -> float | None:
    """Return a ratio of trade; null where there was none, which stays none at any cost."""
    if value_usd is None or not base_usd:
        return None
    return value_usd / base_usd


def _series(name: str, rows: pl.DataFrame, pair: tuple[str, str], by: int) -> _Series:
    """Read one baseline; raise CallError where no target can be measured from it."""
    ends_on = rows["ends_on"].max()
    if not isinstance(ends_on, date):
        raise CallError(f"series {name}: ends_on must be a date")
    years = ((date(by, 1, 1) - ends_on).days - 1) / MEAN_YEAR_DAYS
    if years <= 0:
        raise CallError(f"series {name} ends on {ends_on}, not before {by}")

    flows = {(r["exporter"], r["importer"]): float(r["value_usd"]) for r in rows.to_dicts()}
    others = sorted("-".join(direction) for direction in flows if set(direction) != set(pair))
    if others:
        raise CallError(f"series {name} holds {', '.join(others)}, not the pair {'-'.join(pair)}")

    series = _Series(name, flows, ends_on, years)
    if series.total_usd <= 0:
        raise CallError(f"series {name} adds up to nothing")
    return series


def _base(series: _Series, target_usd: float) -> dict[str, object]:
    """Return what all steps of a baseline have in common."""
    base_usd = series.total_usd
    return {
        "series": series.name,
        "base_usd": base_usd,
        "ends_on": series.ends_on,
        "years": series.years,
        "target_usd": target_usd,
        "needed_growth_share_per_year": (target_usd / base_usd) ** (1 / series.years) - 1,
    }


def _steps(
    series: _Series,
    growth: Mapping[Direction, float],
    ratios: Mapping[str, Mapping[Direction, _Ratio]],
    titles: Mapping[str, str],
) -> Iterator[dict[str, object]]:
    """Yield base growth, then every scenario on top of it."""
    grown = {
        direction: usd * (1 + growth[direction]) ** series.years
        for direction, usd in series.flows.items()
    }
    yield {
        "scenario": None,
        "step": GROWTH,
        "value_usd": sum(grown.values()),
        "low_usd": None,
        "high_usd": None,
    }

    for scenario, by_direction in ratios.items():
        yield {
            "scenario": scenario,
            "step": titles.get(scenario, scenario),
            "value_usd": _scaled(grown, {d: ratio.value for d, ratio in by_direction.items()}),
            "low_usd": _scaled(grown, {d: ratio.low for d, ratio in by_direction.items()}),
            "high_usd": _scaled(grown, {d: ratio.high for d, ratio in by_direction.items()}),
        }


def _scaled(
    flows: Mapping[Direction, float], ratios: Mapping[Direction, float | None]
) -> float | None:
    """Return the sum of flows times their ratios; null where a ratio is, but for no trade."""
    total = 0.0
    for direction, usd in flows.items():
        if direction not in ratios:
            raise CallError(f"the forecast holds no flow {'-'.join(direction)}")
        if usd == 0:  # stays zero whatever carriage costs
            continue

        ratio = ratios[direction]
        if ratio is None:
            return None
        total += usd * ratio
    return total


def _with_gaps(steps: pl.DataFrame) -> pl.DataFrame:
    """Add what is missing to the target, and the share of the way that transport covers."""
    typed = steps.with_columns(
        pl.col("low_usd", "high_usd").cast(pl.Float64),
        pl.col("scenario").cast(pl.String),
        pl.col("value_usd").first().over("series").alias("_growth_usd"),
    )
    gap_usd = (pl.col("target_usd") - pl.col("value_usd")).clip(lower_bound=0.0)
    return typed.with_columns(
        gap_usd.alias("gap_usd"),
        _transport_share("value_usd").alias("transport_share"),
        _transport_share("low_usd").alias("transport_share_low"),
        _transport_share("high_usd").alias("transport_share_high"),
    ).drop("_growth_usd")


def _transport_share(column: str) -> pl.Expr:
    """Return the share of the way from growth to the target; null where growth is enough."""
    distance = pl.col("target_usd") - pl.col("_growth_usd")
    return pl.when(distance > 0).then((pl.col(column) - pl.col("_growth_usd")) / distance)


def _sectors(
    trade: pl.DataFrame, pair: tuple[str, str], sectors: pl.DataFrame | None
) -> pl.DataFrame:
    """Return what each direction and sector trades, and what an average pair would, by gravity.

    Goods that no route carries have no headroom.
    """
    is_carried = pl.lit(True)
    if sectors is not None:
        is_carried = pl.col("sector_id").is_in(carried(sectors)["sector_id"].to_list())
    headroom_usd = (pl.col("potential_usd") - pl.col("value_usd")).clip(lower_bound=0.0)

    rows = trade.filter(between(pair)).select(
        "exporter",
        "importer",
        "sector_id",
        pl.col("value_usd").alias("traded_usd"),
        "potential_usd",
        pl.when(is_carried).then(headroom_usd).otherwise(0.0).alias("headroom_usd"),
        is_carried.alias("is_carried"),
        pl.lit(_error_factor(trade), pl.Float64).alias("error_factor"),
    )
    return rows.sort("headroom_usd", descending=True)


def _error_factor(trade: pl.DataFrame) -> float | None:
    """Return by what gravity misses seen flows, either way; null where it predicts none.

    The band of a predicted flow is 5 to 95 %, the factor one standard deviation.
    """
    predicted = trade.filter((pl.col("basis") == "predicted") & (pl.col("value_usd") > 0))
    if "high_usd" not in trade.columns or predicted.is_empty():
        return None
    band_factor = float(predicted["high_usd"][0] / predicted["value_usd"][0])
    return float(band_factor ** (1 / NORMAL_P95_ROUNDED))


def _sentences(
    steps: pl.DataFrame, sectors: pl.DataFrame, target_usd: float, by: int, pair: tuple[str, str]
) -> Iterator[str]:
    """Tell each baseline's steps to the target, then what an average pair would trade."""
    for _, rows in steps.group_by("series", maintain_order=True):
        yield _say_need(rows.row(0, named=True), target_usd, by)
        yield from step_sentences(rows)

        scenarios = rows.slice(1).filter(pl.col("value_usd").is_not_null())
        if scenarios.height:
            yield _say_best(scenarios.sort("value_usd").row(-1, named=True))

    on_routes = sectors.filter("is_carried")
    potential_usd = float(on_routes["potential_usd"].sum())
    if potential_usd > 0:
        yield _say_average(on_routes, potential_usd)
    if potential_usd > 0 and on_routes.height < sectors.height:
        yield _say_left_out(sectors.filter(~pl.col("is_carried")))
    if 0 < potential_usd < target_usd:
        yield _say_times(target_usd / potential_usd, on_routes["error_factor"][0])


def step_sentences(rows: pl.DataFrame) -> Iterator[str]:
    """Tell the steps of one baseline, growth alone first: what the table of steps holds too."""
    growth = rows.row(0, named=True)
    yield message(
        "Growth of both economies alone gives {value}, {gap} short.",
        value=short_sum_message(growth["value_usd"]),
        gap=short_sum_message(growth["gap_usd"]),
    )
    scenarios = rows.slice(1).filter(pl.col("value_usd").is_not_null())
    for scenario in scenarios.iter_rows(named=True):
        yield _say_scenario(scenario, growth["value_usd"])


def _say_need(growth: Mapping[str, Any], target_usd: float, by: int) -> str:
    """Say how fast trade would have to grow to meet the target."""
    return message(
        "From USD {base} ({series}, twelve months to {date}) to {target} by {year} takes "
        "{growth} a year over {years} years ({times} times).",
        base=short_sum_message(growth["base_usd"]),
        series=growth["series"],
        date=growth["ends_on"],
        year=by,
        target=short_sum_message(target_usd),
        growth=per_cent_message(growth["needed_growth_share_per_year"], "+.0f"),
        years=figure(growth["years"], ".1f"),
        times=figure(target_usd / growth["base_usd"], ".1f"),
    )


def _say_scenario(row: Mapping[str, Any], growth_usd: float) -> str:
    """Say how a scenario stands to growth alone, and what part of the way to the target that is."""
    more_usd = row["value_usd"] - growth_usd
    values = {
        "scenario": row["step"],
        "value": with_band(row["value_usd"], row["low_usd"], row["high_usd"]),
        "difference": short_sum_message(abs(more_usd)),
    }
    if abs(more_usd) < NO_DIFFERENCE_USD:
        return message("{scenario}: {value}, no more than growth alone.", **values)
    if more_usd < 0:
        return message("{scenario}: {value}, {difference} less than growth alone.", **values)
    if row["transport_share"] is None:
        return message("{scenario}: {value}, {difference} more than growth alone.", **values)

    return message(
        "{scenario}: {value}, {difference} more than growth alone or {share} of the way to the "
        "target.",
        share=_part(row["transport_share"]),
        **values,
    )


def _say_best(row: Mapping[str, Any]) -> str:
    """Say what the best scenario leaves to others than transport."""
    if row["gap_usd"] <= 0:
        return message("The target is reached: {scenario}.", scenario=row["step"])
    return message(
        "Even with the best of these ({scenario}), {gap} would have to come from elsewhere: these "
        "projects cover {share} of the way.",
        scenario=row["step"],
        gap=short_sum_message(row["gap_usd"]),
        share=_part(row["transport_share"]),
    )


def _say_average(sectors: pl.DataFrame, potential_usd: float) -> str:
    """Say what an average pair of that size and distance would trade, and where the room is."""
    rooms = [
        message(
            "{sector} from {exporter} to {importer}: {value}",
            sector=row["sector_id"],
            exporter=row["exporter"],
            importer=row["importer"],
            value=short_sum_message(row["headroom_usd"]),
        )
        for row in sectors.head(MAX_ROOMS).iter_rows(named=True)
    ]
    return message(
        "A pair of this size at this distance would on average trade {value} (gravity), "
        "against {traded} now; the largest room: {rooms}.",
        value=short_sum_message(potential_usd),
        traded=short_sum_message(float(sectors["traded_usd"].sum())),
        rooms=joined(rooms),
    )


def _say_left_out(sectors: pl.DataFrame) -> str:
    """Say which goods have no potential here, as no route carries them."""
    return message(
        "Goods that no route of the network carries ({sectors}; {value} by gravity) are left out.",
        sectors=joined(sectors["sector_id"].unique(maintain_order=True).to_list(), ", "),
        value=short_sum_message(float(sectors["potential_usd"].sum())),
    )


def _say_times(times: float, error_factor: float | None) -> str:
    """Say how far the target lies above the average pair, and how far that average errs."""
    values = {"times": figure(times, ".1f")}
    if error_factor is None:
        return message("The target lies {times} times above that average.", **values)

    values["factor"] = figure(error_factor, ".1f")
    if times > error_factor:
        return message(
            "The target lies {times} times above that average, more than gravity errs: flows that "
            "are known lie {factor} times above or below it.",
            **values,
        )
    return message(
        "The target lies {times} times above that average, and gravity errs by more: flows that "
        "are known lie {factor} times above or below it.",
        **values,
    )


def _part(share: float | None) -> str:
    if share is None:
        # Translators: all of the way.
        return message("all")
    return per_cent_message(share, ".1f" if share < 0.1 else ".0f")


def with_band(usd: float, low_usd: float | None, high_usd: float | None) -> str:
    """Return a sum with its interval, where there is one."""
    if low_usd is None or high_usd is None:
        return short_sum_message(usd)
    # Translators: a sum of money and its interval.
    return message(
        "{value} ({low} to {high})",
        value=short_sum_message(usd),
        low=short_sum_message(low_usd),
        high=short_sum_message(high_usd),
    )
