"""A programme of one site and three years, small enough to plan and to cost by hand, and that plan.

The site is open from 2026, and its opening is paid in two years. In 2026 it starts two halls of 10 MW and leases one
of 5 MW for a year, contracts 40 MW of grid, orders two engines of 5 MW (half of which counts as firm), signs 4 MW of
wind and buys 100 racks of 100 kW. In 2027 ten racks are retired; at the end of 2028 the rest are two years old and
leave, and ten new ones stand. What software, security and training add is in hand_soft, the money of both in
hand_money.
"""

from __future__ import annotations

import math

import pandas as pd

from planner.inputs.case import Case
from planner.inputs.programme import Programme
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS, TABLES
from planner.plan import TABLES as PLAN_TABLES
from planner.plan import Plan, frame
from planner.verify import ObjectiveClaim

from . import hand_soft
from .hand_money import PROGRAMME_LINES, SITE_LINES, operations_musd, present_cost_musd, tail_cost_musd, then_year_usd

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
    "soft_band_from_year": 2028,
    "soft_band_low": 0.2,
    "soft_band_high": 0.9,
    "aware_share": 0.5,
    "opening_window_months": 24,
}
CODES = {
    **{f"1.1.{n}": ("construction", "investment", "infrastructure") for n in (*range(1, 8), 8, 9)},
    **{f"1.2.{n}": ("power and cooling", "investment", "infrastructure") for n in (1, 2, 3, 4, 8, 9)},
    **{f"1.3.{n}": ("chips", "investment", "infrastructure") for n in (1, 2, 3, 4, 5, 9)},
    **dict.fromkeys([f"3.1.{n}" for n in range(1, 7)], ("operations", "operations", "none")),
    **dict.fromkeys(["3.2.1", "3.2.2", "3.2.3", "3.2.4", "3.3.1"], ("operations", "operations", "none")),
    **hand_soft.CODES,
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
        "site_levels": [("S1", "gov"), ("S1", "secret"), ("S2", "gov")],
        "levels": [("gov", "GovCloud", 0.2, 0.0, 1.2), ("secret", "Secret", 0.3, 12.0, 1.5)],
        "cooling": [("air", "Air", 0, 30.0), ("d2c", "Direct-to-chip", 1, 250.0)],
        "climate": [("air", "3A", 1.3, 1.3, 1.0), ("d2c", "3A", 1.2, 1.25, 0.1)],
        "designs": [
            ("GF", "New hall", "greenfield", "d2c", 10.0, 12.0, 0.0, "single", *hall),
            ("LE", "Leased hall", "lease", "air", 5.0, 6.0, 12.0, "single", *lease),
        ],
        "spend_profiles": [("single", 1, 1.0), ("connection", 1, 1.0)],
        "grid_tranches": [("S1", 1, 40.0, 12.0, 1e5), ("S1", 2, 40.0, 12.0, 1e5), ("S2", 1, 40.0, 12.0, 1e5)],
        "plants": [("ENG", "Gas engines", "gas", 5.0, 12.0, 2026, "single", 1000.0, 20.0, 5.0, 8.0, 400.0, 0.9, 0.5)],
        "ppas": [("WIND", "S1", 40.0, 50.0, 0.25, 12.0)],
        "gas_prices": [("south", y, 4.0) for y in YEARS],
        "chips": [("C", "Chip", "GPU", "on sale", 72.0, 0.5, 2.0, 4.0, 100.0, 1, 9.0, 24.0, "site", 1e5, 0.03, 0.03)],
        "chip_supply": [("C", y, usd, 200.0, math.nan) for y, usd in ((2026, 1e6), (2027, 9e5), (2028, 8e5))],
        "fabric": [("site", "Site fabric", "site", 10.0)],
        "workloads": [("train", "Training", "bf16", 0.5, 1.0, 5000.0, 150.0, "", 0.0), hand_soft.WORKLOAD],
        "suitability": [("C", "train"), ("C", "infer")],
        "rent_paths": [(w, y, 1.0) for w in ("train", "infer") for y in YEARS],
        "agencies": [("AG", "Agency", 38.9, -77.0, 0.0, 0.0, 0.0), hand_soft.AGENCY],
        "movement": [("AG", "S1", 100.0), ("AG", "S2", 100.0), ("AS", "S1", 50.0)],
        "demand": [("AG", "train", "gov", 80.0, 0.5), *hand_soft.DEMAND],
        "demand_paths": [("mid", w, y, 1.0) for w in ("train", "infer") for y in YEARS],
        "demand_tranches": [("first", 0.5, 1.0), ("second", 0.5, 0.5)],
        "price_indices": [(i, int(y), 100 * v) for i, path in index.items() for y, v in path.items()],
        "discount_rates": [("real7", 0.07, "1992-10-29")],
        "categories": [
            ("construction", "infrastructure", 0.2),
            ("power and cooling", "infrastructure", 0.2),
            ("chips", "infrastructure", 0.05),
            ("software", "soft", 0.25),
            ("security", "soft", 0.2),
            ("training", "soft", 0.1),
        ],
        "wbs": [(code, "", code, cat, side, ledger, "investor", "", "") for code, (cat, ledger, side) in CODES.items()],
        "authority": [(2026, 0.5), (2027, 0.3), (2028, 0.2)],
        "parameters": [(name, float(value), "", "") for name, value in PARAMETERS.items()],
        **hand_soft.rows(),
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
            "budget_usd": 7e8,
            "infrastructure_share": 0.7,
            "sites": {"count": 1, "minimum_regions": 1},
            "horizon": {"first_year": 2026, "periods": 3},
            "objective": {"mission_value": 1.0, "present_cost": -1.0, "owed_after_horizon": -1.0},
            "claims": (
                _claim("budget", "budget", level=7e8, unit="USD", **firm),
                _claim("sites", "sites", level=1.0, unit="sites", **firm),
                _claim("secured", "power", tier="secured", level=40.0, unit="MW facility", **firm),
                _claim("halls", "power", tier="commissioned", level=25.0, unit="MW IT", price_usd=1e6, **goal),
                _claim("racks", "power", tier="populated", level=5.0, unit="MW IT", by=2027),
                _claim("serving", "compute", tier="serving", precision="bf16", level=100.0, **firm),
                _claim("governance", "governance", by=2028),
                _claim("output", "memo"),
                _claim("split", "split", level=0.7, **firm),
                _claim("funding", "funding", level=1.0, **firm),
                _claim("full", "governance", level=1.0, **firm),
                _claim("services", "services", level=2.0, initiatives=("SVC", "BOARD"), **firm),
            ),
        }
    )


