"""From trade costs to trade: what scenarios do to every flow, in general equilibrium."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from corridor.checks.trade import check_trade
from corridor.errors import CallError, StudyError
from corridor.free_memory import refuse_beyond_free
from corridor.kernels import Bools, Floats, Ints
from corridor.language.messages import joined, message
from corridor.trade.costs import KEYS
from corridor.trade.gravity import Equilibrium, equilibrium
from corridor.units import NORMAL_P95_ROUNDED

MAX_NAMED = 6  # pairs of countries in a warning
UNPRICED = ("follow", "keep")
DRAWN_FLOW_BYTES = 100  # a drawn flow takes while its world is solved
_ALL_SECTORS = "all"


@dataclass(frozen=True, slots=True)
class TradeSettings:
    """How a forecast is made.

    Elasticities are log-normal between their 5th and 95th percentile and err together.

    Attributes
    ----------
    draws
        Elasticities drawn for the intervals; 0: none.
    rng
        Seed of the draws.
    band_share
        Width of the intervals.
    deficits
        ``fixed`` or ``share``, as in gravity.equilibrium.
    unpriced
        What is paid in trade with countries that have no costs: ``follow`` what their partner pays
        to others, or ``keep`` its cost.
    """

    draws: int = 400
    rng: int = 7
    band_share: float = 0.9
    deficits: str = "fixed"
    unpriced: str = "follow"


@dataclass(frozen=True)
class Forecast:
    """What scenarios do to trade, as plain tables.

    Attributes
    ----------
    flows
        scenario, exporter, importer, sector_id, basis, confidence (where trade has it), base_usd,
        value_usd, low_usd, high_usd, base_cost_share, cost_share.
    pairs
        The same summed over sectors, its interval from the sums.
    countries
        scenario, country, real_income_change_share with low and high, output, expenditure and price
        changes.
    resistances
        scenario, country, sector_id, inward and outward change.
    caveats
        What to know of a scenario's answer, by its name.
    """

    flows: pl.DataFrame
    pairs: pl.DataFrame
    countries: pl.DataFrame
    resistances: pl.DataFrame
    caveats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every caveat behind the name of its scenario."""
        return tuple(f"{name}: {text}" for name, texts in self.caveats.items() for text in texts)

    def __str__(self) -> str:
        names = self.flows["scenario"].unique(maintain_order=True).to_list()
        countries = self.countries.height // max(len(names), 1)
        draws = self.provenance["draws"]
        scenarios = f"{len(names)} scenarios ({', '.join(names)})"
        return f"Forecast: {scenarios}, {countries} countries, {draws} draws"


