"""Promises on the Summary: every promise in the words of the sheet Promises, and the list of those that fall short."""

from __future__ import annotations

from dataclasses import replace

from planner.report.shapes import Table
from planner.workbook.book import Book
from planner.workbook.sheets import promises
from planner.workbook.sheets.placed import Live, counted

#: rows kept free for promises that fall short after an edit, and the fewest of the list
SPARE, FEWEST = 3, 5
#: the columns of the list, from the left
SHOWN = (1, promises.LEVEL_WORDS, promises.VERDICT)


def words(book: Book, promised: promises.Places, claim: str, column: int) -> Live:
    """A cell of Promises in the row of a claim; an empty one gives no text."""
    page = book.pages[promises.ME]
    at = promised.first + [c.id for c in book.case.programme.claims].index(claim), column
    return page.ref(*at), page.values.get(at, "")


def every(book: Book, table: Table, promised: promises.Places) -> dict[str, Live]:
    """What was promised and planned, and the verdict, claim by claim in the order of the programme."""
    columns = {"promised": promises.LEVEL_WORDS, "planned": promises.PLAN_WORDS, "verdict": promises.VERDICT}
    found = {
        f"{n},{table.headers.index(header)}": words(book, promised, claim.id, column)
        for n, claim in enumerate(book.case.programme.claims)
        for header, column in columns.items()
    }
    return {key: live for key, live in found.items() if live[1] != ""}


def with_room(table: Table, promised: promises.Places) -> Table:
    """The list with rows for promises that fall short after an edit, and a last one for those beyond."""
    rows = min(promised.measured, max(len(table.rows) + SPARE, FEWEST) + 1)
    return replace(table, rows=(*table.rows, *[("", "", "")] * (rows - len(table.rows))))


def short(book: Book, table: Table, promised: promises.Places) -> dict[str, Live]:
    """The list of promises that the plan falls short of, by their place on Promises."""
    page, span = book.pages[promises.ME], (promised.first, promised.last)
    places = page.ref(span[0], promises.FALLS, (span[1], promises.FALLS))
    full = len(table.rows) < promised.measured
    found: dict[str, Live] = {}
    for n, row in enumerate(table.rows[: len(table.rows) - full]):
        for c, column in enumerate(SHOWN):
            cells = page.ref(span[0], column, (span[1], column))
            place, nothing = counted(n + 1), "" if n or c else "none"
            found[f"{n},{c}"] = f'IFERROR(INDEX({cells},MATCH({place},{places},0)),"{nothing}")', str(row[c])
    if full:
        n = len(table.rows) - 1
        listed = counted(n)
        text = f'IF(MAX({places})>{listed},"and "&MAX({places})-{listed}&" more, on {promises.ME}","")'
        found[f"{n},0"] = text, ""
    return found
