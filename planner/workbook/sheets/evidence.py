"""Drivers: investment by the status of the figures behind it, the largest lines, chips not on sale, quantities."""

from __future__ import annotations

import math
from typing import NamedTuple

from planner.results.behind import in_words, leans_on
from planner.results.evidence import FOLLOWS, LARGEST, ON_SALE, RESERVE, UNALLOCATED, UNSPENT, Evidence, Line
from planner.workbook import style
from planner.workbook.book import Book, Page, heads, letter
from planner.workbook.facts import ON_TOP
from planner.workbook.sheets import assumptions, investment, moving
from planner.workbook.sheets.detail import DOLLARS, HEADER_ROW, Detail
from planner.workbook.sheets.moving import AMOUNT, ME
from planner.workbook.tables import Entry, label

#: keys of Detail: status and category, the same by the unit rate alone, how a chip is sold
WEAKEST, ALONE, SOLD = 13, 14, 15
#: columns of the tables by category; the statuses follow
BASE, EXTRA, TIMES, STATUS = 4, 5, 6, 7
#: column of Assumptions that the largest lines show beside low and high
MONEY_YEAR = 6
LINES = heads(
    "Line|What it pays for|Unit|Dollars, $M|Rate, USD|Low|High|Money year|Status of the rate|"
    "Status of the dollars|Source of the rate|Leans on|Weakest figure behind it|Place by dollars"
)
RULE = (
    "A dollar has the status of the weakest figure behind it: unit rate, multiplier or share, price index. "
    "Management and contingency follow their base; quantities have a table of their own."
)


class Places(NamedTuple):
    """Cells that the checks draw from: dollars on figures by the weakest and by the rate, and the whole budget."""

    page: Page
    priced: tuple[int, int]
    alone: tuple[int, int]
    unallocated: tuple[int, int]
    budget: tuple[int, int]


class _Table(NamedTuple):
    """Base dollars by category and status: rows of the categories."""

    first: int
    last: int


def fill(book: Book, detail: Detail, spent: investment.Places) -> Places:
    """The sheet Drivers: what moves the net benefit, the largest lines, and how well the dollars are known."""
    found = Evidence(book.case, book.plan)
    page = book.page(ME, "Drivers: what the result rests on", "report: investment, then-year dollars")
    page.note(4, RULE)
    row = moving.not_assessed(book, page, moving.FIRST_ROW)
    row = _largest(book, page, detail, found, row)
    row = _chips(page, detail, row)
    row = _quantities(page, found, row)
    places, _ = by_status(book, page, detail, spent, row)
    page.widths({1: 44, 2: 60, 3: 22, 4: 14, 8: 14, 9: 14, 10: 14, 11: 22, 12: 22, 13: 44, 14: 9}, default=13.0)
    page.printed(3, "B5")
    page.most_pages = 2
    return places


def by_status(book: Book, page: Page, detail: Detail, spent: investment.Places, row: int) -> tuple[Places, int]:
    """The budget by the status of the figures behind it, from a row of a page on; the next row."""
    found = Evidence(book.case, book.plan)
    names = [part.status for part in found.parts if part.status not in (UNALLOCATED, RESERVE, UNSPENT)]
    by_category = row + len(names) + 8
    weakest, end = _categories(book, page, detail, names, (by_category, WEAKEST, "the weakest figure behind them"))
    alone, end = _categories(book, page, detail, names, (end, ALONE, "their unit rate alone"))
    return _statuses(book, page, found, names, (row, weakest, alone, spent)), end


