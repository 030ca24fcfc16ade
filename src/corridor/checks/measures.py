"""Measures: the figures of a study that can be compared with those of other rows.

A measure is a column, or what two columns say together (dollars a tonne, people and what they
earn, a length and the air line), with the groups of rows that are alike, narrow ones first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from corridor.network import geo
from corridor.tables import schema
from corridor.tables.tables import Tables

ROW = "_row"
VALUE = "_value"
AIR_KM = "_air_km"
MIN_AIR_KM = 20.0  # below it the points of two places are too rough to measure a detour by

Level = tuple[str, ...]


class Ratio(NamedTuple):
    """What two columns of a table say together: one over the other, and what that is."""

    table: str
    over: str
    under: str
    title: str
    unit: str


@dataclass(frozen=True)
class Measure:
    """A figure of every row of a table.

    Parameters
    ----------
    table : name of the table.
    columns : columns the figure comes from; a finding stands at the first.
    title : what the figure is, as a finding names it.
    unit : its unit.
    figures : one row a figure: number of the row, value, and columns that rows can share.
    levels : columns by which rows are alike, narrow groups first; none of them: all rows.
    """

    table: str
    columns: tuple[str, ...]
    title: str
    unit: str
    figures: pl.DataFrame
    levels: tuple[Level, ...]


_RATIOS = (
    Ratio("links", "fixed_p95_h", "fixed_h", "fixed_p95_h over fixed_h", "1"),
    Ratio("terminals", "handling_p95_h", "handling_h", "handling_p95_h over handling_h", "1"),
    Ratio("cargoes", "value_usd_per_unit", "t_per_unit", "value of a tonne", "USD/t"),
    Ratio("cargoes", "t_per_unit", "teu_per_unit", "weight of a TEU", "t/TEU"),
    Ratio("sectors", "elasticity_low", "elasticity", "elasticity_low over elasticity", "1"),
    Ratio("sectors", "elasticity_high", "elasticity", "elasticity_high over elasticity", "1"),
    Ratio("countries", "gdp_usd", "population", "product a head", "USD"),
    Ratio("countries", "goods_exports_usd", "gdp_usd", "exports over product", "1"),
    Ratio("countries", "goods_imports_usd", "gdp_usd", "imports over product", "1"),
    Ratio("trade", "value_usd", "weight_t", "value of a tonne", "USD/t"),
    Ratio("observations", "value_low", "value", "value_low over value", "1"),
    Ratio("observations", "value_high", "value", "value_high over value", "1"),
)
# (table, first day, last day) of periods that rows of a table have.
_PERIODS = (
    ("events", "from_on", "to_on"),
    ("events", "from_on", "last_seen_on"),
    ("figures", "from_on", "to_on"),
    ("commitments", "promised_on", "due_on"),
    ("commitments", "promised_on", "measured_on"),
)
_OBSERVED = {
    "time_h": ("the air line of observations over value", "km/h", pl.col(AIR_KM) / pl.col("value")),
    "cost_usd": ("observations.value a kilometre", "USD/km", pl.col("value") / pl.col(AIR_KM)),
    "length_km": ("observations.value over the air line", "1", pl.col("value") / pl.col(AIR_KM)),
}
_WHERE = ("to_country", "terrain", "on_rails")
# What rows share that differ only by the form of cargo they are for.
_OF_FORMS = {
    "rates": ("mode", "country", *_WHERE, "service_id", "alternative"),
    "emissions": ("mode", "country", *_WHERE, "traction"),
}
# How rows of a table are alike, narrow groups first.
_LEVELS: dict[str, tuple[Level, ...]] = {
    "links": (("mode", "_border", "_country"), ("mode", "_border")),
    "terminals": (
        ("_layers", "form", "_kind"),
        ("_layers", "form"),
        ("_modes", "form"),
        ("form",),
    ),
    "rates": (("mode", "form", "_service"), ("mode", "form"), ("form",)),
    "modes": (("mode",), ()),
    "service_classes": (("service_class", "mode"), ("mode",)),
    "emissions": (("mode", "traction", "form"), ("mode", "form"), ("mode",)),
    "rules": (("effect", "_stem"), ("effect",)),
    "windows": ((),),
    "holidays": ((),),
    "services": (("_mode", "required"), ("_mode",)),
    "cargoes": (("form",), ()),
    "hazards": ((),),
    "regimes": ((),),
    "events": (("cause",), ()),
    "demand": (("cargo_id",), ("_form",)),
    "observations": (("metric", "modes", "_form"), ("metric", "_form")),
    "countries": ((),),
    "trade": (("_pair",), ("_pair_both",)),
    "sectors": ((),),
    "specialisations": (("sector_id",),),
    "markets": ((),),
    "figures": (("unit", "_stem"), ("unit",)),
    "claims": (("unit",),),
    "commitments": (("unit",),),
}
# Not compared as they are: where a place lies, how long a link is, names in digits, and what is
# counted by the unit of a cargo, be it a tonne or a box.
_NOT_COMPARED = {
    "lon_deg",
    "lat_deg",
    "length_km",
    "gauge_mm",
    "numeric_code",
    "utc_offset_h",
    "t_per_unit",
    "lorries_per_unit",
    "wagons_per_unit",
    "value_usd_per_unit",
}


def measures(tables: Tables) -> Iterator[Measure]:
    """Give every measure of a study, plain columns before what two columns say together."""
    frames = {name: _with_groups(tables, name) for name in _LEVELS if tables.frames[name].height}
    for name, frame in frames.items():
        yield from _columns(name, frame)
    for ratio in _RATIOS:
        if ratio.table in frames:
            yield _ratio(ratio, frames[ratio.table])
    yield from _by_form(frames)
    yield from _periods(frames)
    yield from _detours(tables, frames)
    yield from _sales(tables, frames)
    yield from _observed(tables, frames)


def _columns(name: str, frame: pl.DataFrame) -> Iterator[Measure]:
    for column in schema.table(name).columns:
        is_figure = column.kind in ("number", "integer") and column.unit is not None
        if not is_figure or column.name in _NOT_COMPARED:
            continue
        if column.unit == "as metric":
            continue
        yield _measure(
            name,
            (column.name,),
            f"{name}.{column.name}",
            column.unit or "1",
            frame,
            pl.col(column.name),
        )


def _ratio(ratio: Ratio, frame: pl.DataFrame) -> Measure:
    value = pl.col(ratio.over) / pl.col(ratio.under)
    title = f"{ratio.table}: {ratio.title}"
    return _measure(ratio.table, (ratio.over, ratio.under), title, ratio.unit, frame, value)


def _measure(
    name: str,
    columns: tuple[str, ...],
    title: str,
    unit: str,
    frame: pl.DataFrame,
    value: pl.Expr,
) -> Measure:
    """Return a measure of a table.

    Parameters
    ----------
    name, columns, title, unit : as in Measure.
    frame : rows of the table with the columns of its groups.
    value : the figure.
    """
    levels = _LEVELS[name]
    shared = list(dict.fromkeys(column for level in levels for column in level))
    figures = frame.select(ROW, value.cast(pl.Float64).alias(VALUE), *shared)
    return Measure(name, columns, title, unit, figures, levels)


# Groups of rows that no column names


def _with_groups(tables: Tables, name: str) -> pl.DataFrame:
    """Return a table with the number of each row and the columns of its groups."""
    frame = tables.frames[name].with_row_index(ROW)
    nodes = tables.frames["nodes"]
    country = nodes.select("node_id", pl.col("country").alias("_country")).unique("node_id")

    if name == "links":
        return _with_borders(frame, country)
    if name == "terminals":
        kinds = nodes.select("node_id", pl.col("kind").alias("_kind")).unique("node_id")
        return _with_layers(frame).join(kinds, on="node_id", how="left", maintain_order="left")
    if name == "rates":
        return frame.with_columns(_service=pl.col("service_id").is_not_null())
    if name == "services":
        return _with_modes(tables, frame)
    if name in ("demand", "observations"):
        forms = tables.frames["cargoes"].select("cargo_id", pl.col("form").alias("_form"))
        return frame.join(
            forms.unique("cargo_id"), on="cargo_id", how="left", maintain_order="left"
        )
    if name == "trade":
        ends = ("exporter", "importer")
        return frame.with_columns(
            _pair=pl.concat_str(*ends, separator="-"),
            _pair_both=pl.concat_str(
                pl.min_horizontal(*ends), pl.max_horizontal(*ends), separator="-"
            ),
        )
    if name in ("figures", "rules"):
        key = frame.columns[1]
        return frame.with_columns(_stem=pl.col(key).str.extract(r"^([a-z]+-[a-z]+)"))
    return frame


def _with_borders(links: pl.DataFrame, country: pl.DataFrame) -> pl.DataFrame:
    """Return links with the country of their tail, and whether they cross a border."""
    tails = country.rename({"node_id": "from_node_id"})
    heads = country.rename({"node_id": "to_node_id", "_country": "_to_country"})
    joined = links.join(tails, on="from_node_id", how="left", maintain_order="left").join(
        heads, on="to_node_id", how="left", maintain_order="left"
    )
    crosses = pl.col("_country") != pl.col("_to_country")
    return joined.with_columns(_border=pl.when(crosses).then(pl.lit("border")))


def _with_layers(terminals: pl.DataFrame) -> pl.DataFrame:
    """Return terminals with the pair of their layers and of their modes, in either direction."""
    ends = ("from_layer", "to_layer")
    modes = [pl.col(end).str.extract(r"^([a-z]+)").alias(f"_{end}") for end in ends]
    parted = terminals.with_columns(modes)
    return parted.with_columns(
        _layers=_either_way(*ends), _modes=_either_way("_from_layer", "_to_layer")
    )


def _either_way(a: str, b: str) -> pl.Expr:
    return pl.concat_str(pl.min_horizontal(a, b), pl.max_horizontal(a, b), separator=" and ")


def _with_modes(tables: Tables, services: pl.DataFrame) -> pl.DataFrame:
    """Return services with the mode of their first link."""
    modes = tables.frames["links"].select("link_id", pl.col("mode").alias("_mode"))
    first = services.with_columns(_first=pl.col("link_ids").str.extract(r"^(\S+)"))
    return first.join(
        modes.unique("link_id"),
        left_on="_first",
        right_on="link_id",
        how="left",
        maintain_order="left",
    )


# Figures of one mode and country for two forms of cargo


def _by_form(frames: Mapping[str, pl.DataFrame]) -> Iterator[Measure]:
    """Give a price or an emission for a form of cargo over that of the first form in its place.

    The first form alone, so that a slip in a figure is not told of every form compared with it.
    """
    for name in _OF_FORMS:
        if name not in frames:
            continue

        figures = _of_forms(name, frames[name])
        form = pl.col("form").fill_null("")
        first = figures.filter(form == form.min().over(_OF_FORMS[name]))
        pairs = figures.join(first, on=_OF_FORMS[name], suffix="_other", nulls_equal=True)
        others = pairs.filter(form != pl.col("form_other").fill_null(""))
        ratios = others.with_columns(pl.col(VALUE) / pl.col(f"{VALUE}_other"))
        for (column,), rows in ratios.group_by("_column", maintain_order=True):
            title = f"{name}.{column} over the figure of another form of cargo"
            levels = (("mode", "form", "form_other", "_column_other"),)
            yield Measure(name, (str(column),), title, "1", rows, levels)


def _of_forms(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return every figure of a table with what it is of; of rows that are alike only the first."""
    columns = [c.name for c in schema.table(name).columns if c.kind == "number"]
    shared = [ROW, "form", *_OF_FORMS[name]]
    unlike = frame.unique(["form", *_OF_FORMS[name], *columns], keep="first", maintain_order=True)
    figures = unlike.unpivot(columns, index=shared, variable_name="_column", value_name=VALUE)
    return figures.filter(pl.col(VALUE) > 0).unique(
        ["form", *_OF_FORMS[name], "_column"], keep="first", maintain_order=True
    )


