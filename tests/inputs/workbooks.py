"""Workbooks of inputs, edited as a person or another program would, and the faults that are then found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from planner.errors import Fault, InputError
from planner.inputs import read

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
