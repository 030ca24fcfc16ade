"""Journeys: the spread of a route's hours, by sampling."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise, starmap, takewhile
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from corridor.kernels import Floats, Ints
from corridor.network.calendar import Span, SpanArrays
from corridor.network.graph import LinkRun
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.regimes import Mixture, sampled_h
from corridor.routing.query import Query
from corridor.units import HOUR_S

T = TypeVar("T")
MAX_REMEMBERED = 1 << 22  # seconds of arcs and journeys: 16 MB, in double precision 32
STUCK = np.inf  # second of arrival of a journey that meets a closure without end
_TABLES = {"link": "links", "service": "services", "terminal": "terminals"}
# Streams of random numbers: of the element passed, and of the journey as a whole by mode.
_ELEMENT_STREAM = 1
_MODE_STREAM = 2
_LEG_STREAM = 3
_BORDER_STREAM = 4
_BORDERS = "borders and terminals"
_REGIME_STREAM = 5
# What is drawn of an arc, and by which laws.
_LAWS = {
    "before": ("standard_normal",),
    "handling": ("standard_normal",),
    "headway": ("random",),
    "standing": ("standard_normal",),
    "weather": ("random", "standard_exponential"),
}


class RandomClosures(Protocol):
    """Closures that journeys meet on the way, one world a journey."""

    def open_s(self, link: int, at_s: Floats) -> Floats:
        """Return when journeys that come to a link row can enter it [draws]."""
        ...


class _NoClosures:
    """Nothing closes on the way."""

    def open_s(self, link: int, at_s: Floats) -> Floats:
        return at_s


NO_CLOSURES = _NoClosures()


def sample(
    query: Query,
    arcs: Sequence[int],
    *,
    draws: int,
    rng: int,
    is_organised: bool = False,
    closures: RandomClosures = NO_CLOSURES,
) -> Floats:
    """Return door-to-door hours of sampled journeys [draws]; inf where one never gets through.

    Hours under way are log-normal with one draw a journey and mode (the same lorry, train and
    weather all the way), and every border and terminal is drawn by itself, unless leg_correlation
    and border_correlation of the question say otherwise; so is every weather closure. What has
    slow regimes is in one of its states, the same wherever the same regimes are met. A ride without
    a timetable waits uniformly over its headway. The same element has the same draws in
    every route, so routes compare like with like. Nothing closes on the way unless closures are
    given; goods then wait for their end.

    Parameters
    ----------
    query
        The question the route answers.
    arcs
        The route, as arcs of the network's graph.
    draws
        Number of journeys.
    rng
        Seed.
    is_organised
        The goods fill a train of their own, whose connections are ordered: nothing is gathered, and
        no departure is waited for.
    closures
        What shuts links on the way, in each journey.
    """
    at_s = np.full(draws, float(query.depart_s))
    for arc in arcs:
        at_s = _go_on(query, arc, at_s, rng, closures, is_organised=is_organised)
    return (at_s - query.depart_s) / HOUR_S


def sample_each(
    query: Query, routes: Sequence[Sequence[int]], *, draws: int, rng: int
) -> Iterator[tuple[int, Floats]]:
    """Yield the number of each route and its hours as :func:`sample` returns them, in any order.

    Routes that begin alike are drawn together until they part.
    """
    order = sorted(range(len(routes)), key=lambda number: tuple(routes[number]))
    in_order = [routes[number] for number in order]
    shared = [0, *starmap(_arcs_together, pairwise(in_order))]
    parting_s = {0: np.full(draws, float(query.depart_s))}  # by how many arcs are behind

    for place, (number, arcs) in enumerate(zip(order, in_order, strict=True)):
        at_s = parting_s[shared[place]]
        later = set(shared[place + 1 :])
        for behind, arc in enumerate(arcs[shared[place] :], start=shared[place] + 1):
            at_s = _go_on(query, arc, at_s, rng)
            if behind in later:
                parting_s[behind] = at_s
        yield number, (at_s - query.depart_s) / HOUR_S


def _arcs_together(arcs: Sequence[int], others: Sequence[int]) -> int:
    """Return how many arcs two routes begin with together."""
    pairs = zip(arcs, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _go_on(
    query: Query,
    arc: int,
    at_s: Floats,
    rng: int,
    closures: RandomClosures = NO_CLOSURES,
    *,
    is_organised: bool = False,
) -> Floats:
    """Draw when journeys are at the end of an arc that they come to at some seconds [draws]."""
    chance = _Chance(query, arc, len(at_s), rng)
    if query.graph.kind[arc] != "terminal":
        return _pass(query, arc, at_s, chance, closures, is_organised=is_organised)

    at_s = _open_at(query, query.passages[arc].entry, at_s)
    return at_s + chance.handling_s()


class Least(NamedTuple):
    """What an arc takes of each journey where nothing on it is shut, in s [draws].

    low_s: the mean less the mean deviation from it, which no median is less than.
    """

    seconds: NDArray[np.float32]
    low_s: float

    @classmethod
    def of(cls, seconds: Floats) -> Least:
        """Return what some seconds of an arc are of each journey."""
        mean_s = seconds.mean()
        low_s = mean_s - np.abs(seconds - mean_s).mean()
        return cls(seconds.astype(np.float32), float(low_s))


def least(query: Query, arcs: Sequence[int], *, draws: int, rng: int) -> list[Least]:
    """Return what arcs take of each journey where nothing on them is shut [arcs].

    With the draws of :func:`sample`. There a journey that waits for an opening is never ahead of
    one that need not, so it takes no less than the sum over its arcs.
    """
    conditions = query.conditions
    correlations = conditions.leg_correlation, conditions.border_correlation
    key = Derived.LEAST.of(query.costs, query.passages, draws, rng, *correlations)
    known: dict[int, Least] = query.network.once(key, dict)
    if len(known) * draws > MAX_REMEMBERED:
        known.clear()

    unhindered = replace(query, passages=query.passages.unhindered())
    of_arcs = []
    for arc in arcs:
        of_arc = known.get(arc)
        if of_arc is None:
            of_arc = known[arc] = Least.of(_go_on(unhindered, arc, np.zeros(draws), rng))
        of_arcs.append(of_arc)
    return of_arcs


def sample_under_way(query: Query, arcs: Sequence[int], *, draws: int, rng: int) -> Floats:
    """Return hours under way of sampled journeys [draws], with stops but without any wait.

    As :func:`sample`, with the same draws, for the links alone: no terminals, no departures.
    """
    seconds = np.zeros(draws)
    for arc in arcs:
        if query.graph.kind[arc] == "terminal":
            continue

        runs = query.graph.runs[arc]
        running_h = query.costs.run_h_of(runs, query.graph.service(arc))
        seconds += HOUR_S * sum(running_h) * _running_luck(query, arc, draws, rng)
        chance = _Chance(query, arc, draws, rng)
        for run in runs:
            seconds += chance.standing_s(run)
    return seconds / HOUR_S


class _Chance:
    """What chance makes of an arc for each journey, in the order that it is drawn.

    The random numbers do not hang on the order of the tables. What was made of them is remembered:
    it is the same in every route and on every day with the same costs, where as much was drawn
    before. To begin with the numbers of an arc takes as long as to draw them.
    """

    def __init__(self, query: Query, arc: int, draws: int, rng: int) -> None:
        self._query = query
        self._arc = arc
        self._draws = draws
        self._rng = rng
        self._drawn: tuple[str, ...] = ()
        self._used = 0  # of what is drawn, how much the generator has given

        conditions = query.conditions
        correlations = conditions.leg_correlation, conditions.border_correlation
        self._same = (query.costs, arc, draws, rng, *correlations)
        self._known: dict[Hashable, Any] = query.network.once(Derived.SAMPLED.of(), dict)

    def running_s(self, number: int) -> Floats:
        """Return the seconds under way on one of the links of the arc [draws]."""

        def make() -> Floats:
            query, arc = self._query, self._arc
            running_h = query.costs.run_h_of(query.graph.runs[arc], query.graph.service(arc))
            luck = _running_luck(query, arc, self._draws, self._rng)
            seconds: Floats = HOUR_S * running_h[number] * luck
            return seconds

        return self._once(number, make)

    def standing_s(self, run: LinkRun) -> Floats | float:
        """Draw the seconds that journeys stand on a link, as at a border; 0 where none does."""
        link_costs = self._query.costs.link
        at = run.direction
        if not link_costs.fixed_h[at] and at not in link_costs.mixtures:
            return 0.0

        def make(own: Floats) -> Floats:
            luck = _border_luck(self._query, own, self._rng)
            if at in link_costs.mixtures:
                return _slow_s(self._query, link_costs.mixtures[at], luck, self._rng)
            seconds: Floats = (
                HOUR_S * link_costs.fixed_h[at] * np.exp(link_costs.fixed_sigma[at] * luck)
            )
            return seconds

        return self._next("standing", make)

    def handling_s(self) -> Floats:
        """Draw the seconds at a terminal [draws]."""
        costs = self._query.costs
        arc = self._arc

        def make(own: Floats) -> Floats:
            luck = _border_luck(self._query, own, self._rng)
            if arc in costs.mixtures:
                return _slow_s(self._query, costs.mixtures[arc], luck, self._rng)
            seconds: Floats = HOUR_S * costs.fixed_h[arc] * np.exp(costs.handling_sigma[arc] * luck)
            return seconds

        return self._next("handling", make)

    def later_s(self, before_s: float) -> Floats:
        """Draw how much later than usual goods are handed in, which takes before_s [draws]."""
        sigma = float(self._query.costs.before_sigma[self._arc])

        def make(own: Floats) -> Floats:
            seconds: Floats = before_s * (np.exp(sigma * own) - 1)
            return seconds

        return self._next("before", make)

    def headway_s(self, headway_s: float) -> Floats:
        """Draw the wait for a departure, any part of a headway [draws]."""

        def make(part: Floats) -> Floats:
            seconds: Floats = headway_s * part
            return seconds

        return self._next("headway", make)

    def weather(self) -> tuple[Floats, Floats]:
        """Draw numbers from 0 to 1 for whether a storm is on, and how long it lasts [draws]."""
        return self._next("weather", lambda *numbers: numbers)

    def _next(self, what: str, make: Callable[..., T]) -> T:
        """Return what is made of the next random numbers, made once."""
        self._drawn = (*self._drawn, what)
        return self._once(self._drawn, lambda: make(*self._draw()))

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is made once of an arc, for the same costs."""
        of_arc = self._same, key
        value: T | None = self._known.get(of_arc)
        if value is None:
            if len(self._known) * self._draws > MAX_REMEMBERED:
                self._known.clear()
            value = self._known[of_arc] = make()
        return value

    def _draw(self) -> list[Floats]:
        """Return the random numbers of what is drawn last, after those of all before."""
        numbers: list[Floats] = []
        for what in self._drawn[self._used :]:
            numbers = [getattr(self._dice, law)(self._draws) for law in _LAWS[what]]
        self._used = len(self._drawn)
        return numbers

    @cached_property
    def _dice(self) -> np.random.Generator:
        """The generator, made when the first number is drawn."""
        name = _name(self._query, self._arc)
        return _dice_of(self._query.network, self._rng, _ELEMENT_STREAM, name)


