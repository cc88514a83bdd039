"""Small programmes by hand: occupancy of own racks, what a level adds, and the money that agencies have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small import NET_BENEFIT, Tables, amounts, change, chip_on_sale, free_tables, programme, solved


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
