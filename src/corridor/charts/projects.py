"""Projects: when each is built, what its value hangs on, and who gains by it in a year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale, names_channel, number_scale
from corridor.charts.bars import Margins, amount_axis, bar_panel, value_text
from corridor.charts.formats import join_values
from corridor.charts.layer import Layer
from corridor.charts.legends import legend
from corridor.charts.style import FAINT, HUES, INK, PAPER, SOFT, Chart
from corridor.charts.text import row_labels, title_lines
from corridor.charts.titles import with_title
from corridor.language.amounts import vega_per_cent
from corridor.language.cldr import country_name, english_country_name
from corridor.language.speech import marked, number, signed, tell

_MARGINS = Margins(left=250, right=90, letters=40)
YEARS_SHOWN = 16  # of a programme: what follows is the same
MIN_GAIN_USD = 5e4  # a year, below which a country is not drawn
MAX_GAINERS = 12  # countries drawn
# Translators: a project is being built, or is open for traffic.
_STAGES = {marked("being built"): HUES[4], marked("open for traffic"): HUES[2]}
GROUPS = {
    "shippers": (marked("shippers"), HUES[0]),
    "carriers": (marked("carriers"), HUES[4]),
    "state revenue": (marked("state revenue"), HUES[2]),
    "carbon": (marked("carbon"), HUES[3]),
    "operators": (marked("running cost"), SOFT),
    "builders": (marked("building cost"), INK),
}
# What a project's value consists of, as switching values name it.
ITEMS = {
    "benefits": marked("all benefits"),
    "capex": marked("building cost"),
    "opex": marked("running cost"),
    "residual": marked("what is left at the end"),
    "shippers": marked("gains of shippers"),
    "carriers": marked("gains of carriers"),
    "state revenue": marked("gains of states in fees"),
    "carbon": marked("carbon"),
}
_CHANGES = {marked("a fifth less of it"): HUES[1], marked("a fifth more of it"): HUES[0]}


def phases_gantt(projects: pl.DataFrame, first_year: int) -> Chart:
    """Return when each project of a programme is built and opens; those left out have no bar.

    Parameters
    ----------
    projects
        The table ``phase_projects``.
    first_year
        Year at the left.
    """
    ordered = projects.sort("begin_year", "open_year", nulls_last=True, maintain_order=True)
    labels = row_labels(ordered["name"], _MARGINS.letters)
    rows = ordered.with_columns(label=pl.Series(labels, dtype=pl.String))

    return with_title(
        _gantt_panel(rows, first_year),
        tell("What to build when"),
        tell("the order that is worth most; without a bar: not worth its cost"),
        tell("{list}.", list=join_values(_gantt_texts(rows))),
        left=_MARGINS.left,
    )


def _gantt_texts(rows: pl.DataFrame) -> Iterable[tuple[str, str]]:
    for label, begins, opens in rows.select("label", "begin_year", "open_year").iter_rows():
        if begins is None:
            yield label, tell("not built")
        else:
            yield label, tell("begun {begins}, open {opens}", begins=begins, opens=opens)


def _gantt_panel(rows: pl.DataFrame, first_year: int) -> Any:
    labels = rows["label"].to_list()
    last_year = first_year + YEARS_SHOWN
    y = names_channel("label", labels, _MARGINS.left)
    scale = number_scale(first_year, last_year)
    axis = alt.Axis(format="d", tickCount=8)

    names = [tell(stage) for stage in _STAGES]
    hue = alt.Color(
        "stage:N",
        title=None,
        scale=category_scale(names, _STAGES.values()),
        legend=legend(names, 2, 18),
    )
    bars = Layer(_stages(rows, last_year)).mark_bar(height=14, stroke=PAPER)
    rule = Layer(rows.select("label")).mark_rule(color=FAINT, strokeDash=[2, 3])
    return bar_panel(
        rule.encode(x=alt.XValue(0), x2=alt.X2Value(_MARGINS.plot), y=y),
        bars.encode(
            x=alt.X("start:Q", title=tell("year"), scale=scale, axis=axis),
            x2=alt.X2("end:Q"),
            y=y,
            color=hue,
        ),
        names=labels,
        row_px=24,
        margins=_MARGINS,
    )


def _stages(rows: pl.DataFrame, last_year: int) -> pl.DataFrame:
    """Return label, stage and years (start, end) of what is built, two rows a project."""
    built = rows.drop_nulls("begin_year")
    building, traffic = (pl.lit(tell(stage)) for stage in _STAGES)
    opens = pl.min_horizontal("open_year", pl.lit(last_year))
    return pl.concat(
        [
            built.select("label", stage=building, start="begin_year", end=opens),
            built.select("label", stage=traffic, start=opens, end=pl.lit(last_year, pl.Int64)),
        ]
    )


def switching_tornado(switching: pl.DataFrame, npv_usd: float) -> Chart:
    """Return what a fifth less and more of each item does to the value of a project.

    At the right: by how much the item must change for the project to be worth nothing.

    Parameters
    ----------
    switching
        The table ``appraisal_switching``, rows of one project.
    npv_usd
        Its net present value.
    """
    rows = _swings(switching)
    return with_title(
        _tornado_panel(rows, npv_usd / 1e6),
        tell("What its value hangs on"),
        tell("at the right: by how much it must change for the project to be worth nothing"),
        tell("{list}.", list=join_values(rows.select("label", "switch").iter_rows())),
        left=_MARGINS.left,
    )


def _swings(switching: pl.DataFrame) -> pl.DataFrame:
    """Return label, value with less and more (millions) and the switching value, widest first."""
    swing = (pl.col("npv_high_usd") - pl.col("npv_low_usd")).abs()
    rows = switching.filter(swing > 0).sort(swing, descending=True)
    labels = [tell(ITEMS[item]) for item in rows["item"]]
    switches = [_switch_text(share) for share in rows["switching_share"]]

    return rows.select(
        low=pl.col("npv_low_usd") / 1e6,
        high=pl.col("npv_high_usd") / 1e6,
        label=pl.Series(labels, dtype=pl.String),
        switch=pl.Series(switches, dtype=pl.String),
    )


def _switch_text(share: float | None) -> str:
    """Return by how much an item must change; a cost cannot fall, nor a benefit, below nothing."""
    if share is None or share < -1:
        # Translators: no change of the item alone makes the project worth nothing.
        return tell("no change does")
    if share >= 1:
        return tell("× {factor}", factor=number(1 + share, 1))
    return vega_per_cent(share, with_sign=True)


def _tornado_panel(rows: pl.DataFrame, npv: float) -> Any:
    labels = rows["label"].to_list()
    y = names_channel("label", labels, _MARGINS.left)
    scale = _tornado_scale(rows, npv)
    title = title_lines(tell("net present value, million USD"), _MARGINS.title)

    names = [tell(change) for change in _CHANGES]
    hue = alt.Color(
        "change:N",
        title=None,
        scale=category_scale(names, _CHANGES.values()),
        legend=legend(names, 2, 18),
    )
    bars = Layer(_tornado_bars(rows, npv)).mark_bar(height=13)
    middle = Layer(pl.DataFrame({"npv": [npv]})).mark_rule(color=INK, strokeWidth=1.2)
    texts = value_text(Layer(rows.select("label", "switch")))
    return bar_panel(
        bars.encode(
            x=alt.X("start:Q", title=title, scale=scale, axis=amount_axis()),
            x2=alt.X2("end:Q"),
            y=y,
            color=hue,
        ),
        middle.encode(x=alt.X("npv:Q", scale=scale)),
        texts.encode(x=alt.XValue(_MARGINS.plot), y=y, text=alt.Text("switch:N")),
        names=labels,
        row_px=22,
        margins=_MARGINS,
    )


def _tornado_bars(rows: pl.DataFrame, npv: float) -> pl.DataFrame:
    less, more = (pl.lit(tell(change)) for change in _CHANGES)
    return pl.concat(
        [
            rows.select("label", change=less, start=pl.lit(npv), end="low"),
            rows.select("label", change=more, start=pl.lit(npv), end="high"),
        ]
    )


def _tornado_scale(rows: pl.DataFrame, npv: float) -> alt.Scale:
    ends = [npv, *rows["low"], *rows["high"]]
    margin = 0.04 * (max(ends) - min(ends)) or 1.0
    return number_scale(min(ends) - margin, max(ends) + margin)


def yearly_gains(groups: pl.DataFrame) -> Chart:
    """Return who gains and who loses by a project in its first year of use, capital apart.

    One bar a country, parted by group; the figure at the right is their sum. groups: the table
    ``appraisal_groups``, rows of one project.
    """
    rows = _gains(groups)
    sums = rows.group_by("label", maintain_order=True).agg(pl.col("usd").sum())
    return with_title(
        _gains_panel(rows, sums),
        tell("Who gains and who loses in a year"),
        tell("first year of use, building cost apart; at the right: sum"),
        tell("{list}.", list=join_values((c, signed(usd, 1)) for c, usd in sums.iter_rows())),
        left=_MARGINS.left,
    )


def _gains(groups: pl.DataFrame) -> pl.DataFrame:
    """Return label, group and million USD of countries with the largest sums, these first."""
    in_use = groups.filter(pl.col("group") != "builders")
    size = pl.col("usd_per_year").abs().sum()
    sums = in_use.group_by("country").agg(size.alias("size"), pl.col("usd_per_year").sum())
    largest = sums.filter(pl.col("size") > MIN_GAIN_USD).sort("size", descending=True)
    ordered = largest.head(MAX_GAINERS).sort("usd_per_year", descending=True)["country"]
    labels = pl.Series("label", [_country(code) for code in ordered], pl.String)

    gains = in_use.filter(pl.col("usd_per_year") != 0)
    rows = pl.DataFrame([ordered, labels]).join(
        gains, on="country", nulls_equal=True, maintain_order="left_right"
    )
    return rows.select("label", "group", usd=pl.col("usd_per_year") / 1e6)


def _country(code: str | None) -> str:
    """Return the name of a country; null: no country's, such as carbon."""
    if code is None:
        # Translators: gains that no single country has, such as less carbon.
        return tell("the world")
    return country_name(code) or english_country_name(code) or code


