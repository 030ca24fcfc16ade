"""Search: every Pareto-optimal route of a question as labels, or the best by one criterion.

No route comes to a place twice. A search that minds every place would be slow, so it minds none at
first; where a best route turns back, it starts again and minds the place that the route came back
to. It ends when none of the best turns back, and then is exact: what it looked through holds all
routes that do not. Source: Boland, Dethridge and Dumitrescu (2006), Oper. Res. Lett. 34; Righini
and Salani (2008), Networks 51: decremental state space relaxation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from corridor import free_memory, stopping
from corridor.kernels import Bools, Ints
from corridor.kernels.records import (
    ARC,
    BOUND,
    CRITERIA_COLUMNS,
    LABEL,
    NO_POINTS,
    NO_TOLERANCES,
    Calendars,
    SearchGraph,
    SearchLimits,
    Tolerances,
    Trip,
)
from corridor.network import hazards
from corridor.network.coverage import as_words, word_weights
from corridor.network.graph import group_members, members_of
from corridor.network.memory import Derived
from corridor.routing.chains import labels_of_routes, rows_to
from corridor.routing.conditions import CRITERIA
from corridor.routing.dominance import beyond_hidden
from corridor.routing.query import Query
from corridor.routing.turn_backs import (
    Loop,
    innermost_loop,
    leads_back,
    places_of_arcs,
    turns_back,
)
from corridor.routing.visits import Visits, once_each, visits
from corridor.units import HOUR_S

MAX_LABELS = 1 << 22  # about 0.9 GB
NEAR_LABELS = 1 << 23  # within tolerances and without hazards
EXACT_LABELS = 1 << 19  # of a set of which a part is shown, before it is sought within tolerances
LABEL_BYTES = 220  # as measured, with its place among what labels are compared by
NEAR_LABEL_BYTES = 65  # the same within tolerances and without hazards
NO_LIMIT = 1 << 40
RISK = CRITERIA.index("risk")
# The column of arcs that each column of bounds but that of hours is the least sum of.
_BOUNDED = {
    BOUND.money: ARC.money,
    BOUND.carbon: ARC.carbon,
    BOUND.transshipments: ARC.transshipments,
}


class Answer(NamedTuple):
    """What a search says: a status of the kernel, its labels, and which of them are at the goal.

    labels int64 [labels, 9]: those on the way to the goal, columns LABEL; goals int64 [goals]: rows
    of labels; settled: how many labels were looked at in all; label_bytes: of memory each takes.
    """

    status: int
    labels: Ints
    goals: Ints
    settled: int
    label_bytes: int = LABEL_BYTES


class TracedRoute(NamedTuple):
    """A route as arcs of the network's graph, and the hours it takes."""

    arcs: list[int]
    time_h: float


def search(
    query: Query,
    criteria: Bools,
    *,
    max_labels: int = MAX_LABELS,
    tolerances: Tolerances = NO_TOLERANCES,
    below: int | None = None,
) -> Answer:
    """Return the routes of a question that come to no place twice, those of every search it took.

    Parameters
    ----------
    query
        The question.
    criteria
        Which of time, cost, carbon and risk count [4].
    max_labels
        Partial routes it may hold, where the question does not say.
    tolerances
        By how much routes left out may be better than one returned. A route that turns back only
        stands for others where one that does not is at least as good as it.
    below
        What every route must take less of, in units of the search, where one criterion counts
        beside time; null: no limit.

    Raises
    ------
    Stopped
        Where it is told to end.
    """
    from corridor.kernels.pareto import DONE

    limits = _limits(query, max_labels)
    beyond = NO_POINTS if below is None else np.where(criteria, below, 0)[None]
    points = beyond
    minded: dict[int, set[int]] = {}
    straight = None

    while True:
        answer = _search(query, criteria, minded, limits._replace(beyond=points), tolerances)
        again = turns_back(query, answer.labels, answer.goals)
        straight = _joined(straight, answer._replace(goals=answer.goals[~again]))

        values = _values(straight.labels, straight.goals, criteria)
        back = _unmet(answer, answer.goals[again], values, criteria)
        loops = _loops(query, answer.labels, back)
        if answer.status != DONE or not loops:
            return straight

        hidden = beyond_hidden(values, _values(answer.labels, back, criteria), tolerances)
        points = np.concatenate([beyond, hidden])
        for loop in loops:
            minded.setdefault(loop.place, set()).update(loop.states)


