"""Equilibrium: known optima of the field, a readable twin, and laws that hold on any network."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

import corridor as co
from corridor.errors import CallError, UnknownName
from naive_equilibrium import naive_equilibrium
from traffic_cases import BRAESS, BRAESS_TRIPS, random_traffic, tntp

pytestmark = pytest.mark.slow  # the kernel takes half a minute to compile

# Beckmann's objective at the best known flows; source: the networks' pages in the collection
# (Transportation Networks for Research), Anaheim computed from its published flows.
OBJECTIVES = {
    "SiouxFalls": 4231335.28710744,
    "Anaheim": 1286032.171096,
    "Barcelona": 1265654.92203176,
    "Winnipeg": 827911.494629963,
    "Chicago-Sketch": 17313018.7387477,
}
QUICK = ("SiouxFalls", "Anaheim")
DAILY_SEEDS = range(6)


def pair_distances(
    links: pl.DataFrame, cost: pl.Series, pairs: pl.DataFrame, no_through: list[str]
) -> list[float]:
    """Return SciPy's least costs; nodes that may not be passed are left only by their own trips."""
    names = sorted(set(links["from_node_id"]) | set(links["to_node_id"]))
    number = {name: i for i, name in enumerate(names)}
    n = len(names)
    least: dict[tuple[int, int], float] = {}
    for tail, head, c in zip(links["from_node_id"], links["to_node_id"], cost, strict=True):
        arcs = [(number[tail] + n, number[head])]  # out of the copy from which trips begin
        if tail not in no_through:
            arcs.append((number[tail], number[head]))
        for arc in arcs:
            least[arc] = min(least.get(arc, math.inf), max(c, 1e-300))  # SciPy drops zeros
    rows, columns = zip(*least, strict=True)
    matrix = coo_array((list(least.values()), (rows, columns)), shape=(2 * n, 2 * n)).tocsr()
    origins = sorted({number[o] for o in pairs["origin_node_id"]})
    trees = dijkstra(matrix, indices=[o + n for o in origins])
    place = {o: i for i, o in enumerate(origins)}
    return [
        float(trees[place[number[o]], number[d]])
        for o, d in pairs.select("origin_node_id", "destination_node_id").iter_rows()
    ]


def recomputed_gap(links: pl.DataFrame, result: co.Equilibrium, no_through: list[str]) -> float:
    """Return the relative gap from volumes and costs alone, sums exact."""
    cost = result.volumes["cost"]
    spent = math.fsum((result.volumes["volume"] * cost).to_list())
    trips = result.trips.filter(pl.col("origin_node_id") != pl.col("destination_node_id"))
    distances = pair_distances(links, cost, trips, no_through)
    least = math.fsum(t * d for t, d in zip(trips["trips"], distances, strict=True))
    return (spent - least) / spent


def check_best_known(name: str) -> None:
    network = tntp(name)
    result = co.equilibrium(network.links, network.trips, no_through=network.no_through)
    assert result.converged and result.gap_share <= 1e-12
    assert result.objective == pytest.approx(OBJECTIVES[name], rel=5e-13)
    assert abs(recomputed_gap(network.links, result, network.no_through)) <= 1e-12
    assert result.trace["objective"].diff().drop_nulls().max() < 1e-9 * result.objective


@pytest.mark.parametrize("name", QUICK)
def test_reaches_the_best_known_objective(name: str) -> None:
    check_best_known(name)


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if name not in QUICK])
def test_reaches_the_best_known_objective_of_large_networks(name: str) -> None:
    check_best_known(name)


@pytest.mark.parametrize("name", ["SiouxFalls"])
def test_reported_gap_is_that_of_the_volumes(name: str) -> None:
    network = tntp(name)
    for gap in (1e-2, 1e-4, 1e-6):
        result = co.equilibrium(
            network.links, network.trips, no_through=network.no_through, gap_share=gap
        )
        again = recomputed_gap(network.links, result, network.no_through)
        assert result.gap_share == pytest.approx(again, rel=1e-6)


def test_braess() -> None:
    """A new road makes everybody slower: 83 minutes without it, 92 with it (Braess 1968)."""
    without = co.equilibrium(BRAESS.head(4), BRAESS_TRIPS)
    with_bridge = co.equilibrium(BRAESS, BRAESS_TRIPS, warm_start=without)
    assert without.trips["cost"].item() == pytest.approx(83, abs=1e-6)
    assert with_bridge.trips["cost"].item() == pytest.approx(92, abs=1e-6)
    assert with_bridge.volumes["volume"].to_list() == pytest.approx([4, 2, 2, 4, 2], abs=1e-6)
    best = co.equilibrium(BRAESS, BRAESS_TRIPS, principle="system")
    assert best.total_cost == pytest.approx(6 * 83, abs=1e-6)
    assert best.objective == pytest.approx(best.total_cost, rel=1e-12)


