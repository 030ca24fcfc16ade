"""Sheets: a workbook that would take too much is refused before anybody lays out its cells."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from corridor.tables import budgets
from corridor.tables.raw import Unreadable
from corridor.tables.sheets import refuse_bad_workbook

HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"
RELATIONS = (
    '<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="{target}"/>'
    "</Relationships>"
)


def workbook(
    cells: str, *, target: str = "worksheets/sheet1.xml", texts: str | None = None, **others: str
) -> bytes:
    """Return a workbook of one sheet, as far as it is looked at here."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format(target=target))
        archive.writestr(f"xl/{target}", HEAD + cells + TAIL)
        if texts is not None:
            archive.writestr("xl/sharedStrings.xml", f"<sst>{texts}</sst>")
        for name, content in others.items():
            archive.writestr(name, content)
    return stream.getvalue()


def refusal(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        refuse_bad_workbook(data)
    return caught.value


def test_a_cell_far_away_is_refused() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="99999"><c r="XFD99999"><v>1</v></c></row>'
    assert refusal(workbook(far)).kind == "file-too-large"
    assert refusal(workbook(far, target="other/place.xml")).line == 99999


@pytest.mark.parametrize("address", ["A99999999999", "ZZZZ9", "A0", "a9999999", "", "1A"])
def test_a_cell_at_no_place_is_refused(address: str) -> None:
    """A reader took such an address for one a thousand million rows below, and all memory."""
    refused = refusal(workbook(f'<row r="1"><c r="{address}"><v>1</v></c></row>'))
    assert refused.kind == "unreadable-file"


def test_empty_cells_and_plain_tables_pass() -> None:
    refuse_bad_workbook(workbook('<row r="1048576"><c r="XFD1048576" s="1"/></row>'))
    refuse_bad_workbook(workbook("<row><c><v>1</v></c><c><v>2</v></c></row>" * 50))


def test_a_text_that_many_cells_share_counts_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MAX_SHEET_LETTERS", 1000)
    cells = '<row><c t="s"><v>0</v></c></row>'
    texts = f"<si><t>{'x' * 90}</t></si>"
    refuse_bad_workbook(workbook(cells * 11, texts=texts))
    assert refusal(workbook(cells * 12, texts=texts)).kind == "file-too-large"


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MAX_UNPACKED_BYTES", 100_000)
    assert refusal(workbook("<row/>" * 20_000)).kind == "file-too-large"


def test_another_format_inside_is_no_workbook() -> None:
    with pytest.raises(ValueError, match="no XLSX"):
        refuse_bad_workbook(workbook("", **{"content.xml": "<office/>"}))


def test_a_sheet_of_many_rows_is_looked_through_in_time() -> None:
    """An expression that looked for errors went back and forth for minutes over such a sheet."""
    start = time.process_time()
    refuse_bad_workbook(workbook('<row r="1"><c r="A1"/></row>' * 20_000))
    assert time.process_time() - start < 10
