"""Random small programmes: the same seed is the same programme. Every one is valid; not every one has a plan."""

from __future__ import annotations

import random
from typing import Any

from small import Tables, change, gates, parameter, programme
from tiny import PRICE_YEARS, Row, tiny_tables

FIRST, LAST = 2026, 2029


def any_programme(seed: int) -> tuple[Tables, Row]:
    """Two or three sites, three to six periods, most rules of the model somewhere."""
    d = random.Random(seed)
    tables = tiny_tables()
    asked = _asked(d)
    _sites(d, tables, third=d.random() < 0.25)
    _halls(d, tables)
    _power(d, tables)
    _racks(d, tables)
    _work(d, tables)
    if d.random() < 0.7:
        _gates(d, tables)
    if d.random() < 0.4:
        _second_agency(d, tables)
    _money(d, tables, asked)
    _rules(d, tables)
    asked["claims"] = _claims(d, tables, asked)
    return tables, asked


def tiny_programme_of(seed: int) -> tuple[Tables, Row]:
    """Few enough whole decisions to try them all: three years, a hall or two, a rack or three."""
    d = random.Random(seed)
    tables = tiny_tables()
    asked = programme(_objective(d), budget_usd=d.choice([30e6, 80e6]))
    asked["horizon"] = {"first_year": FIRST, "periods": 3, "months_per_period": 12}
    tables["designs"] = [row for row in tables["designs"] if row["route"] == "retrofit"]
    for row in tables["sites"]:
        row.update(land_acres=0, existing_mw=d.choice([5, 5, 10]), max_onsite_mw=0)
        row.update(opening_cost_usd=d.uniform(0, 5e6), tariff_usd_per_mwh=d.uniform(20, 90), peak_craft_workers=1e5)
    change(tables, "designs", module_mw=5, acres_per_mw=0, lead_months=d.choice([6, 12, 18]))
    change(tables, "designs", term_months=d.choice([0, 0, 12]), route=d.choice(["retrofit", "lease"]))
    for row in tables["grid_tranches"]:
        row.update(mw=d.choice([4, 10]), lead_months=d.choice([6, 12]), connection_usd_per_mw=d.choice([0, 4e5]))
    change(
        tables, "plants", unit_mw=4, firm_share=d.choice([0.9, 1]), lead_months=12, capex_usd_per_kw=d.choice([1, 900])
    )
    tables["chips"] = [row for row in tables["chips"] if row["chip_id"] == "X"]
    tables["suitability"] = [row for row in tables["suitability"] if row["chip_id"] == "X"]
    change(tables, "chips", rack_kw=2000, lead_months=d.choice([6, 12]), life_months=d.choice([12, 24, 60]))
    years = d.sample([FIRST, FIRST + 1], d.choice([1, 2]))
    price, supply = d.uniform(1e6, 6e6), d.choice([1, 2, 3]) if len(years) == 1 else 1
    tables["chip_supply"] = [
        {"chip_id": "X", "year": y, "rack_price_usd": price, "supply_racks_per_year": supply} for y in sorted(years)
    ]
    tables["sites"][0].update(max_onsite_mw=d.choice([0, 4]))
    change(tables, "workloads", rent_usd_per_pflops_year=d.choice([5e5, 2e6]))
    change(tables, "demand", base_pflops_years=d.choice([7, 12, 30]), must_serve_share=d.choice([0, 0, 0, 0.2]))
    parameter(tables, must_serve_from_year=FIRST + d.choice([1, 2]), minimum_take_share=d.choice([0, 0.6]))
    parameter(tables, tail_years=d.choice([0, 2]), tail_taper=0.8, disposal_usd_per_rack=d.choice([0, 1e5]))
    parameter(tables, power_reserve_share=d.choice([0, 0.1]))
    if d.random() < 0.3:
        claim = {"id": "power", "claim": "Power", "said_by": "pencil", "metric": "power", "by": FIRST + 1}
        binding = d.choice(["firm", "goal"])
        price = d.choice([0.0, 3e6]) if binding == "goal" else 0.0
        tier = d.choice(["secured", "commissioned", "populated"])
        asked["claims"] = [{**claim, "tier": tier, "level": 3.0, "unit": "MW", "binding": binding, "price_usd": price}]
    return tables, asked


