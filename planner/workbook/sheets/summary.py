"""Summary: key figures, objectives, dollars per MW against published ranges, building against renting."""

from __future__ import annotations

from typing import NamedTuple

from planner.workbook import charts, style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import chips, compute, investment, power, present, sites
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.sheets.provenance import Solved
from planner.workbook.tables import Block, Entry, by_year, label

ME = "Summary"


class Parts(NamedTuple):
    """Places on the other sheets that the summary draws from."""

    investment: investment.Places
    power: power.Places
    sites: sites.Places
    chips: chips.Places
    compute: compute.Places
    present: present.Places
    solved: Solved


class Places(NamedTuple):
    operations: Block
    per_mw: tuple[int, int]
    value: tuple[int, int]
    cost: tuple[int, int]
    figures: dict[str, float]


def fill(book: Book, detail: Detail, parts: Parts) -> Places:
    page = book.page(ME, "Summary", "report: key figures, each a link to its sheet")
    page.note(
        4,
        "Investment is private money; operations are a resource cost. Then-year dollars unless a line says otherwise.",
    )
    row, value, cost = _figures(book, page, parts)
    figures = {str(page.values[at, 1]): page.n(at, 4) for at in range(7, row - 1)}
    row = _stages(book, page, parts.solved, row)
    per_mw, row = _per_mw(book, page, parts, row)
    row = _benchmarks(book, page, per_mw, row)
    page.break_before(row)
    row = _years(book, page, parts, row)
    codes = {f.wbs for f in detail.items("costs")}
    entries = [
        Entry(w.wbs_code, w.name, "$M")
        for w in book.case.wbs.values()
        if w.ledger == "operations" and w.wbs_code in codes
    ]
    heading = "Operations ledger by WBS line: resource cost, $M then-year; who pays comes with the funding room"
    view = detail.view("costs", 1, DOLLARS)
    operations = by_year(page, row, heading, entries, view, style.MUSD, ("WBS", "Line"))
    _charts(book, page, parts, operations.next)
    page.widths({1: 26, 2: 84, 3: 16, 4: 14, 5: 14, 6: 16})
    page.printed(3, "A5")
    return Places(operations, per_mw, value, cost, figures)


def _figures(book: Book, page: Page, parts: Parts) -> tuple[int, tuple[int, int], tuple[int, int]]:
    page.heading(5, "Key figures")
    page.headers(6, ("Figure", "Basis", "Unit", "Value", "Share"))
    inv, spent = book.pages[investment.ME], (parts.investment.category.total, 4)
    at = 7

    def line(name: str, basis: str, unit: str, source: Page, cell: tuple[int, int], form: str) -> int:
        nonlocal at
        label(page, at, Entry(name, basis, unit))
        page.link(at, 4, source, cell, form)
        at += 1
        return at - 1

    whole = line("Investment", "private ledger, horizon total", "$M", inv, spent, style.MUSD)
    for r in range(parts.investment.category.first, parts.investment.category.last + 1):
        here = line(f"of which {inv.values[r, 1]}", "share of investment", "$M", inv, (r, 4), style.MUSD)
        share = page.n(here, 4) / max(1.0, page.n(whole, 4))
        page.formula(here, 5, f"D{here}/MAX(1,D{whole})", share, form=style.SHARE)
    place = book.pages[sites.ME]
    total = parts.sites.total
    line(
        "Operations",
        "operations ledger, horizon total, resource cost",
        "$M",
        place,
        (total, sites.OPERATIONS),
        style.MUSD,
    )
    pv = book.pages[present.ME]
    rate = book.case.programme.discount_rate
    base = book.case.programme.base_year
    cost = line(
        "Present cost",
        f"both ledgers, {base} dollars at {rate}: an economic cost, not a budget",
        "$M",
        pv,
        parts.present.cost,
        style.MUSD,
    )
    label(
        page,
        at,
        Entry(
            "Mission value",
            f"market rent of the same service, with the years after the horizon, {base} dollars at {rate}",
            "$M",
        ),
    )
    inside, tail = parts.present.value, parts.present.tail
    text = pv.ref(*inside) + (f"+{pv.ref(*tail)}" if tail else "")
    page.formula(at, 4, text, pv.n(*inside) + (pv.n(*tail) if tail else 0.0), "link", style.MUSD)
    value = at
    label(
        page,
        at + 1,
        Entry(
            "Building against renting",
            "mission value per dollar of present cost: above 1, building is cheaper than renting",
            "ratio",
        ),
    )
    ratio = page.n(value, 4) / max(1.0, page.n(cost, 4))
    page.formula(at + 1, 4, f"D{value}/MAX(1,D{cost})", ratio, form=style.QUANTITY)
    label(
        page,
        at + 2,
        Entry("Renting less building", "present dollars that renting the same service would cost more", "$M"),
    )
    page.formula(at + 2, 4, f"D{value}-D{cost}", page.n(value, 4) - page.n(cost, 4), form=style.MUSD)
    at += 3
    label(page, at, Entry("Sites", "chosen", "sites"))
    column = place.ref(parts.sites.first, 1, (parts.sites.last, 1))
    chosen = len(power.site_entries(book, ""))
    page.formula(at, 4, f"COUNTA({column})", chosen, form=style.COUNT)
    at += 1
    source = book.pages[compute.ME]
    for precision, r in parts.compute.shares.items():
        line(
            f"Served share {precision}",
            f"of the {precision} demand over the horizon",
            "share",
            source,
            (r, 4),
            style.SHARE,
        )
    return at + 1, (value, 4), (cost, 4)


