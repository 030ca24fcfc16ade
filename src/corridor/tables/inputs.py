"""Inputs: which files of a study's folder are read as its tables, by their names alone."""

from __future__ import annotations

from pathlib import Path

from corridor.tables import schema
from corridor.tables.files import SUFFIXES

WORKBOOK = "study.xlsx"
NAMES = frozenset(table.name for table in schema.TABLES)


def is_input(name: str) -> bool:
    """Tell whether a file of that name in a study's folder may be read as its tables."""
    return may_be_workbook(name) or (suffix(name) in SUFFIXES and Path(name).stem in NAMES)


def may_be_workbook(name: str) -> bool:
    """Tell whether a file may be the workbook of all tables."""
    is_table = Path(name).stem in NAMES
    return name == WORKBOOK or (is_shown(name) and suffix(name) == ".xlsx" and not is_table)


def is_shown(name: str) -> bool:
    """Tell whether a file is neither hidden nor what an open spreadsheet program leaves."""
    return not name.startswith((".", "~"))


def suffix(name: str) -> str:
    """Return the ending of a file's name, in lower case."""
    return Path(name).suffix.lower()
