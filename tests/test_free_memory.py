"""What would not fit into memory is refused before it is begun, and what to ask for instead."""

from __future__ import annotations

from typing import Any

import pytest

from closure_cases import ON, build, hazard_rows, random_case
from core_cases import network, small
from corridor import free_memory
from corridor.closures import route_books
from corridor.closures.criticality import rank
from corridor.closures.simulation import simulate
from corridor.errors import CallError, NotConverged, TooLarge
from corridor.flows import demand as demand_arrays
from corridor.routing.route import route
from corridor.routing.skims import skim


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give 0.4 MB."""
    monkeypatch.setenv(free_memory.VARIABLE, "0.0004")


@pytest.mark.usefixtures("little")
def test_a_large_matrix_names_what_it_takes() -> None:
    with pytest.raises(TooLarge, match=r"places .* MB of memory, and 400 kB .* fewer places"):
        skim(network("mid-2026"), cargo="container-40", depart="2026-07-01")


@pytest.mark.usefixtures("little")
def test_a_search_ends_where_its_labels_would_not_fit() -> None:
    with pytest.raises(NotConverged, match=r"partial ways .* kB of memory"):
        route(
            network("mid-2026"),
            "almaty",
            "karachi",
            cargo="container-40",
            depart="2026-07-01",
            draws=1,
        )


@pytest.mark.usefixtures("little")
def test_many_draws_are_refused() -> None:
    tables, demand = random_case(1)
    built = build(tables)

    with pytest.raises(TooLarge, match=r"100,000 sampled journeys .* fewer draws"):
        route(small(), "a", "d", cargo="box", depart=ON, draws=100_000)
    with pytest.raises(TooLarge, match=r"10,000 years .* fewer draws"):
        simulate(built, demand, hazard_rows([]), on=ON, draws=10_000)


def test_a_demand_of_many_classes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tables, demand = random_case(1)
    monkeypatch.setattr(demand_arrays, "ARC_BYTES", 1e12)
    with pytest.raises(TooLarge, match=r"arcs .* fewer cargoes"):
        rank(build(tables), demand, on=ON)


def test_a_book_grows_only_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = 16
    monkeypatch.setenv(free_memory.VARIABLE, str(route_books.book_bytes(routes) / 1e9))

    route_books.put_book("question", route_books.new_book(routes))
    assert route_books.make_room("question", was_empty=False, is_needed=True)
    assert len(route_books.book_of("question").cost) == routes

    assert not route_books.make_room("question", was_empty=True, is_needed=False)
    with pytest.raises(TooLarge, match="one simulated year"):
        route_books.make_room("question", was_empty=True, is_needed=True)


@pytest.mark.parametrize("told", ["x", "-1", "0", "nan", "inf"])
def test_the_variable_is_a_number_of_gigabytes(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv(free_memory.VARIABLE, told)
    with pytest.raises(CallError, match="gigabytes"):
        free_memory.room()


def test_what_is_free_is_asked_of_the_system(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.delenv(free_memory.VARIABLE, raising=False)
    monkeypatch.setattr(free_memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(free_memory, "_GROUP", tmp_path)
    assert free_memory.room() == free_memory.SHARE * free_memory.UNKNOWN_FREE_BYTES

    (tmp_path / "meminfo").write_text("MemTotal:  9000 kB\nMemAvailable:  8000 kB\n")
    assert free_memory.room() == free_memory.SHARE * 8_192_000

    (tmp_path / "memory.max").write_text("5000000\n")
    (tmp_path / "memory.current").write_text("3000000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 1000000\n")
    assert free_memory.room() == free_memory.SHARE * 3_000_000

    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory.room() == free_memory.SHARE * 8_192_000


def test_for_little_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for a thousand times a run reads no file; what is large is still refused."""
    monkeypatch.delenv(free_memory.VARIABLE, raising=False)
    monkeypatch.setattr(free_memory, "_free_bytes", lambda: [1_000])
    free_memory.refuse_beyond_free(free_memory.LITTLE_BYTES, "A matrix", "name fewer places")
    with pytest.raises(TooLarge, match="fewer places"):
        free_memory.refuse_beyond_free(
            free_memory.LITTLE_BYTES + 1, "A matrix", "name fewer places"
        )
