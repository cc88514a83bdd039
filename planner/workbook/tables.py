"""Tables by year: one row a key, one column a calendar year, totals beside and below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from planner.workbook.book import FIRST, Page, letter

TOTAL = FIRST - 1
#: how a row is looked up: its key, a bar, the year in the header
BY_YEAR = '$A{r}&"|"&{c}${h}'


class Totals(NamedTuple):
    """Of a table by year: what stands beside each row, and whether a row of totals stands below."""

    beside: str = "Total"
    below: bool = True


#: dollars or MW of each year, added up both ways
FLOW = Totals()
#: rows in different units, or that do not add up
ROWS = Totals(below=False)
#: stocks: the value at the end of the horizon
LEVEL = Totals("At the end")
LEVEL_ROWS = Totals("At the end", below=False)
#: stocks that neither years nor rows add up
PLAIN_ROWS = Totals("No total", below=False)


class Sums(Protocol):
    """What can be summed by a key: a view of Detail."""

    def formula(self, criterion: str) -> str: ...

    def value(self, *parts: object) -> float: ...


class Entry(NamedTuple):
    key: str
    name: str
    unit: str


class Block(NamedTuple):
    """Where a table stands."""

    header: int
    first: int
    last: int
    total: int

    @property
    def next(self) -> int:
        return self.total + 2


def by_year(
    page: Page,
    row: int,
    heading: str,
    entries: Sequence[Entry],
    view: Sums,
    form: str,
    names: tuple[str, str] = ("Key", "Name"),
    totals: Totals = FLOW,
) -> Block:
    """Sums of a view by key and year, with its totals."""
    page.heading(row, heading)
    header = row + 1
    page.years_header(header, *names, "Unit", totals.beside)
    columns = page.book.columns
    for row, entry in enumerate(entries, header + 1):
        label(page, row, entry)
        for c in columns:
            text = view.formula(BY_YEAR.format(r=row, c=letter(c), h=header))
            page.formula(row, c, text, view.value(entry.key, int(page.n(header, c))), "calculation", form)
        if totals.beside != "No total":
            beside(page, row, form, level=totals.beside == "At the end")
    first, last = header + 1, header + max(len(entries), 1)
    if not entries:
        label(page, first, Entry("none", "none in this plan", ""))
    total = last + 1 if totals.below else last
    if totals.below:
        label(page, total, Entry("Total", "", entries[0].unit if entries else ""), "total")
        below(page, total, first, last, form)
    return Block(header, first, last, total)


def label(page: Page, row: int, entry: Entry, look: str = "line") -> None:
    for column, text in enumerate(entry, 1):
        page.put(row, column, text, look)


def beside(page: Page, row: int, form: str, level: bool = False, look: str = "calculation") -> None:
    """The total (or last level) of a row, before its years."""
    first, last = page.book.columns[0], page.book.last
    if level:
        page.formula(row, TOTAL, f"{letter(last)}{row}", page.n(row, last), look, form)
    else:
        page.sum(row, TOTAL, (row, first), (row, last), form, look)


def below(page: Page, row: int, first: int, last: int, form: str) -> None:
    """Sums down the columns, with style; then the row's own total."""
    for c in page.book.columns:
        page.sum(row, c, (first, c), (last, c), form, "total")
    page.sum(row, TOTAL, (first, TOTAL), (last, TOTAL), form, "total")


def year_row(
    page: Page,
    row: int,
    entry: Entry,
    text: str,
    value: Callable[[int], float],
    form: str,
    total: str = "sum",
    look: str = "calculation",
) -> None:
    """One row with one pattern over the years; total is "sum", "level", "most" or nothing."""
    label(page, row, entry, "total" if look == "total" else "line")
    page.across(row, page.book.columns, text, value, form, look)
    if total == "most":
        first, last = page.book.columns[0], page.book.last
        most = max(page.n(row, c) for c in page.book.columns)
        page.formula(row, TOTAL, f"MAX({letter(first)}{row}:{letter(last)}{row})", most, look, form)
    elif total:
        beside(page, row, form, total == "level", look)
