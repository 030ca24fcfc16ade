"""Ends: links with what is known of the places at both of their ends, row for row."""

from __future__ import annotations

import polars as pl

from corridor.tables.tables import Tables

END_NODES = ("from_node_id", "to_node_id")


def with_ends(links: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return links with columns of the place at either end: ``from_country``, ``to_country``.

    Null where there is no such place. Of places with one id the last counts.

    Parameters
    ----------
    links : with from_node_id and to_node_id.
    places : with node_id, and the columns that links get.
    """
    known = places.unique("node_id", keep="last")
    for end in END_NODES:
        names = {name: end.replace("node_id", name) for name in known.columns}
        links = links.join(
            known.rename(names | {"node_id": end}),
            on=end,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
    return links


def layer() -> pl.Expr:
    """Return the layer of links, as :func:`corridor.tables.schema.layer` names it."""
    return pl.concat_str("mode", "gauge_mm", separator="-", ignore_nulls=True)


def links_with_countries(tables: Tables) -> pl.DataFrame:
    """Return the links with the country at either end, ``from_country`` and ``to_country``."""
    return with_ends(tables.frames["links"], tables.frames["nodes"].select("node_id", "country"))
