"""Trees of the cost stage: what they hand on while they run, and where the exact model looks because of it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyomo.environ as pyo
import pytest
from small import case_of
from test_properties import varied

from planner.formulation import build
from planner.search import Search
from planner.search.base import choices, relaxed
from planner.search.bounded import Standing
from planner.search.levels import Clock
from planner.search.trees import KEPT_PLANS, Found, kin
from planner.solve import Limits, Outcome, Program, Vector, Verdict


def test_the_last_plans_are_told_once_and_kept() -> None:
    found = Found(np.array([0.0]))
    assert found.news() == []
    for n in range(1, KEPT_PLANS + 2):
        found.tell(np.array([float(n)]))
    assert [float(x[0]) for x in found.news()] == list(range(2, KEPT_PLANS + 2))
    assert found.news() == []
    assert float(found.plans()[-1][0]) == KEPT_PLANS + 1


def test_columns_of_other_years_are_kin() -> None:
    m = pyo.ConcreteModel()
    m.modules = pyo.Var(["A"], ["air", "water"], range(3))
    m.total = pyo.Var(["air"])
    assert kin(m.modules["A", "air", 0]) == kin(m.modules["A", "air", 2]) != kin(m.modules["A", "water", 2])
    assert kin(m.total["air"]) == ("total",)


def test_a_solve_tells_each_better_plan() -> None:
    draw = random.Random(1)
    weights = [draw.randint(20, 90) for _ in range(40)]
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(40), domain=pyo.Binary)
    m.fits = pyo.Constraint(expr=sum(w * m.x[i] for i, w in enumerate(weights)) <= 701)
    program = Program.compile(m)
    worth = program.linear([(w + draw.random(), m.x[i]) for i, w in enumerate(weights)])
    heard: list[float] = []
    outcome = program.solve(
        worth, "max", Limits(0.0, 60.0), start=np.zeros(40), found=lambda x: heard.append(worth.at(x))
    )
    assert outcome.verdict is Verdict.OPTIMAL
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(outcome.objective)


def quiet(*_: object) -> None:
    """Nobody hears how far a solve is."""


LIMITS, LATER = Limits(0.001, 600.0), 1


def before_the_cost_stage(tmp_path: Path, seed: int) -> tuple[Search, Vector, Standing]:
    """One site of two, its first stage kept: the search, the plan it goes on from, and where the stage stands."""
    tables, asked = varied(seed)
    asked["sites"] = {"count": 1, "minimum_regions": 1}
    asked["stages"] = [{"name": "mission value", "give_back_share": 0.2}, {"name": "present cost"}]
    case = case_of(tmp_path, tables, asked)
    built = build(case)
    search = Search(case, built, Program.compile(built.model))
    _, before = search.keep(0, search.stage(0, LIMITS, quiet, None))
    cost = search.exact.objectives[LATER].at(before)
    best = Outcome(Verdict.WITHIN_LIMITS, cost, None, None, 0.0, 0, before)
    return search, before, Standing(search.exact.aims[LATER], LIMITS, best, None)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_two_plans_differ_in_is_left_to_the_exact_model(tmp_path: Path, seed: int) -> None:
    """No worse than the choices of the last of them, and no other choice changes but where one of them uses it."""
    search, before, standing = before_the_cost_stage(tmp_path, seed)
    exact, pool = search.exact, search._pool()
    dear = choices(exact, pool, before)
    start = search._pooled_solve(LATER, "start", 1.0, 1.0, LIMITS, Clock(60.0), quiet, fixed=dear)
    cheap = search._pooled_solve(LATER, "start", 1.0, 1.0, LIMITS, Clock(60.0), quiet)
    assert start.values is not None
    assert cheap.values is not None
    near = search._told_apart(LATER, cheap.values, standing, LIMITS, Clock(60.0), quiet)
    crossed = search._crossed(LATER, [start.values, cheap.values], near, standing, LIMITS, Clock(60.0), quiet)
    assert crossed is not None
    assert crossed.values is not None
    assert exact.program.violation(crossed.values, exact.rows) <= 1e-6
    assert near is None or crossed.objective <= near.objective * (1 + LIMITS.gap)
    used = {
        kin(exact.program.columns[i])
        for values in (start.values, cheap.values)
        for i, x in choices(pool, exact, values).items()
        if x
    }
    held = choices(pool, exact, cheap.values)
    strays = [i for i, x in held.items() if crossed.values[i] != x and kin(exact.program.columns[i]) not in used]
    assert not strays
    assert not relaxed(exact)[list(held)].any()


def test_an_error_in_the_tree_ends_what_goes_on_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search, before, standing = before_the_cost_stage(tmp_path, 1)
    exact, pool = search.exact, search._pool()
    held = choices(exact, pool, before)
    start = search._pooled_solve(LATER, "start", 1.0, 1.0, LIMITS, Clock(60.0), quiet, fixed=held)

    def broken(*_: object, **__: object) -> Outcome:
        raise RuntimeError("the solver is gone")

    monkeypatch.setattr(search, "_pooled_solve", broken)
    with pytest.raises(RuntimeError, match="the solver is gone"):
        search._tree_of_pool(LATER, start, standing, LIMITS, Clock(60.0), quiet)
