"""Section 508 on the workbook: no finding, and the lint would find one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from workbook.lint import findings

from planner.inputs.schema import PARAMETERS, TABLES
from planner.workbook.sheets import crosswalk


def test_no_finding(finished: Path) -> None:
    assert findings(finished) == []


def test_no_finding_on_a_small_run(small: Path) -> None:
    assert findings(small) == []


def _hide(book: Workbook) -> None:
    book["Power"].sheet_state = "hidden"


def _merge(book: Workbook) -> None:
    book["Sites"].merge_cells("A1:B1")


def _pale(book: Workbook) -> None:
    book["Summary"]["A8"].font = Font(name="Calibri", size=12, color="BBBBBB")


def _gap(book: Workbook) -> None:
    book["Checks"]["C9"].value = None


def _nameless(book: Workbook) -> None:
    book["Sites"].title = "Sheet3"


def _untitled(book: Workbook) -> None:
    book.properties.title = None


@pytest.fixture(scope="module")
def plain(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without the charts, which openpyxl would write without their text."""
    path = tmp_path_factory.mktemp("plain") / "plain.xlsx"
    book = load_workbook(small)
    for sheet in book:
        sheet._charts = []
    for name in ("Detail", "Assumptions", "Glossary"):
        del book[name]
    book.save(path)
    assert findings(path) == []
    return path


@pytest.mark.parametrize("spoil", [_hide, _merge, _pale, _gap, _nameless, _untitled])
def test_the_lint_can_fail(plain: Path, tmp_path: Path, spoil: Callable[[Workbook], None]) -> None:
    book = load_workbook(plain)
    spoil(book)
    path = tmp_path / "spoilt.xlsx"
    book.save(path)
    assert findings(path)


def test_a_chart_that_says_nothing_is_found(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "again.xlsx"
    load_workbook(small).save(path)  # which drops the alternative text
    assert any("alternative text" in text for text in findings(path))


def test_the_glossary_holds_every_table_column_and_parameter(finished: Path) -> None:
    sheet = load_workbook(finished, read_only=True)["Glossary"]
    rows = {(a, b): (unit, meaning) for a, b, unit, meaning in sheet.iter_rows(min_row=6, max_col=4, values_only=True)}
    sheet.parent.close()
    for table in TABLES:
        assert (table.name, "(table)") in rows
        for column in table.columns:
            unit, meaning = rows[table.name, column.name]
            assert unit
            assert meaning.lower() == column.meaning.lower()
    assert all(("parameters", name) in rows for name in PARAMETERS)


def test_twelve_steps_with_honest_gaps(finished: Path) -> None:
    sheet = load_workbook(finished, read_only=True)["Ground rules"]
    rows = [
        r
        for r in sheet.iter_rows(max_col=3, values_only=True)
        if r[1] in (crosswalk.DONE, crosswalk.PART, crosswalk.NOT)
    ]
    sheet.parent.close()
    assert [str(r[0]).split()[0] for r in rows] == [str(n) for n in range(1, 13)]
    missing = {int(str(r[0]).split()[0]) for r in rows if r[1] == crosswalk.NOT}
    assert {2, 8, 9, 11, 12} <= missing
    assert all(r[2] for r in rows)
