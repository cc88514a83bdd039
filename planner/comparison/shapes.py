"""A comparison and an answer are made of these: figures with units, and tables of words and figures."""

from __future__ import annotations

from dataclasses import dataclass

from planner.report.shapes import Cell, Figure


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
