"""Infrastructure dollars per MW, line by line, beside published all-in costs."""

from __future__ import annotations

from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import chips, investment, power, sites
from planner.workbook.sheets.parts import Parts
from planner.workbook.tables import Entry, label

ME = "Summary"


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
            page.formula(n, column, f"$C{n}/MAX(1,{ref})", value, look, '#,##0.000,,;(#,##0.000,,);"-"')
    end = head + len(rows) + 1
    return (end, 4), end + 2


def benchmarks(book: Book, page: Page, per_mw: tuple[int, int], row: int) -> int:
    """The plan's cost per facility MW beside published all-in costs of the chips bought."""
    page.heading(
        row,
        "Beside published all-in costs, $M per facility MW (a rack's IT MW times the average PUE is its facility MW)",
    )
    source = book.pages[power.ME]
    places = {source.values[r, 1]: r for r in range(1, source.sheet.max_row + 1) if (r, 1) in source.values}
    facility, it = places["facility_mwh"], places["it_mwh"]
    label(page, row + 1, Entry("Average PUE", "facility energy over IT energy, horizon", "ratio"))
    pue = source.n(facility, 4) / max(1.0, source.n(it, 4))
    page.formula(row + 1, 4, f"{source.ref(facility, 4)}/MAX(1,{source.ref(it, 4)})", pue, form=style.QUANTITY)
    label(page, row + 2, Entry("Plan", "infrastructure per facility MW of racks bought", "$M/MW facility"))
    money = '#,##0.0,,;(#,##0.0,,);"-"'
    one = page.n(*per_mw) / max(1.0, pue)
    page.formula(row + 2, 4, f"D{per_mw[0]}/MAX(1,D{row + 1})", one, form=money)
    page.headers(row + 3, ("Published figure", "Basis", "Low $M/MW", "Value $M/MW", "High $M/MW", "Plan is"))
    used = set(book.plan["bought"]["chip_id"])
    at = row + 4
    for b in book.case.benchmarks.values():
        if b.chip_id not in used:
            continue
        ref = f"cost_benchmarks.{b.benchmark_id}.usd_per_mw"
        cell = book.assumption_rows[ref]
        figure = book.figures[ref]
        page.put(at, 1, b.benchmark_id)
        page.put(at, 2, f"{b.chip_id}: {b.basis}")
        page.assume(at, 4, ref, money)
        for column, source_column, number in ((3, "D", figure.low), (5, "E", figure.high)):
            if number is None:
                page.formula(at, column, f"D{at}", page.n(at, 4), form=money)
            else:
                page.formula(at, column, f"Assumptions!${source_column}${cell}", number, "link", money)
        inside = page.n(at, 3) <= one <= page.n(at, 5)
        text = f'IF(AND(D${row + 2}>=C{at},D${row + 2}<=E{at}),"inside the range","outside the range")'
        page.formula(at, 6, text, "inside the range" if inside else "outside the range")
        at += 1
    if at == row + 4:
        page.note(at, "No published figure speaks of a chip that this plan buys.")
        at += 1
    return at + 1
