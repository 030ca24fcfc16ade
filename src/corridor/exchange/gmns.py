"""GMNS: networks and demand in the General Modeling Network Specification.

Source: Zephyr Foundation, github.com/zephyr-data-specs/GMNS.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corridor.errors import CallError
from corridor.exchange.traffic_network import (
    Reading,
    Row,
    TrafficNetwork,
    one_file,
    traffic_network,
)

CUT_LETTERS = 10  # of a column's name are left after a journey through a shapefile
# Columns of files of trips, as tools write them.
ORIGINS = ("o_zone_id", "orig_taz", "origin", "from_zone_id", "orig_zone_id")
DESTINATIONS = ("d_zone_id", "dest_taz", "destination", "to_zone_id", "dest_zone_id")
VOLUMES = ("volume", "total", "trips", "demand")
# Parameters of the cost function are no part of the specification; tools add them so.
FACTORS = ("bpr_factor", "vdf_alpha", "vdf_alpha1", "alpha")
POWERS = ("bpr_power", "vdf_beta", "vdf_beta1", "beta")
BPR_FACTOR = 0.15  # Bureau of Public Roads (1964), Traffic Assignment Manual
BPR_POWER = 4.0
METRES = {"foot": 0.3048, "feet": 0.3048, "ft": 0.3048, "m": 1.0, "meter": 1.0, "metre": 1.0}
METRES |= {"mile": 1609.344, "mi": 1609.344, "km": 1000.0, "kilometer": 1000.0}
KMH = {"mph": 1.609344, "kph": 1.0, "kmh": 1.0, "km/h": 1.0}
EVERY_USE = ("", "all")
ENDS = ("from_node_id", "to_node_id")
TRUE = ("", "1", "true", "t", "yes")

Cells = dict[str, str]


@dataclass(frozen=True)
class Units:
    """What a length and a speed of the file are."""

    metres: float
    kmh: float


def read_gmns(
    folder: str | Path,
    *,
    use: str = "auto",
    length_unit: str | None = None,
    speed_unit: str | None = None,
    toll_weight: float = 0.0,
) -> TrafficNetwork:
    """Return the network and trips of a folder of GMNS files, with findings on bad rows.

    Parameters
    ----------
    folder
        Holds ``node.csv`` and ``link.csv``, and may hold ``demand.csv`` and ``config.csv``; each
        may be packed (``.gz``). Rows and columns may stand in any order, ids may be any words.
    use
        Links are left out whose allowed_uses name others only.
    length_unit, speed_unit
        Of ``link.length`` and ``link.free_speed``; null: short_length and speed of ``config.csv``,
        else metres and km/h.
    toll_weight
        Minutes that a unit of ``link.toll`` counts.

    Returns
    -------
    TrafficNetwork
        free_cost is minutes at free speed, capacity that of all lanes. Links without capacity do
        not jam; those without parameters have bpr_factor 0.15 and bpr_power 4. A link that is not
        directed becomes two, the second one named ``... back``. A zone of several nodes becomes
        a node of its own, ``zone ...``, with links that cost nothing.

    Raises
    ------
    CallError
        A file or a column is not there, or a unit is not known.

    Source
    ------
    github.com/zephyr-data-specs/GMNS.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import corridor as co
    >>> link = "link_id,from_node_id,to_node_id,directed,length,free_speed\\nl,a,b,1,1000,60\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "node.csv").write_text("node_id,x_coord,y_coord\\na,0,0\\nb,1,1\\n")
    ...     _ = Path(folder, "link.csv").write_text(link)
    ...     network = co.read_gmns(folder)
    >>> network.links["free_cost"].to_list()
    [1.0]
    """
    paths = {name: _path(folder, name) for name in ("node", "link", "demand", "config")}
    if paths["node"] is None or paths["link"] is None:
        raise CallError(f"{folder} needs node.csv and link.csv.")

    node_file = Reading(paths["node"], "nodes")
    link_file = Reading(paths["link"], "links")
    units = _units(paths["config"], length_unit, speed_unit)
    nodes, zones = _nodes(node_file)
    links = _links(link_file, nodes, use, units, toll_weight)
    node_of_zone = _connect(zones, nodes, links)
    findings = [*node_file.findings, *link_file.findings]

    trips: dict[tuple[str, str], float] = {}
    if paths["demand"] is not None:
        demand = Reading(paths["demand"], "trips")
        trips = _trips(demand, node_of_zone)
        findings += demand.findings
    return traffic_network(nodes, list(links.values()), trips, findings)


def _path(folder: str | Path, name: str) -> Path | None:
    """Return the file of a table; null: there is none."""
    path = one_file(folder, (f"{name}.csv",))
    return path if path and path.name.lower().removesuffix(".gz") == f"{name}.csv" else None


def _rows(
    reading: Reading, required: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, Cells]]:
    """Yield the line and the cells of each row, under our names of columns; '': no such column."""
    table = csv.reader(io.StringIO(reading.text(), newline=""))
    heading = [cell.strip().lower() for cell in next(table, [])]
    place = {name: _column(heading, name) for name in (*required, *optional)}
    missing = [name for name in required if place[name] is None]
    if missing:
        raise CallError(f"{reading.path} lacks the column {', '.join(missing)}.")

    for cells in table:
        if not any(cells):
            continue
        yield table.line_num, {name: _cell(cells, i) for name, i in place.items()}


def _cell(cells: list[str], i: int | None) -> str:
    """Return the text of a cell; '': no such column, or the row ends before it."""
    return cells[i].strip() if i is not None and i < len(cells) else ""


def _column(heading: list[str], name: str) -> int | None:
    """Return where a column stands, its name cut short or not."""
    for written in (name, name[:CUT_LETTERS]):
        if written in heading:
            return heading.index(written)
    return None


def _units(path: Path | None, length_unit: str | None, speed_unit: str | None) -> Units:
    """Return the units asked for, else those of the file of settings, else metres and km/h."""
    settings: Cells = {}
    if path is not None:
        rows = _rows(Reading(path, "config"), (), ("short_length", "speed"))
        settings = next((cells for _, cells in rows), {})
    length = (length_unit or settings.get("short_length") or "m").lower()
    speed = (speed_unit or settings.get("speed") or "kmh").lower()

    if length not in METRES:
        raise CallError(f"length_unit {length!r} is none of {', '.join(METRES)}.")
    if speed not in KMH:
        raise CallError(f"speed_unit {speed!r} is none of {', '.join(KMH)}.")
    return Units(METRES[length], KMH[speed])


def _nodes(reading: Reading) -> tuple[dict[str, Row], dict[str, list[str]]]:
    """Return nodes by id, and the nodes of each zone."""
    nodes: dict[str, Row] = {}
    zones: dict[str, list[str]] = {}
    optional = ("x_coord", "y_coord", "zone_id", "node_type")
    for line, cells in _rows(reading, ("node_id",), optional):
        node = cells["node_id"]
        if not node or node in nodes:
            _report_id(reading, line, "node_id", node)
            continue

        nodes[node] = {
            "node_id": node,
            "x": _coordinate(cells["x_coord"]),
            "y": _coordinate(cells["y_coord"]),
            "is_through": "centroid" not in cells["node_type"].lower(),
        }
        if cells["zone_id"]:
            zones.setdefault(cells["zone_id"], []).append(node)
    return nodes, zones


def _report_id(reading: Reading, line: int, column: str, value: str) -> None:
    """Report an id that is lacking or there already."""
    fault = f"{value!r} is there already" if value else "there is no id"
    reading.add(
        "bad-id",
        line,
        f"{column}: {fault}; the row is left out.",
        "Give every row an id of its own.",
        column=column,
        value=value,
    )


def _coordinate(cell: str) -> float | None:
    """Return a coordinate; null: none."""
    try:
        return float(cell)
    except ValueError:
        return None


def _links(
    reading: Reading, nodes: dict[str, Row], use: str, units: Units, toll_weight: float
) -> dict[str, Row]:
    """Return the links that may be used, by id."""
    links: dict[str, Row] = {}
    required = ("link_id", "from_node_id", "to_node_id", "length", "free_speed")
    optional = ("directed", "capacity", "lanes", "allowed_uses", "toll", *FACTORS, *POWERS)
    for line, cells in _rows(reading, required, optional):
        uses = cells["allowed_uses"].lower().replace(";", ",").split(",")
        if use not in map(str.strip, uses) and uses[0] not in EVERY_USE:
            continue
        if not cells["link_id"] or cells["link_id"] in links:
            _report_id(reading, line, "link_id", cells["link_id"])
            continue

        link = _link(reading, line, cells, units, toll_weight)
        if link is None or any(_is_unknown(reading, line, cells, end, nodes) for end in ENDS):
            continue
        links[link["link_id"]] = link
        if cells["directed"].lower() not in TRUE:
            back = f"{link['link_id']} back"
            ends = {"from_node_id": link["to_node_id"], "to_node_id": link["from_node_id"]}
            links[back] = {**link, **ends, "link_id": back}
    return links


def _is_unknown(reading: Reading, line: int, cells: Cells, end: str, nodes: dict[str, Row]) -> bool:
    """Tell whether an end of a link is no node, with a finding."""
    if cells[end] in nodes:
        return False
    reading.add(
        "unknown-node",
        line,
        f"{end} is {cells[end]!r}, which node.csv does not have: the row is left out.",
        "Add the node, or correct the id.",
        column=end,
        value=cells[end],
    )
    return True


def _link(
    reading: Reading, line: int, cells: Cells, units: Units, toll_weight: float
) -> Row | None:
    """Return a link; null, with a finding, where a number of it is bad."""
    defaults = {"length": None, "free_speed": None, "capacity": 0.0, "lanes": 1.0, "toll": 0.0}
    numbers = {
        name: reading.number(cells[name], name, line, default=default)
        for name, default in defaults.items()
    }
    parameters = {"bpr_factor": (FACTORS, BPR_FACTOR), "bpr_power": (POWERS, BPR_POWER)}
    for name, (columns, default) in parameters.items():
        cell = next((cells[column] for column in columns if cells[column]), "")
        numbers[name] = reading.number(cell, name, line, default=default)

    row = {name: number for name, number in numbers.items() if number is not None}
    if len(row) < len(numbers):
        return None
    if not row["free_speed"]:
        reading.add(
            "no-speed",
            line,
            f"free_speed of {cells['link_id']!r} is 0: the row is left out.",
            "Write the speed of a free road.",
            column="free_speed",
        )
        return None

    metres_per_minute = row["free_speed"] * units.kmh * 1000 / 60
    return {
        "link_id": cells["link_id"],
        "from_node_id": cells["from_node_id"],
        "to_node_id": cells["to_node_id"],
        "capacity": row["capacity"] * max(row["lanes"], 1.0) or None,
        "length": row["length"],
        "free_cost": row["length"] * units.metres / metres_per_minute,
        "bpr_factor": row["bpr_factor"],
        "bpr_power": row["bpr_power"],
        "fixed_cost": toll_weight * row["toll"],
    }


def _connect(
    zones: dict[str, list[str]], nodes: dict[str, Row], links: dict[str, Row]
) -> dict[str, str]:
    """Return the node of each zone; one of several nodes becomes a node of its own.

    Where no node names a zone, every node is one.
    """
    if not zones:
        return {node: node for node in nodes}

    node_of_zone = {}
    for zone, members in zones.items():
        if len(members) == 1:
            node_of_zone[zone] = members[0]
            continue

        name = f"zone {zone}"
        node_of_zone[zone] = name
        nodes[name] = {"node_id": name, "is_through": False}
        for member in members:
            for ends in ((name, member), (member, name)):
                link_id = " to ".join(ends)
                links[link_id] = {
                    "link_id": link_id,
                    "from_node_id": ends[0],
                    "to_node_id": ends[1],
                    "length": 0.0,
                    "free_cost": 0.0,
                    "bpr_factor": 0.0,
                    "bpr_power": 1.0,
                    "fixed_cost": 0.0,
                }
    return node_of_zone


def _trips(reading: Reading, node_of_zone: dict[str, str]) -> dict[tuple[str, str], float]:
    """Return the trips of a file by the nodes of origin and destination."""
    columns = (*ORIGINS, *DESTINATIONS, *VOLUMES)
    volumes: dict[tuple[str, str], float] = {}
    for line, cells in _rows(reading, (), columns):
        origin, destination, cell = (
            next((cells[name] for name in names if cells[name]), "")
            for names in (ORIGINS, DESTINATIONS, VOLUMES)
        )
        trips = reading.number(cell, "volume", line)
        unknown = [zone for zone in (origin, destination) if zone not in node_of_zone]
        if unknown:
            reading.add(
                "unknown-zone",
                line,
                f"No node is in zone {unknown[0]!r}: the row is left out.",
                "Give a node its zone_id, or correct the zone.",
                value=unknown[0],
            )
        elif trips:
            pair = node_of_zone[origin], node_of_zone[destination]
            volumes[pair] = volumes.get(pair, 0.0) + trips

    return volumes
