"""Routes of the built-in study and of small networks: what stands in issue A as a bar is held
here."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from core_cases import SCENARIOS, closed, link, network, read, small
from corridor.errors import CallError, UnknownName
from corridor.network import network as networks
from corridor.routing.route import Routes, route
from corridor.routing.showing import EXACT

HALF_A_CENT = 0.006


@cache
def found(scenario: str, depart: str, *choices: str, draws: int = 5) -> Routes:
    """Return every route from Almaty to Karachi, asked for once."""
    return route(
        network(scenario, *choices),
        "almaty",
        "karachi",
        cargo="container-40",
        depart=depart,
        max_routes=1000,
        showing=EXACT,
        draws=draws,
    )


class Tables:
    """The tables of a scenario, read without the package's calendars and selectors."""

    def __init__(self, scenario: str) -> None:
        study = read(scenario)
        choices = network(scenario).choices
        self.kept = {
            n: [
                r
                for r in study.tables[n].to_dicts()
                if r["alternative"] is None or tuple(r["alternative"].split(":")) in choices.items()
            ]
            for n in ("links", "changes", "windows", "holidays", "rules")
        }
        self.country = dict(study.tables["nodes"].select("node_id", "country").iter_rows())
        self.link = {r["link_id"]: r for r in self.kept["links"]}
        self.changes = [
            r
            for c in study.scenario.changes
            for r in self.kept["changes"]
            if (r["change_id"], r["table"], r["column"]) == (c, "links", "status")
        ]
        self.forbid = [
            r
            for r in self.kept["rules"]
            if r["effect"] == "forbid"
            and r["authority"] is None  # a sanction forbids nothing where nothing is said
            and "PK" not in (r["except_countries"] or "").split()  # both trips have an end there
            and all(
                r[c] is None
                for c in ("origin_country", "destination_country", "carrier_country", "cargo_id")
            )
        ]

    def meant(self, selector: str, row: dict[str, Any]) -> bool:
        ends = [row["from_node_id"], row["to_node_id"]]
        pair = sorted(self.country[e] for e in ends)
        words = {
            row["link_id"],
            "*",
            f"mode:{row['mode']}",
            *(f"country:{c}" for c in pair),
            *(f"node:{e}" for e in ends),
        }
        return any(
            w in words or w.startswith("crossing:") and sorted(w[9:].split("-")) == pair
            for w in selector.split()
        )

    def shut(self, link_id: str, at: dt.datetime) -> str | None:
        """Say what shuts a link at an instant."""
        row = self.link[link_id]
        day = at.date()
        set_to = [
            r["value"] for r in self.changes if _dated(r, day) and self.meant(r["row_id"], row)
        ]
        if (status := [row["status"], *set_to][-1]) != "existing":
            return f"status {status}"
        for element in (link_id, row["from_node_id"], row["to_node_id"]):
            windows = [w for w in self.kept["windows"] if element in (w["link_id"], w["node_id"])]
            if windows and not any(_is_open(w, at) for w in windows):
                return f"windows of {element}"
        for holiday in self.kept["holidays"]:
            if _dated(holiday, day) and self.meant(holiday["row_id"], row):
                return f"holiday {holiday['holiday_id']}"
        return next(
            (
                f"rule {r['rule_id']}"
                for r in self.forbid
                if _dated(r, day) and self.meant(r["row_id"], row)
            ),
            None,
        )


def _dated(row: dict[str, Any], day: dt.date) -> bool:
    return (row["from_on"] is None or row["from_on"] <= day) and (
        row["to_on"] is None or day < row["to_on"]
    )


def _is_open(window: dict[str, Any], at: dt.datetime) -> bool:
    first = window["season_from"]
    last = window["season_to"]
    local = at + dt.timedelta(hours=window["utc_offset_h"] or 0)
    if not _dated(window, local.date()):
        return False
    if window["weekdays"] and f"{local:%a}".lower() not in window["weekdays"].split():
        return False
    monthday = f"{local:%m-%d}"
    if first and not (
        first <= monthday <= last if first <= last else monthday >= first or monthday <= last
    ):
        return False
    opens, shuts = (window["hours"] or "00:00-24:00").split("-")
    return bool(opens <= f"{local:%H:%M}" < shuts)


