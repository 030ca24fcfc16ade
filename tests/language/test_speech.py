"""Speech: the words of the program are messages, and numbers are written as a language does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from corridor.errors import UnknownName
from corridor.evidence import claims, commitments, validation
from corridor.language.messages import message, translate
from corridor.language.speech import (
    languages,
    number,
    number_in_style,
    signed,
    speaking,
    speech,
    tell,
    tell_count,
    tell_html,
    with_one_stop,
)
from corridor.network import durations
from corridor.routing.conditions import CRITERIA
from corridor.tables import schema
from corridor.tables.columns import MODES
from language_cases import CODE, ROOT, wide

BARE = {"A", "B", "C", "AIC", "p50", "p95", "USD"}
TEMPLATES = sorted((ROOT / "src" / "corridor" / "reports" / "templates").glob("*.html"))


def test_messages_hold_words_and_no_code(template: Catalog) -> None:
    assert len(template) > 400
    for entry in template:
        for text in map(str, entry.id if isinstance(entry.id, tuple) else (entry.id,)):
            assert text.count("{") == len(re.findall(r"\{\w+\}", text)), text


def test_words_of_fixed_sets_are_messages(pseudo: None) -> None:
    states = (
        claims.CONSISTENT,
        claims.DIFFERS,
        claims.OPEN,
        claims.UNDECIDED,
        claims.OTHER_COUNT,
        commitments.ON_COURSE,
        commitments.SHORT,
        commitments.ANNOUNCED,
        commitments.NOT_HERE,
    )
    cases = (
        (1.0, 0.9, 1.1),
        (0.8, 0.95, 1.0),
        (9.0, 0.9, 1.0),
        (None, 0.9, 1.0),
        (1.0, None, None),
    )
    verdicts = {
        validation._verdict(
            {"value_low": None, "value": seen, "value_high": None},
            validation._Band(low, middle, 1.2),
        )
        for seen, low, middle in cases
    }
    assert len(verdicts) == 5
    status = schema.table("links").column("status").choices or ()
    with speaking(CODE):
        for word in (
            *states,
            *verdicts,
            *durations.FAMILIES,
            *CRITERIA,
            *MODES,
            *status[1:],
        ):
            assert tell(word) == wide(word) != word


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.stem))
def test_no_word_of_a_template_stands_outside_a_message(path: Path) -> None:
    text = re.sub(
        r"\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}",
        " ",
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    words = re.findall(r"[A-Za-z]\w*", re.sub(r"<[^>]*>|&\w+;", " ", text))
    assert set(words) <= BARE


def test_numbers_have_the_signs_of_the_language() -> None:
    assert speech().is_english and languages()[0] == "en"
    with speaking("ru"):
        assert number(-12345.678, 1) == "\u221212\u00a0345,7" and signed(0.5, 1) == "+0,5"
        assert number_in_style(1234.5, ",.4g") == "1\u00a0234" and number(-0.04, 1) == "0,0"
    assert number(-12345.678, 1) == "-12,345.7"


def test_values_are_put_into_messages() -> None:
    assert tell_html("<b>{name}</b>", name="<i>") == "<b>&lt;i&gt;</b>"
    assert tell_count("{count} way", "{count} ways", 1234) == "1,234 ways"


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'ru'"), speaking("rus"):
        pass


def test_a_catalogue_of_a_study_that_changed_is_read_anew(tmp_path: Path) -> None:
    import os

    path = tmp_path / "languages" / "ru.po"
    path.parent.mkdir()
    for second, text in enumerate(("Город", "Порт")):
        path.write_text(f'msgid "Alma"\nmsgstr "{text}"\n', encoding="utf-8")
        os.utime(path, (second, second))
        with speaking("ru", tmp_path) as spoken:
            assert spoken.texts == {"Alma": text}


def test_abbreviation_at_the_end_of_a_sentence_has_one_full_stop() -> None:
    usd = "5 млн долл."
    assert tell("The loss is {usd}. More.", usd=usd) == "The loss is 5 млн долл. More."
    assert tell_count("{count} in {usd}.", "{count} in {usd}.", 1, usd=usd) == "1 in 5 млн долл."
    assert tell_html("Loss <b>{usd}</b>.", usd=usd) == "Loss <b>5 млн долл.</b>"
    assert translate(message("no rate: {usd}.", usd=usd)) == "no rate: 5 млн долл."
    for text in ("And so on ...", "2026-01-01..2026-12-31", "../studies", "sum 5. Next."):
        assert with_one_stop(text) == text
