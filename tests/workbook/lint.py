"""What a workbook owes to a reader who does not see it, or not its colours, as a list of findings (Section 508)."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from lxml import etree
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

#: contrast of text to its ground (WCAG 2, level AA)
LEAST_CONTRAST = 4.5
SMALLEST_POINTS = 9
HEADER, WORDS = "plan header", {"PASS", "FAIL", "EDITED"}


def findings(path: Path) -> list[str]:
    book = load_workbook(path)
    found = [] if book.properties.title and book.properties.language else ["no title or language"]
    if book.active is not book.worksheets[0]:
        found.append("does not open on its first sheet")
    for sheet in book:
        found += [f"{sheet.title}: {text}" for text in _sheet(sheet)]
    return found + _drawings(path)


def _sheet(sheet: Worksheet) -> list[str]:
    found = [] if sheet["A1"].value else ["A1 is empty"]
    if re.fullmatch(r"Sheet\d*", sheet.title):
        found.append("has no name of its own")
    if sheet.sheet_state != "visible" or (sheet.sheet_view.tabSelected and sheet.parent.active is not sheet):
        found.append("is hidden, or selected beside another")
    if any(d.hidden for d in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())):
        found.append("has hidden rows or columns")
    if sheet.merged_cells.ranges:
        found.append("has merged cells")
    if sheet._images:
        found.append("has images")
    if not sheet.print_title_rows or not sheet.freeze_panes:
        found.append("does not repeat its header")
    for row in sheet.iter_rows():
        heads = [c.column for c in row if c.style == HEADER and c.value is not None]
        if heads and len(heads) != heads[-1] - heads[0] + 1:
            found.append(f"row {row[0].row}: a header with empty cells")
        if heads and not any(c.value is not None for c in sheet[row[0].row + 1]):
            found.append(f"row {row[0].row}: a header with nothing below it")
    looks = {c.style_id: c for row in sheet.iter_rows() for c in row if c.value is not None}
    found += [text for cell in looks.values() for text in _look(cell)]
    for rules in sheet.conditional_formatting:
        found += [f"colour without a word: {r.formula}" for r in rules.rules if r.formula[0].strip('"') not in WORDS]
    return found


def _look(cell: Cell) -> list[str]:
    found = [f"{cell.coordinate}: {cell.font.sz} points"] if cell.font.sz < SMALLEST_POINTS else []
    ink = _rgb(cell.font.color.rgb if cell.font.color and cell.font.color.type == "rgb" else "FF000000")
    ground = _rgb(cell.fill.fgColor.rgb if cell.fill.fill_type == "solid" else "FFFFFFFF")
    contrast = (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05)
    return found + ([f"{cell.coordinate}: contrast {contrast:.1f}"] if contrast < LEAST_CONTRAST else [])


def _rgb(colour: str) -> float:
    """Relative luminance."""
    parts = [int(colour[-6:][n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _drawings(path: Path) -> list[str]:
    found = []
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name):
                for about in etree.fromstring(parts.read(name)).iter("{*}cNvPr"):
                    if not about.get("name") or not re.search(r"\d", about.get("descr") or ""):
                        found.append(f"{name}: a chart without alternative text that states a number")
            if name.startswith(("xl/media", "xl/embeddings", "xl/externalLinks", "xl/vbaProject")):
                found.append(f"{name} in the file")
    return found
