"""The first halls of the shortfall stage: two searches side by side, each of which may end the other."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from small import case_of
from test_properties import varied

from planner.formulation import build
from planner.search import Search
from planner.search.improve import Improving, Neighbourhood
from planner.search.levels import Clock
from planner.solve import Limits, Outcome, Program, Progress, Vector

LIMITS = Limits(0.001, 120.0)
#: no wait of a test is longer
SECONDS = 20.0


def quiet(*_: object) -> None:
    """Nobody hears how far a solve is."""


@pytest.fixture
def started(tmp_path: Path) -> tuple[Search, Outcome]:
    """A case whose shortfall stage is next, and a plan of its pool of 1.0."""
    tables, asked = varied(2)
    claim = {"id": "power", "claim": "Power", "said_by": "pencil", "metric": "power", "tier": "commissioned"}
    asked["sites"] = {"count": 1, "minimum_regions": 1}
    asked["stages"] = [{"name": "mission value", "give_back_share": 0.02}, {"name": "goal shortfall"}]
    asked["claims"] = [{**claim, "by": 2029, "level": 200.0, "unit": "MW", "binding": "goal"}]
    case = case_of(tmp_path, tables, asked)
    built = build(case)
    search = Search(case, built, Program.compile(built.model))
    kept_plan = search.stage(0, LIMITS, quiet, None)
    search.keep(0, kept_plan)
    plan = search._pool().program.solve(
        search._pool().objectives[1], "min", LIMITS, rows=search._pool().rows, confirm=False
    )
    return search, replace(plan, objective=1.0)


def first_halls(
    started: tuple[Search, Outcome],
    monkeypatch: pytest.MonkeyPatch,
    balanced: tuple[float, float],
    loose: float,
    seconds: float | None = 120.0,
) -> tuple[Outcome, dict[str, bool]]:
    """What comes of it where halls in balance reach a value and prove a bound, and others a value.

    The second answer: which of the two was ended by the other before it was done.
    """
    search, plan = started
    ended: dict[str, bool] = {}

    def ask(self: Improving, start: Vector, n: Neighbourhood, cancel: threading.Event | None) -> Outcome:
        in_balance = n.name == "halls"
        value, bound = balanced if in_balance else (loose, 0.0)
        self.note(n.name, Progress(0.1, value, bound, None, 0))
        # one in balance goes on as long as it may; the other as long as there is that one
        ended[n.name] = cancel is not None and cancel.wait(1.0 if in_balance else SECONDS)
        return replace(plan, objective=value, bound=bound)

    monkeypatch.setattr(Improving, "ask", ask)
    limits = Limits(0.01, seconds)
    return search._first_halls(1, plan, limits, Clock(seconds), quiet), ended


def test_halls_in_balance_are_not_waited_for_where_others_are_beyond_all_they_can_reach(
    started: tuple[Search, Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    search, plan = started

    def ask(self: Improving, start: Vector, n: Neighbourhood, cancel: threading.Event | None) -> Outcome:
        assert cancel is not None
        if n.name == "halls":
            self.note(n.name, Progress(0.1, 0.9, 0.8, None, 0))
            assert cancel.wait(SECONDS)
            return replace(plan, objective=0.9, bound=0.8)
        for incumbent in (0.85, 0.795, 0.79):
            self.note(n.name, Progress(0.1, incumbent, 0.0, None, 0))
        # what is so far ahead goes on
        assert not cancel.wait(1.0)
        return replace(plan, objective=0.78, bound=0.7)

    monkeypatch.setattr(Improving, "ask", ask)
    found = search._first_halls(1, plan, Limits(0.01, 120.0), Clock(120.0), quiet)
    assert found.objective == 0.78


@pytest.mark.parametrize(("loose", "chosen"), [(0.9, 0.88), (0.875, 0.88), (0.87, 0.87)])
def test_halls_in_balance_end_the_others_and_count_unless_a_gap_behind(
    started: tuple[Search, Outcome], monkeypatch: pytest.MonkeyPatch, loose: float, chosen: float
) -> None:
    found, ended = first_halls(started, monkeypatch, (0.88, 0.8), loose)
    assert found.objective == chosen
    assert ended == {"halls": False, "halls and power": True}


def test_in_a_run_to_be_repeated_neither_ends_the_other(
    started: tuple[Search, Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, ended = first_halls(started, monkeypatch, (0.88, 0.87), 0.5, None)
    assert found.objective == 0.5
    assert ended == {"halls": False, "halls and power": False}
