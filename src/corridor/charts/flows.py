"""Flows on a map: links as wide as they are used, coloured by how full they are."""

from __future__ import annotations

import polars as pl

from corridor.charts.maps import end_nodes, link_widths, weighted_map
from corridor.charts.style import HUES, SOFT, Chart
from corridor.charts.titles import Titles
from corridor.flows.bottlenecks import BUSY_SHARE
from corridor.language.speech import marked, number, tell

FULL_SHARE = 0.999  # use of a limit from which it counts as full
_NAMED = 16  # links whose ends are named first
_UNKNOWN = marked("no limit known")
_FREE = marked("used below 80 %")
_BUSY = marked("used by 80 % and more")
_FULL = marked("full")
_USES = {_UNKNOWN: SOFT, _FREE: HUES[2], _BUSY: HUES[1], _FULL: "#b2182b"}


def flow_map(
    nodes: pl.DataFrame, links: pl.DataFrame, volumes: pl.DataFrame, uses: pl.DataFrame
) -> Chart:
    """Return the map of the tonnes on links and how full these are.

    Parameters
    ----------
    nodes, links
        Tables of the study.
    volumes
        The table ``flow_volumes``.
    uses
        link_id and use_share, the largest of the limits of each link; links without one are left
        out.
    """
    tonnes = link_tonnes(volumes)
    top = float(tonnes["t"].max() or 1.0)  # type: ignore[arg-type]
    weighted = tonnes.join(uses, on="link_id", how="left").select(
        "link_id",
        kind=_kind(pl.col("use_share")),
        width=link_widths(pl.col("t") / top),
    )

    widest = links.filter(pl.col("link_id").is_in(tonnes["link_id"].tail(_NAMED).to_list()))
    return weighted_map(
        nodes, links, weighted, hues=_USES, named=end_nodes(widest), titles=_titles(tonnes, top)
    )


def link_tonnes(volumes: pl.DataFrame) -> pl.DataFrame:
    """Return link_id and t of both directions, the least first."""
    on_links = volumes.filter(pl.col("kind") == "link")
    by_link = on_links.group_by(pl.col("element_id").alias("link_id")).agg(pl.col("t").sum())
    return by_link.sort("t", "link_id")


def _kind(share: pl.Expr) -> pl.Expr:
    return (
        pl.when(share.is_null())
        .then(pl.lit(_UNKNOWN))
        .when(share >= FULL_SHARE)
        .then(pl.lit(_FULL))
        .when(share >= BUSY_SHARE)
        .then(pl.lit(_BUSY))
        .otherwise(pl.lit(_FREE))
    )


def _titles(tonnes: pl.DataFrame, top: float) -> Titles:
    return Titles(
        tell("What goes where under capacity"),
        tell(
            "wide is much; the widest {millions} million tonnes a year",
            millions=number(top / 1e6, 1),
        ),
        tell("Million tonnes a year by link: {list}.", list=_texts(tonnes)),
    )


def _texts(tonnes: pl.DataFrame) -> str:
    largest = tonnes.reverse().head(12).iter_rows()
    return tell("; ").join(f"{link} {number(t / 1e6, 2)}" for link, t in largest)
