"""The search beyond a mark: its parts share the time, and what it does not settle has a bound."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from planner.search.prove import Mark, beyond
from planner.solve import Limits, Linear, Outcome, Progress, Row, Verdict

COST = Linear(np.array([0]), np.array([1.0]))
#: a plan costs 100; the gap is 10 %
MARK = Mark(90.0, Row("beyond the mark", COST, upper=90.0), COST, "min", 90.0)
LIMITS = Limits(gap=0.1, seconds=100.0)


class Time:
    """A clock that solves move on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def left(self) -> float:
        return self.seconds


def search(answers: dict[str, list[Outcome | None]], cores: int = 1) -> tuple[Outcome, list[tuple[str, float]]]:
    """What is found where each part answers in turn; None takes all its time, and its bound is its seconds."""
    clock, asked = Time(100.0), []

    def solve(objective: Linear, sense: str, limits: Limits, *, rows: list[Row], **how: Any) -> Outcome:
        part = rows[-1].name
        seconds = float(limits.seconds or 0.0)
        asked.append((part, seconds))
        answer = answers[part].pop(0)
        clock.seconds -= seconds if answer is None else answer.seconds
        return answer or Outcome(Verdict.UNKNOWN, None, seconds, None, seconds, 5, None)

    level: Any = SimpleNamespace(rows=[], aims=[SimpleNamespace(sense="min")], objectives=[COST])
    program: Any = SimpleNamespace(solve=solve)
    parts = [[Row(name, COST)] for name in answers]
    time: Any = clock
    told = beyond(level, 0, program, MARK, np.zeros(1), LIMITS, time, lambda *about: None, cores, parts, tight=False)
    return told, asked


def none(seconds: float) -> Outcome:
    return Outcome(Verdict.INFEASIBLE, None, None, None, seconds, 1, None)


def undecided(seconds: float, bound: float) -> Outcome:
    return Outcome(Verdict.UNKNOWN, None, bound, None, seconds, 9, None)


def test_no_part_is_left_without_a_bound() -> None:
    found, asked = search({"one": [None], "two": [None], "three": [None], "four": [None]})
    assert asked == [("one", 25.0), ("two", 25.0), ("three", 25.0), ("four", 25.0)]
    assert found.verdict is Verdict.UNKNOWN
    assert found.bound == 25.0


def test_what_is_open_has_the_time_that_others_left() -> None:
    """A third of 100 s was its share; 66 s are left, and the tighter of its two bounds is kept."""
    open_part = [undecided(30.0, 88.0), undecided(60.0, 85.0)]
    found, asked = search({"one": open_part, "two": [none(2.0)], "three": [none(2.0)]})
    assert [name for name, _ in asked] == ["one", "two", "three", "one"]
    assert asked[-1][1] == pytest.approx(66.0)
    assert found.bound == 88.0


def test_nothing_beyond_the_mark_in_any_part_is_the_proof() -> None:
    found, asked = search({"one": [none(2.0)], "two": [none(40.0)]})
    assert len(asked) == 2
    assert found.verdict is Verdict.INFEASIBLE
    assert found.bound == MARK.value


def test_a_plan_beyond_the_mark_is_told() -> None:
    plan = Outcome(Verdict.WITHIN_LIMITS, 80.0, 75.0, None, 3.0, 4, np.array([80.0]))
    found, asked = search({"one": [none(2.0)], "two": [plan]})
    assert len(asked) == 2
    assert found.values is plan.values
    assert found.bound == 75.0


def test_a_search_says_its_weakest_bound_as_it_goes_and_can_be_ended() -> None:
    said: list[float | None] = []
    over = threading.Event()

    def solve(objective: Linear, sense: str, limits: Limits, *, rows: list[Row], progress: Any, **how: Any) -> Outcome:
        assert how["cancel"] is over
        if rows[-1].name == "one":
            progress(Progress(1.0, None, 70.0, None, 1))
            return none(1.0)
        progress(Progress(1.0, None, 80.0, None, 1))
        over.set()
        return undecided(1.0, 85.0)

    level: Any = SimpleNamespace(rows=[], aims=[SimpleNamespace(sense="min")], objectives=[COST])
    program: Any = SimpleNamespace(solve=solve)
    time: Any = Time(100.0)
    parts = [[Row(name, COST)] for name in ("one", "two")]
    found = beyond(
        level, 0, program, MARK, np.zeros(1), LIMITS, time, lambda *about: None, 1, parts, False, over, said.append
    )
    # the first part alone says nothing; both do, then the mark stands for the first and the second is what is left
    assert [b for b in said if b is not None] == [80.0, 80.0]
    assert found.bound == 85.0
