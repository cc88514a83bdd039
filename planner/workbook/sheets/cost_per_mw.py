"""Infrastructure dollars per MW, line by line, beside published all-in costs."""

from __future__ import annotations

from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import basis, chips, investment, power, sites
from planner.workbook.sheets.parts import Parts
from planner.workbook.tables import Entry, label

ME = "Cost per MW"
MONEY = style.MUSD


def fill(book: Book, parts: Parts) -> None:
    """The plan's dollars per MW, why they differ from published ones, and both on the same basis."""
    page = book.page(ME, "Cost per MW beside published costs", "report: infrastructure, then-year dollars")
    per_mw, row = per_mw_bought(book, page, parts, 4)
    like, row = basis.explanation(book, page, parts, per_mw, row)
    benchmarks(book, page, per_mw, like, row)
    page.widths({1: 32, 2: 70, 3: 15, 4: 13, 5: 15, 6: 12, 7: 12})
    page.printed(3, "B4")


def per_mw_bought(book: Book, page: Page, parts: Parts, row: int) -> tuple[tuple[int, int], int]:
    """Infrastructure dollars by line over the MW of racks bought and over the MW commissioned."""
    page.heading(row, "Lifetime infrastructure dollars per MW, line by line (then-year)")
    fleet, inv, site = book.pages[chips.ME], book.pages[investment.ME], book.pages[sites.ME]
    label(page, row + 1, Entry("MW of racks bought", "over the horizon; racks replaced count again", "MW IT"))
    page.link(row + 1, 4, fleet, parts.chips.mw_total, style.MW)
    label(page, row + 2, Entry("MW commissioned", "halls at the end of the horizon", "MW IT"))
    page.link(row + 2, 4, site, (parts.sites.total, 7), style.MW)
    bought, standing = f"$D${row + 1}", f"$D${row + 2}"
    head = row + 3
    page.headers(head, ("WBS", "Line", "$M", "$M per MW IT bought", "$M per MW IT commissioned"))
    wbs = parts.investment.wbs
    rows = [r for r in range(wbs.first, wbs.last + 1) if str(inv.values[r, 1]).startswith("1")]
    for n, source in enumerate([*rows, None], head + 1):
        look = "calculation" if source else "total"
        if source:
            page.put(n, 1, inv.values[source, 1])
            page.put(n, 2, inv.values[source, 2])
            page.link(n, 3, inv, (source, 4), style.MUSD)
        else:
            page.put(n, 1, "All", "total")
            page.put(n, 2, "infrastructure", "total")
            page.sum(n, 3, (head + 1, 3), (n - 1, 3), style.MUSD, "total")
        for column, ref, at in ((4, bought, row + 1), (5, standing, row + 2)):
            value = page.n(n, 3) / max(1.0, page.n(at, 4))
            page.formula(n, column, f"$C{n}/MAX(1,{ref})", value, look, style.MUSD_FINE)
    end = head + len(rows) + 1
    return (end, 4), end + 2


def benchmarks(book: Book, page: Page, per_mw: tuple[int, int], like: tuple[int, int], row: int) -> int:
    """The plan's cost per facility MW, as it is and like for like, beside published all-in costs."""
    page.heading(row, "Beside published all-in costs, $M per facility MW (low, value and high of each source)")
    source = book.pages[power.ME]
    places = {source.values[r, 1]: r for r in range(1, source.sheet.max_row + 1) if (r, 1) in source.values}
    facility, it = places["facility_mwh"], places["it_mwh"]
    label(page, row + 1, Entry("Average PUE", "facility energy over IT energy, horizon", "ratio"))
    pue = source.n(facility, 4) / max(1.0, source.n(it, 4))
    page.formula(row + 1, 4, f"{source.ref(facility, 4)}/MAX(1,{source.ref(it, 4)})", pue, form=style.QUANTITY)
    basis = "infrastructure per facility MW of racks bought, then-year, refresh included"
    label(page, row + 2, Entry("Plan", basis, "$M/MW facility"))
    one = page.n(*per_mw) / max(1.0, pue)
    page.formula(row + 2, 4, f"D{per_mw[0]}/MAX(1,D{row + 1})", one, form=MONEY)
    label(page, row + 3, Entry("Plan, like for like", "from the steps above", "$M/MW facility"))
    page.formula(row + 3, 4, f"D{like[0]}", page.n(*like), form=MONEY)
    page.headers(row + 4, ("Published figure", "Basis", "Low", "Value", "High", "Plan is", "Like for like is"))
    used = set(book.plan["bought"]["chip_id"])
    first = at = row + 5
    for b in book.case.benchmarks.values():
        ref = f"cost_benchmarks.{b.benchmark_id}.usd_per_mw"
        cell, figure = book.assumption_rows[ref], book.figures[ref]
        page.put(at, 1, b.benchmark_id)
        bought = "bought by this plan" if b.chip_id in used else "not bought by this plan"
        page.put(at, 2, f"{b.chip_id}, {bought}: {b.basis}", "text")
        page.assume(at, 4, ref, MONEY)
        for column, source_column, number in ((3, "D", figure.low), (5, "E", figure.high)):
            if number is None:
                page.formula(at, column, f"D{at}", page.n(at, 4), form=MONEY)
            else:
                page.formula(at, column, f"Assumptions!${source_column}${cell}", number, "link", MONEY)
        _placed(page, at, row)
        at += 1
    if at == first:
        page.note(at, "The data hold no published cost per MW.")
        return at + 2
    label(page, at, Entry("Range of all", "lowest low to highest high", ""), "total")
    page.put(at, 4, "", "total")
    low = min(page.n(r, 3) for r in range(first, at))
    high = max(page.n(r, 5) for r in range(first, at))
    page.formula(at, 3, f"MIN(C{first}:C{at - 1})", low, "total", MONEY)
    page.formula(at, 5, f"MAX(E{first}:E{at - 1})", high, "total", MONEY)
    _placed(page, at, row)
    return at + 2


def _placed(page: Page, at: int, row: int) -> None:
    """Whether the plan's figure, as it is and like for like, lies inside a range."""
    for column, plan in ((6, row + 2), (7, row + 3)):
        word = "inside" if page.n(at, 3) <= page.n(plan, 4) <= page.n(at, 5) else "outside"
        page.formula(at, column, f'IF(AND(D${plan}>=C{at},D${plan}<=E{at}),"inside","outside")', word, "check")
