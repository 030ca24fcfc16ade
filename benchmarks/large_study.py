"""Time what a shell asks of a large study, each a process: routes, criticality, flows, years.

    python benchmarks/large_study.py [PLACES] [--write FOLDER] [--small]

The study is made up, with the same seed the same: PLACES (50,000) on the land of twelve countries,
roads along a thinned Delaunay net (1.35 links a place), rails between every fifth place, terminals
at every 25th, every tenth crossing of a border with opening hours, and hazards at up to 190 of
them. Prints seconds, CPU seconds and the most memory of every process, as Markdown for
docs/performance.md: the first one reads and checks the study, the second one finds it prepared.
--write: only write the study. --small: 300 places, what the tests run.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from corridor.cli.output import DONE, NOT_SERVED
from corridor.kernels import Floats, Ints
from corridor.network.geo import countries_near

COUNTRIES = ("KZ", "UZ", "TM", "KG", "TJ", "AF", "PK", "IR", "AZ", "TR", "IQ", "GE")
WEST_DEG = 28.0
EAST_DEG = 85.0
SOUTH_DEG = 25.0
NORTH_DEG = 54.0
CLEAR_KM = 5.0  # of a border or a coast
KM_PER_DEG = 111.0
LINKS_PER_PLACE = 1.35
RAIL_EVERY = 5
TERMINAL_EVERY = 25
HOURS_EVERY = 10
HAZARDS = 190
SHUT_EVERY = 7
DEMAND_PAIRS = 60
CROSSING_TEU_PER_DAY = 10.0  # less than two pairs of demand send
AS_BUILT = "as built"
QUICK_ROADS = {  # what every link has of its own, where roads are quick and rails cheap
    "roads quick and rails cheap": None,
    "a speed of its own for every link": "speed",
    "a price of its own for every link": "price",
}
SOURCE: dict[str, Any] = {"source_id": "example", "confidence": "C"}

STUDY = """[study]
id = "large"
title = "A made-up network of {places} places"
price_year = 2025
default_scenario = "base"

[scenarios.base]
title = "As built"
about = "Every link open."
changes = []
as_of = 2026-07-01

[scenarios.shut]
title = "Shut"
about = "Some crossings are shut."
as_of = 2026-07-01
changes = ["shut"]

[[trips]]
trip_id = "far"
origin = "{origin}"
destination = "{destination}"
cargo = "container-40"
depart = 2026-07-01
"""


def write_study(
    folder: Path,
    places: int,
    seed: int = 1,
    *,
    road_h_per_day: float = 11.0,
    own: str | None = None,
) -> tuple[str, str]:
    """Write a made-up study and return two of its places that are far apart.

    road_h_per_day: hours that lorries drive; round the clock they are quicker than trains and
    dearer, so that many routes stand side by side. own: what every link has of its own by chance,
    ``speed`` or ``price``; null: neither.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(seed)
    points, country = _places_on_land(places, dice)
    node_id = np.array([f"p{number}" for number in range(places)])

    links, crossing = _all_links(points, node_id, country, own, dice)
    tables = {
        "nodes": _nodes(points, node_id, country),
        "links": links,
        "terminals": _terminals(node_id[::TERMINAL_EVERY]),
        "windows": _windows(crossing[::HOURS_EVERY]),
        "hazards": _hazards(crossing[:: -(-len(crossing) // HAZARDS)]),
        "changes": _shut(crossing[::SHUT_EVERY]),
        "demand": _demand(node_id, dice),
        **_tariffs(road_h_per_day),
    }
    for name, frame in tables.items():
        frame.fill_nan(None).write_csv(folder / f"{name}.csv")

    origin = str(node_id[points.sum(axis=1).argmin()])
    destination = str(node_id[points.sum(axis=1).argmax()])
    text = STUDY.format(places=places, origin=origin, destination=destination)
    (folder / "study.toml").write_text(text)
    return origin, destination


def _places_on_land(count: int, dice: np.random.Generator) -> tuple[Floats, Any]:
    """Return so many points in the twelve countries [places, 2], and the country of each."""
    points = []
    countries = []
    while len(points) < count:
        lon, lat = dice.uniform((WEST_DEG, SOUTH_DEG), (EAST_DEG, NORTH_DEG)).tolist()
        within = countries_near(lon, lat, CLEAR_KM)
        if len(within) == 1 and within <= set(COUNTRIES):
            points.append((lon, lat))
            countries.append(*within)
    return np.array(points), np.array(countries)


def _all_links(
    points: Floats, node_id: Any, country: Any, own: str | None, dice: np.random.Generator
) -> tuple[pl.DataFrame, list[str]]:
    """Return roads and rails, and the ids of those that cross a border."""
    roads = _links(points, LINKS_PER_PLACE, dice)
    stations = np.arange(0, len(points), RAIL_EVERY)
    rails = stations[_links(points[stations], LINKS_PER_PLACE, dice)]
    links = pl.concat(
        [
            _link_rows("road", None, 55.0, roads, points, node_id, country),
            _link_rows("rail", 1520, 40.0, rails, points, node_id, country),
        ]
    )
    if own is not None:
        links = _with_own(links, own, dice)
    ends = np.concatenate([roads, rails])
    crosses = country[ends[:, 0]] != country[ends[:, 1]]
    return links, links.filter(pl.Series(crosses))["link_id"].to_list()


def _links(points: Floats, per_point: float, dice: np.random.Generator) -> Ints:
    """Return a tree that spans the Delaunay net of points, and more of its edges [links, 2]."""
    triangles = Delaunay(points).simplices
    edges = np.unique(
        np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])),
        axis=0,
    )
    length = np.hypot(*(points[edges[:, 0]] - points[edges[:, 1]]).T)
    count = len(points)
    net = csr_array((length, (edges[:, 0], edges[:, 1])), shape=(count, count))
    tree = np.column_stack(minimum_spanning_tree(net).nonzero())

    is_further = ~np.isin(edges @ (count, 1), np.sort(tree, axis=1) @ (count, 1))
    further = edges[is_further]
    chosen = dice.permutation(len(further))[: int(per_point * count) - len(tree)]
    return np.concatenate([tree, further[chosen]])