@pytest.mark.parametrize("depart", ["2026-01-15", "2026-02-20", "2026-07-01"])
@pytest.mark.parametrize(
    "scenario",
    [pytest.param(s, marks=[] if s == "mid-2026" else pytest.mark.slow) for s in SCENARIOS],
)
def test_no_leg_leaves_while_its_link_is_shut(scenario: str, depart: str) -> None:
    tables = Tables(scenario)
    for ends in (("almaty", "karachi"), ("gwadar", "jebelali")):
        ways = route(
            network(scenario),
            *ends,
            cargo="container-40",
            depart=depart,
            max_routes=150,
            draws=1,
            showing=EXACT,
        )
        legs = ways.legs.filter(pl.col("kind") == "link")
        left = set(legs.select("link_id", "depart_at").iter_rows())
        assert left or "jebelali" in ends and scenario == "hormuz-shut"
        for link_id, at in left:
            assert tables.shut(link_id, at) is None, (link_id, at)


def test_the_check_itself_sees_a_shut_border() -> None:
    noon, night = (dt.datetime(2026, 2, 10, h, tzinfo=dt.UTC) for h in (6, 20))
    assert Tables("summit-2026").shut("torkhamaf-torkhampk-road", noon) == "status closed"
    assert Tables("open-borders").shut("torkhamaf-torkhampk-road", noon) is None
    assert Tables("open-borders").shut("kashgar-irkeshtam-road", noon) is None
    assert (
        Tables("open-borders").shut("kashgar-irkeshtam-road", night)
        == "windows of kashgar-irkeshtam-road"
    )


def test_afghanistan_is_crossed_where_its_borders_are_open_only() -> None:
    ways = found("open-borders", "2026-02-20").routes
    shown = route(
        network("open-borders"), "almaty", "karachi", cargo="container-40", depart="2026-02-10"
    ).routes
    assert any({"AF", "PK"} <= set(c) and "IR" not in c for c in shown["countries"])
    pairs = ways["borders"].list.join(" ").str.contains("torkham|chaman")
    assert pairs.any()
    assert (
        not found("summit-2026", "2026-02-20")
        .routes["borders"]
        .list.join(" ")
        .str.contains("torkham|chaman")
        .any()
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("choice", "depart", "through"),
    [
        ("protocol-1985", "2027-01-15", False),
        ("protocol-1985", "2026-07-01", True),
        ("open-all-year", "2027-01-15", True),
    ],
)
def test_khunjerab_is_crossed_in_its_season_only(choice: str, depart: str, through: bool) -> None:
    ways = found("mid-2026", depart, f"khunjerab={choice}")
    crossed = ways.legs.filter(pl.col("link_id") == "khunjerab-tashkurgan-road")
    in_winter = crossed.filter(pl.col("depart_at").dt.month().is_in([12, 1, 2, 3]))
    assert (crossed.filter(pl.col("depart_at").dt.year() == int(depart[:4])).height > 0) >= through
    assert (in_winter.height == 0) if choice == "protocol-1985" else in_winter.height > 0
    if not through:  # who goes by the pass waits for April
        assert (crossed["depart_at"].dt.date() >= dt.date(2027, 4, 1)).all()


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["open-borders", "mid-2026"])
def test_legs_of_the_pareto_set_add_up(scenario: str) -> None:
    ways = found(scenario, "2026-07-01")
    assert ways.pareto_count == ways.routes.height > 100
    sums = ways.legs.group_by("route_id", maintain_order=True).agg(
        (pl.col("wait_h") + pl.col("time_h")).sum().alias("time_h"),
        pl.col("cost_usd").sum(),
        pl.col("carbon_kg").sum(),
        pl.col("length_km").sum(),
        (pl.col("kind") == "terminal").sum().alias("transfers"),
        pl.len().alias("legs"),
        pl.col("from_node_id").first(),
        pl.col("to_node_id").last(),
        pl.col("arrive_at").last(),
    )
    both = ways.routes.join(sums, on="route_id", suffix="_sum")
    for row in both.iter_rows(named=True):
        assert row["time_h"] == pytest.approx(row["time_h_sum"], abs=1e-6)
        assert row["cost_usd"] == pytest.approx(row["cost_usd_sum"], abs=HALF_A_CENT * row["legs"])
        assert row["carbon_kg"] == pytest.approx(
            row["carbon_kg_sum"], abs=HALF_A_CENT * row["legs"]
        )
        assert row["length_km"] == pytest.approx(row["length_km_sum"], abs=0.06)
        assert row["transshipments_count"] == row["transfers"]
        assert (row["from_node_id"], row["to_node_id"]) == ("almaty", "karachi")
        taken = row["arrive_at"] - dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
        assert taken.total_seconds() / 3600 == pytest.approx(row["time_h"])
    for legs in ways.legs.partition_by("route_id"):
        rows = legs.to_dicts()
        for one, two in zip(rows, rows[1:], strict=False):
            assert one["to_node_id"] == two["from_node_id"]
            assert two["depart_at"] - one["arrive_at"] == dt.timedelta(
                seconds=round(3600 * two["wait_h"])
            )
    values = both.select("time_h", "cost_usd", "carbon_kg", "risk_share").rows()
    assert len(set(values)) == len(values)


