"""Rows added to a table's CSV: what stood there stays, signs and columns are those of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor import new
from corridor.exchange.export import pack_workbook
from corridor.web.appending import appended
from corridor.web.refusals import Refusal

ROW = {"source_id": "own", "citation": "A what-if", "year": None}


def test_rows_take_the_columns_and_signs_of_the_file(tmp_path: Path) -> None:
    text = "\ufeffcitation;source_id;year\r\n'Old; quoted';old;1999".encode()
    (tmp_path / "sources.csv").write_bytes(text)

    assert appended(tmp_path, "sources", [ROW]) == text + b"\nA what-if;own;\r\n"


def test_a_new_file_has_every_declared_column(tmp_path: Path) -> None:
    heading, line = appended(tmp_path, "sources", [ROW]).decode().splitlines()

    assert heading.split(",")[:3] == ["source_id", "citation", "year"]
    assert line.startswith("own,A what-if,,")


@pytest.mark.parametrize(
    ("file", "text", "error"),
    [
        ("sources.parquet", b"", "not-csv"),
        ("study.xlsx", b"", "not-csv"),
        ("sources.csv", b"source_id\n", "missing-column"),
    ],
)
def test_what_cannot_be_added_is_refused(
    tmp_path: Path, file: str, text: bytes, error: str
) -> None:
    (tmp_path / file).write_bytes(text)

    with pytest.raises(Refusal) as refusal:
        appended(tmp_path, "sources", [ROW])
    assert (refusal.value.status, refusal.value.error) == (409, error)


def test_a_table_in_a_workbook_of_any_name_is_not_written_beside_it(tmp_path: Path) -> None:
    folder = new(tmp_path / "study", pack=pack_workbook)
    (folder / "study.xlsx").rename(folder / "tables of 2026.xlsx")

    with pytest.raises(Refusal, match="sheet 'sources' of tables of 2026"):
        appended(folder, "sources", [ROW])
