"""docs/reading-the-workbook.md: every sheet, cell and label it names is in the workbook, and holds something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

GUIDE = Path(__file__).parents[2] / "docs" / "reading-the-workbook.md"
CELL = re.compile(r"(.+)!([A-Z]+[0-9]+)")


def places() -> list[str]:
    """What stands in backticks and names a place; the example of the opening included."""
    found = re.findall(r"`([^`]+)`", GUIDE.read_text(encoding="utf-8"))
    return [name for name in dict.fromkeys(found) if "›" in name or CELL.fullmatch(name)]


def test_a_month_has_questions_enough() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    questions = re.split(r"\n(?=\d+\. \*\*)", text)[1:]
    assert [int(q.split(".")[0]) for q in questions] == list(range(1, len(questions) + 1))
    assert len(questions) >= 25
    for question in questions:
        assert any(f"`{name}`" in question for name in places()), question


def test_every_place_is_in_the_workbook(finished: Path) -> None:
    book = load_workbook(finished, data_only=True)
    missing = []
    for name in places():
        cell = CELL.fullmatch(name)
        if cell:
            sheet, address = cell.groups()
            if sheet not in book.sheetnames or book[sheet][address].value in (None, ""):
                missing.append(name)
            continue
        sheet, section, *label = name.split(" › ")
        column = [str(c.value or "") for c in book[sheet]["A"]] if sheet in book.sheetnames else []
        start = next((n for n, text in enumerate(column) if text.startswith(section)), None)
        if start is None:
            missing.append(name)
            continue
        # a table ends where the next heading stands
        ends = (n for n in range(start + 1, len(column)) if book[sheet].cell(n + 1, 1).style == "plan heading")
        if label and label[0] not in column[start : next(ends, len(column))]:
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("sheet", ["Security", "Software", "Training", "Federal BA and outlays", "Federal funding"])
def test_the_guide_leads_to_every_new_sheet(sheet: str) -> None:
    assert any(name.startswith(sheet) for name in places())
