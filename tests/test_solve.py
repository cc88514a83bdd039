"""The solver's doors: verdicts, gaps, starts, limits, interrupts."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyomo.environ as pyo
import pytest

from planner.solve import Limits, Outcome, Program, Relaxation, Row, Verdict
from planner.solve.interrupt import INTERRUPT

WEIGHTS = (3.0, 4.0, 5.0, 9.0, 4.0)
WORTH = (3.0, 4.0, 4.0, 10.0, 4.0)


def knapsack(limit: float = 11.0) -> tuple[pyo.ConcreteModel, Program]:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(5), domain=pyo.Binary)
    m.idle = pyo.Var(bounds=(0, 1))
    m.fits = pyo.Constraint(expr=sum(w * m.x[i] for i, w in enumerate(WEIGHTS)) <= limit)
    return m, Program.compile(m)


def worth(m: pyo.ConcreteModel, program: Program):
    return program.linear([(v, m.x[i]) for i, v in enumerate(WORTH)])


def test_once_stopped_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver hears of a signal once it has presolved, and a search is many solves."""
    m, program = knapsack()
    value, start = worth(m, program), np.zeros(6)
    asked = Relaxation(program, value, "max", (), {})
    asked.hold(np.array([0, 3]), np.array([1.0, 1.0]))
    assert asked.contradiction
    monkeypatch.setattr(INTERRUPT, "signal", signal.SIGTERM)
    asked.hold(np.array([0, 3]), np.array([0.0, 0.0]))
    assert not asked.contradiction
    none = program.solve(value, "max", Limits(gap=0))
    assert (none.verdict, none.values, none.bound, none.interrupted) == (Verdict.UNKNOWN, None, None, True)
    kept = program.solve(value, "max", Limits(gap=0), start=start)
    assert (kept.verdict, kept.objective, kept.bound, kept.interrupted) == (Verdict.WITHIN_LIMITS, 0.0, None, True)
    assert kept.values is start
    relaxation = Relaxation(program, value, "max", (), {})
    assert relaxation.values is None
    assert not relaxation.contradiction
    relaxation.hold(np.array([0]), np.array([1.0]))
    assert relaxation.values is None


def test_an_optimum_is_proven_and_whole() -> None:
    m, program = knapsack()
    outcome = program.solve(worth(m, program), "max", Limits(gap=0))
    # 3 + 4 + 4 = 11 of weight is worth 3 + 4 + 4 = 11; the 9 alone is worth 10
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.objective == outcome.bound == 11
    assert set(np.unique(outcome.values)) <= {0.0, 1.0}


def test_a_variable_in_no_rule_has_a_column() -> None:
    m, program = knapsack()
    assert program.solve(program.linear([(1.0, m.idle)]), "max", Limits()).objective == 1


def test_relaxed_columns_may_be_parts() -> None:
    m, program = knapsack()
    outcome = program.solve(worth(m, program), "max", Limits(gap=0), relaxed=program.whole)
    # 9 at 10/9, then 2 of weight at 1 a piece
    assert outcome.objective == pytest.approx(12)


def test_fixed_and_boxed_columns_are_held() -> None:
    m, program = knapsack()
    three = program.column_of(m.x[3])
    assert program.solve(worth(m, program), "max", Limits(gap=0), fixed={three: 1.0}).objective == 10
    assert program.solve(worth(m, program), "max", Limits(gap=0), boxed={three: (1.0, 1.0)}).objective == 10


def test_a_row_of_one_solve_holds_in_that_solve() -> None:
    m, program = knapsack()
    only_two = Row("two things", program.linear([(1.0, m.x[i]) for i in range(5)]), upper=2.0)
    assert program.solve(worth(m, program), "max", Limits(gap=0), rows=[only_two]).objective == 10
    assert program.solve(worth(m, program), "max", Limits(gap=0)).objective == 11


def test_infeasible_is_confirmed_without_presolve() -> None:
    m, program = knapsack()
    many = Row("too many", program.linear([(1.0, m.x[i]) for i in range(5)]), lower=5.0)
    outcome = program.solve(worth(m, program), "max", Limits(), rows=[many])
    assert outcome.verdict is Verdict.INFEASIBLE
    assert outcome.confirmed_without_presolve
    assert outcome.values is None


