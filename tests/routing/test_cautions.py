"""Sanctions and other cautions: what is told, what is forbidden, what is kept out of."""

from __future__ import annotations

from typing import Any

import pytest

from core_cases import link, small
from corridor.errors import UnknownName
from corridor.routing.route import route

LINKS = [
    link("ab", "a", "b"),
    link("bc", "b", "c"),
    link("cd", "c", "d"),
]


def sanction(**more: Any) -> dict[str, Any]:
    return {
        "rule_id": "law",
        "row_id": "country:UZ",
        "effect": "forbid",
        "authority": "OFAC EU",
        **more,
    }


def ask(*rules: dict[str, Any], **options: Any) -> Any:
    built = small(links=LINKS, rules=list(rules))
    return route(built, "a", "d", cargo="box", depart="2026-07-01", **options)


def test_a_sanction_is_told_and_forbids_nothing_where_nothing_is_said() -> None:
    answer = ask(sanction())
    assert answer.pareto_count == ask().pareto_count == 1
    (warning,) = answer.warnings
    assert warning.startswith("r1: Uzbekistan is under sanctions (OFAC, EU)")


def test_who_ignores_sanctions_is_told_nothing() -> None:
    assert ask(sanction(), sanctions="ignore").warnings == ()


def test_who_complies_is_forbidden_what_sanctions_forbid() -> None:
    answer = ask(sanction(), sanctions="comply")
    assert answer.pareto_count == 0
    assert "rule law" in answer.reason
    assert answer.conditions == ("comply with sanctions",)


def test_who_complies_may_pass_where_a_sanction_only_warns() -> None:
    answer = ask(sanction(effect="caution"), sanctions="comply")
    assert answer.pareto_count == 1
    assert "do not forbid" in answer.warnings[0]


def test_who_avoids_keeps_out_of_countries_that_sanctions_only_warn_of() -> None:
    answer = ask(sanction(effect="caution"), sanctions="avoid")
    assert answer.pareto_count == 0
    assert answer.conditions == ("avoid UZ",)


@pytest.mark.parametrize("more", [{"destination_country": "TM"}, {"to_on": "2026-06-30"}])
def test_a_sanction_on_others_or_of_the_past_is_not_told(more: dict[str, Any]) -> None:
    import datetime as dt

    dates = {k: dt.date.fromisoformat(v) for k, v in more.items() if k == "to_on"}
    assert ask(sanction(**{**more, **dates})).warnings == ()


def test_a_caution_without_an_authority_is_told_whatever_the_stance() -> None:
    care = sanction(effect="caution", authority=None, row_id="bc")
    assert ask(care, sanctions="ignore").warnings == ("r1: take care at bc.",)


@pytest.mark.parametrize(
    "options", [{"sanctions": "obey"}, {"service_class": "express"}], ids=["stance", "class"]
)
def test_unknown_words_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(UnknownName):
        ask(**options)


def test_a_class_of_service_changes_hours_and_price() -> None:
    border = [link("ab", "a", "b"), link("bc", "b", "c", fixed_h=10.0), link("cd", "c", "d")]
    row = {"class_row_id": "x", "service_class": "convoy", "mode": "road"}

    def asked(**figures: float) -> Any:
        built = small(links=border, service_classes=[{**row, **figures}])
        convoy = route(
            built, "a", "d", cargo="box", depart="2026-07-01", service_class="convoy"
        ).routes
        ordinary = route(built, "a", "d", cargo="box", depart="2026-07-01").routes
        hours = convoy["time_h"][0] - ordinary["time_h"][0]
        return round(hours, 6), round(convoy["cost_usd"][0] / ordinary["cost_usd"][0], 4)

    assert asked() == (0, 1)
    assert asked(fixed_ratio=0.2) == (-8, 1)
    assert asked(rate_ratio=1.25) == (0, 1.25)
    assert asked(active_h_per_day=12.0)[0] > 0


def test_a_rule_spares_the_goods_of_some_countries() -> None:
    ban = {"rule_id": "transit", "row_id": "bc", "effect": "forbid"}
    assert ask(ban).pareto_count == 0
    assert ask({**ban, "except_countries": "TM PK"}).pareto_count == 1
    assert ask({**ban, "except_countries": "TM"}).pareto_count == 0
