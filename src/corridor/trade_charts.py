"""Charts of trade: the way to a target, what each scenario adds, what carriage costs, what could be sold, who gains."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from corridor.palette import FAINT, HUES, INK, PAPER, SOFT, WIDTH, Chart, dressed, shortened

_KINDS = {"traded": ("#4d4d4d", "traded now"), "growth": (HUES[0], "growth of both economies"),
          "corridors": (HUES[2], "corridors, the best scenario"), "rest": (FAINT, "new products and buyers"),
          "target": (INK, "target")}
_PARTS = {"freight_share": ("freight", HUES[0]), "time_share": ("time on the way", HUES[4]),
          "reliability_share": ("not knowing when", HUES[3]), "border_share": ("borders", HUES[1])}
_LEFT = 258  # pixels of the labels at the left
_RIGHT = 66  # pixels of the figures at the right
_PLOT = WIDTH - _LEFT - _RIGHT
_LETTERS = 46  # what fits at the left


def way_to_target(steps: pl.DataFrame) -> Chart:
    """Return what is traded, what growth and the best scenario add, and what is missing to the target, a panel a series.

    steps: as the frame ``target`` of :class:`corridor.prospects.Prospects`. The line at the corridors' bar is the interval
    of their value.
    """
    panels, told = [], []
    for (name,), part in steps.group_by("series", maintain_order=True):
        rows, words = _steps_of(part)
        top = max(float(row["to"]) for row in rows) * 1.16
        told.append(f"{name}: {words}")
        panels.append(_way_panel(pl.DataFrame(rows, infer_schema_length=None), str(name), top))
    return dressed(alt.vconcat(*panels, spacing=16), "The way to the target",
                   "trade both ways; the line: interval of the corridors' effect", "; ".join(told) + ".")


def _steps_of(part: pl.DataFrame) -> tuple[list[dict[str, Any]], str]:
    """Return the bars of one series with where they start and end, and the same in words."""
    plain = part.filter(pl.col("kind") == "growth").row(0, named=True)
    best = part.filter(pl.col("kind") == "scenario").sort("value_usd", nulls_last=False).row(-1, named=True)
    base, grown, helped, goal = (v / 1e6 for v in (plain["base_usd"], plain["value_usd"], best["value_usd"],
                                                   plain["target_usd"]))
    low, high = ((best[c] or best["value_usd"]) / 1e6 for c in ("low_usd", "high_usd"))
    ends = [("traded", 0.0, base, f"{base:,.0f}"), ("growth", base, grown, f"{grown - base:+,.0f}"),
            ("corridors", grown, helped, f"{helped - grown:+,.0f} ({low - grown:+,.0f} to {high - grown:+,.0f})"),
            ("rest", helped, max(goal, helped), f"{max(goal - helped, 0):+,.0f}"), ("target", 0.0, goal, f"{goal:,.0f}")]
    rows = [{"kind": _KINDS[kind][1] if kind != "traded" else f"traded, twelve months to {plain['ends_on']}",
             "hue": _KINDS[kind][0], "from": start, "to": end, "label": label,
             "low": low if kind == "corridors" else None, "high": high if kind == "corridors" else None}
            for kind, start, end, label in ends]
    return rows, ", ".join(f"{row['kind']} {row['label']}" for row in rows)


def _way_panel(rows: pl.DataFrame, name: str, top: float) -> Any:
    y = alt.Y("kind:N", sort=rows["kind"].to_list(), title=None, axis=_names(_LEFT))
    scale = alt.Scale(domain=[0, top], nice=False)
    axis = alt.Axis(format=",~f", tickCount=6)
    base = alt.Chart(rows)
    bars = base.mark_bar(height=17, stroke=INK, strokeWidth=0.6).encode(
        x=alt.X("from:Q", title=f"million USD a year ({name})", scale=scale, axis=axis), x2="to:Q", y=y,
        color=alt.Color("hue:N", scale=None))
    line = base.mark_rule(strokeWidth=1.6, color=INK).encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y)
    labels = base.mark_text(align="left", dx=6, fontSize=11, color=INK).encode(
        x=alt.X("end:Q", scale=scale), y=y, text="label:N").transform_calculate(
        end="datum.high != null ? max(datum.to, datum.high) : datum.to")
    return alt.layer(bars, line, labels).properties(width=_PLOT, height=alt.Step(26))


def scenarios(steps: pl.DataFrame) -> Chart:
    """Return the trade in the target year under each scenario with its interval, beside growth alone, a panel a series.

    steps: as :func:`way_to_target`.
    """
    panels, told = [], []
    for (name,), part in steps.group_by("series", maintain_order=True):
        plain = float(part.filter(pl.col("kind") == "growth")["value_usd"][0]) / 1e6
        rows = part.filter((pl.col("kind") == "scenario") & pl.col("value_usd").is_not_null()).select(
            pl.col("step").map_elements(lambda s: shortened(s, _LETTERS), return_dtype=pl.String),
            *(pl.coalesce(c, "value_usd").truediv(1e6).alias(c.removesuffix("_usd"))
              for c in ("value_usd", "low_usd", "high_usd"))).with_columns(
            pl.col("value").sub(plain).map_elements(_signed, return_dtype=pl.String).alias("label"))
        told.append(f"{name}, growth alone {plain:,.0f}: " + ", ".join(f"{s} {v:,.0f}" for s, v in
                                                                       rows.select("step", "value").iter_rows()))
        panels.append(_scenario_panel(rows, str(name), plain))
    return dressed(alt.vconcat(*panels, spacing=16), "What each scenario would change",
                   "dashed: growth alone, from which the figures at the right count; the axis does not start at 0",
                   "; ".join(told) + ".")


def _scenario_panel(rows: pl.DataFrame, name: str, plain: float) -> Any:
    low, high = (float(v) for v in (min(rows["low"].min(), plain), max(rows["high"].max(), plain)))  # type: ignore[type-var, arg-type]
    margin = max(0.1 * (high - low), 0.5)
    scale = alt.Scale(domain=[low - margin, high + margin], nice=False)
    axis = alt.Axis(format=",~f", tickCount=7)
    y = alt.Y("step:N", sort=rows["step"].to_list(), title=None, axis=_names(_LEFT))

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=f"million USD a year ({name})", scale=scale, axis=axis)

    base = alt.Chart(rows)
    growth = alt.Chart(pl.DataFrame({"plain": [plain]})).mark_rule(strokeDash=[4, 3], color=SOFT, strokeWidth=1.4).encode(
        x=x("plain"))
    band = base.mark_rule(strokeWidth=5, color="#a8d5c5").encode(x=x("low"), x2="high:Q", y=y)
    dots = base.mark_circle(size=90, color=HUES[2], stroke=PAPER, strokeWidth=0.8, opacity=1).encode(x=x("value"), y=y)
    labels = base.mark_text(align="left", dx=8, fontSize=11, color=INK).encode(x=alt.value(_PLOT), y=y, text="label:N")
    return alt.layer(growth, band, dots, labels).properties(width=_PLOT, height=alt.Step(24))


def _signed(value: float) -> str:
    """Write a difference with its sign; none for what rounds to nothing."""
    return "±0" if abs(value) < 0.5 else f"{value:+,.0f}"


def carriage(frame: pl.DataFrame) -> Chart:
    """Return what carriage costs between the two under each scenario, over the value of the goods, by what it consists of.

    frame: as ``pair_costs`` of Prospects.
    """
    rows = frame.with_columns(
        direction=pl.format("{} to {}", "from_name", "to_name"),
        step=pl.col("title").map_elements(lambda s: shortened(s, _LETTERS), return_dtype=pl.String))
    long = rows.unpivot(list(_PARTS), index=["direction", "step"], variable_name="part", value_name="share").with_columns(
        order=pl.col("part").replace_strict({k: i for i, k in enumerate(_PARTS)}),
        part=pl.col("part").replace_strict({k: v[0] for k, v in _PARTS.items()}))
    order = rows["step"].unique(maintain_order=True).to_list()
    words = [v[0] for v in _PARTS.values()]
    hue = alt.Color("part:N", title=None, sort=words, legend=alt.Legend(orient="bottom", columns=4),
                    scale=alt.Scale(domain=words, range=[v[1] for v in _PARTS.values()]))
    top = float(rows["cost_share"].max() or 1.0) * 1.12  # type: ignore[arg-type]
    panels = []
    for (direction,), part in long.group_by("direction", maintain_order=True):
        y = alt.Y("step:N", sort=order, title=None, axis=_names(_LEFT))
        x = alt.X("share:Q", title=f"share of the goods' value ({direction})", stack="zero",
                  scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(format=".0%"))
        bars = alt.Chart(part).mark_bar(height=14, stroke=PAPER, strokeWidth=0.6).encode(
            x=x, y=y, color=hue, order=alt.Order("order:Q"))
        sums = part.group_by("step", maintain_order=True).agg(pl.col("share").sum())
        text = alt.Chart(sums).mark_text(align="left", dx=5, fontSize=11, color=INK).encode(
            x=alt.X("share:Q"), y=y, text=alt.Text("share:Q", format=".1%"))
        panels.append(alt.layer(bars, text).properties(width=_PLOT, height=alt.Step(21)))
    told = "; ".join(f"{r['direction']} {r['step']} {r['cost_share']:.1%}" for r in rows.iter_rows(named=True)
                     if r["cost_share"] is not None)
    return dressed(alt.vconcat(*panels, spacing=16), "What carriage costs",
                   "share of the goods' value, mean over what is traded now and over a year of departures", f"{told}.")


def potential(frame: pl.DataFrame) -> Chart:
    """Return what is traded per sector beside what an average pair of that size and distance trades, a panel a direction.

    frame: as ``potential`` of Prospects.
    """
    rows = frame.with_columns(
        direction=pl.format("{} to {}", "from_name", "to_name"), traded=pl.col("traded_usd") / 1e6,
        could=pl.col("potential_usd") / 1e6,
        name=pl.col("name").map_elements(lambda s: shortened(s, _LETTERS), return_dtype=pl.String))
    top = max(float(rows["traded"].max() or 0), float(rows["could"].max() or 0)) * 1.14 or 1.0  # type: ignore[arg-type]
    panels = []
    for (direction,), part in rows.group_by("direction", maintain_order=True):
        order = part.sort("could", descending=True)["name"].to_list()
        y = alt.Y("name:N", sort=order, title=None, axis=_names(_LEFT))
        scale = alt.Scale(domain=[0, top], nice=False)
        title = f"million USD a year ({direction})"
        base = alt.Chart(part.select("name", "traded", "could"))
        could = base.mark_bar(height=16, fill="#cfe0ee", stroke=HUES[0], strokeWidth=0.8).encode(
            x=alt.X("could:Q", title=title, scale=scale, axis=alt.Axis(format=",~f", tickCount=6)), y=y)
        traded = base.mark_bar(height=7, color="#4d4d4d").encode(x=alt.X("traded:Q", title=title, scale=scale), y=y)
        text = base.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(
            x=alt.X("end:Q", scale=scale), y=y, text="label:N").transform_calculate(
            end="max(datum.traded, datum.could)",
            label="format(datum.traded, ',.0f') + ' of ' + format(datum.could, ',.0f')")
        panels.append(alt.layer(could, traded, text).properties(width=_PLOT, height=alt.Step(22)))
    told = "; ".join(f"{r['name']} {r['direction']}: {r['traded']:,.0f} of {r['could']:,.0f}" for r in
                     rows.iter_rows(named=True))
    return dressed(alt.vconcat(*panels, spacing=16), "What could be sold",
                   "dark: traded now; pale: what an average pair of this size and distance trades (gravity)", f"{told}.")


def gains(frame: pl.DataFrame) -> Chart:
    """Return the change of real income of every country under one scenario, with its interval.

    frame: as ``gains`` of Prospects, one scenario.
    """
    rows = frame.sort("real_income_change_share", descending=True).select(
        "name", value=pl.col("real_income_change_share"), low=pl.coalesce("low_share", "real_income_change_share"),
        high=pl.coalesce("high_share", "real_income_change_share"))
    low, high = (float(v) for v in (min(0.0, rows["low"].min()), max(0.0, rows["high"].max())))  # type: ignore[type-var, arg-type]
    margin = 0.12 * (high - low) or 0.001
    y = alt.Y("name:N", sort=rows["name"].to_list(), title=None, axis=_names(_LEFT))
    scale = alt.Scale(domain=[low - margin, high + margin], nice=False)

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title="change of real income", scale=scale, axis=alt.Axis(format="+.1%"))

    base = alt.Chart(rows.with_columns(sign=pl.when(pl.col("value") < 0).then(pl.lit("loses")).otherwise(pl.lit("gains")),
                                       zero=0.0))
    bars = base.mark_bar(height=12).encode(x=x("zero"), x2="value:Q", y=y, color=alt.Color(
        "sign:N", title=None, scale=alt.Scale(domain=["gains", "loses"], range=[HUES[2], HUES[1]]), legend=None))
    band = base.mark_rule(strokeWidth=1.5, color=INK).encode(x=x("low"), x2="high:Q", y=y)
    text = base.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(
        x=x("end"), y=y, text=alt.Text("value:Q", format="+.2%")).transform_calculate(end="max(datum.high, 0)")
    told = "; ".join(f"{n} {v:+.2%}" for n, v in rows.select("name", "value").iter_rows())
    return dressed(alt.layer(bars, band, text).properties(width=_PLOT, height=alt.Step(20)), "Who gains",
                   f"{frame['title'][0]}: change of real income against the network of the baseline", f"{told}.")


def _names(width: int) -> alt.Axis:
    return alt.Axis(ticks=False, domain=False, labelLimit=width, minExtent=width, maxExtent=width)
