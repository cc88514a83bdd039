"""Answers about a run as sections of its page, with their charts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from planner.answers.answer import Answer, Chart
from planner.comparison import html
from planner.comparison.shapes import Section
from planner.page import charts
from planner.page.parts import Block, Text, beside
from planner.page.parts import Section as Part
from planner.report.shapes import Figure

#: rows from which a table is folded
LONG = 15


def sections(kept: Sequence[tuple[str, Answer]]) -> list[Part]:
    """One section an analysis: what was asked, what was found, and its tables."""
    return [_part(analysis, answer) for analysis, answer in kept]


def _part(analysis: str, answer: Answer) -> Part:
    name = "analysis-" + re.sub(r"[^a-z0-9]+", "-", analysis.lower()).strip("-")
    found: list[Block] = [Text(f"{answer.title}."), Text(answer.lead)]
    for place, (_, section, chart) in enumerate(answer.sections, 1):
        if chart is not None:
            found += beside(_picture(f"{name}-{place}", section, chart))
        found += html.blocks(section, LONG)
    found += [Text(note, "quiet") for note in answer.notes]
    return Part(name, f"Analysis: {analysis}", found)


def _picture(name: str, section: Section, chart: Chart) -> charts.Picture | None:
    """The chart that the workbook has of the section; its sentence is the title."""
    columns = (chart.x, *chart.ys) if chart.kind == "lines" else chart.ys
    rows = [row for row in section.rows[: chart.rows] if all(_value(row[c]) is not None for c in columns)]
    says = chart.says
    if chart.kind == "bars":
        bars = [
            charts.Bar(f"{row[chart.x]}: {' to '.join(str(row[c]) for c in chart.ys)}", *_ends(row, chart))
            for row in rows
        ]
        return charts.bars(name, says, says, bars)
    scale, unit = _scale(rows, chart.ys)
    if unit == "share":
        scale, unit = 0.01, "%"
    across, money = _scale(rows, (chart.x,))
    if money.startswith("$"):
        unit = f"{unit}, by {money}"
    x = [(_value(row[chart.x]) or 0.0) / across for row in rows]
    series = [
        charts.Series(section.headers[c], [(_value(row[c]) or 0.0) / scale for row in rows], str(rows[-1][c]))
        for c in (chart.ys if rows else ())
    ]
    return charts.lines(name, says, says, x, series, unit)


def _scale(rows: Sequence[Sequence[object]], columns: Sequence[int]) -> tuple[float, str]:
    """What the figures of columns are divided by on an axis, and the unit that it then has."""
    cells = [row[c] for row in rows for c in columns if isinstance(row[c], Figure)]
    unit = next((cell.unit for cell in cells if isinstance(cell, Figure)), "")
    return charts.dollars(_value(cell) or 0.0 for cell in cells) if unit == "USD" else (1.0, unit)


def _ends(row: Sequence[object], chart: Chart) -> tuple[float, float]:
    values = [_value(row[c]) or 0.0 for c in chart.ys]
    return min(values), max(values)


def _value(cell: object) -> float | None:
    return cell.value if isinstance(cell, Figure) else None
