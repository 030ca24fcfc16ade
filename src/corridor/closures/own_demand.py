"""Own demand: what the two countries a study is about send to each other."""

from __future__ import annotations

import polars as pl

from corridor.kernels import Bools
from corridor.network.names import place_row
from corridor.network.network import Network


def own_trips(
    network: Network, demand: pl.DataFrame, between: tuple[str, str] | None
) -> Bools | None:
    """Tell which rows of a demand go from one of two countries to the other [rows].

    Null where no countries are named, or nothing goes between them.
    """
    if between is None:
        return None

    def countries(column: str) -> pl.Series:
        return pl.Series([place_row(network, place)["country"] for place in demand[column]])

    one, other = between
    origin = countries("origin_node_id")
    destination = countries("destination_node_id")
    is_own = ((origin == one) & (destination == other)) | ((origin == other) & (destination == one))
    return is_own.to_numpy() if is_own.any() else None
