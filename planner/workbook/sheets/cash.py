"""Cash: investment to date against the ceiling of each year, calendar and fiscal, and the headroom left."""

from __future__ import annotations

from typing import NamedTuple

from planner.workbook import charts, fiscal, style
from planner.workbook.book import Book, Page, letter, quoted
from planner.workbook.sheets import investment
from planner.workbook.tables import TOTAL, Entry, label

ME = "Cash"
NOTE = (
    "Headroom is what may still be spent by a year's end: the smallest of that year and all later ones, as a dollar "
    "spent early also counts to date in each later year."
)


class Places(NamedTuple):
    """Rows of cash, cash to date, its ceiling, the headroom left and dollars beyond a ceiling, by calendar year."""

    cash: int
    to_date: int
    ceiling: int
    room: int
    over: int


class Years:
    """Rows below each other over calendar or fiscal years."""

    def __init__(self, page: Page, header: int, columns: range) -> None:
        self.page, self.header, self.columns, self.at = page, header, columns, header + 1

    def row(self, entry: Entry, text: str, value, form: str = style.MUSD, total: str = "last", first: str = "") -> int:  # type: ignore[no-untyped-def]
        """One pattern over the years; ``first`` is that of the first year where it differs."""
        page, at, columns = self.page, self.at, self.columns
        label(page, at, entry)
        page.across(at, columns[:1], first or text, value, form)
        page.across(at, columns[1:], text, value, form)
        if total == "last":
            page.formula(at, TOTAL, f"{letter(columns[-1])}{at}", page.n(at, columns[-1]), form=form)
        else:
            page.sum(at, TOTAL, (at, columns[0]), (at, columns[-1]), form, "calculation")
        self.at += 1
        return at

    def to_date(self, entry: Entry, source: int) -> int:
        n, at = self.page.n, self.at

        def sofar(c: int) -> float:
            return n(source, c) + (n(at, c - 1) if c > self.columns[0] else 0.0)

        return self.row(entry, f"{{p}}{at}+{{c}}{source}", sofar, first=f"{{c}}{source}")

    def room(self, to_date: int, ceiling: int) -> tuple[int, int]:
        """Headroom in each year by its own ceiling alone, then by all later ones too; and what is beyond a ceiling."""
        n, last = self.page.n, letter(self.columns[-1])
        own = self.row(
            Entry("Below its ceiling", "ceiling less cash to date, of the year alone", "$M"),
            f"ROUND(12*({{c}}{ceiling}-{{c}}{to_date}),2)/12",
            lambda c: round(12 * (n(ceiling, c) - n(to_date, c)), 2) / 12,  # by month there are twelfths of a cent
        )
        room = self.row(
            Entry("Headroom", "what may still be spent: the least of this year and all later ones", "$M"),
            f"MAX(0,MIN({{c}}{own}:${last}{own}))",
            lambda c: max(0.0, min(n(own, k) for k in range(c, self.columns[-1] + 1))),
        )
        self.row(
            Entry("Over", "invested beyond the ceiling", "$M"),
            f"MAX(0,-{{c}}{own})",
            lambda c: max(0.0, -n(own, c)),
            total="sum",
        )
        return room, self.at - 1


def fill(book: Book, invested: investment.Places) -> Places:
    page = book.page(
        ME, "Cash: what is spent to date, and what may still be spent", "report: private ledger, then-year"
    )
    page.banner(4, investment.BANNER, book.last + 1)
    page.note(5, NOTE)
    table, places = _calendar(book, page, invested)
    _fiscal(book, page, invested, table, places)
    page.widths({1: 23, 2: 62, 3: 8, 4: 12, book.last + 1: 11})
    page.printed(4, "C5")
    return places


