"""Software: initiatives, services by site and level, agencies and systems, what agencies are admitted to, dollars."""

from __future__ import annotations

from typing import NamedTuple

from planner.wbs import UNALLOCATED
from planner.workbook import charts, style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import soft_items
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.tables import LEVEL_ROWS, ROWS, Block, Entry, by_year

ME, CATEGORY = "Software", "software"
ALL = "all"


class Places(NamedTuple):
    wbs: Block
    admitted: Block


def fill(book: Book, detail: Detail) -> Places | None:
    """The sheet; none where the programme leaves software out."""
    if not soft_items.modelled(book, detail, CATEGORY):
        return None
    page = book.page(
        ME, "Software: services, agencies, systems", "report: when a service, an agency or a system may be used"
    )
    page.note(
        4, "Paid by the investor. Dollars are then-year. What is done at the end of a year is of use from the next."
    )
    wbs = soft_items.wbs_dollars(book, page, detail, 5, CATEGORY)
    row = _unallocated(book, page, detail, wbs.next)
    soft_items.dollar_chart(book, page, wbs, "Investment in software by line", row)
    beside, row = f"C{row}", row + 18
    row = soft_items.overview(book, page, detail, row, CATEGORY).total + 2
    entries = [Entry(e.initiative_id, e.name, "$M") for e in soft_items.initiatives(book, CATEGORY)]
    row = soft_items.item_dollars(page, detail, row, entries, "initiatives").next
    names = ("Programme initiatives, and services by site and level", "Item")
    row = soft_items.once(book, page, detail, row, CATEGORY, names)
    admitted = _admitted(book, page, detail, row, beside)
    row = soft_items.many(book, page, detail, admitted.next + 1, CATEGORY).next
    row = _gates(book, page, detail, row)
    _scheduler(book, page, detail, row)
    page.widths({1: 38, 2: 84, 3: 13, 4: 12})
    page.printed(3, "C5")
    return Places(wbs, admitted)


def _unallocated(book: Book, page: Page, detail: Detail, row: int) -> int:
    """The line that carries the category in the data, and buys no software."""
    lines = [w for w in book.case.wbs.values() if w.wbs_code == UNALLOCATED]
    entries = [Entry(w.wbs_code, f"{w.name}: buys nothing, in no line above", "$M") for w in lines]
    view = detail.view("costs", 1, DOLLARS)
    heading = "Beside it, unallocated by the split, $M then-year"
    return by_year(page, row, heading, entries, view, style.MUSD, ("WBS", "Line"), totals=ROWS).next


def _admitted(book: Book, page: Page, detail: Detail, row: int, anchor: str) -> Block:
    """The part of an agency's demand that all of its gates let through; its chart stands at ``anchor``."""
    found = {f.item for f in detail.items("share admitted")}
    entries = [Entry(f"{a}|{ALL}", e.name, "share") for a, e in book.case.agencies.items() if f"{a}|{ALL}" in found]
    heading = "Part of each agency's demand that may be served, at the end of each year: the least of its gates"
    view = detail.view("share admitted", 1)
    block = by_year(page, row, heading, entries, view, style.SHARE, ("Agency", "Name"), totals=LEVEL_ROWS)
    if not entries:
        page.note(block.next, "Nothing holds an agency back in this plan, or nothing is served.")
        return block
    title = "Demand that may be served, by agency"
    shown = charts.drawn(page, range(block.first, block.last + 1))
    chart = charts.lines(page, title, "Share of demand", block.header, shown, "0%")
    chart.y_axis.scaling.max = 1
    for series, r in zip(chart.series, shown, strict=True):
        series.tx.v = str(page.values.get((r, 2), ""))
    least = min(page.n(r, 4) for r in range(block.first, block.last + 1))
    text = f"Lines of the share of demand that each agency is admitted to; at the end the least is {least:.0%}."
    book.chart(page, chart, anchor, title, text)
    return block


def _gates(book: Book, page: Page, detail: Detail, row: int) -> int:
    """Which gate holds an agency back."""
    found = dict.fromkeys(f.item for f in detail.items("share admitted"))
    names = {key: e.name for key, e in book.case.initiatives.items()}
    names |= {key: e.name for key, e in book.case.tracks.items()}
    entries = []
    for key in found:
        agency, _, gate = key.partition("|")
        if gate != ALL:
            name = names.get(gate, gate)
            entries.append(Entry(key, f"{book.case.agencies[agency].name}: {name}", "share"))
    heading = "Gates of each agency, at the end of each year: initiatives by units done, tracks by staff trained"
    view = detail.view("share admitted", 1)
    return by_year(page, row, heading, entries, view, style.SHARE, ("Agency and gate", "Name"), LEVEL_ROWS).next


def _scheduler(book: Book, page: Page, detail: Detail, row: int) -> None:
    """Service that the scheduler adds; inside the service on Compute served."""
    used = {f.item for f in detail.items("output by the scheduler")}
    entries = [Entry(w.workload_id, w.name, w.precision) for w in book.case.workloads.values() if w.workload_id in used]
    heading = "More output by the scheduler, PFLOP/s delivered-years (inside the service delivered; no racks are added)"
    view = detail.view("output by the scheduler", 1)
    by_year(page, row, heading, entries, view, style.COUNT, ("Work", "Name"), totals=ROWS)
