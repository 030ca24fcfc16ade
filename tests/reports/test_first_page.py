"""The first page: every question is answered with numbers, and how sure they are."""

from __future__ import annotations

import re
from typing import Any

import chart_cases as cases
from corridor.reports.first_page import answers
from corridor.reports.inputs import report_inputs
from html_page import Page


def test_answers_carry_numbers_confidence_and_reason(page: Page) -> None:
    plain = re.sub(r"\s+", " ", page.text)
    assert (
        "The quickest route goes by road through Kyrgyzstan: 5.5 days in the median, 95 % of trips "
        "within 7.5 if nothing closes, for USD 3,520. The cheapest goes by rail and road through "
        "Kyrgyzstan: USD 3,350 and 8.0 days."
    ) in plain
    # 9 of 129 h; 620 of 3520 USD; of r1 nothing
    assert (
        "Of the quickest, 7 % of the hours and 18 % of the dollars rest on estimates; of the "
        "cheapest, 0 % and 0 %."
    ) in plain
    assert "No route. closed (North Gate–South Gate (rail) until reopened)" in plain
    assert "2 of 5 routes" in plain and "hours of one border are a guess" in plain
    assert "Nobody has said when 1 of the closures below ends." in plain
    assert (
        "1 inside its 5th-95th percentile band, 1 within 25 % of what was seen and 1 as misses"
        in plain
    )
    assert "27 % of the 15 rows" in plain


def test_same_trip_on_another_day_and_held_to_a_way() -> None:
    import datetime as dt

    results: dict[str, Any] = cases.results()
    trip = results["trips"][0]
    results["trips"] = [
        trip,
        trip | {"trip_id": "winter", "depart": dt.date(2027, 1, 15), "question": "In winter?"},
        trip | {"trip_id": "middle", "via": ["mid"], "question": "By Midway?"},
    ]
    inputs = report_inputs(results)
    assert [trip.name for trip in inputs.trips] == [
        "Alpha – Southport",
        "Alpha – Southport (15 January 2027)",
        "Alpha – Southport (passing Midway)",
    ]
    said = {answer.question: str(answer.text) for answer in answers(inputs)}
    assert "Leaving on 15 January 2027, the quickest route goes" in said["In winter?"]
    assert "(on 1 July 2026 the same route takes 5.5)" in said["In winter?"]
    assert (
        "Of 26 departures through the year 23 find a route, the quickest over 2 different sets"
        in said["In winter?"]
    )
    assert (
        said["By Midway?"].startswith("Passing Midway: quickest <b>5.5 days</b>")
        and "Without that" in said["By Midway?"]
    )


def test_without_trips_nothing_is_answered() -> None:
    assert answers(report_inputs({})) == []


def test_answers_lead_to_sections_of_the_page(page: Page) -> None:
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {answer.href for answer in answers(report_inputs(cases.results()))} <= ids