@dataclass(frozen=True, slots=True)
class _Axes:
    """What stands along the axes of arrays: exporters, importers (the same countries), sectors."""

    countries: list[str]
    sectors: list[str]

    def array(self, frame: pl.DataFrame, column: str) -> Floats:
        """Lay a column of a long table out; 0 where there is no row, nan for null."""
        rows = self._rows(frame)
        array = self._zeros()
        array[self._places(rows)] = rows[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
        return array

    def has_row(self, frame: pl.DataFrame) -> Bools:
        """Return where a long table has a row."""
        array = self._zeros()
        array[self._places(self._rows(frame))] = 1.0
        return array > 0

    def table(self, columns: dict[str, Floats]) -> pl.DataFrame:
        """Return arrays as a long table; nan becomes null."""
        countries = len(self.countries)
        sectors = len(self.sectors)
        keys = {
            "exporter": np.repeat(self.countries, countries * sectors),
            "importer": np.tile(np.repeat(self.countries, sectors), countries),
            "sector_id": np.tile(self.sectors, countries * countries),
        }
        values = {name: array.ravel() for name, array in columns.items()}
        return pl.DataFrame({**keys, **values}).with_columns(pl.col(list(columns)).fill_nan(None))

    def _rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(
            pl.col("exporter").is_in(self.countries)
            & pl.col("importer").is_in(self.countries)
            & pl.col("sector_id").is_in(self.sectors)
        )

    def _zeros(self) -> Floats:
        countries = len(self.countries)
        return np.zeros((countries, countries, len(self.sectors)))

    def _places(self, rows: pl.DataFrame) -> tuple[Ints, ...]:
        """Return where in an array the rows belong."""
        return (
            _positions(rows["exporter"], self.countries),
            _positions(rows["importer"], self.countries),
            _positions(rows["sector_id"], self.sectors),
        )


@dataclass(frozen=True, slots=True)
class _Base:
    """What every scenario is compared with; arrays are (exporter, importer, sector).

    trade: one row a flow, with its marks and base_usd. costs: shares of value; nan: no passage.
    indices: trade carried over that at no cost; 0: no passage. is_priced: the pair has a row of
    costs. elasticities: by sector; drawn_elasticities: (draw, sector).
    """

    axes: _Axes
    trade: pl.DataFrame
    values: Floats
    costs: Floats
    indices: Floats
    is_priced: Bools
    elasticities: Floats
    drawn_elasticities: Floats


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One scenario's equilibrium: at the middle elasticities and, if any, at drawn ones.

    old_costs, new_costs: shares of value (exporter, importer, sector); nan: no passage.
    """

    scenario: str
    middle: Equilibrium
    drawn: Equilibrium | None
    old_costs: Floats
    new_costs: Floats


def forecast(
    trade: pl.DataFrame,
    countries: pl.DataFrame,
    sectors: pl.DataFrame,
    base_costs: pl.DataFrame,
    scenarios: Mapping[str, pl.DataFrame],
    *,
    settings: TradeSettings = TradeSettings(),
) -> Forecast:
    """Return what each scenario's trade costs do to every flow, in general equilibrium.

    Parameters
    ----------
    trade
        Every flow by exporter, importer and sector with sales at home, value_usd and basis
        (observed, predicted, estimated), as split_flows returns.
    countries
        Rows of the table countries.
    sectors
        sector_id, elasticity, elasticity_low, elasticity_high.
    base_costs
        exporter, importer, sector_id, cost_share; null means no passage. Optional reached_share, of
        the pair's trade that has a route over the year and its places, and trade_index, as
        corridor.trade_costs gives it at the elasticities of ``sectors``.
    scenarios
        The same by name; a pair that is missing there keeps its cost. The ratio of costs is
        (index after / before)^(-1 / elasticity), with the index (1 + cost)^-elasticity x reached
        where a frame has no trade_index. Where one of
        two countries has no costs at all (no place in the network: the rest of the world), their
        ratio follows those of the other with everybody else, see Notes.
    settings
        Draws, seed, width of the intervals and the rule for deficits.

    Raises
    ------
    StudyError
        Where the trade frame is wrong.
    NotConverged
        Where no equilibrium is found.

    Notes
    -----
    Source: see gravity.equilibrium. A country without costs is reached by the roads and ports by
    which its partner reaches all others, so the ratio r of a pair with it solves r^-e = sum of
    w r_k^-e over the partner's other pairs k, with e the elasticity and w their share of its trade:
    the mean of a price index with constant elasticity (Dixit and Stiglitz 1977). A partner that no
    longer reaches anybody keeps its cost to it, as its deficit has to be paid somewhere; a caveat
    names it.

    Examples
    --------
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
    _check_trade(trade, countries, sectors)
    _check_costs({"base": base_costs, **scenarios})
    _check_settings(settings)

    base = _base(trade, sectors, base_costs, settings)
    untouched = _untouched(base)
    flows = []
    pairs = []
    nations = []
    resistances = []
    caveats = {}
    for name, costs in scenarios.items():
        new_costs = _new_costs(base, costs)
        ratio = _priced_ratio(base, costs)
        caveats[name] = (*untouched, *_ended(base, new_costs), *_cut_off(base, ratio))

        outcome = _outcome(name, base, new_costs, ratio, settings)
        flows.append(_flows(outcome, base, settings))
        pairs.append(_pairs(outcome, flows[-1], base.axes, settings))
        nations.append(_nations(outcome, base, settings))
        resistances.append(_resistances(outcome, base))

    return Forecast(
        flows=pl.concat(flows),
        pairs=pl.concat(pairs),
        countries=pl.concat(nations),
        resistances=pl.concat(resistances),
        caveats=caveats,
        provenance=_provenance(settings, scenarios),
    )


def _provenance(settings: TradeSettings, scenarios: Iterable[str]) -> dict[str, Any]:
    """Return what a forecast was made with."""
    return {
        "draws": settings.draws,
        "rng": settings.rng,
        "band_share": settings.band_share,
        "deficits": settings.deficits,
        "unpriced": settings.unpriced,
        "scenarios": list(scenarios),
    }


def _check_trade(trade: pl.DataFrame, countries: pl.DataFrame, sectors: pl.DataFrame) -> None:
    findings = check_trade(trade, countries, sectors)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise StudyError(errors)


def _check_costs(costs: Mapping[str, pl.DataFrame]) -> None:
    for name, frame in costs.items():
        missing = [c for c in (*KEYS, "cost_share") if c not in frame.columns]
        if missing:
            raise CallError(f"the costs of {name} lack the columns {', '.join(missing)}")
        if frame.filter(pl.col("cost_share") <= -1).height:
            raise CallError(f"the costs of {name} hold a share of -1 or below")


def _check_settings(settings: TradeSettings) -> None:
    if settings.unpriced not in UNPRICED:
        raise CallError(f"unpriced must be one of {', '.join(UNPRICED)}, not {settings.unpriced!r}")


def _positions(names: pl.Series, axis: list[str]) -> Ints:
    """Return where on an axis each name stands."""
    position = {name: k for k, name in enumerate(axis)}
    places: Ints = names.replace_strict(position, return_dtype=pl.Int64).to_numpy()
    return places


def _elasticities(sectors: pl.DataFrame, settings: TradeSettings) -> tuple[Floats, Floats]:
    """Return the middle elasticity of each sector, and drawn ones (draw, sector)."""
    middle = _numbers(sectors, "elasticity")
    low = _numbers(sectors, "elasticity_low")
    high = _numbers(sectors, "elasticity_high")
    if np.any(low > middle) or np.any(high < middle):
        raise CallError("sectors: elasticity must lie between elasticity_low and elasticity_high")

    # One step a draw for all sectors: elasticities err together.
    sigma = np.log(high / low) / (2 * NORMAL_P95_ROUNDED)
    steps = np.random.default_rng(settings.rng).standard_normal(settings.draws)
    return middle, middle * np.exp(steps[:, None] * sigma)


def _numbers(frame: pl.DataFrame, column: str) -> Floats:
    return frame[column].cast(pl.Float64).to_numpy()


def _base(
    trade: pl.DataFrame, sectors: pl.DataFrame, costs: pl.DataFrame, settings: TradeSettings
) -> _Base:
    """Lay out the trade and the costs that scenarios change."""
    refuse_too_many_draws(trade, sectors, settings.draws)
    axes = _axes(trade, sectors)
    elasticities, drawn_elasticities = _elasticities(sectors, settings)
    marks = [c for c in ("basis", "confidence") if c in trade.columns]

    return _Base(
        axes=axes,
        trade=trade.select(*KEYS, *marks, pl.col("value_usd").alias("base_usd")),
        values=axes.array(trade, "value_usd"),
        costs=axes.array(costs, "cost_share"),
        indices=_indices(axes, costs, elasticities),
        is_priced=axes.has_row(costs),
        elasticities=elasticities,
        drawn_elasticities=drawn_elasticities,
    )


def _axes(trade: pl.DataFrame, sectors: pl.DataFrame) -> _Axes:
    """Return what stands along the axes of the arrays of some trade."""
    return _Axes(
        countries=sorted(set(trade["exporter"]) | set(trade["importer"])),
        sectors=sectors["sector_id"].to_list(),
    )


def refuse_too_many_draws(trade: pl.DataFrame, sectors: pl.DataFrame, draws: int) -> None:
    """Raise TooLarge where the worlds of all draws would not fit into memory together."""
    axes = _axes(trade, sectors)
    countries = len(axes.countries)
    refuse_beyond_free(
        draws * countries**2 * sectors.height * DRAWN_FLOW_BYTES,
        f"{draws:,} draws of {countries} countries and {sectors.height} sectors",
        "ask for fewer draws",
    )


def _new_costs(base: _Base, costs: pl.DataFrame) -> Floats:
    """Return a scenario's costs; a pair that is missing there keeps its cost."""
    has_row = base.axes.has_row(costs)
    return np.where(has_row, base.axes.array(costs, "cost_share"), base.costs)


def _priced_ratio(base: _Base, costs: pl.DataFrame) -> Floats:
    """Return new over old cost of pairs with costs, days and places without a route included."""
    has_row = base.axes.has_row(costs)
    new_indices = _indices(base.axes, costs, base.elasticities)
    carried = np.where(has_row, new_indices, base.indices)
    return _cost_ratio(base.indices, carried, base.elasticities)


def _outcome(
    scenario: str, base: _Base, new_costs: Floats, priced_ratio: Floats, settings: TradeSettings
) -> _Outcome:
    """Solve one scenario at the middle elasticities and at the drawn ones."""
    ratio = priced_ratio
    if settings.unpriced == "follow":
        ratio = _with_unpriced(ratio, base.is_priced, base.values, base.elasticities)
    middle = equilibrium(base.values, ratio, base.elasticities, deficits=settings.deficits)

    drawn = None
    if settings.draws:
        drawn_elasticities = base.drawn_elasticities
        drawn = equilibrium(base.values, ratio, drawn_elasticities, deficits=settings.deficits)
    return _Outcome(scenario, middle, drawn, base.costs, new_costs)


def _cost_ratio(old_indices: Floats, new_indices: Floats, theta: Floats) -> Floats:
    """Return new over old cost; no passage after: inf; none before: 1."""
    had_passage = old_indices > 0
    carried = np.divide(new_indices, old_indices, out=np.ones_like(old_indices), where=had_passage)
    ratio = np.full_like(carried, np.inf)
    return np.power(carried, -1 / theta, out=ratio, where=carried > 0)


def _indices(axes: _Axes, costs: pl.DataFrame, theta: Floats) -> Floats:
    """Return the trade each pair's days and places carry, over what they would at no cost.

    0: no passage. 1 where there is no row of costs.
    """
    has_row = axes.has_row(costs)
    if "trade_index" in costs.columns:
        indices = np.nan_to_num(axes.array(costs, "trade_index"))
    else:
        at_cost = (1 + axes.array(costs, "cost_share")) ** -theta
        indices = np.nan_to_num(at_cost * _reached(axes, costs))
    return np.where(has_row, indices, 1.0)


def _reached(axes: _Axes, costs: pl.DataFrame) -> Floats:
    """Return the share of each pair's trade that has a route; 1 where costs do not say."""
    reached_share = np.ones_like(axes.array(costs, "cost_share"))
    if "reached_share" in costs.columns:
        reached_share = axes.array(costs, "reached_share")
    return reached_share


def _with_unpriced(ratio: Floats, is_priced: Bools, values: Floats, theta: Floats) -> Floats:
    """Return ratios of costs in which countries without any cost follow their partners' others.

    ratio, is_priced, values (exporter, importer, sector); is_priced: the pair has a row of costs.
    """
    has_costs = is_priced.any(axis=(1, 2)) | is_priced.any(axis=(0, 2))
    if has_costs.all():
        return ratio

    sold = np.where(is_priced, values, 0.0)
    as_exporter = _mean_ratio(ratio, sold, theta, axis=1)
    as_importer = _mean_ratio(ratio, sold, theta, axis=0)

    filled = ratio.copy()
    filled[:, ~has_costs] = as_exporter[:, None, :]
    filled[~has_costs, :] = as_importer[None, :, :]
    # Nothing is known of what two such countries pay, nor does trade at home pay for a corridor.
    filled[np.ix_(~has_costs, ~has_costs)] = 1.0
    return filled


def _mean_ratio(ratio: Floats, values: Floats, theta: Floats, axis: int) -> Floats:
    """Return the mean ratio of what each country pays (country, sector).

    1 where it trades with nobody, or reaches nobody any more. axis: over importers (1) or exporters
    (0). The mean is that of a price index with constant elasticity.
    """
    total = values.sum(axis=axis, keepdims=True)
    weight = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    reached = (weight * ratio**-theta).sum(axis=axis)

    mean: Floats = np.ones_like(reached)
    np.power(reached, -1 / theta, out=mean, where=reached > 0)
    return mean


def _reaching_nobody(base: _Base, ratio: Floats) -> Bools:
    """Return which countries had trade with passage, and have none any more, in or out."""
    moved = np.where(base.is_priced, base.values, 0.0)
    reached = np.where(np.isfinite(ratio), moved, 0.0)
    before = moved.sum(axis=(1, 2)) + moved.sum(axis=(0, 2))
    after = reached.sum(axis=(1, 2)) + reached.sum(axis=(0, 2))
    is_cut: Bools = (before > 0) & (after == 0)
    return is_cut


def _cut_off(base: _Base, ratio: Floats) -> tuple[str, ...]:
    """Return a caveat where countries reach nobody any more."""
    is_cut = _reaching_nobody(base, ratio)
    names = [country for country, cut in zip(base.axes.countries, is_cut, strict=True) if cut]
    if not names:
        return ()
    return (
        message(
            "{countries} reach no other country of the network in this scenario. What they trade "
            "with countries outside it keeps its cost and takes up the rest: do not read their "
            "figures.",
            countries=joined(names, ", "),
        ),
    )


def _untouched(base: _Base) -> tuple[str, ...]:
    """Return a caveat where goods move between countries that have no passage before."""
    named, is_all = _named_pairs(np.isnan(base.costs) & (base.values > 0), base.axes)
    if not named:
        return ()
    if is_all:
        return (
            message(
                "{pairs} trade although the base network has no route between them: their costs "
                "are left as they are.",
                pairs=named,
            ),
        )
    return (
        message(
            "{pairs} and more trade although the base network has no route between them: "
            "their costs are left as they are.",
            pairs=named,
        ),
    )


def _ended(base: _Base, new_costs: Floats) -> tuple[str, ...]:
    """Return a caveat where a scenario leaves goods that moved before without a passage."""
    is_cut = np.isnan(new_costs) & ~np.isnan(base.costs) & (base.values > 0)
    named, is_all = _named_pairs(is_cut, base.axes)
    if not named:
        return ()
    if is_all:
        return (
            message(
                "{pairs} have no route in this scenario: their trade ends, and what it was goes "
                "elsewhere. Look whether a rule forbids it or the network lacks a link.",
                pairs=named,
            ),
        )
    return (
        message(
            "{pairs} and more have no route in this scenario: their trade ends, and what it was "
            "goes elsewhere. Look whether a rule forbids it or the network lacks a link.",
            pairs=named,
        ),
    )


def _named_pairs(is_concerned: Bools, axes: _Axes) -> tuple[str, bool]:
    """Name pairs of countries with any sector concerned, and tell whether these are all."""
    places = np.argwhere(is_concerned.any(axis=2)).tolist()
    pairs = sorted(f"{axes.countries[i]}-{axes.countries[j]}" for i, j in places)
    return joined(pairs[:MAX_NAMED], ", "), len(pairs) <= MAX_NAMED


def _band(drawn: Floats | None, middle: Floats, settings: TradeSettings) -> tuple[Floats, Floats]:
    """Return the interval of drawn values (draws first); nan where none were drawn."""
    if drawn is None:
        return np.full_like(middle, np.nan), np.full_like(middle, np.nan)
    tail = (1 - settings.band_share) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail), axis=0)
    return low, high


