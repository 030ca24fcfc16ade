"""Time the dated Pareto search of the built-in study against the same search written plainly in
Python.

    python benchmarks/pareto.py [--small]

The twin keeps labels in lists and a heap, compares them one by one and prunes by the same lower
bounds, on the same arrays in the same run. Prints versions, seconds, ratios and how many routes
both found. --small: one short question (what the tests run).
"""

from __future__ import annotations

import heapq
import sys
import time
from bisect import bisect_right
from pathlib import Path
from typing import Any

import numba
import numpy as np

from corridor.kernels.records import ARC
from corridor.network import hazards
from corridor.routing.pareto import pareto_set
from corridor.routing.query import Query, prepare
from corridor.routing.search import lower_bounds
from corridor.study import study

STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"
QUESTIONS = (
    ("tashkent", "termez"),
    ("bishkek", "kashgar"),
    ("almaty", "islamabad"),
    ("almaty", "karachi"),
)
Label = tuple[int, int, int, int, int]


def plain(query: Query, use: np.ndarray[Any, np.dtype[np.bool_]]) -> set[tuple[int, ...]]:
    """Return the (second, cents, grams, risk weight) of every Pareto-optimal way by label setting
    in plain Python."""
    weight = hazards.weights(query.network, query.depart_s).tolist()
    live = sum(1 << h for h, w in enumerate(weight) if w)
    arcs = np.zeros((query.graph.arcs_count, len(ARC)), np.int64)
    arcs[:, ARC.duration] = query.duration_s
    arcs[:, ARC.money] = query.usd_cents
    arcs[:, ARC.carbon] = query.carbon_g
    arcs = arcs[query.arc_of]
    bound = lower_bounds(query, arcs).T.tolist()
    duration, usd, carbon, *_ = arcs.T.tolist()
    ptr, head, arc_of, is_goal = (
        x.tolist() for x in (query.ptr, query.head, query.arc_of, query.is_goal)
    )
    bits = (query.hazard_words[0] & live).tolist()
    starts = query.starts.tolist()
    spans = [
        query.packed[:, a:b].tolist()
        for a, b in zip(query.span_ptr, query.span_ptr[1:], strict=False)
    ]
    settled: list[list[Label]] = [[] for _ in is_goal]
    goals: list[tuple[int, ...]] = []
    queue = [
        (query.depart_s + bound[0][s], s, (query.depart_s, 0, 0, 0, 0))
        for s in starts
        if bound[0][s] < 1 << 60
    ]
    heapq.heapify(queue)

    def hopeless(state: int, label: Label) -> bool:
        best = (
            label[0] + bound[0][state],
            label[1] + bound[1][state],
            label[2] + bound[2][state],
            label[3],
        )
        return any(all(g[c] <= best[c] for c in range(4) if use[c]) for g in goals)

    def beaten(state: int, label: Label) -> bool:
        return any(
            x[1] <= label[1] and x[2] <= label[2] and x[4] & ~label[4] == 0 for x in settled[state]
        )

    while queue:
        _, state, label = heapq.heappop(queue)
        if beaten(state, label) or hopeless(state, label):
            continue
        settled[state].append(label)
        if is_goal[state]:
            goals.append(label[:4])
            continue
        for a in range(ptr[state], ptr[state + 1]):
            there = head[a]
            arc = arc_of[a]
            if duration[a] < 0 or bound[0][there] >= 1 << 60:
                continue
            begins, ends, delays = spans[arc]
            leave = None
            for k in range(bisect_right(ends, label[0]), len(ends)):
                enter = max(label[0], begins[k])
                if leave is not None and enter >= leave:
                    break
                leave = enter + delays[k] if leave is None else min(leave, enter + delays[k])
            if leave is None or leave + duration[a] + bound[0][there] > query.openings.to_s:
                continue
            met = bits[arc] & ~label[4]
            risk = label[3] + sum(w for h, w in enumerate(weight) if met >> h & 1)
            new = (
                leave + duration[a],
                label[1] + usd[a],
                label[2] + carbon[a],
                risk,
                label[4] | bits[arc],
            )
            if not beaten(there, new) and not hopeless(there, new):
                heapq.heappush(queue, (new[0] + bound[0][there], there, new))
    return {
        g
        for g in goals
        if not any(o != g and all(x <= y for x, y in zip(o, g, strict=True)) for o in goals)
    }


def compare(network: Any, origin: str, destination: str, repeats: int) -> float:
    """Print seconds of both for one question and return the plain search's over ours."""
    use = np.ones(4, bool)
    query = prepare(
        network, origin, destination, cargo="container-40", depart="2026-07-01", options={}
    )
    pareto_set(query, use)  # compiled before the clock starts
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        values = pareto_set(query, use).values
        times.append(time.perf_counter() - began)
    began = time.perf_counter()
    expected = plain(query, use)
    theirs = time.perf_counter() - began
    if {tuple(v) for v in values.tolist()} != expected:
        raise SystemExit(f"{origin} to {destination}: routes differ")
    print(
        f"{origin} to {destination}: {len(expected)} routes, corridor {min(times) * 1e3:.1f} ms, "
        f"plain Python {theirs * 1e3:.0f} ms, {theirs / min(times):.0f} times as long"
    )
    return theirs / min(times)


def main(arguments: list[str]) -> None:
    """Run the comparison and print it."""
    print(f"numba {numba.__version__}, numpy {np.__version__}, Python {sys.version.split()[0]}")
    network = study.read(STUDY).network
    small = "--small" in arguments
    for origin, destination in QUESTIONS[:1] if small else QUESTIONS:
        compare(network, origin, destination, repeats=1 if small else 5)


if __name__ == "__main__":
    main(sys.argv[1:])
