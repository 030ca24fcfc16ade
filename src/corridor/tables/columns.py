"""What a table and a column are, and the columns many tables share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from corridor.language.speech import marked

# The days of the week in order, as a cell of weekdays or a timetable writes them.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MODES = (
    marked("rail"),
    marked("road"),
    marked("sea"),
    marked("ferry"),
    marked("waterway"),
    marked("air"),
)
SEA_MODES = frozenset({"sea", "ferry"})
WATER_MODES = SEA_MODES | {"waterway"}  # goods are afloat, and have to be landed
FORMS = ("container", "bulk", "vehicle")
CONFIDENCES = ("A", "B", "C")
# How goods are carried on the road, the first where a question does not say.
SERVICE_CLASSES = ("ordinary", "one-driver", "two-drivers", "convoy")
# Incoterms 2020 of the International Chamber of Commerce: who pays carriage how far.
INCOTERMS = ("EXW", "FCA", "FAS", "FOB", "CPT", "CIP", "CFR", "CIF", "DAP", "DPU", "DDP")
# What a shipper does about sanctions: is told of them, obeys them, keeps out of the countries they
# are about, or asks not to be told.
SANCTIONS = ("warn", "comply", "avoid", "ignore")
OPEN_STATUS = "existing"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds and what it may hold.

    Parameters
    ----------
    name : its name, with the unit where it has one.
    kind : id (lower-case word), text, number, integer, boolean, date, month (YYYY-MM),
        monthday (MM-DD), choice,
        words (ids or words separated by spaces), country (ISO 3166 alpha-2), hours (08:00-20:00),
        timetable (``mon 08:00; thu 20:00``); in results also prose (a text in the reader's
        language), message (the same prose packed, to be translated) and instant (UTC).
    meaning : what it says, as a label and in the documentation.
    unit : its unit for labels; null: it has none.
    required : an empty cell is a finding.
    refers : table whose key the value must be; null: the value is no reference.
    low, high : ends of the range a number may lie in, both part of it; null: no end.
    choices : what a choice may be.
    many : a cell holds a list of such values.
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

    def is_outside(self, value: float) -> bool:
        """Tell whether a number lies outside the declared range."""
        is_below = self.low is not None and value < self.low
        is_above = self.high is not None and value > self.high
        return is_below or is_above


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, what it holds and its columns in order.

    Parameters
    ----------
    name : its name, that of its file.
    key : column whose values are unique; null: rows have no key of their own.
    meaning : what a row says.
    columns : its columns in the order they are written.
    required : every study has it.
    required_where : when a study must have it that otherwise need not; empty: never.
    title : readable name of a table of results.
    needs : what a study must have for a run to keep a table of results: names of tables with
        rows, or ``target``.
    unless : why a run may lack a table of results even then; null: it may not.
    """

    name: str
    key: str | None
    meaning: str
    columns: tuple[Column, ...]
    required: bool = False
    title: str = ""
    needs: tuple[str, ...] = ()
    unless: str | None = None
    required_where: str = ""

    def column(self, name: str) -> Column:
        """Return the declaration of a column; KeyError if the table has none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


# More than any such quantity in the world, so that no sum of them passes what a computer counts.
MAX_NUMBER = 1e12
MAX_OF_UNIT = {
    "USD": 1e9,
    "USD/unit": 1e9,
    "USD/TEU": 1e9,
    "USD/t": 1e9,
    "USD/unit-km": 1e6,
    "USD/TEU-km": 1e6,
    "USD/t-km": 1e6,
    "USD/year": 1e15,
    "h or USD": 1e9,
    "g/t-km": 1e6,
    "g/TEU-km": 1e7,
    "kg/t": 1e6,
    "kg/TEU": 1e7,
    "TEU": 1e6,
    "TEU/day": 1e7,
    "TEU/unit": 1e3,
    "t": 1e7,
    "t/day": 1e9,
    "units/year": 1e11,
    "people": 1e11,
    "as metric": 1e15,
    "as unit": 1e18,
}

FACTOR = Column("factor", "number", "what a change scales by or adds", low=-1e9, high=1e9)

CONFIDENCE = Column(
    "confidence",
    "choice",
    "A read in the source, B well known but unchecked, C estimate",
    choices=CONFIDENCES,
)
EVIDENCE = (
    Column(
        "source_id",
        "id",
        "row of sources.csv this row was read in",
        required=True,
        refers="sources",
    ),
    replace(CONFIDENCE, required=True),
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
    """Declare a column of numbers, none below zero unless ``low`` says so.

    Parameters
    ----------
    name, meaning, unit : as in Column.
    low, high : ends of the range, both part of it; low null: as far below zero as above it; high
        null: more than any such quantity in the world, by its unit.
    required : an empty cell is a finding.
    """
    if high is None:
        high = MAX_OF_UNIT.get(unit, MAX_NUMBER)
    if low is None:
        low = -high
    return result_number(name, meaning, unit, low=low, high=high, required=required)


def result_number(
    name: str,
    meaning: str,
    unit: str,
    *,
    low: float | None = 0.0,
    high: float | None = None,
    required: bool = False,
) -> Column:
    """Declare a column of computed numbers, bounded by nothing but ``low`` and ``high``.

    Parameters
    ----------
    name, meaning, unit : as in Column.
    low, high : ends of the range, both part of it; null: no end.
    required : an empty cell is a finding.
    """
    return Column(name, "number", meaning, unit=unit, low=low, high=high, required=required)


def result_count(name: str, meaning: str, unit: str | None = None) -> Column:
    """Declare a column of computed whole numbers, 0 or more."""
    return Column(name, "integer", meaning, unit=unit, low=0)


def result_share(name: str, meaning: str) -> Column:
    """Declare a column of computed shares, from 0 to 1."""
    return result_number(name, meaning, "1", high=1.0)


def result_signed(name: str, meaning: str, unit: str) -> Column:
    """Declare a column of computed numbers that may lie below zero."""
    return result_number(name, meaning, unit, low=None)


def result_message(name: str, *, many: bool = False) -> Column:
    """Declare the packed messages of a column of prose."""
    meaning = f"{name} as a packed message, told again in any language; null: a text of the study"
    return Column(f"{name}_message", "message", meaning, many=many)


# What a leg is, in the legs of routes and in those of dispatches.
LEG_COLUMNS = (
    result_count("leg", "number within the route, from 0"),
    Column("kind", "choice", "what the leg is", choices=("link", "terminal")),
    Column("link_id", "id", "link; null at a terminal", refers="links"),
    Column("terminal_id", "id", "terminal; null on a link", refers="terminals"),
    Column("service_id", "id", "service ridden; null: none", refers="services"),
    Column("mode", "text", "means of transport, or terminal"),
    Column("layer", "text", "mode, for rail with its gauge (rail-1520)"),
    Column("from_node_id", "id", "place the leg starts at", refers="nodes"),
    Column("to_node_id", "id", "place it ends at", refers="nodes"),
    Column("country", "country", "country of the place it starts at"),
    Column("depart_at", "instant", "start, waits included"),
    Column("arrive_at", "instant", "end"),
    result_number("wait_h", "hours waiting for an opening or a departure", "h"),
    result_number("time_h", "hours from depart_at to arrive_at", "h"),
    result_number("fixed_h", "hours of queue, clearance or handling, median", "h"),
    result_number("length_km", "length", "km"),
    result_number("cost_usd", "money per cargo unit", "USD"),
    result_number("carbon_kg", "emissions per cargo unit", "kg CO2e"),
    Column("source_id", "id", "row of sources.csv of the link or terminal", refers="sources"),
    CONFIDENCE,
    Column(
        "rate_source_id",
        "id",
        "row of sources.csv of the rate; null at a terminal",
        refers="sources",
    ),
    Column("rate_confidence", "choice", "confidence of the rate", choices=CONFIDENCES),
)