class _Seed(np.random.SeedSequence):
    """A seed that mixes its words once, as PCG64 asks for them: that takes longer than to draw."""

    _words: NDArray[np.uint32 | np.uint64] | None = None

    def generate_state(
        self, n_words: int, dtype: Any = np.uint32
    ) -> NDArray[np.uint32 | np.uint64]:
        """Return the words that a generator begins from."""
        if self._words is None:
            self._words = super().generate_state(n_words, dtype)
        return self._words


def _dice_of(network: Network, rng: int, stream: int, name: str) -> np.random.Generator:
    """Return the random numbers of a stream and a name from their first on."""

    def make() -> _Seed:
        return _Seed([rng, stream, zlib.crc32(name.encode())])

    return np.random.default_rng(network.once(Derived.SEEDS.of(stream, name, rng), make))


def _name(query: Query, arc: int) -> str:
    """Return what an arc is called in any order of the tables."""
    table = _TABLES[query.graph.kind[arc]]
    row = query.network.rows(table)[int(query.graph.row[arc])]
    key = f"{query.graph.kind[arc]}_id"
    return f"{row[key]} {query.graph.forward[arc]}"


def _slow_s(query: Query, mixed: Mixture, luck: Floats, rng: int) -> Floats:
    """Draw the seconds at what has slow regimes [draws]; luck: in the state that is met."""

    def draw() -> Floats:
        return _dice_of(query.network, rng, _REGIME_STREAM, mixed.name).random(len(luck))

    turn = query.network.once(Derived.TURNS.of(mixed.name, len(luck), rng), draw)
    seconds: Floats = HOUR_S * sampled_h(mixed, turn, luck)
    return seconds


