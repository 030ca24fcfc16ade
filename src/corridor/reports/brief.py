"""The brief: an answer on one A4 page, with map, corridors, conditions and sources."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup

from corridor.charts.letters import letters_beside, with_letters
from corridor.charts.maps import route_map
from corridor.charts.svg import skip_validation, to_svg
from corridor.language.amounts import days
from corridor.language.messages import translate
from corridor.language.speech import number, signed, tell
from corridor.reports.translating import translated_frame
from corridor.routing.corridor_words import corridor_message
from corridor.routing.differences import Difference
from corridor.routing.order import quickest_first
from corridor.units import DAY_H

if TYPE_CHECKING:
    from corridor.network.network import Network
    from corridor.routing.route import Routes

MAX_ROUTES = 10  # on the page; the answer itself may list more
MAX_GONE = 4
MAX_SOURCES = 5
DRAWN = ("time", "value", "cost")  # criteria whose best routes are on the map
MINUS = "\N{MINUS SIGN}"
HOURS = pl.coalesce("time_p50_h", "time_h").alias("hours")  # that a person reads first


def brief_html(
    answer: Routes,
    network: Network,
    *,
    title: str,
    conditions: Sequence[tuple[str, str]],
    baseline: Routes | None = None,
    condition: str | None = None,
    closed: Collection[str] = (),
    address: str = "",
) -> str:
    """Return an answer as a page of one A4 sheet, in the language spoken.

    Parameters
    ----------
    answer
        The routes; where there are none the page says why.
    network
        The network they were looked for in: places, lines and sources are its.
    title
        Of the study.
    conditions
        What was asked, as labels and values in the language spoken.
    baseline
        What the answer is compared with; null: nothing.
    condition
        What holds now and not in the baseline, see
        :meth:`corridor.routing.differences.Difference.sentence`.
    closed
        link_ids shut on the day, crossed out on the map.
    address
        Where the same question is asked again; empty: none is named.

    Returns
    -------
    str
        HTML; :func:`corridor.reports.printing.print_pdf` prints it.
    """
    from corridor.reports.fonts import with_font
    from corridor.reports.page import style, template_environment

    difference = None if baseline is None else answer.minus(baseline)
    routes = with_letters(answer.routes) if baseline is None else letters_beside(answer, baseline)
    routes = translated_frame(routes, ())
    gone = _gone(baseline, difference)

    environment = template_environment()
    html = environment.get_template("brief.html").render(
        css=style(environment, "quote.css") + style(environment, "brief.css"),
        title=translate(title),
        heading=_heading(network, answer),
        sentence=_sentence(answer, difference, condition),
        conditions=conditions,
        map=_map(answer, routes, network, baseline, closed),
        rows=_rows(routes, difference),
        more=max(routes.height - MAX_ROUTES, 0),
        gone=gone[:MAX_GONE],
        more_gone=max(len(gone) - MAX_GONE, 0),
        has_baseline=baseline is not None,
        sources=_sources(answer, network),
        provenance=answer.provenance,
        address=address,
    )
    return with_font(html)


def _heading(network: Network, answer: Routes) -> str:
    """Return the ends of the trip by name."""
    nodes = network.by_id("nodes")
    ends = [answer.provenance["origin"], answer.provenance["destination"]]
    return " – ".join(translate(nodes[end]["name"]) if end in nodes else end for end in ends)


def _sentence(answer: Routes, difference: Difference | None, condition: str | None) -> str:
    """Return what the answer comes to: what it takes more, else its quickest route, else why."""
    if difference is not None:
        return translate(difference.sentence(condition))
    if answer.reason is not None:
        return translate(answer.reason)

    quickest = quickest_first(answer.routes.with_columns(HOURS)).row(0, named=True)
    return tell(
        "The quickest route takes {days} days and USD {money}, by {corridor}.",
        days=days(quickest["hours"]),
        money=number(quickest["cost_usd"]),
        corridor=translate(corridor_message(quickest["corridor"])),
    )


def _map(
    answer: Routes,
    routes: pl.DataFrame,
    network: Network,
    baseline: Routes | None,
    closed: Collection[str],
) -> Markup:
    """Return the map of the best routes, those of the baseline as dashes; empty for no legs."""
    from corridor.network.shapes import with_lines

    if answer.legs.is_empty():
        return Markup("")

    letters = routes.select("route_id", "letter")
    legs = answer.legs.drop("letter", strict=False).join(
        letters, on="route_id", how="left", maintain_order="left"
    )
    before = None
    if baseline is not None and baseline.legs.height:
        before = baseline.legs.filter(pl.col("route_id").is_in(_best(baseline)))

    frames = network.frames
    with skip_validation():
        chart = route_map(
            translated_frame(frames["nodes"], ("name",)),
            with_lines(frames["links"], frames["shapes"]),
            legs.filter(pl.col("route_id").is_in(_best(answer))),
            closed=closed,
            before=before,
            max_height=330.0,
        )
        return Markup(to_svg(chart))


def _best(answer: Routes) -> list[str]:
    """Return the routes of an answer that are drawn, by route_id."""
    best = answer.minus(answer).best.filter(pl.col("criterion").is_in(DRAWN))
    return best["route_id"].drop_nulls().unique(maintain_order=True).to_list()


def _rows(routes: pl.DataFrame, difference: Difference | None) -> list[dict[str, Any]]:
    """Return the rows of the table of corridors, quickest first, with what each takes more."""
    extras: dict[str, Mapping[str, Any]] = {}
    if difference is not None:
        extras = {row["route_id"]: row for row in difference.corridors.to_dicts()}

    shown = quickest_first(routes.with_columns(HOURS)).head(MAX_ROUTES)
    return [
        {**row, "through": "–".join(row["countries"]), **_extra_cells(extras.get(row["route_id"]))}
        for row in shown.iter_rows(named=True)
    ]


def _extra_cells(corridor: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what stands under the figures of a corridor; empty where nothing is more or less."""
    names = ("extra_days", "extra_usd", "extra_carbon", "state")
    if corridor is None or corridor["extra_h"] is None:
        is_new = corridor is not None and corridor["state"] == "new"
        return {**dict.fromkeys(names, ""), "state": tell("newly listed") if is_new else ""}

    return {
        "extra_days": _signed(corridor["extra_h"] / DAY_H, 1),
        "extra_usd": _signed(corridor["extra_usd"], 0),
        "extra_carbon": _signed(corridor["extra_carbon_kg"] / 1000, 1),
        "state": tell("by other links") if corridor["state"] == "rerouted" else "",
    }


