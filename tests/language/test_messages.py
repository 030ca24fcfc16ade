"""Messages of results: kept whole through tables and files, and told in any language with no word
left in English."""

from __future__ import annotations

import importlib.util
import pickle
import re
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import given, settings
from hypothesis import strategies as st

import corridor as co
from corridor.closures.chapter import fitted
from corridor.closures.demand_arrays import compile_demand
from corridor.closures.elements import KINDS, elements
from corridor.closures.replays import replay_sentences
from corridor.evidence import claims as evidence
from corridor.evidence import validation
from corridor.language import speech as language
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
from corridor.language.speech import languages, speaking, tell
from corridor.network import durations
from corridor.network.changes import Closure
from corridor.routing import route as routing
from corridor.routing import whynot
from corridor.routing.query import CRITERIA, prepare
from corridor.runs.closed_links import closed_links
from corridor.runs.texts import phrases
from corridor.study.study import Study
from corridor.tables import schema
from corridor.tables.columns import MODES
from corridor.trade.forecast import Forecast
from corridor.trade.target import target_gap

ROOT = Path(__file__).resolve().parents[2]
WIDE = {c: 0xFEE0 + c for c in map(ord, string.ascii_letters)}  # letters of the pseudo-language
FIELD = re.compile(r"(\{\w+\}|%\(\w+\)[sd]|%%|<[^>]*>|&\w+;)")
NAMES = (
    "Alma",
    "Port of Brill",
    "Rate: of one in the press, here",
    "Cor - Dorn / east",
    "said; and done",
    "by 3 or 4 m",
)
MODE = "road"
CATALOGUES = language.FOLDER


def wide(message: object) -> str:
    """Return a message in the pseudo-language: wide letters, fields and markup as they are."""
    return "".join(
        part if FIELD.fullmatch(part) else part.translate(WIDE)
        for part in FIELD.split(str(message))
    )


