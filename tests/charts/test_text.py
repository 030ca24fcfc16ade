"""Texts are cut and parted to fit, in any letters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corridor.charts.text import row_labels, text_width, title_lines, truncate, wrap
from corridor.language.speech import speaking


@given(st.text(st.sampled_from("abc deжщқ路运ی۔́"), max_size=60), st.integers(4, 40))
def test_texts_keep_to_their_width(text: str, limit: int) -> None:
    assert text_width(truncate(text, limit)) <= max(limit, 3)

    lines = wrap(text, limit).split("\n")
    assert len(lines) <= 2
    assert all(text_width(line) <= max(limit, 3) for line in lines)


@given(st.text(st.sampled_from("abc deжщқ路运ی۔́"), max_size=60), st.integers(4, 40))
def test_titles_lose_no_letter(text: str, limit: int) -> None:
    assert title_lines(text, 5.2 * limit) == text  # English
    with speaking("ru"):
        lines = title_lines(text, 5.2 * limit)

    joined = lines if isinstance(lines, str) else "".join(lines)
    assert joined.replace(" ", "") == text.replace(" ", "")


def test_width_of_letters() -> None:
    assert text_width("Karachi – 5 %") == 13
    assert text_width("路") == 2
    assert text_width("е\u0301") == text_width("е") > 1
    assert truncate("abcdefghij", 5) == "abcd…"
    assert truncate("路运路运路", 5) == "路运…"


def test_rows_of_one_name_are_numbered() -> None:
    assert row_labels(["Karachi", "Karachi", "Lahore"], 20) == ["Karachi", "Karachi (2)", "Lahore"]
