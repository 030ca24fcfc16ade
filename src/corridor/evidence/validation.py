"""Validation: what was seen in the world beside what the model says of the same trip.

Compared is the route that was observed: a row pins its places, links, services and countries, and
says whether the model's route is that one. Nothing is fitted here. A miss stays a miss, with the
reason given before comparing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor.errors import CorridorError
from corridor.evidence.expected_routes import ANY, is_expected_sequence
from corridor.evidence.route_words import route_words
from corridor.kernels import Floats
from corridor.language.speech import marked
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.routing.conditions import Options
from corridor.routing.itinerary import Leg, cost_usd, countries, legs
from corridor.routing.journeys import sample, sample_under_way
from corridor.routing.query import Query, prepare
from corridor.routing.route_tables import cost_band
from corridor.routing.search import best_route
from corridor.tables.columns import MODES

NEAR_SHARE = 0.25
BANDED = ("time_h", "train_h", "ship_h", "speed_kmh")  # metrics whose spread the model gives
ORDINARY = "ordinary"  # kind of a row that says none
NEAR_VERDICTS = ("inside band", "within 25 %")
DRAWS = 20_000  # a percentile then errs by less than 1 %, so that no verdict hangs on the draw
TYPES: dict[str, Any] = {
    "observation_id": pl.String,
    "name": pl.String,
    "kind": pl.String,
    "trip": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "model_p05": pl.Float64,
    "model_p50": pl.Float64,
    "model_p95": pl.Float64,
    "verdict": pl.String,
    "route": pl.String,
    "is_on_route": pl.Boolean,
    "explains": pl.String,
    "source_id": pl.String,
    "confidence": pl.String,
}


class _Band(NamedTuple):
    """What the model says of a figure; null where it cannot say, or only sometimes arrives."""

    p05: float | None
    p50: float | None
    p95: float | None


_NO_ANSWER = _Band(None, None, None)


class _Modelled(NamedTuple):
    """What the model says of an observed trip, by which route, and whether it is the observed."""

    band: _Band
    route: str | None
    is_on_route: bool


_NO_ROUTE = _Modelled(_NO_ANSWER, None, is_on_route=False)


def observations_beside_model(
    observations: pl.DataFrame, network_of: Callable[[str], Network]
) -> pl.DataFrame:
    """Return every observation beside the model's p05, p50 and p95 of the same trip.

    network_of: the network of a scenario by its id. verdict: ``inside band`` (p05 to p95), ``within
    25 %``, ``miss``, ``possible`` for what was seen to happen but not measured, ``no route`` where
    the model has none. The band of a money figure is that of the rows it comes from. route: the one
    compared; is_on_route: whether it is the observed one.
    """
    rows = [
        _row(observation, _modelled(observation, network_of(observation["scenario"])))
        for observation in observations.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=TYPES)


def _row(observation: Row, modelled: _Modelled) -> dict[str, Any]:
    """Return an observation beside what the model says."""
    columns = {name: observation[name] for name in TYPES if name in observation}
    band = modelled.band
    return {
        **columns,
        "kind": observation["kind"] or ORDINARY,
        "trip": observation["trip"] or observation["observation_id"],
        "model_p05": band.p05,
        "model_p50": band.p50,
        "model_p95": band.p95,
        "verdict": _verdict(observation, band),
        "route": modelled.route,
        "is_on_route": modelled.is_on_route,
    }


def _modelled(observation: Row, network: Network) -> _Modelled:
    """Return what the model says of the observed trip, by its quickest or cheapest route."""
    query = _query(observation, network)
    if query is None:
        return _NO_ROUTE
    route = best_route(query, "cost" if observation["metric"] == "cost_usd" else "time")
    if route is None:
        return _NO_ROUTE

    itinerary = legs(query, route.arcs)
    country_of = {row["node_id"]: row["country"] for row in query.network.rows("nodes")}
    rows = [leg.as_row("", number) for number, leg in enumerate(itinerary)]
    return _Modelled(
        _band(observation, query, route.arcs, itinerary),
        route_words(rows, country_of),
        _is_observed(observation, query, itinerary),
    )


def _band(observation: Row, query: Query, arcs: Sequence[int], itinerary: Sequence[Leg]) -> _Band:
    """Return what the model says of a figure of a route."""
    metric = observation["metric"]
    if metric == "cost_usd":
        return _price(itinerary)
    if metric == "length_km":
        return _certain(sum(leg.length_km for leg in itinerary))
    if metric == "speed_kmh":
        return _speed(query, arcs, observation["country"])
    if metric == "ship_h":
        return _percentiles(sample_under_way(query, arcs, draws=DRAWS, rng=0))
    is_organised = metric == "train_h"
    return _percentiles(sample(query, arcs, draws=DRAWS, rng=0, is_organised=is_organised))


def _is_observed(observation: Row, query: Query, itinerary: Sequence[Leg]) -> bool:
    """Tell whether a route passes the countries of the observed trip and rides its services."""
    services = {leg.service_id for leg in itinerary}
    return is_expected_sequence(
        countries(query, itinerary), observation["country_sequences"]
    ) and services.issuperset(_words(observation["services"]))


def _query(observation: Row, network: Network) -> Query | None:
    """Ask the model for the observed trip; null where it knows no such trip."""
    modes = _words(observation["modes"]) or MODES
    options: Options = {
        "via": _words(observation["via"]),
        "avoid": [
            *(mode for mode in MODES if mode not in modes),
            *_other_countries(network, observation["country_sequences"]),
            *_words(observation["avoid"]),
        ],
        "require": [*_words(observation["services"]), *_words(observation["require"])],
    }
    try:
        return prepare(
            network,
            observation["origin"],
            observation["destination"],
            cargo=observation["cargo_id"],
            depart=observation["depart_on"],
            options=options,
        )
    except CorridorError:
        return None


def _other_countries(network: Network, sequences: str | None) -> list[str]:
    """Return the countries that an observed trip did not touch; none where that is not known."""
    if sequences is None or ANY in sequences:
        return []
    touched = set(sequences.replace(";", " ").split())
    countries = network.frames["nodes"]["country"].unique().sort().to_list()
    return [country for country in countries if country not in touched]


def _words(cell: str | None) -> list[str]:
    return [] if cell is None else cell.split()


def _price(itinerary: Sequence[Leg]) -> _Band:
    """Return the price of a route and the band its rows leave."""
    band = cost_band(itinerary)
    return _Band(band["cost_p05_usd"], cost_usd(itinerary), band["cost_p95_usd"])


def _certain(value: float) -> _Band:
    return _Band(value, value, value)


def _percentiles(values: Floats) -> _Band:
    """Return the percentiles of sampled values; null where so many journeys never arrive."""
    percentiles = np.quantile(values, (0.05, 0.5, 0.95), method="inverted_cdf").tolist()
    return _Band(*(value if np.isfinite(value) else None for value in percentiles))


def _speed(query: Query, route: Sequence[int], country: str | None) -> _Band:
    """Return the speed over the part of a route inside a country; all of it where that is null."""
    arcs = _arcs_inside(query, route, country)
    links = query.network.rows("links")
    runs = chain.from_iterable(query.graph.runs[arc] for arc in arcs)
    length_km = float(sum(links[run.link]["length_km"] for run in runs))
    if not length_km:
        return _NO_ANSWER

    hours = sample(query, arcs, draws=DRAWS, rng=0)
    return _percentiles(length_km / hours)


def _arcs_inside(query: Query, route: Sequence[int], country: str | None) -> list[int]:
    """Return the links of a route that leave places in a country, its border out included."""
    graph = query.graph
    nodes = query.network.by_id("nodes")

    def leaves(arc: int) -> str:
        node_id = graph.node_ids[graph.state_node[graph.tail[arc]]]
        code: str = nodes[node_id]["country"]
        return code

    on_links = [arc for arc in route if graph.runs[arc]]
    return [arc for arc in on_links if country is None or leaves(arc) == country]


def _verdict(observation: Row, band: _Band) -> str:
    """Return how what was seen stands to the model's band."""
    if band.p50 is None:
        return marked("no route")

    figures = (observation["value_low"], observation["value"], observation["value_high"])
    seen = [figure for figure in figures if figure is not None]
    if not seen:
        return marked("possible")

    low = band.p50 if band.p05 is None else band.p05
    high = np.inf if band.p95 is None else band.p95
    if min(seen) <= high and max(seen) >= low:
        return marked("inside band")

    is_near = any(abs(figure - band.p50) <= NEAR_SHARE * figure for figure in seen)
    return marked("within 25 %") if is_near else marked("miss")