def _gains_panel(rows: pl.DataFrame, sums: pl.DataFrame) -> Any:
    labels = sums["label"].to_list()
    y = names_channel("label", labels, _MARGINS.left)
    scale = _gains_scale(rows)
    title = title_lines(tell("million USD a year"), _MARGINS.title)

    shown = [group for group in GROUPS if group in set(rows["group"])]
    names = [tell(GROUPS[group][0]) for group in shown]
    hue = alt.Color(
        "name:N",
        title=None,
        scale=category_scale(names, (GROUPS[group][1] for group in shown)),
        legend=legend(names, 5, 16),
    )
    in_words = rows.with_columns(
        name=pl.col("group").replace_strict(dict(zip(shown, names, strict=True)))
    )
    bars = Layer(in_words).mark_bar(height=14, stroke=PAPER, strokeWidth=0.4)
    texts = value_text(Layer(sums))
    return bar_panel(
        bars.encode(
            x=alt.X("usd:Q", title=title, scale=scale, axis=amount_axis(), stack="zero"),
            y=y,
            color=hue,
        ),
        texts.encode(x=alt.XValue(_MARGINS.plot), y=y, text=alt.Text("usd:Q", format="+,.1f")),
        names=labels,
        row_px=22,
        margins=_MARGINS,
    )


def _gains_scale(rows: pl.DataFrame) -> alt.Scale:
    is_gain = (pl.col("usd") > 0).alias("is_gain")
    ends = rows.group_by("label", is_gain).agg(pl.col("usd").sum())["usd"]
    low = min([0.0, *ends])
    high = max([0.0, *ends])
    margin = 0.03 * (high - low) or 1.0
    return number_scale(low - margin, high + margin)
