"""Present value: cost of both ledgers, market value of the service, and the net benefit; factors written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from planner.workbook import style
from planner.workbook.book import FIRST, Book, Page, letter, quoted
from planner.workbook.facts import UNALLOCATED, View
from planner.workbook.sheets import after, left, net, residual
from planner.workbook.sheets.detail import DOLLARS, VALUE, Detail
from planner.workbook.sheets.provenance import Solved
from planner.workbook.tables import TOTAL, Entry, label

ME = "Present value"
MONEY = style.MUSD
Cell = tuple[int, int]


class Places(NamedTuple):
    """Cells of then-year cost and the line that buys nothing, and of what the net benefit is made of."""

    nominal: Cell
    nothing: Cell
    inside: Cell
    after: Cell
    running: Cell
    mission: Cell
    left: Cell
    cost: Cell
    owed: Cell
    net: Cell
    left_halls: Cell | None = None


class Table:
    """Rows below each other over the same columns; ``at`` is the next one."""

    def __init__(self, page: Page, header: int, names: list[str]) -> None:
        self.page, self.header, self.at = page, header, header + 1
        self.columns = range(FIRST, FIRST + len(names))
        page.headers(header, ("Row", "What it is", "Unit", "Total"))
        for c, name in zip(self.columns, names, strict=True):
            page.put(header, c, name, "header")

    def row(self, names: tuple[str, str, str], text: str, value: Callable[[int], float], form: str = MONEY) -> int:
        """A row of one pattern; money has a total."""
        at, columns = self.at, self.columns
        label(self.page, at, Entry(*names))
        self.page.across(at, columns, text, value, form)
        if form == MONEY:
            self.page.sum(at, TOTAL, (at, columns[0]), (at, columns[-1]), form, "calculation")
        self.at += 1
        return at

    def product(self, names: tuple[str, str, str], one: int, other: int) -> int:
        """Money of one row times that of another."""
        n = self.page.n
        return self.row(names, f"{{c}}{one}*{{c}}{other}", lambda c: n(one, c) * n(other, c))

    def summed(self, names: tuple[str, str, str], view: View, key: str) -> int:
        """Sums of Detail by a key and the name of the column."""
        text = view.formula(f'"{key}|"&{{c}}${self.header}')
        return self.row(names, text, lambda c: view.value(key, self.page.values[self.header, c]))

    def factor(self, book: Book, rate: str, middle: int) -> int:
        ref = f"discount_rates.{rate}.real_rate"
        r = book.figure(ref)
        text = f"(1+{book.address(ref, ME)})^-{{c}}{middle}"
        names = ("Factor", f"present factor at {rate}", "ratio")
        return self.row(names, text, lambda c: (1 + r) ** -self.page.n(middle, c), style.RATIO)


def fill(book: Book, detail: Detail, later: after.Places | None, solved: Solved) -> Places:
    page = book.page(ME, "Present value of cost and of service", "calculation: base-year dollars, middle of the year")
    text = "The general index alone takes then-year to base-year dollars; the real rate takes those to the present."
    page.note(4, text)
    page.heading(5, "Within the horizon")
    table = Table(page, 6, book.case.periods.labels())
    year, middle = _timing(book, table)
    deflator = _deflator(book, table, year)
    ledgers, service = detail.view("costs", 5, DOLLARS), detail.view("value", 1, VALUE)
    spend, running = (table.summed((name, "then-year", "$M"), ledgers, name) for name in ("investment", "operations"))
    names = ("Cost", "both ledgers, then-year", "$M")
    cost = table.row(names, f"{{c}}{spend}+{{c}}{running}", lambda c: page.n(spend, c) + page.n(running, c))
    real = table.product(("Real cost", "base-year dollars", "$M"), cost, deflator)
    worth = table.summed(("Service", "market value, base-year dollars", "$M"), service, "value")
    own, present = book.case.programme.discount_rate, []
    for rate in sorted(map(str, book.case.tables["discount_rates"]["rate_id"]), key=lambda r: r != own):
        factor = table.factor(book, rate, middle)
        present.append(table.product(("Present cost", f"at {rate}", "$M"), real, factor))
        names = ("Present service", f"at {rate}, within the horizon", "$M")
        present.append(table.product(names, worth, factor))
    text = "unallocated by the split: buys nothing, in no row above"
    nothing = table.summed(("Memo", text, "$M"), ledgers, UNALLOCATED)
    tail = _tail(book, page, service, table.at + 1, later)
    end = left.section(book, page, (page.sheet.max_row or 0) + 2)
    rows = (*present[:2], *tail)
    found = net.section(book, page, solved, (page.sheet.max_row or 0) + 2, rows, end and end.total)
    memo = (page.sheet.max_row or 0) + 2
    residual.section(book, page, detail, memo)
    page.widths({1: 20, 2: 62, 3: 9, 4: 13})
    page.printed(4, "E7")
    places = Places((cost, TOTAL), (nothing, TOTAL), *found)
    return places._replace(left_halls=(end.halls, TOTAL)) if end else places


def _timing(book: Book, table: Table) -> tuple[int, int]:
    """Calendar year of each period, and the years from the opening of the base year to its middle."""
    page, columns, above = table.page, table.columns, table.header
    refs = ("programme.first_year", "programme.months_per_period", "constants.half", "programme.base_year")
    first, months, half, base = (book.address(ref, ME) for ref in refs)
    length = book.case.periods.months
    start, origin = book.case.periods.first_year, book.case.programme.base_year
    text = f"COLUMN({{c}}{above})-COLUMN(${letter(columns[0])}{above})"
    number = table.row(("Number", "periods before this one", "periods"), text, lambda c: c - columns[0], "0")
    names = ("Year", "calendar year", "year")
    text = f"{first}+INT({{c}}{number}*{months}/12)"
    year = table.row(names, text, lambda c: start + int(page.n(number, c)) * length // 12, style.YEAR)

    def middle(c: int) -> float:
        return start - origin + (page.n(number, c) + 0.5) * length / 12

    names = ("Middle", "years from the opening of the base year", "years")
    return year, table.row(names, f"{first}-{base}+({{c}}{number}+{half})*{months}/12", middle, style.QUANTITY)


def _deflator(book: Book, table: Table, year: int) -> int:
    """Base-year dollars per then-year dollar."""
    page = table.page
    values, refs = book.lookup("price_indices", ME)
    text = f'SUMIFS({values},{refs},"price_indices.general/"&{{c}}{year}&".index_value")'

    def general(c: int) -> float:
        return book.figure(f"price_indices.general/{page.n(year, c):.0f}.index_value")

    index = table.row(("Index", "general price index", "index"), text, general, style.RATIO)
    base = f"price_indices.general/{book.case.programme.base_year}.index_value"
    text, names = (
        f"{book.address(base, ME)}/{{c}}{index}",
        ("Deflator", "base-year dollars per then-year dollar", "ratio"),
    )
    return table.row(names, text, lambda c: book.figure(base) / page.n(index, c), style.RATIO)


def _tail(book: Book, page: Page, service: View, row: int, later: after.Places | None) -> tuple[int, ...]:
    """Service of the racks that go on working, and what they cost; rows of both at present value."""
    page.heading(row, "After the horizon: service of racks that go on working, less what it costs to run them")
    if later is None:
        page.note(row + 1, "Not counted in this programme.")
        return ()
    years = int(book.case.parameter("tail_years"))
    table = Table(page, row + 1, [f"+{n}" for n in range(1, years + 1)])
    columns, above = table.columns, table.header
    last, base, half = (book.address(r, ME) for r in ("programme.last_year", "programme.base_year", "constants.half"))
    text = f"COLUMN({{c}}{above})-COLUMN(${letter(columns[0])}{above})+1"
    number = table.row(("Number", "years after the horizon", "years"), text, lambda c: c - columns[0] + 1, "0")
    lag = book.years[-1] - book.case.programme.base_year
    names = ("Middle", "years from the opening of the base year", "years")
    text = f"{last}-{base}+{{c}}{number}+{half}"
    middle = table.row(names, text, lambda c: lag + page.n(number, c) + 0.5, style.QUANTITY)
    worth = table.summed(("Service", "market value with taper, base-year dollars", "$M"), service, "value")
    source = book.pages[after.ME]
    names = ("Running cost", f"with taper, base-year dollars: {after.ME}", "$M")
    running = table.row(names, f"{quoted(source.name)}!{{c}}{later.total}", lambda c: source.n(later.total, c))
    factor = table.factor(book, book.case.programme.discount_rate, middle)
    present = table.product(("Present service", "after the horizon", "$M"), worth, factor)
    return present, table.product(("Present running cost", "after the horizon", "$M"), running, factor)
