"""Checks of scheduled services: that they depart, and that their links make one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import polars as pl

from corridor.errors import Finding, first_findings
from corridor.network.calendar import intersect, second
from corridor.network.services import departures
from corridor.network.windows import window_spans
from corridor.network.zones import is_zone
from corridor.tables import budgets, schema
from corridor.tables.columns import FORMS
from corridor.tables.tables import Row, Tables
from corridor.units import DAY_H

# Two years that hold every season and both shifts of clocks.
_FROM_S = second("2026-01-01")
_TO_S = second("2028-01-01")


def check_services(tables: Tables) -> list[Finding]:
    """Return what is wrong with services: departures, layers, order and calls."""
    too_many = list(_too_many_departures(tables))
    hours = [] if too_many else _never_in_hours(tables)  # which looks at each of them
    return first_findings(
        _services(tables),
        _carried(tables),
        hours,
        _passed_by(tables),
        _quicker_wagons(tables),
        too_many,
    )


def stops_of_services(tables: Tables) -> Counter[tuple[str, str]]:
    """Return how many services begin, end or call at each place on each layer."""
    stops: Counter[tuple[str, str]] = Counter()
    links = _links_by_id(tables)
    for service in tables.rows("services"):
        run = _run(service, links)
        places = _places(run)
        if not places or run[0]["mode"] is None:
            continue
        layer = schema.layer(run[0]["mode"], run[0]["gauge_mm"])
        calls = set((service["calls"] or "").split())
        stops.update((place, layer) for place in {places[0], places[-1], *calls})
    return stops


def _services(tables: Tables) -> Iterator[Finding]:
    nodes = tables.keys("nodes")
    links = _links_by_id(tables)

    for service in tables.rows("services"):
        yield from _departures(service)

        run = _run(service, links)
        # An unknown place has been named already.
        if run and all(_ends_are_known(link, nodes) for link in run):
            yield from _layers(service, run)
            yield from _order(service, run)
            yield from _calls(service, run)


def _too_many_departures(tables: Tables) -> Iterator[Finding]:
    """Services with more departures, of all rides from stop to stop, than can be kept."""
    count = 0
    for service in tables.rows("services"):
        stops = 2 + len((service["calls"] or "").split())
        directions = 2
        rides = directions * stops * (stops - 1) // 2
        a_week = len((service["timetable"] or "").split(";"))
        count += rides * a_week

        if count > budgets.MAX_DEPARTURES:
            yield service.error(
                "too-many-departures",
                "timetable",
                f"up to here the services have {count:,} departures a week, counted from each stop "
                f"to each later one; {budgets.MAX_DEPARTURES:,} are the most that are kept.",
                do="Write departures_per_week for services that leave often, or fewer calls.",
            )
            return


def _links_by_id(tables: Tables) -> dict[str, Row]:
    """Return link of a service -> its row, the first one where several options share the id."""
    words = " ".join(tables.frames["services"]["link_ids"].drop_nulls()).split()
    links: dict[str, Row] = {}
    for link in tables.rows_where("links", pl.col("link_id").is_in(words)):
        links.setdefault(link["link_id"], link)
    return links


def _departures(service: Row) -> Iterator[Finding]:
    if service.is_empty("timetable") and service.is_empty("departures_per_week"):
        yield service.error(
            "no-departures",
            "departures_per_week",
            "the service has neither departures_per_week nor a timetable.",
            do="Write one of them.",
        )
    if service["time_zone"] is not None and service.is_empty("timetable"):
        yield service.warning(
            "zone-without-timetable",
            "time_zone",
            "the service names the zone of a timetable, and has none.",
            do="Write the timetable, or leave time_zone empty.",
            value=service["time_zone"],
        )


def _run(service: Row, links: Mapping[str, Row]) -> list[Row]:
    """Return the links of a service in order; none where one of them is not known."""
    words = (service["link_ids"] or "").split()
    if "links" in service.tables.broken or any(word not in links for word in words):
        return []
    return [links[word] for word in words]


def _ends_are_known(link: Row, nodes: set[str]) -> bool:
    return nodes.issuperset(_ends(link))


def _ends(link: Row) -> tuple[str, str]:
    return link["from_node_id"], link["to_node_id"]


def _layers(service: Row, run: Sequence[Row]) -> Iterator[Finding]:
    layers = {
        schema.layer(link["mode"], link["gauge_mm"]) for link in run if link["mode"] is not None
    }
    if len(layers) > 1 and service.tables.is_whole("links"):
        yield service.error(
            "mixed-layers",
            "link_ids",
            f"the service runs over {' and '.join(sorted(layers))}.",
            do="Part it into one service for each layer, joined by terminals.",
        )


def _order(service: Row, run: Sequence[Row]) -> Iterator[Finding]:
    """Links that do not follow one another, or cannot be run over in that direction."""
    walks = _walks(run)
    full_walks = _full_walks(run)
    ends = sorted({node for walk in full_walks for node in (walk[0], walk[-1])})
    start = service["from_node_id"]

    if not full_walks:
        yield _broken_run(service, run, max(walks, key=len))
    elif start is not None and start not in ends:
        yield _wrong_start(service, ends)
    elif not _can_run(run, full_walks, start):
        yield _against_one_way(service, run)


def _walks(run: Sequence[Row]) -> list[list[str]]:
    """Return the places of a run from both ends of its first link, which may be meant either way.

    Each goes as far as the links follow one another; a run of one link can be walked in both.
    """
    first_link = run[0]
    return [_walk(run, first_link["from_node_id"]), _walk(run, first_link["to_node_id"])]


def _full_walks(run: Sequence[Row]) -> list[list[str]]:
    """Return the walks that reach the end of a run."""
    return [walk for walk in _walks(run) if len(walk) == len(run) + 1]


def _walk(run: Sequence[Row], start: str) -> list[str]:
    """Return the places of a run from its first one on, as far as the links follow one another."""
    places = [start]
    for link in run:
        tail = link["from_node_id"]
        head = link["to_node_id"]
        if places[-1] not in (tail, head):
            break
        places.append(head if places[-1] == tail else tail)
    return places


def _broken_run(service: Row, run: Sequence[Row], walk: Sequence[str]) -> Finding:
    """Return the finding on a run whose walk ends before its last link."""
    next_link = run[len(walk) - 1]["link_id"]
    last_link = run[len(walk) - 2]["link_id"]
    return service.error(
        "broken-service",
        "link_ids",
        f"{next_link} does not begin where {last_link} ends ({walk[-1]}).",
        do="List the links in the order they are run over, none left out.",
        value=next_link,
    )


def _wrong_start(service: Row, ends: Sequence[str]) -> Finding:
    start = service["from_node_id"]
    return service.error(
        "service-start",
        "from_node_id",
        f"services.from_node_id is {start!r}, and the links run between {' and '.join(ends)}.",
        do="Write one of these two ends.",
        value=start,
    )


def _against_one_way(service: Row, run: Sequence[Row]) -> Finding:
    link_id = next(link["link_id"] for link in run if link["two_way"] is False)
    return service.error(
        "one-way-service",
        "link_ids",
        f"the service runs against the one-way link {link_id}.",
        do="Turn the link, make it two_way, or correct the order.",
        value=link_id,
    )


def _can_run(run: Sequence[Row], walks: Sequence[Sequence[str]], start: str | None) -> bool:
    """Tell whether the links let a service run from its start, or from either end without one."""
    for walk in walks:
        forward = list(zip(run, walk, strict=False))
        backward = list(zip(run[::-1], walk[::-1], strict=False))
        for steps in (forward, backward):
            _, first_place = steps[0]
            departs_here = start is None or first_place == start
            if departs_here and all(_may_enter(link, node) for link, node in steps):
                return True
    return False


def _may_enter(link: Row, node: str) -> bool:
    """Tell whether traffic may enter a link at one of its ends."""
    return link["two_way"] is not False or link["from_node_id"] == node


# Calls on the way


def _calls(service: Row, run: Sequence[Row]) -> Iterator[Finding]:
    """Calls that are no places between the ends of a service."""
    places = max(_walks(run), key=len)
    between = places[1:-1]

    for call in dict.fromkeys((service["calls"] or "").split()):
        if call not in between:
            is_end = call in (places[0], places[-1])
            yield service.error(
                "call-not-on-way",
                "calls",
                f"services.calls names {call}, {_where(is_end)} of {' '.join(places)}.",
                do="Leave its ends out: goods board and leave there anyway."
                if is_end
                else "Write places between its ends, or correct link_ids.",
                value=call,
            )


def _where(is_end: bool) -> str:
    return "an end" if is_end else "which is no place"


def _passed_by(tables: Tables) -> Iterator[Finding]:
    """Places that only services touch, and where none of them calls, begins or ends."""
    if {"links", "services", "nodes"} & tables.broken:
        return

    links = _links_by_id(tables)
    by_service = [(row, _run(row, links)) for row in tables.rows("services")]
    required = {link["link_id"] for row, run in by_service if row["required"] for link in run}
    if not required:
        return

    served = _ends_of_others(tables, required)
    for row, run in by_service:
        places = _places(run)
        served |= {*places[:1], *places[-1:], *(row["calls"] or "").split()}

    for row, run in by_service:
        passed = [place for place in _places(run)[1:-1] if place not in served]
        if row["required"] and passed:
            yield row.warning(
                "place-without-call",
                "calls",
                f"the service passes {' and '.join(passed)}, where nothing else calls: "
                "goods can neither board nor leave there.",
                do="Write the place into calls if it calls there.",
                value=row["calls"],
            )


def _ends_of_others(tables: Tables, required: Set[str]) -> set[str]:
    """Return the ends of links other than some."""
    links = tables.frames["links"].unique("link_id", keep="first")
    others = links.filter(~pl.col("link_id").is_in(required))
    return {*others["from_node_id"], *others["to_node_id"]}


def _places(run: Sequence[Row]) -> list[str]:
    """Return the places a run passes, its ends included; none where it is broken."""
    full_walks = _full_walks(run) if run else []
    return full_walks[0] if full_walks else []


# What they carry


def _carried(tables: Tables) -> Iterator[Finding]:
    """Words of services.carries that are neither a form nor a cargo."""
    cargoes = tables.keys("cargoes")
    for service in tables.rows("services"):
        for word in (service["carries"] or "").split():
            if word not in FORMS and word not in cargoes and "cargoes" not in tables.broken:
                yield service.error(
                    "unknown-cargo",
                    "carries",
                    f"services.carries names {word}, which is neither a form nor a cargo.",
                    do=f"Write {', '.join(FORMS)}, or a cargo_id.",
                    value=word,
                )


# Trains and ordinary wagons


class _Pace(NamedTuple):
    """Hours with a service from one of its stops to another, and without any."""

    start: str
    end: str
    service_h: float
    ordinary_h: float


def _quicker_wagons(tables: Tables) -> Iterator[Finding]:
    """Services that goods moving by themselves outrun over the same links.

    Hours in which both stand at borders and the wait for the departure are left out.
    """
    if {"links", "services", "nodes", "modes"} & tables.broken:
        return

    links = _links_by_id(tables)
    hours = _Hours.of(tables, [end for link in links.values() for end in _ends(link)])
    for service in tables.rows("services"):
        run = _run(service, links)
        if service["required"] or not _places(run) or any(not hours.is_known(x) for x in run):
            continue
        outrun = [pace for pace in _paces(service, run, hours) if pace.ordinary_h < pace.service_h]
        if outrun:
            pace = max(outrun, key=lambda pace: pace.service_h - pace.ordinary_h)
            yield service.warning(
                "slower-than-wagons",
                "speed_kmh",
                f"from {pace.start} to {pace.end} the service takes {pace.service_h:.0f} h, "
                f"goods that no service carries {pace.ordinary_h:.0f} h.",
                do="Raise departure_h or yard_h_per_1000km of modes, or correct speed_kmh or "
                "gathering_h of the service.",
                value=f"{pace.service_h:.0f}",
            )


def _paces(service: Row, run: Sequence[Row], hours: _Hours) -> Iterator[_Pace]:
    """Yield the hours between any two stops of a service, in the directions it runs."""
    calls = set((service["calls"] or "").split())
    forward = (list(run), _places(run))
    backward = (forward[0][::-1], forward[1][::-1])

    for links, places in (forward, backward):
        if service["from_node_id"] not in (None, places[0]):
            continue
        last = len(links)
        stops = [n for n, place in enumerate(places) if n in (0, last) or place in calls]
        for first, end in combinations(stops, 2):
            steps = list(zip(links, places, strict=False))[first:end]
            with_service = sum(hours.service_h(link, place, service) for link, place in steps)
            ordinary = sum(hours.ordinary_h(link, place) for link, place in steps)
            yield _Pace(
                places[first],
                places[end],
                (service["gathering_h"] or 0.0) + with_service,
                hours.departure_h(*steps[0]) + ordinary,
            )


@dataclass(frozen=True)
class _Hours:
    """How long links take, by mode and country of the place they are run over from."""

    country: Mapping[str, str | None]
    modes: Mapping[tuple[str, str | None], Row]

    @classmethod
    def of(cls, tables: Tables, places: Collection[str]) -> _Hours:
        """Return the hours of a study at some places; the first of rows alike counts."""
        modes: dict[tuple[str, str | None], Row] = {}
        for row in tables.rows("modes"):
            modes.setdefault((row["mode"], row["country"]), row)
        nodes = tables.rows_where("nodes", pl.col("node_id").is_in(places))
        return cls({row["node_id"]: row["country"] for row in nodes}, modes)

    def is_known(self, link: Row) -> bool:
        """Tell whether the hours over a link can be computed."""
        return bool(link["mode"] and link["speed_kmh"] and link["length_km"])

    def departure_h(self, link: Row, place: str) -> float:
        """Return the hours before goods move off by themselves."""
        return self._figure(link, place, "departure_h", 0.0)

    def ordinary_h(self, link: Row, place: str) -> float:
        """Return the hours of goods under way by themselves, yards included."""
        yard_h = link["length_km"] / 1000 * self._figure(link, place, "yard_h_per_1000km", 0.0)
        return self._under_way_h(link, place, link["speed_kmh"]) + float(yard_h)

    def service_h(self, link: Row, place: str, service: Row) -> float:
        """Return the hours of a service under way."""
        return self._under_way_h(link, place, service["speed_kmh"] or link["speed_kmh"])

    def _under_way_h(self, link: Row, place: str, speed_kmh: float) -> float:
        active_h = self._figure(link, place, "active_h_per_day", DAY_H)
        return float(link["length_km"] / speed_kmh * DAY_H / active_h)

    def _figure(self, link: Row, place: str, column: str, default: float) -> float:
        of_country = self.modes.get((link["mode"], self.country.get(place)))
        row = of_country or self.modes.get((link["mode"], None))
        return default if row is None else float(row[column] or default)


# Departures and opening hours


def _never_in_hours(tables: Tables) -> Iterator[Finding]:
    """Timetables of which no departure falls into the hours of its first place and link."""
    if {"links", "services", "windows", "nodes"} & tables.broken:
        return

    links = _links_by_id(tables)
    zones = tables.by_key("nodes", "time_zone")
    windows: dict[str, list[dict[str, object]]] = {}
    for row in tables.rows("windows"):
        windows.setdefault(row["link_id"] or row["node_id"] or "", []).append(dict(row.cells))

    for service in tables.rows("services"):
        run = _run(service, links)
        places = _places(run)
        if not places or service["timetable"] is None or not _zone_is_known(service):
            continue

        starts = ((places[0], run[0]), (places[-1], run[-1]))
        for start, link in starts:
            if service["from_node_id"] in (None, start):
                yield from _never_leaves(service, start, link, windows, zones)


def _zone_is_known(row: Row) -> bool:
    return row["time_zone"] is None or is_zone(row["time_zone"])


def _never_leaves(
    service: Row,
    start: str,
    link: Row,
    windows: Mapping[str, list[dict[str, object]]],
    zones: Mapping[str, str | None],
) -> Iterator[Finding]:
    """A finding where no departure from a place falls into the hours there."""
    leaves = departures(service["timetable"], service["time_zone"], _FROM_S, _TO_S)
    hours = leaves
    elements = [
        (element, zones.get(place))
        for element, place in ((start, start), (link["link_id"], link["from_node_id"]))
        if element in windows
    ]
    for element, zone in elements:
        rows = [row for row in windows[element] if _has_known_zone(row)]
        if len(rows) < len(windows[element]) or (zone is not None and not is_zone(zone)):
            return
        hours = intersect(hours, window_spans(rows, _FROM_S, _TO_S, zone))

    if leaves and not hours:
        names = " and ".join(element for element, _ in elements)
        yield service.warning(
            "never-departs",
            "timetable",
            f"no departure from {start} falls into the opening hours of {names}: "
            "the service never leaves there.",
            do="Correct the timetable, its time_zone or the windows: "
            "a timetable without time_zone is in UTC.",
            value=service["timetable"],
        )


def _has_known_zone(window: Mapping[str, object]) -> bool:
    return window["time_zone"] is None or is_zone(str(window["time_zone"]))
