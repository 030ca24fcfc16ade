"""The chapter on closures: what matters most, what years of closures cost, one that happened, a
second corridor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.charts.closures import (
    corridor_bars,
    hazard_bars,
    loss_curve,
    replay_bars,
    shift_map,
)
from corridor.charts.criticality import criticality_bars, criticality_map
from corridor.closures.chapter import REOPENED
from corridor.closures.demand_arrays import LIMIT_SHARE
from corridor.closures.replays import replay_sentences
from corridor.language.amounts import millions
from corridor.language.speech import tell
from corridor.reports import figures
from corridor.reports.formats import country, day, num, sentences, share, together
from corridor.reports.inputs import Given, Part

MOST_MOVES = 14
NOISE = 2  # standard errors within which a difference is not told from none
TEN_MILLION_USD = 1e7  # below it a sum is told with a decimal


def losses(given: Given) -> list[Part]:
    """Return what closures do; nothing where neither demand nor hazards were given."""
    if not given.frame("loss_rank").height and not given.frame("loss_fits").height:
        return []
    cases = case_names(given)
    values = {
        "rank": _rank(given),
        "years": _years(given, cases),
        "moves": _moves(given),
        "corridors": _corridors(given),
        "replay": _replay(given),
        "hazards": _hazards(given),
        "limit": share(LIMIT_SHARE),
        "notes": given.frame("loss_notes")["note"].to_list()
        if given.frame("loss_notes").height
        else [],
    }
    return [
        Part(
            "closures",
            tell("What a closure does"),
            "losses.html",
            values,
            tell("What a closure does"),
        )
    ]


def answer(given: Given) -> list[dict[str, Any]]:
    """Return the questions closures answer on the first page: what can least be spared, what a
    second corridor is worth."""
    ranked = given.frame("loss_rank")
    found = []
    if ranked.height:
        dear = ranked.filter(pl.col("loss_usd_per_year") > 0).sort(
            "loss_usd_per_year", descending=True
        )
        worst = [
            part.row(0, named=True)
            for kind in ("crossing", "link")
            if (part := dear.filter(kind=kind)).height
        ]
        text = (
            tell(
                "Shut for a year, the dearest are the {elements}, every trip taking its best way "
                "round.",
                elements=together([_dear(row) for row in worst]),
            )
            if worst
            else tell("No single loss costs anything.")
        )
        found.append(
            {
                "question": tell("What can least be spared, and what do closures cost?"),
                "href": "closures",
                "text": sentences([text, *_years_words(given, case_names(given))[:1]]),
            }
        )
    if given.frame("loss_corridors").height:
        found.append(
            {
                "question": tell("What is a second corridor worth?"),
                "href": "closures",
                "text": sentences(_corridor_words(given)),
            }
        )
    return found


def _dear(row: Mapping[str, Any]) -> str:
    told = {"name": plain(row), "usd": million(row["loss_usd_per_year"])}
    # Translators: stands in "the dearest are the {elements}"; {name} is a pair of countries.
    return (
        tell("crossing {name} (USD {usd} a year)", **told)
        if row["kind"] == "crossing"
        else tell("link {name} (USD {usd} a year)", **told)
    )


def case_names(given: Given) -> dict[str, str]:
    """Return what each simulated case is called."""
    own = str(given.study.get("scenario_id") or "")
    closed = given.frame("loss_closed")
    shut = (
        [where(text) for text in dict.fromkeys(closed["row_id"].to_list())] if closed.height else []
    )
    # Translators: begins with a small letter: a scenario the same as the one named before, but for
    # the ways that are open.
    opened = (
        tell("the same with {crossings} open", crossings=together(shut))
        if shut
        else tell("the same with every way open")
    )
    return {own: given.scenario["title"] or own, REOPENED: opened}


def where(selector: str) -> str:
    """Return a selector in words: the crossings between two countries by their names, anything else
    as it stands."""
    kind, _, pair = selector.partition(":")
    if kind == "crossing":
        return tell(
            "the crossings {countries}",
            countries="–".join(country(code) for code in pair.split("-")),
        )
    return selector


def plain(row: Mapping[str, Any]) -> str:
    """Return the name of a ranked element in words: of a crossing its countries."""
    kind, _, pair = str(row["element_id"]).partition(":")
    return (
        "–".join(country(code) for code in pair.split("-"))
        if kind == "crossing"
        else str(row["name"])
    )


def million(usd: float) -> str:
    """Return a sum in millions, with a decimal below ten."""
    return millions(usd, 1 if abs(usd) < TEN_MILLION_USD else 0)


def _rank(given: Given) -> dict[str, Any]:
    ranked = given.frame("loss_rank")
    if not ranked.height:
        return {}
    ranked = ranked.with_columns(
        name=pl.Series([plain(row) for row in ranked.iter_rows(named=True)], dtype=pl.String)
    )
    worse = ranked.filter(pl.col("loss_usd_per_year") > 0)
    single = worse.filter(pl.col("kind") == "link")
    only = single.filter(pl.col("disjoint_count") == 0)
    shown = []
    if worse.filter(pl.col("kind") == "link").height:
        shown.append(
            figures.figure(
                "losses-map",
                criticality_map(given.nodes, given.links, ranked),
                tell(
                    "Where the network is thin: the wider a link, the more its loss costs the "
                    "demand of a year. Pale links can be lost at little or no cost: goods have "
                    "another way."
                ),
                single,
            )
        )
    for number, (kinds, caption) in enumerate(
        (
            (
                ("crossing", "link", "node"),
                tell(
                    "Crossings, links and places by what their loss costs. A crossing stands for "
                    "all posts of two countries at once; a place for every link and terminal in "
                    "it, and what starts or ends there has no way left."
                ),
            ),
            (
                ("terminal", "hazard", "pair"),
                tell(
                    "Terminals, hazards (all links one of them shuts, for a whole year) and pairs "
                    "of links. A pair is here only if both losses together cost more than their "
                    "sum: each is the other's way out."
                ),
            ),
        ),
        1,
    ):
        if worse.filter(pl.col("kind").is_in(kinds)).height:
            shown.append(
                figures.figure(
                    f"losses-{number}",
                    criticality_bars(ranked, kinds),
                    caption,
                    ranked.filter(pl.col("kind").is_in(kinds)),
                )
            )
    return {
        "figures": shown,
        "links": ranked.filter(pl.col("kind") == "link").height,
        "costly": single.height,
        "only": only.height,
    }


def _years_words(given: Given, cases: Mapping[str, str]) -> list[str]:
    """Say what a year of closures costs, a paragraph a case; none where no years were simulated."""
    summary = given.frame("loss_summary")
    by_hazard = given.frame("loss_by_hazard")
    said: list[str] = []
    for case in summary["case"].unique(maintain_order=True) if summary.height else ():
        row = {
            r["measure"]: r for r in summary.filter(pl.col("case") == case).iter_rows(named=True)
        }
        loss = row["loss_usd"]
        extra = row["extra_usd"]
        first = (
            by_hazard.filter(pl.col("case") == case)
            .sort("loss_usd_per_year", descending=True)
            .row(0, named=True)
        )
        told = {
            "case": f"{cases[case][0].upper()}{cases[case][1:]}",
            "usd": million(loss["mean"]),
            "error": million(loss["standard_error"] or 0),
            "middle": million(loss["p50"]),
            "most": million(loss["p95"]),
        }
        cost = (
            tell(
                "{case}: closures cost USD {usd} a year on average (± {error} of chance); half of "
                "the years cost less than {middle}, one in twenty more than {most}.",
                **told,
            )
            if said
            else tell(
                "Closures drawn from the hazards cost USD {usd} a year on average (± {error} of "
                "chance); half of the years cost less than {middle}, one in twenty more than "
                "{most}.",
                **told,
            )
        )
        told = {
            "share": share(extra["mean"] / loss["mean"]) if loss["mean"] else "",
            "lost": num(row["lost_t"]["mean"] / 1e3),
        }
        split = (
            tell(
                "{share} of it is extra cost, the rest what stays; {lost} thousand tonnes are not "
                "sent.",
                **told,
            )
            if loss["mean"]
            else tell(
                "None of it is extra cost, the rest what stays; {lost} thousand tonnes are not "
                "sent.",
                **told,
            )
        )
        most = tell(
            "Most comes from “{hazard}” ({share}).",
            hazard=first["name"],
            share=share(first["loss_share"]),
        )
        said.append(sentences([cost, split, most]))
    return said


def _years(given: Given, cases: Mapping[str, str]) -> dict[str, Any]:
    years, summary, levels = (
        given.frame(f"loss_{name}") for name in ("years", "summary", "levels")
    )
    if not years.height:
        return {}
    by_hazard = given.frame("loss_by_hazard")
    table = []
    for period in sorted(set(levels["return_period_years"])):
        cells = [
            levels.filter(
                (pl.col("case") == case) & (pl.col("return_period_years") == period)
            ).to_dicts()
            for case in summary["case"].unique(maintain_order=True)
        ]
        table.append({"years": period, "cells": [cell[0] if cell else None for cell in cells]})
    return {
        "words": _years_words(given, cases),
        "levels": table,
        "count": years.height // max(1, years["case"].n_unique()),
        "cases": [cases[case] for case in summary["case"].unique(maintain_order=True)],
        "figures": [
            figures.figure(
                "losses-years",
                loss_curve(years, summary, cases),
                tell(
                    "Read across at one year in ten: so much or more is lost in one year of ten. "
                    "Where the line falls less steeply are the few years with a long closure; "
                    "they carry the mean well above the middle year."
                ),
                years,
            ),
            figures.figure(
                "losses-hazards",
                hazard_bars(by_hazard, cases),
                tell(
                    "Where the expected loss comes from. A hazard weighs by how often, how long "
                    "and how many goods have no cheap way round."
                ),
                by_hazard,
            ),
        ],
    }


def _moves(given: Given) -> dict[str, Any]:
    moves = given.frame("loss_moves")
    shifted = given.frame("loss_shifted")
    if not moves.height:
        return {}
    names = dict(given.nodes.select("node_id", "name").iter_rows())
    moved = moves.filter(~pl.col("moved").is_in(["same", "no way"])).sort(
        "t_per_year", descending=True
    )
    stay = moved.filter(pl.col("stays"))
    closed = given.frame("loss_closed")
    cargoes = given.input_frame("cargoes")
    cargo_names = dict(cargoes.select("cargo_id", "name").iter_rows()) if cargoes.height else {}
    rows = [
        {
            **row,
            "cargo": cargo_names.get(row["cargo_id"], row["cargo_id"]),
            "from": names.get(row["origin"], row["origin"]),
            "to": names.get(row["destination"], row["destination"]),
            "before": "–".join(row["countries_before"] or ()),
            "after": "–".join(row["countries_after"] or ()),
        }
        for row in moved.head(MOST_MOVES).iter_rows(named=True)
    ]
    shut = together(
        [
            tell("{what} (since {date})", what=where(r["row_id"]), date=day(r["from_on"]))
            if r["from_on"]
            else tell("{what} (always)", what=where(r["row_id"]))
            for r in closed.unique("row_id", maintain_order=True).iter_rows(named=True)
        ]
    )
    going = moved.filter(~pl.col("stays"))
    staying, turned = (num(float(part["t_per_year"].sum()) / 1e6, 1) for part in (stay, going))
    said = [
        sentences(
            [
                tell("Shut: {what}.", what=shut),
                tell(
                    "Of {count} rows of demand {moved} feel it.",
                    count=moves.height,
                    moved=moved.height,
                ),
                tell(
                    "{tonnes} million tonnes a year stay: the way left costs more than {share} of "
                    "their value extra, or there is none.",
                    tonnes=staying,
                    share=share(LIMIT_SHARE),
                ),
                tell(
                    "{tonnes} million tonnes go another way for USD {usd} a year more.",
                    tonnes=turned,
                    usd=million(float(going["extra_usd_per_year"].sum())),
                ),
            ]
        )
    ]
    drawn = (
        [
            figures.figure(
                "losses-moved",
                shift_map(given.nodes, given.links, shifted),
                tell(
                    "What the closure moves: goods leave the links in one colour and join those "
                    "in the other. What stays at home only leaves."
                ),
                shifted,
            )
        ]
        if shifted.height
        else []
    )
    return {
        "words": said,
        "rows": rows,
        "more": moved.height - len(rows),
        "figures": drawn,
        "csv": figures.csv_address(moves.drop("links_before", "links_after")),
    }


def _corridor_words(given: Given) -> list[str]:
    """Say what each second corridor is worth."""
    frame = given.frame("loss_corridors")
    said = []
    for (title, beside), part in frame.group_by(
        ["scenario", "without_scenario"], maintain_order=True
    ):
        row = {r["measure"]: r for r in part.iter_rows(named=True)}
        loss = row["loss_usd"]["difference"]
        error = row["loss_usd"]["standard_error"] or 0.0
        ordinary = row["undisturbed_usd"]["difference"]
        said.append(
            _worth(
                ordinary >= 0,
                0 if abs(loss) <= NOISE * error else loss,
                {
                    "scenario": title,
                    "beside": beside,
                    "usd": million(abs(ordinary)),
                    "closures_usd": million(max(abs(loss), NOISE * error)),
                },
            )
        )
    return said


def _worth(saves: bool, closures: float, told: Mapping[str, object]) -> str:
    """Say what a corridor saves or costs, and how closures then cost less (above 0), more or about
    the same."""
    if saves and closures > 0:
        return tell(
            "“{scenario}” beside “{beside}”: saves USD {usd} a year on undisturbed days and makes "
            "closures cheaper by USD {closures_usd}.",
            **told,
        )
    if saves and closures < 0:
        return tell(
            "“{scenario}” beside “{beside}”: saves USD {usd} a year on undisturbed days and makes "
            "closures dearer by USD {closures_usd}.",
            **told,
        )
    if saves:
        return tell(
            "“{scenario}” beside “{beside}”: saves USD {usd} a year on undisturbed days and "
            "leaves the cost of closures as it is, within USD {closures_usd}.",
            **told,
        )
    if closures > 0:
        return tell(
            "“{scenario}” beside “{beside}”: costs USD {usd} a year on undisturbed days and makes "
            "closures cheaper by USD {closures_usd}.",
            **told,
        )
    if closures < 0:
        return tell(
            "“{scenario}” beside “{beside}”: costs USD {usd} a year on undisturbed days and makes "
            "closures dearer by USD {closures_usd}.",
            **told,
        )
    return tell(
        "“{scenario}” beside “{beside}”: costs USD {usd} a year on undisturbed days and leaves "
        "the cost of closures as it is, within USD {closures_usd}.",
        **told,
    )


def _corridors(given: Given) -> dict[str, Any]:
    frame = given.frame("loss_corridors")
    if not frame.height:
        return {}
    caption = tell(
        "Both networks meet the same closures. A corridor that crosses the same border as the "
        "first is shut with it: it can make ordinary days cheaper and still protect from nothing."
    )
    return {
        "words": _corridor_words(given),
        "figures": [figures.figure("losses-corridors", corridor_bars(frame), caption, frame)],
    }


def _replay(given: Given) -> dict[str, Any]:
    frame = given.frame("loss_replay")
    if not frame.height:
        return {}
    return {
        "rows": [{**row, "words": replay_sentences(row)} for row in frame.iter_rows(named=True)],
        "figures": [
            figures.figure(
                "losses-replay",
                replay_bars(frame),
                tell(
                    "Seen: new value over old, less one. If nothing had passed while shut: the "
                    "days shut over all days. What the model leaves out of the fall is trade that "
                    "stopped though a way was left, and trouble before."
                ),
                frame,
            )
        ],
    }


def _hazards(given: Given) -> dict[str, Any]:
    fits = given.frame("loss_fits")
    families = given.frame("loss_families")
    if not fits.height:
        return {}
    names = dict(fits.select("hazard_id", "name").iter_rows())
    groups = []
    if families.height:
        for (history,), part in families.group_by(["history"], maintain_order=True):
            groups.append(
                {
                    "name": tell("; ").join(names.get(one, one) for one in str(history).split()),
                    "rows": part.to_dicts(),
                    "best": part.row(0, named=True),
                }
            )
    return {
        "rows": fits.sort("used_per_year", descending=True).to_dicts(),
        "groups": groups,
        "weak": int((fits["confidence"] == "C").sum()),
        "csv": figures.csv_address(fits),
        "families_csv": figures.csv_address(families) if families.height else None,
    }