def test_percentiles_are_in_order_and_the_chance_of_a_deadline_is_between_them() -> None:
    ways = found("mid-2026", "2026-07-01", draws=200).routes
    assert (ways["time_p05_h"] <= ways["time_p50_h"]).all()
    assert (ways["time_p50_h"] <= ways["time_p95_h"]).all()
    assert ways["on_time_share"].null_count() == ways.height
    built = network("mid-2026")
    day = dt.date(2026, 7, 15)
    late = route(
        built,
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        deadline=day,
        max_routes=1000,
        showing=EXACT,
    )
    limit_h = 15 * 24
    assert (late.routes["time_h"] <= limit_h).all()
    for row in late.routes.iter_rows(named=True):
        share = row["on_time_share"]
        assert 0 <= share <= 1
        assert (share >= 0.95) == (row["time_p95_h"] <= limit_h)
        assert (share >= 0.5) == (row["time_p50_h"] <= limit_h)


@pytest.mark.parametrize(
    ("options", "holds"),
    [
        ({"via": ["Tashkent"]}, lambda r, legs: "tashkent" in legs["to_node_id"]),
        (
            {"via": ["tashkent", "UZSKD"]},
            lambda r, legs: {"tashkent", "samarkand"} <= {*legs["to_node_id"]},
        ),
        ({"avoid": ["IR", "CN"]}, lambda r, legs: not {"IR", "CN"} & {*r["countries"]}),
        (
            {"avoid": "road", "require": "IR"},
            lambda r, legs: "road" not in r["modes"] and "IR" in r["countries"],
        ),
        (
            {"require": ["ferry", "bandarabbas"]},
            lambda r, legs: "ferry" in r["modes"] and "bandarabbas" in legs["to_node_id"],
        ),
        ({"max_transshipments": 0}, lambda r, legs: r["transshipments_count"] == 0),
        (
            {"max_transshipments": 2, "require": ["rail"]},
            lambda r, legs: r["transshipments_count"] <= 2 and "rail" in r["modes"],
        ),
        ({"deadline": "2026-07-12"}, lambda r, legs: r["time_h"] <= 12 * 24),
    ],
)
def test_options_bind_every_route(options: dict[str, Any], holds: Any) -> None:
    ways = route(
        network("open-borders"),
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        max_routes=20,
        showing=EXACT,
        draws=10,
        criteria=("time", "cost"),
        **options,
    )
    assert ways.pareto_count > 0
    for row in ways.routes.iter_rows(named=True):
        assert holds(
            row, ways.legs.filter(pl.col("route_id") == row["route_id"]).to_dict(as_series=False)
        ), row


