"""What a face prints: figures with their unit, tables of them, and a screen of tables under one headline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.measures import amount, known


@dataclass(frozen=True)
class Figure:
    """An amount with its unit; every face prints ``text`` or, where it computes, shows the same digits.

    ``key`` names the figure in the JSON document and in the tests of all faces; it is empty for parts of a table.
    ``signed``: a difference, with its sign where it rises.
    """

    value: float | None
    unit: str
    key: str = ""
    signed: bool = False

    @property
    def text(self) -> str:
        rises = self.signed and known(self.value) and (self.value or 0.0) > 0
        return f"{'+' if rises else ''}{amount(self.value, self.unit)}"

    def __str__(self) -> str:
        return self.text


#: words are a cell as they are
Cell = Figure | str


@dataclass(frozen=True)
class Table:
    """Rows under headers; the first column names the row. ``foot`` rows at the end are totals."""

    name: str
    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    foot: int = 0

    def figures(self) -> Iterator[tuple[str, Figure]]:
        """(name of the row, figure) of every figure that has a key."""
        for row in self.rows:
            for cell in row:
                if isinstance(cell, Figure) and cell.key:
                    yield str(row[0]), cell


@dataclass(frozen=True)
class Screen:
    """A headline, tables in the order of reading, and the line of proof."""

    headline: str
    tables: tuple[Table, ...]
    proof: str

    def table(self, name: str) -> Table:
        return next(t for t in self.tables if t.name == name)

    def figures(self) -> dict[str, Figure]:
        """Every named figure by its key."""
        return {figure.key: figure for table in self.tables for _, figure in table.figures()}

    def as_dict(self) -> dict[str, Any]:
        """As the JSON document of a run holds it."""
        figures = {
            key: {"value": figure.value, "unit": figure.unit, "text": figure.text}
            for key, figure in self.figures().items()
        }
        return {"headline": self.headline, "first_screen": figures}
