"""The chapter on trade: how far the target is, what corridors do for it, and what was said and
promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.charts import trade as trade_charts
from corridor.evidence.claims import CONSISTENT, DIFFERS, ON_COURSE, OPEN, SHORT
from corridor.language.amounts import short_per_cent, short_sum, sum_in_words
from corridor.language.speech import number, signed, speech, tell, tell_count
from corridor.reports import figures
from corridor.reports.formats import NONE, day, num, sentences, together
from corridor.reports.inputs import Given, Part

MOST_ROOMS = 3  # sectors named


def trade(given: Given) -> list[Part]:
    """Return the road to the target: its words, charts and table; nothing where no target was asked
    about."""
    steps = given.frame("trade_target")
    sentences = given.frame("trade_sentences")
    if not steps.height:
        if not sentences.height:
            return []
        return [
            Part(
                "trade",
                tell("Trade and the target"),
                "trade.html",
                {"words": sentences["sentence"].to_list()},
                tell("Trade"),
            )
        ]
    series = [_series(part) for _, part in steps.group_by("series", maintain_order=True)]
    pairs = given.frame("trade_pairs")
    away = pairs.filter(
        pl.col("scenario") == pairs["scenario"][0], pl.col("exporter") != pl.col("importer")
    )
    values = {
        "words": _words(given, series),
        "series": series,
        "rows": _rows(steps, series),
        "figures": _figures(given, steps),
        "csv": figures.csv_address(steps),
        "flows": away.height,
        "seen": away.filter(pl.col("basis") == "observed").height,
    }
    return [
        Part(
            "trade",
            tell("Trade and the road to {amount}", amount=sum_in_words(series[0]["target"])),
            "trade.html",
            values,
            tell("Trade"),
        )
    ]


def claims(given: Given) -> list[Part]:
    """Return what was said and promised beside what the sources and the model say; nothing where
    nothing was."""
    said = given.frame("claims")
    promised = given.frame("commitments")
    if not said.height and not promised.height:
        return []
    return [
        Part(
            "claims",
            tell("What was said and promised"),
            "claims.html",
            {
                "claims": said.to_dicts(),
                "commitments": promised.to_dicts(),
                "verdicts": _counts(said, "verdict"),
                "states": _counts(promised, "state"),
                "claims_csv": figures.csv_address(said),
                "commitments_csv": figures.csv_address(promised),
            },
            tell("Said and promised"),
        )
    ]


def answer(given: Given) -> list[dict[str, Any]]:
    """Return the question of the target and its answer for the first page; none where no target was
    asked about."""
    steps = given.frame("trade_target")
    if not steps.height:
        return []
    series = [_series(part) for _, part in steps.group_by("series", maintain_order=True)]
    return [
        {
            "question": tell(
                "Can corridors bring trade to {amount} a year?",
                amount=sum_in_words(series[0]["target"]),
            ),
            "text": _verdict(series),
            "href": "trade",
        }
    ]


def part_of(share: float | None) -> str:
    """Return a share of the way, with a decimal where it is small; a dash for null."""
    if share is None:
        return NONE
    return short_per_cent(share)


def _series(part: pl.DataFrame) -> dict[str, Any]:
    """Return the steps that matter of one series, money in millions."""
    rows = {
        kind: part.filter(pl.col("kind") == kind).sort("value_usd").to_dicts()
        for kind in ("growth", "scenario", "bound")
    }
    first = rows["growth"][0]
    best = rows["scenario"][-1] if rows["scenario"] else None
    return {
        "name": first["series"],
        "base": first["base_usd"],
        "ends_on": first["ends_on"],
        "target": first["target_usd"],
        "needed": first["needed_growth_share_per_year"],
        "years": first["years"],
        "grown": first["value_usd"],
        "best": best,
        "bound": rows["bound"][0] if rows["bound"] else None,
    }


def _verdict(series: Sequence[Mapping[str, Any]]) -> str:
    """Say in a few sentences what the target takes and what corridors give."""
    known = [one for one in series if one["best"] is not None]
    starts = [
        tell(
            "from USD {usd} ({series}, twelve months to {date}) {growth} % a year",
            usd=short_sum(one["base"]),
            series=one["name"],
            date=day(one["ends_on"]),
            growth=signed(one["needed"] * 100),
        )
        for one in series
    ]
    # Translators: {starts} are one or more of: from USD {usd} ({series}, twelve months to {date})
    # {growth} % a year.
    said = [
        tell("The target takes {starts}.", starts=together(starts)),
        tell(
            "Growth of both economies gives {amounts}.",
            amounts=together([short_sum(one["grown"]) for one in series]),
        ),
    ]
    if known:
        far = [one for one in known if one["best"]["gap_usd"] > 0]
        said.insert(0, tell("Not by transport alone.") if far else tell("Yes."))
        told = {
            "scenario": known[0]["best"]["step"],
            "amounts": together([band(one["best"]) for one in known]),
        }
        if far:
            said.append(
                tell(
                    "The most that the scenarios compared give (“{scenario}”) is {amounts}: "
                    "{shares} of the way from growth to the target.",
                    shares=together([part_of(one["best"]["transport_share"]) for one in known]),
                    **told,
                )
            )
            said.append(
                tell(
                    "The other {amounts} would have to come from products and buyers that are not "
                    "there yet.",
                    amounts=together([short_sum(one["best"]["gap_usd"]) for one in far]),
                )
            )
        else:
            said.append(
                tell(
                    "The most that the scenarios compared give (“{scenario}”) is {amounts}.", **told
                )
            )
    return sentences(said)


def _words(given: Given, series: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the paragraphs of the chapter."""
    said = [_verdict(series)]
    costs = given.frame("trade_pair_costs")
    sectors = given.frame("trade_potential")
    bounds = [one["bound"] for one in series if one["bound"] is not None]
    best = series[0]["best"]
    if bounds and costs.height and best is not None:
        before, after = (
            costs.filter(pl.col("scenario") == name) for name in ("baseline", best["scenario"])
        )
        less = [
            part_of(1 - new / old)
            for old, new in zip(before["cost_share"], after["cost_share"], strict=True)
            if old
        ]
        said.append(
            sentences(
                [
                    tell(
                        "If carriage between the two cost nothing and took no time, which no "
                        "corridor does, trade would come to {amounts}.",
                        amounts=together([band(one) for one in bounds]),
                    ),
                    tell(
                        "Carriage comes to {shares} of the value of the goods ({ways}); "
                        "“{scenario}” takes {less} off that.",
                        shares=together([part_of(v) for v in before["cost_share"]]),
                        ways=together(_ways(before)),
                        scenario=best["step"],
                        less=together(less),
                    ),
                ]
            )
        )
    if sectors.height and float(sectors["potential_usd"].sum()) > 0:
        could = float(sectors["potential_usd"].sum())
        now = float(sectors["traded_usd"].sum())
        rooms = [
            tell(
                "{sector} from {origin} to {destination} ({amount})",
                sector=_inside(r["name"]),
                origin=r["from_name"],
                destination=r["to_name"],
                amount=short_sum(r["headroom_usd"]),
            )
            for r in sectors.sort("headroom_usd", descending=True)
            .head(MOST_ROOMS)
            .iter_rows(named=True)
        ]
        goal = series[0]["target"]
        parts = [
            tell(
                "A pair of this size at this distance trades {average} on average (gravity), "
                "against {now} now.",
                average=short_sum(could),
                now=short_sum(now),
            ),
            # Translators: {sectors} are one or more of: {sector} from {origin} to {destination}
            # ({amount}).
            tell("Most room is left in {sectors}.", sectors=together(rooms)),
        ]
        if goal > could:
            parts.append(
                tell(
                    "The target lies {times} times above that average.",
                    times=number(goal / could, 1),
                )
            )
        said.append(sentences(parts))
    return said


