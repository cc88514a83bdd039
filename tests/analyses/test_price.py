"""Prices against brute force: the same programmes solved whole, one by one, without and with one unit more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broken import Broken, base, claim
from small import EXACT, LEAST_COST, NET_BENEFIT, Row
from tiny import write_tiny

from planner.analyses import price_words
from planner.analyses.notebook import Notebook
from planner.analyses.price import FULL, HELD, Band, Price, Prices, Pricing, price
from planner.analyses.questions import Figures
from planner.analyses.source import Source
from planner.analyses.terms import Term
from planner.analyses.work import Undecided
from planner.formulation import build
from planner.run import optimize
from planner.solve import Program, SolveLimits, marginals

AIMS = {"cost": LEAST_COST, "benefit": NET_BENEFIT}


def promising(level: float = 10.0, **fields: object) -> Broken:
    """Halls, a rack's worth of secured power that any plan has, and fp64 racks that nobody's work asks for."""
    made = base("priced")
    fp64 = claim("fp64", 3, 2027, metric="compute", tier="installed", precision="fp64", unit="PFLOP/s")
    made.claims = [claim("halls", level, 2027), claim("spare", 1, 2028, tier="secured", unit="MW facility"), fp64]
    made.fields = {"budget_usd": 45e6, **fields}
    return made


def brute(folder: Path, made: Broken, objective: Row, claims: list[Row]) -> float | None:
    asked = {**made.asked, "claims": claims, "objective": objective}
    result = optimize(Source(str(write_tiny(folder, made.tables, asked))).case(), EXACT)
    value = result.document["objective"]["value"]
    return None if value is None else float(value) / 1e6


def priced(folder: Path, made: Broken, **fields: object) -> Prices:
    source = Source(str(write_tiny(folder, made.tables, {**made.asked, **fields})))
    return price(source, Notebook(None, "price", ""), seconds=600)


def of(found: Prices, term: str) -> Price:
    return next(p for p in found.prices if p.term.id == term)


def test_what_was_priced_before_the_end_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = promising()
    whole = priced(tmp_path / "whole", made)
    left = [2]
    asked = Pricing.first

    def ends(self: Pricing, *what: Any) -> Price:
        if not left[0]:
            raise Undecided
        left[0] -= 1
        return asked(self, *what)

    monkeypatch.setattr(Pricing, "first", ends)
    cut = priced(tmp_path / "cut", made)
    assert cut.verdict == "priced"
    assert not cut.complete
    assert [p.term.id for p in cut.prices] == [p.term.id for p in whole.prices[:2]]


@pytest.mark.parametrize("objective", ["cost", "benefit"])
def test_prices_agree_with_brute_force(tmp_path: Path, objective: str) -> None:
    """Every interval holds the difference of two whole solves; so does that of one unit more."""
    made, aim = promising(), AIMS[objective]
    found = priced(tmp_path / "priced", made, objective=aim)
    base_value = brute(tmp_path / "base", made, aim, made.claims)
    assert base_value is not None
    dues = []
    for n, promise in enumerate(made.claims):
        rest = [c for c in made.claims if c is not promise]
        without = brute(tmp_path / f"without-{n}", made, aim, rest)
        more = brute(tmp_path / f"more-{n}", made, aim, [*rest, {**promise, "level": promise["level"] + 1}])
        assert without is not None
        mine = of(found, str(promise["id"]))
        dues.append(without - base_value)
        assert mine.given_up is not None
        assert mine.given_up.low - 1e-3 <= dues[-1] <= mine.given_up.high + 1e-3
        if more is None:
            assert mine.clashes_with_more
        else:
            assert mine.per_unit is not None
            assert mine.per_unit.low - 1e-3 <= base_value - more <= mine.per_unit.high + 1e-3
    assert max(dues) > 0.1  # M USD: something has a price


def test_a_promise_that_costs_nothing_is_no_constraint(tmp_path: Path) -> None:
    found = priced(tmp_path, promising())
    assert of(found, "spare").verdict == "not a constraint"
    halls = of(found, "halls")
    assert halls.verdict == "a constraint"
    assert halls.given_up is not None
    assert halls.given_up.low > 0
    assert of(found, "regions").basis == FULL
    assert found.complete


def test_a_goal_has_a_price_for_the_next_unit(tmp_path: Path) -> None:
    """A MW of halls takes 2 M$ in modules of 10 and racks of 0.8 M$; one more than none takes a module."""
    made = promising()
    made.claims = [{**made.claims[0], "binding": "goal", "level": 20.0}]
    mine = of(priced(tmp_path, made), "halls")
    assert mine.verdict == "a goal"
    assert mine.per_unit is not None
    assert mine.per_unit.low == pytest.approx(21, abs=1e-3)


def test_marginal_worth_is_what_a_dollar_more_buys(tmp_path: Path) -> None:
    """Nothing whole: the dual of the budget against the same programme with 0.01 M$ more."""
    made = promising()
    case = Source(str(write_tiny(tmp_path, made.tables, {**made.asked, "objective": NET_BENEFIT}))).case()
    built = build(case)
    program = Program.compile(built.model)
    parts = replace(program, whole=np.zeros(len(program.columns), dtype=bool))
    value, limits = program.linear(built.objective), SolveLimits()
    plan = parts.solve(value, limits)
    assert plan.values is not None
    assert plan.value is not None
    worth = marginals(parts, value, plan.values)
    assert worth is not None
    more = np.array([0.01 if name.startswith("budget.within") else 0.0 for name in parts.row_names])
    richer = replace(parts, row_upper=parts.row_upper + more).solve(value, limits)
    assert richer.value is not None
    gained = sum(dual for name, dual in worth.items() if name.startswith("budget.within"))
    assert gained > 0
    assert (richer.value - plan.value) / 0.01 == pytest.approx(gained, rel=1e-4)


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
    messages: list[str] = []
    same = price(source, again, seconds=600, tell=messages.append)
    assert messages == []
    assert [p.given_up for p in same.prices] == [p.given_up for p in whole.prices]
    assert same.worth == whole.worth
    assert "as it is" in price_words.text(same)


def test_words_of_intervals() -> None:
    """Not settled where it holds 0; no constraint only where its upper end is next to nothing."""
    over, to = Figures(3, 4), Figures(10, 12)
    assert Band.gained(to, over) == Band(6, 9)
    assert Band.gained(Figures(), over) is None
    assert Band(-2, 1).at_least_zero() == Band(0, 1)
    term = Term("x", "power", "X", (), (("claims.x.binding=reported",),))
    mine = Price(term, 1000.0, Band(0, 0.5))
    assert (mine.verdict, mine.basis) == ("not a constraint", HELD)
    assert replace(mine, given_up=Band(0, 5)).verdict == "not settled"
    assert replace(mine, given_up=Band(2, 5)).verdict == "a constraint"
    assert replace(mine, given_up=None).verdict == "not settled"
