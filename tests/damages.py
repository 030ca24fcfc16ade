"""Kinds of damage to a copy of the starter study, and the finding that must come of each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import xlsxwriter

Do = Callable[[Path], None]


@dataclass(frozen=True)
class Damage:
    """What is done to a copy of the starter study and the finding that must come of it.

    also: other kinds of error the same damage rightly gives; without them it must be the only kind.
    """

    name: str
    do: Do
    kind: str
    file: str | None
    line: int | None = None
    severity: str = "error"
    also: frozenset[str] = frozenset()
    cure: str = ""


def swap(file: str, old: str, to: str) -> Do:
    """Replace a text that stands in a file exactly once."""

    def do(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (folder / file).write_text(text.replace(old, to), "utf-8")

    return do


def every(file: str, old: str, to: str) -> Do:
    def do(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, to), "utf-8")

    return do


def data(file: str, change: Callable[[bytes], bytes]) -> Do:
    def do(folder: Path) -> None:
        (folder / file).write_bytes(change((folder / file).read_bytes()))

    return do


def add(file: str, line: str) -> Do:
    return data(file, lambda old: old + line.encode() + b"\n")


def remove(file: str) -> Do:
    return lambda folder: (folder / file).unlink()


def cell(file: str, row: str, column: str, value: str) -> Do:
    """Write one cell of the row with this key."""

    def do(folder: Path) -> None:
        frame = pl.read_csv(folder / file, infer_schema=False)
        key = frame.columns[0]
        assert row in frame[key].to_list()
        here = (
            pl.when(pl.col(key) == row).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
        )
        frame.with_columns(here).write_csv(folder / file)

    return do


def both(*steps: Do) -> Do:
    def do(folder: Path) -> None:
        for step in steps:
            step(folder)

    return do


def copied(file: str, to: str) -> Do:
    def do(folder: Path) -> None:
        shutil.copy(folder / file, folder / to)

    return do


def drop(file: str, column: str) -> Do:
    def do(folder: Path) -> None:
        pl.read_csv(folder / file, infer_schema=False).drop(column).write_csv(folder / file)

    return do


def linked(folder: Path) -> None:
    shutil.copy(folder / "rates.csv", folder.parent / "outside.csv")
    (folder / "rates.csv").unlink()
    os.symlink(folder.parent / "outside.csv", folder / "rates.csv")


def twice(folder: Path) -> None:
    pl.read_csv(folder / "rates.csv", infer_schema=False).write_parquet(folder / "rates.parquet")


def broken_parquet(folder: Path) -> None:
    frame = pl.read_csv(folder / "rates.csv", infer_schema=False)
    frame.write_parquet(folder / "rates.parquet")
    (folder / "rates.csv").unlink()
    whole = (folder / "rates.parquet").read_bytes()
    (folder / "rates.parquet").write_bytes(whole[: len(whole) // 2])


def listed_parquet(folder: Path) -> None:
    frame = pl.read_csv(folder / "services.csv", infer_schema=False)
    frame.with_columns(pl.col("link_ids").str.split(" ")).write_parquet(folder / "services.parquet")
    (folder / "services.csv").unlink()


def broken_workbook(folder: Path) -> None:
    (folder / "rates.xlsx").write_bytes(b"PK\x03\x04 and no more")


def error_cell(folder: Path) -> None:
    frame = pl.read_csv(folder / "rates.csv", infer_schema=False)
    (folder / "rates.csv").unlink()
    with xlsxwriter.Workbook(folder / "rates.xlsx") as book:
        sheet = book.add_worksheet("rates")
        sheet.write_row(0, 0, frame.columns)
        for i, row in enumerate(frame.iter_rows(), 1):
            sheet.write_row(i, 0, row)
        sheet.write_formula(2, 6, "=1/0", None, "#DIV/0!")


def sea_link(folder: Path) -> None:
    row = "almaty-shymkent-sea,almaty,shymkent,sea,,700,30,,,,,,,existing,true,,,,example,C,"
    add("links.csv", row)(folder)
    add("rates.csv", "sea,sea,,,,,0.1,,,example,C,")(folder)
    add("emissions.csv", "sea,sea,,,,10,,,,example,C,")(folder)


DAMAGES = [
    # files
    Damage("table missing", remove("links.csv"), "missing-table", "links.csv"),
    Damage("empty file", data("rates.csv", lambda _: b""), "empty-file", "rates.csv"),
    Damage(
        "only a byte order mark",
        data("rates.csv", lambda _: b"\xef\xbb\xbf\r\n"),
        "empty-file",
        "rates.csv",
    ),
    Damage(
        "header only", data("rates.csv", lambda old: old.splitlines()[0]), "no-rows", "rates.csv"
    ),
    Damage(
        "windows-1251",
        data("nodes.csv", lambda old: old.replace(b"Almaty", "Алматы".encode("cp1251"))),
        "bad-encoding",
        "nodes.csv",
        2,
    ),
    Damage(
        "utf-16",
        data("rates.csv", lambda old: old.decode().encode("utf-16")),
        "bad-encoding",
        "rates.csv",
        1,
    ),
    Damage(
        "nul byte",
        data("links.csv", lambda old: old.replace(b"750", b"7\x000")),
        "binary-file",
        "links.csv",
        6,
    ),
    Damage(
        "workbook named csv",
        data("rates.csv", lambda old: b"PK\x03\x04" + old),
        "binary-file",
        "rates.csv",
    ),
    Damage(
        "gzip named csv",
        data("rates.csv", lambda old: b"\x1f\x8b" + old),
        "binary-file",
        "rates.csv",
    ),
    Damage(
        "random bytes",
        data("rates.csv", lambda _: bytes(range(128, 256)) * 9),
        "bad-encoding",
        "rates.csv",
        1,
    ),
    Damage("parted by bars", every("rates.csv", ",", "|"), "wrong-delimiter", "rates.csv", 1),
    Damage(
        "line for Excel",
        data("rates.csv", lambda old: b"sep=,\n" + old),
        "wrong-delimiter",
        "rates.csv",
        1,
    ),
    Damage(
        "quote not closed",
        swap("nodes.csv", "Shymkent,", '"Shymkent,'),
        "unclosed-quote",
        "nodes.csv",
    ),
    Damage(
        "text after quote",
        swap("nodes.csv", "Shymkent,", '"Shym"kent,'),
        "bad-quotes",
        "nodes.csv",
        3,
    ),
    Damage("a cell too many", swap("links.csv", "700,55", "700,55,"), "ragged-row", "links.csv", 2),
    Damage("a cell too few", swap("links.csv", "700,55", "700"), "ragged-row", "links.csv", 2),
    Damage("conflict marks", add("links.csv", "<<<<<<< HEAD"), "ragged-row", "links.csv", 11),
    Damage(
        "line of a megabyte",
        data("rates.csv", lambda old: old + b"x" * 1_000_001),
        "line-too-long",
        "rates.csv",
        7,
    ),
    Damage(
        "cell of 200,000 signs",
        data("rates.csv", lambda old: old + b"x" * 200_000 + b"\n"),
        "cell-too-long",
        "rates.csv",
    ),
    Damage(
        "header of 200,000 signs",
        data("rates.csv", lambda _: b"x" * 200_000 + b"\n"),
        "cell-too-long",
        "rates.csv",
    ),
    Damage("link to a file outside", linked, "outside-folder", "rates.csv"),
    Damage(
        "folder named as a table",
        both(remove("rates.csv"), lambda f: (f / "rates.csv").mkdir()),
        "not-a-file",
        "rates.csv",
    ),
    Damage(
        "pipe named as a table",
        both(remove("rates.csv"), lambda f: os.mkfifo(f / "rates.csv")),
        "not-a-file",
        "rates.csv",
    ),
    Damage("table in two files", twice, "two-files", "rates.parquet"),
    Damage("half a parquet", broken_parquet, "broken-parquet", "rates.parquet"),
    Damage("lists in a parquet", listed_parquet, "bad-column-type", "services.parquet"),
    Damage(
        "damaged workbook",
        both(remove("rates.csv"), broken_workbook),
        "broken-workbook",
        "rates.xlsx",
    ),
    Damage("error in a workbook", error_cell, "spreadsheet-error", "rates.xlsx", 3),
    Damage(
        "unknown table",
        copied("rates.csv", "rate.csv"),
        "unknown-table",
        "rate.csv",
        severity="warning",
        cure="rates.csv",
    ),
    Damage(
        "ending not read",
        copied("rates.csv", "rates.tsv"),
        "unread-file",
        "rates.tsv",
        severity="warning",
    ),
    # columns
    Damage(
        "unknown column",
        swap("rates.csv", "mode,country,form", "mode,country,shape"),
        "unknown-column",
        "rates.csv",
        1,
        "warning",
    ),
    Damage(
        "column twice",
        swap("rates.csv", "mode,country,form", "mode,mode,form"),
        "duplicate-column",
        "rates.csv",
        1,
    ),
    Damage("column missing", drop("links.csv", "length_km"), "missing-column", "links.csv", 1),
    Damage(
        "miles",
        swap("links.csv", "length_km", "length_mi"),
        "missing-column",
        "links.csv",
        1,
        cure="1.609344",
    ),
    Damage(
        "metres",
        swap("links.csv", "length_km", "length_m"),
        "missing-column",
        "links.csv",
        1,
        cure="divide by 1000",
    ),
    Damage(
        "column misspelt",
        swap("links.csv", "to_node_id", "to_nodeid"),
        "missing-column",
        "links.csv",
        1,
        cure="to_nodeid",
    ),
    Damage(
        "column without name",
        swap("nodes.csv", "unlocode", ""),
        "unnamed-column",
        "nodes.csv",
        1,
        "warning",
    ),
    # cells
    Damage(
        "value missing",
        cell("links.csv", "almaty-shymkent-road", "length_km", ""),
        "missing-value",
        "links.csv",
        2,
    ),
    Damage(
        "decimal comma",
        cell("links.csv", "keles-tashkent-rail", "length_km", "18,5"),
        "bad-number",
        "links.csv",
        9,
        cure="18.5",
    ),
    Damage(
        "thousands",
        cell("links.csv", "almaty-shymkent-rail", "length_km", "1 750"),
        "bad-number",
        "links.csv",
        6,
        cure="1750",
    ),
    Damage(
        "unit in a cell",
        cell("links.csv", "keles-tashkent-rail", "length_km", "18 km"),
        "bad-number",
        "links.csv",
        9,
        cure="18 alone",
    ),
    Damage(
        "nan",
        cell("links.csv", "zhibek-tashkent-road", "fixed_usd", "NaN"),
        "bad-number",
        "links.csv",
        4,
        cure="empty",
    ),
    Damage(
        "infinity",
        cell("links.csv", "zhibek-tashkent-road", "fixed_usd", "inf"),
        "bad-number",
        "links.csv",
        4,
    ),
    Damage(
        "range in a cell",
        cell("links.csv", "zhibek-tashkent-road", "fixed_usd", "50-80"),
        "bad-number",
        "links.csv",
        4,
        cure="note",
    ),
    Damage(
        "spreadsheet error",
        cell("links.csv", "zhibek-tashkent-road", "fixed_usd", "#REF!"),
        "bad-number",
        "links.csv",
        4,
        cure="formula",
    ),
    Damage(
        "gauge of a half",
        cell("links.csv", "keles-tashkent-rail", "gauge_mm", "1520.5"),
        "bad-integer",
        "links.csv",
        9,
    ),
    Damage(
        "yes for true",
        cell("links.csv", "keles-tashkent-rail", "two_way", "yes"),
        "bad-boolean",
        "links.csv",
        9,
        cure="true",
    ),
    Damage(
        "day number",
        cell("changes.csv", "border-shut", "from_on", "46388"),
        "bad-date",
        "changes.csv",
        2,
        cure="2027-01-01",
    ),
    Damage(
        "date of unsure order",
        cell("changes.csv", "border-shut", "from_on", "01/02/2027"),
        "bad-date",
        "changes.csv",
        2,
    ),
    Damage(
        "day that is not",
        cell("changes.csv", "border-shut", "from_on", "2027-02-30"),
        "bad-date",
        "changes.csv",
        2,
    ),
    Damage(
        "season as a date",
        cell("windows.csv", "shymkent-winter", "season_from", "01-Dec"),
        "bad-monthday",
        "windows.csv",
        2,
        also=frozenset({"half-season"}),
    ),
    Damage(
        "30 February",
        cell("windows.csv", "shymkent-winter", "season_to", "02-30"),
        "bad-monthday",
        "windows.csv",
        2,
        also=frozenset({"half-season"}),
    ),
    Damage(
        "hours",
        cell("windows.csv", "shymkent-winter", "hours", "8-20"),
        "bad-hours",
        "windows.csv",
        2,
    ),
    Damage(
        "timetable",
        cell("services.csv", "block-train", "timetable", "Monday 8am"),
        "bad-timetable",
        "services.csv",
        2,
    ),
    Damage(
        "choice misspelt",
        cell("links.csv", "keles-tashkent-rail", "mode", "rial"),
        "bad-choice",
        "links.csv",
        9,
        cure="'rail'",
    ),
    Damage(
        "capital id",
        cell("links.csv", "keles-tashkent-rail", "operator", "Uzbekistan Railways"),
        "bad-id",
        "links.csv",
        9,
        cure="uzbekistan-railways",
    ),
    Damage(
        "country by name",
        cell("nodes.csv", "keles", "country", "Uzbekistan"),
        "bad-country",
        "nodes.csv",
        6,
    ),
    Damage(
        "commas between words",
        cell("cargoes.csv", "bulk", "allowed_modes", "road, rail"),
        "bad-words",
        "cargoes.csv",
        3,
    ),
    Damage(
        "text lost on the way",
        cell("nodes.csv", "keles", "name", "K\ufffdles"),
        "bad-text",
        "nodes.csv",
        6,
    ),
    # rows beside each other
    Damage(
        "key twice",
        add("nodes.csv", "keles,Keles 2,UZ,city,69.3,41.5,,osm,A,"),
        "duplicate-key",
        "nodes.csv",
        9,
    ),
    Damage(
        "unknown node",
        cell("links.csv", "keles-tashkent-rail", "to_node_id", "tashkend"),
        "unknown-node",
        "links.csv",
        9,
        cure="'tashkent'",
    ),
    Damage(
        "unknown link in a service",
        swap("services.csv", "keles-tashkent-rail", "keles-tashkent-rial"),
        "unknown-link",
        "services.csv",
        2,
        cure="keles-tashkent-rail",
    ),
    Damage(
        "unknown source",
        cell("demand.csv", "almaty-tashkent-boxes", "source_id", "exmple"),
        "unknown-source",
        "demand.csv",
        2,
        cure="'example'",
    ),
    Damage(
        "unknown cargo",
        cell("demand.csv", "almaty-tashkent-boxes", "cargo_id", "container-45"),
        "unknown-cargo",
        "demand.csv",
        2,
    ),
    Damage(
        "unknown country",
        cell("rates.csv", "road-bulk", "country", "XQ"),
        "unknown-country",
        "rates.csv",
        4,
    ),
    Damage(
        "unknown mode",
        cell("cargoes.csv", "bulk", "allowed_modes", "road train"),
        "unknown-word",
        "cargoes.csv",
        3,
    ),
    Damage(
        "unknown weekday",
        cell("windows.csv", "shymkent-winter", "weekdays", "mon tues"),
        "unknown-word",
        "windows.csv",
        2,
        cure="tue",
    ),
    Damage(
        "link to itself",
        cell("links.csv", "almaty-shymkent-road", "to_node_id", "almaty"),
        "self-link",
        "links.csv",
        2,
    ),
    Damage(
        "demand to itself",
        cell("demand.csv", "almaty-tashkent-boxes", "destination_node_id", "almaty"),
        "same-place",
        "demand.csv",
        2,
    ),
    Damage(
        "stand-in -1",
        cell("links.csv", "zhibek-tashkent-road", "fixed_h", "-1"),
        "out-of-range",
        "links.csv",
        4,
        cure="empty",
    ),
    Damage(
        "stand-in 9999",
        cell("links.csv", "zhibek-tashkent-road", "fixed_usd", "9999"),
        "placeholder",
        "links.csv",
        4,
        "warning",
        cure="empty",
    ),
    Damage(
        "stand-in 1e6",
        cell("links.csv", "zhibek-tashkent-road", "capacity_t_per_day", "1e6"),
        "placeholder",
        "links.csv",
        4,
        "warning",
    ),
    Damage(
        "per cent",
        cell("windows.csv", "shymkent-winter", "open_share", "90"),
        "out-of-range",
        "windows.csv",
        2,
        cure="0.9",
    ),
    Damage(
        "latitude of 96",
        cell("nodes.csv", "keles", "lat_deg", "96"),
        "out-of-range",
        "nodes.csv",
        6,
    ),
    Damage(
        "negative frequency",
        cell("hazards.csv", "border-stops", "events_per_year", "-0.5"),
        "out-of-range",
        "hazards.csv",
        2,
    ),
    Damage(
        "spread beyond every number",
        cell("hazards.csv", "border-stops", "duration_sigma", "9999"),
        "out-of-range",
        "hazards.csv",
        2,
    ),
    Damage(
        "p95 below median",
        cell("links.csv", "zhibek-tashkent-road", "fixed_p95_h", "4"),
        "p95-below-median",
        "links.csv",
        4,
    ),
    Damage(
        "p95 without median",
        cell("links.csv", "zhibek-tashkent-road", "fixed_h", ""),
        "p95-without-median",
        "links.csv",
        4,
    ),
    Damage(
        "window of nothing",
        cell("windows.csv", "shymkent-winter", "link_id", ""),
        "window-target",
        "windows.csv",
        2,
    ),
    Damage(
        "window of two",
        cell("windows.csv", "shymkent-winter", "node_id", "almaty"),
        "window-target",
        "windows.csv",
        2,
    ),
    Damage(
        "no spell",
        cell("windows.csv", "shymkent-winter", "closed_spell_h", ""),
        "missing-spell",
        "windows.csv",
        2,
    ),
    Damage(
        "half a season",
        cell("windows.csv", "shymkent-winter", "season_to", ""),
        "half-season",
        "windows.csv",
        2,
    ),
    Damage(
        "period of no day",
        cell("changes.csv", "border-shut", "to_on", "2027-01-01"),
        "empty-period",
        "changes.csv",
        2,
    ),
    Damage(
        "service with a gap",
        swap("services.csv", " shymkent-saryagash-rail", ""),
        "broken-service",
        "services.csv",
        2,
    ),
    Damage(
        "service begins elsewhere",
        cell("services.csv", "block-train", "from_node_id", "samarkand"),
        "service-start",
        "services.csv",
        2,
    ),
    Damage(
        "service over two gauges",
        cell("links.csv", "saryagash-keles-rail", "gauge_mm", "1435"),
        "mixed-layers",
        "services.csv",
        2,
    ),
    Damage(
        "service without departures",
        cell("services.csv", "block-train", "timetable", ""),
        "no-departures",
        "services.csv",
        2,
    ),
    Damage(
        "railway without gauge",
        cell("links.csv", "tashkent-samarkand-rail", "gauge_mm", ""),
        "missing-gauge",
        "links.csv",
        10,
    ),
    Damage(
        "road with gauge",
        cell("links.csv", "almaty-shymkent-road", "gauge_mm", "1520"),
        "gauge-off-rails",
        "links.csv",
        2,
    ),
    Damage(
        "open without speed",
        cell("links.csv", "almaty-shymkent-road", "speed_kmh", ""),
        "missing-speed",
        "links.csv",
        2,
    ),
    Damage(
        "border without hours",
        both(
            cell("links.csv", "zhibek-tashkent-road", "fixed_h", ""),
            cell("links.csv", "zhibek-tashkent-road", "fixed_p95_h", ""),
        ),
        "border-without-hours",
        "links.csv",
        4,
        "warning",
    ),
    Damage(
        "terminal to a layer that is not there",
        cell("terminals.csv", "almaty-bulk", "to_layer", "rail-1435"),
        "idle-terminal",
        "terminals.csv",
        3,
        "warning",
    ),
    Damage(
        "unknown layer",
        cell("terminals.csv", "almaty-bulk", "to_layer", "rail"),
        "unknown-layer",
        "terminals.csv",
        3,
    ),
    Damage(
        "terminal to the same layer",
        cell("terminals.csv", "almaty-bulk", "to_layer", "road"),
        "same-layer",
        "terminals.csv",
        3,
    ),
    Damage(
        "rule without hours",
        cell("rules.csv", "inspection", "value", ""),
        "rule-without-value",
        "rules.csv",
        3,
    ),
    Damage(
        "rule without paper",
        cell("rules.csv", "waybill", "document", ""),
        "rule-without-document",
        "rules.csv",
        2,
    ),
    Damage(
        "rate of nothing",
        cell("rates.csv", "road-bulk", "usd_per_t_km", ""),
        "empty-rate",
        "rates.csv",
        4,
    ),
    Damage(
        "cargo without rate",
        both(sea_link, cell("cargoes.csv", "bulk", "allowed_modes", "road rail sea")),
        "no-rate",
        "cargoes.csv",
        3,
        "warning",
    ),
    Damage(
        "two rates for one case",
        add("rates.csv", "again,road,,bulk,,,,0.06,,example,C,"),
        "same-case",
        "rates.csv",
        7,
        "warning",
    ),
    # changes, selectors, alternatives
    Damage(
        "selector not read",
        cell("hazards.csv", "border-stops", "row_id", "border:KZ-UZ"),
        "bad-selector",
        "hazards.csv",
        2,
    ),
    Damage(
        "crossing of one country",
        cell("rules.csv", "waybill", "row_id", "crossing:KZ"),
        "bad-selector",
        "rules.csv",
        2,
    ),
    Damage(
        "selector of nothing",
        cell("changes.csv", "border-shut", "row_id", "crossing:KZ-UA"),
        "selects-nothing",
        "changes.csv",
        2,
        cure="KZ-UZ",
    ),
    Damage(
        "selector half of nothing",
        cell("changes.csv", "border-shut", "row_id", "crossing:KZ-UZ country:KG"),
        "selects-nothing",
        "changes.csv",
        2,
        "warning",
    ),
    Damage(
        "selector of an unknown link",
        cell("rules.csv", "inspection", "row_id", "zhibek-tashkent"),
        "unknown-link",
        "rules.csv",
        3,
        cure="zhibek-tashkent-road",
    ),
    Damage(
        "links meant in another table",
        add("changes.csv", "dearer,rates,mode:road,usd_per_t_km,scale,1.1,,,,example,C,"),
        "bad-selector",
        "changes.csv",
        3,
    ),
    Damage(
        "change of an unknown row",
        add("changes.csv", "dearer,rates,road-bulky,usd_per_t_km,scale,1.1,,,,example,C,"),
        "unknown-rate",
        "changes.csv",
        3,
        cure="road-bulk",
    ),
    Damage(
        "change of an unknown column",
        cell("changes.csv", "border-shut", "column", "state"),
        "unknown-column",
        "changes.csv",
        2,
        cure="status",
    ),
    Damage(
        "change to an unknown status",
        cell("changes.csv", "border-shut", "value", "shut"),
        "bad-value",
        "changes.csv",
        2,
    ),
    Damage(
        "scaling a text",
        cell("changes.csv", "border-shut", "op", "scale"),
        "bad-op",
        "changes.csv",
        2,
    ),
    Damage(
        "change out of range",
        add("changes.csv", "faster,links,mode:rail,speed_kmh,set,2000,,,,example,C,"),
        "out-of-range",
        "changes.csv",
        3,
    ),
    Damage(
        "changes that contradict",
        add(
            "changes.csv",
            "border-shut,links,zhibek-tashkent-road,status,set,existing,2027-01-15,,,example,C,",
        ),
        "contradictory-changes",
        "changes.csv",
        3,
    ),
    Damage(
        "row twice",
        data("changes.csv", lambda old: old + old.splitlines(keepends=True)[1]),
        "duplicate-row",
        "changes.csv",
        3,
        "warning",
    ),
    Damage(
        "undeclared option",
        cell("rates.csv", "road-high", "alternative", "road-price:higher"),
        "unknown-option",
        "rates.csv",
        3,
        cure="road-price:high",
    ),
    Damage(
        "no default option",
        cell("parameters.csv", "road-price:low", "is_default", "false"),
        "default-count",
        "parameters.csv",
        2,
    ),
    Damage(
        "two default options",
        cell("parameters.csv", "road-price:high", "is_default", "true"),
        "default-count",
        "parameters.csv",
        2,
    ),
    Damage(
        "option not read",
        add("parameters.csv", "rail price,dear,true,example,C,"),
        "bad-option",
        "parameters.csv",
        4,
    ),
    Damage(
        "parameter of nothing",
        add("parameters.csv", "rail-price:low,cheap,true,example,C,"),
        "unused-parameter",
        "parameters.csv",
        4,
        "warning",
    ),
    # plausibility
    Damage(
        "shorter than the air line",
        cell("links.csv", "tashkent-samarkand-road", "length_km", "200"),
        "shorter-than-air-line",
        "links.csv",
        5,
        "warning",
    ),
    Damage(
        "many times longer",
        cell("links.csv", "tashkent-samarkand-road", "length_km", "3100"),
        "far-longer-than-air-line",
        "links.csv",
        5,
        "warning",
    ),
    Damage(
        "train at walking pace",
        cell("links.csv", "tashkent-samarkand-rail", "speed_kmh", "3"),
        "implausible-speed",
        "links.csv",
        10,
        "warning",
    ),
    Damage(
        "swapped",
        both(
            cell("nodes.csv", "samarkand", "lon_deg", "39.6546"),
            cell("nodes.csv", "samarkand", "lat_deg", "66.9644"),
        ),
        "swapped-lon-lat",
        "nodes.csv",
        8,
        "warning",
        cure="66.9644 as lon_deg",
    ),
    Damage(
        "wrong sign",
        cell("nodes.csv", "samarkand", "lon_deg", "-66.9644"),
        "wrong-sign",
        "nodes.csv",
        8,
        "warning",
    ),
    Damage(
        "another country",
        cell("nodes.csv", "samarkand", "lon_deg", "60.6"),
        "other-country",
        "nodes.csv",
        8,
        "warning",
    ),
    Damage(
        "at sea",
        both(
            cell("nodes.csv", "samarkand", "lon_deg", "65"),
            cell("nodes.csv", "samarkand", "lat_deg", "15"),
        ),
        "node-at-sea",
        "nodes.csv",
        8,
        "warning",
    ),
    Damage(
        "code of another country",
        cell("nodes.csv", "samarkand", "unlocode", "KZSKD"),
        "unlocode-country",
        "nodes.csv",
        8,
        "warning",
    ),
    Damage(
        "code of four letters",
        cell("nodes.csv", "samarkand", "unlocode", "UZSK"),
        "bad-unlocode",
        "nodes.csv",
        8,
        "warning",
    ),
    Damage(
        "two places at one point",
        add("nodes.csv", "keles-2,Keles town,UZ,city,69.2059,41.4068,,osm,A,"),
        "same-point",
        "nodes.csv",
        9,
        "warning",
    ),
    Damage(
        "two places of one name",
        add("nodes.csv", "keles-2,Keles,UZ,city,69.3,41.4,,osm,A,"),
        "same-name",
        "nodes.csv",
        9,
        "warning",
    ),
    Damage(
        "place without link",
        add("nodes.csv", "bukhara,Bukhara,UZ,city,64.4286,39.7747,,geonames,A,"),
        "unlinked-nodes",
        "nodes.csv",
        9,
        "warning",
    ),
    # study.toml
    Damage("no study.toml", remove("study.toml"), "missing-settings", "study.toml"),
    Damage(
        "not TOML",
        swap("study.toml", 'id = "starter"', "id = starter"),
        "bad-toml",
        "study.toml",
        2,
    ),
    Damage(
        "unknown key",
        swap("study.toml", "price_year", "price_years"),
        "missing-setting",
        "study.toml",
        1,
    ),
    Damage(
        "key misspelt",
        swap("study.toml", "licence =", "license ="),
        "unknown-setting",
        "study.toml",
        6,
        "warning",
        cure="licence",
    ),
    Damage(
        "year in quotes",
        swap("study.toml", "price_year = 2025", 'price_year = "2025"'),
        "bad-setting",
        "study.toml",
        4,
    ),
    Damage(
        "unknown default",
        swap("study.toml", 'default_scenario = "base"', 'default_scenario = "bas"'),
        "unknown-scenario",
        "study.toml",
        5,
        cure="'base'",
    ),
    Damage(
        "date in quotes",
        swap("study.toml", "as_of = 2027-01-01", 'as_of = "2027-01-01"'),
        "bad-setting",
        "study.toml",
        18,
    ),
    Damage(
        "unknown change",
        swap("study.toml", '["border-shut"]', '["border-shutt"]'),
        "unknown-change",
        "study.toml",
        19,
        cure="border-shut",
    ),
    Damage(
        "unknown parameter",
        swap("study.toml", 'road-price = "high"', 'road-prices = "high"'),
        "unknown-parameter",
        "study.toml",
        20,
    ),
    Damage(
        "unknown option",
        swap("study.toml", 'road-price = "high"', 'road-price = "hi"'),
        "unknown-option",
        "study.toml",
        20,
    ),
    Damage(
        "trip from nowhere",
        swap("study.toml", 'origin = "almaty"', 'origin = "almati"'),
        "unknown-node",
        "study.toml",
        24,
        cure="almaty",
    ),
    Damage(
        "trip on an unknown layer",
        swap("study.toml", "tashkent@rail-1520", "tashkent@rail-1435"),
        "unknown-layer",
        "study.toml",
        32,
        cure="rail-1520",
    ),
    Damage(
        "trip of an unknown cargo",
        swap("study.toml", 'cargo = "bulk"', 'cargo = "bulky"'),
        "unknown-cargo",
        "study.toml",
        33,
    ),
    Damage(
        "trip without day",
        swap("study.toml", "depart = 2026-07-01", ""),
        "missing-setting",
        "study.toml",
    ),
    Damage(
        "trip twice",
        swap("study.toml", "shymkent-tashkent-bulk", "almaty-samarkand"),
        "duplicate-trip",
        "study.toml",
        30,
    ),
]
