"""Checks of the figures cargoes need: a price, carbon and working hours for every mode they use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from corridor.errors import Finding, findings_at, first_findings
from corridor.tables import schema
from corridor.tables.tables import Row, Spot, Tables

# Rows with the same words here are about one case; which of them counts would be chance.
_CASES = {
    "rates": ("mode", "country", "to_country", "terrain", "on_rails", "form", "service_id"),
    "modes": ("mode", "country"),
    "emissions": ("mode", "country", "to_country", "terrain", "on_rails", "traction", "form"),
}
# What the columns of figures begin with.
_FIGURES = {"rates": ("usd_per_",), "emissions": ("g_co2e", "kg_co2e")}


def check_cargoes(tables: Tables) -> list[Finding]:
    """Return where rates, emissions and modes leave a cargo without figures, or with two."""
    findings: list[Finding] = []
    if not {"rates", "links", "cargoes", "emissions", "modes"} & tables.broken:
        modes = _modes_used(tables)
        findings += _modes_of_cargoes(tables, modes)
        findings += _modes_without_row(tables, modes)
        findings += _empty_rows(tables)

    findings += _same_cases(tables)
    return first_findings(findings)


def _modes_used(tables: Tables) -> list[str]:
    """Return the modes of the links, each once, in the order of their first link."""
    modes = tables.frames["links"]["mode"].drop_nulls()
    return list(dict.fromkeys(modes.to_list()))


def _modes_of_cargoes(tables: Tables, modes: list[str]) -> Iterator[Finding]:
    """Cargoes without a price or carbon on a mode they may use."""
    rates = list(tables.rows("rates"))
    emissions = list(tables.rows("emissions"))

    for cargo in tables.rows("cargoes"):
        for mode in (cargo["allowed_modes"] or "").split():
            if mode not in modes or cargo["form"] is None:
                continue

            if not any(_charges(row, "usd_per_", cargo, mode) for row in rates):
                yield _no_rate(cargo, mode)
            if not any(_charges(row, "g_co2e_per_", cargo, mode) for row in emissions):
                yield _no_emission(cargo, mode)


def _charges(row: Row, prefix: str, cargo: Row, mode: str) -> bool:
    """Tell whether a rate or emission has a figure for a cargo on a mode.

    Parameters
    ----------
    row : the rate or emission.
    prefix : what its figures per kilometre begin with.
    cargo, mode : what is moved, and how.
    """
    if row["mode"] != mode or row["form"] not in (None, cargo["form"]):
        return False

    amounts = {"unit": 1.0, "teu": cargo["teu_per_unit"], "t": cargo["t_per_unit"]}
    return any(
        amount and any(row.cells.get(f"{prefix}{unit}{per}") is not None for per in ("_km", ""))
        for unit, amount in amounts.items()
    )


def _no_rate(cargo: Row, mode: str) -> Finding:
    return cargo.warning(
        "no-rate",
        "allowed_modes",
        f"cargo {cargo['cargo_id']} may travel by {mode}, and no row of rates charges it: "
        "the way would cost nothing.",
        do=f"Add a rate for {mode} and form {cargo['form']}, or take {mode} out of allowed_modes.",
        value=mode,
    )


def _no_emission(cargo: Row, mode: str) -> Finding:
    return cargo.warning(
        "no-emission",
        "allowed_modes",
        f"cargo {cargo['cargo_id']} may travel by {mode}, "
        "and no row of emissions counts its carbon.",
        do=f"Add a row for {mode}, or take it out of allowed_modes.",
        value=mode,
    )


def _modes_without_row(tables: Tables, modes: list[str]) -> Iterator[Finding]:
    declared = set(tables.frames["modes"]["mode"].to_list())
    for mode in modes:
        if mode not in declared:
            yield tables.warning(
                "no-mode-row",
                Spot("modes"),
                f"links go by {mode}, and table modes has no row for it: "
                "it would run 24 hours a day, always on time.",
                do=f"Add a row for {mode}.",
                value=mode,
            )


def _empty_rows(tables: Tables) -> Iterator[Finding]:
    """Rates and emissions without any figure."""
    for table, prefixes in _FIGURES.items():
        figures = [c.name for c in schema.table(table).columns if c.name.startswith(prefixes)]
        for row in tables.rows(table):
            if all(row.is_empty(figure) for figure in figures):
                yield row.error(
                    f"empty-{schema.singular(table)}",
                    figures[0],
                    f"the row of {table} gives no figure.",
                    do=f"Write one of {', '.join(figures)}, 0 where it is free.",
                )


def _same_cases(tables: Tables) -> Iterator[Finding]:
    """Rows about one case that another row covers already."""
    for table, words in _CASES.items():
        if table in tables.broken:
            continue

        columns = list(words)
        if "alternative" in tables.frames[table].columns:
            columns.append("alternative")

        first_row: dict[tuple[Any, ...], Row] = {}
        pairs = []
        for row in tables.rows(table):
            case = tuple(row[column] for column in columns)
            first = first_row.setdefault(case, row)
            if first is not row and row["mode"] is not None:
                pairs.append((row, first, columns))
        yield from findings_at(pairs, _same_case)


def _same_case(place: tuple[Row, Row, list[str]]) -> Finding:
    row, first, columns = place
    case = ", ".join(f"{column} {row[column]}" for column in columns if row[column] is not None)
    return row.warning(
        "same-case",
        "mode",
        f"{row.key} and {first.key} both hold for {case}.",
        do="Keep one, or let them differ in country, form, direction, terrain or alternative.",
    )
