"""User equilibrium of traffic: no unit can take a cheaper route, given what all others do.

Every class and origin has a bush, arcs without a cycle that its units may take. Units are shifted
from the dearest used route to the cheapest one within the bushes, where the two part and meet
again; then each bush drops the arcs it does not need and takes up those that shorten it.

Source: Dial (2006), A path-based user-equilibrium traffic assignment algorithm that obviates path
storage and enumeration, Transportation Research Part B 40, 917-936 (Algorithm B); Nie (2010),
A class of bush-based algorithms for the traffic assignment problem, Part B 44, 73-89.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Floats, Int32s, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.paths import pop, push
from corridor.kernels.records import (
    TRACE,
    Assignment,
    AssignmentLimits,
    Bushes,
    CongestedCosts,
    Graph,
    ZoneTrips,
)

MAX_PASSES = 8  # over the bushes between two updates of them
MAX_ROUNDS = 20  # over the pairs of routes between two passes
ROUND_SHARE = 0.03  # of the saving of the first round, below which rounds end
RELAXATION = 1.4  # of a step of Newton's after the first round, since pairs share arcs
JOINT_SHARE = 3e-4  # relative excess cost below which pairs are shifted jointly too
MAX_JOINT_STEPS = 3  # of a pass, each after a round
MAX_REST_SHARE = 0.7  # of the excess cost, that a joint step leaves, above which it is the last
ROUGH_SHARE = 0.05  # of the excess cost, that a joint step leaves, above which a round follows
MAX_LIMITATIONS = 4  # of the units of a joint step
MAX_DIRECTIONS = 40  # conjugate ones, of a joint step
DIRECTION_SHARE = 1e-4  # of the saving by the first direction, below which a joint step is good
PASS_SHARE = 0.005  # of the excess cost at the update, below which its passes end
ENOUGH_SHARE = 0.1  # of the relative gap asked for, below which passes end
IDLE_SHARE = 0.1  # of the mean excess cost of a bush, below which a pass leaves a bush alone
SLACK_SHARE = 0.1  # of the relative gap, below which a route that is cheaper does not matter
WARM_GAP_SHARE = 1e-5  # relative gap that a former solution is taken to have
LINEAR_SHARE = 1e-2  # of a volume, below which a change of it needs no new price within a pass
NOISE_SHARE = 1e-15  # of a label, below which costs are equal
REST_SHARE = 1e-13  # of a flow that a shift leaves by rounding
MIN_RATIO = 1e-9  # of volume to capacity, below which a power under 1 is steeper than can be used


class Network(NamedTuple):
    """The graph and where it may be passed."""

    graph: Graph
    is_through: Bools  # whether a state may be passed [states]
    open_arcs: Ints  # arcs out of states that may be passed
    costs: CongestedCosts


class Loads(NamedTuple):
    """What is on the arcs and what it makes them cost."""

    volume: Floats  # units of all classes [arcs]
    priced_volume: Floats  # the same when the arc was priced [arcs]
    class_volume: Floats  # [classes, arcs]
    time: Floats  # without the fixed cost of a class [arcs]
    slope: Floats  # of the time by the volume [arcs]
    cost: Floats  # [classes, arcs]


class Labels(NamedTuple):
    """Cheapest and dearest routes within one bush."""

    least: Floats  # cheapest [states]
    most: Floats  # dearest [states]
    least_at: Ints  # place in the bush of the arc by which it comes [states]
    most_at: Ints  # the same, -1: no used route [states]
    place: Ints  # of each state in the order [states]


class Room(NamedTuple):
    """Room for one bush at a time."""

    active: Ints  # states of each bush up to the last one with units [bushes]
    is_needed: Bools  # places of states by which others with units can be reached [states]
    distance: Floats  # cheapest in the whole network [states]
    via: Ints  # arc by which that comes, where it is less than in the bush [states]
    need: Floats  # units that enter each state [states]
    sequence: Ints  # former places of states in their new order [states]
    is_placed: Bools  # former places of states that have a new one [states]
    order: Int32s  # of the bush [states]
    ptr: Int32s  # of the bush [states + 1]
    is_in: Bools  # arcs in the bush [arcs]
    is_waiting: Bools  # states whose distance has become less [states]
    shortcuts: Ints  # arcs that shorten routes [arcs]
    arcs: Int32s  # of the bush [arcs]
    flows: Floats  # of the bush [arcs]
    meets: Ints  # places of states where a used route meets a cheaper one [states]
    keys: Floats  # heap [arcs + states]
    items: Ints  # heap [arcs + states]


class JointStep(NamedTuple):
    """A step of Newton's of all pairs at once, and room to find it."""

    units: Floats  # shifted to the first route of a pair [pairs]
    gap: Floats  # what the second route still costs more after it [pairs]
    ease: Floats  # units whose shift closes a gap of 1, 0: none can be shifted [pairs]
    direction: Floats  # in which units are changed [pairs]
    response: Floats  # of the gaps to the direction [pairs]
    first_units: Floats  # that there are on the first route of a pair [pairs]
    second_units: Floats  # the same, on the second one [pairs]


class Overlap(NamedTuple):
    """Where pairs share arcs: equal pairs of several bushes as one move, and arcs as one stretch.

    Arcs whose cost does not rise are left out.
    """

    key: Ints  # a random number for each arc, 0: its cost does not rise [arcs]
    move: Ints  # of each pair [pairs]
    sign: Floats  # -1: the routes of the pair are those of the move the other way round [pairs]
    ptr: Ints  # where the stretches of each move begin [moves + 1]
    stretches: Ints  # of each move
    signs: Floats  # 1: of the first route, -1: of the second
    total: Floats  # of the pairs of a move [moves]
    arcs: Ints  # that pairs use [arcs]
    mark: Ints  # sum of the keys of the moves that use an arc [arcs]
    stretch: Ints  # of an arc [arcs]
    first: Ints  # arc of a stretch [arcs]
    slope: Floats  # of a stretch [arcs]
    change: Floats  # of volumes, then of costs, on a stretch [arcs]
    slots: Ints  # a hash table


class Pairs(NamedTuple):
    """Pairs of routes within a bush that part at one state and meet at another."""

    bush: Ints  # [pairs]
    ptr: Ints  # where the places of each pair begin [pairs + 1]
    middle: Ints  # where those of its second route begin [pairs]
    places: Ints  # in the bush, of the arcs of one route, then of the other
    arcs: Ints  # at these places
    joint: JointStep
    overlap: Overlap


