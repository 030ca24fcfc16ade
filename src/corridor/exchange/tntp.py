"""TNTP: the text files of the test networks for traffic assignment.

Source: Transportation Networks for Research Core Team, Transportation Networks for Research,
github.com/bstabler/TransportationNetworks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from corridor.errors import CallError
from corridor.exchange.traffic_network import (
    Reading,
    Row,
    TrafficNetwork,
    one_file,
    traffic_network,
)

ZONES = "NUMBER OF ZONES"
NODES = "NUMBER OF NODES"
LINKS = "NUMBER OF LINKS"
FIRST_THROUGH = "FIRST THRU NODE"
TOTAL = "TOTAL OD FLOW"
# Columns of a network file, in their order.
FIELDS = ("from", "to", "capacity", "length", "free_time", "b", "power", "speed", "toll")
NUMBERS = ("capacity", "length", "free_time", "b", "power", "toll")
TAG = re.compile(r"\s*<([^>]+)>\s*([^\s;]*)")
ORIGIN = re.compile(r"\s*origin\s+(\S+)", re.IGNORECASE)
TOTAL_SLACK = 1e-3  # of the trips, by which the total that a file tells may be rounded


def read_tntp(
    folder: str | Path, *, toll_weight: float = 0.0, length_weight: float = 0.0
) -> TrafficNetwork:
    """Return the network and trips of a folder of TNTP files, with findings on bad lines.

    Parameters
    ----------
    folder
        Holds one ``..._net.tntp`` and one ``..._trips.tntp``, and may hold a ``..._node.tntp``;
        each may be packed (``.gz``).
    toll_weight, length_weight
        Cost of a unit of toll and of length, in the unit of free_cost: what the network's page
        calls generalized cost weights.

    Returns
    -------
    TrafficNetwork
        Links are named ``from-to``, parallel ones ``from-to-2``. free_cost is the free-flow time.

    Raises
    ------
    CallError
        A file is not there or no TNTP file.

    Source
    ------
    github.com/bstabler/TransportationNetworks, README.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import corridor as co
    >>> head = "<NUMBER OF ZONES> 2\\n<NUMBER OF NODES> 2\\n<FIRST THRU NODE> 1\\n"
    >>> link = "<NUMBER OF LINKS> 1\\n<END OF METADATA>\\n 1 2 100 2 6 0.15 4 0 0 1 ;\\n"
    >>> trips = "<NUMBER OF ZONES> 2\\n<END OF METADATA>\\nOrigin 1\\n 2 : 50;\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "two_net.tntp").write_text(head + link)
    ...     _ = Path(folder, "two_trips.tntp").write_text(trips)
    ...     network = co.read_tntp(folder)
    >>> co.equilibrium(network.links, network.trips).volumes["volume"].to_list()
    [50.0]
    """
    net_path = one_file(folder, ("_net.tntp",))
    trips_path = one_file(folder, ("_trips.tntp",))
    node_path = one_file(folder, ("_node.tntp",))
    if net_path is None or trips_path is None:
        raise CallError(f"{folder} needs a file ..._net.tntp and a file ..._trips.tntp.")

    net = Reading(net_path, "links")
    tags, lines = _parted(net)
    nodes = _nodes(net, tags)
    links = _links(net, tags, lines, nodes, toll_weight, length_weight)

    demand = Reading(trips_path, "trips")
    trips = _trips(demand, nodes)
    places = Reading(node_path, "nodes") if node_path else None
    if places:
        _place(places, nodes)
    findings = [*net.findings, *demand.findings, *(places.findings if places else ())]
    return traffic_network(nodes, links, trips, findings)


def _parted(reading: Reading) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """Return the tags of a file, and its other lines with their numbers, comments left out."""
    tags: dict[str, str] = {}
    lines = []
    for number, text in enumerate(reading.text().splitlines(), 1):
        tag = TAG.match(text)
        if tag:
            tags[tag.group(1).strip().upper()] = tag.group(2)
        elif text.split("~")[0].strip(" \t;"):
            lines.append((number, text.split("~")[0]))
    return tags, lines


def _count(reading: Reading, tags: dict[str, str], tag: str) -> int:
    """Return the whole number after a tag; raise CallError where there is none."""
    if not tags.get(tag, "").isdigit():
        raise CallError(f"{reading.path} is not a TNTP network: it has no number after <{tag}>.")
    return int(tags[tag])


def _nodes(reading: Reading, tags: dict[str, str]) -> dict[str, Row]:
    """Return the nodes by id; those before the first through node may not be passed."""
    first_through = _count(reading, tags, FIRST_THROUGH) if FIRST_THROUGH in tags else 1
    return {
        str(number): {"node_id": str(number), "is_through": number >= first_through}
        for number in range(1, _count(reading, tags, NODES) + 1)
    }


def _links(
    reading: Reading,
    tags: dict[str, str],
    lines: list[tuple[int, str]],
    nodes: dict[str, Row],
    toll_weight: float,
    length_weight: float,
) -> list[Row]:
    """Return the links of a network file."""
    links = []
    counts: dict[str, int] = {}
    for line, text in lines:
        row = _link_row(reading, line, text, nodes)
        if row is None:
            continue

        name = f"{row['from']}-{row['to']}"
        counts[name] = counts.get(name, 0) + 1
        links.append(
            {
                "link_id": name if counts[name] == 1 else f"{name}-{counts[name]}",
                "from_node_id": row["from"],
                "to_node_id": row["to"],
                "capacity": row["capacity"] or None,
                "length": row["length"],
                "free_cost": row["free_time"],
                "bpr_factor": row["b"],
                "bpr_power": row["power"],
                "fixed_cost": toll_weight * row["toll"] + length_weight * row["length"],
            }
        )

    expected = tags.get(LINKS, "")
    if expected != str(len(lines)):
        reading.add(
            "other-count",
            None,
            f"<{LINKS}> says {expected or 'nothing'}, there are {len(lines)}.",
            "See whether the file was cut off.",
            severity="warning",
        )
    return links


def _link_row(reading: Reading, line: int, text: str, nodes: dict[str, Row]) -> Row | None:
    """Return the fields of a line of a network file; null, with a finding, where one is bad."""
    cells = text.replace(";", " ").split()
    if len(cells) < len(FIELDS):
        reading.add(
            "short-row",
            line,
            f"The line has {len(cells)} fields, a link needs {len(FIELDS)}: it is left out.",
            f"Write {', '.join(FIELDS)}.",
        )
        return None

    row: Row = dict(zip(FIELDS, cells, strict=False))
    numbers = {name: reading.number(row[name], name, line) for name in NUMBERS}
    if None in numbers.values():
        return None
    if numbers["capacity"] == 0 and numbers["b"]:
        reading.add(
            "no-capacity",
            line,
            f"The link {row['from']}-{row['to']} jams, but its capacity is 0: it is left out.",
            "Write a capacity above 0, or b 0.",
            column="capacity",
        )
        return None
    if any(_is_unknown(reading, row[end], end, line, nodes) for end in ("from", "to")):
        return None
    return {**row, **numbers}


def _is_unknown(reading: Reading, node: str, column: str, line: int, nodes: dict[str, Row]) -> bool:
    """Tell whether a node is not there, with a finding."""
    if node in nodes:
        return False
    reading.add(
        "unknown-node",
        line,
        f"{column} is {node!r}, which is none of the {len(nodes)} nodes: the row is left out.",
        f"Write a number from 1 to {len(nodes)}, or correct <{NODES}>.",
        column=column,
        value=node,
    )
    return True


def _trips(reading: Reading, nodes: dict[str, Row]) -> dict[tuple[str, str], float]:
    """Return the trips of a file by origin and destination."""
    tags, lines = _parted(reading)
    volumes: dict[tuple[str, str], float] = {}
    origin = ""
    for line, text in lines:
        heading = ORIGIN.match(text)
        if heading:
            origin = heading.group(1)
            if _is_unknown(reading, origin, "origin", line, nodes):
                origin = ""
            continue
        for destination, cell in _entries(reading, line, text):
            if not origin or _is_unknown(reading, destination, "destination", line, nodes):
                continue
            trips = reading.number(cell, "trips", line)
            if trips:
                pair = origin, destination
                volumes[pair] = volumes.get(pair, 0.0) + trips

    _compare_total(reading, tags.get(TOTAL, ""), sum(volumes.values()))
    return volumes


def _entries(reading: Reading, line: int, text: str) -> Iterator[tuple[str, str]]:
    """Yield destination and number of the entries ``destination : trips;`` of a line."""
    for entry in filter(str.strip, text.split(";")):
        destination, colon, cell = entry.partition(":")
        if colon:
            yield destination.strip(), cell.strip()
        else:
            reading.add(
                "bad-entry",
                line,
                f"{entry.strip()!r} is no entry of a trip table: it is left out.",
                "Write 'destination : trips;'.",
            )


def _compare_total(reading: Reading, expected: str, total: float) -> None:
    """Report a sum of trips that is not what the file says of itself."""
    try:
        stated = float(expected)
    except ValueError:
        return
    if abs(stated - total) > TOTAL_SLACK * max(stated, total):
        reading.add(
            "other-total",
            None,
            f"<{TOTAL}> says {stated:,.10g}, the trips sum to {total:,.10g}.",
            "See whether the file was cut off.",
            severity="warning",
        )


def _place(reading: Reading, nodes: dict[str, Row]) -> None:
    """Give nodes the coordinates of a file of nodes."""
    _, lines = _parted(reading)
    for line, text in lines:
        cells = text.replace(";", " ").split()
        if not cells[0].isdigit():
            continue  # the heading
        if len(cells) < 3 or _is_unknown(reading, cells[0], "node", line, nodes):
            continue
        try:
            x, y = map(float, cells[1:3])
        except ValueError:
            reading.add(
                "bad-number",
                line,
                f"The coordinates of node {cells[0]} are no numbers: they are left out.",
                "Correct the line.",
            )
            continue
        nodes[cells[0]].update(x=x, y=y)
