"""Answers become sheets of the workbook of their run; explain goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from broken import Broken, base, claim
from openpyxl import load_workbook
from page.lint import findings
from small import change, parameter
from tiny import write_tiny

from planner import store
from planner.analyses.explain import explain
from planner.analyses.linear import Pool
from planner.analyses.notebook import Notebook
from planner.analyses.source import Source
from planner.answers import stored
from planner.cli import run_command


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLANNER_REPORTS", raising=False)
    return tmp_path


def near() -> Broken:
    made = base("near")
    made.claims = [claim("halls", 12, 2028)]
    made.fields = {"budget_usd": 90e6}
    change(made.tables, "demand", must_serve_share=1, base_pflops_years=25)
    parameter(made.tables, must_serve_from_year=2027)
    change(made.tables, "sites", {"site_id": "B"}, opening_cost_usd=1e6)
    return made


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_analysis_becomes_sheets_of_the_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = near()
    model = str(write_tiny(here / "case", made.tables, made.asked))
    assert run_command(["optimize", model, "--name", "one", "--quiet"]) == 0
    assert run_command(["optimize", model, "--name", "two", "--set", "programme.budget_usd=80e6", "--quiet"]) == 0
    run = store.find(store.reports_folder(None), "two")
    published = {p: sha(p) for p in run.rglob("*") if p.is_file()}
    asked = (
        ["explain", "two"],
        ["price", "two"],
        ["frontier", "two", "--curve", "sites"],
        ["sensitivity", "two"],
        ["alternatives", "two"],
        ["compare", "one", "two"],
    )
    for words in asked:
        capsys.readouterr()
        assert run_command([*words, "--json"]) in (0, 5)  # 5: a map may stay open in part
        printed = capsys.readouterr()
        assert json.loads(printed.out)["schema"].startswith(f"planner/{words[0]}/")
        assert f"planner report {run.name} --out DIR" in printed.err
    assert run_command(["report", "two", "--out", "a", "--quiet"]) == 0
    assert run_command(["report", "two", "--out", "b", "--quiet"]) == 0
    assert sha(here / "a" / "plan.xlsx") == sha(here / "b" / "plan.xlsx")
    book = load_workbook(here / "a" / "plan.xlsx")
    names = [name for name in book.sheetnames if str(book[name]["A2"].value).startswith("stored answer")]
    assert {name.split(" ")[0] for name in names} == {w[0].capitalize() for w in asked}
    first = book.sheetnames.index(names[0])
    assert [*names, "Checks"] == book.sheetnames[first : first + len(names) + 1]
    assert all(book[name]["A3"].value for name in names)
    assert len(book["Frontier sites"]._charts) == 1
    steps = {str(row[0].value): row[1].value for row in book["Ground rules"].iter_rows() if row[0].value}
    assert steps["8 Sensitivity analysis"] == "addressed"
    assert "not assessed" not in {str(cell.value) for cell in book["Summary"]["A"]}
    assert "stored answer" in (here / "a" / "values.csv").read_text(encoding="utf-8")
    text = (here / "a" / "report.html").read_text(encoding="utf-8")
    assert findings(text) == []
    assert text == (here / "b" / "report.html").read_text(encoding="utf-8")
    for words in asked:
        assert f'<section id="analysis-{words[0]}' in text
    # the run stays as it is; its own workbook is written again as it was, that with the answers beside it
    assert run_command(["report", "two", "--quiet"]) == 0
    assert {p: sha(p) for p in run.rglob("*") if p.is_file()} == published
    for name in ("plan.xlsx", "report.html"):
        assert sha(stored.folder_of(run) / name) == sha(here / "a" / name)
    assert [info.name for info in store.runs(store.reports_folder(None))] == ["one", "two"]


def test_an_answer_that_cannot_be_used_is_reported_and_left_out(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = near()
    model = str(write_tiny(here / "case", made.tables, made.asked))
    assert run_command(["optimize", model, "--name", "one", "--quiet"]) == 0
    assert run_command(["explain", "one", "--quiet"]) == 0
    run = store.find(store.reports_folder(None), "one")
    kept = stored.folder_of(run) / "explain.json"
    printed: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    for spoilt, why in (
        ({**printed, "planner": "0.0.0"}, "planner 0.0.0"),
        ({**printed, "inputs_sha256": "0"}, "other inputs"),
        ({"planner": printed["planner"]}, "cannot be read"),
    ):
        kept.write_text(json.dumps(spoilt), encoding="utf-8")
        capsys.readouterr()
        assert run_command(["report", "one", "--out", "a"]) == 0
        assert why in capsys.readouterr().err
        assert "Explain" not in load_workbook(here / "a" / "plan.xlsx").sheetnames


def test_explanations_are_written_as_workbooks(here: Path) -> None:
    clash = base("typed")
    clash.claims, clash.fields = [claim("halls", 20, 2028)], {"budget_usd": 28e6}
    model = str(write_tiny(here / "case", clash.tables, clash.asked))
    assert run_command(["explain", model, "--quiet", "--out", "why.xlsx", "--out", "why.md"]) == 4
    sheet = load_workbook(here / "why.xlsx")["conflict"]
    assert {sheet.cell(r, 1).value for r in range(6, sheet.max_row + 1)} == {"halls", "budget"}
    ways = load_workbook(here / "why.xlsx")["ways out"]
    assert {ways.cell(r, 3).value for r in range(6, ways.max_row + 1)} == {"confirmed"}
    assert "Ways out" in (here / "why.md").read_text(encoding="utf-8")


def test_an_explanation_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clash = base("typed")
    clash.claims, clash.fields = [claim("halls", 20, 2028)], {"budget_usd": 28e6}
    source = Source(str(write_tiny(tmp_path / "case", clash.tables, clash.asked)))
    book = Notebook(tmp_path, "explain", "abc")
    stopped = explain(source, seconds=0.0, notebook=book)
    assert stopped.verdict == "unknown"
    whole = explain(source, seconds=600, notebook=Notebook(tmp_path, "explain", "abc"))
    asked: list[str] = []
    monkeypatch.setattr(Pool, "_solve", lambda self, *args, **how: asked.append("linear"))
    monkeypatch.setattr("planner.analyses.whole.ask", lambda *args, **how: asked.append("whole"))
    again = explain(source, seconds=600, notebook=Notebook(tmp_path, "explain", "abc"))
    assert asked == []
    assert again.conflict == whole.conflict
    assert [r.edits for r in again.repairs] == [r.edits for r in whole.repairs]
    assert all(r.confirmed for r in again.repairs)
    assert again.without_presolve is whole.without_presolve is True


def test_answers_of_other_inputs_are_not_taken(tmp_path: Path) -> None:
    clash = base("typed")
    clash.claims, clash.fields = [claim("halls", 20, 2028)], {"budget_usd": 28e6}
    model = str(write_tiny(tmp_path / "case", clash.tables, clash.asked))
    explain(Source(model), seconds=600, notebook=Notebook(tmp_path, "explain", "abc"))
    richer = Source(model, ("programme.budget_usd=56e6",))
    assert explain(richer, seconds=600, notebook=Notebook(tmp_path, "explain", "abc")).verdict == "feasible"
