"""Tables of queues: what waits for room adds to the tables of a risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from corridor.closures.queues import Queues
from corridor.closures.risk import Risk
from corridor.closures.risk_tables import summary_row
from corridor.kernels import Floats
from corridor.language.messages import joined, message
from corridor.network.graph import Row
from corridor.parallel import Block
from corridor.tables import schema_results
from corridor.units import DAY_H

MAX_NAMED = 5  # limits named in a warning
MIN_QUEUE_D = 1 / DAY_H  # longest wait of a limit worth a row


def with_queues(risk: Risk, queues: Queues, blocks: Sequence[Block]) -> Risk:
    """Return a risk with what queues add: a measure of the summary, and the table of limits."""
    drawn = np.concatenate([block["queues"] for block in blocks])  # [draws, limits, 3]
    usd, longest_d, lost = np.moveaxis(drawn, 2, 0)
    row = pl.DataFrame([summary_row("queue_usd", usd.sum(axis=1))])
    summary = pl.concat([risk.summary, row], how="diagonal_relaxed")
    return replace(
        risk,
        summary=summary,
        queues=_table(queues, usd, longest_d, lost),
        warnings=(*risk.warnings, *_warnings(queues)),
        provenance={**risk.provenance, "capacities": True},
    )


def _table(queues: Queues, usd: Floats, longest_d: Floats, lost: Floats) -> pl.DataFrame:
    """Return a row a limit with a queue in any draw, costliest first; arrays [draws, limits]."""
    rows: list[Row] = []
    undisturbed = queues.undisturbed.mean(axis=1)
    for number, limit in enumerate(queues.rows):
        if longest_d[:, number].max(initial=0.0) < MIN_QUEUE_D:
            continue
        p95 = np.quantile(longest_d[:, number], 0.95, method="inverted_cdf")
        rows.append(
            {
                "capacity_id": limit.capacity_id,
                "table": limit.table,
                "row_id": limit.row_id,
                "from_node_id": limit.from_node_id,
                "unit": limit.unit,
                "free_per_day": float(queues.free_per_day[number]),
                "undisturbed_per_day": float(undisturbed[number]),
                "queue_usd_per_year": float(usd[:, number].mean()),
                "lost_per_year": float(lost[:, number].mean()),
                "longest_mean_d": float(longest_d[:, number].mean()),
                "longest_p95_d": float(p95),
            }
        )
    rows.sort(key=lambda row: (-row["queue_usd_per_year"], row["capacity_id"]))
    return pl.DataFrame(rows, schema=schema_results.empty("loss_queues").schema)


def _warnings(queues: Queues) -> list[str]:
    """Name the limits that are full without closures, at which no queue is counted."""
    full = [
        row.capacity_id
        for row, is_counted in zip(queues.rows, queues.is_counted.tolist(), strict=True)
        if not is_counted
    ]
    if not full:
        return []

    named = joined([*full[:MAX_NAMED], *(["..."] if len(full) > MAX_NAMED else [])], ", ")
    return [
        message("No queue is counted where all is full without closures: {limits}.", limits=named)
    ]
