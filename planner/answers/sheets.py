"""An answer as a workbook: a sheet a section, with its native chart and the chart's alternative text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl.chart import BarChart, Reference, ScatterChart, Series
from openpyxl.chart.shapes import GraphicalProperties

from planner.answers.answer import Answer, Chart
from planner.comparison.shapes import Section
from planner.comparison.sheets import put
from planner.report.shapes import Figure
from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.charts import COLOURS
from planner.workbook.finish import save
from planner.workbook.sheets import crosswalk, moving

#: row of the headers: where the chart follows the table, and where a tall one stands above a long table
HEADER_ROW, BELOW_BARS = 5, 37
#: longest name of a sheet, and what it may not hold
LONGEST, FORBIDDEN = 31, re.compile(r"[\[\]:*?/\\']")
WIDEST = 60


def write(path: Path, answer: Answer) -> None:
    """Write the workbook; the same answer gives the same bytes."""
    book = Book(answer.case, None, answer.document)  # type: ignore[arg-type]
    book.workbook.properties.title = answer.title
    _about(book, answer)
    names: list[str] = ["About"]
    for name, section, chart in answer.sections:
        names.append(_name(name, names))
        _section(book, names[-1], section, chart)
    book.workbook.active = 0
    save(book, path)


def add(book: Book, kept: Sequence[tuple[str, Answer]]) -> None:
    """Answers about a run as further sheets of its workbook, after its own; stored values, like Provenance."""
    for analysis, answer in kept:
        if analysis == "sensitivity":
            moving.by_sensitivity(book, answer.document)
            crosswalk.sensitivity_run(book)
        elif analysis == "risk":
            crosswalk.risk_run(book)
        sheet = _name(analysis[:1].upper() + analysis[1:], list(book.pages))
        if len(answer.sections) == 1:
            _alone(book, sheet if answer.sections[0][0] == analysis else f"{sheet} {answer.sections[0][0]}", answer)
            continue
        _about(book, answer, sheet, "stored answer: what was asked, and what is proven of it")
        for name, section, chart in answer.sections:
            own = f"{sheet.split(' ')[0]} {name}"
            _section(book, _name(own, list(book.pages)), section, chart, "stored answer")


def _about(
    book: Book, answer: Answer, name: str = "About", role: str = "report: what was asked, and what is proven of it"
) -> None:
    page = book.page(name, answer.title, role)
    page.put(4, 1, answer.lead, "text")
    for row, note in enumerate(answer.notes, 6):
        page.put(row, 1, note, "text")
    page.widths({1: 120})
    page.printed(2, "A3")


def _alone(book: Book, sheet: str, answer: Answer) -> None:
    """An answer of one section on one sheet: its table, and below it what is proven of it."""
    (_, section, chart), *_ = answer.sections
    sheet = _name(sheet, list(book.pages))
    _section(book, sheet, section, chart, "stored answer: what was asked, and what is proven of it")
    page = book.pages[sheet]
    for row, note in enumerate((answer.lead, *answer.notes), page.sheet.max_row + 2):
        page.note(row, note)


def _name(wanted: str, taken: list[str]) -> str:
    """A sheet's name: cut to fit, with a number where it is taken."""
    name = FORBIDDEN.sub(" ", wanted)[:LONGEST].strip()
    lower = {other.lower() for other in taken}
    count = 2
    while name.lower() in lower:
        name = f"{FORBIDDEN.sub(' ', wanted)[: LONGEST - 4].strip()} {count}"
        count += 1
    return name