def _asked(d: random.Random) -> Row:
    half = d.random() < 0.35
    horizon = {"first_year": FIRST, "periods": d.choice([3, 4]), "months_per_period": 12}
    if half:
        horizon = {"first_year": FIRST, "periods": 6, "months_per_period": 6}
    sites = {"count": d.choice([1, 1, 2]), "minimum_regions": 1}
    if sites["count"] == 2 and d.random() < 0.3:
        sites["minimum_regions"] = 2
    return programme(_objective(d), budget_usd=d.choice([60e6, 150e6, 400e6]), horizon=horizon, sites=sites)


def _objective(d: random.Random) -> Row:
    found: Row = {"mission_value": d.choice([1.0, 1.0, 1.0, 0.0]), "present_cost": d.choice([-1.0, -1.0, -0.01])}
    if d.random() < 0.2:
        found["emissions_usd_per_t"] = -d.choice([10.0, 200.0])
    if d.random() < 0.2:
        found.update(compute_usd_per_pflops=d.choice([1e4, 1e6]), compute_precision="fp8")
    if d.random() < 0.2:
        found["secured_usd_per_mw"] = d.choice([1e4, 5e5])
    return found


def _sites(d: random.Random, tables: Tables, third: bool) -> None:
    if third:
        for name in ("sites", "site_levels", "grid_tranches", "movement"):
            more = [{**row, "site_id": "C"} for row in tables[name] if row["site_id"] == "B"]
            tables[name] += more
        change(tables, "sites", {"site_id": "C"}, lat_deg=36, lon_deg=-95)
    for row in tables["sites"]:
        row.update(opening_cost_usd=d.uniform(0, 9e6), tariff_usd_per_mwh=d.uniform(25, 90))
        row.update(existing_mw=d.choice([0, 10, 20, 30]), land_acres=d.choice([15, 35]))
        row.update(construction_multiplier=d.choice([0.9, 1, 1.2]), equipment_tax_share=d.choice([0, 0, 0.06]))
        row.update(max_onsite_mw=d.choice([0, 10, 20]), land_price_usd_per_acre=d.choice([0, 1e4]))
        row.update(peak_craft_workers=d.choice([12, 40, 1e5]), grid_emissions_kg_per_mwh=d.choice([0, 400]))
        row.update(water_budget_m3_per_year=d.choice([1e9, 2e5]))


def _halls(d: random.Random, tables: Tables) -> None:
    designs = tables["designs"]
    change(
        tables, "designs", {"route": "greenfield"}, lead_months=d.choice([9, 12, 18, 24]), module_mw=d.choice([5, 10])
    )
    change(tables, "designs", {"route": "retrofit"}, acres_per_mw=0, lead_months=d.choice([3, 6, 12]))
    if d.random() < 0.5:
        change(tables, "designs", {"route": "retrofit"}, lead_months=d.choice([3, 6, 12]), route="lease")
        change(tables, "designs", {"route": "lease"}, term_months=d.choice([6, 12, 18, 24]), lease_usd_per_mw_year=2e5)
    if d.random() < 0.4:
        tables["designs"] = [d.choice(designs)]
    for row in tables["designs"]:
        row.update(shell_usd_per_mw=d.uniform(1e5, 3e6), facility_om_usd_per_mw_year=d.choice([0, 1e5]))
        if d.random() < 0.3:
            row.update(max_modules_per_year=d.choice([1, 2]))
    change(tables, "climate", pue_average=1.1, pue_peak=d.choice([1.2, 1.4]), wue_l_per_kwh=d.choice([0, 1]))
    change(tables, "cooling", {"cooling_id": "air"}, rack_kw_max=2000)
    if d.random() < 0.3 and len(tables["designs"]) == 2:
        tables["designs"][1].update(cooling_id="air")
    if d.random() < 0.4:
        tables["spend_profiles"] = [
            {"profile_id": p, "step": n, "share": 0.5} for p in ("even", "connection") for n in (1, 2)
        ]


