"""Valuation of sets of projects: laws, who gains, and cases worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest

from closure_cases import study_network
from core_cases import closed
from corridor.errors import CallError, UnknownName
from corridor.projects.valuation import (
    Valuation,
    ValuationOptions,
    grown_demand,
    programme_value,
    valuation,
)
from project_cases import CHANGES, project_demand, project_network
from random_networks import frame

FIXED: ValuationOptions = {"elasticity": 0.0, "reliability_ratio": 0.0}
YEAR = 2026
BOX_USD_PER_KM = 1.0  # two TEU at half a dollar
HOUR_USD = 40000 * 0.006 / 24


@pytest.fixture(scope="module")
def fixed() -> Valuation:
    return valuation(project_network(), project_demand(), YEAR, **FIXED)


def of(values: pl.DataFrame, country: str | None, group: str) -> float:
    rows = values.filter(pl.col("country").eq_missing(country) & (pl.col("group") == group))
    return float(rows["usd_per_year"].sum())


def test_nothing_is_worth_nothing(fixed: Valuation) -> None:
    assert fixed.effects([]).welfare_usd == 0
    assert not fixed.effects([]).users["benefit_usd"].to_numpy().any()


def test_a_bypass_saves_money_hours_fees_and_carbon(fixed: Valuation) -> None:
    """From a to d: 220 km for 300, without the post of 10 hours, one fee of 50 for 160 USD."""
    units = 3650.0
    effects = fixed.effects(["bypass"])
    saved_km = 80.0
    saving = saved_km * BOX_USD_PER_KM + (10 + saved_km / 50) * HOUR_USD + 110

    gain = units * saving
    assert of(effects.groups, "KZ", "shippers") == pytest.approx(gain / 2)
    assert of(effects.groups, "PK", "shippers") == pytest.approx(gain / 2)
    assert of(effects.groups, "UZ", "state revenue") == pytest.approx(-units * 80)
    assert of(effects.groups, "KZ", "state revenue") == pytest.approx(units * (25 - 50))
    assert of(effects.groups, "PK", "state revenue") == pytest.approx(units * (25 - 30))
    assert effects.carbon_kg == pytest.approx(units * 20 * saved_km * 0.1, rel=1e-3)
    users = effects.users.row(0, named=True)
    assert effects.users.filter(pl.col("benefit_usd") != 0).height == 1
    assert users["diverted_usd"] == pytest.approx(gain)
    assert users["kept_usd"] == 0


def test_transit_is_told_from_own_traffic(fixed: Valuation) -> None:
    revenue = fixed.effects(["bypass"]).revenue
    transit = revenue.filter(
        pl.col("country") == "UZ",
        pl.col("group") == "state revenue",
        pl.col("traffic") == "transit",
    ).row(0, named=True)
    assert transit["without_usd"] == pytest.approx(3650 * 80)
    assert transit["with_usd"] == 0
    assert transit["usd_per_year"] == pytest.approx(-3650 * 80)


def test_a_twin_of_an_open_link_gains_nothing(fixed: Valuation) -> None:
    effects = fixed.effects(["twin"])
    assert effects.welfare_usd == pytest.approx(0, abs=1e-6)


def test_projects_apart_add_up(fixed: Valuation) -> None:
    both = fixed.effects(["bypass", "faster"]).welfare_usd
    each = fixed.effects(["bypass"]).welfare_usd + fixed.effects(["faster"]).welfare_usd
    assert both == pytest.approx(each, rel=1e-9)


def test_countries_and_groups_add_up(fixed: Valuation) -> None:
    effects = fixed.effects(["bypass", "spur"])
    parts = {
        "users": float(effects.users["benefit_usd"].sum()),
        "fees": float(
            effects.revenue.filter(pl.col("group") == "state revenue")["usd_per_year"].sum()
        ),
        "carbon": of(effects.groups, None, "carbon"),
    }
    assert effects.welfare_usd == pytest.approx(sum(parts.values()), rel=1e-12)
    by_country = effects.groups.group_by("country").agg(pl.col("usd_per_year").sum())
    assert float(by_country["usd_per_year"].sum()) == pytest.approx(effects.welfare_usd)


def test_what_could_not_go_gains_half_of_what_it_would_pay_more(fixed: Valuation) -> None:
    """Row a-f has no road. At most it pays its cheapest route with every link open, by the bypass,
    and a tenth of its value, 4,000 USD."""
    users = fixed.effects(["spur"]).users.row(0, named=True)
    assert users["demand_id"] == "a-f"
    assert users["units_without"] == 0
    assert users["pays_without_usd"] is None
    detour_usd = 80 * BOX_USD_PER_KM + (10 + 80 / 50) * HOUR_USD + 110
    assert users["generated_usd"] == pytest.approx(users["units_with"] * (4000 - detour_usd) / 2)
    better = fixed.effects(["spur", "bypass"]).users.filter(pl.col("demand_id") == "a-f")
    assert float(better["generated_usd"][0]) == pytest.approx(users["units_with"] * 4000 / 2)


def test_demand_answers_its_cost() -> None:
    elastic = valuation(project_network(), project_demand(), YEAR, elasticity=1.0)
    row = elastic.effects(["bypass"]).users.row(0, named=True)
    ratio = row["pays_with_usd"] / row["pays_without_usd"]
    assert row["units_with"] / row["units_without"] == pytest.approx(1 / ratio, rel=1e-4)
    assert row["generated_usd"] > 0


def test_steadier_hours_are_worth_something(fixed: Valuation) -> None:
    steady = valuation(
        project_network(), project_demand(), YEAR, elasticity=0.0, reliability_ratio=0.4
    ).effects(["bypass"])
    row = steady.users.row(0, named=True)
    assert row["reliability_usd"] > 0
    assert steady.welfare_usd == pytest.approx(
        fixed.effects(["bypass"]).welfare_usd + row["reliability_usd"]
    )


def test_running_costs_by_what_is_carried(fixed: Valuation) -> None:
    """Row d-e: 10,950 boxes of 20 t over 50 km at a cent a tonne-km."""
    effects = fixed.effects(["faster"])
    units = 3 * 3650.0
    assert of(effects.groups, "PK", "carriers") == pytest.approx(-units * 20 * 50 * 0.01)


def test_a_margin_of_carriers_is_welfare(fixed: Valuation) -> None:
    margin = valuation(
        project_network(), project_demand(), YEAR, margin_share=0.1, **FIXED
    ).effects(["bypass"])
    carriage = margin.revenue.filter(pl.col("group") == "carriers")["usd_per_year"].sum()
    welfare = fixed.effects(["bypass"]).welfare_usd
    assert margin.welfare_usd == pytest.approx(welfare + 0.1 * carriage)


def test_places_that_are_scarce_pay_their_owner() -> None:
    """The road over c takes half of what wants to go; a bypass frees all of it."""
    limit = [
        {
            "capacity_id": "cd",
            "table": "links",
            "row_id": "cd",
            "unit": "t",
            "per_day": 100.0,
            "background_per_day": 0.0,
            "source_id": "s",
            "confidence": "C",
        }
    ]
    crowded = valuation(project_network(capacities=limit), project_demand(), YEAR, **FIXED)
    effects = crowded.effects(["bypass"])
    row = effects.users.filter(pl.col("demand_id") == "a-d").row(0, named=True)
    assert row["units_without"] == pytest.approx(100 / 20 * 365)
    assert row["units_with"] == pytest.approx(3650)
    assert of(effects.groups, "UZ", "carriers") < 0
    assert row["generated_usd"] > 0


def test_a_shut_border_is_laid_over_both_cases(fixed: Valuation) -> None:
    shut = frame("changes", [closed("cd", change_id="shut")])
    value = programme_value(project_network(), project_demand(), ["bypass"], YEAR, shut, **FIXED)
    assert of(value, "PK", "shippers") > of(fixed.value(["bypass"]), "PK", "shippers")


def test_a_shut_border_is_shut_for_what_is_built_across_it() -> None:
    """The bypass crosses from KZ to PK: where that border is shut it opens nothing."""
    shut = frame("changes", [closed("crossing:KZ-PK", change_id="shut")])
    value = valuation(project_network(), project_demand(), YEAR, shut, **FIXED)
    assert value.effects(["bypass"]).welfare_usd == pytest.approx(0, abs=1e-6)

    rows = [*CHANGES, closed("crossing:KZ-PK", change_id="own")]
    own = valuation(project_network("own", changes=rows), project_demand(), YEAR, **FIXED)
    assert own.effects(["bypass"]).welfare_usd == pytest.approx(0, abs=1e-6)


def test_demand_grows_with_both_economies_for_fifteen_years() -> None:
    countries = [
        {"country": "KZ", "name": "Kazakhstan", "gdp_growth_share_per_year": 0.04},
        {"country": "PK", "name": "Pakistan", "gdp_growth_share_per_year": 0.02},
        {"country": "UZ", "name": "Uzbekistan"},
    ]
    network = project_network(countries=countries)
    demand = project_demand()
    units = [
        grown_demand(network, demand, year)["units_per_year"][0]
        for year in (2020, 2026, 2027, 2080)
    ]
    assert units == pytest.approx([3650, 3650, 3650 * 1.03, 3650 * 1.03**15])


def test_bad_questions() -> None:
    network, demand = project_network(), project_demand()
    with pytest.raises(UnknownName, match="bypass"):
        programme_value(network, demand, ["by-pass"], YEAR)
    with pytest.raises(UnknownName, match="world-bank"):
        programme_value(network, demand, [], YEAR, convention="worldbank")
    with pytest.raises(CallError, match="elasticity"):
        programme_value(network, demand, [], YEAR, elasticity=-1.0)


@pytest.mark.slow
def test_what_changes_nothing_in_the_study_is_worth_nothing_to_the_last_digit() -> None:
    """Goods have many routes of equal cost there, and places whose prices leave a choice."""
    network = study_network("mid-2026")
    base = valuation(network, network.frames["demand"], 2035).settled()
    for project_id in ("gwadar-line", "torkham-single-window"):
        assert base.effects([project_id]).welfare_usd == 0.0
