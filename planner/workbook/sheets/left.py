"""On Present value: what halls, land and connections that serve are worth at the end of the horizon, piece by piece."""

from __future__ import annotations

from typing import NamedTuple

from planner import wbs
from planner.formulation.residual import GRID
from planner.inputs.case import Rate
from planner.workbook import style
from planner.workbook.book import FIRST, Book, Page, letter
from planner.workbook.tables import TOTAL, Entry, label

ME = "Present value"
MW, SINCE, AGE, DEFLATOR, TIMES, PARTS = range(FIRST, FIRST + 6)
LINES = ("Civil", "Shell", "Electrical", "Cooling", "Connection", "Land")
HEADERS = ("MW", "Periods since it stood", "Age after the tail, months", "Deflator", "Multiplier", *LINES)
TAIL = "parameters.tail_years.value"
NOTE = "A MW by line, USD: price of the year in which it came to stand, less even wear over its life on Assumptions."


class Places(NamedTuple):
    """Rows of all that is left at present value, and of halls with their land alone."""

    total: int
    halls: int


def section(book: Book, page: Page, row: int) -> Places | None:
    """The table and its present value; none where nothing is left or the objective does not count it."""
    rows = list(book.plan.rows("terminal_value"))
    if not rows:
        return None
    base = book.case.programme.base_year
    page.heading(row, "At the end of the horizon: what serves is still worth something")
    page.note(row + 1, NOTE)
    page.headers(row + 2, ("Site and asset", "What it is", "Unit", f"$M of {base}", *HEADERS))
    first = row + 3
    for at, r in enumerate(sorted(rows, key=lambda r: r.asset == GRID), first):
        _piece(book, page, at, r)
    halls = sum(r.asset != GRID for r in rows)
    at = first + len(rows)
    for n, (name, what, last) in enumerate(
        (("Halls and land", "that house racks", first + halls - 1), ("All", "and connections that carry load", at - 1))
    ):
        label(page, at + n, Entry(name, what, "$M"), "total")
        page.sum(at + n, TOTAL, (first, TOTAL), (max(last, first), TOTAL), style.MUSD, "total")
    if not halls:
        page.put(at, TOTAL, 0, "line", style.MUSD)
    _years(book, page, at + 2)
    for n, name in enumerate(("Halls and land", "All")):
        _present(book, page, at + 3 + n, at + n, at + 2, name)
    return Places(at + 4, at + 3)


def _piece(book: Book, page: Page, at: int, r: NamedTuple) -> None:
    """One asset: its MW, its age, and what a MW of each of its lines is worth."""
    case, (site, asset, period, mw, _, _) = book.case, r
    p = case.periods
    ready = p.labels().index(str(period))
    name = case.sites[site].name.split(" (")[0]
    what = "grid connection" if asset == GRID else case.designs[asset].name
    label(page, at, Entry(f"{site}|{asset}|{period}", f"{name}: {what}, from {period}", "$M"))
    page.put(at, MW, mw, "line", style.MW)
    page.put(at, SINCE, p.count - 1 - ready, "line", "0")
    periods, tail = book.address("programme.months_per_period", ME), book.address(TAIL, ME)
    months = (p.last - ready) * p.months + 12 * book.figure(TAIL)
    page.formula(at, AGE, f"{letter(SINCE)}{at}*{periods}+12*{tail}", months, form="0")
    year = p.year(ready)
    _ratio(book, page, (at, DEFLATOR), "general", case.programme.base_year, year)
    page.assume(at, TIMES, f"sites.{site}.construction_multiplier", style.RATIO)
    land, each = PARTS + len(LINES) - 1, 0.0
    for column, (code, rate) in enumerate(_lines(book, site, asset), PARTS):
        if rate is not None:
            _worth(book, page, (at, column), rate, year, f"asset_lives.{code}.life_months")
            each += page.n(at, column) * page.n(at, TIMES)
    text = f"{letter(TIMES)}{at}*SUM({letter(PARTS)}{at}:{letter(land - 1)}{at})"
    if asset != GRID:
        acres = f"designs.{asset}.acres_per_mw"
        rate = case.rate("sites", site, "land_price_usd_per_acre")
        _worth(book, page, (at, land), rate, year, f"asset_lives.{wbs.LAND}.life_months")
        text = f"({text}+{book.address(acres, ME)}*{letter(land)}{at})"
        each += page.n(at, land) * book.figure(acres)
    value = float(mw) * page.n(at, DEFLATOR) * each
    page.formula(at, TOTAL, f"{letter(MW)}{at}*{letter(DEFLATOR)}{at}*{text}", value, form=style.MUSD)


def _lines(book: Book, site: str, asset: str) -> list[tuple[str, Rate | None]]:
    """Line and rate in the order of the columns, without land."""
    case = book.case
    if asset == GRID:
        first = min(g for s, g in case.tranches_of_grid if s == site)
        rate = case.rate("grid_tranches", f"{site}/{first}", "connection_usd_per_mw")
        return [*(("", None) for _ in wbs.HALL_LINES), (wbs.CONNECTION, rate)]
    return [(code, case.rate("designs", asset, column)) for code, _, column in wbs.HALL_LINES]


def _ratio(book: Book, page: Page, cell: tuple[int, int], index: str, over: int, under: int) -> None:
    refs = [f"price_indices.{index}/{year}.index_value" for year in (over, under)]
    text = "/".join(book.address(ref, ME) for ref in refs)
    page.formula(*cell, text, book.figure(refs[0]) / book.figure(refs[1]), "link", style.RATIO)


def _worth(book: Book, page: Page, cell: tuple[int, int], rate: Rate, year: int, life: str) -> None:
    """Price of a unit in the year, less wear, in its dollars."""
    at = cell[0]
    text, value = book.address(rate.ref, ME), book.figure(rate.ref)
    if rate.index_id != "none" and rate.money_year is not None:
        over, under = (f"price_indices.{rate.index_id}/{y}.index_value" for y in (year, rate.money_year))
        text += f"*{book.address(over, ME)}/{book.address(under, ME)}"
        value *= book.figure(over) / book.figure(under)
    months, lasts = book.figure(life), book.address(life, ME)
    text += f"*IF({lasts},MAX(0,1-{letter(AGE)}{at}/{lasts}),1)"
    value *= max(0.0, 1 - page.n(at, AGE) / months) if months else 1.0
    page.formula(*cell, text, value, form=style.USD)


def _years(book: Book, page: Page, at: int) -> None:
    """Years from the opening of the base year to the end of the tail, in which racks go on using what stands."""
    case = book.case
    names = ("programme.first_year", "programme.base_year", "programme.periods", "programme.months_per_period", TAIL)
    first, base, periods, months, tail = (book.address(name, ME) for name in names)
    years = case.periods.first_year - case.programme.base_year + case.periods.count * case.periods.years
    label(page, at, Entry("Years", "from the opening of the base year to the end of the tail", "years"))
    text = f"{first}-{base}+{periods}*{months}/12+{tail}"
    page.formula(at, TOTAL, text, years + book.figure(TAIL), form=style.QUANTITY)


def _present(book: Book, page: Page, at: int, of: int, years: int, name: str) -> None:
    """Discounted over the years of a row."""
    ref = f"discount_rates.{book.case.programme.discount_rate}.real_rate"
    value = page.n(of, TOTAL) * (1 + book.figure(ref)) ** -page.n(years, TOTAL)
    label(page, at, Entry(name, f"at present value, {book.case.programme.discount_rate}", "$M"))
    page.formula(at, TOTAL, f"D{of}*(1+{book.address(ref, ME)})^-D{years}", value, form=style.MUSD)
