"""Charts in another language: every word told, numbers and months as the language writes them."""

from __future__ import annotations

import importlib.util
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po
from hypothesis import given
from hypothesis import strategies as st

import chart_cases as cases
from corridor.charts.closures import hazard_bars
from corridor.charts.style import FONT, WIDTH
from corridor.charts.svg import to_svg, vega_lite
from corridor.charts.text import row_labels
from corridor.language import speech as language
from corridor.language.amounts import vega_per_cent
from corridor.language.speech import number, speaking
from corridor.reports.drawing import second_process, start_drawing
from every_chart import EVERY, SVG, texts

LATIN = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "абцдефгхийклмнопярстувщчыз"
RUSSIAN = str.maketrans(LATIN + LATIN.upper(), CYRILLIC + CYRILLIC.upper())
ARABIC = str.maketrans(LATIN + LATIN.upper(), "ابتثجحخدذرزسشصضطظعغفقكلمنه" * 2)
CHINESE = str.maketrans(
    {letter: "路" if letter in "aeiouAEIOU" else "" for letter in LATIN + LATIN.upper()}
)
PLACEHOLDER = re.compile(r"(\{\w+\}|%\(\w+\)s|%[a-z])")
NUMBER = re.compile(r"[+−±-]?\d[\d,]*(\.\d+)?%?")
RUSSIAN_NUMBER = re.compile(r"[+−±-]?\d[\d\u00a0]*(,\d+)?(\u00a0%)?")
# What a study says: names of its rows, and reasons told before a chart is made.
STUDY_TEXT = """
Alpha North South Gate Midway Southport Port of Isle gate mid port rail isle KZ KG PK Lorry Train
Price First run closed until Snow at flooded Half Shut Unbuilt Customs Ores Wool Alphaland Isles
"""
STUDY = set(STUDY_TEXT.split())

Svgs = dict[str, dict[str, str]]  # language -> name of a chart -> its SVG


def messages() -> Catalog:
    """Return every message of the program."""
    path = Path(__file__).resolve().parents[2] / "docs" / "make_messages.py"
    spec = importlib.util.spec_from_file_location("make_messages", path)
    assert spec is not None and spec.loader is not None

    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    template: Catalog = module.messages()
    return template


def longer(text: str) -> str:
    """Return a text in Cyrillic letters, long words a third longer, as Russian ones are."""
    words = text.translate(RUSSIAN).split(" ")
    return " ".join(word + "ооо" if len(word) > 6 else word for word in words)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "ru": longer,
    "ur": lambda text: text.translate(ARABIC),
    "zh": lambda text: text.translate(CHINESE),
}


def respell(message: Message, spell: Callable[[str], str]) -> str:
    """Return a message in other letters; what is filled in stays."""
    parts = PLACEHOLDER.split(message.id)
    return "".join(part if i % 2 else spell(part) for i, part in enumerate(parts)) or message.id


@pytest.fixture(scope="module", autouse=True)
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give made-up catalogues: every message in other letters."""
    folder = tmp_path_factory.mktemp("languages")
    template = [message for message in messages() if isinstance(message.id, str) and message.id]
    for code, spell in SPELLINGS.items():
        catalogue = Catalog(locale=code)
        for message in template:
            catalogue.add(message.id, respell(message, spell), context=message.context)
        with (folder / f"{code}.po").open("wb") as file:
            write_po(file, catalogue)

    real_folder = language.FOLDER
    language.FOLDER = folder
    language._speech.cache_clear()
    yield

    language.FOLDER = real_folder
    language._speech.cache_clear()


@pytest.fixture(scope="module")
def spoken(catalogues: None) -> Svgs:
    """Return every chart in every language."""
    svgs: Svgs = {}
    for code in ("en", *SPELLINGS):
        with speaking(code):
            svgs[code] = {name: to_svg(make_chart()) for name, make_chart in EVERY.items()}
    return svgs


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_no_english_word_is_left(spoken: Svgs, name: str) -> None:
    """Titles, axes, legends, labels and descriptions: what is in Latin letters is the study's."""
    shown = " ".join(ET.fromstring(spoken["ru"][name]).itertext())
    assert set(re.findall(r"[A-Za-z]{2,}", shown)) <= STUDY
    assert len(re.findall(r"[а-я]{3}", shown)) > 4


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_figures_are_those_of_english_in_the_languages_signs(spoken: Svgs, name: str) -> None:
    """A law: every figure drawn, by Vega or here, is the English one with the other signs."""
    signs = str.maketrans({",": "\u00a0", ".": ",", "%": "\u00a0%"})
    english = [text.translate(signs) for text in figures(spoken["en"][name], NUMBER)]
    assert figures(spoken["ru"][name], RUSSIAN_NUMBER) == sorted(english)

    description = ET.fromstring(spoken["ru"][name]).findtext(f"{SVG}desc") or ""
    words = " ".join([*texts(spoken["ru"][name]), description])
    assert not re.search(r"\d\.\d|\d,\d{3}(?!\d)", words)


