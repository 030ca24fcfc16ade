"""The difference to a baseline, at the API: in one reply, of the question without its what-if or of
another question."""

from __future__ import annotations

import time
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")

from fastapi.testclient import TestClient

from corridor.routing.route import route
from web_cases import TRIP, refused

PASS = "khunjerab-tashkurgan-road"
ISLAMABAD = {**TRIP, "destination": "islamabad"}


def ask(client: TestClient, **question: Any) -> dict[str, Any]:
    reply = client.post("/api/routes", json=question)
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def letters(answer: dict[str, Any]) -> dict[str, str]:
    return {route["corridor"]: route["letter"] for route in answer["routes"]}


def test_closing_the_pass_says_what_it_takes_more(client: TestClient) -> None:
    """Days, dollars and kilograms are those of the two answers."""
    before = ask(client, **ISLAMABAD)
    after = ask(client, **ISLAMABAD, close=[PASS])
    assert before["baseline"] is None

    baseline = after["baseline"]
    quickest = [min(a["routes"], key=lambda r: r["time_p50_h"]) for a in (after, before)]
    extra = baseline["best"][0]
    assert extra["criterion"] == "time"
    for name, figure in (
        ("extra_h", "time_p50_h"),
        ("extra_usd", "cost_usd"),
        ("extra_carbon_kg", "carbon_kg"),
    ):
        assert extra[name] == pytest.approx(quickest[0][figure] - quickest[1][figure], abs=1e-3)

    days = [route["time_p50_h"] / 24 for route in quickest]
    assert baseline["sentence"].startswith(
        f"With Khunjerab closed the quickest route takes {days[0]:.1f} days instead of "
        f"{days[1]:.1f}: +{extra['extra_h'] / 24:.1f} d, "
        f"+USD {extra['extra_usd']:,.0f}, +{extra['extra_carbon_kg'] / 1000:.1f} t CO2e"
    )
    assert [r["route_id"] for r in baseline["routes"]] == [r["route_id"] for r in before["routes"]]
    assert any(PASS in route["links"] for route in baseline["routes"])


@pytest.mark.slow
def test_a_corridor_keeps_its_letter(client: TestClient) -> None:
    before = letters(ask(client, **TRIP))
    after = letters(ask(client, **TRIP, close=[PASS]))
    both = before.keys() & after.keys()
    assert len(both) >= 5
    assert {name: before[name] for name in both} == {name: after[name] for name in both}
    assert not {after[name] for name in after.keys() - both} & set(before.values())

    csv = client.get("/api/routes.csv", params={**TRIP, "close": PASS}).text
    assert csv.splitlines()[1].split(",")[1] in after.values()
    assert ",A," not in csv or "A" in after.values()


@pytest.mark.slow
def test_any_question_can_be_pinned(client: TestClient) -> None:
    """What the baseline does not name is as asked; conditions and what-ifs are its own."""
    pinned = ask(client, **TRIP, baseline="depart=2026-01-15")
    assert pinned["baseline"]["on"] == "2026-01-15"
    assert pinned["baseline"]["condition"] == "With departure on 2026-07-01"

    closed = ask(client, **TRIP, open=["crossing:AF-PK"], baseline=f"close={PASS}&avoid=IR")
    assert closed["baseline"]["what_if"][0]["row_id"] == PASS
    assert closed["baseline"]["condition"] == (
        "With the border Afghanistan – Pakistan opened, not Khunjerab closed, other conditions"
    )
    assert ask(client, **TRIP, baseline="depart=2026-07-01")["baseline"] is None


@pytest.mark.parametrize("wrong", ["depart=never", "colour=red", "origin=atlantis", "&" * 5000])
def test_a_wrong_baseline_is_told(client: TestClient, wrong: str) -> None:
    refused(client.post("/api/routes", json={**TRIP, "baseline": wrong}), 422)


@pytest.mark.slow
def test_the_difference_is_there_within_300_ms(client: TestClient) -> None:
    """With the baseline asked before, as on the page; the quickest of three, other work apart."""
    ask(client, **ISLAMABAD)
    seconds = []
    for close in ([PASS], [PASS, "torugart-naryn-road"], ["crossing:CN-PK"]):
        start = time.perf_counter()
        answer = ask(client, **ISLAMABAD, close=close)
        seconds.append(time.perf_counter() - start)
        assert answer["baseline"]["sentence"]
    assert min(seconds) < 0.3, seconds


def test_the_answer_before_is_not_computed_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it was asked in a body or an address: what shuts a border is one search more."""
    searches: list[str] = []

    def counted(*args: Any, **options: Any) -> Any:
        searches.append(str(options["depart"]))
        return route(*args, **options)

    monkeypatch.setattr("corridor.web.answers.route", counted)
    trip = {**ISLAMABAD, "depart": "2026-08-19"}
    ask(client, **trip)
    assert client.get("/api/routes", params=trip).status_code == 200
    assert len(searches) == 1
    ask(client, **trip, close=[PASS])
    assert len(searches) == 2
