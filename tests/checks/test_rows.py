"""What the checks across tables let pass and what they do not; damage of every kind is in
test_damage.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor import Finding, new
from corridor.checks import every
from corridor.checks.cargoes import check_cargoes
from corridor.checks.changes import contradictions
from corridor.checks.plausibility import check_plausibility
from corridor.checks.selectors import selected
from corridor.tables.reading import from_frames, read_folder
from corridor.tables.tables import Tables

Frames = Mapping[str, pl.DataFrame]


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """The starter study's tables."""
    return read_folder(new(tmp_path_factory.mktemp("checks") / "study")).frames


def changed(frames: Frames, table: str, row: str, **cells: Any) -> Frames:
    """The frames with cells of one row written anew."""
    frame = frames[table]
    here = pl.col(frame.columns[0]) == row
    assert frame.filter(here).height == 1
    return {
        **frames,
        table: frame.with_columns(
            pl.when(here)
            .then(pl.lit(value, frame.schema[name]))
            .otherwise(pl.col(name))
            .alias(name)
            for name, value in cells.items()
        ),
    }


def grown(frames: Frames, table: str, **cells: Any) -> Frames:
    """The frames with a copy of a table's first row, some cells written anew."""
    row = {**frames[table].row(0, named=True), **cells}
    return {
        **frames,
        table: pl.concat([frames[table], pl.DataFrame([row], schema=frames[table].schema)]),
    }


def tables(frames: Frames) -> Tables:
    read = from_frames(frames)
    assert read.findings == ()
    return read


def kinds(frames: Frames) -> list[str]:
    return sorted(f.kind for f in every.check(tables(frames)))


def one(frames: Frames, kind: str) -> Finding:
    (found,) = [f for f in every.check(tables(frames)) if f.kind == kind]
    return found


def test_nothing_is_wrong_with_the_starter(frames: Frames) -> None:
    assert every.check(tables(frames)) == []


def test_nothing_at_all_is_no_crash() -> None:
    assert {f.kind for f in from_frames({}).findings} == {"missing-table"}
    assert every.check(from_frames({})) == []


@settings(max_examples=15)
@given(order=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(frames: Frames, order: Any) -> None:
    wrong = changed(
        changed(frames, "links", "keles-tashkent-rail", speed_kmh=900.0),
        "nodes",
        "keles",
        country="KZ",
    )
    wrong = changed(wrong, "demand", "almaty-tashkent-boxes", cargo_id="boxes")
    shuffled = {
        name: frame[order.sample(range(frame.height), frame.height)]
        for name, frame in wrong.items()
    }
    told = [
        sorted((f.kind, f.rows, f.value) for f in every.check(tables(f))) for f in (wrong, shuffled)
    ]
    assert told[0] == told[1] != []


def test_unknown_id_is_told_once_with_its_rows(frames: Frames) -> None:
    lost = {**frames, "nodes": frames["nodes"].filter(pl.col("node_id") != "samarkand")}
    found = [
        f for f in every.check(tables(lost)) if f.kind == "unknown-node" and f.table == "links"
    ]
    assert [(f.value, f.rows) for f in found] == [
        ("samarkand", ("tashkent-samarkand-road", "tashkent-samarkand-rail"))
    ]


def test_references_into_a_broken_table_say_nothing(frames: Frames) -> None:
    short = {**frames, "nodes": frames["nodes"].drop("lat_deg")}
    read = from_frames(short)
    assert [f.kind for f in read.findings] == ["missing-column"]
    assert [f for f in every.check(read) if f.severity == "error"] == []


# Alternatives


def test_options_that_exclude_each_other_may_share_a_key(frames: Frames) -> None:
    twice = changed(frames, "rates", "road-high", rate_id="road-low")
    assert kinds(twice) == []


def test_rows_that_can_both_count_may_not_share_a_key(frames: Frames) -> None:
    twice = changed(frames, "rates", "road-high", rate_id="road-low", alternative=None)
    assert "duplicate-key" in kinds(twice)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"value": "existing"}, True),
        ({"value": "closed"}, False),
        ({"value": "existing", "from_on": dt.date(2027, 2, 1), "to_on": None}, False),
        ({"value": "existing", "from_on": dt.date(2027, 1, 31), "to_on": None}, True),
        ({"value": "existing", "from_on": None, "to_on": None}, True),
        ({"value": "existing", "row_id": "almaty-shymkent-road"}, False),
        ({"value": "existing", "row_id": "node:keles"}, True),
        ({"value": "12", "column": "fixed_h"}, False),
        ({"value": "existing", "change_id": "another"}, False),
    ],
)
def test_contradiction(frames: Frames, cells: dict[str, Any], wrong: bool) -> None:
    more = grown(frames, "changes", **cells)
    assert [f.kind for f in contradictions(tables(more))] == ["contradictory-changes"] * wrong


