"""Columns: of every table of an answer those a person compares, in their units."""

from __future__ import annotations

import math
from typing import NamedTuple

import polars as pl

from corridor.charts.letters import with_letters
from corridor.language.layers import layer_words
from corridor.routing.grades import money_by_row
from corridor.routing.order import quickest_first
from corridor.units import DAY_H

METRICS = {
    "time_h": "h",
    "train_h": "h by train",
    "ship_h": "h at sea",
    "cost_usd": "USD",
    "length_km": "km",
    "speed_kmh": "km/h",
}
BEST_AT = (
    ("quickest", "time_p50_h"),
    ("cheapest", "cost_usd"),
    ("least carbon", "carbon_kg"),
    ("least risk", "risk_share"),
)
RANKED = (pl.col("loss_usd_per_year") > 0) | pl.col("reason").is_not_null()  # of a ranking
KIND_WORDS = {"node": "place"}
MOVES = {"route": "rerouted"}
STEP_NAMES = ("title", "country")  # columns of trade that its screens leave out
MACHINE_COLUMNS = ("_message", "confidence", "source_id", "links", "services")  # of plain tables
# How a column ends, and the unit that a person reads there; an end before those within it.
UNITS = {
    "_usd_per_year": "USD a year",
    "_units_per_year": "units a year",
    "_t_per_year": "t a year",
    "_per_year": "a year",
    "_per_day": "a day",
    "_usd": "USD",
    "_t_days": "t-days",
    "_share": "%",
    "_km": "km",
    "_kg": "kg",
    "_h": "h",
    "_d": "days",
    "_t": "t",
    "_node_id": "",
    "_id": "",
    "_on": "",
    "_count": "",
}


def plain_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table that has no columns of its own here: heads in words, shares in per cent.

    What only a program reads is left out.
    """
    shown = [name for name in frame.columns if not name.endswith(MACHINE_COLUMNS)]
    headings = [_plain_heading(name) for name in shown]
    return frame.select(
        _plain_column(name, frame.schema[name]).alias(
            heading if headings.count(heading) == 1 else name.replace("_", " ")
        )
        for name, heading in zip(shown, headings, strict=True)
    )


def _plain_heading(name: str) -> str:
    """Return the name of a column in words, with its unit behind it."""
    end = _end(name)
    return _heading(name, end, UNITS.get(end, "")).strip()


def _plain_column(name: str, kind: pl.DataType) -> pl.Expr:
    """Return a column as a person reads it: years without commas, shares in per cent."""
    is_year = name == "year" or name.endswith("_year")
    if is_year and kind.is_integer():
        return pl.col(name).cast(pl.String)
    if _end(name) == "_share" and kind.is_numeric():
        return (pl.col(name) * 100).round(2)
    return pl.col(name)


def _end(name: str) -> str:
    return next((end for end in UNITS if name.endswith(end)), "")


def routes_table(routes: pl.DataFrame) -> pl.DataFrame:
    """Return routes in the columns a person compares.

    Days, money, carbon, risk, the countries and modes, and the chance of a deadline where one is
    asked about.
    """
    has_deadline = routes["on_time_share"].null_count() < routes.height
    on_time = [_in_100("on_time_share", "on time in 100")] if has_deadline else []

    return with_letters(routes).select(
        pl.col("letter").alias("route"),
        _days("time_p50_h", "days"),
        _days("time_p95_h", "days p95"),
        *on_time,
        _whole("cost_usd", "USD"),
        _whole("cost_p05_usd", "USD p5"),
        _whole("cost_p95_usd", "USD p95"),
        (pl.col("carbon_kg") / 1000).round(1).alias("t CO2e"),
        _in_100("risk_share", "risk in 100"),
        pl.col("borders_count").alias("borders"),
        pl.col("transshipments_count").alias("transshipments"),
        _whole("length_km", "km"),
        pl.col("countries").list.join("-"),
        "corridor",
        _best_at(routes),
    )


def legs_table(legs: pl.DataFrame) -> pl.DataFrame:
    """Return legs in the columns a person reads.

    From where to where, by what, when, hours, money, and where the figures are from.
    """
    is_terminal = pl.col("kind") == "terminal"
    words = {layer: layer_words(layer) for layer in legs["layer"].drop_nulls().unique()}
    layer = pl.col("layer").replace(words)
    return with_letters(legs).select(
        pl.col("letter").alias("route"),
        "leg",
        pl.col("from_node_id").alias("from"),
        pl.col("to_node_id").alias("to"),
        pl.when(is_terminal).then(pl.lit("handling to ") + layer).otherwise(layer).alias("by"),
        pl.col("depart_at").dt.strftime("%-d\u00a0%b\u00a0%H:%M").alias("leaves"),
        pl.col("wait_h").round(1).alias("wait h"),
        pl.col("time_h").round(1).alias("time h"),
        _whole("length_km", "km"),
        _whole("cost_usd", "USD"),
        pl.col("confidence").alias("grade"),
        pl.col("source_id").alias("source"),
    )


def money_table(money: pl.DataFrame) -> pl.DataFrame:
    """Return what the money of routes is made of, one line a row of a table, costliest first.

    Legs that the same row charges are added up.
    """
    return with_letters(money_by_row(money)).select(
        pl.col("letter").alias("route"),
        "table",
        pl.col("row_id").alias("row"),
        _whole("cost_usd", "USD"),
        _whole("cost_p05_usd", "USD p5"),
        _whole("cost_p95_usd", "USD p95"),
        pl.col("confidence").alias("grade"),
        pl.col("source_id").alias("source"),
    )


def bottlenecks_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return bottlenecks in the columns a person compares: use, price of a slot, who pays most."""
    return frame.select(
        pl.col("row_id").alias("limit"),
        pl.col("from_node_id").alias("from"),
        "unit",
        _in_100("use_share", "used in 100"),
        pl.col("price_usd").round(2).alias("USD a slot"),
        _whole_millions("paid_usd", "USD m"),
        pl.col("payers").list.first().alias("who pays most"),
    )