@njit(**JIT)
def equilibrium(
    graph: Graph,
    is_through: Bools,
    costs: CongestedCosts,
    trips: ZoneTrips,
    former: Bushes,
    limits: AssignmentLimits,
) -> Assignment:
    """Return the user equilibrium: no unit has a cheaper route, given what all others do.

    Parameters
    ----------
    graph
        Arcs in CSR order, int64.
    is_through
        Whether a state may be passed bool [states]; one that may not is still an origin or end.
    costs
        float64 [arcs], and [classes, arcs].
    trips
        Those to states that no route leads to are left out.
    former
        Bushes of a former solution to begin with, in the order of the trips, size 0: none.
    limits
        When it ends.

    Returns
    -------
    Assignment
        The former bushes, changed in place, with flows that are exact: what enters a state leaves
        it or ends there.
    """
    network = Network(graph, is_through, np.flatnonzero(is_through[graph.tail]), costs)
    bushes = former
    loads = _empty_loads(costs)
    labels = _labels_room(len(is_through))
    room = _room(len(is_through), len(graph.head), len(trips.origin))
    excess = np.zeros(len(trips.origin), np.float64)
    pairs = _pairs_room(len(is_through), len(trips.origin), costs)
    pair_costs = np.full(len(trips.volume), np.inf, np.float64)
    trace = np.zeros((limits.iterations, 2), np.float64)

    enough_share = ENOUGH_SHARE * limits.gap_share
    is_warm = former.size.any()
    _begin(network, trips, bushes, loads, labels, room)
    gap = 1.0
    if is_warm:  # first within the bushes as they are: what they lack shows only then
        _load(network, trips, bushes, loads, room)
        gap = WARM_GAP_SHARE
        _equilibrate(
            network, trips, bushes, loads, labels, room, pairs, excess, gap, enough_share, 1
        )

    rows = 0
    for row in range(limits.iterations):
        _load(network, trips, bushes, loads, room)
        slack = SLACK_SHARE * gap
        little = IDLE_SHARE * limits.gap_share
        gap = _update(network, trips, bushes, loads, labels, room, pair_costs, slack, little)
        trace[row, TRACE.objective] = _objective(costs, loads)
        trace[row, TRACE.gap_share] = gap
        rows = row + 1
        if gap <= limits.gap_share or rows == limits.iterations:
            break
        _equilibrate(
            network,
            trips,
            bushes,
            loads,
            labels,
            room,
            pairs,
            excess,
            gap,
            enough_share,
            MAX_PASSES,
        )
    return Assignment(bushes, loads.class_volume, pair_costs, trace[:rows])


@njit(**JIT)
def renumber(former: Bushes, node_map: Ints, arc_map: Ints, bush_map: Ints, bushes: Bushes) -> None:
    """Copy the bushes of a former solution into empty ones for another network.

    Parameters
    ----------
    former
        The bushes of the former solution.
    node_map, arc_map
        New number of each former state and arc int64; -1: it is not there any more.
    bush_map
        Former number of each new bush int64; -1: there was none.
    bushes
        The new ones; a former bush for which there is no room is left out.
    """
    for b in range(len(bush_map)):
        f = bush_map[b]
        size = former.size[f] if f >= 0 else 0
        count = former.ptr[f, size] if size else 0
        if size == 0 or size > bushes.order.shape[1] or count > bushes.arcs.shape[1]:
            continue

        bushes.size[b] = size
        bushes.ptr[b, : size + 1] = former.ptr[f, : size + 1]
        bushes.flows[b, :count] = former.flows[f, :count]
        for i in range(size):
            bushes.order[b, i] = node_map[former.order[f, i]]
        for k in range(count):
            bushes.arcs[b, k] = arc_map[former.arcs[f, k]]


@njit(**JIT)
def _empty_loads(costs: CongestedCosts) -> Loads:
    """Return empty arcs."""
    classes, arcs = costs.fixed.shape
    return Loads(
        np.zeros(arcs, np.float64),
        np.full(arcs, np.nan),
        np.zeros((classes, arcs), np.float64),
        np.zeros(arcs, np.float64),
        np.zeros(arcs, np.float64),
        np.zeros((classes, arcs), np.float64),
    )


@njit(**JIT)
def _labels_room(states: int) -> Labels:
    """Return room for the labels of one bush."""
    return Labels(
        np.empty(states, np.float64),
        np.empty(states, np.float64),
        np.empty(states, np.int64),
        np.empty(states, np.int64),
        np.empty(states, np.int64),
    )


@njit(**JIT)
def _room(states: int, arcs: int, bushes: int) -> Room:
    """Return room for one bush at a time."""
    return Room(
        np.zeros(bushes, np.int64),
        np.empty(states, np.bool_),
        np.empty(states, np.float64),
        np.empty(states, np.int64),
        np.zeros(states, np.float64),
        np.empty(states, np.int64),
        np.empty(states, np.bool_),
        np.empty(states, np.int32),
        np.empty(states + 1, np.int32),
        np.zeros(arcs, np.bool_),
        np.zeros(states, np.bool_),
        np.empty(arcs, np.int64),
        np.empty(arcs, np.int32),
        np.empty(arcs, np.float64),
        np.empty(states, np.int64),
        np.empty(arcs + states, np.float64),
        np.empty(arcs + states, np.int64),
    )


@njit(**JIT)
def _pairs_room(states: int, bushes: int, costs: CongestedCosts) -> Pairs:
    """Return room for pairs; those that find none wait for the next pass."""
    places = 2 * states * (bushes + 1)
    max_pairs = places // 4  # as if each had four arcs
    joint = JointStep(
        np.empty(max_pairs, np.float64),
        np.empty(max_pairs, np.float64),
        np.empty(max_pairs, np.float64),
        np.empty(max_pairs, np.float64),
        np.empty(max_pairs, np.float64),
        np.empty(max_pairs, np.float64),
        np.empty(max_pairs, np.float64),
    )
    return Pairs(
        np.empty(max_pairs, np.int64),
        np.empty(max_pairs + 1, np.int64),
        np.empty(max_pairs, np.int64),
        np.empty(places, np.int64),
        np.empty(places, np.int64),
        joint,
        _overlap_room(max_pairs, places, costs),
    )


@njit(**JIT)
def _overlap_room(max_pairs: int, places: int, costs: CongestedCosts) -> Overlap:
    """Return room for what pairs share."""
    arcs = len(costs.free)
    key = np.zeros(arcs, np.int64)
    for a in range(arcs):
        if costs.free[a] * costs.factor[a] * costs.power[a] > 0.0:
            key[a] = _scatter(a)

    return Overlap(
        key,
        np.empty(max_pairs, np.int64),
        np.empty(max_pairs, np.float64),
        np.empty(max_pairs + 1, np.int64),
        np.empty(places, np.int64),
        np.empty(places, np.float64),
        np.empty(max_pairs, np.float64),
        np.empty(arcs, np.int64),
        np.empty(arcs, np.int64),
        np.empty(arcs, np.int64),
        np.empty(arcs, np.int64),
        np.zeros(arcs, np.float64),
        np.zeros(arcs, np.float64),
        np.empty(4 * max(max_pairs, arcs), np.int64),
    )


# ---- costs


@njit(**JIT, inline="always")
def _price(a: int, costs: CongestedCosts, loads: Loads) -> None:
    """Set what an arc costs at its volume, and how steeply that rises."""
    free = costs.free[a]
    power = costs.power[a]
    ratio = max(loads.volume[a], 0.0) / costs.capacity[a]

    if power == 4.0:
        steep = ratio * ratio * ratio
        added = costs.factor[a] * steep * ratio
    elif power == 0.0:
        steep = 0.0
        added = costs.factor[a]
    elif power == 1.0:
        steep = 1.0
        added = costs.factor[a] * ratio
    elif power > 1.0:
        steep = ratio ** (power - 1.0)
        added = costs.factor[a] * steep * ratio
    else:
        steep = max(ratio, MIN_RATIO) ** (power - 1.0)
        added = costs.factor[a] * ratio**power

    loads.priced_volume[a] = loads.volume[a]
    loads.time[a] = free * (1.0 + added)
    loads.slope[a] = free * costs.factor[a] * power * steep / costs.capacity[a]
    for k in range(len(costs.fixed)):
        loads.cost[k, a] = loads.time[a] + costs.fixed[k, a]


@njit(**JIT, inline="always")
def _change(a: int, units: float, costs: CongestedCosts, loads: Loads) -> None:
    """Add units to an arc; where they are few, its cost rises by its slope until it is priced."""
    volume = loads.volume
    volume[a] += units
    if abs(units) > LINEAR_SHARE * volume[a]:
        _price(a, costs, loads)
        return

    added = loads.slope[a] * units
    cost = loads.cost
    for k in range(len(cost)):
        cost[k, a] += added


