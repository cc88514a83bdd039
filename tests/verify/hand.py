"""A programme of one site and three years, small enough to plan and to cost by hand, and that plan.

In 2026 the site opens, starts two halls of 10 MW and leases one of 5 MW for a year, contracts 40 MW of grid, orders
two engines of 5 MW (one is the spare), signs 4 MW of wind and buys 100 racks of 100 kW. In 2027 ten racks are retired;
at the end of 2028 the rest are two years old and leave, and ten new ones stand.
"""

from __future__ import annotations

import pandas as pd

from planner.inputs.case import Case
from planner.inputs.programme import Programme
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS, TABLES
from planner.plan import TABLES as PLAN_TABLES
from planner.plan import Plan, frame
from planner.verify import StageClaim

YEARS = (2026, 2027, 2028)
GENERAL = {"2026": 1.0, "2027": 1.1, "2028": 1.21}
ELECTRICITY = {"2026": 1.0, "2027": 1.05, "2028": 1.1025}

PARAMETERS = {
    "power_reserve_share": 0.1,
    "minimum_take_share": 0.8,
    "average_draw_share": 0.8,
    "counted_factor": 1.25,
    "counted_within_months": 24,
    "management_reserve_share": 0.05,
    "national_craft_workers": 100,
    "max_build_mw_per_year": 30,
    "volume_threshold_mw": 10,
    "volume_discount_share": 0.1,
    "cost_of_water_usd_per_m3": 2,
    "carbon_price_usd_per_t": 10,
    "site_staff_per_mw": 0.5,
    "site_staff_usd_per_year": 100_000,
    "tail_years": 2,
    "tail_taper": 0.8,
    "minimum_site_mw": 10,
    "minimum_site_serving_mw": 5,
    "largest_site_share": 1.0,
    "must_serve_from_year": 2027,
    "share_rule_from_year": 2027,
    "counted_site_by_year": 2027,
    "programme_management_share": 0.02,
    "disposal_usd_per_rack": 1000,
    "soft_band_from_year": 2100,
    "soft_band_low": 0.2,
    "soft_band_high": 0.4,
    "aware_share": 0.5,
}
CODES = {
    **{f"1.1.{n}": ("construction", "investment", "infrastructure") for n in (*range(1, 8), 8, 9)},
    **{f"1.2.{n}": ("power and cooling", "investment", "infrastructure") for n in (1, 2, 3, 4, 8, 9)},
    **{f"1.3.{n}": ("chips", "investment", "infrastructure") for n in (1, 2, 3, 4, 5, 9)},
    **dict.fromkeys([f"3.1.{n}" for n in range(1, 7)], ("operations", "operations", "none")),
    **dict.fromkeys(["3.2.1", "3.2.2", "3.2.3", "3.2.4", "3.3.1"], ("operations", "operations", "none")),
}


def _site(site_id: str, region: str) -> tuple[object, ...]:
    where = (site_id, site_id, "TX", 30.0, -90.0, region, "3A", "south")
    prices = (100.0, 10_000.0, 1e6, 50.0, 10.0, 400.0)
    return (*where, *prices, 1e6, 1.5, 0.05, 50.0, 10.0, 20.0)


