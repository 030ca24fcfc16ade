"""Time the Pareto search: on the built-in study against the same search written plainly in Python,
and on grids against others' programmes.

    python benchmarks/pareto.py [--boa PROGRAM] [--mosp PROGRAM] [--small]
    CORRIDOR_BOA=PROGRAM CORRIDOR_MOSP=PROGRAM make bench BENCH=pareto

The twin keeps labels in lists and a heap, compares them one by one and prunes by the same lower
bounds, on the same arrays in the same run. Programmes: see pareto_grids.py; without one its rows
are left out. Prints Markdown for docs/performance.md; ends where results differ. --small: one short
question (what the tests run).
"""

from __future__ import annotations

import argparse
import heapq
import os
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numba
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import pareto_grids as grids

from corridor.kernels.records import ARC, CRITERIA_COLUMNS
from corridor.network import hazards
from corridor.routing.pareto import undominated_rows
from corridor.routing.query import Query, prepare
from corridor.routing.search import MAX_LABELS, _limits, _search, lower_bounds
from corridor.routing.turn_backs import leads_back
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
    """Return the (second, cents, grams, risk weight) of every Pareto-optimal route by label setting
    in plain Python."""
    weight = hazards.weights(query.network, query.depart_s).tolist()
    live = sum(1 << h for h, w in enumerate(weight) if w)
    arcs = np.zeros((query.graph.arcs_count, len(ARC)), np.int64)
    arcs[:, ARC.duration] = np.where(leads_back(query), -1, query.duration_s)
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


def compare(network: Any, origin: str, destination: str, repeats: int) -> None:
    """Print a row of milliseconds of both for one question."""
    use = np.ones(4, bool)
    query = prepare(
        network, origin, destination, cargo="container-40", depart="2026-07-01", options={}
    )
    limits = _limits(query, MAX_LABELS)
    _search(query, use, {}, limits)  # compiled before the clock starts
    times = []
    for _ in range(repeats):
        began = time.process_time()
        answer = _search(query, use, {}, limits)
        values = answer.labels[answer.goals, CRITERIA_COLUMNS]
        values = values[undominated_rows(values)]
        times.append(time.process_time() - began)

    began = time.process_time()
    expected = plain(query, use)
    theirs = time.process_time() - began
    must_equal({tuple(v) for v in values.tolist()}, expected, f"{origin} to {destination}")
    ratio = theirs / min(times)
    print(
        f"| {origin} to {destination} | {len(expected)} | {min(times) * 1e3:.1f} | "
        f"{theirs * 1e3:.0f} | {ratio:.0f} |"
    )


def must_equal(ours: object, theirs: object, what: str) -> None:
    """End the benchmark where cost vectors differ."""
    if ours != theirs:
        raise SystemExit(f"{what}: cost vectors differ")


class GridCase(NamedTuple):
    """A question on a grid, corner to corner, and how often each programme answers it."""

    criteria: int
    side: int
    repeats: int
    seed: int = 1


GRID_CASES = (
    *(GridCase(2, 100, 3, seed) for seed in (1, 2, 3)),
    *(GridCase(3, 25, 9, seed) for seed in (1, 2, 3)),
    GridCase(3, 40, 3),
    GridCase(3, 45, 1),
    GridCase(4, 16, 5),
    GridCase(4, 20, 1),
)
SMALL_CASES = (GridCase(2, 10, 1), GridCase(3, 6, 1))
Answer = Callable[[], grids.Result]


