"""The plan by hand under a grid contract: who pays what no load uses, and what is owed after the horizon.

40 MW are energised at the end of 2026. Racks of 10, 9 and 1 MW IT draw 1.25 times as much at their peak. Over the grid
come 65,336 and 66,926.4 MWh, and 8,760 of wind. The take of delivery is 280,320 MWh a year, of generation 175,200.
"""

from __future__ import annotations

import dataclasses
import math
from functools import cache

import pandas as pd
import pytest

from planner.inputs.case import Case
from planner.inputs.schema import BY_NAME
from planner.plan import Plan, frame
from planner.verify import verify

from .hand import case, plan
from .spoils import broken_rules

RULES = {
    "power.unused_paid_by_investor",
    "owed.unused_power",
    "owed.after_horizon",
    "results.grid_use",
    "owed.billed",
    "power.delivery_of_minimum_take",
    "money.detail_complete",
    "money.detail_quantity",
    "money.detail_rate",
    "money.detail_rounding",
}
#: electricity price against the general index in 2028, and dollars of one MW and year of the take
REAL = 1.1025 / 1.21
A_YEAR = 8760 * (0.8 * 10 + 0.5 * 10) * REAL
WEIGHTS = {n: 1.07 ** -(2.5 + n) for n in (1, 2, 3)}


def under_contract(
    fee: float = 200_000.0, resale: float = 0.25, ramp: float = 0.0, obligor: str = "investor", **collateral: float
) -> Case:
    """The case with a contract of 60 months and a line for what is not used."""
    tables = dict(case().tables)
    terms = (
        "S1",
        "By hand",
        1,
        obligor,
        ramp,
        60.0,
        0.8,
        0.5,
        10.0,
        collateral.get("usd", 0.0),
        fee,
        resale,
        collateral.get("fee_share", math.nan),
    )
    tables["grid_contracts"] = pd.DataFrame([terms], columns=[c.name for c in BY_NAME["grid_contracts"].columns])
    wbs = tables["wbs"]
    lines = [wbs[wbs["wbs_code"] == "1.2.4"].assign(wbs_code=code, name=code) for code in ("1.2.5", "1.2.6")]
    tables["wbs"] = pd.concat([wbs, *lines], ignore_index=True)
    return dataclasses.replace(case(), tables=tables)


def _line(code: str, period: str, mwh: float, ref: str, growth: float) -> tuple[object, ...]:
    account = ("power and cooling", "investment") if code.startswith("1") else ("operations", "operations")
    return (
        code,
        *account,
        "S1",
        f"{code} {ref}",
        period,
        mwh,
        "MWh",
        10.0,
        ref,
        1.0,
        growth,
        round(1000 * mwh * growth),
    )


@cache
def as_owed() -> Plan:
    """The plan whose lines, use and debts follow the contract; totals of money are left as they were."""
    tables = dict(plan().tables)
    delivery, generation = "sites.S1.delivery_usd_per_mwh", "grid_contracts.S1.generation_usd_per_mwh"
    rows = []
    for period, growth, used in (("2027", 1.05, 74_096.0), ("2028", 1.1025, 75_686.4)):
        rows.append(_line("3.1.2", period, 8760.0, delivery, growth))
        rows.append(_line("1.2.5", period, 280_320.0 - used, delivery, growth))
        rows.append(_line("1.2.5", period, 175_200.0 - used, generation, growth))
    detail = tables["detail"]
    rest = detail[detail["wbs_code"] != "3.1.2"]
    tables["detail"] = pd.concat([rest, frame("detail", rows)], ignore_index=True)
    use = [("S1", y, 40.0, mw, 40.0 - mw) for y, mw in (("2026", 12.5), ("2027", 11.25), ("2028", 1.25))]
    tables["grid_use"] = frame("grid_use", use)
    usd = 38.75 * 200_000 * REAL
    tables["owed_after"] = frame("owed_after", [("S1", "investor", "exit", 2029, usd, usd * WEIGHTS[1])])
    return Plan(tables)


def _spoilt(table: str, row: int, column: str, value: object) -> set[str]:
    tables = dict(as_owed().tables)
    changed = tables[table].copy()
    changed.loc[len(changed) + row if row < 0 else row, column] = value
    tables[table] = changed
    return broken_rules(verify(under_contract(), Plan(tables), None))


def test_what_follows_the_contract_holds() -> None:
    assert broken_rules(verify(under_contract(), as_owed(), None)) & RULES == set()