def test_options_may_contradict(frames: Frames) -> None:
    more = grown(frames, "changes", value="existing", alternative="road-price:high")
    both = {
        **more,
        "changes": more["changes"].with_columns(
            pl.Series("alternative", ["road-price:low", "road-price:high"])
        ),
    }
    assert contradictions(tables(both)) == []


def test_changes_of_one_scenario_are_ordered(frames: Frames) -> None:
    more = tables(grown(frames, "changes", value="existing", change_id="another"))
    (found,) = contradictions(more, ["border-shut", "another"])
    assert (found.kind, found.severity) == ("order-decides", "warning")
    assert contradictions(more, ["border-shut"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "country:UZ",
        "crossing:UZ-KZ crossing:KZ-UZ",
        "mode:rail",
        "node:keles",
        "keles-tashkent-rail mode:road",
    ],
)
def test_selectors_that_mean_links(frames: Frames, text: str) -> None:
    assert kinds(changed(frames, "hazards", "border-stops", row_id=text)) == []
    assert selected(text, tables(frames))


@pytest.mark.parametrize(
    "cells",
    [
        {"column": "speed_kmh", "op": "scale", "value": "0.5"},
        {"column": "fixed_h", "op": "add", "value": "-2"},
        {"column": "gauge_mm", "value": "1435"},
        {"column": "opens_on", "value": "2030-01-01"},
        {"column": "two_way", "value": "false"},
        {"column": "to_node_id", "value": "samarkand"},
    ],
)
def test_changes_that_fit(frames: Frames, cells: dict[str, Any]) -> None:
    assert kinds(changed(frames, "changes", "border-shut", **cells)) == []


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"column": "speed_kmh", "op": "scale", "value": "half"}, "bad-value"),
        ({"column": "speed_kmh", "op": "scale", "value": "-1"}, "out-of-range"),
        ({"column": "gauge_mm", "value": "14.35"}, "bad-value"),
        ({"column": "two_way", "op": "add", "value": "1"}, "bad-op"),
        ({"column": "to_node_id", "value": "bukhara"}, "unknown-node"),
        ({"column": "link_id", "value": "another"}, "unknown-column"),
    ],
)
def test_changes_that_do_not_fit(frames: Frames, cells: dict[str, Any], kind: str) -> None:
    assert kinds(changed(frames, "changes", "border-shut", **cells)) == [kind]


# Services

RUN = "almaty-shymkent-rail shymkent-saryagash-rail saryagash-keles-rail keles-tashkent-rail"


@pytest.mark.parametrize(
    ("links", "start", "kind"),
    [
        (RUN, "almaty", None),
        (RUN, "tashkent", None),
        (" ".join(reversed(RUN.split())), None, None),
        ("keles-tashkent-rail", "keles", None),
        ("keles-tashkent-rail", "tashkent", None),
        (RUN, "shymkent", "service-start"),
        ("almaty-shymkent-rail keles-tashkent-rail", None, "broken-service"),
    ],
)
def test_run_of_a_service(frames: Frames, links: str, start: str | None, kind: str | None) -> None:
    assert kinds(
        changed(frames, "services", "block-train", link_ids=links, from_node_id=start)
    ) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("start", "kind"), [(None, []), ("almaty", []), ("tashkent", ["one-way-service"])]
)
def test_one_way_link_of_a_service(frames: Frames, start: str | None, kind: list[str]) -> None:
    one_way = changed(frames, "links", "saryagash-keles-rail", two_way=False)
    assert kinds(changed(one_way, "services", "block-train", from_node_id=start)) == kind


