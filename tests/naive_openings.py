"""A readable twin of opening sets: every subset of the closures is lifted, every hour looked at.

Written from the documentation, in plain Python, with nothing of the package. A calendar is a whole
number whose bit h says whether one may enter at hour h after the departure.
"""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

Row = dict[str, Any]
Key = tuple[str, str]  # kind and id of a closure
State = tuple[str, str]  # a place and a layer
DEPART = dt.date(2026, 3, 20)
END = dt.date(2029, 1, 1)  # of the calendar: the year of departure and two more
HOURS = (END - DEPART).days * 24
ALL_HOURS = (1 << HOURS) - 1
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LISTS = ("avoid", "require")


class Arc(NamedTuple):
    name: str
    tail: State
    head: State
    hours: int
    link: Row | None = None  # none at a terminal
    timetable: str | None = None


class Twin:
    """A small study: its rows by table."""

    def __init__(self, tables: dict[str, list[Row]], change_ids: list[str]) -> None:
        self.tables = tables
        self.country = {node["node_id"]: node["country"] for node in tables["nodes"]}
        self.changes = [
            row
            for change_id in change_ids
            for row in tables["changes"]
            if row["change_id"] == change_id and row["column"] == "status"
        ]
        self.arcs = list(self._arcs())
        self.closures = self._closures()
        self.cached: dict[Any, int] = {}

    def _arcs(self) -> Iterator[Arc]:
        services = {row["link_ids"]: row for row in self.tables["services"]}
        for link in self.tables["links"]:
            name = link["link_id"]
            hours = round(link["length_km"] / link["speed_kmh"])
            timetable = services[name]["timetable"] if name in services else None
            ends = [(link["from_node_id"], link["to_node_id"])]
            for one, other in [*ends, *((b, a) for a, b in ends if link["two_way"])]:
                layer = link["mode"]
                yield Arc(name, (one, layer), (other, layer), hours, link, timetable)

        for row in self.tables["terminals"]:
            one = (row["node_id"], row["from_layer"])
            other = (row["node_id"], row["to_layer"])
            hours = round(row["handling_h"])
            yield Arc(row["terminal_id"], one, other, hours)
            if row["two_way"]:
                yield Arc(row["terminal_id"], other, one, hours)

    def _closures(self) -> list[Key]:
        """Return all that can be lifted."""
        planned = [row for row in self.tables["links"] if row["status"] != "existing"]
        windows = [row["link_id"] or row["node_id"] for row in self.tables["windows"]]
        closing = [row for row in self.changes if row["value"] != "existing"]
        keys = [
            *(("status", f"{row['status']}:{row['link_id']}") for row in planned),
            *(("change", row["change_id"]) for row in closing),
            *(("window", element) for element in windows),
            *(("rule", r["rule_id"]) for r in self.tables["rules"] if r["effect"] == "forbid"),
        ]
        return list(dict.fromkeys(keys))

    def means(self, selector: str, link: Row) -> bool:
        countries = sorted(self.country[link[end]] for end in ("from_node_id", "to_node_id"))
        words = {
            link["link_id"],
            f"mode:{link['mode']}",
            "crossing:" + "-".join(countries),
            *(f"country:{country}" for country in countries),
        }
        return any(term in words for term in selector.split())

    def is_in_use(self, link: Row, on: dt.date, lifted: frozenset[Key]) -> bool:
        """Tell whether status lets a link be used on a day, once some closures are lifted."""
        status = link["status"]
        if ("status", f"{status}:{link['link_id']}") in lifted:
            status = "existing"
        for row in self.changes:
            if not (in_force(row, on) and self.means(row["row_id"], link)):
                continue
            if row["value"] == "existing" or ("change", row["change_id"]) not in lifted:
                status = row["value"]
        return bool(status == "existing")

    def open_hours(self, link: Row, tail: str, lifted: frozenset[Key]) -> int:
        """Return when a link may be entered from a place, once some closures are lifted."""
        calendar = ALL_HOURS
        for day in range(HOURS // 24):
            on = DEPART + dt.timedelta(days=day)
            is_forbidden = any(
                rule["effect"] == "forbid"
                and in_force(rule, on)
                and self.means(rule["row_id"], link)
                and ("rule", rule["rule_id"]) not in lifted
                for rule in self.tables["rules"]
            )
            if is_forbidden or not self.is_in_use(link, on, lifted):
                calendar &= ~(((1 << 24) - 1) << (24 * day))

        return calendar & self.hours_of(link["link_id"], lifted) & self.hours_of(tail, lifted)

    def hours_of(self, element: str, lifted: frozenset[Key]) -> int:
        """Return when the windows of a link or a place are open, once some are lifted."""
        rows = [w for w in self.tables["windows"] if element in (w["link_id"], w["node_id"])]
        if not rows or ("window", element) in lifted:
            return ALL_HOURS
        return union(window_hours(*cells(row)) for row in rows)

    def entries(self, arc: Arc, lifted: frozenset[Key]) -> int:
        """Return when an arc may be entered, once some closures are lifted."""
        if arc.link is None:
            return self.hours_of(arc.tail[0], lifted)
        key = (arc.name, arc.tail, lifted)
        if key not in self.cached:
            calendar = self.open_hours(arc.link, arc.tail[0], lifted)
            if arc.timetable:
                calendar &= sailings(arc.timetable)
            self.cached[key] = calendar
        return self.cached[key]

    @cache  # noqa: B019
    def concerning(self, name: str) -> frozenset[Key]:
        """Return the closures that may shut a link."""
        link = next(row for row in self.tables["links"] if row["link_id"] == name)
        elements = {name, link["from_node_id"], link["to_node_id"]}
        concerned = set()
        for kind, closure_id in self.closures:
            if kind == "status":
                is_here = closure_id.partition(":")[2] == name
            elif kind == "window":
                is_here = closure_id in elements
            else:
                rows = self.changes if kind == "change" else self.tables["rules"]
                is_here = any(
                    row[f"{kind}_id"] == closure_id and self.means(row["row_id"], link)
                    for row in rows
                )
            if is_here:
                concerned.add((kind, closure_id))
        return frozenset(concerned)

    def hours(self, lifted: Iterable[Key] = (), **asked: Any) -> int | None:
        """Return the least hours from n0 to n5, once some closures are lifted; null: no route.

        A route comes to no place twice.

        asked: avoid, require (words), max_transshipments, deadline (hours).
        """
        lifted = frozenset(lifted)
        required = list(dict.fromkeys(asked.get("require") or ()))
        most = asked.get("max_transshipments")
        limit = min(HOURS, asked.get("deadline") or HOURS)
        arcs: dict[State, list[Arc]] = {}
        for arc in self.arcs:
            if not any(self.is_meant(word, arc) for word in asked.get("avoid") or ()):
                arcs.setdefault(arc.tail, []).append(arc)

        ready = [(0, 0, state, ("n0",), frozenset[str]()) for state in self.ends("n0")]
        seen = set()
        while ready:
            hour, reloads, state, places, met = heapq.heappop(ready)
            if state in self.ends("n5") and len(met) == len(required):
                return hour
            key = (reloads if most is not None else 0, state, frozenset(places), met)
            if key in seen:
                continue
            seen.add(key)

            for arc in arcs.get(state, ()):
                if arc.link and arc.head[0] in places:
                    continue
                left = self.entries(arc, lifted & self.concerning(arc.name) if arc.link else lifted)
                left >>= hour
                if not left:
                    continue
                reached = hour + first_hour(left) + arc.hours
                welcome = self.hours_of(arc.head[0], lifted) >> reached if arc.link else 1
                if not welcome:
                    continue
                arrival = reached + first_hour(welcome)
                again = reloads + (arc.link is None)
                if arrival <= limit and (most is None or again <= most):
                    now_met = met | {word for word in required if self.is_meant(word, arc)}
                    now_places = (*places, arc.head[0]) if arc.link else places
                    heapq.heappush(ready, (arrival, again, arc.head, now_places, now_met))
        return None

    def is_meant(self, word: str, arc: Arc) -> bool:
        if arc.link is None:
            return word == arc.tail[0]
        link = arc.link
        ends = [link["from_node_id"], link["to_node_id"]]
        return word in (link["link_id"], link["mode"], *ends, *map(self.country.get, ends))

    def ends(self, place: str) -> list[State]:
        """Return the states goods start and end in: the road, else every layer of the place."""
        states = {state for arc in self.arcs for state in (arc.tail, arc.head)}
        layers = sorted(layer for node, layer in states if node == place)
        return [(place, "road")] if "road" in layers else [(place, layer) for layer in layers]

    def opening_sets(self, most_closures: int, **asked: Any) -> set[frozenset[Key]]:
        """Return all sets of closures that give a route and of which no part does."""
        return smallest_sets(
            self.closures, lambda lifted: self.hours(lifted, **asked) is not None, most_closures
        )

    def binding_sets(self, asked: dict[str, Any]) -> set[frozenset[tuple[str, str]]]:
        """Return the sets of conditions of least size without which there is a route."""
        conditions = conditions_of(asked)
        sets = smallest_sets(
            conditions,
            lambda dropped: self.hours((), **without(asked, dropped)) is not None,
            len(conditions),
        )
        least = min(map(len, sets), default=0)
        return {each for each in sets if len(each) == least}


def first_hour(calendar: int) -> int:
    return (calendar & -calendar).bit_length() - 1


def conditions_of(asked: dict[str, Any]) -> list[tuple[str, str]]:
    words = [(option, word) for option in LISTS for word in asked.get(option) or ()]
    limits = [(name, "") for name in ("max_transshipments", "deadline") if name in asked]
    return [*dict.fromkeys(words), *limits]


def without(asked: dict[str, Any], dropped: Iterable[tuple[str, str]]) -> dict[str, Any]:
    left: dict[str, Any] = {}
    for name, value in asked.items():
        if name in LISTS:
            left[name] = [word for word in value if (name, word) not in set(dropped)]
        elif (name, "") not in set(dropped):
            left[name] = value
    return left


def smallest_sets(
    items: list[Any], opens: Callable[[tuple[Any, ...]], bool], most: int
) -> set[frozenset[Any]]:
    """Return the subsets that open and of which no part does, all subsets tried."""
    smallest: set[frozenset[Any]] = set()
    for size in range(min(most, len(items)) + 1):
        for subset in combinations(items, size):
            if not any(each <= set(subset) for each in smallest) and opens(subset):
                smallest.add(frozenset(subset))
    return smallest


def in_force(row: Row, on: dt.date) -> bool:
    has_begun = row["from_on"] is None or row["from_on"] <= on
    return has_begun and (row["to_on"] is None or on < row["to_on"])


def cells(window: Row) -> tuple[Any, ...]:
    return tuple(window[name] for name in ("season_from", "season_to", "weekdays", "hours"))


def union(calendars: Iterable[int]) -> int:
    joined = 0
    for calendar in calendars:
        joined |= calendar
    return joined


@cache
def window_hours(
    first: str | None, last: str | None, weekdays: str | None, hours: str | None
) -> int:
    calendar = 0
    opens, shuts = (int(clock[:2]) for clock in (hours or "00:00-24:00").split("-"))
    for day in range(HOURS // 24):
        on = DEPART + dt.timedelta(days=day)
        month_day = f"{on:%m-%d}"
        is_season = first is None or last is None or first <= month_day <= last
        if is_season and (weekdays is None or WEEKDAYS[on.weekday()] in weekdays.split()):
            calendar |= ((1 << (shuts - opens)) - 1) << (24 * day + opens)
    return calendar


@cache
def sailings(timetable: str) -> int:
    calendar = 0
    for departure in timetable.split(";"):
        weekday, clock = departure.split()
        for day in range(HOURS // 24):
            if WEEKDAYS[(DEPART + dt.timedelta(days=day)).weekday()] == weekday:
                calendar |= 1 << (24 * day + int(clock[:2]))
    return calendar


def random_tables(seed: int) -> tuple[dict[str, list[Row]], list[str]]:
    """Return a random small study, and the changes laid over it, from n0 to n5.

    Roads and ferries with what can shut them: plans, changes of several rows one over the other
    and at any date, seasons, hours, sailings and rules.
    """
    dice = random.Random(seed)
    names = [f"n{number}" for number in range(6)]
    nodes = [{"node_id": name, "country": dice.choice(("KZ", "UZ", "PK"))} for name in names]
    links = [_link(dice, number) for number in range(dice.randint(6, 9))]
    link_ids = [link["link_id"] for link in links]
    services = [
        {
            "service_id": f"s-{link['link_id']}",
            "link_ids": link["link_id"],
            "required": True,
            "timetable": dice.choice(("mon 08:00", "sun 00:00; thu 20:00", "wed 12:00")),
        }
        for link in links
        if link["mode"] == "ferry"
    ]
    terminals = [
        {
            "terminal_id": f"t-{name}",
            "node_id": name,
            "from_layer": "road",
            "to_layer": "ferry",
            "two_way": dice.random() < 0.8,
            "handling_h": float(dice.randint(1, 30)),
        }
        for name in names
        if dice.random() < 0.7
    ]

    change_ids = [f"c{number}" for number in range(dice.randint(2, 4))]
    changes = [_change(dice, dice.choice(change_ids), link_ids) for _ in range(dice.randint(3, 7))]
    change_ids = [each for each in change_ids if any(c["change_id"] == each for c in changes)]
    dice.shuffle(change_ids)
    elements = dice.sample([*link_ids, *names], dice.choice((0, 1, 2, 3)))
    windows = [_window(dice, number, element) for number, element in enumerate(elements)]
    rules = [_rule(dice, number, link_ids) for number in range(dice.choice((0, 1, 2)))]
    tables = {
        "nodes": nodes,
        "links": links,
        "services": services,
        "terminals": terminals,
        "changes": changes,
        "windows": windows,
        "rules": rules,
    }
    return tables, change_ids


def _link(dice: random.Random, number: int) -> Row:
    start, end = dice.sample(range(6), 2)
    if number < 5 and dice.random() < 0.75:
        start = number
        end = number + 1
    hours = dice.choice((dice.randint(1, 20), dice.randint(1, 20), dice.randint(100, 700)))
    return {
        "link_id": f"l{number}",
        "from_node_id": f"n{start}",
        "to_node_id": f"n{end}",
        "mode": dice.choices(("road", "ferry"), weights=(4, 1))[0],
        "length_km": 20.0 * hours,
        "speed_kmh": 20.0,
        "status": dice.choices(("existing", "planned", "closed"), weights=(7, 2, 1))[0],
        "two_way": dice.random() < 0.85,
    }


def _dates(dice: random.Random) -> tuple[dt.date | None, dt.date | None]:
    from_on = None
    if dice.random() < 0.75:
        from_on = DEPART + dt.timedelta(days=dice.choice((-20, -5, 1, 2, 5, 12, 31, 35, 50, 80)))
    if dice.random() < 0.6:
        return from_on, None
    return from_on, (from_on or DEPART) + dt.timedelta(days=dice.choice((1, 7, 30, 90, 1500)))


def _meant(dice: random.Random, link_ids: list[str]) -> str:
    if dice.random() < 0.25:
        return dice.choice(("crossing:KZ-UZ", "crossing:PK-UZ", "country:UZ", "mode:ferry"))
    return " ".join(dice.sample(link_ids, dice.choice((1, 1, 2))))


def _change(dice: random.Random, change_id: str, link_ids: list[str]) -> Row:
    from_on, to_on = _dates(dice)
    return {
        "change_id": change_id,
        "table": "links",
        "row_id": _meant(dice, link_ids),
        "column": "status",
        "op": "set",
        "value": dice.choices(("closed", "planned", "existing"), weights=(6, 1, 2))[0],
        "from_on": from_on,
        "to_on": to_on,
    }


def _window(dice: random.Random, number: int, element: str) -> Row:
    season = dice.choice(((None, None), (None, None), ("04-01", "11-30"), ("05-10", "05-20")))
    return {
        "window_id": f"w{number}",
        "link_id": element if element.startswith("l") else None,
        "node_id": element if element.startswith("n") else None,
        "season_from": season[0],
        "season_to": season[1],
        "weekdays": dice.choice((None, "mon tue wed thu fri", "sat")),
        "hours": dice.choice((None, "08:00-20:00", "09:00-12:00", "12:00-14:00")),
    }


def _rule(dice: random.Random, number: int, link_ids: list[str]) -> Row:
    from_on, to_on = _dates(dice)
    return {
        "rule_id": f"r{number}",
        "row_id": _meant(dice, link_ids),
        "effect": "forbid",
        "from_on": from_on,
        "to_on": to_on,
    }


def random_conditions(seed: int, tables: dict[str, list[Row]]) -> dict[str, Any]:
    """Return what a question asks beyond its ends; deadline in hours."""
    dice = random.Random(seed)
    countries = sorted({node["country"] for node in tables["nodes"]})
    links = [link["link_id"] for link in tables["links"]]
    words = [*countries, "ferry", "road", *links, "n1", "n2", "n3"]
    asked: dict[str, Any] = {"avoid": dice.sample(words, dice.choice((0, 1, 2, 3)))}
    if dice.random() < 0.5:
        asked["require"] = dice.sample(words, dice.choice((1, 2)))
    if dice.random() < 0.3:
        asked["max_transshipments"] = dice.choice((0, 1))
    if dice.random() < 0.5:
        asked["deadline"] = 24 * dice.choice((1, 3, 10, 40, 100))
    return asked
