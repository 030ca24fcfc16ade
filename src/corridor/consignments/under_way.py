"""Units under way: what has left when a plan is made anew, and whether it goes on, waits or turns.

What is committed stays: units on a link or a ride finish it, and units whose route is as it was
planned keep to it. Others turn at the next place they come to, if another route from there costs
less than their own, freight and penalty together. They take no slots of those still to leave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from corridor.consignments.offers import Offer, Trips, can_pass, days_late, offer_of, offer_on
from corridor.consignments.plan_tables import Dispatch
from corridor.consignments.programme import Order, place_of
from corridor.consignments.shipment import Shipment
from corridor.consignments.state import State, arcs_of
from corridor.errors import CallError
from corridor.network.calendar import day_of, instant, second
from corridor.routing.conditions import read_criteria
from corridor.routing.corridor_names import corridor_name
from corridor.routing.itinerary import Leg, legs
from corridor.routing.pareto import pareto_set
from corridor.routing.query import Query, drawn_on, prepare

CENT = 0.01
Row = dict[str, Any]


class UnderWay(NamedTuple):
    """What has left: as dispatches, as rows of ``plan_turns``, and the order that remains.

    planned: dispatches that were to leave and still can, as they can now.
    is_unchanged: everything still to leave can leave as it was planned.
    """

    dispatches: list[Dispatch]
    turns: list[Row]
    order: Order
    planned: list[Dispatch]
    is_unchanged: bool


class Stand(NamedTuple):
    """Where units can turn: after so many arcs of their route, from a second on."""

    passed: int
    node_id: str
    layer: str
    at_s: int


class _Choice(NamedTuple):
    """How units may go on: status, legs from where units stand, their arcs, money and lateness."""

    status: str
    rest: tuple[Leg, ...]
    usd: float
    late_d: int
    query: Query


def nothing_under_way(trips: Trips) -> UnderWay:
    """Return that nothing has left yet."""
    return UnderWay([], [], Order.of(trips.shipment), [], False)


def units_under_way(trips: Trips, state: State) -> UnderWay:
    """Return what has left of a plan on a day, and what becomes of it.

    trips: on the network as it is now, with what is shut now.
    """
    dispatches: list[Dispatch] = []
    turns: list[Row] = []
    planned: list[Dispatch] = []
    is_unchanged = True
    for row in state.dispatches.iter_rows(named=True):
        arcs = _arcs(trips, state, row)
        if row["depart_on"] >= state.on:
            offer = offer_on(trips, row["destination_node_id"], row["depart_on"], arcs)
            is_unchanged = is_unchanged and offer is not None and _is_as_planned(offer, row)
            if offer is not None:
                planned.append(Dispatch(offer, row["units"]))
            continue
        dispatch, turn = _go_on(trips, state, row, arcs)
        dispatches.append(dispatch)
        turns.append(turn)
    order = order_after(trips.shipment, dispatches)
    return UnderWay(dispatches, turns, order, planned, is_unchanged)


def _arcs(trips: Trips, state: State, row: Row) -> tuple[int, ...]:
    """Return the arcs of a dispatch; CallError where the network has not got them."""
    query = trips.query(row["destination_node_id"], row["depart_on"])
    arcs = arcs_of(query, state.steps(row["dispatch_id"]))
    if arcs is None:
        raise CallError(
            f"dispatch {row['dispatch_id']} takes a route that this network has not got: make the "
            "plan anew with the study it was made with."
        )
    return arcs


def _is_as_planned(offer: Offer, row: Row) -> bool:
    """Tell whether a dispatch can still leave, arrive and cost as it was planned."""
    return _is_same_money(offer.usd, row) and bool(offer.arrive_on == row["arrive_on"])


def _is_same_money(usd: float, row: Row) -> bool:
    """Tell whether a unit pays what was planned, to a cent."""
    return bool(abs(usd * row["units"] - row["freight_usd"]) < CENT * row["units"])


def order_after(shipment: Shipment, dispatches: Sequence[Dispatch]) -> Order:
    """Return what is still to leave after some dispatches, and the slots that they take."""
    units = shipment.units_by_destination()
    weeks: Counter[tuple[str, int]] = Counter()
    places: Counter[tuple[str, str, int]] = Counter()
    for dispatch in dispatches:
        offer = dispatch.offer
        units[offer.destination] = units.get(offer.destination, 0) - dispatch.units
        for mode in offer.modes:
            weeks[mode, shipment.week_of(offer.depart_on)] += dispatch.units
        for boarding in offer.boardings:
            places[place_of(boarding)] += dispatch.units

    left = sum(dispatch.units for dispatch in dispatches)
    remaining = {node_id: number for node_id, number in units.items() if number > 0}
    return Order(shipment, remaining, left, weeks, places)


def _go_on(trips: Trips, state: State, row: Row, arcs: tuple[int, ...]) -> tuple[Dispatch, Row]:
    """Return a dispatch that has left as it goes on, and its row of ``plan_turns``."""
    query = trips.query(row["destination_node_id"], row["depart_on"])
    stand = _stand(query, arcs, second(state.on))
    head = tuple(legs(query, arcs[: stand.passed]))
    if stand.passed == len(arcs):
        return _as_left(trips, row, arcs, head, stand)

    stay = _stay(trips, query, arcs, len(head))
    choice = stay
    if stay is None or not _goes_as_planned(stay, head, row):
        onward = onward_query(trips, row["destination_node_id"], stand)
        choice = _best(trips, onward, stay) or stay
    if choice is None:
        return _stuck(trips, row, query, arcs, stand)

    whole = (*head, *choice.rest)
    offer = offer_of(choice.query, row["depart_on"], arcs, whole)
    dispatch = Dispatch(offer, row["units"], choice.status)
    return dispatch, _turn_row(trips, row, stand, choice, stay, sum(leg.usd for leg in head))


def _stand(query: Query, arcs: Sequence[int], now_s: int) -> Stand:
    """Return where units of a route can turn first: a place they come to now or later.

    Units that wait at a place for something to open stand there.
    """
    itinerary = legs(query, arcs)
    begins_s = {leg.arc: leg.depart_s for leg in reversed(itinerary)}
    passed = 0
    for number, arc in enumerate(arcs, start=1):
        if begins_s[arc] >= now_s or not can_pass(query, arcs[:number]):
            break
        passed = number

    head = [leg for leg in itinerary if leg.arc in arcs[:passed]]
    at_s = max(head[-1].arrive_s if head else query.depart_s, now_s)
    graph = query.graph
    state = graph.head[arcs[passed - 1]] if passed else graph.tail[arcs[0]]
    node_id = graph.node_ids[graph.state_node[state]]
    return Stand(passed, node_id, graph.state_layer[state], at_s)


def onward_query(trips: Trips, destination: str, stand: Stand) -> Query:
    """Return the question of units that stand on the way."""
    return prepare(
        trips.network,
        f"{stand.node_id}@{stand.layer}",
        destination,
        cargo=trips.shipment.cargo_id,
        depart=instant(stand.at_s),
        options=trips.unit_options(),
        sent_from=trips.shipment.origin_node_id,
    )


def _stay(trips: Trips, query: Query, arcs: Sequence[int], passed_legs: int) -> _Choice | None:
    """Return how units go on by their own route; null where they never get through."""
    for longer in (query, drawn_on(query)):
        if longer is not None and can_pass(longer, arcs):
            rest = tuple(legs(longer, arcs)[passed_legs:])
            return _choice(trips, longer, rest, "committed")
    return None


def _goes_as_planned(stay: _Choice, head: Sequence[Leg], row: Row) -> bool:
    """Tell whether units that keep to their route arrive and cost as planned: they stay on it."""
    usd = sum(leg.usd for leg in (*head, *stay.rest))
    return _is_same_money(usd, row) and day_of(stay.rest[-1].arrive_s) == row["arrive_on"]


def _best(trips: Trips, onward: Query, stay: _Choice | None) -> _Choice | None:
    """Return the route by which units gain if they turn; null where they gain by none."""
    pareto = pareto_set(onward, read_criteria(("time", "cost")))
    choices = [
        _choice(trips, onward, tuple(legs(onward, pareto[number])), "turned")
        for number in range(len(pareto))
    ]
    if not choices:
        return None

    best = min(choices, key=lambda choice: _worth(trips, choice))
    if stay is None:
        return best
    late_d, usd = _worth(trips, stay)
    return best if _worth(trips, best) < (late_d, usd - CENT) else None


def _choice(trips: Trips, query: Query, rest: tuple[Leg, ...], status: str) -> _Choice:
    arrive_on = day_of(rest[-1].arrive_s if rest else query.depart_s)
    late_d = days_late(arrive_on, trips.shipment.deadline_on)
    return _Choice(status, rest, sum(leg.usd for leg in rest), late_d, query)


def _worth(trips: Trips, choice: _Choice) -> tuple[int, float]:
    """Return days late where no penalty is agreed, then freight and penalty a unit."""
    penalty = trips.shipment.penalty_usd_per_unit_day
    if penalty is None:
        return choice.late_d, choice.usd
    return 0, choice.usd + penalty * choice.late_d


def _turn_row(
    trips: Trips,
    row: Row,
    stand: Stand,
    choice: _Choice,
    stay: _Choice | None,
    head_usd: float,
) -> Row:
    """Return what becomes of a dispatch on the way, compared with what was planned."""
    units = row["units"]
    penalty = trips.shipment.penalty_usd_per_unit_day or 0.0
    before_usd = (row["freight_usd"] + row["penalty_usd"]) / units
    arrive_on = day_of(choice.rest[-1].arrive_s)
    now_usd = round(head_usd + choice.usd, 2) + penalty * choice.late_d
    stay_usd = None
    if stay is not None:
        stay_usd = round(head_usd + stay.usd, 2) + penalty * stay.late_d - before_usd
    is_late = choice.status == "committed" and arrive_on > row["arrive_on"]
    return {
        **_turn_cells(row, stand),
        "status": "waits" if is_late else choice.status,
        "corridor": _corridor(row, choice),
        "arrive_on": arrive_on,
        "extra_d": float((arrive_on - row["arrive_on"]).days),
        "extra_usd": round(units * (now_usd - before_usd), 2),
        "stay_usd": None if stay_usd is None else round(units * stay_usd, 2),
    }


def _corridor(row: Row, choice: _Choice) -> str:
    """Return by which corridor units go on: their own, or another one they turn to."""
    if choice.status != "turned" or all(leg.kind == "terminal" for leg in choice.rest):
        return str(row["corridor"])
    return corridor_name(choice.query, choice.rest)


def _turn_cells(row: Row, stand: Stand) -> Row:
    return {
        "shipment_id": row["shipment_id"],
        "dispatch_id": row["dispatch_id"],
        "units": row["units"],
        "node_id": stand.node_id,
        "at_on": day_of(stand.at_s),
        "planned_on": row["arrive_on"],
    }


def _as_left(
    trips: Trips, row: Row, arcs: tuple[int, ...], whole: tuple[Leg, ...], stand: Stand
) -> tuple[Dispatch, Row]:
    """Return a dispatch that has arrived, or is on its last leg."""
    query = trips.query(row["destination_node_id"], row["depart_on"])
    offer = offer_of(query, row["depart_on"], arcs, whole)
    turn = {
        **_turn_cells(row, stand),
        "status": "committed",
        "corridor": row["corridor"],
        "arrive_on": offer.arrive_on,
        "extra_d": float((offer.arrive_on - row["arrive_on"]).days),
        "extra_usd": 0.0,
        "stay_usd": 0.0,
    }
    return Dispatch(offer, row["units"], "committed"), turn


def _stuck(
    trips: Trips, row: Row, query: Query, arcs: tuple[int, ...], stand: Stand
) -> tuple[Dispatch, Row]:
    """Return a dispatch that stands where nothing leads on: as it was planned, and waiting."""
    offer = offer_of(query, row["depart_on"], arcs, tuple(legs(query, arcs[: stand.passed])))
    return Dispatch(offer, row["units"], "waits"), {**_turn_cells(row, stand), "status": "waits"}
