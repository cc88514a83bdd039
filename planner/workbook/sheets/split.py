"""The split of the investment: infrastructure, the rest, and the dollars that buy nothing; its yearly band."""

from __future__ import annotations

import math
from typing import NamedTuple

from planner.workbook import charts, style
from planner.workbook.book import Book, Page
from planner.workbook.facts import UNALLOCATED
from planner.workbook.tables import TOTAL, Block, Entry, label, year_row

TOLERANCE = "constants.tolerance_share"

SOFT_SHARE = "Share of software, security and training"
AGAINST_BAND = f"{SOFT_SHARE} in each year against its band"


class Split(NamedTuple):
    """Rows of the section; ``share`` and the sums hold the horizon in the total column."""

    header: int
    infrastructure: int
    soft: int
    unallocated: int
    total: int
    share: int
    soft_share: int
    outside: int
    least: int
    most: int
    next: int


def section(book: Book, page: Page, category: Block, row: int) -> Split:
    title = "The split: infrastructure against software, security and training, $M then-year, and the yearly band"
    page.heading(row, title)
    header = row + 1
    page.years_header(header, "Side", "What it is", "Unit", "Total")
    infrastructure, soft, nothing, total, share, soft_share, low, high, outside, least, most = range(row + 2, row + 13)
    sides = {c.category: c.side for c in book.case.categories.values()}
    rows = {str(page.values[r, 1]): r for r in range(category.first, category.last + 1)}
    groups = (
        (infrastructure, "Infrastructure", "construction, power and cooling, chips", "infrastructure"),
        (soft, "Software, security and training items", "what is bought of them", "soft"),
        (nothing, "Unallocated", "unallocated by the split: money beyond their need, buys nothing", UNALLOCATED),
    )
    for at, name, what, side in groups:
        own = [r for key, r in rows.items() if sides.get(key, key) == side]

        def part(c: int, own: list[int] = own) -> float:
            return math.fsum(page.n(r, c) for r in own)

        year_row(page, at, Entry(name, what, "$M"), "+".join(f"{{c}}{r}" for r in own) or "0", part, style.MUSD)
    _all(page, total, infrastructure)
    columns = (TOTAL, *book.columns)
    for at, name, source in ((share, "Infrastructure share", f"{{c}}{infrastructure}"), (soft_share, SOFT_SHARE, "")):
        text = f"{source}/MAX(1,{{c}}{total})" if source else f"({{c}}{soft}+{{c}}{nothing})/MAX(1,{{c}}{total})"

        def ratio(c: int, infra: bool = bool(source)) -> float:
            top = page.n(infrastructure, c) if infra else page.n(soft, c) + page.n(nothing, c)
            return top / max(1.0, page.n(total, c))

        label(page, at, Entry(name, "of what is invested", "share"))
        page.across(at, columns, text, ratio, style.SHARE)
    _band(book, page, header, (soft_share, total, low, high, outside))
    _bounds(book, page, least, most)
    book.chart(page, *_chart(page, header, [soft_share, low, high], f"A{most + 2}"))
    return Split(header, infrastructure, soft, nothing, total, share, soft_share, outside, least, most, most + 20)


def _all(page: Page, total: int, first: int) -> None:
    label(page, total, Entry("Total", "what is invested", "$M"), "total")
    for c in (TOTAL, *page.book.columns):
        page.sum(total, c, (first, c), (total - 1, c), style.MUSD, "total")


def _band(book: Book, page: Page, header: int, rows: tuple[int, int, int, int, int]) -> None:
    """The share of software, security and training in each year between its bounds, if the split is firm."""
    share, total, low, high, outside = rows
    firm, figures = book.case.split_is_firm, "parameters.soft_band_{}.value"
    names = {part: figures.format(part) for part in ("from_year", "low", "high")}
    start = book.figure(names["from_year"])
    for at, part, otherwise in ((low, "low", 0.0), (high, "high", 1.0)):
        bound, from_year = book.figure(names[part]), book.address(names["from_year"], page.name)
        text = f"IF({{c}}{header}>={from_year},{book.address(names[part], page.name)},{otherwise:.0f})"

        def limit(c: int, bound: float = bound, otherwise: float = otherwise) -> float:
            return bound if page.n(header, c) >= start else otherwise

        what = f"{'least' if part == 'low' else 'largest'} share of software, security and training in the year"
        entry = Entry(f"Band, {part}", what if firm else f"{what}; not asked: the split is not firm", "share")
        year_row(page, at, entry, text, limit, style.SHARE, "")
    allowed = book.figure(TOLERANCE)
    ref = book.address(TOLERANCE, page.name)
    text = f"({{c}}{total}>0)*OR({{c}}{share}<{{c}}{low}-{ref},{{c}}{share}>{{c}}{high}+{ref})"

    def beyond(c: int) -> float:
        value = page.n(share, c)
        out = value < page.n(low, c) - allowed or value > page.n(high, c) + allowed
        return float(page.n(total, c) > 0 and out)

    year_row(
        page, outside, Entry("Outside", "years with investment outside the band", "years"), text, beyond, style.COUNT
    )


def _bounds(book: Book, page: Page, least: int, most: int) -> None:
    share, width = (f"programme.infrastructure_share{x}" for x in ("", "_tolerance"))
    refs = [book.address(ref, page.name) for ref in (share, width)]
    for at, name, sign in ((least, "Least", "-"), (most, "Most", "+")):
        value = book.figure(share) + (1 if sign == "+" else -1) * book.figure(width)
        label(page, at, Entry(name, f"{name.lower()} infrastructure share that the split allows", "share"))
        page.formula(at, TOTAL, f"{refs[0]}{sign}{refs[1]}", value, form=style.SHARE)


def _chart(page: Page, header: int, rows: list[int], anchor: str):  # type: ignore[no-untyped-def]
    chart = charts.lines(page, AGAINST_BAND, "Share of investment", header, rows, "0%")
    chart.y_axis.scaling.max = 1
    whole = page.n(rows[0], TOTAL)
    of = "Lines of the share of software, security and training in each year's investment and of its band"
    text = f"{of}; {whole:.1%} over the horizon."
    return chart, anchor, AGAINST_BAND, text
