"""Federal funding: operating cost against appropriation, cost share and pay-as-you-go, with caps and their ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from planner.workbook import charts, fiscal, style
from planner.workbook.book import Book, Page
from planner.workbook.facts import PRICED
from planner.workbook.sheets.detail import DOLLARS, VALUE, Detail
from planner.workbook.tables import TOTAL, Block, Entry, below, by_year, label, year_row

ME = "Federal funding"
BANNER = "Who pays the operating cost. The caps are ranges for what could be open to one programme, not appropriations."
MONEY = style.MUSD
#: columns of Assumptions that hold the range
RANGE = {"low": ("D", "low end"), "value": ("B", "as planned"), "high": ("E", "high end")}


class Places(NamedTuple):
    """``used`` holds the largest share of the caps in its total column."""

    cost: Block
    paid: Block
    caps: int
    used: int
    over: int
    fiscal: Block
    ranges: dict[str, int]


def fill(book: Book, detail: Detail) -> Places | None:
    """The sheet; none where the data name no payer."""
    sources = book.case.funding_sources
    if not sources:
        return None
    page = book.page(ME, "Federal funding of operating cost", "report: resource cost by who pays, against yearly caps")
    page.banner(4, BANNER, book.last)
    page.note(
        5, "Operating cost is a resource cost. Fees that agencies pay the operator are transfers and are not in it."
    )
    lines = detail.lines(book.case, "operations")
    entries = [Entry(w.wbs_code, w.name, "$M") for w in lines]
    heading = "Operating cost by WBS line, calendar years, $M then-year"
    cost = by_year(page, 6, heading, entries, detail.view("costs", 1, DOLLARS), MONEY, ("WBS", "Line"))
    paid, row = _paid(page, detail, cost, sources, cost.next)
    caps, ranges, row = _caps(book, page, sources, row)
    used, over, row = _used(book, page, paid, caps, sources, row)
    row = _groups(book, page, detail, caps, row)
    _charts(book, page, paid, caps, ranges, used, row)
    row += 18
    years = fiscal.table(book, page, row, "Who pays, $M then-year", range(paid.first, paid.last + 1))
    page.widths({1: 20, 2: 62, 3: 8, 4: 12})
    page.printed(4, "C5")
    return Places(cost, paid, caps.total, used, over, years, ranges)


def _paid(page: Page, detail: Detail, cost: Block, sources: Sequence[str], row: int) -> tuple[Block, int]:
    """The plan's shares as solved, and the operating cost of today's figures shared out by them."""
    page.heading(row, "What each payer carries as solved, $M then-year (in proportion to the caps)")
    header = row + 1
    page.years_header(header, "Payer", "Name", "Unit", "Horizon")
    solved = detail.view("operating cost paid", 1)
    first = header + 1
    for at, source in enumerate(sources, first):
        own = solved.formula(f'$A{at}&"|"&{{c}}${header}')

        def dollars(c: int, source: str = source) -> float:
            return solved.value(source, int(page.n(header, c)))

        year_row(page, at, Entry(source, f"{source}, as solved", "$M"), own, dollars, MONEY)
    end = first + len(sources)
    label(page, end, Entry("Total", "as solved", "$M"), "total")
    below(page, end, first, end - 1, MONEY)
    row = end + 2
    page.heading(row, "Who pays, $M then-year: operating cost times the payer's share")
    page.years_header(row + 1, "Payer", "Name", "Unit", "Total")
    for n, source in enumerate(sources):
        at, by = row + 2 + n, first + n

        def share(c: int, by: int = by) -> float:
            return page.n(cost.total, c) * page.n(by, c) / max(1.0, page.n(end, c))

        text = f"{{c}}{cost.total}*{{c}}{by}/MAX(1,{{c}}{end})"
        year_row(page, at, Entry(source, _name(source), "$M"), text, share, MONEY)
    last = row + 1 + len(sources)
    label(page, last + 1, Entry("Total", "", "$M"), "total")
    below(page, last + 1, row + 2, last, MONEY)
    return Block(row + 1, row + 2, last, last + 1), last + 3


def _name(source: str) -> str:
    names = {
        "appropriation": "appropriated to the programme's own agencies",
        "cost share": "agencies' part of shared service, agreed for the year",
        "pay-as-you-go": "paid for use, as it is used",
    }
    return names.get(source, source)


def _caps(book: Book, page: Page, sources: Sequence[str], row: int) -> tuple[Block, dict[str, int], int]:
    """The caps by payer, then all of them at the low end, as planned and at the high end."""
    page.heading(
        row, "Most that each payer could carry, $M then-year, and the range of the caps (sources: Assumptions)"
    )
    header = row + 1
    page.years_header(header, "Payer", "Name", "Unit", "Total")
    first = at = header + 1
    blocks: dict[str, Block] = {}
    figures = [f for f in book.case.figures if f.table == "funding_sources"]
    for end in ("value", "low", "high"):
        if all(getattr(f, end) is None for f in figures):
            continue
        first = at
        for source in sources:
            _cap(book, page, at, header, source, end)
            at += 1
        label(page, at, Entry(f"All, {RANGE[end][1]}", "caps of all payers together", "$M"), "total")
        below(page, at, first, at - 1, MONEY)
        blocks[end] = Block(header, first, at - 1, at)
        at += 1
    return blocks["value"], {end: block.total for end, block in blocks.items()}, at + 1


def _cap(book: Book, page: Page, at: int, header: int, source: str, end: str) -> None:
    values, refs = book.lookup("funding_sources", ME)
    column, words = RANGE[end]
    values = values.replace("$B$", f"${column}$")

    def cap(c: int) -> float:
        figure = book.figures.get(f"funding_sources.{source}/{page.n(header, c):.0f}.cap_usd")
        number = {"low": figure.low, "high": figure.high, "value": figure.value}[end] if figure else None
        return number or 0.0

    key = f'"funding_sources."&$A{at}&"/"&{{c}}${header}&".cap_usd"'
    year_row(page, at, Entry(source, f"cap, {words}", "$M"), f"SUMIFS({values},{refs},{key})", cap, MONEY)


def _used(book: Book, page: Page, paid: Block, caps: Block, sources: Sequence[str], row: int) -> tuple[int, int, int]:
    """What is paid over what could be; the largest share of a year is what the promise is measured by."""
    page.heading(row, "Share of its cap that each payer carries")
    page.years_header(row + 1, "Payer", "Name", "Unit", "Largest")
    at = row + 2
    for n in range(len(sources) + 1):
        above, under = paid.first + n, caps.first + n

        def share(c: int, above: int = above, under: int = under) -> float:
            return page.n(above, c) / max(1.0, page.n(under, c))

        name = sources[n] if n < len(sources) else "All payers"
        text = f"{{c}}{above}/MAX(1,{{c}}{under})"
        year_row(page, at, Entry(name, "paid over its cap", "share"), text, share, style.SHARE, "most")
        at += 1
    used = at - 1
    tolerance = "constants.tolerance_share"
    allowed = 1 + book.figure(tolerance)
    rows = range(row + 2, used)

    def over(c: int) -> float:
        return float(sum(page.n(r, c) > allowed for r in rows))

    text = f"SUMPRODUCT(1*({{c}}{rows[0]}:{{c}}{rows[-1]}>1+{book.address(tolerance, ME)}))"
    year_row(page, at, Entry("Over", "payers above their cap", "payers"), text, over, style.COUNT)
    return used, at, at + 2


def _groups(book: Book, page: Page, detail: Detail, caps: Block, row: int) -> int:
    """Service at its price of each group of agencies, the money it has, and the one over the other."""
    if PRICED not in detail.blocks:
        return row
    case, n, header = book.case, page.n, row + 1
    page.heading(row, "Service at its price beside the money of each group of agencies, $M then-year")
    page.years_header(header, "Group", "Name", "Unit", "Total")
    view, base = detail.view(PRICED, 1, VALUE), f"price_indices.general/{case.programme.base_year}.index_value"
    values, refs = book.lookup("price_indices", ME)

    def index(c: int) -> float:
        return case.price_index("general", int(n(header, c)))

    at = header + 1
    text = f'SUMIFS({values},{refs},"price_indices.general/"&{{c}}${header}&".index_value")'
    year_row(page, at, Entry("Index", "general price index", "index"), text, index, style.RATIO, "")
    shares, named = book.lookup("group_money", ME) if len(case.tables["group_money"]) else ("", "")
    groups = list(case.money_groups)
    for at, group in enumerate(groups, header + 2):

        def worth(c: int, group: str = group) -> float:
            return view.value(group, int(n(header, c))) * n(header + 1, c) / book.figure(base)

        def money(c: int, group: str = group) -> float:
            share = book.figure(f"group_money.{group}/{n(header, c):.0f}.share") if shares else 1.0
            return share * n(caps.total, c)

        def part(c: int, at: int = at) -> float:
            return n(at, c) / max(1.0, n(at + len(groups), c))

        text = view.formula(f'$A{at}&"|"&{{c}}${header}') + f"*{{c}}${header + 1}/{book.address(base, ME)}"
        year_row(page, at, Entry(group, "service at its price", "$M"), text, worth, MONEY)
        at += len(groups)
        key = f'"group_money."&$A{at}&"/"&{{c}}${header}&".share"'
        text = f"SUMIFS({shares},{named},{key})*{{c}}{caps.total}" if shares else f"{{c}}{caps.total}"
        year_row(page, at, Entry(group, "its part of all caps", "$M"), text, money, MONEY)
        text = f"{{c}}{at - len(groups)}/MAX(1,{{c}}{at})"
        at += len(groups)
        year_row(
            page, at, Entry(group, "service over money; Total is the most", "share"), text, part, style.SHARE, "most"
        )
    return header + 3 * len(groups) + 3


def _charts(book: Book, page: Page, paid: Block, caps: Block, ranges: dict[str, int], used: int, row: int) -> None:
    title = "Operating cost by who pays"
    chart = charts.columns(page, title, "$M then-year", paid.header, range(paid.first, paid.last + 1), "#,##0,,")
    chart.width = 15
    peak = max(book.columns, key=lambda c: page.n(paid.total, c))
    text = (
        f"Stacked columns of operating cost by payer and year; ${page.n(paid.total, TOTAL) / 1e6:,.0f}M over the "
        f"horizon, the most in {page.n(paid.header, peak):.0f} with ${page.n(paid.total, peak) / 1e6:,.0f}M."
    )
    book.chart(page, chart, f"A{row}", title, text)
    title = "Operating cost against the caps"
    chart = charts.lines(page, title, "$M then-year", caps.header, [paid.total, *ranges.values()], "#,##0,,")
    if charts.drawn(page, [paid.total]):
        chart.series[0].tx.v = "Operating cost"
    chart.width = 20
    most = math.fsum([page.n(used, TOTAL)])
    text = f"Lines of operating cost and of all caps, low, planned and high; at most {most:.0%} of the caps in a year."
    book.chart(page, chart, f"D{row}", title, text)