@njit(**JIT)
def _price_all(costs: CongestedCosts, loads: Loads) -> None:
    """Price every arc whose volume has changed."""
    for a in range(len(costs.free)):
        if loads.volume[a] != loads.priced_volume[a]:
            _price(a, costs, loads)


@njit(**JIT)
def _objective(costs: CongestedCosts, loads: Loads) -> float:
    """Return the sum of the areas below the cost functions (Beckmann, McGuire, Winsten 1956)."""
    total = 0.0
    for a in range(len(costs.free)):
        volume = loads.volume[a]
        added = costs.factor[a] * (volume / costs.capacity[a]) ** costs.power[a]
        total += costs.free[a] * volume * (1.0 + added / (costs.power[a] + 1.0))
        for k in range(len(costs.fixed)):
            total += costs.fixed[k, a] * loads.class_volume[k, a]
    return total


@njit(**JIT)
def _spent(loads: Loads) -> float:
    """Return what all units pay on the arcs."""
    total = 0.0
    for k in range(len(loads.cost)):
        for a in range(len(loads.volume)):
            total += loads.class_volume[k, a] * loads.cost[k, a]
    return total


# ---- the first bushes


@njit(**JIT)
def _begin(
    network: Network, trips: ZoneTrips, bushes: Bushes, loads: Loads, labels: Labels, room: Room
) -> None:
    """Complete the bushes of a former solution, or lay cheapest trees where there is none."""
    is_warm = bushes.size.any()
    slack = SLACK_SHARE * WARM_GAP_SHARE
    for b in range(len(trips.origin)):
        _add(b, bushes.size[b], bushes, loads.volume)
    _price_all(network.costs, loads)

    for b in range(len(trips.origin)):
        if _is_whole(b, network, trips.origin[b], bushes):
            room.active[b] = bushes.size[b]
            continue

        cost = loads.cost[trips.class_[b]]
        is_moved = _keep(b, network, trips.origin[b], bushes, loads.volume, cost, labels)
        _hang(b, network, trips.origin[b], bushes, cost, labels, room)
        room.active[b] = bushes.size[b]
        if is_moved:
            _divert(b, network, trips, bushes, loads, room)
            if is_warm:
                _renew(b, network, trips, bushes, cost, labels, room, slack, 0.0)


@njit(**JIT)
def _divert(
    b: int, network: Network, trips: ZoneTrips, bushes: Bushes, loads: Loads, room: Room
) -> None:
    """Move the units of a bush to the arcs that it still has, and price what has changed."""
    count = bushes.ptr[b, bushes.size[b]]
    flows = bushes.flows[b]
    room.flows[:count] = flows[:count]
    _restore(b, network.graph, trips, bushes, room)

    for k in range(count):
        units = flows[k] - room.flows[k]
        if abs(units) > REST_SHARE * flows[k]:
            a = bushes.arcs[b, k]
            loads.volume[a] += units
            _price(a, network.costs, loads)


@njit(**JIT)
def _is_whole(b: int, network: Network, origin: int, bushes: Bushes) -> bool:
    """Tell whether a former bush reaches every state and has lost no arc."""
    is_through = network.is_through
    size = bushes.size[b]
    if size < len(is_through):
        return False

    for a in bushes.arcs[b, : bushes.ptr[b, size]]:
        if a < 0:
            return False
        u = network.graph.tail[a]
        if not (u == origin or is_through[u]):
            return False
    return True


@njit(**JIT)
def _add(b: int, size: int, bushes: Bushes, volume: Floats) -> None:
    """Add the flows into the first states of a bush to the volumes of arcs."""
    arcs = bushes.arcs[b]
    flows = bushes.flows[b]
    for k in range(bushes.ptr[b, size]):
        a = arcs[k]
        if a >= 0:
            volume[a] += flows[k]


@njit(**JIT)
def _keep(
    b: int,
    network: Network,
    origin: int,
    bushes: Bushes,
    volume: Floats,
    cost: Floats,
    labels: Labels,
) -> bool:
    """Keep what of a former bush still hangs together, set its labels; tell if units must move.

    Former arcs and states that are no longer there are -1. What else is lost leaves the volume.
    """
    tail = network.graph.tail
    is_through = network.is_through
    order = bushes.order[b]
    ptr = bushes.ptr[b]
    arcs = bushes.arcs[b]
    flows = bushes.flows[b]
    former_size = bushes.size[b]
    least = labels.least
    place = labels.place
    place[:] = -1
    least[:] = np.inf

    place[origin] = 0
    least[origin] = 0.0
    size = 1
    is_moved: bool = former_size == 0
    end = ptr[1] if former_size else 0
    order[0] = origin
    ptr[0] = 0
    ptr[1] = 0
    count = 0
    for i in range(1, former_size):
        begin = end
        end = ptr[i + 1]
        v = order[i]
        for k in range(begin, end):
            a = arcs[k]
            u = tail[a] if a >= 0 and v >= 0 else -1
            if u >= 0 and place[u] >= 0 and (u == origin or is_through[u]):
                arcs[count] = a
                flows[count] = flows[k]
                count += 1
                least[v] = min(least[v], least[u] + cost[a])
            elif flows[k] > 0.0:
                is_moved = True
                if a >= 0:
                    volume[a] -= flows[k]

        if count > ptr[size]:
            place[v] = size
            order[size] = v
            size += 1
            ptr[size] = count
    bushes.size[b] = size
    return is_moved


@njit(**JIT)
def _hang(
    b: int,
    network: Network,
    origin: int,
    bushes: Bushes,
    cost: Floats,
    labels: Labels,
    room: Room,
) -> None:
    """Hang the states that a bush does not reach on it, each by its cheapest route."""
    place = labels.place
    size = bushes.size[b]
    if size == len(place):
        return  # it reaches every state

    graph = network.graph
    is_through = network.is_through
    least_at = labels.least_at
    order = bushes.order[b]
    ptr = bushes.ptr[b]
    arcs = bushes.arcs[b]
    flows = bushes.flows[b]
    keys = room.keys
    items = room.items
    heap = 0
    for i in range(size):
        u = order[i]
        if u == origin or is_through[u]:
            heap = _relax(u, graph, cost, labels, keys, items, heap)

    while heap:
        v = items[0]
        heap = pop(keys, items, heap)
        if place[v] >= 0:
            continue

        place[v] = size
        order[size] = v
        arcs[ptr[size]] = least_at[v]
        flows[ptr[size]] = 0.0
        ptr[size + 1] = ptr[size] + 1
        size += 1
        if is_through[v]:
            heap = _relax(v, graph, cost, labels, keys, items, heap)
    bushes.size[b] = size


@njit(**JIT, inline="always")
def _relax(
    u: int, graph: Graph, cost: Floats, labels: Labels, keys: Floats, items: Ints, heap: int
) -> int:
    """Offer the arcs out of a state to states not yet in the bush and return the heap's size."""
    head = graph.head
    least = labels.least
    place = labels.place
    for a in range(graph.ptr[u], graph.ptr[u + 1]):
        v = head[a]
        label = least[u] + cost[a]
        if place[v] < 0 and label < least[v]:
            least[v] = label
            labels.least_at[v] = a
            heap = push(keys, items, heap, label, v)
    return heap


# ---- flows that are exact


@njit(**JIT)
def _load(network: Network, trips: ZoneTrips, bushes: Bushes, loads: Loads, room: Room) -> None:
    """Load the bushes anew, so that no rounding adds up, and price every arc."""
    loads.volume[:] = 0.0
    loads.class_volume[:] = 0.0
    for b in range(len(trips.origin)):
        _restore(b, network.graph, trips, bushes, room)
        room.active[b] = _active_size(b, bushes)
        _add(b, room.active[b], bushes, loads.class_volume[trips.class_[b]])

    for k in range(len(loads.class_volume)):
        loads.volume[:] += loads.class_volume[k]
    _price_all(network.costs, loads)


