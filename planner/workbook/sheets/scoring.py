"""Scoring test: whether a contract for the plan's service would be scored up front; a reading each way, for counsel."""

from __future__ import annotations

from planner.results import scoring
from planner.wbs import INFRASTRUCTURE, SHELL
from planner.workbook import style
from planner.workbook.book import FIRST, Book, Page, heads, letter, quoted
from planner.workbook.facts import BY_SITE
from planner.workbook.sheets import accounts
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.tables import TOTAL, Entry, label

ME = "Scoring test"
HEADER = 6
TERM, VALUE = "constants.lease_term_share", "constants.lease_value_share"
NAMES = heads(
    "Site and level|Place and level|Years of service|Part of the life of halls|Part of the life of racks|"
    "Fees over value of the site|Term, halls|Term, racks|Value|Purpose|Land|Read as year by year|"
    "Read as up front|Finding"
)
ANNUAL = "orders by use and by year, from any hall of the seller, no minimum take"
#: column -> width of the table of places
WIDTHS = {1: 30, 2: 58, 3: 20, 4: 44, 10: 24, 11: 20, 12: 34, 13: 44, 14: 16}


def fill(book: Book, detail: Detail, held: accounts.Places) -> None:
    page = book.page(ME, "Scoring test: would a contract be scored up front", "report: for counsel, decides nothing")
    page.note(4, "Scored up front, a contract takes budget authority for all its payments in its first year.")
    page.heading(5, "Criteria: an operating lease keeps the first six")
    page.headers(HEADER, ("Criterion", "What it says", "Status", "Read as year by year", "Read as up front", "Source"))
    row = HEADER + 1
    for c in scoring.CRITERIA:
        for column, text in enumerate((c.name, c.text, c.status, c.annual, c.up_front, c.source), 1):
            page.put(row, column, text, "text" if column < 5 else "line")
        row += 1
    page.heading(row + 1, "What follows")
    page.headers(row + 2, ("No.", "What it says", "Status", "Source"))
    row += 3
    for n, (text, status, source) in enumerate(scoring.CONSEQUENCES, 1):
        for column, word in enumerate((str(n), text, status, source), 1):
            page.put(row, column, word, "text" if column < 4 else "line")
        row += 1
    pairs = scoring.places(book.case, book.plan)
    _places(book, page, detail, held, (row + 1, pairs))
    page.widths(WIDTHS, 14)
    page.printed(HEADER, f"B{HEADER + 1}")


def _places(
    book: Book, page: Page, detail: Detail, held: accounts.Places, at: tuple[int, list[tuple[str, str]]]
) -> None:
    """One row a site and level; what it stands on below."""
    row, pairs = at
    page.heading(row, "Sites and levels of this plan: facts, and a reading each way")
    if not pairs:
        page.note(row + 1, "Nothing is served in this plan.")
        return
    page.headers(row + 1, NAMES)
    first = row + 2
    fees, values = _below(book, page, detail, held, (first + len(pairs) + 1, pairs))
    for n, (site, level) in enumerate(pairs):
        _place(
            book,
            page,
            first + n,
            (site, level),
            (fees[site, level], [fees[x] for x in pairs if x[0] == site], values[site]),
        )


def _place(book: Book, page: Page, at: int, place: tuple[str, str], rows: tuple[int, list[int], list[int]]) -> None:
    case, (site, level), (fee, of_site, assets) = book.case, place, rows
    label(page, at, Entry(f"{site}|{level}", f"{case.sites[site].name}, {case.levels[level].name}", ""))
    first, last = FIRST, FIRST + case.periods.count - 1
    months = "programme.months_per_period"
    used = sum(page.n(fee, c) > 0 for c in range(first, last + 1)) * case.periods.months / 12
    text = f'COUNTIF({letter(first)}{fee}:{letter(last)}{fee},">0")*{book.address(months, ME)}/12'
    page.formula(at, 3, text, used, form=style.QUANTITY)
    hall = f"asset_lives.{SHELL}.life_months"
    if hall in book.assumption_rows:
        page.formula(at, 4, f"C{at}*12/{book.address(hall, ME)}", used * 12 / book.figure(hall), form=style.SHARE)
        _word(book, page, at, 7, ("D", page.n(at, 4)), TERM)
    racks = _rack_life(book)
    if racks:
        page.formula(at, 5, f"C{at}*12/{book.address(racks, ME)}", used * 12 / book.figure(racks), form=style.SHARE)
        _word(book, page, at, 8, ("E", page.n(at, 5)), TERM)
    over, under = (sum(page.n(r, TOTAL) for r in rows) for rows in (of_site, assets))
    text = f"({'+'.join(f'D{r}' for r in of_site)})/MAX(1,{'+'.join(f'D{r}' for r in assets)})"
    page.formula(at, 6, text, over / max(1.0, under), form=style.SHARE)
    _word(book, page, at, 9, ("F", page.n(at, 6)), VALUE)
    special = scoring.hardened(case, level)
    page.put(at, 10, "hardened for its level: special" if special else "commercial hall: general", "text")
    page.put(at, 11, "federal, by its name" if scoring.federal_land(case.sites[site]) else "private", "text")
    page.put(at, 12, ANNUAL, "text")
    named = "; the hall is built to specification" if special else ""
    page.put(at, 13, f"named halls and racks held for agencies to the end of their life{named}", "text")
    page.put(at, 14, scoring.COUNSEL, "check")