def _inside(name: str) -> str:
    """Return a name as it stands inside a sentence: small in English, where other languages keep
    their own capitals."""
    return name.lower() if speech().is_english else name


def _ways(costs: pl.DataFrame) -> list[str]:
    return [
        tell("{origin} to {destination}", origin=a, destination=b)
        for a, b in costs.select("from_name", "to_name").iter_rows()
    ]


def _rows(steps: pl.DataFrame, series: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one row a step with a cell for each series."""
    cells = {(r["series"], r["step"]): r for r in steps.iter_rows(named=True)}
    return [
        {
            "step": tell("Growth of both economies") if kind == "growth" else step,
            "kind": kind,
            "cells": [_cell(cells.get((one["name"], step))) for one in series],
        }
        for step, kind in steps.select("step", "kind").unique(maintain_order=True).iter_rows()
    ]


def _cell(row: Mapping[str, Any] | None) -> dict[str, str]:
    if row is None or row["value_usd"] is None:
        return {"value": NONE, "band": "", "share": NONE}
    wide = (
        ""
        if row["low_usd"] is None
        else f"{num(row['low_usd'] / 1e6)}–{num(row['high_usd'] / 1e6)}"
    )
    return {
        "value": num(row["value_usd"] / 1e6),
        "band": wide,
        "share": NONE if row["kind"] == "growth" else part_of(row["transport_share"]),
    }


def _figures(given: Given, steps: pl.DataFrame) -> list[figures.Figure]:
    found = []
    options = steps.filter((pl.col("kind") == "scenario") & pl.col("value_usd").is_not_null())
    if options.height:
        found += [
            figures.figure(
                "trade-way",
                trade_charts.way_to_target(steps),
                tell(
                    "What is traded, what growth adds, what the best scenario adds (green) and "
                    "what is missing: look how much of the road lies beyond the green bar."
                ),
                steps,
            ),
            figures.figure(
                "trade-scenarios",
                trade_charts.scenarios(steps),
                tell(
                    "The same, near the start: each scenario by itself. Right of the dashed line "
                    "it adds trade, left of it it takes some away. Shutting out competitors of "
                    "the two adds trade between them."
                ),
                options,
            ),
        ]
    costs, sectors, gains = (
        given.frame(f"trade_{name}") for name in ("pair_costs", "potential", "gains")
    )
    if costs.height and costs["cost_share"].null_count() < costs.height:
        first = costs.filter(
            pl.col("scenario") == costs["scenario"][0], pl.col("cost_share").is_not_null()
        )
        parts = [
            tell(
                "{share} from {origin} to {destination}",
                share=part_of(row["freight_share"] / row["cost_share"]),
                origin=row["from_name"],
                destination=row["to_name"],
            )
            for row in first.iter_rows(named=True)
        ]
        caption = [tell("What carriage consists of, and what each scenario takes off.")]
        if parts:
            # Translators: {shares} are one or more of: {share} from {origin} to {destination}.
            caption.append(
                tell("Freight is {shares}; hours saved do not touch it.", shares=together(parts))
            )
        found.append(
            figures.figure(
                "trade-carriage", trade_charts.carriage(costs), sentences(caption), costs
            )
        )
    if sectors.height:
        found.append(
            figures.figure(
                "trade-potential",
                trade_charts.potential(sectors),
                tell(
                    "Where new trade could come from: pale bars without a dark one inside are "
                    "goods that an average pair trades and this one does not."
                ),
                sectors,
            )
        )
    if gains.height and options.height:
        best = options.sort("value_usd")["scenario"][-1]
        own = gains.filter(pl.col("scenario") == best).sort(
            "real_income_change_share", descending=True
        )
        top = own.row(0, named=True)
        found.append(
            figures.figure(
                "trade-gains",
                trade_charts.gains(own),
                tell(
                    "Who gains when goods move more easily: real income of each country, prices "
                    "and all other trade adjusted. Most goes to {country} ({change}\u00a0%).",
                    country=top["name"],
                    change=signed(top["real_income_change_share"] * 100, 2),
                ),
                own,
            )
        )
    return found


def band(row: Mapping[str, Any]) -> str:
    """Return a value with its interval."""
    if row["low_usd"] is None:
        return short_sum(row["value_usd"])
    return tell(
        "{value} ({low} to {high})",
        value=short_sum(row["value_usd"]),
        low=short_sum(row["low_usd"]),
        high=short_sum(row["high_usd"]),
    )


def _counts(frame: pl.DataFrame, column: str) -> str:
    """Return how many rows say what, in words."""
    if not frame.height:
        return ""
    counts = frame[column].value_counts(sort=True).sort("count", column, descending=[True, False])
    return together([_counted(said, count) for said, count in counts.iter_rows()])


def _counted(said: str, count: int) -> str:
    """Return a verdict or state with how many have it; stands in "Of 23 statements, ..."."""
    if said == CONSISTENT:
        return tell_count(
            "{count} is consistent with the sources",
            "{count} are consistent with the sources",
            count,
        )
    if said == DIFFERS:
        return tell_count("{count} differs", "{count} differ", count)
    if said == OPEN:
        return tell_count("{count} cannot be checked", "{count} cannot be checked", count)
    if said == ON_COURSE:
        return tell_count("{count} is on course", "{count} are on course", count)
    return (
        tell_count("{count} falls short", "{count} fall short", count)
        if said == SHORT
        else tell_count("{count} cannot be measured here", "{count} cannot be measured here", count)
    )
