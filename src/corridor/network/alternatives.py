"""Disputed figures: the options of parameters, and the rows that count under the ones chosen."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor.errors import UnknownName


def resolve_choices(parameters: pl.DataFrame, choices: Mapping[str, str]) -> dict[str, str]:
    """Return the option of every parameter: the one asked for, else the default.

    Raises UnknownName for a parameter or option that is not in the table.
    """
    options: dict[str, list[str]] = {}
    defaults: dict[str, str] = {}
    for option_id, is_default in parameters.select("option_id", "is_default").iter_rows():
        parameter, _, option = option_id.partition(":")
        options.setdefault(parameter, []).append(option)
        if is_default:
            defaults[parameter] = option

    for parameter, option in choices.items():
        if parameter not in options:
            raise UnknownName("parameter", parameter, options)
        if option not in options[parameter]:
            raise UnknownName(f"option of {parameter}", option, options[parameter])
    return defaults | dict(choices)


def active_rows(frame: pl.DataFrame, choices: Mapping[str, str]) -> pl.DataFrame:
    """Return the rows whose ``alternative`` is chosen or null."""
    if "alternative" not in frame.columns or frame["alternative"].null_count() == frame.height:
        return frame

    chosen = [f"{parameter}:{option}" for parameter, option in choices.items()]
    return frame.filter(pl.col("alternative").is_null() | pl.col("alternative").is_in(chosen))
