"""A look that goes on beyond each plan it finds, and what the other core is told of it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import case_of, change
from test_beyond import knapsack, quiet
from test_properties import varied

from planner.formulation import build
from planner.search import Search, diving, looking
from planner.search.base import choices
from planner.search.levels import Clock
from planner.search.looking import Finds
from planner.solve import Limits, Outcome, Program, Relaxation, Sense, Vector, Verdict

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
    return kept_first(tmp_path, 0.0)


def kept_first(tmp_path: Path, cluster_pflops: float) -> tuple[Search, Vector]:
    """A small case with its first stage kept, and the plan of that."""
    tables, asked = varied(2)
    change(tables, "workloads", cluster_pflops=cluster_pflops)
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


def placed_as(search: Search, before: Vector, worth: float, **how: object) -> Outcome | None:
    plan, limits = start_of(search, before), Limits(0.001, 60.0)
    return search._carried(
        search._pool(), search.exact, 1, plan, limits, Clock(60.0), quiet, anywhere=False, worth=worth, **how
    )


def test_a_plan_as_good_as_asked_for_keeps_all_rows_and_costs_no_more(cost_stage: tuple[Search, Vector]) -> None:
    """One way after the other, or both at once where a core is free; one that is placed ends the other."""
    search, before = cost_stage
    worth = (start_of(search, before).objective or 0.0) * 1.05
    free, ended = threading.Event(), threading.Event()
    free.set()
    for how in ({}, {"cancel": ended, "free": free}):
        fits = placed_as(search, before, worth, **how)
        assert fits is not None
        assert fits.values is not None
        assert fits.objective is not None
        assert fits.objective <= worth * (1 + 1e-9)
        assert search.exact.program.violation(fits.values, search.exact.rows) <= 1e-6
        assert search.exact.program.whole[np.abs(fits.values - np.round(fits.values)) > 1e-6].sum() == 0
    assert ended.is_set()


def test_what_even_parts_of_racks_do_not_reach_is_not_tried_another_way(
    cost_stage: tuple[Search, Vector], monkeypatch: pytest.MonkeyPatch
) -> None:
    search, before = cost_stage
    opened: list[str] = []
    begin = Relaxation.__init__

    def counted(self: Relaxation, program: Program, objective: object, sense: Sense, *about: object) -> None:
        opened.append(sense)
        begin(self, program, objective, sense, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(Relaxation, "__init__", counted)
    assert placed_as(search, before, (start_of(search, before).objective or 0.0) * 0.9) is None
    assert len(opened) <= 2


def test_hosts_of_a_known_plan_are_tried_before_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search, before = kept_first(tmp_path, 8.0)
    worth = (start_of(search, before).objective or 0.0) * 1.05
    fits = placed_as(search, before, worth)
    assert fits is not None
    assert fits.values is not None
    asked: list[int] = []
    settled = diving.settled

    def counted(*about: object) -> Vector | None:
        asked.append(1)
        return settled(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(diving, "settled", counted)
    again = placed_as(search, before, worth, known=fits.values)
    assert again is not None
    assert not asked
    hosts = search.exact.columns("workload.hosts") & search.exact.program.whole
    assert hosts.any()
    np.testing.assert_array_equal(np.round(again.values[hosts]), np.round(fits.values[hosts]))  # type: ignore[index]
    # hosts that leave no plan are given back
    none = np.where(hosts, 0.0, fits.values)
    other = placed_as(search, before, worth, known=none)
    assert other is not None
    assert search.exact.program.violation(other.values, search.exact.rows) <= 1e-6  # type: ignore[arg-type]


def test_where_hosts_chosen_first_reach_too_little_the_other_way_chooses_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, before = kept_first(tmp_path, 8.0)
    worth = (start_of(search, before).objective or 0.0) * 1.05
    settled, asked = diving.settled, 0

    def nowhere_first(relaxation: Relaxation, hosts: np.ndarray, most: float | None = None) -> Vector | None:
        nonlocal asked
        asked += 1
        if asked > 1:
            return settled(relaxation, hosts, most)
        relaxation.hold(hosts, np.zeros(hosts.size))
        return np.zeros(hosts.size)

    monkeypatch.setattr(diving, "settled", nowhere_first)
    fits = placed_as(search, before, worth)
    assert asked > 1
    assert fits is not None
    assert fits.values is not None
    assert search.exact.program.violation(fits.values, search.exact.rows) <= 1e-6


@pytest.mark.parametrize("rough", [False, True])
@pytest.mark.parametrize("seconds", [60.0, None])
def test_a_look_says_what_is_beyond_and_the_other_core_makes_it_fit(
    cost_stage: tuple[Search, Vector], seconds: float | None, rough: bool
) -> None:
    """Timed or to be repeated: the plan that fits is no better than the bound, and as near as the gap."""
    search, before = cost_stage
    limits = Limits(0.001, seconds)
    look, near, fits, lost = search._looked(
        1, start_of(search, before), 0.0005, limits, Clock(seconds), quiet, None, rough
    )
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


@pytest.mark.parametrize("rough", [False, True])
def test_a_plan_is_placed_first_and_a_rough_one_made_better_before(
    cost_stage: tuple[Search, Vector], monkeypatch: pytest.MonkeyPatch, rough: bool
) -> None:
    search, before = cost_stage
    order: list[str] = []
    made_better, carried = looking.improved, Search._carried

    def improving(*about: object) -> Outcome:
        order.append("better")
        return made_better(*about)  # type: ignore[arg-type]

    def placing(self: Search, *about: object, **how: object) -> Outcome | None:
        order.append("placed")
        return carried(self, *about, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(looking, "improved", improving)
    monkeypatch.setattr(Search, "_carried", placing)
    start, limits = start_of(search, before), Limits(0.001, None)
    search._looked(1, start, 0.0005, limits, Clock(None), quiet, None, rough)
    assert order[:2] == (["better", "placed"] if rough else ["placed", "better"])
