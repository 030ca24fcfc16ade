"""What trade there is and what there could be: unknown flows predicted, totals split by sector.

A flow nobody published is predicted by gravity and marked ``predicted``; sales at home are
``estimated`` by a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor.checks.economies import MIN_APART_KM
from corridor.errors import CallError, Finding, StudyError
from corridor.kernels import Bools, Floats
from corridor.network.geo import great_circles_km
from corridor.trade.gravity import balance
from corridor.units import NORMAL_P95_ROUNDED

REST_OF_WORLD = "ZZ"  # stands for many countries, which trade with each other
REST_OF_WORLD_KM = 6000.0
MAX_SHARE_GAP = 1e-6  # by which export shares may miss 1
_NEEDED = ("goods_exports_usd", "goods_imports_usd", "lon_deg", "lat_deg")
_SPLIT_COLUMNS = ("value_usd", "low_usd", "high_usd", "potential_usd")


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Coefficients of a gravity equation, and the rule for sales at home.

    The defaults are our Poisson estimate over 166 countries in 2006 with exporter and importer
    effects (n = 17,088, standard errors 0.030, 0.106 and 0.097 clustered by pair, which are too
    small where countries are few: docs/decisions/021; data: gravity_no_zeros of the R package
    gravity, CEPII GeoDist distances). home_sales_share: median of manufactures sold at home over
    GDP in 63 countries in 2006 (data of Yotov and others 2016; quartiles 0.27 and 0.49).
    """

    log_distance: float = -0.7775
    contiguity: float = 0.4821
    common_language: float = 0.2433
    home_sales_share: float = 0.361


class _Flow(NamedTuple):
    """A row of the table that complete_flows returns."""

    exporter: str
    importer: str
    value_usd: float
    low_usd: float | None
    high_usd: float | None
    potential_usd: float | None
    basis: str
    year: int
    series: str | None
    source_id: str | None
    confidence: str | None


def between(pair: tuple[str, str]) -> pl.Expr:
    """Return whether a row of trade goes from one of two countries to the other."""
    exporter = pl.col("exporter")
    importer = pl.col("importer")
    return exporter.is_in(pair) & importer.is_in(pair) & (exporter != importer)


def kernel(countries: pl.DataFrame, coefficients: Coefficients = Coefficients()) -> Floats:
    """Return how easily each country (rows) sells to each other one (columns); 0 on itself.

    Needs lon_deg, lat_deg, neighbours and languages. Distance is the great circle between main
    cities, as in CEPII GeoDist. ZZ sells to itself as well, since it stands for many countries, at
    a distance of 6,000 km.
    """
    distance_km = _distances_km(countries)
    contiguous = _contiguous(countries)
    same_language = _same_language(countries)

    ease: Floats = distance_km**coefficients.log_distance * np.exp(
        coefficients.contiguity * contiguous + coefficients.common_language * same_language
    )
    return ease


def _numbers(frame: pl.DataFrame, column: str) -> Floats:
    """Return a column as an array of its own."""
    return frame[column].cast(pl.Float64).to_numpy().copy()


def _distances_km(countries: pl.DataFrame) -> Floats:
    """Return the great circles between main cities; inf from a country to itself but for ZZ."""
    distance_km = great_circles_km(_numbers(countries, "lon_deg"), _numbers(countries, "lat_deg"))
    for k, code in enumerate(countries["country"].to_list()):
        distance_km[k, k] = REST_OF_WORLD_KM if code == REST_OF_WORLD else np.inf
    return distance_km


def _contiguous(countries: pl.DataFrame) -> Floats:
    """Return 1 where one of two countries names the other as its neighbour."""
    codes = countries["country"].to_list()
    neighbours = _word_sets(countries["neighbours"])
    named = np.array([[code in others for code in codes] for others in neighbours], dtype=bool)
    contiguous: Floats = (named | named.T).astype(float)
    return contiguous


def _same_language(countries: pl.DataFrame) -> Floats:
    """Return 1 where two countries share a language; 0 on a country itself."""
    languages = _word_sets(countries["languages"])
    shared = np.array([[bool(a & b) for b in languages] for a in languages], dtype=float)
    np.fill_diagonal(shared, 0.0)
    return shared


def _word_sets(words: pl.Series) -> list[set[str]]:
    return [set((text or "").split()) for text in words.to_list()]


