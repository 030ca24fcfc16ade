"""What is computed once for a network: declared keys, shared by what-ifs where links' status does
not matter."""

from __future__ import annotations

import copy
import datetime as dt
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_cases import closed, link, node, small
from corridor.errors import CallError
from corridor.network.changes import apply, snapshot, status_spans
from corridor.network.graph import Runs
from corridor.network.memory import Derived, Memo, Memory
from corridor.network.network import Network, build
from corridor.network.passages import Passages
from corridor.network.rows import Rows
from corridor.routing.pareto import pareto_set
from corridor.routing.query import prepare
from corridor.routing.skims import skim
from random_networks import DEPART, evidence, frame, random_network

SOURCES = Path(__file__).resolve().parents[2] / "src" / "corridor"
USE = np.ones(4, bool)
what_ifs = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from(["closed", "existing"]),
        st.none() | st.integers(0, 40),
        st.integers(1, 400),
    ),
    max_size=6,
)


def changes(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return frame("changes", [evidence(dict(row)) for row in rows])


def status_changes(
    network: Network, drawn: Sequence[tuple[int, str, int | None, int]]
) -> pl.DataFrame:
    """Return what-ifs as rows: link by number, status, first day after DEPART and days it lasts."""
    ids = network.frames["links"]["link_id"].to_list()
    rows = []
    for number, status, after, days in drawn:
        first = None if after is None else DEPART + dt.timedelta(days=after)
        last = None if first is None else first + dt.timedelta(days=days)
        rows.append(closed(ids[number % len(ids)], first, last) | {"value": status})
    return changes(rows)


def answers(network: Network) -> tuple[list[list[int]], list[list[int]], pl.DataFrame]:
    """Return routes, their figures and the skim of a network of random_networks."""
    query = prepare(network, "n0", "n5", cargo="box", depart=DEPART, options={})
    routes = pareto_set(query, USE)
    return (
        [routes[i] for i in range(len(routes))],
        routes.values.tolist(),
        skim(network, cargo="box", depart=DEPART),
    )


def every_passage(passages: Passages) -> tuple[Any, ...]:
    """Return how every arc is passed, each of which is made when it is looked at."""
    durations_s = passages.plain_durations_s()
    return durations_s, passages.apart(), [passages[arc] for arc in range(len(durations_s))]


def alike(one: Any, other: Any) -> bool:
    """Tell whether two remembered things hold the same, whatever objects they are made of."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    if isinstance(one, pl.DataFrame):
        return one.equals(other)
    if isinstance(one, Memory):
        return True  # what it holds is compared where it is used
    if isinstance(one, Passages):
        return alike(every_passage(one), every_passage(other))
    if is_dataclass(one):
        return all(alike(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(alike(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple | Rows | Runs):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def random_base(seed: int) -> Network:
    tables = random_network(seed)
    edits = [
        {
            "change_id": "faster",
            "table": "links",
            "row_id": tables["links"]["link_id"][0],
            "column": "speed_kmh",
            "op": "scale",
            "value": "2",
        }
    ]
    rows = pl.concat([tables["changes"], changes(edits)])
    ids = rows["change_id"].unique(maintain_order=True).to_list()
    return build({**tables, "changes": rows}, change_ids=ids)


def test_every_key_is_declared_and_every_declared_key_is_used() -> None:
    text = "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    assert set(re.findall(r"Derived\.(\w+)\.of\(", text)) == set(Derived.__members__)
    assert len(re.findall(r"Derived\.\w+\.of\(", text)) == len(Derived)  # each in one place
    assert len({what.meaning for what in Derived}) == len(Derived)


@pytest.mark.parametrize(
    "key",
    [
        "rows",
        ("rows", "links"),
        (Derived.ROWS, ("links",)),
        Derived.ROWS,
        Derived.ROWS.of(),
        Derived.PLACES.of("almaty"),
    ],
)
def test_an_undeclared_key_fails(key: Any) -> None:
    with pytest.raises(TypeError, match="no key of a memory"):
        small().once(key, list)


def test_a_renamed_key_fails() -> None:
    with pytest.raises(AttributeError):
        Derived.LINES  # type: ignore[attr-defined]  # noqa: B018


def counterpart(network: Network, memo: Memo) -> Any:
    """Return what a network remembers under a key, or under one whose arguments are alike."""
    store = network.memory._store(memo)
    if memo in store:
        return store[memo]
    return next(
        value
        for other, value in store.items()
        if other.what is memo.what and alike(other.arguments, memo.arguments)
    )


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 200), drawn=what_ifs)
def test_a_what_if_that_shares_answers_as_one_computed_anew(
    seed: int, drawn: list[tuple[int, str, int | None, int]]
) -> None:
    base = random_base(seed)
    before = answers(base)
    laid = apply(base, status_changes(base, drawn))
    alone = replace(base, changes=laid.changes)
    assert alike(answers(laid), answers(alone))
    assert alike(answers(base), before)

    for shared, anew in ((laid, alone), (snapshot(laid, SECOND), snapshot(alone, SECOND))):
        assert shared.graph is not anew.graph
        for memo, value in [*anew.memory._fixed.items(), *anew.memory._following.items()]:
            assert alike(counterpart(shared, memo), value), memo


SECOND = (DEPART - dt.date(1970, 1, 1)).days * 86_400


def test_what_follows_status_is_not_shared_and_all_else_is() -> None:
    base = random_base(3)
    answers(base)
    laid = apply(base, status_changes(base, [(0, "closed", None, 1)]))
    for old, new in ((base, laid), (snapshot(base, SECOND), snapshot(laid, SECOND))):
        assert new.graph is old.graph and new.rows("links")[0] is old.rows("links")[0]
        held = [*old.memory._fixed, *old.memory._following]
        assert {m.what for m in held if m in new.memory} == {
            m.what for m in held if not m.what.follows_status
        } | {Derived.SNAPSHOT} & {m.what for m in new.memory._following}
    assert status_spans(base) is status_spans(base) != status_spans(laid)


def test_what_a_what_if_computes_serves_the_next() -> None:
    base = small()
    one, other = (apply(base, changes([closed(w)])) for w in ("ab", "cd"))
    assert one.graph is other.graph is base.graph
    assert apply(one, changes([closed("bc")])).graph is base.graph


@pytest.mark.parametrize("on", [None, "2026-07-01"])
def test_any_other_change_shares_only_what_lasts(on: str | None) -> None:
    base = small()
    row = {**closed("ab"), "column": "gauge_mm", "value": "1520", "op": "set"}
    rows = changes([row] if on is None else [closed("ab")])
    links = base.rows("links")
    laid = apply(base, rows, on=on)
    assert laid.rows("links") is not links
    assert snapshot(laid, SECOND).rows("links") is not links
    assert laid.graph is base.graph  # of the same tables
    assert (snapshot(laid, SECOND).graph is base.graph) == (on is not None)


def test_networks_of_other_tables_cannot_share() -> None:
    other = small(nodes=[node("a"), node("b")], links=[link("ab", "a", "b")])
    with pytest.raises(CallError, match="same tables"):
        other.share(small())


def test_a_network_made_of_another_or_copied_remembers_nothing_of_it() -> None:
    base = small()
    graph = base.graph
    fresh = replace(base, inputs="other")
    assert len(base.memory) and not len(fresh.memory)
    assert fresh.graph is not graph
    assert not len(copy.deepcopy(base).memory)


def test_threads_get_one_and_the_same() -> None:
    network = small()
    start = threading.Barrier(8)
    times = []
    results = []

    def make() -> list[int]:
        times.append(1)
        time.sleep(0.02)
        return list(network.once(Derived.PLACES.of(), dict))  # a memory may need another

    def ask(memo: Memo) -> None:
        start.wait()
        results.append(network.once(memo, make))

    threads = [threading.Thread(target=ask, args=[Derived.ARC_WORDS.of()]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(times) == 1 and len(results) == 8
    assert all(r is results[0] for r in results)


def test_what_failed_is_tried_again() -> None:
    network = small()
    with pytest.raises(ZeroDivisionError):
        network.once(Derived.PLACES.of(), lambda: 1 / 0)
    assert network.once(Derived.PLACES.of(), lambda: 7) == 7