def figures(svg: str, pattern: re.Pattern[str]) -> list[str]:
    """Return the texts of a chart that are numbers."""
    return sorted(text.replace("−", "-") for text in texts(svg) if pattern.fullmatch(text))


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_per_cents_and_numbers_read_back(value: float, digits: int) -> None:
    with speaking("ru"):
        text = number(value, digits)
        share = vega_per_cent(value, digits)

    read = float(text.translate(str.maketrans({"\u00a0": None, ",": ".", "−": "-"})))
    assert read == pytest.approx(value, abs=0.51 * 10**-digits)
    assert share.endswith("\u00a0%") and "." not in share
    assert vega_per_cent(value, digits) == f"{value:z,.{digits}%}"  # no minus before nothing


@pytest.mark.slow
def test_months_are_the_languages(spoken: Svgs) -> None:
    assert {"март 26", "май 26"} <= set(texts(spoken["ru"]["calendar"]))
    assert "May 26" in texts(spoken["en"]["calendar"])


@pytest.mark.slow
def test_countries_on_maps_are_named_in_the_language(spoken: Svgs) -> None:
    assert "ПАКИСТАН" in texts(spoken["ru"]["network_map"])
    assert "PAKISTAN" in texts(spoken["en"]["network_map"])


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_longer_words_fit(spoken: Svgs, name: str) -> None:
    for code in ("ru", "zh"):
        assert float(ET.fromstring(spoken[code][name]).attrib["width"]) <= 1.06 * WIDTH


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_pictures_run_from_left_to_right(spoken: Svgs, name: str) -> None:
    assert ET.fromstring(spoken["ur"][name]).get("direction") == "ltr"
    assert "direction=" not in spoken["en"][name]


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_arabic_texts_are_isolates_with_whole_figures(spoken: Svgs, name: str) -> None:
    shown = re.findall(r"<t(?:ext|span)\b[^>]*>([^<]+)<", spoken["ur"][name])
    arabic = [text for text in shown if re.search("[\u0600-\u06ff]", text)]
    others = [text for text in shown if text not in arabic]
    assert arabic
    assert not any("\u2067" in text for text in others)

    for text in arabic:
        assert text[0] == "\u2067" and text[-1] == "\u2069"
        assert text.count("\u2066") + 1 == text.count("\u2069")
        outside = re.sub("\u2066[^\u2069]*\u2069", "", text)
        assert not re.search(r"[A-Za-z0-9]", outside)


@pytest.mark.slow
def test_a_date_and_a_sum_stay_whole_from_right_to_left(spoken: Svgs) -> None:
    assert any("\u20662026-07-01\u2069" in text for text in texts(spoken["ur"]["network_map"]))
    assert any("\u20663,520\u2069" in text for text in texts(spoken["ur"]["cost_distance"]))


def test_only_other_languages_bring_signs_and_fonts() -> None:
    english = vega_lite(EVERY["pareto"]())["config"]
    assert english["font"] == FONT
    assert "locale" not in english

    with speaking("ru"):
        russian = vega_lite(EVERY["pareto"]())["config"]
    assert russian["locale"]["number"]["decimal"] == ","
    assert russian["font"].startswith(FONT.rpartition(",")[0])


def test_second_process_draws_the_language() -> None:
    """Words, signs and months travel in the spec."""
    with speaking("ru"), second_process():
        chart = EVERY["calendar"]()
        assert start_drawing(chart).result() == to_svg(chart)


def test_same_words_are_told_apart() -> None:
    """Two names that are alike when cut are two rows."""
    names = [
        "Переправа через большую реку у северных ворот города",
        "Переправа через большую реку у северных ворот порта",
    ]
    hazards = cases.by_hazard().with_columns(name=pl.Series([name * 3 for name in names]))
    with speaking("ru"):
        datasets = vega_lite(hazard_bars(hazards, {}))["datasets"].values()
        assert len(set(row_labels([name * 4 for name in names], 20))) == 2

    rows = next(rows for rows in datasets if rows and "label" in rows[0])
    assert len({row["label"] for row in rows}) == 2
