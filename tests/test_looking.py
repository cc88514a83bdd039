"""A look that goes on beyond each plan it finds, and what the other core is told of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import case_of
from test_beyond import knapsack, quiet
from test_properties import varied

from planner.formulation import build
from planner.search import Search
from planner.search.base import choices
from planner.search.levels import Clock
from planner.search.looking import Finds
from planner.solve import Limits, Outcome, Program, Sense, Vector, Verdict

STEP = 0.004


@pytest.mark.parametrize("sense", ["max", "min"])
@pytest.mark.parametrize("seed", range(6))
def test_a_tree_that_goes_on_by_steps_ends_within_one_of_the_best(seed: int, sense: Sense) -> None:
    program, worth, best = knapsack(seed, sense)
    toward = 1.0 if sense == "max" else -1.0
    mark = best - toward * 60.0
    heard: list[float] = []

    def told(values: Vector) -> None:
        assert program.violation(values) <= 1e-6
        heard.append(toward * worth.at(values))

    limits = Limits(0.01, 60.0, bound_only=True, beyond=mark, step=STEP)
    found = program.solve(worth, sense, limits, found=told)
    assert found.objective is not None
    assert found.bound is not None
    assert heard == sorted(heard)
    assert heard[0] > toward * mark
    assert heard[-1] == pytest.approx(toward * found.objective)
    assert toward * (best - found.objective) <= STEP * abs(found.objective) + 1e-9
    assert toward * (found.bound - best) >= -1e-6


@pytest.mark.parametrize("sense", ["max", "min"])
def test_nobody_hears_of_a_plan_that_is_not_beyond(sense: Sense) -> None:
    program, worth, best = knapsack(3, sense)
    heard: list[Vector] = []
    toward = 1.0 if sense == "max" else -1.0
    limits = Limits(0.01, 60.0, beyond=best + toward * 2.0, step=STEP)
    found = program.solve(worth, sense, limits, start=np.zeros(30), found=heard.append)
    assert found.verdict is Verdict.INFEASIBLE
    assert not heard


@pytest.fixture
def cost_stage(tmp_path: Path) -> tuple[Search, Vector]:
    """A small case with its first stage kept, and the plan of that."""
    tables, asked = varied(2)
    asked["sites"] = {"count": 1, "minimum_regions": 1}
    asked["stages"] = [{"name": "mission value", "give_back_share": 0.2}, {"name": "present cost"}]
    case = case_of(tmp_path, tables, asked)
    built = build(case)
    search = Search(case, built, Program.compile(built.model))
    _, before = search.keep(0, search.stage(0, Limits(0.001, 120.0), quiet, None))
    return search, before


def start_of(search: Search, before: Vector) -> Outcome:
    held = choices(search.exact, search._pool(), before)
    return search._pooled_solve(1, "start", 1.0, 1.0, Limits(0.001, 60.0), Clock(60.0), quiet, fixed=held)


def test_news_is_the_best_plan_so_far_until_the_look_has_ended(cost_stage: tuple[Search, Vector]) -> None:
    search, before = cost_stage
    aim, plan = search.exact.aims[1], start_of(search, before)
    finds = Finds(aim, 90.0, 0.1)
    assert finds.taken() == (None, False)
    assert finds.passed(replace(plan, objective=89.0))
    assert not finds.passed(replace(plan, objective=91.0))
    first = replace(plan, objective=80.0)
    finds.tell(first)
    assert finds.news.is_set()
    assert finds.taken() == (first, False)
    assert not finds.news.is_set()
    # the look goes on for plans below 72
    assert not finds.passed(replace(plan, objective=75.0))
    assert finds.passed(replace(plan, objective=71.0))
    finds.end(replace(plan, verdict=Verdict.INFEASIBLE, values=None, objective=None))
    assert finds.taken() == (first, True)
    assert not finds.passed(replace(plan, objective=1.0))


def test_choices_that_come_to_less_than_they_are_worth_are_not_placed(cost_stage: tuple[Search, Vector]) -> None:
    search, before = cost_stage
    plan, limits = start_of(search, before), Limits(0.001, 60.0)

    def placed(worth: float | None) -> Outcome | None:
        return search._carried(
            search._pool(), search.exact, 1, plan, limits, Clock(60.0), quiet, anywhere=False, worth=worth
        )

    fits = placed(None)
    assert fits is not None
    assert fits.objective is not None
    assert plan.objective is not None
    within = placed(fits.objective * (1 + 1e-6))
    assert within is not None
    assert within.objective == pytest.approx(fits.objective)
    assert placed(plan.objective * (1 - 1e-3)) is None


@pytest.mark.parametrize("seconds", [60.0, None])
def test_a_look_says_what_is_beyond_and_the_other_core_makes_it_fit(
    cost_stage: tuple[Search, Vector], seconds: float | None
) -> None:
    """Timed or to be repeated: the plan that fits is no better than the bound, and as near as the gap."""
    search, before = cost_stage
    limits = Limits(0.001, seconds)
    look, near, fits, lost = search._looked(1, start_of(search, before), 0.0005, limits, Clock(seconds), quiet)
    alone = search.exact.program.solve(search.exact.objectives[1], "min", Limits(1e-6, 120.0), rows=search.exact.rows)
    assert alone.objective is not None
    assert look.bound is not None
    assert look.bound <= alone.objective * (1 + 1e-6)
    assert near.values is not None
    assert search._pool().program.violation(near.values, search._pool().rows) <= 1e-6
    assert 0.0005 <= lost <= 0.0009 + 1e-12
    if fits is not None:
        assert fits.values is not None
        assert fits.objective is not None
        assert fits.objective >= alone.objective * (1 - 1e-6)
        assert search.exact.program.violation(fits.values, search.exact.rows) <= 1e-6