def case() -> Case:
    return Case("hand", programme(), tables())


def decisions() -> dict[str, list[tuple[object, ...]]]:
    """The plan of the docstrings. Facility energy: 10 MW * 0.8 * 8760 h * 1.2 = 84096 MWh, then 0.9 of it."""
    return {
        "opens": [("S1", "2026", 1)],
        "modules": [("S1", "GF", "2026", 2), ("S1", "LE", "2026", 1)],
        # 100 racks at GovCloud in 2027, 1.25 at Secret in 2028
        "hardened": [("S1", "gov", "2026", 10.0), ("S1", "secret", "2027", 0.125)],
        "reached": [("programme", 1)],
        "discounted": [("2026", 10.0)],
        "contract": [("S1", 1, "2026", 1)],
        "units": [("S1", "ENG", "2026", 2)],
        "signed": [("S1", "WIND", "2026", 4.0)],
        "generated": [("S1", "ENG", "2027", 10_000.0)],
        # 84096 - 10000 - 8760 of wind; 75686.4 - 8760
        "imported": [("S1", "2027", 65_336.0), ("S1", "2028", 66_926.4)],
        # 0.8 of 40 MW all year is more than what is drawn
        "billed": [("S1", "2027", 280_320.0), ("S1", "2028", 280_320.0)],
        "housed": [
            ("S1", "d2c", "d2c", "2026", 10.0),
            ("S1", "d2c", "d2c", "2027", 9.0),
            ("S1", "d2c", "d2c", "2028", 1.0),
        ],
        "bought": [("S1", "C", "2026", 100), ("S1", "C", "2028", 10)],
        "retired": [("S1", "C", "2026", "2027", 10.0)],
        "running": [
            ("S1", "C", "train", "gov", "2027", 100.0),
            ("S1", "C", "train", "gov", "2028", 80.0),
            *hand_soft.RUNNING,
        ],
        "served": [
            ("S1", "AG", "train", "gov", "2027", 80.0),
            ("S1", "AG", "train", "gov", "2028", 80.0),
            *hand_soft.SERVED,
        ],
        "depth": [
            *[("AG", "train", "gov", j, y, 40.0) for y in ("2027", "2028") for j in ("first", "second")],
            *hand_soft.DEPTH,
        ],
        "hosts": [("S1", "train", "2027", 1), ("S1", "train", "2028", 1)],
        "tail_running": [("S1", "C", "train", 1, 10.0), ("S1", "C", "train", 2, 10.0)],
        "tail_depth": [("train", "first", 1, 10.0), ("train", "first", 2, 10.0)],
        # 1.25 times the 1 MW that is populated at the end of the horizon
        "counted": [("halls", "S1", 1.25)],
        **hand_soft.decisions(operations_musd()),
    }