def test_fewer_limits_never_make_the_best_worse() -> None:
    built = network("mid-2026")
    ask = {"cargo": "container-40", "depart": "2026-07-01", "criteria": ("time",), "draws": 5}
    best = route(built, "almaty", "karachi", **ask).routes["time_h"].min()  # type: ignore[arg-type]
    for options in (
        {"avoid": "IR"},
        {"via": "urumqi"},
        {"max_transshipments": 0},
        {"require": "rail"},
    ):
        assert route(built, "almaty", "karachi", **ask, **options).routes["time_h"].min() >= best  # type: ignore[arg-type]


def test_same_seed_same_numbers_another_seed_others() -> None:
    built = network("mid-2026")
    one, same, other = (
        route(built, "Almaty", "PKKHI", cargo="container-40", depart=d, rng=r)
        for d, r in (("2026-07-01", 0), (dt.date(2026, 7, 1), 0), ("2026-07-01T00:00", 1))
    )
    assert one.routes.equals(same.routes)
    assert one.legs.equals(same.legs)
    assert one.routes.drop("^time_p.*$").equals(other.routes.drop("^time_p.*$"))
    assert one.routes["time_p95_h"].to_list() != other.routes["time_p95_h"].to_list()


@pytest.mark.slow
def test_row_order_of_every_table_is_irrelevant() -> None:
    known = read("mid-2026")
    mixed = {}
    for name, frame in known.tables.items():
        order = list(range(frame.height))
        random.Random(name).shuffle(order)
        mixed[name] = (
            frame if name == "changes" else frame[order]
        )  # rows of a change apply in their order
    built = networks.build(mixed, choices=known.scenario.choices, change_ids=known.scenario.changes)
    ask: dict[str, Any] = {
        "cargo": "container-40",
        "depart": "2026-07-01",
        "max_routes": 1000,
        "showing": EXACT,
        "draws": 50,
    }
    one, two = (route(n, "almaty", "karachi", **ask) for n in (network("mid-2026"), built))
    numbers = [
        "time_h",
        "cost_usd",
        "carbon_kg",
        "risk_share",
        "time_p05_h",
        "time_p50_h",
        "time_p95_h",
        "length_km",
    ]
    mine, theirs = (w.routes.select(numbers).sort(numbers) for w in (one, two))
    assert mine.height == theirs.height
    for name in numbers:
        # Of routes alike in every criterion (a train changed here or there) either may stand: their
        # sampled journeys differ by chance.
        near = 0.02 if name.startswith("time_p") else 1e-6
        assert mine[name].to_list() == pytest.approx(theirs[name].to_list(), rel=near), name


def test_a_closure_with_an_end_is_waited_out_and_one_without_is_not() -> None:
    for to_on, hours in ((dt.date(2026, 3, 6), 4 * 24 + 4.0), (None, None)):
        ways = route(
            small("shut", changes=[closed("bc", dt.date(2026, 1, 1), to_on)]),
            "a",
            "d",
            cargo="box",
            depart="2026-03-02",
        )
        assert ways.routes["time_h"].to_list() == ([hours] if hours else [])
        assert (ways.reason is None) == bool(hours)


def test_at_most_so_many_are_shown_the_best_of_each_criterion_among_them() -> None:
    every = found("mid-2026", "2026-07-01").routes
    for most in (4, 10):
        ways = route(
            network("mid-2026"),
            "almaty",
            "karachi",
            cargo="container-40",
            depart="2026-07-01",
            max_routes=most,
            showing=EXACT,
            draws=5,
        )
        assert (ways.routes.height, ways.pareto_count) == (most, every.height)
        for column in ("time_h", "cost_usd", "carbon_kg", "risk_share"):
            assert ways.routes[column].min() == pytest.approx(every[column].min())
        assert ways.routes["time_h"].is_sorted()


