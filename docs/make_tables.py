"""Write docs/tables.md from the declarations of the tables of a study and of its results."""

from __future__ import annotations

from pathlib import Path

from corridor.tables import schema, schema_appraisals, schema_plans, schema_results

PAGE = Path(__file__).with_name("tables.md")
STUDY_HEAD = """# Tables of a study

Made from the declarations in `src/corridor/tables/schema.py`, `schema_consignments.py`, `schema_projects.py` and
`schema_trade.py` by `make docs`. A study is a folder with one file per table, CSV (or Parquet, or a sheet of an XLSX workbook), and a `study.toml`. Columns marked • must
have a value in every row; elsewhere an empty cell means unknown or not applicable, never zero.

Ids are lower-case words a person can type: letters, digits, hyphens. Dates are `2026-02-10`, months `2026-02`, days of a season
`11-30`.
Selectors, alternatives and changes are explained in [conventions](conventions.md).

## Workbooks and other people's CSV

A study may be **one workbook** beside `study.toml`: `study.xlsx`, or the only `.xlsx` of any other name. A sheet is a
table when it is called so, in any case and with blanks around (`Windows`, ` LINKS `). Sheets of other names are not read,
and nothing in them matters; one that looks like a table (`Hazards 2026`, or a sheet with its columns) is named in a
warning. A table may also be a workbook of its own (`links.xlsx`). `corridor new my-study --xlsx` writes one to start from;
reading and writing workbooks needs `pip install 'corridor[excel]'`.

| in the sheet | what happens |
|---|---|
| a title above the header | read from the header on; a warning says in which row that stands |
| columns and notes the table does not have | not read; a warning names the column |
| `#DIV/0!`, `#N/A` in a column that is read | an error with sheet and cell |
| a formula whose value is not stored | an error with sheet and cell: save the workbook in a spreadsheet program once |
| merged cells in the table | an error with sheet and cells: only the first of them holds the value |
| rows, columns or a sheet that are hidden or filtered away | read; a warning names them |
| `40.000` typed as text | read as 40; a warning names it (forty thousand?) |
| `.ods`, `.xls`, `.csv.gz` | not read; a warning, or the missing table, says what to save it as |

CSV is UTF-8, with or without byte order marks, separated by comma, semicolon or tab. Between semicolons or tabs, `12,5`
and `1.234,5` are read as decimal commas; a column of `40.000` or of `40,000` is a warning there (forty, or forty thousand?),
and an error where the other sign stands before decimals in the same file. A line `sep=;` above the header is read past, and so
is the apostrophe that `corridor export` puts before a text a spreadsheet would compute (`'=1+1`).

"""  # noqa: E501
RESULTS_HEAD = """# Tables of results

Made from the declarations in `src/corridor/tables/schema_results.py`, `schema_appraisals.py` and `schema_phases.py` by `make docs`. `corridor run` keeps these tables
as Parquet in `results/<scenario>`, `corridor export` writes those with rows for a spreadsheet. An empty cell means
unknown or not applicable, never zero. Prose is told in the reader's language in the report; here it is English.

"""  # noqa: E501
ANSWERS_HEAD = """# Tables of answers

What single verbs answer with, beside what a run keeps: `corridor appraise` (`appraisal_`) and `schedule` (`plan_`); `.write(folder)`
and `--out` keep them as Parquet. Made from `src/corridor/tables/schema_appraisals.py` and `schema_plans.py` by `make docs`.

"""  # noqa: E501
ANSWERS = (
    *(table for table in schema_appraisals.TABLES if table not in schema_appraisals.IN_RUNS),
    *schema_plans.TABLES,
)
NEEDS = {
    "target": "a section `[target]` in `study.toml`",
    "demand": "rows of `demand`",
    "hazards": "rows of `hazards`",
    "replays": "rows of `replays`",
    "volumes": "rows of `volumes`",
    "claims": "rows of `claims`",
    "commitments": "rows of `commitments`",
    "projects": "rows of `projects`",
}


def holds(column: schema.Column) -> str:
    """Return what a column may hold, in a few words."""
    words = single(column)
    return f"list: {words}" if column.many else words


def single(column: schema.Column) -> str:
    """Return what one value of a column may be, in a few words."""
    if column.choices:
        return ", ".join(f"`{choice}`" for choice in column.choices)

    words = f"id of {column.refers}" if column.refers else column.kind
    if column.refers and column.kind == "words":
        words = f"ids of {column.refers}, separated by spaces"

    match column.low, column.high:
        case None, None:
            return words
        case low, None:
            return f"{words} ≥ {low:g}"
        case None, high:
            return f"{words} ≤ {high:g}"
        case low, high:
            return f"{words} {low:g} to {high:g}"


def section(table: schema.Table, lead: str) -> str:
    """Return one table's part of the page; lead: what is said of it above its columns."""
    rows = [
        f"| `{c.name}`{' •' if c.required else ''} | {c.unit or ''} | {holds(c)} | {c.meaning} |"
        for c in table.columns
    ]
    lines = [
        f"## {table.name}",
        "",
        lead,
        "",
        "| column | unit | holds | meaning |",
        "|---|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join(lines)


def study_section(table: schema.Table) -> str:
    """Return the part of a table of a study."""
    presence = "Every study has it." if table.required else "Optional."
    if table.required_where:
        presence = f"Every study has it whose {table.required_where}."
    key = f"Key: `{table.key}`." if table.key else "No key: several rows may belong together."
    return section(table, f"{capital(table.meaning)}. {presence} {key}")


def results_section(table: schema.Table) -> str:
    """Return the part of a table of results; its heading tells it from one of the study."""
    key = f" Key: `{table.key}`." if table.key else ""
    lead = f"**{table.title}**: {table.meaning}. {presence(table)}{key}"
    return section(table, lead).replace(f"## {table.name}", f"## {table.name} of results", 1)


def answer_section(table: schema.Table) -> str:
    """Return the part of a table that a verb answers with."""
    key = f" Key: `{table.key}`." if table.key else ""
    return section(table, f"**{table.title}**: {table.meaning}.{key}")


def presence(table: schema.Table) -> str:
    """Return in a sentence which runs keep a table of results."""
    if not table.needs:
        return "Every run keeps it."
    needs = " and ".join(NEEDS[need] for need in table.needs)
    unless = f", unless {table.unless}" if table.unless else ""
    return f"Kept where the study has {needs}{unless}."


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def page() -> str:
    """Return the whole page as Markdown."""
    study_list = " · ".join(f"[{t.name}](#{t.name})" for t in schema.TABLES)
    results_list = " · ".join(f"[{t.name}](#{t.name}-of-results)" for t in schema_results.TABLES)
    study = [STUDY_HEAD + study_list + "\n", *map(study_section, schema.TABLES)]
    results = [RESULTS_HEAD + results_list + "\n", *map(results_section, schema_results.TABLES)]
    answers_list = " · ".join(f"[{t.name}](#{t.name})" for t in ANSWERS)
    answers = [ANSWERS_HEAD + answers_list + "\n", *map(answer_section, ANSWERS)]
    return "\n".join([*study, *results, *answers])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE)