def check_twin(seed: int) -> None:
    case = random_traffic(seed)
    result = co.equilibrium(**case)
    naive = naive_equilibrium(**case)
    assert result.converged, result
    assert result.objective == pytest.approx(naive.objective, rel=1e-8, abs=1e-8)
    fixed = dict(case["links"].select("link_id", "fixed_cost").iter_rows())
    costs = dict(result.volumes.select("link_id", "cost").iter_rows())
    for link, cost in naive.cost_of_link.items():
        assert costs[link] - fixed[link] == pytest.approx(cost, rel=1e-4, abs=1e-4), link


@pytest.mark.parametrize("seed", DAILY_SEEDS)
def test_equals_the_twin(seed: int) -> None:
    check_twin(seed)


@pytest.mark.parametrize("block", range(10))
def test_equals_the_twin_on_many_networks(block: int) -> None:
    for seed in range(100 + 20 * block, 120 + 20 * block):
        check_twin(seed)


@pytest.mark.parametrize("seed", DAILY_SEEDS)
def test_flow_is_conserved(seed: int) -> None:
    case = random_traffic(seed)
    result = co.equilibrium(**case)
    ends = case["links"].select("link_id", "from_node_id", "to_node_id")
    balance: dict[tuple[str, str, str], float] = {}

    def add(class_: str, origin: str, node: str, units: float) -> None:
        key = (class_, origin, node)
        balance[key] = balance.get(key, 0.0) + units

    flows = result.by_origin().join(ends, on="link_id")
    for row in flows.iter_rows(named=True):
        add(row["class_id"], row["origin_node_id"], row["from_node_id"], -row["volume"])
        add(row["class_id"], row["origin_node_id"], row["to_node_id"], row["volume"])
    for row in result.trips.filter(pl.col("cost").is_not_null()).iter_rows(named=True):
        add(row["class_id"], row["origin_node_id"], row["origin_node_id"], row["trips"])
        add(row["class_id"], row["origin_node_id"], row["destination_node_id"], -row["trips"])
    assert max(map(abs, balance.values())) <= 1e-12

    summed = flows.group_by("link_id").agg(pl.col("volume").sum().alias("sum"))
    both = result.volumes.join(summed, on="link_id", how="left").fill_null(0.0)
    assert both["volume"].to_list() == pytest.approx(both["sum"].to_list(), abs=1e-12)


@pytest.mark.parametrize("seed", DAILY_SEEDS)
def test_scaling_trips_and_capacities_scales_volumes(seed: int) -> None:
    case = random_traffic(seed)
    base = co.equilibrium(**case)
    scaled = co.equilibrium(
        **{
            **case,
            "links": case["links"].with_columns(pl.col("capacity") * 8),
            "trips": case["trips"].with_columns(pl.col("trips") * 8),
        }
    )
    assert scaled.volumes["volume"].to_list() == pytest.approx(
        (base.volumes["volume"] * 8).to_list(), abs=1e-9
    )


@pytest.mark.parametrize("seed", DAILY_SEEDS)
def test_more_capacity_never_raises_the_system_optimum(seed: int) -> None:
    case = random_traffic(seed)
    before = co.equilibrium(**case, principle="system")
    wider = case["links"].with_columns(
        pl.when(pl.col("link_id") == "l1").then(pl.col("capacity") * 1.5).otherwise("capacity")
    )
    after = co.equilibrium(**{**case, "links": wider}, principle="system", warm_start=before)
    slack = 1e-9 * before.total_cost
    assert after.total_cost <= before.total_cost + slack
    assert before.total_cost <= co.equilibrium(**case).total_cost + slack


@pytest.mark.parametrize("seed", DAILY_SEEDS)
def test_order_of_rows_is_irrelevant(seed: int) -> None:
    case = random_traffic(seed)
    base = co.equilibrium(**case)
    turned = co.equilibrium(
        **{**case, "links": case["links"].reverse(), "trips": case["trips"].reverse()}
    )
    assert turned.objective == pytest.approx(base.objective, rel=1e-11)
    assert turned.volumes["link_id"].to_list() == case["links"]["link_id"].reverse().to_list()


def test_nobody_travels() -> None:
    nobody = BRAESS_TRIPS.with_columns(trips=pl.lit(0.0))
    result = co.equilibrium(BRAESS, nobody)
    assert result.converged and result.total_cost == 0.0 and result.gap_share == 0.0
    assert result.volumes["volume"].sum() == 0.0
    assert co.equilibrium(BRAESS, nobody.clear()).converged