@njit(**JIT)
def _restore(b: int, graph: Graph, trips: ZoneTrips, bushes: Bushes, room: Room) -> None:
    """Share what enters each state among its arcs as their flows do: what enters leaves or ends.

    A state that had no flow takes all by its first arc.
    """
    tail = graph.tail
    order = bushes.order[b]
    ptr = bushes.ptr[b]
    arcs = bushes.arcs[b]
    flows = bushes.flows[b]
    need = room.need
    size = room.active[b]
    for i in range(size):
        need[order[i]] = 0.0
    for j in range(trips.destinations.ptr[b], trips.destinations.ptr[b + 1]):
        need[trips.destinations.numbers[j]] = trips.volume[j]

    for i in range(size - 1, 0, -1):
        units = need[order[i]]
        first = ptr[i]
        if ptr[i + 1] == first + 1:
            flows[first] = units
            need[tail[arcs[first]]] += units
            continue

        total = 0.0
        for k in range(first, ptr[i + 1]):
            total += flows[k]
        scale = units / total if total > 0.0 else 0.0
        for k in range(first, ptr[i + 1]):
            flows[k] *= scale
        if total == 0.0:
            flows[first] = units
        for k in range(first, ptr[i + 1]):
            need[tail[arcs[k]]] += flows[k]


@njit(**JIT)
def _active_size(b: int, bushes: Bushes) -> int:
    """Return the number of states of a bush up to the last one with units."""
    ptr = bushes.ptr[b]
    flows = bushes.flows[b]
    for i in range(bushes.size[b] - 1, 0, -1):
        for k in range(ptr[i], ptr[i + 1]):
            if flows[k] > 0.0:
                return i + 1
    return 1


# ---- updates of the bushes


@njit(**JIT)
def _update(
    network: Network,
    trips: ZoneTrips,
    bushes: Bushes,
    loads: Loads,
    labels: Labels,
    room: Room,
    pair_costs: Floats,
    slack: float,
    little: float,
) -> float:
    """Renew every bush and return the relative gap, with cheapest routes in the whole network.

    slack: share of a label by which an arc must make it cheaper to be taken up; little: share of
    what all pay, for whose gain all bushes together are left as they are.
    """
    spent = _spent(loads)
    little *= spent / max(len(trips.origin), 1)
    least = 0.0
    for b in range(len(trips.origin)):
        cost = loads.cost[trips.class_[b]]
        _renew(b, network, trips, bushes, cost, labels, room, slack, little)
        for j in range(trips.destinations.ptr[b], trips.destinations.ptr[b + 1]):
            pair_costs[j] = room.distance[trips.destinations.numbers[j]]
            if pair_costs[j] < np.inf:
                least += trips.volume[j] * pair_costs[j]
    return (spent - least) / spent if spent > 0.0 else 0.0


@njit(**JIT)
def _renew(
    b: int,
    network: Network,
    trips: ZoneTrips,
    bushes: Bushes,
    cost: Floats,
    labels: Labels,
    room: Room,
    slack: float,
    little: float,
) -> None:
    """Drop the arcs that a bush does not need, take up those it lacks, and set least costs."""
    _prune(b, network.graph.tail, bushes, cost, labels)
    count = _set_shortcuts(trips.origin[b], network, cost, labels, room.shortcuts)
    room.distance[:] = labels.least
    if count:
        _correct(count, network, cost, room)
        gain = _gain(b, trips, labels, room)
        if gain > little and _take_up(b, network, bushes, cost, labels, room, slack):
            room.active[b] = _active_size(b, bushes)


@njit(**JIT)
def _gain(b: int, trips: ZoneTrips, labels: Labels, room: Room) -> float:
    """Return what the units of a bush would pay less on cheapest routes in the whole network."""
    gain = 0.0
    for j in range(trips.destinations.ptr[b], trips.destinations.ptr[b + 1]):
        v = trips.destinations.numbers[j]
        if room.distance[v] < labels.least[v]:
            gain += trips.volume[j] * (labels.least[v] - room.distance[v])
    return gain


@njit(**JIT)
def _prune(b: int, tail: Ints, bushes: Bushes, cost: Floats, labels: Labels) -> None:
    """Drop arcs without flow by which no cheapest route comes; set cheapest and dearest routes.

    labels.least_at: place of the only arc into a state without units, -1 where there are units.
    """
    order = bushes.order[b]
    ptr = bushes.ptr[b]
    arcs = bushes.arcs[b]
    flows = bushes.flows[b]
    least = labels.least
    most = labels.most
    least[:] = np.inf
    most[:] = np.inf
    labels.least_at[:] = -1
    least[order[0]] = 0.0
    most[order[0]] = 0.0
    labels.place[order[0]] = 0
    end = 0
    count = 0
    for i in range(1, bushes.size[b]):
        begin = end
        end = ptr[i + 1]
        v = order[i]
        labels.place[v] = i
        if end == begin + 1:
            a = arcs[begin]
            arcs[count] = a
            flows[count] = flows[begin]
            least[v] = least[tail[a]] + cost[a]
            most[v] = most[tail[a]] + cost[a]
            if flows[begin] == 0.0:
                labels.least_at[v] = count
            count += 1
            ptr[i + 1] = count
            continue

        cheapest = np.inf
        best_at = begin
        for k in range(begin, end):
            label = least[tail[arcs[k]]] + cost[arcs[k]]
            if label < cheapest:
                cheapest = label
                best_at = k

        dearest = 0.0
        units = 0.0
        for k in range(begin, end):
            if flows[k] > 0.0 or k == best_at:
                a = arcs[k]
                units += flows[k]
                arcs[count] = a
                flows[count] = flows[k]
                dearest = max(dearest, most[tail[a]] + cost[a])
                count += 1
        if units == 0.0:
            labels.least_at[v] = count - 1
        least[v] = cheapest
        most[v] = dearest
        ptr[i + 1] = count


@njit(**JIT)
def _set_shortcuts(
    origin: int, network: Network, cost: Floats, labels: Labels, shortcuts: Ints
) -> int:
    """Set the arcs that lead to a state more cheaply than the bush does; return their number."""
    ptr, head, tail = network.graph
    open_arcs = network.open_arcs
    least = labels.least
    count = 0
    for a in open_arcs:
        if least[tail[a]] + cost[a] < least[head[a]]:
            shortcuts[count] = a
            count += 1

    if not network.is_through[origin]:
        for a in range(ptr[origin], ptr[origin + 1]):
            if cost[a] < least[head[a]]:
                shortcuts[count] = a
                count += 1
    return count


@njit(**JIT, inline="always")
def _wait(v: int, queue: Ints, first: int, count: int, is_waiting: Bools) -> int:
    """Put a state at the end of a ring unless it is in it; return how many are in the ring."""
    if is_waiting[v]:
        return count

    is_waiting[v] = True
    last = first + count
    capacity = len(is_waiting)
    queue[last if last < capacity else last - capacity] = v
    return count + 1


