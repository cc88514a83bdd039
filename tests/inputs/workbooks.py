"""Workbooks of inputs, edited as a person or another program would, and the faults that are then found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from hostile import unzipped, zipped
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from planner.errors import Fault, InputError
from planner.inputs import read
from planner.inputs.excel import layout
from planner.inputs.excel.book import address
from planner.inputs.schema import TABLES

HEADER = 5


def column(sheet: Worksheet, name: str) -> int:
    return next(cell.column for cell in sheet[HEADER] if cell.value == name)


def put(book: Workbook, sheet: str, row: int, name: str, value: Any) -> str:
    """Write one cell; returns its place as faults name it. Text stays text, whatever it starts with."""
    page = book[sheet]
    cell = page.cell(row, column(page, name))
    cell.value = value
    if isinstance(value, str) and not value.startswith("==") and not value.startswith("#"):
        cell.data_type = "s"
    if isinstance(value, str) and value.startswith("=="):
        cell.value = value[1:]
        cell.data_type = "f"
    quote = "'" if " " in sheet else ""
    return f"{quote}{sheet}{quote}!{cell.coordinate}"


def found(path: Path, *edits: str, accept: bool = False) -> list[Fault]:
    """Faults of a workbook; none where it reads."""
    try:
        read.load(path, edits, accept)
    except InputError as error:
        return list(error.faults)
    return []


def places(faults: list[Fault]) -> list[str]:
    return [fault.at for fault in faults]


def opened(path: Path) -> Workbook:
    return load_workbook(path)


def write_cell(source: Path, target: Path, sheet: str, row: int, name: str, value: Any) -> str:
    """As ``put``, by changing the XML of one cell: a quick way for many small tests."""
    sheets = [layout.PROGRAMME, layout.CLAIMS, *(layout.sheet_name(t.name) for t in TABLES)]
    tables = (None, layout.claims(), *TABLES)
    number = sheets.index(sheet)
    table = tables[number]
    names = [layout.FIELD, layout.VALUE] if table is None else [c.name for c in table.columns]
    at = address(row, names.index(name) + 1)
    if value is None:
        new = ""
    elif isinstance(value, bool):
        new = f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    elif isinstance(value, str) and value.startswith("#"):
        new = f'<c r="{at}" t="e"><v>{value}</v></c>'
    elif isinstance(value, str):
        new = f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    else:
        new = f'<c r="{at}"><v>{value}</v></c>'
    parts = unzipped(source.read_bytes())
    part = f"xl/worksheets/sheet{number + 2}.xml"
    text, count = re.subn(rf'<c r="{at}"[^>]*?(/>|>.*?</c>)', lambda _: new, parts[part].decode(), count=1)
    assert count == 1, at
    target.write_bytes(zipped({**parts, part: text.encode()}))
    quote = "'" if " " in sheet else ""
    return f"{quote}{sheet}{quote}!{at}"
