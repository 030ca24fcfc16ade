"""Master: the least cost over the routes priced in so far, a linear programme of HiGHS.

Routes are columns that searches add; congestion of a limit lies above tangents that its use adds.
The dual value of a limit is its price, congestion included. Source: Dantzig and Wolfe (1960),
Operations Research 8(1); Kelley (1960), SIAM Journal 8(4).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.errors import NotConverged
from corridor.flows.programme import Column, Programme
from corridor.highs import new_solver, run
from corridor.kernels import Floats, Ints

TOLERANCE = 1e-9  # of HiGHS, on rows and on reduced costs


class Optimum(NamedTuple):
    """The best over some routes: units a day of each column and of those that stay, and prices.

    use: of every limit, others included. row_usd: what one more of each limit is worth. trip_usd:
    what a unit of each trip pays.
    """

    units: Floats
    unserved: Floats
    use: Floats
    row_usd: Floats
    trip_usd: Floats


class Master:
    """The restricted programme; it grows by columns and tangents and starts warm each time."""

    def __init__(self, programme: Programme) -> None:
        import highspy

        self.programme = programme
        self.columns: list[Column] = []
        self._known: set[tuple[int, tuple[int, ...]]] = set()
        self._inf = highspy.kHighsInf
        status = highspy.HighsModelStatus
        self._solved = (status.kOptimal, status.kModelEmpty)
        self._highs = new_solver(
            primal_feasibility_tolerance=TOLERANCE, dual_feasibility_tolerance=TOLERANCE
        )
        self._build()

    def _build(self) -> None:
        """Lay out rows for limits and trips, columns for those that stay and for congestion."""
        programme = self.programme
        free = programme.capacities.free_per_day
        felt = programme.congestion.is_felt
        self._trips = np.flatnonzero(programme.units_per_day > 0)
        self._felt = np.flatnonzero(felt)

        # What is felt has its use in a column of its own, which the row equals.
        units = programme.units_per_day[self._trips]
        self._add_rows(
            np.concatenate([np.where(felt, 0.0, -self._inf), units]),
            np.concatenate([np.where(felt, 0.0, free), units]),
            np.zeros((len(free) + len(units), 0), np.int32),
            np.zeros((len(free) + len(units), 0)),
        )
        self._trip_row = np.full(len(programme.units_per_day), -1)
        self._trip_row[self._trips] = len(free) + np.arange(len(self._trips))

        self._add_columns(
            programme.most_usd[self._trips],
            np.full(len(self._trips), self._inf),
            self._trip_row[self._trips, None],
            np.ones((len(self._trips), 1)),
        )
        count = len(self._felt)
        self._add_columns(
            np.zeros(count), free[self._felt], self._felt[:, None], np.full((count, 1), -1.0)
        )
        no_rows = np.zeros((count, 0), np.int64)
        no_values = np.zeros((count, 0))
        self._add_columns(np.ones(count), np.full(count, self._inf), no_rows, no_values)
        self._first_column = len(self._trips) + 2 * len(self._felt)
        self.add_tangents(programme.capacities.background_per_day)
        self.add_tangents(programme.capacities.background_per_day + free)

    def add_column(self, trip: int, arcs: tuple[int, ...]) -> bool:
        """Add a route of a trip and tell whether it is a new one."""
        if (trip, arcs) in self._known:
            return False
        self._known.add((trip, arcs))
        column = self.programme.column(trip, arcs)
        self.columns.append(column)

        rows = [self._trip_row[trip], *column.rows.tolist()]
        self._add_column(column.usd, self._inf, rows, [1.0, *column.uses.tolist()])
        return True

    def add_tangents(self, use: Floats) -> None:
        """Add what congestion costs at least, by its tangents at a use of every limit [rows]."""
        congestion = self.programme.congestion
        background = self.programme.capacities.background_per_day
        slope = congestion.price_usd(use)
        above = congestion.total_usd(use) - congestion.total_usd(background)
        constant = above - slope * (use - background)

        number = np.arange(len(self._felt))
        use_column = len(self._trips) + number
        self._add_rows(
            constant[self._felt],
            np.full(len(self._felt), self._inf),
            np.column_stack([use_column, use_column + len(self._felt)]),
            np.column_stack([-slope[self._felt], np.ones(len(self._felt))]),
        )

    def solve(self) -> Optimum:
        """Return the best over the routes there are."""
        status = run(self._highs)
        if status not in self._solved:
            raise NotConverged(f"the linear programme ended as {status}, without an optimum.")

        solution = self._highs.getSolution()
        values = np.array(solution.col_value)
        duals = np.array(solution.row_dual)

        units = np.maximum(values[self._first_column :], 0.0)
        unserved = np.zeros(len(self.programme.units_per_day))
        unserved[self._trips] = np.maximum(values[: len(self._trips)], 0.0)
        trip_usd = np.zeros(len(unserved))
        trip_usd[self._trips] = duals[self._trip_row[self._trips]]
        limits = len(self.programme.capacities.rows)
        return Optimum(
            units=units,
            unserved=unserved,
            use=self.programme.use_per_day(self.columns, units),
            row_usd=np.maximum(-duals[:limits], 0.0),
            trip_usd=trip_usd,
        )

    def _add_rows(self, low: Floats, high: Floats, columns: Ints, values: Floats) -> None:
        """Add rows with as many values each; columns, values [rows, values]."""
        starts = columns.shape[1] * np.arange(len(low), dtype=np.int32)
        self._highs.addRows(
            len(low),
            low,
            high,
            columns.size,
            starts,
            columns.astype(np.int32).ravel(),
            values.ravel(),
        )

    def _add_columns(self, usd: Floats, most: Floats, rows: Ints, values: Floats) -> None:
        """Add columns of 0 to a most with as many values each; rows, values [columns, values]."""
        starts = rows.shape[1] * np.arange(len(usd), dtype=np.int32)
        self._highs.addCols(
            len(usd),
            usd,
            np.zeros(len(usd)),
            most,
            rows.size,
            starts,
            rows.astype(np.int32).ravel(),
            values.ravel(),
        )

    def _add_column(
        self, usd: float, most: float, rows: list[int] | Ints, values: list[float]
    ) -> None:
        self._highs.addCol(usd, 0.0, most, len(rows), np.array(rows, np.int32), np.array(values))
