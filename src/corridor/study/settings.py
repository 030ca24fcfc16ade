"""Settings: what ``study.toml`` says, checked key by key: the study's title, its scenarios and the
trips it answers."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from corridor.checks.changes import contradictions
from corridor.checks.network import layers_at
from corridor.errors import Finding, did_you_mean, near_matches
from corridor.network.names import find_place, place_names, places_beginning
from corridor.tables.reading import Spot, Tables

FILE = "study.toml"
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_WORDS: dict[type, str] = {
    str: "text in quotes",
    int: "a whole number",
    list: 'a list such as ["a", "b"]',
    dict: 'a table such as { parameter = "option" }',
    dt.date: "a date such as 2026-07-01, unquoted",
}
_STUDY: dict[str, type] = {
    "id": str,
    "title": str,
    "price_year": int,
    "default_scenario": str,
    "licence": str,
}
_SCENARIO: dict[str, type] = {
    "title": str,
    "about": str,
    "as_of": dt.date,
    "changes": list,
    "choices": dict,
    "question": str,
    "beside": str,
    "without": str,
}
_TRIP: dict[str, type] = {
    "trip_id": str,
    "origin": str,
    "destination": str,
    "cargo": str,
    "depart": dt.date,
}
_TRIP_MORE: dict[str, type] = {"question": str, "via": list, "require": list, "avoid": list}
MOST_CONDITIONS = 5  # places and words every route must have: the search tells as many apart
_SECTIONS = ("study", "scenarios", "trips", "target")
_TARGET: dict[str, type] = {
    "between": list,
    "series": str,
    "year": int,
    "target_usd": int,
    "by": int,
    "scenarios": list,
}


@dataclass(frozen=True)
class Scenario:
    """A named list of changes and choices.

    as_of: the day it stands for. changes: change ids in the order they apply. choices: parameter ->
    option; parameters not named take their default. question: what setting it beside another
    answers, in plain words; scenarios with one are compared in the report, beside the scenario
    named in beside (null: the one reported). without: the same world without a corridor this
    scenario has, so that the corridor's worth under closures is told; null: none is told.
    """

    scenario_id: str
    title: str
    about: str
    as_of: dt.date
    changes: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    question: str | None = None
    beside: str | None = None
    without: str | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """A question the report answers: one unit of a cargo between two places (or ``place@layer``)
    from a day on.

    question: it in plain words. via: places every route passes. require, avoid: countries, modes,
    places or link ids that every route, or no route, uses.
    """

    trip_id: str
    origin: str
    destination: str
    cargo: str
    depart: dt.date
    question: str | None = None
    via: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """A trade target the study asks about.

    between: two countries. series: parameter whose options are the series of their trade; null:
    there is only one. year: latest year of the flows it starts from. target_usd: of both ways, in
    the twelve months before 1 January of ``by``. scenarios: those compared.
    """

    between: tuple[str, str]
    series: str | None
    year: int
    target_usd: float
    by: int
    scenarios: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """What study.toml says. price_year: year whose dollars every figure is in. target: null where
    none is asked about."""

    id: str
    title: str
    price_year: int
    default_scenario: str
    licence: str | None
    scenarios: Mapping[str, Scenario]
    trips: tuple[Trip, ...]
    target: Goal | None = None


class _Reader:
    """The parsed file, its lines and what is wrong with it."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.findings: list[Finding] = []

    def line(self, key: str, section: str = "", nth: int = 0) -> int | None:
        """Return the line of a key below the nth header of a section; of the header where the key
        is not there."""
        start = 0
        if section:
            name = section.strip("[]")
            at = [
                i
                for i, line in enumerate(self.lines)
                if line.strip(" \t[]").split("#")[0].rstrip(" ]") == name
            ]
            if len(at) <= nth:
                return None
            start = at[nth] + 1
        for i in range(start, len(self.lines)):
            if section and self.lines[i].lstrip().startswith("["):
                break
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", self.lines[i]):
                return i + 1
        return start or None

    def say(self, kind: str, message: str, do: str, line: int | None = None, **more: Any) -> None:
        """Add a finding on study.toml."""
        self.findings.append(Finding(kind, message, do, file=FILE, line=line, **more))

    def keys(
        self,
        given: Any,
        declared: Mapping[str, type],
        required: Iterable[str],
        section: str,
        nth: int = 0,
    ) -> dict[str, Any]:
        """Return the values of the declared keys that have the declared type."""
        if not isinstance(given, dict):
            self.say(
                "bad-setting",
                f"{section} is not a section.",
                f"Write {section} on a line of its own, its keys below.",
                self.line(section.strip("[]")),
            )
            return {}
        good: dict[str, Any] = {}
        for key, value in given.items():
            line = self.line(key, section, nth)
            if key not in declared:
                near = near_matches(key, declared, most=1)
                self.say(
                    "unknown-setting",
                    f"{section} has a key {key!r}, which is not read.",
                    f"Write {near[0]} if that was meant."
                    if near
                    else f"Remove it; known are {', '.join(declared)}.",
                    line,
                    severity="warning",
                    value=key,
                )
                continue
            kind = declared[key]
            if (
                isinstance(value, dt.datetime)
                and kind is dt.date
                or type(value) is not kind
                or value == ""
            ):
                self.say(
                    "bad-setting",
                    f"{section} {key} is {_shown(value)}.",
                    f"Write {_WORDS[kind]}.",
                    line,
                    value=_shown(value),
                )
            else:
                good[key] = value
        for key in required:
            if key not in given:
                self.say(
                    "missing-setting",
                    f"{section} has no {key}.",
                    f"Add {key} = {_WORDS[declared[key]]}.",
                    self.line("", section, nth),
                )
        return good


