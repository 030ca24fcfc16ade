"""What years of closures cost and why, what one moves, and a replay beside what was seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale, names_channel, number_scale
from corridor.charts.bars import Margins, amount_axis, bar_panel, value_text
from corridor.charts.formats import join_values
from corridor.charts.layer import Layer
from corridor.charts.legends import legend
from corridor.charts.maps import end_nodes, link_widths, weighted_map
from corridor.charts.style import FAINT, HUES, INK, SOFT, WIDTH, Chart
from corridor.charts.text import row_labels, title_lines
from corridor.charts.titles import Titles, panel_title, with_title
from corridor.language.amounts import vega_per_cent
from corridor.language.speech import marked, number, signed, tell

MAX_HAZARDS = 10
RETURN_YEARS = (2, 5, 10, 20, 50, 100)  # chances on the axis: once in so many years
RARE_YEARS = 20  # of the year that sentences name
_MARGINS = Margins(left=250, right=96, letters=44)
CASE_HUES = (HUES[0], HUES[1])
CASE_DASHES = ([1, 0], [6, 3])
_NAMED = 16  # links whose ends are named first
_FEWER = marked("fewer tonnes")
_MORE = marked("more tonnes")
_TURNS = {_FEWER: HUES[1], _MORE: HUES[0]}


def loss_curve(
    years: pl.DataFrame,
    summary: pl.DataFrame,
    names: Mapping[str, str],
) -> Chart:
    """Return the chance that a year costs more than so much, with the mean of all years.

    One line a case. years, summary: as the tables of :class:`corridor.Risk`, with case. names: what
    each case is called.
    """
    cases = summary["case"].unique(maintain_order=True)
    case_names = {case: names.get(case, case) for case in cases}
    chances = _chances(years, case_names)
    means = _means(summary, case_names)

    channels = _case_channels(list(case_names.values()))
    chart = alt.layer(
        _rare_year(),
        _chance_line(chances, channels),
        _mean_rule(means, channels),
        _mean_texts(means, channels),
    )
    return with_title(
        chart.properties(width=WIDTH - 150, height=250),
        tell("What a year of closures costs"),
        tell("extra cost of what takes a detour or waits, and value of what stays"),
        _mean_list(means),
        left=140,
    )


def _mean_list(means: pl.DataFrame) -> str:
    texts = [
        tell("{case}: mean {millions} million USD", case=name, millions=number(loss))
        for name, loss in means.select("name", "loss").iter_rows()
    ]
    return tell("; ").join(texts)


def _chances(years: pl.DataFrame, case_names: Mapping[str, str]) -> pl.DataFrame:
    """Return each year's loss in millions with the share of years that cost more."""
    rank = pl.int_range(pl.len()).over("case") + 0.5
    rows = years.sort("case", "loss_usd").with_columns(
        loss=pl.col("loss_usd") / 1e6,
        chance=1 - rank / pl.len().over("case"),
        name=pl.col("case").replace_strict(case_names),
    )
    return rows.select("loss", "chance", "name")


def _means(summary: pl.DataFrame, case_names: Mapping[str, str]) -> pl.DataFrame:
    """Return the mean loss of each case in millions, with its standard error."""
    return summary.filter(pl.col("measure") == "loss_usd").select(
        name=pl.col("case").replace_strict(case_names),
        loss=pl.col("mean") / 1e6,
        se=pl.col("standard_error") / 1e6,
    )


def _case_channels(names: list[str]) -> dict[str, dict[str, Any]]:
    """Return colour and dash of the cases: for lines, with a legend, and for rules, without."""
    hues = category_scale(names, CASE_HUES[: len(names)])
    dashes = category_scale(names, CASE_DASHES[: len(names)])
    case_legend = legend(names, 1, symbolType="stroke", symbolSize=500)

    def channels(**look: Any) -> dict[str, Any]:
        hue = alt.Color("name:N", scale=hues, **look)
        dash = alt.StrokeDash("name:N", scale=dashes, **look)
        return {"color": hue, "strokeDash": dash}

    return {"line": channels(title=None, legend=case_legend), "rule": channels(legend=None)}