def test_links_one_way_against_each_other(frames: Frames) -> None:
    one_way = changed(
        changed(frames, "links", "saryagash-keles-rail", two_way=False),
        "links",
        "keles-tashkent-rail",
        two_way=False,
        from_node_id="tashkent",
        to_node_id="keles",
    )
    assert kinds(one_way) == ["one-way-service"]


# Figures that cargoes need


def test_cargo_that_no_rate_charges(frames: Frames) -> None:
    # A price per TEU charges nothing to a cargo that takes up no TEU.
    found = check_cargoes(tables(changed(frames, "cargoes", "container-40", teu_per_unit=None)))
    assert [(f.kind, f.severity, f.value) for f in found] == [
        ("no-rate", "warning", "road"),
        ("no-rate", "warning", "rail"),
    ]
    by_weight = changed(frames, "rates", "rail-bulk", usd_per_t_km=None, usd_per_teu_km=0.3)
    assert one(by_weight, "no-rate").rows == ("bulk",)


def test_cargo_whose_carbon_is_not_counted(frames: Frames) -> None:
    without = {**frames, "emissions": frames["emissions"].filter(pl.col("mode") != "rail")}
    assert [(f.kind, f.rows) for f in check_cargoes(tables(without))] == [
        ("no-emission", ("container-40",)),
        ("no-emission", ("bulk",)),
    ]


def test_mode_without_a_row(frames: Frames) -> None:
    without = {**frames, "modes": frames["modes"].filter(pl.col("mode") != "rail")}
    assert [(f.kind, f.value) for f in check_cargoes(tables(without))] == [("no-mode-row", "rail")]


def test_shares_of_a_country(frames: Frames) -> None:
    base = {"country": "KZ", "source_id": "example", "confidence": "C"}
    names = {
        "countries": [
            {"country": "KZ", "name": "Kazakhstan", "source_id": "example", "confidence": "A"}
        ],
        "markets": [
            {"market_id": "a", "node_id": "almaty", "trade_share": 0.6, **base},
            {"market_id": "b", "node_id": "shymkent", "trade_share": 0.3, **base},
        ],
    }
    more = {
        **frames,
        **{n: pl.DataFrame(rows, schema=frames[n].schema) for n, rows in names.items()},
    }
    assert one(more, "shares-not-one").value == "0.9"
    assert kinds(changed(more, "markets", "b", trade_share=0.4)) == []


# Plausibility


def test_post_on_the_border_may_be_of_either_country(frames: Frames) -> None:
    for country, told in (("UZ", []), ("KZ", []), ("KG", ["other-country"])):
        found = check_plausibility(
            tables(changed(frames, "nodes", "keles", lon_deg=69.19, lat_deg=41.45, country=country))
        )
        assert [f.kind for f in found if f.kind == "other-country"] == told


def test_port_may_lie_on_the_water(frames: Frames) -> None:
    at_sea = changed(frames, "nodes", "samarkand", lon_deg=65.0, lat_deg=15.0, unlocode=None)
    assert "node-at-sea" in kinds(at_sea)
    assert "node-at-sea" not in kinds(changed(at_sea, "nodes", "samarkand", kind="seaport"))


def test_place_on_its_own_layer_cannot_be_reached(frames: Frames) -> None:
    wide = changed(frames, "links", "tashkent-samarkand-rail", gauge_mm=1000)
    wide = {**wide, "links": wide["links"].filter(pl.col("link_id") != "tashkent-samarkand-road")}
    found = {f.kind: f for f in check_plausibility(tables(wide))}
    assert found["unreachable-nodes"].rows == ("samarkand",)
    assert "1 of 7 places" in found["unreachable-nodes"].message


def test_length_within_a_kilometre_of_the_air_line_passes(frames: Frames) -> None:
    assert kinds(changed(frames, "links", "saryagash-keles-rail", length_km=6.5)) == []
    assert kinds(changed(frames, "links", "saryagash-keles-rail", length_km=4.0)) == [
        "shorter-than-air-line"
    ]


def test_every_finding_of_the_built_in_study_has_a_cure(study_folder: Path) -> None:
    found = every.check(read_folder(study_folder))
    assert all(f.do and f.message for f in found)
    assert [str(f) for f in found if f.severity == "error"] == []
