"""Checks of scheduled services: links that make one run."""

from __future__ import annotations

import pytest

from check_cases import Frames, kinds, with_cells

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