def _chance_line(chances: pl.DataFrame, channels: Mapping[str, dict[str, Any]]) -> Any:
    top = float(chances["loss"].max()) * 1.02  # type: ignore[arg-type]
    x = alt.X(
        "loss:Q",
        title=tell("million USD in a year"),
        scale=number_scale(0, top),
        axis=alt.Axis(format=",~f"),
    )
    line = Layer(chances).mark_line(strokeWidth=2, interpolate="step-after", clip=True)
    return line.encode(x=x, y=_chance_channel(), **channels["line"])


def _rare_year() -> Any:
    """Return the level of the year that comes once in twenty, which the sentences name."""
    rule = Layer(pl.DataFrame({"chance": [1 / RARE_YEARS]})).mark_rule(strokeWidth=1.5)
    return rule.encode(y=_chance_channel())


def _chance_channel() -> alt.Y:
    """Return the upright axis: chances on a logarithmic scale, told by how often they come."""
    ticks = _chance_ticks()
    return alt.Y(
        "chance:Q",
        title=tell("chance that a year costs more"),
        scale=alt.Scale(type="log", domain=[0.004, 1], clamp=True),
        axis=alt.Axis(values=list(ticks), labelLimit=150, labelExpr=_word_expression(ticks)),
    )


def _chance_ticks() -> dict[float, str]:
    """Return what stands at each chance on the axis."""
    ticks: dict[float, str] = {1: tell("every year")}
    for years in RETURN_YEARS:
        ticks[1 / years] = tell(
            "{share}, 1 year in {years}",
            share=vega_per_cent(1 / years),
            years=number(years),
        )
    return ticks


def _word_expression(words: Mapping[float, str]) -> str:
    """Return the expression by which Vega writes a word for each value of an axis."""
    by_value = {str(value): word for value, word in words.items()}
    return f"{json.dumps(by_value, ensure_ascii=False)}[datum.value]"


def _mean_rule(means: pl.DataFrame, channels: Mapping[str, dict[str, Any]]) -> Any:
    rule = Layer(means).mark_rule(strokeWidth=1.2)
    return rule.encode(x=alt.X("loss:Q"), **channels["rule"])


def _mean_texts(means: pl.DataFrame, channels: Mapping[str, dict[str, Any]]) -> Any:
    """Return the means in words, one below the other, right of the rightmost rule."""
    texts = [_mean_text(loss, error) for loss, error in means.select("loss", "se").iter_rows()]
    rows = means.with_columns(
        text=pl.Series(texts, dtype=pl.String),
        y_px=pl.int_range(pl.len()) * 16 + 12,
        right=pl.col("loss").max(),
    )

    marks = Layer(rows).mark_text(align="left", dx=6, fontSize=11)
    return marks.encode(
        x=alt.X("right:Q"),
        y=alt.Y("y_px:Q", scale=None, axis=None),
        text=alt.Text("text:N"),
        color=channels["rule"]["color"],
    )


def _mean_text(loss: float, error: float | None) -> str:
    millions = number(loss)
    if error is None:
        return tell("mean of all years {millions}", millions=millions)
    return tell("mean of all years {millions} (± {error})", millions=millions, error=number(error))


def hazard_bars(by_hazard: pl.DataFrame, names: Mapping[str, str]) -> Chart:
    """Return which hazards the expected annual loss comes from, a panel a case.

    by_hazard: as in :class:`corridor.Risk`, with case. names: what each case is called.
    """
    top = float(by_hazard["loss_usd_per_year"].max()) / 1e6 * 1.02 or 1.0  # type: ignore[arg-type]
    panels = []
    losses = []
    for (case,), part in by_hazard.group_by("case", maintain_order=True):
        rows = _hazard_rows(part)
        if not rows.height:
            continue

        name = names.get(str(case), str(case))
        panels.append(_hazard_panel(rows, name, top))
        losses.append((name, _hazard_texts(rows)))

    return with_title(
        alt.vconcat(*panels, spacing=14),
        tell("Which hazards it comes from"),
        tell("mean yearly loss, the ten that cost most (share of all)"),
        join_values(losses),
        left=_MARGINS.left,
    )