def _values(labels: Ints, goals: Ints, criteria: Bools) -> Ints:
    """Return time, money, carbon and risk of routes, 0 where they do not count [goals, 4]."""
    values: Ints = labels[goals, CRITERIA_COLUMNS] * criteria
    return values


def _joined(before: Answer | None, answer: Answer) -> Answer:
    """Return an answer with the routes of one before it."""
    if before is None:
        return answer

    first, second = (part.labels[:, : len(LABEL)] for part in (before, answer))
    second = second.copy()
    second[second[:, LABEL.parent] >= 0, LABEL.parent] += len(first)
    return answer._replace(
        labels=np.concatenate([first, second]),
        goals=np.concatenate([before.goals, answer.goals + len(first)]),
    )


def _unmet(answer: Answer, goals: Ints, values: Ints, criteria: Bools) -> Ints:
    """Return the goals of routes that none with some values is at least as good as.

    Another hides nothing that it does not stand for.
    """
    of_goals = _values(answer.labels, goals, criteria)
    is_met = [bool((values <= row).all(axis=1).any()) for row in of_goals]
    unmet: Ints = goals[~np.array(is_met, bool)]
    return unmet


def _loops(query: Query, labels: Ints, goals: Ints) -> set[Loop]:
    """Return where routes come back to a place."""
    loops = {innermost_loop(query, trace(query, labels, goal)) for goal in goals.tolist()}
    return {loop for loop in loops if loop is not None}


def _search(
    query: Query,
    criteria: Bools,
    minded: Mapping[int, Collection[int]],
    limits: SearchLimits,
    tolerances: Tolerances = NO_TOLERANCES,
) -> Answer:
    """Return the kernel's answer, of routes that come to some places once.

    minded: places by number, each with the states at which it is remembered that goods were there.
    Within tolerances these states stand once more, where they are few; else a label has a bit for
    each place.
    """
    from corridor.kernels import pareto

    split = visits(query, minded) if max(tolerances) > 0 else None
    in_bits = minded if split is None else {}
    space = once_each(query) if split is None else split
    arcs = _arc_costs(query, criteria, list(in_bits))
    bounds = lower_bounds(query, arcs)
    hazards_counted = slice(None if criteria[RISK] else 0)  # else their one word is empty
    weights = hazards.weights(query.network, query.depart_s)[hazards_counted]
    answer = pareto.search(
        SearchGraph(space.ptr, space.head),
        _calendars(query, space),
        arcs[space.arc],
        word_weights(weights),
        Trip(query.starts, query.depart_s, query.is_goal[space.state]),
        _remembered(query, in_bits),
        bounds[space.state],
        limits,
        stopping.flag(),
        tolerances,
    )
    stopping.raise_if_stopped()
    return _as_asked(Answer(*answer), space)


def _as_asked(answer: Answer, space: Visits) -> Answer:
    """Return an answer whose labels say states and arcs of the question."""
    labels = answer.labels
    labels[:, LABEL.state] = space.state[labels[:, LABEL.state]]
    comes_by_arc = labels[:, LABEL.arc] >= 0
    labels[comes_by_arc, LABEL.arc] = space.arc[labels[comes_by_arc, LABEL.arc]]
    return answer


def _remembered(query: Query, minded: Mapping[int, Collection[int]]) -> Ints:
    """Return which of the minded places are remembered at each state [words, states]."""
    graph_states = query.graph.states_count
    is_remembered = np.zeros((len(minded), graph_states), bool)
    for number, states in enumerate(minded.values()):
        is_remembered[number, list(states)] = True

    copies = len(query.is_goal) // graph_states
    words = as_words(is_remembered) if minded else np.zeros((0, graph_states), np.int64)
    return np.tile(words, copies)


def _arc_costs(query: Query, criteria: Bools, once: Sequence[int]) -> Ints:
    """Return what the arcs of the search graph add to a label [arcs, 5 or more], columns ARC.

    What does not count is 0, so that routes that differ in nothing else are one. once: numbers of
    places that a route may come to once.
    """
    _, counts_cost, counts_carbon, counts_risk = criteria.tolist()
    costs = np.zeros((query.graph.arcs_count, len(ARC)), np.int64)
    costs[:, ARC.duration] = np.where(leads_back(query), -1, query.duration_s)

    if counts_cost:
        costs[:, ARC.money] = query.usd_cents
    if counts_carbon:
        costs[:, ARC.carbon] = query.carbon_g
    if query.conditions.max_transshipments is not None:
        costs[:, ARC.transshipments] = query.graph.is_terminal

    first_word, *further = _words_of_hazards(query) if counts_risk else (0,)
    costs[:, ARC.hazard_bits] = first_word
    words = [*further, *_words_of_places(query, once)]
    return np.column_stack([costs, *words])[query.arc_of]


