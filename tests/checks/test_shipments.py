"""Shipments, their destinations and slots that cannot be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from check_cases import Frames, new_findings
from corridor.checks.shipments import check_shipments


@pytest.mark.parametrize(
    ("table", "row", "cells", "kind"),
    [
        ("shipments", "grain-2800", {"deadline_on": dt.date(2026, 9, 1)}, "deadline-before-ready"),
        ("shipments", "grain-2800", {"deadline_on": None}, "penalty-without-deadline"),
        ("shipments", "grain-2800", {"lot_units": 3000.0}, "lot-above-units"),
        ("shipments", "kinnow-200", {"value_usd": 5e8}, "value-unlike-cargo"),
        ("shipments", "transformer-220", {"allowed_modes": "road"}, "no-common-mode"),
        ("shipment_destinations", "grain-2800-karachi", {"share": 0.9}, "shares-not-one"),
        ("shipment_slots", "buses-600-rail", {"lot_units": 50.0}, "lot-above-departure"),
    ],
)
def test_what_cannot_be_is_named(
    built_in: Frames, table: str, row: str, cells: dict[str, Any], kind: str
) -> None:
    (finding,) = new_findings(check_shipments, built_in, table, row, **cells)
    assert finding.kind == kind
    assert finding.rows == (row,)


def test_shares_are_added_up_under_each_option(built_in: Frames) -> None:
    row = "buses-600-lahore"
    (finding,) = new_findings(check_shipments, built_in, "shipment_destinations", row, share=0.4)
    assert finding.kind == "shares-not-one"
    assert "bus-cities:three-cities add up to 1.1" in finding.message
    assert len(finding.rows) == 3


def test_a_shipment_needs_a_destination(built_in: Frames) -> None:
    findings = new_findings(
        check_shipments,
        built_in,
        "shipment_destinations",
        "transformer-220-karachi",
        shipment_id="grain-2800",
        share=0.0001,
    )
    assert "no-destination" in {finding.kind for finding in findings}
