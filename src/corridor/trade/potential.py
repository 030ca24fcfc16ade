"""What trade there is and what there could be: unknown flows predicted, totals split by sector,
potential.

A flow nobody published is predicted by gravity and marked ``predicted``; sales at home are
``estimated`` by a rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor.errors import CallError, Finding, StudyError
from corridor.trade.gravity import balance
from corridor.units import NORMAL_P95_ROUNDED

_EARTH_KM = 6371.0
_COLUMNS = (
    "exporter",
    "importer",
    "value_usd",
    "low_usd",
    "high_usd",
    "potential_usd",
    "basis",
    "year",
    "series",
    "source_id",
    "confidence",
)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Coefficients of a gravity equation, and the rule for sales at home.

    The defaults are our Poisson estimate over 166 countries in 2006 with exporter and importer
    effects (n = 17,088, standard errors 0.030, 0.106 and 0.097 clustered by pair; data:
    gravity_no_zeros of the R package gravity, CEPII GeoDist distances). home_sales_share: median of
    manufactures sold at home over GDP in 63 countries in 2006 (data of Yotov and others 2016;
    quartiles 0.27 and 0.49).
    """

    log_distance: float = -0.7775
    contiguity: float = 0.4821
    common_language: float = 0.2433
    home_sales_share: float = 0.361


def kernel(
    countries: pl.DataFrame, coefficients: Coefficients = Coefficients()
) -> NDArray[np.float64]:
    """Return how easily each country of the table (rows) sells to each other one (columns), by
    gravity; 0 on itself.

    Needs lon_deg, lat_deg, neighbours and languages. Distance is the great circle between main
    cities, as in CEPII GeoDist. ZZ sells to itself as well, since it stands for many countries, at
    a distance of 6,000 km.
    """
    lon, lat = (
        np.radians(countries[c].cast(pl.Float64).to_numpy()) for c in ("lon_deg", "lat_deg")
    )
    inner = np.sin(lat)[:, None] * np.sin(lat) + np.cos(lat)[:, None] * np.cos(lat) * np.cos(
        lon[:, None] - lon
    )
    km = _EARTH_KM * np.arccos(np.clip(inner, -1.0, 1.0))
    codes = countries["country"].to_list()
    beside = [set((w or "").split()) for w in countries["neighbours"].to_list()]
    spoken = [set((w or "").split()) for w in countries["languages"].to_list()]
    for i, code in enumerate(codes):
        km[i, i] = 6000.0 if code == "ZZ" else np.inf
    touch = np.array(
        [
            [b in beside[i] or codes[i] in beside[j] for j, b in enumerate(codes)]
            for i in range(len(codes))
        ],
        dtype=float,
    )
    share = np.array(
        [[bool(a & b) and i != j for j, b in enumerate(spoken)] for i, a in enumerate(spoken)],
        dtype=float,
    )
    easy: NDArray[np.float64] = km**coefficients.log_distance * np.exp(
        coefficients.contiguity * touch + coefficients.common_language * share
    )
    return easy


