"""The solver's doors: compiling, verdicts, gaps, starts, limits, the last linear solve, signals."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest

from planner.solve import Contradiction, Outcome, Program, Progress, Row, SolveLimits, Verdict, distance, marginals
from planner.solve import highs as solver
from planner.solve.interrupt import INTERRUPT

WEIGHTS = (3.0, 4.0, 5.0, 9.0, 4.0)
WORTH = (3.0, 4.0, 4.0, 10.0, 4.0)
ALL = SolveLimits()


def knapsack(limit: float = 11.0) -> tuple[pyo.ConcreteModel, Program]:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(5), domain=pyo.Binary)
    m.idle = pyo.Var(bounds=(0, 1))
    m.fits = pyo.Constraint(expr=sum(w * m.x[i] for i, w in enumerate(WEIGHTS)) <= limit)
    return m, Program.compile(m)


def worth(m: pyo.ConcreteModel, program: Program):
    return program.linear([(v, m.x[i]) for i, v in enumerate(WORTH)])


def test_rows_columns_and_names_are_those_of_the_model() -> None:
    m = pyo.ConcreteModel()
    m.b = pyo.Block()
    m.b.n = pyo.Var(["A", "B"], domain=pyo.NonNegativeIntegers, bounds=(None, 7))
    m.free = pyo.Var()
    m.held = pyo.Var(initialize=3.0)
    m.held.fix()
    m.between = pyo.Constraint(expr=pyo.inequality(1, m.b.n["A"] + 2 * m.free, 5))
    m.equal = pyo.Constraint(expr=m.b.n["A"] - m.b.n["A"] + m.b.n["B"] == m.free + 4)
    m.off = pyo.Constraint(expr=m.free <= 0)
    m.off.deactivate()
    p = Program.compile(m)
    assert p.size == {"rows": 3, "columns": 4, "integers": 2, "nonzeros": 6}
    assert sorted(p.row_names) == ["between", "between", "equal"]
    assert set(p.names) == {"b.n[A]", "b.n[B]", "free", "held"}
    i = p.index
    assert (p.lower[i["b.n[A]"]], p.upper[i["b.n[A]"]], p.lower[i["free"]]) == (0, 7, -np.inf)
    assert (p.lower[i["held"]], p.upper[i["held"]]) == (3, 3)
    plan = np.zeros(4)
    plan[[i["b.n[B]"], i["free"], i["held"]]] = 6, 2, 3
    assert p.violation(plan) == 0
    plan[i["free"]] = 3
    assert p.violation(plan) == pytest.approx(1 / 6)  # 0 + 2 x 3 where 5 are allowed
    p.load(plan)
    assert m.free.value == 3
    assert p.loaded().tolist() == plan.tolist()


def test_repeated_terms_are_added() -> None:
    m, program = knapsack()
    twice = program.linear([(1.0, m.x[0]), (2.5, m.x[0]), (1.0, m.x[1])])
    assert twice.at(np.ones(6)) == 4.5
    assert len(twice.columns) == 2


def test_a_rule_without_variables_that_fails_is_a_contradiction() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(bounds=(0, 1))
    m.fine = pyo.Constraint(expr=0 * m.x <= 1)
    assert Program.compile(m).size["rows"] == 0
    m.never = pyo.Constraint(expr=0 * m.x >= 1)
    with pytest.raises(Contradiction, match="never"):
        Program.compile(m)


def test_an_optimum_is_proven_and_whole() -> None:
    m, program = knapsack()
    outcome = program.solve(worth(m, program), ALL)
    # 3 + 4 + 4 = 11 of weight is worth 3 + 4 + 4 = 11; the 9 alone is worth 10
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.value == outcome.bound == 11
    assert outcome.gap == 0
    assert set(np.unique(outcome.values)) <= {0.0, 1.0}


def test_a_variable_in_no_rule_has_a_column() -> None:
    m, program = knapsack()
    assert program.solve(program.linear([(1.0, m.idle)]), ALL).value == 1


def test_columns_that_need_not_be_whole_may_be_parts() -> None:
    m, program = knapsack()
    outcome = program.restricted(whole=np.zeros(6, dtype=bool)).solve(worth(m, program), ALL)
    # 9 at 10/9, then 2 of weight at 1 a piece
    assert outcome.value == outcome.bound == pytest.approx(12)
    one = np.zeros(6, dtype=bool)
    one[program.column_of(m.x[3])] = True
    found = program.restricted(whole=one).solve(worth(m, program), ALL)
    assert found.value == pytest.approx(12)
    assert found.values is not None
    assert found.values[program.column_of(m.x[3])] == 1.0


def test_fixed_columns_are_held_and_never_widen_a_bound() -> None:
    m, program = knapsack()
    three = program.column_of(m.x[3])
    assert program.restricted(fixed={three: 1.0}).solve(worth(m, program), ALL).value == 10
    outside = program.restricted(fixed={three: 2.0}).solve(worth(m, program), ALL)
    assert outside.verdict is Verdict.INFEASIBLE
    assert outside.confirmed_without_presolve


def test_a_row_of_one_solve_holds_in_that_solve() -> None:
    m, program = knapsack()
    only_two = Row("two things", program.linear([(1.0, m.x[i]) for i in range(5)]), upper=2.0)
    assert program.restricted(rows=[only_two]).solve(worth(m, program), ALL).value == 10
    assert program.solve(worth(m, program), ALL).value == 11


def test_infeasible_is_confirmed_without_presolve() -> None:
    m, program = knapsack()
    many = Row("too many", program.linear([(1.0, m.x[i]) for i in range(5)]), lower=5.0)
    outcome = program.restricted(rows=[many]).solve(worth(m, program), ALL)
    assert outcome.verdict is Verdict.INFEASIBLE
    assert outcome.confirmed_without_presolve
    assert outcome.values is None
    assert not program.restricted(rows=[many]).solve(worth(m, program), ALL, confirm=False).confirmed_without_presolve


def test_a_wrong_infeasible_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    m, program = knapsack()
    right = solver.solve

    def wrong(problem, limits, *, presolve=True, **rest) -> Outcome:
        return right(problem, limits, presolve=False, **rest) if not presolve else Outcome(Verdict.INFEASIBLE)

    monkeypatch.setattr(solver, "solve", wrong)
    outcome = program.solve(worth(m, program), ALL, clean=False)
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.value == 11


def test_a_clash_of_whole_things_alone_is_confirmed_too() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(2), domain=pyo.Integers, bounds=(0, 10))
    m.odd = pyo.Constraint(expr=2 * m.x[0] - 2 * m.x[1] == 1)
    p = Program.compile(m)
    outcome = p.solve(p.linear([(1.0, m.x[0])]), ALL)
    assert outcome.verdict is Verdict.INFEASIBLE
    assert outcome.confirmed_without_presolve


def test_a_start_that_breaks_a_row_is_refused() -> None:
    m, program = knapsack()
    with pytest.raises(ValueError, match="breaks a row"):
        program.solve(worth(m, program), ALL, start=np.ones(len(program.columns)))


def test_a_model_without_a_limit_is_an_error() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(domain=pyo.NonNegativeReals)
    m.c = pyo.Constraint(expr=m.x >= 1)
    program = Program.compile(m)
    with pytest.raises(RuntimeError, match="unbounded"):
        program.solve(program.linear([(1.0, m.x)]), ALL)


def test_the_options_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS as it comes: what is set is one thread, no console, the seed, the gap and the limits."""
    said = []
    plain = highspy.Highs.setOptionValue
    monkeypatch.setattr(highspy.Highs, "setOptionValue", lambda h, k, v: said.append((k, v)) or plain(h, k, v))
    m, program = knapsack()
    program.solve(worth(m, program), SolveLimits(gap=0.5, seconds=9.0, nodes=7, seed=3), clean=False)
    assert dict(said) == {
        "log_to_console": False,
        "threads": 1,
        "random_seed": 3,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.5,
        "time_limit": 9.0,
        "mip_max_nodes": 7,
    }


