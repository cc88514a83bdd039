"""Security: accreditations by site and level, what is authorised when, hardening, programme items, dollars."""

from __future__ import annotations

from typing import NamedTuple

from planner.results.chains import Chains
from planner.wbs import HARDENING
from planner.workbook import charts, style
from planner.workbook.book import Book, Page, heads
from planner.workbook.sheets import soft_items
from planner.workbook.sheets.detail import DOLLARS, YEAR, Detail
from planner.workbook.tables import LEVEL_ROWS, ROWS, Block, Entry, by_year

ME, CATEGORY = "Security", "security"
HEADERS = heads("Site and accreditation|Name|Level|Started in|Held at the end of|Months|Cost $M|Monitoring $M")

ROLES = ("Site and level", "Name", "Role", "Authorised at the end of", "Staffed from", "First serves in")


class Places(NamedTuple):
    wbs: Block
    authorised: Block


def fill(book: Book, detail: Detail) -> Places | None:
    """The sheet; none where the programme leaves security out."""
    if not soft_items.modelled(book, detail, CATEGORY, book.case.accreditations):
        return None
    page = book.page(
        ME,
        "Security: accreditation, hardening, programme items",
        "report: nothing serves at a level before its site may",
    )
    page.note(
        4, "Paid by the investor, continuous monitoring included. Dollars are then-year. Service opens the year after."
    )
    row = _accreditations(book, page, detail, _roles(book, page, detail, 5))
    levels = [Entry(e.level_id, e.name, "sites") for e in book.case.levels.values()]
    authorised = by_year(
        page,
        row,
        "Chosen sites that hold every accreditation of a level, at the end of each year",
        levels,
        detail.view("level authorised", 1),
        style.COUNT,
        ("Level", "Name"),
        totals=LEVEL_ROWS,
    )
    row = authorised.last + 2
    _chart(book, page, authorised, row)
    row += 18
    wbs = soft_items.wbs_dollars(book, page, detail, row, CATEGORY)
    soft_items.dollar_chart(book, page, wbs, "Investment in security by line", wbs.next)
    row = wbs.next + 18
    row = soft_items.overview(book, page, detail, row, CATEGORY).total + 2
    names = ("Programme items, cross-domain links and authorization packages", "Item")
    row = soft_items.once(book, page, detail, row, CATEGORY, names)
    row = soft_items.many(book, page, detail, row, CATEGORY).next
    hardened = _hardening(book, page, detail, levels, row)
    entries = [Entry(x, e.name, "$M") for x, e in book.case.accreditations.items()]
    block = soft_items.item_dollars(page, detail, hardened, entries, "accreditations")
    entries = [Entry(e.initiative_id, e.name, "$M") for e in soft_items.initiatives(book, CATEGORY)]
    soft_items.item_dollars(page, detail, block.next, entries, "initiatives")
    page.widths({1: 38, 2: 84, 3: 13, 4: 12})
    page.printed(3, "C5")
    return Places(wbs, authorised)


def _roles(book: Book, page: Page, detail: Detail, row: int) -> int:
    """One row a chosen site and level it may serve: when it may, when its staff is in post, when it first does."""
    page.heading(row, "Roles of the chosen sites: each includes those above it at the same site")
    page.headers(row + 1, ROLES)
    case = book.case
    used = {f"{f.site}|{f.item}" for f in detail.items("level first in use")}
    opened = {f"{f.site}|{f.item}" for f in detail.items("level first authorised")}
    views = [detail.view(name, 1, YEAR) for name in ("level first authorised", "level first in use")]
    live = detail.view("sites live", 1, YEAR)
    at = row + 2
    for s in Chains(case, book.plan).sites:
        for level in case.levels.values():
            key = f"{s}|{level.level_id}"
            if key not in used | opened:
                continue
            page.put(at, 1, key)
            page.put(at, 2, f"{case.sites[s].name.split(' (')[0]}: {level.name}")
            page.put(at, 3, level.name.split(" (")[0])
            page.formula(at, 4, views[0].formula(f"$A{at}"), views[0].value(key), form=soft_items.NEVER)
            page.formula(at, 5, live.formula(f'"{s}"'), live.value(s), form=soft_items.NEVER)
            page.formula(at, 6, views[1].formula(f"$A{at}"), views[1].value(key), form=soft_items.NEVER)
            at += 1
    if at == row + 2:
        page.note(at, "None: no chosen site holds what a level asks for.")
        at += 1
    return at + 1