def complete_flows(
    trade: pl.DataFrame,
    countries: pl.DataFrame,
    *,
    year: int,
    coefficients: Coefficients = Coefficients(),
) -> pl.DataFrame:
    """Return every flow of goods between the countries: observed where published, predicted where
    not, home sales.

    trade: rows of the table trade, alternatives already chosen; of each pair the newest row without
    a sector up to ``year`` counts. The predicted flows follow the kernel and add up, with the
    observed ones, to each country's exports and imports. low_usd, high_usd: 5 to 95 % band of a
    predicted flow, from how far the observed flows lie from what the same method predicts for them.
    potential_usd: the prediction for the pair, observed or not. Countries without gdp_usd stay out.
    Raises StudyError where a total is missing or an observed flow exceeds it.
    """
    models = countries.filter(pl.col("gdp_usd").is_not_null()).sort("country")
    codes = models["country"].to_list()
    position = {code: k for k, code in enumerate(codes)}
    _totals(models)
    exports, imports = (
        models[c].cast(pl.Float64).to_numpy().copy()
        for c in ("goods_exports_usd", "goods_imports_usd")
    )
    imports *= exports.sum() / imports.sum()
    easy = kernel(models, coefficients)
    potential = balance(easy, exports, imports)
    known = _newest(trade, year).filter(
        pl.col("exporter").is_in(codes) & pl.col("importer").is_in(codes)
    )
    flows = np.full(easy.shape, np.nan)
    rows = {(r["exporter"], r["importer"]): r for r in known.iter_rows(named=True)}
    for (a, b), seen_row in rows.items():
        flows[position[a], position[b]] = seen_row["value_usd"]
    away = ~np.eye(len(codes), dtype=bool)
    seen = ~np.isnan(flows) & away
    left, right = (
        total - np.where(seen, flows, 0.0).sum(axis=axis)
        for total, axis in ((exports, 1), (imports, 0))
    )
    over = [codes[k] for k in range(len(codes)) if left[k] < 0 or right[k] < 0]
    if over:
        raise StudyError(
            [
                Finding(
                    "flows-over-total",
                    f"The flows of {', '.join(over)} in trade.csv exceed its exports or imports to "
                    "all countries.",
                    "Correct goods_exports_usd and goods_imports_usd in countries.csv, or the "
                    "flows.",
                    table="countries",
                    rows=tuple(over),
                )
            ]
        )
    rest = balance(np.where(seen, 0.0, easy), left, right)
    gap = np.log(flows[seen & (flows > 0)] / potential[seen & (flows > 0)])
    spread = float(np.sqrt(np.mean(gap**2))) if len(gap) else log(10.0)
    factor = exp(NORMAL_P95_ROUNDED * spread)
    gdp = models["gdp_usd"].cast(pl.Float64).to_numpy()
    out: list[tuple[object, ...]] = []
    for i, a in enumerate(codes):
        for j, b in enumerate(codes):
            row = rows.get((a, b))
            worth = float(potential[i, j])
            if row is not None:
                value = float(row["value_usd"])
                out.append(
                    (
                        a,
                        b,
                        value,
                        value,
                        value,
                        worth if i != j else None,
                        row.get("basis") or "observed",
                        row["year"],
                        row.get("series"),
                        row.get("source_id"),
                        row.get("confidence"),
                    )
                )
            elif i == j:
                value = float(
                    coefficients.home_sales_share * gdp[i] + (rest[i, i] if a == "ZZ" else 0.0)
                )
                out.append(
                    (a, b, value, None, None, None, "estimated", year, "share of GDP", None, "C")
                )
            else:
                value = float(rest[i, j])
                out.append(
                    (
                        a,
                        b,
                        value,
                        value / factor,
                        value * factor,
                        worth,
                        "predicted",
                        year,
                        "gravity",
                        None,
                        "C",
                    )
                )
    return pl.DataFrame(out, schema=list(_COLUMNS), orient="row", infer_schema_length=None)


