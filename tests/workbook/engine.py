"""A small engine from the lock computes the workbook from its formulas alone, in well under a second."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import formualizer
from openpyxl import load_workbook

Cell = tuple[str, int, int]
#: column of the differences on Checks
DIFFERENCE = 5


def agrees(ours: object, theirs: object, dollars: bool = False) -> bool:
    """To 0.005 on dollars (large numbers, and their differences), elsewhere to 1e-9 relative; text exactly."""
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(ours - theirs) <= (0.005 if dollars or abs(ours) > 1e4 else 1e-9 * max(1.0, abs(ours)))
    return (ours or "") == (theirs or "")


class Stored(NamedTuple):
    """What a formula cell carries in the file, and whether it is dollars or a difference of them."""

    value: object
    dollars: bool


def stored(path: Path) -> dict[Cell, Stored]:
    live, shown = load_workbook(path), load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.row, cell.column): Stored(
            shown[sheet.title].cell(cell.row, cell.column).value,
            ",," in cell.number_format or (sheet.title == "Checks" and cell.column == DIFFERENCE),
        )
        for sheet in live
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


class Computed:
    """The workbook with some cells edited, computed again."""

    def __init__(self, path: Path, edits: Mapping[Cell, float] | None = None) -> None:
        self.book = formualizer.load_workbook(str(path))
        for (sheet, row, column), value in (edits or {}).items():
            self.book.set_value(sheet, row, column, value)
        self.book.evaluate_all()

    def __getitem__(self, cell: Cell) -> object:
        return self.book.get_value(*cell)


def differences(path: Path) -> list[tuple[Cell, object, object]]:
    """Formula cells whose stored value is not what the engine computes."""
    computed = Computed(path)
    return [
        (cell, held.value, computed[cell])
        for cell, held in stored(path).items()
        if not agrees(held.value, computed[cell], held.dollars)
    ]
