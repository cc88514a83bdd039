"""Margins, ways to the service and accounts by hand, on programmes that are solved on paper.

Twenty racks are bought in 2026 at 1 M$ each. A rack is 10 PFLOP/s and delivers half of it: 100 PFLOP/s-years a year in
2027, 2028 and 2029, worth 2 M$ each at the price of the data.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small import NET_BENEFIT, Tables, change, chip_on_sale, free_tables, must_serve, parameter, programme, solved

from planner.results.accounts import accounts
from planner.results.accounts.three import rate_of_return
from planner.run import Result

MUSD = 1e6


def tables(**columns: Any) -> Tables:
    """The price of service has a margin of 2: user cost is half of it."""
    found = free_tables()
    found["chip_supply"] = chip_on_sale("X", [2026], 1e6, 20) + chip_on_sale("H", [2026], 1e6, 20)
    change(found, "demand", base_pflops_years=100)
    row = {"site_id": "A", "design_id": found["designs"][0]["design_id"], "margin": 2}
    row |= {"decline_share": 0.2, "seller_occupancy": 1, "occupancy": 1, "mw_per_pflops": 0.1, **columns}
    found["service_prices"] = [{"workload_id": w, **row} for w in ("inference", "simulation")]
    return found


def held(folder: Path, found: Tables) -> tuple[Result, dict[str, Any]]:
    result = solved(folder, found, programme(NET_BENEFIT))
    assert result.plan is not None
    return result, accounts(result.case, result.plan)


def test_net_benefit_is_linear_in_the_margin(tmp_path: Path) -> None:
    """At a margin of 2: 300 · 2 - 20 = 580 M$. At 1: 300 - 20 = 280. Nothing is left at 20 / 300."""
    result, found = held(tmp_path, tables())
    rows = {r["which"]: r["net_benefit_usd"] / MUSD for r in found["margins"]["rows"]}
    assert rows == pytest.approx({"one": 280.0, "as in the data": 580.0}, abs=1e-4)
    assert found["margins"]["margin_at_zero"] == pytest.approx(20 / 300, rel=1e-6)
    assert rows["as in the data"] * MUSD == pytest.approx(result.document["indicators"]["net_benefit_usd"])
    assert result.document["accounts"] == found


def test_no_margin_is_on_what_a_level_adds(tmp_path: Path) -> None:
    """0.1 MW · 1 M$ / 0.5 adds 0.2 M$ to a delivered year: 60 M$. At a margin of 1: 300 + 60 - 20 = 340."""
    given = tables()
    given["level_addons"] = [{"level_id": "gov", "addon_usd_per_mw_year": 1e6}]
    _, found = held(tmp_path, given)
    rows = {r["which"]: r["net_benefit_usd"] / MUSD for r in found["margins"]["rows"]}
    assert rows == pytest.approx({"one": 340.0, "as in the data": 640.0}, abs=1e-4)
    assert found["margins"]["addons_usd"] == pytest.approx(60 * MUSD)
    # (20 - 60) / 300: the add-ons alone pay for the plan
    assert found["margins"]["margin_at_zero"] == pytest.approx(-40 / 300, rel=1e-6)


def test_no_margin_is_on_running_cost_after_the_horizon(tmp_path: Path) -> None:
    """One year more: 100 · 2 M$ of service, tapered by half, and upkeep of 20 racks at 0.1 M$, tapered too: 1 M$."""
    given = tables()
    parameter(given, tail_years=1, tail_taper=0.5)
    change(given, "chips", maintenance_share=0.1)
    result, found = held(tmp_path, given)
    indicators = result.document["indicators"]
    assert indicators["cost_after_horizon_usd"] == pytest.approx(1 * MUSD)
    # upkeep in the horizon: 3 years · 2 M$
    rows = {r["which"]: r["net_benefit_usd"] / MUSD for r in found["margins"]["rows"]}
    assert rows == pytest.approx({"one": 300 + 50 - 20 - 6 - 1, "as in the data": 600 + 100 - 20 - 6 - 1}, abs=1e-4)


def test_renting_at_quotes_falls_by_the_trend(tmp_path: Path) -> None:
    """A chip-hour of 1 M$ / 8760 on 10 and on 5 PFLOP/s: 0.1 and 0.2 M$ a reserved year, 0.2 and 0.4 a delivered one.

    A fifth less each year: 100 · 0.2 · (0.8 + 0.64 + 0.512) = 39.04 M$, and twice that.
    """
    given = tables()
    quote = {"part_class": "general purpose", "usd_per_chip_hour": 1e6 / 8760, "system_usd_per_chip": 1e6}
    quote |= {"chip_kw": 1, "life_months": 60}
    given["rent_quotes"] = [{"quote_id": f"Q{p}", "chip": f"P{p}", **quote} for p in (5, 10)]
    each = ("fp8_pflops", "fp64_pflops")
    given["asset_lives"] = [{"wbs_code": c, "life_months": 240} for c in ("1.1.3", "1.1.4", "1.2.1", "1.2.3", "1.2.4")]
    given["quoted_parts"] = [{"chip": f"P{p}", **dict.fromkeys(each, p)} for p in (5, 10)]
    _, found = held(tmp_path, given)
    ways = {way: row["present_usd"] / MUSD for way, row in found["ways"].items()}
    assert ways["rent at low quotes"] == pytest.approx(39.04)
    assert ways["rent at high quotes"] == pytest.approx(78.08)
    assert ways["rent at the model's price"] == pytest.approx(600)
    assert ways["build"] == pytest.approx(20, abs=1e-4)
    # to date: building 20, renting low 16 in 2027 and 28.8 in 2028; renting high 32 in 2027
    assert found["ways"]["rent at low quotes"]["building_is_no_dearer_from"] == 2028
    assert found["ways"]["rent at high quotes"]["building_is_no_dearer_from"] == 2027


def test_leased_halls_take_the_place_of_owned_ones(tmp_path: Path) -> None:
    """20 MW of retrofit at 3 M$ a MW, ready in 2026. A lease is 1 M$ a MW, then 0.5 M$ a MW and year for four."""
    given = tables()
    must_serve(given)
    change(given, "designs", {"design_id": "RETRO-D2C"}, civil_usd_per_mw=3e6)
    change(given, "designs", {"design_id": "GF-D2C"}, civil_usd_per_mw=30e6)
    lease = {"design_id": "LEASE", "route": "lease", "term_months": 60, "civil_usd_per_mw": 1e6}
    row = {**given["designs"][1], **lease, "lease_usd_per_mw_year": 5e5, "module_mw": 500}
    given["designs"].append(row)
    result, found = held(tmp_path, given)
    assert result.plan is not None
    assert set(result.plan["modules"]["design_id"]) == {"RETRO-D2C"}
    ways = {way: row["present_usd"] / MUSD for way, row in found["ways"].items()}
    assert ways["build"] == pytest.approx(20 + 60, abs=1e-4)
    assert ways["lease halls"] == pytest.approx(20 + 20 + 40, abs=1e-4)


def test_three_accounts_by_hand(tmp_path: Path) -> None:
    """The investor pays 20 M$ of racks. Agencies pay fees of 200 M$ a year, and 2 M$ of upkeep a year besides."""
    given = tables()
    change(given, "chips", maintenance_share=0.1)
    _, found = held(tmp_path, given)
    assert found["national"]["net_benefit_usd"] / MUSD == pytest.approx(600 - 20 - 6, abs=1e-4)
    federal = {name: row["usd"] / MUSD for name, row in found["federal"].items()}
    assert federal == pytest.approx(
        {"fees": 600, "own_cost": 6, "paid": 606, "renting_at_the_price_of_service": 600}, abs=1e-4
    )
    cash = list(found["investor_as_the_data_say"]["cash_by_span_usd"].values())
    assert [x / MUSD for x in cash] == pytest.approx([-20, 200, 200, 200], abs=1e-4)
    cash = list(found["investor_bears_operations"]["cash_by_span_usd"].values())
    assert [x / MUSD for x in cash] == pytest.approx([-20, 198, 198, 198], abs=1e-4)
    assert found["who_pays_usd"] == pytest.approx(
        {"investor, investment": 20 * MUSD, "appropriation, operations": 6 * MUSD}, abs=1e2
    )


def test_a_level_fee_by_hand(tmp_path: Path) -> None:
    """100 PFLOP/s-years a year at a level fee f earn 10 % on 20 M$: f = 20 / (100 · (1/1.1 + 1/1.21 + 1/1.331)) M$."""
    _, found = held(tmp_path, tables())
    of = found["investor_as_the_data_say"]
    fee = 20 / (100 * (1 / 1.1 + 1 / 1.21 + 1 / 1.331))
    assert of["level_fee_usd_per_delivered_pflops_year"]["10%"]["inference"] / MUSD == pytest.approx(fee, rel=1e-5)
    # the base-year price of a delivered year is 2 M$
    assert of["level_fee_over_base_year_price"]["10%"] == pytest.approx(fee / 2, rel=1e-5)


def test_the_return_is_the_rate_at_which_cash_is_worth_nothing(tmp_path: Path) -> None:
    """1 M$ in, 1.21 M$ two years later: 10 %. Where prices rise by 10 % a year, nothing in real terms."""
    assert rate_of_return([-1.0, 0.0, 1.21], [0.5, 1.5, 2.5]) == pytest.approx(0.10, abs=1e-10)
    assert rate_of_return([-1.0, 0.5, 0.0], [0.5, 1.5, 2.5]) == pytest.approx(-0.5, abs=1e-10)
    assert rate_of_return([-1.0, -1.0], [0.5, 1.5]) is None
    given = tables()
    change(given, "chip_supply", rack_price_usd=20e6)
    for row in given["price_indices"]:
        row["index_value"] = 100 * 1.1 ** (row["year"] - 2026)
    _, found = held(tmp_path, given)
    of = found["investor_as_the_data_say"]
    assert (1 + of["nominal_return"]) == pytest.approx((1 + of["real_return"]) * 1.1, rel=1e-9)


def test_data_without_prices_of_service_have_no_margin(tmp_path: Path) -> None:
    given = tables()
    given["service_prices"] = []
    _, found = held(tmp_path, given)
    assert found["margins"] is None
    assert set(found["ways"]) == {"build", "rent at the model's price"}
