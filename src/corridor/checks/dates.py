"""Checks of dates: after the study, after their source, beside the year of an id, far from others.

A record of what happened cannot be later than the day a study stands for, nor than the source it
was read in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from corridor.errors import Finding, first_findings
from corridor.tables import schema
from corridor.tables.columns import OPEN_STATUS, Column, Table
from corridor.tables.tables import Spot, Tables

MIN_DATES = 5
MIN_SHARE = 0.9  # of the ids with a year in them that give the year of the row
MAX_YEARS_APART = 5.0  # of a date from all others of its column, or as long as those lie apart
_MAX_SHARE_APART = 0.05  # of the dates of a column; where more lie apart, they are no slips
MIN_SHARE_OF_CITATIONS = 0.8  # that name the year of their source
MAX_YEARS_FROM_CITATION = 5  # a citation may name the years its figures are of instead
_YEAR_IN_TEXT = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_YEAR_IN_ID = re.compile(r"(?<![0-9])(?:(?:19|20)[0-9]{2}|fy[0-9]{2})(?![0-9])")
# What happened: dates of these columns are not in the future.
_PAST = {
    "events": ("from_on", "to_on", "last_seen_on"),
    "observations": ("depart_on",),
    "trade": ("year", "ends_on"),
    "figures": ("from_on", "to_on"),
    "hazards": ("watched_from_on", "watched_to_on"),
    "commitments": ("promised_on",),
    "sources": ("year",),
}
# Ends of periods: an id names the year in which its row begins.
_ENDS = ("to_on", "last_seen_on", "due_on", "watched_to_on", "measured_on", "opens_on")
# (table, day, day that follows it)
_ORDER = (
    ("commitments", "promised_on", "due_on"),
    ("commitments", "promised_on", "measured_on"),
)
# What a source reports: it was published in the same year or later.
_REPORTED = {
    "events": ("from_on",),
    "observations": ("depart_on",),
    "trade": ("year",),
    "figures": ("from_on",),
    "commitments": ("promised_on",),
}


class _Dated(NamedTuple):
    """A date of a row: where it stands, what is written, its year with the day as a fraction."""

    row: int
    written: str
    year: float


def check_dates(tables: Tables) -> list[Finding]:
    """Return warnings on dates that ids, sources and the other rows of a table contradict."""
    return first_findings(
        _by_ids(tables),
        _by_citations(tables),
        _by_sources(tables),
        _by_others(tables),
        _out_of_order(tables),
    )


def check_past(tables: Tables, last_day: dt.date) -> list[Finding]:
    """Return warnings on records of what happened after the last day a scenario stands for."""
    return first_findings(_records(tables, last_day), _open_links(tables, last_day))


def _records(tables: Tables, last_day: dt.date) -> Iterator[Finding]:
    """Records of what happened that are later than the study."""
    end = _year(last_day)
    for table, columns in _PAST.items():
        for column in columns:
            for dated in _dates(tables, table, column):
                if dated.year > (end if "-" in dated.written else last_day.year):
                    yield _future(tables, table, column, dated, last_day)


def _open_links(tables: Tables, last_day: dt.date) -> Iterator[Finding]:
    """Links that are open and are announced to open after the study."""
    for i, (status, day) in tables.cells("links", "status", "opens_on"):
        if status == OPEN_STATUS and day is not None and day > last_day:
            yield tables.warning(
                "open-before-opening",
                Spot("links", i, "status"),
                f"links.status is {status}, and opens_on is {day}.",
                do="Write the status it has today, and a change that opens it.",
                value=status,
            )


def _future(tables: Tables, table: str, column: str, dated: _Dated, last_day: dt.date) -> Finding:
    return tables.warning(
        "dated-after-study",
        Spot(table, dated.row, column),
        f"{table}.{column} is {dated.written}, after {last_day}, "
        "the last day that any scenario stands for (as_of).",
        do="Correct the date, or add a scenario that stands for a later day.",
        value=dated.written,
    )


# Dates of a column


def _dates(tables: Tables, table: str, column: str) -> list[_Dated]:
    """Return the dates of a column, of years as well as of days."""
    if table in tables.broken:
        return []
    return [
        _Dated(row, str(cell), _year(cell))
        for row, (cell,) in tables.cells(table, column)
        if cell is not None
    ]


def _year(cell: dt.date | int) -> float:
    """Return a day as a year and its fraction; a year as its first day."""
    if isinstance(cell, dt.date):
        return cell.year + (cell.timetuple().tm_yday - 1) / 366
    return float(cell)


def _columns(table: Table) -> Iterator[Column]:
    """Give the columns of dates and of calendar years."""
    for column in table.columns:
        if column.kind == "date" or column.name == "year":
            yield column


# The year an id names


def _by_ids(tables: Tables) -> Iterator[Finding]:
    for table in schema.TABLES:
        ids = tables.frames[table.name][table.columns[0].name]
        names = ids.to_list()
        numbered = ids.str.contains("(19|20|fy)[0-9]{2}").arg_true().to_list()
        years = {row: _years_in(names[row]) for row in numbered if _years_in(names[row])}
        if len(years) >= MIN_DATES:
            for column in _columns(table):
                if column.name in _ENDS:
                    continue
                yield from _other_years(tables, table.name, column.name, years, names)


def _years_in(name: str | None) -> list[int]:
    """Return the years an id names: 2024, or fy24."""
    words = _YEAR_IN_ID.findall(name or "")
    return [2000 + int(word[2:]) if word.startswith("fy") else int(word) for word in words]


def _other_years(
    tables: Tables,
    table: str,
    column: str,
    years: Mapping[int, Sequence[int]],
    names: Sequence[str],
) -> Iterator[Finding]:
    """Give the dates of a column whose ids name another year, where nearly all name theirs.

    years: row -> years its id names. names: ids of all rows.
    """
    dates = [dated for dated in _dates(tables, table, column) if dated.row in years]
    if len(dates) < MIN_DATES:
        return

    apart = [min(abs(int(dated.year) - year) for year in years[dated.row]) for dated in dates]
    for slack in (0, 1):  # what begins in one year may end in the next
        if sum(gap <= slack for gap in apart) >= MIN_SHARE * len(dates):
            break
    else:
        return

    for dated, gap in zip(dates, apart, strict=True):
        if gap > slack:
            yield tables.warning(
                "id-says-otherwise",
                Spot(table, dated.row, column),
                f"{table}.{column} is {dated.written}, and the id {names[dated.row]!r} names "
                f"{' and '.join(map(str, years[dated.row]))}.",
                do="Correct the date, or the id.",
                value=dated.written,
            )


# The years a citation names


def _by_citations(tables: Tables) -> Iterator[Finding]:
    """Years of sources that their citations do not name, where nearly all name theirs."""
    cells = [
        (row, year, sorted({int(word) for word in _YEAR_IN_TEXT.findall(citation)}))
        for row, (year, citation) in tables.cells("sources", "year", "citation")
        if year is not None and citation is not None
    ]
    dated = [(row, year, years) for row, year, years in cells if years]
    named = sum(year in years for _, year, years in dated)
    if len(dated) < MIN_DATES or named < MIN_SHARE_OF_CITATIONS * len(dated):
        return

    for row, year, years in dated:
        if min(abs(year - named_year) for named_year in years) > MAX_YEARS_FROM_CITATION:
            yield tables.warning(
                "citation-says-otherwise",
                Spot("sources", row, "year"),
                f"sources.year is {year}, and the citation names {' and '.join(map(str, years))}.",
                do="Correct the year, or say in the citation when it was published.",
                value=str(year),
            )


# The year of the source


def _by_sources(tables: Tables) -> Iterator[Finding]:
    if "sources" in tables.broken:
        return

    published = {
        source: year
        for _, (source, year) in tables.cells("sources", "source_id", "year")
        if year is not None
    }
    for table, columns in _REPORTED.items():
        sources = tables.frames[table]["source_id"].to_list()
        for column in columns:
            for dated in _dates(tables, table, column):
                year = published.get(sources[dated.row])
                if year is not None and int(dated.year) > year:
                    yield _after_source(tables, Spot(table, dated.row, column), dated, year)


def _after_source(tables: Tables, spot: Spot, dated: _Dated, year: int) -> Finding:
    return tables.warning(
        "dated-after-source",
        spot,
        f"{spot.table}.{spot.column} is {dated.written}, "
        f"and the source the row was read in is of {year}.",
        do="Correct the date, the source, or its year in sources.csv.",
        value=dated.written,
    )


# Dates out of order


def _out_of_order(tables: Tables) -> Iterator[Finding]:
    """Days that come before the day they follow."""
    for table, first, second in _ORDER:
        for i, (start, end) in tables.cells(table, first, second):
            if start is not None and end is not None and end < start:
                yield tables.warning(
                    "dates-out-of-order",
                    Spot(table, i, second),
                    f"{table}.{second} is {end}, before {first}, which is {start}.",
                    do="Correct one of the two.",
                    value=str(end),
                )


# Dates far from all others


def _by_others(tables: Tables) -> Iterator[Finding]:
    for table in schema.TABLES:
        for column in _columns(table):
            dates = sorted(_dates(tables, table.name, column.name), key=lambda dated: dated.year)
            yield from _apart(tables, Spot(table.name, None, column.name), dates)


def _apart(tables: Tables, spot: Spot, dates: Sequence[_Dated]) -> Iterator[Finding]:
    """Give the dates that a gap parts from all others of their column, before and after them.

    spot: the column. dates: earliest first.
    """
    largest = max(1, int(len(dates) * _MAX_SHARE_APART))
    for outside in range(1, largest + 1):
        count = len(dates) - outside
        if count < MIN_DATES:
            return

        early = dates[:outside]
        others = dates[outside:]
        if others[0].year - early[-1].year > _gap(others):
            yield from (_far_date(tables, spot, dated, others) for dated in early)

        others = dates[:count]
        late = dates[count:]
        if late[0].year - others[-1].year > _gap(others):
            yield from (_far_date(tables, spot, dated, others) for dated in late)


def _gap(others: Sequence[_Dated]) -> float:
    return max(MAX_YEARS_APART, others[-1].year - others[0].year)


def _far_date(tables: Tables, spot: Spot, dated: _Dated, others: Sequence[_Dated]) -> Finding:
    return tables.warning(
        "unlike-its-peers",
        Spot(spot.table, dated.row, spot.column),
        f"{spot.table}.{spot.column} is {dated.written}; the {len(others)} other rows "
        f"lie between {others[0].written} and {others[-1].written}.",
        do="Correct it, or say in the note why it differs.",
        value=dated.written,
    )