def closings(name: str, links: list[str]) -> None:
    network = tntp(name)
    options: dict[str, Any] = {"no_through": network.no_through}
    base = co.equilibrium(network.links, network.trips, **options)
    for link in links:
        cut = network.links.filter(pl.col("link_id") != link)
        cold = co.equilibrium(cut, network.trips, **options)
        warm = co.equilibrium(cut, network.trips, **options, warm_start=base)
        assert warm.converged
        assert warm.objective == pytest.approx(cold.objective, rel=1e-11)
        assert warm.trips["cost"].null_count() == cold.trips["cost"].null_count()


def test_warm_start_after_closing_a_link_is_the_cold_answer() -> None:
    closings("SiouxFalls", ["10-16", "1-2"])


def test_a_warm_start_leaves_the_former_answer_as_it_is() -> None:
    network = tntp("SiouxFalls")
    base = co.equilibrium(network.links, network.trips)
    before = base.by_origin()
    cut = network.links.filter(pl.col("link_id") != "10-16")
    first = co.equilibrium(cut, network.trips, warm_start=base)
    assert base.by_origin().equals(before)
    assert co.equilibrium(cut, network.trips, warm_start=base).volumes.equals(first.volumes)


def test_warm_start_where_a_link_runs_elsewhere_and_trips_differ() -> None:
    network = tntp("SiouxFalls")
    base = co.equilibrium(network.links, network.trips)
    is_moved = pl.col("link_id") == "10-16"
    moved = network.links.with_columns(
        to_node_id=pl.when(is_moved).then(pl.lit("18")).otherwise("to_node_id")
    )
    more = network.trips.with_columns(pl.col("trips") * 1.1).gather_every(2)
    cold = co.equilibrium(moved, more)
    warm = co.equilibrium(moved, more, warm_start=base)
    assert warm.converged
    assert warm.objective == pytest.approx(cold.objective, rel=1e-11)


def test_warm_start_after_closing_many_links() -> None:
    names = tntp("SiouxFalls").links["link_id"].to_list()
    closings("SiouxFalls", names)
    closings("Winnipeg", tntp("Winnipeg").links["link_id"].gather_every(400).to_list())


def test_several_closures_in_one_call_are_the_single_calls() -> None:
    network = tntp("SiouxFalls")
    base = co.equilibrium(network.links, network.trips)
    closures = [["10-16", "16-10"], ["10-16"], [], ["1-2"]]
    answers = co.equilibria(base, closures)
    assert answers[2] is base

    starts = (answers[1], base, None, base)  # both directions from one that is shut already
    for shut, after, start in zip(closures, answers, starts, strict=True):
        if start is None:
            continue
        cut = network.links.filter(~pl.col("link_id").is_in(shut))
        single = co.equilibrium(cut, network.trips, warm_start=start)
        for table in ("volumes", "by_class", "trips", "trace"):
            assert getattr(after, table).equals(getattr(single, table)), table
        assert after.by_origin().equals(single.by_origin())
        assert after.provenance == single.provenance


@pytest.mark.parametrize("seed", DAILY_SEEDS)
def test_closures_of_random_networks_are_cold_answers(seed: int) -> None:
    case = random_traffic(seed)
    base = co.equilibrium(**case)
    names = case["links"]["link_id"].to_list()
    closures = [names[k : k + count] for count in (1, 2, 4) for k in range(0, len(names), 5)]
    for shut, after in zip(closures, co.equilibria(base, closures), strict=True):
        is_open = ~pl.col("link_id").is_in(shut)
        class_costs = case.get("class_costs")
        if class_costs is not None:
            class_costs = class_costs.filter(is_open)
        cut = {**case, "links": case["links"].filter(is_open), "class_costs": class_costs}
        cold = co.equilibrium(**cut)
        assert after.converged == cold.converged
        assert after.objective == pytest.approx(cold.objective, rel=1e-9)
        assert after.trips["cost"].is_null().equals(cold.trips["cost"].is_null())
        assert after.volumes["link_id"].equals(cold.volumes["link_id"])


def test_a_closure_of_an_unknown_link_is_refused() -> None:
    with pytest.raises(UnknownName, match="tunnel"):
        co.equilibria(co.equilibrium(BRAESS, BRAESS_TRIPS), [["tunnel"]])


def test_trips_without_a_route_are_counted_out() -> None:
    result = co.equilibrium(BRAESS.filter(pl.col("to_node_id") != "end"), BRAESS_TRIPS)
    assert result.trips["cost"].to_list() == [None]
    assert result.volumes["volume"].sum() == 0.0
    (warning,) = result.warnings
    assert "6 trips" in warning
    served = co.equilibrium(BRAESS, BRAESS_TRIPS, warm_start=result)
    assert served.trips["cost"].item() == pytest.approx(92, abs=1e-6)