def appraisal_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return projects in the columns a person compares; shares in 100, money in millions."""
    return frame.select(
        pl.col("project_id").alias("project"),
        pl.col("open_year").cast(pl.String).alias("opens"),
        _tenth_millions("capex_usd", "costs USD m"),
        _tenth_millions("benefit_usd_per_year", "gains USD m a year"),
        _tenth_millions("npv_usd", "NPV USD m"),
        _tenth_millions("npv_p5_usd", "p5"),
        _tenth_millions("npv_p95_usd", "p95"),
        (pl.col("return_share") * 100).round(1).alias("return in 100"),
        pl.col("benefit_cost_ratio").round(2).alias("B/C"),
        _in_100("below_hurdle_share", "fails in 100"),
    )


def criteria_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return by which criteria projects pay: returns, ratio, years until the money is back."""
    return frame.select(
        pl.col("project_id").alias("project"),
        (pl.col("return_share") * 100).round(1).alias("return in 100"),
        (pl.col("first_year_return_share") * 100).round(1).alias("first year in 100"),
        pl.col("benefit_cost_ratio").round(2).alias("B/C"),
        pl.col("payback_years").round(1).alias("back after years"),
        pl.col("discounted_payback_years").round(1).alias("discounted, years"),
        _in_100("below_hurdle_share", "fails in 100"),
        _tenth_millions("shortfall_usd", "worst 20th USD m"),
    )


def users_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return who gains by projects, by row of demand, and whether it keeps its route."""
    return frame.select(
        pl.col("project_id").alias("project"),
        pl.col("demand_id").alias("demand"),
        _whole("units_without", "units without"),
        _whole("units_with", "with"),
        _whole("pays_without_usd", "USD a unit without"),
        _whole("pays_with_usd", "with it"),
        _tenth_millions("kept_usd", "route kept USD m"),
        _tenth_millions("diverted_usd", "changed"),
        _tenth_millions("generated_usd", "would not go else"),
        _tenth_millions("reliability_usd", "steadier"),
        _tenth_millions("benefit_usd", "all USD m a year"),
    )


def selected_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return whose goods are on selected links in the columns a person reads."""
    return frame.select(
        pl.col("origin_node_id").alias("from"),
        pl.col("destination_node_id").alias("to"),
        pl.col("cargo_id").alias("cargo"),
        _whole("units", "units"),
        _whole("t", "t"),
        _in_100("share", "of it in 100"),
        _in_100("selected_share", "of all in 100"),
    )


class Measure(NamedTuple):
    """A figure of a simulated year as shown: its heading, and how many of its unit make one."""

    heading: str
    units: float


MEASURES = {
    "loss_usd": Measure("loss, USD m", 1e6),
    "extra_usd": Measure("of it detours and waits, USD m", 1e6),
    "queue_usd": Measure("queues for room, USD m", 1e6),
    "delay_t_days": Measure("delay, thousand t-days", 1e3),
    "delay_d": Measure("delay of a tonne, days", 1.0),
    "lost_t": Measure("not sent, thousand t", 1e3),
    "lost_trade_usd": Measure("trade not made, USD m", 1e6),
}


