"""The promise of secured power, priced by a second solve: the sum by hand, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small import EXACT, NET_BENEFIT, Tables, change, chip_on_sale, free_tables, programme, solved

from planner.analyses.without import promise, without
from planner.answers import withouts
from planner.run import Result

SECURED = {
    "id": "power",
    "claim": "20 MW of power",
    "said_by": "a test",
    "metric": "power",
    "tier": "secured",
    "level": 20.0,
    "unit": "MW facility",
    "by": 2029,
    "binding": "firm",
}


def tables() -> Tables:
    """A tranche of 10 MW costs 3 M$ a MW. Two racks of 1 MW serve 10 PFLOP/s-years, worth 20 M$ a year, for 3 years."""
    found = free_tables()
    change(found, "sites", land_acres=1000, existing_mw=0, max_onsite_mw=0)
    found["grid_tranches"] = [
        {"site_id": s, "tranche": g, "mw": 10, "connection_usd_per_mw": 3e6} for s in ("A", "B") for g in (1, 2)
    ]
    found["chip_supply"] = chip_on_sale("X", [2026], 1e6, 2)
    change(found, "demand", base_pflops_years=1e5)
    return found


def plan_of(folder: Path, **fields: Any) -> Result:
    return solved(folder, tables(), programme(NET_BENEFIT, claims=[SECURED], **fields))


def test_the_price_of_a_promise_is_what_the_plan_without_it_gains(tmp_path: Path) -> None:
    """The racks need one tranche; the promise asks for a second one, 10 MW at 3 M$."""
    result = plan_of(tmp_path)
    claim = promise(result.case)
    assert claim is not None
    found = without(result.case, claim, result.document, result.gates, EXACT)
    assert found.price is not None
    assert found.price.low == pytest.approx(30, abs=1e-5)
    assert found.price.high == pytest.approx(30, abs=1e-5)
    assert found.settled
    assert found.result.case.programme.claims[0].binding == "reported"
    assert result.case.programme.claims[0].binding == "firm"


def test_a_price_that_the_proofs_do_not_settle_is_said_so(tmp_path: Path) -> None:
    result = plan_of(tmp_path)
    claim = promise(result.case)
    assert claim is not None
    far = {**result.document, "objective": {**result.document["objective"], "bound": 1e12}}
    found = without(result.case, claim, far, result.gates, EXACT)
    assert found.price is not None
    assert (found.price.low, found.settled) == (0.0, False)
    assert "do not settle" in withouts.lead(found)
    answer = withouts.answer(result.case, found, far)
    assert [row[0] for row in answer.sections[0][1].rows] == [name for name, _, _ in withouts.ROWS]


def test_a_programme_without_such_a_promise_has_nothing_to_price(tmp_path: Path) -> None:
    goal = {**SECURED, "binding": "goal"}
    result = solved(tmp_path, tables(), programme(NET_BENEFIT, claims=[goal]))
    assert promise(result.case) is None
