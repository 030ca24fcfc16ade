"""Workbooks: an appraisal as a spreadsheet with live formulas, one for each project.

What is known stands on the sheet ``Inputs``, everything else is a formula of it: cash flow,
discounting, criteria and sensitivity follow whatever is typed there. Figures computed here are
stored beside the formulas, so that a viewer that computes nothing shows them too.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor.errors import CallError, UnknownName
from corridor.kernels import Floats
from corridor.projects import finance
from corridor.projects.appraisal import Appraisal
from corridor.projects.cash_flow import CashFlow
from corridor.projects.streams import Streams
from corridor.tables.files import sweep, write_bytes
from corridor.tables.schema_appraisals import (
    BENEFITS,
    CARRIERS,
    COSTS,
    SHIPPERS,
    STATE,
    WELFARE,
)

INPUTS = "Inputs"
CASH_FLOW = "Cash flow"
RESULTS = "Results"
SENSITIVITY = "Sensitivity"
WHO_GAINS = "Who gains"
FIRST_ROW = 2  # of years on the cash flow, counted as a spreadsheet does
CHANGES = (-0.4, -0.2, -0.1, 0.0, 0.1, 0.2, 0.4)
PAID = (SHIPPERS, CARRIERS, STATE)  # groups whose gains are money already
MONEY = "#,##0.00"
RATE = "0.00%"
# Columns of the cash flow, in order.
COLUMNS = (
    "year",
    "in use",
    "discount factor",
    "capex",
    "opex",
    "residual",
    *WELFARE,
    "net",
    "discounted",
    "balance",
    "discounted balance",
    "payback",
    "discounted payback",
)
LETTER = {name: chr(ord("A") + number) for number, name in enumerate(COLUMNS)}


def write_workbooks(appraisal: Appraisal, folder: str | Path) -> list[Path]:
    """Write one workbook a project into a folder and return their paths.

    Raises CallError where the extra ``excel`` is not installed; OSError.
    """
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    sweep(home)
    paths = []
    for project_id in appraisal.projects["project_id"]:
        path = home / f"{project_id}.xlsx"
        write_bytes(path, workbook(appraisal, project_id))
        paths.append(path)
    return paths


def workbook(appraisal: Appraisal, project_id: str) -> bytes:
    """Return the workbook of one project of an appraisal.

    Raises UnknownName for a project that was not appraised, CallError where the extra ``excel`` is
    not installed.
    """
    if project_id not in appraisal.cash_flows:
        raise UnknownName("project", project_id, appraisal.cash_flows)
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise CallError(
            "A workbook needs the extra `excel`: pip install 'corridor[excel]'."
        ) from None

    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        _Book.of(book, appraisal, project_id).write()
    return stream.getvalue()


@dataclass
class _Book:
    """A workbook under way.

    cells: where each input stands, as a formula names it; spans: the same of rows of inputs.
    """

    book: Any
    appraisal: Appraisal
    row: dict[str, Any]
    cash_flow: CashFlow
    formats: dict[str, Any]
    cells: dict[str, str] = field(default_factory=dict)
    spans: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Any, appraisal: Appraisal, project_id: str) -> _Book:
        """Return the workbook of a project, nothing written yet."""
        row = appraisal.projects.row(by_predicate=pl.col("project_id") == project_id, named=True)
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "input": book.add_format({"num_format": MONEY, "font_color": "#0000FF"}),
            "input rate": book.add_format({"num_format": "0.0000%", "font_color": "#0000FF"}),
            "input year": book.add_format({"num_format": "0", "font_color": "#0000FF"}),
            "money": book.add_format({"num_format": MONEY}),
            "rate": book.add_format({"num_format": RATE}),
            "number": book.add_format({"num_format": "0.0000"}),
            "year": book.add_format({"num_format": "0"}),
        }
        return cls(book, appraisal, row, appraisal.cash_flows[project_id], formats)

    @property
    def streams(self) -> Streams:
        """The streams of the project."""
        return self.cash_flow.streams

    @property
    def last_row(self) -> int:
        """The row of the last year on the cash flow."""
        return FIRST_ROW + len(self.streams.years) - 1

    def column(self, name: str) -> str:
        """Return a column of the cash flow as formulas of other sheets name it."""
        letter = LETTER[name]
        return f"'{CASH_FLOW}'!${letter}${FIRST_ROW}:${letter}${self.last_row}"

    def write(self) -> None:
        """Write every sheet; results come first for who opens it."""
        results = self.book.add_worksheet(RESULTS)
        inputs = self.book.add_worksheet(INPUTS)
        cash = self.book.add_worksheet(CASH_FLOW)
        sensitivity = self.book.add_worksheet(SENSITIVITY)
        gains = self.book.add_worksheet(WHO_GAINS)
        _write_inputs(self, inputs)
        _write_cash_flow(self, cash)
        _write_results(self, results)
        _write_sensitivity(self, sensitivity)
        _write_gains(self, gains)


def _write_inputs(book: _Book, sheet: Any) -> None:
    """Write what is known: single figures, then figures by year."""
    streams = book.streams
    price = float(streams.items["capex"].sum())
    moving = np.flatnonzero(streams.net)
    start_year = int(streams.years[moving[0]]) if len(moving) else int(streams.years[0])
    in_use = (streams.years >= streams.open_year) & (streams.years <= streams.last_year)
    running = float(streams.items["opex"][in_use].max(initial=0.0))
    left = float(streams.items["residual"].sum())

    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 60, 18)
    sheet.write_row(0, 0, ["input", "value", "unit"], book.formats["head"])
    figures = (
        ("discount", "discount rate, hurdle", streams.discount_share, "1/year", "input rate"),
        ("first", "year that money is discounted to", int(streams.years[0]), "year", "input year"),
        ("start", "first year of works", start_year, "year", "input year"),
        ("open", "first year of use", streams.open_year, "year", "input year"),
        ("last", "last year of use that counts", streams.last_year, "year", "input year"),
        (
            "guess",
            "first guess of the return",
            book.row["return_share"] or 0.0,
            "1/year",
            "input rate",
        ),
        ("price", "capital", price, "USD", "input"),
        ("running", "fixed running costs", running, "USD/year", "input"),
        ("left", "left of it, share of capital", left / price if price else 0.0, "1", "input rate"),
        ("capex_change", "change of capital", 0.0, "1", "input rate"),
        ("opex_change", "change of running costs", 0.0, "1", "input rate"),
        ("benefit_change", "change of what users and states gain", 0.0, "1", "input rate"),
        ("carbon_change", "change of the price of carbon", 0.0, "1", "input rate"),
    )
    for number, (name, label, value, unit, style) in enumerate(figures, start=1):
        sheet.write_string(number, 0, label)
        sheet.write_number(number, 1, value, book.formats[style])
        sheet.write_string(number, 2, unit)
        book.cells[name] = f"{INPUTS}!$B${number + 1}"

    at = len(figures) + 2
    at = _write_anchors(book, sheet, at)
    _write_yearly_inputs(book, sheet, at + 1, price)


def _write_anchors(book: _Book, sheet: Any, at: int) -> int:
    """Write the years whose flows were computed, and what they came to; return the next row."""
    flow = book.cash_flow
    rows: list[tuple[str, Sequence[float], str]] = [("anchor", flow.anchors, "year")]
    rows += [(group, flow.welfare[group], "USD/year") for group in PAID]
    rows.append(("carbon kg", flow.carbon_kg, "kg CO2e/year"))
    sheet.write_string(at, 0, "computed from flows", book.formats["head"])
    for number, (name, values, unit) in enumerate(rows, start=at + 1):
        sheet.write_string(number, 0, f"{name} [{unit}]")
        style = book.formats["input year" if name == "anchor" else "input"]
        sheet.write_row(number, 1, [float(value) for value in values], style)
        letters = [_letter(1 + place) for place in range(len(values))]
        book.spans[name] = [f"{INPUTS}!${letter}${number + 1}" for letter in letters]
    return at + 1 + len(rows)


def _write_yearly_inputs(book: _Book, sheet: Any, at: int, price: float) -> None:
    """Write the share of capital and the price of carbon of every year, a column a year."""
    streams = book.streams
    shares = streams.items["capex"] / price if price else np.zeros(len(streams.years))
    rows = (
        ("years", streams.years.astype(float), "year", "input year"),
        ("capital share", shares, "1", "input rate"),
        ("carbon price", book.cash_flow.carbon_usd_per_t, "USD/t", "input"),
    )
    sheet.write_string(at, 0, "by year", book.formats["head"])
    for number, (name, values, unit, style) in enumerate(rows, start=at + 1):
        sheet.write_string(number, 0, f"{name} [{unit}]")
        sheet.write_row(number, 1, [float(value) for value in values], book.formats[style])
        letters = [_letter(1 + place) for place in range(len(values))]
        book.spans[name] = [f"{INPUTS}!${letter}${number + 1}" for letter in letters]


def _write_cash_flow(book: _Book, sheet: Any) -> None:
    """Write one row a year, every cell a formula."""
    streams = book.streams
    sheet.set_column(0, len(COLUMNS), 18)
    sheet.write_row(0, 0, list(COLUMNS), book.formats["head"])
    sheet.freeze_panes(1, 1)

    values = _cash_flow_values(book)
    for number in range(len(streams.years)):
        formulas = _year_formulas(book, number)
        for place, name in enumerate(COLUMNS):
            style = {"year": "year", "in use": "year", "discount factor": "number"}
            style_name = style.get(name, "number" if "payback" in name else "money")
            sheet.write_formula(
                FIRST_ROW - 1 + number,
                place,
                formulas[name],
                book.formats[style_name],
                values[name][number],
            )


def _year_formulas(book: _Book, number: int) -> dict[str, str]:
    """Return the formulas of one year by column."""
    row = FIRST_ROW + number
    cells = book.cells
    at = {name: f"{letter}{row}" for name, letter in LETTER.items()}
    before = {name: f"{letter}{row - 1}" for name, letter in LETTER.items()}
    grown = f"(1+{cells['benefit_change']})"
    price = f"{cells['price']}*(1+{cells['capex_change']})"
    is_last = f"IF({at['year']}={cells['last']},1,0)"

    formulas = {
        "year": f"={book.spans['years'][number]}",
        "in use": f"=IF(AND({at['year']}>={cells['open']},{at['year']}<={cells['last']}),1,0)",
        "discount factor": f"=(1+{cells['discount']})^-({at['year']}-{cells['first']})",
        "capex": f"={price}*{book.spans['capital share'][number]}",
        "opex": f"={at['in use']}*{cells['running']}*(1+{cells['opex_change']})",
        "residual": f"={is_last}*{cells['left']}*{price}",
    }
    for group in PAID:
        formulas[group] = f"={at['in use']}*({_line(book, group, at['year'])})*{grown}"
    carbon_price = f"{book.spans['carbon price'][number]}*(1+{cells['carbon_change']})"
    carbon_t = f"({_line(book, 'carbon kg', at['year'])})/1000"
    formulas["carbon"] = f"={at['in use']}*{carbon_t}*{grown}*{carbon_price}"

    gains = "+".join(at[name] for name in BENEFITS)
    formulas["net"] = f"={gains}-" + "-".join(at[name] for name in COSTS)
    formulas["discounted"] = f"={at['net']}*{at['discount factor']}"
    for balance, flow in (("balance", "net"), ("discounted balance", "discounted")):
        earlier = f"{before[balance]}+" if number else ""
        formulas[balance] = f"={earlier}{at[flow]}"
    for payback, balance, flow in (
        ("payback", "balance", "net"),
        ("discounted payback", "discounted balance", "discounted"),
    ):
        formulas[payback] = '=""'
        if number:
            turns = f"AND({at[balance]}>=0,{before[balance]}<0)"
            years = f"{before['year']}-{cells['start']}-{before[balance]}/{at[flow]}"
            formulas[payback] = f'=IF({turns},{years},"")'
    return formulas


def _line(book: _Book, name: str, year: str) -> str:
    """Return the value of a year between those computed: straight, constant beyond."""
    years, values = book.spans["anchor"], book.spans[name]
    terms = [values[0]]
    for number in range(len(values) - 1):
        share = f"({year}-{years[number]})/({years[number + 1]}-{years[number]})"
        terms.append(f"({values[number + 1]}-{values[number]})*MAX(0,MIN(1,{share}))")
    return "+".join(terms)


def _cash_flow_values(book: _Book) -> dict[str, list[Any]]:
    """Return what the formulas of the cash flow come to, as computed here."""
    streams = book.streams
    net = streams.net
    discounted = net * streams.discount
    in_use = (streams.years >= streams.open_year) & (streams.years <= streams.last_year)
    columns: dict[str, Floats] = {
        "year": streams.years.astype(float),
        "in use": in_use.astype(float),
        "discount factor": streams.discount,
        **streams.items,
        "net": net,
        "discounted": discounted,
        "balance": np.cumsum(net),
        "discounted balance": np.cumsum(discounted),
    }
    values: dict[str, list[Any]] = {name: column.tolist() for name, column in columns.items()}
    moving = np.flatnonzero(net)
    start = int(moving[0]) if len(moving) else 0
    for payback, balance, flow in (
        ("payback", "balance", "net"),
        ("discounted payback", "discounted balance", "discounted"),
    ):
        values[payback] = [""] * len(net)
        sums, moves = columns[balance], columns[flow]
        for year in range(1, len(net)):
            if sums[year] >= 0 > sums[year - 1]:
                values[payback][year] = float(year - 1 - start - sums[year - 1] / moves[year])
    return values


def _write_results(book: _Book, sheet: Any) -> None:
    """Write the criteria as formulas of the cash flow."""
    row = book.row
    streams = book.streams
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 24)
    sheet.write_string(0, 0, row["name"], book.formats["head"])
    sheet.write_string(0, 1, book.appraisal.convention.name, book.formats["head"])

    for number, (label, formula, style, value) in enumerate(_criteria(book), start=1):
        sheet.write_string(number, 0, label)
        if formula is None:
            sheet.write_string(number, 1, str(value))
        else:
            shown = "never" if value is None else value
            sheet.write_formula(number, 1, formula, book.formats[style], shown)

    at = len(_criteria(book)) + 3
    sheet.write_row(at, 0, ["item", "present value", "switching value"], book.formats["head"])
    npv = f"SUM({book.column('discounted')})"
    npv_usd = float(streams.net @ streams.discount)
    for number, (item, formula, value) in enumerate(_present_values(book), start=at + 1):
        sheet.write_string(number, 0, item)
        sheet.write_formula(number, 1, f"={formula}", book.formats["money"], value)
        switching = finance.switching_share(npv_usd, value)
        sheet.write_formula(
            number,
            2,
            f'=IF(B{number + 1}=0,"none",-{npv}/B{number + 1})',
            book.formats["rate"],
            "none" if switching is None else switching,
        )
    sheet.write_string(at + 12, 0, book.appraisal.convention.source)


def _criteria(book: _Book) -> list[tuple[str, str | None, str, Any]]:
    """Return every criterion: label, formula, style and what it comes to."""
    row = book.row
    cells = book.cells
    factor = book.column("discount factor")
    costs = f"SUMPRODUCT({book.column('capex')}+{book.column('opex')},{factor})"
    gains = f"SUMPRODUCT({'+'.join(book.column(name) for name in BENEFITS)},{factor})"
    opening = f"({book.column('year')}={cells['open']})"
    welfare = "+".join(book.column(name) for name in BENEFITS if name != "residual")
    first = f"SUMPRODUCT({opening}*({welfare}-{book.column('opex')}))"
    years_before = f"({cells['open']}-{book.column('year')})"
    is_before = f"({book.column('year')}<{cells['open']})"
    spent = f"SUMPRODUCT({is_before}*{book.column('capex')},(1+{cells['discount']})^{years_before})"
    rate_formula = f"=IRR({book.column('net')},{cells['guess']})"
    is_single = row["return_share"] is not None
    return [
        ("net present value [USD]", f"=SUM({book.column('discounted')})", "money", row["npv_usd"]),
        (
            "internal rate of return",
            rate_formula if is_single else None,
            "rate",
            row["return_share"] if is_single else row["return_note"],
        ),
        (
            "benefits by costs",
            f'=IF({costs}=0,"never",{gains}/{costs})',
            "number",
            row["benefit_cost_ratio"],
        ),
        (
            "return of the first year",
            f'=IF({spent}=0,"never",{first}/{spent})',
            "rate",
            row["first_year_return_share"],
        ),
        ("payback [years]", _payback(book, "payback", "balance"), "number", row["payback_years"]),
        (
            "discounted payback [years]",
            _payback(book, "discounted payback", "discounted balance"),
            "number",
            row["discounted_payback_years"],
        ),
    ]


def _payback(book: _Book, payback: str, balance: str) -> str:
    """Return the formula of a payback: 0 where nothing is owed, the first turn, or never."""
    turns = book.column(payback)
    owes = f"MIN({book.column(balance)})<0"
    gains = f'IF(MAX({book.column(balance)})>0,0,"never")'
    return f'=IF({owes},IF(COUNT({turns})=0,"never",MIN({turns})),{gains})'


def _present_values(book: _Book) -> list[tuple[str, str, float]]:
    """Return what each item adds to the net present value: name, formula and value."""
    streams = book.streams
    factor = book.column("discount factor")
    items = []
    for item in (*COSTS, *BENEFITS):
        sign = "-" if item in COSTS else ""
        value = float(streams.items[item] @ streams.discount) * (-1 if item in COSTS else 1)
        items.append((item, f"{sign}SUMPRODUCT({book.column(item)},{factor})", value))
    return items


def _write_sensitivity(book: _Book, sheet: Any) -> None:
    """Write the net present value where items change alone, and where capital and gains both do."""
    streams = book.streams
    net_usd = float(streams.net @ streams.discount)
    npv = f"SUM({book.column('discounted')})"
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(CHANGES), 18)
    sheet.write_string(0, 0, "net present value [USD]", book.formats["head"])
    for place, change in enumerate(CHANGES, start=1):
        sheet.write_number(0, place, change, book.formats["rate"])

    items = _present_values(book)
    for number, (item, formula, value) in enumerate(items, start=1):
        sheet.write_string(number, 0, item)
        for place, change in enumerate(CHANGES, start=1):
            changed = f"={npv}+{_letter(place)}$1*({formula})"
            sheet.write_formula(
                number, place, changed, book.formats["money"], net_usd + change * value
            )

    _write_grid(book, sheet, len(items) + 3, items)


def _write_grid(book: _Book, sheet: Any, at: int, items: Sequence[tuple[str, str, float]]) -> None:
    """Write the net present value by the changes of capital and of all gains."""
    values: Mapping[str, float] = {item: value for item, _, value in items}
    formulas = {item: formula for item, formula, _ in items}
    gains = "+".join(formulas[name] for name in BENEFITS if name != "residual")
    capital = f"{formulas['capex']}+{formulas['residual']}"
    gains_usd = sum(values[name] for name in BENEFITS if name != "residual")
    capital_usd = values["capex"] + values["residual"]
    net_usd = sum(values.values())
    npv = f"SUM({book.column('discounted')})"

    sheet.write_string(at, 0, "capital down, gains across", book.formats["head"])
    for place, change in enumerate(CHANGES, start=1):
        sheet.write_number(at, place, change, book.formats["rate"])
        sheet.write_number(at + place, 0, change, book.formats["rate"])
    for down, capital_change in enumerate(CHANGES, start=1):
        for across, gains_change in enumerate(CHANGES, start=1):
            formula = f"={npv}+$A{at + down + 1}*({capital})+{_letter(across)}${at + 1}*({gains})"
            value = net_usd + capital_change * capital_usd + gains_change * gains_usd
            sheet.write_formula(at + down, across, formula, book.formats["money"], value)


def _write_gains(book: _Book, sheet: Any) -> None:
    """Write who gains and who pays as computed, with their sum beside the net present value."""
    groups = book.appraisal.groups.filter(pl.col("project_id") == book.row["project_id"])
    sheet.set_column(0, 3, 24)
    heads = ["country", "group", "present value [USD]", "first year of use [USD]"]
    sheet.write_row(0, 0, heads, book.formats["head"])
    rows = groups.select("country", "group", "pv_usd", "usd_per_year").iter_rows()
    for number, (country, group, pv_usd, usd) in enumerate(rows, start=1):
        sheet.write_string(number, 0, country or "")
        sheet.write_string(number, 1, group)
        sheet.write_number(number, 2, pv_usd, book.formats["input"])
        sheet.write_number(number, 3, usd, book.formats["input"])

    last = groups.height
    sheet.write_string(last + 1, 0, "together", book.formats["head"])
    total = float(groups["pv_usd"].sum())
    sheet.write_formula(last + 1, 2, f"=SUM(C2:C{last + 1})", book.formats["money"], total)


def _letter(place: int) -> str:
    """Return the letters of a column, 0 being A."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
