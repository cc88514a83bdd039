"""Other engines compute the workbook from scratch and agree; a falsified cell is caught by the live checks."""

from __future__ import annotations

import shutil
from pathlib import Path

import formulas
import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from workbook.engine import agrees, stored
from workbook.recalculate import recalculated
from workbook.sample import sample

from planner import workbook
from planner.workbook.sheets.detail import QUANTITY

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def office() -> None:
    """A missing LibreOffice is a failure: a skipped check would look like a passed one."""
    assert shutil.which("soffice"), "LibreOffice is not installed"


def differences(path: Path, folder: Path) -> list[tuple[object, ...]]:
    """Formula cells whose stored value is not what LibreOffice computes."""
    theirs = load_workbook(recalculated(path, folder), data_only=True)
    found = ((cell, held, theirs[cell[0]].cell(*cell[1:]).value) for cell, held in stored(path).items())
    return [(*cell, held.value, value) for cell, held, value in found if not agrees(held.value, value, held.dollars)]


def result(path: Path, name: str) -> str:
    """How a check ended, by the words it is named with."""
    sheet = load_workbook(path, data_only=True)["Checks"]
    return str(next(sheet.cell(r, 7).value for r in range(1, 80) if sheet.cell(r, 2).value == name))


def overall(path: Path) -> str:
    return str(load_workbook(path, data_only=True)["Checks"]["B5"].value)


def test_libreoffice_agrees_on_every_formula(finished: Path, tmp_path: Path) -> None:
    assert differences(finished, tmp_path) == []


def test_libreoffice_agrees_where_soft_tables_are_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    workbook.write(path, *sample(soft=False))
    assert differences(path, tmp_path) == []


def test_a_falsified_quantity_fails_the_live_checks(finished: Path, tmp_path: Path) -> None:
    book = load_workbook(finished)
    book["Detail"].cell(7, QUANTITY).value = 7.0
    spoilt = tmp_path / "spoilt.xlsx"
    book.save(spoilt)
    again = recalculated(spoilt, tmp_path)
    assert overall(again) == "FAIL"
    assert result(again, "Dollars of Detail against dollars posted by the run") == "FAIL"


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


@pytest.mark.filterwarnings("ignore")
def test_a_fourth_engine_agrees(finished: Path) -> None:
    solution = formulas.ExcelModel().loads(str(finished)).finish(circular=False).calculate()
    compared, wrong = 0, []
    for (sheet, row, column), held in stored(finished).items():
        key = f"'[{finished.name}]{sheet.upper()}'!{get_column_letter(column)}{row}"
        if key not in solution:
            continue
        value = solution[key].value[0, 0]
        theirs = float(value) if isinstance(held.value, int | float) else str(value)
        compared += 1
        if not agrees(held.value, theirs, held.dollars):
            wrong.append((key, held.value, theirs))
    assert compared > 5000
    assert wrong == []
