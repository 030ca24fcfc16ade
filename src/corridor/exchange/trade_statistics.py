"""Trade data as customs offices publish them: readers for UN Comtrade and CEPII BACI.

A trade frame has the columns of the table ``trade`` that a reader can fill: exporter, importer,
sector_id, year, value_usd, weight_t, series, basis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from corridor.errors import CallError, Finding

SCHEMA = {
    "exporter": pl.String,
    "importer": pl.String,
    "sector_id": pl.String,
    "year": pl.Int64,
    "value_usd": pl.Float64,
    "weight_t": pl.Float64,
    "series": pl.String,
    "basis": pl.String,
}
# Column names of the two layouts UN Comtrade has published: the current one and the one before
# 2022.
COMTRADE_COLUMNS = {
    "year": ("refYear", "Year"),
    "flow": ("flowCode", "Trade Flow"),
    "reporter": ("reporterISO", "Reporter ISO"),
    "partner": ("partnerISO", "Partner ISO"),
    "chapter": ("cmdCode", "Commodity Code"),
    "value_usd": ("primaryValue", "Trade Value (US$)"),
    "weight_kg": ("netWgt", "Netweight (kg)"),
    "unit": ("qtyUnitAbbr", "Qty Unit"),
}
COMTRADE_OPTIONAL = ("weight_kg", "unit")
WORLD = ("W00", "WLD", "_X")  # partners of Comtrade that are no country
BACI_COLUMNS = ("t", "i", "j", "k", "v", "q")
BACI_ISO3 = ("country_iso3", "iso_3digit_alpha")  # in the file of codes, by release
WEIGHT_UNITS = ("kg", "weight in kilograms", "n/a", "no quantity", "")
FIRST_LINE = 2  # of the rows of a file, below its heading
MAX_NAMED = 5  # countries in a finding


@dataclass(frozen=True)
class _Import:
    """The rows of a file of trade as they are read: where from, and what was left out of them."""

    path: str | Path
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: str, message: str, do: str, rows: pl.DataFrame, **more: Any) -> None:
        """Add a finding on some rows; none where there are none."""
        if rows.is_empty():
            return
        finding = {"severity": "warning", **more}
        lines = tuple(f"line {number}" for number in rows["line"].to_list())
        self.findings.append(
            Finding(kind, message, do, table="trade", file=str(self.path), rows=lines, **finding)
        )


def read_comtrade(
    path: str | Path, countries: pl.DataFrame, sectors: pl.DataFrame
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the trade frame of a UN Comtrade file, with findings on the rows left out.

    Chapters are added up to sectors, the row TOTAL becomes a row without sector; headings under a
    chapter that is there are not counted twice. The series says who reported: ``Comtrade, reported
    by KZ``.

    Parameters
    ----------
    path
        CSV file in either layout that Comtrade has published.
    countries
        Table with country and iso3.
    sectors
        Table with sector_id and hs_chapters.

    Raises
    ------
    CallError
        The file lacks columns of both layouts.
    """
    source = _Import(path)
    rows = _comtrade_rows(_read(path), path)
    is_country = ~pl.col("partner").is_in(WORLD).fill_null(False)
    rows = rows.filter(is_country & pl.col("flow").is_not_null())
    _report_quantities(rows, source)

    is_export = pl.col("flow") == "export"
    rows = rows.with_columns(
        pl.when(is_export).then("reporter").otherwise("partner").alias("from"),
        pl.when(is_export).then("partner").otherwise("reporter").alias("to"),
    )

    codes = _country_codes(countries)
    reporter = pl.col("reporter").replace(codes)
    rows = rows.with_columns(pl.format("Comtrade, reported by {}", reporter).alias("series"))
    return _trade_frame(rows, codes, sectors, source), source.findings


