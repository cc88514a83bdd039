"""Chips: racks bought and retired by type, site and year; their power, compute and price; what is not bought."""

from __future__ import annotations

from typing import NamedTuple

from planner.workbook import style
from planner.workbook.book import Book, Page, heads
from planner.workbook.sheets.detail import Detail
from planner.workbook.tables import Block, Entry, by_year, year_row

ME = "Chips"
CATALOGUE = heads(
    "Chip|Name|Sold as|kW a rack|Racks bought|MW IT bought|Years of life|fp64 PFLOP/s a rack|"
    "bf16 PFLOP/s a rack|fp8 PFLOP/s a rack"
)
BOUGHT, MW = 5, 6
FABRIC_PRICE = "fabric_usd_per_rack"


class Places(NamedTuple):
    bought: Block
    by_site: Block
    mw_total: tuple[int, int]
    mw_rows: dict[str, int]


def fill(book: Book, detail: Detail) -> Places:
    page = book.page(ME, "Chips: racks bought, retired and priced", "report: whole racks by year of order")
    page.note(
        4, "All chips on offer are listed; a dash: the plan buys none. Prices are then-year dollars of the order year."
    )
    chips = book.case.chips
    entries = [Entry(c.chip_id, c.name, "racks") for c in chips.values()]
    bought = by_year(
        page, 5, "Racks bought, all sites", entries, detail.view("racks bought", 2), style.COUNT, ("Chip", "Name")
    )
    mw_total, mw_rows, row = _catalogue(book, page, bought, bought.next)
    pairs = list(dict.fromkeys((f.site, f.item) for f in detail.items("racks bought")))
    entries = [Entry(f"{s}|{c}", f"{book.case.sites[s].name}: {chips[c].name}", "racks") for s, c in pairs]
    view = detail.view("racks bought", 1)
    by_site = by_year(page, row, "Racks bought by site", entries, view, style.COUNT, ("Site and chip", "Name"))
    items = {f.item for f in detail.items("racks retired early")}
    entries = [Entry(c.chip_id, c.name, "racks") for c in chips.values() if c.chip_id in items]
    view = detail.view("racks retired early", 2)
    heading = "Racks retired before the end of their life (parts of racks occur: only purchases are whole)"
    retired = by_year(page, by_site.next, heading, entries, view, style.MW, ("Chip", "Name"))
    words = "Price of a rack by year of order, $M then-year (a dash: not on offer)"
    row = _prices(book, page, retired.next, words, "rack_price_usd")
    if book.case.tables["chip_supply"][FABRIC_PRICE].notna().any():
        words = "Fabric of a rack by year of order, $M then-year (a dash: no price of its own, or not on offer)"
        _prices(book, page, row, words, FABRIC_PRICE)
    page.widths({1: 26, 2: 64, 3: 12, 4: 12})
    page.printed(3, "E7")
    page.most_pages = 1
    return Places(bought, by_site, mw_total, mw_rows)


def _catalogue(book: Book, page: Page, bought: Block, row: int) -> tuple[tuple[int, int], dict[str, int], int]:
    page.heading(row, "What a rack is, and the IT load of the racks bought over the horizon")
    page.headers(row + 1, CATALOGUE)
    rows = {}
    kilo = book.address("constants.kw_per_mw", ME)
    for n, chip in enumerate(book.case.chips.values()):
        at, c = row + 2 + n, chip.chip_id
        rows[c] = at
        for column, text in enumerate((c, chip.name, chip.sale_status), 1):
            page.put(at, column, text)
        page.assume(at, 4, f"chips.{c}.rack_kw", style.MW)
        page.formula(at, BOUGHT, f"D{bought.first + n}", page.n(bought.first + n, 4), form=style.COUNT)
        value = page.n(at, 4) * page.n(at, BOUGHT) / book.figure("constants.kw_per_mw")
        page.formula(at, MW, f"D{at}*E{at}/{kilo}", value, form=style.MW)
        months = f"chips.{c}.life_months"
        page.formula(at, 7, f"{book.address(months, ME)}/12", book.figure(months) / 12, "link", style.MW)
        for column, precision in enumerate(("fp64", "bf16", "fp8"), 8):
            page.assume(at, column, f"chips.{c}.{precision}_pflops", "#,##0.000")
    total = row + 2 + len(rows)
    page.put(total, 1, "Total", "total")
    for column in (2, 3, 4):
        page.put(total, column, "", "total")
    page.sum(total, BOUGHT, (row + 2, BOUGHT), (total - 1, BOUGHT), style.COUNT, "total")
    page.sum(total, MW, (row + 2, MW), (total - 1, MW), style.MW, "total")
    return (total, MW), rows, total + 2


def _prices(book: Book, page: Page, row: int, heading: str, column: str) -> int:
    page.heading(row, heading)
    header = row + 1
    page.years_header(header, "Chip", "Name", "Unit", "Highest")
    values, refs = book.lookup("chip_supply", ME)
    for n, chip in enumerate(book.case.chips.values()):
        at = header + 1 + n
        refs_by_year = {c: f"chip_supply.{chip.chip_id}/{int(page.n(header, c))}.{column}" for c in book.columns}
        key = f'"chip_supply."&$A{at}&"/"&{{c}}${header}&".{column}"'
        numbers = {c: book.figure(ref) if ref in book.figures else 0.0 for c, ref in refs_by_year.items()}
        entry = Entry(chip.chip_id, chip.name, "$M")
        year_row(
            page,
            at,
            entry,
            f"SUMIFS({values},{refs},{key})",
            numbers.__getitem__,
            '#,##0.00,,_);(#,##0.00,,);"-"_)',
            "most",
        )
    return header + 2 + len(book.case.chips)
