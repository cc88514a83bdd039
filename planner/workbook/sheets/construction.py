"""Construction: halls started by site and design, the MW they bring, what is commissioned, the framework discount."""

from __future__ import annotations

from planner.wbs import DISCOUNT
from planner.workbook import style
from planner.workbook.book import Book, Page, letter
from planner.workbook.sheets import power
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.tables import BY_YEAR, ROWS, Entry, below, beside, by_year, label

ME = "Construction"


def fill(book: Book, detail: Detail, tiers: power.Places) -> None:
    page = book.page(
        ME, "Construction: halls started and commissioned", "report: whole halls by year of start, MW IT at year end"
    )
    page.note(4, "A hall is commissioned after its design's lead time; leases leave at the end of their term.")
    pairs = list(dict.fromkeys((f.site, f.item) for f in detail.items("halls started")))
    designs = book.case.designs
    entries = [Entry(f"{s}|{d}", f"{book.case.sites[s].name}: {designs[d].name}", "halls") for s, d in pairs]
    started = by_year(
        page, 5, "Halls started", entries, detail.view("halls started", 1), style.COUNT, ("Site and design", "Name")
    )
    row = started.next
    page.heading(row, "MW IT started (halls times MW of a hall)")
    page.years_header(row + 1, "Design", "Name", "MW a hall", "Total")
    used = list(dict.fromkeys(d for _, d in pairs))
    view = detail.view("halls started", 2)
    for at, d in enumerate(used, row + 2):
        label(page, at, Entry(d, designs[d].name, ""))
        page.assume(at, 3, f"designs.{d}.module_mw", style.MW)
        for c in book.columns:
            text = f"$C{at}*" + view.formula(BY_YEAR.format(r=at, c=letter(c), h=row + 1))
            value = page.n(at, 3) * view.value(d, int(page.n(row + 1, c)))
            page.formula(at, c, text, value, form=style.MW)
        beside(page, at, style.MW)
    end = row + 2 + max(len(used), 1)
    label(page, end, Entry("Total", "", ""), "total")
    below(page, end, row + 2, end - 1, style.MW)
    row = end + 2
    page.heading(row, "MW IT commissioned at the end of each year")
    page.years_header(row + 1, "Site", "Name", "Unit", "At the end")
    source, block = book.pages[power.ME], tiers.sites["commissioned"]
    for n, entry in enumerate(power.site_entries(book, "MW IT")):
        at = row + 2 + n
        label(page, at, entry)
        for c in (4, *book.columns):
            page.link(at, c, source, (block.first + n, c), style.MW)
    at = row + 3 + block.last - block.first
    label(page, at, Entry("Total", "", "MW IT"), "total")
    below(page, at, row + 2, at - 1, style.MW)
    _discount(book, page, detail, at + 2)
    page.widths({1: 24, 2: 70, 3: 10, 4: 12})
    page.printed(3, "E7")


def _discount(book: Book, page: Page, detail: Detail, row: int) -> None:
    """The framework discount of the whole programme: MW started at its price, and its dollars."""
    names = ("Line", "Name")
    heading = "Framework discount, of the programme: MW IT started at the framework price, all sites"
    entries = [Entry("framework", "greenfield MW above the threshold of all sites together", "MW IT")]
    view = detail.view("halls at the framework price", 1)
    block = by_year(page, row, heading, entries, view, style.MW, names, totals=ROWS)
    entries = [Entry(w.wbs_code, w.name, "$M") for w in book.case.wbs.values() if w.wbs_code == DISCOUNT]
    heading = "Dollars of the framework discount, $M then-year, in the period of the start"
    by_year(page, block.next, heading, entries, detail.view("costs", 1, DOLLARS), style.MUSD, names, totals=ROWS)