def test_appropriations_that_pay_for_unused_power_are_named() -> None:
    """The line of what is not used, moved to the agencies' delivery."""
    broken = _spoilt("detail", -2, "wbs_code", "3.1.2")
    assert {"power.unused_paid_by_investor", "owed.unused_power", "money.detail_quantity"} <= broken
    assert "power.unused_paid_by_investor" in broken_rules(verify(under_contract(), plan(), None))


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "rule"),
    [
        ("detail", -1, "quantity", 99_513.0, "owed.unused_power"),
        ("detail", -2, "quantity", 204_634.0, "owed.unused_power"),
        ("owed_after", 0, "usd", 7e6, "owed.after_horizon"),
        ("owed_after", 0, "present_usd", 5e6, "owed.after_horizon"),
        ("owed_after", 0, "obligor", "agency", "owed.after_horizon"),
        ("grid_use", 2, "used_mw", 2.0, "results.grid_use"),
    ],
)
def test_a_spoilt_amount_is_named(table: str, row: int, column: str, value: object, rule: str) -> None:
    assert rule in _spoilt(table, row, column, value)


@pytest.mark.parametrize(
    ("fee", "resale", "way", "by_year"),
    [
        # the fee of 200,000 in the first year is less than three quarters of three years
        (200_000.0, 0.25, "exit", {1: 200_000 * REAL}),
        (1e6, 0.25, "resale", dict.fromkeys((1, 2, 3), 0.75 * A_YEAR)),
        (1e6, 0.0, "take", dict.fromkeys((1, 2, 3), A_YEAR)),
    ],
)
def test_the_least_way_out_is_owed(fee: float, resale: float, way: str, by_year: dict[int, float]) -> None:
    """38.75 MW stand idle at the end of 2028, two years into a contract of five."""
    rows = [("S1", "investor", way, 2028 + n, 38.75 * x, 38.75 * x * WEIGHTS[n]) for n, x in by_year.items()]
    shown = Plan({**as_owed().tables, "owed_after": frame("owed_after", rows)})
    assert "owed.after_horizon" not in broken_rules(verify(under_contract(fee, resale), shown, None))
    less = frame("owed_after", [(*rows[0][:4], 0.9 * rows[0][4], rows[0][5]), *rows[1:]])
    spoilt = Plan({**shown.tables, "owed_after": less})
    assert "owed.after_horizon" in broken_rules(verify(under_contract(fee, resale), spoilt, None))


def test_a_ramp_rises_evenly() -> None:
    """Over two years a quarter of the take is owed in the first and three quarters in the second."""
    found = verify(under_contract(ramp=24.0), as_owed(), None)
    due = [b.sentence for b in found.broken if b.rule == "owed.billed"]
    assert [words.rpartition("; ")[2] for words in due] == ["74,096 MWh are owed", "210,240 MWh are owed"]


@pytest.mark.parametrize(("fee", "due"), [(0.02, True), (0.01, False), (math.nan, False)])
def test_collateral_costs_what_is_held_of_it(fee: float, due: bool) -> None:
    """40 MW from 2026 at 1,000 $ and 2 % a year: 800 $, with the price of electricity, and no more than is owed."""
    rows, ref = [], "grid_contracts.S1.collateral_usd_per_mw"
    for period, growth in (("2026", 1.0), ("2027", 1.05), ("2028", 1.1025)):
        line = ("1.2.6", "power and cooling", "investment", "S1", "collateral", period, 40.0, "MW-years", 1000.0)
        rows.append((*line, ref, 0.02, growth, round(80_000 * growth)))
    detail = pd.concat([as_owed()["detail"], frame("detail", rows)], ignore_index=True)
    broken = broken_rules(
        verify(under_contract(usd=1000.0, fee_share=fee), Plan({**as_owed().tables, "detail": detail}), None)
    )
    assert ("money.detail_quantity" not in broken) == due
    unpaid = broken_rules(verify(under_contract(usd=1000.0, fee_share=fee), as_owed(), None))
    assert ("money.detail_complete" in unpaid) == (fee > 0)


def test_an_agency_that_signs_pays_what_it_does_not_use() -> None:
    broken = broken_rules(verify(under_contract(obligor="agency"), as_owed(), None))
    assert "power.unused_paid_by_investor" not in broken
    assert {"owed.unused_power", "owed.after_horizon", "money.detail_complete"} <= broken
