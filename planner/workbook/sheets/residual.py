"""Residual value, a memo on Present value: what land, halls, power and racks would still be worth, in no total."""

from __future__ import annotations

from typing import NamedTuple

from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.facts import STANDING
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.tables import PLAIN_ROWS, TOTAL, Block, Entry, by_year, label, year_row

ME = "Present value"
NOTES = (
    "In no total of this workbook. Straight line from the middle of the year of payment over the life on Assumptions; "
    "no market price.",
    "Land keeps its cost. Opening, leases, management, contingency and tax leave nothing.",
    "What serves at the end is above: racks as service; halls, land and connections as terminal value.",
)


class Asset(NamedTuple):
    """A row of what was paid, the figure of its life, and the row of the share that still stands, if it may be less."""

    entry: Entry
    paid: int
    life: str
    standing: int | None


def section(book: Book, page: Page, detail: Detail, row: int) -> int | None:
    """The memo from a row on; the row of its total."""
    page.heading(row, "Memo: residual value at the end of the horizon")
    for at, text in enumerate(NOTES, row + 1):
        page.note(at, text)
    assets, at = _paid(book, page, detail, row + len(NOTES) + 2)
    if not assets:
        page.note(at, "Nothing that this plan buys has a life in the data.")
        return None
    left = _left(book, page, assets, at)
    _present(book, page, left, left.next)
    return left.total


def _paid(book: Book, page: Page, detail: Detail, row: int) -> tuple[list[Asset], int]:
    """What was paid for assets with a life, and which racks of an order year still stand."""
    lines = {f.wbs for f in detail.items("costs")}
    lives = {f.key: f.ref for f in book.case.figures if f.table == "asset_lives" and f.key in lines}
    entries = [Entry(code, book.case.wbs[code].name, "$M") for code in lives]
    names = ("WBS", "Line")
    heading = "Paid for what outlasts the plan, $M then-year"
    built = by_year(page, row, heading, entries, detail.view("costs", 1, DOLLARS), style.MUSD, names)
    assets = [Asset(e, built.first + n, lives[e.key], None) for n, e in enumerate(entries)]
    bought = list(dict.fromkeys(f.item for f in detail.items("racks bought")))
    chips = [c for c in book.case.chips.values() if c.chip_id in bought]
    entries = [Entry(c.chip_id, c.name, "$M") for c in chips]
    view = detail.view("costs", 11, DOLLARS)
    heading = "Paid for racks with fabric and storage, by year of order, $M then-year"
    racks = by_year(page, built.next, heading, entries, view, style.MUSD, ("Chip", "Name"))
    heading = "Share of the racks of each order year that stand at the end: neither worn out nor retired early"
    standing = by_year(
        page,
        racks.next,
        heading,
        [Entry(e.key, e.name, "share") for e in entries],
        detail.view(STANDING, 1),
        style.SHARE_OR_DASH,
        ("Chip", "Name"),
        totals=PLAIN_ROWS,
    )
    for n, entry in enumerate(entries):
        assets.append(Asset(entry, racks.first + n, f"chips.{entry.key}.life_months", standing.first + n))
    return assets, standing.last + 2


def _left(book: Book, page: Page, assets: list[Asset], row: int) -> Block:
    """Base-year dollars that are left of each year's payments."""
    base = book.case.programme.base_year
    page.heading(row, f"Left at the end of the horizon, by year of payment, $M of {base} (general index)")
    header = row + 1
    page.years_header(header, "Row", "What it is", "Unit", "Total")
    age, index, deflator = range(row + 2, row + 5)
    last, half = (book.address(ref, ME) for ref in ("programme.last_year", "constants.half"))
    year_row(
        page,
        age,
        Entry("Age", "years from the middle of the year to the end of the horizon", "years"),
        f"{last}-{{c}}{header}+{half}",
        lambda c: book.years[-1] - page.n(header, c) + 0.5,
        style.QUANTITY,
        "",
    )
    values, refs = book.lookup("price_indices", ME)
    text = f'SUMIFS({values},{refs},"price_indices.general/"&{{c}}${header}&".index_value")'
    general = {c: book.figure(f"price_indices.general/{page.n(header, c):.0f}.index_value") for c in book.columns}
    year_row(page, index, Entry("Index", "general price index", "index"), text, general.__getitem__, style.RATIO, "")
    reference = f"price_indices.general/{base}.index_value"
    entry = Entry("Deflator", "base-year dollars per then-year dollar", "ratio")
    text = f"{book.address(reference, ME)}/{{c}}{index}"
    year_row(page, deflator, entry, text, lambda c: book.figure(reference) / page.n(index, c), style.RATIO, "")
    at = deflator + 1
    for asset in assets:
        _asset(book, page, asset, at, (age, deflator))
        at += 1
    label(page, at, Entry("Total", "residual value, a memo", "$M"), "total")
    for c in (*book.columns, TOTAL):
        page.sum(at, c, (deflator + 1, c), (at - 1, c), style.MUSD, "total")
    return Block(header, deflator + 1, at - 1, at)


def _asset(book: Book, page: Page, asset: Asset, at: int, rows: tuple[int, int]) -> None:
    age, deflator = rows
    months, life = book.figure(asset.life), book.address(asset.life, ME)
    share = f"IF({life}=0,1,MAX(0,1-{{c}}{age}*12/MAX(1,{life})))"
    stands = f"*{{c}}{asset.standing}" if asset.standing else ""

    def left(c: int) -> float:
        kept = max(0.0, 1 - page.n(age, c) * 12 / max(1.0, months)) if months else 1.0
        there = page.n(asset.standing, c) if asset.standing else 1.0
        return page.n(asset.paid, c) * page.n(deflator, c) * kept * there

    year_row(page, at, asset.entry, f"{{c}}{asset.paid}*{{c}}{deflator}*{share}{stands}", left, style.MUSD)


def _present(book: Book, page: Page, left: Block, row: int) -> None:
    """The total at the end of the horizon, discounted to the opening of the base year."""
    page.heading(row, "The memo at present value, $M of the base year")
    page.headers(row + 1, ("Row", "What it is", "Unit", "Amount"))
    last, base = (book.address(ref, ME) for ref in ("programme.last_year", "programme.base_year"))
    years = book.years[-1] - book.case.programme.base_year + 1
    for at, rate in enumerate(book.case.tables["discount_rates"]["rate_id"], row + 2):
        ref = f"discount_rates.{rate}.real_rate"
        label(page, at, Entry("Memo", f"residual value at {rate}, from the end of the horizon", "$M"))
        value = page.n(left.total, TOTAL) * (1 + book.figure(ref)) ** -years
        text = f"D{left.total}*(1+{book.address(ref, ME)})^-({last}-{base}+1)"
        page.formula(at, TOTAL, text, value, form=style.MUSD)
