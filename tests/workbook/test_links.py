"""Every click leads somewhere, and from a total to its source document in three."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from workbook.test_engine import row_of

#: sheet, label in column A, from which row on, column: totals that a reviewer asks about
TOTALS = [
    ("Investment", "construction", 4),
    ("Investment", "chips", 4),
    ("Investment", "1.3.1", 4),
    ("Investment", "Invested", 4),
    ("Cash", "Cash to date", 4),
    ("Sites", "Total", 12),
    ("Sites", "Total", 13),
    ("Federal funding", "Total", 4),
    ("Software", "Total", 4),
    ("Present value", "Net benefit", 4),
]


@pytest.fixture(scope="module")
def book(finished: Path) -> Workbook:
    return load_workbook(finished)


def follow(book: Workbook, sheet: str, row: int, column: int) -> tuple[str, int, int] | str | None:
    """Where a click on a cell leads: a cell of the workbook, an address, or nowhere."""
    link = book[sheet].cell(row, column).hyperlink
    if link is None:
        return None
    if link.location is None:
        return str(link.target)
    name, _, place = link.location.rpartition("!")
    cell = book[name.strip("'")][place]
    return name.strip("'"), cell.row, cell.column


def test_every_link_resolves(book: Workbook) -> None:
    count = 0
    for sheet in book:
        for link in [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]:
            count += 1
            if link.location is None:
                assert str(link.target).startswith(("https://", "http://"))
                continue
            name, _, place = link.location.rpartition("!")
            assert book[name.strip("'")][place].value is not None, (sheet.title, link.ref, link.location)
    assert count > 1000


def test_every_sheet_leads_back_to_the_first(book: Workbook) -> None:
    for sheet in book:
        assert follow(book, sheet.title, 3, 1) == ("Checks", 1, 1)
        if sheet.title != "Summary":
            assert follow(book, sheet.title, 3, 2) == ("Summary", 1, 1)


@pytest.mark.parametrize(("sheet", "label", "column"), TOTALS)
def test_a_total_reaches_its_document_in_three_clicks(book: Workbook, sheet: str, label: str, column: int) -> None:
    at = sheet, row_of(book[sheet], label), column
    path = [at]
    for _ in range(3):
        there = follow(book, *path[-1])
        assert isinstance(there, tuple), path
        path.append(there)
    assert [place[0] for place in path[1:]] == ["Detail", "Assumptions", "Provenance"]
    name = book["Assumptions"].cell(*path[2][1:]).value
    assert book["Provenance"].cell(*path[3][1:]).value == name


def test_every_figure_leads_to_its_document_and_that_to_its_address(book: Workbook) -> None:
    figures, documents = book["Assumptions"], book["Provenance"]
    for row in range(7, figures.max_row + 1):
        there = follow(book, "Assumptions", row, 7)
        assert isinstance(there, tuple)
        assert there[0] == "Provenance"
        name = documents.cell(there[1], 1).value
        assert name in (figures.cell(row, 7).value, "programme file")
    start = row_of(documents, "Source")
    addresses = [documents.cell(r, 5) for r in range(start + 1, documents.max_row + 1)]
    of_the_web = [c for c in addresses if str(c.value).startswith("http")]
    assert len(of_the_web) > 50
    assert all(c.hyperlink and c.hyperlink.target == c.value for c in of_the_web)
