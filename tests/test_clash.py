"""Firm promises that clash: what the budget holds and what would hold them all, each worked out by hand.

A MW of hall costs 2 M$ and stands in modules of 10, a rack of 1 MW costs 1 M$; a commissioned MW counts up to 1.25
times the racks, so 20 MW take 40 + 16 = 56 M$.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small import EXACT, Row, Tables, case_of, change, free_tables, parameter, programme

from planner.run import Options, Result, optimize
from planner.search import clash, clash_words


def halls(level: float, by: int = 2028) -> Row:
    who = {"id": "halls", "claim": "Many halls", "said_by": "someone"}
    return {
        **who,
        "metric": "power",
        "tier": "commissioned",
        "level": level,
        "unit": "MW IT",
        "by": by,
        "binding": "firm",
    }


def tables(**parameters: float) -> Tables:
    rows = free_tables()
    change(rows, "designs", {"route": "retrofit"}, shell_usd_per_mw=2e6)
    change(rows, "chip_supply", rack_price_usd=1e6)
    parameter(rows, **parameters)
    return rows


def planned(folder: Path, rows: Tables, *claims: Row, options: Options = EXACT, **fields: Any) -> Result:
    return optimize(case_of(folder, rows, programme("present cost", claims=list(claims), **fields)), options)


def found(result: Result) -> dict[str, Any]:
    assert result.plan is None
    assert result.document["verdict"] == "infeasible"
    clash: dict[str, Any] = result.document["clash"]
    return clash


@pytest.mark.parametrize(
    ("reserve", "authority", "by", "budget", "most", "least"),
    [
        # 28 M$ are half of 56: half of the halls.
        (0.0, {2026: 1.0}, 2028, 28e6, 10.0, 56e6),
        # Of 40 M$ three tenths are held: 28 are left. 56 / 0.7 = 80.
        (0.3, {2026: 1.0}, 2028, 40e6, 10.0, 80e6),
        # Halls of 2026 are paid in 2026, from half of the budget: 14 / 2 = 7 MW; 40 / 0.5 = 80 M$.
        (0.0, {2026: 0.5, 2027: 0.5}, 2026, 28e6, 7.0, 80e6),
    ],
)
def test_a_budget_too_small(
    tmp_path: Path, reserve: float, authority: dict[int, float], by: int, budget: float, most: float, least: float
) -> None:
    rows = tables(management_reserve_share=reserve)
    rows["authority"] = [{"year": y, "share_of_budget": share} for y, share in authority.items()]
    result = planned(tmp_path, rows, halls(20, by), budget_usd=budget)
    clash = found(result)
    (promise,) = clash["promises"]
    assert (promise["promise"], promise["promised"], promise["unit"]) == ("halls", 20.0, "MW IT")
    assert promise["at_most"] == pytest.approx(most)
    assert clash["budget_usd"] == budget
    assert clash["at_least_budget_usd"] == pytest.approx(least)
    assert clash["budget_alone"] is True
    assert clash["limits"] == ()
    said = result.document["explanation"]
    assert f'With ${budget / 1e6:g}M at most {most:g} of the 20 MW IT of "Many halls" can be commissioned' in said
    assert f"a budget of at least ${least / 1e6:g}M" in said
    assert result.document["seconds"]["explain"] > 0


def test_the_budget_that_is_said_to_be_enough_is(tmp_path: Path) -> None:
    assert planned(tmp_path / "just", tables(), halls(20), budget_usd=56e6).plan is not None
    assert planned(tmp_path / "less", tables(), halls(20), budget_usd=55.9e6).plan is None
    assert planned(tmp_path / "held", tables(), halls(10), budget_usd=28e6).plan is not None


def test_a_clash_of_whole_things(tmp_path: Path) -> None:
    """15 MW take 30 + 12 = 42 M$ in parts, but two modules: 40 + 12 = 52. With 45 one module: 10 MW."""
    clash = found(planned(tmp_path, tables(), halls(15), budget_usd=45e6))
    assert clash["promises"][0]["at_most"] == pytest.approx(10)
    assert clash["at_least_budget_usd"] == pytest.approx(52e6)


def test_another_limit_than_the_budget(tmp_path: Path) -> None:
    """20 MW of halls stand at a site. 30 would take 60 + 24 = 84 M$."""
    result = planned(tmp_path, tables(), halls(30), budget_usd=28e6)
    clash = found(result)
    assert clash["promises"][0]["at_most"] == pytest.approx(10)
    assert clash["budget_alone"] is False
    assert [limit["rule"] for limit in clash["limits"]] == ["construction.within_existing_halls"]
    assert clash["at_least_budget_usd"] == pytest.approx(84e6)
    assert "No budget alone holds all firm promises. This rule would have to give way" in result.document["explanation"]


def test_no_limit_that_could_give_way(tmp_path: Path) -> None:
    """A promise for the first year, in which no module is ready."""
    rows = tables()
    change(rows, "designs", lead_months=24)
    result = planned(tmp_path, rows, halls(20, 2026), budget_usd=28e6)
    clash = found(result)
    assert clash["promises"][0]["at_most"] == pytest.approx(0)
    assert (clash["budget_alone"], clash["limits"], clash["at_least_budget_usd"]) == (False, (), None)
    assert "No budget holds all firm promises, nor would giving way" in result.document["explanation"]


def test_a_promise_of_compute(tmp_path: Path) -> None:
    """A PFLOP/s is a rack of 1 M$ in a MW of 2 M$: 28 M$ hold 28 / 3, and 15 take 45 M$."""
    claim = {**halls(15), "metric": "compute", "tier": "installed", "precision": "fp64", "unit": "PFLOP/s"}
    clash = found(planned(tmp_path, tables(), claim, budget_usd=28e6))
    assert clash["promises"][0]["at_most"] == pytest.approx(28 / 3)
    assert clash["at_least_budget_usd"] == pytest.approx(45e6)


def test_two_promises_of_which_each_is_too_much(tmp_path: Path) -> None:
    """Giving up one leaves the other: nothing is said of what alone can be held."""
    other = {**halls(20), "id": "more-halls"}
    result = planned(tmp_path, tables(), halls(20), other, budget_usd=28e6)
    clash = found(result)
    assert [p["at_most"] for p in clash["promises"]] == [None, None]
    assert clash["any_one"]
    assert clash["at_least_budget_usd"] == pytest.approx(56e6)
    assert "Giving up one of the promises" in result.document["explanation"]


def test_repeatable_runs_say_the_same(tmp_path: Path) -> None:
    options = Options(repeatable=True)
    one = planned(tmp_path / "one", tables(), halls(15), options=options, budget_usd=45e6)
    two = planned(tmp_path / "two", tables(), halls(15), options=options, budget_usd=45e6)
    assert found(one) == found(two)
    assert one.document["explanation"] == two.document["explanation"]


@pytest.mark.parametrize(
    ("usd", "said"), [(50e9, "$50B"), (202.4e9, "$202.4B"), (56e6, "$56M"), (1.5e3, "$1.5k"), (7.0, "$7")]
)
def test_dollars_in_words(usd: float, said: str) -> None:
    assert clash_words.dollars(usd) == said


def test_figures_are_rounded_to_the_proven_side() -> None:
    promise = clash.Promise("p", "Halls", "commissioned", "MW", 2033, 5000.0, 1258.301)
    text = clash_words.text(clash.Clash(50e9, 202.466e9, True, (), (promise,), False))
    assert "at most 1,259 of the 5,000 MW" in text
    assert "at least $202.4B, 4 times" in text
    near = clash_words.text(clash.Clash(50e9, 50.004e9, True, (), (replace(promise, at_most=4999.97),), False))
    assert "at most 4,999.97 of the 5,000 MW" in near
    assert "at least $50.004B" in near
    large = replace(promise, promised=3e4, at_most=10192.67)
    assert "at most 10,193 of the 30,000 MW" in clash_words.text(clash.Clash(50e9, 60e9, True, (), (large,), False))
    late = clash_words.text(clash.Clash(50e9, None, None, (), (promise,), False))
    assert "was not found in the time allowed" in late
    late = clash_words.text(clash.Clash(50e9, None, False, None, (promise,), False))
    assert "what else is in the way was not found" in late
    unseen = clash_words.text(clash.Clash(50e9, 40e9, True, (), (), False))
    assert "in dollars the relaxation sees no clash" in unseen