def _power(d: random.Random, tables: Tables) -> None:
    for row in tables["grid_tranches"]:
        row.update(mw=d.choice([8, 14, 30]), lead_months=d.choice([6, 12, 18]))
        row.update(connection_usd_per_mw=d.choice([0, 1e5, 5e5]))
    if d.random() < 0.5:
        tables["grid_tranches"] += [
            {**row, "tranche": 2, "mw": 12, "connection_usd_per_mw": 3e5} for row in tables["grid_tranches"]
        ]
    change(tables, "plants", firm_share=d.choice([0.8, 0.95, 1]), lead_months=d.choice([6, 12, 18]))
    change(
        tables,
        "plants",
        unit_mw=d.choice([6, 10]),
        capacity_factor_max=d.choice([0.5, 0.9]),
        fixed_om_usd_per_kw_year=9,
    )
    if d.random() < 0.4:
        tables["ppas"] = [
            {"ppa_id": "SUN", "site_id": "A", "price_usd_per_mwh": 25, "max_mw": 20, "capacity_factor": 0.4}
            | {"lead_months": d.choice([6, 12])}
        ]
    if d.random() < 0.3:
        tables["plants"] = []


def _racks(d: random.Random, tables: Tables) -> None:
    supply: list[Row] = []
    chips = ["X", "H"] if d.random() < 0.6 else ["X"]
    for c in chips:
        price = d.uniform(1e6, 4e6)
        for y in d.sample(range(FIRST, LAST), d.choice([1, 2])):
            supply.append({"chip_id": c, "year": y, "rack_price_usd": price, "supply_racks_per_year": d.randint(3, 20)})
    tables["chip_supply"] = sorted(supply, key=lambda row: (row["chip_id"], row["year"]))
    tables["chips"] = [row for row in tables["chips"] if row["chip_id"] in chips]
    tables["suitability"] = [row for row in tables["suitability"] if row["chip_id"] in chips]
    for row in tables["chips"]:
        row.update(lead_months=d.choice([3, 6, 12]), life_months=d.choice([12, 18, 24, 60]), fabric_usd_per_rack=1e4)
        row.update(rack_kw=d.choice([400, 1000, 1300]), storage_share=d.choice([0, 0.05]))
        row.update(maintenance_share=d.choice([0, 0.05]), needs_liquid=d.choice([0, 1]))
    if len(chips) == 2 and d.random() < 0.5:
        change(tables, "chips", {"chip_id": "H"}, fp8_pflops=4)
        tables["suitability"].append({"chip_id": "H", "workload_id": "inference"})


def _work(d: random.Random, tables: Tables) -> None:
    change(tables, "demand", base_pflops_years=d.uniform(10, 150))
    for row in tables["workloads"]:
        row.update(rent_usd_per_pflops_year=d.uniform(3e5, 2e6), availability=d.choice([0.9, 1]))
    if d.random() < 0.5:
        tables["demand"].append(
            {**tables["demand"][0], "workload_id": "simulation", "base_pflops_years": d.uniform(1, 9)}
        )
    if d.random() < 0.4:
        change(
            tables,
            "workloads",
            {"workload_id": d.choice(["inference", "simulation"])},
            cluster_pflops=d.choice([4, 25]),
        )
    if d.random() < 0.5:
        tables["demand_tranches"] = [
            {"tranche_id": "high", "share": 0.4, "value_share": 1},
            {"tranche_id": "low", "share": 0.6, "value_share": 0.5},
        ]
    for row in tables["demand_paths"]:
        row["multiplier"] = 1 + 0.2 * max(0, int(row["year"]) - FIRST)
    if d.random() < 0.2:
        change(tables, "demand", {"workload_id": "inference"}, must_serve_share=d.choice([0.05, 0.3]))
    for row in tables["movement"]:
        row["movement_usd_per_pflops_year"] = d.choice([0, 1e3, 2e4])


def _second_agency(d: random.Random, tables: Tables) -> None:
    tables["agencies"].append({**tables["agencies"][0], "agency_id": "AG2", "large_agencies": d.choice([0, 1])})
    tables["movement"] += [{**row, "agency_id": "AG2"} for row in tables["movement"]]
    row = tables["demand"][0]
    tables["demand"].append({**row, "agency_id": "AG2", "base_pflops_years": d.uniform(5, 60), "must_serve_share": 0})
    if tables["training_needs"] and d.random() < 0.5:
        tables["training_needs"] += [{**row, "agency_id": "AG2", "heads": 8} for row in tables["training_needs"]]