def test_a_start_that_breaks_a_row_is_refused() -> None:
    m, program = knapsack()
    with pytest.raises(ValueError, match="breaks a row"):
        program.solve(worth(m, program), "max", Limits(), start=np.ones(len(program.columns)))


def test_a_model_without_a_limit_is_an_error() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(domain=pyo.NonNegativeReals)
    m.c = pyo.Constraint(expr=m.x >= 1)
    program = Program.compile(m)
    with pytest.raises(RuntimeError, match="unbounded"):
        program.solve(program.linear([(1.0, m.x)]), "max", Limits())


def test_left_out_rules_relax() -> None:
    m, program = knapsack()
    assert program.without("fits").solve(worth(m, program), "max", Limits(gap=0)).objective == sum(WORTH)


def test_the_first_relaxation_by_interior_point_has_the_same_optimum() -> None:
    m, program = knapsack()
    plain = program.solve(worth(m, program), "max", Limits(gap=0))
    inside = program.solve(worth(m, program), "max", Limits(gap=0, interior=True))
    assert inside.verdict is plain.verdict is Verdict.OPTIMAL
    assert inside.objective == plain.objective


def test_a_plan_in_parts_that_is_whole_to_the_last_digits_is_not_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    m, program = knapsack()

    def refused(*_: object) -> Outcome:
        raise AssertionError("solved again")

    monkeypatch.setattr("planner.solve.highs.Run.cleaned", refused)
    parts = program.whole & (np.arange(len(program.columns)) < 1)
    found = program.solve(worth(m, program), "max", Limits(gap=0), relaxed=parts)
    assert found.values is not None
    whole = program.whole & ~parts
    assert (found.values[whole] == np.round(found.values[whole])).all()
    # a plan to publish has its last digits right as well
    with pytest.raises(AssertionError, match="solved again"):
        program.solve(worth(m, program), "max", Limits(gap=0))
    # a row that is broken by more than the last digits
    monkeypatch.setattr(Program, "violation", lambda *_: 1e-8)
    with pytest.raises(AssertionError, match="solved again"):
        program.solve(worth(m, program), "max", Limits(gap=0), relaxed=parts)


def test_the_same_seed_gives_the_same_values() -> None:
    m, program = knapsack()
    first, second = (program.solve(worth(m, program), "max", Limits(gap=0, seed=3)) for _ in range(2))
    assert first.values is not None
    assert second.values is not None
    assert first.values.tolist() == second.values.tolist()


HARD = """
import random, sys
import pyomo.environ as pyo
from planner.solve import Limits, Program, interruptible
random.seed(7)
m = pyo.ConcreteModel()
m.x = pyo.Var(range(60), domain=pyo.Binary)
rows = [[random.randint(0, 99) for _ in range(60)] for _ in range(5)]
m.s = pyo.Var(range(5), bounds=(0, 5000))
def use(r):
    return sum(a * m.x[i] for i, a in enumerate(rows[r]))
m.c = pyo.Constraint(range(5), rule=lambda m, r: use(r) + m.s[r] >= sum(rows[r]) // 2)
m.d = pyo.Constraint(range(5), rule=lambda m, r: use(r) - m.s[r] <= sum(rows[r]) // 2)
p = Program.compile(m)
print("ready", flush=True)
with interruptible() as stop:
    o = p.solve(p.linear([(1.0, m.s[r]) for r in range(5)]), "min", Limits(gap=0, seconds=600))
print(o.interrupted, o.objective is not None, o.verdict, stop.signal, flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_keeps_the_incumbent(number: int) -> None:
    root = Path(__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", HARD], cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(2)
        began = time.monotonic()
        process.send_signal(number)
        answer = process.stdout.read().split()
        assert process.wait(timeout=20) == 0
    assert time.monotonic() - began < 5
    assert answer == ["True", "True", "within_limits", str(int(number))]