def test_one_criterion_gives_its_best_and_more_criteria_more_routes() -> None:
    ask: dict[str, Any] = {"cargo": "container-40", "depart": "2026-07-01", "draws": 5}
    every = found("mid-2026", "2026-07-01").routes
    for name, column in (
        ("time", "time_h"),
        ("cost", "cost_usd"),
        ("carbon", "carbon_kg"),
        ("risk", "risk_share"),
    ):
        ways = route(network("mid-2026"), "almaty", "karachi", criteria=(name,), **ask)
        assert ways.pareto_count == 1
        assert ways.routes[column][0] == pytest.approx(every[column].min(), abs=0.01)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"cargo": "boxx"}, UnknownName),
        ({"criteria": ("speed",)}, UnknownName),
        ({"criteria": ()}, CallError),
        ({"criteria": ""}, UnknownName),
        ({"max_routes": 0}, CallError),
        ({"depart": "soon"}, CallError),
    ],
)
def test_a_wrong_argument_is_refused(more: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        route(small(), "a", "d", **{"cargo": "box", "depart": "2026-03-02", **more})


def test_going_nowhere_takes_nothing() -> None:
    ways = route(small(), "a", "a", cargo="box", depart="2026-03-02")
    assert ways.routes.select("time_h", "cost_usd", "borders_count").rows() == [(0.0, 0.0, 0)]
    assert ways.legs.height == 0


def test_routes_are_written_with_what_was_asked(tmp_path: Path) -> None:
    import tomllib

    ways = route(
        small(), "a", "d", cargo="box", depart="2026-03-02", via=["b"], deadline=dt.date(2026, 4, 1)
    )
    folder = ways.write(tmp_path / "out")
    assert pl.read_parquet(folder / "legs.parquet").equals(ways.legs)
    said = tomllib.loads((folder / "manifest.toml").read_text("utf-8"))
    assert (said["origin"], said["pareto_count"], said["options"]) == (
        "a",
        1,
        {"via": ["b"], "deadline": "2026-04-01"},
    )


def test_a_cheaper_way_that_opens_in_time_is_never_lost() -> None:
    links = [link("ad", "a", "d", length_km=500.0), link("ab", "a", "b"), link("bd", "b", "d")]
    built = small(
        "shut", links=links, changes=[closed("bd", dt.date(2026, 1, 1), dt.date(2026, 3, 4))]
    )
    ways = route(built, "a", "d", cargo="box", depart="2026-03-02").routes
    assert ways.select("time_h", "cost_usd").rows() == [(10.0, 500.0), (50.0, 200.0)]


def test_a_shut_strait_leaves_those_outside_it_their_trade_with_the_world() -> None:
    """India had no sea links but to the Gulf, and no route to anybody with Hormuz shut."""
    for ends in (("nhavasheva", "shanghai"), ("nhavasheva", "rotterdam"), ("mundra", "almaty")):
        routes = route(
            network("hormuz-shut"), *ends, cargo="container-40", depart="2026-08-15", draws=1
        )
        assert routes.pareto_count, routes.reason


def test_best_route_weighs_money_and_time_together() -> None:
    """A day of a container is worth a share of its value a day, as in skims and in rank."""
    routes = found("mid-2026", "2026-07-01")
    cargo = network("mid-2026").by_id("cargoes")["container-40"]
    day_usd = cargo["value_usd_per_unit"] * cargo["time_value_share_per_day"]
    costs_usd = routes.routes["cost_usd"] + routes.routes["time_h"] / 24 * day_usd

    assert (routes.routes["generalised_cost_usd"] - costs_usd).abs().max() < HALF_A_CENT
    best = routes.routes.row(costs_usd.arg_min(), named=True)
    assert routes.best is not None
    assert f"{best['route_id']} ({best['corridor']})" in routes.best


def test_shanghai_almaty_goes_by_rail_where_money_and_time_are_weighed() -> None:
    """A lorry is quicker and three times as dear; forwarders book the train."""
    routes = route(
        network("mid-2026"), "shanghai", "almaty", cargo="container-40", depart="2026-07-01"
    )
    best = routes.routes.sort("generalised_cost_usd").row(0, named=True)
    assert best["modes"][0] == "rail"
    assert best["countries"] == ["CN", "KZ"]


def test_no_route_has_no_best() -> None:
    routes = route(
        network("mid-2026"),
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        avoid=("PK",),
    )
    assert routes.best is None
