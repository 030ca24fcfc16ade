"""From trade costs to trade: what scenarios do to every flow, in general equilibrium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor.checks.trade import check_trade
from corridor.errors import CallError, StudyError
from corridor.language.speech import kept
from corridor.trade.gravity import Equilibrium, equilibrium
from corridor.units import NORMAL_P95_ROUNDED

_KEYS = ("exporter", "importer", "sector_id")
_COSTS = (*_KEYS, "cost_share")
MOST_NAMED = 6  # pairs of countries in a warning


@dataclass(frozen=True, slots=True)
class TradeSettings:
    """How a forecast is made.

    draws: elasticities drawn for the intervals (0: none); rng: seed; band_share: width of the
    intervals; deficits: see gravity.equilibrium. Elasticities are log-normal between their 5th and
    95th percentile and err together.
    """

    draws: int = 400
    rng: int = 7
    band_share: float = 0.9
    deficits: str = "fixed"


@dataclass(frozen=True)
class Forecast:
    """What scenarios do to trade; ``flows``, ``countries``, ``resistances`` and ``pairs`` are plain
    tables.

    flows: scenario, exporter, importer, sector_id, basis, confidence (where trade has it),
    base_usd, value_usd, low_usd, high_usd, cost_share before and after. pairs: the same summed over
    sectors, its interval from the sums. countries: scenario, country, real_income_change_share with
    low and high, output, expenditure and price changes. resistances: scenario, country, sector_id,
    inward and outward change. caveats: what to know of a scenario's answer, by its name; warnings:
    the same, each behind the name.
    """

    flows: pl.DataFrame
    pairs: pl.DataFrame
    countries: pl.DataFrame
    resistances: pl.DataFrame
    caveats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return every caveat behind the name of its scenario."""
        return tuple(f"{name}: {text}" for name, texts in self.caveats.items() for text in texts)

    def __str__(self) -> str:
        names = self.flows["scenario"].unique(maintain_order=True).to_list()
        world = self.countries.height // max(len(names), 1)
        return f"Forecast: {len(names)} scenarios ({', '.join(names)}), {world} countries, " + (
            f"{self.provenance['draws']} draws"
        )


def forecast(
    trade: pl.DataFrame,
    countries: pl.DataFrame,
    sectors: pl.DataFrame,
    base_costs: pl.DataFrame,
    scenarios: Mapping[str, pl.DataFrame],
    *,
    settings: TradeSettings = TradeSettings(),
) -> Forecast:
    """Return what each scenario's trade costs do to every flow, in general equilibrium, with
    intervals.

    trade: every flow by exporter, importer and sector with sales at home, value_usd and basis
    (observed, predicted, estimated), as split_flows returns. base_costs and each scenario:
    exporter, importer, sector_id, cost_share; a pair that is missing there keeps its cost, null
    means no passage. The ratio of costs is (1 + after) / (1 + before). Raises StudyError where the
    trade frame is wrong, NotConverged where no equilibrium is found. Source: gravity.equilibrium.

    >>> import polars as pl
    >>> import corridor as co
    >>> trade = pl.DataFrame(
    ...     {
    ...         "exporter": ["KZ", "KZ", "PK", "PK"],
    ...         "importer": ["KZ", "PK", "PK", "KZ"],
    ...         "sector_id": ["goods"] * 4,
    ...         "value_usd": [90e9, 6e7, 120e9, 4e7],
    ...         "basis": ["estimated", "observed"] * 2,
    ...     }
    ... )
    >>> countries = pl.DataFrame({"country": ["KZ", "PK"]})
    >>> elasticity = {"elasticity": [5.0], "elasticity_low": [3.0], "elasticity_high": [8.0]}
    >>> sectors = pl.DataFrame({"sector_id": ["goods"], **elasticity})
    >>> ends = {"exporter": ["KZ", "PK"], "importer": ["PK", "KZ"]}
    >>> costs = pl.DataFrame({**ends, "sector_id": ["goods"] * 2, "cost_share": [0.3, 0.3]})
    >>> half = costs.with_columns(pl.col("cost_share") / 2)
    >>> grown = co.forecast(trade, countries, sectors, costs, {"half": half}).pairs
    >>> round(grown.filter(exporter="KZ", importer="PK")["value_usd"][0] / 6e7, 2)
    1.68
    """
    findings = [f for f in check_trade(trade, countries, sectors) if f.severity == "error"]
    if findings:
        raise StudyError(findings)
    for name, frame in {"base": base_costs, **scenarios}.items():
        if lost := [c for c in _COSTS if c not in frame.columns]:
            raise CallError(f"the costs of {name} lack the columns {', '.join(lost)}")
        if frame.filter(pl.col("cost_share") <= -1).height:
            raise CallError(f"the costs of {name} hold a share of -1 or below")
    codes = sorted(set(trade["exporter"]) | set(trade["importer"]))
    names = sectors["sector_id"].to_list()
    values = _array(trade, "value_usd", codes, names, 0.0)
    before = _array(base_costs, "cost_share", codes, names, 0.0)
    median, draws = _elasticities(sectors, settings)
    caveats: dict[str, tuple[str, ...]] = {}
    flows = []
    pairs = []
    nations = []
    resistances = []
    marks = [c for c in ("basis", "confidence") if c in trade.columns]
    shown = trade.select(*_KEYS, *marks, pl.col("value_usd").alias("base_usd"))
    for name, costs in scenarios.items():
        after = np.where(
            _array(costs, "_given", codes, names, 0.0) > 0,
            _array(costs, "cost_share", codes, names, 0.0),
            before,
        )
        ratio = _ratio(before, after)
        caveats[name] = _untouched(before, values, codes)
        centre = equilibrium(values, ratio, median, deficits=settings.deficits)
        drawn = (
            equilibrium(values, ratio, draws, deficits=settings.deficits)
            if settings.draws
            else None
        )
        flows.append(_flows(name, shown, (centre, drawn), (before, after), codes, names, settings))
        pairs.append(_pairs(name, flows[-1], centre, drawn, codes, settings))
        nations.append(_nations(name, centre, drawn, values, codes, settings))
        resistances.append(_resistances(name, centre, values, median, codes, names))
    return Forecast(
        pl.concat(flows),
        pl.concat(pairs),
        pl.concat(nations),
        pl.concat(resistances),
        caveats,
        {
            "draws": settings.draws,
            "rng": settings.rng,
            "band_share": settings.band_share,
            "deficits": settings.deficits,
            "scenarios": list(scenarios),
        },
    )


