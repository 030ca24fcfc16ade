"""Generated relatives of tables as people keep them: what is shown is read, or there is a finding.

The oracle is what somebody who looks at the sheet takes each cell for.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from corridor.tables.reading import read_folder
from corridor.tables.tables import Tables

Book = Any  # of xlsxwriter
Write = Callable[[Book, Any, int, int], None]
HEADER = ["change_id", "table", "row_id", "column", "op", "value", "from_on", "source_id"]
HEADER += ["confidence", "note"]
ROWS = range(1, 6)


@dataclass
class Look:
    """A cell as it is written, and what it is taken for; loud: there must be a finding."""

    write: Write
    shown: Any
    is_loud: bool = False


@dataclass
class Tally:
    """How many tables were read right, and how many refused or warned of."""

    read: int = 0
    told: int = 0
    kinds: set[str] = field(default_factory=set)


def number_look(draw: random.Random) -> Look:
    """A number of km as somebody may write it into a cell."""
    whole = draw.randint(1, 4000)
    value = draw.choice([whole, whole + 0.5, whole / 7, 1e-11 * whole])
    text = str(whole)
    shown_formats = ("0.0", "#,##0", "0%", '0 "km"', "General", "0.00E+00")
    texts: list[tuple[str, Any, bool]] = [
        (text, whole, False),
        (f" {text}\u00a0", whole, False),
        (f"{text}.5", whole + 0.5, False),
        (f"{text},5", whole + 0.5, True),
        (f"{text[:1]}.{text.zfill(3)[-3:]}", None, True),
        (f"{text[:1]},{text.zfill(3)[-3:]}", None, True),
        (f"{text[:1]}\u00a0{text.zfill(3)[-3:]}", None, True),
        (f"{text[:1]}'{text.zfill(3)[-3:]}", None, True),
        (f"{text} km", whole, True),
        (f"{text}%", whole / 100, True),
        ("n/a", None, True),
        ("–", None, True),
        (f"~{text}", whole, True),
        (text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), whole, True),
        (text.translate(str.maketrans("0123456789", "０１２３４５６７８９")), whole, True),
        (f"{text}-{whole + 1}", None, True),
    ]

    def plain(book: Book, sheet: Any, row: int, column: int) -> None:
        sheet.write_number(row, column, value, book.add_format({"num_format": shown}))

    def as_time(book: Book, sheet: Any, row: int, column: int) -> None:
        sheet.write_number(row, column, whole / 24, book.add_format({"num_format": "[h]:mm"}))

    def as_text(_: Book, sheet: Any, row: int, column: int) -> None:
        sheet.write_string(row, column, written)

    shown = draw.choice(shown_formats)
    written, meant, is_loud = draw.choice(texts)
    return draw.choice(
        [
            Look(plain, value),
            Look(plain, value),
            Look(as_text, meant, is_loud),
            Look(as_time, None, is_loud=True),
            Look(lambda _, s, r, c: s.write_formula(r, c, "=A1*2", None, value), value),
            Look(lambda _, s, r, c: s.write_formula(r, c, "=A1*2", None, ""), None, is_loud=True),
            Look(lambda _, s, r, c: s.write_formula(r, c, "=1/0", None, "#DIV/0!"), None, True),
            Look(lambda _, s, r, c: s.write_boolean(r, c, True), None, is_loud=True),
            Look(lambda _, s, r, c: s.write_blank(r, c, None), None),
        ]
    )


def day_look(draw: random.Random) -> Look:
    """A day as somebody may write it into a cell."""
    day = dt.date(2026, 1, 1) + dt.timedelta(days=draw.randint(0, 700))
    noon = dt.datetime.combine(day, dt.time(12))
    shown = draw.choice(["yyyy-mm-dd", "dd.mm.yyyy", "d mmmm yyyy", "mmm yy", "m/d/yy"])

    def dated(book: Book, sheet: Any, row: int, column: int) -> None:
        sheet.write_datetime(row, column, day, book.add_format({"num_format": shown}))

    def with_hour(book: Book, sheet: Any, row: int, column: int) -> None:
        timed = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_datetime(row, column, noon, timed)

    def text(written: str) -> Write:
        return lambda _, sheet, row, column: sheet.write_string(row, column, written)

    return draw.choice(
        [
            Look(dated, day),
            Look(dated, day),
            Look(text(f"{day} "), day),
            Look(text(f"{day:%d.%m.%Y}"), day, is_loud=True),
            Look(text(f"{day:%m/%d/%Y}"), day, is_loud=True),
            Look(text(f"{day:%d %B %Y}"), day, is_loud=True),
            Look(with_hour, day, is_loud=True),
            Look(lambda _, s, r, c: s.write_number(r, c, 46023), day, is_loud=True),
        ]
    )


def id_look(draw: random.Random, name: str) -> Look:
    """An id as somebody may write it into a cell."""
    written, is_loud = draw.choice(
        [
            (name, False),
            (name, False),
            (name, False),
            (f"{name}  ", False),
            (f"\u00a0{name}\n", False),
            (name.upper(), True),
            (name.replace("-", "\u2011"), True),
            (name.replace("c", "с"), True),
            (f"{name}\u200b", True),
        ]
    )
    return Look(lambda _, s, r, c: s.write_string(r, c, written), name, is_loud)


def shaped_sheet(draw: random.Random, book: Book, sheet: Any) -> tuple[list[list[Look]], bool]:
    """Fill a sheet of changes; return its looks, and whether its shape must be told."""
    top, left = draw.choice([(0, 0), (0, 0), (3, 0), (0, 2), (5, 1)])
    header = [*HEADER]
    is_loud = top > 0 and draw.random() < 0.5
    if is_loud:
        sheet.write_string(0, left, "Changes of 2026, by the planning office")

    match draw.choice(["", "", "", "", "double", "capitals", "blank", "note beside"]):
        case "double":
            header[HEADER.index("note")] = "value"
            is_loud = True
        case "capitals":
            header[HEADER.index("value")] = "Value"
            is_loud = True
        case "blank":
            header[HEADER.index("value")] = "value\u00a0"
        case "note beside":
            sheet.write_string(top + 1, left + len(header) + 2, "ask Aigerim")
            is_loud = True

    sheet.write_row(top, left, header)
    are_sound = draw.random() < 0.5  # so that whole tables come out sound, too
    looks = [_row(draw, nth, are_sound) for nth in ROWS]
    gap = draw.choice([0, 0, 1])
    for nth, row in enumerate(looks):
        at = top + 1 + nth + (gap if nth > 1 else 0)
        for column, look in enumerate(row):
            look.write(book, sheet, at, left + column)

    match draw.choice(["", "", "", "", "hidden row", "hidden column", "filter", "merged", "total"]):
        case "hidden row":
            sheet.set_row(top + 2, None, None, {"hidden": True})
            is_loud = True
        case "hidden column":
            sheet.set_column(left + 5, left + 5, None, None, {"hidden": True})
            is_loud = True
        case "filter":
            sheet.autofilter(top, left, top + 5, left + 3)
            sheet.set_row(top + 1, None, None, {"hidden": True})
            is_loud = True
        case "merged":
            sheet.merge_range(top + 1, left + 9, top + 2, left + 9, "both")
            is_loud = True
        case "total":
            sheet.write_number(top + 9, left + 5, 9999)
            is_loud = True
    return looks, is_loud


def _row(draw: random.Random, nth: int, are_sound: bool) -> list[Look]:
    def text(written: str, shown: Any = None) -> Look:
        return Look(lambda _, s, r, c: s.write_string(r, c, written), shown or written)

    name = f"cut-{nth}"
    is_sound = are_sound or draw.random() < 0.5
    return [
        text(name) if is_sound else id_look(draw, name),
        text("links"),
        text("almaty-shymkent-road"),
        text("length_km"),
        text("set"),
        text(str(nth)),
        text("2026-01-01", dt.date(2026, 1, 1)) if is_sound else day_look(draw),
        text("own"),
        text("C"),
        text(""),
    ]


def silent_fault(tables: Tables, columns: dict[str, list[Any]], table: str) -> str:
    """Return what was read otherwise than it is shown, if nothing is said of it."""
    if any(finding.table == table for finding in tables.findings):
        return ""

    frame = tables.frames[table]
    for name, shown in columns.items():
        values = frame[name].to_list()
        if len(values) != len(shown):
            return f"{len(values)} rows instead of {len(shown)}"
        for value, expected in zip(values, shown, strict=True):
            if value != expected and not (
                isinstance(value, float) and value == pytest.approx(expected, rel=1e-14)
            ):
                return f"{name}: {value!r} instead of {expected!r}"
    return ""


def tally(
    count: Tally, tables: Tables, columns: dict[str, list[Any]], table: str, is_loud: bool, key: str
) -> None:
    """Count one table; fail where it is silently wrong, or told of without need."""
    findings = [finding for finding in tables.findings if finding.table == table]
    assert not silent_fault(tables, columns, table), key
    assert bool(findings) == is_loud, (key, [str(finding) for finding in findings])
    count.kinds.update(finding.kind for finding in findings)
    count.read += not is_loud
    count.told += is_loud


@pytest.mark.slow
def test_workbooks_hold_what_they_show_or_there_is_a_finding(tmp_path: Path) -> None:
    draw = random.Random(42)
    count = Tally()
    for nth in range(400):
        stream = io.BytesIO()
        settings = {"in_memory": True, "date_1904": draw.random() < 0.3}
        with xlsxwriter.Workbook(stream, settings) as book:
            scratch = book.add_worksheet("my sums")
            scratch.write_formula(0, 0, "=NA()", None, "#N/A")
            name = draw.choice(["changes", "Changes", " CHANGES", "changes "])
            looks, is_loud = shaped_sheet(draw, book, book.add_worksheet(name))
        (tmp_path / "study.xlsx").write_bytes(stream.getvalue())

        by_column = list(zip(*looks, strict=True))
        shown = {
            column: [look.shown or None for look in by_column[HEADER.index(column)]]
            for column in ("change_id", "value", "from_on")
        }
        is_loud |= any(look.is_loud for row in looks for look in row)
        tally(count, read_folder(tmp_path), shown, "changes", is_loud, f"workbook {nth}")

    assert count.read > 40 and count.told > 40 and len(count.kinds) > 10, count


@pytest.mark.slow
def test_numbers_of_workbooks_are_read_as_shown_or_there_is_a_finding(tmp_path: Path) -> None:
    draw = random.Random(43)
    header = ["demand_id", "origin_node_id", "destination_node_id", "cargo_id", "year"]
    header += ["units_per_year", "source_id", "confidence"]
    count = Tally()
    for nth in range(300):
        stream = io.BytesIO()
        looks = [number_look(draw) for _ in range(draw.randint(1, 3))]
        with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
            sheet = book.add_worksheet("demand")
            sheet.write_row(0, 0, header)
            for row, look in enumerate(looks, 1):
                sheet.write_row(row, 0, [f"d{row}", "almaty", "astana", "box", 2026])
                look.write(book, sheet, row, 5)
                sheet.write_row(row, 6, ["own", "C"])
        (tmp_path / "study.xlsx").write_bytes(stream.getvalue())

        shown = {"units_per_year": [look.shown for look in looks]}
        # A figure of demand may not be empty.
        is_loud = any(look.is_loud or look.shown is None for look in looks)
        tally(count, read_folder(tmp_path), shown, "demand", is_loud, f"numbers {nth}")

    assert count.read > 40 and count.told > 40 and len(count.kinds) > 4, count


@pytest.mark.slow
def test_csv_of_any_country_is_read_as_meant_or_there_is_a_finding(tmp_path: Path) -> None:
    draw = random.Random(44)
    count = {"read": 0, "told": 0}
    header = ["demand_id", "origin_node_id", "destination_node_id", "cargo_id", "year"]
    header += ["units_per_year", "source_id", "confidence"]
    for nth in range(400):
        delimiter = draw.choice([";", ";", "\t"])
        point, parting = draw.choice([(".", ""), (",", ""), (",", "."), (".", ","), (",", " ")])
        digits = draw.choice([0, 0, 1, 2, 3])
        values = [
            round(draw.choice([draw.uniform(1, 900), draw.uniform(1000, 9e5)]), digits)
            for _ in range(draw.randint(1, 6))
        ]
        written = [
            f"{value:,.{digits}f}".translate(str.maketrans({",": parting, ".": point}))
            for value in values
        ]
        out = io.StringIO(newline="")
        out.write(draw.choice(["", "", f"sep={delimiter}\n", "Demand of 2026\n\n"]))
        lines = csv.writer(out, delimiter=delimiter, lineterminator=draw.choice(["\r\n", "\n"]))
        lines.writerow(header)
        for row, text in enumerate(written):
            lines.writerow([f"d{row}", "almaty", "astana", "box", "2026", text, "own", "C"])
        marks = b"\xef\xbb\xbf" * draw.randrange(3)
        (tmp_path / "demand.csv").write_bytes(marks + out.getvalue().encode())

        tables = read_folder(tmp_path)
        fault = silent_fault(tables, {"units_per_year": values}, "demand")
        assert not fault, (nth, delimiter, written, fault)
        is_told = any(finding.table == "demand" for finding in tables.findings)
        count["told" if is_told else "read"] += 1

    assert min(count.values()) > 80, count
