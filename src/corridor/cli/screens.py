"""Screens: tables and progress as a terminal shows them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import polars as pl

MOST_ROWS = 200


def routes_table(routes: pl.DataFrame) -> pl.DataFrame:
    """Return routes in the columns a person compares: days, money, carbon, risk, the way, and the
    chance of a deadline."""
    on_time = (
        []
        if routes["on_time_share"].null_count() == routes.height
        else [(pl.col("on_time_share") * 100).round(0).cast(pl.Int64).alias("on time in 100")]
    )
    return routes.select(
        pl.col("route_id").alias("route"),
        (pl.col("time_p50_h") / 24).round(1).alias("days p50"),
        (pl.col("time_p95_h") / 24).round(1).alias("days p95"),
        *on_time,
        pl.col("cost_usd").round(0).cast(pl.Int64).alias("USD"),
        (pl.col("carbon_kg") / 1000).round(1).alias("t CO2e"),
        (pl.col("risk_share") * 100).round(0).cast(pl.Int64).alias("risk in 100"),
        pl.col("borders_count").alias("borders"),
        pl.col("transshipments_count").alias("transfers"),
        pl.col("length_km").round(0).cast(pl.Int64).alias("km"),
        pl.col("countries").list.join("-"),
        pl.col("modes").list.join("-"),
    )


def legs_table(legs: pl.DataFrame) -> pl.DataFrame:
    """Return legs in the columns a person reads: from where to where, by what, when, hours, money
    and where from."""
    by = (
        pl.when(pl.col("kind") == "terminal")
        .then(pl.lit("handling to ") + pl.col("layer"))
        .otherwise("layer")
    )
    return legs.select(
        pl.col("route_id").alias("route"),
        "leg",
        pl.col("from_node_id").alias("from"),
        pl.col("to_node_id").alias("to"),
        by.alias("by"),
        pl.col("depart_at").dt.strftime("%m-%d %H:%M").alias("leaves"),
        *(pl.col(f"{name}_h").round(1).alias(f"{name} h") for name in ("wait", "time")),
        pl.col("length_km").round(0).cast(pl.Int64).alias("km"),
        pl.col("cost_usd").round(0).cast(pl.Int64).alias("USD"),
        pl.col("confidence").alias("grade"),
        pl.col("source_id").alias("source"),
    )


def departures_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return departures in the columns a person compares; the reason only where some find no
    way."""
    more = ["reason"] if frame["reason"].null_count() < frame.height else []
    return frame.select(
        "depart_on",
        pl.col("criterion").alias("best by"),
        (pl.col("time_h") / 24).round(1).alias("days"),
        (pl.col("wait_h") / 24).round(1).alias("waiting"),
        pl.col("cost_usd").round(0).cast(pl.Int64).alias("USD"),
        (pl.col("risk_share") * 100).round(0).cast(pl.Int64).alias("risk in 100"),
        pl.col("countries").list.join("-"),
        pl.col("modes").list.join("-"),
        *more,
    )


def fits_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return each hazard's rate and length in use beside those fitted, with their intervals."""

    def span(column: str, digits: int) -> pl.Expr:
        return pl.format(
            "{} ({}-{})",
            *(pl.col(c).round(digits) for c in (column, f"{column}_low", f"{column}_high")),
        )

    return frame.select(
        "hazard_id",
        pl.col("used_per_year").alias("a year"),
        pl.col("used_median_d").alias("median d"),
        pl.col("closures_count").alias("closures"),
        span("events_per_year", 2).alias("fitted a year"),
        span("duration_median_d", 1).alias("fitted median d"),
        pl.col("confidence").alias("grade"),
        "reason",
    )


def replays_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return closures that happened in the columns a person compares: changes in per cent."""
    return frame.select(
        "name",
        *(
            (pl.col(c) / 1e6).round(0).cast(pl.Int64).alias(f"USD m {c}")
            for c in ("before", "after")
        ),
        *(
            (pl.col(c) * 100).round(1).alias(words)
            for c, words in (
                ("observed_change", "seen %"),
                ("model_change", "model %"),
                ("claimed_change", "said %"),
            )
        ),
    )


def shares_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table of trade with its shares in per cent, and money in millions of USD."""
    told = [
        c
        for c in frame.columns
        if c not in ("title", "country") and frame[c].null_count() < frame.height
    ]
    shares = [c for c in told if c.endswith("_share")]
    money = [c for c in told if c.endswith("_usd")]
    return frame.select(
        *(pl.col(c) for c in told if c not in (*shares, *money)),
        *(
            (pl.col(c) * 100).round(2).alias(c.removesuffix("_share").replace("_", " ") + " %")
            for c in shares
        ),
        *(
            (pl.col(c) / 1e6).round(1).alias(c.removesuffix("_usd").replace("_", " ") + " USD m")
            for c in money
        ),
    )


