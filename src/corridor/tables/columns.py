"""What a table and a column are, and the columns many tables share."""

from __future__ import annotations

from dataclasses import dataclass

from corridor.language.speech import marked

MODES = (
    marked("rail"),
    marked("road"),
    marked("sea"),
    marked("ferry"),
    marked("waterway"),
    marked("air"),
)
FORMS = ("container", "bulk", "vehicle")
CONFIDENCES = ("A", "B", "C")
OPEN_STATUS = "existing"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds and what it may hold.

    kind: id (lower-case word), text, number, integer, boolean, date, monthday (MM-DD), choice,
    words (ids or words parted by blanks), country (ISO 3166 alpha-2), hours (08:00-20:00),
    timetable (``mon 08:00; thu 20:00``); in results also prose (a text told in the reader's
    language), message (the same prose packed, to be told anew) and instant (UTC). many: a list of
    such values. refers: ``table`` whose key the value must be, or None. low, high: closed range.
    required: null is a finding.
    """

    name: str
    kind: str
    meaning: str
    unit: str | None = None
    required: bool = False
    refers: str | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, key column (None: rows need not be unique) and columns in order.

    required: every study has it. Of a table of results: title, its readable name; needs: what a
    study must have for a run to keep it, names of tables with rows, or ``target``; unless: why a
    run may lack it even then, or None.
    """

    name: str
    key: str | None
    meaning: str
    columns: tuple[Column, ...]
    required: bool = False
    title: str = ""
    needs: tuple[str, ...] = ()
    unless: str | None = None

    def column(self, name: str) -> Column:
        """Return the declaration of a column; KeyError if the table has none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


FACTOR = Column("factor", "number", "what a change scales by or adds")

EVIDENCE = (
    Column(
        "source_id",
        "id",
        "row of sources.csv this row was read in",
        required=True,
        refers="sources",
    ),
    Column(
        "confidence",
        "choice",
        "A read in the source, B well known but unchecked, C estimate",
        required=True,
        choices=CONFIDENCES,
    ),
    Column("note", "text", "what a reader of the row should know"),
)
ALTERNATIVE = Column(
    "alternative",
    "text",
    "parameter:option; the row counts only where the scenario chose that option; null: always",
)


def key(name: str, meaning: str) -> Column:
    """Declare a key column."""
    return Column(name, "id", meaning, required=True)


def number(
    name: str,
    meaning: str,
    unit: str,
    *,
    low: float | None = 0.0,
    high: float | None = None,
    required: bool = False,
) -> Column:
    """Declare a column of numbers, none below zero unless low says so."""
    return Column(name, "number", meaning, unit=unit, low=low, high=high, required=required)
