"""Native charts, styled once."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.fill import ColorChoice, PatternFillProperties
from openpyxl.drawing.line import LineProperties

from planner.workbook.book import Page

COLOURS = ("1F3864", "C55A11", "7F9F3F", "7F7F7F", "5B9BD5", "BF9000", "7030A0")

#: how each series is filled, so that they differ in a grey print; the first is full
PATTERNS = (None, "wdUpDiag", "pct50", "ltHorz", "wdDnDiag", "smGrid", "dkVert")

#: from so many series on the legend takes several lines
MANY = 5


def columns(
    page: Page,
    title: str,
    unit: str,
    header: int,
    rows: Sequence[int],
    form: str,
    stacked: bool = True,
    last: int | None = None,
) -> BarChart:
    """Columns by year, one series a row (its key in column 1), to the last year or to the column ``last``."""
    chart = BarChart()
    chart.type = "col"
    if stacked:
        chart.grouping, chart.overlap = "stacked", 100
    return _dressed(page, chart, title, unit, header, rows, form, last)


def lines(page: Page, title: str, unit: str, header: int, rows: Sequence[int], form: str) -> LineChart:
    return _dressed(page, LineChart(), title, unit, header, rows, form)


def _filled(colour: str, pattern: str | None) -> GraphicalProperties:
    """The colour, or a pattern of it on white."""
    if pattern is None:
        return GraphicalProperties(solidFill=colour)
    fill = PatternFillProperties(prst=pattern, fgClr=ColorChoice(srgbClr=colour), bgClr=ColorChoice(srgbClr="FFFFFF"))
    made = GraphicalProperties(pattFill=fill)
    made.line.solidFill = colour
    return made


def _named(key: str) -> str:
    """A short name for the legend: the row's key, as words."""
    return (key[:1].upper() + key[1:]).replace("|", " ")


def drawn(page: Page, rows: Sequence[int]) -> list[int]:
    """The rows that have something to show; the others would be in the legend alone."""
    return [r for r in rows if any(page.n(r, c) for c in page.book.columns)]


def _dressed(page, chart, title, unit, header, rows, form, last=None):  # type: ignore[no-untyped-def]
    first, last = page.book.columns[0], last or page.book.last
    rows = drawn(page, rows)
    for place, row in enumerate(rows):
        series = Series(
            Reference(page.sheet, min_col=first, max_col=last, min_row=row), title=_named(str(page.values[row, 1]))
        )
        colour = COLOURS[place % len(COLOURS)]
        if isinstance(chart, LineChart):
            series.graphicalProperties = GraphicalProperties()
            series.graphicalProperties.line.solidFill = colour
            series.graphicalProperties.line.width = 28575
            series.graphicalProperties.line.dashStyle = ("solid", "dash", "sysDot", "lgDash", "dashDot")[place % 5]
            series.smooth = False
        else:
            series.graphicalProperties = _filled(colour, PATTERNS[place % len(PATTERNS)])
        chart.series.append(series)
    chart.set_categories(Reference(page.sheet, min_col=first, max_col=last, min_row=header))
    chart.title, chart.y_axis.title, chart.x_axis.title = title, unit, "Year"
    chart.y_axis.number_format, chart.x_axis.number_format = form, "0"
    chart.y_axis.delete = chart.x_axis.delete = False
    chart.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6350)))
    chart.legend.position = "b"
    many = len(rows) > MANY
    chart.width, chart.height = 24, 9.5 if many else 8.0
    height = 0.55 if many else 0.64
    chart.layout = Layout(ManualLayout(x=0.08, y=0.13, w=0.9, h=height, xMode="edge", yMode="edge"))
    return chart
