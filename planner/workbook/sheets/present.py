"""Present value: cost of both ledgers and the market value of the service, with the factor row written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from planner.workbook import style
from planner.workbook.book import FIRST, Book, Page, letter
from planner.workbook.facts import UNALLOCATED, View
from planner.workbook.sheets import residual
from planner.workbook.sheets.detail import DOLLARS, VALUE, Detail
from planner.workbook.tables import Entry, label

ME = "Present value"
MONEY = style.MUSD


class Places(NamedTuple):
    nominal: tuple[int, int]
    cost: tuple[int, int]
    value: tuple[int, int]
    tail: tuple[int, int] | None
    rates: list[tuple[str, int, int]]
    nothing: tuple[int, int]


def fill(book: Book, detail: Detail) -> Places:
    page = book.page(ME, "Present value of cost and of service", "calculation: base-year dollars, middle of the year")
    page.note(
        4, "The general index alone takes then-year to base-year dollars; the real rate takes those to the present."
    )
    page.heading(5, "Within the horizon")
    header = 6
    p = book.case.periods
    page.headers(header, ("Row", "What it is", "Unit", "Total"))
    columns = range(FIRST, FIRST + p.count)
    for c, name in zip(columns, p.labels(), strict=True):
        page.put(header, c, name, "header")
    number, year, middle, index, deflator, spend, running, cost, real, worth = range(7, 17)
    _timing(book, page, columns, number, year, middle)
    values, refs = book.lookup("price_indices", ME)
    _row(
        page,
        index,
        ("Index", "general price index", "index"),
        columns,
        f'SUMIFS({values},{refs},"price_indices.general/"&{{c}}{year}&".index_value")',
        lambda c: book.figure(f"price_indices.general/{page.n(year, c):.0f}.index_value"),
        style.RATIO,
    )
    base = f"price_indices.general/{book.case.programme.base_year}.index_value"
    _row(
        page,
        deflator,
        ("Deflator", "base-year dollars per then-year dollar", "ratio"),
        columns,
        f"{book.address(base, ME)}/{{c}}{index}",
        lambda c: book.figure(base) / page.n(index, c),
        style.RATIO,
    )
    ledgers = detail.view("costs", 5, DOLLARS)
    for at, ledger in ((spend, "investment"), (running, "operations")):
        text = ledgers.formula(f'$A{at}&"|"&{{c}}${header}')

        def spent(c: int, name: str = ledger) -> float:
            return ledgers.value(name, page.values[header, c])

        _row(page, at, (ledger, "then-year", "$M"), columns, text, spent, style.MUSD, True)
    _row(
        page,
        cost,
        ("Cost", "both ledgers, then-year", "$M"),
        columns,
        f"{{c}}{spend}+{{c}}{running}",
        lambda c: page.n(spend, c) + page.n(running, c),
        style.MUSD,
        True,
    )
    _row(
        page,
        real,
        ("Real cost", "base-year dollars", "$M"),
        columns,
        f"{{c}}{cost}*{{c}}{deflator}",
        lambda c: page.n(cost, c) * page.n(deflator, c),
        style.MUSD,
        True,
    )
    service = detail.view("value", 1, VALUE)
    _row(
        page,
        worth,
        ("Service", "market value, base-year dollars", "$M"),
        columns,
        service.formula(f'"value|"&{{c}}${header}'),
        lambda c: service.value("value", page.values[header, c]),
        style.MUSD,
        True,
    )
    rates, at = [], worth + 1
    order = sorted(book.case.tables["discount_rates"]["rate_id"], key=lambda r: r != book.case.programme.discount_rate)
    for rate in order:
        _discounted(book, page, columns, at, str(rate), middle, real, worth)
        rates.append((str(rate), at + 1, at + 2))
        at += 3
    nothing = at
    text = ledgers.formula(f'"{UNALLOCATED}|"&{{c}}${header}')
    names = ("Memo", "unallocated by the split: buys nothing, in no row above", "$M")
    _row(page, nothing, names, columns, text, lambda c: ledgers.value(UNALLOCATED, page.values[header, c]), MONEY, True)
    tail = _tail(book, page, service, at + 2)
    memo = (book.pages[ME].sheet.max_row or 0) + 2
    page.break_before(memo)
    residual.section(book, page, detail, memo)
    page.widths({1: 16, 2: 62, 3: 9, 4: 13})
    page.printed(4, "E7")
    return Places((cost, 4), (rates[0][1], 4), (rates[0][2], 4), tail, rates, (nothing, 4))


def _row(
    page: Page,
    row: int,
    names: tuple[str, str, str],
    columns: range,
    text: str,
    value: Callable[[int], float],
    form: str,
    total: bool = False,
) -> None:
    label(page, row, Entry(*names))
    page.across(row, columns, text, value, form)
    if total:
        page.sum(row, 4, (row, columns[0]), (row, columns[-1]), form, "calculation")


def _timing(book: Book, page: Page, columns: range, number: int, year: int, middle: int) -> None:
    first, months, half, base = (
        book.address(ref, ME)
        for ref in ("programme.first_year", "programme.months_per_period", "constants.half", "programme.base_year")
    )
    length = book.case.periods.months
    start, origin = book.case.periods.first_year, book.case.programme.base_year
    opening = letter(columns[0])
    _row(
        page,
        number,
        ("Number", "periods before this one", "periods"),
        columns,
        f"COLUMN({{c}}{number - 1})-COLUMN(${opening}{number - 1})",
        lambda c: c - columns[0],
        "0",
    )
    _row(
        page,
        year,
        ("Year", "calendar year", "year"),
        columns,
        f"{first}+INT({{c}}{number}*{months}/12)",
        lambda c: start + (c - columns[0]) * length // 12,
        style.YEAR,
    )
    _row(
        page,
        middle,
        ("Middle", "years from the opening of the base year", "years"),
        columns,
        f"{first}-{base}+({{c}}{number}+{half})*{months}/12",
        lambda c: start - origin + (c - columns[0] + 0.5) * length / 12,
        style.QUANTITY,
    )


def _discounted(
    book: Book, page: Page, columns: range, row: int, rate: str, middle: int, real: int, worth: int
) -> None:
    ref = f"discount_rates.{rate}.real_rate"
    r = book.figure(ref)
    _row(
        page,
        row,
        ("Factor", f"present factor at {rate}", "ratio"),
        columns,
        f"(1+{book.address(ref, ME)})^-{{c}}{middle}",
        lambda c: (1 + r) ** -page.n(middle, c),
        style.RATIO,
    )
    _row(
        page,
        row + 1,
        ("Present cost", f"at {rate}", "$M"),
        columns,
        f"{{c}}{real}*{{c}}{row}",
        lambda c: page.n(real, c) * page.n(row, c),
        style.MUSD,
        True,
    )
    _row(
        page,
        row + 2,
        ("Present service", f"at {rate}, within the horizon", "$M"),
        columns,
        f"{{c}}{worth}*{{c}}{row}",
        lambda c: page.n(worth, c) * page.n(row, c),
        style.MUSD,
        True,
    )


def _tail(book: Book, page: Page, service: View, row: int) -> tuple[int, int] | None:
    """Service of the racks that outlive the horizon."""
    years = int(book.case.parameter("tail_years"))
    page.heading(row, "After the horizon: service of racks that outlive it")
    if not years:
        page.note(row + 1, "Not counted in this programme.")
        return None
    header = row + 1
    page.headers(header, ("Row", "What it is", "Unit", "Total"))
    columns = range(FIRST, FIRST + years)
    for n, c in enumerate(columns, 1):
        page.put(header, c, f"+{n}", "header")
    number, middle, worth, factor, present = range(row + 2, row + 7)
    last, base, half = (book.address(r, ME) for r in ("programme.last_year", "programme.base_year", "constants.half"))
    opening = letter(columns[0])
    _row(
        page,
        number,
        ("Number", "years after the horizon", "years"),
        columns,
        f"COLUMN({{c}}{number - 1})-COLUMN(${opening}{number - 1})+1",
        lambda c: c - columns[0] + 1,
        "0",
    )
    lag = book.years[-1] - book.case.programme.base_year
    _row(
        page,
        middle,
        ("Middle", "years from the opening of the base year", "years"),
        columns,
        f"{last}-{base}+{{c}}{number}+{half}",
        lambda c: lag + page.n(number, c) + 0.5,
        style.QUANTITY,
    )
    _row(
        page,
        worth,
        ("Service", "market value with taper, base-year dollars", "$M"),
        columns,
        service.formula(f'"value|"&{{c}}${header}'),
        lambda c: service.value("value", page.values[header, c]),
        style.MUSD,
        True,
    )
    ref = f"discount_rates.{book.case.programme.discount_rate}.real_rate"
    r = book.figure(ref)
    _row(
        page,
        factor,
        ("Factor", "present factor at the programme's rate", "ratio"),
        columns,
        f"(1+{book.address(ref, ME)})^-{{c}}{middle}",
        lambda c: (1 + r) ** -page.n(middle, c),
        style.RATIO,
    )
    _row(
        page,
        present,
        ("Present service", "after the horizon", "$M"),
        columns,
        f"{{c}}{worth}*{{c}}{factor}",
        lambda c: page.n(worth, c) * page.n(factor, c),
        style.MUSD,
        True,
    )
    return present, 4
