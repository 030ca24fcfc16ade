"""Trade data as customs offices publish them: readers for UN Comtrade and CEPII BACI, and what may
be wrong in them.

A trade frame has the columns of the table ``trade`` that a reader can fill: exporter, importer,
sector_id, year, value_usd, weight_t, series, basis.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from corridor.errors import CallError, Finding

_SCHEMA = {
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
_COMTRADE = {
    "year": ("refYear", "Year"),
    "flow": ("flowCode", "Trade Flow"),
    "reporter": ("reporterISO", "Reporter ISO"),
    "partner": ("partnerISO", "Partner ISO"),
    "chapter": ("cmdCode", "Commodity Code"),
    "value_usd": ("primaryValue", "Trade Value (US$)"),
    "weight_kg": ("netWgt", "Netweight (kg)"),
    "unit": ("qtyUnitAbbr", "Qty Unit"),
}
_WEIGHT_UNITS = ("kg", "weight in kilograms", "n/a", "no quantity", "")


def read_comtrade(
    path: str | Path, countries: pl.DataFrame, sectors: pl.DataFrame
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the trade frame of a UN Comtrade file (either layout), with findings on the rows left
    out.

    countries needs country and iso3; sectors needs sector_id and hs_chapters. Chapters are added up
    to sectors, the row TOTAL becomes a row without sector; headings under a chapter that is there
    are not counted twice. The series says who reported: ``Comtrade, reported by KZ``.
    """
    raw = _read(path)
    named = {
        ours: next((c for c in theirs if c in raw.columns), None)
        for ours, theirs in _COMTRADE.items()
    }
    missing = [
        " or ".join(_COMTRADE[k])
        for k, v in named.items()
        if v is None and k not in ("weight_kg", "unit")
    ]
    if missing:
        raise CallError(f"{path} is not a UN Comtrade file: it has no column {'; '.join(missing)}")
    rows = raw.with_row_index("line", offset=2).select(
        "line",
        *[
            (pl.col(v) if v else pl.lit(None, pl.String)).str.strip_chars().alias(k)
            for k, v in named.items()
        ],
    )
    codes = _codes(countries, "iso3")
    flow = pl.col("flow").str.to_lowercase()
    rows = rows.with_columns(
        pl.col("year").cast(pl.Int64, strict=False),
        pl.col("value_usd").cast(pl.Float64, strict=False),
        (pl.col("weight_kg").cast(pl.Float64, strict=False) / 1000).alias("weight_t"),
        pl.when(flow.str.starts_with("x") | flow.str.starts_with("e"))
        .then(pl.lit("export"))
        .when(flow.str.starts_with("m") | flow.str.starts_with("i"))
        .then(pl.lit("import"))
        .alias("flow"),
    )
    world = pl.col("partner").is_in(["W00", "WLD", "_X"])
    rows = rows.filter(~world.fill_null(False) & pl.col("flow").is_not_null())
    findings = _mixed(rows, path)
    rows = rows.with_columns(
        pl.when(pl.col("flow") == "export").then("reporter").otherwise("partner").alias("from"),
        pl.when(pl.col("flow") == "export").then("partner").otherwise("reporter").alias("to"),
    )
    return _finish(
        rows,
        codes,
        sectors,
        path,
        findings,
        series=pl.format("Comtrade, reported by {}", pl.col("reporter").replace(codes)),
    )


