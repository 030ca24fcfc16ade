"""The chapter on flows: volumes observed beside the model, users of links, a corridor's room."""

from __future__ import annotations

import polars as pl
import pytest

import corridor as co
from corridor.flows.bottlenecks import bottlenecks
from corridor.flows.chapter import flow_tables
from corridor.flows.observed import MAX_FACTOR, misfit
from every_table import every_table

BUILT_IN = "studies/kazakhstan-pakistan"
# What the held-out half must meet within a factor of 1.5, or docs/decisions/071 says why not.
NAMED = ("titr-boxes-2025", "titr-tonnes-2024", "khunjerab-2024", "sarakhs-wagons-2025")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    folder = every_table(tmp_path_factory.mktemp("flows") / "study")
    return flow_tables(co.read(folder))


def test_a_volume_is_what_the_routes_carry_there_and_the_background(
    tables: dict[str, pl.DataFrame],
) -> None:
    on_link = tables["flow_volumes"].filter(
        (pl.col("kind") == "link") & (pl.col("element_id") == "saryagash-keles-rail")
    )
    observed = tables["flow_observed"].filter(pl.col("volume_id") == "keles-rail").to_dicts()[0]
    assert observed["modelled_per_year"] == pytest.approx(on_link["t"].sum())
    assert observed["ratio"] == pytest.approx(on_link["t"].sum() / 900_000)
    is_met = 1 / MAX_FACTOR <= observed["ratio"] <= MAX_FACTOR
    assert observed["verdict"] == ("met" if is_met else "apart")


def test_users_of_all_links_carry_all_that_is_served(tables: dict[str, pl.DataFrame]) -> None:
    bound = bottlenecks(tables["flow_capacities"], busy_share=0.0)
    assert bound["use_per_day"].to_list() >= bound["background_per_day"].to_list()
    assert bound.unique(("table", "row_id", "from_node_id", "unit")).height == bound.height


@pytest.mark.slow
def test_the_built_in_study_meets_what_it_was_not_fitted_to() -> None:
    frames = flow_tables(co.read(BUILT_IN))
    observed = frames["flow_observed"]

    before = misfit(observed, "before_per_year", held_out=True)
    after = misfit(observed, "modelled_per_year", held_out=True)
    assert before is not None and after is not None and after < before
    named = observed.filter(pl.col("volume_id").is_in(NAMED))
    assert named["held_out"].all() and named.height == len(NAMED)
    assert set(named["verdict"]) == {"met"}

    selected = frames["flow_selected"]
    assert set(selected["selector"].str.slice(0, 14)) == {"crossing:AF-PK", "crossing:AZ-KZ"}
    for _, users in selected.group_by("selector"):
        assert users["selected_share"].sum() == pytest.approx(1.0)


@pytest.mark.slow
def test_what_is_planned_lets_more_through_the_corridor() -> None:
    corridor = flow_tables(co.read(BUILT_IN))["flow_corridor"].filter(pl.col("factor") > 1)
    teu = dict(corridor.select("case", "teu").iter_rows())
    assert teu["planned"] > teu["today"]


@pytest.mark.slow
def test_a_full_train_leaves_its_line_to_others() -> None:
    """Slots of a block train are no capacity of the railway, and do not colour it on a map."""
    study = co.read(BUILT_IN)
    capacities = flow_tables(study)["flow_capacities"].filter(pl.col("table") == "services")
    modes = study.tables["links"].select(pl.col("link_id").alias("links"), "mode")

    filled = capacities.explode("links").drop_nulls("links").join(modes, on="links")
    assert set(filled["mode"]) <= {"sea", "ferry"}
    assert "titr-altynkol-aktau" in set(capacities["row_id"])