# Lengths of periods


def _periods(frames: Mapping[str, pl.DataFrame]) -> Iterator[Measure]:
    """Give the days between the dates of a row."""
    for name, start, end in _PERIODS:
        if name in frames:
            days = (pl.col(end) - pl.col(start)).dt.total_days()
            title = f"the time from {name}.{start} to {end}"
            yield _measure(name, (end, start), title, "days", frames[name], days)


# Measures over several tables


def _detours(tables: Tables, frames: Mapping[str, pl.DataFrame]) -> Iterator[Measure]:
    """Give the length of links over the air line between their ends."""
    if "links" not in frames or "nodes" in tables.broken:
        return

    ends = frames["links"].select(ROW, "from_node_id", "to_node_id")
    air = _air_lines(tables, ends, "from_node_id", "to_node_id").filter(pl.col(AIR_KM) > MIN_AIR_KM)
    yield _measure(
        "links",
        ("length_km",),
        "links.length_km over the air line",
        "1",
        frames["links"].join(air, on=ROW, how="inner"),
        pl.col("length_km") / pl.col(AIR_KM),
    )


def _air_lines(tables: Tables, ends: pl.DataFrame, tail: str, head: str) -> pl.DataFrame:
    """Return the great circle of each row whose ends are known.

    Parameters
    ----------
    tables : with the places.
    ends : number of the row, and the places at its ends.
    tail, head : columns of those places.
    """
    points = tables.frames["nodes"].select("node_id", "lon_deg", "lat_deg").unique("node_id")
    placed = (
        ends.join(points, left_on=tail, right_on="node_id", how="inner")
        .join(points, left_on=head, right_on="node_id", how="inner", suffix="_to")
        .drop_nulls()
    )
    degrees = placed.select("lon_deg", "lat_deg", "lon_deg_to", "lat_deg_to").to_numpy()
    air_km = geo.great_circle_km(*degrees.T)
    return placed.select(ROW, pl.Series(AIR_KM, air_km, pl.Float64))