def _rows() -> dict[str, list[tuple[object, ...]]]:
    hall = (1e6, 5e5, 1e6, 5e5, 0.0, 1.0, 1.0, 1e5, 4.0)
    lease = (0.0, 1e5, 0.0, 0.0, 1e6, 0.0, 1.0, 1e5, 2.0)
    index = {"general": GENERAL, "wages": GENERAL, "construction": GENERAL, "electricity": ELECTRICITY}
    return {
        "sites": [_site("S1", "ERCOT"), _site("S2", "PJM")],
        "site_levels": [("S1", "gov"), ("S2", "gov")],
        "levels": [("gov", "GovCloud", 0.2, 0.0, 1.2), ("secret", "Secret", 0.3, 12.0, 1.5)],
        "cooling": [("air", "Air", 0, 30.0), ("d2c", "Direct-to-chip", 1, 250.0)],
        "climate": [("air", "3A", 1.3, 1.3, 1.0), ("d2c", "3A", 1.2, 1.25, 0.1)],
        "designs": [
            ("GF", "New hall", "greenfield", "d2c", 10.0, 12.0, 0.0, "single", *hall),
            ("LE", "Leased hall", "lease", "air", 5.0, 6.0, 12.0, "single", *lease),
        ],
        "spend_profiles": [("single", 1, 1.0), ("connection", 1, 1.0)],
        "grid_tranches": [("S1", 1, 40.0, 12.0, 1e5), ("S1", 2, 40.0, 12.0, 1e5), ("S2", 1, 40.0, 12.0, 1e5)],
        "plants": [("ENG", "Gas engines", "gas", 5.0, 12.0, 2026, "single", 1000.0, 20.0, 5.0, 8.0, 400.0, 0.9)],
        "ppas": [("WIND", "S1", 40.0, 50.0, 0.25, 12.0)],
        "gas_prices": [("south", y, 4.0) for y in YEARS],
        "chips": [("C", "Chip", "GPU", "on sale", 72.0, 0.5, 2.0, 4.0, 100.0, 1, 9.0, 24.0, "site", 1e5, 0.03, 0.03)],
        "chip_supply": [("C", 2026, 1e6, 200.0), ("C", 2027, 9e5, 200.0), ("C", 2028, 8e5, 200.0)],
        "fabric": [("site", "Site fabric", "site", 10.0)],
        "workloads": [("train", "Training", "bf16", 0.5, 1.0, 5000.0, 150.0, "", 0.0)],
        "suitability": [("C", "train")],
        "rent_paths": [("train", y, 1.0) for y in YEARS],
        "agencies": [("AG", "Agency", 38.9, -77.0, 0.0, 0.0, 0.0)],
        "movement": [("AG", "S1", 100.0), ("AG", "S2", 100.0)],
        "demand": [("AG", "train", "gov", 80.0, 0.5)],
        "demand_paths": [("mid", "train", y, 1.0) for y in YEARS],
        "demand_tranches": [("first", 0.5, 1.0), ("second", 0.5, 0.5)],
        "price_indices": [(i, int(y), 100 * v) for i, path in index.items() for y, v in path.items()],
        "discount_rates": [("real7", 0.07, "1992-10-29")],
        "categories": [
            ("construction", "infrastructure", 0.2),
            ("power and cooling", "infrastructure", 0.2),
            ("chips", "infrastructure", 0.05),
        ],
        "wbs": [(code, "", code, cat, side, ledger, "investor", "", "") for code, (cat, ledger, side) in CODES.items()],
        "authority": [(2026, 0.5), (2027, 0.3), (2028, 0.2)],
        "parameters": [(name, float(value), "", "") for name, value in PARAMETERS.items()],
    }


def tables() -> dict[str, pd.DataFrame]:
    """The data set; every figure is in dollars of 2026."""
    rows = _rows()
    figures: list[tuple[object, ...]] = []
    for table in TABLES:
        for column in table.figure_columns:
            year = 2026 if column.price_index and column.price_index != "none" else None
            if table.name != "parameters":
                figures.append((table.name, "*", column.name, None, None, year, "s", "assumption", ""))
    for name in PARAMETERS:
        year = 2026 if name in MONEY_PARAMETERS else None
        figures.append(("parameters", name, "value", None, None, year, "s", "assumption", ""))
    rows["figures"] = figures
    columns = {table.name: [c.name for c in table.columns] for table in BY_NAME.values()}
    return {name: pd.DataFrame(rows.get(name, []), columns=columns[name]) for name in BY_NAME}


def _claim(name: str, metric: str, **more: object) -> dict[str, object]:
    return {"id": name, "claim": "a claim", "said_by": "the article", "metric": metric, **more}


def programme() -> Programme:
    firm, goal = {"by": 2028, "binding": "firm"}, {"by": 2027, "binding": "goal"}
    return Programme.model_validate(
        {
            "title": "By hand",
            "data": "hand",
            "as_of": "2026-01-01",
            "base_year": 2026,
            "budget_usd": 1e9,
            "infrastructure_share": 0.7,
            "sites": {"count": 1, "minimum_regions": 1},
            "horizon": {"first_year": 2026, "periods": 3},
            "stages": (
                {"name": "mission value", "give_back_share": 0.01, "give_back_budget_share": 0.01},
                {"name": "goal shortfall"},
                {"name": "present cost"},
            ),
            "claims": (
                _claim("budget", "budget", level=1e9, unit="USD", **firm),
                _claim("sites", "sites", level=1.0, unit="sites", **firm),
                _claim("secured", "power", tier="secured", level=40.0, unit="MW facility", **firm),
                _claim("halls", "power", tier="commissioned", level=25.0, unit="MW IT", **goal),
                _claim("racks", "power", tier="populated", level=5.0, unit="MW IT", by=2027),
                _claim("serving", "compute", tier="serving", precision="bf16", level=100.0, **firm),
                _claim("governance", "governance", by=2028),
                _claim("output", "memo"),
            ),
        }
    )