def risk_table(summary: pl.DataFrame) -> pl.DataFrame:
    """Return what a year of closures comes to: mean with its standard error, and other years."""
    headings = {name: measure.heading for name, measure in MEASURES.items()}
    units = {name: measure.units for name, measure in MEASURES.items()}

    per = pl.col("measure").replace_strict(units, default=1.0)
    shown = ("mean", "standard_error", "p50", "p95", "p99")
    figures = summary.with_columns(pl.col(name) / per for name in shown)

    texts = figures.with_columns(_as_sure_as_mean(figures, name) for name in shown)
    error = pl.format(" ± {}", "standard_error").fill_null("")
    return texts.select(
        pl.col("measure").replace(headings).alias("a year"),
        pl.concat_str("mean", error).alias("mean"),
        pl.col("p50").alias("median"),
        pl.col("p95").alias("1 year in 20"),
        pl.col("p99").alias("1 year in 100"),
    )


def _as_sure_as_mean(figures: pl.DataFrame, name: str) -> pl.Series:
    """Return a column of figures as texts, each with the decimals that its row's error leaves."""
    pairs = zip(figures[name], figures["standard_error"], strict=True)
    return pl.Series(name, [_as_sure(value, error) for value, error in pairs], dtype=pl.String)


def _as_sure(value: float | None, error: float | None) -> str | None:
    """Return a figure with the decimals that two digits of its error leave: 117 of 19."""
    if value is None:
        return None
    decimals = 2 if not error else max(0, 1 - math.floor(math.log10(abs(error))))
    return f"{value:,.{min(decimals, 2)}f}"


def hazard_losses_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return what hazards cost in the columns a person compares, money in millions of USD."""
    return frame.sort("loss_usd_per_year", descending=True, maintain_order=True).select(
        pl.col("hazard_id").alias("hazard"),
        pl.col("closures_per_year").round(2).alias("closures a year"),
        pl.col("shut_d_per_year").round(1).alias("days shut a year"),
        _tenth_millions("loss_usd_per_year", "loss USD m a year"),
        _tenth_millions("known_low_usd", "from"),
        _tenth_millions("known_high_usd", "to"),
        _in_100("loss_share", "of all in 100"),
    )


def departures_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return departures in the columns a person compares; the reason only where some have one."""
    has_reasons = frame["reason"].null_count() < frame.height
    reason = ["reason"] if has_reasons else []

    return frame.select(
        "depart_on",
        pl.col("criterion").alias("best by"),
        _days("time_h", "days"),
        _days("wait_h", "waiting"),
        _whole("cost_usd", "USD"),
        _in_100("risk_share", "risk in 100"),
        pl.col("countries").list.join("-"),
        pl.col("modes").list.join("-"),
        *reason,
    )


def dispatches_table(dispatches: pl.DataFrame) -> pl.DataFrame:
    """Return the dispatches of a plan in the columns a dispatcher reads."""
    return dispatches.select(
        pl.col("depart_on").alias("leaves"),
        "units",
        pl.col("destination").alias("to"),
        "corridor",
        pl.col("countries").list.join("-"),
        pl.col("arrive_on").alias("arrives"),
        _whole("cost_usd", "USD"),
        pl.col("documents").list.join("; "),
    )


