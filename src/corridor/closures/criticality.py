"""Criticality: what the loss of each link, node, terminal, crossing, country or hazard costs
demand, exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

import numpy as np
import polars as pl

from corridor import stopping
from corridor.closures.demand_arrays import (
    LIMIT_SHARE,
    DemandArrays,
    compile_demand,
    into,
    packed,
    part,
)
from corridor.closures.disjoint_routes import disjoint_counts
from corridor.closures.elements import KINDS, Element, elements
from corridor.errors import CallError, UnknownName
from corridor.kernels import Floats, Ints
from corridor.language.messages import message, pack
from corridor.network.network import Network
from corridor.units import HOUR_MIN

CENT = 0.01
MEASURES: dict[str, Any] = {
    "extra_usd_per_year": pl.Float64,
    "unserved_units_per_year": pl.Float64,
    "unserved_t_per_year": pl.Float64,
    "unserved_usd_per_year": pl.Float64,
    "loss_usd_per_year": pl.Float64,
    "used_t_per_year": pl.Float64,
    "detour_km": pl.Float64,
    "detour_h": pl.Float64,
}
TYPES: dict[str, Any] = {
    "rank": pl.Int64,
    "kind": pl.String,
    "element_id": pl.String,
    "name": pl.String,
    **MEASURES,
    "disjoint_count": pl.Int64,
    "joint_usd_per_year": pl.Float64,
    "worst_demand_id": pl.String,
    "name_message": pl.String,
}


class RankOptions(TypedDict, total=False):
    """What else a ranking may be asked.

    kinds: kinds of elements, any of link, node, terminal, crossing, country, hazard. pairs: how
    many of the worst pairs of failures to add, 0 for none. pairs_of: the kind whose pairs are
    searched. limit_share: share of its value a unit may cost more before it is not sent at all;
    null: no limit.
    """

    kinds: Sequence[str]
    pairs: int
    pairs_of: str
    limit_share: float | None


def rank(
    network: Network,
    demand: pl.DataFrame,
    *,
    by: str = "extra_usd_per_year",
    on: dt.date | str,
    **options: Unpack[RankOptions],
) -> pl.DataFrame:
    """Return what the failure of each element costs the demand of a year, worst first.

    The network is taken as it stands on a day (what is shut stays shut, no new congestion); every
    trip goes by its least generalised cost. One row an element: extra_usd_per_year, what the trips
    that still have a way pay more; unserved units, tonnes and their value, of the trips left
    without any; loss_usd_per_year, as the extra cost but at most limit_share of the cargo's value a
    unit, which is also what an unserved one counts; used_t_per_year, tonnes that go there
    undisturbed; detour_km and detour_h, mean of the tonnes turned aside; disjoint_count, ways
    without a link in common that remain between its sides; worst_demand_id, the trip that loses
    most; rank, within its kind. Rows of kind ``pair`` are the worst failures of two at once, over
    all pairs of a kind that cost more together than one by one (the rest is their sum);
    joint_usd_per_year is that surplus. Exact, by searching anew only what hangs below a failed
    element. by: a column of numbers. Trips without a way from the start are left out. Raises
    UnknownName, CallError. Source: Taylor, Sekhar and D'Este (2006), vulnerability as loss of
    generalised cost; Jenelius, Petersen and Mattsson (2006), unsatisfied demand beside it.
    """
    if by not in MEASURES:
        raise UnknownName("measure to rank by", by, MEASURES)
    arrays = compile_demand(network, demand, on=on)
    found = elements(arrays, options.get("kinds", KINDS))
    limit = options.get("limit_share", LIMIT_SHARE)
    costs, sums = without(arrays, found)
    rows = measure(arrays, costs, sums, limit)
    counts = disjoint_counts(arrays, found)
    frame = pl.DataFrame(
        [
            {
                "kind": e.kind,
                "element_id": e.element_id,
                "name": e.name,
                **row,
                "disjoint_count": count,
                "name_message": pack(e.name),
            }
            for e, row, count in zip(found, rows, counts, strict=True)
        ],
        schema=TYPES,
    )
    most = options.get("pairs", 20)
    if most:
        pool = elements(arrays, [options.get("pairs_of", "link")])
        worst = worst_pairs(arrays, pool, by=by, most=most, limit_share=limit)
        frame = pl.concat([frame, worst])
    ordered = frame.sort(
        by, "loss_usd_per_year", "kind", "element_id", descending=[True, True, False, False]
    )
    return ordered.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("kind").alias("rank")
    )


def without(
    arrays: DemandArrays, shut: Sequence[Element], weight: Ints | None = None
) -> tuple[Ints, Ints]:
    """Return every trip's least cost in cents with nothing shut (row 0) and with each element shut
    [elements + 1, trips].

    Also minutes and metres of the way taken [2, elements + 1, trips].

    weight: other weights for the first day [classes, arcs]. UNREACHED of the kernels stands for no
    way.
    """
    from corridor.kernels.criticality import without_each

    if weight is None:
        weight = arrays.weight[arrays.regime_of_day[0]]
    minutes = arrays.minutes[arrays.regime_of_day[0]]
    back_ptr, back_arc = into(arrays)
    arcs = packed([e.arcs for e in shut])
    costs = np.zeros((len(shut) + 1, arrays.trips.height), np.int64)
    sums = np.zeros((2, len(shut) + 1, arrays.trips.height), np.int64)
    for kind, starts, trips in arrays.groups():
        stopping.raise_if_stopped()
        goals = packed([part(arrays.goals, t) for t in trips.tolist()])
        costs[:, trips], sums[:, :, trips] = without_each(
            (arrays.ptr, arrays.head, arrays.tail, back_ptr, back_arc),
            weight[kind],
            np.stack([minutes[kind], arrays.metres]),
            starts,
            goals,
            arcs,
        )
    return costs, sums


def measure(
    arrays: DemandArrays, costs: Ints, sums: Ints, limit_share: float | None
) -> list[dict[str, Any]]:
    """Return the measures of :func:`rank` for every row of costs after the first, which they are
    told against."""
    from corridor.kernels.paths import UNREACHED

    if limit_share is not None and not limit_share >= 0:
        raise CallError(f"limit_share must be 0 or more, or null for no limit, not {limit_share}.")
    units = arrays.units()
    tonnes = arrays.column("t_per_unit")
    value = arrays.column("value_usd_per_unit")
    most: Floats = value * limit_share if limit_share is not None else np.full(len(value), np.inf)
    given = value * (
        1.0 if limit_share is None else limit_share
    )  # a unit that stays at home loses no more than its value
    served = costs[0] < UNREACHED
    names = arrays.trips["demand_id"].to_list()
    rows = []
    for cost, minutes, metres in zip(costs[1:], sums[0, 1:], sums[1, 1:], strict=True):
        left = served & (cost >= UNREACHED)
        extra = np.where(served & ~left, cost - costs[0], 0) / 100
        loss = units * np.where(left, given, np.minimum(extra, most))
        moved = (extra > 0) * units * tonnes
        turned = moved.sum()
        hours = (minutes - sums[0, 0]) / HOUR_MIN
        km = (metres - sums[1, 0]) / 1000
        rows.append(
            {
                "extra_usd_per_year": float((units * extra).sum()),
                "unserved_units_per_year": float(units[left].sum()),
                "unserved_t_per_year": float((units * tonnes)[left].sum()),
                "unserved_usd_per_year": float((units * value)[left].sum()),
                "loss_usd_per_year": float(loss.sum()),
                "used_t_per_year": float(turned + (units * tonnes)[left].sum()),
                "detour_km": float((moved * km).sum() / turned) if turned else None,
                "detour_h": float((moved * hours).sum() / turned) if turned else None,
                "worst_demand_id": names[int(loss.argmax())] if loss.max(initial=0.0) > 0 else None,
            }
        )
    return rows


def worst_pairs(
    arrays: DemandArrays, found: Sequence[Element], *, by: str, most: int, limit_share: float | None
) -> pl.DataFrame:
    """Return the worst failures of two elements at once, over all pairs of those given that cost
    more together than apart.

    A pair of which neither is used changes nothing, so each used element is shut in turn and all
    others ranked without it.
    """
    costs, sums = without(arrays, found)
    alone = measure(arrays, costs, sums, limit_share)
    used = [i for i in range(len(found)) if (costs[i + 1] != costs[0]).any()]
    weight = arrays.weight[arrays.regime_of_day[0]]
    done = set[int]()
    best: list[tuple[float, int, int, dict[str, Any]]] = []
    for i in used:
        shut = weight.copy()
        shut[:, found[i].arcs] = -1
        others = [j for j in range(len(found)) if j != i and j not in done]
        done.add(i)
        both, along = without(arrays, [found[j] for j in others], shut)
        rows = np.flatnonzero((both[1:] != both[0]).any(axis=1))
        keep = np.concatenate([[0], rows + 1])
        both = np.concatenate([costs[:1], both[keep[1:]]])
        along = np.concatenate([sums[:, :1], along[:, keep[1:]]], axis=1)
        for r, row in zip(rows.tolist(), measure(arrays, both, along, limit_share), strict=True):
            row["joint_usd_per_year"] = row["loss_usd_per_year"] - sum(
                alone[k]["loss_usd_per_year"] for k in (i, others[r])
            )
            if row["joint_usd_per_year"] > CENT:
                best.append((row[by] or 0.0, i, others[r], row))
        best = sorted(best, key=lambda b: (-b[0], b[1], b[2]))[:most]
    rows_out = []
    for _, i, j, row in best:
        name = message("{one} and {other}", one=found[i].name, other=found[j].name)
        rows_out.append(
            {
                "kind": "pair",
                "element_id": f"{found[i].element_id} {found[j].element_id}",
                "name": name,
                **row,
                "name_message": pack(name),
            }
        )
    return pl.DataFrame(rows_out, schema=TYPES)
