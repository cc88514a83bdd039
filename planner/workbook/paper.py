"""A sheet as it is printed: widths of columns, heights of rows, landscape pages, repeated headers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from textwrap import shorten

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

#: styles whose text wraps; the height of a line of it, and of a row that has no height of its own, in points
WRAPPED = ("text", "header", "check")
LINE_HEIGHT, ROW_HEIGHT = 13.5, 15.0
#: points: of a centimetre, of a character in a column and beside all of them, of the paper inside its margins
POINTS, CHARACTER, MARGIN, PAPER = 28.35, 5.25, 3.75, (734.0, 540.0)
#: how far a sheet may shrink so that it takes a page less: to 0.72, or to text of 4 points where that is smaller
SQUEEZE, SMALLEST = 0.72, 0.4
#: characters of running text that fit where one digit does; bold headers take a digit each
RUNNING = 1.1


def _wrapped_lines(text: str, room: float) -> int:
    """Lines that a text takes when it breaks at spaces in so many characters, and within words that are longer."""
    lines, used = 1, 0.0
    for word in text.split(" "):
        wide = float(len(word))
        if used and used + wide > room:
            lines, used = lines + 1, 0.0
        if wide > room:
            lines, wide = lines + int(wide // room), wide % room
        used += wide + 1
    return lines


class Paper:
    """What print needs to know of a sheet: its values, which of them wrap, and the title of the programme."""

    sheet: Worksheet
    title: str
    values: Mapping[tuple[int, int], float | int | str]
    wrapped: Mapping[tuple[int, int], str]
    #: pages at most, where a sheet ends a little below the top of its last one
    most_pages = 99
    #: columns that are printed, from the first on, where those beyond are for the screen; 0: all of them
    most_columns = 0

    def widths(self, widths: Mapping[int, float], default: float = 12.0) -> None:
        """Column widths, then rows high enough for the text that wraps in them."""
        for column in range(1, self.sheet.max_column + 1):
            self.sheet.column_dimensions[str(get_column_letter(column))].width = widths.get(column, default)
        self.sheet.row_dimensions[1].height = 24
        lines: dict[int, int] = {}
        for (row, column), look in self.wrapped.items():
            room = widths.get(column, default) - (2 if look == "text" else 1)
            room *= RUNNING if look == "text" else 1.0
            lines[row] = max(lines.get(row, 1), _wrapped_lines(str(self.values[row, column]), room))
        for row, count in lines.items():
            if count > 1:
                self.sheet.row_dimensions[row].height = LINE_HEIGHT * count + 2

    def printed(self, header_row: int, freeze: str) -> None:
        """Landscape, one page wide, repeated header rows, page number; panes frozen below the header."""
        sheet = self.sheet
        sheet.freeze_panes = freeze
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 1
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"1:{header_row}"
        sheet.oddFooter.left.text = "&A"
        sheet.oddFooter.center.text = shorten(self.title, 80, placeholder=" ...").replace("&", "&&")
        sheet.oddFooter.right.text = "Page &P of &N"
        margins = sheet.page_margins
        margins.left = margins.right = margins.top = 0.4
        margins.bottom, margins.header, margins.footer = 0.6, 0.2, 0.3
        sheet.sheet_view.showGridLines = False

    def one_page_each(self, breaks: Sequence[int], last_row: int, last_column: int) -> None:
        """Rows up to each break, and those after it, on a page of their own: columns and rows set the scale."""
        sheet = self.sheet
        ends = [0, *breaks, last_row]
        parts = (range(start + 1, end + 1) for start, end in pairwise(ends))
        high = max(self._height(rows) + (self._height(self._header()) if rows.start > 1 else 0.0) for rows in parts)
        wide = self._width(list(sheet.column_dimensions.values())[:last_column])
        sheet.sheet_properties.pageSetUpPr.fitToPage = False  # a spreadsheet ignores breaks where it fits to pages
        sheet.page_setup.scale = math.floor(100 * min(1.0, PAPER[0] / wide, PAPER[1] / high))
        for row in breaks:
            sheet.row_breaks.append(Break(id=row))
        sheet.print_area = f"A1:{get_column_letter(last_column)}{last_row}"

    def _header(self) -> range:
        return range(1, int(self.sheet.print_title_rows.replace("$", "").split(":")[1]) + 1)

    def _height(self, rows: range) -> float:
        sizes = self.sheet.row_dimensions
        return float(sum((sizes[r].height or ROW_HEIGHT) if r in sizes else ROW_HEIGHT for r in rows))

    def _width(self, columns: Sequence[ColumnDimension]) -> float:
        return max(1.0, sum((c.width or 12.0) * CHARACTER + MARGIN for c in columns))

    def fit(self) -> None:
        """The pages that the finished sheet takes when it is one page wide; a short last one goes onto the others."""
        if self.sheet.print_area:
            return
        header, charts = self._header(), self.sheet._charts
        last = max(
            [self.sheet.max_row, *(coordinate_to_tuple(c.anchor)[0] + c.height * POINTS / ROW_HEIGHT for c in charts)]
        )
        columns = list(self.sheet.column_dimensions.values())
        if self.most_columns:
            columns = columns[: self.most_columns]
            self.sheet.print_area = f"A1:{get_column_letter(self.most_columns)}{self.sheet.max_row}"
        scale = min(1.0, PAPER[0] / self._width(columns))
        room = PAPER[1] / scale - self._height(header)
        high = self._height(range(header.stop, int(last) + 1))
        pages = max(1, math.ceil(min(SQUEEZE, SMALLEST / scale) * high / room))
        self.sheet.page_setup.fitToHeight = min(pages, self.most_pages)