def split_flows(
    flows: pl.DataFrame, specialisations: pl.DataFrame, sectors: pl.DataFrame
) -> pl.DataFrame:
    """Return the flows by sector: each country's sales consist of what specialisations says it
    exports.

    Shares towards one importer go before its shares towards all. Value, band and potential are
    split alike; the total of a pair does not change; the grade is the worse of the flow's and the
    share's. Raises StudyError where shares are missing or do not add up to 1.
    """
    names = sectors["sector_id"].to_list()
    usual = specialisations.filter(pl.col("importer").is_null())
    special = specialisations.filter(pl.col("importer").is_not_null())
    problems = []
    for frame, keys in ((usual, ["exporter"]), (special, ["exporter", "importer"])):
        sums = frame.group_by(keys, maintain_order=True).agg(pl.col("export_share").sum())
        for row in sums.filter((pl.col("export_share") - 1).abs() > 1e-6).iter_rows(named=True):
            problems.append("-".join(str(row[k]) for k in keys))
    problems += sorted(set(flows["exporter"]) - set(usual["exporter"]))
    if problems:
        raise StudyError(
            [
                Finding(
                    "shares-not-one",
                    f"The export shares of {', '.join(problems)} do not add up to 1.",
                    "Complete them in specialisations.csv.",
                    table="specialisations",
                    column="export_share",
                    rows=tuple(problems),
                )
            ]
        )
    if lost := sorted(set(specialisations["sector_id"]) - set(names)):
        raise CallError(f"specialisations name sectors that are not there: {', '.join(lost)}")
    shares = (
        flows.select("exporter", "importer")
        .unique()
        .join(sectors.select("sector_id").with_row_index("_order"), how="cross")
        .join(
            usual.select(
                "exporter",
                "sector_id",
                pl.col("export_share").alias("_usual"),
                pl.col("confidence").alias("_grade"),
            ),
            on=["exporter", "sector_id"],
            how="left",
        )
        .join(
            special.select(
                "exporter",
                "importer",
                "sector_id",
                "export_share",
                pl.col("confidence").alias("_special_grade"),
            ),
            on=["exporter", "importer", "sector_id"],
            how="left",
        )
        .with_columns(
            pl.col("_usual").fill_null(0.0),
            pl.col("export_share")
            .is_not_null()
            .any()
            .over("exporter", "importer")
            .alias("_special"),
        )
    )
    shares = shares.with_columns(
        pl.when("_special")
        .then(pl.col("export_share").fill_null(0.0))
        .otherwise("_usual")
        .alias("_share")
    )
    # What could be sold follows what the country sells to the world, not what it happens to sell to
    # this partner.
    money = {
        c: "_usual" if c == "potential_usd" else "_share"
        for c in ("value_usd", "low_usd", "high_usd", "potential_usd")
        if c in flows.columns
    }
    joined = flows.join(shares, on=["exporter", "importer"]).with_columns(
        pl.col(c) * pl.col(share) for c, share in money.items()
    )
    if "confidence" in flows.columns:
        shared = pl.when("_special").then("_special_grade").otherwise("_grade").fill_null("C")
        joined = joined.with_columns(pl.max_horizontal("confidence", shared).alias("confidence"))
    return joined.sort("exporter", "importer", "_order").select(
        "exporter",
        "importer",
        "sector_id",
        *[c for c in flows.columns if c not in ("exporter", "importer")],
    )


def _totals(models: pl.DataFrame) -> None:
    needed = ("goods_exports_usd", "goods_imports_usd", "lon_deg", "lat_deg")
    rows = [r["country"] for r in models.iter_rows(named=True) if any(r[c] is None for c in needed)]
    if rows or models.is_empty():
        raise StudyError(
            [
                Finding(
                    "no-totals",
                    "countries.csv lacks totals of trade or a position for "
                    f"{', '.join(rows) or 'every country'}.",
                    f"Fill {', '.join(needed)}, or leave gdp_usd empty to keep the country out of "
                    "the trade model.",
                    table="countries",
                    rows=tuple(rows),
                )
            ]
        )


def _newest(trade: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return of each pair the newest row of all goods up to a year; two series of one year are a
    finding."""
    rows = trade.filter(pl.col("sector_id").is_null() & (pl.col("year") <= year))
    rows = rows.filter(pl.col("year") == pl.col("year").max().over("exporter", "importer"))
    twice = rows.filter(pl.struct("exporter", "importer").is_duplicated())
    if len(twice):
        names = tuple(twice["trade_id"]) if "trade_id" in twice.columns else ()
        raise StudyError(
            [
                Finding(
                    "two-series",
                    "Two series give the same flow in the same year.",
                    "Tell them apart by an alternative (parameter:option) and choose one, or keep "
                    "one.",
                    table="trade",
                    rows=names,
                )
            ]
        )
    return rows
