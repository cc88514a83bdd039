"""Sites: what was chosen, its role, what stands there at the end and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from planner.inputs.case import PROGRAMME
from planner.report import second
from planner.workbook import style
from planner.workbook.book import Book, Page, heads
from planner.workbook.facts import View
from planner.workbook.sheets import power
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.sheets.placed import place
from planner.workbook.tables import Block, Entry, by_year

ME = "Sites"
HEADERS = heads(
    "Site|Name|State|Grid region|Role|Secured MW facility|Commissioned MW IT|Populated MW IT|"
    "Facility energy MWh|Emissions t CO2|Water m3|Investment $M|Operations $M|Both $M|Share of investment"
)
HEADER_ROW = 6
ROLE, INVESTMENT, OPERATIONS, BOTH, SHARE = 5, 12, 13, 14, 15


class Places(NamedTuple):
    first: int
    last: int
    total: int
    operations: Block


def fill(book: Book, detail: Detail, tiers: power.Places, alternatives: Mapping[str, Any] | None = None) -> Places:
    """``alternatives`` is what the analysis of that name found of the run."""
    page = book.page(ME, "Sites chosen", "report: tiers at the end of the horizon, energy and dollars over the horizon")
    page.note(4, "Dollars are then-year, both ledgers apart. Energy, emissions and water are sums over the horizon.")
    page.headers(HEADER_ROW, HEADERS)
    entries = power.site_entries(book, "")
    roles = _roles(book, detail)
    energy, money = detail.view("energy and emissions", 1), detail.view("costs", 3, DOLLARS)
    first = HEADER_ROW + 1
    source = book.pages[power.ME]
    for n, entry in enumerate(entries):
        row, site = first + n, book.case.sites[entry.key]
        for column, text in enumerate((site.site_id, site.name, site.state, site.grid_region), 1):
            page.put(row, column, text)
        page.put(row, ROLE, roles.get(site.site_id, "none"))
        for column, tier in enumerate(power.TIERS, 6):
            page.link(row, column, source, (tiers.sites[tier].first + n, 4), style.MW)
        for column, item in enumerate(("facility_mwh", "emissions_t", "water_m3"), 9):
            text = energy.formula(f'$A{row}&"|{item}"')
            page.formula(row, column, text, energy.value(site.site_id, item), form=style.COUNT)
        _dollars(page, money, row, site.site_id)
    last = first + max(len(entries), 1) - 1
    total = last + 2
    _programme(page, money, last + 1)
    page.put(total, 1, "Total", "total")
    for column in range(2, ROLE + 1):
        page.put(total, column, "", "total")
    for column in range(6, SHARE + 1):
        form = style.MW if column < 9 else style.COUNT if column < 12 else style.MUSD
        if column < SHARE:
            page.sum(total, column, (first, column), (last + 1, column), form, "total")
    for row in (*range(first, first + len(entries)), last + 1, total):
        look = "total" if row == total else "calculation"
        value = page.n(row, INVESTMENT) / max(1.0, page.n(total, INVESTMENT))
        page.formula(row, SHARE, f"L{row}/MAX(1,L${total})", value, look, style.SHARE)
    codes = {f.wbs for f in detail.items("costs")}
    lines = [w for w in book.case.wbs.values() if w.ledger == "operations" and w.wbs_code in codes]
    heading = "Operating cost by WBS line, a resource cost, $M then-year; who pays it: Federal funding"
    entries = [Entry(w.wbs_code, w.name, "$M") for w in lines]
    view = detail.view("costs", 1, DOLLARS)
    operations = by_year(page, total + 2, heading, entries, view, style.MUSD, ("WBS", "Line"))
    place(book, page, second.sites(book.case, book.plan, book.document, alternatives), operations.next, {})
    page.widths({1: 30, 2: 36, 3: 7, 4: 13, 5: 14, 7: 17, 8: 15}, 14)
    page.printed(HEADER_ROW, f"C{HEADER_ROW + 1}")
    return Places(first, last, total, operations)


def _roles(book: Book, detail: Detail) -> dict[str, str]:
    """The highest level at which a site serves, else which it may serve at the end, in the order of the data."""
    found: dict[str, str] = {}
    for block in ("level first authorised", "level first in use"):
        here = {(f.site, f.item) for f in detail.items(block)}
        for site, names in (
            (s, [e.name for k, e in book.case.levels.items() if (s, k) in here]) for s in book.case.sites
        ):
            if names:
                found[site] = names[-1].split(" (")[0]
    return found


def _dollars(page: Page, money: View, row: int, key: str) -> None:
    """Both ledgers of a site, or of what belongs to no site."""
    for column, ledger in ((INVESTMENT, "investment"), (OPERATIONS, "operations")):
        text = money.formula(f'$A{row}&"|{ledger}"')
        page.formula(row, column, text, money.value(key, ledger), form=style.MUSD)
    both = page.n(row, INVESTMENT) + page.n(row, OPERATIONS)
    page.formula(row, BOTH, f"L{row}+M{row}", both, form=style.MUSD)


def _programme(page: Page, money: View, row: int) -> None:
    """Initiatives, training of agencies, the framework discount and the unallocated line stand at no site."""
    page.put(row, 1, PROGRAMME)
    page.put(row, 2, "No site: the programme as a whole")
    _dollars(page, money, row, PROGRAMME)