def case() -> Case:
    return Case("hand", programme(), tables())


def decisions() -> dict[str, list[tuple[object, ...]]]:
    """The plan of the docstring. Facility energy: 10 MW * 0.8 * 8760 h * 1.2 = 84096 MWh, then nine tenths of it."""
    return {
        "opens": [("S1", "2026", 1)],
        "modules": [("S1", "GF", "2026", 2), ("S1", "LE", "2026", 1)],
        "hardened": [("S1", "gov", "2026", 20.0)],
        "reached": [("programme", 1)],
        "discounted": [("S1", "2026", 10.0)],
        "contract": [("S1", 1, "2026", 1)],
        "units": [("S1", "ENG", "2026", 2)],
        "first": [("S1", "ENG", "2026", 1)],
        "signed": [("S1", "WIND", "2026", 4.0)],
        "generated": [("S1", "ENG", "2027", 10_000.0)],
        # 84096 - 10000 - 8760 of wind; 75686.4 - 8760
        "imported": [("S1", "2027", 65_336.0), ("S1", "2028", 66_926.4)],
        # 0.8 of 40 MW all year is more than what is drawn
        "billed": [("S1", "2027", 280_320.0), ("S1", "2028", 280_320.0)],
        "housed": [
            ("S1", "GF", "d2c", "2026", 10.0),
            ("S1", "GF", "d2c", "2027", 9.0),
            ("S1", "GF", "d2c", "2028", 1.0),
        ],
        "bought": [("S1", "C", "2026", 100), ("S1", "C", "2028", 10)],
        "retired": [("S1", "C", "2026", "2027", 10.0)],
        "running": [("S1", "C", "train", "gov", "2027", 100.0), ("S1", "C", "train", "gov", "2028", 90.0)],
        "served": [("S1", "AG", "train", "gov", "2027", 80.0), ("S1", "AG", "train", "gov", "2028", 80.0)],
        "depth": [("AG", "train", "gov", j, y, 40.0) for y in ("2027", "2028") for j in ("first", "second")],
        "hosts": [("S1", "train", "2027", 1), ("S1", "train", "2028", 1)],
        "tail_running": [("C", "train", 1, 10.0), ("C", "train", 2, 10.0)],
        "tail_depth": [("train", "first", 1, 10.0), ("train", "first", 2, 10.0)],
        # 1.25 times the 1 MW that is populated at the end of the horizon
        "counted": [("halls", "S1", 1.25)],
    }


