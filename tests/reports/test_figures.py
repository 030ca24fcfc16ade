"""Figures of the report: their data come along as CSV."""

from __future__ import annotations

from urllib.parse import unquote

import polars as pl

import chart_cases as cases
from corridor.reports.figures import csv_address


def test_csv_address_holds_the_frame() -> None:
    address = csv_address(
        cases.routes().with_columns(name=pl.lit('50 % "#'), cost_usd=pl.lit(1 / 3))
    )
    head, *rows = unquote(address.split(",", 1)[1]).splitlines()
    assert not set('"#\n<') & set(address.split(",", 1)[1]) and head.startswith(
        "\ufeffroute_id,time_h"
    )
    assert "KZ; KG; PK" in rows[0] and '"50 % ""#"' in rows[0] and ",0.333," in rows[0]


def test_packed_messages_are_not_in_the_data() -> None:
    frame = pl.DataFrame({"reason": ["shut"], "reason_message": ['{"template":"shut"}']})
    assert unquote(csv_address(frame)).endswith("reason\nshut\n")
