"""Kinds of damage to a copy of the starter study, and the finding that must come of each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

Step = Callable[[Path], None]  # what is done to the folder of the study
STARTER = resources.files("corridor.study") / "starter"


@dataclass(frozen=True)
class Damage:
    """What is done to a copy of the starter study and the finding that must come of it.

    also: other kinds of error the same damage rightly gives; without them it must be the only kind.
    """

    name: str
    do: Step
    kind: str
    file: str | None
    line: int | None = None
    severity: str = "error"
    also: frozenset[str] = frozenset()
    cure: str = ""


# Damages by what they change; ``more`` is line, severity, also and cure of the finding.


def cell(name: str, place: str, value: str, kind: str, **more: Any) -> Damage:
    """Write one cell: place is file, key of the row and column; the finding is on that line."""
    file, row, column = place.split()
    keys = pl.read_csv(STARTER.joinpath(file).read_bytes(), infer_schema=False).to_series()
    line = keys.to_list().index(row) + 2
    step = write_cell(file, row, column, value)
    return Damage(name, step, kind, **{"file": file, "line": line, **more})


def row(name: str, file: str, text: str, kind: str, **more: Any) -> Damage:
    """Add a row at the end, where the finding is."""
    line = len(STARTER.joinpath(file).read_bytes().splitlines()) + 1
    step = rewrite(file, lambda old: old + text.encode() + b"\n")
    return Damage(name, step, kind, file, line, **more)


def text(name: str, file: str, old: str, new: str, kind: str, **more: Any) -> Damage:
    """Replace a text that stands in a file exactly once."""
    return Damage(name, replace_text(file, old, new), kind, file, **more)


def header(name: str, file: str, old: str, new: str, kind: str, **more: Any) -> Damage:
    """Replace a text of a file's first line."""
    return text(name, file, old, new, kind, line=1, **more)


def setting(name: str, old: str, new: str, kind: str, **more: Any) -> Damage:
    """Replace a text of study.toml."""
    return text(name, "study.toml", old, new, kind, **more)


def data(name: str, file: str, change: Callable[[bytes], bytes], kind: str, **more: Any) -> Damage:
    """Change the bytes of a file."""
    return Damage(name, rewrite(file, change), kind, file, **more)


# Steps


def write_cell(file: str, key: str, column: str, value: str) -> Step:
    """Return the step that writes one cell of the row with this key."""

    def step(folder: Path) -> None:
        frame = pl.read_csv(folder / file, infer_schema=False)
        keys = pl.col(frame.columns[0])
        assert frame.filter(keys == key).height == 1
        written = pl.when(keys == key).then(pl.lit(value)).otherwise(pl.col(column))
        frame.with_columns(written.alias(column)).write_csv(folder / file)

    return step


def replace_text(file: str, old: str, new: str) -> Step:
    """Return the step that replaces a text standing in a file exactly once."""

    def step(folder: Path) -> None:
        content = (folder / file).read_text("utf-8")
        assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in {file}"
        (folder / file).write_text(content.replace(old, new), "utf-8")

    return step


def rewrite(file: str, change: Callable[[bytes], bytes]) -> Step:
    """Return the step that changes the bytes of a file."""

    def step(folder: Path) -> None:
        (folder / file).write_bytes(change((folder / file).read_bytes()))

    return step


def drop_column(file: str, column: str) -> Step:
    """Return the step that drops a column of a file."""

    def step(folder: Path) -> None:
        pl.read_csv(folder / file, infer_schema=False).drop(column).write_csv(folder / file)

    return step


def copy(file: str, to: str) -> Step:
    """Return the step that copies a file."""

    def step(folder: Path) -> None:
        shutil.copyfile(folder / file, folder / to)

    return step


def delete(file: str) -> Step:
    """Return the step that deletes a file."""
    return lambda folder: (folder / file).unlink()


def both(first: Step, second: Step) -> Step:
    """Return the step that does one after the other."""

    def step(folder: Path) -> None:
        first(folder)
        second(folder)

    return step


def link_outside(folder: Path) -> None:
    outside = folder.parent / "outside.csv"
    shutil.move(folder / "rates.csv", outside)
    os.symlink(outside, folder / "rates.csv")


def put_folder(folder: Path) -> None:
    (folder / "rates.csv").unlink()
    (folder / "rates.csv").mkdir()


