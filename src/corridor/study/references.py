"""References: what ``study.toml`` names must be in the tables of the study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from corridor.checks.changes import contradictions
from corridor.checks.network import layers_at
from corridor.errors import Finding, near_matches
from corridor.network.names import find_place, place_names, places_beginning
from corridor.study.settings import FILE, Goal, Scenario, Settings, Trip
from corridor.study.settings_file import TARGET, parse, scenario_section, trip_section
from corridor.study.toml_lines import Section, TomlLines
from corridor.tables.tables import Spot, Tables


def check(data: bytes, tables: Tables) -> tuple[Settings | None, list[Finding]]:
    """Return what study.toml says and what is wrong with it, by itself and beside the tables."""
    settings, findings = parse(data)
    if settings is None:
        return None, findings

    lines = TomlLines(FILE, data.decode("utf-8-sig"))
    _check_settings(lines, tables, settings)
    return settings, findings + lines.findings


def _check_settings(lines: TomlLines, tables: Tables, settings: Settings) -> None:
    """Check everything that names rows of the tables."""
    for scenario in settings.scenarios.values():
        _check_changes(lines, tables, scenario)
        _check_choices(lines, tables, scenario)

    for nth, trip in enumerate(settings.trips):
        _check_trip(lines, tables, trip, trip_section(nth))

    if settings.target is not None:
        _check_target(lines, tables, settings.target)
    _check_observations(lines, tables, settings.scenarios)


def _check_changes(lines: TomlLines, tables: Tables, scenario: Scenario) -> None:
    """Check that a scenario's changes are rows of changes, each once, and agree."""
    section = scenario_section(scenario.scenario_id)
    line = lines.key_line("changes", section)
    known = _values(tables, "changes", "change_id")

    for change in scenario.changes:
        if change not in known and "changes" not in tables.broken:
            lines.add_unknown(
                "unknown-change",
                f"{section} changes names {change!r}, which {tables.name('changes')} does not "
                "have.",
                change,
                known,
                line,
            )

    _check_repetitions(lines, scenario, line)
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


def _check_trip(lines: TomlLines, tables: Tables, trip: Trip, section: Section) -> None:
    """Check that a trip's places, cargo and conditions are those of the study."""
    for end, text in (("origin", trip.origin), ("destination", trip.destination)):
        _check_end(lines, tables, trip, end, text, lines.key_line(end, section))

    _check_cargo(lines, tables, trip, lines.key_line("cargo", section))

    if not {"nodes", "links"} & set(tables.broken):
        _check_via(lines, tables, trip, section)
        for condition, words in (("require", trip.require), ("avoid", trip.avoid)):
            _check_condition(lines, tables, trip, condition, words, section)


def _check_end(
    lines: TomlLines, tables: Tables, trip: Trip, end: str, text: str, line: int | None
) -> None:
    """Check that a trip starts or ends at a place, on a layer that is there."""
    if "nodes" in tables.broken:
        return

    subject = f"trip {trip.trip_id} has the {end}"
    word, _, layer = text.partition("@")
    places = place_names(tables.frames["nodes"])
    node = find_place(places, word)
    if node is None:
        lines.add_unknown(
            "unknown-node",
            f"{subject} {word!r}, which {tables.name('nodes')} does not have.",
            word,
            places,
            line,
        )
    elif layer and tables.is_whole("links"):
        _check_layer(lines, tables, node, layer, f"{subject} {text!r}", line)


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


def _check_via(lines: TomlLines, tables: Tables, trip: Trip, section: Section) -> None:
    """Check that a trip passes places of the study."""
    places = place_names(tables.frames["nodes"])
    for word in trip.via:
        if find_place(places, word) is None:
            lines.add_unknown(
                "unknown-node",
                f"trip {trip.trip_id} names {word!r} in via, which is no place of the study.",
                word,
                places,
                lines.key_line("via", section),
            )


def _check_condition(
    lines: TomlLines,
    tables: Tables,
    trip: Trip,
    condition: str,
    words: Iterable[str],
    section: Section,
) -> None:
    """Check that what a trip must use or avoid is a place, link, mode or country of the study.

    condition: require or avoid.
    """
    nodes = tables.frames["nodes"]
    places = place_names(nodes)
    others = _network_words(tables)

    for word in words:
        is_place = find_place(places, word) is not None
        if not (is_place or word in others or places_beginning(nodes, word)):
            lines.add_unknown(
                "unknown-word",
                f"trip {trip.trip_id} names {word!r} in {condition}, which is no place, link, mode "
                "or country of the study.",
                word,
                {**places, **dict.fromkeys(sorted(others))},
                lines.key_line(condition, section),
            )


def _check_target(lines: TomlLines, tables: Tables, target: Goal) -> None:
    """Check that the target's countries and its series are those of the study."""
    _check_countries(lines, tables, target)
    if target.series is not None and "parameters" not in tables.broken:
        _check_series(lines, tables, target.series)


def _check_countries(lines: TomlLines, tables: Tables, target: Goal) -> None:
    """Check that the two countries of the target are those of the study."""
    countries = _values(tables, "countries", "country")
    for code in target.between:
        if code not in countries and "countries" not in tables.broken:
            lines.add_unknown(
                "unknown-country",
                f"{TARGET} between names {code!r}, which {tables.name('countries')} does not have.",
                code,
                countries,
                lines.key_line("between", TARGET),
            )


def _check_series(lines: TomlLines, tables: Tables, series: str) -> None:
    """Check that the series of the target are options of a disputed figure."""
    parameters = _options(tables)
    if series not in parameters:
        lines.add_unknown(
            "unknown-parameter",
            f"{TARGET} series names {series!r}, which {tables.name('parameters')} does not have.",
            series,
            parameters,
            lines.key_line("series", TARGET),
        )


def _check_observations(
    lines: TomlLines, tables: Tables, scenarios: Mapping[str, Scenario]
) -> None:
    """Check that every observation stands for a scenario of the study."""
    for row, name in enumerate(tables.frames["observations"]["scenario"].to_list()):
        if name is None or name in scenarios:
            continue

        finding = tables.error(
            "unknown-scenario",
            Spot("observations", row, "scenario"),
            f"observations.scenario names {name!r}, which {FILE} does not have.",
            do=_scenario_cure(name, scenarios),
            value=name,
        )
        lines.findings.append(finding)


def _scenario_cure(name: str, scenarios: Iterable[str]) -> str:
    near = near_matches(name, scenarios, most=1)
    if near:
        return f"Write {near[0]!r} if that was meant."
    return f"Add a section [scenarios.{name}] to {FILE}."


def _network_words(tables: Tables) -> set[str]:
    """Return the countries, modes and links of a study."""
    nodes = tables.frames["nodes"]
    links = tables.frames["links"]
    return {
        *nodes["country"].drop_nulls(),
        *links["mode"].drop_nulls(),
        *links["link_id"].drop_nulls(),
    }


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
