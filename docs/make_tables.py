"""Write docs/tables.md from the declarations in corridor.schema."""

from __future__ import annotations

from pathlib import Path

from corridor.tables import schema
from corridor.tables.columns import Column, Table

PAGE = Path(__file__).with_name("tables.md")
HEAD = """# Tables of a study

Made from the declarations in `src/corridor/tables/schema.py` and `src/corridor/tables/schema_trade.py` by `make docs`. A study is a
folder with one file per table, CSV (or Parquet, or a sheet of an XLSX workbook), and a `study.toml`. Columns marked •
must have a value in every row; elsewhere an empty cell means unknown or not applicable, never zero.

Ids are lower-case words a person can type: letters, digits, hyphens. Dates are `2026-02-10`, days of a season `11-30`.
Selectors, alternatives and changes are explained in [conventions](conventions.md).

"""  # noqa: E501


def holds(column: Column) -> str:
    """Return what a column may hold, in a few words."""
    if column.choices:
        return ", ".join(f"`{c}`" for c in column.choices)
    words = f"id of {column.refers}" if column.refers else column.kind
    if column.refers and column.kind == "words":
        words = f"ids of {column.refers}, parted by blanks"
    match column.low, column.high:
        case None, None:
            return words
        case low, None:
            return f"{words} ≥ {low:g}"
        case None, high:
            return f"{words} ≤ {high:g}"
        case low, high:
            return f"{words} {low:g} to {high:g}"


def section(table: Table) -> str:
    """Return one table's part of the page."""
    must = "Every study has it." if table.required else "Optional."
    key = f"Key: `{table.key}`." if table.key else "No key: several rows may belong together."
    rows = [
        f"| `{c.name}`{' •' if c.required else ''} | {c.unit or ''} | {holds(c)} | {c.meaning} |"
        for c in table.columns
    ]
    said = table.meaning[:1].upper() + table.meaning[1:]
    lines = [
        f"## {table.name}",
        "",
        f"{said}. {must} {key}",
        "",
        "| column | unit | holds | meaning |",
        "|---|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join(lines)


def page() -> str:
    """Return the whole page as Markdown."""
    listed = " · ".join(f"[{t.name}](#{t.name})" for t in schema.TABLES)
    return HEAD + listed + "\n\n" + "\n".join(section(t) for t in schema.TABLES)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE)
