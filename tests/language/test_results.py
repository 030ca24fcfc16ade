"""Results in another language: reasons, arithmetic, names and sentences leave no English word."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import polars as pl
import pytest

import corridor as co
from corridor.closures.chapter import fitted
from corridor.closures.elements import KINDS, elements
from corridor.closures.replays import replay_sentences
from corridor.evidence.claims import audit
from corridor.evidence.commitments import progress
from corridor.evidence.figures import show_figure
from corridor.flows.demand import compile_demand
from corridor.language.messages import message, translate
from corridor.network.changes import Closure
from corridor.routing import route as routing
from corridor.routing.query import prepare
from corridor.routing.reasons import absence, say_closures
from corridor.routing.search import best_route
from corridor.routing.whynot import why_not
from corridor.runs.closed_links import closed_links
from corridor.study.study import Study
from corridor.trade.forecast import Forecast
from corridor.trade.target import target_gap
from language_cases import english_words, texts_of, wide


@pytest.mark.slow
def test_claims_and_promises_of_the_study(spoken: None, study: Study) -> None:
    claims = audit(study.tables, {"transport-share": 0.0134, "transport-bound": 0.547})
    promises = progress(study.tables, {"trade-2028": 1.07e8}, as_of=date(2026, 7, 1))
    lines = [line for frame in (claims, promises) for line in texts_of(frame, "arithmetic")]
    assert any("for context: " in line for line in lines) and any(
        " missing" in line for line in lines
    )
    for text in (
        *lines,
        *texts_of(claims, "note"),
        *texts_of(claims, "statement"),
        *promises["note"].drop_nulls(),
    ):
        assert not english_words(text, "forecast"), (text, translate(text))


@pytest.mark.parametrize("value", [0.4, 12.5, 512.0, 4.2e6, 7.1e9])
@pytest.mark.parametrize("unit", ["USD", "count", "1", "month", "people", None])
def test_figures_of_claims(spoken: None, value: float, unit: str | None) -> None:
    assert not english_words(show_figure(value, unit)) and not english_words(
        show_figure(value, unit, as_share=True)
    )
    assert translate(show_figure(1234.0, "USD")) == wide("1.234 USD")


def test_why_there_is_no_way(spoken: None, study: Study) -> None:
    shut = co.route(
        study.network,
        "kabul",
        "peshawar",
        cargo="container-40",
        depart="2026-07-01",
        require=["torkham"],
    )
    assert (
        shut.reason is not None
        and shut.reason.startswith("closed (")
        and not english_words(shut.reason, "torkham")
    ), shut.reason
    assert wide("until reopened") in translate(shut.reason) and wide(
        "change "
    ) + "af-pk-closure-2025" in translate(shut.reason)
    asks: list[dict[str, Any]] = [
        {"avoid": ["PK"]},
        {"avoid": ["karachi", "CN"], "require": ["gwadar"]},
        {"max_transshipments": 0, "require": ["rail"]},
        {"deadline": "2026-07-02", "via": ["gwadar"]},
        {"deadline": "2026-07-02T08:00", "carrier": "PK"},
    ]
    for options in asks:
        query = prepare(
            study.network,
            "almaty",
            "karachi",
            cargo="container-40",
            depart="2026-07-01",
            options=options,  # type: ignore[arg-type]
        )
        if best_route(query, "time") is None:
            reason = absence(query).reason
            assert not english_words(reason, "almaty", "karachi", "gwadar", "rail"), reason
    for element in ("torkham", "salang", "khunjerab-tashkurgan-road"):
        why = why_not(
            study.network, "almaty", "karachi", element, cargo="container-40", depart="2026-07-01"
        )
        assert not english_words(why.verdict, element), (why.verdict, translate(why.verdict))
    links = [f"{a}-{b}-road" for a, b in ("ab", "cd", "ef", "gh", "ij")]
    for closure in (
        shut_by("status", "planned:ab-road"),
        shut_by("window", "ab", 100),
        shut_by("rule", "r", 9, 8),
    ):
        sentence = say_closures([(closure, links)])[0]
        assert not english_words(sentence, "ab", "r"), sentence
    stuck = pl.DataFrame({"route_id": ["r1", "r2"], "time_p95_h": [None, 3.0]})
    assert not english_words(routing._warnings(stuck)[0])


def shut_by(
    kind: str, closure_id: str, to_s: int | None = None, from_s: int | None = None
) -> Closure:
    return Closure(kind, closure_id, from_s, to_s, None, None)


def test_names_of_elements_and_what_shuts_them(spoken: None, study: Study) -> None:
    arrays = compile_demand(study.network, study.tables["demand"].head(1), on=date(2026, 7, 1))
    for element in elements(arrays, KINDS):
        assert not english_words(element.name), (element.name, translate(element.name))
        assert not english_words(message("{one} and {other}", one=element.name, other="Almaty"))
    shut = closed_links(study.network, date(2026, 7, 1))
    assert shut.height and not [text for text in shut["what"] if english_words(text)]
    fits = fitted(study.tables)["fits"]
    reasons = texts_of(fits, "reason")
    assert reasons and not [text for text in reasons if english_words(text)]
    assert not [name for name in fits["name"] if english_words(name)]


def test_the_way_to_a_target(spoken: None) -> None:
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
        pl.lit(4e6).alias("high_usd"),
        pl.lit("predicted").alias("basis"),
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
            assert not english_words(sentence, "minerals"), (sentence, translate(sentence))


def test_a_replay_is_told_in_sentences(spoken: None) -> None:
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
        "season_stopped_change": -0.45,
        "season_open_change": -0.14,
        "model_change": -0.32,
        "model_season_change": -0.35,
        "rule_ids": "r1 r2",
        "fitted": "limit of detours",
        "possible_changes": [-0.435, -0.32, 0.0],
    }
    for claimed in (-0.53, -1.12, 0.4, None):
        said = replay_sentences({**row, "name": wide("Hormuz shut"), "claimed_change": claimed})
        assert not re.findall("[A-Za-z]{2,}", " ".join(said).replace("USD", "")), said

    not_said = dict.fromkeys(
        ("season_stopped_change", "season_open_change", "model_season_change", "rule_ids", "fitted")
    )
    for blank in (not_said, {"season_open_change": None}, {"rule_ids": None}):
        said = replay_sentences({**row, "name": wide("Hormuz shut"), **blank})
        assert not re.findall("[A-Za-z]{2,}", " ".join(said).replace("USD", "")), said

    assert "1.260" in replay_sentences(row)[0] and "52,9%" in replay_sentences(row)[0]
