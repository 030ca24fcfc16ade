"""Time user equilibrium against AequilibraE and TAP-B, on the same networks in the same run.

    python benchmarks/assignment.py [--small] [--data FOLDER] [--aequilibrae PYTHON]
                                    [--tap-b FOLDER] [NETWORK ...]

FOLDER of the data holds the test collection Transportation Networks for Research as ``tntp/...``
(default: CORRIDOR_BENCHMARK_DATA). AequilibraE stands in an environment of its own, whose Python is
named; TAP-B (github.com/spartalab/tap-b, ``make serial``) in a folder with ``bin/tap``. What is not
named is left out. Seconds are those of the processor, one thread, the least of some runs: for us
from data frames to data frames, for AequilibraE ``execute()``, for TAP-B its own clock, which
counts neither reading nor the gap. Set OMP_NUM_THREADS and POLARS_MAX_THREADS to 1. --small: our
own solver on Braess's network, what the tests run.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

import corridor as co
from corridor.flows.traffic_arrays import (
    TrafficArrays,
    empty_bushes,
    former_bushes,
    traffic_arrays,
)
from corridor.kernels.assignment import equilibrium as solver
from corridor.kernels.records import AssignmentLimits, Bushes

WEIGHTS = {"Chicago-Sketch": {"toll_weight": 0.02, "length_weight": 0.04}}
NETWORKS = ("SiouxFalls", "Anaheim", "Barcelona", "Winnipeg", "Chicago-Sketch")
OF_AEQUILIBRAE = ("SiouxFalls", "Chicago-Sketch")
OF_TAP_B = ("SiouxFalls", "Barcelona", "Winnipeg", "Chicago-Sketch")
GAPS = (1e-6, 1e-10, 1e-12)
PEER_GAP = 1e-6  # that AequilibraE is asked for
REPEATS = 3
CLOSED_LINKS = 20  # of which each is closed alone

# Run by the Python that has AequilibraE: the columns of links.csv and trips.csv as they are.
AEQUILIBRAE = """
import logging, sys, time, warnings
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
import numpy as np, pandas as pd
from importlib.metadata import version
from aequilibrae.matrix import AequilibraeMatrix
from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass
folder, zones, blocked, gap, most = sys.argv[1:6]
zones, gap = int(zones), float(gap)
links = pd.read_csv(folder + "/links.csv")
trips = pd.read_csv(folder + "/trips.csv").to_numpy()
index = np.arange(1, zones + 1)
matrix = AequilibraeMatrix()
matrix.create_empty(zones=zones, matrix_names=["demand"], memory_only=True)
matrix.index[:] = index
matrix.matrix["demand"][:, :] = 0.0
matrix.matrix["demand"][trips[:, 0].astype(int) - 1, trips[:, 1].astype(int) - 1] = trips[:, 2]
matrix.computational_view(["demand"])
graph = Graph()
graph.network = links
graph.prepare_graph(index)
graph.set_graph("free_flow_time")
graph.set_blocked_centroid_flows(blocked == "1")
traffic = TrafficClass("car", graph, matrix)
if links.fixed.any():
    traffic.set_fixed_cost("fixed")
    traffic.set_vot(1.0)
assignment = TrafficAssignment()
assignment.add_class(traffic)
assignment.set_vdf("BPR")
assignment.set_vdf_parameters({"alpha": "b", "beta": "power"})
assignment.set_capacity_field("capacity")
assignment.set_time_field("free_flow_time")
assignment.set_algorithm("bfw")
assignment.max_iter, assignment.rgap_target = int(most), gap
assignment.set_cores(1)
began = time.process_time()
assignment.execute()
seconds = time.process_time() - began
print("RESULT", version("aequilibrae"), seconds, assignment.assignment.rgap,
      assignment.assignment.iter)
"""


def least(repeats: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least processor seconds of some runs, and the last result."""
    times = []
    for _ in range(repeats):
        began = time.process_time()
        result = work()
        times.append(time.process_time() - began)
    return min(times), result


def ours(network: co.TrafficNetwork, gap: float, **more: Any) -> tuple[float, co.Equilibrium]:
    """Solve a network some times."""

    def solve() -> co.Equilibrium:
        return co.equilibrium(
            network.links, network.trips, no_through=network.no_through, gap_share=gap, **more
        )

    return least(REPEATS, solve)


