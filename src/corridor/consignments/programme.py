"""Programme: which offers take how many units, as a mixed integer programme solved by HiGHS.

    least   sum of (freight + storage + penalty) x units
    so that every destination gets its units,
            no more leaves by a day than is ready,
            slots of a mode hold by the week, places on every departure,
            and a dispatch has its lot or does not take place.

Storage of a unit is money x (day of dispatch - day ready). Any unit may take any place, so its sum
over units is that over dispatches less a constant. Source: time-expanded networks as in Ahuja,
Magnanti and Orlin (1993), Network flows, section 19.6; HiGHS: Huangfu and Hall (2018), Math. Prog.
Comp. 10.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridor.consignments.offers import Boarding, Offer
from corridor.consignments.shipment import ROUNDING, WEEK_DAYS, Shipment
from corridor.errors import NotConverged
from corridor.highs import new_solver, run
from corridor.kernels import Floats, Ints

if TYPE_CHECKING:
    import highspy

MAX_TRIAL_S = 60.0  # for whether anything keeps to all limits
Limit = tuple[str, str, int]


class Row(NamedTuple):
    """One row of a programme: low <= weights x columns <= high."""

    columns: Ints
    weights: Floats
    low: float
    high: float


@dataclass(frozen=True)
class Order:
    """What is to be dispatched: by destination, after what has left already.

    Attributes
    ----------
    shipment
        The shipment.
    units
        Units that are to be dispatched to every destination.
    dispatched
        Units that have left before.
    week_slots
        Units that have taken slots of (mode, week).
    places
        Units that have places on a departure, by (mode, line, number).
    """

    shipment: Shipment
    units: Mapping[str, int]
    dispatched: int = 0
    week_slots: Mapping[tuple[str, int], int] = field(default_factory=dict)
    places: Mapping[Limit, int] = field(default_factory=dict)

    @classmethod
    def of(cls, shipment: Shipment) -> Order:
        """Return the whole of a shipment."""
        return cls(shipment, shipment.units_by_destination())


@dataclass(frozen=True, eq=False)
class Solution:
    """Units of every offer, and how near the best they are.

    Attributes
    ----------
    units
        Units of every offer [offers].
    cost_usd
        Freight, storage and penalty of what is dispatched.
    bound_usd
        No plan that dispatches as many costs less.
    short
        Units that no plan can dispatch, by destination.
    converged
        Whether the gap asked for was reached.
    """

    units: Ints
    cost_usd: float
    bound_usd: float
    short: Mapping[str, int]
    converged: bool

    @property
    def gap_share(self) -> float:
        """How much above the bound the cost is, as a share of the cost."""
        if self.cost_usd <= 0:
            return 0.0
        return max(self.cost_usd - self.bound_usd, 0.0) / self.cost_usd


class Effort(NamedTuple):
    """How near the best a solution must be, and how long it may take."""

    gap_share: float
    time_limit_s: float


def solve(order: Order, offers: Sequence[Offer], effort: Effort) -> Solution:
    """Return the cheapest way to dispatch an order, or as much of it as can be.

    Where not all can be dispatched, as many as can are, at the least cost.
    """
    every = sum(order.units.values())
    if not every:
        return Solution(np.zeros(len(offers), np.int64), 0.0, 0.0, {}, True)
    whole = _solution(order, offers, effort, every)
    if whole is not None:
        return whole

    most = _most(order, offers, effort)
    partial = _solution(order, offers, effort, most) if most else None
    if partial is None:
        none = np.zeros(len(offers), np.int64)
        return Solution(none, 0.0, 0.0, dict(order.units), True)
    return partial


def single_route_usd(order: Order, offers: Sequence[Offer], effort: Effort) -> float | None:
    """Return the cost of the best plan by one route on all days; null where none takes all.

    Null too for several destinations, which no one route serves.
    """
    if len(order.units) != 1:
        return None

    by_route: dict[tuple[int, ...], list[Offer]] = defaultdict(list)
    for offer in offers:
        by_route[offer.arcs].append(offer)
    every = sum(order.units.values())
    plans = [_solution(order, of_route, effort, every) for of_route in by_route.values()]
    return min((plan.cost_usd for plan in plans if plan is not None), default=None)


def can_dispatch(order: Order, offers: Sequence[Offer]) -> bool:
    """Tell whether offers take a whole order under all limits."""
    every = sum(order.units.values())
    programme = _programme(order, offers, every, np.zeros(len(offers)))
    return _optimum(programme, Effort(1.0, MAX_TRIAL_S)) is not None


def unit_costs(shipment: Shipment, offers: Sequence[Offer]) -> Floats:
    """Return freight, penalty and storage since ready_on of one unit of every offer [offers]."""
    storage = shipment.storage_usd_per_unit_day
    penalty = shipment.penalty_usd_per_unit_day or 0.0
    return np.array(
        [
            offer.usd
            + storage * (offer.depart_on - shipment.ready_on).days
            + penalty * offer.late_days(shipment.deadline_on)
            for offer in offers
        ]
    )


def stored_days(shipment: Shipment, dispatched: int, units: int) -> int:
    """Return the days from ready_on until ready, over the units that leave after others.

    dispatched: units that left before. units: those that leave next.
    """
    days = 0
    first = dispatched
    on = shipment.ready_on
    while first < dispatched + units:
        ready = min(shipment.ready_units(on), dispatched + units)
        days += max(ready - first, 0) * (on - shipment.ready_on).days
        first = max(first, ready)
        on += dt.timedelta(days=WEEK_DAYS)
    return days


def slots_in(units_per_week: float, week: int) -> int:
    """Return the whole slots of a week, which over weeks are units_per_week on average."""
    until = [math.floor(units_per_week * weeks + ROUNDING) for weeks in (week, week + 1)]
    return until[1] - until[0]


def _most(order: Order, offers: Sequence[Offer], effort: Effort) -> int:
    """Return how many units can be dispatched at most."""
    optimum = _optimum(_programme(order, offers, None, np.full(len(offers), -1.0)), effort)
    return 0 if optimum is None else round(optimum.columns[: len(offers)].sum())


def _solution(order: Order, offers: Sequence[Offer], effort: Effort, total: int) -> Solution | None:
    """Return the best plan that dispatches so many units; null where there is none."""
    costs = unit_costs(order.shipment, offers)
    programme = _programme(order, offers, total, costs)
    optimum = _optimum(programme, effort)
    if optimum is None:
        return None

    units = np.rint(optimum.columns[: len(offers)]).astype(np.int64)
    cost_usd = float(costs @ units) + programme.offset
    short = dict(order.units)
    for offer, number in zip(offers, units.tolist(), strict=True):
        if number:
            short[offer.destination] -= number
    return Solution(units, cost_usd, min(optimum.bound, cost_usd), short, optimum.converged)


class _Programme(NamedTuple):
    """Columns are units of offers, then whether each with a lot takes place."""

    costs: Floats
    upper: Floats
    rows: list[Row]
    offset: float


class _Optimum(NamedTuple):
    columns: Floats
    bound: float
    converged: bool


def _programme(
    order: Order,
    offers: Sequence[Offer],
    total: int | None,
    costs: Floats,
) -> _Programme:
    """Return a programme that dispatches so many units; null: as many as is best."""
    upper = np.array([_most_units(order, offer) for offer in offers], np.float64)
    lots = np.array([order.shipment.lot_of(offer.modes) for offer in offers], np.float64)
    with_lot = np.flatnonzero(lots > 1)
    rows = [
        *_destinations(order, offers, total),
        *_ready(order, offers),
        *_week_slots(order, offers),
        *_places(order, offers),
        *_lots(lots, upper, with_lot),
    ]

    offset = 0.0
    if total is not None:
        days = stored_days(order.shipment, order.dispatched, total)
        offset = -order.shipment.storage_usd_per_unit_day * days
    return _Programme(
        costs=np.concatenate([costs, np.zeros(len(with_lot))]),
        upper=np.concatenate([upper, np.ones(len(with_lot))]),
        rows=rows,
        offset=offset,
    )


def _most_units(order: Order, offer: Offer) -> int:
    """Return how many units an offer can take at most; none where its destination needs none."""
    most = order.units.get(offer.destination, 0)
    for mode in offer.modes:
        slots = order.shipment.slots_of(mode)
        if slots.departure_units is not None:
            most = min(most, slots.departure_units)
    return most


def _destinations(order: Order, offers: Sequence[Offer], total: int | None) -> Iterator[Row]:
    """Yield what every destination gets, and how many units leave in all."""
    is_whole = total == sum(order.units.values())
    for node_id, units in order.units.items():
        columns = [k for k, offer in enumerate(offers) if offer.destination == node_id]
        yield _row(columns, low=units if is_whole else 0, high=units)

    if total is not None and not is_whole:
        yield _row(range(len(offers)), low=total, high=total)


def _ready(order: Order, offers: Sequence[Offer]) -> Iterator[Row]:
    """Yield that no more leaves in the weeks until some day than is ready."""
    shipment = order.shipment
    weeks = np.array([shipment.week_of(offer.depart_on) for offer in offers])
    for week in range(int(weeks.max(initial=-1)) + 1):
        on = shipment.ready_on + dt.timedelta(days=WEEK_DAYS * week)
        ready = shipment.ready_units(on)
        if ready < shipment.units:
            columns = np.flatnonzero(weeks <= week).tolist()
            yield _row(columns, high=max(ready - order.dispatched, 0))


def _week_slots(order: Order, offers: Sequence[Offer]) -> Iterator[Row]:
    """Yield the slots of a mode in a week."""
    columns: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, offer in enumerate(offers):
        for mode in offer.modes:
            columns[mode, order.shipment.week_of(offer.depart_on)].append(number)

    for (mode, week), of_week in columns.items():
        slots = order.shipment.slots_of(mode)
        if slots.units_per_week is not None:
            free = slots_in(slots.units_per_week, week) - order.week_slots.get((mode, week), 0)
            yield _row(of_week, high=max(free, 0))


def _places(order: Order, offers: Sequence[Offer]) -> Iterator[Row]:
    """Yield the places on every departure."""
    columns: dict[Limit, list[int]] = defaultdict(list)
    for number, offer in enumerate(offers):
        for boarding in offer.boardings:
            columns[place_of(boarding)].append(number)

    for place, of_departure in columns.items():
        slots = order.shipment.slots_of(place[0])
        if slots.departure_units is not None:
            free = slots.departure_units - order.places.get(place, 0)
            yield _row(of_departure, high=max(free, 0))


def place_of(boarding: Boarding) -> Limit:
    """Return what is the same for all who board one departure."""
    return boarding.mode, boarding.line_id, boarding.number


def _lots(lots: Floats, upper: Floats, with_lot: Ints) -> Iterator[Row]:
    """Yield that a dispatch has its lot at least, or no unit."""
    for number, offer in enumerate(with_lot.tolist()):
        takes_place = len(lots) + number
        pair = np.array([offer, takes_place], np.int64)
        yield Row(pair, np.array([1.0, -lots[offer]]), 0.0, np.inf)
        yield Row(pair, np.array([1.0, -upper[offer]]), -np.inf, 0.0)


def _row(columns: Sequence[int], *, low: float = -np.inf, high: float = np.inf) -> Row:
    return Row(np.array(columns, np.int64), np.ones(len(columns)), low, high)


def _optimum(programme: _Programme, effort: Effort) -> _Optimum | None:
    """Return the optimum of a programme; null where nothing keeps to all rows."""
    import highspy

    solver = new_solver(
        mip_rel_gap=effort.gap_share, mip_abs_gap=1e-6, time_limit=effort.time_limit_s
    )
    solver.passModel(_model(programme))
    status = run(solver)
    if status == highspy.HighsModelStatus.kNotset:
        raise NotConverged("the search for the least cost could not be started.")

    info = solver.getInfo()
    has_solution = info.primal_solution_status == highspy.kSolutionStatusFeasible
    if not has_solution:
        return None
    columns = np.array(solver.getSolution().col_value)
    return _Optimum(
        columns, float(info.mip_dual_bound), status == highspy.HighsModelStatus.kOptimal
    )


def _model(programme: _Programme) -> highspy.HighsLp:
    """Return a programme as HiGHS takes it, every column a whole number."""
    import highspy

    count = len(programme.costs)
    lengths = [len(row.columns) for row in programme.rows]
    model = highspy.HighsLp()
    model.num_col_ = count
    model.num_row_ = len(programme.rows)
    model.col_cost_ = programme.costs
    model.col_lower_ = np.zeros(count)
    model.col_upper_ = programme.upper
    model.offset_ = programme.offset
    model.row_lower_ = np.array([row.low for row in programme.rows])
    model.row_upper_ = np.array([row.high for row in programme.rows])
    model.integrality_ = [highspy.HighsVarType.kInteger] * count

    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    matrix.index_ = np.concatenate([*(row.columns for row in programme.rows)])
    matrix.value_ = np.concatenate([*(row.weights for row in programme.rows)])
    return model
