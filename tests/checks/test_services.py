"""Checks of scheduled services: links that make one run."""

from __future__ import annotations

import pytest

from check_cases import Frames, kinds, with_cells, with_row

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
        with_cells(frames, "services", "block-train", link_ids=links, from_node_id=start)
    ) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("start", "kind"), [(None, []), ("almaty", []), ("tashkent", ["one-way-service"])]
)
def test_one_way_link_of_a_service(frames: Frames, start: str | None, kind: list[str]) -> None:
    one_way = with_cells(frames, "links", "saryagash-keles-rail", two_way=False)
    assert kinds(with_cells(one_way, "services", "block-train", from_node_id=start)) == kind


def test_links_one_way_against_each_other(frames: Frames) -> None:
    one_way = with_cells(
        with_cells(frames, "links", "saryagash-keles-rail", two_way=False),
        "links",
        "keles-tashkent-rail",
        two_way=False,
        from_node_id="tashkent",
        to_node_id="keles",
    )
    assert kinds(one_way) == ["one-way-service"]


@pytest.mark.parametrize(
    ("calls", "kind"),
    [
        ("shymkent", []),
        ("shymkent saryagash keles", []),
        ("samarkand", ["call-not-on-way"]),
        ("almaty", ["call-not-on-way"]),
        ("shymkant", ["call-not-on-way", "unknown-node"]),
    ],
)
def test_calls_are_places_between_the_ends(frames: Frames, calls: str, kind: list[str]) -> None:
    run = with_cells(frames, "services", "block-train", link_ids=RUN, calls=calls)
    assert kinds(run) == kind


def test_a_zone_is_that_of_a_timetable(frames: Frames) -> None:
    cells = {"timetable": None, "departures_per_week": 2.0, "time_zone": "Asia/Almaty"}
    assert kinds(with_cells(frames, "services", "block-train", **cells)) == [
        "zone-without-timetable"
    ]


@pytest.mark.parametrize(
    ("hours", "zone", "kind"),
    [
        ("09:00-20:00", None, ["never-departs"]),
        ("09:00-20:00", "Asia/Almaty", []),  # 08:00 UTC is 13:00 there
        ("06:00-20:00", None, []),
    ],
)
def test_a_train_that_leaves_outside_the_hours_of_its_place(
    frames: Frames, hours: str, zone: str | None, kind: list[str]
) -> None:
    cells = {"timetable": "mon 08:00", "from_node_id": "almaty", "departures_per_week": None}
    train = with_cells(frames, "services", "block-train", **cells)
    window = {"season_from": None, "season_to": None, "open_share": None, "closed_spell_h": None}
    shut = with_row(
        train,
        "windows",
        window_id="gate",
        link_id=None,
        node_id="almaty",
        hours=hours,
        time_zone=zone,
        **window,
    )
    assert [k for k in kinds(shut) if k == "never-departs"] == kind


def test_a_place_that_only_passing_services_touch(frames: Frames) -> None:
    train = with_cells(frames, "services", "block-train", link_ids=RUN, required=True)
    assert "place-without-call" in kinds(train)
    calling = with_cells(train, "services", "block-train", calls="shymkent saryagash keles")
    assert "place-without-call" not in kinds(calling)


def test_departures_that_cannot_be_kept_are_refused(frames: Frames) -> None:
    """A cell of 30 kB made calendars of gigabytes."""
    often = "; ".join(
        f"{day} {minute // 60:02}:{minute % 60:02}"
        for day in ("mon", "tue", "wed", "thu")
        for minute in range(1440)
    )
    assert kinds(with_cells(frames, "services", "block-train", timetable=often)) == [
        "too-many-departures"
    ]


def test_a_service_carries_forms_and_cargoes(frames: Frames) -> None:
    assert kinds(with_cells(frames, "services", "block-train", carries="container")) == []
    assert "unknown-cargo" in kinds(
        with_cells(frames, "services", "block-train", carries="container spaceships")
    )


def test_a_train_that_wagons_outrun_is_named(frames: Frames) -> None:
    slow = with_cells(frames, "services", "block-train", speed_kmh=5.0)
    assert "slower-than-wagons" in kinds(slow)
    required = with_cells(slow, "services", "block-train", required=True)
    assert "slower-than-wagons" not in kinds(required)

    gathered = with_cells(frames, "services", "block-train", gathering_h=24.0)
    assert "slower-than-wagons" in kinds(gathered)
