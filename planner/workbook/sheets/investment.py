"""Investment: the private ledger by category and WBS line, calendar and fiscal years, and constant dollars."""

from __future__ import annotations

import math
from typing import NamedTuple

from planner.wbs import UNALLOCATED as UNALLOCATED_LINE
from planner.workbook import charts, fiscal, style
from planner.workbook.book import Book, Page
from planner.workbook.facts import UNALLOCATED
from planner.workbook.sheets import committed, split
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.tables import Block, Entry, below, by_year, label, year_row

BANNER = "Private investment. Not federal budget authority. Do not add to the federal sheets."
ME = "Investment"


class Places(NamedTuple):
    """What other sheets link to."""

    category: Block
    wbs: Block
    split: split.Split
    fiscal: Block
    limit: int
    spent: int
    reserve: int
    constant: int
    committed: committed.Committed


def fill(book: Book, detail: Detail) -> Places:
    page = book.page(
        ME, "Investment by category, work breakdown line and year", "report: private ledger, then-year dollars"
    )
    page.banner(4, BANNER, book.last)
    entries = [
        Entry(c.category, c.category.capitalize(), "$M") for c in book.case.categories.values() if c.side != "none"
    ]
    entries.append(Entry(UNALLOCATED, "Money beyond the need of software, security and training: buys nothing", "$M"))
    money = style.MUSD
    view = detail.view("costs", 2, DOLLARS)
    category = by_year(
        page,
        5,
        "Investment by category, calendar years, $M then-year: cash, in the year it is paid",
        entries,
        view,
        money,
    )
    _chart(book, page, category, category.next)
    start = category.next + 22
    view = detail.view("costs", 1, DOLLARS)
    posted = [Entry(w.wbs_code, w.name, "$M") for w in detail.lines(book.case, "investment")]
    wbs = by_year(page, start, "Investment by WBS line, $M then-year", posted, view, money, ("WBS", "Line"))
    row = _apart(page, wbs, wbs.next)
    parts = split.section(book, page, category, row)
    limit, spent, reserve, row = _budget(page, parts, parts.next)
    signed, row = committed.section(book, page, detail, category, row)
    rows = range(category.first, category.last + 1)
    years = fiscal.table(book, page, row, "Investment by category, $M", rows)
    constant = _constant(book, page, category, parts, years.next)
    page.widths({1: 23, 2: 62, 3: 8, 4: 12, book.last + 1: 11})
    page.printed(4, "C5")
    return Places(category, wbs, parts, years, limit, spent, reserve, constant, signed)


def _chart(book: Book, page: Page, block: Block, row: int) -> None:
    rows = range(block.first, block.last + 1)
    chart = charts.columns(page, "Investment by year and category", "$M then-year", block.header, rows, "#,##0,,")
    total = page.n(block.total, 4) / 1e9
    peak = max(book.columns, key=lambda c: page.n(block.total, c))
    text = (
        f"Stacked columns of private investment by year and category. Total ${total:.2f}B; the largest year is "
        f"{page.n(block.header, peak):.0f} with ${page.n(block.total, peak) / 1e9:.2f}B."
    )
    book.chart(page, chart, f"A{row}", "Investment by year and category", text)


def _apart(page: Page, wbs: Block, row: int) -> int:
    """Base cost, management and contingency, each by itself."""
    page.heading(row, "Contingency and management apart, $M then-year (inside the totals above)")
    page.years_header(row + 1, "Part", "What it is", "Unit", "Total")
    rows = range(wbs.first, wbs.last + 1)
    parts = {
        "Management": [r for r in rows if str(page.values[r, 2]).startswith("Programme management")],
        "Contingency": [r for r in rows if str(page.values[r, 2]).startswith("Contingency")],
        "Unallocated": [r for r in rows if page.values[r, 1] == UNALLOCATED_LINE],
    }
    names = {
        "Management": "programme management, integration and test",
        "Contingency": "by category",
        "Unallocated": "unallocated by the split: no contingency stands on it",
    }
    for place, (part, found) in enumerate(parts.items(), row + 3):
        text = "+".join("{c}" + str(r) for r in found) or "0"

        def part_of(c: int, rows: list[int] = found) -> float:
            return math.fsum(page.n(r, c) for r in rows)

        year_row(page, place, Entry(part, names[part], "$M"), text, part_of, style.MUSD)
    base = row + 2
    end = row + 3 + len(parts)
    text = f"{{c}}{wbs.total}-SUM({{c}}{row + 3}:{{c}}{end - 1})"
    year_row(
        page,
        base,
        Entry("Base cost", "all other lines", "$M"),
        text,
        lambda c: page.n(wbs.total, c) - math.fsum(page.n(r, c) for r in range(row + 3, end)),
        style.MUSD,
    )
    label(page, end, Entry("Total", "", "$M"), "total")
    below(page, end, base, end - 1, style.MUSD)
    return end + 2


