"""Plans beyond a value: what a tree with that limit says, and the cost stage that is proven by it."""

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
from planner.search.base import choices
from planner.search.levels import Clock
from planner.search.models import least_movement, with_movement
from planner.solve import Limits, Linear, Program, Progress, Sense, Verdict


def quiet(*_: object) -> None:
    """Nobody hears how far a solve is."""


def knapsack(seed: int, sense: Sense) -> tuple[Program, Linear, float]:
    """A program with several limits, its objective with a constant, and its optimum."""
    draw = random.Random(seed)
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(30), domain=pyo.Binary)
    m.fits = pyo.ConstraintList()
    for _ in range(3):
        weights = [draw.randint(5, 50) for _ in range(30)]
        m.fits.add(sum(w * m.x[i] for i, w in enumerate(weights)) <= sum(weights) // 3)
    program = Program.compile(m)
    sign = 1.0 if sense == "max" else -1.0
    plain = program.linear([(sign * (draw.randint(10, 60) + 0.5), m.x[i]) for i in range(30)])
    worth = Linear(plain.columns, plain.coefficients, 1000.0 * draw.choice((-1.0, 0.0, 1.0)))
    best = program.solve(worth, sense, Limits(0.0, 60.0))
    assert best.objective is not None
    return program, worth, best.objective


@pytest.mark.parametrize("sense", ["max", "min"])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("bound_only", [True, False])
def test_what_lies_beyond_a_value_is_found_and_nothing_else(seed: int, sense: Sense, bound_only: bool) -> None:
    program, worth, best = knapsack(seed, sense)
    toward = 1.0 if sense == "max" else -1.0
    for far in (0.4, 3.0, 40.0):
        none = program.solve(worth, sense, Limits(0.01, 60.0, bound_only=bound_only, beyond=best + toward * far))
        assert none.verdict is Verdict.INFEASIBLE
        assert none.values is None
        assert none.bound == best + toward * far
    near = program.solve(worth, sense, Limits(0.01, 60.0, bound_only=bound_only, beyond=best - toward * 0.4))
    assert near.objective == pytest.approx(best)


@pytest.mark.parametrize("sense", ["max", "min"])
def test_sums_to_branch_on_change_no_plan(sense: Sense) -> None:
    program, worth, best = knapsack(7, sense)
    sums = [Linear(np.arange(i, 30, 3), np.ones(10)) for i in range(3)]
    summed = program.summing(sums)
    assert summed.size == {"rows": 6, "columns": 33, "integers": 33, "nonzeros": program.matrix.nnz + 33}
    found = summed.solve(worth, sense, Limits(0.0, 60.0))
    assert found.values is not None
    assert found.objective == pytest.approx(best)
    assert found.values[30:] == pytest.approx([s.at(found.values) for s in sums])
    assert program.violation(found.values[:30]) <= 1e-6


@pytest.mark.parametrize("sense", ["max", "min"])
def test_a_start_that_is_not_beyond_is_no_answer(sense: Sense) -> None:
    """Nor is it told as the best plan so far."""
    program, worth, best = knapsack(1, sense)
    toward = 1.0 if sense == "max" else -1.0
    told: list[Progress] = []
    limits = Limits(0.01, 60.0, beyond=best + toward * 2.0)
    found = program.solve(worth, sense, limits, start=np.zeros(30), progress=told.append)
    assert found.verdict is Verdict.INFEASIBLE
    assert found.values is None
    assert all(p.incumbent is None for p in told)
    assert all(p.bound is None or toward * (p.bound - (limits.beyond or 0.0)) >= -1e-9 for p in told)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_start_around_totals_is_a_plan_of_the_pool_and_the_stage_is_proven(tmp_path: Path, seed: int) -> None:
    """The cost stage by the pool comes to what the exact model alone comes to."""
    tables, asked = varied(seed)
    asked["sites"] = {"count": 1, "minimum_regions": 1}
    asked["stages"] = [{"name": "mission value", "give_back_share": 0.2}, {"name": "present cost"}]
    case = case_of(tmp_path, tables, asked)
    built = build(case)
    search = Search(case, built, Program.compile(built.model))
    limits = Limits(0.001, 120.0)
    _, before = search.keep(0, search.stage(0, limits, quiet, None))
    exact, pool = search.exact, search._pool()
    search._least = least_movement(exact, limits)
    pool.objectives[1] = with_movement(pool, 1, search._least)
    held = choices(exact, pool, before)
    start = search._pooled_solve(1, "start", 1.0, 1.0, limits, Clock(60.0), quiet, fixed=held)
    plan, _ = search._started(1, start, limits, Clock(60.0), quiet)
    assert plan.values is not None
    assert plan.objective is not None
    assert start.objective is not None
    assert plan.objective <= start.objective + 1e-9
    assert pool.program.violation(plan.values, pool.rows) <= 1e-6
    alone = exact.program.solve(exact.objectives[1], "min", Limits(1e-6, 120.0), rows=exact.rows)
    outcome = search.stage(1, limits, quiet, before)
    assert outcome.verdict is Verdict.OPTIMAL
    assert alone.objective is not None
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert outcome.bound <= alone.objective * (1 + 1e-6)
    assert outcome.objective <= alone.objective * (1 + limits.gap) + 1e-6
