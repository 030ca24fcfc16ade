"""The chapter on trade: how far the target is, what corridors do for it, and what was said and promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor import trade_charts
from corridor.reports import figures
from corridor.reports.given import Given, Part
from corridor.reports.words import NONE, num, together

TEN_SHARE = 0.1  # below a tenth a share is told with one decimal
MOST_ROOMS = 3  # sectors named
COUNTED = {"consistent": "are consistent with the sources", "differs": "differ", "on course": "are on course",
           "short by": "fall short", "not measurable here": "cannot be measured here"}


def trade(given: Given) -> list[Part]:
    """Return the road to the target: its words, charts and table; nothing where no target was asked about."""
    steps, sentences = given.frame("trade_target"), given.frame("trade_sentences")
    if not steps.height:
        if not sentences.height:
            return []
        return [Part("trade", "Trade and the target", "trade.html", {"words": sentences["sentence"].to_list()}, "Trade")]
    series = [_series(part) for _, part in steps.group_by("series", maintain_order=True)]
    pairs = given.frame("trade_pairs")
    away = pairs.filter(pl.col("scenario") == pairs["scenario"][0], pl.col("exporter") != pl.col("importer"))
    values = {"words": _words(given, series), "series": series, "rows": _rows(steps, series),
              "figures": _figures(given, steps), "csv": figures.csv_address(steps), "flows": away.height,
              "seen": away.filter(pl.col("basis") == "observed").height}
    return [Part("trade", f"Trade and the road to {amount(series[0]['target'])}", "trade.html", values, "Trade")]


def claims(given: Given) -> list[Part]:
    """Return what was said and promised beside what the sources and the model say; nothing where nothing was."""
    said, promised = given.frame("claims"), given.frame("commitments")
    if not said.height and not promised.height:
        return []
    return [Part("claims", "What was said and promised", "claims.html", {
        "claims": said.to_dicts(), "commitments": promised.to_dicts(),
        "verdicts": _counts(said, "verdict"), "states": _counts(promised, "state"),
        "claims_csv": figures.csv_address(said), "commitments_csv": figures.csv_address(promised)}, "Said and promised")]


def answer(given: Given) -> list[dict[str, Any]]:
    """Return the question of the target and its answer for the first page; none where no target was asked about."""
    steps = given.frame("trade_target")
    if not steps.height:
        return []
    series = [_series(part) for _, part in steps.group_by("series", maintain_order=True)]
    return [{"question": f"Can corridors bring trade to {amount(series[0]['target'])} a year?", "text": _verdict(series),
             "href": "trade"}]


def amount(usd: float) -> str:
    """Return a sum as one says it: one billion dollars, USD 750 m.

    >>> amount(1e9), amount(2.5e9), amount(7.5e8)
    ('one billion dollars', 'USD 2.5 bn', 'USD 750 m')
    """
    if usd == 1e9:
        return "one billion dollars"
    return f"USD {usd / 1e9:.3g} bn" if usd >= 1e9 else f"USD {usd / 1e6:,.0f} m"


def part_of(share: float | None) -> str:
    """Return a share of the way, with a decimal where it is small; a dash for null."""
    if share is None:
        return NONE
    if abs(share) < 0.0005:
        return "0\u00a0%"
    return f"{share * 100:.1f}\u00a0%" if abs(share) < TEN_SHARE else f"{share * 100:.0f}\u00a0%"


def _series(part: pl.DataFrame) -> dict[str, Any]:
    """Return the steps that matter of one series, money in millions."""
    rows = {kind: part.filter(pl.col("kind") == kind).sort("value_usd").to_dicts()
            for kind in ("growth", "scenario", "bound")}
    first, best = rows["growth"][0], rows["scenario"][-1] if rows["scenario"] else None
    return {"name": first["series"], "base": first["base_usd"], "ends_on": first["ends_on"], "target": first["target_usd"],
            "needed": first["needed_growth_share_per_year"], "years": first["years"], "grown": first["value_usd"],
            "best": best, "bound": rows["bound"][0] if rows["bound"] else None}


def _verdict(series: Sequence[Mapping[str, Any]]) -> str:
    """Say in a few sentences what the target takes and what corridors give."""
    known = [one for one in series if one["best"] is not None]
    starts = together([f"from USD {million(one['base'])} ({one['name']}, twelve months to {one['ends_on']}) "
                       f"{one['needed'] * 100:+.0f} % a year" for one in series])
    said = [f"The target takes {starts}.", "Growth of both economies gives "
            + together([million(one["grown"]) for one in series]) + "."]
    if known:
        far = [one for one in known if one["best"]["gap_usd"] > 0]
        said.insert(0, "Not by transport alone." if far else "Yes.")
        said.append(f"The most that the scenarios compared give (“{known[0]['best']['step']}”) is "
                    + together([band(one["best"]) for one in known])
                    + (f": {together([part_of(one['best']['transport_share']) for one in known])} of the way from growth to "
                       "the target." if far else "."))
        if far:
            said.append(f"The other {together([million(one['best']['gap_usd']) for one in far])} would have to come from "
                        "products and buyers that are not there yet.")
    return " ".join(said)


def _words(given: Given, series: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the paragraphs of the chapter."""
    said = [_verdict(series)]
    costs, sectors = given.frame("trade_pair_costs"), given.frame("trade_potential")
    bounds = [one["bound"] for one in series if one["bound"] is not None]
    best = series[0]["best"]
    if bounds and costs.height and best is not None:
        before, after = (costs.filter(pl.col("scenario") == name) for name in ("baseline", best["scenario"]))
        less = [part_of(1 - new / old) for old, new in zip(before["cost_share"], after["cost_share"], strict=True) if old]
        said.append(
            "If carriage between the two cost nothing and took no time, which no corridor does, trade would come to "
            f"{together([band(one) for one in bounds])}. Carriage comes to "
            f"{together([part_of(v) for v in before['cost_share']])} of the value of the goods ({together(_ways(before))}); "
            f"“{best['step']}” takes {together(less)} off that.")
    if sectors.height and float(sectors["potential_usd"].sum()) > 0:
        could, now = float(sectors["potential_usd"].sum()), float(sectors["traded_usd"].sum())
        rooms = [f"{r['name'].lower()} from {r['from_name']} to {r['to_name']} ({million(r['headroom_usd'])})"
                 for r in sectors.sort("headroom_usd", descending=True).head(MOST_ROOMS).iter_rows(named=True)]
        goal = series[0]["target"]
        said.append(f"A pair of this size at this distance trades {million(could)} on average (gravity), against "
                    f"{million(now)} now. Most room is left in {together(rooms)}."
                    + (f" The target lies {goal / could:.1f} times above that average." if goal > could else ""))
    return said


