"""Criticality in the report: which elements of the network matter most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.charts.criticality import criticality_bars, criticality_map
from corridor.closures.stretches import STRETCH, with_stretches
from corridor.language.speech import tell
from corridor.reports.element_names import plain_text
from corridor.reports.figures import LOSS_TABLES, Figure, draw_figure
from corridor.reports.formats import and_list, brief_millions, capitalised, countries
from corridor.reports.inputs import ReportInputs
from corridor.reports.loss_lists import own_trade, stretch_lists

MAX_UNSERVED = 10  # rows of demand said to be without a route


def criticality_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on the ranking; nothing where nothing was ranked."""
    ranked = inputs.frame("loss_rank")
    if not ranked.height:
        return {}

    names = pl.Series([_name(row) for row in ranked.iter_rows(named=True)], dtype=pl.String)
    ranked = ranked.with_columns(name=names)
    costly_links = _costly(ranked).filter(pl.col("kind") == "link")
    return {
        "lists": stretch_lists(inputs),
        "figures": [_map(inputs, ranked, costly_links)] if costly_links.height else [],
        "links": ranked.filter(pl.col("kind") == "link").height,
        "costly": costly_links.height,
        "only": costly_links.filter(pl.col("disjoint_count") == 0).height,
    }


def element_figures(inputs: ReportInputs) -> list[Figure]:
    """Return what the loss of elements of every kind costs; none where nothing was ranked."""
    ranked = inputs.frame("loss_rank")
    single = tell(
        "Crossings, stretches and places by what their loss costs. A crossing stands for all posts "
        "of two countries at once; a place for every link and terminal in it, and what starts "
        "or ends there has no route left."
    )
    joint = tell(
        "Terminals, hazards (all links one of them shuts, for a whole year) and pairs of "
        "links. A pair is here only if both losses together cost more than their sum: each is "
        "the other's alternative."
    )
    return [
        *_bars("losses-1", ranked, ("crossing", STRETCH, "node"), single),
        *_bars("losses-2", ranked, ("terminal", "hazard", "pair"), joint),
    ]


def most_expensive_sentences(inputs: ReportInputs) -> list[str]:
    """Say which stretch costs own trade most, and which crossing and stretch cost all trade most.

    Each is shut for a year.
    """
    ranked = inputs.frame("loss_rank")
    stretches = with_stretches(ranked)
    worst = [
        row
        for rows in (ranked.filter(pl.col("kind") == "crossing"), stretches)
        for row in _costly(rows).head(1).iter_rows(named=True)
    ]
    if not worst:
        return [tell("No single loss costs anything.")]

    own = [
        tell(
            "{trade}: the stretch that costs most to lose is {name} (USD {usd} a year).",
            trade=capitalised(dearest.trade),
            name=dearest.rows[0].name,
            usd=dearest.rows[0].loss,
        )
        for dearest in stretch_lists(inputs)[:1]
    ]
    all_trade = tell(
        "Shut for a year, the most expensive are the {elements}, every trip taking its best "
        "detour.",
        elements=and_list([_with_loss(row) for row in worst]),
    )
    return [*(own if own_trade(inputs) else []), all_trade]


def unserved_sentences(ranked: pl.DataFrame, names: Mapping[str, str]) -> list[str]:
    """Return a sentence for the first rows of demand that no route serves, one for each reason.

    names: of links, by the ids that reasons tell.
    """
    rows = ranked.filter(pl.col("kind") == "demand")
    trips: dict[str, list[str]] = {}
    for trip, reason in rows.head(MAX_UNSERVED).select("name", "reason").iter_rows():
        trips.setdefault(plain_text(reason, names), []).append(trip)

    sentences = [
        # Translators: {trip} is demand from one place to another, or a list of such.
        tell(
            "No route serves {trip}: {reason}",
            trip=and_list(list(dict.fromkeys(of_reason))),
            reason=reason,
        )
        for reason, of_reason in trips.items()
    ]
    if rows.height > MAX_UNSERVED:
        more = rows.height - MAX_UNSERVED
        sentences.append(tell("Rows of demand without a route beside these: {count}.", count=more))
    return sentences


def _costly(ranked: pl.DataFrame) -> pl.DataFrame:
    """Return the elements whose loss costs something, the dearest first."""
    costly = ranked.filter(pl.col("loss_usd_per_year") > 0)
    return costly.sort("loss_usd_per_year", descending=True, maintain_order=True)


def _name(row: Mapping[str, Any]) -> str:
    """Return the name of a ranked element: of a crossing its countries."""
    kind, _, codes = str(row["element_id"]).partition(":")
    return countries(codes) if kind == "crossing" else str(row["name"])


def _with_loss(row: Mapping[str, Any]) -> str:
    """Return a crossing or link with what its loss costs."""
    words = {"name": _name(row), "usd": brief_millions(row["loss_usd_per_year"])}
    if row["kind"] == "crossing":
        # Translators: stands in "the dearest are the {elements}"; {name} is a pair of countries.
        return tell("crossing {name} (USD {usd} a year)", **words)
    return tell("link {name} (USD {usd} a year)", **words)


def _map(inputs: ReportInputs, ranked: pl.DataFrame, costly_links: pl.DataFrame) -> Figure:
    """Return the map of what the loss of each link costs."""
    caption = tell(
        "Where the network is thin: the wider a link, the more its loss costs the demand "
        "of a year. Pale links can be lost at little or no cost: goods have another route."
    )
    chart = criticality_map(inputs.nodes, inputs.links, ranked)
    return draw_figure("losses-map", chart, caption, costly_links, LOSS_TABLES)


def _bars(
    figure_id: str, ranked: pl.DataFrame, kinds: tuple[str, ...], caption: str
) -> list[Figure]:
    """Return the bars of some kinds of elements; none where none of them costs anything."""
    costly = _costly(ranked).filter(pl.col("kind").is_in(kinds))
    if not costly.height:
        return []
    return [draw_figure(figure_id, criticality_bars(ranked, kinds), caption, costly, LOSS_TABLES)]
