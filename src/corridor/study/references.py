"""References: what ``study.toml`` names must be in the tables of the study."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from corridor.checks.changes import contradictions
from corridor.checks.network import layers_at
from corridor.errors import AmbiguousName, Finding, near_matches
from corridor.network.borders import border_name, land_borders
from corridor.network.names import PlaceNames, find_place, place_names
from corridor.network.words import find_meaning, other_words
from corridor.study.settings import (
    FILE,
    MAX_BORDERS,
    MAX_PLAYERS,
    MAX_PROJECTS,
    Goal,
    ProjectSettings,
    Scenario,
    Settings,
    Trip,
)
from corridor.study.settings_file import (
    FLOWS,
    PROJECTS,
    TARGET,
    parse,
    scenario_section,
    trip_section,
)
from corridor.study.toml_lines import Section, TomlLines
from corridor.tables.selectors import select
from corridor.tables.tables import Row, Spot, Tables


def check(
    data: bytes, tables: Tables, catalogues: Path | None = None
) -> tuple[Settings | None, list[Finding]]:
    """Return what study.toml says and what is wrong with it, by itself and beside the tables.

    catalogues: folder of the study's catalogues, where places have names of other languages.
    """
    settings, findings = parse(data)
    if settings is None:
        return None, findings

    lines = TomlLines(FILE, data.decode("utf-8-sig"))
    names = place_names(tables.frames["nodes"], catalogues)
    _check_settings(lines, tables, names, settings)
    return settings, findings + lines.findings


def _check_settings(
    lines: TomlLines, tables: Tables, names: PlaceNames, settings: Settings
) -> None:
    """Check everything that names rows of the tables."""
    for scenario in settings.scenarios.values():
        _check_changes(lines, tables, scenario)
        _check_choices(lines, tables, scenario)

    for nth, trip in enumerate(settings.trips):
        _check_trip(lines, tables, names, trip, trip_section(nth))

    if settings.target is not None:
        _check_target(lines, tables, settings.target)
    _check_flows(lines, tables, settings)
    if settings.projects is not None:
        _check_projects(lines, tables, settings, settings.projects)
    for table in ("observations", "volumes", "questions"):
        _check_scenarios_of(table, lines, tables, settings.scenarios)


def _check_changes(lines: TomlLines, tables: Tables, scenario: Scenario) -> None:
    """Check that a scenario's changes are rows of changes, each once, and agree."""
    section = scenario_section(scenario.scenario_id)
    key = _NameKey("unknown-change", section, "changes", "changes")
    _check_names(lines, tables, key, scenario.changes, _values(tables, "changes", "change_id"))

    _check_repetitions(lines, scenario, lines.key_line("changes", section))
    lines.findings += contradictions(tables, scenario.changes)


def _check_repetitions(lines: TomlLines, scenario: Scenario, line: int | None) -> None:
    """Check that a scenario names each change once."""
    changes = scenario.changes
    for change in sorted({change for change in changes if changes.count(change) > 1}):
        lines.add(
            "duplicate-change",
            f"{scenario_section(scenario.scenario_id)} changes names {change!r} twice.",
            "Keep one.",
            line,
            value=change,
        )


def _check_choices(lines: TomlLines, tables: Tables, scenario: Scenario) -> None:
    """Check that a scenario chooses among the options of disputed figures."""
    if "parameters" in tables.broken:
        return

    section = scenario_section(scenario.scenario_id)
    options = _options(tables)
    for parameter, option in scenario.choices.items():
        if parameter not in options:
            _add_unknown_parameter(lines, tables, parameter, section)
        elif option not in options[parameter]:
            lines.add_unknown(
                "unknown-option",
                f"{section} choices sets {parameter} to {option!r}, which is no option of it.",
                option,
                options[parameter],
                lines.key_line("choices", section),
            )


def _add_unknown_parameter(
    lines: TomlLines, tables: Tables, parameter: str, section: Section
) -> None:
    lines.add_unknown(
        "unknown-parameter",
        f"{section} choices names {parameter!r}, which {tables.name('parameters')} does not have.",
        parameter,
        _options(tables),
        lines.key_line("choices", section),
    )


def _check_trip(
    lines: TomlLines, tables: Tables, names: PlaceNames, trip: Trip, section: Section
) -> None:
    """Check that a trip's places, cargo and conditions are those of the study.

    Parameters
    ----------
    lines, section : the file and where the trip stands in it.
    tables, names : of the study, and what its places are called.
    trip : the trip.
    """
    for end, text in (("origin", trip.origin), ("destination", trip.destination)):
        _check_end(lines, tables, names, f"trip {trip.trip_id} has the {end}", text, (end, section))

    _check_cargo(lines, tables, trip, lines.key_line("cargo", section))

    if not {"nodes", "links"} & set(tables.broken):
        _check_via(lines, names, trip, section)
        for condition, words in (("require", trip.require), ("avoid", trip.avoid)):
            _check_condition(lines, tables, names, trip, condition, words, section)