def aequilibrae(python: str, network: co.TrafficNetwork) -> tuple[str, float, float, int]:
    """Return version, seconds, gap and iterations of AequilibraE's bfw."""
    order = network.links.with_row_index("link", offset=1)
    links = order.select(
        pl.col("link").alias("link_id"),
        pl.col("from_node_id").cast(pl.Int64).alias("a_node"),
        pl.col("to_node_id").cast(pl.Int64).alias("b_node"),
        pl.lit(1).alias("direction"),
        pl.col("free_cost").clip(1e-9).alias("free_flow_time"),  # its BPR wants times above 0
        "capacity",
        pl.col("bpr_factor").alias("b"),
        pl.col("bpr_power").clip(1.0).alias("power"),  # and powers of 1 or more
        pl.col("fixed_cost").alias("fixed"),
    )
    trips = network.trips.with_columns(pl.exclude("trips").cast(pl.Int64))
    zones = zones_count(network)
    with tempfile.TemporaryDirectory() as folder:
        links.write_csv(f"{folder}/links.csv")
        trips.write_csv(f"{folder}/trips.csv")
        blocked = "1" if network.no_through else "0"
        most = "2000"
        command = [python, "-c", AEQUILIBRAE, folder, str(zones), blocked, str(PEER_GAP), most]
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)

    result = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+)", done.stdout)
    if result is None:
        raise SystemExit(f"AequilibraE failed:\n{done.stderr[-2000:]}")
    return result[1], float(result[2]), float(result[3]), int(result[4])


def zones_count(network: co.TrafficNetwork) -> int:
    """Return the number of zones, which are numbered from 1."""
    ends = network.trips.select(pl.exclude("trips").cast(pl.Int64).max())
    return int(ends.max_horizontal().item())


