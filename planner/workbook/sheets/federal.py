"""Federal BA and outlays: authority in the year service is ordered, obligations, outlays by profile, the tail."""

from __future__ import annotations

import math
from typing import NamedTuple

from planner.workbook import charts, fiscal, style
from planner.workbook.book import Book, Page, letter
from planner.workbook.sheets import resolutions
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.tables import TOTAL, Block, Entry, by_year, label

ME = "Federal BA and outlays"
BANNER = "Operations ledger only. Private investment is no budget authority. Do not add to Investment."
#: what a fund type without a profile is paid by
AT_ONCE = ((0, 1.0),)
MONEY = style.MUSD


class Places(NamedTuple):
    """Rows whose total column holds the horizon, and the cell of what closed accounts leave unpaid."""

    calendar: Block
    fiscal: Block
    authority: int
    lapsed: int
    outlays: int
    closed: tuple[int, int]
    stopped: int
    covers_ledger: bool


def profile(book: Book, fund: str) -> list[tuple[int, str]]:
    """(years after the authority, reference of the share) of a fund type; no row: all in its own year."""
    refs = [f for f in book.case.figures if f.table == "outlay_profiles" and f.key.rpartition("/")[0] == fund]
    return sorted((int(f.key.rpartition("/")[2]), f.ref) for f in refs)


def fill(book: Book, detail: Detail) -> Places | None:
    """The sheet; none where no line of the work breakdown has a federal fund type."""
    ledgers = ("investment", "operations")
    lines = [w for ledger in ledgers for w in detail.lines(book.case, ledger) if w.fund_type]
    if not lines:
        return None
    page = book.page(
        ME, "Federal budget authority, obligations and outlays", "report: operating cost as federal money, fiscal years"
    )
    funds = {w.fund_type: w.availability for w in lines}
    steps = {fund: profile(book, fund) for fund in funds}
    more = max((n for path in steps.values() for n, _ in path), default=0)
    width = book.last + 1 + more
    page.banner(4, BANNER, width)
    page.note(
        5,
        "Authority is given in the year service is ordered; the order is the obligation; outlay = authority x profile.",
    )
    entries = [Entry(f, f"{f}, available for {a}", "$M") for f, a in funds.items()]
    heading = "Authority by fund type, calendar years, $M then-year"
    calendar = by_year(page, 6, heading, entries, detail.view("costs", 7, DOLLARS), MONEY, ("Fund type", "Name"))
    rows = range(calendar.first, calendar.last + 1)
    years = fiscal.table(book, page, calendar.next, "Authority, $M then-year", rows)
    paid, subtotals = _outlays(book, page, years, steps, more, years.next)
    stopped, row = resolutions.section(book, page, detail, paid + 1)
    header, authority, lapsed, outlays, row = _together(book, page, years, subtotals, more, row, stopped)
    _chart(book, page, header, authority, outlays, row)
    closed, row = _accounts(book, page, funds, (years.next + 2, paid - 1), row + 18)
    _limits(page, row)
    page.widths({1: 18, 2: 62, 3: 11, 4: 12})
    page.printed(5, "E6")
    posted = {f.wbs for f in detail.items("costs") if f.ledger == "operations"}
    whole = posted <= {w.wbs_code for w in lines} and all(w.ledger == "operations" for w in lines)
    return Places(calendar, years, authority, lapsed, outlays, closed, stopped.stopped, whole)