def _section(book: Book, name: str, section: Section, chart: Chart | None, role: str = "report") -> None:
    page = book.page(name, section.title, role)
    if section.note:
        page.note(4, section.note)
    bars = chart is not None and chart.kind == "bars"
    header = BELOW_BARS if bars else HEADER_ROW
    page.headers(header, [_with_unit(section, c) for c in range(len(section.headers))])
    for row, cells in enumerate(section.rows, header + 1):
        for column, cell in enumerate(cells, 1):
            put(page, row, column, cell)
    if not section.rows:
        page.note(header + 1, section.empty)
    longest = [max([len(str(row[c])) for row in section.rows] or [0]) for c in range(len(section.headers))]
    page.widths({c + 1: min(WIDEST, max(18, 1.1 * longest[c])) for c in range(len(section.headers))})
    page.printed(*((2, "A3") if bars else (HEADER_ROW, f"A{HEADER_ROW + 1}")))
    if chart is not None and section.rows:
        anchor = f"A{HEADER_ROW}" if bars else f"A{HEADER_ROW + len(section.rows) + 3}"
        drawn = _lines(page, section, chart) if chart.kind == "lines" else _bars(page, section, chart)
        book.chart(page, drawn, anchor, section.title, chart.says)


def _with_unit(section: Section, column: int) -> str:
    cells = (row[column] for row in section.rows)
    units = sorted({c.unit for c in cells if isinstance(c, Figure)} - {"share", ""})
    return section.headers[column] + (f", {units[0]}" if len(units) == 1 else "")


def _reference(page: Page, section: Section, column: int, rows: int | None, header: int) -> Reference:
    last = header + min(len(section.rows), rows or len(section.rows))
    return Reference(page.sheet, min_col=column + 1, min_row=header + 1, max_row=last)


def _lines(page: Page, section: Section, chart: Chart) -> ScatterChart:
    drawn = ScatterChart()
    drawn.style, drawn.scatterStyle = 13, "lineMarker"
    at = _reference(page, section, chart.x, chart.rows, HEADER_ROW)
    for place, column in enumerate(chart.ys):
        series = Series(_reference(page, section, column, chart.rows, HEADER_ROW), at, title=section.headers[column])
        series.marker.symbol = ("circle", "diamond")[place % 2]
        series.marker.size = 7
        series.marker.graphicalProperties = GraphicalProperties(solidFill=COLOURS[place])
        series.graphicalProperties = GraphicalProperties()
        series.graphicalProperties.line.solidFill = COLOURS[place]
        series.graphicalProperties.line.dashStyle = ("solid", "dash")[place % 2]
        series.smooth = False
        drawn.series.append(series)
    return _dressed(drawn, section, chart)


def _bars(page: Page, section: Section, chart: Chart) -> BarChart:
    drawn = BarChart()
    drawn.type, drawn.grouping, drawn.overlap, drawn.gapWidth = "bar", "stacked", 100, 40
    for place, column in enumerate(chart.ys):
        series = Series(_reference(page, section, column, chart.rows, BELOW_BARS), title=section.headers[column])
        series.graphicalProperties = GraphicalProperties(solidFill=COLOURS[place])
        drawn.series.append(series)
    drawn.set_categories(_reference(page, section, chart.x, chart.rows, BELOW_BARS))
    drawn.x_axis.scaling.orientation = "maxMin"
    drawn.x_axis.tickLblPos = "low"
    return _dressed(drawn, section, chart)


def _dressed(drawn: Any, section: Section, chart: Chart) -> Any:
    drawn.title, drawn.x_axis.title, drawn.y_axis.title = section.title, chart.x_title, chart.y_title
    units = {cell.unit for row in section.rows for c in chart.ys if isinstance(cell := row[c], Figure)}
    drawn.y_axis.number_format = style.SHARE if units == {"share"} else style.MUSD
    if units == {"share"}:
        drawn.y_axis.scaling.min, drawn.y_axis.scaling.max = 0, 1
        drawn.x_axis.number_format, drawn.x_axis.numFmt.sourceLinked = style.MUSD, False
    drawn.y_axis.numFmt.sourceLinked = False
    drawn.x_axis.delete = drawn.y_axis.delete = False
    drawn.legend.position = "b"
    drawn.width, drawn.height = 24, 11 if chart.kind == "lines" else 15
    return drawn
