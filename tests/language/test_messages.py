"""Messages of results: the same through tables, files and processes, told in any language."""

from __future__ import annotations

import pickle
import re
import string
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from babel.messages.catalog import Catalog
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.language.messages import (
    CONTEXT,
    Message,
    Value,
    figure,
    joined,
    message,
    pack,
    readable,
    translate,
    unpack,
)
from corridor.language.speech import languages, speaking, with_one_stop
from language_cases import CODE, FIELDS, wide

NAMES = (
    "Alma",
    "Port of Brill",
    "Rate: of one in the press, here",
    "said; and done",
    "by 3 or 4 m",
)
PLAIN = st.one_of(
    st.sampled_from((*NAMES, "road")),
    st.text(max_size=12),
    st.text(string.ascii_lowercase + "-", min_size=3, max_size=9).map(lambda id_: f"x{id_}"),
)
NUMBERS = st.one_of(
    st.builds(figure, st.integers(-9999, 99999), st.sampled_from(("", ",", "+.0f"))),
    st.builds(
        figure,
        st.floats(-1e9, 1e9, allow_nan=False),
        st.sampled_from((",.0f", "+.1f", ",.4g", "g")),
    ),
)
SEPARATORS = st.sampled_from(("; ", ", ", "\n"))
DATES = st.dates(date(1990, 1, 1), date(2060, 1, 1))


def result_templates(catalogue: Catalog) -> list[str]:
    """Return the templates of results that have fields."""
    return [str(m.id) for m in catalogue if m.context == CONTEXT and "{" in str(m.id)]


def drawn(templates: list[str]) -> st.SearchStrategy[Message]:
    """Return a strategy that draws messages, with messages and lists of them in them."""

    def filled(template: str, inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Message]:
        names = dict.fromkeys(FIELDS.findall(template))
        return st.fixed_dictionaries(dict.fromkeys(names, inner)).map(
            lambda values: Message(template, values)
        )

    def nested(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
        lists = st.tuples(
            st.lists(inner.filter(lambda value: isinstance(value, str)), min_size=2, max_size=4),
            SEPARATORS,
        )
        return st.one_of(
            st.sampled_from(templates).flatmap(lambda template: filled(template, inner)),
            lists.map(lambda pair: joined(*pair)),
        )

    values = st.recursive(st.one_of(PLAIN, NUMBERS, DATES), nested, max_leaves=6)
    return st.sampled_from(templates).flatmap(lambda template: filled(template, values))


def test_a_message_is_told_wherever_it_comes_from(
    template: Catalog, pseudo: None, names_folder: Path
) -> None:
    templates = result_templates(template)
    assert len(templates) > 40

    @settings(max_examples=300, deadline=None)
    @given(drawn(templates))
    def law(text: Message) -> None:
        assert isinstance(text.values, dict)
        with speaking(CODE, names_folder):
            values = {name: translate(value) for name, value in text.values.items()}
            told = translate(text)
        assert told == with_one_stop(wide(text.template).format(**values))

        again = unpack(pack(text) or "")
        copy = pickle.loads(pickle.dumps(text))
        for other in (again, copy):
            assert (other, other.template, other.values) == (text, text.template, text.values)
            with speaking(CODE, names_folder):
                assert translate(other) == told
        assert pack(again) == pack(text)
        assert translate(text) == text  # in English

    law()


@pytest.mark.parametrize("code", languages()[1:])
def test_every_language_puts_all_values_in_their_places(code: str, template: Catalog) -> None:
    templates = result_templates(template)

    @settings(max_examples=100, deadline=None)
    @given(drawn(templates))
    def law(text: Message) -> None:
        assert isinstance(text.values, dict)
        with speaking(code):
            told = translate(text)
            for value in text.values.values():
                assert translate(value) in told
        # A template of fields and signs alone may read the same in every language.
        letters = re.sub(r"\{[^}]*\}", "", text.template)
        words = set(re.findall(r"[A-Za-z]{4,}", letters)) - {"forecast"}
        assert not words or told != text

    law()


def test_what_no_catalogue_holds_stays(pseudo: None, names_folder: Path) -> None:
    with speaking(CODE, names_folder):
        for text in ("40 m high and dry", "two trains; a ship", "1,234.5 tonnes", "", "{name}"):
            assert translate(text) == text
        assert translate("said; and done") == wide("said; and done")
        assert translate(joined(["said; and done", "Alma"])) == wide("said; and done; Alma")
        assert translate(figure(-1234.5, ",.1f")) == "−1.234,5"
        assert translate(date(2026, 7, 1)) == "2026-07-01"
    assert translate("Alma") == "Alma"


def test_a_message_reads_as_its_english_text() -> None:
    text = message(
        "{links} and {figure} more", links="a, b", figure=figure(2.25, ".1f"), spare=None
    )
    assert text == "a, b and 2.2 more" and text.values == {"links": "a, b", "figure": "2.2"}
    assert joined(["a"]) == "a" and not isinstance(joined(["a"]), Message)
    assert joined([]) == "" and pack("a, b and 2.2 more") is None and pack(None) is None
    frame = pl.DataFrame({"reason": [text], "reason_message": [pack(text)], "hours": [1.0]})
    assert readable(frame).to_dicts() == [{"reason": "a, b and 2.2 more", "hours": 1.0}]
    with pytest.raises(TypeError, match="for links, not None"):
        message("{links} and {figure} more", links=None, figure=2)