def complete_flows(
    trade: pl.DataFrame,
    countries: pl.DataFrame,
    *,
    year: int,
    coefficients: Coefficients = Coefficients(),
) -> pl.DataFrame:
    """Return every flow of goods between countries: observed, predicted where not, and home sales.

    The predicted flows follow the kernel and add up, with the observed ones, to each country's
    exports and imports.

    Parameters
    ----------
    trade
        Rows of the table trade, alternatives already chosen; of each pair the newest row without a
        sector up to ``year`` counts.
    countries
        Rows of the table countries; those without gdp_usd stay out.
    year
        The last year whose trade counts.
    coefficients
        Of the gravity equation.

    Returns
    -------
    pl.DataFrame
        exporter, importer, value_usd, low_usd, high_usd, potential_usd, basis (observed, predicted,
        estimated), year, series, source_id, confidence. low_usd, high_usd: 5 to 95 % band of a
        predicted flow, from how far the observed flows lie from what the same method predicts for
        them. potential_usd: the prediction for the pair, observed or not.

    Raises
    ------
    StudyError
        Where a total is missing or an observed flow exceeds it.

    Examples
    --------
    >>> import corridor as co
    >>> frames = co.read("studies/kazakhstan-pakistan").network.frames
    >>> flows = co.complete_flows(frames["trade"], frames["countries"], year=2025)
    >>> sorted(flows["basis"].unique())
    ['estimated', 'observed', 'predicted']
    """
    models = countries.filter(pl.col("gdp_usd").is_not_null()).sort("country")
    _check_totals(models)
    codes = models["country"].to_list()
    exports = _numbers(models, "goods_exports_usd")
    imports = _numbers(models, "goods_imports_usd")
    imports *= exports.sum() / imports.sum()

    ease = kernel(models, coefficients)
    potential = balance(ease, exports, imports)
    observed = _observed(trade, codes, year)
    flows = _square(observed, codes)
    predicted = _predicted(ease, flows, exports, imports, codes)
    band_factor = _band_factor(_measured(observed, flows, codes), potential)
    home_sales = coefficients.home_sales_share * _numbers(models, "gdp_usd")
    # What the countries of the rest of the world sell to each other is sold at home.
    inner_usd = np.where(models["country"] == REST_OF_WORLD, predicted.diagonal(), 0.0)

    rows = []
    for i, exporter in enumerate(codes):
        for j, importer in enumerate(codes):
            pair = (exporter, importer)
            pair_potential = float(potential[i, j]) if i != j else None
            if pair in observed:
                rows.append(_observed_flow(observed[pair], pair_potential))
            elif i == j:
                rows.append(_home_flow(exporter, float(home_sales[i] + inner_usd[i]), year))
            else:
                value_usd = float(predicted[i, j])
                rows.append(_predicted_flow(pair, value_usd, band_factor, pair_potential, year))
    return pl.DataFrame(rows, schema=list(_Flow._fields), orient="row", infer_schema_length=None)


