"""An engine that has never seen the model computes every formula; edits flow, and what is false is caught."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from small import change, gates, parameter, programme, solved
from tiny import tiny_tables
from workbook.engine import Computed, differences, stored
from workbook.sample import sample

from planner import workbook
from planner.workbook.sheets import detail

OVERALL = ("Checks", 5, 2)
#: columns of Detail and Checks beside those that the sheets name
ITEM, RATE_REF, RESULT = 8, detail.REF, 7
MILLION = 1e6


@pytest.fixture(scope="module")
def book(finished: Path) -> Workbook:
    return load_workbook(finished, data_only=True)


def row_of(sheet: Worksheet, text: str, column: int = 1, after: int = 1) -> int:
    """The row with a text."""
    return next(r for r in range(after, sheet.max_row + 1) if sheet.cell(r, column).value == text)


def invested(book: Workbook) -> tuple[str, int, int]:
    """The cell that holds all investment."""
    return "Investment", row_of(book["Investment"], "Total"), 4


def operated(book: Workbook) -> tuple[str, int, int]:
    """The cell that holds all operations."""
    sheet = book["Sites"]
    return "Sites", row_of(sheet, "Total", after=row_of(sheet, "WBS")), 4


def on_top(category: str) -> float:
    """A dollar of a category with the management and the contingency that stand on it."""
    case = sample()[0]
    if not category:
        return 1.0
    managed = 1.0 if category == "chips" else 1.0 + case.parameter("programme_management_share")
    return managed * (1.0 + case.categories[category].contingency_share)


def a_cost(book: Workbook, ending: str) -> int:
    """A row of Detail whose rate ends so."""
    sheet = book["Detail"]
    return next(r for r in range(7, sheet.max_row) if str(sheet.cell(r, RATE_REF).value).endswith(ending))


def test_the_engine_agrees_on_every_formula(finished: Path) -> None:
    assert len(stored(finished)) > 5000
    assert differences(finished) == []


def test_the_engine_agrees_on_a_small_solved_run(small: Path) -> None:
    assert differences(small) == []


def test_a_falsified_value_is_caught(small: Path, tmp_path: Path) -> None:
    """The value that a previewer shows is changed on three sheets, the formulas are not."""
    sheets = ("Investment", "Summary", "Present value")
    book = load_workbook(small, read_only=True)
    spoilt, names = tmp_path / "spoilt.xlsx", book.sheetnames
    book.close()
    parts = {f"xl/worksheets/sheet{names.index(sheet) + 1}.xml": sheet for sheet in sheets}
    with zipfile.ZipFile(small) as source, zipfile.ZipFile(spoilt, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name in parts:
                old = re.search(rb"</f><v>([1-9][0-9]{3,}(?:\.[0-9]+)?)</v>", data)
                assert old
                at = old.start(1)
                data = data[:at] + (b"2" if data[at : at + 1] == b"1" else b"1") + data[at + 1 :]
            target.writestr(name, data)
    assert sorted(cell[0] for cell, _, _ in differences(spoilt)) == sorted(sheets)


def test_a_rate_flows_to_every_total_and_reads_edited(finished: Path, book: Workbook) -> None:
    line = a_cost(book, ".opening_cost_usd")
    ref = book["Detail"].cell(line, RATE_REF).value
    row = row_of(book["Assumptions"], ref)
    rate = book["Assumptions"].cell(row, 2).value
    edited = Computed(finished, {("Assumptions", row, 2): 2 * rate})
    sheet = book["Detail"]
    lines = [r for r in range(7, sheet.max_row + 1) if sheet.cell(r, RATE_REF).value == ref]
    more = sum(sheet.cell(r, detail.DOLLARS).value for r in lines) * on_top("construction")
    assert more > MILLION
    total = invested(book)
    was = book[total[0]].cell(*total[1:]).value
    assert edited[total] == pytest.approx(was + more, abs=0.05)
    summary, present = book["Summary"], book["Present value"]
    unspent = row_of(summary, "Use: unspent")
    assert edited["Summary", unspent, 2] == pytest.approx(summary.cell(unspent, 2).value - more, abs=0.05)
    cost = row_of(present, "Present cost", after=row_of(present, "Mission value"))
    assert edited["Present value", cost, 4] > present.cell(cost, 4).value
    assert edited[OVERALL] == "EDITED"
    assert edited["Checks", 6, 2] == 1
    assert edited["Promises", 3, 1] == "Checks: EDITED"
    checks = book["Checks"]
    results = {edited["Checks", r, RESULT] for r in range(10, checks.max_row + 1) if checks.cell(r, RESULT).value}
    assert results == {"PASS", "EDITED"}


@pytest.mark.parametrize(("ending", "category"), [(".tariff_usd_per_mwh", ""), (".rack_price_usd", "chips")])
def test_a_million_on_a_quantity_moves_the_total_and_fails(
    finished: Path, book: Workbook, ending: str, category: str
) -> None:
    """What stands on the line, contingency, moves with it; nothing stands on operations."""
    line = a_cost(book, ending)
    sheet, total = book["Detail"], invested(book) if category else operated(book)
    per_unit = sheet.cell(line, detail.DOLLARS).value / sheet.cell(line, detail.QUANTITY).value
    quantity = sheet.cell(line, detail.QUANTITY).value + MILLION / per_unit
    spoilt = Computed(finished, {("Detail", line, detail.QUANTITY): quantity})
    more = MILLION * on_top(category)
    assert spoilt[total] == pytest.approx(book[total[0]].cell(*total[1:]).value + more, abs=0.02)
    assert spoilt[OVERALL] == "FAIL"
    row = row_of(book["Checks"], "Dollars of Detail against dollars posted by the run", 2)
    assert spoilt["Checks", row, RESULT] == "FAIL"
    assert spoilt["Checks", row, 5] == pytest.approx(more, abs=0.02)
    assert spoilt["Summary", 3, 1] == "Checks: FAIL"


def test_the_million_is_called_false_even_with_an_honest_edit_beside_it(finished: Path, book: Workbook) -> None:
    """An edit elsewhere must not turn a falsified level into EDITED."""
    rows = range(7, book["Detail"].max_row + 1)
    tier = next(r for r in rows if book["Detail"].cell(r, ITEM).value == "populated")
    row = row_of(book["Assumptions"], "programme.budget_usd")
    spoilt = Computed(finished, {("Detail", tier, detail.QUANTITY): 1e6, ("Assumptions", row, 2): 5.1e10})
    assert spoilt[OVERALL] == "FAIL"


def test_a_solved_plan_behind_every_gate_ties(tmp_path: Path) -> None:
    """Site and agency gates, staff, and racks that go on for three years after the horizon."""
    tables = gates(tiny_tables(), cost_usd=1e6)
    change(tables, "chips", life_months=96)
    parameter(tables, tail_years=3, tail_taper=0.8)
    result = solved(tmp_path, tables, programme())
    assert result.plan is not None
    assert len(result.plan["tail_running"]) == 3
    path = tmp_path / "gated.xlsx"
    workbook.write(path, result.case, result.plan, result.document)
    checks = load_workbook(path, data_only=True)["Checks"]
    rows = {checks.cell(r, 2).value: r for r in range(10, checks.max_row + 1)}
    for name in ("Mission value", "Running cost after the horizon", "Net benefit"):
        row = rows[f"{name} against the run's own"]
        assert checks.cell(row, 7).value == "PASS"
        assert checks.cell(row, 3).value > 1e6
    assert differences(path) == []


def test_lists_follow_edits(finished: Path, book: Workbook) -> None:
    """Promises that fall short come and go on the first sheet; the dearest figures change places on Drivers."""
    figures, summary, drivers = book["Assumptions"], book["Summary"], book["Drivers"]
    start, least = row_of(summary, "Promises that the plan falls short of") + 2, row_of(drivers, "Figure") + 1
    was = [summary.cell(start + n, 1).value for n in range(12)]
    gone, many = was[0], was.index(None)
    dearest, second = (drivers.cell(least + n, 1).value for n in range(2))
    edits = {"claims.power-added.level": 1.0, "claims.sites.level": 9.0, second: 1e3 * drivers.cell(least + 1, 6).value}
    cells = {("Assumptions", row_of(figures, ref), 2): value for ref, value in edits.items()}
    edited = Computed(finished, cells)
    shown = [edited["Summary", start + n, 1] for n in range(many + 1)]
    assert gone == "Nearly 1.3 GW of added capacity"
    assert gone not in shown
    at = shown.index("Four strategically located US data centres")
    assert [edited["Summary", start + at, c] for c in (2, 3)] == ["9 sites by 2033", "not kept, short by 5 sites"]
    assert len([name for name in shown if name]) == many + 1  # the dearer figure breaks the caps of operating money too
    assert [edited["Drivers", least + n, 1] for n in range(2)] == [second, dearest]
    assert edited["Drivers", least, 6] == edits[second]
    every = row_of(summary, "Every promise") + 2
    assert "1 MW IT by 2033" in [edited["Summary", every + n, 2] for n in range(4)]