def leaky() -> tuple[pyo.ConcreteModel, Program]:
    """A gate that lets a little through when it is a little open."""
    m = pyo.ConcreteModel()
    m.gate = pyo.Var(domain=pyo.Binary)
    m.use = pyo.Var(bounds=(0, 1e6))
    m.through = pyo.Constraint(expr=m.use <= 1e6 * m.gate)
    return m, Program.compile(m)


def leaking(patch: pytest.MonkeyPatch, program: Program, m: pyo.ConcreteModel, value: float, bound: float) -> None:
    """A solver that uses half of what a gate opens, with the gate a two-millionth open."""
    right = solver.solve

    def solve(problem, limits, **rest) -> Outcome:
        if not problem.whole.any():
            return right(problem, limits, **rest)
        values = np.zeros(2)
        values[program.column_of(m.gate)], values[program.column_of(m.use)] = 5e-7, 0.5
        return Outcome(Verdict.OPTIMAL, value, bound, values=values)

    patch.setattr(solver, "solve", solve)


def test_parts_of_whole_things_are_removed_by_a_linear_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    m, program = leaky()
    value = program.linear([(1.0, m.use), (-2e6, m.gate)])
    leaking(monkeypatch, program, m, -0.5, 0.0)
    outcome = program.solve(value, ALL)
    assert outcome.value == 0
    assert outcome.values is not None
    assert outcome.values.tolist() == [0, 0]
    assert outcome.verdict is Verdict.OPTIMAL