@njit(**JIT)
def _correct(shortcuts_count: int, network: Network, cost: Floats, room: Room) -> None:
    """Make distances those of the whole network, from the arcs that shorten them on.

    Source: Moore (1957), labels corrected in the order in which they were improved.
    """
    ptr, head, tail = network.graph
    is_through = network.is_through
    distance = room.distance
    via = room.via
    is_waiting = room.is_waiting
    queue = room.items
    capacity = len(distance)
    first = 0
    count = 0
    for a in room.shortcuts[:shortcuts_count]:
        label = distance[tail[a]] + cost[a]
        v = head[a]
        if label < distance[v]:
            distance[v] = label
            via[v] = a
            count = _wait(v, queue, first, count, is_waiting)

    while count:
        u = queue[first]
        first = first + 1 if first + 1 < capacity else 0
        count -= 1
        is_waiting[u] = False
        if not is_through[u]:
            continue
        for a in range(ptr[u], ptr[u + 1]):
            v = head[a]
            label = distance[u] + cost[a]
            if label < distance[v]:
                distance[v] = label
                via[v] = a
                count = _wait(v, queue, first, count, is_waiting)


@njit(**JIT)
def _take_up(
    b: int,
    network: Network,
    bushes: Bushes,
    cost: Floats,
    labels: Labels,
    room: Room,
    slack: float,
) -> bool:
    """Take up the arcs that make routes of units cheaper; tell whether the bush has changed.

    An arc is taken up where the dearest route to its head is dearer than by it, so that no cycle
    can come about. Where that holds for none, arcs are that shorten only dearest routes.
    """
    graph = network.graph
    ptr = bushes.ptr[b]
    arcs = bushes.arcs[b]
    size = bushes.size[b]
    former_count = ptr[size]
    count = former_count
    is_lacking = False
    is_changed = False
    for i in range(1, size):
        v = bushes.order[b, i]
        label = labels.least[v]
        if labels.least_at[v] >= 0 or not room.distance[v] < label - slack * label:
            continue

        is_lacking = True
        a = room.via[v]
        if _rehang(graph.tail[a], graph.tail, arcs, cost, labels, room):
            is_changed = True
        if a not in arcs[ptr[i] : ptr[i + 1]]:
            count = _add_arc(b, a, count, graph, bushes, cost, labels)

    if is_changed or count > former_count:
        _rehang_all(b, graph.tail, bushes, cost, labels, room)
    elif is_lacking:
        _mark(b, former_count, bushes, room.is_in, True)
        for a in network.open_arcs:
            if not room.is_in[a]:
                count = _add_arc(b, a, count, graph, bushes, cost, labels)
        _mark(b, former_count, bushes, room.is_in, False)

    if not is_changed and count == former_count:
        _rehang_in_order(b, graph.tail, bushes, cost, labels, room)
        return False
    _insert(b, former_count, count, graph.head, bushes, labels.place, room)
    _order(b, graph.tail, bushes, labels.place, room)
    return True


@njit(**JIT)
def _rehang(v: int, tail: Ints, arcs: Int32s, cost: Floats, labels: Labels, room: Room) -> bool:
    """Hang states without units on the cheapest route, from the last one back; tell if any was.

    Through them a bush finds detours of many arcs at once. Dearest routes get no dearer by it, so
    that no cycle can come about.
    """
    route = room.items
    count = 0
    while labels.least_at[v] >= 0 and room.distance[v] < labels.least[v]:
        route[count] = v
        count += 1
        v = tail[room.via[v]]

    is_changed = False
    for i in range(count - 1, -1, -1):
        v = route[i]
        a = room.via[v]
        dearest = labels.most[tail[a]] + cost[a]
        if dearest < labels.most[v]:
            arcs[labels.least_at[v]] = a
            labels.least[v] = room.distance[v]
            labels.most[v] = dearest
            is_changed = True
    return is_changed


@njit(**JIT)
def _rehang_all(
    b: int, tail: Ints, bushes: Bushes, cost: Floats, labels: Labels, room: Room
) -> None:
    """Hang all states without units on their cheapest routes, as the order is new in any case."""
    for v in bushes.order[b, 1 : bushes.size[b]]:
        if labels.least_at[v] >= 0 and room.distance[v] < labels.least[v]:
            _rehang(v, tail, bushes.arcs[b], cost, labels, room)


@njit(**JIT)
def _rehang_in_order(
    b: int, tail: Ints, bushes: Bushes, cost: Floats, labels: Labels, room: Room
) -> None:
    """Hang states without units on their cheapest routes where the order of states allows it."""
    place = labels.place
    for i in range(1, bushes.size[b]):
        v = bushes.order[b, i]
        if labels.least_at[v] < 0 or not room.distance[v] < labels.least[v]:
            continue

        a = room.via[v]
        if place[tail[a]] < i and labels.most[tail[a]] + cost[a] < labels.most[v]:
            bushes.arcs[b, labels.least_at[v]] = a


@njit(**JIT, inline="always")
def _add_arc(
    b: int, a: int, count: int, graph: Graph, bushes: Bushes, cost: Floats, labels: Labels
) -> int:
    """Add an arc to a bush if it is shorter than the dearest route; return the number of arcs."""
    if labels.most[graph.tail[a]] + cost[a] < labels.most[graph.head[a]]:
        bushes.arcs[b, count] = a
        bushes.flows[b, count] = 0.0
        count += 1
    return count


@njit(**JIT)
def _mark(b: int, count: int, bushes: Bushes, is_in: Bools, value: bool) -> None:
    """Mark the arcs of a bush."""
    for a in bushes.arcs[b, :count]:
        is_in[a] = value


@njit(**JIT)
def _insert(
    b: int, former_count: int, count: int, head: Ints, bushes: Bushes, place: Ints, room: Room
) -> None:
    """Bring arcs that were added to a bush to the others into the same states."""
    ptr = bushes.ptr[b]
    arcs = bushes.arcs[b]
    flows = bushes.flows[b]
    added = count - former_count
    last = room.arcs
    for k in range(added):
        a = arcs[former_count + k]
        at = k
        while at > 0 and place[head[last[at - 1]]] > place[head[a]]:
            last[at] = last[at - 1]
            at -= 1
        last[at] = a

    end = former_count
    for k in range(added - 1, -1, -1):
        i = place[head[last[k]]]
        begin = ptr[i + 1]
        for old in range(end - 1, begin - 1, -1):
            arcs[old + k + 1] = arcs[old]
            flows[old + k + 1] = flows[old]
        arcs[begin + k] = last[k]
        flows[begin + k] = 0.0
        end = begin

    k = 0
    for i in range(1, bushes.size[b]):
        while k < added and place[head[last[k]]] == i:
            k += 1
        ptr[i + 1] += k


@njit(**JIT)
def _order(b: int, tail: Ints, bushes: Bushes, place: Ints, room: Room) -> None:
    """Bring the states of a bush in order again, each after those its arcs come from.

    States by which no others with units can be reached come last.
    """
    order = bushes.order[b]
    ptr = bushes.ptr[b]
    arcs = bushes.arcs[b]
    flows = bushes.flows[b]
    size = bushes.size[b]
    _set_sequence(size, tail, ptr, arcs, place, room)
    _set_needed(size, tail, ptr, arcs, flows, place, room)

    count = 0
    placed = 0
    for is_needed in (True, False):
        for i in room.sequence[:size]:
            if room.is_needed[i] != is_needed:
                continue
            room.order[placed] = order[i]
            room.ptr[placed] = count
            placed += 1
            for k in range(ptr[i], ptr[i + 1]):
                room.arcs[count] = arcs[k]
                room.flows[count] = flows[k]
                count += 1

    order[:size] = room.order[:size]
    ptr[:size] = room.ptr[:size]
    arcs[:count] = room.arcs[:count]
    flows[:count] = room.flows[:count]