def _gates(d: random.Random, tables: Tables) -> None:
    gates(tables, cost_usd=d.choice([0, 1e5, 1e6]))
    initiatives = tables["initiatives"]
    for row in initiatives:
        row.update(duration_months=d.choice([0, 1, 3, 6, 9, 12, 15, 18]))
        row.update(recurring_usd_per_year=d.choice([0, 1e5]))
        row.update(need_ceiling_units=1 if row["per"] == "programme" else d.choice([1, 2, 10]))
    if d.random() < 0.4:
        dropped = d.choice(["WATCH", "JOIN-SMALL", "LINK", "SCHEDULER", "PACKAGE"])
        tables["initiatives"] = initiatives = [row for row in initiatives if row["initiative_id"] != dropped]
    if d.random() < 0.5:
        tool = {**initiatives[0], "initiative_id": "TOOLS", "per": "programme", "effect": "prerequisite"}
        initiatives.append({**tool, "need_ceiling_units": 1})
        for row in [*initiatives[:-1], *tables["training_tracks"]]:
            if d.random() < 0.4:
                row["prerequisite_id"] = "TOOLS"
    for row in tables["training_tracks"]:
        row.update(duration_months=d.choice([1, 6, 9, 12]), attrition_per_year=d.choice([0, 0.2, 0.5, 1]))
        row.update(capacity_heads_per_year=d.choice([15, 30, 100]), cost_usd_per_head=d.choice([0, 1e4]))
    there = {row["initiative_id"] for row in initiatives}
    guard = ["WATCH"] if "WATCH" in there else []
    tables["level_needs"] = [{"level_id": "gov", "initiative_id": y} for y in guard]
    if d.random() < 0.55:
        _second_level(d, tables, guard)
    if d.random() < 0.3:
        tables["existing_accreditations"] = [{"site_id": "B", "accreditation_id": "HIGH", "source_id": "pencil"}]
    change(tables, "agencies", large_agencies=d.choice([0, 1, 3]), small_agencies=d.choice([0, 4]))
    change(tables, "staffing", heads_per_site=d.choice([0, 5]), loaded_usd_per_head_year=d.choice([1e4, 3e5]))
    parameter(tables, site_staff_per_mw=d.choice([0, 0.5, 1]), site_staff_usd_per_year=1e5)


def _second_level(d: random.Random, tables: Tables, guard: list[str]) -> None:
    secret = {
        "level_id": "secret",
        "hardening_share": 0.3,
        "rent_premium": 1.5,
        "added_months": d.choice([0, 3, 6, 14]),
    }
    tables["levels"] = [{"level_id": "gov"}, secret]
    hosts = [row["site_id"] for row in tables["sites"] if d.random() < 0.8]
    tables["site_levels"] += [{"site_id": s, "level_id": "secret"} for s in hosts]
    high = tables["accreditations"][0]
    high["duration_months"] = d.choice([1, 3, 12])
    further = {**high, "accreditation_id": "IL6", "level_id": "secret", "predecessor_id": "HIGH"}
    tables["accreditations"].append({**further, "duration_months": d.choice([3, 9]), "monitoring_usd_per_year": 1e5})
    tables["demand"].append({**tables["demand"][0], "level_id": "secret", "base_pflops_years": d.uniform(5, 50)})
    change(tables, "demand", {"level_id": "secret"}, must_serve_share=d.choice([0, 0, 0, 0.2]))
    tables["level_needs"] = [{"level_id": d.choice(["gov", "secret"]), "initiative_id": y} for y in guard]
    if guard and d.random() < 0.5:
        watch = next(row for row in tables["initiatives"] if row["initiative_id"] == "WATCH")
        cross = {**watch, "initiative_id": "CROSS", "per": "site-level", "prerequisite_id": "WATCH"}
        tables["initiatives"].append({**cross, "need_ceiling_units": 5, "duration_months": d.choice([3, 6])})
        tables["level_needs"].append({"level_id": "secret", "initiative_id": "CROSS"})