def _outlays(
    book: Book, page: Page, years: Block, steps: dict[str, list[tuple[int, str]]], more: int, row: int
) -> tuple[int, list[int]]:
    """Each year's authority, paid out over its profile; the years after the last authority are the tail."""
    page.heading(row, "Outlays, $M then-year: each year's authority times the profile of its fund type, tail shown")
    header = row + 1
    columns = fiscal.header(book, page, header, ("Fund type", "Paid"), more)
    page.put(header, 3, "Year after", "header")
    page.put(header, TOTAL, "Share", "header")
    at, subtotals = header + 1, []
    first, last = letter(columns[0]), letter(book.last + 1)
    for n, (fund, path) in enumerate(steps.items()):
        source = years.first + n
        area = f"${first}${source}:${last}${source},${first}${years.header}:${last}${years.header}"
        start = at
        given = {page.n(years.header, c): page.n(source, c) for c in range(columns[0], book.last + 2)}
        for after, share in path or AT_ONCE:
            page.put(at, 1, fund)
            page.put(at, 2, "in its own year" if not after else f"{after} year{'s' * (after > 1)} after")
            page.put(at, 3, after, "line", "0")
            if isinstance(share, str):
                page.assume(at, TOTAL, share, style.SHARE)
            else:
                page.put(at, TOTAL, share, "line", style.SHARE)

            def outlay(c: int, row: int = at, given: dict[float, float] = given) -> float:
                return given.get(page.n(header, c) - page.n(row, 3), 0.0) * page.n(row, TOTAL)

            page.across(at, columns, f"SUMIFS({area},{{c}}${header}-$C{{r}})*$D{{r}}", outlay, MONEY)
            at += 1
        label(page, at, Entry(fund, "outlays of the fund type", ""), "total")
        page.sum(at, TOTAL, (start, TOTAL), (at - 1, TOTAL), style.SHARE, "total")
        for c in columns:
            page.sum(at, c, (start, c), (at - 1, c), MONEY, "total")
        subtotals.append(at)
        at += 1
    return at, subtotals


def _together(
    book: Book, page: Page, years: Block, subtotals: list[int], more: int, row: int, found: resolutions.Resolutions
) -> tuple[int, int, int, int, int]:
    """Authority, obligations and outlays side by side, then-year and constant."""
    base = book.case.programme.base_year
    page.heading(
        row, f"Authority, obligations and outlays, $M then-year, then $M of {base} (index of the year it ends in)"
    )
    header = row + 1
    columns = fiscal.header(book, page, header, ("Row", "What it is"), more)
    authority, ordered, lapsed, outlays, unpaid, known, index, real, real_outlays = range(row + 2, row + 11)
    first = letter(columns[0])

    def line(at: int, entry: tuple[str, str, str], text: str, value, form: str = MONEY, total: bool = True) -> None:  # type: ignore[no-untyped-def]
        label(page, at, Entry(*entry))
        page.across(at, columns, text, value, form)
        if total:
            page.sum(at, TOTAL, (at, columns[0]), (at, columns[-1]), form, "calculation")

    line(
        authority,
        ("Authority", "budget authority, all fund types", "$M"),
        f"0+{{c}}{years.total}",
        lambda c: page.n(years.total, c),
    )
    line(
        ordered,
        ("Obligations", "service ordered in the year; none where no month is left to order in", "$M"),
        f"{{c}}{authority}-{{c}}{found.lapsing}",
        lambda c: page.n(authority, c) - page.n(found.lapsing, c),
    )
    text = f"{{c}}{authority}-{{c}}{ordered}"
    line(
        lapsed,
        ("Lapsed", "authority not obligated in its period", "$M"),
        text,
        lambda c: page.n(authority, c) - page.n(ordered, c),
    )
    text = "+".join(f"{{c}}{r}" for r in subtotals) or "0"
    line(outlays, ("Outlays", "paid out in the year", "$M"), text, lambda c: math.fsum(page.n(r, c) for r in subtotals))
    text = f"ROUND(SUM(${first}{ordered}:{{c}}{ordered})-SUM(${first}{outlays}:{{c}}{outlays}),2)"

    def open_bills(c: int) -> float:
        past = range(columns[0], c + 1)
        return round(math.fsum(page.n(ordered, k) for k in past) - math.fsum(page.n(outlays, k) for k in past), 2) + 0.0

    line(unpaid, ("Unpaid", "ordered and not paid yet, at the end of the year", "$M"), text, open_bills, total=False)
    _index(book, page, header, (known, index), columns)
    reference = f"price_indices.general/{base}.index_value"
    for at, source, name in ((real, authority, "Real authority"), (real_outlays, outlays, "Real outlays")):
        text = f"{{c}}{source}*{book.address(reference, ME)}/{{c}}{index}"

        def constant(c: int, source: int = source) -> float:
            return page.n(source, c) * book.figure(reference) / page.n(index, c)

        line(at, (name, f"in {base} dollars, general index alone", "$M"), text, constant)
    return header, authority, lapsed, outlays, real_outlays + 2


