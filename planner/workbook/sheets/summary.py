"""Summary: key figures, objectives, dollars per MW against published ranges, building against renting."""

from __future__ import annotations

from typing import NamedTuple

from planner.workbook import charts, style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import basis, compute, investment, power, present, sites, soft_summary
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.per_mw import benchmarks, per_mw_bought
from planner.workbook.sheets.provenance import Solved
from planner.workbook.tables import Block, Entry, by_year, label

ME = "Summary"
SENSES = {"max": "the most", "min": "the least"}
STAGE_COLUMNS = ("Best found", "Bound", "Gap", "In the plan")


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
    pv = book.pages[present.ME]
    rate = f"{book.figure(f'discount_rates.{book.case.programme.discount_rate}.real_rate'):.1%} a year, real"
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
            "market rent of the same service, years after the horizon included, same rate",
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
        ("Stage", "What is sought; in the plan: after what later stages were allowed to take", *STAGE_COLUMNS),
    )
    source = book.pages["Provenance"]
    at = row + 2
    for stored in solved.stages:
        page.put(at, 1, source.values[stored, 1])
        sense = str(source.values[stored, 2])
        unit = str(source.values.get((stored, 7), "its own unit"))
        unit = f"$M, {book.case.programme.base_year} present dollars" if unit == "$M" else unit
        page.put(at, 2, f"{SENSES.get(sense, sense)}; {unit}")
        for column in (3, 4, 5, 6):
            value = source.values.get((stored, column))
            if isinstance(value, str):
                page.put(at, column, value)
            elif value is not None:
                form = "0.00%_)" if column == 5 else style.MW if abs(value) >= 100 else style.RATIO
                page.link(at, column, source, (stored, column), form)
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
