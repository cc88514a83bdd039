"""Investment: the private ledger by category and WBS line, calendar and fiscal years, ceiling and constant dollars."""

from __future__ import annotations

import math
from typing import NamedTuple

from planner.wbs import UNALLOCATED as UNALLOCATED_LINE
from planner.workbook import charts, fiscal, style
from planner.workbook.book import Book, Page
from planner.workbook.facts import UNALLOCATED
from planner.workbook.sheets import committed, split
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.tables import Block, Entry, below, beside, by_year, label, year_row

BANNER = "Private investment. Not federal budget authority. Do not add to the federal sheets."
ME = "Investment"


class Places(NamedTuple):
    """What other sheets link to."""

    category: Block
    wbs: Block
    cumulative: int
    ceiling: int
    over: int
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
    start = category.next + 26
    page.break_before(start)
    view = detail.view("costs", 1, DOLLARS)
    posted = [Entry(w.wbs_code, w.name, "$M") for w in detail.lines(book.case, "investment")]
    wbs = by_year(page, start, "Investment by WBS line, $M then-year", posted, view, money, ("WBS", "Line"))
    row = _apart(page, wbs, wbs.next)
    page.break_before(row)
    parts = split.section(book, page, category, row)
    cumulative, ceiling, over, row = _authority(book, page, parts.total, parts.next)
    limit, spent, reserve, row = _budget(page, parts, row)
    page.break_before(row)
    signed, row = committed.section(book, page, detail, category, row)
    rows = range(category.first, category.last + 1)
    years = fiscal.table(book, page, row, "Investment by category, $M", rows)
    page.break_before(years.next)
    constant = _constant(book, page, category, parts, years.next)
    _cumulative_chart(book, page, cumulative, ceiling, constant + 3)
    page.widths({1: 23, 2: 62, 3: 8, 4: 12, book.last + 1: 11})
    page.printed(4, "E7")
    return Places(category, wbs, cumulative, ceiling, over, parts, years, limit, spent, reserve, constant, signed)


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


def _cumulative_chart(book: Book, page: Page, cumulative: int, ceiling: int, row: int) -> None:
    """Cash to date under its ceiling."""
    title = "Cumulative investment against the authority ceiling"
    header = ceiling - 3
    chart = charts.lines(page, title, "$M then-year, to date", header, [ceiling, cumulative], "#,##0,,")
    spent, allowed = (page.n(at, 4) / 1e9 for at in (cumulative, ceiling))
    text = f"Lines to date: ${spent:.2f}B invested at the end, under a ceiling of ${allowed:.2f}B."
    book.chart(page, chart, f"A{row}", title, text)


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


def _authority(book: Book, page: Page, total: int, row: int) -> tuple[int, int, int, int]:
    """Spent to date against what is authorised to date, with carry-over."""
    page.heading(row, "Cumulative investment against the authority ceiling, $M then-year")
    header = row + 1
    page.years_header(header, "Row", "What it is", "Unit", "At the end")
    values, refs = book.lookup("authority", ME)
    share, cumulative_share, ceiling, cumulative, room, over = range(row + 2, row + 8)
    look = f'SUMIFS({values},{refs},"authority."&{{c}}${header}&".share_of_budget")'
    shares = {c: book.figures.get(f"authority.{page.n(header, c):.0f}.share_of_budget") for c in book.columns}
    share_of = {c: figure.value if figure else 0.0 for c, figure in shares.items()}
    year_row(page, share, Entry("Share", "authorised in the year", "share"), look, share_of.__getitem__, style.SHARE)
    _running(book, page, cumulative_share, Entry("Share to date", "with carry-over", "share"), share, style.SHARE)
    budget, reserve = "programme.budget_usd", "parameters.management_reserve_share.value"
    terms = f"{book.address(budget, ME)}*(1-{book.address(reserve, ME)})"
    limit = book.figure(budget) * (1 - book.figure(reserve))
    year_row(
        page,
        ceiling,
        Entry("Ceiling", "authorised to date, less the management reserve", "$M"),
        f"{{c}}{cumulative_share}*{terms}",
        lambda c: page.n(cumulative_share, c) * limit,
        style.MUSD,
        "level",
    )
    _running(book, page, cumulative, Entry("Invested", "to date", "$M"), total, style.MUSD)
    year_row(
        page,
        room,
        Entry("Room", "ceiling less invested", "$M"),
        f"ROUND({{c}}{ceiling}-{{c}}{cumulative},2)",
        lambda c: round(page.n(ceiling, c) - page.n(cumulative, c), 2),
        style.MUSD_ROOM,
        "level",
    )
    year_row(
        page,
        over,
        Entry("Over", "invested beyond the ceiling", "$M"),
        f"MAX(0,-{{c}}{room})",
        lambda c: max(0.0, -page.n(room, c)),
        style.MUSD_ROOM,
        "sum",
    )
    return cumulative, ceiling, over, over + 2


def _running(book: Book, page: Page, row: int, entry: Entry, source: int, form: str) -> None:
    first, rest = book.columns[:1], book.columns[1:]
    label(page, row, entry)
    page.across(row, first, f"{{c}}{source}", lambda c: page.n(source, c), form)
    page.across(row, rest, f"{{p}}{row}+{{c}}{source}", lambda c: page.n(row, c - 1) + page.n(source, c), form)
    beside(page, row, form, level=True)


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
        ("Budget", "total private investment announced", b, whole),
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
        form = style.MUSD_ROOM if name == "Unspent" else style.MUSD
        page.formula(place, 4, text, value, "total" if look == "total" else "calculation", form)
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