def _pass(
    query: Query,
    arc: int,
    at_s: Floats,
    chance: _Chance,
    closures: RandomClosures,
    *,
    is_organised: bool = False,
) -> Floats:
    """Draw when journeys are at the end of a link or a ride, entered link by link."""
    passage = query.passages[arc]
    runs = query.graph.runs[arc]

    for number, (run, stage) in enumerate(zip(runs, passage.stages, strict=True)):
        at_s = closures.open_s(run.link, at_s)
        if number or is_organised:
            at_s = _enter(query, stage.entry, 0.0, at_s, chance)
        else:
            at_s = _depart(query, arc, at_s, chance)
        at_s = closures.open_s(run.link, at_s)  # it may have shut while they waited
        at_s = at_s + chance.running_s(number)
        at_s = at_s + chance.standing_s(run)
        if stage.ends is not None:
            at_s = _next_opening(query.passages.as_arrays(stage.ends), at_s)[0]
    return at_s


def _depart(query: Query, arc: int, at_s: Floats, chance: _Chance) -> Floats:
    """Draw when journeys leave by an arc: handed in, gathered, with the next departure.

    Goods that need longer than the median are handed in so much later, others sooner.
    """
    costs = query.costs
    passage = query.passages[arc]
    headway_s = HOUR_S * float(costs.headway_h[arc])
    before_s = HOUR_S * float(costs.before_h[arc])
    if not before_s:
        return _enter(query, passage.entry, headway_s, at_s, chance)

    at_s = _enter(query, passage.entry, headway_s, at_s + chance.later_s(before_s), chance)
    return _open_at(query, passage.stages[0].entry, at_s + before_s)


