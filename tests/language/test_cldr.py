"""What CLDR knows of a language: dates, countries and charts speak as the report does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from corridor.language.cldr import country_name, long_date, vega_locale
from corridor.language.speech import speaking
from language_cases import save_texts, wide


def test_dates_and_countries_are_in_the_language_spoken() -> None:
    assert long_date(dt.date(2026, 7, 1)) == "1 July 2026" and country_name("KZ") is None
    with speaking("ru"):
        assert long_date(dt.date(2026, 7, 1)) == "1 июля 2026\u202fг."
        assert country_name("KZ") == "Казахстан" and country_name("QQ") is None


def test_a_country_is_called_as_the_study_calls_it(tmp_path: Path) -> None:
    save_texts(("Kazakhstan",), tmp_path)
    (tmp_path / "languages" / "de.po").rename(tmp_path / "languages" / "ru.po")
    with speaking("ru", tmp_path):
        assert country_name("KZ") == wide("Kazakhstan") and country_name("PK") == "Пакистан"


def test_charts_write_numbers_and_months_as_the_report_does() -> None:
    assert vega_locale() is None
    with speaking("kk"):
        locale = vega_locale()
    assert locale is not None
    assert locale["number"]["decimal"] == "," and locale["number"]["percent"] == "\u00a0%"
    assert len(locale["time"]["months"]) == 12 and len(locale["time"]["days"]) == 7
    assert locale["time"]["days"][0].lower() == "жексенбі"  # Sunday


def test_no_language_has_the_months_or_days_of_another() -> None:
    """Whatever was spoken before: Babel shares data between languages."""
    months = {}
    days = {}
    for code in ("ur", "zh", "kk", "ru"):
        with speaking(code):
            locale = vega_locale()
        assert locale is not None
        months[code] = locale["time"]["shortMonths"][0]
        days[code] = locale["time"]["days"][0].lower()

    assert months == {"ur": "جنوری", "zh": "1月", "kk": "қаң", "ru": "янв"}
    assert days == {"ur": "اتوار", "zh": "星期日", "kk": "жексенбі", "ru": "воскресенье"}
