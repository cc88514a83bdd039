"""Continuing resolutions on the federal sheet: new starts by fiscal year, months left for them, what lapses."""

from __future__ import annotations

import math
from typing import NamedTuple

from planner.workbook import fiscal, style
from planner.workbook.book import Book, Page
from planner.workbook.facts import SERVICE
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.tables import TOTAL, Block, Entry, label

ME = "Federal BA and outlays"
TABLE = "continuing_resolutions"
NOTES = (
    "A new start: the first fiscal year in which halls of a site serve. Under a resolution nothing new may start; a "
    "start waits inside its year for the end.",
    "A resolution that lasts to the end of the fiscal year leaves no month: a start in it fails, and its first money "
    "lapses. Months: Assumptions.",
    "The plan's periods do not say the month: service lost while a start waits is not taken off.",
)


class Resolutions(NamedTuple):
    """Rows of new starts without a month, and of the authority that lapses with them, totals in their column."""

    stopped: int
    lapsing: int


def section(book: Book, page: Page, detail: Detail, row: int) -> tuple[Resolutions, int]:
    page.heading(row, "Continuing resolutions, new starts and what would lapse")
    for at, text in enumerate(NOTES, row + 1):
        page.note(at, text)
    at = row + len(NOTES) + 1
    if not book.case.tables[TABLE].shape[0]:
        page.note(at, "The inputs of this run name no fiscal year under a resolution.")
        at += 1
    starts = _starts(book, page, detail, at + 1)
    return _years(book, page, starts, starts.next)


def _starts(book: Book, page: Page, detail: Detail, row: int) -> Block:
    """Sites, the fiscal year in which each first serves, and the authority of that year."""
    page.headers(row, ("Site", "Name", "Unit", "First year", "Authority"))
    begun = [f.site for f in detail.items(SERVICE)]
    view, dollars = detail.view(SERVICE, 1), detail.view("costs", 12, DOLLARS)
    late = book.address("constants.months_after_september", page.name)
    months = book.figure("constants.months_after_september")
    for at, site in enumerate(begun, row + 1):
        label(page, at, Entry(site, book.case.sites[site].name, "FY, $M"))
        page.formula(at, TOTAL, view.formula(f"$A{at}"), view.value(site), form=style.FISCAL)
        spent = dollars.value(site, "operations", int(page.n(at, TOTAL)))
        text = f"{dollars.formula(f'$A{at}&{chr(34)}|operations|{chr(34)}&D{at}')}*(12-{late})/12"
        page.formula(at, TOTAL + 1, text, spent * (12 - months) / 12, form=style.MUSD)
    last = row + max(1, len(begun))
    if not begun:
        label(page, last, Entry("none", "no site serves in this plan", ""))
    return Block(row, row + 1, last, last)


def _years(book: Book, page: Page, starts: Block, row: int) -> tuple[Resolutions, int]:
    header = row
    columns = fiscal.header(book, page, header, ("Row", "What it is"))
    months, left, new, stopped, money, lapsing = range(row + 1, row + 7)
    known = {f.key: f.value for f in book.case.figures if f.table == TABLE}
    text = "0"
    if known:
        values, refs = book.lookup(TABLE, ME)
        text = f'SUMIFS({values},{refs},"{TABLE}."&{{c}}${header}&".months")'
    rows = range(starts.first, starts.last + 1)
    years = f"$D${starts.first}:$D${starts.last}"
    first = {r: page.n(r, TOTAL) for r in rows if (r, TOTAL) in page.values}

    def count(c: int) -> float:
        return float(sum(year == page.n(header, c) for year in first.values()))

    def authority(c: int) -> float:
        return math.fsum(page.n(r, TOTAL + 1) for r, year in first.items() if year == page.n(header, c))

    lines = (
        (
            months,
            "Resolution",
            "months of the year under one",
            "months",
            text,
            _known(page, header, known),
            style.COUNT,
        ),
        (left, "Left", "months left for new starts", "months", f"12-{{c}}{months}", None, style.COUNT),
        (new, "New starts", "sites that first serve", "sites", f"COUNTIF({years},{{c}}${header})", count, style.COUNT),
        (
            stopped,
            "Stopped",
            "new starts with no month left",
            "sites",
            f"{{c}}{new}*({{c}}{left}<=0)",
            None,
            style.COUNT,
        ),
        (
            money,
            "Their authority",
            "of the year in which they start",
            "$M",
            f"SUMIFS($E${starts.first}:$E${starts.last},{years},{{c}}${header})",
            authority,
            style.MUSD,
        ),
        (
            lapsing,
            "Lapsing",
            "authority with no month to order in",
            "$M",
            f"{{c}}{money}*({{c}}{left}<=0)",
            None,
            style.MUSD,
        ),
    )
    for at, name, meaning, unit, formula, value, form in lines:
        label(page, at, Entry(name, meaning, unit))

        def none_left(c: int, source: int = at - 1) -> float:
            return page.n(source, c) * (page.n(left, c) <= 0)

        own = value or ((lambda c: 12 - page.n(months, c)) if at == left else none_left)
        page.across(at, columns, formula, own, form)
        if at not in (months, left):
            page.sum(at, TOTAL, (at, columns[0]), (at, columns[-1]), form, "calculation")
    return Resolutions(stopped, lapsing), lapsing + 2


def _known(page: Page, header: int, known: dict[str, float]):  # type: ignore[no-untyped-def]
    return lambda c: known.get(f"{page.n(header, c):.0f}", 0.0)
