"""Faults of tables and of the programme, reported at the cell of the workbook that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from planner.errors import Fault
from planner.inputs.excel import layout
from planner.inputs.excel.book import Place, address, place
from planner.inputs.excel.workbook import SHOWN, Workbook
from planner.inputs.schema import BY_NAME

_SHEETS = (layout.PROGRAMME, layout.CLAIMS, *map(layout.sheet_name, BY_NAME))
_ORDER = {layout.folded(name): number for number, name in enumerate(_SHEETS)}
_FILE = re.compile(rf"\b({'|'.join(BY_NAME)})\.csv\b")


def located(book: Workbook, faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once, at its sheet and cell; what follows from a cell that is reported already is left out."""
    own = {(fault.sheet, fault.cell) for fault in book.faults if fault.sheet and fault.cell}
    areas = [(sheet, *_corners(area)) for sheet, area in book.merged]
    located_faults = []
    for fault in dict.fromkeys((*book.faults, *faults)):
        if fault.sheet or (fault.file != book.file and not fault.file.endswith(".csv")):
            located_faults.append(fault)
        elif fault.file == book.file:
            located_faults += [f for f in _programme(book, fault) if (f.sheet, f.cell) not in own]
        else:
            located_faults += [f for f in [_table(book, fault)] if (f.sheet, f.cell) not in own]
    return [_cut(fault) for fault in located_faults if not _within(fault, areas)]


def _corners(area: str) -> tuple[Place, Place]:
    first, _, last = area.partition(":")
    return place(first) or (0, 0), place(last or first) or (0, 0)


def _within(fault: Fault, areas: list[tuple[str, Place, Place]]) -> bool:
    """Whether a cell is empty because it is merged, which is said already."""
    at = place(fault.cell)
    return at is not None and any(
        sheet == fault.sheet and top <= at[0] <= bottom and left <= at[1] <= right
        for sheet, (top, left), (bottom, right) in areas
    )


def order(fault: Fault) -> tuple[int, str, int, int, str]:
    """In the order of a template's sheets, down each sheet and along its rows."""
    number = _ORDER.get(layout.folded(fault.sheet), len(_ORDER))
    return number, fault.sheet, fault.row or 0, (place(fault.cell) or (0, 0))[1], fault.found


def _table(book: Workbook, fault: Fault) -> Fault:
    name = fault.file.removesuffix(".csv")
    moved = replace(fault, file=book.file, allowed=_words(fault.allowed), suggestion=_words(fault.suggestion))
    if fault.found.startswith(("a figure without", "a column without")):
        moved = replace(moved, found=_words(fault.found))
    header = book.headers.get(name)
    if header is None:
        return replace(moved, sheet=layout.sheet_name(name))
    columns = [header.columns[c] for c in fault.column.split(", ") if c in header.columns]
    row = fault.row or header.row
    column = columns[0] if columns else min(header.columns.values())
    return replace(moved, row=row, sheet=header.sheet, cell=address(row, column))


def _programme(book: Workbook, fault: Fault) -> list[Fault]:
    """None where its sheet or column is not there, which is said already."""
    part = "claims" if fault.column.partition(".")[0] == "claims" else ""
    if part in book.lost or fault.column in book.lost:
        return []
    name = fault.column
    while name and name not in book.places:
        name = name.rpartition(".")[0]
    sheet, row, column = book.places.get(name) or book.places[part]
    moved = replace(fault, allowed=_words(fault.allowed), suggestion=_words(fault.suggestion))
    return [replace(moved, sheet=sheet, row=row, cell=address(row, column))]


def _words(text: str) -> str:
    """sites.csv is the sheet Sites."""
    return _FILE.sub(lambda match: f"the sheet {layout.sheet_name(match[1])}", text)


def _cut(fault: Fault) -> Fault:
    found = fault.found
    return fault if len(found) <= 2 * SHOWN else replace(fault, found=f"{found[:SHOWN]}... ({len(found):,} characters)")
