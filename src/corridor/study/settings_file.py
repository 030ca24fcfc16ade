"""The file ``study.toml`` read key by key, with a finding for everything that is wrong in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from corridor.errors import Finding
from corridor.study.settings import (
    FILE,
    MAX_TARGET_USD,
    MAX_TARGET_YEAR,
    FlowSettings,
    Goal,
    ProjectSettings,
    Scenario,
    Settings,
    Trip,
)
from corridor.study.toml_lines import Section, TomlLines, shown
from corridor.tables import schema
from corridor.tables.columns import CONFIDENCES, SANCTIONS, SERVICE_CLASSES

MAX_CONDITIONS = 5  # places and words every route must have: the search tells as many apart
PRICE_YEARS = range(1950, 2101)
SECTIONS = ("study", "scenarios", "trips", "target", "flows", "projects", "evidence")
STUDY = Section("[study]")
EVIDENCE = Section("[evidence]")
TARGET = Section("[target]")
FLOWS = Section("[flows]")
PROJECTS = Section("[projects]")

STUDY_KEYS: dict[str, type] = {
    "id": str,
    "title": str,
    "price_year": int,
    "default_scenario": str,
    "licence": str,
}
SCENARIO_KEYS: dict[str, type] = {
    "title": str,
    "about": str,
    "as_of": dt.date,
    "changes": list,
    "choices": dict,
    "question": str,
    "beside": str,
    "without": str,
}
TRIP_NEEDS: dict[str, type] = {
    "trip_id": str,
    "origin": str,
    "destination": str,
    "cargo": str,
    "depart": dt.date,
}
TRIP_KEYS: dict[str, type] = {
    **TRIP_NEEDS,
    "question": str,
    "via": list,
    "require": list,
    "avoid": list,
    "service_class": str,
    "sanctions": str,
}
_WORDS = {"service_class": SERVICE_CLASSES, "sanctions": SANCTIONS}
TARGET_KEYS: dict[str, type] = {
    "between": list,
    "series": str,
    "year": int,
    "target_usd": int,
    "by": int,
    "scenarios": list,
    "horizon": str,
    "three_year_mean": bool,
}
FLOW_KEYS: dict[str, type] = {
    "calibration": list,
    "corridor": str,
    "corridor_name": str,
    "plans": list,
    "plans_on": dt.date,
    "selected": list,
    "selected_scenario": str,
    "trade_response": bool,
    "damping": float,
    "tolerance": float,
}
PROJECT_KEYS: dict[str, type] = {
    "scenario": str,
    "asked": dict,
    "programme": list,
    "places": list,
    "borders": list,
}

EVIDENCE_KEYS: dict[str, type] = {"source_id": str, "confidence": str}


def scenario_section(scenario_id: str) -> Section:
    """Return the section of a scenario."""
    return Section(f"[scenarios.{scenario_id}]")


def trip_section(nth: int) -> Section:
    """Return the section of a trip, counted from 0."""
    return Section("[[trips]]", nth)


class Preview(NamedTuple):
    """What the reading of tables needs of study.toml.

    evidence: table -> source_id and confidence of its rows that give none. cargo_ids: of trips.
    """

    evidence: Mapping[str, Mapping[str, str]]
    cargo_ids: frozenset[str]


NOTHING = Preview({}, frozenset())


def parse(data: bytes) -> tuple[Settings | None, list[Finding]]:
    """Return what study.toml says and what is wrong with it.

    The settings are null where too little of the file can be read.
    """
    try:
        lines = TomlLines(FILE, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        message = f"{FILE} is not UTF-8: line {number}."
        return None, [Finding("bad-encoding", message, "Save it as UTF-8.", file=FILE, line=number)]

    content = lines.content()
    if content is None:
        return None, lines.findings
    return _settings(lines, content), lines.findings


def preview(data: bytes) -> Preview:
    """Return what the reading of tables needs of study.toml; as good as nothing of a broken one."""
    content = TomlLines(FILE, data.decode("utf-8-sig", errors="replace")).content() or {}
    trips = content.get("trips")
    sections = trips if isinstance(trips, list) else []
    cargoes = [trip.get("cargo") for trip in sections if isinstance(trip, dict)]

    cargo_ids = frozenset(cargo for cargo in cargoes if isinstance(cargo, str))
    return Preview(_evidence(content.get("evidence", {})), cargo_ids)


def _evidence(content: Any) -> dict[str, dict[str, str]]:
    """Return table -> source and confidence of its rows that give none, as far as can be read."""
    if not isinstance(content, dict):
        return {}

    every_table = _texts(content)
    evidence = {}
    for table in schema.TABLES:
        columns = {column.name for column in table.columns}
        section = content.get(table.name)
        words = {**every_table, **(_texts(section) if isinstance(section, dict) else {})}
        evidence[table.name] = {key: word for key, word in words.items() if key in columns}
    return evidence


def _texts(content: Mapping[str, Any]) -> dict[str, str]:
    return {key: content[key] for key in EVIDENCE_KEYS if isinstance(content.get(key), str)}


def _check_evidence(lines: TomlLines, content: Any) -> None:
    """Check the section on source and confidence of rows that give none."""
    if not isinstance(content, dict):
        lines.values(content, EVIDENCE_KEYS, (), EVIDENCE)
        return

    tables = {table.name for table in schema.TABLES}
    for name, grade in content.items():
        if name in tables:
            section = Section(f"[evidence.{name}]")
            _check_grade(lines, lines.values(grade, EVIDENCE_KEYS, (), section), section)

    general = {key: value for key, value in content.items() if key not in tables}
    _check_grade(lines, lines.values(general, EVIDENCE_KEYS, (), EVIDENCE), EVIDENCE)


def _check_grade(lines: TomlLines, values: Mapping[str, Any], section: Section) -> None:
    """Check that a confidence is one of the three grades."""
    grade = values.get("confidence", "C")
    if grade not in CONFIDENCES:
        do = "Write A (read in the source), B (well known) or C (estimate)."
        lines.add_bad("confidence", section, f"is {shown(grade)}", do, grade)


def _settings(lines: TomlLines, content: Mapping[str, Any]) -> Settings | None:
    """Return the settings of a parsed file; null where a finding is an error."""
    _check_sections(lines, content)
    study = lines.values(
        content.get("study", {}),
        STUDY_KEYS,
        ("id", "title", "price_year", "default_scenario"),
        STUDY,
    )
    scenarios = _scenarios(lines, content.get("scenarios", {}))
    trips = _trips(lines, content.get("trips", []))
    target = _target(lines, content["target"], scenarios) if "target" in content else None
    flows = _flows(lines, content.get("flows", {}))
    projects = _projects(lines, content["projects"]) if "projects" in content else None
    _check_evidence(lines, content.get("evidence", {}))
    _check_study(lines, study, scenarios)

    if lines.has_errors:
        return None
    return Settings(
        study["id"],
        study["title"],
        study["price_year"],
        study["default_scenario"],
        study.get("licence"),
        scenarios,
        trips,
        target,
        flows,
        projects,
    )


def _check_sections(lines: TomlLines, content: Mapping[str, Any]) -> None:
    """Warn of keys and sections that nothing reads."""
    for key in content:
        if key not in SECTIONS:
            line = lines.key_line(key) or lines.header_line(Section(f"[{key}]"))
            message = f"{FILE} has a key or section {key!r}, which is not read."
            lines.add_unread(message, key, SECTIONS, line)


def _check_study(
    lines: TomlLines, study: Mapping[str, Any], scenarios: Mapping[str, Scenario]
) -> None:
    """Check id, price year and default scenario."""
    if "id" in study:
        lines.check_id("study id", study["id"], lines.key_line("id", STUDY))

    year = study.get("price_year")
    if year is not None and year not in PRICE_YEARS:
        do = "Write the year whose dollars the tables are in."
        lines.add_bad("price_year", STUDY, f"is {shown(year)}", do, year)

    default = study.get("default_scenario")
    if default is not None:
        _check_default(lines, default, scenarios)


def _check_default(lines: TomlLines, default: str, scenarios: Mapping[str, Scenario]) -> None:
    """Check that the default scenario has a section."""
    if default not in scenarios:
        lines.add_unknown(
            "unknown-scenario",
            f"{STUDY} default_scenario names {default!r}, which has no section.",
            default,
            scenarios,
            lines.key_line("default_scenario", STUDY),
        )


def _scenarios(lines: TomlLines, content: Any) -> dict[str, Scenario]:
    """Return the scenarios by their ids; a finding where there is none."""
    if not isinstance(content, dict) or not content:
        lines.add(
            "missing-setting",
            f"{FILE} has no scenario.",
            "Add a section [scenarios.base] with title, about and as_of.",
        )
        return {}

    scenarios = {name: _scenario(lines, name, values) for name, values in content.items()}
    for scenario in scenarios.values():
        _check_other_scenarios(lines, scenario, scenarios)
    return scenarios


def _scenario(lines: TomlLines, name: str, content: Any) -> Scenario:
    """Return one scenario, with stand-ins for what cannot be read."""
    section = scenario_section(name)
    lines.check_id("scenario", name, lines.header_line(section))
    values = lines.values(content, SCENARIO_KEYS, ("title", "about", "as_of"), section)

    changes = values.get("changes", [])
    choices = values.get("choices", {})
    if not _are_quoted(lines, "changes", changes, section):
        changes = []
    if not _are_quoted(lines, "choices", list(choices.values()), section):
        choices = {}

    return Scenario(
        str(name),
        values.get("title", ""),
        values.get("about", ""),
        values.get("as_of", dt.date.min),
        tuple(changes),
        dict(choices),
        values.get("question"),
        values.get("beside"),
        values.get("without"),
    )


def _are_quoted(lines: TomlLines, key: str, names: Sequence[Any], section: Section) -> bool:
    """Tell whether names are texts; a finding where one is not."""
    if all(isinstance(name, str) for name in names):
        return True
    lines.add_bad(key, section, f"holds {shown(names)}", "Put every name in quotes.", names)
    return False


def _check_other_scenarios(
    lines: TomlLines, scenario: Scenario, scenarios: Mapping[str, Scenario]
) -> None:
    """Check the scenarios that a scenario is set beside, or that lack a corridor it has."""
    name = scenario.scenario_id
    for key, other in (("beside", scenario.beside), ("without", scenario.without)):
        if other is not None and (other not in scenarios or other == name):
            lines.add_unknown(
                "unknown-scenario",
                f"[scenarios.{name}] {key} names {other!r}, which is no other scenario.",
                other,
                [known for known in scenarios if known != name],
                lines.key_line(key, scenario_section(name)),
            )


def _trips(lines: TomlLines, content: Any) -> tuple[Trip, ...]:
    """Return the trips in order; of two with one id the last."""
    if not isinstance(content, list):
        lines.add(
            "bad-setting",
            "trips is not a list of sections.",
            "Write [[trips]] in double brackets before each trip.",
            lines.header_line(Section("[trips]")),
        )
        return ()

    trips: dict[str, Trip] = {}
    for nth, trip_content in enumerate(content):
        section = trip_section(nth)
        values = lines.values(trip_content, TRIP_KEYS, TRIP_NEEDS, section)
        _check_conditions(lines, values, section)
        if TRIP_NEEDS.keys() <= values.keys():
            _check_trip_id(lines, values["trip_id"], trips, section)
            trips[values["trip_id"]] = _trip(values)
    return tuple(trips.values())


def _trip(values: Mapping[str, Any]) -> Trip:
    """Return a trip, its lists as tuples."""
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    return Trip(**fields)


def _check_conditions(lines: TomlLines, values: dict[str, Any], section: Section) -> None:
    """Check what the routes of a trip must pass, use or avoid; what cannot be read is dropped."""
    for key in ("via", "require", "avoid"):
        names = values.get(key, ())
        if not all(isinstance(name, str) and name for name in names):
            lines.add_bad(key, section, f"holds {shown(names)}", "Put every name in quotes.")
            del values[key]

    for key, words in _WORDS.items():
        if key in values and values[key] not in words:
            lines.add_bad(key, section, f"is {values[key]!r}", f"Write one of {', '.join(words)}.")
            del values[key]

    if len(values.get("via", ())) + len(values.get("require", ())) > MAX_CONDITIONS:
        lines.add(
            "bad-setting",
            f"{section} via and require name more than five.",
            "Keep the five that matter.",
            lines.key_line("via" if "via" in values else "require", section),
        )


def _check_trip_id(
    lines: TomlLines, trip_id: str, trips: Mapping[str, Trip], section: Section
) -> None:
    """Check that the id of a trip is a word, and new."""
    line = lines.key_line("trip_id", section)
    lines.check_id("trip", trip_id, line)
    if trip_id in trips:
        lines.add(
            "duplicate-trip",
            f"two trips are called {trip_id!r}.",
            "Name one of them otherwise.",
            line,
            value=trip_id,
        )


def _flows(lines: TomlLines, content: Any) -> FlowSettings:
    """Return what is asked of flows, without what cannot be read."""
    values = lines.values(content, FLOW_KEYS, (), FLOWS)
    lists = {
        key: tuple(values.get(key, ()))
        for key in ("calibration", "plans", "selected")
        if _are_quoted(lines, key, values.get(key, ()), FLOWS)
    }
    if lists.get("plans") and "plans_on" not in values:
        do = "Write plans_on, the day that is looked at with them."
        lines.add_bad("plans", FLOWS, "has no day", do)
    _check_rounds(lines, values)

    return FlowSettings(
        corridor=values.get("corridor"),
        name=values.get("corridor_name"),
        plans_on=values.get("plans_on"),
        selected_scenario=values.get("selected_scenario"),
        trade_response=values.get("trade_response", False),
        damping=values.get("damping"),
        tolerance=values.get("tolerance"),
        **lists,
    )


def _check_rounds(lines: TomlLines, values: Mapping[str, Any]) -> None:
    """Check by how much rounds of demand go on and when they end."""
    damping = values.get("damping", 1.0)
    if not 0 < damping <= 1:
        do = "Write the part of the way gone each round, above 0 and up to 1."
        lines.add_bad("damping", FLOWS, f"is {damping}", do, damping)

    tolerance = values.get("tolerance", 1.0)
    if not tolerance > 0:
        do = "Write the largest change that ends the rounds, above 0."
        lines.add_bad("tolerance", FLOWS, f"is {tolerance}", do, tolerance)


def _projects(lines: TomlLines, content: Any) -> ProjectSettings:
    """Return what is asked of projects, without what cannot be read."""
    values = lines.values(content, PROJECT_KEYS, (), PROJECTS)
    lists = {
        key: tuple(values.get(key, ()))
        for key in ("programme", "places", "borders")
        if key in values and _are_quoted(lines, key, values[key], PROJECTS)
    }
    asked = values.get("asked", {})
    if not _are_quoted(lines, "asked", list(asked.values()), PROJECTS):
        asked = {}
    return ProjectSettings(scenario=values.get("scenario"), asked=dict(asked), **lists)


def _target(lines: TomlLines, content: Any, scenarios: Mapping[str, Scenario]) -> Goal | None:
    """Return the trade target; null where a finding so far is an error."""
    needs = ("between", "year", "target_usd", "by", "scenarios")
    values = lines.values(content, TARGET_KEYS, needs, TARGET)

    _check_pair(lines, values)
    _check_compared(lines, values.get("scenarios", []), scenarios)
    _check_amount(lines, values)
    if lines.has_errors:
        return None

    exporter, importer = values["between"]
    return Goal(
        (exporter, importer),
        values.get("series"),
        values["year"],
        float(values["target_usd"]),
        values["by"],
        tuple(values["scenarios"]),
        values.get("horizon"),
        values.get("three_year_mean", False),
    )


def _check_pair(lines: TomlLines, values: Mapping[str, Any]) -> None:
    """Check that the target is set between two countries."""
    if "between" not in values:
        return

    pair = values["between"]
    are_texts = all(isinstance(code, str) for code in pair)
    if len(pair) != 2 or not are_texts or pair[0] == pair[1]:
        do = 'Write two countries, such as ["KZ", "PK"].'
        lines.add_bad("between", TARGET, f"is {shown(pair)}", do, pair)


def _check_compared(
    lines: TomlLines, names: Sequence[Any], scenarios: Mapping[str, Scenario]
) -> None:
    """Check the scenarios that are compared for the target."""
    for name in names:
        if not isinstance(name, str) or name not in scenarios:
            lines.add_unknown(
                "unknown-scenario",
                f"{TARGET} scenarios names {name!r}, which has no section.",
                str(name),
                scenarios,
                lines.key_line("scenarios", TARGET),
            )


def _check_amount(lines: TomlLines, values: Mapping[str, Any]) -> None:
    """Check the years and the money of the target."""
    if "by" in values and "year" in values and values["by"] <= values["year"]:
        lines.add_bad(
            "by",
            TARGET,
            f"is {values['by']}, not after year {values['year']}",
            "Write the year it is to be reached by.",
            values["by"],
        )

    if values.get("by", 1) > MAX_TARGET_YEAR:
        do = f"Write a year up to {MAX_TARGET_YEAR}."
        lines.add_bad("by", TARGET, f"is {shown(values['by'])}", do, values["by"])

    amount_usd = values.get("target_usd", 1)
    if amount_usd > MAX_TARGET_USD:
        do = f"Write USD a year, at most {MAX_TARGET_USD:g}."
        lines.add_bad("target_usd", TARGET, f"is {shown(amount_usd)}", do, amount_usd)
    if amount_usd <= 0:
        do = "Write USD a year, above zero."
        lines.add_bad("target_usd", TARGET, f"is {amount_usd}", do, amount_usd)