def _array(
    frame: pl.DataFrame, column: str, codes: list[str], names: list[str], empty: float
) -> NDArray[np.float64]:
    """Lay a long table out as exporter, importer, sector; ``_given`` marks the rows that are there;
    null is nan."""
    n = len(codes)
    m = len(names)
    where = {c: k for k, c in enumerate(codes)}
    which = {s: k for k, s in enumerate(names)}
    out = np.full((n, n, m), empty)
    known = frame.filter(
        pl.col("exporter").is_in(codes)
        & pl.col("importer").is_in(codes)
        & pl.col("sector_id").is_in(names)
    )
    i, j = (
        known[c].replace_strict(where, return_dtype=pl.Int64).to_numpy()
        for c in ("exporter", "importer")
    )
    s = known["sector_id"].replace_strict(which, return_dtype=pl.Int64).to_numpy()
    out[i, j, s] = (
        1.0
        if column == "_given"
        else known[column].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    )
    return out


def _elasticities(
    sectors: pl.DataFrame, settings: TradeSettings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    middle, low, high = (
        sectors[c].cast(pl.Float64).to_numpy()
        for c in ("elasticity", "elasticity_low", "elasticity_high")
    )
    if np.any(low > middle) or np.any(high < middle):
        raise CallError("sectors: elasticity must lie between elasticity_low and elasticity_high")
    sigma = np.log(high / low) / (2 * NORMAL_P95_ROUNDED)
    steps = np.random.default_rng(settings.rng).standard_normal(settings.draws)
    return middle, middle * np.exp(steps[:, None] * sigma)


def _ratio(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return new over old cost; no passage after: inf; none before: 1."""
    ratio = np.where(np.isnan(after), np.inf, (1 + after) / (1 + before))
    return np.where(np.isnan(before), 1.0, ratio)


def _untouched(
    before: NDArray[np.float64], values: NDArray[np.float64], codes: list[str]
) -> tuple[str, ...]:
    """Return a caveat where goods move between countries that have no passage before."""
    pairs = sorted(
        {
            f"{codes[i]}-{codes[j]}"
            for i, j, _ in np.argwhere(np.isnan(before) & (values > 0)).tolist()
        }
    )
    if not pairs:
        return ()
    named = ", ".join(pairs[:MOST_NAMED])
    if len(pairs) > MOST_NAMED:
        return (
            kept(
                "{pairs} and more trade although the base network has no way between them: their "
                "costs are left as they are.",
                pairs=named,
            ),
        )
    return (
        kept(
            "{pairs} trade although the base network has no way between them: their costs are "
            "left as they are.",
            pairs=named,
        ),
    )


def _band(
    drawn: NDArray[np.float64] | None, centre: NDArray[np.float64], settings: TradeSettings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if drawn is None:
        return np.full_like(centre, np.nan), np.full_like(centre, np.nan)
    tail = (1 - settings.band_share) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail), axis=0)
    return low, high


def _long(
    columns: dict[str, NDArray[np.float64]], codes: list[str], names: list[str]
) -> pl.DataFrame:
    n = len(codes)
    m = len(names)
    return pl.DataFrame(
        {
            "exporter": np.repeat(codes, n * m),
            "importer": np.tile(np.repeat(codes, m), n),
            "sector_id": np.tile(names, n * n),
            **{k: v.ravel() for k, v in columns.items()},
        }
    ).with_columns(pl.col(list(columns)).fill_nan(None))


def _flows(
    name: str,
    shown: pl.DataFrame,
    solved: tuple[Equilibrium, Equilibrium | None],
    costs: tuple[NDArray[np.float64], NDArray[np.float64]],
    codes: list[str],
    names: list[str],
    settings: TradeSettings,
) -> pl.DataFrame:
    (centre, drawn) = solved
    (before, after) = costs
    low, high = _band(None if drawn is None else drawn.trade, centre.trade, settings)
    table = _long(
        {
            "value_usd": centre.trade,
            "low_usd": low,
            "high_usd": high,
            "base_cost_share": before,
            "cost_share": after,
        },
        codes,
        names,
    )
    return shown.join(table, on=_KEYS, how="left").select(
        pl.lit(name).alias("scenario"),
        *shown.columns,
        "value_usd",
        "low_usd",
        "high_usd",
        "base_cost_share",
        "cost_share",
    )


def _pairs(
    name: str,
    flows: pl.DataFrame,
    centre: Equilibrium,
    drawn: Equilibrium | None,
    codes: list[str],
    settings: TradeSettings,
) -> pl.DataFrame:
    sums = flows.group_by("exporter", "importer", maintain_order=True).agg(
        pl.col("basis").first(), pl.col("base_usd").sum()
    )
    low, high = _band(
        None if drawn is None else drawn.trade.sum(axis=-1), centre.trade.sum(axis=-1), settings
    )
    table = _long(
        {"value_usd": centre.trade.sum(axis=-1), "low_usd": low, "high_usd": high}, codes, ["all"]
    )
    return sums.join(table.drop("sector_id"), on=["exporter", "importer"], how="left").select(
        pl.lit(name).alias("scenario"), *sums.columns, "value_usd", "low_usd", "high_usd"
    )


def _nations(
    name: str,
    centre: Equilibrium,
    drawn: Equilibrium | None,
    values: NDArray[np.float64],
    codes: list[str],
    settings: TradeSettings,
) -> pl.DataFrame:
    low, high = _band(
        None if drawn is None else drawn.real_income_ratio, centre.real_income_ratio, settings
    )
    output = values.sum(axis=(1, 2))
    expenditure = values.sum(axis=(0, 2))
    return pl.DataFrame(
        {
            "scenario": [name] * len(codes),
            "country": codes,
            "real_income_change_share": centre.real_income_ratio - 1,
            "low_share": low - 1,
            "high_share": high - 1,
            "output_change_share": centre.output / output - 1,
            "expenditure_change_share": centre.expenditure / expenditure - 1,
            "producer_price_change_share": centre.price_ratio - 1,
            "consumer_price_change_share": centre.price_index_ratio - 1,
        }
    ).with_columns(pl.col("low_share", "high_share").fill_nan(None))


def _resistances(
    name: str,
    centre: Equilibrium,
    values: NDArray[np.float64],
    theta: NDArray[np.float64],
    codes: list[str],
    names: list[str],
) -> pl.DataFrame:
    """Return the change of multilateral resistances; outward: sales keep Pi^-theta w^-theta in
    proportion."""
    sold = centre.trade.sum(axis=1)
    was = values.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        outward = (sold / was) ** (-1 / theta) / centre.price_ratio[:, None]
    return pl.DataFrame(
        {
            "scenario": [name] * (len(codes) * len(names)),
            "country": np.repeat(codes, len(names)),
            "sector_id": np.tile(names, len(codes)),
            "inward_change_share": (centre.sector_index_ratio - 1).ravel(),
            "outward_change_share": np.where(was > 0, outward - 1, np.nan).ravel(),
        }
    ).with_columns(pl.col("outward_change_share").fill_nan(None))