def _nodes(points: Floats, node_id: Any, country: Any) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "node_id": node_id,
            "name": [f"Place {name[1:]}" for name in node_id],
            "country": country,
            "kind": ["city"] * len(points),
            "lon_deg": points[:, 0],
            "lat_deg": points[:, 1],
            **SOURCE,
        }
    )


def _link_rows(
    mode: str,
    gauge_mm: int | None,
    speed_kmh: float,
    ends: Ints,
    points: Floats,
    node_id: Any,
    country: Any,
) -> pl.DataFrame:
    crosses = country[ends[:, 0]] != country[ends[:, 1]]
    length_km = np.hypot(*(points[ends[:, 0]] - points[ends[:, 1]]).T) * KM_PER_DEG * 1.2
    return pl.DataFrame(
        {
            "link_id": [f"{mode}{number}" for number in range(len(ends))],
            "from_node_id": node_id[ends[:, 0]],
            "to_node_id": node_id[ends[:, 1]],
            "mode": [mode] * len(ends),
            "gauge_mm": pl.Series([gauge_mm] * len(ends), dtype=pl.Int64),
            "length_km": np.round(np.maximum(length_km, 1.0), 1),
            "speed_kmh": [speed_kmh] * len(ends),
            "fixed_h": np.where(crosses, 12.0, 0.0),
            "fixed_usd": np.where(crosses, 150.0, 0.0),
            "capacity_teu_per_day": np.where(crosses, CROSSING_TEU_PER_DAY, np.nan),
            "status": ["existing"] * len(ends),
            "two_way": [True] * len(ends),
            **SOURCE,
        }
    )


def _with_own(links: pl.DataFrame, what: str, dice: np.random.Generator) -> pl.DataFrame:
    """Return links whose speed is half to one and a half times theirs, or that take a toll.

    A toll is up to 1.20 USD a kilometre, what carriage by road costs.
    """
    chance = pl.Series(dice.random(links.height))
    if what == "speed":
        return links.with_columns((pl.col("speed_kmh") * (0.5 + chance)).round(1))
    toll_usd = (1.2 * pl.col("length_km") * chance).round(2)
    return links.with_columns(pl.col("fixed_usd") + toll_usd)


def _terminals(node_id: Any) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "terminal_id": [f"{name}-yard" for name in node_id],
            "node_id": node_id,
            "from_layer": ["road"] * len(node_id),
            "to_layer": ["rail-1520"] * len(node_id),
            "two_way": [True] * len(node_id),
            "handling_h": [24.0] * len(node_id),
            "usd_per_teu": [60.0] * len(node_id),
            **SOURCE,
        }
    )


def _windows(link_id: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "window_id": [f"{name}-day" for name in link_id],
            "link_id": link_id,
            "weekdays": ["mon tue wed thu fri"] * len(link_id),
            "hours": ["08:00-20:00"] * len(link_id),
            **SOURCE,
        }
    )


def _hazards(link_id: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "hazard_id": [f"{name}-stops" for name in link_id],
            "name": [f"{name} shut" for name in link_id],
            "row_id": link_id,
            "events_per_year": [0.1] * len(link_id),
            "duration_median_d": [4.0] * len(link_id),
            "duration_sigma": [0.8] * len(link_id),
            **SOURCE,
        }
    )


def _shut(link_id: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "change_id": ["shut"],
            "table": ["links"],
            "row_id": [" ".join(link_id)],
            "column": ["status"],
            "op": ["set"],
            "value": ["closed"],
            "from_on": ["2026-01-01"],
            **SOURCE,
        }
    )