def read_baci(
    path: str | Path, country_codes: str | Path, countries: pl.DataFrame, sectors: pl.DataFrame
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the trade frame of a CEPII BACI file, with findings on the rows left out.

    Parameters
    ----------
    path
        CSV file with the columns t, i, j, k, v (thousand USD) and q (tonnes).
    country_codes
        The file of codes that comes with it (country_code, country_iso3).
    countries
        Table with country and iso3.
    sectors
        Table with sector_id and hs_chapters.

    Raises
    ------
    CallError
        One of the files lacks columns.

    Source
    ------
    Gaulier and Zignago (2010), CEPII working paper 2010-23.
    """
    source = _Import(path)
    rows = _baci_rows(path, _baci_iso3(country_codes))
    return _trade_frame(rows, _country_codes(countries), sectors, source), source.findings


def _read(path: str | Path) -> pl.DataFrame:
    """Return a CSV file, every cell a text."""
    return pl.read_csv(path, infer_schema=False, encoding="utf8-lossy", truncate_ragged_lines=True)


def _baci_rows(path: str | Path, iso3: Mapping[str, str]) -> pl.DataFrame:
    """Return the rows of a BACI file in our columns."""
    raw = _read(path)
    missing = [name for name in BACI_COLUMNS if name not in raw.columns]
    if missing:
        raise CallError(f"{path} is not a BACI file: it has no column {', '.join(missing)}")

    return raw.with_row_index("line", offset=FIRST_LINE).select(
        "line",
        pl.col("t").cast(pl.Int64, strict=False).alias("year"),
        pl.col("i").str.strip_chars().replace(iso3).alias("from"),
        pl.col("j").str.strip_chars().replace(iso3).alias("to"),
        pl.col("k").str.strip_chars().str.zfill(6).alias("chapter"),
        (_number("v") * 1000).alias("value_usd"),
        _number("q").alias("weight_t"),
        pl.lit("BACI").alias("series"),
    )


def _number(column: str) -> pl.Expr:
    """Return the number that a text column holds; null where it holds none."""
    return pl.col(column).str.strip_chars().cast(pl.Float64, strict=False)


def _comtrade_rows(raw: pl.DataFrame, path: str | Path) -> pl.DataFrame:
    """Return the rows of a Comtrade file in our columns, flow as export, import or null."""
    no_column = pl.lit(None, pl.String)
    texts = [
        (pl.col(column) if column else no_column).str.strip_chars().alias(name)
        for name, column in _comtrade_layout(raw, path).items()
    ]

    rows = raw.with_row_index("line", offset=FIRST_LINE).select("line", *texts)
    return rows.with_columns(
        pl.col("year").cast(pl.Int64, strict=False),
        pl.col("value_usd").cast(pl.Float64, strict=False),
        (pl.col("weight_kg").cast(pl.Float64, strict=False) / 1000).alias("weight_t"),
        _direction().alias("flow"),
    )


def _comtrade_layout(raw: pl.DataFrame, path: str | Path) -> dict[str, str | None]:
    """Return the column of a Comtrade file for each of ours; null for one that may be missing."""
    layout = {
        name: next((column for column in columns if column in raw.columns), None)
        for name, columns in COMTRADE_COLUMNS.items()
    }
    missing = [
        " or ".join(COMTRADE_COLUMNS[name])
        for name, column in layout.items()
        if column is None and name not in COMTRADE_OPTIONAL
    ]
    if missing:
        raise CallError(f"{path} is not a UN Comtrade file: it has no column {'; '.join(missing)}")
    return layout


def _direction() -> pl.Expr:
    """Return whether a flow is an export or an import; null for any other."""
    flow = pl.col("flow").str.to_lowercase()
    is_export = flow.str.starts_with("x") | flow.str.starts_with("e")
    is_import = flow.str.starts_with("m") | flow.str.starts_with("i")

    return pl.when(is_export).then(pl.lit("export")).when(is_import).then(pl.lit("import"))


def _baci_iso3(country_codes: str | Path) -> dict[str, str]:
    """Return the ISO 3166-1 alpha-3 code of each country number of BACI."""
    frame = _read(country_codes)
    iso3 = next((name for name in BACI_ISO3 if name in frame.columns), None)
    if iso3 is None or "country_code" not in frame.columns:
        raise CallError(f"{country_codes} needs the columns country_code and country_iso3")
    return dict(zip(frame["country_code"].to_list(), frame[iso3].to_list(), strict=True))


def _country_codes(countries: pl.DataFrame) -> dict[str, str]:
    """Return the code of each country of the study by its ISO 3166-1 alpha-3 code."""
    coded = countries.filter(pl.col("iso3").is_not_null())
    iso3 = coded["iso3"].cast(pl.String).to_list()
    return dict(zip(iso3, coded["country"].to_list(), strict=True))


def _report_quantities(rows: pl.DataFrame, source: _Import) -> None:
    """Report rows whose quantity is not a weight and that have no net weight either."""
    unit = pl.col("unit").str.to_lowercase().fill_null("")
    without_weight = rows.filter(~unit.is_in(list(WEIGHT_UNITS)) & pl.col("weight_t").is_null())
    units = ", ".join(sorted(set(without_weight["unit"])))
    source.add(
        "mixed-units",
        f"{len(without_weight)} rows count in {units}, not in weight: their value is kept, their "
        "weight left empty.",
        "Ask the source for net weight.",
        without_weight,
        column="weight_t",
    )


def _trade_frame(
    rows: pl.DataFrame, codes: Mapping[str, str], sectors: pl.DataFrame, source: _Import
) -> pl.DataFrame:
    """Return rows with ISO-3 codes and HS codes as a trade frame; report what is left out."""
    rows = _of_known_countries(rows, codes, source)
    rows = _with_values(rows, source)
    rows = _of_known_sectors(rows, sectors, source)
    rows = _without_repetitions(rows, source)

    frame = _flows(_coarsest(rows)).with_columns(
        pl.col("from").replace(codes).alias("exporter"),
        pl.col("to").replace(codes).alias("importer"),
        pl.lit("observed").alias("basis"),
    )
    return frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def _flows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the sum of each flow; its weight is null where that of any row is."""
    has_weights = pl.col("weight_t").null_count() == 0
    weight_t = pl.when(has_weights).then(pl.col("weight_t").sum())

    flows = rows.group_by("from", "to", "sector_id", "year", "series", maintain_order=True)
    return flows.agg(pl.col("value_usd").sum(), weight_t.alias("weight_t"))


def _of_known_countries(
    rows: pl.DataFrame, codes: Mapping[str, str], source: _Import
) -> pl.DataFrame:
    """Return the rows between countries of the study."""
    for end in ("from", "to"):
        unknown = rows.filter(~pl.col(end).is_in(list(codes)).fill_null(False))
        names = sorted({str(code) for code in unknown[end].to_list()})
        source.add(
            "unknown-country",
            f"{len(unknown)} rows name {', '.join(names[:MAX_NAMED])}, which countries.csv does "
            "not have: left out.",
            "Add the country with its iso3, or leave it out.",
            unknown,
        )
    return rows.filter(pl.col("from").is_in(list(codes)) & pl.col("to").is_in(list(codes)))


def _with_values(rows: pl.DataFrame, source: _Import) -> pl.DataFrame:
    """Return the rows with a year and a value."""
    value = pl.col("value_usd")
    bad = rows.filter(value.is_null() | (value < 0) | pl.col("year").is_null())
    source.add(
        "bad-value",
        f"{len(bad)} rows have no year, no value or a negative one: left out.",
        "Correct them at the source.",
        bad,
        column="value_usd",
        severity="error",
    )
    return rows.filter(value >= 0, pl.col("year").is_not_null())


def _of_known_sectors(rows: pl.DataFrame, sectors: pl.DataFrame, source: _Import) -> pl.DataFrame:
    """Return the rows of goods that a sector lists, and the totals of all goods."""
    rows = _with_sectors(rows, sectors)
    is_total = pl.col("is_total")
    has_sector = pl.col("sector_id").is_not_null()

    without_sector = rows.filter(~is_total & ~has_sector)
    source.add(
        "unknown-sector",
        f"{len(without_sector)} rows are of goods that no sector lists: left out.",
        "Add the chapter to hs_chapters of a sector.",
        without_sector,
    )
    return rows.filter(is_total | has_sector)


def _with_sectors(rows: pl.DataFrame, sectors: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their sector, and whether they are totals of all goods."""
    chapter = pl.col("chapter")
    sector = chapter.str.slice(0, 2).replace_strict(_sector_of_chapter(sectors), default=None)
    return rows.with_columns(
        (chapter.str.to_uppercase() == "TOTAL").alias("is_total"),
        sector.alias("sector_id"),
    )


def _sector_of_chapter(sectors: pl.DataFrame) -> dict[str, str]:
    """Return the sector that lists each chapter of the Harmonized System."""
    return {
        chapter: row["sector_id"]
        for row in sectors.iter_rows(named=True)
        for chapter in (row["hs_chapters"] or "").split()
    }


def _without_repetitions(rows: pl.DataFrame, source: _Import) -> pl.DataFrame:
    """Return the first row of every flow of the same goods and year."""
    flow = ["from", "to", "chapter", "year", "series"]
    repeated = rows.filter(pl.struct(flow).is_duplicated())
    source.add(
        "duplicate-row",
        f"{len(repeated)} rows repeat a flow of the same goods and year: the first is kept.",
        "Take one classification and one record per flow.",
        repeated,
    )
    return rows.unique(flow, keep="first", maintain_order=True)


def _coarsest(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows to be added up: a file may hold chapters and their headings side by side."""
    depth = pl.col("chapter").str.len_chars()
    chapter = pl.col("chapter").str.slice(0, 2)
    flow = ("from", "to", "year", "series", "sector_id", "is_total", chapter)
    return rows.filter(depth == depth.min().over(*flow))
