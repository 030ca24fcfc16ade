"""The trade chain of the built-in study: the billion from both baselines, claims and promises."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.errors import CallError, UnknownName
from corridor.evidence.chapter import verdicts
from corridor.runs.run import trade_tables
from corridor.trade.baselines import MEAN_NAME
from corridor.trade.chapter import TargetForecast, forecast_target
from corridor.trade.target import GROWTH

pytestmark = pytest.mark.slow  # the chain takes ten seconds and more

VERDICTS = (
    "consistent",
    "differs",
    "cannot be decided",
    "different things counted",
    "cannot be checked",
)
SERIES = ("News report of 2026", "State Bank of Pakistan")


@pytest.fixture(scope="module")
def study(study_folder: Path) -> co.Study:
    return co.read(study_folder)


@pytest.fixture(scope="module")
def answer(study: co.Study) -> TargetForecast:
    return forecast_target(study, draws=60)


def value(
    answer: TargetForecast, series: str, scenario: str | None, kind: str = "scenario"
) -> float:
    rows = answer.frames["target"].filter(pl.col("series") == series, pl.col("kind") == kind)
    if scenario is not None:
        rows = rows.filter(pl.col("scenario") == scenario)
    return float(rows["value_usd"].item())


@pytest.mark.parametrize(
    ("series", "base", "years", "growth"),
    [
        (SERIES[0], 101.6e6, 2.0, 2.14),
        (SERIES[1], 227.59e6, 2.5, 0.81),
        (MEAN_NAME, (52.5 + 53.7 + 101.6) / 3 * 1e6, 2.0, 2.80),
    ],
)
def test_the_billion_from_each_baseline(
    answer: TargetForecast, series: str, base: float, years: float, growth: float
) -> None:
    steps = answer.frames["target"].filter(pl.col("series") == series)
    first = steps.row(0, named=True)
    assert (first["step"], first["kind"], first["base_usd"]) == (
        GROWTH,
        "growth",
        pytest.approx(base),
    )
    assert first["years"] == pytest.approx(years, abs=0.01)
    assert first["needed_growth_share_per_year"] == pytest.approx(growth, abs=0.01)
    assert base * (1 + first["needed_growth_share_per_year"]) ** first["years"] == pytest.approx(
        1e9
    )
    options = steps.filter(pl.col("kind") == "scenario")
    assert options["scenario"].to_list() == list(answer.provenance["scenarios"])
    assert (options["low_usd"] <= options["value_usd"]).all() and (
        options["value_usd"] <= options["high_usd"]
    ).all()
    assert (options["gap_usd"] + options["value_usd"]).to_list() == pytest.approx(
        [1e9] * options.height
    )
    best = options.sort("value_usd").row(-1, named=True)
    assert best["scenario"] == "all-together"
    assert 0.001 < best["transport_share"] < 0.05 and best["transport_share_high"] < 0.1
    words = " ".join(
        answer.frames["sentences"].filter(pl.col("series") == series)["sentence"].to_list()
    )
    assert f"takes {growth:+.0%} a year" in words
    assert f"these projects cover {best['transport_share']:.1%} of the way" in words
    assert "would have to come from elsewhere" in words and "bound of all transport" in words


@pytest.mark.slow
def test_scenarios_of_one_title_stay_apart(study: co.Study) -> None:
    asked = study.settings.target
    assert asked is not None
    goal = replace(asked, scenarios=("mid-2026", "railway-built"))
    called_alike = {
        name: replace(scenario, title="One title") for name, scenario in study.scenarios.items()
    }
    plain, alike = (
        forecast_target(one, goal=goal, draws=0).frames["target"]
        for one in (study, replace(study, scenarios=called_alike))
    )
    assert alike["scenario"].to_list() == plain["scenario"].to_list()
    assert alike["value_usd"].to_list() == plain["value_usd"].to_list()
    assert alike.filter(pl.col("step") == "One title")["scenario"].n_unique() == 2


@pytest.mark.parametrize("series", SERIES)
def test_more_open_and_quicker_is_never_less(answer: TargetForecast, series: str) -> None:
    # Not from one ban to another: whom Pakistan may not trade with, others gain from.
    chains = (
        ("khunjerab-1985", "mid-2026"),
        ("open-borders", "borders-halved", "all-together"),
        ("open-borders", "railway-built", "all-together"),
        ("open-borders", "middle-corridor-upgraded"),
    )
    for chain in chains:
        for less, more in zip(chain, chain[1:], strict=False):
            low = value(answer, series, less)
            high = value(answer, series, more)
            assert high >= low * (1 - 2e-3), (
                f"{more} gives less than {less}: goods drawn to other pairs should be few"
            )
    assert value(answer, series, "all-together") > 1.02 * value(answer, series, "open-borders")
    assert value(answer, series, "mid-2026") > 1.002 * value(answer, series, "khunjerab-1985")
    assert value(answer, series, None, "bound") > 2 * value(answer, series, "all-together")


def test_a_baseline_meets_the_network_of_its_own_months(answer: TargetForecast) -> None:
    """Up to October 2025 the crossings were open: every border open changes next to nothing,
    today's closures take away."""
    for series in SERIES:
        grown = value(answer, series, None, "growth")
        opened = value(answer, series, "open-borders")
        assert opened == pytest.approx(grown, rel=0.05)

    costs = answer.frames["pair_costs"]
    cost_share = {(r["scenario"], r["exporter"]): r["cost_share"] for r in costs.to_dicts()}
    for exporter in ("KZ", "PK"):
        assert cost_share["mid-2026", exporter] >= cost_share["open-borders", exporter]


