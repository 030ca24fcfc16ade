"""Flow export: volumes by link, use of capacity and price of a slot, for maps and other tools.

GeoJSON (RFC 7946) is read by any map; GMNS (github.com/zephyr-data-specs/GMNS) by tools of
transport planning: ``node.csv`` and ``link.csv``, a directed link each way, our columns at the end.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from corridor.errors import CallError
from corridor.flows.flows import Flows
from corridor.flows.link_uses import USES, link_flows
from corridor.network.geo import line_geometry
from corridor.network.network import Network
from corridor.network.shapes import Point, lines_of
from corridor.tables.csv import csv_text
from corridor.tables.files import sweep, write_bytes

GEOJSON = ".geojson"
M_PER_KM = 1000.0
BACK = " back"  # what the second direction of a link is called besides, as read_gmns calls it


def export_flows(flows: Flows, path: str | Path) -> Path:
    """Write what links carry, how full they are and what a slot is worth; return where.

    Parameters
    ----------
    flows
        As :func:`corridor.assign` returns them.
    path
        A file ``.geojson``, or a folder, which gets ``node.csv`` and ``link.csv`` of GMNS (lengths
        in metres, speeds in km/h, all links of the network).

    Returns
    -------
    Path
        The file or folder written.

    Raises
    ------
    CallError
        For a file that does not end in ``.geojson``.
    OSError
        Where nothing can be written.

    Examples
    --------
    >>> import tempfile
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> demand = network.frames["demand"].head(12)
    >>> flows = co.assign(network, demand, on="2026-07-01")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     co.export_flows(flows, f"{folder}/flows.geojson").name
    'flows.geojson'
    """
    target = Path(path)
    network = flows.programme.arrays.network
    rows = link_flows(flows.volumes, flows.capacities)
    if target.suffix == GEOJSON:
        sweep(target.parent)
        write_bytes(target, _geojson(network, rows).encode())
    elif target.suffix:
        raise CallError(f"{target} is neither a file .geojson nor a folder for GMNS.")
    else:
        _write_gmns(network, rows, target)
    return target


def _geojson(network: Network, rows: pl.DataFrame) -> str:
    """Return the links that carry anything as features, one each way, as they run if known."""
    places = {node["node_id"]: (node["lon_deg"], node["lat_deg"]) for node in network.rows("nodes")}
    link_of = {link["link_id"]: link for link in network.rows("links")}
    shapes = lines_of(network.frames["shapes"])

    features = []
    for row in rows.iter_rows(named=True):
        link = link_of[row["link_id"]]
        ends = (places[link["from_node_id"]], places[link["to_node_id"]])
        line: tuple[Point, ...] = shapes.get(row["link_id"], ends)
        is_forth = row["from_node_id"] == link["from_node_id"]
        features.append(
            {
                "type": "Feature",
                "properties": {**row, "mode": link["mode"]},
                "geometry": line_geometry(list(line if is_forth else line[::-1])),
            }
        )
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False)


def _write_gmns(network: Network, rows: pl.DataFrame, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    nodes = network.frames["nodes"].select(
        "node_id", "name", pl.col("lon_deg").alias("x_coord"), pl.col("lat_deg").alias("y_coord")
    )
    for name, frame in (("node", nodes), ("link", _gmns_links(network, rows))):
        write_bytes(folder / f"{name}.csv", csv_text(frame, decimals=None).encode())


def _gmns_links(network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    """Return every link of the network each way it can be passed, with its volume and use."""
    links = network.frames["links"].select(
        "link_id", "from_node_id", "to_node_id", "mode", "length_km", "speed_kmh", "two_way"
    )
    back = links.filter("two_way").with_columns(
        from_node_id="to_node_id", to_node_id="from_node_id", is_back=pl.lit(value=True)
    )
    both = pl.concat([links.with_columns(is_back=pl.lit(value=False)), back])
    keys = ("link_id", "from_node_id", "to_node_id")
    loaded = both.join(rows, on=keys, how="left", maintain_order="left")

    name = pl.when("is_back").then(pl.col("link_id") + BACK).otherwise("link_id")
    return loaded.select(
        name.alias("link_id"),
        "from_node_id",
        "to_node_id",
        pl.lit(1).alias("directed"),
        (pl.col("length_km") * M_PER_KM).alias("length"),
        pl.col("speed_kmh").alias("free_speed"),
        pl.col("mode").alias("facility_type"),
        pl.col("t").fill_null(0.0).alias("volume_t"),
        *USES,
    )
