"""Appraisal: streams, criteria, who gains and pays, and futures drawn."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import corridor as co
from corridor.errors import CallError, UnknownName
from corridor.projects import finance
from corridor.projects.appraisal import AppraiseOptions
from corridor.projects.project_rows import capex_shares
from corridor.projects.risk import Overrun, _lognormal
from corridor.tables import schema_appraisals
from corridor.tables.cells import stored_types
from corridor.tables.store import read_results
from project_cases import PAYERS, PROJECTS, project, project_demand, project_network
from random_networks import Rows

SHORT: AppraiseOptions = {"years": [2030], "draws": 200, "rng": 7, "first_year": 2027}


def states() -> Rows:
    """Return ten years in which the crossing was shut every other year."""
    return [
        {
            "state_id": f"m{year}-{month:02}",
            "place": "crossing:PK-UZ",
            "month": f"{year}-{month:02}",
            "state": "shut" if year % 2 else "open",
        }
        for year in range(2016, 2026)
        for month in range(1, 13)
    ]


@pytest.fixture(scope="module")
def appraisal() -> co.Appraisal:
    return co.appraise(project_network(states=states()), project_demand(), **SHORT)


def row_of(appraisal: co.Appraisal, project_id: str) -> dict[str, object]:
    return appraisal.projects.row(by_predicate=pl.col("project_id") == project_id, named=True)


def test_tables_are_as_declared(appraisal: co.Appraisal, tmp_path: Path) -> None:
    frames = appraisal.frames()
    for table in schema_appraisals.TABLES:
        assert dict(frames.pop(table.name).schema) == stored_types(table)
    assert not frames
    appraisal.write(tmp_path)
    kept = read_results(tmp_path, appraisal.provenance)
    assert kept is not None
    assert kept["appraisal_projects"].equals(appraisal.projects)


def test_every_criterion_follows_from_the_streams(appraisal: co.Appraisal) -> None:
    row = row_of(appraisal, "bypass")
    streams = appraisal.streams.filter(pl.col("project_id") == "bypass")
    wide = streams.pivot("item", index="year", values="usd").sort("year")
    benefits = wide["shippers"] + wide["carriers"] + wide["state revenue"] + wide["carbon"]
    net = (benefits + wide["residual"] - wide["capex"] - wide["opex"]).to_numpy()

    assert wide["year"].to_list() == list(range(2027, 2049))
    assert wide["capex"].to_list()[:4] == [5e7, 5e7, 0, 0]
    assert (row["open_year"], row["last_year"]) == (2029, 2048)
    assert row["npv_usd"] == pytest.approx(finance.present_usd(net, 0.09))
    assert row["return_share"] == pytest.approx(finance.return_share(net))
    assert row["benefit_usd_per_year"] == pytest.approx(benefits[2])
    assert float(
        streams.filter(~pl.col("item").is_in(["capex", "opex"]))["discounted_usd"].sum()
    ) - (
        float(streams.filter(pl.col("item").is_in(["capex", "opex"]))["discounted_usd"].sum())
    ) == pytest.approx(row["npv_usd"])


def test_who_gains_and_who_pays_adds_up(appraisal: co.Appraisal) -> None:
    sums = dict(appraisal.groups.group_by("project_id").agg(pl.col("pv_usd").sum()).iter_rows())
    for project_id, npv_usd in appraisal.projects.select("project_id", "npv_usd").iter_rows():
        assert sums.get(project_id, 0.0) == pytest.approx(npv_usd, abs=1e-3)
    paid = appraisal.groups.filter(pl.col("group") == "builders", pl.col("project_id") == "spur")
    assert paid["country"].to_list() == ["PK"]
    assert float(paid["pv_usd"][0]) == pytest.approx(-5e7 - 5e7 / 1.09)


def test_payers_share_the_capital() -> None:
    payers = [
        {**PAYERS[0], "share": 0.75},
        {**PAYERS[0], "payer_id": "second", "payer_country": "PK", "share": 0.25},
    ]
    split = co.appraise(
        project_network(project_payers=payers), project_demand(), ["bypass"], **SHORT
    )
    paid = dict(
        split.groups.filter(pl.col("group") == "builders").select("country", "pv_usd").iter_rows()
    )
    assert paid["KZ"] == pytest.approx(3 * paid["PK"])


def test_a_project_without_payers_is_paid_by_its_own_country() -> None:
    network = project_network(project_payers=[])
    nobody = co.appraise(network, project_demand(), ["spur"], **SHORT)
    assert nobody.groups.filter(group="builders")["country"].to_list() == ["PK"]


def test_a_free_twin_is_worth_nothing(appraisal: co.Appraisal) -> None:
    row = row_of(appraisal, "twin")
    assert row["npv_usd"] == pytest.approx(0, abs=1e-3)
    assert row["return_share"] is None
    assert row["return_note"] == "no rate makes it worth nothing"
    assert row["benefit_cost_ratio"] is None


def test_switching_values_switch(appraisal: co.Appraisal) -> None:
    npv = row_of(appraisal, "bypass")["npv_usd"]
    of_bypass = appraisal.switching.filter(pl.col("project_id") == "bypass")
    assert set(of_bypass["item"]) >= {"capex", "opex", "benefits"}
    for item, pv, share, low, high in of_bypass.drop("project_id").iter_rows():
        if share is not None:
            assert npv + share * pv == pytest.approx(0, abs=1e-3), item
        assert low == pytest.approx(npv - 0.2 * pv)
        assert high == pytest.approx(npv + 0.2 * pv)


def test_futures_are_the_same_whoever_draws_them_and_whatever_else_is_appraised(
    appraisal: co.Appraisal,
) -> None:
    network, demand = project_network(states=states()), project_demand()
    alone = co.appraise(network, demand, ["bypass"], workers=1, **SHORT)
    others = co.appraise(network, demand, ["spur", "bypass"], workers=3, **SHORT)
    for other in (alone, others):
        assert_frame_equal(
            appraisal.draws.filter(pl.col("project_id") == "bypass"),
            other.draws.filter(pl.col("project_id") == "bypass"),
            check_exact=True,
        )
    another = co.appraise(network, demand, ["bypass"], **{**SHORT, "rng": 8})
    assert not another.draws["npv_usd"].equals(alone.draws["npv_usd"])


def test_draws_are_summed_up(appraisal: co.Appraisal) -> None:
    draws = appraisal.draws.filter(pl.col("project_id") == "bypass")
    row = row_of(appraisal, "bypass")
    npv = draws["npv_usd"].to_numpy()
    assert row["below_hurdle_share"] == (npv < 0).mean()
    returns = draws["return_share"].to_numpy()
    known = np.isfinite(returns)
    assert known.mean() > 0.5
    assert ((returns[known] < 0.09) == (npv[known] < 0)).all()
    assert row["npv_p5_usd"] == np.quantile(npv, 0.05)
    assert row["shortfall_usd"] == pytest.approx(np.sort(npv)[:10].mean())


def test_shut_borders_come_in_with_the_futures() -> None:
    network, demand = project_network(states=states()), project_demand()
    ahead = co.appraise(network, demand, ["bypass"], shut=["crossing:PK-UZ"], **SHORT)
    steady = co.appraise(network, demand, ["bypass"], **SHORT)

    shares = ahead.draws["shut_share"].to_numpy()
    assert 0.3 < shares.mean() < 0.7
    assert steady.draws["shut_share"].to_numpy().max() == 0
    # The bypass keeps off the crossing: it is worth more where that is shut.
    assert ahead.draws["npv_usd"].mean() > steady.draws["npv_usd"].mean()  # type: ignore[operator]
    assert row_of(ahead, "bypass")["npv_usd"] == row_of(steady, "bypass")["npv_usd"]


def test_overruns_have_the_mean_and_spread_of_their_class() -> None:
    ratios = _lognormal(Overrun(1.45, 0.38), np.random.default_rng(1), 400_000)
    assert ratios.mean() == pytest.approx(1.45, rel=5e-3)
    assert ratios.std() == pytest.approx(0.38, rel=1e-2)


def test_what_is_required_stands_in_both_cases() -> None:
    rows = [*PROJECTS[:3], project("farther", "faster-open", requires="spur bypass")]
    network = project_network(projects=rows)
    appraisal = co.appraise(network, project_demand(), ["farther"], **SHORT)
    assert row_of(appraisal, "farther")["requires"] == ["bypass", "spur"]
    users = appraisal.users.row(by_predicate=pl.col("demand_id") == "d-e", named=True)
    assert users["benefit_usd"] > 0
    assert "a-d" not in appraisal.users["demand_id"].to_list()


def test_a_programme_is_one_and_leaves_out_what_excludes() -> None:
    rows = [
        {**PROJECTS[0], "programme": "road"},
        {**PROJECTS[3], "programme": "road", "build_years": 5},
        project("rival", "bypass-open", programme="road", excludes="bypass"),
    ]
    appraisal = co.appraise(project_network(projects=rows), project_demand(), ["road"], **SHORT)
    row = row_of(appraisal, "road")
    assert row["name"] == "Bypass; Faster"
    assert row["capex_usd"] == 2e8
    assert (row["open_year"], row["last_year"]) == (2032, 2051)
    capex = appraisal.streams.filter(pl.col("item") == "capex")["usd"].to_list()
    assert capex[:5] == [2e7, 2e7, 2e7, 7e7, 7e7]


def test_what_is_left_at_the_end_counts_where_the_convention_says_so() -> None:
    rows = [project("bypass", "bypass-open", life_years=60, residual_share=0.1)]
    network = project_network(projects=rows)
    left = co.appraise(network, project_demand(), convention="ec", **SHORT)
    none = co.appraise(
        network, project_demand(), convention="ec", changed={"counts_residual": False}, **SHORT
    )
    residual = left.streams.filter(pl.col("item") == "residual")["usd"].to_numpy()
    assert residual[-1] == pytest.approx(1e8 * (1 - 0.5 * 0.9))
    assert residual[:-1].max() == 0
    assert row_of(left, "bypass")["last_year"] == 2058
    gain = float(row_of(left, "bypass")["npv_usd"]) - float(row_of(none, "bypass")["npv_usd"])  # type: ignore[arg-type]
    assert gain == pytest.approx(residual[-1] / 1.05**31)


def test_works_begin_when_they_can() -> None:
    rows = [project("bypass", "bypass-open", earliest_on=dt.date(2031, 5, 1))]
    appraisal = co.appraise(project_network(projects=rows), project_demand(), **SHORT)
    assert row_of(appraisal, "bypass")["open_year"] == 2033


def test_a_profile_of_spending() -> None:
    even = project("p", "c", build_years=4)
    assert capex_shares({**even, "capex_shares": None}).tolist() == [0.25] * 4
    assert capex_shares({**even, "capex_shares": "0.2 0.8"}).tolist() == [0.2, 0.8, 0, 0]


def test_bad_questions() -> None:
    network, demand = project_network(states=states()), project_demand()
    with pytest.raises(CallError, match="no projects"):
        co.appraise(project_network(projects=[]), demand)
    with pytest.raises(UnknownName, match="bypass"):
        co.appraise(network, demand, ["bypas"])
    with pytest.raises(UnknownName, match="crossing:PK-UZ"):
        co.appraise(network, demand, shut=["crossing:PK-UX"])
    with pytest.raises(CallError, match="draws"):
        co.appraise(network, demand, draws=-1)
    with pytest.raises(CallError, match="no project"):
        co.appraise(network, demand, [])
    with pytest.raises(CallError, match="years"):
        co.appraise(network, demand, years=[])
    with pytest.raises(CallError, match="first_year must lie between"):
        co.appraise(network, demand, first_year=-5)
    assert math.isnan(finance.return_shares(np.zeros((1, 3)))[0])
