"""What the tests of trade share: the tables of the built-in study, and its flows by sector."""

from __future__ import annotations

import polars as pl
import pytest

from corridor.trade.potential import complete_flows, split_flows
from trade_cases import chosen, study_tables


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return study_tables()


@pytest.fixture(scope="module")
def base(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    whole = complete_flows(chosen(tables), tables["countries"], year=2025)
    return split_flows(whole, tables["specialisations"], tables["sectors"])