def test_trade_that_both_states_stopped_ends_and_is_named(answer: TargetForecast) -> None:
    pairs = answer.frames["pairs"].filter(pl.col("exporter") == "PK", pl.col("importer") == "AF")
    by_scenario = dict(pairs.select("scenario", "value_usd").iter_rows())
    assert by_scenario["mid-2026"] == 0 < by_scenario["open-borders"]
    assert any("AF-PK" in warning and "a rule forbids it" in warning for warning in answer.warnings)

    # No trade ends for want of a link: what ends is what both states forbid.
    flows = answer.frames["flows"].filter(pl.col("base_usd") > 0, pl.col("value_usd") == 0)
    ended = set(flows.select("exporter", "importer").iter_rows())
    assert ended == {("AF", "PK"), ("PK", "AF"), ("IN", "PK"), ("PK", "IN")}


def test_what_carriage_costs(answer: TargetForecast) -> None:
    costs = answer.frames["pair_costs"]
    parts = costs.select("freight_share", "time_share", "reliability_share", "border_share")
    assert parts.sum_horizontal().to_list() == pytest.approx(costs["cost_share"].to_list())
    assert costs.select(pl.all_horizontal(pl.col(parts.columns) > 0)).to_series().all()
    rows = {(r["scenario"], r["exporter"]): r for r in costs.iter_rows(named=True)}
    assert (
        rows["borders-halved", "PK"]["border_share"]
        < 0.8 * rows["open-borders", "PK"]["border_share"]
    )
    assert rows["khunjerab-1985", "PK"]["cost_share"] > rows["mid-2026", "PK"]["cost_share"]
    assert (
        rows["railway-built", "KZ"]["freight_share"] < rows["open-borders", "KZ"]["freight_share"]
    )


def test_other_frames(answer: TargetForecast, study: co.Study) -> None:
    gains = answer.frames["gains"].filter(pl.col("scenario") == "all-together")
    worth = dict(zip(gains["country"], gains["real_income_change_share"], strict=True))
    assert gains["country"].n_unique() == 17 and worth["AF"] > worth["KZ"] > 0 and worth["PK"] > 0
    potential = answer.frames["potential"]
    assert potential.height == 20
    assert potential["potential_usd"].sum() == pytest.approx(580e6, rel=0.05)
    # Kazakh crude goes by pipeline: no route carries it to Pakistan.
    on_routes = potential.filter("is_carried")["potential_usd"].sum()
    assert on_routes == pytest.approx(346e6, rel=0.05)
    freight = answer.frames["freight"]
    assert freight["scenario"].unique().sort().to_list() == sorted(answer.provenance["scenarios"])
    pairs = answer.frames["pairs"].filter(
        pl.col("scenario") == "all-together", pl.col("exporter") == "KZ", pl.col("importer") == "PK"
    )
    ends = study.tables["markets"]
    own = freight.filter(
        pl.col("scenario") == "all-together",
        pl.col("origin_node_id").is_in(ends.filter(pl.col("country") == "KZ")["node_id"].to_list()),
        pl.col("destination_node_id").is_in(
            ends.filter(pl.col("country") == "PK")["node_id"].to_list()
        ),
    )
    # Rows of less than half a unit are left out.
    assert own["value_usd_per_year"].sum() == pytest.approx(pairs["value_usd"].item(), rel=0.01)
    for name in ("flows", "freight"):
        assert not answer.frames[name].select(pl.selectors.float().is_nan().any()).to_numpy().any()


