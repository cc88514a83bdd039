"""Tables of the first screens on a sheet: the same names and digits as on every face, as live formulas."""

from __future__ import annotations

import math
from collections.abc import Mapping

from planner.measures import is_large, is_share
from planner.report.shapes import Figure, Table
from planner.workbook import style
from planner.workbook.book import Book, Page, Value

#: relative difference up to which a formula and the figure of the report are the same
SAME = 1e-9
#: difference of two amounts that are nothing: half a cent
SMALLEST = 0.005
#: a formula and its value
Live = tuple[str, Value]
#: number formats that show what ``measures.usd`` writes
BILLIONS, MILLIONS = '"$"#,##0.00,,,"B";-"$"#,##0.00,,,"B"', '"$"#,##0.0,,"M";-"$"#,##0.0,,"M"'


def form(figure: Figure) -> str:
    """The number format that shows the digits of ``figure.text``."""
    value = abs(figure.value or 0.0)
    if figure.unit.upper() == "USD":
        return BILLIONS if is_large(value) else MILLIONS
    if is_share(figure.unit):
        return "0.00%" if value < 0.1 else "0.0%"
    places = 0 if value >= 100 or value.is_integer() else 1 if value >= 10 else 2
    digits = "#,##0" + ("." + "0" * places if places else "")
    return f'{digits}" {figure.unit}"' if figure.unit else digits


def counted(number: int) -> str:
    """A place in a list as a formula: the rows of an empty column from the top."""
    return f"ROWS($Z$1:$Z${number})"


def find(page: Page, words: str, below: int = 0) -> int:
    """The first row below another whose first cell opens with some words."""
    rows = sorted(r for (r, c), v in page.values.items() if c == 1 and r > below and str(v).startswith(words))
    if not rows:
        raise KeyError(f"{page.name} has no row {words!r}")
    return rows[0]


def place(book: Book, page: Page, table: Table, row: int, live: Mapping[str, Live]) -> tuple[int, int]:
    """Write a table from a row on; the rows of its first line and the next free one.

    A figure is a formula where ``live`` holds one, by its key or by ``"row,column"`` counted from 0. Where a
    formula gives another value than the report, the book says so and fails.
    """
    page.heading(row, table.title)
    page.headers(row + 1, table.headers)
    first = row + 2
    for n, cells in enumerate(table.rows):
        total = n >= len(table.rows) - table.foot
        for c, cell in enumerate(cells):
            at, text = (first + n, c + 1), str(cell)
            known = live.get(cell.key) if isinstance(cell, Figure) and cell.key else live.get(f"{n},{c}")
            if known is None and not isinstance(cell, Figure):
                page.put(*at, text, "total" if total else "text")
            elif known is None and isinstance(cell, Figure):
                page.put(*at, cell.value if cell.value is not None else text, "total" if total else "line", form(cell))
            elif known is not None:
                _compare(page, at, cell, known)
                shape = form(cell) if isinstance(cell, Figure) else style.GENERAL
                words = "check" if table.headers[c] == "verdict" and text else "text"
                look = "total" if total else "calculation" if isinstance(cell, Figure) else words
                page.formula(*at, *known, look, shape)
    end = first + len(table.rows)
    sentences = [part.rstrip(".") + "." for part in table.note.split(". ") if part]
    for line, sentence in enumerate(sentences, end):
        page.note(line, sentence)
    return first, end + len(sentences) + 1


def _compare(page: Page, at: tuple[int, int], cell: Figure | str, live: Live) -> None:
    """Note a formula that gives something else than the report."""
    if isinstance(cell, Figure) and not isinstance(live[1], str):
        value = cell.value or 0.0
        same = math.isclose(value, live[1], rel_tol=SAME, abs_tol=SMALLEST if cell.unit == "USD" else SAME)
    else:
        same = str(cell) == live[1]
    if not same:
        page.book.differs.append(f"{page.name} row {at[0]}: {live[0]} gives {live[1]}, the report {cell}")
