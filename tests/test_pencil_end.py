"""What is left at the end of the horizon, by hand: halls that house racks, their land, connections that carry load.

Twenty racks of 1 MW, ordered in 2026, are worth 200 M$ a year in 2027, 2028 and 2029: 600 M$. A hall or connection that
stands at the end of 2026 is 36 months old at the end of 2029. There is no discount unless a test has one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small import (
    NET_BENEFIT,
    WITH_THE_END,
    Tables,
    amounts,
    case_of,
    change,
    chip_on_sale,
    chosen,
    free_tables,
    grid_contract,
    lives,
    must_serve,
    parameter,
    programme,
    solved,
    value,
)

from planner.errors import InputError
from planner.results.accounts import accounts
from planner.run import Result

TIE = 1e-5


def left(result: Result) -> dict[tuple[str, str], tuple[float, float]]:
    """(asset, period) -> MW and M$ at the end, of site A."""
    return {(a, p): (mw, usd / 1e6) for s, a, p, mw, usd, _ in chosen(result, "terminal_value") if s == "A"}


def halls(shell: float, **columns: Any) -> Tables:
    tables = free_tables()
    must_serve(tables)
    tables["chip_supply"] = chip_on_sale("X", [2026], 0, 20)
    change(tables, "sites", {"site_id": "B"}, existing_mw=0)
    change(tables, "designs", {"design_id": "RETRO-D2C"}, shell_usd_per_mw=shell, lead_months=12, **columns)
    lives(tables, 120)
    return tables


def test_halls_wear_off_evenly(tmp_path: Path) -> None:
    """20 MW at 3 M$ = 60. After 36 of 120 months 42 are left: 600 − 60 + 42 = 582."""
    result = solved(tmp_path, halls(3e6), programme(WITH_THE_END))
    assert left(result) == {("RETRO-D2C", "2026"): (pytest.approx(20), pytest.approx(42))}
    assert value(result) == pytest.approx(582, abs=TIE)
    known = result.document["indicators"]
    assert known["terminal_value_usd"] == pytest.approx(42e6)
    assert known["net_benefit_usd"] == pytest.approx(582e6)
    assert amounts(result)["terminal_value"] == pytest.approx(42)


def test_what_is_not_named_weighs_nothing(tmp_path: Path) -> None:
    result = solved(tmp_path, halls(3e6), programme(NET_BENEFIT))
    assert left(result) == {}
    assert value(result) == pytest.approx(540, abs=TIE)
    known = result.document["indicators"]
    assert (known["terminal_value_usd"], known["net_benefit_usd"]) == (0, pytest.approx(540e6))


def test_it_is_discounted_from_the_end_of_the_horizon(tmp_path: Path) -> None:
    """42 M$ at the end of the fourth year, at 7 % a year."""
    tables = halls(3e6)
    change(tables, "discount_rates", real_rate=0.07)
    result = solved(tmp_path, tables, programme(WITH_THE_END))
    assert amounts(result)["terminal_value"] == pytest.approx(42 * 1.07**-4)


def test_empty_halls_leave_nothing(tmp_path: Path) -> None:
    """A site has to have 40 MW: four halls of 10 MW, 120 M$. Racks fill two of them, and 42 M$ are left."""
    tables = halls(3e6)
    change(tables, "sites", {"site_id": "A"}, existing_mw=40)
    parameter(tables, minimum_site_mw=40, counted_site_by_year=2026)
    result = solved(tmp_path, tables, programme(WITH_THE_END))
    assert value(result) == pytest.approx(600 - 120 + 42, abs=TIE)
    assert left(result) == {("RETRO-D2C", "2026"): (pytest.approx(20), pytest.approx(42))}


@pytest.mark.parametrize(("life", "design", "worth"), [(120, "RETRO-D2C", 582.0), (360, "GF-D2C", 600 - 70 + 63)])
def test_a_dear_hall_that_lasts_or_a_cheap_one(tmp_path: Path, life: float, design: str, worth: float) -> None:
    """Retrofit: shell 60 M$, 42 left. New: civil works of 70 M$ last longer: 70 · (1 − 36/360) = 63 left, else 49."""
    tables = halls(3e6)
    change(tables, "sites", {"site_id": "A"}, land_acres=100)
    change(tables, "designs", {"design_id": "GF-D2C"}, civil_usd_per_mw=3.5e6, lead_months=12)
    lives(tables, 120, wbs_1_1_3=life)
    result = solved(tmp_path, tables, programme(WITH_THE_END))
    assert value(result) == pytest.approx(worth, abs=TIE)
    assert {d for _, d, _, _ in chosen(result, "modules")} == {design}


def test_land_keeps_its_value(tmp_path: Path) -> None:
    """20 MW of new halls on 20 acres at 1 M$: 20 M$ paid, 20 left."""
    tables = halls(3e6)
    change(tables, "sites", {"site_id": "A"}, existing_mw=0, land_acres=100, land_price_usd_per_acre=1e6)
    change(tables, "designs", {"design_id": "GF-D2C"}, lead_months=12)
    result = solved(tmp_path, tables, programme(WITH_THE_END))
    assert amounts(result) == {
        "mission_value": pytest.approx(600),
        "present_cost": pytest.approx(20, abs=TIE),
        "terminal_value": pytest.approx(20),
    }


def on_the_grid() -> Tables:
    """No halls stand: new ones need 20 MW of a tranche of 100 MW at 0.1 M$ each, which lasts 240 months."""
    tables = halls(3e6)
    change(tables, "sites", existing_mw=0, max_onsite_mw=0)
    change(tables, "sites", {"site_id": "A"}, land_acres=1000)
    change(tables, "designs", {"design_id": "GF-D2C"}, lead_months=12)
    change(tables, "grid_tranches", connection_usd_per_mw=1e5, lead_months=12)
    lives(tables, 120, wbs_1_2_1=240)
    return tables


def test_connections_count_as_far_as_they_carry_load(tmp_path: Path) -> None:
    """20 of 100 MW: 20 · 0.1 · (1 − 36/240) = 1.7 of the 10 M$ that were paid."""
    result = solved(tmp_path, on_the_grid(), programme(WITH_THE_END))
    assert left(result) == {("connection", "2026"): (pytest.approx(20), pytest.approx(1.7))}
    assert value(result) == pytest.approx(600 - 10 + 1.7, abs=TIE)


def test_no_mw_both_carries_load_and_owes(tmp_path: Path) -> None:
    """The 80 idle MW owe an exit fee of 0.05 M$ each, 4 M$; the other 20 are worth 1.7."""
    tables = on_the_grid()
    grid_contract(tables, "A", term_months=120, minimum_take_share=0.8, exit_fee_usd_per_mw=5e4)
    change(tables, "sites", delivery_usd_per_mwh=10)
    result = solved(tmp_path, tables, programme({**WITH_THE_END, "owed_after_horizon": -1.0}))
    known = amounts(result)
    assert known["owed_after_horizon"] == pytest.approx(4)
    assert known["terminal_value"] == pytest.approx(1.7)


def test_the_accounts_take_it_off_the_cost_of_building(tmp_path: Path) -> None:
    """Building costs 60 − 42 = 18 M$; the nation keeps 582; at a price of half the value 282."""
    tables = halls(3e6)
    row = {"site_id": "A", "design_id": "GF-D2C", "margin": 2, "decline_share": 0.2}
    row |= {"seller_occupancy": 1, "occupancy": 1, "mw_per_pflops": 0.1}
    tables["chip_supply"] += chip_on_sale("H", [2026], 1e8, 20)
    tables["service_prices"] = [{"workload_id": w, **row} for w in ("inference", "simulation")]
    result = solved(tmp_path, tables, programme(WITH_THE_END))
    assert result.plan is not None
    found = accounts(result.case, result.plan)
    assert found["national"]["net_benefit_usd"] / 1e6 == pytest.approx(582, abs=1e-4)
    assert found["national"]["cost_usd"] / 1e6 == pytest.approx(18, abs=1e-4)
    assert found["ways"]["build"]["present_usd"] / 1e6 == pytest.approx(18, abs=1e-4)
    rows = {r["which"]: r["net_benefit_usd"] / 1e6 for r in found["margins"]["rows"]}
    assert rows == pytest.approx({"one": 282.0, "as in the data": 582.0}, abs=1e-4)


def test_leased_halls_have_no_end_value(tmp_path: Path) -> None:
    """Owned: 60 − 42 of terminal value. Leased at 0.5 M$ a MW and year for four years, nothing is left: 40 M$."""
    tables = halls(3e6)
    lease = {"design_id": "LEASE", "route": "lease", "term_months": 60, "shell_usd_per_mw": 0, "module_mw": 500}
    retrofit = next(r for r in tables["designs"] if r["design_id"] == "RETRO-D2C")
    tables["designs"].append({**retrofit, **lease, "lease_usd_per_mw_year": 5e5})
    result = solved(tmp_path, tables, programme(WITH_THE_END))
    assert result.plan is not None
    ways = {way: row["present_usd"] / 1e6 for way, row in accounts(result.case, result.plan)["ways"].items()}
    assert ways["build"] == pytest.approx(18, abs=1e-4)
    assert ways["lease halls"] == pytest.approx(40, abs=1e-4)


def test_a_value_without_a_life_is_refused(tmp_path: Path) -> None:
    tables = halls(3e6)
    tables["asset_lives"] = tables["asset_lives"][1:-1]
    with pytest.raises(InputError) as refused:
        case_of(tmp_path, tables, programme(WITH_THE_END))
    (fault,) = refused.value.faults
    assert fault.column == "objective.terminal_value"
    assert fault.found == "no life of 1.1.2, 1.2.4"