def target_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the steps to a trade target in the columns a person compares, money in millions of
    USD."""
    million = [
        (pl.col(c) / 1e6).round(0).cast(pl.Int64).alias(name)
        for c, name in (
            ("value_usd", "USD m"),
            ("low_usd", "from"),
            ("high_usd", "to"),
            ("gap_usd", "short by"),
        )
    ]
    return frame.select(
        "series",
        "step",
        *million,
        ((pl.col("transport_share") * 100).round(1) + 0.0).alias("% of the way"),
    )


def rank_table(frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return a ranking by a column in the columns a person compares, money in millions of USD."""
    million = [
        (pl.col(f"{c}_usd_per_year") / 1e6).round(1).alias(name)
        for c, name in (("loss", "loss USD m"), ("extra", "extra USD m"))
    ]
    tonnes = [
        (pl.col(f"{c}_t_per_year") / 1e3).round(0).alias(name)
        for c, name in (("used", "used kt"), ("unserved", "cut off kt"))
    ]
    rank = ["rank"] if frame["kind"].n_unique() < 2 else []  # ranks count within a kind
    worst = frame.filter(pl.col("loss_usd_per_year") > 0).sort(
        by, descending=True, nulls_last=True, maintain_order=True
    )
    return worst.select(
        *rank,
        "kind",
        "name",
        *million,
        *tonnes,
        pl.col("detour_km").round(0).alias("detour km"),
        pl.col("disjoint_count").alias("ways left"),
        "element_id",
    )


def moves_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return what moves between two networks in the columns a person compares; what stays the same
    is left out."""

    def pair(column: str, per: float) -> pl.Expr:
        return pl.format(
            "{} > {}",
            *(
                (pl.col(f"{column}_{side}") / per).round(1).cast(pl.String).fill_null("-")
                for side in ("before", "after")
            ),
        )

    return frame.filter(~pl.col("moved").is_in(["same", "no way"])).select(
        "origin",
        "destination",
        "cargo_id",
        "moved",
        pair("time_h", 24).alias("days"),
        pair("cost_usd", 1).alias("USD"),
        (pl.col("extra_usd_per_year") / 1e6).round(1).alias("extra USD m/year"),
        pl.col("countries_before").list.join("-").alias("before"),
        pl.col("countries_after").list.join("-").alias("after"),
    )


def families_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return fitted families of closure lengths in the columns a person compares."""
    return frame.select(
        "history",
        "family",
        pl.col("closures_count").alias("closures"),
        pl.col("ended_count").alias("ended"),
        pl.col("aic").round(1).alias("AIC"),
        pl.col("weight_share").round(2).alias("weight"),
        pl.col("median_d").round(1).alias("median d"),
        pl.col("mean_d").round(0).alias("mean d"),
        pl.col("p95_d").round(0).alias("95 % shorter than"),
    )


def print_table(frame: pl.DataFrame) -> None:
    """Print a table on the terminal, cut to its width."""
    from rich.console import Console
    from rich.table import Table

    table = Table(header_style="bold", box=None, pad_edge=False)
    for name, kind in frame.schema.items():
        table.add_column(name, justify="right" if kind.is_numeric() else "left")
    for row in frame.head(MOST_ROWS).iter_rows():
        table.add_row(*(_cell(v) for v in row))
    console = Console()
    console.print(table)
    if frame.height > MOST_ROWS:
        Console(stderr=True).print(
            f"{frame.height - MOST_ROWS} more rows: pipe the output to a file for all of them"
        )


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that shows a step, on stderr: a bar on a terminal, nothing otherwise."""
    if not sys.stderr.isatty():
        yield lambda word, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description:50.50}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("starting", total=1)
        yield lambda word, done, total: bar.update(
            task, description=word, completed=done, total=total
        )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        text = f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"
        return text.removeprefix("-") if not text.strip("-0.,") else text  # no -0.00
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