def read_baci(
    path: str | Path, country_codes: str | Path, countries: pl.DataFrame, sectors: pl.DataFrame
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the trade frame of a CEPII BACI file (t, i, j, k, v, q), with findings on the rows
    left out.

    country_codes: the file of codes that comes with it (country_code, country_iso3). v is in
    thousand USD, q in tonnes. Source: Gaulier and Zignago (2010), CEPII working paper 2010-23.
    """
    raw = _read(path)
    listed = _read(country_codes)
    if missing := [c for c in ("t", "i", "j", "k", "v", "q") if c not in raw.columns]:
        raise CallError(f"{path} is not a BACI file: it has no column {', '.join(missing)}")
    iso3 = next((c for c in ("country_iso3", "iso_3digit_alpha") if c in listed.columns), None)
    if iso3 is None or "country_code" not in listed.columns:
        raise CallError(f"{country_codes} needs the columns country_code and country_iso3")
    to_iso3 = dict(zip(listed["country_code"].to_list(), listed[iso3].to_list(), strict=True))
    rows = raw.with_row_index("line", offset=2).select(
        "line",
        pl.col("t").cast(pl.Int64, strict=False).alias("year"),
        pl.col("i").str.strip_chars().replace(to_iso3).alias("from"),
        pl.col("j").str.strip_chars().replace(to_iso3).alias("to"),
        pl.col("k").str.strip_chars().str.zfill(6).alias("chapter"),
        (pl.col("v").str.strip_chars().cast(pl.Float64, strict=False) * 1000).alias("value_usd"),
        pl.col("q").str.strip_chars().cast(pl.Float64, strict=False).alias("weight_t"),
    )
    return _finish(rows, _codes(countries, "iso3"), sectors, path, [], series=pl.lit("BACI"))


def _read(path: str | Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False, encoding="utf8-lossy", truncate_ragged_lines=True)


def _codes(countries: pl.DataFrame, column: str) -> dict[str, str]:
    known = countries.filter(pl.col(column).is_not_null())
    return dict(
        zip(known[column].cast(pl.String).to_list(), known["country"].to_list(), strict=True)
    )


def _mixed(rows: pl.DataFrame, path: str | Path) -> list[Finding]:
    """Find rows whose quantity is not a weight and that have no net weight either."""
    unit = pl.col("unit").str.to_lowercase().fill_null("")
    odd = rows.filter(~unit.is_in(list(_WEIGHT_UNITS)) & pl.col("weight_t").is_null())
    if odd.is_empty():
        return []
    return [
        Finding(
            "mixed-units",
            f"{len(odd)} rows count in {', '.join(sorted(set(odd['unit'])))}, not in weight: their "
            "value is kept, their weight left empty.",
            "Ask the source for net weight.",
            severity="warning",
            table="trade",
            column="weight_t",
            file=str(path),
            rows=_lines(odd),
        )
    ]


def _lines(rows: pl.DataFrame) -> tuple[str, ...]:
    return tuple(f"line {n}" for n in rows["line"].to_list())


def _finish(
    rows: pl.DataFrame,
    codes: dict[str, str],
    sectors: pl.DataFrame,
    path: str | Path,
    findings: list[Finding],
    *,
    series: pl.Expr,
) -> tuple[pl.DataFrame, list[Finding]]:
    """Turn rows with ISO-3 codes and HS codes into a trade frame; collect what had to be left
    out."""
    found = list(findings)
    for column in ("from", "to"):
        lost = rows.filter(~pl.col(column).is_in(list(codes)).fill_null(False))
        if len(lost):
            names = ", ".join(sorted({str(x) for x in lost[column].to_list()})[:5])
            found.append(
                Finding(
                    "unknown-country",
                    f"{len(lost)} rows name {names}, which countries.csv does not have: left out.",
                    "Add the country with its iso3, or leave it out.",
                    severity="warning",
                    table="trade",
                    file=str(path),
                    rows=_lines(lost),
                )
            )
    rows = rows.filter(pl.col("from").is_in(list(codes)) & pl.col("to").is_in(list(codes)))
    bad = rows.filter(
        pl.col("value_usd").is_null() | (pl.col("value_usd") < 0) | pl.col("year").is_null()
    )
    if len(bad):
        found.append(
            Finding(
                "bad-value",
                f"{len(bad)} rows have no year, no value or a negative one: left out.",
                "Correct them at the source.",
                table="trade",
                column="value_usd",
                file=str(path),
                rows=_lines(bad),
            )
        )
    rows = rows.filter(pl.col("value_usd") >= 0, pl.col("year").is_not_null())
    by_chapter = {
        chapter: row["sector_id"]
        for row in sectors.iter_rows(named=True)
        for chapter in (row["hs_chapters"] or "").split()
    }
    total = pl.col("chapter").str.to_uppercase() == "TOTAL"
    rows = rows.with_columns(
        total.alias("total"),
        pl.col("chapter")
        .str.slice(0, 2)
        .replace_strict(by_chapter, default=None)
        .alias("sector_id"),
        series.alias("series"),
    )
    nowhere = rows.filter(~pl.col("total") & pl.col("sector_id").is_null())
    if len(nowhere):
        found.append(
            Finding(
                "unknown-sector",
                f"{len(nowhere)} rows are of goods that no sector lists: left out.",
                "Add the chapter to hs_chapters of a sector.",
                severity="warning",
                table="trade",
                file=str(path),
                rows=_lines(nowhere),
            )
        )
    rows = rows.filter(pl.col("total") | pl.col("sector_id").is_not_null())
    keys = ["from", "to", "chapter", "year", "series"]
    twice = rows.filter(pl.struct(keys).is_duplicated())
    if len(twice):
        found.append(
            Finding(
                "duplicate-row",
                f"{len(twice)} rows repeat a flow of the same goods and year: the first is kept.",
                "Take one classification and one record per flow.",
                severity="warning",
                table="trade",
                file=str(path),
                rows=_lines(twice),
            )
        )
    rows = rows.unique(keys, keep="first", maintain_order=True)
    # A file may hold chapters and their headings side by side: only the coarsest are added up.
    depth = pl.col("chapter").str.len_chars()
    rows = rows.filter(
        depth
        == depth.min().over(
            "from", "to", "year", "series", "sector_id", "total", pl.col("chapter").str.slice(0, 2)
        )
    )
    weight = pl.when(pl.col("weight_t").null_count() == 0).then(pl.col("weight_t").sum())
    frame = (
        rows.group_by("from", "to", "sector_id", "year", "series", maintain_order=True)
        .agg(pl.col("value_usd").sum(), weight.alias("weight_t"))
        .with_columns(
            pl.col("from").replace(codes).alias("exporter"),
            pl.col("to").replace(codes).alias("importer"),
            pl.lit("observed").alias("basis"),
        )
    )
    return frame.select(pl.col(c).cast(t) for c, t in _SCHEMA.items()), found
