"""``planner explain`` and ``planner price`` as typed: exit codes, one document, what a stored plan says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from broken import Broken, base, claim
from small import EXACT
from tiny import write_tiny

from planner import store
from planner.analyses.binding import binding_rows, rows
from planner.cli import run_command
from planner.inputs import read
from planner.run import optimize


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLANNER_REPORTS", raising=False)
    return tmp_path


def made(level: float, budget: float) -> Broken:
    broken = base("typed")
    broken.claims, broken.fields = [claim("halls", level, 2028)], {"budget_usd": budget}
    return broken


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_an_infeasible_programme_is_explained(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clash = made(20, 28e6)
    model = write_tiny(here / "case", clash.tables, clash.asked)
    assert run_command(["explain", str(model), "--json"]) == 4
    document = said(capsys)
    assert document["schema"] == "planner/explain/1"
    assert {c["promise"] for c in document["conflict"]} == {"halls", "budget"}
    assert document["irreducible"] is True
    assert document["confirmed_without_presolve"] is True
    assert len(document["repairs"]) >= 5
    assert all(r["confirmed"] for r in document["repairs"])
    assert run_command(["price", str(model), "--json"]) == 4
    assert said(capsys)["verdict"] == "infeasible"


def test_an_edit_that_repairs_is_a_plan(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clash = made(20, 28e6)
    model = str(write_tiny(here / "case", clash.tables, clash.asked))
    assert run_command(["explain", model, "--set", "programme.budget_usd=56e6", "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("A plan that keeps every rule")


def test_a_stored_plan_says_what_binds_and_what_breaks_first(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """10 MW take 28 M$ of 28: the budget binds, and without the halls the rest takes nothing."""
    asked = made(10, 28e6)
    model = write_tiny(here / "case", asked.tables, asked.asked)
    result = optimize(read.load(model), EXACT)
    assert result.plan is not None
    store.save(here / "reports", "base", result, lambda folder, document: None)
    assert run_command(["explain", "latest", "--json"]) == 0
    document = said(capsys)
    assert document["verdict"] == "plan"
    binds = {item["rule"]: item["rows"] for item in document["binds"]}
    assert binds["budget.within_budget"][0]["limit"] == pytest.approx(28)
    assert "commitments.firm" in binds
    assert document["least_budget_usd"] == pytest.approx(28e6)
    assert document["least_budget_is"] == "a bound"
    assert document["breaks_first"]["promise"] == "halls"
    assert document["without_each"][0]["least_budget_usd"] == pytest.approx(0)
    assert run_command(["explain", "latest"]) == 0
    assert "first to break is halls" in capsys.readouterr().out


def test_what_binds_goes_when_there_is_room(here: Path) -> None:
    """The same halls with twice the money: the promise is still met exactly, the budget binds no more."""
    asked = made(10, 56e6)
    case = read.load(write_tiny(here / "case", asked.tables, asked.asked))
    result = optimize(case, EXACT)
    assert result.plan is not None
    tight = binding_rows(case, result.plan)
    assert "budget.within_budget" not in tight
    spent = next(r for r in rows(case, result.plan) if r.rule == "budget.within_budget")
    assert spent.slack == pytest.approx(0.5)


@pytest.mark.slow
def test_the_announcement_is_explained(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The budget and the 5 GW of halls clash, and nothing else does."""
    assert run_command(["explain", "announced", "--json"]) == 4
    document = said(capsys)
    assert {c["promise"] for c in document["conflict"]} == {"power-commissioned", "budget"}
    assert document["irreducible"] is True
    assert document["confirmed_without_presolve"] is True
    assert sum(r["confirmed"] for r in document["repairs"]) >= 3
