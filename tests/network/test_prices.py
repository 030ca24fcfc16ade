"""Bands of prices and what quotes contain beside carriage, computed by hand."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as co
from core_cases import BOX, STUDY, link, node, small
from corridor.network import cost
from corridor.network.prices import PriceLine, deviation, price_band
from corridor.network.rules import Party, applying

ROAD = {"rate_id": "road", "mode": "road", "confidence": "C", "p05_ratio": 0.8, "p95_ratio": 1.5}
TWIN = {**ROAD, "rate_id": "twin"}
SHIP = {**ROAD, "rate_id": "ship", "mode": "sea"}
BARE = {"rate_id": "bare", "mode": "road", "confidence": "B", "p05_ratio": None, "p95_ratio": None}
BANDS = [
    {"price_band_id": "any", "p05_ratio": 0.9, "p95_ratio": 1.1},
    {"price_band_id": "rates", "table": "rates", "p05_ratio": 0.7, "p95_ratio": 1.3},
    {"price_band_id": "rates-b", "table": "rates", "grade": "B", "p05_ratio": 0.5, "p95_ratio": 2},
]


def lines(*amounts: tuple[dict[str, Any], float]) -> list[PriceLine]:
    return [PriceLine("rates", row, usd) for row, usd in amounts]


def band(*amounts: tuple[dict[str, Any], float], bands: Any = ()) -> tuple[float, float]:
    return tuple(price_band(small(price_bands=list(bands)), lines(*amounts)))


def test_lines_of_one_row_move_together() -> None:
    assert band((ROAD, 100), (ROAD, 300)) == pytest.approx((320, 600))


def test_rows_of_one_mode_move_together_by_half_of_their_variance() -> None:
    below = math.sqrt(0.5 * (20 + 60) ** 2 + 0.5 * (20**2 + 60**2))
    assert band((ROAD, 100), (TWIN, 300))[0] == pytest.approx(400 - below)


def test_rows_of_two_modes_move_by_chance() -> None:
    assert band((ROAD, 100), (SHIP, 300))[1] == pytest.approx(400 + math.hypot(50, 150))


def test_a_row_without_a_band_has_that_of_its_table_and_grade() -> None:
    assert band((BARE, 100)) == (100, 100)
    assert band((BARE, 100), bands=BANDS) == pytest.approx((50, 200))
    assert band((BARE, 100), bands=BANDS[:2]) == pytest.approx((70, 130))
    assert band((BARE, 100), bands=BANDS[:1]) == pytest.approx((90, 110))


ROWS = (ROAD, TWIN, SHIP, BARE, {**ROAD, "rate_id": "sure", "p05_ratio": 1, "p95_ratio": 1})
BANDED = small(price_bands=BANDS)
AMOUNTS = st.lists(st.tuples(st.sampled_from(ROWS), st.floats(0, 1e6)), max_size=8)


@given(AMOUNTS)
def test_a_band_holds_the_price_and_never_narrows(amounts: list[Any]) -> None:
    prices = list(accumulate((usd for _, usd in amounts), initial=0.0))
    bands = [price_band(BANDED, lines(*amounts[:n])) for n in range(len(amounts) + 1)]

    for price, at in zip(prices, bands, strict=True):
        near = 1e-6 * (1 + price)
        assert -near <= at.p05_usd <= price + near
        assert price - near <= at.p95_usd
    widths = [at.p95_usd - at.p05_usd for at in bands]
    assert all(b >= a - 1e-6 * (1 + a) for a, b in zip(widths, widths[1:], strict=False))


NODES = [node("a"), node("b"), node("c", "UZ"), node("d", "UZ")]
LINKS = [link("ab", "a", "b"), link("bc", "b", "c", fixed_usd=50.0), link("cd", "c", "d")]


def priced(cargo: dict[str, Any] = BOX, **tables: Any) -> cost.Costs:
    network = small(**{"nodes": NODES, "links": LINKS, "cargoes": [cargo], **tables})
    party = Party(cargo["cargo_id"], "KZ", "UZ", None)
    return cost.price(network, party, applying(network, party), 1_800_000_000)


def test_a_rate_names_direction_terrain_and_rails() -> None:
    rates = [
        {"rate_id": "road", "mode": "road", "usd_per_teu_km": 0.5},
        {"rate_id": "kz", "mode": "road", "country": "KZ", "usd_per_teu_km": 1.0},
        {"rate_id": "kz-uz", "mode": "road", "country": "KZ", "to_country": "UZ", "usd_per_t": 1.0},
        {"rate_id": "climb", "mode": "road", "terrain": "mountain", "usd_per_teu_km": 2.0},
    ]
    terrains = [{"link_id": "cd", "terrain": "mountain"}]
    link = priced(rates=rates, terrains=terrains).link
    assert link.usd.tolist() == pytest.approx([200, 200, 20 + 50, 100 + 50, 400, 400])
    assert [rate and rate["rate_id"] for rate in link.rates[2:5]] == ["kz-uz", "road", "climb"]


def test_a_heavy_box_pays_by_weight_where_the_rate_says_so() -> None:
    heavy = {**BOX, "t_per_unit": 14.5, "teu_per_unit": 1.0}
    rate = {"rate_id": "road", "mode": "road", "usd_per_teu_km": 0.6}
    assert priced(heavy, rates=[rate]).link.usd[0] == pytest.approx(60)
    by_weight = [{**rate, "t_per_teu": 12.0}]
    assert priced(heavy, rates=by_weight).link.usd[0] == pytest.approx(60 * 14.5 / 12)
    light = {**heavy, "t_per_unit": 9.0}
    assert priced(light, rates=by_weight).link.usd[0] == pytest.approx(60)


def test_every_charge_that_fits_a_crossing_is_a_line() -> None:
    charge = {"name": "x", "charged_at": "crossing", "usd_per_unit": 30.0}
    charges = [
        {"charge_id": "guarantee", **charge},
        {"charge_id": "into-uz", **charge, "to_country": "UZ"},
        {"charge_id": "into-kz", **charge, "to_country": "KZ"},
        {"charge_id": "by-rail", **charge, "mode": "rail"},
        {"charge_id": "handled", **charge, "charged_at": "handling"},
    ]
    link = priced(charges=charges).link
    assert [line.row_id for line in link.charges[2]] == ["bc", "guarantee", "into-uz"]
    assert link.charge_usd[2] == pytest.approx(50 + 2 * 30)
    assert link.charges[0] == ()


@pytest.mark.slow
@pytest.mark.parametrize("cargo", ["container-40", "container-20", "bulk-t"])
def test_every_dollar_of_the_study_has_its_row(cargo: str) -> None:
    network = co.read(STUDY).network
    routes = co.route(
        network, "almaty", "karachi", cargo=cargo, depart="2026-07-01", criteria=("time", "cost")
    )
    by_route = routes.money.group_by("route_id").agg(pl.col("cost_usd").sum().alias("sum"))
    both = routes.routes.join(by_route, on="route_id")

    assert both.height == routes.routes.height
    assert (both["sum"] - both["cost_usd"]).abs().max() < 1  # lines are whole cents
    assert (both["cost_p05_usd"] < both["cost_usd"]).all()
    assert (both["cost_usd"] < both["cost_p95_usd"]).all()
    for table, row_id in routes.money.select("table", "row_id").unique().iter_rows():
        assert row_id in network.by_id(table)


def test_every_rate_of_the_study_has_a_band() -> None:
    network = co.read(STUDY).network
    own = [deviation(network, PriceLine("rates", row, 100.0)) for row in network.rows("rates")]
    assert all(0 < band.below < 100 and band.above > 0 for band in own)
