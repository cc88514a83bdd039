"""A comparison as a workbook: differences, sums and shares are formulas over the compared figures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from openpyxl.chart import LineChart, Reference
from openpyxl.worksheet.pagebreak import Break

from planner.analyses.compare import Comparison, Pair
from planner.comparison.leads import lead
from planner.comparison.sections import GAP_NOTE, Section, by_year, of_pair, overview
from planner.report.shapes import Cell, Figure
from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.finish import save

HEADER_ROW = 6
RUN_WIDTH = 44
#: characters from which a text wraps, and characters of a line of running text
WRAPPED_FROM, LINE = 44, 130
FORMS = {
    "USD": style.USD,
    "share": style.SHARE,
    "points": style.SHARE,
    "MW": style.MW,
    "racks": style.COUNT,
    "halls": style.COUNT,
    "sites": style.COUNT,
    "year": style.YEAR,
}
#: sections of long texts -> their sheet, and what it holds
LISTS = {
    "Runs": ("Runs", "verdict, id and edits of each run"),
    "Promises side by side": ("Promises", "every promise with its verdict in each run"),
}
#: sections that go to a sheet of their own, with the run in the first column
SHEETS = {
    "Inputs changed": ("Inputs", "inputs that differ from the first run"),
    "All figures that differ": ("Figures", "every figure that differs"),
    "Decisions by period": ("Decisions", "quantities that differ, by item and period"),
}


def write(path: Path, comparison: Comparison) -> None:
    """Write the workbook; the same comparison gives the same bytes."""
    base = comparison.base
    book = Book(base.case, base.plan, base.document)  # type: ignore[arg-type]
    book.workbook.properties.title = "Comparison of runs"
    _overview(book, comparison)
    for section in overview(comparison):
        if section.title in LISTS:
            _listed(book, section, {1: RUN_WIDTH, **({2: 12, 3: 24, 6: 44} if section.title == "Runs" else {})})
    _years(book, comparison)
    _bridges(book, comparison.pairs)
    for title, (sheet, role) in SHEETS.items():
        _collected(book, comparison.pairs, title, sheet, role)
    book.workbook.active = 0
    save(book, path)


def _overview(book: Book, comparison: Comparison) -> None:
    """What differs in a sentence a run, then the runs and their promises side by side."""
    page = book.page("Compare", "Comparison of runs", "report: the runs side by side")
    row = 4
    for pair in comparison.pairs:
        lines = [f"{pair.label} against {pair.base_label}.", *lead(pair).splitlines()]
        for line in (part for text in lines for part in textwrap.wrap(text, LINE)):
            page.note(row, line)
            row += 1
    top = row = row + 2
    for section in overview(comparison):
        if section.title in LISTS:
            continue
        row = _table(page, section, row) + 3
    page.widths({1: 30, 2: 26, **dict.fromkeys(range(4, 15, 2), 9)}, default=20)
    page.printed(top, f"B{top + 1}")


def _table(page: Page, section: Section, row: int) -> int:
    """A table with its heading above row ``row``; relative changes are formulas. The row after it."""
    page.heading(row - 1, section.title)
    page.headers(row, [_with_unit(section, column) for column in range(len(section.headers))])
    first = row + 1
    for cells in section.rows:
        row += 1
        for column, cell in enumerate(cells, 1):
            if section.headers[column - 1] == "change" and isinstance(cell, Figure):
                _relative_change(page, row, column, first)
            else:
                put(page, row, column, cell)
    return row + 1


def _years(book: Book, comparison: Comparison) -> None:
    """The runs over the years, each figure with its chart."""
    page = book.page("Years", "The runs over the years", "report: power and investment of each run by year")
    row = HEADER_ROW
    for place, section in enumerate(by_year(comparison)):
        last = _table(page, section, row) - 1
        drawn = LineChart()
        drawn.title, drawn.height, drawn.width = section.title, 8, 20
        size = {"min_row": row, "max_row": last, "min_col": 1, "max_col": len(section.headers)}
        drawn.add_data(Reference(page.sheet, **{**size, "min_row": row + 1}), titles_from_data=True, from_rows=True)
        drawn.set_categories(Reference(page.sheet, min_row=row, min_col=2, max_col=len(section.headers)))
        drawn.x_axis.delete = drawn.y_axis.delete = False
        for line in drawn.series:
            line.smooth = False
        ends = "; ".join(f"{cells[0]} {cells[-1]}" for cells in section.rows)
        book.chart(page, drawn, f"A{last + 2}", section.title, f"Lines by year, in {section.headers[-1]}: {ends}.")
        row = last + 21
        if place % 2:
            page.sheet.row_breaks.append(Break(id=row - 2))
    page.widths({1: RUN_WIDTH}, default=18)
    page.printed(HEADER_ROW, f"B{HEADER_ROW + 1}")


def _listed(book: Book, section: Section, widths: dict[int, float]) -> None:
    """A section of long texts, which wrap, on a sheet of its own."""
    sheet, role = LISTS[section.title]
    page = book.page(sheet, section.title, f"report: {role}")
    page.headers(HEADER_ROW, section.headers)
    for row, cells in enumerate(section.rows, HEADER_ROW + 1):
        for column, cell in enumerate(cells, 1):
            page.put(row, column, str(cell), "text")
    page.widths(widths, default=34)
    page.printed(HEADER_ROW, f"B{HEADER_ROW + 1}")


def _with_unit(section: Section, column: int) -> str:
    """A header with the unit of its figures; shares show theirs."""
    header = section.headers[column]
    units = {row[column].unit for row in section.rows if isinstance(row[column], Figure)}  # type: ignore[union-attr]
    return header + "".join(f", {unit}" for unit in units - {"share", ""})


def _relative_change(page: Page, row: int, column: int, first: int) -> None:
    here, base = page.here(row, column - 1).replace("$", ""), page.here(first, column - 1)
    figure, from_ = page.n(row, column - 1), page.n(first, column - 1)
    page.formula(row, column, f"({here}-{base})/ABS({base})", (figure - from_) / abs(from_), form=style.SHARE)


def _bridges(book: Book, pairs: Sequence[Pair]) -> None:
    page = book.page("Bridge", "Cost bridges", "report: from the dollars of one plan to those of the other")
    page.note(4, "Then-year dollars as posted, to the cent. The ledgers are never added. Difference must be 0.00.")
    page.headers(HEADER_ROW, ("Run", "Step", "USD", "Difference"))
    row = HEADER_ROW + 1
    for pair in pairs:
        for bridge in (pair.bridge, pair.operations):
            if bridge is None:
                continue
            page.heading(row, f"{pair.label}: {bridge.ledger}")
            first = row + 1
            lines = [("From", bridge.start), *((step.name, step.cents) for step in bridge.steps)]
            for place, (name, cents) in enumerate(lines, first):
                page.put(place, 1, pair.label)
                page.put(place, 2, name)
                page.put(place, 3, cents / 100, "input", style.USD)
            row = first + len(lines)
            page.put(row, 2, "To, by the steps")
            page.sum(row, 3, (first, 3), (row - 1, 3), style.USD, "total")
            page.put(row + 1, 2, "To, as posted")
            page.put(row + 1, 3, bridge.end / 100, "input", style.USD)
            text = f"ROUND(C{row}-C{row + 1},2)"
            page.formula(row + 1, 4, text, round(page.n(row, 3) - bridge.end / 100, 2), "check", style.USD)
            row += 3
    page.widths({1: 40, 2: 44, 3: 22, 4: 14})
    page.printed(HEADER_ROW, f"A{HEADER_ROW + 1}")


def _collected(book: Book, pairs: Sequence[Pair], title: str, sheet: str, role: str) -> None:
    """One table over all pairs."""
    page = book.page(sheet, title, f"report: {role}")
    if sheet == "Figures":
        for place, line in enumerate(GAP_NOTE.split(". ")):
            page.note(4 + place, line if line.endswith(".") else line + ".")
    row = HEADER_ROW
    headers: tuple[str, ...] = ("Run",)
    for pair in pairs:
        for section in of_pair(pair):
            if section.title != title:
                continue
            headers = ("Run", *(text or "Remark" for text in section.headers))
            for cells in section.rows:
                row += 1
                page.put(row, 1, pair.label)
                _row(page, row, cells, section)
    page.headers(HEADER_ROW, headers)
    if row == HEADER_ROW:
        page.note(row + 1, "Nothing differs.")
    wide = {2: 60, 3: 60, 4: 34, 5: 34} if sheet == "Inputs" else {}
    page.widths({1: RUN_WIDTH, 2: 34, 3: 26, 4: 20} | wide, default=18)
    page.printed(HEADER_ROW, f"B{HEADER_ROW + 1}")
    if row > HEADER_ROW:
        page.sheet.auto_filter.ref = f"A{HEADER_ROW}:{page.here(row, len(headers)).replace('$', '')}"


def _row(page: Page, row: int, cells: Sequence[Cell], section: Section) -> None:
    """Cells from the second column on; a change is the formula of its two figures where both are there."""
    names = dict(zip(section.headers, range(2, len(cells) + 2), strict=True))
    for column, (name, cell) in enumerate(zip(section.headers, cells, strict=True), 2):
        known = isinstance(cell, Figure) and cell.value is not None
        if known and name in ("Change", "Relative"):
            old, new = (page.here(row, names[end]).replace("$", "") for end in ("From", "To"))
            before, after = (page.n(row, names[end]) for end in ("From", "To"))
            change = f"{new}-{old}" if name == "Change" else f"({new}-{old})/ABS({old})"
            value = after - before if name == "Change" else (after - before) / abs(before)
            page.formula(row, column, change, value, form=_form(cell))
        else:
            put(page, row, column, cell)


def put(page: Page, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, Figure):
        page.put(row, column, cell.value, "input", _form(cell))
    elif cell:
        page.put(row, column, cell, "text" if len(cell) > WRAPPED_FROM else "line")


def _form(cell: Cell) -> str:
    return FORMS.get(cell.unit, style.QUANTITY) if isinstance(cell, Figure) else style.GENERAL
