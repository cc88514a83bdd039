"""First plans of the first stage: gone over from wherever they come, rounded where a tree has no time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import case_of
from test_properties import exact_optimum, varied

from planner.formulation import build
from planner.inputs.case import Case
from planner.search import Search, halls, solve_stages
from planner.search.improve import Improving, Neighbourhood
from planner.search.levels import Clock
from planner.solve import Limits, Outcome, Program, Verdict

LIMITS = Limits(0.001, 120.0)


def quiet(*_: object) -> None:
    """Nobody hears how far a solve is."""


@pytest.fixture
def case(tmp_path: Path) -> Case:
    tables, asked = varied(2)
    stages = [{"name": "mission value", "give_back_share": 0.01}, {"name": "present cost"}]
    return case_of(tmp_path, tables, {**asked, "sites": {"count": 1, "minimum_regions": 1}, "stages": stages})


@pytest.fixture
def search(case: Case) -> Search:
    built = build(case)
    return Search(case, built, Program.compile(built.model))


def sites_of(search: Search) -> Outcome:
    opens = search._pool().columns("sites.opens")
    return search._pooled_solve(0, "sites", 1.0, 1.0, LIMITS, Clock(60.0), quiet, relaxed=~opens)


@pytest.mark.parametrize(("bound", "gone_over"), [(1.5, True), (1.001, False)])
def test_a_first_plan_far_from_its_bound_is_gone_over_wherever_it_comes_from(
    search: Search, monkeypatch: pytest.MonkeyPatch, bound: float, gone_over: bool
) -> None:
    monkeypatch.setattr(halls, "rolled", lambda *about: None)
    asked: list[str] = []
    ask = Improving.ask

    def asking(self: Improving, start: np.ndarray, n: Neighbourhood, cancel: object) -> Outcome:
        asked.append(n.name)
        return ask(self, start, n, cancel)  # type: ignore[arg-type]

    monkeypatch.setattr(Improving, "ask", asking)
    solve = Program.solve

    def far(self: Program, *about: object, **how: object) -> Outcome:
        found = solve(self, *about, **how)  # type: ignore[arg-type]
        whole = how.get("relaxed") is not None and "progress" in how and not asked
        return replace(found, bound=bound * found.objective) if whole and found.objective else found

    sites = replace(sites_of(search), bound=None)
    monkeypatch.setattr(Program, "solve", far)
    plan, on = search.halls(sites, LIMITS, Clock(60.0), quiet)
    assert plan.values is not None
    assert on.program.violation(plan.values, on.rows) <= 1e-6
    assert any(name.startswith("years from") for name in asked) is gone_over
    # sites are among what it is made better by, not years alone
    assert any(not name.startswith("years from") for name in asked) is gone_over


def test_racks_of_the_first_stage_that_a_tree_had_no_time_for_are_rounded(
    search: Search, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = search._pooled_solve(0, "plan", 1.0, 1.0, LIMITS, Clock(60.0), quiet)
    solve, boxes = Program.solve, 0

    def short(self: Program, *about: object, **how: object) -> Outcome:
        """The first tree next to the relaxed racks ends without a plan."""
        nonlocal boxes
        boxes += "boxed" in how
        found = solve(self, *about, **how)  # type: ignore[arg-type]
        return replace(found, values=None, objective=None) if "boxed" in how and boxes == 1 else found

    monkeypatch.setattr(Program, "solve", short)
    placed = search._carried(search._pool(), search.exact, 0, plan, LIMITS, Clock(60.0), quiet, anywhere=False)
    assert boxes > 1
    assert placed is not None
    assert placed.values is not None
    assert placed.objective is not None
    assert search.exact.program.violation(placed.values) <= 1e-6
    assert not (search.exact.program.whole & (np.abs(placed.values - np.round(placed.values)) > 1e-6)).any()
    assert placed.objective <= exact_optimum(case) * (1 + 1e-6)


@pytest.mark.parametrize(("placed", "far"), [(100.0, False), (99.95, False), (99.8, True), (101.0, False)])
def test_a_plan_that_placing_makes_better_is_not_far_from_it(search: Search, placed: float, far: bool) -> None:
    found = Outcome(Verdict.WITHIN_LIMITS, 100.0, None, None, 0.0, 0, None)
    assert search._far(replace(found, objective=placed), found, LIMITS) is far


def test_nothing_is_kept_for_stages_that_do_not_run(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    found = search.stage(0, LIMITS, quiet, None)
    assert found.objective is not None
    unproven = replace(found, bound=2 * found.objective, gap=1.0, verdict=Verdict.WITHIN_LIMITS)
    monkeypatch.setattr(search, "stage", lambda *about: unproven)
    monkeypatch.setattr(search, "further", lambda *about: unproven)
    (only,) = solve_stages(search, LIMITS, quiet)
    assert only.kept is None
    assert search.kept == []
    assert only.achieved == pytest.approx(found.objective)


@pytest.mark.parametrize("found", [True, False])
def test_a_bound_told_without_sites_is_kept(search: Search, monkeypatch: pytest.MonkeyPatch, found: bool) -> None:
    """Where the time, or a signal, ends the choice of sites: the exact model that comes next may tell less."""
    ended = Outcome(Verdict.UNKNOWN, None, 1e5, None, 0.0, 0, None)
    monkeypatch.setattr(search, "_pooled_solve", lambda *about, **how: ended)
    whole = search._exact(0, LIMITS, Clock(60.0), quiet, None)
    assert whole.objective is not None
    alone = replace(whole, bound=2e5, gap=None, verdict=Verdict.WITHIN_LIMITS) if found else replace(ended, bound=None)
    monkeypatch.setattr(search, "_exact", lambda *about: alone)
    told = search.pooled_opening(LIMITS, Clock(60.0), quiet)
    assert (told.values is not None) is found
    assert told.bound == 1e5
    assert told.gap == (pytest.approx((1e5 - whole.objective) / whole.objective) if found else None)
