"""Dates against ids, sources, citations, each other and the days a study stands for."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest

from check_cases import Frames, new_findings
from corridor.checks.dates import check_dates, check_past

check_until_2026 = partial(check_past, last_day=dt.date(2026, 7, 1))


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "kind"),
    [
        ("events", "kkh-2024-02", "from_on", dt.date(2023, 2, 19), "id-says-otherwise"),
        ("trade", "kz-pk-fy24-sbp", "year", 2023, "id-says-otherwise"),
        ("trade", "kz-af-2023", "year", 2034, "id-says-otherwise"),
        ("sources", "border-2017", "year", 2027, "citation-says-otherwise"),
        ("sources", "tir-pilot-2021", "year", 2011, "dated-after-source"),
        ("commitments", "trade-target", "due_on", dt.date(2018, 2, 4), "dates-out-of-order"),
        ("demand", "tashkent-karachi-bulk-t", "year", 2045, "unlike-its-peers"),
        ("events", "kkh-2024-02", "from_on", dt.date(1924, 2, 19), "unlike-its-peers"),
    ],
)
def test_date_that_something_contradicts(
    built_in: Frames, table: str, row: str, column: str, value: dt.date | int, kind: str
) -> None:
    findings = new_findings(check_dates, built_in, table, row, **{column: value})
    assert kind in {finding.kind for finding in findings}


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("events", "kkh-2024-02", "from_on", dt.date(2026, 7, 2)),
        ("observations", "karachi-almaty-length", "depart_on", dt.date(2032, 6, 1)),
        ("trade", "kz-af-2023", "year", 2027),
        ("sources", "border-2017", "year", 2027),
    ],
)
def test_record_after_the_study(
    built_in: Frames, table: str, row: str, column: str, value: dt.date | int
) -> None:
    findings = new_findings(check_until_2026, built_in, table, row, **{column: value})
    assert [(f.kind, f.column) for f in findings] == [("dated-after-study", column)]
    assert "2026-07-01" in findings[0].message


def test_link_that_is_open_and_opens_later(built_in: Frames) -> None:
    cells = {"status": "existing", "speed_kmh": 40.0}
    (finding,) = new_findings(check_until_2026, built_in, "links", "ayagoz-bakhty-rail", **cells)
    assert finding.kind == "open-before-opening"