def _money(d: random.Random, tables: Tables, asked: Row) -> None:
    if d.random() < 0.5:
        for row in tables["price_indices"]:
            growth = {"general": 0.02, "construction": 0.05, "wages": 0.03, "electricity": 0.01}[row["index_id"]]
            row["index_value"] = 100 * (1 + growth) ** (int(row["year"]) - FIRST)
    if d.random() < 0.4:
        shares = [0.5, 0.3, 0.2]
        tables["authority"] = [{"year": FIRST + n, "share_of_budget": x} for n, x in enumerate(shares)]
    cap = d.choice([1e12, 1e12, 1e12, 1e8, 2e7])
    tables["funding_sources"] = [
        {"source": s, "year": y, "cap_usd": cap / 2} for s in ("appropriation", "cost share") for y in PRICE_YEARS
    ]
    if d.random() < 0.2:
        tables["continuing_resolutions"] = [{"fiscal_year": FIRST + 1, "months": d.choice([3, 12])}]
    change(tables, "categories", {"category": "construction"}, contingency_share=d.choice([0, 0.1]))
    parameter(tables, programme_management_share=d.choice([0, 0.02]), management_reserve_share=d.choice([0, 0.05]))
    parameter(tables, disposal_usd_per_rack=d.choice([0, 1e4]), carbon_price_usd_per_t=d.choice([0, 50]))
    parameter(tables, cost_of_water_usd_per_m3=d.choice([0, 2]), tail_years=d.choice([0, 2, 3]), tail_taper=0.7)
    if d.random() < 0.15:
        parameter(tables, soft_band_from_year=FIRST + 1, soft_band_low=0.02, soft_band_high=d.choice([0.2, 1]))


def _rules(d: random.Random, tables: Tables) -> None:
    parameter(
        tables, must_serve_from_year=d.choice([FIRST + 1, LAST - 1, LAST - 1]), power_reserve_share=d.choice([0, 0.1])
    )
    parameter(tables, minimum_take_share=d.choice([0, 0.6]), average_draw_share=d.choice([0.8, 1]), aware_share=0.5)
    parameter(tables, opening_window_months=d.choice([12, 24, 600]))
    if d.random() < 0.3:
        parameter(tables, largest_site_share=d.choice([0.6, 0.8]), share_rule_from_year=d.choice([FIRST, LAST - 1]))
    if d.random() < 0.12:
        parameter(tables, minimum_site_mw=10, minimum_site_serving_mw=d.choice([0, 3]), counted_site_by_year=FIRST + 2)
    if d.random() < 0.4:
        parameter(tables, volume_threshold_mw=d.choice([5, 10]), volume_discount_share=0.1)
    if d.random() < 0.3:
        parameter(tables, max_build_mw_per_year=10, national_craft_workers=d.choice([10, 30]))
    parameter(tables, counted_factor=d.choice([1, 1.25]), counted_within_months=d.choice([6, 12, 24]))


def _claims(d: random.Random, tables: Tables, asked: Row) -> list[Row]:
    h = asked["horizon"]
    last = int(h["first_year"] + h["periods"] * h["months_per_period"] // 12 - 1)
    there = {row["initiative_id"] for row in tables["initiatives"]}
    found: list[Row] = []

    def claim(name: str, **more: Any) -> None:
        base = {"id": name, "claim": "A promise", "said_by": "pencil", "metric": name, "by": d.randint(FIRST + 1, last)}
        priced = {"price_usd": d.choice([0.0, 1e5, 3e6])} if more["binding"] == "goal" else {}
        found.append({**base, **more, **priced})

    if there and d.random() < 0.3:
        claim("governance", level=1.0, binding=d.choice(["firm", "reported"]))
    if {"PORT", "SCHEDULER"} <= there and d.random() < 0.25:
        claim("services", initiatives=["PORT", "SCHEDULER"], level=2.0, binding=d.choice(["firm", "reported"]))
    if d.random() < 0.35:
        tier, binding = d.choice(["secured", "commissioned", "populated"]), d.choice(["firm", "goal", "goal"])
        claim("power", tier=tier, level=d.choice([2.0, 4.0, 15.0]), unit="MW", binding=binding)
    if d.random() < 0.3:
        tier, binding = d.choice(["installed", "serving"]), d.choice(["firm", "goal", "goal"])
        claim("compute", tier=tier, level=d.choice([5.0, 40.0]), unit="PFLOP/s", precision="fp8", binding=binding)
    if there and d.random() < 0.25:
        claim("split", level=0.8, unit="share", binding="firm")
        asked.update(infrastructure_share=0.8, infrastructure_share_tolerance=d.choice([0.03, 0.15]))
    return found
