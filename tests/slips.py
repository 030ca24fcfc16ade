"""Plausible wrong values: one cell of a study written as a tired person might write it.

Run by hand, it prints how many of them ``check`` notices: ``python tests/slips.py 1500``.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor.checks.dates import check_past
from corridor.checks.every import check
from corridor.errors import Finding
from corridor.tables import schema
from corridor.tables.columns import FORMS, MODES, Column
from corridor.tables.reading import from_frames, read_folder

Frames = Mapping[str, pl.DataFrame]
Cells = dict[str, Any]

LAST_DAY = dt.date(2026, 7, 1)  # of the scenarios of the built-in study
KM_PER_MILE = 1.609
# What a figure of a unit is multiplied by when it is written in another one.
UNIT_RATIOS = {
    "h": {"minutes for hours": 60, "hours for minutes": 1 / 60, "days for hours": 1 / 24},
    "days": {"hours for days": 24, "weeks for days": 1 / 7},
    "km": {"metres for kilometres": 1000, "miles for kilometres": 1 / KM_PER_MILE},
    "km/h": {"metres a second": 1 / 3.6, "kilometres a day": 24},
    "1/week": {"a month for a week": 4.35, "a day for a week": 1 / 7, "a year for a week": 52},
    "1": {"per cent for a share": 100, "a share of a share": 0.01},
    "1/day": {"per cent for a share": 100, "a year for a day": 365},
    "1/year": {"a month for a year": 1 / 12, "a day for a year": 1 / 365},
    "as metric": {"minutes for hours": 60, "days for hours": 1 / 24, "thousandfold": 1000},
    "g/t-km": {"kilograms for grams": 0.001, "per mile": KM_PER_MILE},
}
AMOUNT_RATIOS = {"thousandfold": 1000, "a thousandth": 0.001}
DIGIT_RATIOS = {"point one place on": 10, "point one place back": 0.1}
PAIRS = (
    ("links", "from_node_id", "to_node_id"),
    ("links", "fixed_h", "fixed_p95_h"),
    ("terminals", "handling_h", "handling_p95_h"),
    ("terminals", "from_layer", "to_layer"),
    ("demand", "origin_node_id", "destination_node_id"),
    ("trade", "exporter", "importer"),
    ("nodes", "lon_deg", "lat_deg"),
    ("countries", "lon_deg", "lat_deg"),
    ("countries", "goods_exports_usd", "goods_imports_usd"),
    ("sectors", "elasticity_low", "elasticity_high"),
    ("observations", "origin", "destination"),
    ("observations", "value_low", "value_high"),
    ("windows", "season_from", "season_to"),
    ("hazards", "season_from", "season_to"),
    ("events", "from_on", "to_on"),
)
# Columns without a fact in them: names, remarks, and what only chooses among rows.
NO_FACTS = {
    "source_id",
    "confidence",
    "note",
    "alternative",
    "operator",
    "economy_confidence",
    "economy_source_ids",
    "explains",
}
# What somebody orders, plans or remembers, which nothing else in a study contradicts.
ORDERS = {
    *("shipments", "shipment_destinations", "shipment_slots"),
    *("projects", "project_payers", "states"),
}


@dataclass(frozen=True)
class Slip:
    """One wrong value, or two that were swapped: where, what is meant and what is written."""

    table: str
    row: int
    kind: str
    before: Cells
    after: Cells

    def __str__(self) -> str:
        cells = ", ".join(f"{c} {self.before[c]} -> {self.after[c]}" for c in self.after)
        return f"{self.table} row {self.row}: {self.kind}: {cells}"


def slips(frames: Frames, count: int, seed: int) -> list[Slip]:
    """Return wrong values spread evenly over the tables, their columns and the kinds of slips."""
    rng = random.Random(seed)
    by_table: dict[str, dict[tuple[str, str], list[Slip]]] = {}
    for slip in _every_slip(frames, rng):
        place = (" ".join(slip.after), slip.kind)
        by_table.setdefault(slip.table, {}).setdefault(place, []).append(slip)

    drawn: list[Slip] = []
    while len(drawn) < count and by_table:
        for table, by_place in list(by_table.items()):
            place = rng.choice(list(by_place))
            candidates = by_place[place]
            drawn.append(candidates.pop(rng.randrange(len(candidates))))
            if not candidates:
                del by_place[place]
            if not by_place:
                del by_table[table]
    return drawn[:count]


def with_slip(frames: Frames, slip: Slip) -> Frames:
    """Return the frames with a wrong value in them."""
    frame = frames[slip.table]
    rows = pl.int_range(pl.len()) == slip.row
    written = [
        pl.when(rows).then(pl.lit(value, frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in slip.after.items()
    ]
    return {**frames, slip.table: frame.with_columns(written)}


def _every_slip(frames: Frames, rng: random.Random) -> Iterator[Slip]:
    for table in schema.TABLES:
        if table.name in ORDERS:
            continue

        frame = frames[table.name]
        for column in table.columns:
            if column.name in NO_FACTS or column.name == table.key:
                continue
            cells = frame[column.name].to_list()
            for row, cell in enumerate(cells):
                if cell is not None:
                    yield from _slips_of(table.name, row, column, cells, rng)

    for name, a, b in PAIRS:
        for row, cells in enumerate(frames[name].iter_rows(named=True)):
            if cells[a] is not None and cells[b] is not None and _order_matters(name, a, cells):
                yield from _slip(
                    name, row, "swapped", {a: cells[a], b: cells[b]}, [cells[b], cells[a]]
                )


def _order_matters(table: str, column: str, cells: Cells) -> bool:
    """Tell whether swapping the ends changes what the row says."""
    return not (column in ("from_node_id", "from_layer") and cells["two_way"])


def _slip(table: str, row: int, kind: str, before: Cells, after: list[Any]) -> Iterator[Slip]:
    written = dict(zip(before, after, strict=True))
    if written != before:
        yield Slip(table, row, kind, before, written)


def _slips_of(
    table: str, row: int, column: Column, cells: list[Any], rng: random.Random
) -> Iterator[Slip]:
    """Return the wrong values of one cell, one of each kind."""
    cell = cells[row]
    for kind, after in _wrong_values(column, cell, rng).items():
        yield from _slip(table, row, kind, {column.name: cell}, [after])

    others = sorted({str(other) for other in cells if other is not None and other != cell})
    is_fact = column.kind not in ("text", "boolean", "words") or column.name == "row_id"
    if others and is_fact:
        near = [c for c in cells[max(row - 3, 0) : row + 4] if c is not None and c != cell]
        if near:
            yield from _slip(
                table, row, "a neighbour's value", {column.name: cell}, [rng.choice(near)]
            )


def _wrong_values(column: Column, cell: Any, rng: random.Random) -> dict[str, Any]:
    """Return kind of slip -> the wrong value; some are those of the cell itself."""
    if column.name in ("lon_deg", "lat_deg"):
        return _coordinates(cell)
    if column.name == "gauge_mm":
        return {"a gauge that is none": 1530, "another gauge": 1435 if cell != 1435 else 1520}
    if column.name == "year":
        return {"a year beside": cell + rng.choice((-10, 10)), "a century off": cell - 100}
    if column.kind in ("number", "integer") and column.unit:
        return _numbers(column, cell)
    if column.kind == "date":
        return _dates(cell, rng)
    if column.kind == "monthday":
        return _monthdays(cell)
    if column.kind == "hours":
        start, _, end = cell.partition("-")
        return {"swapped": f"{end}-{start}"}
    if column.name == "mode":
        return {"another mode": rng.choice([mode for mode in MODES if mode != cell])}
    if column.name == "form":
        return {"another form": rng.choice([form for form in FORMS if form != cell])}
    return {}


def _numbers(column: Column, cell: float) -> dict[str, Any]:
    ratios = UNIT_RATIOS.get(column.unit or "", AMOUNT_RATIOS) | DIGIT_RATIOS
    whole = column.kind == "integer"
    return {kind: round(cell * r) if whole else cell * r for kind, r in ratios.items()}


def _coordinates(cell: float) -> dict[str, Any]:
    degrees = int(cell)
    return {
        "sign": -cell,
        "minutes read as decimals": degrees + (cell - degrees) * 0.6,
        "a degree beside": cell + 1,
        "ten degrees beside": cell - 10,
    }


def _dates(cell: dt.date, rng: random.Random) -> dict[str, Any]:
    wrong = {
        "a year beside": _in_year(cell, cell.year + rng.choice((-1, 1))),
        "ten years beside": _in_year(cell, cell.year + rng.choice((-10, 10))),
    }
    if cell.day <= 12:
        wrong["day and month swapped"] = dt.date(cell.year, cell.day, cell.month)
    return wrong


def _in_year(day: dt.date, year: int) -> dt.date:
    return day.replace(year=year, day=min(day.day, 28))


def _monthdays(cell: str) -> dict[str, Any]:
    month, day = (int(part) for part in cell.split("-"))
    wrong = {"a month beside": f"{month % 12 + 1:02d}-{min(day, 28):02d}"}
    if day <= 12:
        wrong["day and month swapped"] = f"{day:02d}-{month:02d}"
    return wrong


# What check says of them


def _key(finding: Finding) -> tuple[Any, ...]:
    return finding.kind, finding.table, finding.column, finding.rows, finding.message


def findings_of(frames: Frames) -> list[Finding]:
    """Return what check says of frames: cells and everything across rows and tables."""
    tables = from_frames(frames)
    return [*tables.findings, *check(tables), *check_past(tables, LAST_DAY)]


def measured(frames: Frames, count: int, seed: int) -> list[tuple[Slip, list[Finding]]]:
    """Return wrong values, each with what check says of it and not of the study without it."""
    usual = {_key(finding) for finding in findings_of(frames)}
    return [
        (slip, [f for f in findings_of(with_slip(frames, slip)) if _key(f) not in usual])
        for slip in slips(frames, count, seed)
    ]


def _main(count: int, seed: int) -> None:
    frames = read_folder("studies/kazakhstan-pakistan").frames
    results = measured(frames, count, seed)

    print(f"{len(findings_of(frames))} findings on the study as shipped")
    caught = sum(bool(findings) for _, findings in results)
    print(f"{caught} of {len(results)} wrong values are noticed ({caught / len(results):.0%})")
    for title, group in (("table", _table_of), ("kind", _kind_of)):
        counts = Counter(group(slip) for slip, _ in results)
        noticed = Counter(group(slip) for slip, findings in results if findings)
        print(f"\nby {title}")
        for name, n in counts.most_common():
            print(f"  {name:34} {noticed[name]:4} of {n}")

    if "-v" in sys.argv:
        for finding in findings_of(frames):
            print(finding)

        for slip, findings in results:
            if not findings:
                print("missed", slip)


def _table_of(slip: Slip) -> str:
    return slip.table


def _kind_of(slip: Slip) -> str:
    return slip.kind


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 59)