@njit(**JIT)
def _set_sequence(
    size: int, tail: Ints, ptr: Int32s, arcs: Int32s, place: Ints, room: Room
) -> None:
    """Set the places of states in an order where tails come before heads, changed but little."""
    sequence = room.sequence
    is_placed = room.is_placed
    stack = room.items
    is_placed[:size] = False
    count = 0
    for first in range(size):
        depth = 0 if is_placed[first] else 1
        stack[0] = first
        while depth:
            i = stack[depth - 1]
            is_ready = True
            for k in range(ptr[i], ptr[i + 1]):
                before = place[tail[arcs[k]]]
                if not is_placed[before]:
                    stack[depth] = before
                    depth += 1
                    is_ready = False
                    break
            if is_ready:
                is_placed[i] = True
                sequence[count] = i
                count += 1
                depth -= 1


@njit(**JIT)
def _set_needed(
    size: int, tail: Ints, ptr: Int32s, arcs: Int32s, flows: Floats, place: Ints, room: Room
) -> None:
    """Set which states have units, or lead to states that have."""
    is_needed = room.is_needed
    is_needed[:size] = False
    is_needed[0] = True
    for n in range(size - 1, 0, -1):
        i = room.sequence[n]
        for k in range(ptr[i], ptr[i + 1]):
            if flows[k] > 0.0:
                is_needed[i] = True
        if is_needed[i]:
            for k in range(ptr[i], ptr[i + 1]):
                is_needed[place[tail[arcs[k]]]] = True


# ---- shifts within the bushes


@njit(**JIT)
def _equilibrate(
    network: Network,
    trips: ZoneTrips,
    bushes: Bushes,
    loads: Loads,
    labels: Labels,
    room: Room,
    pairs: Pairs,
    excess: Floats,
    gap: float,
    enough_share: float,
    max_passes: int,
) -> None:
    """Shift units within the bushes, in passes, until little of the excess cost is left.

    gap: relative gap. enough_share: share of what all pay, below which the excess cost need not
    fall.
    """
    excess[:] = np.inf
    spent = _spent(loads)
    enough = enough_share * spent
    has_all = gap < JOINT_SHARE
    first = 0.0
    total = np.inf
    idle = 0.0
    for _ in range(max_passes):
        former_total = total
        count = _gather(network, trips, bushes, loads, labels, room, pairs, excess, idle, has_all)
        total = excess.sum()
        first = max(first, total)
        enough = max(enough, PASS_SHARE * first)
        if total <= enough:
            break

        if total < JOINT_SHARE * spent and total <= MAX_REST_SHARE * former_total:
            rest = _shift_jointly(network, trips, bushes, loads, pairs, count, enough)
            if has_all and rest <= enough:
                break
            has_all = True
            idle = 0.0
        else:
            _shift_rounds(network, trips, bushes, loads, pairs, count)
            has_all = total < JOINT_SHARE * spent
            idle = IDLE_SHARE * total / len(excess)


@njit(**JIT)
def _gather(
    network: Network,
    trips: ZoneTrips,
    bushes: Bushes,
    loads: Loads,
    labels: Labels,
    room: Room,
    pairs: Pairs,
    excess: Floats,
    idle: float,
    has_all: bool,
) -> int:
    """Gather the pairs of all bushes but the idle ones and return their number.

    has_all: whether every used arc that is not on a cheapest route gets a pair, not the dearest.
    """
    count = 0
    pairs.ptr[0] = 0
    for b in range(len(excess)):
        if excess[b] > idle:
            cost = loads.cost[trips.class_[b]]
            size = room.active[b]
            excess[b], meets = _label(b, size, network.graph.tail, bushes, cost, labels, room.meets)
            if has_all:
                count = _pair_all(b, size, bushes, network.graph.tail, labels, pairs, count)
                continue
            for m in range(meets - 1, -1, -1):
                v = bushes.order[b, room.meets[m]]
                k = labels.most_at[v]
                count = _pair(b, v, k, bushes, network.graph.tail, labels, pairs, count)
    return count


@njit(**JIT)
def _shift_rounds(
    network: Network,
    trips: ZoneTrips,
    bushes: Bushes,
    loads: Loads,
    pairs: Pairs,
    count: int,
) -> None:
    """Shift units within pairs, in turn, until little is saved by it."""
    first = 0.0
    step = 1.0
    for _ in range(MAX_ROUNDS):
        saved = _shift_all(network, trips, bushes, loads, pairs, count, step)
        first = max(first, saved)
        if saved <= ROUND_SHARE * first:
            break
        step = RELAXATION
    _price_all(network.costs, loads)


@njit(**JIT)
def _shift_all(
    network: Network,
    trips: ZoneTrips,
    bushes: Bushes,
    loads: Loads,
    pairs: Pairs,
    count: int,
    step: float,
) -> float:
    """Shift units within each pair in turn and return the saving.

    step: how many steps of Newton's.
    """
    saved = 0.0
    for p in range(count):
        b = pairs.bush[p]
        cost = loads.cost[trips.class_[b]]
        saved += _shift(p, bushes.flows[b], pairs, network, loads, cost, step)
    return saved


@njit(**JIT)
def _label(
    b: int, size: int, tail: Ints, bushes: Bushes, cost: Floats, labels: Labels, meets: Ints
) -> tuple[float, int]:
    """Set cheapest and dearest used routes to the first states of a bush.

    Return the excess cost and the number of states where routes meet.
    """
    order = bushes.order[b]
    ptr = bushes.ptr[b]
    arcs = bushes.arcs[b]
    flows = bushes.flows[b]
    least, most, least_at, most_at, place = labels
    least[order[0]] = 0.0
    most[order[0]] = 0.0
    place[order[0]] = 0
    excess = 0.0
    meetings = 0
    end = ptr[1]
    for i in range(1, size):
        v = order[i]
        place[v] = i
        begin = end
        end = ptr[i + 1]
        a = arcs[begin]
        if end == begin + 1:  # the dearest route to a state without units is not looked at
            least[v] = least[tail[a]] + cost[a]
            most[v] = most[tail[a]] + cost[a]
            least_at[v] = begin
            most_at[v] = begin
            continue

        cheapest = least[tail[a]] + cost[a]
        dearest = most[tail[a]] + cost[a] if flows[begin] > 0.0 else -np.inf
        cheapest_at = begin
        dearest_at = begin
        for k in range(begin + 1, end):
            a = arcs[k]
            label = least[tail[a]] + cost[a]
            if label < cheapest:
                cheapest = label
                cheapest_at = k
            if flows[k] > 0.0:
                label = most[tail[a]] + cost[a]
                if label > dearest:
                    dearest = label
                    dearest_at = k

        least[v] = cheapest
        most[v] = dearest
        least_at[v] = cheapest_at
        most_at[v] = dearest_at
        for k in range(begin, end):
            a = arcs[k]
            excess += flows[k] * (least[tail[a]] + cost[a] - cheapest)
        if dearest_at != cheapest_at and dearest - cheapest > NOISE_SHARE * cheapest:
            meets[meetings] = i
            meetings += 1
    return excess, meetings


@njit(**JIT)
def _pair(
    b: int, v: int, k: int, bushes: Bushes, tail: Ints, labels: Labels, pairs: Pairs, count: int
) -> int:
    """Add the cheapest route to a state and one by its arc at place k, back to where they part.

    Return the number of pairs; it stays where there is no room left.
    """
    arcs = bushes.arcs[b]
    places = pairs.places
    begin = pairs.ptr[count]
    if count == len(pairs.bush) or begin + 2 * bushes.size[b] > len(places):
        return count

    least_at = labels.least_at
    most_at = labels.most_at
    rank = labels.place
    cheap = begin
    p = v
    q = tail[arcs[k]]
    while p != q:
        if rank[p] > rank[q]:
            places[cheap] = least_at[p]
            pairs.arcs[cheap] = arcs[least_at[p]]
            p = tail[arcs[least_at[p]]]
            cheap += 1
        else:
            q = tail[arcs[most_at[q]]]
    pairs.middle[count] = cheap

    dear = cheap
    at = k
    while True:
        places[dear] = at
        pairs.arcs[dear] = arcs[at]
        q = tail[arcs[at]]
        dear += 1
        if q == p:
            break
        at = most_at[q]
    pairs.bush[count] = b
    pairs.ptr[count + 1] = dear
    return count + 1


