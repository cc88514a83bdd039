"""Tables by year: one row a key, one column a calendar year, totals beside and below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from planner.workbook.book import FIRST, Page, letter

TOTAL = FIRST - 1
#: how a row is looked up: its key, a bar, the year in the header
BY_YEAR = '$A{r}&"|"&{c}${h}'


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
    level: bool = False,
    foot: str = "Total",
    beside_it: bool = True,
) -> Block:
    """Sums of a view by key and year. A level's own total is its value at the end; a flow's is its sum; or none."""
    page.heading(row, heading)
    header = row + 1
    total_is = "At the end" if level else "Total" if beside_it else "No total"
    page.years_header(header, *names, "Unit", total_is)
    columns = page.book.columns
    for row, entry in enumerate(entries, header + 1):
        label(page, row, entry)
        for c in columns:
            text = view.formula(BY_YEAR.format(r=row, c=letter(c), h=header))
            page.formula(row, c, text, view.value(entry.key, int(page.n(header, c))), "calculation", form)
        if beside_it:
            beside(page, row, form, level)
    first, last = header + 1, header + max(len(entries), 1)
    if not entries:
        label(page, first, Entry("none", "none in this plan", ""))
    total = last + 1 if foot else last
    if foot:
        label(page, total, Entry(foot, "", entries[0].unit if entries else ""), "total")
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
