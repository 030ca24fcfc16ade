"""Terminal: tables fitted to its width; long sentences stand below them, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from corridor.counts import count_of

SENTENCES = ("reason", "why")  # columns whose texts stand below the table, by number
GAP = 2  # blanks between two columns
FIRM_BLANK = "\u00a0"  # breaks no line
DROPPED_FIRST = (
    "element_id",
    "source",
    "leg",
    "km",
    "cargo",
    "transshipments",
    "borders",
    "countries",
    "modes",
    "USD p5",
    "USD p95",
    "detour km",
    "t CO2e",
    "used kt",
    "grade",
)  # what a person misses least where a table is too wide


def print_table(frame: pl.DataFrame, max_rows: int | None = None) -> None:
    """Print a table on the terminal.

    Numbers are never cut: columns that do not fit are dropped, least missed first, and named below.
    max_rows: shown; null: all.
    """
    from rich.console import Console
    from rich.table import Table

    console = Console()
    head = frame if max_rows is None else frame.head(max_rows)
    cells, sentences = _with_numbers(_cells(head))
    widths = _least_widths(cells, frame)
    dropped = dropped_columns(widths, console.width)

    table = Table(header_style="bold", box=None, pad_edge=False)
    shown = [name for name in cells if name not in dropped]
    fitted = fitted_widths(
        {name: widths[name] for name in shown},
        {name: max(map(len, (name, *cells[name]))) for name in shown},
        console.width,
    )
    for name in shown:
        table.add_column(
            name,
            justify="right" if frame.schema[name].is_numeric() else "left",
            width=fitted[name],
            overflow="fold",
            no_wrap=_is_firm(cells[name]),
        )
    for row in zip(*(cells[name] for name in shown), strict=True):
        table.add_row(*(text.replace(FIRM_BLANK, " ") for text in row))

    console.print(table)
    for number, sentence in enumerate(sentences, start=1):
        console.print(f"[{number}] {sentence}", markup=False, highlight=False)
    _print_rest(frame.height - head.height, dropped)


def dropped_columns(least_widths: Mapping[str, int], terminal_width: int) -> list[str]:
    """Return the columns a table leaves out so that the others fit, in their order of dropping.

    The first column always stays.
    """
    left = dict(least_widths)
    others = list(left)[1:]
    candidates = [name for name in DROPPED_FIRST if name in others]
    candidates += [n for n in reversed(others) if n not in (*DROPPED_FIRST, *SENTENCES)]

    dropped: list[str] = []
    while sum(left.values()) + GAP * (len(left) - 1) > terminal_width and candidates:
        name = candidates.pop(0)
        dropped.append(name)
        del left[name]
    return dropped


def fitted_widths(
    least_widths: Mapping[str, int], full_widths: Mapping[str, int], terminal_width: int
) -> dict[str, int]:
    """Return the widths of columns that fit the terminal, none below its least.

    What is too much is taken from the column that has most to give, one character at a time.
    """
    widths = dict(full_widths)
    excess = sum(widths.values()) + GAP * (len(widths) - 1) - terminal_width
    for _ in range(excess):
        widest = max(widths, key=lambda name: widths[name] - least_widths[name])
        if widths[widest] == least_widths[widest]:
            break
        widths[widest] -= 1
    return widths


def _cells(frame: pl.DataFrame) -> dict[str, list[str]]:
    """Return the cells of a table as texts, by column."""
    return {name: _column_cells(frame[name].to_list()) for name in frame.columns}


def _column_cells(values: Sequence[object]) -> list[str]:
    """Return the cells of a column as texts, its figures with the same number of decimals."""
    figures = [value for value in values if isinstance(value, float) and abs(value) < 1000]
    decimals = max(map(_decimals, figures), default=0)
    return [_cell(value, decimals) for value in values]


def _decimals(value: float) -> int:
    """Return how many decimals a figure needs, at most two."""
    return next((n for n in (0, 1) if round(value, n) == round(value, 2)), 2)


def _with_numbers(
    cells: Mapping[str, list[str]],
) -> tuple[dict[str, list[str]], list[str]]:
    """Return cells that call sentences by their numbers, and the sentences, each once."""
    sentences: dict[str, int] = {}
    numbered = dict(cells)
    for name in SENTENCES:
        texts = [text for text in cells.get(name, []) if text != "-"]
        for text in texts:
            sentences.setdefault(text, len(sentences) + 1)
        if texts:
            numbered[name] = [f"[{sentences[t]}]" if t != "-" else t for t in cells[name]]
    return numbered, list(sentences)


def _least_widths(cells: Mapping[str, Sequence[str]], frame: pl.DataFrame) -> dict[str, int]:
    """Return how narrow each column may be: its longest word, or its longest number."""
    return {
        name: _least_width(name, texts, stays=frame.schema[name].is_numeric() or _is_firm(texts))
        for name, texts in cells.items()
    }


def _least_width(heading: str, texts: Sequence[str], *, stays: bool) -> int:
    """Return how narrow a column may be; stays: each of its texts stays in one line."""
    if stays:
        return max(map(len, (heading, *texts)))
    return max(len(word) for text in (heading, *texts) for word in text.split() or [""])


def _is_firm(texts: Sequence[str]) -> bool:
    """Tell whether the texts of a column stay in one line, as their blanks say."""
    return any(FIRM_BLANK in text for text in texts)


def _print_rest(more_rows: int, dropped: Sequence[str]) -> None:
    """Say on stderr what the table left out, and where it is."""
    from rich.console import Console

    rest = []
    if dropped:
        rest.append(f"left out to fit the terminal: {', '.join(dropped)}")
    if more_rows > 0:
        rest.append(count_of(more_rows, "more row"))
    if rest:
        Console(stderr=True).print(f"{'; '.join(rest)}: pipe the output to a file for all")


def _cell(value: object, decimals: int) -> str:
    """Return a value as a cell of a table: numbers short, lists as words, null as a dash."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, int):
        return f"{value:,}"
    if not isinstance(value, float):
        return str(value)

    text = f"{value:,.{decimals}f}" if abs(value) < 1000 else f"{value:,.0f}"
    is_zero = not text.strip("-0.,")
    return text.removeprefix("-") if is_zero else text  # no -0.00
