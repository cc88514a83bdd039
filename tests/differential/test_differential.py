"""The model against SCIP, against every whole decision tried, against the checker, and against its own relaxation.

A programme is named by its seed: ``programmes.any_programme(seed)``, ``programmes.tiny_programme_of(seed)``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from differential import solvers
from differential.programmes import any_programme, tiny_programme_of
from small import case_of

from planner.formulation import build, settle
from planner.formulation.combinations import one_pool
from planner.inputs.case import Case
from planner.results import read_plan
from planner.run import Options, Result, optimize
from planner.solve import Program, Verdict
from planner.solve.program import Contradiction
from planner.solve.values import SolveLimits
from planner.verify import verify

EXACT = Options(gap=0.0, seconds=60.0, processes=1)
#: of the largest part of the objective
SAME = 1e-6


def seeds(quick: int, many: range) -> pytest.MarkDecorator:
    """The first seeds, and many for the slow suite."""
    return pytest.mark.parametrize("seed", [*range(quick), *(pytest.param(n, marks=pytest.mark.slow) for n in many)])


def any_case(folder: Path, seed: int) -> Case:
    return case_of(folder, *any_programme(seed))


def best_of(result: Result) -> tuple[float | None, float]:
    """The optimum found, M USD, and the size of the largest part of the objective."""
    objective = result.document["objective"]
    if result.plan is None:
        assert result.document["verdict"] == "infeasible"
        return None, 1.0
    return objective["value"] / 1e6, max([1.0, *(abs(t["value"]) / 1e6 for t in objective["terms"])])


def solved(case: Case) -> Result:
    """The programme at a gap of 0; its plan passes the checker, and its bound is its value but for rounding."""
    result = optimize(case, EXACT)
    if result.plan is not None:
        assert result.document["verification"]["passed"], result.document["verification"]["broken"]
        found, size = best_of(result)
        assert found is not None
        assert result.document["objective"]["bound"] / 1e6 == pytest.approx(found, abs=SAME * size)
    return result


def same(found: float | None, other: float | None, size: float) -> str:
    """Both have the same optimum or both have none; says which."""
    if found is None or other is None:
        assert (found, other) == (None, None)
        return "no plan"
    assert found == pytest.approx(other, abs=SAME * size)
    return "a plan"


def against_scip(folder: Path, seed: int) -> str:
    case = any_case(folder, seed)
    found, size = best_of(solved(case))
    try:
        other = solvers.scip(build(case), folder)
    except Contradiction:  # a row without variables that does not hold: there is no matrix to export
        other = None
    return same(found, other, size)


def against_all_decisions(folder: Path, seed: int) -> str:
    """The first of this seed and those a thousand apart that has few enough whole decisions to try them all."""
    n = seed
    while True:
        case = case_of(folder / str(n), *tiny_programme_of(n))
        try:
            other = solvers.brute_force(build(case))
        except OverflowError:
            n += 1000
            continue
        found, size = best_of(solved(case))
        return same(found, other, size)


@seeds(3, range(8, 108))
def test_the_pool_is_a_relaxation(tmp_path: Path, seed: int) -> None:
    """The pool, its racks and plant in parts, its halls in parts and whole, never lies below the exact optimum."""
    case = any_case(tmp_path, seed)
    found, size = best_of(solved(case))
    if found is None:
        return
    built = build(case, one_pool(case))
    program = Program.compile(built.model)
    objective = program.linear(built.objective)
    families = [name.partition("[")[0] for name in program.names]
    bounds = []
    for parts in (families, ["construction.started_by", "power.ordered_by", "fleet.bought"], ["fleet.bought"]):
        whole = program.whole & ~np.isin(families, parts)
        outcome = program.restricted(whole=whole).solve(objective, SolveLimits(seconds=60.0), clean=False)
        assert outcome.bound is not None, "the pool of a programme that has a plan has none"
        bounds.append(outcome.bound)
    assert min(bounds) >= found - SAME * size
    assert bounds == sorted(bounds, reverse=True) or max(np.diff(bounds)) <= SAME * size


@seeds(5, range(8, 108))
def test_no_cost_is_posted_that_is_not_owed(tmp_path: Path, seed: int) -> None:
    """Some whole choice, bad as it may be, and the linear solve of the rest: settling moves no cost but downwards."""
    case = any_case(tmp_path, seed)
    built = build(case)
    try:
        program = Program.compile(built.model)
    except Contradiction:
        return
    objective = program.linear(built.objective)
    cost = program.linear(built.present_cost)
    poor = program.linear([(-x, v) for x, v in built.objective])
    for aim in (poor, objective):
        first = program.solve(aim, SolveLimits(nodes=1, seconds=20.0, gap=1e3), confirm=False, clean=False)
        if first.values is None:
            return
        fixed = {i: round(first.values[i]) for i in np.flatnonzero(program.whole).tolist()}
        plan = program.restricted(fixed=fixed).solve(objective, SolveLimits(seconds=20.0), confirm=False)
        if plan.values is None:
            continue
        assert plan.verdict is Verdict.OPTIMAL
        program.load(plan.values)
        settle(built)
        after = program.loaded()
        room = SAME * max(1.0, abs(cost.at(plan.values)))
        assert program.violation(after) <= SAME
        assert cost.at(after) == pytest.approx(cost.at(plan.values), abs=room)
        checked = verify(case, read_plan(built), None)
        assert checked.passed, checked.broken


# with the slow ones 500 against SCIP and 200 against every whole decision; ``many.py`` prints their figures


@seeds(8, range(8, 500))
def test_scip_agrees(tmp_path: Path, seed: int) -> None:
    against_scip(tmp_path, seed)


@seeds(5, range(5, 200))
def test_no_whole_decision_is_better(tmp_path: Path, seed: int) -> None:
    against_all_decisions(tmp_path, seed)
