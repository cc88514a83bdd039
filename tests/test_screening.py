"""Sites asked about alone, and the parts that hold all plans beyond a mark."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from small import case_of
from test_properties import varied

from planner.formulation import build
from planner.search import Level, Search
from planner.search.levels import Pace
from planner.search.screening import parts, screened, weakest
from planner.solve import Limits, Outcome, Program, Row, Verdict

EXACTLY = Limits(0.0, 120.0)


def search_of(folder: Path, seed: int) -> Search:
    tables, asked = varied(seed)
    case = case_of(folder, tables, {**asked, "sites": {"count": 1, "minimum_regions": 1}})
    built = build(case)
    return Search(case, built, Program.compile(built.model))


def solved(level: Level, rows: list[Row]) -> Outcome:
    aim = level.aims[0]
    return level.program.solve(level.objectives[0], aim.sense, EXACTLY, rows=rows, confirm=False)


def opening(level: Level, site: str) -> Row:
    opens = level.formulation.model.sites.opens
    return Row("opened", level.program.linear([(1.0, v) for (s, _), v in opens.items() if s == site]), lower=1.0)


@pytest.mark.parametrize("seed", range(6))
def test_no_plan_that_opens_a_site_is_better_than_its_bound(tmp_path: Path, seed: int) -> None:
    search = search_of(tmp_path, seed)
    pool, pace = search._pool(), Pace()
    bounds = screened(pool, pool.program, EXACTLY, pace)
    assert list(bounds) == list(search.case.sites)
    assert pace.times >= 1.0
    told = 0
    for site, bound in bounds.items():
        best = solved(search.exact, [opening(search.exact, site)])
        if best.objective is None:
            assert best.verdict is Verdict.INFEASIBLE
            continue
        told += 1
        assert best.objective <= bound + 1e-6 * abs(bound)
    assert told


@pytest.mark.parametrize("seed", range(6))
def test_parts_hold_all_plans_beyond_the_mark_each_in_one_of_them(tmp_path: Path, seed: int) -> None:
    search = search_of(tmp_path, seed)
    pool = search._pool()
    best = solved(pool, [])
    assert best.objective is not None
    assert best.values is not None
    bounds = screened(pool, pool.program, EXACTLY, Pace())
    chosen = list(bounds)[:1]
    others = {s: b for s, b in bounds.items() if s not in chosen}
    found = [solved(pool, rows) for rows in parts(pool, others, 0.9 * best.objective)]
    assert max(o.objective for o in found if o.objective is not None) == pytest.approx(best.objective)
    for o in found:
        if o.values is not None:
            holds = [
                all(r.lower - 1e-6 <= r.expression.at(o.values) <= r.upper + 1e-6 for r in rows)
                for rows in parts(pool, others, 0.9 * best.objective)
            ]
            assert sum(holds) == 1
    # beyond what any other site may come to nothing is left but the chosen one
    (alone,) = parts(pool, others, 2 * max(map(abs, others.values())))
    assert [r.name for r in alone] == ["no other site"]


def test_the_bound_over_other_sites_is_the_weakest_and_none_where_one_has_none(tmp_path: Path) -> None:
    pool = search_of(tmp_path, 1)._pool()
    assert pool.aims[0].sense == "max"
    assert weakest(pool, {"a": 3.0, "b": 5.0, "c": -np.inf}) == 5.0
    assert weakest(pool, {"a": 3.0, "b": np.inf}) is None
    assert weakest(pool, {}) is None


def test_each_part_opens_one_site_and_closes_those_with_less_to_look_at(tmp_path: Path) -> None:
    pool = search_of(tmp_path, 1)._pool()
    first, second = pool.formulation.case.sites
    none, only, both = parts(pool, {first: 9.0, second: 8.0}, 5.0)
    assert [(r.lower, r.upper) for r in none] == [(-np.inf, 0.0)]
    assert [r.name for r in only] == [f"opens {first}", "no other site"]
    assert [r.name for r in both] == [f"opens {second}"]
    _, last = parts(pool, {first: 9.0, second: 8.0}, 8.5)
    assert [r.name for r in last] == [f"opens {first}", "no other site"]


def test_where_many_sites_may_be_beyond_the_mark_one_part_opens_any_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.search.screening.MOST_ALONE", 1)
    pool = search_of(tmp_path, 1)._pool()
    first, second = pool.formulation.case.sites
    none, any_ = parts(pool, {first: 9.0, second: 8.0}, 5.0)
    assert [r.name for r in none] == ["no other site"]
    assert [(r.name, r.lower) for r in any_] == [("another site", 1.0)]
    assert solved(pool, any_).objective == pytest.approx(solved(pool, []).objective)


def test_what_is_not_asked_any_more_tells_nothing(tmp_path: Path) -> None:
    pool, over = search_of(tmp_path, 1)._pool(), threading.Event()
    over.set()
    bounds = screened(pool, pool.program, EXACTLY, Pace(), over)
    assert set(bounds.values()) == {np.inf}
    assert weakest(pool, bounds) is None
    assert len(parts(pool, bounds, 1e12)) == 1 + len(bounds)