class Coverage(NamedTuple):
    """How many distinct trips lie in the band of the model, and how wide the bands are.

    width_ratio: median of the 95th over the 5th percentile; null where there is no band.
    """

    inside: int
    trips: int
    width_ratio: float | None


def coverage(compared: pl.DataFrame) -> Coverage:
    """Return how many trips whose hours or speed were seen lie in the band; each counts once.

    A trip that several rows saw lies inside where all of them do. compared: as
    :func:`observations_beside_model`; rows without a measured figure do not count.
    """
    banded = compared.filter(pl.col("metric").is_in(BANDED), pl.col("verdict") != "possible")
    is_inside = (pl.col("verdict") == "inside band").all()
    trips = banded.group_by("trip").agg(is_inside.alias("is_inside"))
    width = (banded["model_p95"] / banded["model_p05"]).drop_nulls().median()
    return Coverage(
        int(trips["is_inside"].sum()),
        trips.height,
        None if width is None else float(str(width)),
    )


def price_verdicts(compared: pl.DataFrame) -> list[str]:
    """Return the verdicts of the prices seen; compared: as :func:`observations_beside_model`."""
    prices = compared.filter(pl.col("metric") == "cost_usd", pl.col("verdict") != "possible")
    verdicts: list[str] = prices["verdict"].to_list()
    return verdicts