def _hazard_rows(part: pl.DataFrame) -> pl.DataFrame:
    """Return label, loss in millions, and loss and share as text, of the dearest hazards."""
    dearest = (
        part.filter(pl.col("loss_usd_per_year") > 0)
        .sort("loss_usd_per_year", descending=True)
        .head(MAX_HAZARDS)
    )

    rows = dearest.select("loss_share", loss=pl.col("loss_usd_per_year") / 1e6)
    texts = [
        f"{number(loss, 1)} ({vega_per_cent(share or 0.0)})" for share, loss in rows.iter_rows()
    ]
    return rows.with_columns(
        label=pl.Series(row_labels(dearest["name"], _MARGINS.letters), dtype=pl.String),
        text=pl.Series(texts, dtype=pl.String),
    )


def _hazard_texts(rows: pl.DataFrame) -> str:
    losses = rows.select("label", "loss").iter_rows()
    return tell(", ").join(f"{label} {number(millions, 1)}" for label, millions in losses)


def _hazard_panel(rows: pl.DataFrame, case_name: str, top: float) -> Any:
    labels = rows["label"].to_list()
    y = names_channel("label", labels, _MARGINS.left)
    scale = number_scale(0, top)
    title = title_lines(tell("million USD a year: {what}", what=case_name), _MARGINS.title)

    base = Layer(rows)
    bars = base.mark_bar(height=13, color=HUES[0])
    x = alt.X("loss:Q", title=title, scale=scale, axis=amount_axis())
    return bar_panel(
        bars.encode(x=x, y=y),
        value_text(base).encode(x=alt.X("loss:Q", scale=scale), y=y, text=alt.Text("text:N")),
        names=labels,
        row_px=19,
        margins=_MARGINS,
    )


def shift_map(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    shifted: pl.DataFrame,
) -> Chart:
    """Return the map of the tonnes that leave and join links.

    shifted: as :func:`corridor.closures.shifts.shifts`.
    """
    rows = shifted.sort(pl.col("difference").abs(), "link_id")
    top = float(rows["difference"].abs()[-1])

    named = links.filter(pl.col("link_id").is_in(rows["link_id"].tail(_NAMED).to_list()))
    return weighted_map(
        nodes,
        links,
        _shift_weights(rows, top),
        hues=_TURNS,
        named=end_nodes(named),
        titles=_shift_titles(rows, top),
    )


def _shift_weights(rows: pl.DataFrame, top: float) -> pl.DataFrame:
    is_fewer = pl.col("difference") < 0
    return rows.select(
        "link_id",
        kind=pl.when(is_fewer).then(pl.lit(_FEWER)).otherwise(pl.lit(_MORE)),
        width=link_widths(pl.col("difference").abs() / top),
    )


def _shift_titles(rows: pl.DataFrame, top: float) -> Titles:
    return Titles(
        tell("Where the goods leave and where they go instead"),
        tell(
            "wide is much; the widest {millions} million tonnes a year",
            millions=number(top / 1e6, 1),
        ),
        tell("Million tonnes a year, change by link: {list}.", list=_shift_texts(rows)),
    )


def _shift_texts(rows: pl.DataFrame) -> str:
    largest = rows.reverse().head(12).select("link_id", "difference").iter_rows()
    return tell("; ").join(f"{link} {signed(tonnes / 1e6, 2)}" for link, tonnes in largest)