#: code, period, quantity, rate, reference, factor, escalation: the money of the plan line by line
LINES: list[tuple[str, str, float, float, str, float, float]] = [
    ("1.1.1", "2026", 1, 1e6, "sites.S1.opening_cost_usd", 1.5, 1),
    ("1.1.2", "2026", 20, 1e4, "sites.S1.land_price_usd_per_acre", 1, 1),
    ("1.1.3", "2026", 20, 5e5, "designs.GF.civil_usd_per_mw", 1.5, 1),
    ("1.1.3", "2026", 5, 1e5, "designs.LE.civil_usd_per_mw", 1.5, 1),
    ("1.1.4", "2026", 20, 1e6, "designs.GF.shell_usd_per_mw", 1.5, 1),
    ("1.1.5", "2026", 5, 1e6, "designs.LE.lease_usd_per_mw_year", 1, 1),
    ("1.1.6", "2026", 20, 1e6, "designs.GF.shell_usd_per_mw", 0.3, 1),
    ("1.1.7", "2026", -10, 1e6, "designs.GF.shell_usd_per_mw", 0.15, 1),
    ("1.1.7", "2026", -10, 5e5, "designs.GF.civil_usd_per_mw", 0.15, 1),
    # 1.5 + 0.2 + 15 + 0.75 + 30 + 5 + 6 - 1.5 - 0.75 = 56.2 M
    ("1.1.8", "2026", 56.2e6, 1, "parameters.programme_management_share.value", 0.02, 1),
    ("1.1.9", "2026", 57.324e6, 1, "categories.construction.contingency_share", 0.2, 1),
    ("1.2.1", "2026", 40, 1e5, "grid_tranches.S1/1.connection_usd_per_mw", 1.5, 1),
    ("1.2.2", "2026", 10_000, 1000, "plants.ENG.capex_usd_per_kw", 1.5, 1),
    ("1.2.3", "2026", 20, 1e6, "designs.GF.electrical_usd_per_mw", 1.5, 1),
    ("1.2.4", "2026", 20, 5e5, "designs.GF.mechanical_usd_per_mw", 1.5, 1),
    # 6 + 15 + 30 + 15 = 66 M
    ("1.2.8", "2026", 66e6, 1, "parameters.programme_management_share.value", 0.02, 1),
    ("1.2.9", "2026", 67.32e6, 1, "categories.power and cooling.contingency_share", 0.2, 1),
    ("1.3.1", "2026", 100, 1e6, "chip_supply.C/2026.rack_price_usd", 1, 1),
    ("1.3.2", "2026", 100, 1e5, "chips.C.fabric_usd_per_rack", 1, 1),
    ("1.3.3", "2026", 100, 1e6, "chip_supply.C/2026.rack_price_usd", 0.03, 1),
    ("1.3.4", "2026", 100, 1e6, "chip_supply.C/2026.rack_price_usd", 0.05, 1),
    # 100 + 10 + 3 + 5 = 118 M
    ("1.3.9", "2026", 118e6, 1, "categories.chips.contingency_share", 0.05, 1),
    ("1.3.5", "2027", 10, 1000, "parameters.disposal_usd_per_rack.value", 1, 1.1),
    ("1.3.9", "2027", 11_000, 1, "categories.chips.contingency_share", 0.05, 1),
    ("1.3.1", "2028", 10, 8e5, "chip_supply.C/2028.rack_price_usd", 1, 1),
    ("1.3.2", "2028", 10, 1e5, "chips.C.fabric_usd_per_rack", 1, 1.21),
    ("1.3.3", "2028", 10, 8e5, "chip_supply.C/2028.rack_price_usd", 0.03, 1),
    ("1.3.4", "2028", 10, 8e5, "chip_supply.C/2028.rack_price_usd", 0.05, 1),
    ("1.3.5", "2028", 90, 1000, "parameters.disposal_usd_per_rack.value", 1, 1.21),
    # 8 + 1.21 + 0.24 + 0.4 + 0.1089 = 9.9589 M
    ("1.3.9", "2028", 9_958_900, 1, "categories.chips.contingency_share", 0.05, 1),
    ("3.1.1", "2027", 65_336, 50, "sites.S1.tariff_usd_per_mwh", 1, 1.05),
    ("3.1.1", "2028", 66_926.4, 50, "sites.S1.tariff_usd_per_mwh", 1, 1.1025),
    ("3.1.2", "2027", 214_984, 10, "sites.S1.delivery_usd_per_mwh", 1, 1.05),
    ("3.1.2", "2028", 213_393.6, 10, "sites.S1.delivery_usd_per_mwh", 1, 1.1025),
    ("3.1.3", "2027", 8760, 40, "ppas.WIND/S1.price_usd_per_mwh", 1, 1),
    ("3.1.3", "2028", 8760, 40, "ppas.WIND/S1.price_usd_per_mwh", 1, 1),
    ("3.1.4", "2027", 80_000, 4, "gas_prices.south/2027.price_usd_per_mmbtu", 1, 1.1),
    ("3.1.5", "2027", 10_000, 5, "plants.ENG.variable_om_usd_per_mwh", 1, 1.1),
    ("3.1.5", "2027", 10_000, 20, "plants.ENG.fixed_om_usd_per_kw_year", 1, 1.1),
    ("3.1.5", "2028", 10_000, 20, "plants.ENG.fixed_om_usd_per_kw_year", 1, 1.21),
    ("3.1.6", "2027", 30_134.4, 10, "parameters.carbon_price_usd_per_t.value", 1, 1.1),
    ("3.1.6", "2028", 26_770.56, 10, "parameters.carbon_price_usd_per_t.value", 1, 1.21),
    ("3.2.1", "2027", 20, 1e5, "designs.GF.facility_om_usd_per_mw_year", 1, 1.1),
    ("3.2.1", "2027", 5, 1e5, "designs.LE.facility_om_usd_per_mw_year", 1, 1.1),
    ("3.2.1", "2028", 20, 1e5, "designs.GF.facility_om_usd_per_mw_year", 1, 1.21),
    ("3.2.2", "2027", 7008, 2, "parameters.cost_of_water_usd_per_m3.value", 1, 1.1),
    ("3.2.2", "2028", 6307.2, 2, "parameters.cost_of_water_usd_per_m3.value", 1, 1.21),
    ("3.2.3", "2027", 12.5, 1e5, "parameters.site_staff_usd_per_year.value", 1, 1.1),
    ("3.2.3", "2028", 10, 1e5, "parameters.site_staff_usd_per_year.value", 1, 1.21),
    ("3.2.4", "2027", 100, 9e5, "chip_supply.C/2027.rack_price_usd", 0.03, 1),
    ("3.2.4", "2028", 90, 8e5, "chip_supply.C/2028.rack_price_usd", 0.03, 1),
    ("3.3.1", "2027", 80, 100, "movement.AG/S1.movement_usd_per_pflops_year", 1, 1),
    ("3.3.1", "2028", 80, 100, "movement.AG/S1.movement_usd_per_pflops_year", 1, 1),
]


