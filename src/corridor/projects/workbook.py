"""Workbooks: an appraisal as a spreadsheet with live formulas, one for each project.

What is known stands on the sheet ``Inputs``, everything else is a formula of it: cash flow,
discounting, criteria and sensitivity follow whatever is typed there. Figures computed here are
stored beside the formulas, so that a viewer that computes nothing shows them too.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

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


class _Payback(NamedTuple):
    """Columns of the cash flow: a payback, the balance it is read from, and what moves that."""

    column: str
    balance: str
    flow: str


PAYBACKS = (
    _Payback("payback", "balance", "net"),
    _Payback("discounted payback", "discounted balance", "discounted"),
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
    def price_usd(self) -> float:
        """What all of it costs to build."""
        return float(self.streams.items["capex"].sum())

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


class _Figure(NamedTuple):
    """A figure of the sheet of inputs: its name in formulas, what it is, and how it is shown."""

    name: str
    label: str
    value: float
    unit: str
    style: str = "input rate"


def _write_inputs(book: _Book, sheet: Any) -> None:
    """Write what is known: single figures, then figures by year."""
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 60, 18)
    sheet.write_row(0, 0, ["input", "value", "unit"], book.formats["head"])

    figures = [*_figures_of_time(book), *_figures_of_money(book), *_FIGURES_OF_CHANGE]
    for number, figure in enumerate(figures, start=1):
        sheet.write_string(number, 0, figure.label)
        sheet.write_number(number, 1, figure.value, book.formats[figure.style])
        sheet.write_string(number, 2, figure.unit)
        book.cells[figure.name] = f"{INPUTS}!$B${number + 1}"

    after = _write_anchors(book, sheet, len(figures) + 2)
    _write_yearly_inputs(book, sheet, after + 1)


def _figures_of_time(book: _Book) -> list[_Figure]:
    """Return the rate and the years that money and use count by."""
    streams = book.streams
    years = [
        ("first", "year that money is discounted to", int(streams.years[0])),
        ("start", "first year of works", int(streams.years[_first_moving(streams.net)])),
        ("open", "first year of use", streams.open_year),
        ("last", "last year of use that counts", streams.last_year),
    ]
    return [
        _Figure("discount", "discount rate, hurdle", streams.discount_share, "1/year"),
        *(_Figure(name, label, year, "year", "input year") for name, label, year in years),
        _Figure("guess", "first guess of the return", book.row["return_share"] or 0.0, "1/year"),
    ]


def _figures_of_money(book: _Book) -> list[_Figure]:
    """Return the price, what running costs, and what is left of the price."""
    items = book.streams.items
    price_usd = book.price_usd
    running_usd = float((items["opex"] * book.streams.in_use).max(initial=0.0))
    left_usd = float(items["residual"].sum())
    left_share = left_usd / price_usd if price_usd else 0.0
    return [
        _Figure("price", "capital", price_usd, "USD", "input"),
        _Figure("running", "fixed running costs", running_usd, "USD/year", "input"),
        _Figure("left", "left of it, share of capital", left_share, "1"),
    ]


_FIGURES_OF_CHANGE = (
    _Figure("capex_change", "change of capital", 0.0, "1"),
    _Figure("opex_change", "change of running costs", 0.0, "1"),
    _Figure("benefit_change", "change of what users and states gain", 0.0, "1"),
    _Figure("carbon_change", "change of the price of carbon", 0.0, "1"),
)


def _first_moving(net: Floats) -> int:
    """Return the number of the first year in which money moves; of the first where none does."""
    moving = np.flatnonzero(net)
    return int(moving[0]) if len(moving) else 0


class _Span(NamedTuple):
    """A row of inputs: its name in formulas, a figure for each column, and how it is shown."""

    name: str
    values: Sequence[float] | Floats
    unit: str
    style: str = "input"


def _write_anchors(book: _Book, sheet: Any, at: int) -> int:
    """Write the years whose flows were computed, and what they came to; return the next row."""
    flow = book.cash_flow
    spans = [
        _Span("anchor", flow.anchors, "year", "input year"),
        *(_Span(group, flow.welfare[group], "USD/year") for group in PAID),
        _Span("carbon kg", flow.carbon_kg, "kg CO2e/year"),
    ]
    return _write_spans(book, sheet, at, "computed from flows", spans)


def _write_yearly_inputs(book: _Book, sheet: Any, at: int) -> None:
    """Write the share of capital and the price of carbon of every year, a column a year."""
    streams = book.streams
    price_usd = book.price_usd
    shares = streams.items["capex"] / price_usd if price_usd else np.zeros(len(streams.years))
    spans = [
        _Span("years", streams.years.astype(float), "year", "input year"),
        _Span("capital share", shares, "1", "input rate"),
        _Span("carbon price", book.cash_flow.carbon_usd_per_t, "USD/t"),
    ]
    _write_spans(book, sheet, at, "by year", spans)


def _write_spans(book: _Book, sheet: Any, at: int, head: str, spans: Sequence[_Span]) -> int:
    """Write rows of inputs under a head and return the row after them."""
    sheet.write_string(at, 0, head, book.formats["head"])
    for number, span in enumerate(spans, start=at + 1):
        sheet.write_string(number, 0, f"{span.name} [{span.unit}]")
        values = [float(value) for value in span.values]
        sheet.write_row(number, 1, values, book.formats[span.style])

        letters = [_letter(1 + place) for place in range(len(values))]
        book.spans[span.name] = [f"{INPUTS}!${letter}${number + 1}" for letter in letters]
    return at + 1 + len(spans)


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
    for payback in PAYBACKS:
        owed = before[payback.balance]
        balance = at[payback.balance]
        formulas[payback.balance] = (
            f"={owed}+{at[payback.flow]}" if number else f"={at[payback.flow]}"
        )
        formulas[payback.column] = '=""'
        if number:
            turns = f"AND({balance}>=0,{owed}<0)"
            years = f"{before['year']}-{cells['start']}-{owed}/{at[payback.flow]}"
            formulas[payback.column] = f'=IF({turns},{years},"")'
    return formulas


def _line(book: _Book, name: str, year: str) -> str:
    """Return the value of a year between those computed: straight, constant beyond."""
    years = book.spans["anchor"]
    values = book.spans[name]
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
    columns: dict[str, Floats] = {
        "year": streams.years.astype(float),
        "in use": streams.in_use,
        "discount factor": streams.discount,
        **streams.items,
        "net": net,
        "discounted": discounted,
        "balance": np.cumsum(net),
        "discounted balance": np.cumsum(discounted),
    }
    values: dict[str, list[Any]] = {name: column.tolist() for name, column in columns.items()}
    for payback in PAYBACKS:
        values[payback.column] = _turns(columns[payback.balance], columns[payback.flow], net)
    return values


def _turns(balance: Floats, flow: Floats, net: Floats) -> list[Any]:
    """Return the payback in the year in which the balance turns, and no text in the others."""
    start = _first_moving(net)
    turns: list[Any] = [""] * len(balance)
    for year in range(1, len(balance)):
        if balance[year] >= 0 > balance[year - 1]:
            turns[year] = float(year - 1 - start - balance[year - 1] / flow[year])
    return turns


def _write_results(book: _Book, sheet: Any) -> None:
    """Write the criteria as formulas of the cash flow."""
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 24)
    sheet.write_string(0, 0, book.row["name"], book.formats["head"])
    sheet.write_string(0, 1, book.appraisal.convention.name, book.formats["head"])

    criteria = _criteria(book)
    for number, criterion in enumerate(criteria, start=1):
        sheet.write_string(number, 0, criterion.label)
        if criterion.formula is None:
            sheet.write_string(number, 1, str(criterion.value))
        else:
            shown = "never" if criterion.value is None else criterion.value
            style = book.formats[criterion.style]
            sheet.write_formula(number, 1, criterion.formula, style, shown)

    at = len(criteria) + 3
    items = _present_values(book)
    _write_switching(book, sheet, at, items)
    sheet.write_string(at + len(items) + 5, 0, book.appraisal.convention.source)


def _write_switching(book: _Book, sheet: Any, at: int, items: Sequence[_Item]) -> None:
    """Write what each item adds to the net present value, and its switching value."""
    npv = f"SUM({book.column('discounted')})"
    npv_usd = float(book.streams.net @ book.streams.discount)
    sheet.write_row(at, 0, ["item", "present value", "switching value"], book.formats["head"])

    for number, item in enumerate(items, start=at + 1):
        cell = f"B{number + 1}"
        switching = finance.switching_share(npv_usd, item.pv_usd)
        shown = "none" if switching is None else switching

        sheet.write_string(number, 0, item.name)
        sheet.write_formula(number, 1, f"={item.formula}", book.formats["money"], item.pv_usd)
        formula = f'=IF({cell}=0,"none",-{npv}/{cell})'
        sheet.write_formula(number, 2, formula, book.formats["rate"], shown)


class _Criterion(NamedTuple):
    """A criterion: its label, its formula (null: there is none), its style and what it comes to."""

    label: str
    formula: str | None
    style: str
    value: Any


def _criteria(book: _Book) -> list[_Criterion]:
    """Return every criterion of the project."""
    row = book.row
    later = PAYBACKS[1]
    payback = _payback(book, PAYBACKS[0])
    discounted_payback = _payback(book, later)

    return [
        _Criterion(
            "net present value [USD]", f"=SUM({book.column('discounted')})", "money", row["npv_usd"]
        ),
        _return_criterion(book),
        _Criterion("benefits by costs", _ratio(book), "number", row["benefit_cost_ratio"]),
        _Criterion(
            "return of the first year", _first_return(book), "rate", row["first_year_return_share"]
        ),
        _Criterion("payback [years]", payback, "number", row["payback_years"]),
        _Criterion(
            "discounted payback [years]",
            discounted_payback,
            "number",
            row["discounted_payback_years"],
        ),
    ]


def _return_criterion(book: _Book) -> _Criterion:
    """Return the internal rate of return, or why there is no single one."""
    label = "internal rate of return"
    if book.row["return_share"] is None:
        return _Criterion(label, None, "rate", book.row["return_note"])

    formula = f"=IRR({book.column('net')},{book.cells['guess']})"
    return _Criterion(label, formula, "rate", book.row["return_share"])


def _ratio(book: _Book) -> str:
    """Return the formula of benefits by costs."""
    factor = book.column("discount factor")
    costs = f"SUMPRODUCT({book.column('capex')}+{book.column('opex')},{factor})"
    gains = f"SUMPRODUCT({'+'.join(book.column(name) for name in BENEFITS)},{factor})"
    return f'=IF({costs}=0,"never",{gains}/{costs})'


def _first_return(book: _Book) -> str:
    """Return the formula of the return of the first year of use."""
    year = book.column("year")
    opens = book.cells["open"]
    welfare = "+".join(book.column(name) for name in WELFARE)
    first = f"SUMPRODUCT(({year}={opens})*({welfare}-{book.column('opex')}))"

    compounded = f"(1+{book.cells['discount']})^({opens}-{year})"
    spent = f"SUMPRODUCT(({year}<{opens})*{book.column('capex')},{compounded})"
    return f'=IF({spent}=0,"never",{first}/{spent})'


def _payback(book: _Book, payback: _Payback) -> str:
    """Return the formula of a payback: 0 where nothing is owed, the first turn, or never."""
    turns = book.column(payback.column)
    owes = f"MIN({book.column(payback.balance)})<0"
    gains = f'IF(MAX({book.column(payback.balance)})>0,0,"never")'
    return f'=IF({owes},IF(COUNT({turns})=0,"never",MIN({turns})),{gains})'


class _Item(NamedTuple):
    """An item of the cash flow: what it adds to the net present value, as formula and in USD."""

    name: str
    formula: str
    pv_usd: float


def _present_values(book: _Book) -> list[_Item]:
    """Return what each item adds to the net present value."""
    factor = book.column("discount factor")
    items = []
    for name in (*COSTS, *BENEFITS):
        formula = f"SUMPRODUCT({book.column(name)},{factor})"
        pv_usd = book.streams.present_usd(name)
        is_cost = name in COSTS
        items.append(
            _Item(name, f"-{formula}", -pv_usd) if is_cost else _Item(name, formula, pv_usd)
        )
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
    for number, item in enumerate(items, start=1):
        sheet.write_string(number, 0, item.name)
        for place, change in enumerate(CHANGES, start=1):
            formula = f"={npv}+{_letter(place)}$1*({item.formula})"
            npv_usd = net_usd + change * item.pv_usd
            sheet.write_formula(number, place, formula, book.formats["money"], npv_usd)

    _write_grid(book, sheet, len(items) + 3, items)


def _write_grid(book: _Book, sheet: Any, at: int, items: Sequence[_Item]) -> None:
    """Write the net present value by the changes of capital and of all gains."""
    by_name = {item.name: item for item in items}
    gains = "+".join(by_name[name].formula for name in WELFARE)
    gains_usd = sum(by_name[name].pv_usd for name in WELFARE)
    capital = "+".join(by_name[name].formula for name in ("capex", "residual"))
    capital_usd = sum(by_name[name].pv_usd for name in ("capex", "residual"))
    net_usd = sum(item.pv_usd for item in items)
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
