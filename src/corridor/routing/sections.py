"""Sections: the links and terminals that arcs lead over, as legs say them whenever goods come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from corridor.kernels import Floats
from corridor.network.cost import Costs, directed_links
from corridor.network.graph import LinkRun, Row
from corridor.network.network import Network
from corridor.network.prices import Deviation, PriceLine, deviation

PORTS = ("seaport", "river-port", "lake-port")
AFLOAT = ("sea", "ferry", "river")


class Section(NamedTuple):
    """A link or a terminal that an arc leads over; money and carbon of one unit.

    rate: the row of rates a link's money comes from; null at a terminal, whose own row says what it
    charges. lines: what the money is made of; deviations: how far each of them may be off.
    gateways: where it begins and ends, of goods that come or go by it: places, each with the
    gateway it is part of; see :mod:`corridor.routing.corridor_names`.
    """

    kind: str
    arc: int
    row: Row
    service_id: str | None
    mode: str
    layer: str
    from_node_id: str
    to_node_id: str
    country: str
    to_country: str
    fixed_h: float
    length_km: float
    usd: float
    kg: float
    rate: Row | None
    lines: tuple[PriceLine, ...]
    deviations: tuple[Deviation, ...]
    gateways: tuple[tuple[str, str], ...]


class Sections:
    """The sections of every arc at some costs, in order; those of an arc are made once.

    money: rows of tables that are made once too, by the identity of the lines they are of.
    """

    def __init__(self, network: Network, costs: Costs) -> None:
        self._network = network
        self._costs = costs
        self._made: dict[int, tuple[Section, ...]] = {}
        self.money: dict[int, list[Row]] = {}

    def __getitem__(self, arc: int) -> tuple[Section, ...]:
        sections = self._made.get(arc)
        if sections is None:
            sections = self._made[arc] = tuple(self._sections(arc))
        return sections

    def _sections(self, arc: int) -> Iterator[Section]:
        """Yield the sections of an arc."""
        if self._network.graph.kind[arc] == "terminal":
            yield self._terminal(arc)
            return

        runs = self._network.graph.runs[arc]
        for run, carriage_usd in zip(runs, self._carriage_usd(arc), strict=True):
            yield self._link(arc, run, carriage_usd)

    def _terminal(self, arc: int) -> Section:
        """Return the section of a terminal."""
        graph = self._network.graph
        costs = self._costs
        node_id = graph.node_ids[graph.state_node[graph.tail[arc]]]
        country = self._country(node_id)
        lines = costs.handling[arc]
        return Section(
            kind="terminal",
            arc=arc,
            row=self._network.rows("terminals")[int(graph.row[arc])],
            service_id=None,
            mode="terminal",
            layer=graph.state_layer[graph.head[arc]],
            from_node_id=node_id,
            to_node_id=node_id,
            country=country,
            to_country=country,
            fixed_h=float(costs.fixed_h[arc]),
            length_km=0.0,
            usd=float(costs.usd[arc]),
            kg=float(costs.kg[arc]),
            rate=None,
            lines=lines,
            deviations=self._deviations(lines),
            gateways=self._gateways("terminal", node_id, node_id),
        )

    def _link(self, arc: int, run: LinkRun, carriage_usd: float) -> Section:
        """Return the section of a link."""
        graph = self._network.graph
        of_links = self._costs.link
        row = self._network.rows("links")[run.link]
        from_node_id, to_node_id = _ends(row, is_forward=run.is_forward)
        rate = self._costs.service_rates.get(arc) or of_links.rates[run.direction]
        lines = _lines(rate, carriage_usd, of_links.charges[run.direction])
        return Section(
            kind="link",
            arc=arc,
            row=row,
            service_id=self._service_id(arc),
            mode=row["mode"],
            layer=graph.state_layer[graph.head[arc]],
            from_node_id=from_node_id,
            to_node_id=to_node_id,
            country=self._country(from_node_id),
            to_country=self._country(to_node_id),
            fixed_h=float(of_links.fixed_h[run.direction]),
            length_km=float(row["length_km"]),
            usd=sum(line.usd for line in lines),
            kg=float(of_links.kg[run.direction]),
            rate=rate,
            lines=lines,
            deviations=self._deviations(lines),
            gateways=self._gateways(row["mode"], from_node_id, to_node_id),
        )

    def _gateways(self, mode: str, *node_ids: str) -> tuple[tuple[str, str], ...]:
        """Return the gateways that some places are part of for goods that come or go by a mode."""
        nodes = self._network.by_id("nodes")
        passed = ((node_id, _gateway(nodes[node_id], mode)) for node_id in node_ids)
        return tuple((node_id, gateway) for node_id, gateway in passed if gateway is not None)

    def _country(self, node_id: str) -> str:
        """Return the country of a place."""
        country: str = self._network.by_id("nodes")[node_id]["country"]
        return country

    def _deviations(self, lines: Sequence[PriceLine]) -> tuple[Deviation, ...]:
        """Return how far the money of each of some lines may be off."""
        return tuple(deviation(self._network, line) for line in lines)

    def _service_id(self, arc: int) -> str | None:
        """Return the service that an arc is a ride of; null for a link."""
        row = self._network.graph.service(arc)
        return None if row is None else self._network.rows("services")[row]["service_id"]

    def _carriage_usd(self, arc: int) -> list[float]:
        """Return the money of each link without fees: of a price for a ride, by length."""
        costs = self._costs
        at = directed_links(self._network.graph.runs[arc])
        charge_usd = costs.link.charge_usd[at]

        if arc not in costs.service_rates:
            by_link: list[float] = (costs.link.usd[at] - charge_usd).tolist()
            return by_link

        length_km = self._lengths_km(arc)
        ride_usd = costs.usd[arc] - charge_usd.sum()
        by_length: list[float] = (ride_usd * length_km / max(length_km.sum(), 1e-9)).tolist()
        return by_length

    def _lengths_km(self, arc: int) -> Floats:
        """Return the length of each link that an arc leads over."""
        links = self._network.rows("links")
        return np.array([links[run.link]["length_km"] for run in self._network.graph.runs[arc]])


def _gateway(node: Row, mode: str) -> str | None:
    """Return the gateway a place is part of for goods that come or go by a mode; null for none."""
    is_passed_by = node["kind"] in PORTS and mode not in AFLOAT
    return None if is_passed_by else node.get("gateway")


def _lines(
    rate: Row | None, carriage_usd: float, charges: Sequence[PriceLine]
) -> tuple[PriceLine, ...]:
    """Return what the money of a link is made of: carriage by its rate, fees and charges."""
    carriage = () if rate is None else (PriceLine("rates", rate, carriage_usd),)
    return (*carriage, *charges)


def _ends(link: Row, *, is_forward: bool) -> tuple[str, str]:
    """Return where a link is entered and left."""
    ends = (link["from_node_id"], link["to_node_id"])
    return ends if is_forward else ends[::-1]