def _enter(
    query: Query, spans: Sequence[Span], headway_s: float, at_s: Floats, chance: _Chance
) -> Floats:
    """Draw when journeys enter a link: after its opening, the weather and the ship."""
    if not query.is_always_open(spans):
        return _wait(query.passages.as_arrays(spans), headway_s, at_s, chance)
    if headway_s:
        return at_s + chance.headway_s(headway_s)
    return at_s


def _open_at(query: Query, spans: Sequence[Span], at_s: Floats) -> Floats:
    """Return when journeys find a place open."""
    if query.is_always_open(spans):
        return at_s
    return _next_opening(query.passages.as_arrays(spans), at_s)[0]


def _running_luck(query: Query, arc: int, draws: int, rng: int) -> Floats:
    """Return how much longer than the median each journey is under way on an arc [draws]."""
    mode = query.sections[arc][0].mode
    sigma = float(query.costs.link.run_sigma[query.graph.runs[arc][0].direction])

    def compute() -> Floats:
        luck: Floats = np.exp(sigma * _leg_luck(query, arc, mode, draws, rng))
        return luck

    if query.conditions.leg_correlation < 1:
        return compute()
    return query.once(("running luck", mode, sigma, draws, rng), compute)


def _leg_luck(query: Query, arc: int, mode: str, draws: int, rng: int) -> Floats:
    """Return how well each journey runs on a leg, in standard deviations [draws]."""
    together = _luck(query, _MODE_STREAM, mode, draws, rng)
    correlation = query.conditions.leg_correlation
    if correlation == 1:
        return together

    own = _dice_of(query.network, rng, _LEG_STREAM, _name(query, arc)).standard_normal(draws)
    return _mixed(together, own, correlation)


def _border_luck(query: Query, own: Floats, rng: int) -> Floats:
    """Return how well each journey passes a border or terminal, in standard deviations [draws].

    own: the same where it is by itself.
    """
    correlation = query.conditions.border_correlation
    if correlation == 0:
        return own

    together = _luck(query, _BORDER_STREAM, _BORDERS, len(own), rng)
    return _mixed(together, own, correlation)


def _mixed(together: Floats, own: Floats, correlation: float) -> Floats:
    """Return normal numbers of which any two, with the same first part, are so correlated."""
    mixed: Floats = np.sqrt(correlation) * together + np.sqrt(1 - correlation) * own
    return mixed


def _luck(query: Query, stream: int, name: str, draws: int, rng: int) -> Floats:
    """Return the luck of each journey by a mode or at borders, in standard deviations [draws]."""

    def draw() -> Floats:
        return _dice_of(query.network, rng, stream, name).standard_normal(draws)

    return query.network.once(Derived.LUCK.of(name, draws, rng), draw)


def _wait(spans: SpanArrays, headway_s: float, at_s: Floats, chance: _Chance) -> Floats:
    """Wait for the opening, for weather and ship, and again where it has shut meanwhile."""
    entered, opening = _next_opening(spans, at_s)

    if (spans.open_share < 1).any():
        turn, length = chance.weather()
        is_storm = turn < 1 - spans.open_share[opening]
        entered = entered + is_storm * length * spans.spell_s[opening]
    if headway_s:
        entered = entered + chance.headway_s(headway_s)
    return _next_opening(spans, entered)[0]


def _next_opening(spans: SpanArrays, at_s: Floats) -> tuple[Floats, Ints]:
    """Return the first second a calendar is open from another on, and in which span that is."""
    after = np.searchsorted(spans.end_s, at_s, side="right")

    opening = np.minimum(after, len(spans.end_s) - 1)
    is_open = after < len(spans.end_s)
    return np.where(is_open, np.maximum(at_s, spans.start_s[opening]), STUCK), opening