def _word(book: Book, page: Page, at: int, column: int, cell: tuple[str, float], limit: str) -> None:
    word = "within" if cell[1] <= book.figure(limit) else "above"
    text = f'IF({cell[0]}{at}<={book.address(limit, ME)},"within","above")'
    page.formula(at, column, text, word, "check")


def _rack_life(book: Book) -> str | None:
    """The figure of the shortest life of the chips that the plan buys."""
    bought = sorted(set(book.plan["bought"]["chip_id"]))
    refs = [f"chips.{c}.life_months" for c in bought]
    return min(refs, key=book.figure, default=None)


def _below(
    book: Book, page: Page, detail: Detail, held: accounts.Places, at: tuple[int, list[tuple[str, str]]]
) -> tuple[dict[tuple[str, str], int], dict[str, list[int]]]:
    """Present value by period of fees by site and level, and of infrastructure by site and category."""
    case, source, spans = book.case, book.pages[accounts.ME], held.rows
    header, pairs = at[0] + 1, at[1]
    columns = range(FIRST, FIRST + case.periods.count)
    page.heading(at[0], "What the facts stand on: present base-year dollars by period, fees at the open price")
    page.headers(header, ("Row", "What it is", "Unit", "Total", *case.periods.labels()))
    row = header + 1
    prices = {}
    for w, work in case.workloads.items():
        prices[w] = row
        label(page, row, Entry(w, f"{work.name}: price of a delivered PFLOP/s-year, present", "USD"))
        used = "/".join(book.address(f"workloads.{w}.{name}", ME) for name in ("utilisation", "availability"))
        rent, along = book.address(f"workloads.{w}.rent_usd_per_pflops_year", ME), (spans.path[w], spans.rows["factor"])
        for c in columns:
            a, b = (f"{quoted(source.name)}!{letter(c)}{r}" for r in along)
            usd = spans.service.open_usd(w) * source.n(along[0], c) * source.n(along[1], c)
            page.formula(row, c, f"{rent}*{a}*{b}/{used}", usd, form=style.COUNT)
        row += 1
    real = row
    label(page, real, Entry("Present", "of a then-year dollar", "ratio"))
    for c in columns:
        a, b = (f"{quoted(source.name)}!{letter(c)}{spans.rows[name]}" for name in ("deflator", "factor"))
        value = source.n(spans.rows["deflator"], c) * source.n(spans.rows["factor"], c)
        page.formula(real, c, f"{a}*{b}", value, form=style.RATIO)
    fees, row = _fees(book, page, detail, (header, real + 1), (pairs, prices))
    values: dict[str, list[int]] = {}
    view = detail.view("costs", 4, DOLLARS)
    for site in dict.fromkeys(s for s, _ in pairs):
        for category in INFRASTRUCTURE:
            key = f"{site}|{category}"
            label(page, row, Entry(key, f"{case.sites[site].name}: {category}", "$M"))
            for c in columns:
                text = view.formula(f'$A{row}&"|"&{letter(c)}${header}') + f"*{letter(c)}${real}"
                page.formula(row, c, text, view.value(key, page.values[header, c]) * page.n(real, c), form=style.MUSD)
            page.sum(row, TOTAL, (row, columns[0]), (row, columns[-1]), style.MUSD, "calculation")
            values.setdefault(site, []).append(row)
            row += 1
    return fees, values


def _fees(
    book: Book, page: Page, detail: Detail, at: tuple[int, int], of: tuple[list[tuple[str, str]], dict[str, int]]
) -> tuple[dict[tuple[str, str], int], int]:
    """Fees by site and level, workload by workload and in all; the next free row."""
    case, (header, row), (pairs, prices) = book.case, at, of
    view, columns = detail.view(BY_SITE, 1), range(FIRST, FIRST + book.case.periods.count)
    found = {}
    for site, level in pairs:
        first = row
        for w, work in case.workloads.items():
            key = f"{site}|{level}|{w}"
            label(page, row, Entry(key, f"fees: {work.name}", "$M"))
            for c in columns:
                text = view.formula(f'$A{row}&"|"&{letter(c)}${header}') + f"*{letter(c)}${prices[w]}"
                usd = view.value(key, page.values[header, c]) * page.n(prices[w], c)
                page.formula(row, c, text, usd, form=style.MUSD)
            row += 1
        name = f"{case.sites[site].name}, {case.levels[level].name}: fees"
        label(page, row, Entry(f"{site}|{level}", name, "$M"), "total")
        for c in columns:
            page.sum(row, c, (first, c), (row - 1, c), style.MUSD, "total")
        page.sum(row, TOTAL, (row, columns[0]), (row, columns[-1]), style.MUSD, "total")
        found[site, level] = row
        row += 1
    return found, row