def _stages(book: Book, page: Page, solved: Solved, row: int) -> int:
    page.heading(row, "Objectives in their order, with what the solver proved")
    page.headers(
        row + 1,
        ("Stage", "Sense (value and bound: $M base-year present, or the stage's own unit)", "Value", "Bound", "Gap"),
    )
    source = book.pages["Provenance"]
    at = row + 2
    for stored in solved.stages:
        page.put(at, 1, source.values[stored, 1])
        page.put(
            at, 2, {"max": "most", "min": "least"}.get(str(source.values[stored, 2]), str(source.values[stored, 2]))
        )
        for column in (3, 4, 5):
            if isinstance(source.values[stored, column], str):
                page.put(at, column, source.values[stored, column])
            else:
                page.link(at, column, source, (stored, column), "0.00%" if column == 5 else "#,##0.000")
        at += 1
    return at + 1


def _per_mw(book: Book, page: Page, parts: Parts, row: int) -> tuple[tuple[int, int], int]:
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


def _benchmarks(book: Book, page: Page, per_mw: tuple[int, int], row: int) -> int:
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


def _years(book: Book, page: Page, parts: Parts, row: int) -> int:
    """Tiers and compute by year, as links."""
    page.heading(row, "Power tiers and compute at the end of each year")
    page.years_header(row + 1, "Row", "Name", "Unit", "At the end")
    at = row + 2
    watts, flops = book.pages[power.ME], book.pages[compute.ME]
    block = parts.compute.precision
    sources = [(watts, r) for r in parts.power.tiers.values()]
    sources += [(flops, r) for r in range(block.first, block.last + 1)]
    for source, r in sources:
        label(page, at, Entry(*(str(source.values[r, c]).replace("|", " ") for c in (1, 2, 3))))
        for c in (4, *book.columns):
            page.link(at, c, source, (r, c), style.MW)
        at += 1
    return at + 1


def _charts(book: Book, page: Page, parts: Parts, row: int) -> None:
    inv, places = book.pages[investment.ME], parts.investment.category
    rows = range(places.first, places.last + 1)
    chart = charts.columns(inv, "Investment by year and category", "$M then-year", places.header, rows, "#,##0,,")
    total = inv.n(places.total, 4) / 1e9
    text = f"Stacked columns of investment by year and category; ${total:.2f}B over the horizon."
    book.chart(page, chart, f"A{row}", "Investment by year and category, summary", text)
    watts, tiers = book.pages[power.ME], parts.power
    chart2 = charts.lines(watts, "Power tiers", "MW at year end", tiers.header, list(tiers.tiers.values()), "#,##0")
    text = (
        f"Lines of the three power tiers; {watts.n(tiers.tiers['commissioned'], 4):,.0f} MW IT commissioned at the end."
    )
    book.chart(page, chart2, f"A{row + 22}", "Power tiers, summary", text)
