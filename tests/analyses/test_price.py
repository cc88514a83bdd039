"""Prices against brute force: the same programmes solved whole, one by one, without and with one unit more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broken import Broken, base, claim
from small import EXACT, Row
from tiny import write_tiny

from planner.analyses import price_words
from planner.analyses.notebook import Notebook
from planner.analyses.price import Band, Price, Prices, Pricing, price
from planner.analyses.question import Undecided
from planner.analyses.source import Source
from planner.formulation import build
from planner.formulation.objective import aims
from planner.inputs.case import Case
from planner.inputs.programme import Stage
from planner.run import optimize
from planner.solve import Limits, Program, marginals


def promising(level: float = 10.0, **fields: object) -> Broken:
    """Halls, a rack's worth of secured power that any plan has, and fp64 racks that nobody's work asks for."""
    made = base("priced")
    fp64 = claim("fp64", 3, 2027, metric="compute", tier="installed", precision="fp64", unit="PFLOP/s")
    made.claims = [claim("halls", level, 2027), claim("spare", 1, 2028, tier="secured", unit="MW facility"), fp64]
    made.fields = {"budget_usd": 45e6, **fields}
    return made


def brute(folder: Path, made: Broken, objective: str, claims: list[Row]) -> float | None:
    asked = {**made.asked, "claims": claims, "stages": [{"name": objective}]}
    result = optimize(Source(str(write_tiny(folder, made.tables, asked))).case(), EXACT)
    return result.document["stages"][0]["value"]


def priced(folder: Path, made: Broken) -> Prices:
    source = Source(str(write_tiny(folder, made.tables, made.asked)))
    return price(source, Notebook(None, "price", ""), seconds=600)


def of(found: Prices, term: str, objective: str) -> Price:
    return next(p for p in found.prices if p.term.id == term and p.objective == objective)


def test_what_was_priced_before_the_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = promising()
    whole = priced(tmp_path / "whole", made)
    left = [2]
    asked = Pricing.price

    def ends(self: Pricing, *what: Any) -> Price:
        if not left[0]:
            raise Undecided
        left[0] -= 1
        return asked(self, *what)

    monkeypatch.setattr(Pricing, "price", ends)
    cut = priced(tmp_path / "cut", made)
    assert cut.verdict == "priced"
    assert not cut.complete
    assert [p.as_dict() for p in cut.prices] == [p.as_dict() for p in whole.prices[:2]]


@pytest.mark.parametrize("objective", ["mission value", "present cost"])
def test_prices_agree_with_brute_force(tmp_path: Path, objective: str) -> None:
    made = promising()
    found = priced(tmp_path / "priced", made)
    sign = 1.0 if objective == "mission value" else -1.0
    base_value = brute(tmp_path / "base", made, objective, made.claims)
    assert base_value is not None
    dues = []
    for n, promise in enumerate(made.claims):
        rest = [c for c in made.claims if c is not promise]
        without = brute(tmp_path / f"without-{n}", made, objective, rest)
        more = brute(tmp_path / f"more-{n}", made, objective, [*rest, {**promise, "level": promise["level"] + 1}])
        assert without is not None
        mine = of(found, str(promise["id"]), objective)
        dues.append(sign * (without - base_value))
        assert mine.given_up is not None
        assert mine.given_up.low - 1e-3 <= dues[-1] <= mine.given_up.high + 1e-3
        if more is None:
            assert mine.clashes_with_more
        else:
            assert mine.per_unit is not None
            assert mine.per_unit.low - 1e-3 <= sign * (base_value - more) <= mine.per_unit.high + 1e-3
    assert max(dues) > 0.1  # M USD: something has a price


def test_a_promise_that_costs_nothing_is_no_constraint(tmp_path: Path) -> None:
    found = priced(tmp_path, promising())
    assert of(found, "spare", "mission value").verdict == "not a constraint"
    halls = of(found, "halls", "present cost")
    assert halls.verdict == "a constraint"
    assert halls.given_up is not None
    assert halls.given_up.low > 0


def test_marginal_worth_is_what_a_dollar_more_buys(tmp_path: Path) -> None:
    """Nothing whole: the dual of the budget against the same programme with 0.01 M$ more."""
    made = promising()
    case = Source(str(write_tiny(tmp_path, made.tables, made.asked))).case()
    built = build(case)
    program = Program.compile(built.model)
    parts = replace(program, whole=np.zeros(len(program.columns), dtype=bool))
    (aim,) = aims(built.model, case_with(case, "mission value"), built.accounts)
    value, limits = program.linear(aim.terms), Limits(gap=0.0, seconds=600)
    plan = parts.solve(value, "max", limits)
    assert plan.values is not None
    assert plan.objective is not None
    worth = marginals(parts, value, "max", plan.values, limits)
    assert worth is not None
    more = np.array([0.01 if name.startswith("budget.within") else 0.0 for name in parts.row_names])
    richer = replace(parts, row_upper=parts.row_upper + more).solve(value, "max", limits)
    assert richer.objective is not None
    gained = sum(dual for name, dual in worth.items() if name.startswith("budget.within"))
    assert gained > 0
    assert (richer.objective - plan.objective) / 0.01 == pytest.approx(gained, rel=1e-4)


def case_with(case: Case, objective: str) -> Case:
    stages = (Stage(name=objective),)  # type: ignore[arg-type]
    return replace(case, programme=case.programme.model_copy(update={"stages": stages}))


def test_without_a_plan_nothing_has_a_price(tmp_path: Path) -> None:
    found = priced(tmp_path, promising(level=20.0, budget_usd=28e6))
    assert found.verdict == "infeasible"
    assert "no plan" in price_words.text(found)


def test_a_stopped_pricing_goes_on(tmp_path: Path) -> None:
    made = promising()
    source = Source(str(write_tiny(tmp_path / "case", made.tables, made.asked)))
    none = price(source, Notebook(tmp_path, "price", "abc"), seconds=0.0)
    assert none.verdict == "unknown"
    asked: list[str] = []
    whole = price(source, Notebook(tmp_path, "price", "abc"), seconds=600, tell=asked.append)
    assert whole.complete
    assert asked
    again = Notebook(tmp_path, "price", "abc")
    told: list[str] = []
    same = price(source, again, seconds=600, tell=told.append)
    assert told == []
    assert again.taken == len(asked)
    assert [p.given_up for p in same.prices] == [p.given_up for p in whole.prices]
    assert "as it is" in price_words.text(same)


def test_bands_of_differences() -> None:
    assert Band(10, 12).less(Band(3, 4)) == Band(6, 9)
    assert Band(-2, 1).at_least_zero() == Band(0, 1)
    mine = Price(None, "mission value", Band(0, 0.5), None, None, False, Band(1000, 1000))  # type: ignore[arg-type]
    assert mine.verdict == "not a constraint"
    assert replace(mine, given_up=Band(0, 5)).verdict == "within the gap"
    assert replace(mine, given_up=Band(2, 5)).verdict == "a constraint"
    assert replace(mine, given_up=None).verdict == "not settled"