def _detail() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    lines = [("S1", line) for line in SITE_LINES] + [("programme", line) for line in PROGRAMME_LINES]
    for place, (code, period, quantity, rate, ref, factor, escalation) in lines:
        category, ledger, _ = CODES[code]
        cents = round(100 * quantity * rate * factor * escalation)
        facts = (code, category, ledger, place, ref, period)
        rows.append((*facts, float(quantity), "unit", float(rate), ref, float(factor), float(escalation), cents))
    return rows


def results() -> dict[str, list[tuple[object, ...]]]:
    spent = then_year_usd("1.", "2.")
    nothing = (None, None, None)
    # of 30 M a year
    most = max(operations_musd().values()) / 30
    return {
        "detail": _detail(),
        # grid 40, half of two engines of 5, and in the first year 5 MW leased at a peak PUE of 1.3
        "tiers": [("S1", "2026", 51.5, 25.0, 10.0), ("S1", "2027", 45.0, 20.0, 9.0), ("S1", "2028", 45.0, 20.0, 1.0)],
        "energy": [
            ("S1", "2027", 70_080.0, 84_096.0, 30_134.4, 7008.0),
            ("S1", "2028", 63_072.0, 75_686.4, 26_770.56, 6307.2),
        ],
        "compute": [
            *[("2026", p, 100 * x, 0.0) for p, x in (("fp64", 0.5), ("bf16", 2.0), ("fp8", 4.0))],
            *[("2027", p, 90 * x, s) for p, x, s in (("fp64", 0.5, 0.0), ("bf16", 2.0, 160.0), ("fp8", 4.0, 0.0))],
            # (7.3 - 0.3 + 2.5) / 0.5 of inference: what the scheduler adds is no rack
            *[("2028", p, 10 * x, s) for p, x, s in (("fp64", 0.5, 0.0), ("bf16", 2.0, 160.0), ("fp8", 4.0, 19.0))],
        ],
        "commitments": [
            ("budget", "budget", None, None, 2028, 7e8, "USD", "firm", spent, 0.0, True, "met"),
            ("sites", "sites", None, None, 2028, 1.0, "sites", "firm", 1.0, 0.0, True, "met"),
            ("secured", "power", "secured", None, 2028, 40.0, "MW facility", "firm", 45.0, 0.0, True, "met"),
            # the least from the year of the promise on
            ("halls", "power", "commissioned", None, 2027, 25.0, "MW IT", "goal", 1.25, 23.75, False, "short"),
            ("racks", "power", "populated", None, 2027, 5.0, "MW IT", "reported", 1.0, 4.0, False, "reported"),
            ("serving", "compute", "serving", "bf16", 2028, 100.0, "", "firm", 160.0, 0.0, True, "met"),
            ("governance", "governance", None, None, 2028, None, "", "reported", 1.0, None, None, "reported"),
            ("output", "memo", None, None, None, None, "", "reported", *nothing, "reported"),
            ("split", "split", None, None, 2028, 0.7, "", "firm", 0.73, 0.0, True, "met"),
            ("funding", "funding", None, None, 2028, 1.0, "", "firm", most, 0.0, True, "met"),
            ("full", "governance", None, None, 2028, 1.0, "", "firm", 1.0, 0.0, True, "met"),
            ("services", "services", None, None, 2028, 2.0, "", "firm", 2.0, 0.0, True, "met"),
        ],
        **hand_soft.results(),
    }


def plan() -> Plan:
    rows = decisions() | results()
    return Plan({name: frame(name, rows.get(name, [])) for name in PLAN_TABLES})


def parts_musd() -> dict[str, float]:
    """What the objective adds up, M dollars of 2026 at its opening.

    Value: 40 full and 40 half, at 0.01 M$ and a premium of 1.2; then ten racks for two years at open rent.
    """
    value = 60 * 0.01 * 1.2 * (1.07**-1.5 + 1.07**-2.5)
    # inference in the last year: 7.3 at GovCloud, 2.5 at Secret
    value += (7.3 * 1.2 + 2.5 * 1.5) * 0.01 * 1.07**-2.5
    return {
        "value": value,
        "value after": 10 * 0.01 * (0.8 * 1.07**-3.5 + 0.8**2 * 1.07**-4.5),
        "cost after": -tail_cost_musd(),
        # 120/180 and 90/360, halved, for 20 MW of halls and 11 MW of racks
        "cost": -present_cost_musd() - 1e-9 * 700 * ((120 / 180 + 90 / 360) / 2) * (20 + 11) / 1000,
        # 1 M$ for each MW of halls that the goal misses
        "goal": -23.75,
    }


def claim() -> ObjectiveClaim:
    """The objective of the plan, and a bound a little above it."""
    value = sum(parts_musd().values())
    return ObjectiveClaim(value, value + 1.0)
