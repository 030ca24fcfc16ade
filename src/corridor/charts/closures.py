"""Charts of closures: what matters most, what years of them cost, what one moves, a replay beside
what was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.maps import weighted_map
from corridor.charts.style import (
    FAINT,
    HUES,
    INK,
    PAPER,
    SOFT,
    WIDTH,
    Chart,
    dressed,
    legend,
    listed,
    names_axis,
    percent,
    row_px,
)
from corridor.charts.text import in_lines, labels, shortened
from corridor.closures.demand_arrays import LIMIT_SHARE
from corridor.language.speech import marked, number, signed, speech, tell

KINDS = {
    "crossing": marked("crossings between two countries"),
    "country": marked("countries"),
    "link": marked("links"),
    "node": marked("places"),
    "terminal": marked("terminals"),
    "hazard": marked("hazards"),
    "pair": marked("two links at once"),
}
MOST_BARS = 8
_LEFT = 250
_RIGHT = 96
_LETTERS = 44
_PLOT = WIDTH - _LEFT - _RIGHT
# pixels
_WIDEST = 9.0
_NARROWEST = 1.2
_MAPPED = 60  # links on the map
# Translators: what a link's loss means: goods find another way, or none.
_LOSS = {marked("a way round is left"): HUES[4], marked("no way is left"): HUES[1]}
_TURNS = {marked("fewer tonnes"): HUES[1], marked("more tonnes"): HUES[0]}


def criticality_map(nodes: pl.DataFrame, links: pl.DataFrame, ranked: pl.DataFrame) -> Chart:
    """Return the map of the links whose loss would cost most: wide is dear, the colour says how it
    costs.

    ranked: rows of :func:`corridor.rank`.
    """
    ashore = links.filter(pl.col("mode") != "sea")["link_id"].to_list()
    worst = (
        ranked.filter(
            (pl.col("kind") == "link")
            & (pl.col("loss_usd_per_year") > 0)
            & pl.col("element_id").is_in(ashore)
        )
        .sort("loss_usd_per_year", "element_id", descending=[True, False])
        .head(_MAPPED)
    )
    top = float(worst["loss_usd_per_year"][0])
    left, gone = _LOSS
    rows = worst.reverse().select(
        pl.col("element_id").alias("link_id"),
        pl.when(_cut() * 2 > pl.col("loss_usd_per_year"))
        .then(pl.lit(gone))
        .otherwise(pl.lit(left))
        .alias("kind"),
        _pixels(pl.col("loss_usd_per_year") / top).alias("width"),
    )
    told = listed(
        (n, number(v / 1e6))
        for n, v in worst.head(10).select("name", "loss_usd_per_year").iter_rows()
    )
    ends = links.filter(pl.col("link_id").is_in(worst["element_id"].head(14).to_list()))
    named = pl.concat([ends["from_node_id"], ends["to_node_id"]]).to_list()
    return weighted_map(
        nodes,
        links,
        rows,
        hues=_LOSS,
        named=named,
        words=(
            tell("The links that can least be spared"),
            tell(
                "wide is dear: up to {millions} million USD a year; long sea ways are left to the "
                "bars",
                millions=number(top / 1e6),
            ),
            tell("Million USD a year if a link is shut. {list}.", list=told),
        ),
    )


def criticality_bars(
    ranked: pl.DataFrame, kinds: Sequence[str] = ("crossing", "link", "node")
) -> Chart:
    """Return what the loss of the worst elements of some kinds would cost in a year, a panel a
    kind.

    ranked: rows of :func:`corridor.rank`. A kind of which nothing costs anything is left out.
    """
    panels = []
    told = []
    single = dict(ranked.filter(pl.col("kind") != "pair").select("element_id", "name").iter_rows())
    for kind in kinds:
        words = tell(KINDS[kind])
        part = (
            ranked.filter((pl.col("kind") == kind) & (pl.col("loss_usd_per_year") > 0))
            .sort("loss_usd_per_year", "element_id", descending=[True, False])
            .head(MOST_BARS)
        )
        if not part.height:
            continue
        rows = part.with_columns(
            label=_unlike([_parts(row, single) for row in part.iter_rows(named=True)]),
            loss=pl.col("loss_usd_per_year") / 1e6,
            left=(pl.col("loss_usd_per_year") - _cut()) / 1e6,
        )
        told.append(
            (
                words,
                tell(", ").join(
                    f"{n} {number(v)}" for n, v in rows.select("label", "loss").iter_rows()
                ),
            )
        )
        panels.append(_loss_panel(rows, words))
    whole = alt.vconcat(*panels, spacing=14).resolve_scale(color="shared")
    return dressed(
        whole,
        tell("What the loss of one would cost"),
        tell(
            "million USD a year, the dearest eight of each kind; every trip takes its best way "
            "round"
        ),
        listed(told),
        left=_LEFT,
    )


def _loss_panel(rows: pl.DataFrame, words: str) -> Any:
    y = alt.Y(
        "label:N", sort=rows["label"].to_list(), title=None, axis=names_axis(_LEFT, rows["label"])
    )
    top = float(rows["loss"][0]) * 1.02
    scale = alt.Scale(domain=[0, top], nice=False)
    one, two = (tell(how) for how in _LOSS)
    hue = alt.Color(
        "how:N",
        title=None,
        scale=alt.Scale(domain=[one, two], range=list(_LOSS.values())),
        legend=legend([one, two], 2),
    )
    spans = pl.concat(
        [
            rows.select("label", how=pl.lit(one), start=0.0, end="left"),
            rows.select("label", how=pl.lit(two), start="left", end="loss"),
        ]
    )
    bars = (
        alt.Chart(spans)
        .mark_bar(height=13, stroke=PAPER, strokeWidth=0.4)
        .encode(
            x=alt.X(
                "start:Q",
                title=_millions(words),
                scale=scale,
                axis=alt.Axis(format=",~f", tickCount=6),
            ),
            x2="end:Q",
            y=y,
            color=hue,
        )
    )
    text = (
        alt.Chart(rows.select("label", "loss"))
        .mark_text(align="left", dx=5, fontSize=11, color=INK)
        .encode(x=alt.X("loss:Q", scale=scale), y=y, text=alt.Text("loss:Q", format=",.1f"))
    )
    return alt.layer(bars, text).properties(width=_PLOT, height=row_px(rows["label"], 19))


def loss_curve(years: pl.DataFrame, summary: pl.DataFrame, names: Mapping[str, str]) -> Chart:
    """Return the chance that a year costs more than so much, a line a case, with the expected
    annual loss of each.

    years, summary: as the tables of :class:`corridor.Risk`, with case; names: what each case is
    called.
    """
    cases = {case: names.get(case, case) for case in summary["case"].unique(maintain_order=True)}
    hues = alt.Scale(domain=list(cases.values()), range=[HUES[0], HUES[1]][: len(cases)])
    dashes = alt.Scale(domain=list(cases.values()), range=[[1, 0], [6, 3]][: len(cases)])
    rows = (
        years.sort("case", "loss_usd")
        .with_columns(
            loss=pl.col("loss_usd") / 1e6,
            chance=1 - (pl.int_range(pl.len()).over("case") + 0.5) / pl.len().over("case"),
            name=pl.col("case").replace_strict(cases),
        )
        .select("loss", "chance", "name")
    )
    mean = summary.filter(pl.col("measure") == "loss_usd").select(
        name=pl.col("case").replace_strict(cases),
        loss=pl.col("mean") / 1e6,
        se=pl.col("standard_error") / 1e6,
    )
    one = legend(list(cases.values()), 1, symbolType="stroke", symbolSize=500)
    top = float(rows["loss"].max()) * 1.02  # type: ignore[arg-type]
    x = alt.X(
        "loss:Q",
        title=tell("million USD in a year"),
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format=",~f"),
    )
    ticks = {
        1: tell("always"),
        **{
            1 / years: tell(
                "{share}, 1 year in {years}", share=percent(1 / years), years=number(years)
            )
            for years in (2, 5, 10, 20, 50, 100)
        },
    }
    y = alt.Y(
        "chance:Q",
        title=tell("chance that a year costs more"),
        scale=alt.Scale(type="log", domain=[0.004, 1], clamp=True),
        axis=alt.Axis(values=list(ticks), labelLimit=150, labelExpr=_looked_up(ticks)),
    )
    line = (
        alt.Chart(rows)
        .mark_line(strokeWidth=2, interpolate="step-after", clip=True)
        .encode(
            x=x,
            y=y,
            color=alt.Color("name:N", title=None, scale=hues, legend=one),
            strokeDash=alt.StrokeDash("name:N", title=None, scale=dashes, legend=one),
        )
    )
    rule = (
        alt.Chart(mean)
        .mark_rule(strokeWidth=1.2)
        .encode(
            x=alt.X("loss:Q"),
            color=alt.Color("name:N", scale=hues, legend=None),
            strokeDash=alt.StrokeDash("name:N", scale=dashes, legend=None),
        )
    )
    mean = mean.with_columns(
        told=pl.Series(
            [
                tell("mean of all years {millions}", millions=number(loss))
                if error is None
                else tell(
                    "mean of all years {millions} (± {error})",
                    millions=number(loss),
                    error=number(error),
                )
                for loss, error in mean.select("loss", "se").iter_rows()
            ],
            dtype=pl.String,
        )
    )
    label = (
        alt.Chart(
            mean.with_columns(y_px=pl.int_range(pl.len()) * 16 + 12, right=pl.col("loss").max())
        )
        .mark_text(align="left", dx=6, fontSize=11)
        .encode(
            x=alt.X("right:Q"),
            y=alt.Y("y_px:Q", scale=None, axis=None),
            text="told:N",
            color=alt.Color("name:N", scale=hues, legend=None),
        )
    )
    told = tell("; ").join(
        tell("{case}: mean {millions} million USD", case=n, millions=number(v))
        for n, v in mean.select("name", "loss").iter_rows()
    )
    return dressed(
        alt.layer(line, rule, label).properties(width=WIDTH - 150, height=250),
        tell("What a year of closures costs"),
        tell("extra cost of what goes round or waits, and worth of what stays"),
        told,
        left=140,
    )


def hazard_bars(by_hazard: pl.DataFrame, names: Mapping[str, str]) -> Chart:
    """Return which hazards the expected annual loss comes from, a panel a case. by_hazard: as in
    Risk, with case."""
    panels = []
    told = []
    top = float(by_hazard["loss_usd_per_year"].max()) / 1e6 * 1.02 or 1.0  # type: ignore[arg-type]
    for (case,), part in by_hazard.group_by("case", maintain_order=True):
        rows = (
            part.filter(pl.col("loss_usd_per_year") > 0)
            .sort("loss_usd_per_year", descending=True)
            .head(10)
            .select("loss_share", "name", loss=pl.col("loss_usd_per_year") / 1e6)
        )
        if not rows.height:
            continue
        rows = rows.with_columns(
            label=pl.Series(labels(rows["name"], _LETTERS), dtype=pl.String),
            told=pl.Series(
                [
                    f"{number(loss, 1)} ({percent(share or 0.0)})"
                    for loss, share in rows.select("loss", "loss_share").iter_rows()
                ],
                dtype=pl.String,
            ),
        )
        name = names.get(str(case), str(case))
        told.append(
            (
                name,
                tell(", ").join(
                    f"{n} {number(v, 1)}" for n, v in rows.select("label", "loss").iter_rows()
                ),
            )
        )
        y = alt.Y(
            "label:N",
            sort=rows["label"].to_list(),
            title=None,
            axis=names_axis(_LEFT, rows["label"]),
        )
        scale = alt.Scale(domain=[0, top], nice=False)
        base = alt.Chart(rows)
        bars = base.mark_bar(height=13, color=HUES[0]).encode(
            x=alt.X(
                "loss:Q",
                title=_millions(name),
                scale=scale,
                axis=alt.Axis(format=",~f", tickCount=6),
            ),
            y=y,
        )
        text = base.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(
            x=alt.X("loss:Q", scale=scale), y=y, text="told:N"
        )
        panels.append(
            alt.layer(bars, text).properties(width=_PLOT, height=row_px(rows["label"], 19))
        )
    return dressed(
        alt.vconcat(*panels, spacing=14),
        tell("Which hazards it comes from"),
        tell("mean yearly loss, the ten that cost most (share of all)"),
        listed(told),
        left=_LEFT,
    )


def shift_map(nodes: pl.DataFrame, links: pl.DataFrame, shifted: pl.DataFrame) -> Chart:
    """Return the map of the tonnes that leave and join links. shifted: as
    :func:`corridor.closures.shifts.shifts`."""
    rows = shifted.sort(pl.col("difference").abs(), "link_id")
    top = float(rows["difference"].abs()[-1])
    few, many = _TURNS
    drawn = rows.select(
        "link_id",
        pl.when(pl.col("difference") < 0).then(pl.lit(few)).otherwise(pl.lit(many)).alias("kind"),
        _pixels(pl.col("difference").abs() / top).alias("width"),
    )
    told = tell("; ").join(
        f"{i} {signed(d / 1e6, 2)}"
        for i, d in rows.reverse().head(12).select("link_id", "difference").iter_rows()
    )
    ends = links.filter(pl.col("link_id").is_in(rows["link_id"].tail(16).to_list()))
    named = pl.concat([ends["from_node_id"], ends["to_node_id"]]).to_list()
    return weighted_map(
        nodes,
        links,
        drawn,
        hues=_TURNS,
        named=named,
        words=(
            tell("Where the goods leave and where they go instead"),
            tell(
                "wide is much; the widest {millions} million tonnes a year",
                millions=number(top / 1e6, 1),
            ),
            tell("Million tonnes a year, change by link: {list}.", list=told),
        ),
    )


def corridor_bars(corridors: pl.DataFrame) -> Chart:
    """Return what each second corridor is worth a year: on undisturbed days, under closures,
    together.

    corridors: as :func:`corridor.closures.chapter.corridors`. The line is two standard errors to
    either side.
    """
    words = {
        "undisturbed_usd": tell("cheaper days without closures"),
        "loss_usd": tell("cheaper closures"),
        # Translators: the sum of both savings.
        "all_usd": tell("together"),
    }
    words = dict(zip(words, labels(words.values(), _LETTERS), strict=True))
    rows = corridors.filter(pl.col("measure").is_in(list(words)))
    rows = rows.select(
        title=pl.Series(
            [
                tell("{scenario}, beside {other}", scenario=one, other=other)
                for one, other in rows.select("scenario", "without_scenario").iter_rows()
            ],
            dtype=pl.String,
        ),
        name=pl.col("measure").replace_strict(words),
        value=pl.col("difference") / 1e6,
        error=2 * pl.col("standard_error").fill_null(0.0) / 1e6,
    ).with_columns(low=pl.col("value") - pl.col("error"), high=pl.col("value") + pl.col("error"))
    ends = float(min(rows["low"].min(), 0.0)), float(max(rows["high"].max(), 0.0))  # type: ignore[type-var, arg-type]
    margin = 0.13 * (ends[1] - ends[0]) or 1.0
    scale = alt.Scale(
        domain=[ends[0] - (margin if ends[0] < 0 else 0), ends[1] + margin], nice=False
    )
    panels = []
    for (title,), part in rows.group_by("title", maintain_order=True):
        y = alt.Y(
            "name:N", sort=list(words.values()), title=None, axis=names_axis(_LEFT, words.values())
        )
        base = alt.Chart(part.with_columns(zero=0.0, sign=pl.col("value") < 0))
        bars = base.mark_bar(height=14).encode(
            x=alt.X(
                "zero:Q",
                title=tell("million USD a year"),
                scale=scale,
                axis=alt.Axis(format=",~f", tickCount=7),
            ),
            x2="value:Q",
            y=y,
            color=alt.condition("datum.sign", alt.value(HUES[1]), alt.value(HUES[2])),
        )
        band = base.mark_rule(strokeWidth=1.5, color=INK).encode(
            x=alt.X("low:Q", scale=scale), x2="high:Q", y=y
        )
        text = (
            base.mark_text(align="left", dx=6, fontSize=11, color=INK)
            .encode(x=alt.X("end:Q", scale=scale), y=y, text=alt.Text("value:Q", format="+,.1f"))
            .transform_calculate(end="max(datum.high, 0)")
        )
        panels.append(
            alt.layer(bars, band, text).properties(
                width=_PLOT,
                height=row_px(words.values(), 24),
                title=alt.Title(
                    _heading(str(title)),
                    fontSize=11.5,
                    fontWeight="bold",
                    anchor="start",
                    color=INK,
                    offset=4,
                ),
            )
        )
    told = listed(
        (t, f"{n} {signed(v, 1)}") for t, n, v in rows.select("title", "name", "value").iter_rows()
    )
    return dressed(
        alt.vconcat(*panels, spacing=14),
        tell("What a second corridor is worth"),
        tell("saved a year; line: two standard errors"),
        tell("Million USD a year. {list}.", list=told),
        left=_LEFT,
    )


def replay_bars(replay: pl.DataFrame) -> Chart:
    """Return each replayed closure beside what was seen and said, as changes of trade, a panel a
    replay.

    replay: as :func:`corridor.closures.chapter.replays`.
    """
    words = {
        # Translators: the change of trade that was observed.
        "observed_change": (tell("seen"), INK),
        # Translators: the change of trade that somebody stated.
        "claimed_change": (tell("said"), HUES[3]),
        "all_stopped_change": (tell("if nothing had passed while shut"), FAINT),
        # Translators: the change of trade that the model finds.
        "model_change": (tell("model"), HUES[0]),
    }
    words = {
        column: (name, hue)
        for (column, (_, hue)), name in zip(
            words.items(), labels((name for name, _ in words.values()), _LETTERS), strict=True
        )
    }
    panels = []
    told = []
    least = min(
        (v for column in words for v in replay[column].drop_nulls().to_list()), default=-0.1
    )
    scale = alt.Scale(domain=[0, 1.22 * min(least, -0.05)], nice=False)
    for row in replay.iter_rows(named=True):
        rows = pl.DataFrame(
            [
                {"name": name, "hue": hue, "value": row[column]}
                for column, (name, hue) in words.items()
                if row[column] is not None
            ]
        )
        told.append(
            (
                row["name"],
                tell(", ").join(
                    f"{n} {percent(v, 1, with_sign=True)}"
                    for n, v in rows.select("name", "value").iter_rows()
                ),
            )
        )
        y = alt.Y(
            "name:N", sort=rows["name"].to_list(), title=None, axis=names_axis(_LEFT, rows["name"])
        )
        base = alt.Chart(rows)
        bars = base.mark_bar(height=14, stroke=SOFT, strokeWidth=0.6).encode(
            x=alt.X(
                "value:Q",
                title=tell("change of trade by value"),
                scale=scale,
                axis=alt.Axis(
                    tickCount=6, labelExpr="datum.value == 0 ? '0' : format(datum.value, '+.0%')"
                ),
            ),
            y=y,
            color=alt.Color("hue:N", scale=None),
        )
        text = base.mark_text(align="left", dx=6, fontSize=11, color=INK).encode(
            x=alt.X("value:Q", scale=scale), y=y, text=alt.Text("value:Q", format="+.1%")
        )
        panels.append(
            alt.layer(bars, text).properties(
                width=_PLOT,
                height=row_px(rows["name"], 22),
                title=alt.Title(
                    _heading(row["name"]),
                    fontSize=11.5,
                    fontWeight="bold",
                    anchor="start",
                    color=INK,
                    offset=4,
                ),
            )
        )
    return dressed(
        alt.vconcat(*panels, spacing=14),
        tell("A closure that happened, beside the model"),
        tell("change of trade against the same months a year before"),
        listed(told),
        left=_LEFT,
    )


def _heading(text: str) -> str | list[str]:
    """Return the heading of a panel."""
    return in_lines(shortened(text, 100 if speech().is_english else 240), WIDTH - _LEFT - 20, 12.5)


def _pixels(share: pl.Expr) -> pl.Expr:
    return _NARROWEST + (_WIDEST - _NARROWEST) * share


def _cut() -> pl.Expr:
    """What is lost because no way is left, in USD a year."""
    return pl.min_horizontal(LIMIT_SHARE * pl.col("unserved_usd_per_year"), "loss_usd_per_year")


def _parts(row: Mapping[str, Any], single: Mapping[str, str]) -> list[str]:
    """Return the name of a ranked element; of a pair those of its two links."""
    both = str(row["element_id"]).split() if row["kind"] == "pair" else []
    names = (
        [single[one] for one in both]
        if both and all(one in single for one in both)
        else [row["name"]]
    )
    return [str(name).replace(tell("Port of "), "") for name in names]


def _unlike(names: Sequence[Sequence[str]]) -> pl.Series:
    """Return the names shortened, each part on a line of its own; those that would be alike
    numbered."""
    if all(len(parts) == 1 for parts in names):
        return pl.Series(labels((name for (name,) in names), _LETTERS), dtype=pl.String)
    made: list[str] = []
    for parts in names:
        short = "\n".join(shortened(part, _LETTERS) for part in parts)
        made.append(
            short if short not in made else f"{shortened(short, _LETTERS - 4)} ({len(made) + 1})"
        )
    return pl.Series(made, dtype=pl.String)


def _millions(what: str) -> str | list[str]:
    """Return the title of an axis of money; what: kind of elements or case."""
    return in_lines(tell("million USD a year: {what}", what=what), WIDTH - 2 * _RIGHT)


def _looked_up(words: Mapping[float, str]) -> str:
    """Return what tells Vega to write a word for each tick of an axis."""
    return f"{json.dumps({str(value): word for value, word in words.items()}, ensure_ascii=False)}[datum.value]"  # noqa: E501