def _demand(node_id: Any, dice: np.random.Generator) -> pl.DataFrame:
    pairs = dice.choice(node_id, (DEMAND_PAIRS, 2), replace=False)
    return pl.DataFrame(
        {
            "demand_id": [f"trip{number}" for number in range(DEMAND_PAIRS)],
            "origin_node_id": pairs[:, 0],
            "destination_node_id": pairs[:, 1],
            "cargo_id": ["container-40"] * DEMAND_PAIRS,
            "year": [2026] * DEMAND_PAIRS,
            "units_per_year": [1000.0] * DEMAND_PAIRS,
            **SOURCE,
        }
    )


def _tariffs(road_h_per_day: float) -> dict[str, pl.DataFrame]:
    """Return the tables that do not grow with the network."""
    cargo = {
        "cargo_id": ["container-40"],
        "name": ["40-foot container"],
        "form": ["container"],
        "t_per_unit": [20.0],
        "teu_per_unit": [2.0],
        "value_usd_per_unit": [40000.0],
        "time_value_share_per_day": [0.006],
        "allowed_modes": ["road rail"],
    }
    modes = {
        "mode_id": ["road", "rail"],
        "mode": ["road", "rail"],
        "active_h_per_day": [road_h_per_day, 24.0],
        "running_p95_ratio": [1.5, 1.3],
    }
    rates = {
        "rate_id": ["road", "rail"],
        "mode": ["road", "rail"],
        "form": ["container", "container"],
        "usd_per_unit_km": [1.2, 0.6],
    }
    emissions = {
        "emission_id": ["road", "rail"],
        "mode": ["road", "rail"],
        "g_co2e_per_t_km": [80.0, 20.0],
    }
    source = {"source_id": ["example"], "citation": ["Made up to measure how long answers take"]}
    return {
        "cargoes": pl.DataFrame({**cargo, **SOURCE}),
        "modes": pl.DataFrame({**modes, **SOURCE}),
        "rates": pl.DataFrame({**rates, **SOURCE}),
        "emissions": pl.DataFrame({**emissions, **SOURCE}),
        "sources": pl.DataFrame(source),
    }


def timed(words: list[str]) -> tuple[float, float, float]:
    """Run a command of the shell and return its seconds, CPU seconds and most memory in GB."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "corridor.cli", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status  # it has been waited for

    if os.waitstatus_to_exitcode(status) not in (DONE, NOT_SERVED):
        sys.stderr.write(said.decode())
        raise SystemExit(f"{' '.join(words)} failed")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6


def compare(studies: Mapping[str, Path], ends: tuple[str, str], draws: int) -> None:
    """Print a row of the table for each question: asked for the first time, and again.

    studies: the same one, as it is under the name ``as built``, and with roads round the clock.
    """
    study = str(studies[AS_BUILT])
    day = ["--depart", "2026-07-01"]
    questions = {"route, two criteria": ["route", study, *ends, *day, "--criteria", "time,cost"]}
    for name, folder in studies.items():
        questions[f"route, four criteria, {name}"] = ["route", str(folder), *ends, *day]
    questions["rank of crossings and hazards"] = [
        *("rank", study, "--kinds", "crossing,hazard", "--pairs", "0")
    ]
    questions["assign"] = ["assign", study]
    questions["compare two scenarios"] = ["compare", study, "base", "shut"]
    questions[f"simulate, {draws} years"] = [
        *("simulate", study, "--draws", str(draws), "--workers", "1")
    ]

    print("| question | s | CPU s | GB | s again | CPU s again | GB again |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for question, words in questions.items():
        for study_folder in studies.values():
            with open(study_folder / "study.toml", "a") as settings:
                settings.write(f"# {time.time_ns()}\n")  # so that nothing of it is prepared
        figures = [f"{figure:.2f}" for _ in range(2) for figure in timed(words)]
        print(f"| {question} | {' | '.join(figures)} |", flush=True)


def main(arguments: list[str]) -> None:
    """Write the study and time what is asked of it."""
    is_small = "--small" in arguments
    numbers = [int(word) for word in arguments if word.isdigit()]
    places = 300 if is_small else (numbers or [50_000])[0]
    if "--write" in arguments:
        write_study(Path(arguments[arguments.index("--write") + 1]), places)
        return

    subprocess.run([sys.executable, "-m", "corridor.cli", "warm-up"], check=True)
    print(f"Python {platform.python_version()}, polars {pl.__version__}, numpy {np.__version__}.\n")
    print(f"{places:,} places, each question a process of its own, kernels compiled:\n")
    with tempfile.TemporaryDirectory() as folder:
        studies = {name: Path(folder, name) for name in (AS_BUILT, *QUICK_ROADS)}
        ends = write_study(studies[AS_BUILT], places)
        for name, own in QUICK_ROADS.items():
            write_study(studies[name], places, road_h_per_day=24.0, own=own)
        compare(studies, ends, draws=2 if is_small else 100)


if __name__ == "__main__":
    main(sys.argv[1:])