def _sales(tables: Tables, frames: Mapping[str, pl.DataFrame]) -> Iterator[Measure]:
    """Give the share of what an exporter sells that a flow is."""
    if "trade" not in frames:
        return

    sales = tables.frames["countries"].select(
        pl.col("country").alias("exporter"), "goods_exports_usd"
    )
    flows = frames["trade"].join(
        sales.unique("exporter"), on="exporter", how="left", maintain_order="left"
    )
    share = pl.col("value_usd") / pl.col("goods_exports_usd")
    yield _measure("trade", ("value_usd",), "trade.value_usd over exports", "1", flows, share)


def _observed(tables: Tables, frames: Mapping[str, pl.DataFrame]) -> Iterator[Measure]:
    """Give what was seen on a trip over the air line by the places it went through."""
    if "observations" not in frames or "nodes" in tables.broken:
        return

    seen = frames["observations"].join(_trips_km(tables, frames["observations"]), on=ROW)
    for metric, (title, unit, value) in _OBSERVED.items():
        rows = seen.filter((pl.col("metric") == metric) & (pl.col(AIR_KM) > MIN_AIR_KM))
        yield _measure("observations", ("value",), title, unit, rows, value)

    speeds = frames["observations"].filter(pl.col("metric") == "speed_kmh")
    title = "observations.value (speed_kmh)"
    yield _measure("observations", ("value",), title, "km/h", speeds, pl.col("value"))


def _trips_km(tables: Tables, observations: pl.DataFrame) -> pl.DataFrame:
    """Return the great circles of each trip from place to place, added up."""
    stops = observations.select(
        ROW,
        pl.concat_str("origin", "via", "destination", separator=" ", ignore_nulls=True)
        .str.split(" ")
        .alias("_stop"),
    ).explode("_stop")
    steps = stops.with_columns(
        pl.col("_stop").str.extract(r"^([^@]+)"),
        pl.col("_stop").str.extract(r"^([^@]+)").shift(-1).over(ROW).alias("_next"),
    ).drop_nulls()
    air = _air_lines(tables, steps, "_stop", "_next")
    return air.group_by(ROW).agg(pl.col(AIR_KM).sum())
