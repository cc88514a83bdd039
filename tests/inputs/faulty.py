"""A copy of a data set, broken on purpose, and the faults that are then found."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from planner.errors import Fault, InputError
from planner.inputs import read

ROOT = Path(__file__).parents[2]
Lines = list[list[str]]
Place = tuple[str, int | None, str]


def change(folder: Path, table: str, how: Callable[[Lines], object]) -> None:
    """Read a table as lists of cells, change it in place, write it back."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    how(lines)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def put(folder: Path, table: str, row: int, column: str, text: str) -> None:
    """Write one cell; ``row`` is its line, the header is line 1."""

    def write(lines: Lines) -> None:
        lines[row - 1][lines[0].index(column)] = text

    change(folder, table, write)


def places(faults: list[Fault] | tuple[Fault, ...]) -> list[Place]:
    return [(fault.file, fault.row, fault.column) for fault in faults]


def found(model: Path, *edits: str) -> list[Fault]:
    """Faults of a programme; none where it reads."""
    try:
        read.load(model, edits)
    except InputError as error:
        return list(error.faults)
    return []
