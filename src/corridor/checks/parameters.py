"""Checks of disputed figures: parameters with their options, and the rows that name an option."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from corridor.errors import Finding, did_you_mean, first_findings
from corridor.tables import schema
from corridor.tables.tables import Row, Spot, Tables

_OPTION = re.compile(r"[a-z0-9][a-z0-9_.-]*:[a-z0-9][a-z0-9_.-]*")


@dataclass
class _Parameter:
    """A parameter: its first row and default options; is_whole: each option says if it is one."""

    first_row: Row
    defaults: int = 0
    is_whole: bool = True


def check_parameters(tables: Tables) -> list[Finding]:
    """Return what is wrong with parameters, their options and the alternatives that name them."""
    return first_findings(
        _option_ids(tables),
        _defaults(tables),
        _unused(tables),
        _alternatives(tables),
    )


def _option_ids(tables: Tables) -> Iterator[Finding]:
    for option in tables.rows("parameters"):
        option_id = option["option_id"]
        if option_id is not None and not _OPTION.fullmatch(option_id):
            yield option.error(
                "bad-option",
                "option_id",
                f"parameters.option_id holds {option_id!r}.",
                do="Write parameter:option, two lower-case words.",
                value=option_id,
            )


def _defaults(tables: Tables) -> Iterator[Finding]:
    """Parameters with no default option or several."""
    if "parameters" in tables.broken:
        return

    for name, parameter in _parameters(tables).items():
        count = parameter.defaults
        if count != 1 and parameter.is_whole:
            yield parameter.first_row.error(
                "default-count",
                "is_default",
                f"parameter {name} has {count or 'no'} default options.",
                do="Write true in is_default for exactly one of its options.",
                value=str(count),
            )


def _unused(tables: Tables) -> Iterator[Finding]:
    """Parameters that decide nothing."""
    if tables.broken:
        return

    used = _parameters_used(tables)
    for name, parameter in _parameters(tables).items():
        if name not in used:
            yield parameter.first_row.warning(
                "unused-parameter",
                "is_default",
                f"no row of any table hangs on parameter {name}.",
                do=f"Write {name}:... into the alternative of the rows it decides, or remove it.",
                value=name,
            )


def _parameters(tables: Tables) -> dict[str, _Parameter]:
    """Return name -> parameter, from the options that can be read."""
    parameters: dict[str, _Parameter] = {}
    for option in tables.rows("parameters"):
        option_id = option["option_id"]
        if option_id is None or not _OPTION.fullmatch(option_id):
            continue

        parameter = parameters.setdefault(_parameter_of(option_id), _Parameter(option))
        parameter.defaults += bool(option["is_default"])
        parameter.is_whole &= option["is_default"] is not None
    return parameters


def _parameters_used(tables: Tables) -> set[str]:
    return {
        _parameter_of(option_id)
        for table in _tables_with_alternatives(tables)
        for option_id in tables.frames[table]["alternative"].drop_nulls().to_list()
    }


def _parameter_of(option_id: str) -> str:
    return option_id.partition(":")[0]


def _tables_with_alternatives(tables: Tables) -> list[str]:
    return [t.name for t in schema.TABLES if "alternative" in tables.frames[t.name].columns]


def _alternatives(tables: Tables) -> Iterator[Finding]:
    """Alternatives that name an option nobody declared: one finding for each option and table."""
    if "parameters" in tables.broken:
        return

    options = tables.keys("parameters")
    for table in _tables_with_alternatives(tables):
        for option_id, rows in _rows_of_unknown_options(tables, table, options).items():
            yield _unknown_option(tables, table, option_id, rows)


def _rows_of_unknown_options(
    tables: Tables, table: str, options: Collection[str]
) -> dict[str, list[int]]:
    """Return option -> rows of a table that name it, of options that are not declared."""
    rows_of: dict[str, list[int]] = {}
    for i, (option_id,) in tables.cells(table, "alternative"):
        if option_id is not None and option_id not in options:
            rows_of.setdefault(option_id, []).append(i)
    return rows_of


def _unknown_option(tables: Tables, table: str, option_id: str, rows: Sequence[int]) -> Finding:
    file = tables.name("parameters")
    options = tables.keys("parameters")
    keys = (tables.key(table, row) for row in rows)

    return tables.error(
        "unknown-option",
        Spot(table, rows[0], "alternative"),
        f"{table}.alternative names {option_id!r}, which {file} does not have.",
        do=did_you_mean(option_id, options, f"Add it to {file} as parameter:option."),
        value=option_id,
        rows=tuple(key for key in keys if key),
    )