def on_grids(boa: Path | None, mosp: Path | None, *, small: bool) -> None:
    """Print seconds on grids, corner to corner: ours and those of the programmes there are."""
    print("\nMedians of some answers each, by turns:\n")
    print("| criteria | side | seed | routes | settled | corridor s | other | s | ratio |")
    print("|---:|---:|---:|---:|---:|---:|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for case in SMALL_CASES if small else GRID_CASES:
            grids.ours(grids.grid(5), case.criteria, 0, 24)  # compiled before the clock starts
            _print_rows(case, _answers(case, boa, mosp, Path(folder)))


def _print_rows(case: GridCase, answers: Mapping[str, Answer]) -> None:
    """Print a row for each programme beside ours, or one without any."""
    results: dict[str, list[grids.Result]] = {name: [] for name in answers}
    for _ in range(case.repeats):
        for name, answer in answers.items():
            results[name].append(answer())

    seconds = {name: median(r.seconds for r in each) for name, each in results.items()}
    ours = results.pop("corridor")[0]
    ours_s = seconds["corridor"]
    row = (
        f"| {case.criteria} | {case.side} | {case.seed} | {len(ours.values):,} | "
        f"{ours.settled:,} | {ours_s:.3g} |"
    )
    for name, (theirs, *_) in results.items():
        must_equal(ours.values.tolist(), theirs.values.tolist(), f"{name}, {case}")
        print(f"{row} {name} | {seconds[name]:.3g} | {seconds[name] / ours_s:.2f} |")
    if not results:
        print(f"{row} none | | |")


def _answers(
    case: GridCase, boa: Path | None, mosp: Path | None, folder: Path
) -> Mapping[str, Answer]:
    """Return how each programme that is there answers, ours first."""
    square = grids.grid(case.side, case.seed)
    ends = (0, case.side * case.side - 1)
    answers: dict[str, Answer] = {"corridor": lambda: grids.ours(square, case.criteria, *ends)}
    if case.criteria == 2 and boa is not None:
        answers["BOA*"] = lambda: grids.boa(boa, folder, square, *ends)
    if case.criteria == 3 and mosp is not None:
        answers["T-MDA"] = lambda: grids.mosp(mosp, folder, square, *ends, "MDA")
        answers["NAMOA*-lazy"] = lambda: grids.mosp(mosp, folder, square, *ends, "NAMOA")
    return answers


def through_calendars() -> None:
    """Print what it takes to find the same routes through calendars of many pieces."""
    square = grids.grid(70)
    goal = 70 * 70 - 1
    static = min((grids.ours(square, 2, 0, goal) for _ in range(2)), key=lambda r: r.seconds)
    dated = min(
        (grids.ours(square, 2, 0, goal, spans=20) for _ in range(2)), key=lambda r: r.seconds
    )
    must_equal(static.values.tolist(), dated.values.tolist(), "calendars")
    print(
        f"\nThe same {len(static.values)} routes (two criteria, side 70) through calendars of 20 "
        f"pieces an arc: {dated.seconds / static.seconds:.2f} times the seconds without."
    )


def growth() -> None:
    """Print milliseconds by size."""
    print("\nTwo criteria on grids, milliseconds:\n\n| links | corridor |\n|---:|---:|")
    for side in (17, 51, 101):
        square = grids.grid(side)
        result = grids.ours(square, 2, 0, side * side - 1)
        print(f"| {len(square.tail):,} | {1e3 * result.seconds:.4g} |")


def main(arguments: list[str]) -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--boa", type=Path, default=os.environ.get("CORRIDOR_BOA"))
    parser.add_argument("--mosp", type=Path, default=os.environ.get("CORRIDOR_MOSP"))
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)

    print(f"numba {numba.__version__}, numpy {np.__version__}.\n")
    print("The built-in study, four criteria, milliseconds:\n")
    print("| question | routes | corridor | plain Python | ratio |\n|---|---:|---:|---:|---:|")
    network = study.read(STUDY).network
    for origin, destination in QUESTIONS[:1] if options.small else QUESTIONS:
        compare(network, origin, destination, repeats=1 if options.small else 5)

    for name, program in (("BOA*", options.boa), ("T-MDA and NAMOA*-lazy", options.mosp)):
        if program is None:
            print(f"\n{name}: left out, no programme is named.")
    on_grids(options.boa, options.mosp, small=options.small)
    if not options.small:
        through_calendars()
        growth()


if __name__ == "__main__":
    main(sys.argv[1:])
