"""Terminal, JSON, workbook, page and Markdown of one run give the same answer: equal digits, equal words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import lxml.html
import pytest
from openpyxl import load_workbook
from workbook.engine import Computed
from workbook.sample import sample

from planner import page, show, workbook
from planner.inputs.case import Case
from planner.measures import amount
from planner.plan import Plan
from planner.report import markdown, screen, second
from planner.report.shapes import Cell, Table
from planner.results import verdicts

#: figures that a reader quotes, of a run with a plan
QUOTED = (
    "secured_mw",
    "secured_mw_by_promise",
    "commissioned_mw",
    "commissioned_mw_by_promise",
    "populated_mw",
    "populated_mw_by_promise",
    "budget_usd",
    "use_construction_usd",
    "use_power_and_cooling_usd",
    "use_chips_usd",
    "use_management_reserve_usd",
    "use_unspent_usd",
    "uses_usd",
    "operations_peak_usd",
    "operations_usd",
    "net_benefit_usd",
    "mission_value_usd",
    "present_cost_usd",
    "evidence_assumption_usd",
    "evidence_usd",
)


class Run(NamedTuple):
    case: Case
    plan: Plan | None
    document: dict[str, Any]

    @property
    def tables(self) -> tuple[Table, ...]:
        first = screen.first(self.case, self.plan, self.document)
        more = second.second(self.case, self.plan, self.document)
        return (*first.tables, *(t for t in more if t.name == "promises"))


@cache
def run(kind: str) -> Run:
    case, plan, document = sample(soft=kind != "left out")
    if kind == "stopped":
        return Run(case, plan, {**document, "verdict": "within_limits"})
    if kind == "infeasible":
        return Run(case, None, {**document, "verdict": "infeasible", "verification": {}, "commitments": []})
    return Run(case, plan, document)


RUNS = ("proven", "stopped", "infeasible", "left out")
WITH_PLAN = ("proven", "stopped", "left out")


def plain(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()


def rows(kind: str) -> list[list[str]]:
    """Every row of the screens, as the report says it."""
    return [[plain(str(cell)) for cell in row] for table in run(kind).tables for row in table.rows]


def in_terminal(kind: str) -> list[list[str]]:
    """Lines of the tables, cut at two blanks or more."""
    case, plan, document = run(kind)
    text = show.summary(document, case, plan)
    return [[plain(part) for part in re.split(r" {2,}", line.strip())] for line in text.splitlines()]


def in_markdown(kind: str) -> list[list[str]]:
    lines = [line for line in markdown.text(*run(kind)).splitlines() if line.startswith("| ")]
    return [[plain(cell.replace("**", "").replace("\\", "")) for cell in line[2:-2].split(" | ")] for line in lines]


def in_page(kind: str, folder: Path) -> list[list[str]]:
    path = folder / "report.html"
    case, plan, document = run(kind)
    assert plan is not None
    page.write(path, case, plan, document)
    tree = lxml.html.fromstring(path.read_text(encoding="utf-8"))
    return [[plain(cell.text_content()) for cell in row.iter("th", "td")] for row in tree.iter("tr")]


def in_workbook(kind: str, folder: Path) -> Iterator[tuple[str, Cell, object]]:
    """Every figure of the Summary: name of its row, what the report says, what the engine computes."""
    path = folder / "plan.xlsx"
    case, plan, document = run(kind)
    assert plan is not None
    workbook.write(path, case, plan, document)
    sheet, computed = load_workbook(path, data_only=True)["Summary"], Computed(path)
    names = [str(sheet.cell(r, 1).value or "") for r in range(1, sheet.max_row + 1)]
    for table in run(kind).tables:
        start = names.index(table.title)
        for n, row in enumerate(table.rows):
            at = start + 3 + n
            assert names[at - 1] == str(row[0]) or sheet.cell(at, 1).data_type == "f"
            for c, cell in enumerate(row):
                yield str(row[0]), cell, computed["Summary", at, c + 1]


@pytest.mark.parametrize("kind", WITH_PLAN)
def test_the_json_document_holds_twenty_figures_with_their_digits(kind: str) -> None:
    case, plan, document = run(kind)
    found = screen.first(case, plan, document).as_dict()["first_screen"]
    assert set(QUOTED) <= set(found)
    said = {plain(word) for row in rows(kind) for word in row}
    assert {figure["text"] for figure in found.values()} <= said


@pytest.mark.parametrize("kind", RUNS)
def test_the_terminal_says_the_same(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    found = in_terminal(kind)
    missing = [row for row in rows(kind) if [word for word in row if word] not in found]
    assert missing == []


@pytest.mark.parametrize("kind", RUNS)
def test_the_markdown_says_the_same(kind: str) -> None:
    found = in_markdown(kind)
    assert [row for row in rows(kind) if row not in found] == []


@pytest.mark.parametrize("kind", WITH_PLAN)
def test_the_page_says_the_same(kind: str, tmp_path: Path) -> None:
    found = in_page(kind, tmp_path)
    # the page shows more columns of a promise: who said it, how it is held
    missing = [row for row in rows(kind) if not any(set(row) <= set(there) | {""} for there in found)]
    assert missing == []


@pytest.mark.parametrize("kind", WITH_PLAN)
def test_the_recalculated_workbook_says_the_same(kind: str, tmp_path: Path) -> None:
    for name, cell, there in in_workbook(kind, tmp_path):
        if isinstance(cell, str) or cell.value is None:
            assert plain(str(there or "")) == plain(str(cell)), name
        else:
            assert isinstance(there, int | float), name
            assert amount(float(there), cell.unit) == cell.text, name


@pytest.mark.parametrize("kind", RUNS)
def test_every_face_opens_with_the_headline_and_the_proof(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, plan, document = run(kind)
    shown = screen.first(case, plan, document)
    monkeypatch.setenv("COLUMNS", "200")
    faces = [show.summary(document, case, plan), markdown.text(case, plan, document)]
    if plan is not None:
        workbook.write(tmp_path / "plan.xlsx", case, plan, document)
        sheet = load_workbook(tmp_path / "plan.xlsx", data_only=True)["Summary"]
        faces.append(" ".join(str(sheet.cell(r, 1).value or "") for r in range(1, 10)))
        page.write(tmp_path / "report.html", case, plan, document)
        faces.append(lxml.html.fromstring((tmp_path / "report.html").read_text(encoding="utf-8")).text_content())
    for face in faces:
        assert plain(shown.headline) in plain(face)
        assert plain(verdicts.plan(document)).casefold() in plain(face).casefold()


def test_an_edit_that_breaks_promises_changes_headline_and_verdicts(tmp_path: Path) -> None:
    case, plan, document = sample()
    path = tmp_path / "plan.xlsx"
    workbook.write(path, case, plan, document)
    book = load_workbook(path, data_only=True)
    sheet, names = book["Assumptions"], {c.value: c.row for c in book["Assumptions"]["A"]}
    kept = [
        c
        for c in document["commitments"]
        if c["binding"] == "firm" and c["metric"] in ("sites", "power", "compute", "services") and c["met"]
    ]
    edits = {(sheet.title, names[f"claims.{c['id']}.level"], 2): 10.0 * c["level"] for c in kept[:2]}
    assert len(edits) == 2
    firm = sum(c["binding"] == "firm" for c in document["commitments"])
    edited, summary = Computed(path, edits), book["Summary"]
    said = " ".join(str(edited["Summary", r, 1]) for r in range(4, 8))
    assert f"2 of {firm} firm promises are not kept." in said
    titles = [str(summary.cell(r, 1).value or "") for r in range(1, summary.max_row + 1)]
    start = titles.index("Every promise")
    column = next(c for c in range(1, 9) if summary.cell(start + 2, c).value == "verdict")
    claims = {c.id: c.claim for c in case.programme.claims}
    for item in kept[:2]:
        row = next(r for r in range(start + 2, len(titles) + 1) if titles[r - 1] == claims[item["id"]])
        assert str(edited["Summary", row, column]).startswith("not kept, short by")