def parse(data: bytes) -> tuple[Settings | None, list[Finding]]:
    """Return what study.toml says and what is wrong with it; None where too little of it can be
    read."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        said = f"{FILE} is not UTF-8: line {line}."
        return None, [Finding("bad-encoding", said, "Save it as UTF-8.", file=FILE, line=line)]
    reader = _Reader(text)
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = re.search(r"at line (\d+)", str(error))
        reader.say(
            "bad-toml",
            f"{FILE} is not TOML: {str(error)[:120]}.",
            "Put text in quotes, dates without, and close every bracket and quote.",
            int(found[1]) if found else None,
        )
        return None, reader.findings
    for key in content:
        if key not in _SECTIONS:
            near = near_matches(key, _SECTIONS, most=1)
            reader.say(
                "unknown-setting",
                f"{FILE} has a key or section {key!r}, which is not read.",
                f"Write {near[0]} if that was meant."
                if near
                else f"Remove it; known are {', '.join(_SECTIONS)}.",
                reader.line(key) or reader.line("", f"[{key}]"),
                severity="warning",
                value=key,
            )
    head = reader.keys(
        content.get("study", {}),
        _STUDY,
        ("id", "title", "price_year", "default_scenario"),
        "[study]",
    )
    scenarios = _scenarios(reader, content.get("scenarios", {}))
    trips = _trips(reader, content.get("trips", []))
    goal = _goal(reader, content["target"], scenarios) if "target" in content else None
    if "id" in head:
        _word(reader, "study id", head["id"], reader.line("id", "[study]"))
    if "price_year" in head and not 1950 <= head["price_year"] <= 2100:
        reader.say(
            "bad-setting",
            f"[study] price_year is {head['price_year']}.",
            "Write the year whose dollars the tables are in.",
            reader.line("price_year", "[study]"),
            value=str(head["price_year"]),
        )
    default = head.get("default_scenario")
    if default is not None and default not in scenarios:
        _unknown(
            reader,
            "unknown-scenario",
            f"[study] default_scenario names {default!r}, which has no section.",
            default,
            scenarios,
            reader.line("default_scenario", "[study]"),
        )
    if any(f.severity == "error" for f in reader.findings):
        return None, reader.findings
    return Settings(
        head["id"],
        head["title"],
        head["price_year"],
        head["default_scenario"],
        head.get("licence"),
        scenarios,
        trips,
        goal,
    ), reader.findings


def check(data: bytes, tables: Tables) -> tuple[Settings | None, list[Finding]]:
    """Return what study.toml says and what is wrong with it, by itself and beside the tables."""
    settings, findings = parse(data)
    if settings is None:
        return None, findings
    reader = _Reader(data.decode("utf-8-sig"))
    changes = _ids(tables, "changes", "change_id")
    options = _ids(tables, "parameters", "option_id")
    parameters = dict.fromkeys(o.partition(":")[0] for o in options)
    for scenario in settings.scenarios.values():
        section = f"[scenarios.{scenario.scenario_id}]"
        line = reader.line("changes", section)
        for change in scenario.changes:
            if change not in changes and "changes" not in tables.broken:
                _unknown(
                    reader,
                    "unknown-change",
                    f"{section} changes names {change!r}, which {tables.name('changes')} does not "
                    "have.",
                    change,
                    changes,
                    line,
                )
        for change in sorted({c for c in scenario.changes if scenario.changes.count(c) > 1}):
            reader.say(
                "duplicate-change",
                f"{section} changes names {change!r} twice.",
                "Keep one.",
                line,
                value=change,
            )
        reader.findings += contradictions(tables, scenario.changes)
        for parameter, option in scenario.choices.items():
            line = reader.line("choices", section)
            if "parameters" in tables.broken:
                continue
            if parameter not in parameters:
                _unknown(
                    reader,
                    "unknown-parameter",
                    f"{section} choices names {parameter!r}, which {tables.name('parameters')} "
                    "does not have.",
                    parameter,
                    parameters,
                    line,
                )
            elif f"{parameter}:{option}" not in options:
                own = [o.partition(":")[2] for o in options if o.startswith(f"{parameter}:")]
                _unknown(
                    reader,
                    "unknown-option",
                    f"{section} choices sets {parameter} to {option!r}, which is no option of it.",
                    option,
                    own,
                    line,
                )
    for nth, trip in enumerate(settings.trips):
        _check_trip(reader, tables, trip, nth)
    if settings.target is not None:
        _check_goal(reader, tables, settings.target, parameters)
    _check_observed(reader, tables, settings)
    return settings, findings + reader.findings


def _check_trip(reader: _Reader, tables: Tables, trip: Trip, nth: int) -> None:
    known = place_names(tables.frames["nodes"])
    for end in ("origin", "destination"):
        text: str = getattr(trip, end)
        word, _, layer = text.partition("@")
        line = reader.line(end, "[[trips]]", nth)
        node = find_place(known, word)
        if "nodes" in tables.broken:
            continue
        if node is None:
            _unknown(
                reader,
                "unknown-node",
                f"trip {trip.trip_id} has the {end} {word!r}, which {tables.name('nodes')} does "
                "not have.",
                word,
                known,
                line,
            )
        elif layer and tables.is_whole("links") and layer not in layers_at(tables).get(node, set()):
            _unknown(
                reader,
                "unknown-layer",
                f"trip {trip.trip_id} has the {end} {text!r}, and no link of layer {layer!r} is at "
                f"{node}.",
                layer,
                layers_at(tables).get(node, set()),
                line,
            )
    cargoes = _ids(tables, "cargoes", "cargo_id")
    if trip.cargo not in cargoes and "cargoes" not in tables.broken:
        _unknown(
            reader,
            "unknown-cargo",
            f"trip {trip.trip_id} has the cargo {trip.cargo!r}, which {tables.name('cargoes')} "
            "does not have.",
            trip.cargo,
            cargoes,
            reader.line("cargo", "[[trips]]", nth),
        )
    if {"nodes", "links"} & set(tables.broken):
        return
    nodes = tables.frames["nodes"]
    links = tables.frames["links"]
    other = {
        *nodes["country"].drop_nulls(),
        *links["mode"].drop_nulls(),
        *links["link_id"].drop_nulls(),
    }
    for key in ("via", "require", "avoid"):
        for word in getattr(trip, key):
            is_place = find_place(known, word) is not None
            is_other = word in other or places_beginning(nodes, word)
            if not (is_place or key != "via" and is_other):
                _unknown(
                    reader,
                    "unknown-node" if key == "via" else "unknown-word",
                    f"trip {trip.trip_id} names {word!r} in {key}, which is no "
                    f"{'place' if key == 'via' else 'place, link, mode or country'} of the study.",
                    word,
                    known if key == "via" else {**known, **dict.fromkeys(sorted(other))},
                    reader.line(key, "[[trips]]", nth),
                )


def _check_observed(reader: _Reader, tables: Tables, settings: Settings) -> None:
    for i, name in enumerate(tables.frames["observations"]["scenario"].to_list()):
        if name is not None and name not in settings.scenarios:
            near = near_matches(name, settings.scenarios, most=1)
            reader.findings.append(
                tables.finding(
                    "unknown-scenario",
                    Spot("observations", i, "scenario"),
                    f"observations.scenario names {name!r}, which {FILE} does not have.",
                    f"Write {near[0]!r} if that was meant."
                    if near
                    else f"Add a section [scenarios.{name}] to {FILE}.",
                    value=name,
                )
            )


def _scenarios(reader: _Reader, given: Any) -> dict[str, Scenario]:
    if not isinstance(given, dict) or not given:
        reader.say(
            "missing-setting",
            f"{FILE} has no scenario.",
            "Add a section [scenarios.base] with title, about and as_of.",
        )
        return {}
    scenarios = {}
    for name, content in given.items():
        section = f"[scenarios.{name}]"
        _word(reader, "scenario", name, reader.line("", section))
        good = reader.keys(content, _SCENARIO, ("title", "about", "as_of"), section)
        for key, values in (
            ("changes", good.get("changes", [])),
            ("choices", list(good.get("choices", {}).values())),
        ):
            if not all(isinstance(v, str) for v in values):
                reader.say(
                    "bad-setting",
                    f"{section} {key} holds {_shown(values)}.",
                    "Put every name in quotes.",
                    reader.line(key, section),
                    value=_shown(values),
                )
                good[key] = type(good[key])()
        scenarios[name] = Scenario(
            str(name),
            good.get("title", ""),
            good.get("about", ""),
            good.get("as_of", dt.date.min),
            tuple(good.get("changes", ())),
            dict(good.get("choices", {})),
            good.get("question"),
            good.get("beside"),
            good.get("without"),
        )
    for name, scenario in scenarios.items():
        for key, other in (("beside", scenario.beside), ("without", scenario.without)):
            if other is not None and (other not in scenarios or other == name):
                _unknown(
                    reader,
                    "unknown-scenario",
                    f"[scenarios.{name}] {key} names {other!r}, which is no other scenario.",
                    other,
                    [s for s in scenarios if s != name],
                    reader.line(key, f"[scenarios.{name}]"),
                )
    return scenarios


def _trips(reader: _Reader, given: Any) -> tuple[Trip, ...]:
    if not isinstance(given, list):
        reader.say(
            "bad-setting",
            "trips is not a list of sections.",
            "Write [[trips]] in double brackets before each trip.",
            reader.line("", "[trips]"),
        )
        return ()
    trips: dict[str, Trip] = {}
    for nth, content in enumerate(given):
        good = reader.keys(content, {**_TRIP, **_TRIP_MORE}, _TRIP, "[[trips]]", nth)
        for key in ("via", "require", "avoid"):
            if not all(isinstance(word, str) and word for word in good.get(key, ())):
                reader.say(
                    "bad-setting",
                    f"[[trips]] {key} holds {_shown(good.pop(key))}.",
                    "Put every name in quotes.",
                    reader.line(key, "[[trips]]", nth),
                )
        if len(good.get("via", ())) + len(good.get("require", ())) > MOST_CONDITIONS:
            reader.say(
                "bad-setting",
                "[[trips]] via and require name more than five.",
                "Keep the five that matter.",
                reader.line("via" if "via" in good else "require", "[[trips]]", nth),
            )
        if _TRIP.keys() <= good.keys():
            line = reader.line("trip_id", "[[trips]]", nth)
            _word(reader, "trip", good["trip_id"], line)
            if good["trip_id"] in trips:
                reader.say(
                    "duplicate-trip",
                    f"two trips are called {good['trip_id']!r}.",
                    "Name one of them otherwise.",
                    line,
                    value=good["trip_id"],
                )
            said: dict[str, Any] = {
                key: tuple(v) if isinstance(v, list) else v for key, v in good.items()
            }
            trips[said["trip_id"]] = Trip(**said)
    return tuple(trips.values())


def _goal(reader: _Reader, given: Any, scenarios: Mapping[str, Scenario]) -> Goal | None:
    section = "[target]"
    good = reader.keys(
        given, _TARGET, ("between", "year", "target_usd", "by", "scenarios"), section
    )
    between = good.get("between", [])
    chosen = good.get("scenarios", [])
    if "between" in good and (
        len(between) != 2
        or not all(isinstance(c, str) for c in between)
        or between[0] == between[1]
    ):
        reader.say(
            "bad-setting",
            f"{section} between is {_shown(between)}.",
            'Write two countries, such as ["KZ", "PK"].',
            reader.line("between", section),
            value=_shown(between),
        )
    for name in chosen:
        if not isinstance(name, str) or name not in scenarios:
            _unknown(
                reader,
                "unknown-scenario",
                f"{section} scenarios names {name!r}, which has no section.",
                str(name),
                scenarios,
                reader.line("scenarios", section),
            )
    if "by" in good and "year" in good and good["by"] <= good["year"]:
        reader.say(
            "bad-setting",
            f"{section} by is {good['by']}, not after year {good['year']}.",
            "Write the year it is to be reached by.",
            reader.line("by", section),
            value=str(good["by"]),
        )
    if good.get("target_usd", 1) <= 0:
        reader.say(
            "bad-setting",
            f"{section} target_usd is {good['target_usd']}.",
            "Write USD a year, above zero.",
            reader.line("target_usd", section),
            value=str(good["target_usd"]),
        )
    if any(f.severity == "error" for f in reader.findings):
        return None
    return Goal(
        (between[0], between[1]),
        good.get("series"),
        good["year"],
        float(good["target_usd"]),
        good["by"],
        tuple(chosen),
    )


def _check_goal(reader: _Reader, tables: Tables, goal: Goal, parameters: Iterable[str]) -> None:
    section = "[target]"
    known = _ids(tables, "countries", "country")
    for code in goal.between:
        if code not in known and "countries" not in tables.broken:
            _unknown(
                reader,
                "unknown-country",
                f"{section} between names {code!r}, which {tables.name('countries')} does not "
                "have.",
                code,
                known,
                reader.line("between", section),
            )
    if (
        goal.series is not None
        and goal.series not in parameters
        and "parameters" not in tables.broken
    ):
        _unknown(
            reader,
            "unknown-parameter",
            f"{section} series names {goal.series!r}, which {tables.name('parameters')} does not "
            "have.",
            goal.series,
            parameters,
            reader.line("series", section),
        )


def _word(reader: _Reader, what: str, text: str, line: int | None) -> None:
    if not _ID.fullmatch(text):
        reader.say(
            "bad-id",
            f"the {what} {text!r} is not a lower-case word.",
            "Write a-z, 0-9 and hyphens.",
            line,
            value=text,
        )


def _unknown(
    reader: _Reader, kind: str, message: str, name: str, known: Iterable[str], line: int | None
) -> None:
    pool = list(known)
    some = ", ".join(pool[:8]) + (" ..." if len(pool) > 8 else "")
    do = did_you_mean(
        name, pool, f"Write one of: {some}." if pool else "Remove it: none is declared."
    )
    reader.say(kind, message, do, line, value=name)


def _ids(tables: Tables, table: str, column: str) -> dict[str, None]:
    return dict.fromkeys(v for v in tables.frames[table][column].to_list() if v is not None)


def _shown(value: Any) -> str:
    text = repr(str(value)) if isinstance(value, str | dt.date) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
