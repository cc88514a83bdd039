"""A first plan by rolling the horizon: whole from the first years to the last, never better than the best plan."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tiny import write_tiny

from planner.formulation import build
from planner.inputs import read
from planner.search.bounded import Standing
from planner.search.improve import Improving
from planner.search.levels import Clock, Level
from planner.search.rolling import begin, rolled, window, windows
from planner.solve import Limits, Outcome, Program, Verdict

LIMITS = Limits(gap=1e-4, seconds=60.0)


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Improving:
    case = read.load(write_tiny(tmp_path_factory.mktemp("tiny")), ())
    built = build(case)
    level = Level.of(built, Program.compile(built.model))
    racks = np.zeros(len(level.program.columns), dtype=bool)
    return Improving(level, 0, level.program, level.rows, racks, LIMITS, Clock(60.0), lambda *about: None)


def best(on: Improving) -> float:
    found = on.program.solve(on.level.objectives[0], on.level.aims[0].sense, LIMITS)
    assert found.objective is not None
    return found.objective


def test_a_rolled_plan_keeps_every_rule_and_is_no_better_than_the_best(on: Improving) -> None:
    plan = rolled(on, {})
    assert plan is not None
    assert plan.values is not None
    assert plan.objective is not None
    assert on.program.violation(plan.values) <= 1e-6
    whole = plan.values[on.whole]
    assert np.array_equal(whole, np.round(whole))
    assert whole.any()
    assert on.level.aims[0].sense == "max"
    assert 0 < plan.objective <= best(on) * (1 + LIMITS.gap)


def test_what_is_held_stays(on: Improving) -> None:
    plan = rolled(on, {})
    assert plan is not None
    assert plan.values is not None
    built = int(np.flatnonzero(on.level.columns("construction.modules") & (plan.values > 0.5))[0])
    other = rolled(on, {built: 0.0})
    assert other is not None
    assert other.values is not None
    assert other.values[built] == 0.0


def test_windows_cover_all_that_is_whole_and_overlap(on: Improving) -> None:
    each = list(windows(on.level, on.whole))
    assert len(each) > 1
    assert np.array_equal(np.logical_or.reduce([n.free for n in each]), on.whole)
    starts = begin(on.level)
    covered = [{int(t) for t in starts[n.free]} - {-1} for n in each]
    assert all(len(periods) <= window(on.level) for periods in covered)
    assert any(a & b for a, b in itertools.pairwise(covered))


class Slow:
    """A program that settles one period at a time only, and none at all once ``stuck``."""

    def __init__(self, on: Improving, stuck: bool = False) -> None:
        self._on, self._stuck, self.asked = on, stuck, list[int]()
        self.whole = on.program.whole

    def solve(self, *about: Any, relaxed: Any, fixed: Any, **how: Any) -> Outcome:
        free = self.whole & ~relaxed
        free[list(fixed)] = False
        periods = len({int(t) for t in begin(self._on.level)[free]} - {-1})
        self.asked.append(periods)
        if self._stuck or periods > 1:
            return Outcome(Verdict.UNKNOWN, None, None, None, 0.0, 0, None)
        return self._on.program.solve(*about, relaxed=relaxed, fixed=fixed, **how)


def test_years_not_settled_in_their_time_are_halved(on: Improving) -> None:
    slow: Any = Slow(on)
    assert window(on.level) > 1
    assert rolled(replace(on, program=slow), {}) is not None
    assert slow.asked[0] == window(on.level)
    assert set(slow.asked[1:]) <= {0, 1}


def test_a_period_that_cannot_be_settled_ends_in_no_plan(on: Improving) -> None:
    stuck: Any = Slow(on, stuck=True)
    assert rolled(replace(on, program=stuck), {}) is None
    assert stuck.asked == [2, 1]


def test_an_interrupt_ends_it_at_once(on: Improving) -> None:
    asked = []

    def solve(*about: Any, **how: Any) -> Outcome:
        asked.append(how["fixed"])
        return Outcome(Verdict.UNKNOWN, None, None, None, 0.0, 0, None, interrupted=True)

    program: Any = SimpleNamespace(solve=solve, whole=on.program.whole)
    assert rolled(replace(on, program=program), {}) is None
    assert len(asked) == 1


def test_time_that_is_over_ends_in_no_plan(on: Improving) -> None:
    assert rolled(replace(on, clock=Clock(0.0)), {}) is None


@pytest.mark.parametrize(("seconds", "proven"), [(60.0, True), (None, False)])
def test_a_plan_and_a_bound_that_meet_end_a_search_but_not_one_to_be_repeated(
    on: Improving, seconds: float | None, proven: bool
) -> None:
    standing = Standing(on.level.aims[0], Limits(gap=0.01, seconds=seconds), None, 120.0)
    standing.planned(Outcome(Verdict.WITHIN_LIMITS, 100.0, None, None, 0.0, 0, np.zeros(1)))
    assert not standing.proven.is_set()
    standing.bounded(100.5)
    standing.bounded(110.0)
    assert standing.bound == 100.5
    assert standing.proven.is_set() is proven
