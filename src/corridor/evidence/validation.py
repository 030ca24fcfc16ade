"""Validation: what was seen in the world beside what the model says of the same trip.

Nothing is fitted here. A miss stays a miss, with the reason given before comparing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl

from corridor.errors import CorridorError
from corridor.language.speech import marked
from corridor.network.network import Network, Row
from corridor.routing.itinerary import Floats, legs, sample
from corridor.routing.query import Options, Query, prepare
from corridor.routing.whynot import best_way
from corridor.tables.columns import MODES

NEAR_SHARE = 0.25
DRAWS = 20_000  # a percentile then errs by less than 1 %, so that no verdict hangs on the draw
TYPES: dict[str, Any] = {
    "observation_id": pl.String,
    "name": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "model_p05": pl.Float64,
    "model_p50": pl.Float64,
    "model_p95": pl.Float64,
    "verdict": pl.String,
    "explains": pl.String,
    "source_id": pl.String,
    "confidence": pl.String,
}


def validate(observations: pl.DataFrame, network_of: Callable[[str], Network]) -> pl.DataFrame:
    """Return every observation beside the model's p05, p50 and p95 of the same trip.

    network_of: the network of a scenario by its id. verdict: ``inside band`` (p05 to p95), ``within
    25 %``, ``miss``, ``possible`` for what was seen to happen but not measured, ``no way`` where
    the model has none. A money figure has no spread: its three columns are equal.
    """
    rows = []
    for row in observations.iter_rows(named=True):
        low, middle, high = _modelled(row, network_of(row["scenario"]))
        rows.append(
            {
                **{k: row[k] for k in TYPES if k in row},
                "model_p05": low,
                "model_p50": middle,
                "model_p95": high,
                "verdict": _verdict(row, low, middle, high),
            }
        )
    return pl.DataFrame(rows, schema=TYPES)


def _modelled(row: Row, network: Network) -> tuple[float | None, float | None, float | None]:
    modes = set((row["modes"] or " ".join(MODES)).split())
    options: Options = {
        "via": (row["via"] or "").split(),
        "avoid": [m for m in MODES if m not in modes],
    }
    try:
        query = prepare(
            network,
            row["origin"],
            row["destination"],
            cargo=row["cargo_id"],
            depart=row["depart_on"],
            options=options,
        )
    except CorridorError:
        return None, None, None
    way = best_way(query, 1 if row["metric"] == "cost_usd" else 0)
    if way is None:
        return None, None, None
    if row["metric"] == "cost_usd":
        return (sum(int(query.usd_cents[a]) for a in way) / 100,) * 3
    if row["metric"] == "length_km":
        return (sum(p.length_km for p in legs(query, way)),) * 3
    if row["metric"] == "speed_kmh":
        way, km = _inside(query, way, row["country"])
        hours = sample(query, way, draws=DRAWS, rng=0)
        return _quantiles(km / hours) if km else (None, None, None)
    return _quantiles(sample(query, way, draws=DRAWS, rng=0))


def _inside(query: Query, way: Sequence[int], country: str | None) -> tuple[list[int], float]:
    """The links of a way that leave from places in a country (its border out included), and their
    length in km."""
    nodes = query.network.by_id("nodes")
    graph = query.graph
    links = query.network.rows("links")
    part = [
        a
        for a in way
        if graph.runs[a]
        and (
            country is None
            or nodes[graph.node_ids[graph.state_node[graph.tail[a]]]]["country"] == country
        )
    ]
    return part, float(sum(links[i]["length_km"] for a in part for i, _ in graph.runs[a]))


def _quantiles(values: Floats) -> tuple[float | None, float | None, float | None]:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95), method="inverted_cdf").tolist()
    return tuple(v if np.isfinite(v) else None for v in (low, middle, high))  # type: ignore[return-value]


def _verdict(row: Row, low: float | None, middle: float | None, high: float | None) -> str:
    if middle is None:
        return marked("no way")
    seen = [v for v in (row["value_low"], row["value"], row["value_high"]) if v is not None]
    if not seen:
        return marked("possible")
    top = np.inf if high is None else high
    if min(seen) <= top and max(seen) >= (low if low is not None else middle):
        return marked("inside band")
    return (
        marked("within 25 %")
        if any(abs(v - middle) <= NEAR_SHARE * v for v in seen)
        else marked("miss")
    )
