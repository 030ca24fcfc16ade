"""The map in five languages: every message of the page is served, and answers come in its words."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")

from corridor.errors import UnknownName
from corridor.language.cldr import vega_locale
from corridor.language.messages import message
from corridor.language.speech import languages, number, speaking
from corridor.web.languages import page_catalogue, translated
from language_cases import ROOT, messages_in_code
from web_cases import TRIP

CODES = [code for code in languages() if code != "en"]
SOURCES = sorted(p for p in (ROOT / "web" / "src").glob("*.ts") if p.stem != "language")
NOT_LITERAL = re.compile(r"(?<![.\w])(?:t|tn|parts)\((?!\s*\")")


@cache
def page_messages() -> dict[str, int]:
    """Return the messages in the sources of the page, each with how many forms its count has."""
    of_page = {}
    for entry in messages_in_code():
        if any(file.endswith(".ts") for file, _ in entry.locations):
            english = entry.id if isinstance(entry.id, str) else entry.id[0]
            of_page[english] = 1 if isinstance(entry.id, str) else 2
    return of_page


@pytest.mark.parametrize("code", CODES)
def test_every_message_of_the_page_is_served(code: str) -> None:
    served = page_catalogue(code)
    of_page = page_messages()
    assert set(served["messages"]) == set(of_page)
    for english, forms in of_page.items():
        translation = served["messages"][english]
        assert isinstance(translation, str) == (forms == 1), english
        assert all(translation)


def test_every_message_stands_in_the_code_as_it_is() -> None:
    for path in SOURCES:
        assert not NOT_LITERAL.findall(path.read_text("utf-8")), path.name


def test_dates_of_the_page_leave_other_languages_as_they_are() -> None:
    """Babel shares data between languages: what one reads may not become another's."""
    days = {code: page_catalogue(code)["dates"]["weekdays"][6].lower() for code in ("ur", "zh")}
    assert days == {"ur": "اتوار", "zh": "星期日"}
    with speaking("zh"):
        locale = vega_locale()
    assert locale is not None and locale["time"]["days"][0] == "星期日"


def test_plurals_have_the_categories_of_the_browser() -> None:
    assert page_catalogue("ru")["plurals"] == {"one": 0, "few": 1, "many": 2}
    assert page_catalogue("kk")["plurals"] == {"one": 0, "other": 1}
    assert page_catalogue("zh")["plurals"] == {"other": 0}
    assert page_catalogue("ur")["direction"] == "rtl"
    assert page_catalogue("en")["messages"] == {}
    with pytest.raises(UnknownName, match="Did you mean 'ru'"):
        page_catalogue("rus")


def test_texts_are_translated_and_ids_are_not() -> None:
    answer = {
        "name": "planned",
        "mode": "planned",
        "reason": message("without it: {reason}", reason="x"),
        "notes": [message("without it there is one")],
        "coordinates": [[1.0, 2.0]],
    }
    assert translated(answer) == answer
    with speaking("ru"):
        assert translated(answer) == {
            "name": "запланировано",
            "mode": "planned",
            "reason": "без этого: x",
            "notes": ["без этого путь есть"],
            "coordinates": [[1.0, 2.0]],
        }


def test_answers_are_in_the_language_asked(client: Any) -> None:
    asked = {**TRIP, "language": "ru"}
    names = {
        place["id"]: place["name"]
        for place in client.get("/api/study", params={"language": "ru"}).json()["places"]
    }
    assert names["almaty"] == "Алматы"

    shut = client.post("/api/routes", json={**asked, "close": ["country:CN"]}).json()
    assert re.search("[а-я]{4}", shut["baseline"]["sentence"])
    assert "road" in shut["routes"][0]["modes"]
    assert client.get("/api/language", params={"language": "ru"}).json()["code"] == "ru"

    unknown = client.get("/api/study", params={"language": "rus"})
    assert unknown.status_code == 422 and unknown.json()["near"] == ["ru"]


@pytest.mark.parametrize("code", CODES)
def test_dates_and_numbers_are_those_of_the_report(code: str) -> None:
    """Each pattern of a date names fields that the page writes, and months it has the names of."""
    served = page_catalogue(code)
    dates = served["dates"]
    assert all(len(names) == 12 and all(names) for names in dates["months"].values())
    assert len(set(dates["weekdays"])) == 7

    for pattern in dates["patterns"].values():
        fields = re.findall(r"[a-zA-Z]+", re.sub(r"'[^']*'", "", pattern))
        named = {field for field in fields if len(field) > 2 and field[0] in "ML"}
        assert named <= set(dates["months"])
        assert {field[0] for field in fields} <= set("yMLdHmc")

    with speaking(code):
        assert number(12345.6, 1) == f"12{served['group']}345{served['decimal']}6"


def test_changes_of_the_study_have_names(client: Any) -> None:
    """The scenario of the same name, the project, the links shut or opened, or the note."""
    english = client.get("/api/study").json()["changes"]
    assert english["hormuz-shut"] == "“Hormuz shut”"
    assert english["af-pk-closure-2025"] == "the border Afghanistan – Pakistan closed"
    assert english["india-pakistan-2025"].endswith(" and 1 more closed")
    assert english["khunjerab-railway"].endswith(" opened")
    assert all(change_id.replace("-", " ") != name for change_id, name in english.items())

    russian = client.get("/api/study", params={"language": "ru"}).json()["changes"]
    assert not re.search("[A-Za-z]{4,}", russian["india-pakistan-2025"])
    assert russian["af-pk-closure-2025"] == "граница Афганистан – Пакистан: закрыто"
