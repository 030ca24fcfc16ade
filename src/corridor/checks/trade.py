"""What a table of trade flows may hold: parts, totals, units and countries."""

from __future__ import annotations

import polars as pl

from corridor.errors import Finding

# A ratio near 1,000 between two figures of one flow is a unit, not a growth rate.
_THOUSAND = (400.0, 2500.0)


def check_trade(
    trade: pl.DataFrame, countries: pl.DataFrame, sectors: pl.DataFrame, *, complete: bool = True
) -> list[Finding]:
    """Return what is wrong in a trade frame: negative values, unknown names, duplicates, mixed
    units, no home sales.

    complete: the frame is to be the whole trade of its countries, so that every one of them must
    sell at home.
    """
    findings = []
    label = "trade_id" if "trade_id" in trade.columns else None
    frame = trade.with_columns(
        (
            pl.col(label)
            if label
            else pl.format(
                "{}-{}-{}",
                "exporter",
                "importer",
                pl.col("year") if "year" in trade.columns else pl.lit(""),
            )
        ).alias("_row")
    ).with_columns(
        *[
            pl.lit(None, pl.String).alias(c)
            for c in ("sector_id", "series", "alternative")
            if c not in trade.columns
        ],
        *([] if "year" in trade.columns else [pl.lit(None, pl.Int64).alias("year")]),
    )
    bad = frame.filter(
        (pl.col("value_usd") < 0) | pl.col("value_usd").is_null() | pl.col("value_usd").is_nan()
    )
    if len(bad):
        findings.append(
            Finding(
                "bad-value",
                "trade.value_usd is negative or missing.",
                "Write the value in USD; leave the row out where it is not known.",
                table="trade",
                column="value_usd",
                rows=tuple(bad["_row"]),
            )
        )
    for column, known in (
        ("exporter", countries["country"]),
        ("importer", countries["country"]),
        ("sector_id", sectors["sector_id"]),
    ):
        lost = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(known.to_list()))
        if len(lost):
            names = ", ".join(sorted(set(lost[column]))[:5])
            findings.append(
                Finding(
                    "unknown-country" if column != "sector_id" else "unknown-sector",
                    f"trade.{column} names {names}, which "
                    f"{'countries' if column != 'sector_id' else 'sectors'}.csv does not have.",
                    "Add it there or correct the code.",
                    table="trade",
                    column=column,
                    rows=tuple(lost["_row"]),
                )
            )
    keys = ["exporter", "importer", "sector_id", "year", "series", "alternative"]
    twice = frame.filter(pl.struct(keys).is_duplicated())
    if len(twice):
        findings.append(
            Finding(
                "duplicate-row",
                "Two rows give the same flow of the same year and series.",
                "Keep one, or tell them apart by series or alternative.",
                table="trade",
                rows=tuple(twice["_row"]),
            )
        )
    findings += _thousands(frame)
    if complete:
        home = set(
            frame.filter((pl.col("exporter") == pl.col("importer")) & (pl.col("value_usd") > 0))[
                "exporter"
            ]
        )
        seen = set(frame["exporter"].drop_nulls()) | set(frame["importer"].drop_nulls())
        if away := sorted(seen - home):
            findings.append(
                Finding(
                    "no-domestic-sales",
                    "No sales at home are given for "
                    f"{', '.join(away[:8])}{' and more' if len(away) > 8 else ''}: general "
                    "equilibrium needs them.",
                    "Add rows whose importer is the exporter, from output less exports.",
                    table="trade",
                    rows=tuple(away),
                )
            )
    return findings


def _thousands(frame: pl.DataFrame) -> list[Finding]:
    """Find flows whose figures of neighbouring years differ by a factor near 1,000."""
    pairs = (
        frame.filter(pl.col("value_usd") > 0)
        .sort("year")
        .with_columns(
            (
                pl.col("value_usd")
                / pl.col("value_usd").shift(1).over(["exporter", "importer", "sector_id", "series"])
            ).alias("_ratio")
        )
    )
    low, high = _THOUSAND
    odd = pairs.filter(
        pl.col("_ratio").is_between(low, high) | pl.col("_ratio").is_between(1 / high, 1 / low)
    )
    if odd.is_empty():
        return []
    return [
        Finding(
            "mixed-units",
            "A flow changes about a thousandfold from one figure to the next of its series: "
            "thousands of dollars may stand among dollars.",
            "Write every value in USD, not thousands.",
            severity="warning",
            table="trade",
            column="value_usd",
            rows=tuple(odd["_row"]),
        )
    ]