def _check_end(
    lines: TomlLines,
    tables: Tables,
    names: PlaceNames,
    says: str,
    text: str,
    key: tuple[str, Section],
) -> None:
    """Check that a trip starts or ends at a place, on a layer that is there.

    Parameters
    ----------
    lines, tables, names : the file, the tables of the study and what its places are called.
    says : the beginning of a sentence that the text ends.
    text : place or ``place@layer``.
    key : key and section of the end.
    """
    if "nodes" in tables.broken:
        return

    line = lines.key_line(*key)
    word, _, layer = text.partition("@")
    try:
        node = find_place(names, word)
    except AmbiguousName as error:
        _add_ambiguous(lines, f"{says} {word!r}", error, line)
        return

    if node is None:
        lines.add_unknown(
            "unknown-node",
            f"{says} {word!r}, which {tables.name('nodes')} does not have.",
            word,
            names.known(word),
            line,
        )
        return

    if layer and tables.is_whole("links"):
        _check_layer(lines, tables, node, layer, f"{says} {text!r}", line)


def _check_layer(
    lines: TomlLines, tables: Tables, node: str, layer: str, subject: str, line: int | None
) -> None:
    """Check that a link of a layer is at a place; subject: who names it."""
    layers = layers_at(tables).get(node, set())
    if layer not in layers:
        lines.add_unknown(
            "unknown-layer",
            f"{subject}, and no link of layer {layer!r} is at {node}.",
            layer,
            layers,
            line,
        )


def _add_ambiguous(lines: TomlLines, says: str, error: AmbiguousName, line: int | None) -> None:
    """Add a finding on a word that means several places."""
    lines.add(
        "ambiguous-node",
        f"{says}, and several places are called so: {', '.join(error.ids)}.",
        "Write the id of the one that is meant.",
        line,
        value=error.name,
        rows=error.ids,
    )


def _check_cargo(lines: TomlLines, tables: Tables, trip: Trip, line: int | None) -> None:
    """Check that a trip's cargo is one of the study."""
    cargoes = _values(tables, "cargoes", "cargo_id")
    if trip.cargo not in cargoes and "cargoes" not in tables.broken:
        lines.add_unknown(
            "unknown-cargo",
            f"trip {trip.trip_id} has the cargo {trip.cargo!r}, which {tables.name('cargoes')} "
            "does not have.",
            trip.cargo,
            cargoes,
            line,
        )


def _check_via(lines: TomlLines, names: PlaceNames, trip: Trip, section: Section) -> None:
    """Check that a trip passes places of the study."""
    line = lines.key_line("via", section)
    for word in trip.via:
        says = f"trip {trip.trip_id} names {word!r} in via"
        try:
            node = find_place(names, word)
        except AmbiguousName as error:
            _add_ambiguous(lines, says, error, line)
            continue

        if node is None:
            lines.add_unknown(
                "unknown-node",
                f"{says}, which is no place of the study.",
                word,
                names.known(word),
                line,
            )


def _check_condition(
    lines: TomlLines,
    tables: Tables,
    names: PlaceNames,
    trip: Trip,
    condition: str,
    words: Iterable[str],
    section: Section,
) -> None:
    """Check that what a trip must use or avoid is a place, link, mode or country of the study.

    Parameters
    ----------
    lines, section : the file and where the trip stands in it.
    tables, names : of the study, and what its places are called.
    trip : the trip.
    condition, words : require or avoid, and what it names.
    """
    nodes = tables.frames["nodes"]
    links = tables.frames["links"]
    line = lines.key_line(condition, section)

    for word in words:
        says = f"trip {trip.trip_id} names {word!r} in {condition}"
        try:
            meaning = find_meaning(names, nodes, links, word)
        except AmbiguousName as error:
            _add_ambiguous(lines, says, error, line)
            continue

        if meaning is None:
            lines.add_unknown(
                "unknown-word",
                f"{says}, which is no place, link, mode or country of the study.",
                word,
                [*names.known(word), *other_words(nodes, links)],
                line,
            )


def _check_target(lines: TomlLines, tables: Tables, target: Goal) -> None:
    """Check that the target's countries, its series and its horizon are those of the study."""
    _check_countries(lines, tables, target)
    if "parameters" in tables.broken:
        return

    for key, parameter in (("series", target.series), ("horizon", target.horizon)):
        if parameter is not None:
            _check_parameter(lines, tables, key, parameter)
    if target.horizon is not None:
        _check_shares(lines, tables, target.horizon)


