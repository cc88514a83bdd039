"""A copy of a user's workbook with every faulty cell marked, and a sheet that lists the faults."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from textwrap import wrap as wrap_text

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.cell import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from planner.errors import Fault
from planner.inputs.excel.book import Place, address
from planner.inputs.excel.book import place as spot
from planner.workbook.style import FACE, NAVY
from planner.workbook.template.page import LINE_HEIGHT

SHEET = "Faults"
AUTHOR = "planner check"
#: a rule that always holds and that only marks have
ALWAYS = 'LEN("planner check")>0'
RED, DARK = "F8CBAD", "9C0006"
_BEFORE = "\n\nBefore:\n"
_WIDTHS = {"Fault": 8, "Sheet": 24, "Cell": 12, "Column": 38, "Found": 46, "Allowed": 46, "Suggestion": 46}


def mark_up(source: Path, target: Path, faults: Sequence[Fault]) -> None:
    """Write the copy. ``source`` has been read before: it is known to be safe, if faulty."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl leaves out of the copy: docs/excel.md tells it
        book = load_workbook(BytesIO(source.read_bytes()))
    for sheet in book.worksheets:
        _clean(sheet)
    if SHEET in book.sheetnames:
        del book[SHEET]
    by_sheet: dict[str, dict[Place, list[tuple[int, Fault]]]] = {}
    for number, fault in enumerate(faults, 1):
        at = spot(fault.cell.partition(":")[0])
        if at is not None and fault.sheet in book.sheetnames:
            by_sheet.setdefault(fault.sheet, {}).setdefault(at, []).append((number, fault))
    for name, marks in by_sheet.items():
        _mark(book[name], marks)
    _list(book, faults)
    book.save(target)


def _clean(sheet: Worksheet) -> None:
    """Take away the marks of an earlier copy."""
    kept = ConditionalFormattingList()
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            if rule.formula != [ALWAYS]:
                kept.add(str(area.sqref), rule)
    sheet.conditional_formatting = kept
    for row in sheet.iter_rows():
        for cell in row:
            note = cell.comment
            if note is not None and note.author == AUTHOR:
                _, cut, before = note.text.partition(_BEFORE)
                cell.comment = Comment(before, "planner", width=340, height=130) if cut else None


def _mark(sheet: Worksheet, marks: dict[Place, list[tuple[int, Fault]]]) -> None:
    """A colour over the cell's own, and the words in its note."""
    fill = PatternFill("solid", fgColor=RED, bgColor=RED)
    edge = Side(style="thin", color=DARK)
    font = Font(bold=True, color=DARK)
    rule = FormulaRule([ALWAYS], fill=fill, font=font, border=Border(left=edge, right=edge, top=edge, bottom=edge))
    sheet.conditional_formatting.add(" ".join(address(*at) for at in marks), rule)
    for at, found in marks.items():
        cell = sheet.cell(*at)
        lines = [f"Fault {n}: found {f.found}; allowed: {f.allowed}. {f.suggestion}".strip() for n, f in found]
        text = "\n".join(lines)
        before = cell.comment.text if cell.comment is not None else ""
        cell.comment = Comment(text + (_BEFORE + before if before else ""), AUTHOR, width=380, height=150)


def _list(book: Workbook, faults: Sequence[Fault]) -> None:
    sheet = book.create_sheet(SHEET, 0)
    sheet["A1"], sheet["A2"] = f"{len(faults)} faults", "This sheet is not read. Mend the marked cells and check again."
    sheet["A1"].font = Font(name=FACE, size=16, bold=True, color=NAVY)
    sheet["A2"].font = Font(name=FACE, size=10, italic=True, color="595959")
    wrap = Alignment(horizontal="left", vertical="top", wrap_text=True)
    for column, (name, width) in enumerate(_WIDTHS.items(), 1):
        cell = sheet.cell(4, column, name)
        cell.font = Font(name=FACE, size=10, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=NAVY)
        sheet.column_dimensions[cell.column_letter].width = width
    for row, fault in enumerate(faults, 5):
        texts = (str(row - 4), fault.sheet, fault.cell, fault.column, fault.found, fault.allowed, fault.suggestion)
        lines = 1
        for column, (text, width) in enumerate(zip(texts, _WIDTHS.values(), strict=True), 1):
            cell = sheet.cell(row, column)
            cell.value = _shown(text) if column > 1 else row - 4
            if column > 1:
                cell.data_type = "s"
            cell.alignment = wrap
            cell.font = Font(name=FACE, size=10)
            lines = max(lines, sum(len(wrap_text(part, width - 2)) or 1 for part in text.split("\n")))
        sheet.row_dimensions[row].height = LINE_HEIGHT * min(lines, 25) + 2
        if fault.cell and fault.sheet in book.sheetnames:
            cell = sheet.cell(row, 3)
            at = f"{quote_sheetname(fault.sheet)}!{fault.cell}"
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=at, display=fault.cell)
            cell.font = Font(name=FACE, size=10, underline="single", color="0000FF")
    sheet.freeze_panes = "A5"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for other in book.worksheets:
        other.sheet_view.tabSelected = False
    book.active = 0


def _shown(text: str) -> str:
    """Without what a cell cannot hold."""
    return "".join(c for c in text if c.isprintable() or c == "\n")