def test_wrong_questions(study: co.Study) -> None:
    goal = study.settings.target
    assert goal is not None
    with pytest.raises(UnknownName, match="scenario"):
        forecast_target(study, goal=replace(goal, scenarios=("railway-bilt",)), draws=0)
    with pytest.raises(UnknownName, match="baseline"):
        forecast_target(study, options=("customs",), draws=0)
    with pytest.raises(CallError, match=r"\[target\]"):
        forecast_target(replace(study, settings=replace(study.settings, target=None)), draws=0)


def test_every_claim_has_verdict_and_arithmetic(study: co.Study, answer: TargetForecast) -> None:
    frames = verdicts(study, answer.forecasts)
    claims = {r["claim_id"]: r for r in frames["claims"].iter_rows(named=True)}
    assert set(claims) == set(study.tables["claims"]["claim_id"])
    for row in claims.values():
        assert row["verdict"] in VERDICTS
        assert row["arithmetic"] or row["note"] and row["verdict"] == "cannot be checked"
    assert claims["logistics"]["verdict"] == "cannot be decided"
    steps = answer.frames["target"]
    scenarios = steps.filter(pl.col("kind") == "scenario")
    best = scenarios.group_by("series").agg(pl.col("transport_share").max())
    bounds = steps.filter(pl.col("kind") == "bound")["transport_share"]
    ends = f"{best['transport_share'].min():.1%} to {bounds.max():.1%}"
    assert f"the model gives {ends}; said: at least 50.0%" in claims["logistics"]["arithmetic"]
    assert "a bound that no corridor reaches" in claims["logistics"]["arithmetic"]
    for part in ("= -28.2%; said: -40.0%", "-39.4%; said: -40.0%", "= -52.9%; said: -53.0%"):
        assert part in claims["fall"]["arithmetic"]
    states = {r["commitment_id"]: r for r in frames["commitments"].iter_rows(named=True)}
    assert states["trade-target"]["state"] == "short by"
    assert states["trade-target"]["short_by"] == pytest.approx(
        1e9 - value(answer, SERIES[0], "mid-2026")
    )
    assert states["trade-target-press"]["short_by"] > states["trade-target"]["short_by"]
    assert set(states) == set(study.tables["commitments"]["commitment_id"])


def test_results_hold_trade_only_where_it_is_asked_about(study: co.Study) -> None:
    frames = trade_tables(replace(study, settings=replace(study.settings, target=None)))
    assert set(frames) == {"claims", "commitments"}
    assert (
        frames["claims"].filter(pl.col("claim_id") == "logistics")["verdict"].item()
        == "cannot be checked"
    )


def page_text(page: Path) -> str:
    """Return the words of a page, tags and charts left out."""
    text = re.sub(r"<(svg|style).*?</\1>", " ", page.read_text("utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def test_report_says_it_in_plain_words(
    study: co.Study, answer: TargetForecast, tmp_path: Path
) -> None:
    frames = {f"trade_{name}": frame for name, frame in answer.frames.items()}
    results = {"sources": study.tables["sources"], **frames, **verdicts(study, answer.forecasts)}
    page = co.report(results, tmp_path / "report.html")
    words = page_text(page)
    assert (
        "Trade and the road to one billion dollars" in words
        and "Not by these corridors alone." in words
    )
    assert (
        "must grow by 214 % a year from USD 102 m (News report of 2026, twelve months to "
        "31 December 2025)" in words
    )
    best = (
        answer.frames["target"]
        .filter(pl.col("scenario") == "all-together")["transport_share"]
        .to_list()
    )
    assert (
        f"{best[0] * 100:.1f} %, {best[1] * 100:.1f} % and {best[2] * 100:.1f} % of the way from"
        in words
    )
    assert (
        "1.766 bn USD / 2.461 bn USD - 1 = -28.2%" in words
        and "short by" in words
        and "Promises" in words
    )
    text = page.read_text("utf-8")
    for figure in ("way", "scenarios", "carriage", "potential", "gains"):
        assert f'id="figure-trade-{figure}"' in text
    assert "nan" not in words.lower().split() and "None" not in words
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r' id="([^"]+)"', text))


def test_report_without_equilibrium_or_target(tmp_path: Path) -> None:
    lost = pl.DataFrame(
        {"series": [None], "sentence": ["It did not settle."]},
        schema_overrides={"series": pl.String},
    )
    assert "It did not settle." in page_text(
        co.report({"trade_sentences": lost}, tmp_path / "lost.html")
    )
    bare = page_text(co.report({}, tmp_path / "bare.html"))
    assert "Trade" not in bare and "Promises" not in bare
