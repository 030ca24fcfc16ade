"""Fuzzers: studies, files, command lines and requests that nobody would write on purpose.

Each attack must end with an exit code the shell documents, without a traceback, in a minute and two
gigabytes, and print JSON that holds finite numbers. Runs in this process; the seed is printed, and
an attack is repeated with ``--seed`` and ``--only``:

    python tests/fuzzers.py --minutes 30
    python tests/fuzzers.py --seed 7 --studies 10000 --files 200 --arguments 500 --requests 500
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import random
import re
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from corridor.cli.app import main
from corridor.tables import schema
from corridor.tables.columns import Column, Table
from every_table import every_table

MAX_SECONDS = 60.0
MAX_BYTES = 2_000_000_000
HARD_BYTES = 8_000_000_000  # where an attack ends before it fills the machine
CODES = (0, 1, 2, 3)
NASTY = (
    "", "0", "-0", "-1", "1e308", "-1e308", "1e-308", "5e-324", "nan", "inf", "-inf", "1e12",
    "9" * 400, "9007199254740993", "9223372036854775808", "0x10", "1,5", "1.5.5", " ", "\t",
    "a,b", '"', "'", "\\", "\u2028", "\ufeff", "\u0000", "\ud7ff", "İ", "ı", "١٢", "💥", "e\u0301",
    "*", ":", ";", "=1+1", "%s", "{}", "{0}", "crossing:AF", "crossing:-", "country:",
    "country:KZ", "mode:rail", "node:almaty", "almaty almaty", "0001-01-01", "9999-12-31",
    "2026-02-29", "02-29", "12-31", "00:00-00:00", "23:59-00:01", "mon 25:00",
    "mon 08:00; mon 08:00", "true", "false", "null", "existing", "closed", "rail-1520", "rail-",
    "x" * 5000,
)  # fmt: skip
TRADE_FILES = (
    "trade.csv", "countries.csv", "sectors.csv", "specialisations.csv", "markets.csv",
    "events.csv", "figures.csv", "claims.csv", "commitments.csv", "replays.csv",
    "observations.csv", "questions.csv",
)  # fmt: skip
TRADE_VERBS = ("check", "forecast", "audit", "replay", "hazards", "validate")
WORDS = (
    "almaty", "tashkent", "samarkand", "shymkent", "zhibek", "almaty@road", "almaty@rail-1520",
    "keles", "KZ", "UZ", "rail", "road", "base", "container-40", "2026-07-01",
    "2026-07-01..2026-07-20", "2026-07-01T08:00", "0001-01-01", "9999-12-31", "1e9", "-1", "0",
    "1", "3", "time,cost", "risk",
)  # fmt: skip


@dataclass
class Attack:
    """One attack: what was tried, and what was wrong with how it ended."""

    name: str
    faults: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """How a command ended: its exit code, its stdout, and a traceback or a warning of a library
    that a user would see; null: none."""

    code: object
    out: str
    trace: str | None
    seconds: float


def called(arguments: Sequence[str]) -> Outcome:
    """Return how a command line ends in this process."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    err = io.StringIO()
    trace = None
    code: object = None
    began = time.monotonic()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("always")
        try:
            code = main(list(arguments))
        except SystemExit as stop:
            code = stop.code
        except BaseException:
            trace = traceback.format_exc()
    if any(word in err.getvalue() for word in ("Traceback (most recent call last)", "Warning: ")):
        trace = err.getvalue()
    printed = out.detach().getvalue().decode("utf-8", "replace")
    return Outcome(code, printed, trace, time.monotonic() - began)


def faults_of(arguments: Sequence[str]) -> list[str]:
    """Return what is wrong with how a command line ends."""
    outcome = called(arguments)
    faults = []
    if outcome.trace is not None:
        faults.append(outcome.trace)
    elif outcome.code not in CODES and outcome.code is not None:
        faults.append(f"exit code {outcome.code}")
    if outcome.seconds > MAX_SECONDS:
        faults.append(f"{outcome.seconds:.0f} s")
    is_help = bool({"--help", "-h", "--version"} & set(arguments))
    if "--json" in arguments and not is_help and outcome.code in (0, 3) and outcome.out.strip():
        faults += _json_faults(outcome.out)
    return [f"corridor {' '.join(map(repr, arguments))}: {fault}" for fault in faults]


