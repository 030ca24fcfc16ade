"""Dated edits: order, overlap, dates, and a base that is never touched."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from core_cases import closed, frames, link, small
from corridor.errors import CallError
from corridor.network import changes
from corridor.network.calendar import second
from corridor.network.openings import link_openings
from corridor.tables import cells, schema

DAY = dt.date


def edit(column: str, op: str, value: str, row_id: str = "ab", **more: Any) -> dict[str, Any]:
    return {
        "change_id": "x",
        "table": "links",
        "row_id": row_id,
        "column": column,
        "op": op,
        "value": value,
        **more,
    }


def figures(
    column: str, *rows: dict[str, Any], on: str = "2026-06-01", table: str = "links"
) -> list[Any]:
    built = small("x", changes=list(rows))
    return changes.snapshot(built, second(on)).frames[table][column].to_list()


def test_later_rows_count_and_scale_and_add_work_on_what_is_left() -> None:
    assert figures(
        "speed_kmh", edit("speed_kmh", "set", "30"), edit("speed_kmh", "set", "20", "*")
    ) == [20, 20, 20]
    assert figures(
        "speed_kmh", edit("speed_kmh", "scale", "0.5", "*"), edit("speed_kmh", "add", "3")
    ) == [28, 25, 25]
    assert (
        figures("fixed_h", edit("fixed_h", "add", "3"), edit("fixed_h", "scale", "2", "bc"))
        == [None] * 3
    )
    assert figures("fixed_h", edit("fixed_h", "set", "4"), edit("fixed_h", "set", "")) == [None] * 3


def test_an_edit_holds_from_its_first_day_to_the_day_before_its_last() -> None:
    row = edit("speed_kmh", "set", "10", from_on=DAY(2026, 3, 1), to_on=DAY(2026, 4, 1))
    speeds = [
        figures("speed_kmh", row, on=day)[0]
        for day in ("2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01")
    ]
    assert speeds == [50, 10, 10, 50]


def test_selectors_and_other_tables_are_edited_too() -> None:
    assert figures("length_km", edit("length_km", "set", "7", "crossing:KZ-UZ country:PK")) == [
        100,
        7,
        7,
    ]
    assert figures(
        "usd_per_teu_km",
        {**edit("usd_per_teu_km", "scale", "2", "road sea"), "table": "rates"},
        table="rates",
    ) == [1.0, 0.5, 0.5, 1.0]
    assert figures(
        "value_usd_per_unit",
        {**edit("value_usd_per_unit", "set", "1", "*"), "table": "cargoes"},
        table="cargoes",
    ) == [1.0]


def test_a_season_that_is_edited_opens_the_link_in_winter() -> None:
    summer = {"window_id": "summer", "link_id": "ab", "season_from": "04-01", "season_to": "11-30"}
    edits = [
        edit("season_from", "set", "01-01", "summer", table="windows"),
        edit("season_to", "set", "12-31", "summer", table="windows"),
    ]
    at_s = second("2026-01-15")

    before = small(windows=[summer])
    after = changes.snapshot(small("x", windows=[summer], changes=edits), at_s)
    is_open = [
        any(span.start_s <= at_s < span.end_s for span in link_openings(network, at_s).links[0])
        for network in (before, after)
    ]
    assert is_open == [False, True]


def test_integers_stay_whole_and_words_cannot_be_scaled() -> None:
    rails = [link("ab", "a", "b", mode="rail", gauge_mm=1520)]
    built = small("x", links=rails, changes=[edit("gauge_mm", "set", "1435")])
    assert changes.snapshot(built, second("2026-01-01")).graph.state_layer[:2] == ["rail-1435"] * 2
    with pytest.raises(CallError, match="number column"):
        figures("operator", edit("operator", "set", "ktz"), edit("operator", "scale", "2"))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("two_way", "TRUE", True),
        ("two_way", "False", False),
        ("two_way", "true", True),
        ("gauge_mm", "1435.0", 1435),
        ("gauge_mm", "1.435e3", 1435),
        ("length_km", "7", 7.0),
        ("length_km", "7.50", 7.5),
        ("note", "A word", "A word"),
    ],
)
def test_a_value_is_applied_as_it_is_checked(name: str, text: str, value: object) -> None:
    column = schema.table("links").column(name)
    assert cells.parse(column, text) == value
    links = [link("ab", "a", "b", mode="rail", gauge_mm=1520)]
    built = small("x", links=links, changes=[edit(name, "set", text)])
    assert changes.snapshot(built, second("2026-01-01")).frames["links"][name].to_list() == [value]


@pytest.mark.parametrize(
    ("name", "text"), [("two_way", "yes"), ("gauge_mm", "1435.5"), ("length_km", "far")]
)
def test_a_value_that_does_not_fit_says_what_to_do(name: str, text: str) -> None:
    built = small("x", changes=[edit(name, "set", text)])
    with pytest.raises(CallError, match=f"change x sets {name} to '{text}'. Write "):
        changes.snapshot(built, second("2026-01-01"))


def test_the_same_edits_give_the_same_snapshot_and_the_base_is_untouched() -> None:
    built = small(
        "x",
        changes=[
            edit("speed_kmh", "set", "10", from_on=DAY(2026, 3, 1)),
            closed("bc", change_id="x"),
        ],
    )
    one, two, old = (
        changes.snapshot(built, second(d)) for d in ("2026-03-01", "2026-09-01", "2026-01-01")
    )
    assert one is two
    assert old.frames["links"]["speed_kmh"][0] == built.frames["links"]["speed_kmh"][0] == 50
    assert (
        built.frames["links"]["status"].to_list() == ["existing"] * 3
    )  # status is followed in time, not edited
    plain = small()
    assert changes.snapshot(plain, 0) is plain


def test_apply_lays_rows_over_a_new_network() -> None:
    base = small(
        parameters=[
            {"option_id": "p:a", "meaning": "", "is_default": True},
            {"option_id": "p:b", "meaning": "", "is_default": False},
        ]
    )
    rows = frames(
        changes=[
            closed("ab", DAY(2026, 1, 1), DAY(2026, 2, 1)),
            closed("bc", DAY(2027, 1, 1)),
            {**closed("cd"), "alternative": "p:b"},
        ]
    )["changes"]
    dated = changes.apply(base, rows)
    assert base.changes.height == 0
    assert dated.changes["row_id"].to_list() == [
        "ab",
        "bc",
    ]  # the third is an alternative that is not chosen
    held = changes.apply(base, rows, on="2026-01-15")
    assert held.changes.select("row_id", "from_on", "to_on").rows() == [("ab", None, None)]
    assert changes.apply(base, rows, on=DAY(2026, 2, 1)).changes.height == 0


def test_status_is_followed_through_time() -> None:
    rows = [
        closed("ab", DAY(2026, 3, 1), DAY(2026, 5, 1)),
        closed("ab bc", DAY(2026, 4, 1), change_id="for-good"),
        {**closed("ab", DAY(2026, 4, 10), DAY(2026, 4, 20), "truce"), "value": "existing"},
    ]
    built = small(
        "shut",
        "for-good",
        "truce",
        changes=rows,
        links=[link("ab", "a", "b"), link("bc", "b", "c"), link("cd", "c", "d", status="planned")],
    )
    (spans, shut), (_, shut_bc), (never, planned) = changes.status_spans(built)
    at = [second(DAY(2026, m, d)) for m, d in ((3, 1), (4, 1), (4, 10), (4, 20))]
    assert spans[0].end_s == at[0]
    assert spans[1][:2] == (at[2], at[3])
    assert [(c.closure_id, c.from_s, c.to_s) for c in shut] == [
        ("shut", at[0], at[2]),
        ("for-good", at[1], at[2]),
        ("for-good", at[3], None),
        ("shut", at[3], second(DAY(2026, 5, 1))),
    ]
    assert [(c.kind, c.closure_id, c.to_s) for c in shut_bc] == [("change", "for-good", None)]
    assert never == []
    assert [(c.kind, c.closure_id, c.from_s, c.to_s) for c in planned] == [
        ("status", "planned:cd", None, None)
    ]


def test_rows_need_only_the_columns_that_say_something() -> None:
    built = small()
    rows = pl.DataFrame([edit("speed_kmh", "set", "30")])
    assert (
        changes.snapshot(changes.apply(built, rows), second("2026-06-01")).frames["links"][
            "speed_kmh"
        ][0]
        == 30
    )
    with pytest.raises(CallError, match="the changes lack op, value"):
        changes.apply(built, rows.drop("op", "value"))
