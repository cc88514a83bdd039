"""Answers kept beside the run they are about, so that they become sheets of its workbook when that is rebuilt.

A run's folder never changes. Its answers lie in ``<run>.answers``, one file an analysis, each whole or not at all; a
later answer of the same analysis takes the place of the earlier one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner import __version__
from planner.answers import Answer, Chart
from planner.answers.frontiers import Year
from planner.comparison.shapes import Section
from planner.files import json_text, plainly, replacing
from planner.report.shapes import Cell, Figure

if TYPE_CHECKING:
    from planner.inputs.case import Case

SCHEMA = "planner/answer/1"


def folder_of(run: Path) -> Path:
    """Where the answers about a run lie; the name is none of a run's."""
    return run.with_name(f"{run.name}.answers")


def keep(run: Path, analysis: str, answer: Answer) -> Path:
    """Keep an answer; ``analysis`` names it, as "price" or "compare <run>"."""
    path = folder_of(run) / f"{analysis.replace(' ', '-')}.json"
    stored = {
        "schema": SCHEMA,
        "planner": __version__,
        "run": run.name,
        "inputs_sha256": answer.case.sha256,
        "analysis": analysis,
        "title": answer.title,
        "lead": answer.lead,
        "notes": list(answer.notes),
        "sections": [_section(*one) for one in answer.sections],
        "document": answer.document,
    }
    with replacing(path) as draft:
        draft.write_text(json_text(stored), encoding="utf-8")
    return path


def kept(run: Path, case: Case) -> tuple[list[tuple[str, Answer]], list[str]]:
    """Answers about a run by analysis, in the order of their names; and why files were passed over."""
    folder = folder_of(run)
    with plainly(f"read {folder}"):
        return read(sorted(folder.glob("*.json")) if folder.is_dir() else (), case)


def read(paths: Iterable[Path], case: Case) -> tuple[list[tuple[str, Answer]], list[str]]:
    """Answers in files by analysis; and why files were passed over."""
    found, passed_over = [], []
    for path in paths:
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            if stored["planner"] != __version__:
                passed_over.append(f"{path.name} was made by planner {stored['planner']}: ask again")
            elif stored["inputs_sha256"] != case.sha256:
                passed_over.append(f"{path.name} is about other inputs: ask again")
            else:
                found.append((str(stored["analysis"]), _answer(stored, case)))
        except (ValueError, KeyError, TypeError) as error:
            passed_over.append(f"{path.name} cannot be read ({type(error).__name__}): ask again")
    return found, passed_over


def _section(name: str, section: Section, chart: Chart | None) -> dict[str, Any]:
    rows = [[_cell(cell) for cell in row] for row in section.rows]
    return {"sheet": name, **asdict(section), "rows": rows, "chart": asdict(chart) if chart else None}


def _cell(cell: Cell) -> object:
    if isinstance(cell, Figure):
        return {"value": cell.value, "unit": cell.unit, "signed": cell.signed, "year": isinstance(cell, Year)}
    return cell


def _answer(stored: dict[str, Any], case: Case) -> Answer:
    sections = [_read(one) for one in stored["sections"]]
    return Answer(stored["title"], stored["lead"], case, stored["document"], sections, stored["notes"])


def _read(one: dict[str, Any]) -> tuple[str, Section, Chart | None]:
    rows = tuple(tuple(_read_cell(cell) for cell in row) for row in one["rows"])
    fields = {name: one[name] for name in ("title", "note", "empty", "long")}
    section = Section(headers=tuple(one["headers"]), rows=rows, **fields)
    chart = one["chart"]
    return str(one["sheet"]), section, None if chart is None else Chart(**{**chart, "ys": tuple(chart["ys"])})


def _read_cell(cell: Any) -> Cell:
    if isinstance(cell, str):
        return cell
    return (Year if cell["year"] else Figure)(cell["value"], cell["unit"], cell["signed"])
