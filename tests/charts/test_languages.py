"""Charts in another language: every word told, numbers and months as the language writes them,
texts that fit."""

from __future__ import annotations

import importlib.util
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import given
from hypothesis import strategies as st

import chart_cases as cases
from corridor.charts.closures import hazard_bars
from corridor.charts.style import FONT, WIDTH
from corridor.charts.svg import to_svg, vega_lite
from corridor.charts.text import row_labels, text_width, title_lines, truncate, wrap
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
# What a study says: names of its rows, and reasons told before a chart is made.
STUDY = set(
    re.findall(
        r"\w+",
        """
    Alpha North South Gate Midway Southport Port of Isle gate mid port rail isle KZ KG PK Lorry Train Price First run
    closed until Snow at flooded Half Shut Unbuilt Customs Ores Wool Alphaland Isles""",  # noqa: E501
    )
)


def messages() -> Catalog:
    """Return every message of the program."""
    spec = importlib.util.spec_from_file_location(
        "make_messages", Path(__file__).resolve().parents[2] / "docs" / "make_messages.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Catalog = module.messages()
    return found


@pytest.fixture(scope="module", autouse=True)
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give made-up catalogues: every message spelt in other letters, a third longer in Russian."""
    folder = tmp_path_factory.mktemp("languages")
    template = messages()

    def longer(text: str) -> str:
        return " ".join(
            word + "ооо" if len(word) > 6 else word for word in text.translate(RUSSIAN).split(" ")
        )

    spellings: dict[str, Callable[[str], str]] = {
        "ru": longer,
        "ur": lambda text: text.translate(ARABIC),
        "zh": lambda text: text.translate(CHINESE),
    }
    for code, spelt in spellings.items():
        made = Catalog(locale=code)
        for message in template:
            if isinstance(message.id, str) and message.id:
                parts = re.split(r"(\{\w+\}|%\(\w+\)s|%[a-z])", message.id)
                made.add(
                    message.id,
                    "".join(part if i % 2 else spelt(part) for i, part in enumerate(parts))
                    or message.id,
                    context=message.context,
                )
        with (folder / f"{code}.po").open("wb") as file:
            write_po(file, made)
    kept = language.FOLDER
    language.FOLDER = folder
    language._speech.cache_clear()
    yield
    language.FOLDER = kept
    language._speech.cache_clear()


@pytest.fixture(scope="module")
def drawn(catalogues: None) -> dict[str, dict[str, str]]:
    found = {}
    for code in ("en", "ru", "ur", "zh"):
        with speaking(code):
            found[code] = {name: to_svg(make_chart()) for name, make_chart in EVERY.items()}
    return found


@pytest.mark.parametrize("name", EVERY)
def test_no_english_word_is_left(drawn: dict[str, dict[str, str]], name: str) -> None:
    """Titles, axes, legends, labels and descriptions alike: what is left in Latin letters is the
    study's."""
    shown = " ".join(ET.fromstring(drawn["ru"][name]).itertext())
    assert (
        set(re.findall(r"[A-Za-z]{2,}", shown)) <= STUDY and len(re.findall(r"[а-я]{3}", shown)) > 4
    )


@pytest.mark.parametrize("name", EVERY)
def test_figures_are_those_of_english_in_the_languages_signs(
    drawn: dict[str, dict[str, str]], name: str
) -> None:
    """A law: every figure drawn, by Vega or here, is the English one with the other signs."""

    def figures(svg: str, pattern: str) -> list[str]:
        return sorted(text.replace("−", "-") for text in texts(svg) if re.fullmatch(pattern, text))

    signs = str.maketrans({",": "\u00a0", ".": ",", "%": "\u00a0%"})
    assert figures(drawn["ru"][name], r"[+−±-]?\d[\d\u00a0]*(,\d+)?(\u00a0%)?") == sorted(
        text.translate(signs) for text in figures(drawn["en"][name], r"[+−±-]?\d[\d,]*(\.\d+)?%?")
    )
    said = ET.fromstring(drawn["ru"][name]).findtext(f"{SVG}desc") or ""
    assert not re.search(r"\d\.\d|\d,\d{3}(?!\d)", " ".join([*texts(drawn["ru"][name]), said]))


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_per_cents_and_numbers_read_back(value: float, digits: int) -> None:
    with speaking("ru"):
        said = number(value, digits)
        share = vega_per_cent(value, digits)
    read = float(said.translate(str.maketrans({"\u00a0": None, ",": ".", "−": "-"})))
    assert read == pytest.approx(value, abs=0.51 * 10**-digits)
    assert share.endswith("\u00a0%") and "." not in share
    assert vega_per_cent(value, digits) == f"{value:z,.{digits}%}"  # no minus before nothing


def test_months_are_the_languages(drawn: dict[str, dict[str, str]]) -> None:
    assert {"март 26", "май 26"} <= set(texts(drawn["ru"]["calendar"])) and "May 26" in texts(
        drawn["en"]["calendar"]
    )


def test_countries_on_maps_are_named_in_the_language(drawn: dict[str, dict[str, str]]) -> None:
    assert "ПАКИСТАН" in texts(drawn["ru"]["network_map"]) and "PAKISTAN" in texts(
        drawn["en"]["network_map"]
    )


@pytest.mark.parametrize("name", EVERY)
def test_longer_words_fit(drawn: dict[str, dict[str, str]], name: str) -> None:
    for code in ("ru", "zh"):
        assert float(ET.fromstring(drawn[code][name]).attrib["width"]) <= 1.06 * WIDTH


@pytest.mark.parametrize("name", EVERY)
def test_texts_from_right_to_left_keep_their_place(
    drawn: dict[str, dict[str, str]], name: str
) -> None:
    """The picture runs from left to right on any page; a text in Arabic letters is an isolate with
    whole figures in it."""
    assert (
        ET.fromstring(drawn["ur"][name]).get("direction") == "ltr"
        and "direction=" not in drawn["en"][name]
    )
    shown = re.findall(r"<t(?:ext|span)\b[^>]*>([^<]+)<", drawn["ur"][name])
    leftward = [text for text in shown if re.search("[\u0600-\u06ff]", text)]
    assert leftward and all(text[0] == "\u2067" and text[-1] == "\u2069" for text in leftward)
    assert not any("\u2067" in text for text in shown if text not in leftward)
    for text in leftward:
        assert text.count("\u2066") + 1 == text.count("\u2069")
        outside = re.sub("\u2066[^\u2069]*\u2069", "", text)
        assert not re.search(r"[A-Za-z0-9]", outside)


def test_a_date_and_a_sum_stay_whole_from_right_to_left(drawn: dict[str, dict[str, str]]) -> None:
    assert any("\u20662026-07-01\u2069" in text for text in texts(drawn["ur"]["network_map"]))
    assert any("\u2066A 3,520\u2069" in text for text in texts(drawn["ur"]["cost_distance"]))


def test_only_other_languages_bring_signs_and_fonts() -> None:
    plain = vega_lite(EVERY["pareto"]())["config"]
    assert plain["font"] == FONT and "locale" not in plain
    with speaking("ru"):
        told = vega_lite(EVERY["pareto"]())["config"]
    assert told["locale"]["number"]["decimal"] == "," and told["font"].startswith(
        FONT.rpartition(",")[0]
    )


def test_second_process_draws_the_language() -> None:
    """Words, signs and months travel in the spec."""
    with speaking("ru"):
        made = EVERY["calendar"]()
        with second_process():
            waiting = start_drawing(made)
            assert waiting.result() == to_svg(made)


def test_same_words_are_told_apart() -> None:
    """Two names that are alike when cut are two rows."""
    names = [
        "Переправа через большую реку у северных ворот города",
        "Переправа через большую реку у северных ворот порта",
    ]
    with speaking("ru"):
        frame = cases.by_hazard().with_columns(name=pl.Series([name * 3 for name in names]))
        found = vega_lite(hazard_bars(frame, {}))["datasets"].values()
        rows = next(rows for rows in found if rows and "label" in rows[0])
        assert len({row["label"] for row in rows}) == 2
        assert len(set(row_labels([name * 4 for name in names], 20))) == 2


@given(st.text(st.sampled_from("abc deжщқ路运ی۔́"), max_size=60), st.integers(4, 40))
def test_lettering_keeps_to_its_text_width(text: str, limit: int) -> None:
    assert text_width(truncate(text, limit)) <= max(limit, 3)
    assert all(text_width(line) <= max(limit, 3) for line in wrap(text, limit).split("\n"))
    assert len(wrap(text, limit).split("\n")) <= 2
    with speaking("ru"):
        lines = title_lines(text, 5.2 * limit)
    joined = lines if isinstance(lines, str) else "".join(lines)
    assert joined.replace(" ", "") == text.replace(" ", "")
    assert title_lines(text, 5.2 * limit) == text  # English


def test_breadth_of_letters() -> None:
    assert (
        text_width("Karachi – 5 %") == 13
        and text_width("路") == 2
        and text_width("е\u0301") == text_width("е") > 1
    )
    assert truncate("abcdefghij", 5) == "abcd…" and truncate("路运路运路", 5) == "路运…"
