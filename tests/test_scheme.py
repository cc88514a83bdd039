"""The scheme: its steps, each way on when a step fails, its limits, and what it says of proof."""

from __future__ import annotations

import signal
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyomo.environ as pyo
import pytest
from toy import Toy, build, only

from planner.solve import Limits, Outcome, Program, Report, Verdict, models, proving, scheme
from planner.solve.interrupt import INTERRUPT
from planner.solve.scheme import solve
from planner.solve.standing import Options, Solution, Standing

#: one process, so that the toy stands in for the formulation; nothing is small, so that the scheme is taken
LIMITS = Limits(gap=0.01, seconds=60, processes=1)
LARGE = Options(small=0)
#: 25 racks at 5 less 1 each, three halls, a unit, the role, and site A
BEST = 25 * 4 - 30 - 2 - 1.5 - 1


@pytest.fixture(autouse=True)
def _toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "build", build)


def taken(solution: Solution) -> list[str]:
    return [step.name for step in solution.steps]


def chosen(solution: Solution) -> list[str]:
    return [name for name, v in solution.gates.items() if name.startswith("sites.open") and v == 1]


def test_small_programmes_are_solved_as_they_are() -> None:
    found = solve(Toy(), replace(LIMITS, gap=0.0))
    assert (found.verdict, found.value, found.gap, found.gap_usd) == (Verdict.OPTIMAL, pytest.approx(BEST), 0.0, 0.0)
    assert taken(found) == ["build each site", "compile each site", scheme.ALONE]
    assert found.present_cost == pytest.approx(25 + 30 + 2 + 1.5 + 1)
    assert found.size["integers"] == 18
    assert found.formulation is not None
    assert found.formulation.model.fleet.bought["A"].value == 25


def test_large_ones_by_the_scheme_with_the_same_end() -> None:
    reports: list[Report] = []
    found = solve(Toy(), LIMITS, options=LARGE, progress=reports.append)
    assert (found.verdict, found.value) == (Verdict.OPTIMAL, pytest.approx(BEST))
    assert scheme.PROVE in taken(found)
    assert scheme.ALONE not in taken(found)
    assert found.gap is not None
    assert found.gap <= 0.01
    assert found.bound is not None
    assert found.bound >= BEST
    assert chosen(found) == ["sites.open[A]"]
    assert reports[-1].value == pytest.approx(BEST)


def test_gates_that_cannot_be_placed_are_freed_at_their_sites() -> None:
    found = solve(Toy(no_role=("A",)), LIMITS, options=LARGE)
    assert scheme.FREED in taken(found)
    assert chosen(found) == ["sites.open[B]"] or found.gates["roles.role[A]"] == 0
    without = solve(Toy(no_role=("A",)), replace(LIMITS, gap=0.0))
    assert found.value == pytest.approx(without.value, rel=0.02)
    assert found.verdict is Verdict.OPTIMAL


def test_a_set_of_sites_that_cannot_be_placed_is_chosen_no_more() -> None:
    found = solve(Toy(closed=("A",)), LIMITS, options=LARGE)
    assert scheme.AGAIN in taken(found)
    assert chosen(found) == ["sites.open[B]"]
    assert found.value == pytest.approx(BEST - 1)
    # the pool still believes in A: what it says of the others is no bound on all
    assert found.bound is not None
    assert found.bound >= found.value


def test_then_the_exact_model_is_solved_for_the_time_left() -> None:
    found = solve(Toy(closed=("A", "B")), LIMITS, options=replace(LARGE, sets=0))
    assert scheme.AGAIN not in taken(found)
    assert taken(found)[-1] == scheme.ALONE
    assert (found.verdict, chosen(found)) == (Verdict.OPTIMAL, ["sites.open[C]"])
    assert found.value == pytest.approx(BEST - 2)


def test_racks_that_cannot_be_made_whole_free_halls_and_plant() -> None:
    case = Toy(racks_a_hall=7.5, demand=22.5, sites={"A": 1.0})
    found = solve(case, replace(LIMITS, gap=10.0), options=LARGE)
    assert scheme.FITTED in taken(found)
    assert found.formulation is not None
    assert found.formulation.model.fleet.bought["A"].value in (15, 30)


def test_an_infeasible_pool_proves_that_there_is_no_plan() -> None:
    found = solve(Toy(pool_clash=True), LIMITS, options=LARGE)
    assert (found.verdict, found.value, found.bound, found.formulation) == (Verdict.INFEASIBLE, None, None, None)
    assert found.confirmed_without_presolve
    assert scheme.ALONE not in taken(found)
    small = solve(Toy(pool_clash=True), LIMITS)
    assert (small.verdict, small.confirmed_without_presolve) == (Verdict.INFEASIBLE, True)


def test_a_clash_of_the_exact_model_alone_is_not_settled_without_its_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Toy(closed=("A", "B", "C"))
    found = solve(case, LIMITS, options=LARGE)
    assert (found.verdict, found.confirmed_without_presolve) == (Verdict.INFEASIBLE, True)
    monkeypatch.setattr(scheme.Scheme, "alone", lambda self, until: None)
    found = solve(case, LIMITS, options=LARGE)
    assert (found.verdict, found.confirmed_without_presolve) == (Verdict.UNKNOWN, False)
    assert found.bound is not None  # a bound on what a plan could be worth, if there is one


def test_a_rule_without_variables_that_fails_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(case, places):
        built = build(case, places)
        built.model.never = models_constraint(built)
        return built

    def models_constraint(built):
        return pyo.Constraint(expr=0 * built.model.sites.open["A"] >= 1)

    monkeypatch.setattr(models, "build", broken)
    found = solve(Toy(), LIMITS)
    assert (found.verdict, found.confirmed_without_presolve) == (Verdict.INFEASIBLE, True)


