"""Small programmes by hand: occupancy of own racks, what a level adds, and the money that agencies have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small import NET_BENEFIT, Tables, amounts, case_of, change, chip_on_sale, free_tables, programme, solved
from tiny import PRICE_YEARS

from planner.analyses.ask import ask
from planner.analyses.worth import worth


def tables(**columns: Any) -> Tables:
    """Twenty racks can be bought in 2026; each is 10 PFLOP/s, half of it delivered, at 2 M$ a delivered year."""
    found = free_tables()
    found["chip_supply"] = chip_on_sale("X", [2026], 1e6, 20)
    change(found, "demand", base_pflops_years=1e5)
    row = {"workload_id": "inference", "site_id": "A", "design_id": found["designs"][0]["design_id"], "margin": 1}
    row |= {"decline_share": 0.2, "seller_occupancy": 0.7, "occupancy": 1, "mw_per_pflops": 0.1, **columns}
    found["service_prices"] = [row]
    return found


@pytest.mark.parametrize(
    ("occupancy", "worth"),
    [
        # 20 racks · 5 · 3 years · 2 M$
        (1.0, 600.0),
        # half of the hours stand empty
        (0.5, 300.0),
    ],
)
def test_own_racks_deliver_in_the_hours_that_are_filled(tmp_path: Path, occupancy: float, worth: float) -> None:
    result = solved(tmp_path, tables(occupancy=occupancy), programme(NET_BENEFIT))
    assert amounts(result)["mission_value"] == pytest.approx(worth, rel=1e-9)


def test_a_level_adds_its_cost_per_mw_year(tmp_path: Path) -> None:
    """0.1 MW a PFLOP/s · 200,000 USD is 20,000 USD on 1,000,000: a delivered year is worth 2.04 M$, 300 of them 612."""
    found = tables()
    found["level_addons"] = [{"level_id": "gov", "addon_usd_per_mw_year": 200_000}]
    result = solved(tmp_path, found, programme(NET_BENEFIT))
    assert amounts(result)["mission_value"] == pytest.approx(612.0, rel=1e-9)


def test_agencies_buy_no_more_service_than_they_have_money_for(tmp_path: Path) -> None:
    """100 M$ a year buy 50 PFLOP/s-years at 2 M$: 300 M$ in three years, with 10 of the 20 racks."""
    found = tables()
    change(found, "funding_sources", cap_usd=100e6)
    result = solved(tmp_path, found, programme(NET_BENEFIT))
    assert amounts(result)["mission_value"] == pytest.approx(300.0, rel=1e-9)
    assert result.plan is not None
    assert float(result.plan["bought"]["racks"].sum()) == 10


def two_groups(science: float) -> Tables:
    """Two agencies that could each use 150 PFLOP/s-years a year; 200 M$ a year, so much of it of the first."""
    found = tables()
    change(found, "funding_sources", cap_usd=200e6)
    found["agencies"] = [{"agency_id": a, "lat_deg": 39, "lon_deg": -77} for a in ("AG", "NSF")]
    found["movement"] = [{"agency_id": a, "site_id": s} for a in ("AG", "NSF") for s in ("A", "B")]
    found["demand"] = [{**found["demand"][0], "agency_id": a, "base_pflops_years": n} for a, n in SERVED.items()]
    found["agency_groups"] = [{"agency_id": "AG", "group_id": "science"}, {"agency_id": "NSF", "group_id": "civil"}]
    found["group_money"] = [
        {"group_id": g, "year": y, "share": share}
        for g, share in (("science", science), ("civil", 1 - science))
        for y in PRICE_YEARS
    ]
    return found


#: demand of each agency, PFLOP/s-years a year
SERVED = {"AG": 150.0, "NSF": 18.0}


def test_a_dollar_more_of_a_group_is_worth_a_dollar_of_service_in_that_year(tmp_path: Path) -> None:
    """Nine racks deliver 45, of which 43 are used: a dollar of science buys service worth one, of civil nothing."""
    case = case_of(tmp_path, two_groups(0.25), programme(NET_BENEFIT))
    found = worth(ask(case, gap=0.0))
    assert found is not None
    by_group = {w.where: w.usd_per_unit for w in found if w.rule == "budget.service_within_money"}
    assert by_group == pytest.approx({f"science,{y}": 1.0 for y in (2027, 2028, 2029)})


def test_the_money_of_one_group_binds_and_that_of_the_other_does_not(tmp_path: Path) -> None:
    """Science has 50 of 200 M$: 25 PFLOP/s-years at 2 M$. Civil has 150, for 75, and asks for 18. So 43 a year.

    All agencies together have money for 100 a year, and 20 racks deliver that: without groups it is 100.
    """
    found = two_groups(0.25)
    result = solved(tmp_path / "groups", found, programme(NET_BENEFIT))
    assert amounts(result)["mission_value"] == pytest.approx(3 * 2 * 43.0, rel=1e-9)
    assert result.plan is not None
    worth = result.plan["depth"].groupby("agency_id")["pflops_years"].sum().to_dict()
    assert worth == pytest.approx({"AG": 75.0, "NSF": 54.0})
    found |= {"agency_groups": [], "group_money": []}
    result = solved(tmp_path / "together", found, programme(NET_BENEFIT))
    assert amounts(result)["mission_value"] == pytest.approx(3 * 2 * 100.0, rel=1e-9)