def _json_faults(text: str) -> list[str]:
    def refuse(word: str) -> None:
        raise ValueError(f"{word} in JSON")

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError as error:
        return [f"{error}: {text[:200]!r}"]
    return []


def used_bytes() -> int:
    """Return the most memory this process has taken."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# Studies: cells of tables, and lines of study.toml, over the verbs


class StudyFuzzer:
    """Writes nasty and bounding values into a few cells of a study and asks a verb of it."""

    def __init__(self, home: Path, rng: random.Random) -> None:
        self.rng = rng
        self.whole = every_table(home / "whole")
        self.folder = home / "study"
        shutil.copytree(self.whole, self.folder)
        self.texts = {
            file.name: file.read_text("utf-8")
            for file in self.whole.iterdir()
            if file.suffix == ".csv"
        }
        self.settings = (self.whole / "study.toml").read_text("utf-8")
        self.written: set[str] = set()

    def attack(self) -> Attack:
        changed = [self._change() for _ in range(self.rng.choice((1, 1, 1, 2, 3)))]
        verb = self._verb(changed[0][0])
        attack = Attack(f"{changed} {verb}")
        try:
            attack.faults += faults_of(verb)
        finally:
            self._restore()
        return attack

    def _change(self) -> tuple[str, ...]:
        if self.rng.random() < 0.08:
            return self._change_settings()

        name = self.rng.choice(sorted(self.texts))
        table = schema.table(name.removesuffix(".csv"))
        lines = (self.folder / name).read_text("utf-8", errors="replace")
        frame = pl.read_csv(io.StringIO(lines), infer_schema=False, truncate_ragged_lines=True)
        if not frame.height:
            return (name, "no rows")

        column = self.rng.choice(frame.columns)
        row = self.rng.randrange(frame.height)
        value = self._value(table, column, frame)
        cells = frame[column].to_list()
        cells[row] = value
        self._write(name, frame.with_columns(pl.Series(column, cells, pl.String)))
        return (name, column, str(row), value[:60])

    def _value(self, table: Table, name: str, frame: pl.DataFrame) -> str:
        """Return a nasty value, one at an end of the range, or one of another row."""
        declared = {column.name: column for column in table.columns}
        column = declared.get(name)
        kind = self.rng.random()
        others = [cell for cell in frame[name].to_list() if cell]
        if column is not None and column.kind in ("number", "integer") and kind < 0.6:
            return self._number(column, others)
        if kind < 0.75 and others:
            return self.rng.choice(others)
        if column is not None and column.choices:
            return self.rng.choice(column.choices)
        return self.rng.choice(NASTY)

    def _number(self, column: Column, others: Sequence[str]) -> str:
        bounds = [bound for bound in (column.low, column.high) if bound is not None]
        near = [*bounds, 0, *(bound * ratio for bound in bounds for ratio in (0.999, 1.001, 0.5))]
        if others:
            with contextlib.suppress(ValueError):  # a value written there before
                near += [float(self.rng.choice(others)) * 10 ** self.rng.randint(-6, 9)]
        value = self.rng.choice([number for number in near if math.isfinite(number)])
        return str(int(value)) if column.kind == "integer" else repr(float(value))

    def _change_settings(self) -> tuple[str, ...]:
        lines = self.settings.splitlines()
        at = self.rng.randrange(len(lines))
        key, equals, _ = lines[at].partition("=")
        word = self.rng.choice((*NASTY, *WORDS))
        written = {
            0: f"{key}= {json.dumps(word)}" if equals else word,
            1: f"{key}= {word}",
            2: "",
            3: lines[at] + "\n" + lines[at],
            4: f"{key}= [{json.dumps(word)}]",
        }
        lines[at] = written[self.rng.randrange(5)]
        text = "\n".join(lines).replace("\ud7ff", "")
        (self.folder / "study.toml").write_text(text, "utf-8")
        return ("study.toml", str(at), lines[at][:60])

    def _write(self, name: str, frame: pl.DataFrame) -> None:
        self.written.add(name)
        (self.folder / name).write_text(frame.write_csv(), "utf-8")

    def _restore(self) -> None:
        for name in self.written:
            (self.folder / name).write_text(self.texts[name], "utf-8")
        self.written.clear()
        (self.folder / "study.toml").write_text(self.settings, "utf-8")
        for left in ("results", "o", "languages"):
            shutil.rmtree(self.folder / left, ignore_errors=True)

    def _verb(self, changed: str) -> list[str]:
        """Return a command, more often one that reads the file that was changed."""
        study = str(self.folder)
        trip = "origin=almaty&destination=samarkand&cargo=container-40&depart=2026-07-01"
        quick = [
            ["check", study],
            ["check", study, "--json"],
            ["route", study, "almaty", "samarkand", "--depart", "2026-07-01", "--json"],
            ["route", study, "samarkand", "almaty", "--depart", "2026-12-30", "--cargo", "bulk"],
            ["skim", study, "--depart", "2026-07-01", "--json"],
            ["rank", study, "--pairs", "0", "--json"],
            ["simulate", study, "--draws", "3", "--json", "--workers", "1"],
            ["hazards", study, "--table", "fits", "--json"],
            ["compare", study, "base", "border-shut", "--json"],
            ["audit", study, "--json"],
            ["validate", study, "--json"],
            ["replay", study, "--json"],
            ["forecast", study, "--json", "--draws", "0"],
            ["translate", study, "ru"],
            ["serve", study, "--get", self.rng.choice(("/api/network", "/api/openings"))],
            ["serve", study, "--get", f"/api/charts/route-map?{trip}"],
        ]
        slow = [
            ["run", study],
            ["report", study, "--language", "kk"],
            ["export", study, str(self.folder / "o")],
        ]
        if changed in TRADE_FILES and self.rng.random() < 0.5:
            quick = [command for command in quick if command[0] in TRADE_VERBS]
        return self.rng.choice(slow if self.rng.random() < 0.02 else quick)


# Files: what is no table, or far more of one than it says


class FileFuzzer:
    """Puts a hostile file in the place of one of a study's and asks ``check`` and ``route``."""

    def __init__(self, home: Path, rng: random.Random) -> None:
        self.rng = rng
        self.home = home
        self.whole = every_table(home / "sound")
        self.count = 0

    def attack(self) -> Attack:
        self.count += 1
        folder = self.home / f"hostile-{self.count}"
        shutil.copytree(self.whole, folder)
        table = self.rng.choice(
            ("nodes", "links", "rates", "sources", "windows", "hazards", "terminals", "demand")
        )
        kinds = [
            self._junk, self._bits, self._wide, self._long, self._deep_toml, self._encoded,
            self._workbook, self._damaged_workbook, self._parquet, self._many_rows,
            self._not_a_file, self._quotes, self._settings_junk, self._entities,
        ]  # fmt: skip
        kind = self.rng.choice(kinds)
        kind(folder, table)
        attack = Attack(f"{kind.__name__.lstrip('_')} {table}")
        attack.faults += faults_of(["check", str(folder)])
        attack.faults += faults_of(
            ["route", str(folder), "almaty", "samarkand", "--depart", "2026-07-01", "--json"]
        )
        shutil.rmtree(folder, ignore_errors=True)
        return attack

    def _junk(self, folder: Path, table: str) -> None:
        (folder / f"{table}.csv").write_bytes(self.rng.randbytes(self.rng.randrange(20_000)))

    def _bits(self, folder: Path, table: str) -> None:
        path = folder / f"{table}.csv"
        data = bytearray(path.read_bytes())
        for _ in range(self.rng.randrange(1, 30)):
            data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
        path.write_bytes(bytes(data))

    def _wide(self, folder: Path, table: str) -> None:
        columns = self.rng.choice((900, 5_000, 50_000))
        header = ",".join(f"c{i}" for i in range(columns))
        (folder / f"{table}.csv").write_text(header + "\n" + "1," * columns + "\n")

    def _long(self, folder: Path, table: str) -> None:
        letter = self.rng.choice(("x", '"', ",", "\n", "\r", "\x00", "é"))
        (folder / f"{table}.csv").write_text(letter * self.rng.choice((10_000, 3_000_000)))

    def _deep_toml(self, folder: Path, table: str) -> None:
        depth = self.rng.choice((15, 17, 1000, 60_000))
        text = self.rng.choice(
            (
                ".".join(["a"] * depth) + " = 1\n",
                "a = " + "[" * depth + "]" * depth + "\n",
                "a = " + "{b=" * depth + "1" + "}" * depth + "\n",
                "[" + ".".join(["a"] * depth) + "]\n",
                "[[trips]]\n" * depth,
                "a = 0x" + "f" * depth + "\n",
            )
        )
        path = folder / "study.toml"
        path.write_text(self.rng.choice((path.read_text() + text, text + path.read_text())))

    def _encoded(self, folder: Path, table: str) -> None:
        path = folder / f"{table}.csv"
        code = self.rng.choice(("utf-16", "utf-16-le", "utf-32", "cp1251", "utf-8-sig", "utf-7"))
        path.write_bytes(path.read_text("utf-8").encode(code, "replace"))

    def _workbook(self, folder: Path, table: str) -> None:
        cell = self.rng.choice(("A1048576", "XFD1", "XFD1048576", "A0", "ZZZZ9", "A99999999999"))
        body = f'<sheetData><row r="1"><c r="{cell}"><v>1</v></c></row></sheetData>'
        if self.rng.random() < 0.4:
            rows = self.rng.choice((10_000, 300_000))
            body = "<sheetData>" + '<row><c t="s"><v>0</v></c></row>' * rows + "</sheetData>"
        self._write_workbook(folder, table, body)

    def _write_workbook(self, folder: Path, table: str, body: str) -> None:
        main_ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        rel_ns = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006"
        with zipfile.ZipFile(folder / f"{table}.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr(
                "[Content_Types].xml",
                f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
                'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
                '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
            )
            book.writestr(
                "_rels/.rels",
                f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
                f'Type="{rel_ns}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            )
            book.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="{main_ns}" xmlns:r="{rel_ns}"><sheets>'
                f'<sheet name="{table}" sheetId="1" r:id="r1"/></sheets></workbook>',
            )
            book.writestr(
                "xl/_rels/workbook.xml.rels",
                f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
                f'Type="{rel_ns}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
                f'Type="{rel_ns}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
            )
            text = "x" * self.rng.choice((1, 30_000))
            book.writestr(
                "xl/sharedStrings.xml", f'<sst xmlns="{main_ns}"><si><t>{text}</t></si></sst>'
            )
            book.writestr(
                "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main_ns}">{body}</worksheet>'
            )
        (folder / f"{table}.csv").unlink()

    def _damaged_workbook(self, folder: Path, table: str) -> None:
        source = folder / f"{table}.csv"
        pl.read_csv(source, infer_schema=False).write_excel(folder / f"{table}.xlsx")
        source.unlink()
        self._damage(folder / f"{table}.xlsx")

    def _parquet(self, folder: Path, table: str) -> None:
        source = folder / f"{table}.csv"
        pl.read_csv(source, infer_schema=False).write_parquet(folder / f"{table}.parquet")
        source.unlink()
        self._damage(folder / f"{table}.parquet")

    def _damage(self, path: Path) -> None:
        data = bytearray(path.read_bytes())
        for _ in range(self.rng.choice((0, 1, 3, 20))):
            at = self.rng.randrange(len(data))
            length = self.rng.choice((1, 1, 4, 200))
            data[at : at + length] = self.rng.randbytes(self.rng.choice((0, length)))
        path.write_bytes(bytes(data[: self.rng.choice((len(data), len(data), len(data) // 2))]))

    def _many_rows(self, folder: Path, table: str) -> None:
        source = folder / f"{table}.csv"
        frame = pl.read_csv(source, infer_schema=False)
        count = self.rng.choice((1_000, 50_000))
        repeated = pl.concat([frame.head(1)] * count)
        repeated.write_parquet(folder / f"{table}.parquet")
        source.unlink()

    def _not_a_file(self, folder: Path, table: str) -> None:
        path = folder / f"{table}.csv"
        path.unlink()
        kind = self.rng.choice(("folder", "pipe", "loop", "device", "dangling"))
        if kind == "folder":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(
                {"loop": path.name, "device": "/dev/zero", "dangling": "/no/such"}[kind]
            )

    def _quotes(self, folder: Path, table: str) -> None:
        path = folder / f"{table}.csv"
        text = path.read_text("utf-8")
        at = self.rng.randrange(len(text))
        junk = self.rng.choice(('"', '""', '",', '"\n', '\n"', ";", "\r", "\r\r\n", "\x00", "\x1a"))
        path.write_text(text[:at] + junk * self.rng.choice((1, 2, 1000)) + text[at:], "utf-8")

    def _settings_junk(self, folder: Path, table: str) -> None:
        path = folder / "study.toml"
        data = bytearray(path.read_bytes())
        for _ in range(self.rng.randrange(1, 10)):
            data[self.rng.randrange(len(data))] = self.rng.randrange(256)
        path.write_bytes(bytes(data))

    def _entities(self, folder: Path, table: str) -> None:
        levels = self.rng.choice((3, 12))
        entities = '<!ENTITY e0 "lol">' + "".join(
            f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, levels)
        )
        body = f"<sheetData><row><c><v>&e{levels - 1};</v></c></row></sheetData>"
        self._write_workbook(folder, table, body)
        with zipfile.ZipFile(folder / f"{table}.xlsx", "a") as book:
            book.writestr("xl/worksheets/sheet2.xml", f"<!DOCTYPE x [{entities}]><x>{body}</x>")


# Command lines


ANY = ("--json", "--scenario", "--choose", "--help", "--version", "--no-such", "-x", "--", "-")
TRIP = ("--cargo", "--via", "--avoid", "--require", "--deadline", "--carrier", "--depart")
NUMBERS = (
    "--max-routes", "--max-transshipments", "--every", "--pairs", "--draws", "--workers", "--seed",
    "--limit-share", "--limit-days", "--patience-days", "--target", "--by", "--port",
)  # fmt: skip
OPTIONS = {
    "check": (),
    "route": (
        *TRIP,
        "--criteria",
        "--max-routes",
        "--every",
        "--why-not",
        "--table",
        "--service-class",
        "--stance",
    ),
    "skim": ("--cargo", "--depart", "--places", "--avoid", "--carrier", "--service-class"),
    "rank": ("--on", "--by", "--kinds", "--pairs", "--limit-share", "--limit-days"),
    "simulate": ("--on", "--draws", "--seed", "--workers", "--patience-days", "--limit-share"),
    "compare": ("--on", "--limit-share", "--limit-days"),
    "hazards": ("--hazard", "--table"),
    "replay": ("--replay", "--limit-share", "--limit-days", "--patience-days"),
    "forecast": ("--target", "--by", "--compare", "--baseline", "--draws", "--table"),
    "audit": (),
    "validate": ("--kind", "--table"),
    "translate": (),
    "export": (),
    "serve": ("--port", "--host", "--token"),
    "no-such-verb": ("--target",),
}
DRAWS = ("0", "-1", "1", "3", "40", "1e9", "nan", "1000000000", "9" * 50)
AMOUNTS = (
    "0", "-1", "1", "3", "2027", "2100", "9999", "99999", "1e9", "1e15", "1e300", "-1e300", "nan",
    "inf", "-inf", "0.5", "1.5", "1e-320", "9223372036854775808", "9" * 50, "1000000000",
)  # fmt: skip


class ArgumentFuzzer:
    """Calls verbs with options and words drawn from those there are and from nasty ones."""

    def __init__(self, home: Path, rng: random.Random) -> None:
        self.rng = rng
        self.folder = every_table(home / "called")
        self.home = home

    def attack(self) -> Attack:
        verb = self.rng.choice((*OPTIONS, "route", "skim", "forecast"))
        arguments = [verb]
        if self.rng.random() < 0.95:
            arguments.append(str(self.folder))
        if verb == "route" and self.rng.random() < 0.9:
            arguments += [self._place(), self._place(), "--depart", self._word("2026-07-01")]
        if verb == "skim" and self.rng.random() < 0.7:
            arguments += ["--depart", self._word("2026-07-01"), "--cargo", "bulk"]
        if verb == "compare":
            arguments += [self._word("base"), self._word("border-shut")]
        if verb == "export":
            arguments.append(str(self.home / f"o{self.rng.randrange(10**9)}"))
        if verb == "serve":
            arguments += ["--get", f"/api/{self._word('network')}"]
        for _ in range(self.rng.randrange(4)):
            own = OPTIONS[verb] or ANY
            option = self.rng.choice(own if self.rng.random() < 0.8 else ANY)
            arguments.append(option)
            if self.rng.random() < 0.95:
                arguments.append(self._value(option))
        if verb == "simulate" and "--draws" not in arguments:
            arguments += ["--draws", "2"]
        arguments = [
            word
            for word in arguments
            if not word.startswith("/") or word.startswith((str(self.home), "/api/"))
        ]

        with contextlib.chdir(self.home):
            return Attack(" ".join(arguments), faults_of(arguments))

    def _place(self) -> str:
        return self._word(self.rng.choice(("almaty", "samarkand", "tashkent", "shymkent@road")))

    def _value(self, option: str) -> str:
        """Return a value of an option, most often one it may take."""
        if option in NUMBERS and self.rng.random() < 0.9:
            return self.rng.choice(AMOUNTS if option != "--draws" else DRAWS)
        return self._word()

    def _word(self, usual: str | None = None) -> str:
        if usual is not None and self.rng.random() < 0.7:
            return usual
        return self.rng.choice(NASTY if self.rng.random() < 0.4 else WORDS)


# Requests

USUAL = {
    "origin": "almaty",
    "destination": "samarkand",
    "cargo": "container-40",
    "depart": "2026-07-01",
    "until": "2026-07-20",
    "element": "saryagash-keles-rail",
    "chart": "route-map",
    "table": "links",
    "row_id": "saryagash-keles-rail",
    "source_id": "example",
    "link_id": "saryagash-keles-rail",
    "node_id": "almaty",
    "scenario_id": "NEW",
    "title": "NEW",
}
SOMETIMES: dict[str, Any] = {
    "on": "2026-12-30",
    "scenario": "border-shut",
    "close": ["saryagash-keles-rail"],
    "open": ["almaty-shymkent-road"],
    "choose": ["road-price:high"],
    "criteria": ["time", "cost"],
    "via": ["tashkent"],
    "avoid": ["rail"],
    "require": ["road"],
    "deadline": "2026-07-09",
    "max_routes": 3,
    "max_transshipments": 2,
    "every_days": 1,
    "carrier": "KZ",
    "language": "ru",
}


class RequestFuzzer:
    """Asks the map page's server what its own description offers, with values drawn."""

    def __init__(self, home: Path, rng: random.Random) -> None:
        from fastapi.testclient import TestClient

        from corridor.web.app import make_app

        self.rng = rng
        app = make_app(every_table(home / "served"))
        description = app.openapi()
        self.paths = description["paths"]
        self.schemas = description.get("components", {}).get("schemas", {})
        self.client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)

    def attack(self) -> Attack:
        path = self.rng.choice([*self.paths, "/", "/no-such", "/assets/..%2fapp.py"])
        methods = list(self.paths.get(path, {"get": {}}))
        method = self.rng.choice(
            methods if self.rng.random() < 0.9 else ["put", "delete", "options"]
        )
        asked = self.paths.get(path, {}).get(method, {})
        names = [p["name"] for p in asked.get("parameters", []) if p["in"] == "query"]
        given = [(n, self._value(n)) for n in names if self._is_given(n)]
        query = [
            (n, v) for n, value in given for v in (value if value.__class__ is list else [value])
        ]
        query += [(self._word(), self._word())] if self.rng.random() < 0.1 else []
        path = re.sub("{([a-z_]+)}", lambda m: str(self._value(m[1])).replace("/", "%2f"), path)
        body = self._body(asked) if method in ("post", "put") else None

        attack = Attack(f"{method} {path} {query} {body!r:.300}")
        began = time.monotonic()
        try:
            answer = self.client.request(
                method, path, params=query, content=body, headers=self._headers()
            )
        except (ValueError, TypeError, UnicodeError) as error:  # the client itself refuses
            return Attack(f"{attack.name} not sent: {error}")
        if answer.status_code >= 500 and answer.status_code not in (503, 504):
            attack.faults.append(f"{attack.name}: {answer.status_code} {answer.text[:300]}")
        if time.monotonic() - began > MAX_SECONDS:
            attack.faults.append(f"{attack.name}: {time.monotonic() - began:.0f} s")
        if "json" in answer.headers.get("content-type", ""):
            attack.faults += [f"{attack.name}: {fault}" for fault in _json_faults(answer.text)]
        return attack

    def _headers(self) -> dict[str, str]:
        headers = {"content-type": "application/json"}
        if self.rng.random() < 0.1:
            name = self.rng.choice(
                ("host", "origin", "accept-language", "accept-encoding", "cookie")
            )
            headers[name] = self.rng.choice(("evil.example", "ru", "*", "a=b", "x" * 3000))
        return headers

    def _body(self, asked: dict[str, Any]) -> bytes:
        """Return a body with the fields that are described, a few of them nasty."""
        if self.rng.random() < 0.05:
            return b"[" * self.rng.choice((5, 100, 10_000))

        content = asked.get("requestBody", {}).get("content", {}).get("application/json", {})
        reference = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        fields = self.schemas.get(reference, {}).get("properties", {})
        value = {name: self._value(name) for name in fields if self._is_given(name)}
        return json.dumps(value).encode("utf-8", "replace")

    def _is_given(self, name: str) -> bool:
        return name in USUAL or self.rng.random() < (0.25 if name in SOMETIMES else 0.05)

    def _value(self, name: str) -> Any:
        """Return the usual value of a field or parameter, or a nasty one of any type."""
        if name in USUAL and self.rng.random() < 0.95:
            return USUAL[name].replace("NEW", f"s{self.rng.randrange(10**6)}")
        if name in SOMETIMES and self.rng.random() < 0.85:
            return SOMETIMES[name]
        word = self._word()
        return self.rng.choice(
            (word, word, [word], [word] * 7, None, 1e308, -1, 0, 2**70, {}, {word: word}, True)
        )

    def _word(self) -> str:
        return self.rng.choice(NASTY if self.rng.random() < 0.4 else WORDS)


FUZZERS: dict[str, Callable[[Path, random.Random], Any]] = {
    "studies": StudyFuzzer,
    "files": FileFuzzer,
    "arguments": ArgumentFuzzer,
    "requests": RequestFuzzer,
}


def attacks(
    kind: str, seed: int, *, count: int | None = None, seconds: float | None = None
) -> Iterator[Attack]:
    """Give attacks of one kind until there were so many, or so many seconds have passed."""
    rng = random.Random(f"{kind}-{seed}")
    began = time.monotonic()
    # What ran before in this process may hold as much already, and an attack comes on top.
    most = max(MAX_BYTES, used_bytes() + MAX_BYTES // 4)
    with tempfile.TemporaryDirectory(prefix="corridor-fuzz-") as home:
        fuzzer = FUZZERS[kind](Path(home), rng)
        done = 0
        while (count is None or done < count) and (
            seconds is None or time.monotonic() - began < seconds
        ):
            attack = fuzzer.attack()
            if used_bytes() > most:
                attack.faults.append(f"{attack.name}: {used_bytes() / 1e9:.1f} GB")
            yield attack
            done += 1


def _main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, help="time for all kinds together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    for kind in FUZZERS:
        parser.add_argument(f"--{kind}", type=int, default=0, metavar="N")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_DATA, (HARD_BYTES, HARD_BYTES))
    print(f"seed {options.seed}", flush=True)

    faults = 0
    for kind in FUZZERS:
        count = getattr(options, kind) or None
        seconds = None if options.minutes is None else options.minutes * 60 / len(FUZZERS)
        if count is None and seconds is None:
            continue

        done = 0
        for attack in attacks(kind, options.seed, count=count, seconds=seconds):
            done += 1
            faults += len(attack.faults)
            for fault in attack.faults:
                print(f"FAULT {kind} {done}: {attack.name}\n{fault}", flush=True)
        print(f"{kind}: {done} attacks, {used_bytes() / 1e9:.1f} GB at most", flush=True)
    print(f"{faults} faults", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(_main())
