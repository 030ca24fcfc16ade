"""What an answer takes more than its baseline: corridors paired, figures and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from corridor.charts.letters import letters_beside
from corridor.language.messages import message, pack, unpack
from corridor.routing import difference_words
from corridor.routing.differences import Difference, difference, pair_corridors


@dataclass(frozen=True)
class Answer:
    """Routes and their legs, as far as differences look at them."""

    routes: pl.DataFrame
    legs: pl.DataFrame


def answer(*rows: tuple[str, float, float, str]) -> Answer:
    """Return an answer of some routes: corridor, days, money, and its links as letters."""
    routes = [
        {
            "route_id": f"r{number}",
            "corridor": corridor,
            "countries": ["KZ", "PK"],
            "modes": ["road"],
            "time_h": 24 * days,
            "time_p50_h": 24 * days,
            "cost_usd": usd,
            "generalised_cost_usd": usd + 100 * days,
            "carbon_kg": usd / 2,
            "risk_share": usd / 100_000,
        }
        for number, (corridor, days, usd, _) in enumerate(rows, start=1)
    ]
    legs = [
        {"route_id": f"r{number}", "kind": "link", "link_id": link}
        for number, row in enumerate(rows, start=1)
        for link in row[3]
    ]
    types: dict[str, Any] = {"route_id": pl.String, "kind": pl.String, "link_id": pl.String}
    empty = routes or [{**_ROUTE, "corridor": "x"}]
    frame = pl.DataFrame(empty).head(len(routes))
    return Answer(frame, pl.DataFrame(legs, schema=types))


_ROUTE: dict[str, Any] = {
    "route_id": "r1",
    "countries": ["KZ"],
    "modes": ["road"],
    "time_h": 1.0,
    "time_p50_h": 1.0,
    "cost_usd": 1.0,
    "generalised_cost_usd": 1.0,
    "carbon_kg": 1.0,
    "risk_share": 0.0,
}
BEFORE_ROAD = ("Pass road", 10.5, 7000.0, "abc")
BEFORE = answer(("Pass road", 10.5, 7000, "abc"), ("Port sea", 30, 4000, "de"))
AFTER = answer(("Desert road", 13.3, 7299, "axy"), ("Port sea", 30, 4000, "de"))


def states(compared: Difference) -> dict[str, str]:
    return dict(compared.corridors.select("corridor", "state").iter_rows())


def test_corridors_are_compared_by_name() -> None:
    compared = difference(AFTER, BEFORE)
    assert states(compared) == {"Desert road": "new", "Port sea": "same", "Pass road": "gone"}
    extra = compared.best.row(by_predicate=pl.col("criterion") == "time", named=True)
    assert extra["extra_h"] == pytest.approx(2.8 * 24)
    assert extra["extra_usd"] == 299 and extra["extra_carbon_kg"] == 149.5


def test_the_same_links_belong_together_before_the_same_name() -> None:
    twins = answer(("Pass road", 10, 5000, "ab"), ("Pass road", 12, 4000, "cd"))
    turned = answer(("Pass road", 12, 4000, "cd"), ("Pass road", 14, 3000, "ef"))
    first, second = pair_corridors(turned, twins)
    assert first.now and first.before and first.before["links"] == ["c", "d"]
    assert second.now and second.before and second.before["links"] == ["a", "b"]
    assert difference(turned, twins).corridors["state"].to_list() == ["same", "rerouted"]


def test_a_difference_from_itself_is_none() -> None:
    compared = difference(BEFORE, BEFORE)
    assert set(states(compared).values()) == {"same"}
    assert "nothing changes" in compared.sentence()


def test_the_sentence_says_days_dollars_and_kilograms() -> None:
    condition = message("With {changes}", changes="Khunjerab closed")
    assert difference(AFTER, BEFORE).sentence(condition) == (
        "With Khunjerab closed the quickest route takes 13.3 days instead of 10.5: +2.8 d, "
        "+USD 299, +150 kg CO2e; it goes by Desert road instead of Pass road. "
        "As before: the route of best value, the cheapest route, the route of least carbon, "
        "the route of least risk."
    )


def test_a_route_lost_and_one_won_are_said() -> None:
    nothing = answer()
    assert "there is no route; before, the quickest took 10.5 days" in difference(
        nothing, BEFORE
    ).sentence("With it closed")
    assert "there is a route, where there was none: 10.5 days" in difference(
        BEFORE, nothing
    ).sentence("With it opened")
    assert "there is no route, as before" in difference(nothing, nothing).sentence("With it")


def test_sentences_are_kept_as_messages() -> None:
    sentence = difference(AFTER, BEFORE).sentence()
    packed = pack(sentence)
    assert packed is not None and unpack(packed) == sentence


def test_corridors_keep_their_letters() -> None:
    letters = dict(letters_beside(AFTER, BEFORE).select("corridor", "letter").iter_rows())
    assert letters == {"Port sea": "B", "Desert road": "C"}


def test_criteria_that_move_together_are_said_once() -> None:
    only_road = difference(answer(("Desert road", 13.3, 7299, "axy")), answer(BEFORE_ROAD))
    sentence = only_road.sentence("With it closed")
    assert sentence.endswith(
        "It is the route of best value, the cheapest route, the route of least carbon, "
        "the route of least risk too."
    )
    assert sentence.count("+2.8 d") == 1


def test_equal_days_are_said_once() -> None:
    """A fee more is no other time, nor is an hour that no figure shows."""
    row = {"time_h": 252.0, "baseline_time_h": 252.5}
    assert difference_words._takes(row) == "takes 10.5 days as before"
    assert difference_words._takes(row | {"time_h": 319.0}) == "takes 13.3 days instead of 10.5"


def test_what_is_less_is_said_in_words() -> None:
    sentence = difference(BEFORE, AFTER).sentence("With it opened")
    assert ": 2.8 d less, USD 299 less, 150 kg CO2e less; it goes by Pass road" in sentence
