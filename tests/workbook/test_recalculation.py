"""Other engines compute the workbook from scratch and agree; a falsified cell is caught by the live checks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from workbook.recalculate import recalculated
from workbook.sample import sample

from planner import workbook

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def agrees(ours: object, theirs: object, dollars: bool = False) -> bool:
    """To 0.005 on dollars (large numbers, and their differences), elsewhere to 1e-9 relative; text exactly."""
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(ours - theirs) <= (0.005 if dollars or abs(ours) > 1e4 else 1e-9 * max(1.0, abs(ours)))
    return (ours or "") == (theirs or "")


def differences(path: Path, folder: Path) -> list[tuple[object, ...]]:
    """Formula cells whose stored value is not what LibreOffice computes."""
    theirs = load_workbook(recalculated(path, folder), data_only=True)
    ours, live = load_workbook(path, data_only=True), load_workbook(path)
    wrong = []
    for sheet in live:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    a, b = (book[sheet.title][cell.coordinate].value for book in (ours, theirs))
                    if not agrees(a, b, dollars=sheet.title == "Checks" and cell.column == 5):
                        wrong.append((sheet.title, cell.coordinate, cell.value, a, b))
    return wrong


def result(path: Path, name: str) -> str:
    """How a check ended, by the words it is named with."""
    sheet = load_workbook(path, data_only=True)["Checks"]
    return str(next(sheet.cell(r, 7).value for r in range(1, 80) if sheet.cell(r, 2).value == name))


def overall(path: Path) -> str:
    return str(load_workbook(path, data_only=True)["Checks"]["B5"].value)


@needs_office
@pytest.mark.slow
def test_libreoffice_agrees_on_every_formula(finished: Path, tmp_path: Path) -> None:
    assert differences(finished, tmp_path) == []


@needs_office
@pytest.mark.slow
def test_libreoffice_agrees_where_soft_tables_are_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    workbook.write(path, *sample(soft=False))
    assert differences(path, tmp_path) == []


@needs_office
@pytest.mark.slow
def test_a_falsified_quantity_fails_the_live_checks(finished: Path, tmp_path: Path) -> None:
    book = load_workbook(finished)
    book["Detail"]["I7"] = 7.0
    spoilt = tmp_path / "spoilt.xlsx"
    book.save(spoilt)
    again = recalculated(spoilt, tmp_path)
    assert overall(again) == "FAIL"
    assert result(again, "Dollars of Detail against dollars posted by the run") == "FAIL"


@needs_office
@pytest.mark.slow
def test_an_edited_assumption_reads_edited(finished: Path, tmp_path: Path) -> None:
    book = load_workbook(finished)
    sheet = book["Assumptions"]
    row = next(r for r in range(7, 400) if str(sheet.cell(r, 1).value).endswith(".opening_cost_usd"))
    sheet.cell(row, 2).value = sheet.cell(row, 2).value * 1.1
    edited = tmp_path / "edited.xlsx"
    book.save(edited)
    again = recalculated(edited, tmp_path)
    assert overall(again) == "EDITED"
    assert load_workbook(again, data_only=True)["Assumptions"].cell(row, 11).value == "EDITED"
    assert result(again, "Investment: Detail against the sum by category") == "PASS"
    assert result(again, "Split: infrastructure share at most the most") == "EDITED"
    assert result(again, "Investment against the solver's own total") == "EDITED"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_third_engine_agrees(finished: Path) -> None:
    formulas = pytest.importorskip("formulas")
    solution = formulas.ExcelModel().loads(str(finished)).finish(circular=False).calculate()
    ours, live = load_workbook(finished, data_only=True), load_workbook(finished)
    compared, wrong = 0, []
    for sheet in live:
        for row in sheet.iter_rows():
            for cell in row:
                key = f"'[{finished.name}]{sheet.title.upper()}'!{cell.coordinate}"
                if cell.data_type != "f" or key not in solution:
                    continue
                value = ours[sheet.title][cell.coordinate].value
                theirs = solution[key].value[0, 0]
                compared += 1
                difference = sheet.title == "Checks" and cell.column == 5
                if isinstance(value, int | float):
                    ok = agrees(value, float(theirs), difference)
                else:
                    ok = (value or "") == str(theirs)
                if not ok:
                    wrong.append((key, cell.value, value, theirs))
    assert compared > 5000
    assert wrong == []
