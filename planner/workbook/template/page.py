"""One sheet of the template: title, meaning and unit of each column, header, rows; text is text whatever it says."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableStyleInfo

from planner.inputs.excel.book import escaped
from planner.inputs.schema import Column, Table
from planner.workbook import style
from planner.workbook.template import rules

Records = list[dict[str, Any]]
#: rows of the meaning, the unit with what is allowed, and the header; the table begins below
MEANING, UNIT, HEADER = 3, 4, 5
LINE_HEIGHT = 13.5
LONGEST_COLUMN, SHORTEST_COLUMN = 60, 15
#: lines that the meaning of a column should take, and what a column is widened to for it
MOST_LINES, WIDEST_MEANING = 3, 40
#: characters of running text that fit where one digit does
RUNNING = 1.1
NOTE_WIDTH, NOTE_HEIGHT = 340, 130
#: width of the columns that one printed page takes readably
PRINTED_WIDTH = 190
#: numbers keep a distance to the next column; long ones get separators
NUMBER, LONG_NUMBER, TEXT = "General_)", "#,##0_)", "@"
LONG = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


def letter(column: int) -> str:
    return str(get_column_letter(column))


def form(column: Column, value: Any) -> str:
    """How a cell shows its value: never fewer digits than it has, unless a whole one is edited to a part."""
    if column.kind == "text":
        return TEXT
    is_long = isinstance(value, int) and abs(value) >= LONG and column.unit != "year"
    return LONG_NUMBER if is_long else NUMBER


class Page:
    """Cells are put with a named style; ``finish`` sets widths, heights, panes and print."""

    def __init__(self, book: Workbook, name: str, title: str, role: str) -> None:
        self.book = book
        self.sheet = book.create_sheet(name)
        self.widths: dict[int, float] = {}
        self.lines: dict[tuple[int, int], str] = {}
        self._looks: dict[tuple[str, str, bool], StyleArray] = {}
        self.put(1, 1, title, "title")
        self.put(2, 1, role, "role")

    def put(
        self, row: int, column: int, value: Any, look: str = "line", shown: str = style.GENERAL, wrap: bool = False
    ) -> None:
        """``shown`` is the number format; ``wrap``: long text takes more lines."""
        cell = self.sheet.cell(row, column)
        if isinstance(value, str):
            value = escaped(value)
            cell.value = _CONTROL.sub(lambda m: f"_x{ord(m[0]):04X}_", value)
            cell.data_type = "s"
        elif value is not None:
            cell.value = value
        cell._style = self._look(look, shown, wrap)
        if isinstance(value, str) and (wrap or look in ("text", "header")):
            self.lines[row, column] = value

    def _look(self, look: str, form: str, wrap: bool) -> StyleArray:
        key = look, form, wrap
        if key not in self._looks:
            cell = self.sheet.cell(1, 60)
            cell.style = f"plan {look}"
            cell.number_format = form
            if wrap:
                cell.alignment = Alignment(vertical="top", wrap_text=True)
            self._looks[key] = copy(cell._style)
            del self.sheet._cells[1, 60]
        return self._looks[key]

    def heading(self, row: int, text: str) -> None:
        self.put(row, 1, text, "heading")

    def headers(self, names: Sequence[str], row: int = HEADER) -> None:
        for column, name in enumerate(names, 1):
            self.put(row, column, name, "header")

    def link(self, row: int, column: int, sheet: str) -> None:
        """To the top of another sheet."""
        self.put(row, column, sheet, "link")
        cell = self.sheet.cell(row, column)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(sheet)}!A1", display=sheet)

    # tables

    def table(self, table: Table, records: Records) -> None:
        """Meaning, unit and header of each column, then the rows, as a table that grows with what is added."""
        for column, spec in enumerate(table.columns, 1):
            texts = [str(r[spec.name]) for r in records if r[spec.name] is not None]
            by_meaning = max(len(spec.meaning), len(rules.unit_and_allowed(spec))) / MOST_LINES + 4
            width = max([len(spec.name) + 4, min(by_meaning, WIDEST_MEANING), *(len(t) + 2 for t in texts)])
            self.widths[column] = min(max(width, SHORTEST_COLUMN), LONGEST_COLUMN)
            self.put(MEANING, column, f"{spec.meaning}{' (may be empty)' if spec.optional else ''}", "text")
            self.put(UNIT, column, rules.unit_and_allowed(spec), "text")
            self.put(HEADER, column, spec.name, "header")
            is_text = spec.kind == "text"
            if is_text:
                self.sheet.column_dimensions[letter(column)].number_format = TEXT
            wrap = is_text and width > LONGEST_COLUMN
            for row, record in enumerate(records, HEADER + 1):
                self.put(row, column, record[spec.name], "input", form(spec, record[spec.name]), wrap)
        last = HEADER + max(len(records), 1)
        made = ExcelTable(displayName=f"T_{table.name}", ref=f"A{HEADER}:{letter(len(table.columns))}{last}")
        made.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        self.sheet.add_table(made)

    def notes(self, table: Table, records: Records, notes: Mapping[str, Mapping[str, str]]) -> None:
        """Where figures come from: at the cell, or at the header for a whole column."""
        for column, spec in enumerate(table.columns, 1):
            known = notes.get(f"{table.name}.{spec.name}", {})
            if "*" in known:
                self._note(HEADER, column, known["*"])
            for row, record in enumerate(records, HEADER + 1) if known else ():
                key = "/".join(str(record[k]) for k in table.keys)
                if key in known and record[spec.name] is not None:
                    self._note(row, column, known[key])

    def _note(self, row: int, column: int, text: str) -> None:
        self.sheet.cell(row, column).comment = Comment(text, "planner", width=NOTE_WIDTH, height=NOTE_HEIGHT)

    # the whole sheet

    def finish(self, frozen_columns: int, header: int = HEADER) -> None:
        sheet = self.sheet
        for column, width in self.widths.items():
            sheet.column_dimensions[letter(column)].width = width
        sheet.row_dimensions[1].height = 24
        heights: dict[int, int] = {}
        for (row, column), text in self.lines.items():
            room = int((self.widths.get(column, SHORTEST_COLUMN) - 2) * RUNNING)
            count = sum(len(textwrap.wrap(part, max(room, 5))) or 1 for part in text.split("\n"))
            heights[row] = max(heights.get(row, 1), count)
        sheet.row_dimensions[header].height = 18
        for row, count in heights.items():
            if count > 1:
                sheet.row_dimensions[row].height = LINE_HEIGHT * min(count, 25) + 2
        whole = sum(self.widths.get(c, SHORTEST_COLUMN) for c in range(1, sheet.max_column + 1))
        sheet.freeze_panes = f"{letter(frozen_columns + 1)}{header + 1}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 1
        sheet.page_setup.fitToWidth = max(1, round(whole / PRINTED_WIDTH))
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"1:{header}"
        if frozen_columns and sheet.page_setup.fitToWidth > 1:
            sheet.print_title_cols = f"A:{letter(frozen_columns)}"
        sheet.oddFooter.left.text = "&A"
        sheet.oddFooter.right.text = "Page &P of &N"
        sheet.sheet_view.showGridLines = False
