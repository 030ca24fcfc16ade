"""Tables of the terminal: they fit it without cutting a number, and say what they leave out."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.cli.terminal import DROPPED_FIRST, GAP, dropped_columns, fitted_widths, print_table
from corridor.screens.columns import (
    legs_table,
    moves_table,
    questions_table,
    rank_table,
    routes_table,
)
from corridor.tables import schema_results

WIDTHS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 60), min_size=1)
MOVES = pl.DataFrame(
    {
        "origin": ["karachi", "almaty"],
        "destination": ["kabul", "karachi"],
        "extra USD m/year": [1234567.8, None],
        "km": [1480, 3600],
        "corridor": ["Torkham road and Salang road", "Khunjerab road"],
        "reason": ["closed (torkham since 2025-10-12 until reopened)"] * 2,
    }
)


@given(widths=WIDTHS, terminal_width=st.integers(1, 200))
def test_what_is_left_fits_unless_one_column_is_left(
    widths: dict[str, int], terminal_width: int
) -> None:
    dropped = dropped_columns(widths, terminal_width)
    left = [name for name in widths if name not in dropped]

    assert left[0] == next(iter(widths))
    needed = sum(widths[name] for name in left) + GAP * (len(left) - 1)
    assert len(left) == 1 or needed <= terminal_width


@given(widths=WIDTHS, more=st.integers(0, 30), terminal_width=st.integers(1, 200))
def test_columns_narrow_to_the_terminal_and_never_below_their_least(
    widths: dict[str, int], more: int, terminal_width: int
) -> None:
    full = {name: width + more for name, width in widths.items()}
    fitted = fitted_widths(widths, full, terminal_width)

    assert all(widths[name] <= fitted[name] <= full[name] for name in widths)
    gaps = GAP * (len(widths) - 1)
    least = sum(widths.values()) + gaps
    assert sum(fitted.values()) + gaps <= max(terminal_width, least)


@pytest.mark.parametrize("width", [54, 60, 80, 89, 95, 200])
def test_a_table_fits_and_cuts_no_number(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    print_table(MOVES)
    out, err = capsys.readouterr()

    assert "1,234,568" in out and "…" not in out
    assert max(map(len, out.splitlines())) <= width
    assert " ".join(out.split()).count("until reopened") == 1  # one sentence
    assert out.count("[1]") == 3  # of two cells
    assert "reason" in out.splitlines()[0]
    assert ("left out to fit the terminal: km" in err) == (width <= 60)


def test_columns_dropped_first_are_columns_of_screens() -> None:
    screens = [
        routes_table(schema_results.empty("routes")),
        legs_table(schema_results.empty("legs")),
        rank_table(schema_results.empty("loss_rank"), "loss_usd_per_year"),
        questions_table(schema_results.empty("questions")),
        moves_table(schema_results.empty("loss_moves")),
    ]
    headings = {heading for screen in screens for heading in screen.columns}
    assert set(DROPPED_FIRST) <= headings


def test_rows_beyond_the_most_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(MOVES, max_rows=1)
    out, err = capsys.readouterr()
    assert "almaty" not in out and "1 more row:" in err

    print_table(MOVES)
    out, err = capsys.readouterr()
    assert "almaty" in out and "more row" not in err


def test_figures_of_a_column_have_the_same_decimals(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(pl.DataFrame({"days": [12.0, 15.9, None], "share": [0.25, 1.0, -0.001]}))
    out = capsys.readouterr().out
    assert "12.0" in out and "12.00" not in out
    assert "1.00" in out and "-0.00" not in out


def test_firm_blanks_keep_a_text_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    frame = pl.DataFrame(
        {"from": ["a place with a very long name"], "leaves": ["1\xa0Jul\xa007:59"]}
    )
    print_table(frame)
    assert "1 Jul 07:59" in capsys.readouterr().out


def test_counts_have_commas_and_claims_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(pl.DataFrame({"USD": [7309], "open": [True], "passes": [["a", "b"]]}))
    assert capsys.readouterr().out.splitlines()[1].split() == ["7,309", "yes", "a,", "b"]
