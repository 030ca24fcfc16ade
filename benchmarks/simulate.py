"""Time simulated years of closures on the built-in study, and compare with solving every day's
state anew with SciPy.

    python benchmarks/simulate.py [--small]

Prints seconds for one and two workers after a warm-up, the peak of memory, how many different daily
states the years hold and how many ways were sought for them. SciPy is timed on a sample of those
states (all trips, shut arcs weigh infinity) and scaled to each state once; it then still knows
nothing of goods that meet a closure on the way. --small: what the tests run.
"""

from __future__ import annotations

import platform
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import corridor as co
from corridor.closures import route_books, simulation
from corridor.kernels.records import COUNT
from corridor.network.closure_draws import hazards_at_work
from corridor.units import CALENDAR_YEAR_DAYS

STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"
ON = "2026-07-01"


def main() -> None:
    draws, sample = (20, 3) if "--small" in sys.argv else (1000, 40)
    versions = ", ".join(f"{p} {version(p)}" for p in ("numpy", "scipy", "numba", "polars"))
    print(f"Python {platform.python_version()}, {versions}")
    network = co.read(STUDY, scenario="open-borders").network
    demand = network.frames["demand"]
    hazards = network.frames["hazards"]
    simulation.simulate(network, demand, hazards, on=ON, draws=2)
    task, arrays = simulation.prepare_task(network, demand, hazards, on=ON, rng=7, options={})
    route_books.put_book(
        task.routes, route_books.new_book()
    )  # the years are timed with an empty one
    seconds = {}
    for workers in (1, 2):
        began = time.perf_counter()
        cpu = time.process_time()
        risk = simulation.simulate(
            network, demand, hazards, on=ON, draws=draws, workers=workers, rng=7
        )
        seconds[workers] = time.perf_counter() - began
        print(
            f"{draws} years, {demand.height} trips, {hazards.height} hazards, {workers} worker(s): "
            f"{seconds[workers]:.1f} s ({time.process_time() - cpu:.1f} s of processor)"
        )
        if workers == 1:
            book = route_books.book_of(task.routes)
            routes_count = int(book.counts[COUNT.routes])
            route_books.put_book(task.routes, route_books.new_book())
    print(
        f"{risk!r}\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    met = set()
    for draw in range(draws):
        active = hazards_at_work(task.draws.closures(draw), task.draws.days)[:CALENDAR_YEAR_DAYS]
        met |= set(
            zip(arrays.regime_of_day[:CALENDAR_YEAR_DAYS].tolist(), active.tolist(), strict=True)
        )
    states = sorted(met)
    print(
        f"{draws * CALENDAR_YEAR_DAYS:,} days hold {len(states):,} different states; "
        f"{routes_count:,} routes were sought for "
        f"{draws * CALENDAR_YEAR_DAYS * demand.height:,} dispatches"
    )
    picked = np.random.default_rng(1).choice(len(states), min(sample, len(states)), replace=False)
    n = len(arrays.ptr) - 1
    masks = task.network.hazard_bits
    began = time.perf_counter()
    for k in picked.tolist():
        regime, shut = states[k]
        for kind in range(arrays.weight.shape[1]):
            weight = arrays.weight[regime, kind].astype(float)
            weight[(weight < 0) | (masks & shut != 0)] = np.inf
            matrix = csr_array((weight, arrays.head, arrays.ptr), shape=(n, n))
            dijkstra(
                matrix,
                indices=[int(g[1][0]) for g in arrays.groups() if g[0] == kind],
                return_predecessors=True,
            )
    theirs = (time.perf_counter() - began) / len(picked) * len(states)
    print(
        f"SciPy, each state once, dispatch only: {theirs:.1f} s, {theirs / seconds[1]:.1f} times "
        "our whole simulation with 1 worker"
    )


if __name__ == "__main__":
    main()
