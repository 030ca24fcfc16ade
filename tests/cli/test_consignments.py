"""The verbs of consignments: quotes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

QUOTE = ("almaty", "tashkent", "--depart", "2026-07-01")


def test_a_quote_prints_its_price_and_writes_its_sheet(
    run: Any, starter: str, tmp_path: Path
) -> None:
    page = tmp_path / "quote.html"
    ran = run("quote", starter, *QUOTE, "--units", "2", "--out", str(page), "--language", "ru")
    assert ran.code == 0
    assert ran.out.startswith("part,usd_per_unit,p05_usd_per_unit")
    assert str(page) in ran.err
    assert "Предложение на перевозку" in page.read_text("utf-8")


def test_a_quote_is_json_too(run: Any, starter: str) -> None:
    ran = run("quote", starter, *QUOTE, "--issued-on", "2026-06-20", "--terms", "FCA", "--json")
    answer = json.loads(ran.out)
    assert answer["valid_to"] == "2026-07-04"
    assert [row["part"] for row in answer["prices"]][-1] == "total"
    assert answer["borders"][0]["from_country"] == "KZ"


def test_no_route_is_exit_code_3(run: Any, starter: str, tmp_path: Path) -> None:
    page = tmp_path / "quote.html"
    ran = run("quote", starter, *QUOTE, "--avoid", "UZ", "--out", str(page))
    assert ran.code == 3
    assert "reason:" in ran.err
    assert not page.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--out", "quote.docx"), "must end in"),
        (("--terms", "DAF"), "Incoterms"),
        (("--out", "quote.html", "--language", "xx"), "language"),
    ],
)
def test_wrong_usage_is_said(run: Any, starter: str, arguments: tuple[str, ...], says: str) -> None:
    ran = run("quote", starter, *QUOTE, *arguments)
    assert ran.code == 2
    assert says in ran.err


def test_without_a_browser_a_pdf_says_what_to_do(
    run: Any, starter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_BROWSER", "no-such-browser")
    ran = run("quote", starter, *QUOTE, "--out", str(tmp_path / "quote.pdf"))
    assert ran.code == 2
    assert "CORRIDOR_BROWSER" in ran.err