def _words_of_places(query: Query, once: Sequence[int]) -> Sequence[Ints]:
    """Return which of some places every arc comes to, as words of bits, each [arcs]."""
    if not once:
        return ()
    comes_to = places_of_arcs(query.network)
    return list(as_words(np.stack([comes_to.come_to(place) for place in once])))


def _words_of_hazards(query: Query) -> Ints:
    """Return the hazards of every arc that may strike on the day, as words [words, arcs]."""
    weights = hazards.weights(query.network, query.depart_s)
    return query.hazard_words & as_words(weights[:, None] > 0)


def _calendars(query: Query, space: Visits) -> Calendars:
    """Return the calendars of arcs in their order; those of the question are made once."""
    if space.ptr is not query.ptr:
        return _ordered_calendars(query, query.arc_of[space.arc])
    return query.once("calendars", lambda: _ordered_calendars(query, query.arc_of))


def _ordered_calendars(query: Query, arcs: Ints) -> Calendars:
    lengths = np.diff(query.span_ptr)[arcs]
    ptr = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=ptr[1:])

    spans = query.packed[:, members_of(query.span_ptr, arcs)]
    return Calendars(np.ascontiguousarray(spans.T), ptr)


def search_within(query: Query, criteria: Bools, tolerances: Tolerances) -> Answer:
    """Return routes that every other is within tolerances of, and the best by each criterion.

    criteria: which of time, cost, carbon and risk count [4]. The quickest is among those that a
    search within tolerances returns, as they arrive in that order; the least by each other
    criterion is sought alone, below the least that was found.
    """
    from corridor.kernels.pareto import DONE

    answer = _search_near(query, criteria, tolerances)
    labels = answer.labels[:, : len(LABEL)]
    goals = answer.goals
    for column in np.flatnonzero(criteria[1:]) + 1:
        if not len(goals) or answer.status != DONE:
            break

        least = int(labels[goals, CRITERIA_COLUMNS][:, column].min())
        better = search(query, np.arange(len(CRITERIA)) == column, below=least)
        answer = answer._replace(status=better.status, settled=better.settled)
        if len(better.goals):
            chain = _chain(query, criteria, better, _best_goal(better, int(column)))
            chain[1:, LABEL.parent] += len(labels)
            goals = np.append(goals, len(labels) + len(chain) - 1)
            labels = np.concatenate([labels, chain])
    return answer._replace(labels=labels, goals=goals)


def _search_near(query: Query, criteria: Bools, tolerances: Tolerances) -> Answer:
    """Return routes that every other is within tolerances of, hazards counted only if they must be.

    Where every route that a search without them returns is within the tolerance of no risk at all,
    it is within that of whatever it stands for.
    """
    from corridor.kernels.pareto import DONE

    without_risk = criteria & (np.arange(len(CRITERIA)) != RISK)
    if not criteria[RISK] or not tolerances.risk:
        return search(query, criteria, tolerances=tolerances)

    answer = search(query, without_risk, max_labels=NEAR_LABELS, tolerances=tolerances)
    if answer.status != DONE:  # with hazards there are as many labels or more
        return answer._replace(label_bytes=NEAR_LABEL_BYTES)

    risks = _risks(query, answer.labels, answer.goals)
    if risks.max(initial=0) > tolerances.risk:
        return search(query, criteria, tolerances=tolerances)
    answer.labels[answer.goals, LABEL.risk] = risks
    return answer


def _risks(query: Query, labels: Ints, goals: Ints) -> Ints:
    """Return the weight of the hazards that each route meets [goals]."""
    words = _words_of_hazards(query)
    met = np.zeros((len(goals), len(words)), np.int64)
    route, label = labels_of_routes(labels, goals)
    np.bitwise_or.at(met, route, words[:, query.arc_of[labels[label, LABEL.arc]]].T)

    weight = word_weights(hazards.weights(query.network, query.depart_s))
    is_met = met[:, :, None] >> np.arange(weight.shape[1]) & 1
    risks: Ints = (weight * is_met).sum(axis=(1, 2))
    return risks


