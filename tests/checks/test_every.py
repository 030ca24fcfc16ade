"""Checks of all topics: nothing is wrong with a whole study, whatever the order of its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from check_cases import Frames, tables_of, with_cells
from corridor.checks import every
from corridor.tables.reading import from_frames, read_folder


def test_nothing_is_wrong_with_the_starter(frames: Frames) -> None:
    assert every.check(tables_of(frames)) == []


def test_nothing_at_all_is_no_crash() -> None:
    assert {f.kind for f in from_frames({}).findings} == {"missing-table"}
    assert every.check(from_frames({})) == []


def test_link_to_a_place_that_is_not_there_gives_the_error_alone(frames: Frames) -> None:
    wrong = with_cells(frames, "links", "zhibek-tashkent-road", from_node_id="zhibec")
    (finding,) = every.check(tables_of(wrong))
    assert (finding.kind, finding.rows) == ("unknown-node", ("zhibek-tashkent-road",))


def test_row_beside_one_in_error_keeps_its_warning(frames: Frames) -> None:
    wrong = with_cells(frames, "links", "zhibek-tashkent-road", from_node_id="zhibec")
    wrong = with_cells(wrong, "links", "keles-tashkent-rail", speed_kmh=900.0)
    kinds = {(f.rows, f.severity) for f in every.check(tables_of(wrong))}
    assert (("zhibek-tashkent-road",), "error") in kinds
    assert (("keles-tashkent-rail",), "warning") in kinds


def places_of_findings(frames: Frames) -> list[tuple[object, ...]]:
    """Return what is wrong, without the lines it stands on."""
    findings = every.check(tables_of(frames))
    return sorted((f.kind, f.rows, f.value) for f in findings)


@settings(max_examples=15)
@given(order=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(frames: Frames, order: Any) -> None:
    wrong = with_cells(frames, "links", "keles-tashkent-rail", speed_kmh=900.0)
    wrong = with_cells(wrong, "nodes", "keles", country="KZ")
    wrong = with_cells(wrong, "demand", "almaty-tashkent-boxes", cargo_id="boxes")
    shuffled = {
        name: frame[order.sample(range(frame.height), frame.height)]
        for name, frame in wrong.items()
    }

    assert places_of_findings(wrong) == places_of_findings(shuffled) != []


def test_every_finding_of_the_built_in_study_has_a_cure(study_folder: Path) -> None:
    findings = every.check(read_folder(study_folder))
    assert all(f.do and f.message for f in findings)
    assert [str(f) for f in findings if f.severity == "error"] == []