def _categories(
    book: Book, page: Page, detail: Detail, names: list[str], where: tuple[int, int, str]
) -> tuple[_Table, int]:
    """Base dollars by category and status, and what stands on them; ``where`` is row, key of Detail, words."""
    row, key, by = where
    page.heading(row, f"Base dollars by category and by {by}, $M then-year")
    header = row + 1
    page.headers(header, ("Category", "What follows it", "Unit", "Base", "On top", "Times", *names))
    view = detail.view("costs", key, DOLLARS)
    entries = [c.category for c in book.case.categories.values() if c.side != "none"]
    first, last = header + 1, header + len(entries)
    end = STATUS + len(names) - 1
    for at, category in enumerate(entries, first):
        label(page, at, Entry(category, "management and contingency, in proportion to the base", "$M"))
        for column, name in enumerate(names, STATUS):
            text = view.formula(f'{letter(column)}${header}&"|"&$A{at}')
            page.formula(at, column, text, view.value(name, category), form=style.MUSD)
        page.sum(at, BASE, (at, STATUS), (at, end), style.MUSD, "calculation")
        text = view.formula(f'"{FOLLOWS}|"&$A{at}')
        page.formula(at, EXTRA, text, view.value(FOLLOWS, category), form=style.MUSD)
        times = 1 + page.n(at, EXTRA) / max(1.0, page.n(at, BASE))
        page.formula(at, TIMES, f"1+E{at}/MAX(1,D{at})", times, form=style.RATIO)
    label(page, last + 1, Entry("Total", "", "$M"), "total")
    page.put(last + 1, TIMES, "", "total")
    for column in (BASE, EXTRA, *range(STATUS, end + 1)):
        page.sum(last + 1, column, (first, column), (last, column), style.MUSD, "total")
    return _Table(first, last), last + 3


def _statuses(
    book: Book, page: Page, found: Evidence, names: list[str], where: tuple[int, _Table, _Table, investment.Places]
) -> Places:
    """The budget by status, then what buys nothing."""
    row, weakest, alone, spent = where
    page.heading(row, "Investment by the status of its evidence, $M then-year")
    shares = ("Share of priced dollars", "Share of the budget")
    page.headers(row + 1, ("Status", "What it says", "Unit", "Dollars", *shares, "By the unit rate alone", shares[0]))
    first, meaning = row + 2, {part.status: part.meaning for part in found.parts}
    priced = first + len(names)
    for n, (at, name) in enumerate(zip(range(first, priced), names, strict=True)):
        label(page, at, Entry(name, meaning[name], "$M"))
        for column, table in ((AMOUNT, weakest), (7, alone)):
            _product(page, at, column, table, STATUS + n)
    label(page, priced, Entry("Priced by figures", "all statuses", "$M"), "total")
    for column in (AMOUNT, 7):
        page.sum(priced, column, (first, column), (priced - 1, column), style.MUSD, "total")
    source = book.pages[investment.ME]
    apart = {UNALLOCATED: (spent.split.unallocated, 4), RESERVE: (spent.reserve, 4), UNSPENT: (spent.spent + 1, 4)}
    for at, (name, cell) in enumerate(apart.items(), priced + 1):
        label(page, at, Entry(name, meaning[name], "$M"))
        page.link(at, AMOUNT, source, cell, style.MUSD)
    total = priced + 1 + len(apart)
    label(page, total, Entry("Budget", "of the programme", "$M"), "total")
    page.sum(total, AMOUNT, (priced, AMOUNT), (total - 1, AMOUNT), style.MUSD, "total")
    for at in range(first, total + 1):
        look = "total" if at in (priced, total) else "calculation"
        divisions = [(6, f"D{at}/MAX(1,D${total})", (at, 4), total)]
        if at <= priced:
            divisions += [(5, f"D{at}/MAX(1,D${priced})", (at, 4), priced)]
            divisions += [(8, f"G{at}/MAX(1,D${priced})", (at, 7), priced)]
        for column, text, above, under in divisions:
            value = page.n(*above) / max(1.0, page.n(under, AMOUNT))
            page.formula(at, column, text, value, look, style.SHARE)
    return Places(page, (priced, AMOUNT), (priced, 7), (priced + 1, AMOUNT), (total, AMOUNT))


def _product(page: Page, row: int, column: int, table: _Table, status: int) -> None:
    """Base dollars of a status with what stands on them, over the categories."""
    base, times = (page.here(table.first, c, (table.last, c)) for c in (status, TIMES))
    rows = range(table.first, table.last + 1)
    value = math.fsum(page.n(r, status) * page.n(r, TIMES) for r in rows)
    page.formula(row, column, f"SUMPRODUCT({base},{times})", value, form=style.MUSD)