def _chain(query: Query, criteria: Bools, answer: Answer, goal: int) -> Ints:
    """Return the labels of a route from its start on, the last with all that it takes [labels, 9].

    criteria: what counts beside what the answer was sought by [4].
    """
    rows = rows_to(answer.labels, goal)
    chain = answer.labels[rows, : len(LABEL)]
    chain[:, LABEL.parent] = np.arange(len(rows)) - 1

    costs = _arc_costs(query, criteria, ())[chain[1:, LABEL.arc]]
    chain[-1, LABEL.money] = costs[:, ARC.money].sum()
    chain[-1, LABEL.carbon] = costs[:, ARC.carbon].sum()
    if criteria[RISK]:
        chain[-1, LABEL.risk] = _risks(query, chain, np.array([len(rows) - 1]))[0]
    return chain


def _limits(query: Query, max_labels: int) -> SearchLimits:
    """Return what no route may exceed: the calendar's end, the deadline, the cap on reloads."""
    conditions = query.conditions
    last_arrival = query.openings.to_s
    if conditions.deadline_s is not None:
        last_arrival = min(last_arrival, conditions.deadline_s)

    cap = conditions.max_transshipments
    return SearchLimits(
        last_arrival=last_arrival,
        transshipments=NO_LIMIT if cap is None else min(cap, NO_LIMIT),
        labels=min(
            max_labels if conditions.most_labels is None else conditions.most_labels,
            query.once("room", _room),
        ),
    )


def _room() -> int:
    """Return how many labels there is memory for: a power of two, as room for them is doubled."""
    labels = int(free_memory.room() / LABEL_BYTES)
    return 1 << max(labels.bit_length() - 1, 0)


def lower_bounds(query: Query, arcs: Ints) -> Ints:
    """Return the least from every state to the goal [states, 4], columns BOUND.

    arcs: what the arcs of the search graph add to a label [arcs, 5], columns ARC.
    """
    from corridor.kernels.paths import UNREACHED, dijkstra

    backwards, order = _backwards(query)
    goals = np.flatnonzero(query.is_goal)
    is_passable = arcs[:, ARC.duration] >= 0

    durations = np.where(is_passable, arcs[:, ARC.duration], -1)[order]
    least_s, _ = dijkstra(*backwards, durations, goals)
    nothing = np.where(least_s < UNREACHED, 0, UNREACHED)  # of what no arc adds to

    bounds = np.empty((len(query.is_goal), len(BOUND)), np.int64)
    bounds[:, BOUND.duration] = least_s
    for bound, column in _BOUNDED.items():
        weight = np.where(is_passable, arcs[:, column], -1)[order]
        counts = (weight > 0).any()
        bounds[:, bound] = dijkstra(*backwards, weight, goals)[0] if counts else nothing
    return bounds


def _backwards(query: Query) -> tuple[SearchGraph, Ints]:
    """Return the search graph with its arcs turned round, and which of its arcs each is [arcs].

    Made once for all questions that require nothing.
    """
    requires_nothing = query.ptr is query.graph.arcs_by_state.ptr
    if not requires_nothing:
        return _turned_round(query)
    return query.network.once(Derived.BACKWARDS.of(), lambda: _turned_round(query))


def _turned_round(query: Query) -> tuple[SearchGraph, Ints]:
    states = len(query.ptr) - 1
    tail = np.repeat(np.arange(states), np.diff(query.ptr))
    order, ptr = group_members(query.head, states)
    return SearchGraph(ptr, tail[order]), order


def trace(query: Query, labels: Ints, label: int) -> list[int]:
    """Return the arcs of the network's graph that lead to a label, first to last."""
    after_start = rows_to(labels, label)[1:]
    arcs: list[int] = query.arc_of[labels[after_start, LABEL.arc]].tolist()
    return arcs


def _best_goal(answer: Answer, column: int) -> int:
    """Return the label of the best route by one criterion, the quickest of equals."""
    seconds = answer.labels[answer.goals, LABEL.second]
    values = answer.labels[answer.goals, CRITERIA_COLUMNS][:, column]
    return int(answer.goals[np.lexsort((seconds, values))[0]])


def best_route(query: Query, criterion: str) -> TracedRoute | None:
    """Return the best route by one criterion, the quickest of equals; null where there is none."""
    column = CRITERIA.index(criterion)
    answer = search(query, np.arange(len(CRITERIA)) == column)
    if not len(answer.goals):
        return None

    goal = _best_goal(answer, column)
    time_h = (int(answer.labels[goal, LABEL.second]) - query.depart_s) / HOUR_S
    return TracedRoute(trace(query, answer.labels, goal), time_h)