def corridor_bars(corridors: pl.DataFrame) -> Chart:
    """Return what each second corridor is worth a year.

    On undisturbed days, under closures, and together, a panel a corridor; the line is two standard
    errors to either side. corridors: as :func:`corridor.closures.chapter.corridors`.
    """
    labels = _saving_labels()
    rows = _savings(corridors, labels)
    scale = _saving_scale(rows)

    panels = [
        _saving_panel(part, str(title), list(labels.values()), scale)
        for (title,), part in rows.group_by("title", maintain_order=True)
    ]
    return with_title(
        alt.vconcat(*panels, spacing=14),
        tell("What a second corridor is worth"),
        tell("saved a year; line: two standard errors"),
        tell("Million USD a year. {list}.", list=_saving_texts(rows)),
        left=_MARGINS.left,
    )


def _saving_texts(rows: pl.DataFrame) -> str:
    savings = rows.select("title", "name", "value").iter_rows()
    return join_values((title, f"{name} {signed(value, 1)}") for title, name, value in savings)


def _saving_labels() -> dict[str, str]:
    """Return measure -> label of its row."""
    names = {
        "undisturbed_usd": tell("cheaper days without closures"),
        "loss_usd": tell("cheaper closures"),
        # Translators: the sum of both savings.
        "all_usd": tell("together"),
    }
    labels = row_labels(names.values(), _MARGINS.letters)
    return dict(zip(names, labels, strict=True))


def _savings(corridors: pl.DataFrame, labels: Mapping[str, str]) -> pl.DataFrame:
    """Return title, name, value and its interval (low, high) in millions, a row a measure."""
    rows = corridors.filter(pl.col("measure").is_in(list(labels)))
    savings = rows.select(
        title=pl.Series(_saving_titles(rows), dtype=pl.String),
        name=pl.col("measure").replace_strict(labels),
        value=pl.col("difference") / 1e6,
        error=2 * pl.col("standard_error").fill_null(0.0) / 1e6,
    )
    return savings.with_columns(
        low=pl.col("value") - pl.col("error"), high=pl.col("value") + pl.col("error")
    )


def _saving_titles(rows: pl.DataFrame) -> list[str]:
    pairs = rows.select("scenario", "without_scenario").iter_rows()
    return [
        tell("{scenario}, compared with {other}", scenario=scenario, other=other)
        for scenario, other in pairs
    ]


def _saving_scale(rows: pl.DataFrame) -> alt.Scale:
    """Return a scale from the lowest value, or 0, to the highest, with room for the figures."""
    low = float(min(rows["low"].min(), 0.0))  # type: ignore[type-var, arg-type]
    high = float(max(rows["high"].max(), 0.0))  # type: ignore[type-var, arg-type]
    margin = 0.13 * (high - low) or 1.0
    return number_scale(low - margin if low < 0 else low, high + margin)


def _saving_panel(
    part: pl.DataFrame,
    title: str,
    names: list[str],
    scale: alt.Scale,
) -> Any:
    y = names_channel("name", names, _MARGINS.left)
    base = Layer(part.with_columns(zero=0.0, sign=pl.col("value") < 0))
    band = base.mark_rule(strokeWidth=1.5, color=INK)

    return bar_panel(
        _saving_bars(base, y, scale),
        band.encode(x=alt.X("low:Q", scale=scale), x2=alt.X2("high:Q"), y=y),
        _saving_amounts(base, y, scale),
        names=names,
        row_px=24,
        margins=_MARGINS,
        title=panel_title(title, WIDTH - _MARGINS.left - 20),
    )


def _saving_bars(base: alt.Chart, y: alt.Y, scale: alt.Scale) -> Any:
    """Return bars from zero, in another hue below it."""
    axis = amount_axis(tick_count=7)
    zero = alt.X("zero:Q", title=tell("million USD a year"), scale=scale, axis=axis)
    hue = alt.condition("datum.sign", alt.value(HUES[1]), alt.value(HUES[2]))
    return base.mark_bar(height=14).encode(x=zero, x2=alt.X2("value:Q"), y=y, color=hue)


