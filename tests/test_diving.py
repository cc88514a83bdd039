"""Rounding in one relaxation that is kept open, and whole racks by it."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pyomo.environ as pyo
import pytest

from planner.search import diving
from planner.solve import Linear, Program, Relaxation, Row, Sense

LEAST = 1e-6


def cover(seed: int, columns: int, most: int) -> tuple[Program, Linear]:
    """The least cost of whole columns that meet several needs, each with an upper limit; more is always allowed."""
    draw = random.Random(seed)
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(columns), domain=pyo.NonNegativeIntegers, bounds=(0, most))
    m.needs = pyo.ConstraintList()
    for _ in range(4):
        weights = [draw.randint(1, 9) for _ in range(columns)]
        m.needs.add(sum(w * m.x[i] for i, w in enumerate(weights)) >= sum(weights) * most * 0.37)
    program = Program.compile(m)
    return program, program.linear([(draw.uniform(1.0, 9.0), m.x[i]) for i in range(columns)])


def opened(program: Program, cost: Linear, sense: Sense = "min", rows: tuple[Row, ...] = ()) -> Relaxation:
    return Relaxation(program, cost, sense, rows, {})


@pytest.mark.parametrize("sense", ["min", "max"])
def test_a_relaxation_kept_open_answers_as_one_asked_anew(sense: Sense) -> None:
    program, cost = cover(1, 12, 5)
    kept = opened(program, cost, sense)
    sign = 1.0 if sense == "min" else -1.0
    for i in range(0, 12, 3):
        kept.hold(np.array([i]), np.array([2.0]))
        anew = Relaxation(program, cost, sense, (), dict.fromkeys(range(0, i + 1, 3), 2.0))
        assert kept.values is not None
        assert kept.cost == pytest.approx(anew.cost)
        assert kept.cost == pytest.approx(sign * cost.at(kept.values))
    free = np.arange(0, 12, 3)
    kept.bound(free, program.lower[free], program.upper[free])
    assert kept.cost == pytest.approx(opened(program, cost, sense).cost)


def test_where_no_point_is_left_there_are_no_values_and_no_cost_until_it_is_given_back() -> None:
    program, cost = cover(2, 6, 4)
    kept = opened(program, cost)
    before, all_of_them = kept.cost, np.arange(6)
    kept.hold(all_of_them, np.zeros(6))
    assert kept.values is None
    assert kept.cost == np.inf
    kept.bound(all_of_them, program.lower, program.upper)
    assert kept.cost == pytest.approx(before)


@pytest.mark.parametrize("seed", range(5))
def test_rounding_leaves_few_in_parts_and_holds_whole_numbers_within_their_limits(seed: int) -> None:
    program, cost = cover(seed, 60, 1)
    # a need for every column alone, so that the relaxation has many in parts
    draw = random.Random(seed)
    rows = [
        Row("need", Linear(np.array([i, (i + 7) % 60]), np.array([2.0, 2.0])), lower=1.0 + draw.random())
        for i in range(60)
    ]
    relaxation = opened(program, cost, rows=tuple(rows))
    assert relaxation.values is not None
    in_parts = int((np.abs(relaxation.values - np.round(relaxation.values)) > LEAST).sum())
    assert in_parts > diving.LEFT
    steps = diving.rounded(relaxation, np.arange(60), program.lower, program.upper)
    assert not steps[0].held.any()
    for earlier, later in itertools.pairwise(steps):
        assert later.held.sum() > earlier.held.sum()
        assert not (earlier.held & ~later.held).any()
    last = steps[-1]
    away = np.abs(last.values - np.round(last.values))
    assert (away[last.held] <= LEAST).all()
    assert (last.values >= program.lower - LEAST).all()
    assert (last.values <= program.upper + LEAST).all()
    assert int((away > LEAST).sum()) <= diving.LEFT


def test_a_column_is_rounded_the_way_that_leaves_a_plan() -> None:
    m = pyo.ConcreteModel()
    count = diving.LEFT + 1
    m.x = pyo.Var(range(count), domain=pyo.NonNegativeIntegers, bounds=(0, 1))
    # each stands at 0.4, which rounds to nothing, and nothing meets no need
    m.needs = pyo.Constraint(range(count), rule=lambda m, i: 2.5 * m.x[i] >= 1.0)
    program = Program.compile(m)
    relaxation = opened(program, program.linear([(1.0, m.x[i]) for i in range(count)]))
    steps = diving.rounded(relaxation, np.arange(count), program.lower, program.upper)
    assert len(steps) == 2
    assert int(steps[1].held.sum()) == 1
    assert steps[1].values[steps[1].held] == pytest.approx(1.0)


def test_rounding_ends_where_neither_way_leaves_a_plan() -> None:
    m = pyo.ConcreteModel()
    count = diving.LEFT + 1
    m.x = pyo.Var(range(count), bounds=(0, 1))
    m.half = pyo.Constraint(range(count), rule=lambda m, i: m.x[i] == 0.5)
    program = Program.compile(m)
    relaxation = opened(program, program.linear([(1.0, m.x[i]) for i in range(count)]))
    assert len(diving.rounded(relaxation, np.arange(count), program.lower, program.upper)) == 1


def test_hosts_are_settled_the_cheaper_way() -> None:
    m = pyo.ConcreteModel()
    m.host = pyo.Var(range(2), domain=pyo.Binary)
    m.amount = pyo.Var(range(2), bounds=(0, 10))
    # what a site does needs it to be a host, and to be one needs a floor of work there
    m.only = pyo.Constraint(range(2), rule=lambda m, i: m.amount[i] <= 10 * m.host[i])
    m.least = pyo.Constraint(range(2), rule=lambda m, i: m.amount[i] >= 6 * m.host[i])
    m.need = pyo.Constraint(expr=m.amount[0] + m.amount[1] >= 7)
    m.most = pyo.Constraint(expr=m.amount[0] <= 3 + 4 * m.host[0])
    program = Program.compile(m)
    cost = program.linear([(1.0, m.amount[0]), (1.5, m.amount[1]), (2.0, m.host[0]), (0.1, m.host[1])])
    relaxation = opened(program, cost)
    at = np.array([program.column_of(m.host[i]) for i in range(2)])
    settled = diving.settled(relaxation, at)
    assert settled is not None
    best = min(
        (value.cost, choice)
        for choice in ((0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
        if (value := Relaxation(program, cost, "min", (), dict(zip(at.tolist(), choice, strict=True)))).cost < np.inf
    )
    assert relaxation.cost == pytest.approx(best[0])
    assert tuple(settled) == best[1]


def test_hosts_that_cost_little_enough_are_not_asked_about_the_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    program, cost = cover(4, 30, 1)
    columns, asked = np.arange(30), []
    hold = Relaxation.hold

    def counted(self: Relaxation, columns: np.ndarray, values: np.ndarray) -> None:
        asked.append(values.tolist())
        hold(self, columns, values)

    monkeypatch.setattr(Relaxation, "hold", counted)
    relaxation = opened(program, cost)
    parts = relaxation.values
    assert parts is not None
    assert (np.abs(parts - np.round(parts)) > LEAST).any()
    settled = diving.settled(relaxation, columns, np.inf)
    assert settled is not None
    # the last answer holds all
    assert all(values == [1.0] for values in asked[:-1])
    assert relaxation.cost == pytest.approx(cost.at(settled))
    asked.clear()
    anew = opened(program, cost)
    assert diving.settled(anew, columns, anew.cost) is not None
    assert [0.0] in asked


@pytest.mark.parametrize("sense", ["min", "max"])
def test_a_long_answer_is_begun_again_and_is_the_same(sense: Sense, monkeypatch: pytest.MonkeyPatch) -> None:
    program, cost = cover(5, 60, 5)
    rows = (Row("all", Linear(np.arange(60), np.ones(60)), upper=200.0),)
    plain = opened(program, cost, sense, rows)
    monkeypatch.setattr("planner.solve.relaxation.STEPS", 0)
    anew = opened(program, cost, sense, rows)
    limits: list[object] = []
    chosen = anew._highs.setOptionValue
    monkeypatch.setattr(
        anew._highs, "setOptionValue", lambda name, value: (limits.append((name, value)), chosen(name, value))[1]
    )
    for i in range(0, 60, 5):
        at = np.arange(i, i + 5)
        for relaxation in (plain, anew):
            relaxation.hold(at, np.full(5, float(i % 4)))
        assert anew.contradiction == plain.contradiction
        assert anew.cost == pytest.approx(plain.cost)
    assert ("solver", "ipm") in limits
    assert limits[-1] == ("simplex_iteration_limit", 0)


def test_hosts_that_cannot_be_settled_are_none() -> None:
    m = pyo.ConcreteModel()
    m.host = pyo.Var(range(2), bounds=(0, 1))
    m.half = pyo.Constraint(expr=m.host[0] + 2 * m.host[1] == 1.5)
    m.other = pyo.Constraint(expr=m.host[0] - m.host[1] == 0)
    program = Program.compile(m)
    relaxation = opened(program, program.linear([(1.0, m.host[0])]))
    assert diving.settled(relaxation, np.array([0, 1])) is None