def _budget(page: Page, parts: split.Split, row: int) -> tuple[int, int, int, int]:
    """What the budget is for, in one column."""
    page.heading(row, "The budget and its parts, $M then-year")
    page.headers(row + 1, ("Part", "What it is", "Unit", "Amount"))
    budget, share = "programme.budget_usd", "parameters.management_reserve_share.value"
    b, r = (page.book.address(ref, ME) for ref in (budget, share))
    whole, held = page.book.figure(budget), page.book.figure(budget) * page.book.figure(share)
    at = row + 2
    spent = page.n(parts.total, 4)
    rows = (
        ("Budget", "total private investment of the programme", b, whole),
        ("Reserve", "management reserve: held, not spent", f"{b}*{r}", held),
        ("Limit", "what may be spent", f"D{at}-D{at + 1}", whole - held),
        *(
            (name, str(page.values[source, 2]), f"D{source}", page.n(source, 4))
            for name, source in (
                ("Infrastructure", parts.infrastructure),
                ("Software, security and training items", parts.soft),
                ("Unallocated", parts.unallocated),
            )
        ),
        ("Invested", "the three together", f"SUM(D{at + 3}:D{at + 5})", spent),
        ("Unspent", "limit less invested", f"D{at + 2}-D{at + 6}", whole - held - spent),
    )
    for place, (name, meaning, text, value) in enumerate(rows, at):
        look = "total" if name in ("Invested", "Unspent") else "line"
        label(page, place, Entry(name, meaning, "$M"), look)
        page.formula(place, 4, text, value, "total" if look == "total" else "calculation", style.MUSD)
    return at + 2, at + 6, at + 1, at + 9


def _constant(book: Book, page: Page, category: Block, parts: split.Split, row: int) -> int:
    """Constant dollars of the base year, by the general index alone; returns the row of the infrastructure."""
    base = int(book.figure("programme.base_year"))
    page.heading(row, f"Constant {base} dollars (general index alone; category escalation stays as real growth), $M")
    header, index = row + 1, row + 2
    page.years_header(header, "Key", "Name", "Unit", "Total")
    values, refs = book.lookup("price_indices", ME)
    text = f'SUMIFS({values},{refs},"price_indices.general/"&{{c}}${header}&".index_value")'
    general = {c: book.figure(f"price_indices.general/{page.n(header, c):.0f}.index_value") for c in book.columns}
    year_row(page, index, Entry("index", "General price index", "index"), text, general.__getitem__, style.RATIO, "")
    at = index + 1
    reference = f"price_indices.general/{base}.index_value"
    for source in range(category.first, category.last + 1):
        text = f"{{c}}{source}*{book.address(reference, ME)}/{{c}}${index}"
        entry = Entry(*(str(page.values[source, c]) for c in (1, 2, 3)))

        def constant(c: int, row: int = source) -> float:
            return page.n(row, c) * book.figure(reference) / page.n(index, c)

        year_row(page, at, entry, text, constant, style.MUSD)
        at += 1
    label(page, at, Entry("Total", "", "$M"), "total")
    below(page, at, index + 1, at - 1, style.MUSD)
    text = f"{{c}}{parts.infrastructure}*{book.address(reference, ME)}/{{c}}${index}"

    def infrastructure(c: int) -> float:
        return page.n(parts.infrastructure, c) * book.figure(reference) / page.n(index, c)

    entry = Entry("of which", "infrastructure", "$M")
    year_row(page, at + 1, entry, text, infrastructure, style.MUSD)
    return at + 1