def _chips(page: Page, detail: Detail, row: int) -> int:
    """Dollars of chips by how they are sold, and the share of those not on sale; the row after them."""
    page.heading(row, "Chip dollars by how the chip is sold, $M then-year")
    page.headers(row + 1, ("Sold as", "What it says", "Unit", "Dollars", "Share"))
    words = {
        ON_SALE: "racks, fabric, storage and sales tax of chips that can be bought today",
        "announced": "of chips that are announced and not on sale",
        "projected": "of chips that nobody has announced, projected from the trend",
    }
    view, first = detail.view("costs", SOLD, DOLLARS), row + 2
    total = first + len(words) + 1
    for at, (name, says) in enumerate(words.items(), first):
        label(page, at, Entry(name, says, "$M"))
        page.formula(at, AMOUNT, view.formula(f"$A{at}"), view.value(name), form=style.MUSD)
    label(page, total - 1, Entry("Not on sale", "announced and projected", "$M"))
    page.sum(total - 1, AMOUNT, (first + 1, AMOUNT), (total - 2, AMOUNT), style.MUSD, "calculation")
    label(page, total, Entry("Total", "", "$M"), "total")
    page.sum(total, AMOUNT, (first, AMOUNT), (total - 2, AMOUNT), style.MUSD, "total")
    for at in range(first, total + 1):
        share = page.n(at, AMOUNT) / max(1.0, page.n(total, AMOUNT))
        look = "total" if at == total else "calculation"
        page.formula(at, 5, f"D{at}/MAX(1,D${total})", share, look, style.SHARE)
    return total + 2


def _largest(book: Book, page: Page, detail: Detail, found: Evidence, row: int) -> int:
    """The largest cost lines with rate, range, status and source; the row after them."""
    lines = found.largest()
    page.heading(row, f"The largest cost lines, {LARGEST} at most, without management and contingency")
    page.headers(row + 1, LINES)
    refs = [str(ref) for ref in book.plan["detail"]["rate_ref"]]
    based = [place for place, ref in enumerate(refs) if not ref.endswith(ON_TOP)]
    stands = {place: HEADER_ROW + 1 + n for n, place in enumerate(based)}
    for at, line in enumerate(lines, row + 2):
        _line(book, page, at, line)
        page.link(at, AMOUNT, detail.page, (stands[line.place], DOLLARS), style.MUSD)
    first, last = row + 2, row + 1 + len(lines)
    for at in range(first, last + 1):
        more = sum(page.n(r, AMOUNT) > page.n(at, AMOUNT) for r in range(first, last + 1))
        page.formula(at, len(LINES), f"1+SUMPRODUCT((D${first}:D${last}>D{at})*1)", 1.0 + more, form="0")
    return row + 3 + len(lines)


def _line(book: Book, page: Page, row: int, line: Line) -> None:
    code, site, item, ref, _ = line.at
    place = book.case.sites[site].name.split(" (")[0] if site in book.case.sites else site
    what = f"{book.case.wbs[code].name}: {in_words(book.case, item)}, {place}"
    label(page, row, Entry(f"{code} {line.period}", what, line.unit))
    if line.rate and ref in book.assumption_rows:
        page.assume(row, 5, ref, "#,##0.00")
        origin, at = book.pages["Assumptions"], book.assumption_rows[ref]
        for column, there in ((6, assumptions.LOW), (7, assumptions.HIGH), (8, MONEY_YEAR)):
            if (at, there) in origin.values:
                form = style.YEAR if there == MONEY_YEAR else "#,##0.00"
                page.link(row, column, origin, (at, there), form)
            else:
                page.put(row, column, "as paid" if there == MONEY_YEAR else "no range")
    rate, weakest = line.rate, line.weakest
    documents = (rate.source_id, ", ".join(leans_on(book.case, rate)) or "none") if rate else ("none", "none")
    texts = (line.rate_status, line.status, *documents, weakest.ref if weakest else "none")
    for column, text in enumerate(texts, 9):
        page.put(row, column, text)


def _quantities(page: Page, found: Evidence, row: int) -> int:
    """Figures that make quantities, with their statuses; the row after them."""
    page.heading(row, "Figures that make quantities, and the shares on top: not in the dollars above")
    page.headers(row + 1, ("Figure", "What it is", "Unit", "Weakest status", "Figures in use by status"))
    at = row + 2
    for one in found.quantities():
        label(page, at, Entry(one.ref, one.meaning, one.unit))
        page.put(at, 4, one.weakest)
        page.put(at, 5, ", ".join(f"{count} {name}" for name, count in one.by_status.items()))
        at += 1
    return at + 1
