"""The first stage where gates hold service back: plans of sites told apart, and what no other site can pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import case_of, gates
from test_properties import exact_optimum, varied

from planner.formulation import build
from planner.inputs.case import Case
from planner.search import Search
from planner.search.levels import Clock
from planner.solve import Limits, Outcome, Program, Verdict

LIMITS = Limits(0.0025, 120.0)
SEEDS = [1, 2, 3, 4]


def quiet(*_: object) -> None:
    """Nobody hears how far a solve is."""


def gated(folder: Path, seed: int) -> Case:
    """Gates that cost as much as half a hall, in front of programmes that differ."""
    tables, asked = varied(seed)
    return case_of(folder, gates(tables, cost_usd=2e6), {**asked, "sites": {"count": 1, "minimum_regions": 1}})


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
