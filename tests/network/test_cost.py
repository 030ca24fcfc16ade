"""Money, hours and carbon of links, services, borders and terminals, computed by hand.

Carbon factors are those of the GLEC Framework v3 (2024): container train diesel 27.6 g/t-km,
container ship 89 g/TEU-km, articulated lorry 95 x 1.22 = 116 g/t-km, container terminal 10.7 kg a
box of two TEU.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any

import numpy as np
import polars as pl
import pytest

import corridor as co
from core_cases import BOX, STUDY, link, network, node, read, small
from corridor.errors import StudyError, UnknownName
from corridor.flows.demand import compile_demand
from corridor.network import cost
from corridor.network.network import build
from corridor.network.rules import Party, applying
from corridor.routing.frozen_day import freeze
from corridor.tables import schema

RATES = [
    {
        "rate_id": "road-kz",
        "mode": "road",
        "country": "KZ",
        "form": "container",
        "usd_per_teu_km": 1.089,
    },
    {"rate_id": "road", "mode": "road", "form": "container", "usd_per_teu_km": 0.9},
    {"rate_id": "road-bulk", "mode": "road", "form": "bulk", "usd_per_t_km": 0.1},
    {
        "rate_id": "rail-uz",
        "mode": "rail",
        "country": "UZ",
        "usd_per_unit_km": 0.1,
        "usd_per_teu_km": 0.35,
        "usd_per_t_km": 0.02,
    },
    {"rate_id": "block-train", "mode": "rail", "service_id": "block", "usd_per_teu_km": 0.31},
]
EMISSIONS = [
    {"emission_id": "road", "mode": "road", "g_co2e_per_t_km": 116.0},
    {"emission_id": "road-kg", "mode": "road", "country": "KG", "g_co2e_per_t_km": 151.0},
    {"emission_id": "rail", "mode": "rail", "g_co2e_per_t_km": 16.0},
    {
        "emission_id": "rail-diesel",
        "mode": "rail",
        "traction": "diesel",
        "form": "container",
        "g_co2e_per_t_km": 27.6,
    },
    {"emission_id": "sea", "mode": "sea", "form": "container", "g_co2e_per_teu_km": 89.0},
    {"emission_id": "hub", "mode": "terminal", "kg_co2e_per_t": 0.6},
    {"emission_id": "hub-box", "mode": "terminal", "form": "container", "kg_co2e_per_teu": 5.35},
]
MODES = [
    {"mode_id": "road", "mode": "road", "active_h_per_day": 14.0, "running_p95_ratio": 1.45},
    {
        "mode_id": "road-uz",
        "mode": "road",
        "country": "UZ",
        "active_h_per_day": 12.0,
        "running_p95_ratio": 1.24,
    },
    {"mode_id": "rail", "mode": "rail", "active_h_per_day": 24.0, "running_p95_ratio": 1.5},
]
REEFER = {**BOX, "cargo_id": "reefer", "t_per_unit": 22.0, "rate_ratio": 1.3, "carbon_ratio": 1.12}
TONNE = {
    **BOX,
    "cargo_id": "tonne",
    "form": "bulk",
    "t_per_unit": 1.0,
    "teu_per_unit": None,
    "clearances_per_unit": 0.05,
}


def built(**more: Any) -> Any:
    return small(
        **{
            "nodes": [
                node("a", "KZ"),
                node("b", "KZ"),
                node("c", "UZ"),
                node("d", "UZ"),
                node("e", "KG"),
            ],
            "links": [
                link("ab", "a", "b"),
                link(
                    "bc",
                    "b",
                    "c",
                    length_km=1.0,
                    speed_kmh=10.0,
                    fixed_h=20.0,
                    fixed_p95_h=70.0,
                    fixed_usd=240.0,
                ),
                link(
                    "cd",
                    "c",
                    "d",
                    mode="rail",
                    gauge_mm=1520,
                    length_km=300.0,
                    speed_kmh=30.0,
                    traction="diesel",
                ),
                link("de", "d", "e", mode="sea", length_km=500.0, speed_kmh=25.0),
                link("ae", "a", "e", speed_kmh=None),
            ],
            "rates": RATES,
            "emissions": EMISSIONS,
            "modes": MODES,
            "cargoes": [BOX, REEFER, TONNE],
            "terminals": [
                {
                    "terminal_id": "t",
                    "node_id": "c",
                    "from_layer": "road",
                    "to_layer": "rail-1520",
                    "form": "container",
                    "two_way": True,
                    "handling_h": 24.0,
                    "handling_p95_h": 72.0,
                    "usd_per_unit": 5.0,
                    "usd_per_teu": 60.0,
                    "usd_per_t": 0.5,
                }
            ],
            **more,
        }
    )


def priced(cargo: str = "box", **more: Any) -> cost.Costs:
    study = built(**more)
    party = Party(cargo)
    return cost.price(study, party, applying(study, party), 0)


def arc(study: Any, kind: str) -> int:
    return int(study.graph.kind.index(kind))


def test_a_road_link_rests_its_driver_and_pays_the_country_it_leaves() -> None:
    link = priced().link
    assert link.run_h[0] == pytest.approx(100 / 50 * 24 / 14)
    assert link.usd[0] == pytest.approx(1.089 * 2 * 100)  # 217.80
    assert link.kg[0] == pytest.approx(116 * 20 * 100 / 1000)  # 232
    assert link.run_sigma[0] == pytest.approx(math.log(1.45) / 1.6449, rel=1e-4)


def test_a_rate_that_names_the_country_counts_before_one_that_names_the_form() -> None:
    of_country = {"rate_id": "kz", "mode": "road", "country": "KZ", "usd_per_teu_km": 0.7}
    of_form = {"rate_id": "box", "mode": "road", "form": "container", "usd_per_teu_km": 0.9}
    for rates in ([of_country, of_form, *RATES[3:]], [of_form, of_country, *RATES[3:]]):
        assert priced(rates=rates).link.usd[0] == pytest.approx(0.7 * 2 * 100)


def test_a_border_pays_each_clearance_and_the_way_back_is_the_other_countrys() -> None:
    link = priced().link
    assert link.usd[2] == pytest.approx(1.089 * 2 * 1 + 240)
    assert link.usd[3] == pytest.approx(0.9 * 2 * 1 + 240)
    assert (link.charge_usd[2], link.fixed_h[2]) == (240, 20)
    assert link.run_h[2:4] == pytest.approx([1 / 10 * 24 / 14, 1 / 10 * 24 / 12])
    assert link.fixed_h[2] * math.exp(link.fixed_sigma[2] * 1.6448536) == pytest.approx(70)


def test_a_rail_link_adds_up_all_its_charges() -> None:
    link = priced().link
    assert link.usd[4] == pytest.approx(300 * (0.1 + 0.35 * 2 + 0.02 * 20))  # 360
    assert link.run_h[4] == pytest.approx(10)
    assert link.kg[4] == pytest.approx(27.6 * 20 * 300 / 1000)  # 165.6
    assert link.kg[6] == pytest.approx(89 * 2 * 500 / 1000)  # by sea 89


def test_a_tonne_of_bulk_pays_its_share_of_a_clearance() -> None:
    link = priced("tonne").link
    assert link.usd[2] == pytest.approx(0.1 * 1 * 1 + 0.05 * 240)  # 12.10
    assert link.kg[4] == pytest.approx(16 * 1 * 300 / 1000)  # no row for bulk by diesel: any train
    study = built()
    assert cost.handling_kg(study, study.by_id("cargoes")["tonne"]) == pytest.approx(0.6)


def test_a_reefer_pays_more_by_the_km_and_the_same_at_the_border() -> None:
    link = priced("reefer").link
    assert link.usd[2] == pytest.approx(1.3 * 1.089 * 2 + 240)
    assert link.kg[0] == pytest.approx(1.12 * 116 * 22 * 100 / 1000)


def test_a_terminal_handles_the_forms_it_names() -> None:
    study = built()
    costs = priced()
    at = arc(study, "terminal")
    assert costs.usd[at] == pytest.approx(5 + 60 * 2 + 0.5 * 20)  # 135
    assert costs.kg[at] == pytest.approx(10.7)
    assert (costs.fixed_h[at], costs.run_h[at]) == (24, 0)
    assert costs.handling_sigma[at] == pytest.approx(math.log(3) / 1.6449, rel=1e-4)
    assert costs.may_pass[at]
    assert not priced("tonne").may_pass[at]


@pytest.mark.parametrize(
    ("service", "run_h", "headway_h"),
    [
        ({"departures_per_week": 7.0}, 10.0, 24.0),
        ({"timetable": "mon 08:00"}, 10.0, 0.0),
        ({"departures_per_week": 3.5, "speed_kmh": 60.0}, 5.0, 48.0),
    ],
)
def test_a_service_has_its_own_price_speed_and_headway(
    service: dict[str, Any], run_h: float, headway_h: float
) -> None:
    services = [
        {"service_id": "block", "link_ids": "cd", "required": False, **service},
        {"service_id": "other", "link_ids": "cd", "required": False, "departures_per_week": 1.0},
    ]
    study = built(services=services)
    costs = priced(services=services)
    at = arc(study, "service")
    assert costs.usd[at] == pytest.approx(0.31 * 2 * 300)  # 186
    assert (costs.run_h[at], costs.headway_h[at]) == (
        pytest.approx(run_h),
        pytest.approx(headway_h),
    )
    other = study.graph.kind.index("service", at + 2)
    assert costs.usd[other] == pytest.approx(360)  # no price of its own: that of its link


def test_rules_add_hours_and_charges_while_they_are_in_force() -> None:
    rule = {"row_id": "bc", "effect": "extra-usd", "value": 60.0}
    rules = [
        {"rule_id": "fee", **rule},
        {"rule_id": "more", **rule},
        {"rule_id": "wait", **rule, "effect": "extra-hours"},
        {"rule_id": "later", **rule, "from_on": dt.date(2099, 1, 1)},
    ]
    assert priced(rules=rules).link.charge_usd[2] == 240 + 120
    assert priced(rules=rules).link.fixed_h[2] == 80
    assert priced("tonne", rules=rules).link.charge_usd[2] == pytest.approx(0.05 * 360)


def test_an_unknown_speed_a_mode_not_allowed_and_an_unknown_cargo_do_not_pass() -> None:
    assert not priced().link.usable[8:10].any()
    lorry_only = {**BOX, "allowed_modes": "road"}
    assert priced(cargoes=[lorry_only]).link.usable.tolist() == [True] * 4 + [False] * 6
    with pytest.raises(UnknownName, match=r"no cargo 'boxx'. Did you mean 'box'"):
        priced("boxx")


def test_row_order_of_tables_changes_no_cost() -> None:
    mixed = priced(rates=RATES[::-1], emissions=EMISSIONS[::-1], modes=MODES[::-1])
    assert np.array_equal(priced().usd, mixed.usd)
    assert np.array_equal(priced().kg, mixed.kg)
    assert np.array_equal(priced().run_h, mixed.run_h)


@pytest.mark.parametrize(
    "cargo", ["container-20", "container-40", "reefer-40", "bulk-t", "bus-12m", "project"]
)
def test_every_way_of_the_study_costs_something(cargo: str) -> None:
    study = network("open-borders")
    costs = cost.price(study, Party(cargo), (), 0)
    passable = costs.may_pass & np.array([kind != "terminal" for kind in study.graph.kind])
    assert passable.sum() > 500
    assert (costs.usd[passable] > 0).all()
    assert (costs.kg[passable] > 0).all()
    assert (costs.run_h + costs.fixed_h >= 0).all()
    assert np.isfinite(costs.usd).all()


@pytest.mark.parametrize("cargo", ["container-40", "reefer-40", "bulk-t"])
def test_terminals_priced_together_cost_what_each_is_charged(cargo: str) -> None:
    study = network("open-borders")
    costs = cost.price(study, Party(cargo), (), 1_782_864_000)
    terminals = study.rows("terminals")
    form = study.by_id("cargoes")[cargo]["form"]

    for arc in np.flatnonzero(study.graph.is_terminal).tolist():
        terminal = terminals[int(study.graph.row[arc])]
        lines = costs.handling[arc]
        assert costs.usd[arc] == sum(line.usd for line in lines)
        assert costs.may_pass[arc] == (terminal["form"] in (None, form))
        assert all(line.row == terminal for line in lines if line.table == "terminals")


def test_a_lorry_in_kazakhstan_costs_what_its_row_says() -> None:
    study = network("open-borders")
    at = next(
        i
        for i, row in enumerate(study.rows("links"))
        if row["mode"] == "road"
        and row["fixed_usd"] is None
        and study.by_id("nodes")[row["from_node_id"]]["country"] == "KZ"
    )
    rate = next(r for r in study.rows("rates") if r["rate_id"] == "road-kz-container")
    made = cost.price(study, Party("container-40"), (), 0).link
    assert made.usd[2 * at] == pytest.approx(
        study.rows("links")[at]["length_km"] * 2 * rate["usd_per_teu_km"]
    )
    assert STUDY.is_dir()


def test_an_hour_costs_a_cargo_a_24th_of_what_a_day_does():
    assert cost.hour_usd(48_000.0, 0.01) == 48_000.0 * 0.01 / 24
    box = {"value_usd_per_unit": 48_000.0, "time_value_share_per_day": 0.01}
    assert cost.cargo_hour_usd(box) == 20.0


def test_routes_matrices_and_closures_price_an_hour_alike():
    borders_open = network("open-borders")
    cargo = borders_open.by_id("cargoes")["container-40"]
    row = {
        "demand_id": "d",
        "origin_node_id": "almaty",
        "destination_node_id": "karachi",
        "cargo_id": "container-40",
        "units_per_year": 1.0,
    }
    frozen = freeze(borders_open, cargo="container-40", depart="2026-07-01")
    arrays = compile_demand(borders_open, pl.DataFrame([row]), on="2026-07-01")

    assert frozen.hour_usd == cost.cargo_hour_usd(cargo)
    assert arrays.column("hour_usd").tolist() == [frozen.hour_usd]


def test_prices_scaled_beyond_counting_are_refused() -> None:
    # A change may scale a price by 1e9, past what its column allows in a file.
    study = read("mid-2026")
    dear = study.tables["rates"].with_columns(pl.col("usd_per_teu_km") * 1e9)
    scaled = build({**study.tables, "rates": dear}, choices=study.scenario.choices)
    with pytest.raises(StudyError, match="beyond-counting: the money of a route"):
        co.route(scaled, "almaty", "karachi", cargo="container-40", depart="2026-07-01")


def any_size(dice: random.Random, table: str, column: str, least: float) -> float:
    """Return a figure of any size that a column may hold, often its largest."""
    high = schema.table(table).column(column).high
    assert high is not None
    return dice.choice((high, math.exp(dice.uniform(math.log(least), math.log(high)))))


@pytest.mark.slow
def test_prices_of_any_size_are_counted_exactly_or_refused() -> None:
    # 300 networks whose figures go up to the ends of their columns, against plain Python numbers.
    refused = 0
    for seed in range(300):
        dice = random.Random(seed)
        fees = [any_size(dice, "links", "fixed_usd", 1.0) for _ in range(2)]
        lengths = [any_size(dice, "links", "length_km", 1.0) for _ in range(2)]
        rate = any_size(dice, "rates", "usd_per_teu_km", 0.01)
        box = {
            **BOX,
            "teu_per_unit": any_size(dice, "cargoes", "teu_per_unit", 0.5),
            "value_usd_per_unit": any_size(dice, "cargoes", "value_usd_per_unit", 1.0),
            "rate_ratio": dice.uniform(0.1, 20.0),
        }
        links = [
            link(f"ab{i}", "a", "b", fixed_usd=fee, length_km=km)
            for i, (fee, km) in enumerate(zip(fees, lengths, strict=True))
        ]
        built = small(
            links=[*links, link("bc", "b", "c")],
            rates=[{"rate_id": "road", "mode": "road", "usd_per_teu_km": rate}],
            cargoes=[box],
        )

        exact = [
            fee + box["rate_ratio"] * km * rate * box["teu_per_unit"]
            for fee, km in zip(fees, lengths, strict=True)
        ]
        try:
            routes = co.route(
                built, "a", "b", cargo="box", depart="2026-07-01", criteria=("cost",), max_routes=1
            ).routes
        except StudyError as error:
            assert error.findings[0].kind == "beyond-counting", seed
            refused += 1
            continue
        assert routes["cost_usd"][0] == pytest.approx(min(exact), rel=1e-9, abs=0.01), seed
        assert max(exact) * 100 < 2**53, seed
    assert 20 < refused < 280
