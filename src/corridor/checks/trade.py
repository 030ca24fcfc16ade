"""Checks of a table of trade flows: values, names, duplicates, units and home sales."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from corridor.errors import Finding, first_findings
from corridor.tables.tables import Tables

# A ratio near 1,000 between two figures of one flow is a unit, not a growth rate.
_MIN_THOUSAND = 400.0
_MAX_THOUSAND = 2500.0
_MAX_SHOWN_CODES = 5
_MAX_SHOWN_COUNTRIES = 8
# Two rows that are alike in these give the same figure twice.
_FLOW_KEY = ("exporter", "importer", "sector_id", "year", "series", "alternative")


def check_trade(
    trade: pl.DataFrame, countries: pl.DataFrame, sectors: pl.DataFrame, *, complete: bool = True
) -> list[Finding]:
    """Return what is wrong in a trade frame.

    Parameters
    ----------
    trade : one row a flow, with exporter, importer and value_usd; the other columns of the table
        of that name may be absent.
    countries, sectors : the tables of those names.
    complete : the frame is to be all the trade of its countries, so that each of them must sell
        at home.

    Returns
    -------
    Findings on negative values, unknown names, duplicates, mixed units and missing home sales.
    """
    flows = _named_flows(trade)
    findings = [
        *_bad_values(flows),
        *_unknown_names(flows, "exporter", countries["country"]),
        *_unknown_names(flows, "importer", countries["country"]),
        *_unknown_names(flows, "sector_id", sectors["sector_id"]),
        *_duplicate_flows(flows),
        *_mixed_units(flows),
    ]
    if complete:
        findings += _no_domestic_sales(flows)
    return findings


def check_trade_table(tables: Tables) -> list[Finding]:
    """Return what is wrong between the rows of a study's table ``trade``."""
    if "trade" in tables.broken:
        return []

    flows = _named_flows(tables.frames["trade"])
    file = tables.name("trade")
    findings = first_findings(_duplicate_flows(flows), _mixed_units(flows), _mixed_mirrors(flows))
    return [replace(finding, file=file) for finding in findings]


def _named_flows(trade: pl.DataFrame) -> pl.DataFrame:
    """Return the flows with every column the checks look at, and with a name in ``_row``."""
    has_year = "year" in trade.columns
    year = pl.col("year") if has_year else pl.lit("")
    name = pl.format("{}-{}-{}", "exporter", "importer", year)
    if "trade_id" in trade.columns:
        name = pl.col("trade_id")

    absent = [
        pl.lit(None, pl.String).alias(column)
        for column in ("sector_id", "series", "alternative")
        if column not in trade.columns
    ]
    if not has_year:
        absent.append(pl.lit(None, pl.Int64).alias("year"))
    return trade.with_columns(name.alias("_row")).with_columns(absent)


def _bad_values(flows: pl.DataFrame) -> Iterator[Finding]:
    value = pl.col("value_usd")
    bad = flows.filter((value < 0) | value.is_null() | value.is_nan())
    if len(bad):
        yield Finding(
            "bad-value",
            "trade.value_usd is negative or missing.",
            do="Write the value in USD; leave the row out where it is not known.",
            table="trade",
            column="value_usd",
            rows=tuple(bad["_row"]),
        )


def _unknown_names(flows: pl.DataFrame, column: str, names: pl.Series) -> Iterator[Finding]:
    code = pl.col(column)
    unknown = flows.filter(code.is_not_null() & ~code.is_in(names.to_list()))
    if len(unknown):
        codes = ", ".join(sorted(set(unknown[column]))[:_MAX_SHOWN_CODES])
        is_sector = column == "sector_id"
        yield Finding(
            "unknown-sector" if is_sector else "unknown-country",
            f"trade.{column} names {codes}, "
            f"which {'sectors' if is_sector else 'countries'}.csv does not have.",
            do="Add it there or correct the code.",
            table="trade",
            column=column,
            rows=tuple(unknown["_row"]),
        )


def _duplicate_flows(flows: pl.DataFrame) -> Iterator[Finding]:
    duplicates = flows.filter(pl.struct(*_FLOW_KEY).is_duplicated())
    if len(duplicates):
        yield Finding(
            "duplicate-row",
            "Two rows give the same flow of the same year and series.",
            do="Keep one, or tell them apart by series or alternative.",
            table="trade",
            rows=tuple(duplicates["_row"]),
        )


def _mixed_units(flows: pl.DataFrame) -> Iterator[Finding]:
    """Flows whose figures of neighbouring years differ by a factor near 1,000."""
    odd = _thousandfold_steps(flows)
    if len(odd):
        yield Finding(
            "mixed-units",
            "A flow changes about a thousandfold from one figure to the next of its series: "
            "thousands of dollars may stand among dollars.",
            do="Write every value in USD, not thousands.",
            severity="warning",
            table="trade",
            column="value_usd",
            rows=tuple(odd["_row"]),
        )


def _thousandfold_steps(flows: pl.DataFrame) -> pl.DataFrame:
    """Return the flows that are about 1,000 times the figure before, or a thousandth of it."""
    value = pl.col("value_usd")
    value_before = value.shift(1).over(["exporter", "importer", "sector_id", "series"])
    ratio = (value / value_before).alias("_ratio")
    series = flows.filter(value > 0).sort("year").with_columns(ratio)

    is_rise = pl.col("_ratio").is_between(_MIN_THOUSAND, _MAX_THOUSAND)
    is_fall = pl.col("_ratio").is_between(1 / _MAX_THOUSAND, 1 / _MIN_THOUSAND)
    return series.filter(is_rise | is_fall)


def _mixed_mirrors(flows: pl.DataFrame) -> Iterator[Finding]:
    """Flows of one year that two series count about a thousandfold apart."""
    keys = ["exporter", "importer", "sector_id", "year"]
    value = pl.col("value_usd")
    ratio = (value.max().over(keys) / value.min().over(keys)).alias("_ratio")
    apart = (
        flows.filter(value > 0)
        .with_columns(ratio)
        .filter(pl.col("_ratio").is_between(_MIN_THOUSAND, _MAX_THOUSAND))
    )
    if len(apart):
        yield Finding(
            "mixed-units",
            "Two series count one flow of one year about a thousandfold apart: "
            "thousands of dollars may stand among dollars.",
            do="Write every value in USD, not thousands.",
            severity="warning",
            table="trade",
            column="value_usd",
            rows=tuple(apart["_row"]),
        )


def _no_domestic_sales(flows: pl.DataFrame) -> Iterator[Finding]:
    countries = _countries_without_domestic_sales(flows)
    if countries:
        shown = ", ".join(countries[:_MAX_SHOWN_COUNTRIES])
        more = " and more" if len(countries) > _MAX_SHOWN_COUNTRIES else ""
        yield Finding(
            "no-domestic-sales",
            f"No sales at home are given for {shown}{more}: general equilibrium needs them.",
            do="Add rows whose importer is the exporter, from output less exports.",
            table="trade",
            rows=tuple(countries),
        )


def _countries_without_domestic_sales(flows: pl.DataFrame) -> list[str]:
    is_domestic = pl.col("exporter") == pl.col("importer")
    home_sales = flows.filter(is_domestic & (pl.col("value_usd") > 0))
    countries = {*flows["exporter"].drop_nulls(), *flows["importer"].drop_nulls()}
    return sorted(countries - set(home_sales["exporter"]))