@njit(**JIT)
def _pair_all(
    b: int, size: int, bushes: Bushes, tail: Ints, labels: Labels, pairs: Pairs, count: int
) -> int:
    """Add a pair for every used arc that is not on the cheapest route to its head.

    Its second route comes to the arc by those with the most units. Return the number of pairs.
    """
    ptr = bushes.ptr[b]
    flows = bushes.flows[b]
    for i in range(1, size):
        if ptr[i + 1] == ptr[i] + 1:
            continue

        v = bushes.order[b, i]
        labels.most_at[v] = ptr[i] + flows[ptr[i] : ptr[i + 1]].argmax()
        for k in range(ptr[i], ptr[i + 1]):
            if flows[k] > 0.0 and k != labels.least_at[v]:
                count = _pair(b, v, k, bushes, tail, labels, pairs, count)
    return count


@njit(**JIT, inline="always")
def _shift(
    p: int,
    flows: Floats,
    pairs: Pairs,
    network: Network,
    loads: Loads,
    cost: Floats,
    step: float,
) -> float:
    """Shift units to the cheaper route of a pair and return the saving.

    step: how many steps of Newton's.
    """
    arcs = pairs.arcs
    slopes = loads.slope
    gap = 0.0
    total = 0.0
    slope = 0.0
    for k in range(pairs.middle[p], pairs.ptr[p + 1]):
        gap += cost[arcs[k]]
        slope += slopes[arcs[k]]
    for k in range(pairs.ptr[p], pairs.middle[p]):
        total += cost[arcs[k]]
        slope += slopes[arcs[k]]
    gap -= total
    if abs(gap) <= NOISE_SHARE * total:
        return 0.0

    units = step * abs(gap) / slope if slope > 0.0 else np.inf
    moved: float = _move(p, units, gap > 0.0, flows, pairs, network, loads)
    return abs(gap) * moved


@njit(**JIT)
def _move(
    p: int,
    units: float,
    is_to_first: bool,
    flows: Floats,
    pairs: Pairs,
    network: Network,
    loads: Loads,
) -> float:
    """Move units, as many as there are, from one route of a pair to the other; return how many."""
    places = pairs.places
    arcs = pairs.arcs
    from_begin = pairs.middle[p] if is_to_first else pairs.ptr[p]
    from_end = pairs.ptr[p + 1] if is_to_first else pairs.middle[p]
    to_begin = pairs.ptr[p] if is_to_first else pairs.middle[p]
    to_end = pairs.middle[p] if is_to_first else pairs.ptr[p + 1]

    for k in range(from_begin, from_end):
        units = min(units, flows[places[k]])
    if units <= 0.0:
        return 0.0

    for k in range(from_begin, from_end):
        flow = flows[places[k]]
        rest = flow - units
        flows[places[k]] = rest if rest > REST_SHARE * flow else 0.0
        _change(arcs[k], -units, network.costs, loads)
    for k in range(to_begin, to_end):
        flows[places[k]] += units
        _change(arcs[k], units, network.costs, loads)
    return units


# ---- joint steps


@njit(**JIT)
def _shift_jointly(
    network: Network,
    trips: ZoneTrips,
    bushes: Bushes,
    loads: Loads,
    pairs: Pairs,
    count: int,
    enough: float,
) -> float:
    """Shift units within pairs in turn and all at once, by turns; return the excess cost left.

    enough: excess cost at which to end.
    """
    moves, arcs = _set_overlap(pairs, count)
    rest = np.inf
    is_rough = True
    for _ in range(MAX_JOINT_STEPS):
        if is_rough:
            _shift_all(network, trips, bushes, loads, pairs, count, 1.0)
            _price_all(network.costs, loads)
            former_rest = rest
            rest = _open_steps(trips, bushes, loads, pairs, count)
            if rest <= enough or rest > MAX_REST_SHARE * former_rest:
                break

        _set_slopes(loads, pairs.overlap, arcs)
        _set_joint_step(pairs, count, moves)
        _take_joint_step(network, bushes, loads, pairs, count)
        _price_all(network.costs, loads)
        before = rest
        rest = _open_steps(trips, bushes, loads, pairs, count)
        if rest > before:  # costs rise more than linearly: half of the step
            pairs.joint.units[:count] *= -0.5
            _take_joint_step(network, bushes, loads, pairs, count)
            _price_all(network.costs, loads)
            rest = _open_steps(trips, bushes, loads, pairs, count)
        is_rough = rest > ROUGH_SHARE * before
        if rest <= enough:
            break
    return rest


@njit(**JIT)
def _open_steps(trips: ZoneTrips, bushes: Bushes, loads: Loads, pairs: Pairs, count: int) -> float:
    """Set gap and ease of all pairs and return the excess cost on their routes."""
    rest = 0.0
    for p in range(count):
        _open_step(p, trips, bushes, loads, pairs)
        gap = pairs.joint.gap[p]
        if gap > 0.0:
            rest += gap * bushes.flows[pairs.bush[p], pairs.places[pairs.middle[p]]]
        else:
            rest -= gap * pairs.joint.first_units[p]
    return rest


@njit(**JIT)
def _set_joint_step(pairs: Pairs, count: int, moves: int) -> None:
    """Set the units that close the gaps of all pairs at once, were costs as linear as they look.

    Where there are not as many units on a route, all are taken and the other pairs find theirs
    anew.
    """
    units = pairs.joint.units
    gap = pairs.joint.gap
    ease = pairs.joint.ease
    saving = 0.0
    for p in range(count):
        units[p] = 0.0
        saving += ease[p] * gap[p] * gap[p]

    for _ in range(MAX_LIMITATIONS):
        _follow_gradients(pairs, count, moves, DIRECTION_SHARE * saving)
        if not _limit(pairs, count, moves):
            break


@njit(**JIT)
def _follow_gradients(pairs: Pairs, count: int, moves: int, enough: float) -> None:
    """Change the units of a step until enough of the gaps is closed.

    Source: Hestenes, Stiefel (1952), conjugate gradients; preconditioned by each pair's own slope.
    """
    units = pairs.joint.units
    gap = pairs.joint.gap
    ease = pairs.joint.ease
    direction = pairs.joint.direction
    response = pairs.joint.response
    saving = 0.0
    for p in range(count):
        direction[p] = ease[p] * gap[p]
        saving += gap[p] * direction[p]

    for _ in range(MAX_DIRECTIONS):
        if saving <= enough:
            break
        _respond(pairs, count, moves)
        curvature = 0.0
        for p in range(count):
            curvature += direction[p] * response[p]
        if curvature <= 0.0:
            break  # costs do not rise in this direction

        length = saving / curvature
        former = saving
        saving = 0.0
        for p in range(count):
            units[p] += length * direction[p]
            gap[p] -= length * response[p]
            saving += gap[p] * gap[p] * ease[p]
        for p in range(count):
            direction[p] = ease[p] * gap[p] + saving / former * direction[p]