def _detail() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for code, period, quantity, rate, ref, factor, escalation in LINES:
        category, ledger, _ = CODES[code]
        cents = round(100 * quantity * rate * factor * escalation)
        facts = (code, category, ledger, "S1", ref, period)
        rows.append((*facts, float(quantity), "unit", float(rate), ref, float(factor), float(escalation), cents))
    return rows


def results() -> dict[str, list[tuple[object, ...]]]:
    spent = sum(q * r * f * e for code, _, q, r, _, f, e in LINES if code.startswith("1."))
    nothing = (None, None, None)
    return {
        "detail": _detail(),
        # grid 40, one engine 5, and in the first year 5 MW leased at a peak PUE of 1.3
        "tiers": [("S1", "2026", 51.5, 25.0, 10.0), ("S1", "2027", 45.0, 20.0, 9.0), ("S1", "2028", 45.0, 20.0, 1.0)],
        "energy": [
            ("S1", "2027", 70_080.0, 84_096.0, 30_134.4, 7008.0),
            ("S1", "2028", 63_072.0, 75_686.4, 26_770.56, 6307.2),
        ],
        "compute": [
            *[("2026", p, 100 * x, 0.0) for p, x in (("fp64", 0.5), ("bf16", 2.0), ("fp8", 4.0))],
            *[("2027", p, 90 * x, s) for p, x, s in (("fp64", 0.5, 0.0), ("bf16", 2.0, 160.0), ("fp8", 4.0, 0.0))],
            *[("2028", p, 10 * x, s) for p, x, s in (("fp64", 0.5, 0.0), ("bf16", 2.0, 160.0), ("fp8", 4.0, 0.0))],
        ],
        "commitments": [
            ("budget", "budget", None, None, 2028, 1e9, "USD", "firm", spent, 0.0, True, "met"),
            ("sites", "sites", None, None, 2028, 1.0, "sites", "firm", 1.0, 0.0, True, "met"),
            ("secured", "power", "secured", None, 2028, 40.0, "MW facility", "firm", 45.0, 0.0, True, "met"),
            ("halls", "power", "commissioned", None, 2027, 25.0, "MW IT", "goal", 1.25, 23.75, False, "short"),
            ("racks", "power", "populated", None, 2027, 5.0, "MW IT", "reported", 9.0, 0.0, True, "reported"),
            ("serving", "compute", "serving", "bf16", 2028, 100.0, "", "firm", 160.0, 0.0, True, "met"),
            ("governance", "governance", None, None, 2028, None, "", "reported", *nothing, "not modelled yet"),
            ("output", "memo", None, None, None, None, "", "reported", *nothing, "reported"),
        ],
    }


def plan() -> Plan:
    rows = decisions() | results()
    return Plan({name: frame(name, rows.get(name, [])) for name in PLAN_TABLES})


def stages() -> list[StageClaim]:
    """Value: 40 full and 40 half, at 0.01 M$ and a premium of 1.2; then ten racks for two years at open rent."""
    value = 60 * 0.01 * 1.2 * (1.07**-1.5 + 1.07**-2.5)
    value += 10 * 0.01 * (0.8 * 1.07**-3.5 + 0.8**2 * 1.07**-4.5)
    half = {"2026": 0.5, "2027": 1.5, "2028": 2.5}
    cost = sum(q * r * f * e / GENERAL[p] * 1.07 ** -half[p] for _, p, q, r, _, f, e in LINES) / 1e6
    # 120/180 and 90/360, halved, for 20 MW of halls and 11 MW of racks
    cost += 1e-9 * 1000 * ((120 / 180 + 90 / 360) / 2) * (20 + 11) / 1000
    return [
        StageClaim("mission value", value, value * 0.99, "max", value, 10.0, 2.0),
        StageClaim("goal shortfall", 0.95, 0.95, "min", 0.95),
        StageClaim("present cost", cost, None, "min", cost),
    ]