def _ways(costs: pl.DataFrame) -> list[str]:
    return [f"{a} to {b}" for a, b in costs.select("from_name", "to_name").iter_rows()]


def _rows(steps: pl.DataFrame, series: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one row a step with a cell for each series."""
    cells = {(r["series"], r["step"]): r for r in steps.iter_rows(named=True)}
    return [{"step": "Growth of both economies" if kind == "growth" else step, "kind": kind,
             "cells": [_cell(cells.get((one["name"], step))) for one in series]}
            for step, kind in steps.select("step", "kind").unique(maintain_order=True).iter_rows()]


def _cell(row: Mapping[str, Any] | None) -> dict[str, str]:
    if row is None or row["value_usd"] is None:
        return {"value": NONE, "band": "", "share": NONE}
    wide = "" if row["low_usd"] is None else f"{num(row['low_usd'] / 1e6)}–{num(row['high_usd'] / 1e6)}"
    return {"value": num(row["value_usd"] / 1e6), "band": wide,
            "share": NONE if row["kind"] == "growth" else part_of(row["transport_share"])}


def _figures(given: Given, steps: pl.DataFrame) -> list[figures.Figure]:
    found = []
    options = steps.filter((pl.col("kind") == "scenario") & pl.col("value_usd").is_not_null())
    if options.height:
        found += [
            figures.figure("trade-way", trade_charts.way_to_target(steps),
                           "What is traded, what growth adds, what the best scenario adds (green) and what is missing: "
                           "look how much of the road lies beyond the green bar.", steps),
            figures.figure("trade-scenarios", trade_charts.scenarios(steps),
                           "The same, near the start: each scenario by itself. Right of the dashed line it adds trade, left "
                           "of it it takes some away. Shutting out competitors of the two adds trade between them.",
                           options)]
    costs, sectors, gains = (given.frame(f"trade_{name}") for name in ("pair_costs", "potential", "gains"))
    if costs.height and costs["cost_share"].null_count() < costs.height:
        first = costs.filter(pl.col("scenario") == costs["scenario"][0], pl.col("cost_share").is_not_null())
        parts = [f"{part_of(row['freight_share'] / row['cost_share'])} from {row['from_name']} to {row['to_name']}"
                 for row in first.iter_rows(named=True)]
        found.append(figures.figure(
            "trade-carriage", trade_charts.carriage(costs),
            "What carriage consists of, and what each scenario takes off. " + (
                f"Freight is {together(parts)}; hours saved do not touch it." if parts else ""), costs))
    if sectors.height:
        found.append(figures.figure(
            "trade-potential", trade_charts.potential(sectors),
            "Where new trade could come from: pale bars without a dark one inside are goods that an average pair trades and "
            "this one does not.", sectors))
    if gains.height and options.height:
        best = options.sort("value_usd")["scenario"][-1]
        own = gains.filter(pl.col("scenario") == best).sort("real_income_change_share", descending=True)
        top = own.row(0, named=True)
        found.append(figures.figure(
            "trade-gains", trade_charts.gains(own),
            "Who gains when goods move more easily: real income of each country, prices and all other trade adjusted. Most "
            f"goes to {top['name']} ({top['real_income_change_share'] * 100:+.2f}\u00a0%).", own))
    return found


def million(usd: float) -> str:
    """Return money in millions or billions of USD, short."""
    return f"{usd / 1e9:,.2f} bn" if usd >= 9.995e8 else f"{usd / 1e6:,.0f} m"


def band(row: Mapping[str, Any]) -> str:
    """Return a value with its interval."""
    if row["low_usd"] is None:
        return million(row["value_usd"])
    return f"{million(row['value_usd'])} ({million(row['low_usd'])} to {million(row['high_usd'])})"


def _counts(frame: pl.DataFrame, column: str) -> str:
    """Return how many rows say what, in words."""
    if not frame.height:
        return ""
    counts = frame[column].value_counts(sort=True).sort("count", column, descending=[True, False])
    return together([f"{n} {COUNTED.get(said, said)}" for said, n in counts.iter_rows()])