@njit(**JIT)
def _limit(pairs: Pairs, count: int, moves: int) -> bool:
    """Limit the units of a step to those there are, and fix these; tell whether any were more."""
    units = pairs.joint.units
    gap = pairs.joint.gap
    direction = pairs.joint.direction
    is_limited = False
    for p in range(count):
        limited = max(units[p], -pairs.joint.first_units[p])
        limited = min(limited, pairs.joint.second_units[p])
        direction[p] = limited - units[p]
        units[p] = limited
        if direction[p] != 0.0:
            is_limited = True

    if is_limited:
        _respond(pairs, count, moves)
        for p in range(count):
            gap[p] -= pairs.joint.response[p]
            if direction[p] != 0.0:
                pairs.joint.ease[p] = 0.0
    return is_limited


@njit(**JIT)
def _open_step(p: int, trips: ZoneTrips, bushes: Bushes, loads: Loads, pairs: Pairs) -> None:
    """Set the gap of a pair and the ease of its shifts."""
    arcs = pairs.arcs
    b = pairs.bush[p]
    flows = bushes.flows[b]
    cost = loads.cost[trips.class_[b]]
    gap = 0.0
    slope = 0.0
    first_units = np.inf
    second_units = np.inf
    for k in range(pairs.ptr[p], pairs.middle[p]):
        gap -= cost[arcs[k]]
        slope += loads.slope[arcs[k]]
        first_units = min(first_units, flows[pairs.places[k]])
    for k in range(pairs.middle[p], pairs.ptr[p + 1]):
        gap += cost[arcs[k]]
        slope += loads.slope[arcs[k]]
        second_units = min(second_units, flows[pairs.places[k]])

    available = second_units if gap > 0.0 else first_units
    pairs.joint.first_units[p] = first_units
    pairs.joint.second_units[p] = second_units
    pairs.joint.gap[p] = gap
    pairs.joint.ease[p] = 1.0 / slope if available > 0.0 and slope > 0.0 else 0.0


@njit(**JIT)
def _respond(pairs: Pairs, count: int, moves: int) -> None:
    """Set by how much gaps become less along the direction of a step."""
    ease = pairs.joint.ease
    direction = pairs.joint.direction
    response = pairs.joint.response
    overlap = pairs.overlap
    total = overlap.total
    change = overlap.change
    total[:moves] = 0.0
    change[:] = 0.0
    for p in range(count):
        if ease[p] > 0.0:
            total[overlap.move[p]] += overlap.sign[p] * direction[p]

    for m in range(moves):
        for k in range(overlap.ptr[m], overlap.ptr[m + 1]):
            change[overlap.stretches[k]] += overlap.signs[k] * total[m]
    change *= overlap.slope
    for m in range(moves):
        units = 0.0
        for k in range(overlap.ptr[m], overlap.ptr[m + 1]):
            units += overlap.signs[k] * change[overlap.stretches[k]]
        total[m] = units

    for p in range(count):
        response[p] = overlap.sign[p] * total[overlap.move[p]] if ease[p] > 0.0 else 0.0


@njit(**JIT)
def _take_joint_step(
    network: Network, bushes: Bushes, loads: Loads, pairs: Pairs, count: int
) -> None:
    """Shift the units of a joint step, as many as there are."""
    for p in range(count):
        units = pairs.joint.units[p]
        if units != 0.0:
            flows = bushes.flows[pairs.bush[p]]
            _move(p, abs(units), units > 0.0, flows, pairs, network, loads)


# ---- what pairs share


@njit(**JIT, inline="always")
def _scatter(number: int) -> int:
    """Return a number with random bits for a small one (Steele, Lea, Flood 2014)."""
    bits = (number + 1) * -7046029254386353131
    bits = (bits ^ (bits >> 30)) * -4658895280553007687
    bits = (bits ^ (bits >> 27)) * -7723592293110705685
    return bits ^ (bits >> 31)


@njit(**JIT)
def _set_overlap(pairs: Pairs, count: int) -> tuple[int, int]:
    """Set what pairs share, and return the number of moves and of arcs."""
    overlap = pairs.overlap
    moves = _set_moves(pairs, count)
    arcs = _set_stretches(overlap, moves)

    begin = 0
    last = 0
    for m in range(moves):
        end = overlap.ptr[m + 1]
        for k in range(begin, end):
            stretch = overlap.stretch[overlap.stretches[k]]
            if overlap.first[stretch] == overlap.stretches[k]:
                overlap.stretches[last] = stretch
                overlap.signs[last] = overlap.signs[k]
                last += 1
        overlap.ptr[m + 1] = last
        begin = end
    return moves, arcs


@njit(**JIT)
def _set_moves(pairs: Pairs, count: int) -> int:
    """Set which pairs are the same move, with the arcs of each move; return how many there are.

    Pairs are the same if the sums of the keys of their arcs are, those of the second route counted
    negative.
    """
    overlap = pairs.overlap
    key = overlap.key
    mask = _clear_slots(overlap.slots, count)
    moves = 0
    last = 0
    overlap.ptr[0] = 0
    for p in range(count):
        total = 0
        for k in range(pairs.ptr[p], pairs.middle[p]):
            total += key[pairs.arcs[k]]
        for k in range(pairs.middle[p], pairs.ptr[p + 1]):
            total -= key[pairs.arcs[k]]

        sign = -1.0 if total < 0 else 1.0
        slot = _slot(abs(total), overlap.slots, mask)
        overlap.sign[p] = sign
        overlap.move[p] = overlap.slots[slot + 1]
        if overlap.slots[slot + 1] >= 0:
            continue

        overlap.slots[slot] = abs(total)
        overlap.slots[slot + 1] = moves
        overlap.move[p] = moves
        for k in range(pairs.ptr[p], pairs.ptr[p + 1]):
            if key[pairs.arcs[k]] != 0:
                overlap.stretches[last] = pairs.arcs[k]
                overlap.signs[last] = sign if k < pairs.middle[p] else -sign
                last += 1
        moves += 1
        overlap.ptr[moves] = last
    return moves


@njit(**JIT)
def _clear_slots(slots: Ints, count: int) -> int:
    """Clear a hash table for a number of keys and return its last slot; a slot has two places."""
    size = 1
    while size <= count:
        size *= 2
    slots[1 : 2 * size : 2] = -1
    return size - 1


@njit(**JIT, inline="always")
def _slot(key: int, slots: Ints, mask: int) -> int:
    """Return the place of a key in a hash table, or where it is to stand."""
    slot = key & mask
    while slots[2 * slot + 1] >= 0 and slots[2 * slot] != key:
        slot = (slot + 1) & mask
    return 2 * slot


@njit(**JIT)
def _set_stretches(overlap: Overlap, moves: int) -> int:
    """Set which arcs the same moves use, and return how many arcs moves use."""
    mark = overlap.mark
    arcs = overlap.arcs
    mark[:] = 0
    count = 0
    for m in range(moves):
        key = _scatter(m)
        for k in range(overlap.ptr[m], overlap.ptr[m + 1]):
            a = overlap.stretches[k]
            if mark[a] == 0:
                arcs[count] = a
                count += 1
            mark[a] += key if overlap.signs[k] > 0.0 else -key

    mask = _clear_slots(overlap.slots, count)
    stretches = 0
    for a in arcs[:count]:
        slot = _slot(mark[a], overlap.slots, mask)
        if overlap.slots[slot + 1] < 0:
            overlap.slots[slot] = mark[a]
            overlap.slots[slot + 1] = stretches
            overlap.first[stretches] = a
            stretches += 1
        overlap.stretch[a] = overlap.slots[slot + 1]
    return count


@njit(**JIT)
def _set_slopes(loads: Loads, overlap: Overlap, arcs: int) -> None:
    """Set how steeply the cost of each stretch rises."""
    overlap.slope[:] = 0.0
    for a in overlap.arcs[:arcs]:
        overlap.slope[overlap.stretch[a]] += loads.slope[a]
