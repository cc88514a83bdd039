"""Stages where gates hold service back: sites told apart, what other sites cannot pass, cost above the floor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import case_of, gates
from test_properties import exact_optimum, varied

from planner.formulation import build
from planner.inputs.case import Case
from planner.search import Search, solve_stages
from planner.search.base import relaxed
from planner.search.fitting import ROOM
from planner.search.improve import Improving
from planner.search.levels import Clock
from planner.solve import Limits, Outcome, Program, Row, Verdict

LIMITS = Limits(0.0025, 120.0)
SEEDS = [1, 2, 3, 4]


def quiet(*_: object) -> None:
    """Nobody hears how far a solve is."""


def gated(folder: Path, seed: int, **asked_too: object) -> Case:
    """Gates that cost as much as half a hall, in front of programmes that differ."""
    tables, asked = varied(seed)
    one_site = {"sites": {"count": 1, "minimum_regions": 1}}
    return case_of(folder, gates(tables, cost_usd=2e6), {**asked, **one_site, **asked_too})


def then_cost(folder: Path, seed: int) -> Case:
    """Value, of which a hundredth may be given back, then cost."""
    stages = [{"name": "mission value", "give_back_share": 0.01}, {"name": "present cost"}]
    return gated(folder, seed, stages=stages)


def searching(case: Case) -> Search:
    built = build(case)
    search = Search(case, built, Program.compile(built.model))
    assert search.gated
    assert len(case.sites) > case.programme.sites.count
    return search


def least(search: Search) -> Outcome:
    """The plan of the exact model that is worth least."""
    level = search.exact
    found = level.program.solve(level.objectives[0], "min", Limits(gap=0.0, seconds=60.0), rows=level.rows)
    assert found.values is not None
    return replace(found, bound=None, gap=None, verdict=Verdict.WITHIN_LIMITS)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_stage_is_proven_and_its_bound_holds(tmp_path: Path, seed: int) -> None:
    case = gated(tmp_path, seed)
    best = exact_optimum(case)
    found = searching(case).stage(0, LIMITS, quiet, None)
    assert found.verdict is Verdict.OPTIMAL
    assert found.objective is not None
    assert found.bound is not None
    assert found.objective <= best * (1 + 1e-6)
    assert found.bound >= best * (1 - 1e-6)
    assert found.bound <= found.objective * (1 + LIMITS.gap) + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_a_poor_plan_leads_to_a_good_one(tmp_path: Path, seed: int) -> None:
    """Whatever site it opens: what opens others is looked at too."""
    case = gated(tmp_path, seed)
    best = exact_optimum(case)
    search = searching(case)
    poor = least(search)
    assert poor.objective is not None
    assert poor.objective < best * 0.9
    search._by_site = dict.fromkeys(case.sites, np.inf)
    found = search._looked_beyond(poor, None, None, LIMITS, Clock(60.0), quiet)
    assert found is not None
    assert found.objective is not None
    assert found.bound is not None
    assert poor.objective < found.objective <= best * (1 + 1e-6)
    assert found.bound >= best * (1 - 1e-6)
    # whole racks of so small a programme cost more than the gap: what parts of them leave open is settled as ever
    ended = search._closed(0, found, found.bound, LIMITS, Clock(60.0), quiet)
    assert ended.verdict is Verdict.OPTIMAL
    assert ended.objective == pytest.approx(best, rel=LIMITS.gap)


def test_a_bound_known_before_is_not_lost_where_the_time_is_over(tmp_path: Path) -> None:
    search = searching(gated(tmp_path, 1))
    poor, known = least(search), 1e6
    found = search._looked_beyond(poor, None, known, LIMITS, Clock(0.0), quiet)
    assert found is not None
    assert found.bound is not None
    assert found.bound <= known


def test_a_plan_made_meanwhile_is_the_one_that_is_kept(tmp_path: Path) -> None:
    """The mark is told by a plan with racks in parts, which is no plan to publish."""
    case = gated(tmp_path, 2)
    search = searching(case)
    whole = search.stage(0, LIMITS, quiet, None)
    assert whole.values is not None
    assert whole.objective is not None
    in_parts = replace(whole, objective=1.5 * whole.objective, values=whole.values.copy())
    found = search._looked_beyond(in_parts, lambda: whole, None, LIMITS, Clock(60.0), quiet)
    assert found is not None
    assert found.values is whole.values
    assert search._looked_beyond(in_parts, lambda: None, None, LIMITS, Clock(60.0), quiet) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cost_stage_keeps_the_value_and_takes_whole_racks(tmp_path: Path, seed: int) -> None:
    search = searching(then_cost(tmp_path, seed))
    first, last = solve_stages(search, LIMITS, quiet)
    assert first.kept is not None
    assert last.outcome.values is not None
    assert last.outcome.objective is not None
    level = search.exact
    whole = last.outcome.values[level.program.whole]
    assert np.abs(whole - np.round(whole)).max() <= 1e-6
    assert level.objectives[0].at(last.outcome.values) >= first.kept.floor * (1 - 1e-6)
    kept = Row("kept", level.objectives[0], lower=first.kept.floor)
    best = level.program.solve(level.objectives[1], "min", Limits(gap=0.0, seconds=60.0), rows=[kept])
    assert best.objective is not None
    assert best.objective * (1 - 1e-6) <= last.outcome.objective <= best.objective * (1 + LIMITS.gap) + 1e-6


def test_a_cost_plan_starts_as_far_above_the_floor_as_whole_racks_may_cost(tmp_path: Path) -> None:
    search = searching(then_cost(tmp_path, 2))
    found = search.stage(0, LIMITS, quiet, None)
    kept, _ = search.keep(0, found)
    level = search.exact
    low = Row("low", level.objectives[0], upper=kept.floor * (1 + 1e-5))
    asked = Limits(gap=0.0, seconds=60.0)
    poor = level.program.solve(level.objectives[1], "min", asked, rows=[*level.rows, low])
    assert poor.values is not None
    on = Improving(level, 1, level.program, level.rows, relaxed(level), LIMITS, Clock(60.0), quiet)
    search._loss = 1e-3
    start, above = search._clear_of_floor(poor, on)
    assert start.values is not None
    assert level.objectives[0].at(start.values) >= kept.floor * (1 + ROOM * search._loss) * (1 - 1e-6)
    assert start.objective == pytest.approx(level.objectives[1].at(start.values))
    assert len(above.rows) == len(on.rows) + 1
    search._loss = 1.0
    start, above = search._clear_of_floor(poor, on)
    assert start is poor
    assert above is on
