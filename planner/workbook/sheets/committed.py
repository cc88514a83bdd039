"""Commitments apart from cash on Investment: orders and contracts by year of signature, and what is owed."""

from __future__ import annotations

import math
from typing import NamedTuple

from planner.workbook import charts, fiscal, style
from planner.workbook.book import Book, Page
from planner.workbook.facts import AFTER, SIGNED
from planner.workbook.sheets.detail import AHEAD, Detail
from planner.workbook.tables import TOTAL, Block, Entry, below, by_year, label, year_row

MONEY = style.MUSD
RULES = (
    "Halls, grid connections and plant are committed when started and paid along their spend profile; a lease for its "
    "whole term.",
    "Racks, land, hardening, accreditation and training are paid when ordered; yearly costs are bought year by year.",
    "Management and contingency are held, not signed: they count when they are paid.",
)


class Committed(NamedTuple):
    """Rows of commitments, of cash, of what is owed at each year's end and after the horizon; by fiscal year."""

    total: int
    cash: int
    owed: int
    after: int
    fiscal: Block


def section(book: Book, page: Page, detail: Detail, cash: Block, row: int) -> tuple[Committed, int]:
    """The tables from a row on, and the row after them; ``cash`` is the investment by category."""
    names = {str(page.values[r, 1]): r for r in range(cash.first, cash.last + 1)}
    moved = [c for c in names if any(f.category == c for f in detail.items(SIGNED))]
    entries = [Entry(c, str(page.values[names[c], 2]), "$M") for c in moved]
    page.heading(row, "Commitments apart from cash")
    for at, text in enumerate(RULES, row + 1):
        page.note(at, text)
    views = [detail.view(SIGNED, key, AHEAD) for key in (1, 2)]
    heading = "Signed in the year, paid in later years, $M then-year"
    ahead = by_year(page, row + len(RULES) + 2, heading, entries, views[0], MONEY)
    heading = "Paid in the year, signed in earlier years, $M then-year"
    behind = by_year(page, ahead.next, heading, entries, views[1], MONEY)
    steps = {c: (ahead.first + n, behind.first + n) for n, c in enumerate(moved)}
    block = _commitments(page, names, steps, behind.next)
    after = _after(page, detail, entries, block.next)
    rows, at = _beside(book, page, block, cash, after.total, after.next)
    _chart(book, page, rows, at)
    start = at + 18
    years = fiscal.table(book, page, start, "Commitments by category, $M", range(block.first, block.last + 1))
    return Committed(block.total, rows[1], rows[2], after.total, years), years.next


def _commitments(page: Page, names: dict[str, int], steps: dict[str, tuple[int, int]], row: int) -> Block:
    page.heading(row, "Commitments by category, calendar years, $M then-year: cash, plus what is signed ahead of it")
    page.years_header(row + 1, "Key", "Name", "Unit", "Total")
    for at, (category, source) in enumerate(names.items(), row + 2):
        entry = Entry(category, str(page.values[source, 2]), "$M")
        if category in steps:
            plus, minus = steps[category]

            def signed(c: int, source: int = source, plus: int = plus, minus: int = minus) -> float:
                return page.n(source, c) + page.n(plus, c) - page.n(minus, c)

            year_row(page, at, entry, f"{{c}}{source}+{{c}}{plus}-{{c}}{minus}", signed, MONEY)
        else:
            year_row(page, at, entry, f"0+{{c}}{source}", lambda c, source=source: page.n(source, c), MONEY)  # type: ignore[misc]
    last = row + 1 + len(names)
    label(page, last + 1, Entry("Total", "", "$M"), "total")
    below(page, last + 1, row + 2, last, MONEY)
    return Block(row + 1, row + 2, last, last + 1)


def _after(page: Page, detail: Detail, entries: list[Entry], row: int) -> Block:
    page.heading(row, "Signed inside the horizon, still to pay after it, $M then-year (rents of leases in their term)")
    page.headers(row + 1, ("Key", "Name", "Unit", "Amount"))
    view = detail.view(SIGNED, 3, AHEAD)
    for at, entry in enumerate(entries, row + 2):
        label(page, at, entry)
        page.formula(at, TOTAL, view.formula(f'$A{at}&"|{AFTER}"'), view.value(entry.key, AFTER), form=MONEY)
    last = row + 1 + max(1, len(entries))
    if not entries:
        label(page, last, Entry("none", "none in this plan", ""))
    label(page, last + 1, Entry("Still to pay", "after the horizon", "$M"), "total")
    page.sum(last + 1, TOTAL, (row + 2, TOTAL), (last, TOTAL), MONEY, "total")
    return Block(row + 1, row + 2, last, last + 1)


def _beside(
    book: Book, page: Page, block: Block, cash: Block, after: int, row: int
) -> tuple[tuple[int, int, int, int], int]:
    """Commitments and cash side by side, and the bills that are open at each year's end."""
    page.heading(row, "Commitments and cash side by side, $M then-year")
    header = row + 1
    page.years_header(header, "Row", "What it is", "Unit", "Total")
    signed, paid, owed = range(row + 2, row + 5)
    rows = (
        (signed, "Commitments", "orders and contracts signed in the year", block.total),
        (paid, "Cash", "paid in the year", cash.total),
    )
    for at, name, meaning, source in rows:
        text = f"0+{{c}}{source}"
        year_row(page, at, Entry(name, meaning, "$M"), text, lambda c, source=source: page.n(source, c), MONEY)  # type: ignore[misc]
    first, rest = book.columns[:1], book.columns[1:]
    label(page, owed, Entry("Owed", "signed and not paid yet, at the end of the year", "$M"))

    def open_bills(c: int) -> float:
        past = range(book.columns[0], c + 1)
        return math.fsum(page.n(signed, k) - page.n(paid, k) for k in past)

    page.across(owed, first, f"{{c}}{signed}-{{c}}{paid}", open_bills, MONEY)
    page.across(owed, rest, f"{{p}}{owed}+{{c}}{signed}-{{c}}{paid}", open_bills, MONEY)
    page.formula(owed, TOTAL, f"D{after}", page.n(after, TOTAL), "calculation", MONEY)
    return (signed, paid, owed, header), owed + 2


def _chart(book: Book, page: Page, rows: tuple[int, int, int, int], row: int) -> None:
    signed, paid, owed, header = rows
    title = "Commitments and cash by year"
    chart = charts.columns(page, title, "$M then-year", header, [signed, paid], "#,##0,,", stacked=False)
    most = max(book.columns, key=lambda c: page.n(owed, c))
    text = (
        f"Columns of commitments and of cash by year: ${page.n(signed, TOTAL) / 1e9:.2f}B signed, "
        f"${page.n(paid, TOTAL) / 1e9:.2f}B paid inside the horizon; at most ${page.n(owed, most) / 1e9:.2f}B is owed, "
        f"at the end of {page.n(header, most):.0f}."
    )
    book.chart(page, chart, f"A{row}", title, text)