def put_pipe(folder: Path) -> None:
    (folder / "rates.csv").unlink()
    os.mkfifo(folder / "rates.csv")


def write_parquet_too(folder: Path) -> None:
    pl.read_csv(folder / "rates.csv", infer_schema=False).write_parquet(folder / "rates.parquet")


def halve_parquet(folder: Path) -> None:
    write_parquet_too(folder)
    (folder / "rates.csv").unlink()
    whole = (folder / "rates.parquet").read_bytes()
    (folder / "rates.parquet").write_bytes(whole[: len(whole) // 2])


def list_parquet(folder: Path) -> None:
    frame = pl.read_csv(folder / "services.csv", infer_schema=False)
    frame.with_columns(pl.col("link_ids").str.split(" ")).write_parquet(folder / "services.parquet")
    (folder / "services.csv").unlink()


def break_workbook(folder: Path) -> None:
    (folder / "rates.csv").unlink()
    (folder / "rates.xlsx").write_bytes(b"PK\x03\x04 and no more")


def put_error_in_workbook(folder: Path) -> None:
    frame = pl.read_csv(folder / "rates.csv", infer_schema=False)
    (folder / "rates.csv").unlink()
    with xlsxwriter.Workbook(folder / "rates.xlsx") as book:
        sheet = book.add_worksheet("rates")
        sheet.write_row(0, 0, frame.columns)
        for i, values in enumerate(frame.iter_rows(), 1):
            sheet.write_row(i, 0, values)
        sheet.write_formula(2, 6, "=1/0", None, "#DIV/0!")


def add_sea_link(folder: Path) -> None:
    """Add a link by sea, with its rate and its emissions."""
    lines = {
        "links.csv": "almaty-shymkent-sea,almaty,shymkent,sea,,700,30,,,,,,,existing,true,,,,"
        "example,C,",
        "rates.csv": "sea,sea,,,,,0.1,,,example,C,",
        "emissions.csv": "sea,sea,,,,10,,,,example,C,",
    }
    for file, line in lines.items():
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")


# The damages

FILES = [
    Damage("table missing", delete("links.csv"), "missing-table", "links.csv"),
    data("empty file", "rates.csv", lambda _: b"", "empty-file"),
    data("only a byte order mark", "rates.csv", lambda _: b"\xef\xbb\xbf\r\n", "empty-file"),
    data("header only", "rates.csv", lambda old: old.splitlines()[0], "no-rows"),
    data(
        "windows-1251",
        "nodes.csv",
        lambda old: old.replace(b"Almaty", "Алматы".encode("cp1251")),
        "bad-encoding",
        line=2,
    ),
    data("utf-16", "rates.csv", lambda old: old.decode().encode("utf-16"), "bad-encoding", line=1),
    data(
        "nul byte", "links.csv", lambda old: old.replace(b"750", b"7\x000"), "binary-file", line=6
    ),
    data("workbook named csv", "rates.csv", lambda old: b"PK\x03\x04" + old, "binary-file"),
    data("gzip named csv", "rates.csv", lambda old: b"\x1f\x8b" + old, "binary-file"),
    data("random bytes", "rates.csv", lambda _: bytes(range(128, 256)) * 9, "bad-encoding", line=1),
    Damage(
        "parted by bars",
        rewrite("rates.csv", lambda old: old.replace(b",", b"|")),
        "wrong-delimiter",
        "rates.csv",
        line=1,
    ),
    text("quote not closed", "nodes.csv", "Shymkent,", '"Shymkent,', "unclosed-quote"),
    text("text after quote", "nodes.csv", "Shymkent,", '"Shym"kent,', "bad-quotes", line=3),
    text("a cell too many", "links.csv", "700,55", "700,55,", "ragged-row", line=2),
    text("a cell too few", "links.csv", "700,55", "700", "ragged-row", line=2),
    row("conflict marks", "links.csv", "<<<<<<< HEAD", "ragged-row"),
    data(
        "line of a megabyte",
        "rates.csv",
        lambda old: old + b"x" * 1_000_001,
        "line-too-long",
        line=7,
    ),
    data(
        "cell of 200,000 signs",
        "rates.csv",
        lambda old: old + b"x" * 200_000 + b"\n",
        "cell-too-long",
    ),
    data("header of 200,000 signs", "rates.csv", lambda _: b"x" * 200_000 + b"\n", "cell-too-long"),
    Damage("link to a file outside", link_outside, "outside-folder", "rates.csv"),
    Damage("folder named as a table", put_folder, "not-a-file", "rates.csv"),
    Damage("pipe named as a table", put_pipe, "not-a-file", "rates.csv"),
    Damage("table in two files", write_parquet_too, "two-files", "rates.parquet"),
    Damage("half a parquet", halve_parquet, "broken-parquet", "rates.parquet"),
    Damage("lists in a parquet", list_parquet, "bad-column-type", "services.parquet"),
    Damage("damaged workbook", break_workbook, "broken-workbook", "rates.xlsx"),
    Damage(
        "error in a workbook",
        put_error_in_workbook,
        "spreadsheet-error",
        "sheet 'rates' of rates.xlsx",
        line=3,
    ),
    Damage(
        "unknown table",
        copy("rates.csv", "rate.csv"),
        "unknown-table",
        "rate.csv",
        severity="warning",
        cure="rates.csv",
    ),
    Damage(
        "ending not read",
        copy("rates.csv", "rates.tsv"),
        "unread-file",
        "rates.tsv",
        severity="warning",
    ),
]

COLUMNS = [
    header(
        "unknown column",
        "rates.csv",
        "mode,country,form",
        "mode,country,shape",
        "unknown-column",
        severity="warning",
    ),
    header("column twice", "rates.csv", "mode,country,form", "mode,mode,form", "duplicate-column"),
    Damage(
        "column missing",
        drop_column("links.csv", "length_km"),
        "missing-column",
        "links.csv",
        line=1,
    ),
    header("miles", "links.csv", "length_km", "length_mi", "missing-column", cure="1.609344"),
    header("metres", "links.csv", "length_km", "length_m", "missing-column", cure="divide by 1000"),
    header(
        "column misspelt",
        "links.csv",
        "to_node_id",
        "to_nodeid",
        "missing-column",
        cure="to_nodeid",
    ),
    header(
        "column without name", "nodes.csv", "unlocode", "", "unnamed-column", severity="warning"
    ),
]

CELLS = [
    cell("value missing", "links.csv almaty-shymkent-road length_km", "", "missing-value"),
    cell(
        "decimal comma",
        "links.csv keles-tashkent-rail length_km",
        "18,5",
        "bad-number",
        cure="18.5",
    ),
    cell(
        "thousands", "links.csv almaty-shymkent-rail length_km", "1 750", "bad-number", cure="1750"
    ),
    cell(
        "unit in a cell",
        "links.csv keles-tashkent-rail length_km",
        "18 km",
        "bad-number",
        cure="18 alone",
    ),
    cell("nan", "links.csv zhibek-tashkent-road fixed_usd", "NaN", "bad-number", cure="empty"),
    cell("infinity", "links.csv zhibek-tashkent-road fixed_usd", "inf", "bad-number"),
    cell(
        "range in a cell",
        "links.csv zhibek-tashkent-road fixed_usd",
        "50-80",
        "bad-number",
        cure="note",
    ),
    cell(
        "spreadsheet error",
        "links.csv zhibek-tashkent-road fixed_usd",
        "#REF!",
        "bad-number",
        cure="formula",
    ),
    cell("gauge of a half", "links.csv keles-tashkent-rail gauge_mm", "1520.5", "bad-integer"),
    cell(
        "yes for true", "links.csv keles-tashkent-rail two_way", "yes", "bad-boolean", cure="true"
    ),
    cell("day number", "changes.csv border-shut from_on", "46388", "bad-date", cure="2027-01-01"),
    cell("date of unsure order", "changes.csv border-shut from_on", "01/02/2027", "bad-date"),
    cell("day that is not", "changes.csv border-shut from_on", "2027-02-30", "bad-date"),
    cell(
        "season as a date",
        "windows.csv shymkent-winter season_from",
        "01-Dec",
        "bad-monthday",
        also=frozenset({"half-season"}),
    ),
    cell(
        "30 February",
        "windows.csv shymkent-winter season_to",
        "02-30",
        "bad-monthday",
        also=frozenset({"half-season"}),
    ),
    cell("hours", "windows.csv shymkent-winter hours", "8-20", "bad-hours"),
    cell("timetable", "services.csv block-train timetable", "Monday 8am", "bad-timetable"),
    cell(
        "choice misspelt", "links.csv keles-tashkent-rail mode", "rial", "bad-choice", cure="'rail'"
    ),
    cell(
        "capital id",
        "links.csv keles-tashkent-rail operator",
        "Uzbekistan Railways",
        "bad-id",
        cure="uzbekistan-railways",
    ),
    cell("country by name", "nodes.csv keles country", "Uzbekistan", "bad-country"),
    cell("commas between words", "cargoes.csv bulk allowed_modes", "road, rail", "bad-words"),
    cell("text lost on the way", "nodes.csv keles name", "K\ufffdles", "bad-text"),
]

ROWS = [
    row("key twice", "nodes.csv", "keles,Keles 2,UZ,city,69.3,41.5,,osm,A,", "duplicate-key"),
    cell(
        "unknown node",
        "links.csv keles-tashkent-rail to_node_id",
        "tashkend",
        "unknown-node",
        cure="'tashkent'",
    ),
    text(
        "unknown link in a service",
        "services.csv",
        "keles-tashkent-rail",
        "keles-tashkent-rial",
        "unknown-link",
        line=2,
        cure="keles-tashkent-rail",
    ),
    cell(
        "unknown source",
        "demand.csv almaty-tashkent-boxes source_id",
        "exmple",
        "unknown-source",
        cure="'example'",
    ),
    cell(
        "unknown cargo",
        "demand.csv almaty-tashkent-boxes cargo_id",
        "container-45",
        "unknown-cargo",
    ),
    cell("unknown country", "rates.csv road-bulk country", "XQ", "unknown-country"),
    cell("unknown mode", "cargoes.csv bulk allowed_modes", "road train", "unknown-word"),
    cell(
        "unknown weekday",
        "windows.csv shymkent-winter weekdays",
        "mon tues",
        "unknown-word",
        cure="tue",
    ),
    cell("link to itself", "links.csv almaty-shymkent-road to_node_id", "almaty", "self-link"),
    cell(
        "demand to itself",
        "demand.csv almaty-tashkent-boxes destination_node_id",
        "almaty",
        "same-place",
    ),
    cell(
        "stand-in -1", "links.csv zhibek-tashkent-road fixed_h", "-1", "out-of-range", cure="empty"
    ),
    cell(
        "stand-in 9999",
        "links.csv zhibek-tashkent-road fixed_usd",
        "9999",
        "placeholder",
        severity="warning",
        cure="empty",
    ),
    cell(
        "stand-in 1e6",
        "links.csv zhibek-tashkent-road capacity_t_per_day",
        "1e6",
        "placeholder",
        severity="warning",
    ),
    cell("per cent", "windows.csv shymkent-winter open_share", "90", "out-of-range", cure="0.9"),
    cell("latitude of 96", "nodes.csv keles lat_deg", "96", "out-of-range"),
    cell("negative frequency", "hazards.csv border-stops events_per_year", "-0.5", "out-of-range"),
    cell(
        "spread beyond every number",
        "hazards.csv border-stops duration_sigma",
        "9999",
        "out-of-range",
    ),
    cell("p95 below median", "links.csv zhibek-tashkent-road fixed_p95_h", "4", "p95-below-median"),
    cell("p95 without median", "links.csv zhibek-tashkent-road fixed_h", "", "p95-without-median"),
    cell("window of nothing", "windows.csv shymkent-winter link_id", "", "window-target"),
    cell("window of two", "windows.csv shymkent-winter node_id", "almaty", "window-target"),
    cell("no spell", "windows.csv shymkent-winter closed_spell_h", "", "missing-spell"),
    cell("half a season", "windows.csv shymkent-winter season_to", "", "half-season"),
    cell("period of no day", "changes.csv border-shut to_on", "2027-01-01", "empty-period"),
    text(
        "service with a gap",
        "services.csv",
        " shymkent-saryagash-rail",
        "",
        "broken-service",
        line=2,
    ),
    cell(
        "service begins elsewhere",
        "services.csv block-train from_node_id",
        "samarkand",
        "service-start",
    ),
    cell(
        "service over two gauges",
        "links.csv saryagash-keles-rail gauge_mm",
        "1435",
        "mixed-layers",
        file="services.csv",
        line=2,
    ),
    cell("service without departures", "services.csv block-train timetable", "", "no-departures"),
    cell(
        "railway without gauge", "links.csv tashkent-samarkand-rail gauge_mm", "", "missing-gauge"
    ),
    cell("road with gauge", "links.csv almaty-shymkent-road gauge_mm", "1520", "gauge-off-rails"),
    cell("open without speed", "links.csv almaty-shymkent-road speed_kmh", "", "missing-speed"),
    Damage(
        "border without hours",
        both(
            write_cell("links.csv", "zhibek-tashkent-road", "fixed_h", ""),
            write_cell("links.csv", "zhibek-tashkent-road", "fixed_p95_h", ""),
        ),
        "border-without-hours",
        "links.csv",
        line=4,
        severity="warning",
    ),
    cell(
        "terminal to a layer that is not there",
        "terminals.csv almaty-bulk to_layer",
        "rail-1435",
        "idle-terminal",
        severity="warning",
    ),
    cell("unknown layer", "terminals.csv almaty-bulk to_layer", "rail", "unknown-layer"),
    cell("terminal to the same layer", "terminals.csv almaty-bulk to_layer", "road", "same-layer"),
    cell("rule without hours", "rules.csv inspection value", "", "rule-without-value"),
    cell("rule without paper", "rules.csv waybill document", "", "rule-without-document"),
    cell("rate of nothing", "rates.csv road-bulk usd_per_t_km", "", "empty-rate"),
    Damage(
        "cargo without rate",
        both(add_sea_link, write_cell("cargoes.csv", "bulk", "allowed_modes", "road rail sea")),
        "no-rate",
        "cargoes.csv",
        line=3,
        severity="warning",
    ),
    row(
        "two rates for one case",
        "rates.csv",
        "again,road,,bulk,,,,0.06,,example,C,",
        "same-case",
        severity="warning",
    ),
]

CHANGES = [
    cell("selector not read", "hazards.csv border-stops row_id", "border:KZ-UZ", "bad-selector"),
    cell("crossing of one country", "rules.csv waybill row_id", "crossing:KZ", "bad-selector"),
    cell(
        "selector of nothing",
        "changes.csv border-shut row_id",
        "crossing:KZ-UA",
        "selects-nothing",
        cure="KZ-UZ",
    ),
    cell(
        "selector half of nothing",
        "changes.csv border-shut row_id",
        "crossing:KZ-UZ country:KG",
        "selects-nothing",
        severity="warning",
    ),
    cell(
        "selector of an unknown link",
        "rules.csv inspection row_id",
        "zhibek-tashkent",
        "unknown-link",
        cure="zhibek-tashkent-road",
    ),
    row(
        "links meant in another table",
        "changes.csv",
        "dearer,rates,mode:road,usd_per_t_km,scale,1.1,,,,example,C,",
        "bad-selector",
    ),
    row(
        "change of an unknown row",
        "changes.csv",
        "dearer,rates,road-bulky,usd_per_t_km,scale,1.1,,,,example,C,",
        "unknown-rate",
        cure="road-bulk",
    ),
    cell(
        "change of an unknown column",
        "changes.csv border-shut column",
        "state",
        "unknown-column",
        cure="status",
    ),
    cell("change to an unknown status", "changes.csv border-shut value", "shut", "bad-value"),
    cell("scaling a text", "changes.csv border-shut op", "scale", "bad-op"),
    row(
        "change out of range",
        "changes.csv",
        "faster,links,mode:rail,speed_kmh,set,2000,,,,example,C,",
        "out-of-range",
    ),
    row(
        "changes that contradict",
        "changes.csv",
        "border-shut,links,zhibek-tashkent-road,status,set,existing,2027-01-15,,,example,C,",
        "contradictory-changes",
    ),
    data(
        "row twice",
        "changes.csv",
        lambda old: old + old.splitlines(keepends=True)[1],
        "duplicate-row",
        line=3,
        severity="warning",
    ),
    cell(
        "undeclared option",
        "rates.csv road-high alternative",
        "road-price:higher",
        "unknown-option",
        cure="road-price:high",
    ),
    cell("no default option", "parameters.csv road-price:low is_default", "false", "default-count"),
    cell(
        "two default options",
        "parameters.csv road-price:high is_default",
        "true",
        "default-count",
        line=2,
    ),
    row("option not read", "parameters.csv", "rail price,dear,true,example,C,", "bad-option"),
    row(
        "parameter of nothing",
        "parameters.csv",
        "rail-price:low,cheap,true,example,C,",
        "unused-parameter",
        severity="warning",
    ),
]

PLAUSIBILITY = [
    cell(
        "shorter than the air line",
        "links.csv tashkent-samarkand-road length_km",
        "200",
        "shorter-than-air-line",
        severity="warning",
    ),
    cell(
        "many times longer",
        "links.csv tashkent-samarkand-road length_km",
        "3100",
        "far-longer-than-air-line",
        severity="warning",
    ),
    cell(
        "train at walking pace",
        "links.csv tashkent-samarkand-rail speed_kmh",
        "3",
        "implausible-speed",
        severity="warning",
    ),
    Damage(
        "swapped",
        both(
            write_cell("nodes.csv", "samarkand", "lon_deg", "39.6546"),
            write_cell("nodes.csv", "samarkand", "lat_deg", "66.9644"),
        ),
        "swapped-lon-lat",
        "nodes.csv",
        line=8,
        severity="warning",
        cure="66.9644 as lon_deg",
    ),
    cell("wrong sign", "nodes.csv samarkand lon_deg", "-66.9644", "wrong-sign", severity="warning"),
    cell(
        "another country",
        "nodes.csv samarkand lon_deg",
        "60.6",
        "other-country",
        severity="warning",
    ),
    Damage(
        "at sea",
        both(
            write_cell("nodes.csv", "samarkand", "lon_deg", "65"),
            write_cell("nodes.csv", "samarkand", "lat_deg", "15"),
        ),
        "node-at-sea",
        "nodes.csv",
        line=8,
        severity="warning",
    ),
    cell(
        "code of another country",
        "nodes.csv samarkand unlocode",
        "KZSKD",
        "unlocode-country",
        severity="warning",
    ),
    cell(
        "code of four letters",
        "nodes.csv samarkand unlocode",
        "UZSK",
        "bad-unlocode",
        severity="warning",
    ),
    row(
        "two places at one point",
        "nodes.csv",
        "keles-2,Keles town,UZ,city,69.2059,41.4068,,osm,A,",
        "same-point",
        severity="warning",
    ),
    row(
        "two places of one name",
        "nodes.csv",
        "keles-2,Keles,UZ,city,69.3,41.4,,osm,A,",
        "same-name",
        severity="warning",
    ),
    row(
        "place without link",
        "nodes.csv",
        "bukhara,Bukhara,UZ,city,64.4286,39.7747,,geonames,A,",
        "unlinked-nodes",
        severity="warning",
    ),
]

SETTINGS = [
    Damage("no study.toml", delete("study.toml"), "missing-settings", "study.toml"),
    setting("not TOML", 'id = "starter"', "id = starter", "bad-toml", line=2),
    setting("unknown key", "price_year", "price_years", "missing-setting", line=1),
    setting(
        "key misspelt",
        "licence =",
        "license =",
        "unknown-setting",
        line=6,
        severity="warning",
        cure="licence",
    ),
    setting("year in quotes", "price_year = 2025", 'price_year = "2025"', "bad-setting", line=4),
    setting(
        "unknown default",
        'default_scenario = "base"',
        'default_scenario = "bas"',
        "unknown-scenario",
        line=5,
        cure="'base'",
    ),
    setting("date in quotes", "as_of = 2027-01-01", 'as_of = "2027-01-01"', "bad-setting", line=18),
    setting(
        "unknown change",
        '["border-shut"]',
        '["border-shutt"]',
        "unknown-change",
        line=19,
        cure="border-shut",
    ),
    setting(
        "unknown parameter",
        'road-price = "high"',
        'road-prices = "high"',
        "unknown-parameter",
        line=20,
    ),
    setting(
        "unknown option", 'road-price = "high"', 'road-price = "hi"', "unknown-option", line=20
    ),
    setting(
        "trip from nowhere",
        'origin = "almaty"',
        'origin = "almati"',
        "unknown-node",
        line=24,
        cure="almaty",
    ),
    setting(
        "trip on an unknown layer",
        "tashkent@rail-1520",
        "tashkent@rail-1435",
        "unknown-layer",
        line=32,
        cure="rail-1520",
    ),
    setting(
        "trip of an unknown cargo", 'cargo = "bulk"', 'cargo = "bulky"', "unknown-cargo", line=33
    ),
    setting("trip without day", "depart = 2026-07-01", "", "missing-setting"),
    setting("trip twice", "shymkent-tashkent-bulk", "almaty-samarkand", "duplicate-trip", line=30),
]


DAMAGES = [*FILES, *COLUMNS, *CELLS, *ROWS, *CHANGES, *PLAUSIBILITY, *SETTINGS]
