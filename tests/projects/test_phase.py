"""Phases and coalitions of a small network: sets, costs, plans, payments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import corridor as co
from core_cases import closed
from corridor.errors import CallError, TooLarge, UnknownName
from corridor.network.borders import borders_of, with_shut
from corridor.projects.lattice import members
from corridor.projects.phase_task import phase_task
from corridor.projects.phasing import best_phases
from corridor.projects.sets import Effort, SetValues, pair_usd, set_values
from corridor.projects.valuation import Valuation, valuation
from corridor.tables import schema_phases
from corridor.tables.cells import stored_types
from project_cases import CHANGES, PROJECTS, project_demand, project_network

IDS = ["bypass", "twin", "spur", "faster"]
CHEAP = [{**row, "capex_usd": 3e5} for row in PROJECTS]
YEARS: dict[str, Any] = {"value_year": 2026, "start_years": 4, "horizon_years": 25, "workers": 1}


@pytest.fixture(scope="module")
def base() -> Valuation:
    return valuation(project_network(), project_demand(), 2026)


@pytest.fixture(scope="module")
def values(base: Valuation) -> SetValues:
    return set_values(base, IDS, [], Effort(workers=1))


@pytest.fixture(scope="module")
def phasing() -> co.Phasing:
    return co.phase(project_network(projects=CHEAP), project_demand(), IDS, **YEARS)


def test_every_set_is_worth_what_it_is_assigned(base: Valuation, values: SetValues) -> None:
    welfare = values.welfare_usd()
    for subset in range(1 << len(IDS)):
        assigned = base.effects(IDS[p] for p in members(subset)).welfare_usd
        assert welfare[subset] == pytest.approx(assigned, rel=2e-3, abs=1.0)
    assert values.largest_error_usd <= 2e-3 * np.abs(welfare).max()
    assert sorted(p for part in values.parts for p in part) == sorted(IDS)


def test_countries_add_up_to_all(values: SetValues) -> None:
    total = sum(values.welfare_usd([country]) for country in values.countries)
    assert values.welfare_usd() == pytest.approx(total)


def test_sets_that_exclude_each_other_are_nothing(base: Valuation) -> None:
    usd = set_values(base, IDS, [(0, 3)], Effort(workers=1)).welfare_usd()
    assert np.isnan(usd[0b1001]) and np.isnan(usd[0b1111])
    assert np.isfinite(usd[0b0111])


def test_sets_without_what_they_require_are_nothing(base: Valuation, values: SetValues) -> None:
    needs = set_values(base, IDS, [], Effort(workers=1), requires=[(0, 3)]).welfare_usd()
    assert np.isnan(needs[0b0001])
    assert needs[0b1001] == pytest.approx(values.welfare_usd()[0b1001])


def test_a_project_that_changes_nothing_is_worth_nothing(base: Valuation) -> None:
    settled = base.settled()
    assert settled.effects(["twin"]).welfare_usd == pytest.approx(0, abs=1e-6)


def test_a_killed_run_goes_on_to_the_same_bits(
    base: Valuation, values: SetValues, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    effort = Effort(folder=tmp_path, workers=1)
    valued = []

    def die(word: str, done: int, total: int) -> None:
        valued.append(done)
        if len(valued) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        set_values(base, IDS, [], effort._replace(progress=die))
    before = len(list(tmp_path.glob("*.npz")))
    assert 0 < before < values.valued

    valued.clear()
    again = set_values(base, IDS, [], effort._replace(progress=lambda *_: valued.append(1)))
    assert len(valued) == values.valued - before
    assert again.usd.tobytes() == values.usd.tobytes()
    with pytest.raises(CallError, match="another"):
        set_values(base, IDS[:2], [], effort)


@pytest.mark.slow
def test_two_threads_value_the_same_bits(base: Valuation, values: SetValues) -> None:
    fresh = valuation(project_network(), project_demand(), 2026)
    assert set_values(fresh, IDS, [], Effort(workers=2)).usd.tobytes() == values.usd.tobytes()


@pytest.mark.slow
def test_a_cluster_values_the_same_bits(base: Valuation, values: SetValues) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        far = set_values(base, IDS, [], Effort(cluster=cluster.scheduler_address))
    assert far.usd.tobytes() == values.usd.tobytes()


def test_pairs_are_those_of_sets(base: Valuation, values: SetValues) -> None:
    pairs = pair_usd(base, IDS, [], Effort(workers=1))
    welfare = values.welfare_usd()
    assert pairs.single_usd == pytest.approx(welfare[[1, 2, 4, 8]], rel=2e-3, abs=1.0)
    assert pairs.worth_usd([3, 0]) == pytest.approx(welfare[0b1001], rel=2e-3)
    assert pairs.valued == 10
    assert pair_usd(base, IDS, [(0, 3)], Effort(workers=1)).valued == 9


def test_phases_are_told_as_declared(phasing: co.Phasing, tmp_path: Path) -> None:
    for table in schema_phases.PHASE_TABLES:
        assert dict(phasing.frames()[table.name].schema) == stored_types(table)
    assert repr(phasing).startswith("Phasing: ")
    assert (phasing.write(tmp_path) / "phase_projects.parquet").exists()


def test_money_of_phases_adds_up(phasing: co.Phasing) -> None:
    assert phasing.countries["npv_usd"].sum() == pytest.approx(phasing.npv_usd, abs=1.0)
    built = phasing.projects.filter(pl.col("begin_year").is_not_null())
    assert built.height
    assert phasing.years["spent_usd"].sum() == pytest.approx(built["capex_usd"].sum())
    assert (built["open_year"] - built["begin_year"]).to_list() == [2] * built.height


def test_too_many_projects_are_phased_by_pairs(
    phasing: co.Phasing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corridor.projects.phase.MAX_PROJECTS", 2)
    pairs = co.phase(project_network(projects=CHEAP), project_demand(), IDS, **YEARS)
    columns = ["project_id", "begin_year"]
    assert pairs.projects.select(columns).equals(phasing.projects.select(columns))
    assert pairs.npv_usd == pytest.approx(phasing.npv_usd, rel=1e-3)
    assert pairs.gap_share <= 1e-6
    assert pairs.years["open"][0].to_list() == []


@pytest.mark.slow
def test_a_budget_delays_or_leaves_out(phasing: co.Phasing) -> None:
    network = project_network(projects=CHEAP)
    poor = co.phase(network, project_demand(), IDS, budget_usd_per_year=1.6e5, **YEARS)
    assert poor.npv_usd < phasing.npv_usd
    assert poor.years["spent_usd"][0] <= 1.6e5
    national: dict[str, Any] = {"national_usd_per_year": {"PK": 0.0}, **YEARS}
    none_in_pk = co.phase(network, project_demand(), IDS, **national)
    names = none_in_pk.projects.filter(pl.col("begin_year").is_not_null())["project_id"]
    assert not {"spur", "faster"} & set(names)


def test_a_coalition_pays_so_that_all_have_their_share() -> None:
    network = project_network(projects=CHEAP)
    result = co.coalition(network, project_demand(), IDS, **YEARS)
    players = result.players
    assert players["country"].to_list() == ["KZ", "PK"]
    assert players["payment_usd"].sum() == pytest.approx(0, abs=0.1)
    assert players["shapley_usd"].sum() == pytest.approx(result.npv_usd, abs=0.1)
    assert players["share_usd"].sum() == pytest.approx(result.npv_usd, abs=0.1)
    assert not result.core_is_empty
    alone = result.sets.filter(coalition="KZ")["projects"].item()
    assert not {"spur", "faster"} & set(alone)
    for table in schema_phases.COALITION_TABLES:
        assert dict(result.frames()[table.name].schema) == stored_types(table)


def test_a_shut_border_opens_where_both_of_its_countries_are_in(tmp_path: Path) -> None:
    network = project_network(projects=CHEAP)
    options: dict[str, Any] = {"folder": tmp_path, **YEARS}
    result = co.coalition(network, project_demand(), IDS, borders=["UZ-KZ"], **options)
    opens = dict(result.sets.select("coalition", "opens").iter_rows())
    assert {name for name, borders in opens.items() if borders} == {"KZ UZ", "KZ PK UZ"}
    assert result.opens == opens["KZ UZ"] == ["KZ-UZ"]
    assert "with the border KZ-UZ open" in repr(result)

    base = phase_task(network, project_demand(), IDS, YEARS).base  # type: ignore[arg-type]
    (border,) = borders_of(network, ["KZ-UZ"])
    shut = base.on_network(with_shut(network, [border])).effects([]).groups
    years = (1 - 1.09 ** -YEARS["horizon_years"]) / (1 - 1 / 1.09)
    lost = shut.filter(pl.col("country").is_not_null())["usd_per_year"].sum() * years
    assert lost < 0
    players = result.players
    assert players["opening_usd"].sum() == pytest.approx(-lost, rel=1e-6)
    assert players["plan_usd"].sum() == pytest.approx(result.npv_usd, abs=0.1)
    assert players["shapley_usd"].sum() == pytest.approx(result.npv_usd, abs=0.1)
    assert players["payment_usd"].sum() == pytest.approx(0, abs=0.1)

    # A scenario that shuts it asks the same question, and all sets of both cases are at hand.
    shut_by_scenario = project_network(
        "shut", projects=CHEAP, changes=[*CHANGES, closed("bc", change_id="shut")]
    )
    valued: list[int] = []
    options["progress"] = lambda *_: valued.append(1)
    again = co.coalition(
        shut_by_scenario, project_demand(), IDS, countries=["KZ", "PK", "UZ"], **options
    )
    assert again.players.equals(players) and again.sets.equals(result.sets)
    assert not valued


@pytest.mark.slow
def test_each_set_of_countries_has_its_own_best_plan() -> None:
    network = project_network(projects=CHEAP)
    task = phase_task(network, project_demand(), IDS, YEARS)  # type: ignore[arg-type]
    inside = [task.countries.index("PK")]
    own = task.costs.own_usd[:, :, inside].sum(axis=2)
    never = [0, 1]  # paid by KZ
    plan = best_phases(task.programme(task.values.welfare_usd(["PK"]), own, never=never))
    result = co.coalition(network, project_demand(), IDS, **YEARS)
    assert result.sets.filter(coalition="PK")["npv_usd"].item() == pytest.approx(
        plan.npv_usd, abs=0.1
    )


def test_questions_that_make_no_sense_are_refused() -> None:
    network = project_network()
    with pytest.raises(UnknownName, match="bypas"):
        co.phase(network, project_demand(), ["bypas"])
    with pytest.raises(CallError, match="start_years"):
        co.phase(network, project_demand(), IDS, start_years=0)
    with pytest.raises(CallError, match="budget of PK"):
        co.phase(network, project_demand(), IDS, national_usd_per_year={"PK": -1.0})
    with pytest.raises(UnknownName, match="country of the study 'XX'"):
        co.phase(network, project_demand(), IDS, national_usd_per_year={"XX": 1.0})
    for year in ("first_year", "value_year"):
        with pytest.raises(CallError, match="must lie between 1800 and 2199"):
            co.phase(network, project_demand(), IDS, **{**YEARS, year: 0})
    with pytest.raises(UnknownName, match="country of the study 'XX'"):
        co.coalition(network, project_demand(), IDS, countries=["XX"], **YEARS)
    with pytest.raises(UnknownName, match="border by land 'KZ-AF'"):
        co.coalition(network, project_demand(), IDS, borders=["KZ-AF"], **YEARS)
    with pytest.raises(TooLarge, match="3 shut borders"):
        co.coalition(network, project_demand(), IDS, borders=["KZ-UZ", "UZ-PK", "KZ-PK"], **YEARS)


def _states(words: str) -> list[dict[str, str]]:
    """Return how the post between b and c stood, a letter a month: o open, s shut, h half."""
    names = {"o": "open", "s": "shut", "h": "half"}
    return [
        {
            "state_id": f"bc-{m}",
            "place": "links: bc",
            "month": f"{2020 + m // 12}-{m % 12 + 1:02d}",
            "state": names[letter],
        }
        for m, letter in enumerate(words)
    ]


@pytest.mark.slow
def test_waiting_is_told_as_declared_and_adds_up() -> None:
    network = project_network(
        projects=[{**row, "capex_usd": 3e6, "programme": "line"} for row in PROJECTS],
        states=_states("oooossooohhoossssoooo"),
    )
    result = co.wait(network, project_demand(), ["bypass", "faster"], ["links: bc"], **YEARS)
    assert result.waiting_usd >= -1e-6
    count = result.rules.height
    assert repr(result).startswith(f"Waiting: {count} rule{'' if count == 1 else 's'}, worth")
    for table in schema_phases.WAIT_TABLES:
        assert dict(result.frames()[table.name].schema) == stored_types(table)
    as_seen = result.regrets.filter(plan="as-seen", future="as-seen")
    assert as_seen.filter(kind="policy")["npv_usd"].item() == pytest.approx(result.npv_usd)
    assert as_seen.filter(kind="fixed")["npv_usd"].item() == pytest.approx(result.fixed_usd)
    assert result.regrets["regret_usd"].min() >= -1e-6
    own = result.regrets.filter(pl.col("plan") == pl.col("future"), kind="policy")
    assert own["regret_usd"].to_list() == pytest.approx([0.0] * 3, abs=1e-6)
    costs = dict(result.shares.select("project_id", "cost_usd").iter_rows())
    assert costs["line"] == pytest.approx(costs["bypass"] + costs["faster"])
    assert result.rules["rule_message"].null_count() == 0
    shares = result.shares.filter(project_id="bypass").row(0, named=True)
    # With the post shut all go by the bypass; with it open they gain less by it.
    assert shares["shut_usd"] > shares["open_usd"]
    with pytest.raises(CallError, match="name a place"):
        co.wait(network, project_demand(), ["bypass"], [])


@pytest.mark.slow
def test_a_policy_that_believes_in_an_open_border_loses_where_it_shuts() -> None:
    network = project_network(
        projects=[{**row, "capex_usd": 2e7} for row in PROJECTS],
        states=_states("oooossooohhoossssoooo"),
    )
    result = co.wait(network, project_demand(), ["bypass", "faster"], ["links: bc"], **YEARS)
    believer = result.regrets.filter(plan="always-open", kind="policy", future="as-seen")
    assert believer["regret_usd"].item() > 1e6  # it does not build the bypass
    assert result.regrets["regret_usd"].min() >= -1e-6
