"""A programme small enough to check with a pencil, in which every rule of the model has something to say.

Five half years from 2026. Site A may have everything: a greenfield hall, the halls that stand, two grid tranches, an
engine, wind. B has a greenfield hall and one tranche, and is accredited already. Both may take the role Secret. DOE
learns and has large agencies alone, NSF has small ones as well, EPA is one by itself. Service is that of another run.
What a new component needs is added here, as rows.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from small import Tables, case_of, change, parameter
from tiny import PRICE_YEARS, Row, tiny_programme, tiny_tables

from planner.formulation import Formulation, build
from planner.formulation.combinations import each_site, one_pool
from planner.inputs.actuals import Actual
from planner.inputs.case import Case
from planner.inputs.read import with_actuals

#: price level of 2027 on 100 in 2026
INDICES = {"general": 102, "construction": 105, "wages": 103, "electricity": 110}

PARAMETERS = {
    "aware_share": 0.5,
    "average_draw_share": 0.8,
    "carbon_price_usd_per_t": 10,
    "cost_of_water_usd_per_m3": 2,
    "counted_factor": 1.25,
    "counted_site_by_year": 2027,
    "counted_within_months": 6,
    "disposal_usd_per_rack": 1000,
    "largest_site_share": 0.7,
    "management_reserve_share": 0.1,
    "max_build_mw_per_year": 60,
    "minimum_site_mw": 10,
    "minimum_site_serving_mw": 2,
    "minimum_take_share": 0.6,
    "must_serve_from_year": 2028,
    "national_craft_workers": 150,
    "opening_window_months": 12,
    "power_reserve_share": 0.1,
    "programme_management_share": 0.03,
    "share_rule_from_year": 2028,
    "site_staff_per_mw": 0.5,
    "soft_band_from_year": 2027,
    "soft_band_high": 0.4,
    "soft_band_low": 0.2,
    "site_staff_usd_per_year": 100_000,
    "tail_taper": 0.8,
    "tail_years": 2,
    "volume_discount_share": 0.1,
    "volume_threshold_mw": 30,
}

#: tables that replace those of the tiny data set
ROWS: Tables = {
    "continuing_resolutions": [{"fiscal_year": 2027, "months": 9}],
    "site_levels": [
        {"site_id": s, "level_id": k} for s, k in [("A", "gov"), ("A", "secret"), ("B", "gov"), ("B", "secret")]
    ],
    "levels": [
        {"level_id": "gov", "hardening_share": 0.2},
        {"level_id": "secret", "hardening_share": 0.5, "added_months": 6, "rent_premium": 1.5},
    ],
    "climate": [
        {"cooling_id": "d2c", "climate_zone": "4A", "pue_average": 1.25, "pue_peak": 1.5, "wue_l_per_kwh": 0.5},
        {"cooling_id": "air", "climate_zone": "4A", "pue_average": 1.5, "pue_peak": 1.6},
    ],
    "spend_profiles": [
        {"profile_id": "even", "step": 1, "share": 0.4},
        {"profile_id": "even", "step": 2, "share": 0.6},
        {"profile_id": "connection", "step": 1, "share": 1},
    ],
    "grid_tranches": [
        {"site_id": "A", "tranche": 1, "mw": 20, "connection_usd_per_mw": 1e5, "lead_months": 6},
        {"site_id": "A", "tranche": 2, "mw": 50, "connection_usd_per_mw": 2e5, "lead_months": 12},
        {"site_id": "B", "tranche": 1, "mw": 40, "connection_usd_per_mw": 3e5, "lead_months": 12},
    ],
    "grid_contracts": [
        {
            "site_id": "A",
            "obligor": "investor",
            "ramp_months": 12,
            "term_months": 24,
            "minimum_take_share": 0.8,
            "generation_take_share": 0.5,
            "generation_usd_per_mwh": 10,
            "exit_fee_usd_per_mw": 60_000,
            "collateral_usd_per_mw": 50_000,
            "collateral_fee_share": 0.02,
            "resale_share": 0.25,
        }
    ],
    "asset_lives": [{"wbs_code": code, "life_months": 120} for code in ("1.1.3", "1.1.4", "1.2.1", "1.2.3")]
    + [{"wbs_code": "1.1.2", "life_months": 0}, {"wbs_code": "1.2.4", "life_months": 60}],
    "plants": [
        {
            "plant_id": "RECIP",
            "fuel": "gas",
            "unit_mw": 5,
            "firm_share": 0.9,
            "lead_months": 12,
            "profile_id": "even",
            "capex_usd_per_kw": 1000,
            "fixed_om_usd_per_kw_year": 20,
            "variable_om_usd_per_mwh": 5,
            "heat_rate_mmbtu_per_mwh": 8,
            "emissions_kg_per_mwh": 400,
            "capacity_factor_max": 0.9,
        }
    ],
    "ppas": [
        {
            "ppa_id": "WIND",
            "site_id": "A",
            "price_usd_per_mwh": 30,
            "max_mw": 25,
            "capacity_factor": 0.4,
            "lead_months": 6,
        }
    ],
    "chip_supply": [
        {"chip_id": c, "year": y, "rack_price_usd": price, "supply_racks_per_year": racks}
        for c, y, price, racks in [("X", 2026, 2e6, 120), ("X", 2027, 1.5e6, 160), ("H", 2026, 1e6, 30)]
    ],
    "workloads": [
        {
            "workload_id": "inference",
            "precision": "fp8",
            "utilisation": 0.5,
            "availability": 0.8,
            "rent_usd_per_pflops_year": 1e6,
            "service_id": "PORT",
            "uplift_share": 0.25,
        },
        {
            "workload_id": "simulation",
            "precision": "fp64",
            "utilisation": 0.25,
            "availability": 1,
            "rent_usd_per_pflops_year": 2e6,
            "cluster_pflops": 12,
        },
    ],
    "agencies": [
        {"agency_id": "DOE", "lat_deg": 39, "lon_deg": -77, "large_agencies": 2},
        {
            "agency_id": "NSF",
            "lat_deg": 39,
            "lon_deg": -77,
            "large_agencies": 1,
            "small_agencies": 10,
            "small_demand_share": 0.25,
        },
        {"agency_id": "EPA", "lat_deg": 39, "lon_deg": -77, "large_agencies": 1},
    ],
    "movement": [
        {"agency_id": a, "site_id": s, "movement_usd_per_pflops_year": usd}
        for a, s, usd in [("DOE", "A", 100), ("DOE", "B", 300), ("NSF", "A", 200), ("EPA", "A", 150)]
    ],
    "demand": [
        {"agency_id": a, "workload_id": w, "level_id": k, "base_pflops_years": asked, "must_serve_share": must}
        for a, w, k, asked, must in [
            ("DOE", "inference", "gov", 100, 0.25),
            ("DOE", "simulation", "secret", 8, 0),
            ("NSF", "inference", "gov", 20, 0),
            ("NSF", "simulation", "gov", 4, 0.25),
            ("EPA", "inference", "secret", 6, 0),
        ]
    ],
    "demand_tranches": [
        {"tranche_id": "core", "share": 0.6, "value_share": 1},
        {"tranche_id": "rest", "share": 0.4, "value_share": 0.5},
    ],
    "price_indices": [
        {"index_id": i, "year": y, "index_value": 100 if y < 2027 else level}
        for i, level in INDICES.items()
        for y in PRICE_YEARS
    ],
    "accreditations": [
        {
            "accreditation_id": "HIGH",
            "level_id": "gov",
            "opens_level": 1,
            "cost_usd": 1e6,
            "duration_months": 3,
            "monitoring_usd_per_year": 400_000,
        },
        {
            "accreditation_id": "IL6",
            "level_id": "secret",
            "opens_level": 1,
            "predecessor_id": "HIGH",
            "cost_usd": 2e6,
            "duration_months": 6,
            "monitoring_usd_per_year": 800_000,
        },
    ],
    "existing_accreditations": [{"site_id": "B", "accreditation_id": "HIGH", "source_id": "pencil"}],
    "initiatives": [
        {
            "initiative_id": y,
            "category": category,
            "per": per,
            "effect": effect,
            "prerequisite_id": before,
            "duration_months": months,
            "need_ceiling_units": units,
            "cost_usd": 1e6 * cost,
            "recurring_usd_per_year": 1e5 * cost,
        }
        for y, category, per, effect, before, months, units, cost in [
            ("TOOLS", "software", "programme", "prerequisite", "", 6, 1, 1),
            ("PORT", "software", "site-level", "gates service", "TOOLS", 3, 3, 4),
            ("SCHEDULER", "software", "programme", "raises utilisation", "TOOLS", 6, 1, 3),
            ("LINK", "software", "system", "connects demand", "TOOLS", 3, 60, 0.1),
            ("JOIN", "software", "agency", "gates agency", "", 6, 4, 5),
            ("JOIN-SMALL", "software", "small agency", "gates agency", "", 3, 8, 0.5),
            ("BOARD", "security", "programme", "phase 3", "", 3, 1, 2),
            ("LEGACY", "software", "system", "phase 3", "", 6, 6, 1),
            ("PACKAGE", "security", "service-level", "authorises service", "BOARD", 3, 1, 2),
            ("WATCH", "security", "programme", "gates level", "BOARD", 6, 1, 10),
            ("CROSS", "security", "site-level", "gates level", "WATCH", 3, 1, 1),
        ]
    ],
    "level_needs": [
        {"level_id": k, "initiative_id": y} for k, y in [("gov", "WATCH"), ("secret", "WATCH"), ("secret", "CROSS")]
    ],
    "training_tracks": [
        {
            "track_id": r,
            "learners": learners,
            "prerequisite_id": before,
            "capacity_heads_per_year": most,
            "need_ceiling_heads": ceiling,
            "attrition_per_year": leave,
            "duration_months": months,
            "cost_usd_per_head": 1000,
        }
        for r, learners, before, most, ceiling, leave, months in [
            ("AWARE", "awareness", "", 200, 150, 0, 1),
            ("USE", "use", "TOOLS", 80, 60, 0.19, 3),
            ("OPERATE", "operation", "", 30, 40, 0.19, 6),
        ]
    ],
    "training_needs": [
        {"agency_id": "DOE", "track_id": "AWARE", "heads": 120},
        {"agency_id": "DOE", "track_id": "USE", "heads": 40},
    ],
    "staffing": [
        {
            "role_id": "GUARD",
            "heads_per_mw": 0.2,
            "heads_per_site": 20,
            "loaded_usd_per_head_year": 100_000,
            "wbs_code": "3.2.5",
        }
    ],
    "funding_sources": [
        {"source": source, "year": y, "cap_usd": cap}
        for source, cap in [("appropriation", 600e6), ("cost share", 200e6)]
        for y in PRICE_YEARS
    ],
    "agency_groups": [
        {"agency_id": a, "group_id": g} for a, g in [("DOE", "science"), ("NSF", "science"), ("EPA", "civil")]
    ],
    "group_money": [
        {"group_id": g, "year": y, "share": share}
        for g, share in [("science", 0.75), ("civil", 0.25)]
        for y in PRICE_YEARS
    ],
    "service_prices": [
        {
            "workload_id": w,
            "site_id": "A",
            "design_id": "GF-D2C",
            "decline_share": 0.2,
            "seller_occupancy": 0.7,
            "margin": 1.1,
            "occupancy": 0.8,
            "mw_per_pflops": 0.01,
        }
        for w in ("inference", "simulation")
    ],
    "level_addons": [{"level_id": "secret", "addon_usd_per_mw_year": 200_000}],
    "authority": [{"year": 2026, "share_of_budget": 0.6}, {"year": 2027, "share_of_budget": 0.4}],
}

CLAIMS = [
    {"id": "secured", "metric": "power", "tier": "secured", "level": 30.0, "by": 2026, "binding": "firm"},
    {"id": "populated", "metric": "power", "tier": "populated", "level": 5.0, "by": 2027, "binding": "firm"},
    {"id": "installed", "metric": "compute", "tier": "installed", "level": 50.0, "by": 2026, "binding": "firm"},
    {
        "id": "commissioned",
        "metric": "power",
        "tier": "commissioned",
        "level": 40.0,
        "by": 2026,
        "binding": "goal",
        "price_usd": 1e6,
    },
    {
        "id": "serving",
        "metric": "compute",
        "tier": "serving",
        "level": 90.0,
        "by": 2027,
        "binding": "goal",
        "price_usd": 2e5,
    },
    {"id": "governance", "metric": "governance", "level": 1.0, "by": 2027, "binding": "firm"},
    {"id": "ports", "metric": "services", "initiatives": ["PORT"], "level": 1.0, "by": 2027, "binding": "firm"},
    {"id": "split", "metric": "split", "level": 0.75, "by": 2027, "binding": "firm"},
]
#: service of another run, which the case keeps to
SERVICE = {("inference", "gov", t): n for t, n in [("2027H1", 30.0), ("2027H2", 50.0), ("2028H1", 50.0)]}
SERVICE |= {("simulation", "gov", t): n for t, n in [("2027H2", 0.8), ("2028H1", 1.0)]}
PRECISION = {"installed": "fp8", "serving": "fp8"}


def tables() -> Tables:
    found = {**tiny_tables(), **ROWS}
    site_a = {"equipment_tax_share": 0.05, "grid_emissions_kg_per_mwh": 300, "land_price_usd_per_acre": 10_000}
    site_a |= {"construction_multiplier": 1.2, "water_budget_m3_per_year": 50_000, "land_acres": 90}
    change(found, "sites", {"site_id": "A"}, max_onsite_mw=22, peak_craft_workers=120, existing_mw=25, **site_a)
    change(found, "sites", {"site_id": "B"}, max_onsite_mw=0, peak_craft_workers=80, existing_mw=0, land_acres=45)
    change(found, "sites", {"site_id": "B"}, equipment_tax_share=0.02, opening_cost_usd=3e6)
    change(found, "designs", {"route": "greenfield"}, module_mw=20, lead_months=12, acres_per_mw=1.5, workers_per_mw=2)
    change(found, "designs", shell_usd_per_mw=1e6, civil_usd_per_mw=2e6, electrical_usd_per_mw=3e6)
    change(found, "designs", max_modules_per_year=4, mechanical_usd_per_mw=4e6, facility_om_usd_per_mw_year=50_000)
    change(found, "designs", {"route": "retrofit"}, module_mw=5, lead_months=6, acres_per_mw=0)
    retrofit = next(row for row in found["designs"] if row["route"] == "retrofit")
    lease = {"design_id": "LEASE-AIR", "route": "lease", "cooling_id": "air", "lead_months": 3, "term_months": 12}
    unpaid = {"shell_usd_per_mw": 0, "civil_usd_per_mw": 0, "electrical_usd_per_mw": 0, "mechanical_usd_per_mw": 0}
    found["designs"].append({**retrofit, **lease, **unpaid, "lease_usd_per_mw_year": 2e6})
    shared = {"fabric_usd_per_rack": 100_000, "storage_share": 0.1, "maintenance_share": 0.05}
    change(found, "chips", {"chip_id": "X"}, rack_kw=125, lead_months=3, life_months=18, bf16_pflops=5, **shared)
    change(found, "chips", {"chip_id": "H"}, rack_kw=50, lead_months=12, life_months=36, needs_liquid=0, **shared)
    change(found, "categories", {"category": "construction"}, contingency_share=0.2)
    change(found, "categories", {"category": "chips"}, contingency_share=0.05)
    change(found, "categories", {"category": "software"}, contingency_share=0.25)
    change(found, "categories", {"category": "security"}, contingency_share=0.1)
    parameter(found, **PARAMETERS)
    return found


def programme() -> Row:
    claims: list[dict[str, Any]] = [{"claim": "A promise", "said_by": "pencil", **claim} for claim in CLAIMS]
    for claim in claims:
        if claim["id"] in PRECISION:
            claim["precision"] = PRECISION[claim["id"]]
    horizon = {"first_year": 2026, "periods": 5, "months_per_period": 6}
    asked = {
        "budget_usd": 1e9,
        "infrastructure_share": 0.75,
        "infrastructure_share_tolerance": 0.05,
        "sites": {"count": 2, "minimum_regions": 2},
    }
    objective = {"mission_value": 1.0, "present_cost": -0.001, "terminal_value": 0.001}
    return {**tiny_programme(), **asked, "horizon": horizon, "claims": claims, "objective": objective}


@cache
def case() -> Case:
    with tempfile.TemporaryDirectory() as folder:
        return replace(case_of(Path(folder), tables(), programme()), service_path=SERVICE)


#: what happened in the first half year, where the past of a plan that is made again is shown
HAPPENED = [
    ("opens", ("A",), 1.0),
    ("opens", ("B",), 1.0),
    ("modules", ("A", "RETRO-D2C"), 1.0),
    ("contract", ("B", "1"), 1.0),
    ("bought", ("A", "H"), 15.0),
    ("accredits", ("A", "HIGH"), 1.0),
    ("starts", ("BOARD",), 1.0),
    ("starts", ("TOOLS",), 1.0),
    ("courses", ("A", "OPERATE"), 2.5),
    ("spent", ("chips",), 20e6),
]


@cache
def again() -> dict[str, Formulation]:
    """The same with its first half year past."""
    late = with_actuals(case(), [Actual(kind, key, 0, amount) for kind, key, amount in HAPPENED], "2026-07-01")
    return {"each site": build(late, each_site(late)), "one pool": build(late, one_pool(late))}


@cache
def models() -> dict[str, Formulation]:
    """The model itself, and the relaxation with all racks in one pool."""
    return {"each site": build(case(), each_site(case())), "one pool": build(case(), one_pool(case()))}