def _calendar(book: Book, page: Page, invested: investment.Places) -> tuple[Years, Places]:
    page.heading(6, "By calendar year, $M then-year: cash to date against the authority to date")
    page.years_header(7, "Row", "What it is", "Unit", "At the end")
    table, source = Years(page, 7, book.columns), book.pages[investment.ME]
    values, refs = book.lookup("authority", ME)
    figures = {c: book.figures.get(f"authority.{page.n(7, c):.0f}.share_of_budget") for c in book.columns}
    look = f'SUMIFS({values},{refs},"authority."&{{c}}$7&".share_of_budget")'
    share = table.row(
        Entry("Share", "authorised in the year", "share"),
        look,
        lambda c: figures[c].value if figures[c] else 0.0,  # type: ignore[union-attr]
        style.SHARE,
        "sum",
    )
    n, first = page.n, letter(book.columns[0])
    to_date = table.row(
        Entry("Share to date", "with carry-over, at most all of it", "share"),
        f"MIN(1,SUM(${first}{share}:{{c}}{share}))",
        lambda c: min(1.0, sum(n(share, k) for k in range(book.columns[0], c + 1))),
        style.SHARE,
    )
    budget, reserve = "programme.budget_usd", "parameters.management_reserve_share.value"
    limit = book.figure(budget) * (1 - book.figure(reserve))
    ceiling = table.row(
        Entry("Ceiling", "authorised to date, less the management reserve", "$M"),
        f"{{c}}{to_date}*{book.address(budget, ME)}*(1-{book.address(reserve, ME)})",
        lambda c: n(to_date, c) * limit,
    )
    total = invested.category.total
    cash = table.row(
        Entry("Cash", "investment paid in the year", "$M"),
        f"{quoted(source.name)}!{{c}}{total}",
        lambda c: source.n(total, c),
        total="sum",
    )
    spent = table.to_date(Entry("Cash to date", "at the end of the year", "$M"), cash)
    room, over = table.room(spent, ceiling)
    _chart(book, page, table, (spent, ceiling, room))
    return table, Places(cash, spent, ceiling, room, over)


def _fiscal(book: Book, page: Page, invested: investment.Places, above: Years, places: Places) -> None:
    """The same by fiscal year; ceilings grow at an even rate within each calendar year, as cash does."""
    row = above.at + 19
    words = fiscal.words(book)
    page.heading(row, f"By federal fiscal year (October to September), $M then-year, computed: {words}")
    columns = fiscal.header(book, page, row + 1, ("Row", "What it is"))
    table, n = Years(page, row + 1, columns), page.n
    q, late = book.address("constants.months_after_september", ME), book.figure("constants.months_after_september")
    first, last = columns[0], book.last

    def cash_of(c: int) -> float:
        parts = ((k, m) for k, m in ((c - 1, late), (c, 12 - late)) if first <= k <= last)
        return sum(n(places.cash, k) * m for k, m in parts) / 12

    text = f"({{p}}{places.cash}*{q}+{{c}}{places.cash}*(12-{q}))/12"
    names = Entry("Cash", "investment paid in the year", "$M")
    cash = table.row(names, text, cash_of, total="sum", first=f"{{c}}{places.cash}*(12-{q})/12")
    spent = table.to_date(Entry("Cash to date", "at the end of the year", "$M"), cash)
    ceiling = table.at
    label(page, ceiling, Entry("Ceiling", "authority to date at the end of the fiscal year", "$M"))

    def allowed(c: int) -> float:
        before = n(places.ceiling, c - 1) if c > first else 0.0
        now = n(places.ceiling, c) if c <= last else before
        return (before * late + now * (12 - late)) / 12 if c <= last else before

    ends = columns[1 : len(book.columns)]
    page.across(ceiling, columns[:1], f"{{c}}{places.ceiling}*(12-{q})/12", allowed, style.MUSD)
    page.across(ceiling, ends, f"({{p}}{places.ceiling}*{q}+{{c}}{places.ceiling}*(12-{q}))/12", allowed, style.MUSD)
    page.across(ceiling, columns[len(book.columns) :], f"{{p}}{places.ceiling}", allowed, style.MUSD)
    page.formula(ceiling, TOTAL, f"{letter(columns[-1])}{ceiling}", n(ceiling, columns[-1]), form=style.MUSD)
    table.at += 1
    table.room(spent, ceiling)


def _chart(book: Book, page: Page, table: Years, rows: tuple[int, int, int]) -> None:
    """Cash to date under its ceiling, with the headroom that is left."""
    spent, ceiling, room = rows
    title = "Cash to date against the ceiling"
    chart = charts.lines(page, title, "$M then-year, to date", table.header, [ceiling, spent, room], "#,##0,,")
    ends = [page.n(at, TOTAL) / 1e9 for at in rows]
    least = min(book.columns, key=lambda c: page.n(room, c))
    text = (
        f"Lines to date: ${ends[0]:.2f}B spent at the end, under a ceiling of ${ends[1]:.2f}B. The least headroom is "
        f"${page.n(room, least) / 1e9:.2f}B, in {page.n(table.header, least):.0f}."
    )
    book.chart(page, chart, f"A{table.at + 1}", title, text)