def test_zones_are_not_passed() -> None:
    links = pl.DataFrame(
        {
            "link_id": ["to zone", "through zone", "round"],
            "from_node_id": ["a", "zone", "a"],
            "to_node_id": ["zone", "b", "b"],
            "free_cost": [1.0, 1.0, 5.0],
        }
    )
    trips = pl.DataFrame(
        {
            "origin_node_id": ["a", "a", "zone"],
            "destination_node_id": ["b", "zone", "b"],
            "trips": [1.0, 1.0, 1.0],
        }
    )
    assert co.equilibrium(links, trips).trips["cost"].to_list() == [2.0, 1.0, 1.0]
    held = co.equilibrium(links, trips, no_through=["zone"])
    assert held.trips["cost"].to_list() == [5.0, 1.0, 1.0]
    assert held.volumes["volume"].to_list() == [1.0, 1.0, 1.0]


def test_an_end_before_the_gap_is_said() -> None:
    result = co.equilibrium(BRAESS, BRAESS_TRIPS, max_iterations=1)
    assert not result.converged
    assert "Not converged" in result.warnings[0]
    assert "not converged" in repr(result)


def test_results_are_written(tmp_path: Path) -> None:
    folder = co.equilibrium(BRAESS, BRAESS_TRIPS).write(tmp_path / "braess")
    assert pl.read_parquet(folder / "volumes.parquet").height == BRAESS.height
    assert "objective" in (folder / "manifest.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"capacity": 0.0}, "capacity is not above 0: l"),
        ({"free_cost": -1.0}, "free_cost is not a number of 0 or more"),
        ({"bpr_power": math.nan}, "bpr_power is not a number"),
        ({"fixed_cost": math.inf}, "fixed_cost is not a number"),
        ({"link_id": "l"}, "same id: l, l, l and 2 more"),
        ({"to_node_id": None}, "two ends"),
    ],
)
def test_bad_links_are_named(change: dict[str, Any], words: str) -> None:
    links = BRAESS.with_columns(link_id=pl.lit("l") + pl.int_range(5).cast(pl.String))
    bad = links.with_columns(
        **{k: pl.lit(v, pl.String if k[-2:] == "id" else None) for k, v in change.items()}
    )
    with pytest.raises(CallError, match=words):
        co.equilibrium(bad, BRAESS_TRIPS)


def test_bad_calls_are_named() -> None:
    with pytest.raises(CallError, match="principle"):
        co.equilibrium(BRAESS, BRAESS_TRIPS, principle="users")
    with pytest.raises(CallError, match="lacks the column free_cost"):
        co.equilibrium(BRAESS.drop("free_cost"), BRAESS_TRIPS)
    with pytest.raises(CallError, match="start to end"):
        co.equilibrium(BRAESS, BRAESS_TRIPS.with_columns(trips=pl.lit(-1.0)))
    tolls = pl.DataFrame({"class_id": ["all"], "link_id": ["brige"], "fixed_cost": [1.0]})
    with pytest.raises(UnknownName, match="bridge"):
        co.equilibrium(BRAESS, BRAESS_TRIPS, class_costs=tolls)


def test_classes_pay_their_own_tolls() -> None:
    links = BRAESS.filter(pl.col("link_id").str.contains("north"))
    links = pl.concat([links, links.with_columns(link_id=pl.col("link_id") + "-2")])
    trips = pl.concat(
        [BRAESS_TRIPS.with_columns(class_id=pl.lit(c), trips=pl.lit(1.0)) for c in ("car", "lorry")]
    ).with_columns(destination_node_id=pl.lit("north"))
    tolls = pl.DataFrame(
        {"class_id": ["lorry"], "link_id": ["start-north"], "fixed_cost": [1000.0]}
    )
    result = co.equilibrium(links, trips, class_costs=tolls)
    rows = {(r["class_id"], r["link_id"]): r["volume"] for r in result.by_class.to_dicts()}
    assert rows == {("car", "start-north"): 1.0, ("lorry", "start-north-2"): 1.0}
    assert np.allclose(result.volumes["volume"].to_numpy()[[0, 2]], 1.0)


def test_benchmark_runs_on_its_smallest_size(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark = Path(__file__).resolve().parents[2] / "benchmarks" / "assignment.py"
    runpy.run_path(str(benchmark))["main"](["--small"])
    out = capsys.readouterr().out
    assert "objective 386.00000008" in out and "of cold" in out