def test_better_gates_are_placed_while_the_pool_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those at C come first, then those at A, both before the answer; the answer's are placed already."""
    at = [solve(Toy(), LIMITS, options=LARGE, conditions=only(site)).gates for site in "CA"]
    waiting = list(at)

    class Beside(proving.Prover):
        def better(self, watch):
            assert self._task.name == scheme.PROVE
            return waiting.pop(0) if waiting else None

    monkeypatch.setattr(scheme, "Prover", Beside)
    monkeypatch.setattr(scheme.Scheme, "first_gates", lambda self, prover: None)
    found = solve(Toy(), LIMITS, options=LARGE)
    assert waiting == []
    assert taken(found).count(scheme.PLACE) == 2
    assert scheme.PROVE in taken(found)
    assert chosen(found) == ["sites.open[A]"]
    assert found.value == pytest.approx(BEST)


def test_gates_of_another_run_are_tried_first() -> None:
    before = solve(Toy(), LIMITS, options=LARGE, conditions=only("C"))
    assert chosen(before) == ["sites.open[C]"]
    found = solve(Toy(), replace(LIMITS, gap=10.0), options=LARGE, start=before.gates)
    assert scheme.FIRST in taken(found)
    assert chosen(found) in (["sites.open[C]"], ["sites.open[A]"])
    # where they do not hold they do no harm
    other = solve(Toy(), LIMITS, options=LARGE, start=before.gates, conditions=only("A"))
    assert (other.verdict, chosen(other)) == (Verdict.OPTIMAL, ["sites.open[A]"])


def test_a_signal_publishes_the_best_plan_that_is_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(self: Standing, found: Outcome, exact: models.Model) -> None:
        plain(self, found, exact)
        monkeypatch.setattr(INTERRUPT, "signal", signal.SIGINT)

    plain = Standing.keep
    monkeypatch.setattr(Standing, "keep", stop)
    found = solve(Toy(), LIMITS, options=LARGE)
    assert (found.verdict, found.interrupted) == (Verdict.WITHIN_LIMITS, True)
    assert taken(found)[-2:] == [scheme.FIRST, scheme.RACKS]
    assert found.formulation is not None
    program = Program.compile(found.formulation.model)
    assert program.violation(program.loaded()) <= 1e-9


def test_no_time_at_all_is_unknown_and_says_so() -> None:
    for options in (LARGE, Options()):
        found = solve(Toy(), replace(LIMITS, seconds=0.0), options=options)
        assert found.verdict in (Verdict.UNKNOWN, Verdict.WITHIN_LIMITS)
        assert found.verdict is Verdict.UNKNOWN or found.formulation is not None


def test_with_a_node_limit_no_clock_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = replace(LIMITS, seconds=0.0, nodes=100)
    first, second = (solve(Toy(count=2), limits, options=LARGE) for _ in range(2))
    assert first.value == second.value
    assert (first.gates, taken(first)) == (second.gates, taken(second))


def test_a_bound_below_the_plan_is_none() -> None:
    now = Standing(LIMITS, lambda report: None)
    now.best, now.cost = Outcome(Verdict.OPTIMAL, 100.0, values=np.zeros(1)), 50.0
    now.prove(90.0)
    assert (now.bound, now.gap, now.proven) == (None, None, False)
    now.bounds.append(100.0 - 1e-7)  # rounding
    assert (now.bound, now.gap) == (100.0, 0.0)


def test_the_gap_is_a_share_of_present_cost() -> None:
    now = Standing(Limits(gap=0.05), lambda report: None)
    now.best, now.cost = Outcome(Verdict.OPTIMAL, 0.5, values=np.zeros(1)), 50.0
    now.prove(3.0)
    assert now.gap == pytest.approx(0.05)
    assert now.proven
    now.cost = 0.0
    assert not now.proven


def test_limits_of_use_are_no_larger_than_what_all_sites_can_run() -> None:
    """Two sites of 1,000 MW each where the country can run 60: 60 in the first year, half of that once shared."""
    m = pyo.ConcreteModel()
    m.workload, m.roles, m.sites = pyo.Block(), pyo.Block(), pyo.Block()
    keys = [(s, "any", "gov", t) for s in "AB" for t in (0, 1)]
    m.workload.in_use = pyo.Var(keys, domain=pyo.NonNegativeReals)
    m.roles.live_by = pyo.Var("AB", (0, 1), domain=pyo.Binary)
    m.roles.in_use_where_live = pyo.Constraint(
        "AB", (0, 1), rule=lambda b, s, t: m.workload.in_use[s, "any", "gov", t] <= 1000 * b.live_by[s, t]
    )
    m.country = pyo.Constraint((0, 1), rule=lambda m, t: sum(m.workload.in_use[s, "any", "gov", t] for s in "AB") <= 60)
    program = Program.compile(m)
    case = SimpleNamespace(parameter=Toy().parameter, periods=SimpleNamespace(year=lambda t: 2026 + t))
    nothing = program.linear([])
    model = models.Model(SimpleNamespace(case=case), program, nothing, nothing)
    model = model.tightened(model.most_in_use()).program
    limits = {
        name: -model.matrix[i, model.index[name.replace("in_use_where_live", "live_by")]]
        for i, name in enumerate(model.row_names)
        if name.startswith("roles.")
    }
    assert limits == pytest.approx(
        {f"roles.in_use_where_live[{s},{t}]": (60, 30)[t] for s in "AB" for t in (0, 1)}, rel=1e-5
    )
