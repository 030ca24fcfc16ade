"""Tables and sentences for a person call rows of the study by their names, not by their ids."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.network.network import Network
from corridor.screens.names import in_words, name_of, with_names

STUDY = Path(__file__).resolve().parents[2] / "studies" / "kazakhstan-pakistan"


@cache
def network() -> Network:
    return co.read(STUDY).network


@pytest.mark.parametrize(
    ("table", "row_id", "name"),
    [
        ("nodes", "karachi", "Port of Karachi"),
        ("links", "khunjerab-tashkurgan-road", "Khunjerab Pass – Tashkurgan"),
        ("demand", "peshawar-kabul-bulk-t", "Peshawar – Kabul, bulk, one tonne"),
        ("nodes", "atlantis", "atlantis"),
        ("rates", "road-kz-container", "road-kz-container"),
    ],
)
def test_rows_have_names_and_what_has_none_keeps_its_id(table: str, row_id: str, name: str) -> None:
    assert name_of(network(), table, row_id) == name


def test_every_column_of_ids_is_named_and_no_other() -> None:
    frame = pl.DataFrame(
        {
            "to_node_id": ["karachi", None],
            "hazards": [["torkham-shut"], []],
            "payers": [["peshawar-kabul-bulk-t"], ["x"]],
            "exporter": ["KZ", "QQ"],
            "table": ["links", "charges"],
            "row_id": ["khunjerab-tashkurgan-road", "agent-road-rail"],
            "corridor": ["karachi", "almaty"],
            "units": [1, 2],
        }
    )
    named = with_names(frame, network())
    assert named["to_node_id"].to_list() == ["Port of Karachi", None]
    assert named["payers"].to_list() == [["Peshawar – Kabul, bulk, one tonne"], ["x"]]
    assert named["exporter"].to_list() == ["Kazakhstan", "QQ"]
    assert named["row_id"].to_list() == [
        "Khunjerab Pass – Tashkurgan",
        "forwarder's agent where goods change",
    ]
    assert named.select("corridor", "units", "hazards").equals(
        frame.select("corridor", "units", "hazards")
    )


def test_a_sentence_has_names_and_no_ids() -> None:
    sentence = (
        "closed (khunjerab-tashkurgan-road and 2 more until reopened [rule af-pk-trade-stop]). "
        "If change af-pk-closure-2025 were lifted: 10.0 d, well-known."
    )
    assert in_words(network(), sentence) == (
        "closed (Khunjerab Pass – Tashkurgan and 2 more until reopened). "
        "If the closure were lifted: 10.0 d, well-known."
    )