def _accreditations(book: Book, page: Page, detail: Detail, row: int) -> int:
    """One row a site and accreditation that it holds or starts."""
    page.heading(row, "Accreditations of the chosen sites (before: held before the programme starts)")
    page.headers(row + 1, HEADERS)
    case = book.case
    order = {x: n for n, x in enumerate(case.accreditations)}
    pairs = sorted(Chains(case, book.plan).held(), key=lambda pair: (list(case.sites).index(pair[0]), order[pair[1]]))
    started = detail.view("accreditation started", 1, YEAR)
    held = detail.view("accreditation held", 1, YEAR)
    money = detail.view("costs", 8, DOLLARS)
    at = row + 2
    for s, x in pairs:
        entry = case.accreditations[x]
        page.put(at, 1, f"{s}|{x}")
        page.put(at, 2, f"{case.sites[s].name.split(' (')[0]}: {entry.name}")
        page.put(at, 3, entry.level_id)
        for column, view in ((4, started), (5, held)):
            page.formula(at, column, view.formula(f"$A{at}"), view.value(s, x), form=soft_items.BEFORE)
        page.assume(at, 6, f"accreditations.{x}.duration_months", "0")
        for column, name in ((7, "cost_usd"), (8, "monitoring_usd_per_year")):
            ref = f"{s}|accreditations.{x}.{name}"
            page.formula(at, column, money.formula(f'"{ref}"'), money.value(ref), form=style.MUSD_FINE)
        at += 1
    if not pairs:
        page.note(at, "None: no accreditation opens a level in the data, or no site is chosen.")
        return at + 2
    page.put(at, 1, "Total", "total")
    for column in range(2, 7):
        page.put(at, column, "", "total")
    for column in (7, 8):
        page.sum(at, column, (row + 2, column), (at - 1, column), style.MUSD_FINE, "total")
    return at + 2


def _chart(book: Book, page: Page, block: Block, row: int) -> None:
    rows = range(block.first, block.last + 1)
    if not any(page.n(r, 4) for r in rows):
        page.note(row, "No site holds every accreditation of a level at the end.")
        return
    title = "Sites authorised by level"
    chart = charts.columns(page, title, "Sites at year end", block.header, rows, "0", stacked=False)
    ends = ", ".join(f"{page.n(r, 4):.0f} at {page.values[r, 1]}" for r in rows)
    book.chart(page, chart, f"A{row}", title, f"Columns by level and year: sites authorised at the end: {ends}.")


def _hardening(book: Book, page: Page, detail: Detail, levels: list[Entry], row: int) -> int:
    """MW hardened by level, and its dollars, which stand on the infrastructure side."""
    entries = [Entry(e.key, e.name, "MW IT") for e in levels]
    heading = f"New hall MW hardened for a level, by year of start (on the infrastructure side: WBS {HARDENING})"
    block = by_year(page, row, heading, entries, detail.view("halls hardened", 1), style.MW, ("Level", "Name"))
    names = [Entry(w.wbs_code, w.name, "$M") for w in book.case.wbs.values() if w.wbs_code == HARDENING]
    view = detail.view("costs", 1, DOLLARS)
    cost = by_year(
        page, block.next, "Dollars of hardening, $M then-year", names, view, style.MUSD, ("WBS", "Line"), totals=ROWS
    )
    return cost.next
