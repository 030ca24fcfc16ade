"""A plain twin of openness: goods carried through time by the quarter of an hour.

From the words of docs/decisions/052-openness.md, not from the code: looks at the clock of every
place at every step, and sends every train and ship one by one. All figures of the networks are
whole quarters of an hour.
"""

from __future__ import annotations

import datetime as dt
import heapq
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

STEP = dt.timedelta(minutes=15)
DAY = dt.timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Row = dict[str, Any]
At = dt.datetime
Place = tuple[str, str]  # a node and a layer
State = tuple[str, str, str]  # and how goods stand there


class World:
    """The rows of some tables, for goods of one country to another."""

    def __init__(self, tables: dict[str, list[Row]], last: At) -> None:
        self.tables = tables
        self.last = last
        self.nodes = {row["node_id"]: row for row in tables["nodes"]}
        self.links = {row["link_id"]: row for row in tables["links"]}
        self.modes = {row["mode"]: row for row in tables["modes"] if not row.get("country")}
        self.rests = {
            (row["mode"], row["country"]): row for row in tables["modes"] if row.get("country")
        }

    def earliest(self, origin: str, destination: str, ready: At) -> At | None:
        """Return the earliest arrival; None where there is no route in time."""
        arcs = [*self.link_arcs(), *self.service_arcs(), *self.terminal_arcs()]
        starts = {(*place, "ready") for place in self.layers_of(origin, arcs)}
        goals = self.layers_of(destination, arcs)
        queue = [(ready, state) for state in starts]
        done: set[State] = set()
        while queue:
            at, state = heapq.heappop(queue)
            if state[:2] in goals:
                return at
            if state in done:
                continue
            done.add(state)
            for tail, head, pass_over in arcs:
                if tail == state and head not in done:
                    arrival = pass_over(at)
                    if arrival is not None and arrival <= self.last:
                        heapq.heappush(queue, (arrival, head))
        return None

    def layers_of(self, node_id: str, arcs: list[Any]) -> set[Place]:
        ends = [state[:2] for tail, head, _ in arcs for state in (tail, head)]
        here = {place for place in ends if place[0] == node_id}
        here |= {
            (node_id, layer_of(link))
            for link in self.links.values()
            if node_id in (link["from_node_id"], link["to_node_id"])
        }
        return {state for state in here if state[1] == "road"} or here

    # The ways to go on from a state

    def link_arcs(self) -> list[Any]:
        only_by_service = {
            link_id
            for service in self.tables["services"]
            if service["required"]
            for link_id in service["link_ids"].split()
        }
        arcs = []
        for link in self.links.values():
            if link["link_id"] in only_by_service:
                continue
            for tail, head in directions(link):
                layer = layer_of(link)
                start = (tail, layer, "ready")
                if not self.modes[link["mode"]].get("departure_h"):
                    end = (head, layer, "ready")
                    arcs.append((start, end, self.over_link(link, tail, head, 0)))
                    continue

                end = (head, layer, "moving")
                departure_h = self.mode_at(link, tail)["departure_h"] or 0
                arcs.append((start, end, self.over_link(link, tail, head, departure_h)))
                moving = (tail, layer, "moving")
                arcs.append((moving, end, self.over_link(link, tail, head, 0)))
        return arcs

    def over_link(self, link: Row, tail: str, head: str, departure_h: float) -> Any:
        run = self.run(link, tail, None)
        departure = dt.timedelta(hours=departure_h)

        def pass_over(ready: At) -> At | None:
            leave = self.leave(link, tail, ready, departure)
            return None if leave is None else self.let_in(head, leave + run)

        return pass_over

    def terminal_arcs(self) -> list[Any]:
        arcs = []
        for row in self.tables["terminals"]:
            node_id = row["node_id"]
            ends = [(row["from_layer"], row["to_layer"])]
            if row["two_way"]:
                ends.append(ends[0][::-1])
            for tail, head in ends:
                handling = dt.timedelta(hours=row["handling_h"])

                def pass_over(ready: At, node_id: str = node_id, handling: Any = handling) -> Any:
                    taken = self.let_in(node_id, ready)
                    return None if taken is None else taken + handling

                end = (node_id, head, "ready")
                if tail == head:
                    arcs.append(((node_id, tail, "landed"), end, pass_over))
                    continue
                for stand in ("ready", "moving", "landed"):
                    arcs.append(((node_id, tail, stand), end, pass_over))
        return arcs

    def is_changed_at(self, node_id: str, layer: str) -> bool:
        return any(
            row["node_id"] == node_id and row["from_layer"] == row["to_layer"] == layer
            for row in self.tables["terminals"]
        )

    def service_arcs(self) -> list[Any]:
        arcs = []
        for service in self.tables["services"]:
            for places, links in self.ways(service):
                layer = layer_of(links[0])
                stops = [
                    i
                    for i, place in enumerate(places)
                    if i in (0, len(links)) or place in (service.get("calls") or "").split()
                ]
                for first in stops:
                    for last in stops:
                        if first < last:
                            ride = self.ride(service, places, links, first, last)
                            is_changed = self.is_changed_at(places[last], layer)
                            end = (places[last], layer, "landed" if is_changed else "ready")
                            for stand in ("ready", "moving"):
                                arcs.append(((places[first], layer, stand), end, ride))
        return arcs

    def ways(self, service: Row) -> list[tuple[list[str], list[Row]]]:
        """Return the places and links of a service, in each direction it runs."""
        links = [self.links[link_id] for link_id in service["link_ids"].split()]
        ways = []
        for run in [links] if len(links) == 1 else [links, links[::-1]]:
            for start in (run[0]["from_node_id"], run[0]["to_node_id"]):
                places = [start]
                for link in run:
                    onward = [head for tail, head in directions(link) if tail == places[-1]]
                    places += onward[:1]
                if len(places) == len(run) + 1 and service.get("from_node_id") in (None, start):
                    ways.append((places, run))
        return ways

    def ride(self, service: Row, places: list[str], links: list[Row], first: int, last: int) -> Any:
        def pass_over(ready: At) -> At | None:
            if not self.has_timetable(service):
                return self.ride_on_average(service, places, links, first, last, ready)
            ready += dt.timedelta(hours=service.get("gathering_h") or 0)
            best = None
            # whatever left long before cannot be boarded any more
            departure = ready - 20 * DAY
            while departure <= self.last and (best is None or departure < best):
                if self.departs(service, places[0], departure):
                    arrival = self.sail(service, places, links, first, last, departure, ready)
                    if arrival is not None and (best is None or arrival < best):
                        best = arrival
                departure += STEP
            return best

        return pass_over

    def sail(
        self,
        service: Row,
        places: list[str],
        links: list[Row],
        first: int,
        last: int,
        departure: At,
        ready: At,
    ) -> At | None:
        """Return when one sailing arrives with goods that board it; None if they cannot."""
        if not self.is_open(links[0], places[0], departure):
            return None
        at: At | None = departure
        for i in range(last):
            assert at is not None
            boards = self.board(links[i], places[i], at, is_first=i == 0)
            if boards is None or (i == first and boards < ready):
                return None
            leave = self.after_weather(links[i], places[i], boards)
            if leave is None:
                return None
            at = self.let_in(places[i + 1], leave + self.run(links[i], places[i], service))
            if at is None:
                return None
        return at

    def board(self, link: Row, place: str, at: At, *, is_first: bool) -> At | None:
        """Return when a train or ship that is at a place goes, but for the weather."""
        if is_first:
            return at
        best = None
        goes = None
        while at <= self.last and (best is None or at <= best):
            if self.is_open(link, place, at):
                leave = self.after_weather(link, place, at)
                if leave is not None and (best is None or leave <= best):
                    best = leave
                    goes = at
            at += STEP
        return goes

    def ride_on_average(
        self, service: Row, places: list[str], links: list[Row], first: int, last: int, ready: At
    ) -> At | None:
        """Return the arrival by a service that comes after half a headway."""
        half = dt.timedelta(hours=168 / 2 / service["departures_per_week"])
        half += dt.timedelta(hours=service.get("gathering_h") or 0)
        at = self.leave(links[first], places[first], ready, half)
        for i in range(first, last):
            if i > first and at is not None:
                at = self.leave(links[i], places[i], at)
            if at is None:
                return None
            at = self.let_in(places[i + 1], at + self.run(links[i], places[i], service))
        return at

    # When things are open

    def leave(self, link: Row, place: str, ready: At, wait: dt.timedelta = 0 * STEP) -> At | None:
        """Return when who is ready is under way: at the opening that lets them go soonest."""
        best = None
        while ready <= self.last and (best is None or ready + wait < best):
            if self.is_open(link, place, ready):
                leave = self.after_weather(link, place, ready, wait)
                if leave is not None and (best is None or leave < best):
                    best = leave
            ready += STEP
        return best

    def after_weather(
        self, link: Row, place: str, at: At, wait: dt.timedelta = 0 * STEP
    ) -> At | None:
        """Return when who enters leaves: after the weather and the wait, while it is open."""
        at += self.weather(link, place, at) + wait
        while at <= self.last:
            if self.is_open(link, place, at):
                return at
            at += STEP
        return None

    def let_in(self, place: str, at: At) -> At | None:
        while at <= self.last:
            if self.is_place_open(place, at):
                return at
            at += STEP
        return None

    @cache  # noqa: B019
    def open_steps(self, link_id: str, place: str) -> dict[At, bool]:
        return {}

    def is_open(self, link: Row, place: str, at: At) -> bool:
        known = self.open_steps(link["link_id"], place)
        if at not in known:
            known[at] = (
                self.is_place_open(place, at)
                and self.is_in_use(link, at)
                and not self.is_forbidden(link, at)
                and not self.is_holiday(link, at)
                and self.is_in_windows("link_id", link["link_id"], at)
            )
        return known[at]

    @cache  # noqa: B019
    def is_place_open(self, place: str, at: At) -> bool:
        return self.is_in_windows("node_id", place, at)

    def is_in_windows(self, column: str, element: str, at: At) -> bool:
        windows = self.windows(column, element)
        return not windows or any(self.is_window_open(window, at) for window in windows)

    @cache  # noqa: B019
    def windows(self, column: str, element: str) -> list[Row]:
        return [row for row in self.tables["windows"] if row.get(column) == element]

    def zone_of(self, window: Row) -> dt.tzinfo:
        if window.get("time_zone"):
            return ZoneInfo(window["time_zone"])
        if window.get("utc_offset_h") is not None:
            return dt.timezone(dt.timedelta(hours=window["utc_offset_h"]))
        place = window.get("node_id") or self.links[window["link_id"]]["from_node_id"]
        return ZoneInfo(self.nodes[place].get("time_zone") or "UTC")

    def is_window_open(self, window: Row, at: At) -> bool:
        local = at.astimezone(self.zone_of(window))
        if window.get("from_on") is not None and local.date() < window["from_on"]:
            return False
        if window.get("to_on") is not None and local.date() >= window["to_on"]:
            return False
        opens, shuts = (window.get("hours") or "00:00-24:00").split("-")
        now = f"{local:%H:%M}"
        if opens < shuts:
            return opens <= now < shuts and is_day_of(window, local.date())
        is_of_today = now >= opens and is_day_of(window, local.date())
        is_of_yesterday = now < shuts and is_day_of(window, local.date() - DAY)
        return is_of_today or is_of_yesterday

    def weather(self, link: Row, place: str, at: At) -> dt.timedelta:
        hours = 0.0
        for column, element in (("link_id", link["link_id"]), ("node_id", place)):
            is_open = [w for w in self.windows(column, element) if self.is_window_open(w, at)]
            if is_open:
                best = max(is_open, key=lambda window: window.get("open_share") or 1.0)
                shut_share = 1 - (best.get("open_share") or 1.0)
                hours += shut_share * (best.get("closed_spell_h") or 0.0)
        return dt.timedelta(hours=hours)

    def is_in_use(self, link: Row, at: At) -> bool:
        status = link["status"]
        for row in self.tables["changes"]:
            is_of_link = row["table"] == "links" and row["row_id"] == link["link_id"]
            if is_of_link and self.is_in_force(row, at, link["from_node_id"]):
                status = row["value"]
        return bool(status == "existing")

    def is_holiday(self, link: Row, at: At) -> bool:
        return any(
            link["link_id"] in row["row_id"].split()
            and self.is_in_force(row, at, link["from_node_id"])
            for row in self.tables.get("holidays", [])
        )

    def is_forbidden(self, link: Row, at: At) -> bool:
        return any(
            rule["row_id"] == link["link_id"]
            and rule["effect"] == "forbid"
            and self.is_in_force(rule, at, link["from_node_id"])
            for rule in self.tables["rules"]
        )

    def is_in_force(self, row: Row, at: At, place: str) -> bool:
        local = at.astimezone(ZoneInfo(self.nodes[place].get("time_zone") or "UTC")).date()
        begun = row.get("from_on") is None or row["from_on"] <= local
        ended = row.get("to_on") is not None and row["to_on"] <= local
        return begun and not ended

    def has_timetable(self, service: Row) -> bool:
        return bool(service.get("timetable"))

    def departs(self, service: Row, place: str, at: At) -> bool:
        """Tell whether a service leaves its first place at an instant."""
        timetable = service["timetable"]
        for row in self.tables["changes"]:
            is_of_service = row["table"] == "services" and row["row_id"] == service["service_id"]
            if is_of_service and self.is_in_force(row, at, place):
                timetable = row["value"]
        zone = ZoneInfo(service.get("time_zone") or "UTC")
        local = at.astimezone(zone)
        for back in range(-1, 2):
            for departure in timetable.split(";"):
                weekday, clock = departure.split()
                day = local.date() + back * DAY
                if WEEKDAYS[day.weekday()] != weekday:
                    continue
                time = dt.datetime.combine(day, dt.time.fromisoformat(clock), zone)
                if time.astimezone(dt.UTC) == at:
                    return True
        return False

    def mode_at(self, link: Row, tail: str) -> Row:
        """Return how the mode of a link works where it is run over from."""
        country = self.nodes[tail]["country"]
        return self.rests.get((link["mode"], country)) or self.modes[link["mode"]]

    def run(self, link: Row, tail: str, service: Row | None) -> dt.timedelta:
        """Return how long a link takes once it is entered."""
        speed = (service or {}).get("speed_kmh") or link["speed_kmh"]
        mode = self.mode_at(link, tail)
        hours = link["length_km"] / speed * 24 / mode["active_h_per_day"]
        if service is None:
            hours += link["length_km"] / 1000 * (mode.get("yard_h_per_1000km") or 0)
        return dt.timedelta(seconds=round((hours + (link.get("fixed_h") or 0)) * 3600))


def layer_of(link: Row) -> str:
    return link["mode"] if not link.get("gauge_mm") else f"{link['mode']}-{link['gauge_mm']}"


def directions(link: Row) -> list[tuple[str, str]]:
    ends = (link["from_node_id"], link["to_node_id"])
    return [ends, ends[::-1]] if link["two_way"] else [ends]


def is_day_of(window: Row, day: dt.date) -> bool:
    if window.get("weekdays") and WEEKDAYS[day.weekday()] not in window["weekdays"].split():
        return False

    first = window.get("season_from")
    last = window.get("season_to")
    if first is None or last is None:
        return True

    today = f"{day:%m-%d}"
    if first <= last:
        return first <= today <= last
    return today >= first or today <= last