def test_a_plan_that_only_parts_make_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    m, program = leaky()
    m.least = pyo.Constraint(expr=m.use >= 0.5)
    program = Program.compile(m)
    leaking(monkeypatch, program, m, 0.5, 0.5)
    outcome = program.solve(program.linear([(1.0, m.use)]), ALL)
    assert (outcome.verdict, outcome.value, outcome.values) == (Verdict.UNKNOWN, None, None)


def test_a_difference_of_rounding_is_no_gap() -> None:
    assert distance(1000.0, 1000.0 + 5e-7) == 0
    assert distance(1000.0, 999.0) == 0
    assert distance(1000.0, 1000.01) == pytest.approx(0.01)
    assert Outcome(Verdict.UNKNOWN, None, 3.0).gap is None


def hard(n: int = 60) -> tuple[pyo.ConcreteModel, Program]:
    """A market split: no solver proves it in a test's time."""
    rng = np.random.default_rng(7)
    rows = rng.integers(0, 99, (5, n)).tolist()
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(n), domain=pyo.Binary)
    m.s = pyo.Var(range(5), bounds=(0, 5000))
    m.c = pyo.Constraint(range(5), rule=lambda m, r: _use(m, rows[r]) + m.s[r] >= sum(rows[r]) // 2)
    m.d = pyo.Constraint(range(5), rule=lambda m, r: _use(m, rows[r]) - m.s[r] <= sum(rows[r]) // 2)
    return m, Program.compile(m)


def _use(m: pyo.ConcreteModel, row: list[int]):
    return sum(a * m.x[i] for i, a in enumerate(row))


def slack(m: pyo.ConcreteModel, program: Program):
    return program.linear([(-1.0, m.s[r]) for r in range(5)])


def test_the_watch_hears_of_plan_and_bound_and_may_end_a_solve() -> None:
    m, program = hard()
    heard: list[Progress] = []

    def watch(progress: Progress) -> bool:
        heard.append(progress)
        return progress.seconds > 1.5

    outcome = program.solve(slack(m, program), SolveLimits(seconds=60), watch=watch)
    assert outcome.verdict is Verdict.WITHIN_LIMITS
    assert outcome.seconds < 15
    last = heard[-1]
    assert last.incumbent is not None
    assert last.bound is not None
    assert last.incumbent <= last.bound <= 0
    assert outcome.value is not None
    assert outcome.value >= last.incumbent - 1e-6


def test_a_node_limit_gives_the_same_plan_again() -> None:
    m, program = hard()
    first, second = (program.solve(slack(m, program), SolveLimits(nodes=50, seed=3)) for _ in range(2))
    assert first.values is not None
    assert second.values is not None
    assert first.values.tolist() == second.values.tolist()
    assert first.verdict is Verdict.WITHIN_LIMITS


def test_a_gap_asked_for_ends_a_solve() -> None:
    m, program = hard()
    outcome = program.solve(slack(m, program), SolveLimits(gap=1e4, seconds=60))
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.gap is not None
    assert 0 < outcome.gap <= 1e4


def test_once_stopped_a_plan_is_still_made_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    m, program = knapsack()
    plain = solver._outcome

    def stopped(*given) -> Outcome:
        monkeypatch.setattr(INTERRUPT, "signal", signal.SIGTERM)
        return plain(*given)

    monkeypatch.setattr(solver, "_outcome", stopped)
    outcome = program.solve(worth(m, program), ALL)
    assert outcome.value == 11


def test_the_most_of_a_sum_is_that_of_the_relaxation() -> None:
    m, program = knapsack()
    sums = [program.linear([(1.0, m.x[3])]), worth(m, program), program.linear([(1.0, m.x[i]) for i in range(5)])]
    assert program.most(sums) == pytest.approx([1, 12, 3])
    m.least = pyo.Constraint(expr=m.x[0] + m.x[1] >= 3)
    assert Program.compile(m).most([worth(m, program)]) == [None]


def test_a_dual_is_the_worth_of_one_unit_more() -> None:
    m = pyo.ConcreteModel()
    m.n = pyo.Var(domain=pyo.NonNegativeIntegers)
    m.x = pyo.Var(domain=pyo.NonNegativeReals)
    m.money = pyo.Constraint(expr=pyo.inequality(-9, 2 * m.x + 4 * m.n, 10))
    m.most = pyo.Constraint(expr=m.n <= 1.5)
    p = Program.compile(m)
    value = p.linear([(3.0, m.x), (9.0, m.n)])
    plan = p.solve(value, ALL)
    assert plan.value == 9 + 3 * 3
    assert plan.values is not None
    assert marginals(p, value, plan.values) == pytest.approx({"money": 1.5, "most": 0.0})


HARD = """
import sys
sys.path[:0] = ["tests"]
from test_solve import hard, slack
from planner.solve import SolveLimits, interruptible
m, p = hard()
print("ready", flush=True)
with interruptible() as stop:
    o = p.solve(slack(m, p), SolveLimits(seconds=600))
print(o.interrupted, o.value is not None, o.verdict, stop.signal, flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
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
