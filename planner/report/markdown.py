"""The first and the second screen of a run as Markdown, to paste into a memo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.inputs.case import Case
from planner.plan import Plan
from planner.report import screen, second
from planner.report.shapes import Figure, Table


def text(case: Case, plan: Plan | None, document: Mapping[str, Any], kept: second.Kept | None = None) -> str:
    """Headline, proof and every table of both screens; the text depends on the arguments alone."""
    shown = screen.first(case, plan, document, kept)
    tables = (*shown.tables, *second.second(case, plan, document, kept))
    parts = [f"# {plain(case.programme.title)}", shown.headline, shown.proof, *map(table, tables)]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(found: Table) -> str:
    """A heading and a pipe table; figures stand at the right, totals are bold."""
    right = [any(isinstance(row[c], Figure) for row in found.rows) for c in range(len(found.headers))]
    lines = [_row([plain(header) for header in found.headers]), _row(["---:" if r else "---" for r in right])]
    for n, row in enumerate(found.rows):
        bold = "**" if n >= len(found.rows) - found.foot else ""
        lines.append(_row([f"{bold}{plain(str(cell))}{bold}" if str(cell) else "" for cell in row]))
    return "\n".join([f"## {plain(found.title)}", "", *lines, *(["", found.note] if found.note else [])])


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def plain(text: str) -> str:
    """Text that Markdown takes for nothing else."""
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
