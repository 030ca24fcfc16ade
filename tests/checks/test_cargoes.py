"""Checks of the figures cargoes need: rates, emissions and modes."""

from __future__ import annotations

import polars as pl

from check_cases import Frames, only_finding, tables_of, with_cells
from corridor.checks.cargoes import check_cargoes


def test_cargo_that_no_rate_charges(frames: Frames) -> None:
    # A price per TEU charges nothing to a cargo that takes up no TEU.
    findings = check_cargoes(
        tables_of(with_cells(frames, "cargoes", "container-40", teu_per_unit=None))
    )
    assert [(f.kind, f.severity, f.value) for f in findings] == [
        ("no-rate", "warning", "road"),
        ("no-rate", "warning", "rail"),
    ]
    by_weight = with_cells(frames, "rates", "rail-bulk", usd_per_t_km=None, usd_per_teu_km=0.3)
    assert only_finding(by_weight, "no-rate").rows == ("bulk",)


def test_cargo_whose_carbon_is_not_counted(frames: Frames) -> None:
    without = {**frames, "emissions": frames["emissions"].filter(pl.col("mode") != "rail")}
    assert [(f.kind, f.rows) for f in check_cargoes(tables_of(without))] == [
        ("no-emission", ("container-40",)),
        ("no-emission", ("bulk",)),
    ]


def test_mode_without_a_row(frames: Frames) -> None:
    without = {**frames, "modes": frames["modes"].filter(pl.col("mode") != "rail")}
    assert [(f.kind, f.value) for f in check_cargoes(tables_of(without))] == [
        ("no-mode-row", "rail")
    ]