def _saving_amounts(base: alt.Chart, y: alt.Y, scale: alt.Scale) -> Any:
    """Return the values, each right of its bar and interval."""
    text = value_text(base, 6).transform_calculate(end="max(datum.high, 0)")
    value = alt.Text("value:Q", format="+,.1f")
    return text.encode(x=alt.X("end:Q", scale=scale), y=y, text=value)


def replay_bars(replay: pl.DataFrame) -> Chart:
    """Return each replayed closure beside what was seen and said, as changes of trade.

    One panel a replay. replay: as :func:`corridor.closures.chapter.replays`.
    """
    columns = _change_columns()
    scale = _change_scale(replay, columns)
    panels = []
    changes = []
    for row in replay.iter_rows(named=True):
        rows = _change_rows(row, columns)
        panels.append(_change_panel(rows, row["name"], scale))
        changes.append((row["name"], _change_texts(rows)))

    return with_title(
        alt.vconcat(*panels, spacing=14),
        tell("A closure that happened, compared with the model"),
        tell("change of trade against the same months a year before"),
        join_values(changes),
        left=_MARGINS.left,
    )


def _change_columns() -> dict[str, tuple[str, str]]:
    """Return column -> label and hue of its bar."""
    names = {
        # Translators: the change of trade that was observed.
        "observed_change": tell("seen"),
        # Translators: the change of trade that somebody stated.
        "claimed_change": tell("said"),
        "all_stopped_change": tell("if nothing had passed while shut"),
        # Translators: the same, with days as heavy as in the time before.
        "season_stopped_change": tell("the same by season"),
        # Translators: the change of trade that the model finds.
        "model_change": tell("model"),
        # Translators: the same, with days as heavy as in the time before.
        "model_season_change": tell("model, by season"),
    }

    hues = (INK, HUES[3], FAINT, FAINT, HUES[0], HUES[0])
    labels = row_labels(names.values(), _MARGINS.letters)
    return dict(zip(names, zip(labels, hues, strict=True), strict=True))


def _change_scale(replay: pl.DataFrame, columns: Iterable[str]) -> alt.Scale:
    """Return a scale from no change to the largest loss of all replays."""
    known = [column for column in columns if column in replay.columns]
    changes = [change for column in known for change in replay[column].drop_nulls()]
    lowest = min(changes, default=-0.1)
    return number_scale(0, 1.22 * min(lowest, -0.05))


def _change_rows(row: Mapping[str, Any], columns: Mapping[str, tuple[str, str]]) -> pl.DataFrame:
    rows = [
        {"name": label, "hue": hue, "value": row[column]}
        for column, (label, hue) in columns.items()
        if row.get(column) is not None
    ]
    return pl.DataFrame(rows)


def _change_texts(rows: pl.DataFrame) -> str:
    changes = rows.select("name", "value").iter_rows()
    return tell(", ").join(
        f"{name} {vega_per_cent(share, 1, with_sign=True)}" for name, share in changes
    )


def _change_channel(scale: alt.Scale) -> alt.X:
    label = "datum.value == 0 ? '0' : format(datum.value, '+.0%')"
    axis = alt.Axis(tickCount=6, labelExpr=label)
    return alt.X("value:Q", title=tell("change of trade by value"), scale=scale, axis=axis)


def _change_panel(rows: pl.DataFrame, title: str, scale: alt.Scale) -> Any:
    names = rows["name"].to_list()
    y = names_channel("name", names, _MARGINS.left)
    x = _change_channel(scale)

    base = Layer(rows)
    bars = base.mark_bar(height=14, stroke=SOFT, strokeWidth=0.6)
    text = value_text(base, 6)
    return bar_panel(
        bars.encode(x=x, y=y, color=alt.Color("hue:N", scale=None)),
        text.encode(x=alt.X("value:Q", scale=scale), y=y, text=alt.Text("value:Q", format="+.1%")),
        names=names,
        row_px=22,
        margins=_MARGINS,
        title=panel_title(title, WIDTH - _MARGINS.left - 20),
    )