def _flows(outcome: _Outcome, base: _Base, settings: TradeSettings) -> pl.DataFrame:
    """Return every flow by sector under a scenario, beside its base."""
    trade = outcome.middle.trade
    low, high = _band(outcome.drawn.trade if outcome.drawn else None, trade, settings)
    columns = {
        "value_usd": trade,
        "low_usd": low,
        "high_usd": high,
        "base_cost_share": outcome.old_costs,
        "cost_share": outcome.new_costs,
    }

    rows = base.trade.join(base.axes.table(columns), on=KEYS, how="left")
    return rows.select(pl.lit(outcome.scenario).alias("scenario"), *base.trade.columns, *columns)


def _pairs(
    outcome: _Outcome, flows: pl.DataFrame, axes: _Axes, settings: TradeSettings
) -> pl.DataFrame:
    """Return the flows of a scenario summed over sectors."""
    sums = flows.group_by("exporter", "importer", maintain_order=True).agg(
        pl.col("basis").first(), pl.col("base_usd").sum()
    )
    columns = _pair_columns(outcome, settings)
    values = _Axes(axes.countries, [_ALL_SECTORS]).table(columns).drop("sector_id")

    rows = sums.join(values, on=["exporter", "importer"], how="left")
    return rows.select(pl.lit(outcome.scenario).alias("scenario"), *sums.columns, *columns)


