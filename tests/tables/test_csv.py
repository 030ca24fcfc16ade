"""Tables as CSV for people: lists as text, numbers to three decimals, instants as asked for."""

from __future__ import annotations

import csv
import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.tables.csv import (
    SPREADSHEET_INSTANT,
    csv_text,
    join_lists,
    read_csv,
)
from corridor.tables.raw import Unreadable

FRAME = pl.DataFrame(
    {
        "modes": [["road", "rail"], []],
        "days": [[1, 2], None],
        "cost_usd": [1234.56789, None],
        "depart_at": [dt.datetime(2026, 7, 1, 8, 30, tzinfo=dt.UTC), None],
        "units": [3, 4],
    }
)


def test_lists_become_texts_parted_as_named():
    joined = join_lists(FRAME, {"modes": " "})

    assert joined["modes"].to_list() == ["road rail", ""]
    assert joined["days"].to_list() == ["1; 2", None]
    assert joined.drop("modes", "days").equals(FRAME.drop("modes", "days"))


def test_numbers_have_three_decimals_and_instants_the_form_asked_for():
    assert csv_text(FRAME, datetime_format=SPREADSHEET_INSTANT).splitlines() == [
        "modes,days,cost_usd,depart_at,units",
        "road; rail,1; 2,1234.568,2026-07-01 08:30,3",
        '"",,,,4',
    ]
    assert csv_text(FRAME.select("cost_usd"), decimals=None).splitlines()[1] == "1234.56789"


def test_a_line_for_excel_above_the_header_is_read_past() -> None:
    data = b"sep=;\nnode_id;name\na;b\n"
    raw, findings = read_csv(data, "nodes.csv", {"node_id", "name"})
    assert (raw.header, raw.lines, findings) == (("node_id", "name"), [3], [])
    assert raw.cells.rows() == [("a", "b")]


def test_marks_of_an_export_are_taken_off_again() -> None:
    texts = ["=1+1", "'=1", "''@x", "-", "- a", "+7 %", "\t=1", "it's", "'plain'", None]
    frame = pl.DataFrame({"node_id": [f"n{i}" for i in range(10)], "name": texts})
    data = csv_text(frame, for_spreadsheets=True).encode()
    raw, _ = read_csv(data, "nodes.csv", {"node_id", "name"})
    assert raw.cells["1"].to_list() == texts


def test_what_a_spreadsheet_would_run_is_marked() -> None:
    texts = [
        "=cmd|' /C calc'!A0",
        "@SUM(A1)",
        "+1+2",
        "-2+3",
        "\t=1",
        "plain",
        "-12.5",
        "+7 %",
        "-",
    ]
    frame = pl.DataFrame(
        {"name": texts, "many": [[text] for text in texts], "cost_usd": [-1.0] * 9}
    )
    rows = list(csv.reader(csv_text(frame, for_spreadsheets=True).splitlines()))[1:]

    assert [row[0] for row in rows] == [
        *[f"'{text}" for text in texts[:5]],
        *["plain", "-12.5", "+7 %", "-"],
    ]
    assert [row[1] for row in rows] == [row[0] for row in rows]
    assert {row[2] for row in rows} == {"-1.000"}
    assert "'" not in csv_text(frame).replace("' /C calc'", "")


CELLS = st.text(st.sampled_from("ab 1.é\u00a0\u2028\x1c'#=-"), max_size=4)
LINES = st.lists(CELLS, min_size=3, max_size=3).map(",".join)
ODD_LINES = st.text(st.sampled_from('a", \r\n;'), max_size=8)


@given(
    st.lists(LINES, max_size=6),
    st.one_of(st.just(""), ODD_LINES),
    st.sampled_from(["\n", "\r\n"]),
)
def test_rows_read_at_once_are_those_read_one_by_one(lines: list[str], last: str, end: str) -> None:
    data = end.join(["mode,note,source_id", *lines, last]).encode()
    at_once = contents(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corridor.tables.csv._plain_rows", lambda *_: None)
        assert contents(data) == at_once


def contents(data: bytes) -> object:
    try:
        raw, findings = read_csv(data, "modes.csv", {"mode", "note"})
    except Unreadable as unreadable:
        return str(unreadable)
    return raw.cells.rows(), raw.lines, findings