def _check_countries(lines: TomlLines, tables: Tables, target: Goal) -> None:
    """Check that the two countries of the target are those of the study."""
    key = _NameKey("unknown-country", TARGET, "between", "countries")
    _check_names(lines, tables, key, target.between, _values(tables, "countries", "country"))


def _check_parameter(lines: TomlLines, tables: Tables, key: str, parameter: str) -> None:
    """Check that what a key of the target names is a disputed figure."""
    parameters = _options(tables)
    if parameter not in parameters:
        lines.add_unknown(
            "unknown-parameter",
            f"{TARGET} {key} names {parameter!r}, which {tables.name('parameters')} does not have.",
            parameter,
            parameters,
            lines.key_line(key, TARGET),
        )


def _check_shares(lines: TomlLines, tables: Tables, horizon: str) -> None:
    """Check that every option of the horizon has a figure that says its share."""
    options = _values(tables, "figures", "alternative")
    for option in _options(tables).get(horizon, ()):
        option_id = f"{horizon}:{option}"
        if option_id not in options and "figures" not in tables.broken:
            lines.add(
                "no-horizon",
                f"{TARGET} horizon names {horizon!r}, and no row of {tables.name('figures')} has "
                f"the alternative {option_id}: its share of the elasticities.",
                "Add the row, with a value above 0 and up to 1.",
                lines.key_line("horizon", TARGET),
                value=option_id,
            )


def _check_flows(lines: TomlLines, tables: Tables, settings: Settings) -> None:
    """Check what is asked of flows: changes, links and a scenario that are there."""
    asked = settings.flows
    known = _values(tables, "changes", "change_id")
    for key, changes in (("calibration", asked.calibration), ("plans", asked.plans)):
        change_key = _NameKey("unknown-change", FLOWS, key, "changes")
        _check_names(lines, tables, change_key, changes, known)

    corridor = () if asked.corridor is None else (asked.corridor,)
    for key, texts in (("corridor", corridor), ("selected", asked.selected)):
        for text in texts:
            _check_links_meant(lines, tables, key, text)

    name = asked.selected_scenario
    if name is not None and name not in settings.scenarios:
        lines.add_unknown(
            "unknown-scenario",
            f"{FLOWS} selected_scenario names {name!r}, which has no section.",
            name,
            settings.scenarios,
            lines.key_line("selected_scenario", FLOWS),
        )


def _check_projects(
    lines: TomlLines, tables: Tables, settings: Settings, asked: ProjectSettings
) -> None:
    """Check what is asked of projects: a scenario, projects and places that are there."""
    if asked.scenario is not None and asked.scenario not in settings.scenarios:
        lines.add_unknown(
            "unknown-scenario",
            f"{PROJECTS} scenario names {asked.scenario!r}, which has no section.",
            asked.scenario,
            settings.scenarios,
            lines.key_line("scenario", PROJECTS),
        )

    projects = _values(tables, "projects", "project_id") | _values(tables, "projects", "programme")
    for key in ("asked", "programme"):
        project_key = _NameKey("unknown-project", PROJECTS, key, "projects")
        _check_names(lines, tables, project_key, getattr(asked, key), projects)

    place_key = _NameKey("unknown-place", PROJECTS, "places", "states")
    _check_names(lines, tables, place_key, asked.places, _values(tables, "states", "place"))
    _check_borders(lines, tables, asked.borders or ())
    if not {"projects", "project_payers"} & tables.broken:
        _check_sizes(lines, tables, asked)


def _check_borders(lines: TomlLines, tables: Tables, names: Collection[str]) -> None:
    """Check that roads or railways cross the borders that are named."""
    if {"links", "nodes"} & tables.broken:
        return

    known = land_borders(tables.frames["links"], tables.frames["nodes"])
    line = lines.key_line("borders", PROJECTS)
    for name in names:
        if border_name(name) not in known:
            lines.add_unknown(
                "unknown-border",
                f"{PROJECTS} borders names {name!r}, which no road or railway of "
                f"{tables.name('links')} crosses.",
                name,
                known,
                line,
            )
    if len(names) > MAX_BORDERS:
        lines.add(
            "too-many-borders",
            f"{PROJECTS} borders names {len(names)}: each doubles the sets of projects.",
            f"Name up to {MAX_BORDERS}.",
            line,
        )