def maker() -> ModuleType:
    """Return docs/make_messages.py as a module."""
    spec = importlib.util.spec_from_file_location(
        "make_messages", ROOT / "docs" / "make_messages.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def save(catalogue: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue)


@pytest.fixture(scope="module")
def template() -> Catalog:
    made: Catalog = maker().messages()
    return made


@pytest.fixture(scope="module")
def spoken(template: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A pseudo-language of the program called de; gives the folder for studies, whose catalogues
    are put there."""
    folder = tmp_path_factory.mktemp("pseudo")
    whole = Catalog(locale="de", charset="utf-8", fuzzy=False)
    for entry in template:
        if entry.id:
            told = tuple(map(wide, entry.id)) if isinstance(entry.id, tuple) else wide(entry.id)
            whole.add(entry.id, told, context=entry.context)
    save(whole, folder / "program" / "de.po")
    names = Catalog(locale="de", charset="utf-8", fuzzy=False)
    for name in NAMES:
        names.add(name, wide(name))
    save(names, folder / "names" / "languages" / "de.po")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "FOLDER", folder / "program")
        language._speech.cache_clear()
        yield folder
    language._speech.cache_clear()


@pytest.fixture(scope="module")
def study(study_folder: Path) -> Study:
    return co.read(study_folder)


@pytest.fixture(scope="module")
def known(spoken: Path, study: Study) -> Path:
    """A folder with the built-in study's texts in the pseudo-language."""
    own = Catalog(locale="de", charset="utf-8", fuzzy=False)
    for text, _ in phrases(study):
        own.add(text, wide(text))
    save(own, spoken / "study" / "languages" / "de.po")
    return spoken / "study"


@pytest.fixture
def told(known: Path) -> Iterator[None]:
    """Speak the pseudo-language, the built-in study's texts in it too."""
    with speaking("de", known):
        yield


def left(text: str | None, *ids: str) -> list[str]:
    """Return the English words in a text translated, ids and codes of countries and currencies
    apart."""
    words = re.findall(r"[^\s;,()\[\]]+", translate(text or ""))
    return [
        w
        for w in words
        if re.search("[A-Za-z]{2}", w)
        and not re.search(r"[-:\d]|^[A-Z/]+[.:]?$", w)
        and w not in ids
    ]


def texts(frame: pl.DataFrame, column: str) -> list[str]:
    """Return the texts of a column, as messages where they are."""
    rows = frame.select(column, f"{column}_message").drop_nulls(column).rows()
    return [text if packed is None else unpack(packed) for text, packed in rows]


PLAIN = st.one_of(
    st.sampled_from((*NAMES, MODE)),
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
DATES = st.dates(date(1990, 1, 1), date(2060, 1, 1))


def templates(catalogue: Catalog) -> list[str]:
    """Return the templates of results that have fields."""
    return [str(m.id) for m in catalogue if m.context == CONTEXT and "{" in str(m.id)]


def drawn(found: list[str]) -> st.SearchStrategy[Message]:
    """Return a strategy that draws messages, with messages and lists of them in them."""

    def filled(template: str, inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Message]:
        names = dict.fromkeys(FIELDS.findall(template))
        return st.fixed_dictionaries(dict.fromkeys(names, inner)).map(
            lambda values: Message(template, values)
        )

    def nested(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
        lists = st.tuples(st.lists(inner.map(str), min_size=2, max_size=4), SEPARATORS)
        return st.one_of(
            st.sampled_from(found).flatmap(lambda template: filled(template, inner)),
            lists.map(lambda pair: joined(*pair)),
        )

    values = st.recursive(st.one_of(PLAIN, NUMBERS, DATES), nested, max_leaves=6)
    return st.sampled_from(found).flatmap(lambda template: filled(template, values))


SEPARATORS = st.sampled_from(("; ", ", ", "\n"))
FIELDS = re.compile(r"\{(\w+)\}")


def test_a_message_is_told_wherever_it_comes_from(template: Catalog, spoken: Path) -> None:
    found = templates(template)
    assert len(found) > 40

    @settings(max_examples=300, deadline=None)
    @given(drawn(found))
    def law(text: Message) -> None:
        assert isinstance(text.values, dict)
        with speaking("de", spoken / "names"):
            values = {name: translate(value) for name, value in text.values.items()}
            told = translate(text)
        assert told == wide(text.template).format(**values)

        again = unpack(pack(text) or "")
        copy = pickle.loads(pickle.dumps(text))
        for other in (again, copy):
            assert (other, other.template, other.values) == (text, text.template, text.values)
            with speaking("de", spoken / "names"):
                assert translate(other) == told
        assert pack(again) == pack(text)
        assert translate(text) == text  # in English

    law()


@pytest.mark.parametrize("code", languages()[1:])
def test_every_language_puts_all_values_in_their_places(
    code: str, template: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "FOLDER", CATALOGUES)
    found = templates(template)

    @settings(max_examples=100, deadline=None)
    @given(drawn(found))
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


def test_what_no_catalogue_holds_stays(spoken: Path) -> None:
    with speaking("de", spoken / "names"):
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


def test_messages_hold_words_and_no_code(template: Catalog) -> None:
    assert len(template) > 400
    for entry in template:
        for text in map(str, entry.id if isinstance(entry.id, tuple) else (entry.id,)):
            assert text.count("{") == len(re.findall(r"\{\w+\}", text)), text
            if entry.context == CONTEXT and "{" in text:  # else it would be found everywhere
                assert "figure" in text or len(FIELDS.sub("", text).strip()) > 1, text


def test_words_of_fixed_sets_are_messages(spoken: Path) -> None:
    states = (
        evidence.CONSISTENT,
        evidence.DIFFERS,
        evidence.OPEN,
        evidence.ON_COURSE,
        evidence.SHORT,
        evidence.NOT_HERE,
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
    with speaking("de"):
        for word in (
            *states,
            *verdicts,
            *durations.FAMILIES,
            *CRITERIA,
            *MODES,
            *status[1:],
        ):
            assert tell(word) == wide(word) != word


def test_claims_and_promises_of_the_study(told: None, study: Study) -> None:
    claims = evidence.audit(study.tables, {"transport-share": 0.0134, "transport-bound": 0.547})
    promises = evidence.progress(study.tables, {"trade-2028": 1.07e8}, as_of=date(2026, 7, 1))
    lines = [line for frame in (claims, promises) for line in texts(frame, "arithmetic")]
    assert any("beside it: " in line for line in lines) and any(
        " missing" in line for line in lines
    )
    for text in (
        *lines,
        *texts(claims, "note"),
        *texts(claims, "statement"),
        *promises["note"].drop_nulls(),
    ):
        assert not left(text, "forecast"), (text, translate(text))


@pytest.mark.parametrize("value", [0.4, 12.5, 512.0, 4.2e6, 7.1e9])
@pytest.mark.parametrize("unit", ["USD", "count", "1", "month", "people", None])
def test_figures_of_claims(told: None, value: float, unit: str | None) -> None:
    assert not left(evidence._show(value, unit)) and not left(
        evidence._show(value, unit, share=True)
    )
    assert translate(evidence._show(1234.0, "USD")) == wide("1.234 USD")


def test_why_there_is_no_way(told: None, study: Study) -> None:
    shut = co.route(
        study.network,
        "kabul",
        "peshawar",
        cargo="container-40",
        depart="2026-07-01",
        require=["torkham"],
    )
    assert (
        shut.reason is not None and shut.reason.startswith("closed (") and not left(shut.reason)
    ), shut.reason
    assert wide("until reopened") in translate(shut.reason) and wide(
        "change "
    ) + "af-pk-closure-2025" in translate(shut.reason)
    never = prepare(
        study.network,
        "almaty",
        "karachi",
        cargo="container-40",
        depart=date(2026, 7, 1),
        options={},
    )
    for reason in (
        whynot.say_openings(never, ()),
        whynot.say_openings(never, (whynot.Opening((), (), 1.0, 1.0),)),
    ):
        assert not left(reason, "almaty", "karachi"), translate(reason)
    for element in ("torkham", "salang", "khunjerab-tashkurgan-road"):
        why = whynot.why_not(
            study.network, "almaty", "karachi", element, cargo="container-40", depart="2026-07-01"
        )
        assert not left(why.verdict, element), (why.verdict, translate(why.verdict))
    links = [f"{a}-{b}-road" for a, b in ("ab", "cd", "ef", "gh", "ij")]
    for closure in (
        shut_by("status", "planned:ab-road"),
        shut_by("window", "ab", 100),
        shut_by("rule", "r", 9, 8),
    ):
        assert not left(whynot.say_closure(closure, links), "ab", "r"), whynot.say_closure(
            closure, links
        )
    stuck = pl.DataFrame({"route_id": ["r1", "r2"], "time_p95_h": [None, 3.0]})
    assert not left(routing._warnings(stuck)[0])


def shut_by(
    kind: str, closure_id: str, to_min: int | None = None, from_min: int | None = None
) -> Closure:
    return Closure(kind, closure_id, from_min, to_min, None, None)


def test_names_of_elements_and_what_shuts_them(told: None, study: Study) -> None:
    arrays = compile_demand(study.network, study.tables["demand"].head(1), on=date(2026, 7, 1))
    for element in elements(arrays, KINDS):
        assert not left(element.name), (element.name, translate(element.name))
        assert not left(message("{one} and {other}", one=element.name, other="Almaty"))
    shut = closed_links(study.network, date(2026, 7, 1))
    assert shut.height and not [text for text in shut["what"] if left(text)]
    fits = fitted(study.tables)["fits"]
    reasons = texts(fits, "reason")
    assert reasons and not [text for text in reasons if left(text)]
    assert not [name for name in fits["name"] if left(name)]


def test_the_way_to_a_target(told: None) -> None:
    pairs = pl.DataFrame(
        [
            {
                "scenario": name,
                "exporter": a,
                "importer": b,
                "base_usd": 5e7,
                "value_usd": 5e7 * ratio,
                "low_usd": low,
                "high_usd": low and 5.2e7 * ratio,
            }
            for name, ratio, low in (
                ("Hormuz shut", 1.2, 4e7),
                ("As in July 2026", 0.9, None),
                ("Every border open", 1.0, None),
                ("Border times halved", 40.0, 4e7),
            )
            for a, b in (("KZ", "PK"), ("PK", "KZ"))
        ]
    )
    flows = pairs.head(2).select(
        "exporter",
        "importer",
        pl.lit("minerals").alias("sector_id"),
        pl.lit(1e6).alias("value_usd"),
        pl.lit(2e8).alias("potential_usd"),
    )
    series = pairs.head(2).select(
        pl.lit("Kazakh customs").alias("name"),
        "exporter",
        "importer",
        pl.col("base_usd").alias("value_usd"),
        pl.lit(date(2025, 12, 31)).alias("ends_on"),
    )
    countries = pl.DataFrame({"country": ["KZ", "PK"], "gdp_growth_share_per_year": [0.05, 0.03]})
    for most, usd in (("Border times halved", 1e9), ("Hormuz shut", 1e9), ("Hormuz shut", 1e8)):
        kinds = pairs if most == "Border times halved" else pairs.head(6)
        found = target_gap(
            Forecast(flows, kinds, flows, flows), flows, series, countries, target_usd=usd
        )
        assert len(found.sentences) > 6
        for sentence in found.sentences:
            assert not left(sentence, "minerals"), (sentence, translate(sentence))


def test_a_replay_is_told_in_sentences(told: None) -> None:
    row = {
        "name": "Hormuz shut",
        "before": 1.26e9,
        "after": 5.94e8,
        "claimed_change": -0.53,
        "observed_change": -0.529,
        "over_after": -1.121,
        "shut_days": 80,
        "days": 184,
        "all_stopped_change": -0.435,
        "open_days_change": -0.166,
        "model_change": -0.32,
    }
    for claimed in (-0.53, -1.12, 0.4, None):
        said = replay_sentences({**row, "name": wide("Hormuz shut"), "claimed_change": claimed})
        assert not re.findall("[A-Za-z]{2,}", " ".join(said).replace("USD", "")), said
    assert "1.260" in replay_sentences(row)[0] and "52,9%" in replay_sentences(row)[0]


BARE = {"A", "B", "C", "AIC", "p50", "p95", "USD"}
TEMPLATES = sorted((ROOT / "src" / "corridor" / "reports" / "templates").glob("*.html"))


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