def tap_b(folder: Path, name: str, network: co.TrafficNetwork) -> dict[float, float]:
    """Return the seconds by TAP-B's own clock to each gap."""
    seconds: dict[float, float] = {}
    with tempfile.TemporaryDirectory() as home:
        write_tntp(Path(home), network)
        lines = ("<NETWORK FILE> net.txt", "<TRIPS FILE> trips.txt", "<CONVERGENCE GAP> 1e-13")
        options = (f"<FILE PATH> {home}/", f"<DATA PATH> {home}/", "<MAX RUN TIME> 60")
        parameters = Path(home) / "parameters.txt"
        parameters.write_text("\n".join((*lines, *options, "")), encoding="utf-8")
        for _ in range(REPEATS):
            command = [folder / "bin" / "tap", parameters]
            done = subprocess.run(command, capture_output=True, text=True, cwd=home, check=False)
            for gap in GAPS:
                for step in re.finditer(
                    r"Iteration \d+: gap ([\d.]+).*?time ([\d.]+)", done.stdout
                ):
                    if float(step[1]) <= gap:
                        seconds[gap] = min(seconds.get(gap, 1e9), float(step[2]))
                        break
    if not seconds:
        raise SystemExit(f"TAP-B failed on {name}:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    return seconds


def write_tntp(folder: Path, network: co.TrafficNetwork) -> None:
    """Write a network with the fixed costs as tolls of weight 1."""
    zones = zones_count(network)
    heads = {
        "NUMBER OF ZONES": zones,
        "NUMBER OF NODES": network.nodes.height,
        "FIRST THRU NODE": len(network.no_through) + 1,
        "NUMBER OF LINKS": network.links.height,
        "TOLL FACTOR": 1,
        "DISTANCE FACTOR": 0,
    }
    rows = [
        f"\t{r['from_node_id']}\t{r['to_node_id']}\t{r['capacity']!r}\t0\t{r['free_cost']!r}\t"
        f"{r['bpr_factor']!r}\t{r['bpr_power']!r}\t0\t{r['fixed_cost']!r}\t1\t;"
        for r in network.links.to_dicts()
    ]
    tags = [f"<{tag}> {value}" for tag, value in heads.items()]
    text = "\n".join((*tags, "<END OF METADATA>", "", *rows, ""))
    (folder / "net.txt").write_text(text, encoding="utf-8")

    total = network.trips["trips"].sum()
    lines = [f"<NUMBER OF ZONES> {zones}", f"<TOTAL OD FLOW> {total!r}", "<END OF METADATA>", ""]
    for (origin,), group in network.trips.group_by("origin_node_id", maintain_order=True):
        lines.append(f"Origin {origin}")
        lines += [f"{r['destination_node_id']} : {r['trips']!r};" for r in group.to_dicts()]
    (folder / "trips.txt").write_text("\n".join((*lines, "")), encoding="utf-8")


def compare(name: str, network: co.TrafficNetwork, options: argparse.Namespace) -> None:
    """Print our seconds on a network beside those of the peers, and those of a warm start."""
    ours(network, 1e-2)  # compiled
    times = {gap: ours(network, gap) for gap in GAPS}
    _, result = times[GAPS[-1]]
    print(f"{name}: objective {result.objective:.15g}, relative gap {result.gap_share:.1e}")
    for gap, (seconds, solved) in times.items():
        print(f"  corridor to {gap:g}: {seconds:.4f} s, {solved.trace.height} iterations")

    if options.tap_b and name in OF_TAP_B:
        theirs = tap_b(options.tap_b, name, network)
        for gap, seconds in theirs.items():
            ratio = seconds / times[gap][0]
            print(f"  TAP-B to {gap:g}: {seconds:.3f} s, {ratio:.2f} times ours")
    if options.aequilibrae and name in OF_AEQUILIBRAE:
        release, seconds, gap, iterations = aequilibrae(options.aequilibrae, network)
        ratio = seconds / times[1e-10][0]
        print(
            f"  AequilibraE {release} bfw to {gap:.1e}: {seconds:.1f} s, {iterations} iterations: "
            f"ours to 1e-10 takes 1/{ratio:.0f} of it"
        )
    warm_starts(network, result)


def warm_starts(network: co.TrafficNetwork, base: co.Equilibrium) -> None:
    """Print what a warm start saves after one link is closed: medians over links with traffic."""
    jams = network.links.filter(pl.col("bpr_factor") * pl.col("bpr_power") > 0)["link_id"]
    is_used = pl.col("link_id").is_in(jams.implode()) & (pl.col("volume") > 0)
    used = base.volumes.filter(is_used)["link_id"].sort()
    closed = used.sample(min(CLOSED_LINKS, used.len()), seed=1)
    for gap in (1e-6, 1e-10):
        calls = pl.DataFrame([closing(network, base, link, gap) for link in closed])
        medians = calls.median().row(0, named=True)
        print(
            f"  closing one of {closed.len()} links, to {gap:g}, medians: whole call "
            f"{medians['call']:.3f} of cold ({medians['warm_s']:.4f} of {medians['cold_s']:.4f} "
            f"s), solver alone {medians['solver']:.3f}"
        )
        closures_in_one_call(network, gap, closed.to_list(), calls["warm_s"].sum())


def closures_in_one_call(
    network: co.TrafficNetwork, gap: float, links: list[str], single_s: float
) -> None:
    """Print the seconds of all closures in one call, beside those of single warm calls."""
    _, base = ours(network, gap)
    seconds, _ = least(REPEATS, lambda: co.equilibria(base, [[link] for link in links]))
    print(
        f"  all {len(links)} closures in one call, to {gap:g}: {seconds:.3f} s, single warm calls "
        f"{single_s:.3f} s"
    )


def closing(
    network: co.TrafficNetwork, base: co.Equilibrium, link: str, gap: float
) -> dict[str, float]:
    """Return the seconds, cold and warm, of a network without a link, and their ratios."""
    links = network.links.filter(pl.col("link_id") != link)
    cut = co.TrafficNetwork(network.nodes, links, network.trips, network.no_through)
    cold_s, _ = ours(cut, gap)
    warm_s, _ = ours(cut, gap, warm_start=base)

    former = base.route_flows
    arrays = traffic_arrays(links, network.trips, network.no_through, None)
    cold_solver_s = solver_seconds(arrays, [empty_bushes(arrays) for _ in range(REPEATS)], gap)
    renewed = [former_bushes(former.arrays, former.bushes, arrays) for _ in range(REPEATS)]
    warm_solver_s = solver_seconds(arrays, renewed, gap)
    return {
        "cold_s": cold_s,
        "warm_s": warm_s,
        "call": warm_s / cold_s,
        "solver": warm_solver_s / cold_solver_s,
    }


def solver_seconds(arrays: TrafficArrays, starts: list[Bushes], gap: float) -> float:
    """Return the seconds of the solver without data frames, from bushes that it changes."""
    limits = AssignmentLimits(gap, 500)
    trips = arrays.trips.by_zone

    def solve() -> None:
        solver(arrays.graph, arrays.is_through, arrays.costs, trips, starts.pop(), limits)

    return least(REPEATS, solve)[0]


def braess() -> co.TrafficNetwork:
    """Return Braess's network (1968)."""
    ends = [("1", "3"), ("1", "4"), ("3", "2"), ("3", "4"), ("4", "2")]
    links = pl.DataFrame(
        {
            "link_id": [f"{a}-{b}" for a, b in ends],
            "from_node_id": [a for a, _ in ends],
            "to_node_id": [b for _, b in ends],
            "free_cost": [1e-8, 50.0, 50.0, 10.0, 1e-8],
            "capacity": [1.0] * 5,
            "bpr_factor": [1e9, 0.02, 0.02, 0.1, 1e9],
            "bpr_power": [1.0] * 5,
            "fixed_cost": [0.0] * 5,
        }
    )
    trips = {"origin_node_id": ["1"], "destination_node_id": ["2"], "trips": [6.0]}
    nodes = pl.DataFrame({"node_id": list("1234"), "is_through": [True] * 4})
    return co.TrafficNetwork(nodes, links, pl.DataFrame(trips), ())


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    default = os.environ.get("CORRIDOR_BENCHMARK_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(default))
    parser.add_argument("--aequilibrae")
    parser.add_argument("--tap-b", type=Path)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("networks", nargs="*", default=NETWORKS)
    options = parser.parse_args(arguments)
    packages = ", ".join(f"{p} {version(p)}" for p in ("numpy", "polars", "numba"))
    print(f"Python {platform.python_version()}, {packages}")

    if options.small:
        compare("Braess", braess(), options)
        return
    for name in options.networks:
        folder = options.data / "tntp" / name
        if not folder.is_dir():
            print(f"benchmark data are not at {folder}")
            continue
        compare(name, co.read_tntp(folder, **WEIGHTS.get(name, {})), options)


if __name__ == "__main__":
    main(sys.argv[1:])
