"""Workbooks: live formulas that come to our figures when LibreOffice computes them."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import fastexcel
import polars as pl
import pytest

import corridor as co
from corridor.errors import UnknownName
from corridor.projects.workbook import (
    CASH_FLOW,
    COLUMNS,
    INPUTS,
    RESULTS,
    SENSITIVITY,
    WHO_GAINS,
    workbook,
    write_workbooks,
)
from project_cases import project, project_demand, project_network
from random_networks import Rows

CENT = 0.005
# Formulas are computed on loading, whatever is stored beside them.
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode">
<value>0</value></prop></item></oor:items>"""


def rows() -> Rows:
    return [
        project("bypass", "bypass-open", capex_usd=3e6, opex_usd_per_year=1e4, residual_share=0.1),
        project("spur", "spur-open", capex_usd=9e9, capex_shares="0.3 0.7"),
        project("twin", "twin-open", capex_usd=0.0),
    ]


@cache
def appraisal(**changed: float) -> co.Appraisal:
    return co.appraise(
        project_network(projects=rows(), project_payers=[]),
        project_demand(),
        years=[2030, 2034, 2040],
        draws=0,
        changed=changed,
    )


def soffice() -> str:
    program = os.environ.get("CORRIDOR_SOFFICE") or shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not here: set CORRIDOR_SOFFICE to its soffice")
    return program


def without_values(data: bytes, edit: Callable[[str, str], str] = lambda _, text: text) -> bytes:
    """Return a workbook whose formulas have nothing stored beside them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                text = edit(name, content.decode())
                content = re.sub(r"(</f>)<v>[^<]*</v>", r"\1", text).encode()
            new.writestr(name, content)
    return stream.getvalue()


def computed(data: bytes, folder: Path) -> fastexcel.ExcelReader:
    """Return a workbook as LibreOffice computes it."""
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE)
    source = folder / "source.xlsx"
    source.write_bytes(data)
    out = folder / "out"
    subprocess.run(
        [
            soffice(),
            f"-env:UserInstallation=file://{profile.parent}",
            *("--headless", "--convert-to", "xlsx", "--outdir", str(out), str(source)),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    return fastexcel.read_excel(out / "source.xlsx")


def grid(book: fastexcel.ExcelReader, sheet: str) -> list[tuple[object, ...]]:
    return book.load_sheet(sheet, header_row=None, dtypes="string").to_polars().rows()


def results(book: fastexcel.ExcelReader) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in grid(book, RESULTS) if row[0]}


def assert_is_ours(book: fastexcel.ExcelReader, ours: co.Appraisal, project_id: str) -> None:
    """Hold every figure of the results and of the cash flow against ours, to the cent."""
    told = results(book)
    row = ours.projects.filter(pl.col("project_id") == project_id).row(0, named=True)
    assert float(told["net present value [USD]"]) == pytest.approx(row["npv_usd"], abs=CENT)
    for label, name in (
        ("internal rate of return", "return_share"),
        ("benefits by costs", "benefit_cost_ratio"),
        ("return of the first year", "first_year_return_share"),
        ("payback [years]", "payback_years"),
        ("discounted payback [years]", "discounted_payback_years"),
    ):
        if row[name] is None:
            assert told[label] in ("never", row["return_note"]), label
        else:
            assert float(told[label]) == pytest.approx(row[name], abs=1e-9), label

    flow = ours.cash_flows[project_id].streams
    lines = grid(book, CASH_FLOW)[1:]
    assert len(lines) == len(flow.years)
    for number, line in enumerate(lines):
        for item, usd in flow.items.items():
            assert float(str(line[COLUMNS.index(item)])) == pytest.approx(usd[number], abs=CENT)
        assert float(str(line[COLUMNS.index("net")])) == pytest.approx(flow.net[number], abs=CENT)

    low = ours.switching.filter(pl.col("project_id") == project_id)
    table = {str(line[0]): line for line in grid(book, SENSITIVITY)}
    for item, npv_low in low.select("item", "npv_low_usd").iter_rows():
        if item in ("capex", "opex"):
            assert float(str(table[item][2])) == pytest.approx(npv_low, abs=CENT)


def test_what_is_stored_is_what_was_computed() -> None:
    ours = appraisal()
    for project_id in ours.projects["project_id"]:
        book = fastexcel.read_excel(workbook(ours, project_id))
        assert book.sheet_names == [RESULTS, INPUTS, CASH_FLOW, SENSITIVITY, WHO_GAINS]
        assert_is_ours(book, ours, project_id)


def test_all_but_inputs_is_formulas() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(appraisal(), "bypass"))) as archive:
        flow = archive.read("xl/worksheets/sheet3.xml").decode()
    years = len(appraisal().cash_flows["bypass"].streams.years)
    assert flow.count("<f>") == years * len(COLUMNS)


def test_one_workbook_a_project(tmp_path: Path) -> None:
    paths = write_workbooks(appraisal(), tmp_path / "books")
    assert sorted(path.name for path in paths) == ["bypass.xlsx", "spur.xlsx", "twin.xlsx"]
    with pytest.raises(UnknownName, match="bypass"):
        workbook(appraisal(), "by-pass")


@pytest.mark.slow
@pytest.mark.parametrize("project_id", ["bypass", "spur", "twin"])
def test_libreoffice_computes_our_figures(project_id: str, tmp_path: Path) -> None:
    data = without_values(workbook(appraisal(), project_id))
    assert_is_ours(computed(data, tmp_path), appraisal(), project_id)


@pytest.mark.slow
def test_figures_follow_an_input_that_is_changed(tmp_path: Path) -> None:
    def change(name: str, text: str) -> str:
        is_inputs = name.endswith("sheet2.xml")
        return text.replace("<v>0.09</v>", "<v>0.05</v>", 1) if is_inputs else text

    data = without_values(workbook(appraisal(), "bypass"), change)
    book = computed(data, tmp_path)
    cheaper = appraisal(discount_share=0.05)
    assert_is_ours(book, cheaper, "bypass")