def prices_table(prices: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of a price in whole dollars, with what the market may ask for a unit."""
    return prices.select(
        "part",
        _whole("usd", "USD"),
        _in_100("share", "of it in 100"),
        _whole("usd_per_unit", "USD a unit"),
        _whole("p05_usd_per_unit", "p5"),
        _whole("p95_usd_per_unit", "p95"),
    )


def policy_table(policy: pl.DataFrame) -> pl.DataFrame:
    """Return what to do at the first surprise in the columns a person compares."""
    return policy.select(
        "sentence",
        _in_100("chance", "chance in 100"),
        _whole("fixed_usd", "USD, fixed plan"),
        _whole("policy_usd", "USD, policy"),
        _whole("value_usd", "USD saved"),
    )


def fits_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return each hazard's rate and length in use beside those fitted, with their intervals."""
    return frame.select(
        pl.col("hazard_id").alias("hazard"),
        pl.col("used_per_year").alias("a year"),
        pl.col("used_median_d").alias("median d"),
        pl.col("closures_count").alias("closures"),
        _with_interval("events_per_year", 2).alias("fitted a year"),
        _with_interval("duration_median_d", 1).alias("fitted median d"),
        pl.col("confidence").alias("grade"),
        "reason",
    )


def families_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return fitted families of closure lengths in the columns a person compares."""
    return frame.select(
        _said_once("history"),
        "family",
        pl.col("closures_count").alias("closures"),
        pl.col("ended_count").alias("ended"),
        pl.col("aic").round(1).alias("AIC"),
        pl.col("weight_share").round(2).alias("weight"),
        pl.col("median_d").round(1).alias("median d"),
        pl.col("mean_d").round(0).alias("mean d"),
        pl.col("p95_d").round(0).alias("95 % shorter than"),
    )


def replays_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return closures that happened in the columns a person compares: changes in per cent."""
    return frame.select(
        "name",
        _whole_millions("before", "USD m before"),
        _whole_millions("after", "USD m after"),
        (pl.col("observed_change") * 100).round(1).alias("seen %"),
        (pl.col("model_change") * 100).round(1).alias("model %"),
        (pl.col("claimed_change") * 100).round(1).alias("said %"),
    )


def shares_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table of trade with its shares in per cent, and money in millions of USD."""
    names = [
        name
        for name in frame.columns
        if name not in STEP_NAMES and frame[name].null_count() < frame.height
    ]
    shares = [name for name in names if name.endswith("_share")]
    money = [name for name in names if name.endswith("_usd")]
    others = [name for name in names if name not in (*shares, *money)]

    return frame.select(
        *others,
        *((pl.col(name) * 100).round(2).alias(_heading(name, "_share", "%")) for name in shares),
        *(_tenth_millions(name, _heading(name, "_usd", "USD m")) for name in money),
    )


def target_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the steps to a trade target in the columns a person compares, in millions of USD."""
    no_negative_zero = 0.0
    return frame.select(
        _said_once("series"),
        "step",
        _whole_millions("value_usd", "USD m"),
        _whole_millions("low_usd", "from"),
        _whole_millions("high_usd", "to"),
        _whole_millions("gap_usd", "short by"),
        ((pl.col("transport_share") * 100).round(2) + no_negative_zero).alias("% of the way"),
    )


def rank_table(frame: pl.DataFrame, by: str, top: int | None = None) -> pl.DataFrame:
    """Return a ranking by a column in the columns a person compares, money in millions of USD.

    What costs nothing is left out, and all but the top rows; null: none of them.
    """
    is_one_kind = frame["kind"].n_unique() < 2
    rank = ["rank"] if is_one_kind else []  # ranks count within a kind
    worst = frame.filter(RANKED).sort(by, descending=True, nulls_last=True, maintain_order=True)
    worst = worst.head(worst.height if top is None else top)
    reason = ["reason"] if worst["reason"].count() else []
    has_own = worst["own_loss_usd_per_year"].count() > 0
    own = [_tenth_millions("own_loss_usd_per_year", "own USD m")] if has_own else []

    return worst.select(
        *rank,
        pl.col("kind").replace(KIND_WORDS),
        "name",
        *own,
        _tenth_millions("loss_usd_per_year", "loss USD m"),
        _tenth_millions("extra_usd_per_year", "extra USD m"),
        (pl.col("used_t_per_year") / 1e3).round(0).alias("used kt"),
        (pl.col("unserved_t_per_year") / 1e3).round(0).alias("cut off kt"),
        pl.col("detour_km").round(0).alias("detour km"),
        pl.col("disjoint_count").alias("routes left"),
        "element_id",
        *reason,
    )


def moves_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return what moves between two networks in the columns a person compares.

    What stays the same is left out.
    """
    moved = frame.filter(pl.col("moved") != "same")
    reason = ["reason"] if moved["reason"].count() else []
    return moved.select(
        "origin",
        "destination",
        pl.col("cargo_id").alias("cargo"),
        pl.col("moved").replace(MOVES),
        _before_and_after("time_h", per=DAY_H, decimals=1).alias("days"),
        _before_and_after("cost_usd", per=1, decimals=0).alias("USD"),
        _before_and_after("carbon_kg", per=1000, decimals=1).alias("carbon, t"),
        _tenth_millions("extra_usd_per_year", "extra USD m/year"),
        pl.col("countries_before").list.join("-").alias("before"),
        pl.col("countries_after").list.join("-").alias("after"),
        *reason,
    )


def observations_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return observations beside the model in the columns a person compares."""
    return frame.select(
        pl.col("name").alias("observation"),
        "kind",
        pl.col("metric").replace(METRICS),
        pl.col("value").round(0).alias("seen"),
        pl.col("model_p05").round(0).alias("p5"),
        pl.col("model_p50").round(0).alias("median"),
        pl.col("model_p95").round(0).alias("p95"),
        "verdict",
        pl.col("is_on_route").alias("route seen"),
        "route",
    )


def questions_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return questions with the verdict on their answers in the columns a person compares."""
    return frame.select(
        "question",
        "verdict",
        pl.col("days").round(1),
        _whole("usd", "USD"),
        _whole("km", "km"),
        pl.col("countries").list.join("-"),
        pl.col("modes").list.join("-"),
        "why",
    )


def skims_table(skims: pl.DataFrame) -> pl.DataFrame:
    """Return what it takes between places in the columns a person compares."""
    has_reasons = skims["reason"].null_count() < skims.height
    return skims.select(
        pl.col("origin").alias("from"),
        pl.col("destination").alias("to"),
        _days("time_h", "days"),
        _days("time_p95_h", "days p95"),
        _whole("cost_usd", "USD"),
        (pl.col("carbon_kg") / 1000).round(1).alias("t CO2e"),
        _in_100("risk_share", "risk in 100"),
        _whole("length_km", "km"),
        *(["reason"] if has_reasons else []),
    )


def verdicts_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return claims and promises in the columns a person reads: what is said, and what holds."""
    return frame.select("kind", "statement", "verdict", "arithmetic")


def _best_at(routes: pl.DataFrame) -> pl.Series:
    """Return what each route is best at; the quickest of equals."""
    by_time = quickest_first(routes.with_row_index("row"))
    best = {
        merit: by_time.sort(column, nulls_last=True, maintain_order=True)["row"][0]
        for merit, column in BEST_AT
        if routes[column].count() > 1
    }
    texts = [
        ", ".join(merit for merit, row in best.items() if row == number)
        for number in range(routes.height)
    ]
    return pl.Series("best at", texts, dtype=pl.String)


def _days(name: str, heading: str) -> pl.Expr:
    """Return hours as days."""
    return (pl.col(name) / DAY_H).round(1).alias(heading)


def _said_once(name: str) -> pl.Expr:
    """Return a column without the texts that stand in the row above."""
    is_repeated = (pl.col(name) == pl.col(name).shift()).fill_null(False)
    return pl.when(is_repeated).then(pl.lit("")).otherwise(name).alias(name)


def _whole(name: str, heading: str) -> pl.Expr:
    """Return a figure without decimals."""
    return pl.col(name).round(0).cast(pl.Int64).alias(heading)


def _whole_millions(name: str, heading: str) -> pl.Expr:
    """Return a figure in millions, without decimals."""
    return (pl.col(name) / 1e6).round(0).cast(pl.Int64).alias(heading)


def _tenth_millions(name: str, heading: str) -> pl.Expr:
    """Return a figure in millions, with one decimal."""
    return (pl.col(name) / 1e6).round(1).alias(heading)


def _in_100(name: str, heading: str) -> pl.Expr:
    """Return a share as so many in 100."""
    return (pl.col(name) * 100).round(0).cast(pl.Int64).alias(heading)


def _with_interval(name: str, digits: int) -> pl.Expr:
    """Return a figure with its interval in brackets."""
    figures = [pl.col(column).round(digits) for column in (name, f"{name}_low", f"{name}_high")]
    return pl.format("{} ({}-{})", *figures)


def _before_and_after(name: str, *, per: float, decimals: int) -> pl.Expr:
    """Return a figure before and after with what it is more: 17.3→14.0 (-3.3).

    The difference is that of the figures shown; it is left out where one side has none.
    """
    kind = pl.Float64 if decimals else pl.Int64
    before, after = [
        (pl.col(f"{name}_{side}") / per).round(decimals).cast(kind) for side in ("before", "after")
    ]
    more = (after - before).round(decimals)
    sign = pl.when(more > 0).then(pl.lit("+")).otherwise(pl.lit(""))
    difference = _with_commas(more, decimals)
    extra = pl.format("\u00a0({}{})", sign, difference).fill_null("")  # a blank that breaks no line

    figures = [_with_commas(figure, decimals).fill_null("-") for figure in (before, after)]
    return pl.format("{}→{}{}", *figures, extra)


def _with_commas(figure: pl.Expr, decimals: int) -> pl.Expr:
    """Return a figure as a text, its thousands parted: 6,634."""
    return figure.map_elements(lambda value: f"{value:,.{decimals}f}", return_dtype=pl.String)


def _heading(name: str, suffix: str, unit: str) -> str:
    """Return the name of a column in words, with its unit."""
    return f"{name.removesuffix(suffix).replace('_', ' ')} {unit}"
