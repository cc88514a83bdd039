"""A comparison and an answer are made of these: figures with units, and tables of words and figures."""

from __future__ import annotations

import math
from dataclasses import dataclass

from planner.measures import amount


@dataclass(frozen=True)
class Figure:
    """A number with its unit; ``signed`` for differences."""

    value: float | None
    unit: str
    signed: bool = False

    def __str__(self) -> str:
        if self.value is None or not math.isfinite(self.value):
            return "-"
        sign = "-" if self.value < 0 else "+" if self.signed and self.value > 0 else ""
        return sign + amount(abs(self.value), self.unit)


Cell = str | Figure


@dataclass(frozen=True)
class Section:
    """``long``: a table that a page folds away."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = "Nothing differs."
    long: bool = False

    @property
    def right(self) -> list[int]:
        """Columns of figures."""
        columns = range(len(self.headers))
        figures = {c for c in columns if any(isinstance(row[c], Figure) for row in self.rows)}
        return sorted(figures | {c for c in columns if self.headers[c].startswith("USD")})