def _pair_columns(outcome: _Outcome, settings: TradeSettings) -> dict[str, Floats]:
    """Return the trade of pairs under a scenario, with its interval."""
    trade = outcome.middle.trade.sum(axis=-1)
    drawn = outcome.drawn.trade.sum(axis=-1) if outcome.drawn else None
    low, high = _band(drawn, trade, settings)
    return {"value_usd": trade, "low_usd": low, "high_usd": high}


def _nations(outcome: _Outcome, base: _Base, settings: TradeSettings) -> pl.DataFrame:
    """Return what a scenario does to the countries."""
    middle = outcome.middle
    countries = base.axes.countries
    old_output = base.values.sum(axis=(1, 2))
    old_expenditure = base.values.sum(axis=(0, 2))

    columns = {
        "scenario": [outcome.scenario] * len(countries),
        "country": countries,
        **_real_income(outcome, settings),
        "output_change_share": middle.output / old_output - 1,
        "expenditure_change_share": middle.expenditure / old_expenditure - 1,
        "producer_price_change_share": middle.price_ratio - 1,
        "consumer_price_change_share": middle.price_index_ratio - 1,
    }
    return pl.DataFrame(columns).with_columns(pl.col("low_share", "high_share").fill_nan(None))


def _real_income(outcome: _Outcome, settings: TradeSettings) -> dict[str, Floats]:
    """Return the change of real income of countries, with its interval."""
    income = outcome.middle.real_income_ratio
    drawn = outcome.drawn.real_income_ratio if outcome.drawn else None
    low, high = _band(drawn, income, settings)
    return {
        "real_income_change_share": income - 1,
        "low_share": low - 1,
        "high_share": high - 1,
    }


def _resistances(outcome: _Outcome, base: _Base) -> pl.DataFrame:
    """Return the change of multilateral resistances."""
    axes = base.axes
    columns = {
        "scenario": [outcome.scenario] * (len(axes.countries) * len(axes.sectors)),
        "country": np.repeat(axes.countries, len(axes.sectors)),
        "sector_id": np.tile(axes.sectors, len(axes.countries)),
        "inward_change_share": (outcome.middle.sector_index_ratio - 1).ravel(),
        "outward_change_share": _outward_change(outcome, base).ravel(),
    }
    return pl.DataFrame(columns).with_columns(pl.col("outward_change_share").fill_nan(None))


def _outward_change(outcome: _Outcome, base: _Base) -> Floats:
    """Return the change of outward resistances (exporter, sector); nan where nothing was sold.

    Sales stay in proportion to Pi^-theta times prices^-theta.
    """
    old_sales = base.values.sum(axis=1)
    new_sales = outcome.middle.trade.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        outward = (new_sales / old_sales) ** (-1 / base.elasticities)
        outward = outward / outcome.middle.price_ratio[:, None]
    return np.where(old_sales > 0, outward - 1, np.nan)
