"""Link users: whose goods are on some links, by row of demand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from corridor.errors import CallError
from corridor.flows.flows import Flows
from corridor.network.network import Network
from corridor.tables import schema_results


def selected_flows(flows: Flows, selector: str, scenario: str) -> pl.DataFrame:
    """Return whose goods pass the links that a selector means, the heaviest first.

    Parameters
    ----------
    flows
        An assignment.
    selector
        Such as ``crossing:AF-PK``.
    scenario
        What the flows stand for, as the column of that name says it.

    Returns
    -------
    pl.DataFrame
        One row a row of demand any of which passes: selector, scenario, demand_id, origin_node_id,
        destination_node_id, cargo_id, units and t in the period, share of its own units, and
        selected_share of all the weight that passes.

    Raises
    ------
    ValueError
        For a selector that cannot be read.
    """
    links = selected_links(flows.programme.arrays.network, selector)
    weight = pl.col("t") / pl.col("t").sum()
    rows = link_users(flows.routes, links).with_columns(
        pl.lit(selector).alias("selector"),
        pl.lit(scenario).alias("scenario"),
        pl.col("share").clip(upper_bound=1.0),
        weight.alias("selected_share"),
    )
    return rows.select(schema_results.empty("flow_selected").columns)


def link_users(routes: pl.DataFrame, links: Collection[str]) -> pl.DataFrame:
    """Return the rows of demand whose goods pass any of some links, the heaviest first.

    routes: of flows. Units, t and share of each row of demand are those of its routes that pass.
    """
    together = (
        on_links(routes, links)
        .group_by("demand_id", maintain_order=True)
        .agg(
            pl.col("origin_node_id", "destination_node_id", "cargo_id").first(),
            pl.col("units", "t", "share").sum(),
        )
    )
    return together.sort("t", "demand_id", descending=[True, False])


def selected_links(network: Network, selector: str) -> frozenset[str]:
    """Return the link_ids a selector means. Raises ValueError where it cannot be read."""
    rows = list(network.selected_links(selector))
    return frozenset(network.frames["links"]["link_id"].gather(rows))


def links_meant(network: Network, words: Sequence[str]) -> set[int]:
    """Return the rows of links that selectors mean; CallError for one that means none."""
    rows: set[int] = set()
    for word in words:
        try:
            meant = network.selected_links(word)
        except ValueError as error:
            raise CallError(f"{error}.") from None
        if not meant:
            raise CallError(f"{word!r} means no link of the network.")
        rows.update(meant)
    return rows


def on_links(routes: pl.DataFrame, links: Collection[str]) -> pl.DataFrame:
    """Return the routes of flows that pass any of some links."""
    wanted = pl.Series(sorted(links), dtype=pl.String)
    return routes.filter(pl.col("links").list.eval(pl.element().is_in(wanted.implode())).list.any())
