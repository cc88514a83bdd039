"""Small programmes solved by hand: the sum stands beside each, and the run must give it.

A rack is 1 MW and delivers 5 PFLOP/s-years a year; one delivered PFLOP/s-year is worth 2 M$. Ordered in 2026, a rack
serves in 2027, 2028 and 2029. Only what a test prices costs anything, and there is no discount.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from small import (
    LEAST_COST,
    NET_BENEFIT,
    Tables,
    amounts,
    change,
    chip_on_sale,
    chosen,
    free_tables,
    grid_contract,
    must_serve,
    parameter,
    programme,
    solved,
    value,
)

#: the tie-break is worth less than this, in M$
TIE = 1e-5


@pytest.mark.parametrize(
    ("pflops", "year", "worth"),
    [
        # 20 M$ buy 20 racks. Now: 20 · 5 · 3 years · 2 M$ = 600. Later: 20 · 20 · 1 year · 2 M$ = 800.
        (40, 2028, 800.0),
        # Now 600. Later: 20 · 12.5 · 1 · 2 = 500.
        (25, 2026, 600.0),
    ],
)
def test_wait_for_better_chips_or_buy_now(tmp_path: Path, pflops: float, year: int, worth: float) -> None:
    tables = free_tables()
    tables["chips"].append({**tables["chips"][0], "chip_id": "N", "fp8_pflops": pflops})
    tables["suitability"].append({"chip_id": "N", "workload_id": "inference"})
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6) + chip_on_sale("N", [2028], 1e6)
    change(tables, "demand", base_pflops_years=1e5)
    result = solved(tmp_path, tables, programme(budget_usd=20e6))
    assert amounts(result)["mission_value"] == pytest.approx(worth, rel=1e-9)
    bought = [(c, p, n) for _, c, p, n in chosen(result, "bought")]
    assert bought == [("X" if year == 2026 else "N", str(year), 20)]


@pytest.mark.parametrize(
    ("movement", "site", "cost"),
    [
        # 100 PFLOP/s-years · 3 years = 300. Near A: opening 40 + 300 · 0.02 = 46. Far B: 10 + 300 · 0.10 = 40.
        (0.10e6, "B", 40.0),
        # Near A: 46. Far B: 10 + 300 · 0.13 = 49.
        (0.13e6, "A", 46.0),
    ],
)
def test_near_site_or_cheap_site(tmp_path: Path, movement: float, site: str, cost: float) -> None:
    tables = free_tables()
    must_serve(tables)
    change(tables, "sites", {"site_id": "A"}, opening_cost_usd=40e6)
    change(tables, "sites", {"site_id": "B"}, opening_cost_usd=10e6)
    change(tables, "movement", {"site_id": "A"}, movement_usd_per_pflops_year=0.02e6)
    change(tables, "movement", {"site_id": "B"}, movement_usd_per_pflops_year=movement)
    result = solved(tmp_path, tables, programme(LEAST_COST))
    assert value(result) == pytest.approx(-cost, abs=TIE)
    assert [s for s, _, _ in chosen(result, "opens")] == [site]


@pytest.mark.parametrize(
    ("retrofit", "design", "worth"),
    [
        # 20 MW. Retrofit is ready in 12 months: 3 years · 200 M$ − 20 · 12 = 360. Greenfield takes 24 months:
        # 2 years · 200 M$ − 20 · 5 = 300. Half of each: 330.
        (12e6, "RETRO-D2C", 360.0),
        # Retrofit: 600 − 20 · 18 = 240. Greenfield: 300.
        (18e6, "GF-D2C", 300.0),
    ],
)
def test_retrofit_or_greenfield(tmp_path: Path, retrofit: float, design: str, worth: float) -> None:
    tables = free_tables()
    change(tables, "sites", land_acres=1000)
    change(tables, "designs", {"design_id": "RETRO-D2C"}, shell_usd_per_mw=retrofit, lead_months=12)
    change(tables, "designs", {"design_id": "GF-D2C"}, civil_usd_per_mw=5e6, lead_months=24)
    result = solved(tmp_path, tables, programme(NET_BENEFIT))
    assert value(result) == pytest.approx(worth, abs=TIE)
    assert [(d, p, n) for _, d, p, n in chosen(result, "modules")] == [(design, "2026", 2)]


@pytest.mark.parametrize(
    ("capex", "firm_share", "cost", "units"),
    [
        # 20 MW for 3 years are 525,600 MWh. Grid: 100 MW · 0.1 M$ + 525,600 · 50 $ = 36.28 M$. Plant that never fails:
        # two units of 10 MW, 20,000 kW · 400 $ = 8, and gas 525,600 · 8 · 4 $ = 16.8192: 24.8192 M$.
        (400, 1.0, 24.8192, 2),
        # Of which 0.8 are firm: 20 MW take three units, 12 + 16.8192 = 28.8192.
        (400, 0.8, 28.8192, 3),
        # Grid 36.28. Plant: 30,000 kW · 1,000 $ = 30, and gas 16.8192: 46.8192 M$.
        (1000, 0.8, 36.28, 0),
    ],
)
def test_grid_or_own_plant(tmp_path: Path, capex: float, firm_share: float, cost: float, units: int) -> None:
    tables = free_tables()
    must_serve(tables)
    change(tables, "sites", land_acres=1000, existing_mw=0, tariff_usd_per_mwh=50)
    change(tables, "grid_tranches", connection_usd_per_mw=1e5)
    change(tables, "plants", capex_usd_per_kw=capex, firm_share=firm_share)
    change(tables, "gas_prices", price_usd_per_mmbtu=4)
    result = solved(tmp_path, tables, programme(LEAST_COST))
    assert value(result) == pytest.approx(-cost, abs=TIE)
    assert sum(n for _, _, _, n in chosen(result, "units")) == units
    assert len(chosen(result, "contract")) == (0 if units else 1)


@pytest.mark.parametrize("second", [2, 3])
def test_a_cheap_tranche_comes_after_the_dear_one(tmp_path: Path, second: int) -> None:
    """20 MW need one tranche of 100 MW: the first, 100 · 0.1 M$ = 10. The second would be 1; numbers may have gaps."""
    tables = free_tables()
    must_serve(tables)
    change(tables, "sites", land_acres=1000, existing_mw=0, max_onsite_mw=0)
    tables["grid_tranches"] = [
        {"site_id": s, "tranche": g, "mw": 100, "connection_usd_per_mw": usd}
        for s in ("A", "B")
        for g, usd in [(1, 1e5), (second, 1e4)]
    ]
    result = solved(tmp_path, tables, programme(LEAST_COST))
    assert value(result) == pytest.approx(-10.0, abs=TIE)
    assert [g for _, g, _, _ in chosen(result, "contract")] == [1]


@pytest.mark.parametrize(
    ("hall", "worth", "modules"),
    [
        # Ten X in 2026: 10 · 5 · 2 M$ = 100 a year. Ten Y in 2028 serve in 2029 alone: 10 · 10 · 2 = 200. Racks 20.
        # Refresh (X leaves for Y): 100 + 100 + 200 − 10 MW · 12 − 20 = 260. Expand: 300 + 200 − 20 MW · 12 − 20 = 240.
        (12e6, 260.0, 1),
        # Refresh: 400 − 80 − 20 = 300. Expand: 500 − 160 − 20 = 320.
        (8e6, 320.0, 2),
    ],
)
def test_refresh_or_expand(tmp_path: Path, hall: float, worth: float, modules: int) -> None:
    tables = free_tables()
    tables["chips"].append({**tables["chips"][0], "chip_id": "Y", "fp8_pflops": 20})
    tables["suitability"].append({"chip_id": "Y", "workload_id": "inference"})
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6, 10) + chip_on_sale("Y", [2028], 1e6, 10)
    change(tables, "demand", base_pflops_years=1e5)
    change(tables, "designs", {"design_id": "RETRO-D2C"}, shell_usd_per_mw=hall)
    result = solved(tmp_path, tables, programme(NET_BENEFIT))
    assert value(result) == pytest.approx(worth, abs=TIE)
    assert sum(n for *_, n in chosen(result, "modules")) == modules
    assert {(c, p, n) for _, c, p, n in chosen(result, "bought")} == {("X", "2026", 10), ("Y", "2028", 10)}
    retired = sum(n for *_, p, n in chosen(result, "retired") if p == "2028")
    assert retired == (10 if modules == 1 else 0)


#: k$ a PFLOP/s-year between agency and site, and PFLOP/s-years a year: P 50, Q 30, R 20
MOVEMENT = {("P", "A"): 10, ("P", "B"): 50, ("Q", "A"): 10, ("Q", "B"): 20, ("R", "A"): 10, ("R", "B"): 60}
DEMAND = {"P": 50, "Q": 30, "R": 20}


@pytest.mark.parametrize(
    ("count", "existing_mw", "opening", "cost", "sites"),
    [
        # One site for all. A: 12 + 3 years · 100 · 0.01 = 15. B: 2 + 3 · (50 · 0.05 + 30 · 0.02 + 20 · 0.06) = 14.9.
        (1, 20, 12e6, 14.9, {"B"}),
        # A: 11 + 3 = 14. B: 14.9.
        (1, 20, 11e6, 14.0, {"A"}),
        # Both: 12 + 2 + 3 years, and everyone is nearest to A.
        (2, 20, 12e6, 17.0, {"A", "B"}),
        # Both, 50 PFLOP/s-years each. A serves who gains most by it: R 20 (50 each), then P 30 (40 each), Q none (10).
        # 12 + 2 + 3 · (20 · 0.01 + 30 · 0.01 + 20 · 0.05 + 30 · 0.02) = 14 + 3 · 2.1 = 20.3.
        (2, 10, 12e6, 20.3, {"A", "B"}),
    ],
)
def test_warehouse_location(
    tmp_path: Path, count: int, existing_mw: float, opening: float, cost: float, sites: set[str]
) -> None:
    tables = free_tables()
    tables["agencies"] = [{"agency_id": a, "lat_deg": 39, "lon_deg": -77} for a in DEMAND]
    tables["movement"] = [
        {"agency_id": a, "site_id": s, "movement_usd_per_pflops_year": 1000 * k} for (a, s), k in MOVEMENT.items()
    ]
    demand = tables["demand"][0]
    tables["demand"] = [{**demand, "agency_id": a, "base_pflops_years": x} for a, x in DEMAND.items()]
    must_serve(tables)
    change(tables, "sites", existing_mw=existing_mw)
    change(tables, "sites", {"site_id": "A"}, opening_cost_usd=opening)
    change(tables, "sites", {"site_id": "B"}, opening_cost_usd=2e6)
    asked = programme(LEAST_COST, sites={"count": count, "minimum_regions": 1})
    result = solved(tmp_path, tables, asked)
    assert value(result) == pytest.approx(-cost, abs=TIE)
    assert {s for s, _, _ in chosen(result, "opens")} == sites


@pytest.mark.parametrize(
    ("share", "cost", "halls"),
    [
        # Halls of 10 MW at 1 M$ a MW in A, twice that in B. All 20 racks in A: 20 M$.
        (1.0, 20.0, {"A": 2}),
        # No site may serve more than 60 %: ten racks in each, 10 + 20 = 30. Twelve in A and eight in B: 20 + 20.
        (0.6, 30.0, {"A": 1, "B": 1}),
    ],
)
def test_cheap_site_or_even_shares(tmp_path: Path, share: float, cost: float, halls: dict[str, int]) -> None:
    tables = free_tables()
    must_serve(tables)
    parameter(tables, largest_site_share=share, share_rule_from_year=2027)
    change(tables, "designs", {"design_id": "RETRO-D2C"}, shell_usd_per_mw=1e6)
    change(tables, "sites", {"site_id": "B"}, construction_multiplier=2)
    asked = programme(LEAST_COST, sites={"count": 2, "minimum_regions": 1})
    result = solved(tmp_path, tables, asked)
    assert value(result) == pytest.approx(-cost, abs=TIE)
    assert {s: n for s, _, _, n in chosen(result, "modules")} == halls


def test_near_site_by_net_present_value(tmp_path: Path) -> None:
    """The sums above against the value of 300 · 2 M$: 600 − 46 = 554 at A, 600 − 49 = 551 at B."""
    tables = free_tables()
    must_serve(tables)
    change(tables, "sites", {"site_id": "A"}, opening_cost_usd=40e6)
    change(tables, "sites", {"site_id": "B"}, opening_cost_usd=10e6)
    change(tables, "movement", {"site_id": "A"}, movement_usd_per_pflops_year=0.02e6)
    change(tables, "movement", {"site_id": "B"}, movement_usd_per_pflops_year=0.13e6)
    result = solved(tmp_path, tables, programme(NET_BENEFIT))
    assert value(result) == pytest.approx(554.0, abs=TIE)
    assert [s for s, _, _ in chosen(result, "opens")] == ["A"]


def running_after(price: float, years: list[int]) -> Tables:
    """Energy at 100 $/MWh, maintenance of 5 %, half an operator and half a guard a MW; two years after, half and half.

    A rack-year costs 0.876 of energy, 0.05 · price of maintenance, 0.5 · 0.1 of operators and 0.5 · 0.2 of guards.
    """
    tables = free_tables()
    change(tables, "sites", tariff_usd_per_mwh=100, max_onsite_mw=0)
    change(tables, "chips", maintenance_share=0.05)
    parameter(tables, tail_years=2, tail_taper=0.5, site_staff_per_mw=0.5, site_staff_usd_per_year=0.1e6)
    tables["staffing"] = [
        {"role_id": "GUARD", "heads_per_mw": 0.5, "heads_per_site": 0, "loaded_usd_per_head_year": 0.2e6}
        | {"wbs_code": "3.2.5"}
    ]
    tables["chip_supply"] = chip_on_sale("X", years, price)
    return tables


def test_value_and_cost_after_the_horizon(tmp_path: Path) -> None:
    """20 racks of 1 M$ serve 3 years and, at a half and a quarter, two more: 600 and 20 · 10 · 0.75 = 150.

    A year costs 20 · (0.876 + 0.05) + 20 MW · (0.05 + 0.1) = 21.52. Three of them and the racks are 84.56; after the
    horizon 0.75 · 21.52 = 16.14 go off the value. Together 600 + 150 − 16.14 − 84.56 = 649.3.
    """
    result = solved(tmp_path, running_after(1e6, [2026]), programme(NET_BENEFIT))
    assert value(result) == pytest.approx(649.3, abs=TIE)
    shown = result.document["indicators"]
    assert shown["mission_value_after_horizon_usd"] == pytest.approx(150e6, rel=1e-9)
    assert shown["cost_after_horizon_usd"] == pytest.approx(16.14e6, rel=1e-9)
    assert amounts(result) == pytest.approx({"mission_value": 733.86, "present_cost": 84.56}, abs=TIE)


@pytest.mark.parametrize(
    ("price", "worth", "racks"),
    [
        # In the last year a rack is worth 7.5 after the horizon, and costs 0.75 · (0.876 + 0.05 · 6 + 0.15) = 0.9945 to
        # run: 6.5055 in all. At 6 M$ twenty gain 10.11.
        (6e6, 10.11, 20),
        # 7 M$ is less than 7.5, but not once running is paid for: 0.75 · (0.876 + 0.35 + 0.15) = 1.032.
        (7e6, 0.0, 0),
    ],
)
def test_racks_for_after_the_horizon_pay_for_their_running(
    tmp_path: Path, price: float, worth: float, racks: int
) -> None:
    result = solved(tmp_path, running_after(price, [2029]), programme(NET_BENEFIT))
    assert value(result) == pytest.approx(worth, abs=TIE)
    assert sum(n for *_, n in chosen(result, "bought")) == racks


@pytest.mark.parametrize(
    ("price", "worth", "halls", "short"),
    [
        # A hall of 10 MW is 10 M$, and 8 MW of racks make it count. Nobody asks for service. At 1 M$ a missed MW is
        # cheaper than a hall with its racks, 1.8 M$ a MW.
        (1e6, -20.0, 0, 20.0),
        # At 2 M$ both are built: 20 + 16.
        (2e6, -36.0, 2, 0.0),
        # Without a price a goal asks for nothing, and what it misses is reported all the same.
        (0, 0.0, 0, 20.0),
    ],
)
def test_what_a_goal_misses_has_a_price(tmp_path: Path, price: float, worth: float, halls: int, short: float) -> None:
    tables = free_tables()
    change(tables, "designs", {"route": "retrofit"}, shell_usd_per_mw=1e6)
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6)
    claim = {"id": "halls", "claim": "Twenty MW", "said_by": "pencil", "metric": "power", "tier": "commissioned"}
    claims = [{**claim, "level": 20.0, "unit": "MW", "by": 2027, "binding": "goal", "price_usd": price}]
    result = solved(tmp_path, tables, programme(LEAST_COST, claims=claims))
    assert value(result) == pytest.approx(worth, abs=TIE)
    assert sum(n for *_, n in chosen(result, "modules")) == halls
    assert result.document["commitments"][0]["shortfall"] == pytest.approx(short, abs=1e-6)


@pytest.mark.parametrize(
    ("by", "racks"),
    [
        # Racks last two years. Ten PFLOP/s by 2027 hold to the end of 2029: one rack of 2027 leaves at the end of 2029,
        # so 2027, and one more in 2029.
        (2027, {"2027": 1, "2029": 1}),
        # By 2028: one rack of 2028 is there at the ends of 2028 and 2029.
        (2028, {"2028": 1}),
    ],
)
def test_a_dated_promise_holds_to_the_end(tmp_path: Path, by: int, racks: dict[str, int]) -> None:
    tables = free_tables()
    change(tables, "chips", life_months=24)
    change(tables, "discount_rates", real_rate=0.01)
    tables["chip_supply"] = chip_on_sale("X", [2026, 2027, 2028, 2029], 1e6)
    claim = {"id": "p", "claim": "A rack", "said_by": "pencil", "metric": "compute", "tier": "installed"}
    claims = [{**claim, "precision": "fp8", "level": 10.0, "unit": "PFLOP/s fp8", "by": by, "binding": "firm"}]
    result = solved(tmp_path, tables, programme(LEAST_COST, claims=claims))
    assert {p: n for _, _, p, n in chosen(result, "bought")} == racks


@pytest.mark.parametrize(("dated", "cents"), [("", 12_100_000), (123_456.78, 12_345_678)])
def test_fabric_has_the_price_of_its_year(tmp_path: Path, dated: float | str, cents: int) -> None:
    """One rack of 2028 at 1 M$. Prices rise by 21 % to then: fabric is 100,000 · 1.21, or what 2028 itself says."""
    tables = free_tables()
    change(tables, "chips", fabric_usd_per_rack=100_000)
    change(tables, "price_indices", {"index_id": "general", "year": 2028}, index_value=121)
    tables["chip_supply"] = [{**row, "fabric_usd_per_rack": dated} for row in chip_on_sale("X", [2028], 1e6)]
    claim = {"id": "p", "claim": "A rack", "said_by": "pencil", "metric": "compute", "tier": "installed"}
    claims = [{**claim, "precision": "fp8", "level": 10.0, "unit": "PFLOP/s fp8", "by": 2028, "binding": "firm"}]
    result = solved(tmp_path, tables, programme(LEAST_COST, claims=claims))
    assert result.plan is not None
    paid = result.plan["detail"].groupby("wbs_code")["cents"].sum()
    assert paid[["1.3.1", "1.3.2"]].to_dict() == {"1.3.1": 100_000_000, "1.3.2": cents}


@pytest.mark.parametrize(
    ("obligor", "term", "usd"), [("investor", 18, 100_000), ("investor", 60, 160_000), ("agency", 60, 0)]
)
def test_collateral_costs_the_investor_from_signing_to_the_end_of_the_term(
    tmp_path: Path, obligor: str, term: float, usd: int
) -> None:
    """40 MW signed in 2026, at 50,000 $ and 2 %: 40,000 $ a year. Energised at its end, 18 months end in mid 2028.

    That is a year and a half after the year of signing: 40,000 · 2.5 = 100,000 $.
    """
    tables = free_tables()
    must_serve(tables)
    change(tables, "sites", land_acres=1000, existing_mw=0, max_onsite_mw=0)
    change(tables, "grid_tranches", mw=40)
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6)
    for site in ("A", "B"):
        terms = {"obligor": obligor, "term_months": term, "collateral_usd_per_mw": 50_000, "collateral_fee_share": 0.02}
        grid_contract(tables, site, **terms)
    result = solved(tmp_path, tables, programme(LEAST_COST))
    assert result.plan is not None
    paid = result.plan["detail"].groupby("wbs_code")["cents"].sum()
    assert int(paid.get("1.2.6", 0)) == 100 * usd
    assert value(result) == pytest.approx(-(20 + usd / 1e6), abs=TIE)


@pytest.mark.parametrize("obligor", ["investor", "agency"])
def test_half_of_a_tranche_is_used_and_each_pays_its_part(tmp_path: Path, obligor: str) -> None:
    """Twenty of 40 MW serve racks: 175,200 MWh a year, at 30 $ of the agencies, in 2027, 2028 and 2029.

    Delivery is owed on 0.8 · 40 · 8,760 = 280,320 MWh: 105,120 unused at 10 $. Generation is owed on 210,240: 35,040
    unused at 5 $. That is 1.0512 + 0.1752 = 1.2264 M$ a year, of whoever signed. 24 months are left after the horizon
    for 20 idle MW: a take of 2 · 8,760 · (8 + 3) · 20 = 3.8544 M$, 2.8908 after resale, or a fee of 2.
    """
    tables = free_tables()
    must_serve(tables)
    change(tables, "sites", land_acres=1000, existing_mw=0, max_onsite_mw=0)
    change(tables, "sites", tariff_usd_per_mwh=30, delivery_usd_per_mwh=10)
    change(tables, "grid_tranches", mw=40)
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6)
    shares = {"minimum_take_share": 0.8, "generation_take_share": 0.6, "generation_usd_per_mwh": 5}
    for site in ("A", "B"):
        grid_contract(tables, site, obligor=obligor, **shares, exit_fee_usd_per_mw=100_000, resale_share=0.25)
    result = solved(tmp_path, tables, programme({**LEAST_COST, "owed_after_horizon": -1.0}))
    assert result.plan is not None
    # twenty racks, three years of energy and of what is not used, and the fee
    assert value(result) == pytest.approx(-(20 + 3 * 5.256 + 3 * 1.2264 + 2), abs=TIE)
    usd = result.plan["detail"].groupby("wbs_code")["cents"].sum() / 1e8
    unused = {"1.2.5": 3.6792} if obligor == "investor" else {"3.1.2": 3.6792}
    assert usd.to_dict() == pytest.approx({"1.3.1": 20.0, "3.1.1": 15.768, **unused})
    owed = [(who, way, year, usd) for _, who, way, year, usd, _ in result.plan["owed_after"].itertuples(index=False)]
    assert owed == [(obligor, "exit", 2030, pytest.approx(2e6))]
    assert amounts(result)["owed_after_horizon"] == pytest.approx(2.0)
    use = result.plan["grid_use"][["contracted_mw", "used_mw", "unused_mw"]]
    assert use.to_numpy().tolist() == [pytest.approx([40.0, 20.0, 20.0])] * 4
