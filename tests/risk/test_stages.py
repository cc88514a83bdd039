"""What to sign now: against every first step there is, against the pencil, and against plans of one future."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from random_programmes import random_programme
from risk.futures import futures, tables
from small import NET_BENEFIT, programme, solved, value
from tiny import write_tiny

from planner.formulation import build
from planner.formulation.terms import value as at_values
from planner.inputs.read import load
from planner.risk import stages as stages_module
from planner.risk.stages import Decided, decided
from planner.solve import Limits, Program, SolveLimits, Verdict
from planner.solve.extensive import Extensive, Future, Held, Stages, commitments, cvar, values_of
from planner.solve.scheme import solve

LIMITS = Limits(gap=0.0, seconds=120.0, processes=1)
DEAR_OR_CHEAP = {"dear": (3.0, 0.5), "cheap": (0.1, 0.5), "mean": (1.55, 0.0)}


def ways(folder: Path, prices: dict[str, tuple[float, float]], stages: Stages, **more: float) -> Decided:
    """The last price is that of the mean future."""
    *found, mean = futures(folder, prices, **more)
    return decided(found, mean.case, stages, LIMITS)


def random_prices(seed: int) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    draw = random.Random(seed)
    odds = [draw.uniform(0.2, 1.0) for _ in range(3)]
    factors = [draw.choice([0.1, 0.5, 1.0, 1.5, 2.5]) * draw.uniform(0.8, 1.2) for _ in odds]
    odds = [p / sum(odds) for p in odds]
    mean = sum(p * f for p, f in zip(odds, factors, strict=True))
    prices = {str(n): (f, p) for n, (f, p) in enumerate(zip(factors, odds, strict=True))}
    what = {"first_price": draw.uniform(8e6, 28e6), "hall": draw.uniform(1e6, 9e6), "lead": draw.choice([12, 24])}
    return {**prices, "mean": (mean, 0.0)}, what


def best_by_trying(found: list[Future]) -> float:
    """The best expectation over all whole commitments of 2026, each future solved by itself with them fixed."""
    models = []
    for future in found:
        built = build(future.case)
        program = Program.compile(built.model)
        first = {key: terms for key, terms in commitments(built).items() if key[2] == 0}
        whole = {key: terms[0][1] for key, terms in first.items() if not terms[0][1].is_continuous()}
        models.append((future.probability, program, program.linear(built.objective), whole))
    keys = list(models[0][3])
    assert all(list(whole) == keys for *_, whole in models)
    most = [int(models[0][3][key].ub) for key in keys]
    best = -np.inf
    for plan in itertools.product(*(range(n + 1) for n in most)):
        if sum(n for key, n in zip(keys, plan, strict=True) if key[0] == "opens") != 1:
            continue
        expected = 0.0
        for p, program, objective, whole in models:
            fixed = {program.column_of(whole[key]): float(n) for key, n in zip(keys, plan, strict=True)}
            outcome = program.restricted(fixed=fixed).solve(objective, SolveLimits(), confirm=False)
            expected += -np.inf if outcome.value is None else p * outcome.value
            if expected == -np.inf:
                break
        best = max(best, expected)
    return best


def test_a_hall_is_worth_fitting_before_the_price_is_known(tmp_path: Path) -> None:
    """A hall costs 12 M$ and must be begun in 2026. Two racks serve two years, worth 40 M$: at 1 M$ each they leave 38,
    at 30 M$ none is bought, at the mean of 15.5 they leave 9. So the mean builds nothing, and half of 38 less 12 is 7.
    """
    found = ways(tmp_path, DEAR_OR_CHEAP, Stages(1, level=0.5))
    assert found.knowing.values == pytest.approx((0.0, 26.0))
    assert found.mean.values == pytest.approx((0.0, 0.0))
    assert found.signed.values == pytest.approx((-12.0, 26.0))
    assert found.signed.signed == {("opens", ("A",), 0): 1.0, ("modules", ("A", "RETRO-D2C"), 0): 1.0}
    assert found.signed.bound == pytest.approx(7.0)
    assert found.worth(found.signed, found.mean) == pytest.approx(7.0)
    assert found.worth(found.knowing, found.signed) == pytest.approx(6.0)
    assert (found.cvar(found.signed), found.cvar(found.knowing)) == pytest.approx((-12.0, 0.0))
    assert found.regrets(found.signed) == pytest.approx([12.0, 0.0])
    # racks of 2027 would have no hall to stand in
    assert found.waited.values == pytest.approx((0.0, 0.0))
    assert found.regrets(found.waited) == pytest.approx([0.0, 26.0])
    assert all(p.passed for p in (found.knowing, found.mean, found.signed, found.waited))


@pytest.mark.parametrize(("weight", "halls"), [(0.36, 1), (0.38, 0)])
def test_a_weight_on_the_worst_future_ends_the_wager(tmp_path: Path, weight: float, halls: int) -> None:
    """(1 - weight) 7 - weight 12 is above nothing up to a weight of 7/19 = 0.368."""
    first = futures(tmp_path, DEAR_OR_CHEAP)[:2]
    model = Extensive.of(first, Stages(1, level=0.5, weight=weight))
    outcome = model.solve(SolveLimits())
    assert sum(v.value for v in model.built[0].model.construction.started_by.values()) == pytest.approx(3 * halls)
    values = [at_values(built.objective) for built in model.built]
    mean = sum(values) / 2
    assert outcome.value == pytest.approx((1 - weight) * mean + weight * cvar(values, [0.5, 0.5], 0.5), abs=1e-6)


def test_cvar_is_the_mean_of_the_worst_part() -> None:
    assert cvar([3.0, -1.0, 10.0], [0.5, 0.25, 0.25], 0.75) == pytest.approx(-1.0)
    assert cvar([3.0, -1.0, 10.0], [0.5, 0.25, 0.25], 0.5) == pytest.approx(1.0)
    assert cvar([3.0, -1.0, 10.0], [0.5, 0.25, 0.25], 0.0) == pytest.approx(3.75)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_no_first_step_is_better_than_the_one_that_is_signed(tmp_path: Path, seed: int) -> None:
    prices, what = random_prices(seed)
    found = futures(tmp_path, prices, **what)[:3]
    outcome = Extensive.of(found, Stages(1)).solve(SolveLimits())
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.value == pytest.approx(best_by_trying(found), abs=1e-5)


@pytest.mark.parametrize("seed", [n if n < 1 else pytest.param(n, marks=pytest.mark.slow) for n in range(10)])
def test_knowing_is_best_and_the_mean_future_worst(tmp_path: Path, seed: int) -> None:
    prices, what = random_prices(seed)
    found = ways(tmp_path, prices, Stages(1), **what)
    knowing, signed, mean = (found.expected(p) for p in (found.knowing, found.signed, found.mean))
    assert knowing is not None
    assert signed is not None
    assert mean is not None
    assert knowing >= signed - 1e-5
    assert signed >= mean - 1e-5
    assert min(found.regrets(found.signed)) >= -1e-5
    assert found.waited.values == () or found.expected(found.waited) <= signed + 1e-5  # type: ignore[operator]


def test_futures_that_are_alike_give_the_plan(tmp_path: Path) -> None:
    base = solved(tmp_path / "base", tables(hall=1e6), programme(NET_BENEFIT, budget_usd=100e6, gap=0.0))
    found = ways(tmp_path / "alike", {"a": (1.0, 0.3), "b": (1.0, 0.7), "mean": (1.0, 0.0)}, Stages(1), hall=1e6)
    for policy in (found.knowing, found.signed, found.mean):
        assert policy.values == pytest.approx((value(base), value(base)))
    assert found.worth(found.knowing, found.mean) == pytest.approx(0.0, abs=1e-6)


def test_a_future_without_a_plan_is_named(tmp_path: Path) -> None:
    """Racks at ten times their price leave the budget with nothing to keep the promise of compute by."""
    claim = {"id": "compute", "claim": "Compute", "said_by": "me", "metric": "compute", "tier": "installed"}
    claim |= {"precision": "fp8", "unit": "PFLOP/s", "binding": "firm", "level": 20, "by": 2027}
    model = write_tiny(tmp_path, tables(), programme(NET_BENEFIT, budget_usd=80e6, gap=0.0, claims=[claim]))
    cases = [load(model, [f"chip_supply.*.rack_price_usd=*{f}"]) for f in (0.5, 10.0)]
    found = decided([Future(str(n), c, 0.5) for n, c in enumerate(cases)], cases[0], Stages(1), LIMITS)
    assert found.knowing.without_plan == found.mean.without_plan == ("1",)
    assert found.signed.verdict is Verdict.INFEASIBLE
    assert found.expected(found.signed) is None
    assert found.worth(found.knowing, found.signed) is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 5, 6, 8])
def test_random_programmes_keep_the_order(tmp_path: Path, seed: int) -> None:
    rows, asked = random_programme(seed)
    model = write_tiny(tmp_path, rows, {**asked, "gap": 0.0})
    cases = [load(model, [f"chip_supply.*.rack_price_usd=*{f}"]) for f in (0.7, 1.3, 1.0)]
    before = 12 // cases[0].periods.months
    pair = [Future(str(n), c, 0.5) for n, c in enumerate(cases[:2])]
    found = decided(pair, cases[2], Stages(before), LIMITS)
    ends = [found.expected(p) for p in (found.knowing, found.signed, found.mean)]
    if ends[0] is None:
        assert found.signed.verdict is Verdict.INFEASIBLE
        return
    assert ends[1] is None or ends[0] >= ends[1] - 1e-5
    assert ends[2] is None or (ends[1] is not None and ends[1] >= ends[2] - 1e-5)


def test_a_large_program_starts_from_the_mean_future_at_its_sites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no time of its own it is as good as the mean; with time it is as good as free sites, where these agree."""
    whole = ways(tmp_path / "whole", DEAR_OR_CHEAP, Stages(1))
    monkeypatch.setattr(stages_module, "SMALL", 1)
    found = ways(tmp_path / "large", DEAR_OR_CHEAP, Stages(1))
    assert (whole.sites, found.sites) == (None, frozenset("A"))
    assert found.signed.values == pytest.approx(whole.signed.values)
    assert found.signed.verdict is Verdict.WITHIN_LIMITS
    assert found.signed.bound == pytest.approx(13.0)  # that of knowing: other sites were not tried
    first = futures(tmp_path / "start", {"dear": (3.0, 0.5), "cheap": (0.1, 0.5)})
    model = Extensive.of(first, Stages(1, level=0.5, weight=0.3))
    alone = [solve(f.case, LIMITS, conditions=Held({("opens", ("A",), 0): 1.0}, 1)).formulation for f in first]
    start = model.start([values_of(one) for one in alone if one is not None])
    assert start is not None
    assert model.program.violation(start) <= 1e-6
    other = [solve(f.case, LIMITS).formulation for f in first]
    assert model.start([values_of(one) for one in other if one is not None]) is None
