"""Results in the reader's language: the study's texts by its catalogue, messages by templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

import chart_cases as cases
from corridor.language.messages import joined, message, pack
from corridor.language.speech import speaking
from corridor.reports.translating import translated
from corridor.tables import schema_results

SHUT = joined(
    [
        message(
            "{links} {dates}",
            links="gate-rail",
            dates=message("until reopened [{closure}]", closure="Alma"),
        ),
        message(
            "{links} {dates}",
            links="mid",
            dates=message("until {until} [{closure}]", until="2027", closure="c"),
        ),
    ]
)


def translated_in_russian(results: dict[str, object], folder: Path) -> Any:
    """Return results in Russian; the study's catalogue has one of its names."""
    path = folder / "languages" / "ru.po"
    path.parent.mkdir(exist_ok=True)
    path.write_text('msgid "Alma"\nmsgstr "Алма"\n', encoding="utf-8")
    with speaking("ru", folder):
        return translated(results)


def test_english_results_stay_as_they_are() -> None:
    results = cases.results()
    assert translated(results) is results


def test_a_message_is_told_and_a_text_looked_up(tmp_path: Path) -> None:
    calendar = pl.DataFrame(
        {
            "reason": [SHUT, "Alma", "unknown", None],
            "reason_message": [pack(SHUT), None, None, None],
            "trip_id": ["Alma"] * 4,
        }
    )
    reasons = translated_in_russian({"calendar": calendar}, tmp_path)["calendar"]
    told, *others = reasons["reason"].to_list()
    assert "gate-rail" in told and "Алма" in told and "; mid" in told and "until" not in told
    assert others == ["Алма", "unknown", None]
    assert reasons["trip_id"].to_list() == ["Alma"] * 4  # an id stays


def test_lists_are_told_item_by_item(tmp_path: Path) -> None:
    trip = {
        "warnings": ["Alma", SHUT],
        "warnings_message": [None, pack(SHUT)],
        "reason": None,
        "routes": pl.DataFrame({"documents": [["Alma", "TIR"], None]}),
    }
    (told,) = translated_in_russian({"trips": [trip]}, tmp_path)["trips"]
    first, second = told["warnings"]
    assert first == "Алма" and "until" not in second and told["reason"] is None
    assert told["routes"]["documents"].to_list() == [["Алма", "TIR"], None]


def test_words_of_scenarios_are_told(tmp_path: Path) -> None:
    study = {"title": "Alma", "id": "Alma", "scenarios": {"Alma": {"title": "Alma", "about": None}}}
    told = translated_in_russian({"study": study}, tmp_path)["study"]
    assert told["title"] == "Алма" and told["id"] == "Alma"
    assert told["scenarios"] == {"Alma": {"title": "Алма", "about": None}}


def test_every_packed_column_has_its_prose() -> None:
    for table in schema_results.TABLES:
        kinds = {column.name: (column.kind, column.many) for column in table.columns}
        for column in table.columns:
            if column.kind == "message":
                assert kinds[column.name.removesuffix("_message")] == ("prose", column.many)
