"""Traffic networks: links and trips as other tools' files hold them, for ``co.equilibrium``."""

from __future__ import annotations

import gzip
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from corridor.counts import count_of
from corridor.errors import CallError, Finding, first_findings

Row = dict[str, Any]

NODE_SCHEMA = {"node_id": pl.String, "x": pl.Float64, "y": pl.Float64, "is_through": pl.Boolean}
LINK_SCHEMA = {
    "link_id": pl.String,
    "from_node_id": pl.String,
    "to_node_id": pl.String,
    "capacity": pl.Float64,
    "length": pl.Float64,
    "free_cost": pl.Float64,
    "bpr_factor": pl.Float64,
    "bpr_power": pl.Float64,
    "fixed_cost": pl.Float64,
}
TRIP_SCHEMA = {
    "origin_node_id": pl.String,
    "destination_node_id": pl.String,
    "trips": pl.Float64,
}


@dataclass(frozen=True, eq=False)
class TrafficNetwork:
    """Nodes, links and trips of a road network, with findings on rows that were left out.

    Attributes
    ----------
    nodes
        node_id, x and y in the units of the file (null: not there), is_through: whether trips may
        pass.
    links
        As :func:`corridor.equilibrium` takes them, with their length in the units of the file.
    trips
        origin_node_id, destination_node_id and trips.
    findings
        What is wrong with the files, each with file and line.
    """

    nodes: pl.DataFrame
    links: pl.DataFrame
    trips: pl.DataFrame
    findings: tuple[Finding, ...]

    @property
    def no_through(self) -> list[str]:
        """Nodes that trips may begin and end at but not pass."""
        return self.nodes.filter(~pl.col("is_through"))["node_id"].to_list()

    def __repr__(self) -> str:
        return (
            f"TrafficNetwork: {self.nodes.height} nodes, {self.links.height} links, "
            f"{self.trips['trips'].sum():,.10g} trips between {self.trips.height} pairs, "
            f"{count_of(len(self.findings), 'finding')}"
        )


class Reading:
    """One file as it is read: its lines, and what is wrong with them."""

    def __init__(self, path: Path, table: str) -> None:
        self.path = path
        self.table = table
        self.findings: list[Finding] = []

    def text(self) -> str:
        """Return the text of the file; bytes that are no UTF-8 are replaced."""
        try:
            content = self.path.read_bytes()
            if self.path.suffix == ".gz":
                content = gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise CallError(f"{self.path} cannot be read: {error}") from None
        return content.decode("utf-8-sig", errors="replace")

    def add(self, kind: str, line: int | None, message: str, do: str, **more: Any) -> None:
        """Add a finding on a line."""
        finding = {"table": self.table, "file": str(self.path), "line": line, **more}
        self.findings.append(Finding(kind, message, do, **finding))

    def number(
        self, cell: str, column: str, line: int, *, default: float | None = None
    ) -> float | None:
        """Return the number of 0 or more in a cell, else null with a finding.

        default: of an empty cell; null: it must not be empty.
        """
        if not cell and default is not None:
            return default
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if math.isfinite(value) and value >= 0:
            return value

        self.add(
            "bad-number",
            line,
            f"{column} is {cell!r}, not a number of 0 or more: the row is left out.",
            "Correct the cell.",
            column=column,
            value=cell,
        )
        return None


def one_file(folder: str | Path, ends: tuple[str, ...]) -> Path | None:
    """Return the file of a folder whose name ends so, packed or not; null: none.

    Raises CallError where there are several.
    """
    home = Path(folder)
    if not home.is_dir():
        raise CallError(f"{home} is not a folder.")

    wanted = tuple(end + packed for end in ends for packed in ("", ".gz"))
    paths = sorted(path for path in home.iterdir() if path.name.lower().endswith(wanted))
    if len(paths) > 1:
        names = ", ".join(path.name for path in paths)
        raise CallError(f"{home} holds several files that end in {ends[0]}: {names}.")
    return paths[0] if paths else None


def traffic_network(
    nodes: Mapping[str, Row],
    links: list[Row],
    trips: Mapping[tuple[str, str], float],
    findings: list[Finding],
) -> TrafficNetwork:
    """Return rows as a network, with like findings gathered; trips: by origin and destination."""
    trip_rows = [(*ends, count) for ends, count in trips.items()]
    return TrafficNetwork(
        pl.DataFrame(list(nodes.values()), schema=NODE_SCHEMA),
        pl.DataFrame(links, schema=LINK_SCHEMA),
        pl.DataFrame(trip_rows, schema=TRIP_SCHEMA, orient="row"),
        tuple(first_findings(findings)),
    )