def _index(book: Book, page: Page, header: int, rows: tuple[int, int], columns: range) -> None:
    """The general index; after the last year of the data it stays."""
    found, index = rows
    values, refs = book.lookup("price_indices", ME)
    text = f'SUMIFS({values},{refs},"price_indices.general/"&{{c}}${header}&".index_value")'

    def known(c: int) -> float:
        figure = book.figures.get(f"price_indices.general/{page.n(header, c):.0f}.index_value")
        return figure.value if figure else 0.0

    label(page, found, Entry("Index, data", "general price index; 0 where the data end", "index"))
    page.across(found, columns, text, known, style.RATIO)
    label(page, index, Entry("Index", "after the last year of the data it stays", "index"))

    def held(c: int) -> float:
        return page.n(found, c) or page.n(index, c - 1)

    page.across(index, columns, f"IF({{c}}{found}=0,{{p}}{index},{{c}}{found})", held, style.RATIO)


def _chart(book: Book, page: Page, header: int, authority: int, outlays: int, row: int) -> None:
    title = "Authority and outlays by fiscal year"
    rows, last = [authority, outlays], max(c for r, c in page.values if r == header)
    chart = charts.columns(page, title, "$M then-year", header, rows, "#,##0,,", stacked=False, last=last)
    tail = math.fsum(page.n(outlays, c) for c in range(book.last + 2, last + 1))
    text = (
        f"Columns of authority and outlays by fiscal year; ${page.n(authority, TOTAL) / 1e6:,.0f}M of authority. "
        f"The tail after FY{book.years[-1] + 1} is ${tail / 1e6:,.0f}M."
    )
    chart.x_axis.title = "Fiscal year"
    book.chart(page, chart, f"A{row}", title, text)


def _accounts(
    book: Book, page: Page, funds: dict[str, str], shares: tuple[int, int], row: int
) -> tuple[tuple[int, int], int]:
    """When an account closes, and what of its authority would then be unpaid."""
    page.heading(row, "When money lapses and when accounts close")
    page.headers(row + 1, ("Fund type", "Period of availability", "Years", "Closes after", "Unpaid then"))
    expired, more = book.address("constants.expired_years", ME), book.figure("constants.expired_years")
    first, last = shares
    at = row + 2
    for fund, availability in funds.items():
        page.put(at, 1, fund)
        page.put(at, 2, f"{availability}: new orders only within it; then {more:.0f} years in which old bills are paid")
        years = float(availability.split()[0]) if availability[:1].isdigit() else 0.0
        page.put(at, 3, years, "line", '0;-0;"no limit"')
        closes = years + more if years else 0.0
        page.formula(at, 4, f"IF(C{at}=0,0,C{at}+{expired})", closes, form='0" years";-0;"never"')
        own = [r for r in range(first, last + 1) if page.values.get((r, 1)) == fund]
        late = [r for r in own if not isinstance(page.values.get((r, 3)), str)]
        unpaid = math.fsum(page.n(r, TOTAL) for r in late if page.n(r, 3) >= closes) if years else 0.0
        text = f'IF(C{at}=0,0,SUMIFS($D${first}:$D${last},$A${first}:$A${last},A{at},$C${first}:$C${last},">="&D{at}))'
        page.formula(at, 5, text, unpaid, form=style.SHARE)
        at += 1
    label(page, at, Entry("All", "share of authority that no account is open for any more", ""), "total")
    page.put(at, 4, "", "total")
    page.sum(at, 5, (row + 2, 5), (at - 1, 5), style.SHARE, "total")
    return (at, 5), at + 2


def _limits(page: Page, row: int) -> None:
    page.heading(row, "What this sheet does not address")
    for at, text in enumerate(
        (
            "Which appropriation pays: the payers are on Federal funding; all of it is money of federal agencies.",
            "Investment is private money and has no budget authority, no obligation and no outlay.",
        ),
        row + 1,
    ):
        page.note(at, text)
