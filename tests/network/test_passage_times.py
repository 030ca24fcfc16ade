"""Times of passages taken over from another network are those made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_cases import closed
from corridor.network.changes import apply
from corridor.network.network import Network, build
from corridor.routing.query import Query, prepare
from corridor.tables import schema
from random_networks import DEPART, evidence, frame, random_network

EDITS = {
    "links": [
        ("status", "set", "closed"),
        ("status", "set", "existing"),
        ("speed_kmh", "scale", "1.5"),
        ("fixed_h", "set", "7"),
    ],
    "windows": [("open_share", "set", "0.5"), ("hours", "set", "09:00-17:00")],
    "services": [("departures_per_week", "set", "3"), ("gathering_h", "set", "5")],
    "terminals": [("handling_h", "set", "9")],
}
edits = st.tuples(
    st.sampled_from([(table, edit) for table, of_table in EDITS.items() for edit in of_table]),
    st.integers(0, 20),
)


def rows(
    network: Network, drawn: Sequence[tuple[tuple[str, tuple[str, str, str]], int]]
) -> pl.DataFrame:
    """Return drawn edits as rows of changes."""
    made = []
    for (table, (column, op, value)), number in drawn:
        ids = network.frames[table][str(schema.table(table).key)].to_list()
        if ids:
            edit = {"table": table, "column": column, "op": op, "value": value}
            made.append(evidence({**closed(ids[number % len(ids)]), **edit}))
    return frame("changes", made)


def asked(network: Network) -> list[Query]:
    """Return questions of two years and two cargoes."""
    return [
        prepare(network, "n0", "n5", cargo="box", depart=day, options={})
        for day in (DEPART, DEPART.replace(year=DEPART.year + 1))
    ]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 200), drawn=st.lists(st.lists(edits, max_size=4), max_size=4))
def test_what_is_taken_over_is_what_would_be_made(
    seed: int, drawn: list[list[tuple[tuple[str, tuple[str, str, str]], int]]]
) -> None:
    base = build(random_network(seed))
    asked(base)
    for of_network in drawn:
        laid = apply(base, rows(base, of_network))
        alone = replace(base, changes=laid.changes)
        for after, anew in zip(asked(laid), asked(alone), strict=True):
            assert after.spans == anew.spans
            assert np.array_equal(after.packed, anew.packed)
            assert np.array_equal(after.span_ptr, anew.span_ptr)
            assert np.array_equal(after.duration_s, anew.duration_s)


def test_what_no_change_concerns_is_the_same_calendar() -> None:
    base = build(random_network(3))
    before = asked(base)[0]
    link_id = base.frames["links"]["link_id"][0]
    after = asked(apply(base, frame("changes", [evidence(closed(link_id))])))[0]
    apart = list(before.calendars.apart)
    shared = [after.calendars.apart.get(arc) is before.calendars.apart[arc] for arc in apart]
    assert any(shared) and not all(shared)
