"""Hierarchies: distances from many states at once, over shortcuts that are made once for a graph.

States are ranked by a sparse factorisation's order of elimination: what is eliminated leaves
shortcuts between its neighbours of higher rank. Shortcuts get their weights from those below them
(*customise*), anew for every state of the network; a least route then leads up from its origin and
down to its destination. Distances of sixteen origins are swept down at once, side by side.

Source: Dibbelt, Strasser and Wagner (2016), Customizable contraction hierarchies, ACM Journal of
Experimental Algorithmics 21; Delling, Goldberg, Nowatzyk and Werneck (2013), PHAST, Journal of
Parallel and Distributed Computing 73.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Int32s, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.records import Groups

FAR = np.int32((1 << 30) - 1)  # no route; the sum of two is still an int32
EXACT = np.int32(1 << 29)  # the sum of two weights below it is below FAR: nothing was cut off
LANES = 32  # groups of sources of one sweep
PARTIAL = 400  # weights of all shortcuts are computed anew where one arc in so many has changed
UP = 0  # column of weights from the lower to the higher end
DOWN = 1


class Hierarchy(NamedTuple):
    """Ranks of the states of a graph, and shortcuts from each rank to higher ones.

    The same for all weights. Shortcuts are in CSR order of their lower ends, heads ascending. A
    triangle below a shortcut is a state under both of its ends, with the shortcuts from there.
    """

    rank: Int32s  # [states]
    ptr: Ints  # [states + 1], by rank
    tail: Int32s  # the lower end [shortcuts]
    head: Int32s  # the higher end [shortcuts]
    parent: Int32s  # the lowest rank that shortcuts lead to, -1: none [states]
    shortcut: Int32s  # of each arc of the graph, -1: it leads nowhere else [arcs]
    direction: Int32s  # UP or DOWN [arcs]
    arc_ptr: Ints  # [shortcuts + 1]
    arc: Int32s  # arcs of the graph between the ends of each shortcut
    triangle_ptr: Ints  # [shortcuts + 1]
    triangles: Int32s  # to the lower and to the higher end [triangles, 2]


class Sweep(NamedTuple):
    """Shortcuts that least routes need, with their weights: one way up, and one way down."""

    up_ptr: Ints
    up_head: Int32s
    up_weight: Int32s
    down_ptr: Ints
    down_head: Int32s
    down_weight: Int32s


class Selection(NamedTuple):
    """What leads down to some targets: their ranks and all above them, highest first."""

    row: Int32s  # of each rank, -1: it leads to no target [states]
    ptr: Ints  # [rows + 1]
    above: Int32s  # rows that shortcuts come down from
    shortcut: Int32s  # their positions in the Sweep
    target: Int32s  # numbers of targets, in the order of their rows [targets]
    target_row: Int32s  # and those rows [targets]


class Room(NamedTuple):
    """Room for distances, used again for the next ones."""

    label: Int32s  # FAR, before and after [states]
    down: Int32s  # weights of the selected shortcuts
    lanes: Int32s  # [rows, LANES]
    is_met: Bools  # [rows]


def build(ptr: Ints, head: Ints) -> Hierarchy:
    """Return the hierarchy of a graph in CSR order: ptr int64 [states + 1], head int64 [arcs]."""
    n = len(ptr) - 1
    tail = np.repeat(np.arange(n), np.diff(ptr))
    rank = _ranks(n, tail, head)

    low = np.minimum(rank[tail], rank[head]).astype(np.int64)
    high = np.maximum(rank[tail], rank[head]).astype(np.int64)
    ends = np.unique((low * n + high)[low < high])
    neighbour_ptr = np.searchsorted(ends, np.arange(n + 1) * n).astype(np.int64)
    shortcut_ptr, any_order, parent = _eliminate(neighbour_ptr, (ends % n).astype(np.int32))

    key = np.sort(np.repeat(np.arange(n), np.diff(shortcut_ptr)) * n + any_order)
    shortcut_head = (key % n).astype(np.int32)
    shortcut = np.where(low < high, np.searchsorted(key, low * n + high), -1)
    direction = np.where(rank[tail] < rank[head], UP, DOWN)
    arc = np.argsort(shortcut, kind="stable")
    arc_ptr = np.searchsorted(shortcut[arc], np.arange(len(shortcut_head) + 1))
    return Hierarchy(
        rank,
        shortcut_ptr,
        (key // n).astype(np.int32),
        shortcut_head,
        parent,
        shortcut.astype(np.int32),
        direction.astype(np.int32),
        arc_ptr.astype(np.int64),
        arc.astype(np.int32),
        *_triangles(shortcut_ptr, shortcut_head),
    )


def _ranks(n: int, tail: Ints, head: Ints) -> Int32s:
    """Return the ranks of states in an order of least degree, of SuperLU int32 [states]."""
    from scipy.sparse import coo_array, diags_array
    from scipy.sparse.linalg import splu

    if not n:
        return np.zeros(0, np.int32)
    ones = np.ones(len(tail))
    links = coo_array((ones, (tail, head)), shape=(n, n)).tocsc()
    links = links + links.T
    # Its values do not matter, as long as no pivot is near zero: so the diagonal outweighs its row.
    dominant = diags_array(links.sum(axis=0) + 1.0) - 0.5 * links
    factors = splu(
        dominant.tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    ranks: Int32s = np.asarray(factors.perm_c, np.int32)
    return ranks


@njit(**JIT)
def _eliminate(neighbour_ptr: Ints, neighbour: Int32s) -> tuple[Ints, Int32s, Int32s]:
    """Return the shortcuts that elimination leaves: ptr, head (in any order), parent.

    neighbour: higher ranks next to each rank, in CSR order.
    """
    n = len(neighbour_ptr) - 1
    ptr = np.zeros(n + 1, np.int64)
    head = np.empty(4 * len(neighbour) + n, np.int32)
    parent = np.full(n, -1, np.int32)
    first_child = np.full(n, -1, np.int32)
    next_child = np.full(n, -1, np.int32)
    met_from = np.full(n, -1, np.int32)

    count = 0
    for v in range(n):
        if count + n - v > len(head):
            larger = np.empty(2 * len(head) + n, np.int32)
            larger[:count] = head[:count]
            head = larger

        met_from[v] = v
        for a in range(neighbour_ptr[v], neighbour_ptr[v + 1]):
            met_from[neighbour[a]] = v
            head[count] = neighbour[a]
            count += 1

        child = first_child[v]
        while child >= 0:
            for a in range(ptr[child], ptr[child + 1]):
                u = head[a]
                if met_from[u] != v:
                    met_from[u] = v
                    head[count] = u
                    count += 1
            child = next_child[child]

        ptr[v + 1] = count
        if count > ptr[v]:
            above = head[ptr[v]]
            for k in range(ptr[v] + 1, count):
                above = min(above, head[k])
            parent[v] = above
            next_child[v] = first_child[above]
            first_child[above] = v
    return ptr, head[:count].copy(), parent


@njit(**JIT)
def _triangles(ptr: Ints, head: Int32s) -> tuple[Ints, Int32s]:
    """Return the triangles below every shortcut: triangle_ptr and triangles."""
    triangle_ptr = np.zeros(len(head) + 2, np.int64)
    at_head = np.empty(len(ptr) - 1, np.int64)
    _find_triangles(ptr, head, at_head, triangle_ptr, np.empty((0, 2), np.int32))
    for k in range(len(head)):
        triangle_ptr[k + 2] += triangle_ptr[k + 1]

    triangles = np.empty((triangle_ptr[-1], 2), np.int32)
    _find_triangles(ptr, head, at_head, triangle_ptr, triangles)
    return triangle_ptr[:-1], triangles


@njit(**JIT)
def _find_triangles(
    ptr: Ints, head: Int32s, at_head: Ints, triangle_ptr: Ints, triangles: Int32s
) -> None:
    """Count triangles two places further on in triangle_ptr, or fill them in one place further on.

    triangles: empty to count. The higher neighbours of a rank are all next to each other.
    """
    for v in range(len(ptr) - 1):
        for i in range(ptr[v], ptr[v + 1]):
            u = head[i]
            for k in range(ptr[u], ptr[u + 1]):
                at_head[head[k]] = k
            for j in range(i + 1, ptr[v + 1]):
                k = at_head[head[j]]
                if len(triangles):
                    place = triangle_ptr[k + 1]
                    triangles[place, 0] = i
                    triangles[place, 1] = j
                    triangle_ptr[k + 1] += 1
                else:
                    triangle_ptr[k + 2] += 1


@njit(**JIT)
def customise(hierarchy: Hierarchy, weight: Ints) -> tuple[Int32s, bool]:
    """Return weights of all shortcuts for weights of arcs, and if they are exact.

    weight int64 [arcs], negative: no passage. Returns int32 [shortcuts, 2], columns UP and DOWN;
    not exact: some are too heavy for int32, and distances may be wrong.
    """
    weights = np.empty((len(hierarchy.head), 2), np.int32)
    is_exact = _customise_into(hierarchy, weight, weights)
    return weights, is_exact


@njit(**JIT)
def _customise_into(hierarchy: Hierarchy, weight: Ints, weights: Int32s) -> bool:
    """Compute the weights of all shortcuts, those below before those above; tell if exact."""
    is_exact = True
    for k in range(len(weights)):
        is_exact &= _weigh(hierarchy, weight, weights, k)
    return is_exact


@njit(inline="always", **JIT)
def _weigh(hierarchy: Hierarchy, weight: Ints, weights: Int32s, k: int) -> bool:
    """Compute the weight of a shortcut from its arcs and the triangles below it; tell if exact."""
    up = FAR
    down = FAR
    is_exact = True
    for at in range(hierarchy.arc_ptr[k], hierarchy.arc_ptr[k + 1]):
        a = hierarchy.arc[at]
        if weight[a] < 0:
            continue
        is_exact &= weight[a] < EXACT
        one_way = np.int32(min(weight[a], FAR))
        if hierarchy.direction[a] == UP:
            up = min(up, one_way)
        else:
            down = min(down, one_way)

    for t in range(hierarchy.triangle_ptr[k], hierarchy.triangle_ptr[k + 1]):
        i = hierarchy.triangles[t, 0]
        j = hierarchy.triangles[t, 1]
        up = min(up, np.int32(weights[i, DOWN] + weights[j, UP]))
        down = min(down, np.int32(weights[j, DOWN] + weights[i, UP]))
    weights[k, UP] = up
    weights[k, DOWN] = down
    return is_exact and not (EXACT <= up < FAR or EXACT <= down < FAR)


@njit(**JIT)
def recustomise(
    hierarchy: Hierarchy, weight: Ints, changed: Ints, weights: Int32s, is_due: Bools
) -> bool:
    """Bring the weights of shortcuts up to date where weights of arcs changed; tell if exact.

    Looks only at shortcuts above a change, as far up as it is felt.

    Parameters
    ----------
    hierarchy
        The hierarchy.
    weight
        What all arcs weigh now, int64 [arcs].
    changed
        The arcs that may weigh something else than before, int64 [changes].
    weights
        As of :func:`customise`: those before the change are made those after it.
    is_due
        Which shortcuts are to be computed anew: room, all false before and after [shortcuts].

    Returns
    -------
    bool
        Whether the weights that are new are exact, as of :func:`customise`.
    """
    n = len(hierarchy.rank)
    is_above = np.zeros(n, np.bool_)
    for a in changed:
        k = hierarchy.shortcut[a]
        if k < 0:
            continue
        is_due[k] = True
        v = hierarchy.tail[k]
        while v >= 0 and not is_above[v]:
            is_above[v] = True
            v = hierarchy.parent[v]

    is_exact = True
    for v in range(n):
        if not is_above[v]:
            continue
        for k in range(hierarchy.ptr[v], hierarchy.ptr[v + 1]):
            if not is_due[k]:
                continue
            is_due[k] = False
            up = weights[k, UP]
            down = weights[k, DOWN]
            is_exact &= _weigh(hierarchy, weight, weights, k)
            if up != weights[k, UP] or down != weights[k, DOWN]:
                least_up = min(up, weights[k, UP])
                least_down = min(down, weights[k, DOWN])
                _make_due(hierarchy, weights, v, k, least_up, least_down, is_due)
    return is_exact


@njit(inline="always", **JIT)
def _make_due(
    hierarchy: Hierarchy,
    weights: Int32s,
    v: int,
    k: int,
    least_up: int,
    least_down: int,
    is_due: Bools,
) -> None:
    """Note the shortcuts that rest, or will rest, on a shortcut of rank v that has changed.

    least_up, least_down: the lesser of its weights before and after the change. A shortcut between
    its head and another head that is less than both ways over v does not feel it.
    """
    head = hierarchy.head
    for j in range(hierarchy.ptr[v], hierarchy.ptr[v + 1]):
        if j == k:
            continue
        low = min(head[j], head[k])
        high = max(head[j], head[k])
        above = hierarchy.ptr[low]
        last = hierarchy.ptr[low + 1] - 1
        while above < last:
            middle = (above + last) >> 1
            if head[middle] < high:
                above = middle + 1
            else:
                last = middle

        from_head = least_down + weights[j, UP]
        to_head = weights[j, DOWN] + least_up
        is_low = head[k] == low
        up = from_head if is_low else to_head
        down = to_head if is_low else from_head
        if up <= weights[above, UP] or down <= weights[above, DOWN]:
            is_due[above] = True


@njit(**JIT)
def whole(hierarchy: Hierarchy, weights: Int32s) -> Sweep:
    """Return all shortcuts with their weights."""
    up = np.empty(len(weights), np.int32)
    down = np.empty(len(weights), np.int32)
    _copy_column(weights, UP, up)
    _copy_column(weights, DOWN, down)
    return Sweep(hierarchy.ptr, hierarchy.head, up, hierarchy.ptr, hierarchy.head, down)


@njit(**JIT)
def prune(hierarchy: Hierarchy, weights: Int32s) -> Sweep:
    """Return the shortcuts that weigh no more than any way round them.

    Costs about as much as customising twice, and spares a fifth of a sweep.
    """
    least = weights.copy()
    triangles = hierarchy.triangles
    for k in range(len(weights) - 1, -1, -1):
        up = least[k, UP]
        down = least[k, DOWN]
        for t in range(hierarchy.triangle_ptr[k], hierarchy.triangle_ptr[k + 1]):
            i = triangles[t, 0]
            j = triangles[t, 1]
            least[j, UP] = min(least[j, UP], np.int32(least[i, UP] + up))
            least[j, DOWN] = min(least[j, DOWN], np.int32(down + least[i, DOWN]))
            least[i, UP] = min(least[i, UP], np.int32(least[j, UP] + down))
            least[i, DOWN] = min(least[i, DOWN], np.int32(up + least[j, DOWN]))

    up_ptr, up_head, up_weight = _needed(hierarchy, weights, least, UP)
    down_ptr, down_head, down_weight = _needed(hierarchy, weights, least, DOWN)
    return Sweep(up_ptr, up_head, up_weight, down_ptr, down_head, down_weight)


@njit(**JIT)
def _needed(
    hierarchy: Hierarchy, weights: Int32s, least: Int32s, direction: int
) -> tuple[Ints, Int32s, Int32s]:
    """Return ptr, head and weight of the shortcuts that weigh the least there is."""
    n = len(hierarchy.rank)
    ptr = np.zeros(n + 1, np.int64)
    head = np.empty(len(weights), np.int32)
    weight = np.empty(len(weights), np.int32)
    count = 0
    for v in range(n):
        for k in range(hierarchy.ptr[v], hierarchy.ptr[v + 1]):
            if weights[k, direction] < FAR and weights[k, direction] <= least[k, direction]:
                head[count] = hierarchy.head[k]
                weight[count] = weights[k, direction]
                count += 1
        ptr[v + 1] = count
    return ptr, head[:count].copy(), weight[:count].copy()


def select(hierarchy: Hierarchy, ptr: Ints, head: Int32s, targets: Ints) -> Selection:
    """Return what leads down to some states int64 [targets].

    ptr, head: the shortcuts to come down by, those of the hierarchy or of a Sweep.
    """
    row, row_ptr, above, shortcut = _above(hierarchy.rank, hierarchy.parent, ptr, head, targets)
    row_of_target = row[hierarchy.rank[targets]]
    order = np.argsort(row_of_target, kind="stable")
    return Selection(row, row_ptr, above, shortcut, order.astype(np.int32), row_of_target[order])


@njit(**JIT)
def _above(
    rank: Int32s, parent: Int32s, ptr: Ints, head: Int32s, targets: Ints
) -> tuple[Int32s, Ints, Int32s, Int32s]:
    """Return row, ptr, above and shortcut of a Selection."""
    n = len(rank)
    row = np.full(n, -1, np.int32)
    for target in targets:
        v = rank[target]
        while v >= 0 and row[v] < 0:
            row[v] = 0
            v = parent[v]

    rows = 0
    shortcuts = 0
    for v in range(n - 1, -1, -1):
        if row[v] == 0:
            row[v] = rows
            rows += 1
            shortcuts += ptr[v + 1] - ptr[v]

    row_ptr = np.zeros(rows + 1, np.int64)
    above = np.empty(shortcuts, np.int32)
    shortcut = np.empty(shortcuts, np.int32)
    count = 0
    for v in range(n - 1, -1, -1):
        if row[v] < 0:
            continue
        for k in range(ptr[v], ptr[v + 1]):
            above[count] = row[head[k]]
            shortcut[count] = k
            count += 1
        row_ptr[row[v] + 1] = count
    return row, row_ptr, above, shortcut


def distances(
    hierarchy: Hierarchy, sweep: Sweep, selection: Selection, sources: Ints, source_ptr: Ints
) -> tuple[Int32s, bool]:
    """Return least weights from groups of sources to the targets of a selection, and if exact.

    Parameters
    ----------
    hierarchy, sweep
        The hierarchy, and its shortcuts with their weights, of :func:`whole` or :func:`prune`.
    selection
        What leads to the targets, selected from the shortcuts of the same sweep.
    sources, source_ptr
        Groups of states int64, as in :func:`corridor.kernels.paths.dijkstra_many`.

    Returns
    -------
    least
        From the nearest source of a group, int32 [groups, targets]; FAR: no route.
    is_exact
        Whether all are; not: some are too heavy for int32.
    """
    least = np.empty((len(selection.target), len(source_ptr) - 1), np.int32)
    is_exact = _fill(hierarchy, sweep, selection, sources, source_ptr, least)
    return least.T, is_exact


@njit(**JIT)
def _fill(
    hierarchy: Hierarchy,
    sweep: Sweep,
    selection: Selection,
    sources: Ints,
    source_ptr: Ints,
    least: Int32s,
) -> bool:
    """Fill least [targets, groups] as in :func:`distances`, and tell if all are exact."""
    room = _room(hierarchy, selection)
    return bool(_fill_from(hierarchy, sweep, selection, sources, source_ptr, room, least))


def distances_under_closures(
    hierarchy: Hierarchy,
    weight: Ints,
    closures: Groups,
    selection: Selection,
    sources: Ints,
    source_ptr: Ints,
) -> tuple[Int32s, bool]:
    """Return :func:`distances` for each of many sets of closed arcs, and if all are exact.

    Parameters
    ----------
    hierarchy
        The hierarchy.
    weight
        What arcs weigh while open, negative: never, int64 [arcs].
    closures
        The closed arcs of each set.
    selection
        What leads to the targets, selected from the shortcuts of the hierarchy.
    sources, source_ptr
        Groups of states int64, as in :func:`corridor.kernels.paths.dijkstra_many`.

    Returns
    -------
    least
        int32 [sets, groups, targets]; FAR: no route.
    is_exact
        Whether all are; not: some are too heavy for int32.
    """
    shape = (len(closures.ptr) - 1, len(selection.target), len(source_ptr) - 1)
    least = np.empty(shape, np.int32)
    is_exact = _fill_closures(hierarchy, weight, closures, selection, sources, source_ptr, least)
    return least.transpose(0, 2, 1), is_exact


@njit(**JIT)
def _fill_closures(
    hierarchy: Hierarchy,
    weight: Ints,
    closures: Groups,
    selection: Selection,
    sources: Ints,
    source_ptr: Ints,
    least: Int32s,
) -> bool:
    """Fill least [sets, targets, groups] and tell if all are exact."""
    room = _room(hierarchy, selection)
    is_due = np.zeros(len(hierarchy.head), np.bool_)

    open_weights, is_exact = customise(hierarchy, weight)
    weights = open_weights.copy()
    sweep = whole(hierarchy, weights)
    now = weight.copy()
    for s in range(len(least)):
        closed = closures.numbers[closures.ptr[s] : closures.ptr[s + 1]]
        for a in closed:
            now[a] = -1
        if PARTIAL * len(closed) < len(weight):
            _copy_weights(open_weights, weights)
            is_exact &= recustomise(hierarchy, now, closed, weights, is_due)
        else:
            is_exact &= _customise_into(hierarchy, now, weights)
        for a in closed:
            now[a] = weight[a]

        _copy_column(weights, UP, sweep.up_weight)
        _copy_column(weights, DOWN, sweep.down_weight)
        is_exact &= _fill_from(hierarchy, sweep, selection, sources, source_ptr, room, least[s])
    return bool(is_exact)


@njit(**JIT)
def _copy_weights(weights: Int32s, to: Int32s) -> None:
    """Copy the weights of shortcuts."""
    for k in range(len(weights)):
        to[k, UP] = weights[k, UP]
        to[k, DOWN] = weights[k, DOWN]


@njit(**JIT)
def _copy_column(weights: Int32s, direction: int, to: Int32s) -> None:
    """Copy the weights of shortcuts in one direction."""
    for k in range(len(weights)):
        to[k] = weights[k, direction]


@njit(**JIT)
def _room(hierarchy: Hierarchy, selection: Selection) -> Room:
    """Return room for distances to the targets of a selection."""
    rows = len(selection.ptr) - 1
    return Room(
        np.full(len(hierarchy.rank), FAR, np.int32),
        np.empty(len(selection.shortcut), np.int32),
        np.empty((rows, LANES), np.int32),
        np.empty(rows, np.bool_),
    )


@njit(**JIT)
def _fill_from(
    hierarchy: Hierarchy,
    sweep: Sweep,
    selection: Selection,
    sources: Ints,
    source_ptr: Ints,
    room: Room,
    least: Int32s,
) -> bool:
    """Fill least [targets, groups], LANES groups at a time, and tell if all are exact."""
    for at in range(len(selection.shortcut)):
        room.down[at] = sweep.down_weight[selection.shortcut[at]]

    groups = len(source_ptr) - 1
    is_exact = True
    for first in range(0, groups, LANES):
        count = min(LANES, groups - first)
        room.is_met[:] = False
        for lane in range(count):
            group = sources[source_ptr[first + lane] : source_ptr[first + lane + 1]]
            _climb(hierarchy, sweep, group, room.label)
            is_exact &= _settle(hierarchy, selection, group, room, lane)

        is_exact &= _descend(selection, room)
        for t in range(len(selection.target)):
            to_target = least[selection.target[t], first : first + count]
            row = room.lanes[selection.target_row[t]]
            for lane in range(len(to_target)):
                to_target[lane] = row[lane]
    return is_exact


@njit(**JIT)
def _climb(hierarchy: Hierarchy, sweep: Sweep, group: Ints, label: Int32s) -> None:
    """Label the ranks above a group of sources with the least weight of the way up to them."""
    for source in group:
        v = hierarchy.rank[source]
        label[v] = 0
        while v >= 0:
            here = label[v]
            if here < FAR:
                for k in range(sweep.up_ptr[v], sweep.up_ptr[v + 1]):
                    u = sweep.up_head[k]
                    label[u] = min(label[u], np.int32(here + sweep.up_weight[k]))
            v = hierarchy.parent[v]


@njit(**JIT)
def _settle(hierarchy: Hierarchy, selection: Selection, group: Ints, room: Room, lane: int) -> bool:
    """Move labels above a group of sources into the rows of a lane, and tell if all are exact."""
    is_exact = True
    for source in group:
        v = hierarchy.rank[source]
        while v >= 0:
            label = room.label[v]
            room.label[v] = FAR
            is_exact &= label < EXACT or label == FAR
            row = selection.row[v]
            if row >= 0:
                if not room.is_met[row]:
                    room.is_met[row] = True
                    room.lanes[row] = FAR
                room.lanes[row, lane] = min(room.lanes[row, lane], label)
            v = hierarchy.parent[v]
    return is_exact


@njit(**JIT)
def _descend(selection: Selection, room: Room) -> bool:
    """Bring every row down to the least over the shortcuts from above, and tell if all are exact.

    All lanes side by side: their count is known only now, so that loops over them are vectorised.
    """
    is_doubtful = False
    for row in range(len(room.lanes)):
        here = room.lanes[row]
        if not room.is_met[row]:
            here[:] = FAR

        for at in range(selection.ptr[row], selection.ptr[row + 1]):
            above = room.lanes[selection.above[at]]
            weight = room.down[at]
            for lane in range(len(here)):
                here[lane] = min(here[lane], np.int32(above[lane] + weight))

        for lane in range(len(here)):  # as heavy as this, and another may have been cut off at FAR
            is_doubtful |= (here[lane] >= EXACT) & (here[lane] < FAR)
    return not is_doubtful