def _check_sizes(lines: TomlLines, tables: Tables, asked: ProjectSettings) -> None:
    """Check that every set of a programme's projects, and of who must agree, can be looked at."""
    projects = _with_required(tables, asked.programme)
    borders = asked.borders or ()
    of_borders = {country for name in borders for country in border_name(name).split("-")}
    payers = sorted({*_payers(tables, projects), *of_borders})
    line = lines.key_line("programme", PROJECTS)

    if len(projects) > MAX_PROJECTS:
        lines.add(
            "too-many-projects",
            f"{PROJECTS} programme has {len(projects)} projects with those they require: a run "
            f"looks at every set of up to {MAX_PROJECTS}.",
            "Name fewer; corridor phase takes more, by what pairs of them are worth.",
            line,
        )
    if len(payers) > MAX_PLAYERS:
        lines.add(
            "too-many-payers",
            f"{PROJECTS} programme has {len(payers)} countries that pay or share a border "
            f"({' '.join(payers)}): a run looks at every set of up to {MAX_PLAYERS}.",
            "Name fewer projects; corridor coalition takes the countries to look at.",
            line,
        )


def _with_required(tables: Tables, programme: Collection[str]) -> list[Row]:
    """Return the projects of a programme and all that they require, each once."""
    rows = {row["project_id"]: row for row in tables.rows("projects")}
    project_ids = [
        key for key, row in rows.items() if key in programme or row["programme"] in programme
    ]
    for project_id in project_ids:
        required = (rows[project_id]["requires"] or "").split()
        project_ids += [key for key in required if key in rows and key not in project_ids]
    return [rows[project_id] for project_id in project_ids]


def _payers(tables: Tables, projects: Iterable[Row]) -> list[str]:
    """Return the countries that pay for projects; where no payer is named, the project's own."""
    shares: dict[str, dict[str | None, float]] = {}
    for payer in tables.rows("project_payers"):
        of_project = shares.setdefault(payer["project_id"], {})
        of_project[payer["payer_country"]] = payer["share"] or 0.0

    payers = {
        country
        for project in projects
        for country, share in shares.get(project["project_id"], {project["country"]: 1.0}).items()
        if share > 0
    }
    return sorted(country for country in payers if country is not None)


class _NameKey(NamedTuple):
    """A key of a section that names what a table has; code: of the finding where it has not."""

    code: str
    section: Section
    name: str
    table: str


def _check_names(
    lines: TomlLines, tables: Tables, key: _NameKey, names: Iterable[str], known: Collection[str]
) -> None:
    """Check that what a key names is known; of a table that cannot be read nothing is."""
    if key.table in tables.broken:
        return

    for name in names:
        if name not in known:
            lines.add_unknown(
                key.code,
                f"{key.section} {key.name} names {name!r}, which {tables.name(key.table)} does "
                "not have.",
                name,
                known,
                lines.key_line(key.name, key.section),
            )


def _check_links_meant(lines: TomlLines, tables: Tables, key: str, text: str) -> None:
    """Check that a selector of ``[flows]`` can be read and means a link."""
    if {"links", "nodes"} & tables.broken:
        return
    try:
        is_meant = bool(select(text, tables.frames["links"], tables.frames["nodes"]))
    except ValueError:
        is_meant = False
    if not is_meant:
        do = "Write ids of links, or terms such as crossing:AF-PK, apart by spaces."
        lines.add_bad(key, FLOWS, f"holds {text!r}, which means no link", do, text)


def _check_scenarios_of(
    table: str, lines: TomlLines, tables: Tables, scenarios: Mapping[str, Scenario]
) -> None:
    """Check that every row of a table stands for a scenario of the study."""
    for row, name in enumerate(tables.frames[table]["scenario"].to_list()):
        if name is None or name in scenarios:
            continue

        finding = tables.error(
            "unknown-scenario",
            Spot(table, row, "scenario"),
            f"{table}.scenario names {name!r}, which {FILE} does not have.",
            do=_scenario_cure(name, scenarios),
            value=name,
        )
        lines.findings.append(finding)


def _scenario_cure(name: str, scenarios: Iterable[str]) -> str:
    near = near_matches(name, scenarios, most=1)
    if near:
        return f"Write {near[0]!r} if that was meant."
    return f"Add a section [scenarios.{name}] to {FILE}."


def _options(tables: Tables) -> dict[str, list[str]]:
    """Return the options of every disputed figure, by parameter."""
    options: dict[str, list[str]] = {}
    for option_id in _values(tables, "parameters", "option_id"):
        parameter, colon, option = option_id.partition(":")
        options.setdefault(parameter, []).extend([option] if colon else [])
    return options


def _values(tables: Tables, table: str, column: str) -> dict[str, None]:
    """Return the values of a column, each once, in order."""
    values = tables.frames[table][column].to_list()
    return dict.fromkeys(value for value in values if value is not None)
