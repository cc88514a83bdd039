"""A workbook as it is being read: its faults, what was accepted, and where each thing stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from planner.errors import Fault
from planner.inputs.excel.book import Cell, Grid, address, place
from planner.inputs.excel.package import Refused
from planner.inputs.parse import Sheet
from planner.inputs.schema import Column

#: past so many formulas the workbook is not one of values
MOST_FORMULAS = 1000
ACCEPT = "--accept-formulas"
#: characters of a cell that a fault shows
SHOWN = 120


@dataclass
class Header:
    """The sheet of a table, the row of its column names, and the number of each column."""

    sheet: str
    row: int
    columns: dict[str, int]


@dataclass
class Workbook:
    """``lost`` names the parts of the programme whose sheet is not there; ``places`` are its fields' cells."""

    file: str
    accept_formulas: bool
    sheets: dict[str, Sheet] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    headers: dict[str, Header] = field(default_factory=dict)
    places: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    merged: list[tuple[str, str]] = field(default_factory=list)
    formulas: int = 0

    def file_of(self, place: str) -> str:
        """Every field of the programme is in this file."""
        return self.file

    def fault(self, sheet: str, at: str, column: str, found: str, allowed: str, advice: str = "") -> None:
        """``at`` is a cell, a range, or nothing."""
        spot = place(at.partition(":")[0])
        self.faults.append(Fault(self.file, spot[0] if spot else None, column, found, allowed, advice, sheet, at))

    def text(self, grid: Grid, at: tuple[int, int], column: Column) -> str | None:
        """What a cell says, as a CSV would say it; None where that is a fault."""
        cell = grid.cells.get(at)
        if cell is None:
            return ""
        if cell.formula is not None and not self._accepted(grid, at, column, cell):
            return None
        wrong = _wrong(cell, column)
        if wrong is None:
            return cell.text
        self.fault(grid.name, address(*at), column.name, *wrong)
        return None

    def _accepted(self, grid: Grid, at: tuple[int, int], column: Column, cell: Cell) -> bool:
        self.formulas += 1
        if self.formulas > MOST_FORMULAS:
            raise Refused(self.file, f"more than {MOST_FORMULAS:,} formulas", "values", "Paste them as values.")
        formula = f"={(cell.formula or '...')[:SHOWN]}"
        if not self.accept_formulas:
            advice = "Paste it as a value."
            if cell.calculated:
                last = cell.text[:40] or "an empty cell"
                advice = f"Paste it as a value, or take {last}, its last one, with {ACCEPT}."
            self.fault(grid.name, address(*at), column.name, f"the formula {formula}", "a value", advice)
            return False
        if not cell.calculated:
            advice = "Open the workbook in Excel or LibreOffice and save it."
            self.fault(grid.name, address(*at), column.name, f"{formula}, never calculated", "a value", advice)
            return False
        where = Fault("", None, "", "", "", "", grid.name, address(*at)).at
        self.accepted.append(f"{where} taken as {cell.text[:SHOWN] or 'an empty cell'}, the last value of {formula}")
        return True


def _wrong(cell: Cell, column: Column) -> tuple[str, str, str] | None:
    """What no CSV could hold: (found, allowed, suggestion)."""
    kind = {"text": "text", "flag": "0 or 1"}.get(column.kind, "a number")
    if cell.kind == "error":
        return f"the error {cell.text}", kind, ""
    if cell.kind == "flag":
        advice = f"Write {int(cell.text == 'TRUE')}." if column.kind == "flag" else ""
        return cell.text, kind, advice
    if cell.kind == "date" and column.kind != "text":
        return f"the date {cell.text}", kind, "Format the cell as a number and write it again."
    if cell.kind == "number" and column.kind == "text" and not re.fullmatch(r"-?[0-9]+", cell.text):
        return f"the number {cell.text}", "text", "Format the cell as text and write it again."
    return None
