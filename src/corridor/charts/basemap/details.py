"""Details of the base map: borders by standing, waters, relief, names of towns, lakes and seas.

``README.md`` says where they come from and how ``details.json`` was made.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

from corridor.network.outline import Line, Polygon, unpack_arc

LANGUAGES = ("ru", "kk", "ur", "zh")  # in which seas are named, beside English


class Name(NamedTuple):
    """A name on a map that can be zoomed.

    kind: town, lake or sea. zoom: of a web map whose world is 512 pixels wide at zoom 0; from it
    on the name is shown. names: the same in other languages, by code; empty where the source has
    none.
    """

    kind: str
    name: str
    lon: float
    lat: float
    zoom: int
    names: Mapping[str, str] = MappingProxyType({})


class Details(NamedTuple):
    """What lies on the land of the outline.

    borders: those that nobody disputes. disputed: all others, lines of control among them.
    """

    borders: list[Line]
    disputed: list[Line]
    rivers: list[Line]
    lakes: list[Polygon]
    names: list[Name]


@cache
def details() -> Details:
    """Return the details of the whole world."""
    folder = files("corridor.charts.basemap")
    stored = json.loads(folder.joinpath("details.json").read_text(encoding="utf-8"))
    lakes = _lake_names(stored["lakes"], _rows("lakes.csv"))

    return Details(
        _lines(stored["borders"]),
        _lines(stored["disputed"]),
        _lines(stored["rivers"]),
        [_lines(lake["rings"]) for lake in stored["lakes"]],
        [*map(_sea, _rows("seas.csv")), *lakes, *map(_town, stored["towns"])],
    )


def relief_tiles() -> dict[str, bytes]:
    """Return the pictures of the land's heights: zoom/column/row.webp of a web map -> WebP."""
    packed = files("corridor.charts.basemap").joinpath("relief.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _lines(packed: Iterable[Sequence[int]]) -> list[Line]:
    return [unpack_arc(steps) for steps in packed]


def _rows(name: str) -> Iterable[Mapping[str, str]]:
    """Return the rows of a table beside this file."""
    table = files("corridor.charts.basemap").joinpath(name)
    return csv.DictReader(table.read_text(encoding="utf-8").splitlines())


def _sea(row: Mapping[str, str]) -> Name:
    names = {code: row[code] for code in LANGUAGES if row[code]}
    place = (float(row["lon_deg"]), float(row["lat_deg"]))
    return Name("sea", row["name"], *place, int(row["zoom"]), names)


def _lake_names(
    lakes: Iterable[Mapping[str, Any]], kazakh: Iterable[Mapping[str, str]]
) -> list[Name]:
    """Return the names of lakes; kazakh: those in a language that their source does not hold."""
    further = {row["name"]: {"kk": row["kk"]} for row in kazakh}
    return [
        Name(
            "lake",
            lake["name"],
            lake["lon"],
            lake["lat"],
            lake["zoom"],
            lake["names"] | further.get(lake["name"], {}),
        )
        for lake in lakes
        if lake["name"]
    ]


def _town(row: Sequence[Any]) -> Name:
    name, lon, lat, zoom = row
    return Name("town", name, lon, lat, zoom)
