"""Formats of the report: numbers, dates, lists, routes and addresses as a reader writes them."""

from __future__ import annotations

import pytest

from corridor.reports.formats import (
    addresses,
    and_list,
    brief_millions,
    capitalised,
    comma_list,
    day,
    days,
    dotted_rows,
    fine_share,
    number_or_dash,
    paragraph,
    route_text,
    share,
    slug,
)


def test_words_for_numbers() -> None:
    assert number_or_dash(None) == days(None) == share(None) == "–"
    assert number_or_dash(1234567.0) == "1,234,567" and days(36.0) == "1.5"
    assert (
        share(0.001) == "<\u00a01\u00a0%"
        and share(0.0) == "0\u00a0%"
        and share(0.126) == "13\u00a0%"
    )
    assert slug("A b/C") == "a-b-c" and slug("…") == "x"
    assert day(None) == "–" and and_list(["a", "b", "c"]) == "a, b and c" and and_list(["a"]) == "a"
    assert (
        route_text(["road", "sea"], ["KZ", "KG", "CN", "PK"])
        == "by road and sea through Kyrgyzstan and China"
    )
    assert route_text(["sea"], ["PK", "NL"]) == "by sea"
    assert route_text([], ["KZ"]) == route_text(None, None) == "without leaving the place"
    assert dotted_rows({"a": {"b": [1, 2]}, "c": None}) == [("a.b", "1, 2"), ("c", "–")]


@pytest.mark.parametrize(
    "said, parts",
    [
        ("carec.org", [("carec.org", "https://carec.org")]),
        (
            "zn.ua; en.ibena.ir/news/80229",
            [
                ("zn.ua", "https://zn.ua"),
                ("; ", None),
                ("en.ibena.ir/news/80229", "https://en.ibena.ir/news/80229"),
            ],
        ),
        (
            "see https://x.org/a, p. 3",
            [("see ", None), ("https://x.org/a", "https://x.org/a"), (", p. 3", None)],
        ),
        ("javascript:alert(1)", [("javascript:alert(1)", None)]),
        ("scgraph-data 2.0.0", [("scgraph-data 2.0.0", None)]),
        ("articles named like the place", [("articles named like the place", None)]),
        (None, []),
    ],
)
def test_addresses_become_links_and_nothing_else(
    said: str | None, parts: list[tuple[str, str | None]]
) -> None:
    assert addresses(said) == parts


def test_small_figures_have_a_decimal() -> None:
    assert fine_share(0.0123) == "1.2\u00a0%" and fine_share(0.123) == "12\u00a0%"
    assert fine_share(None) == "–" and brief_millions(2.5e6) == "2.5 m"
    assert brief_millions(2.5e7) == "25 m"


def test_texts_are_put_together() -> None:
    assert comma_list(["a", "b"]) == "a, b" and comma_list([]) == "–" and and_list([]) == ""
    assert paragraph(["One.", "Two."]) == "One. Two." and capitalised("über") == "Über"
