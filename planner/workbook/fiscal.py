"""Federal fiscal years (October to September) as computed columns; their totals are those of the calendar years."""

from __future__ import annotations

from collections.abc import Sequence

from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.tables import TOTAL, Block, Entry, below, label


def header(book: Book, page: Page, row: int, names: tuple[str, str] = ("Key", "Name"), more: int = 0) -> range:
    """Fiscal years from that of the first year to the quarter after the last, and ``more`` beyond; their columns."""
    page.years_header(row, *names, "Unit", "Total")
    columns = range(book.columns[0], book.last + 2 + more)
    page.across(row, columns[len(book.columns) :], "{p}{r}+1", lambda c: page.n(row, c - 1) + 1, style.YEAR, "header")
    for c in columns:
        page.sheet.cell(row, c)._style = book.look("header", style.FISCAL)
    return columns


def words(book: Book) -> str:
    """What the first and the last fiscal year hold."""
    return f"FY{book.years[0]} is part, FY{book.years[-1] + 1} one quarter"


def table(book: Book, page: Page, row: int, what: str, sources: Sequence[int], form: str = style.MUSD) -> Block:
    """Rows of the sheet by fiscal year, at an even rate within each calendar year."""
    page.heading(row, f"{what}, federal fiscal years (October to September), computed: {words(book)}")
    top = row + 1
    columns = header(book, page, top)
    q = book.address("constants.months_after_september", page.name)
    late = book.figure("constants.months_after_september")
    for at, source in enumerate(sources, top + 1):
        label(page, at, Entry(*(str(page.values.get((source, c), "")) for c in (1, 2, 3))))

        def fiscal(c: int, row: int = source) -> float:
            before = page.n(row, c - 1) if c > columns[0] else 0.0
            after = page.n(row, c) if c <= book.last else 0.0
            return (before * late + after * (12 - late)) / 12

        page.across(at, columns[:1], f"{{c}}{source}*(12-{q})/12", fiscal, form)
        page.across(at, columns[1:], f"({{p}}{source}*{q}+{{c}}{source}*(12-{q}))/12", fiscal, form)
        page.sum(at, TOTAL, (at, columns[0]), (at, columns[-1]), form, "calculation")
    last = top + max(len(sources), 1)
    if not sources:
        label(page, last, Entry("none", "none in this plan", ""))
    end = last + 1
    label(page, end, Entry("Total", "", str(page.values.get((sources[0], 3), "")) if sources else ""), "total")
    below(page, end, top + 1, last, form)
    page.sum(end, columns[-1], (top + 1, columns[-1]), (last, columns[-1]), form, "total")
    return Block(top, top + 1, last, end)
