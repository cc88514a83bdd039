"""Seconds of the search are meant at the pace of the machine; a plan that is only to be fitted gets more of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import case_of
from test_properties import varied

from planner.formulation import build
from planner.search import Search
from planner.search.improve import Neighbourhood
from planner.search.levels import MOST_TIMES, RELAXATION_SECONDS, Clock, Pace
from planner.solve import Limits, Outcome, Program, Verdict

LIMITS = Limits(0.001, 120.0)


def quiet(*_: object) -> None:
    """Nobody hears how far a solve is."""


def search_of(folder: Path, stages: list[dict[str, object]], claims: list[dict[str, object]] | None = None) -> Search:
    tables, asked = varied(2)
    asked["sites"] = {"count": 1, "minimum_regions": 1}
    asked |= {"stages": stages, "claims": claims or []}
    case = case_of(folder, tables, asked)
    built = build(case)
    return Search(case, built, Program.compile(built.model))


@pytest.mark.parametrize(("relaxations", "times"), [(0.1, 1.0), (1.0, 1.0), (2.5, 2.5), (100.0, MOST_TIMES)])
def test_a_slower_machine_is_given_more_seconds_and_a_faster_one_no_fewer(relaxations: float, times: float) -> None:
    pace = Pace()
    pace.learn(relaxations * RELAXATION_SECONDS)
    assert pace.times == times
    assert Clock(50.0, pace).paced(2.0) == 2.0 * times
    assert Clock(50.0, pace).share(0.5).paced(2.0) == 2.0 * times


def test_a_part_of_the_time_has_its_least_seconds_but_no_more_than_are_left() -> None:
    pace = Pace(3.0)
    assert Clock(100.0, pace).part(0.5, 2.0) == pytest.approx(50.0, abs=1.0)
    assert Clock(100.0, pace).part(0.01, 2.0) == pytest.approx(6.0)
    assert Clock(4.0, pace).part(0.01, 2.0) == pytest.approx(4.0, abs=0.5)
    assert Clock(None, pace).part(0.01, 2.0) is None


def test_the_first_stage_learns_the_pace_from_its_relaxation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = search_of(tmp_path, [{"name": "mission value"}])
    learned: list[float] = []
    monkeypatch.setattr(search._pace, "learn", learned.append)
    search.stage(0, LIMITS, quiet, None)
    assert len(learned) == 1
    assert learned[0] > 0.0


def test_without_a_time_limit_no_pace_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is to be repeated looks at no clock."""
    search = search_of(tmp_path, [{"name": "mission value"}])
    learned: list[float] = []
    monkeypatch.setattr(search._pace, "learn", learned.append)
    search.stage(0, Limits(0.001, None), quiet, None)
    assert learned == []


def test_a_neighbourhood_may_take_its_seconds_at_the_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = search_of(tmp_path, [{"name": "mission value"}])
    found = search.stage(0, LIMITS, quiet, None)
    assert found.values is not None
    on = search._improving(search.exact, 0, LIMITS, Clock(100.0, Pace(2.0)), quiet)
    asked: list[float | None] = []

    def solve(objective: object, sense: str, limits: Limits, **how: object) -> Outcome:
        asked.append(limits.seconds)
        return found

    monkeypatch.setattr(on.program, "solve", solve)
    on.ask(found.values, Neighbourhood("nothing", np.zeros(len(found.values), dtype=bool)), None)
    assert asked == [2.0 * on.seconds]


def test_a_shortfall_plan_proven_in_the_pool_is_made_to_fit_with_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It did not fit while the proof went on: the stage is proven all the same, by the second attempt."""
    claim = {"id": "power", "claim": "Power", "said_by": "pencil", "metric": "power", "tier": "commissioned"}
    claims = [{**claim, "by": 2029, "level": 200.0, "unit": "MW", "binding": "goal"}]
    stages: list[dict[str, object]] = [{"name": "mission value", "give_back_share": 0.02}, {"name": "goal shortfall"}]
    search = search_of(tmp_path, stages, claims)
    _, before = search.keep(0, search.stage(0, LIMITS, quiet, None))
    monkeypatch.setattr(search, "_fitted", lambda *about: None)
    outcome = search.stage(1, LIMITS, quiet, before)
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.objective is not None
    assert outcome.objective < search.exact.objectives[1].at(before) - 0.01
    monkeypatch.setattr(search, "_led", lambda *about, **how: None)
    unfitted = search._pooled_shortfall(1, LIMITS, Clock(120.0), quiet, before, replace(outcome, objective=1.0))[0]
    assert unfitted.objective == 1.0