def _signed(value: float, digits: int) -> str:
    """Return a number with its sign, as spoken; empty where it rounds to nothing."""
    rounded = round(value, digits)
    return signed(rounded, digits).replace("-", MINUS) if rounded else ""


def _gone(baseline: Routes | None, difference: Difference | None) -> list[dict[str, Any]]:
    """Return the routes of the baseline that are no longer listed."""
    if baseline is None or difference is None:
        return []

    gone = difference.corridors.filter(pl.col("state") == "gone")["baseline_route_id"]
    rows = translated_frame(with_letters(baseline.routes), ()).with_columns(HOURS)
    return rows.filter(pl.col("route_id").is_in(gone.to_list())).to_dicts()


def _sources(answer: Routes, network: Network) -> list[dict[str, Any]]:
    """Return the sources that most money of the routes rests on, each with its grade."""
    if answer.money.is_empty():
        return []

    citations = network.frames["sources"].select("source_id", "citation", "year")
    paid = answer.money.group_by("source_id", "confidence").agg(pl.col("cost_usd").sum())
    shares = paid.with_columns(share=pl.col("cost_usd") / paid["cost_usd"].sum())
    ranked = shares.sort("cost_usd", "source_id", descending=[True, False]).head(MAX_SOURCES)
    return ranked.join(citations, on="source_id", how="left", maintain_order="left").to_dicts()