def _observed(
    trade: pl.DataFrame, codes: list[str], year: int
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the newest published flow of each pair of countries."""
    rows = _newest(trade, year).filter(
        pl.col("exporter").is_in(codes) & pl.col("importer").is_in(codes)
    )
    return {(r["exporter"], r["importer"]): r for r in rows.iter_rows(named=True)}


def _square(observed: dict[tuple[str, str], dict[str, Any]], codes: list[str]) -> Floats:
    """Lay published flows out as exporter, importer; nan where none was published."""
    position = {code: k for k, code in enumerate(codes)}
    flows = np.full((len(codes), len(codes)), np.nan)
    for (exporter, importer), row in observed.items():
        flows[position[exporter], position[importer]] = row["value_usd"]
    return flows


def _is_observed(flows: Floats) -> Bools:
    """Return where a flow between two different countries was published."""
    return ~np.isnan(flows) & ~np.eye(len(flows), dtype=bool)


def _predicted(
    ease: Floats, flows: Floats, exports: Floats, imports: Floats, codes: list[str]
) -> Floats:
    """Return the unpublished flows, which share what published ones leave of the totals."""
    is_observed = _is_observed(flows)
    published = np.where(is_observed, flows, 0.0)
    exports_left = exports - published.sum(axis=1)
    imports_left = imports - published.sum(axis=0)

    is_exceeded = (exports_left < 0) | (imports_left < 0)
    if is_exceeded.any():
        raise StudyError([_exceeded_totals([codes[k] for k in np.flatnonzero(is_exceeded)])])
    return balance(np.where(is_observed, 0.0, ease), exports_left, imports_left)


def _exceeded_totals(codes: list[str]) -> Finding:
    return Finding(
        "flows-over-total",
        f"The flows of {', '.join(codes)} in trade.csv exceed its exports or imports to "
        "all countries.",
        "Correct goods_exports_usd and goods_imports_usd in countries.csv, or the flows.",
        table="countries",
        rows=tuple(codes),
    )


def _measured(
    observed: dict[tuple[str, str], dict[str, Any]], flows: Floats, codes: list[str]
) -> Floats:
    """Return the published flows that were observed, not estimated by a rule; nan elsewhere."""
    measured = flows.copy()
    position = {code: k for k, code in enumerate(codes)}
    for (exporter, importer), row in observed.items():
        if row.get("basis") == "estimated":
            measured[position[exporter], position[importer]] = np.nan
    return measured


def _band_factor(flows: Floats, potential: Floats) -> float:
    """Return what a predicted flow is multiplied and divided by for its 5 to 95 % band."""
    compared = _is_observed(flows) & (flows > 0)
    gap = np.log(flows[compared] / potential[compared])
    spread = float(np.sqrt(np.mean(gap**2))) if len(gap) else log(10.0)
    return exp(NORMAL_P95_ROUNDED * spread)


def _observed_flow(row: dict[str, Any], potential_usd: float | None) -> _Flow:
    value_usd = float(row["value_usd"])
    return _Flow(
        exporter=row["exporter"],
        importer=row["importer"],
        value_usd=value_usd,
        low_usd=value_usd,
        high_usd=value_usd,
        potential_usd=potential_usd,
        basis=row.get("basis") or "observed",
        year=row["year"],
        series=row.get("series"),
        source_id=row.get("source_id"),
        confidence=row.get("confidence"),
    )


def _home_flow(country: str, value_usd: float, year: int) -> _Flow:
    return _Flow(
        exporter=country,
        importer=country,
        value_usd=value_usd,
        low_usd=None,
        high_usd=None,
        potential_usd=None,
        basis="estimated",
        year=year,
        series="share of GDP",
        source_id=None,
        confidence="C",
    )


def _predicted_flow(
    pair: tuple[str, str],
    value_usd: float,
    band_factor: float,
    potential_usd: float | None,
    year: int,
) -> _Flow:
    return _Flow(
        *pair,
        value_usd=value_usd,
        low_usd=value_usd / band_factor,
        high_usd=value_usd * band_factor,
        potential_usd=potential_usd,
        basis="predicted",
        year=year,
        series="gravity",
        source_id=None,
        confidence="C",
    )


def split_flows(
    flows: pl.DataFrame, specialisations: pl.DataFrame, sectors: pl.DataFrame
) -> pl.DataFrame:
    """Return the flows by sector: each country sells what specialisations says it exports.

    Shares towards one importer go before its shares towards all. Value, band and potential are
    split alike; the total of a pair does not change; the grade is the worse of the flow's and the
    share's. Raises StudyError where shares are missing or do not add up to 1.

    >>> import corridor as co
    >>> frames = co.read("studies/kazakhstan-pakistan").network.frames
    >>> flows = co.complete_flows(frames["trade"], frames["countries"], year=2025)
    >>> co.split_flows(flows, frames["specialisations"], frames["sectors"]).height > flows.height
    True
    """
    _check_shares(flows, specialisations, sectors)
    shares = _sector_shares(flows, specialisations, sectors)
    rows = flows.join(shares, on=["exporter", "importer"]).with_columns(_split_values(flows))
    if "confidence" in flows.columns:
        share_grade = pl.when("_special").then("_special_grade").otherwise("_usual_grade")
        rows = rows.with_columns(pl.max_horizontal("confidence", share_grade.fill_null("C")))

    others = [c for c in flows.columns if c not in ("exporter", "importer")]
    rows = rows.sort("exporter", "importer", "_order")
    return rows.select("exporter", "importer", "sector_id", *others)


def _split_values(flows: pl.DataFrame) -> list[pl.Expr]:
    """Return the values of flows times the share of each sector."""
    # What could be sold follows what the country sells to the world, not what it happens to sell to
    # this partner.
    return [
        pl.col(column) * pl.col("_usual" if column == "potential_usd" else "_share")
        for column in _SPLIT_COLUMNS
        if column in flows.columns
    ]


def _check_shares(
    flows: pl.DataFrame, specialisations: pl.DataFrame, sectors: pl.DataFrame
) -> None:
    """Raise StudyError for shares that miss 1, CallError for sectors that are not there."""
    usual = specialisations.filter(pl.col("importer").is_null())
    special = specialisations.filter(pl.col("importer").is_not_null())
    wrong = [
        *_shares_not_one(usual, ["exporter"]),
        *_shares_not_one(special, ["exporter", "importer"]),
        *sorted(set(flows["exporter"]) - set(usual["exporter"])),
    ]
    if wrong:
        raise StudyError([_wrong_shares(wrong)])

    unknown = sorted(set(specialisations["sector_id"]) - set(sectors["sector_id"]))
    if unknown:
        raise CallError(f"specialisations name sectors that are not there: {', '.join(unknown)}")


def _wrong_shares(names: Sequence[str]) -> Finding:
    return Finding(
        "shares-not-one",
        f"The export shares of {', '.join(names)} do not add up to 1.",
        "Complete them in specialisations.csv.",
        table="specialisations",
        column="export_share",
        rows=tuple(names),
    )


def _shares_not_one(shares: pl.DataFrame, keys: list[str]) -> list[str]:
    """Return the exporters, or pairs, whose shares do not add up to 1."""
    sums = shares.group_by(keys, maintain_order=True).agg(pl.col("export_share").sum())
    wrong = sums.filter((pl.col("export_share") - 1).abs() > MAX_SHARE_GAP)
    return ["-".join(map(str, codes)) for codes in wrong.select(keys).iter_rows()]


def _sector_shares(
    flows: pl.DataFrame, specialisations: pl.DataFrame, sectors: pl.DataFrame
) -> pl.DataFrame:
    """Return every pair's share of every sector: the usual one and the one that holds here."""
    pairs = flows.select("exporter", "importer").unique()
    in_order = sectors.select("sector_id").with_row_index("_order")
    special_keys = ["exporter", "importer", "sector_id"]
    rows = (
        pairs.join(in_order, how="cross")
        .join(_usual_shares(specialisations), on=["exporter", "sector_id"], how="left")
        .join(_special_shares(specialisations), on=special_keys, how="left")
    )

    is_special = pl.col("_special_share").is_not_null().any().over("exporter", "importer")
    special_share = pl.col("_special_share").fill_null(0.0)
    share = pl.when("_special").then(special_share).otherwise("_usual").alias("_share")
    rows = rows.with_columns(pl.col("_usual").fill_null(0.0), is_special.alias("_special"))
    return rows.with_columns(share)


def _usual_shares(specialisations: pl.DataFrame) -> pl.DataFrame:
    """Return what each country exports to all others."""
    return specialisations.filter(pl.col("importer").is_null()).select(
        "exporter",
        "sector_id",
        pl.col("export_share").alias("_usual"),
        pl.col("confidence").alias("_usual_grade"),
    )


def _special_shares(specialisations: pl.DataFrame) -> pl.DataFrame:
    """Return what a country exports to one other, where that is stated."""
    return specialisations.filter(pl.col("importer").is_not_null()).select(
        "exporter",
        "importer",
        "sector_id",
        pl.col("export_share").alias("_special_share"),
        pl.col("confidence").alias("_special_grade"),
    )


def _check_totals(models: pl.DataFrame) -> None:
    """Raise StudyError where a country of the model lacks a total or a position of its own."""
    lacks_any = pl.any_horizontal(pl.col(_NEEDED).is_null())
    codes = models.filter(lacks_any)["country"].to_list()
    if codes or models.is_empty():
        raise StudyError([_missing_totals(codes)])

    together = _at_one_point(models)
    if together:
        raise StudyError([_economies_at_one_point(together)])


def _at_one_point(models: pl.DataFrame) -> list[str]:
    """Return the codes of countries that lie at the point of another, within a kilometre."""
    distance_km = great_circles_km(_numbers(models, "lon_deg"), _numbers(models, "lat_deg"))
    np.fill_diagonal(distance_km, np.inf)
    is_together = (distance_km < MIN_APART_KM).any(axis=1)
    return models.filter(pl.Series(is_together))["country"].to_list()


def _economies_at_one_point(codes: Sequence[str]) -> Finding:
    return Finding(
        "economies-at-one-point",
        f"{', '.join(codes)} lie at one point: trade is predicted by distance, and theirs is none.",
        "Write the coordinates of the main city of each.",
        table="countries",
        column="lon_deg",
        rows=tuple(codes),
    )


def _missing_totals(codes: Sequence[str]) -> Finding:
    return Finding(
        "no-totals",
        "countries.csv lacks totals of trade or a position for "
        f"{', '.join(codes) or 'every country'}.",
        f"Fill {', '.join(_NEEDED)}, or leave gdp_usd empty to keep the country out of "
        "the trade model.",
        table="countries",
        rows=tuple(codes),
    )


def _newest(trade: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return the newest row of all goods of each pair; two series of one year are wrong."""
    rows = trade.filter(pl.col("sector_id").is_null() & (pl.col("year") <= year))
    rows = rows.filter(pl.col("year") == pl.col("year").max().over("exporter", "importer"))

    twice = rows.filter(pl.struct("exporter", "importer").is_duplicated())
    if len(twice):
        raise StudyError([_two_series(twice)])
    return rows


def _two_series(rows: pl.DataFrame) -> Finding:
    return Finding(
        "two-series",
        "Two series give the same flow in the same year.",
        "Tell them apart by an alternative (parameter:option) and choose one, or keep one.",
        table="trade",
        rows=tuple(rows["trade_id"]) if "trade_id" in rows.columns else (),
    )
