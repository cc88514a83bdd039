"""Summary: key figures, objectives, dollars per MW against published ranges, building against renting."""

from __future__ import annotations

from typing import NamedTuple

from planner.workbook import charts, style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import basis, compute, investment, power, present, provenance, sites, soft_summary
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.per_mw import benchmarks, per_mw_bought
from planner.workbook.sheets.provenance import Solved
from planner.workbook.tables import Block, Entry, by_year, label

ME = "Summary"


class Places(NamedTuple):
    operations: Block
    per_mw: tuple[int, int]
    figures: dict[str, float]


def fill(book: Book, detail: Detail, parts: Parts) -> Places:
    page = book.page(ME, "Summary", "report: key figures, each a link to its sheet")
    page.note(
        4,
        "Investment is private money; operations are a resource cost. Then-year dollars unless a line says otherwise.",
    )
    row = _figures(book, page, parts)
    figures = {str(page.values[at, 1]): page.n(at, 4) for at in range(7, row - 1)}
    row = _objective(book, page, parts.solved, row)
    row = soft_summary.section(book, page, detail, parts, row)
    page.break_before(row)
    per_mw, row = per_mw_bought(book, page, parts, row)
    page.break_before(row)
    like, row = basis.explanation(book, page, parts, per_mw, row)
    row = benchmarks(book, page, per_mw, like, row)
    page.break_before(row)
    row = _years(book, page, parts, row)
    codes = {f.wbs for f in detail.items("costs")}
    entries = [
        Entry(w.wbs_code, w.name, "$M")
        for w in book.case.wbs.values()
        if w.ledger == "operations" and w.wbs_code in codes
    ]
    heading = "Operations ledger by WBS line: resource cost, $M then-year; who pays: Federal funding"
    view = detail.view("costs", 1, DOLLARS)
    operations = by_year(page, row, heading, entries, view, style.MUSD, ("WBS", "Line"))
    page.break_before(operations.next)
    row = soft_summary.memo(book, page, detail, parts, operations.next)
    _charts(book, page, parts, row)
    page.widths({1: 32, 2: 70, 3: 15, 4: 13, 5: 15, 6: 12, 7: 12})
    page.printed(3, "A5")
    return Places(operations, per_mw, figures)


def _figures(book: Book, page: Page, parts: Parts) -> int:
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
    split = parts.investment.split
    line("Infrastructure share", "of what is invested; the band: below", "share", inv, (split.share, 4), style.SHARE)
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
    at = _worth(book, page, parts, at)
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
    return at + 1


def _worth(book: Book, page: Page, parts: Parts, first: int) -> int:
    """Mission value in its parts, present cost, and what is left; the next row."""
    pv, p = book.pages[present.ME], parts.present
    rate = book.figure(f"discount_rates.{book.case.programme.discount_rate}.real_rate")
    basis = f"{book.case.programme.base_year} dollars at {rate:.1%} a year, real"
    lines = (
        ("Service in the horizon", f"price of the same service, {basis}", p.inside),
        ("Service after it", f"of racks that go on working, {basis}", p.after),
        ("Running cost after it", f"of those racks, {basis}", p.running),
        ("Mission value", "the three lines above: service less running cost after the horizon", p.mission),
        ("Present cost", f"both ledgers, {basis}: an economic cost, not a budget", p.cost),
        ("Net benefit", "mission value less present cost and what is owed after the horizon", p.net),
    )
    found = {}
    for at, (name, meaning, source) in enumerate(lines, first):
        label(page, at, Entry(name, meaning, "$M"))
        page.link(at, 4, pv, source, style.MUSD)
        found[name] = at
    value, cost, at = found["Mission value"], found["Present cost"], first + len(lines)
    meaning = "mission value per dollar of present cost: above 1, building is cheaper than renting"
    label(page, at, Entry("Building against renting", meaning, "ratio"))
    ratio = page.n(value, 4) / max(1.0, page.n(cost, 4))
    page.formula(at, 4, f"D{value}/MAX(1,D{cost})", ratio, form=style.QUANTITY)
    return at + 1


def _objective(book: Book, page: Page, solved: Solved, row: int) -> int:
    """What was sought and what is proven of it, in dollars and as a share of present cost; links to the run."""
    source = book.pages[provenance.ME]
    page.heading(row, "The objective, and what the solver proved")
    page.headers(row + 1, ("Figure", "What it is", "Unit", "Value", "Weight"))
    base = book.case.programme.base_year
    at = row + 2
    for stored in solved.terms:
        label(page, at, Entry(str(source.values[stored, 1]), "weight times amount, in the plan", "$M"))
        for column, cell, form in ((4, 2, style.MUSD), (5, 4, style.GENERAL)):
            if not isinstance(source.values.get((stored, cell)), str):
                page.link(at, column, source, (stored, cell), form)
        at += 1
    lines = (
        ("Objective", f"the most of the sum, {base} present dollars", "$M", "objective value", style.MUSD),
        ("Bound", "no plan of these inputs is worth more", "$M", "objective bound", style.MUSD),
        ("Gap", "how much better a plan may be, at most", "$M", "objective gap", style.MUSD),
        ("Gap", "as a share of present cost", "share", "objective gap, share of present cost", "0.00%_)"),
    )
    for name, what, unit, stored_as, form in lines:
        label(page, at, Entry(name, what, unit))
        if stored_as in solved.rows:
            page.link(at, 4, source, (solved.rows[stored_as], 2), form)
        else:
            page.put(at, 4, "not proven")
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
    chart.width = 18
    book.chart(page, chart, f"A{row}", "Investment by year and category, summary", text)
    watts, tiers = book.pages[power.ME], parts.power
    chart2 = charts.lines(watts, "Power tiers", "MW at year end", tiers.header, list(tiers.tiers.values()), "#,##0")
    text = (
        f"Lines of the three power tiers; {watts.n(tiers.tiers['commissioned'], 4):,.0f} MW IT commissioned at the end."
    )
    chart2.width = 18
    book.chart(page, chart2, f"C{row}", "Power tiers, summary", text)
