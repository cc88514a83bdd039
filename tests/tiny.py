"""The smallest data set that reads: two sites, one level, one agency, flat prices, no surcharges."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from planner.inputs.check import POSTED
from planner.inputs.schema import BY_NAME, CATEGORIES, MONEY_PARAMETERS, PARAMETERS, PRICE_INDICES, TABLES
from planner.wbs import BILLS

Row = dict[str, Any]

FIRST_YEAR = 2026
PRICE_YEARS = range(2019, 2046)
#: lines that rows of the table staffing may name
STAFF = {"3.2.5", "3.2.6", "3.2.7"}
#: parameters that are not at their minimum
_PARAMETERS = {
    "average_draw_share": 1.0,
    "counted_factor": 1.25,
    "counted_within_months": 24,
    "national_craft_workers": 1e6,
    "max_build_mw_per_year": 1e5,
    "volume_threshold_mw": 1e5,
    "opening_window_months": 600,
    "largest_site_share": 1.0,
    "must_serve_from_year": 2100,
    "share_rule_from_year": 2100,
    "soft_band_from_year": 2100,
    "soft_band_high": 1,
    "counted_site_by_year": 2100,
}
#: what a column holds when a row does not say
_DEFAULTS: dict[str, Any] = {
    "construction_multiplier": 1,
    "rent_premium": 1,
    "module_mw": 10,
    "unit_mw": 10,
    "rack_kw_max": 2000,
    "rack_kw": 1000,
    "life_months": 60,
    "lead_months": 12,
    "added_months": 0,
    "chips_per_rack": 1,
    "utilisation": 0.5,
    "availability": 1,
    "capacity_factor_max": 1,
    "firm_share": 1,
    "pue_average": 1.2,
    "pue_peak": 1.3,
    "max_modules_per_year": 100,
    "first_order_year": FIRST_YEAR,
    "land_acres": 1000,
    "water_budget_m3_per_year": 1e9,
    "peak_craft_workers": 1e5,
    "existing_mw": 20,
    "max_onsite_mw": 100,
    "year": FIRST_YEAR,
}


def _sites() -> list[Row]:
    shared = {"climate_zone": "4A", "gas_region": "Middle", "tariff_usd_per_mwh": 50, "delivery_usd_per_mwh": 20}
    return [
        {"site_id": "A", "lat_deg": 40, "lon_deg": -100, "grid_region": "EAST", "opening_cost_usd": 1e6, **shared},
        {"site_id": "B", "lat_deg": 41, "lon_deg": -90, "grid_region": "WEST", "opening_cost_usd": 1e6, **shared},
    ]


def _designs() -> list[Row]:
    costs = {
        "shell_usd_per_mw": 1e6,
        "civil_usd_per_mw": 1e6,
        "electrical_usd_per_mw": 1e6,
        "mechanical_usd_per_mw": 1e6,
    }
    shared = {"cooling_id": "d2c", "profile_id": "even", "acres_per_mw": 1, "workers_per_mw": 1, **costs}
    return [
        {"design_id": "GF-D2C", "route": "greenfield", **shared},
        {"design_id": "RETRO-D2C", "route": "retrofit", **shared},
    ]


def _wbs() -> list[Row]:
    rows = []
    codes = {code.rsplit(".", n)[0] for code in POSTED for n in range(3)} | STAFF | {*BILLS}
    for code in sorted(codes):
        operations = code.startswith("3")
        groups = {"1.1": "construction", "1.2": "power and cooling", "1.3": "chips", "2.2": "security"}
        groups |= {"2.1": "software", "2.3": "training", "2.9": "software"}
        group = groups.get(code[:3], "operations")
        side = {"1": "infrastructure", "2": "soft", "3": "none"}[code[0]]
        rows.append(
            {
                "wbs_code": code,
                "parent": code.rpartition(".")[0],
                "category": group if code in POSTED or code in {*STAFF, *BILLS} else "",
                "side": side,
                "ledger": "operations" if operations else "investment",
                "payer": "appropriation" if operations else "investor",
            }
        )
    return rows


def tiny_tables() -> dict[str, list[Row]]:
    """The rows of every table but figures, without what the defaults fill in."""
    site_ids, works, cases = ("A", "B"), ("inference", "simulation"), ("low", "mid", "high")
    chip = {"family": "GPU", "sale_status": "on sale", "needs_liquid": 1, "fabric_id": "site"}
    return {
        **{table.name: [] for table in TABLES if table.may_be_missing},
        "sites": _sites(),
        "site_levels": [{"site_id": s, "level_id": "gov"} for s in site_ids],
        "levels": [{"level_id": "gov"}],
        "cooling": [{"cooling_id": "d2c", "holds_liquid_racks": 1}, {"cooling_id": "air", "rack_kw_max": 50}],
        "climate": [{"cooling_id": c, "climate_zone": "4A"} for c in ("d2c", "air")],
        "designs": _designs(),
        "spend_profiles": [{"profile_id": p, "step": 1, "share": 1} for p in ("even", "connection")],
        "grid_tranches": [{"site_id": s, "tranche": 1, "mw": 100, "connection_usd_per_mw": 1e5} for s in site_ids],
        "plants": [
            {
                "plant_id": "RECIP",
                "fuel": "gas",
                "profile_id": "even",
                "capex_usd_per_kw": 1000,
                "heat_rate_mmbtu_per_mwh": 8,
                "emissions_kg_per_mwh": 400,
            }
        ],
        "ppas": [],
        "gas_prices": [{"gas_region": "Middle", "year": y, "price_usd_per_mmbtu": 4} for y in PRICE_YEARS],
        "chips": [{"chip_id": "X", "fp8_pflops": 10, **chip}, {"chip_id": "H", "fp64_pflops": 1, **chip}],
        "chip_supply": [
            {"chip_id": c, "year": y, "rack_price_usd": 1e6, "supply_racks_per_year": 1000}
            for c in ("X", "H")
            for y in PRICE_YEARS
        ],
        "fabric": [{"fabric_id": "site", "scope": "site", "latency_us": 10}],
        "workloads": [
            {"workload_id": "inference", "precision": "fp8", "rent_usd_per_pflops_year": 1e6},
            {"workload_id": "simulation", "precision": "fp64", "rent_usd_per_pflops_year": 1e6},
        ],
        "suitability": [{"chip_id": "X", "workload_id": "inference"}, {"chip_id": "H", "workload_id": "simulation"}],
        "rent_paths": [{"workload_id": w, "year": y, "rent_index": 1} for w in works for y in PRICE_YEARS],
        "agencies": [{"agency_id": "AG", "lat_deg": 39, "lon_deg": -77}],
        "movement": [{"agency_id": "AG", "site_id": s} for s in site_ids],
        "demand": [{"agency_id": "AG", "workload_id": "inference", "level_id": "gov", "base_pflops_years": 100}],
        "demand_paths": [
            {"case_id": c, "workload_id": w, "year": y, "multiplier": 1}
            for c in cases
            for w in works
            for y in PRICE_YEARS
        ],
        "demand_tranches": [{"tranche_id": "all", "share": 1, "value_share": 1}],
        "price_indices": [{"index_id": i, "year": y, "index_value": 100} for i in PRICE_INDICES for y in PRICE_YEARS],
        "discount_rates": [{"rate_id": "real7", "real_rate": 0.07}, {"rate_id": "real1.5", "real_rate": 0.015}],
        "categories": [
            {"category": c, "side": "none" if c == "operations" else "infrastructure" if n < 3 else "soft"}
            for n, c in enumerate(CATEGORIES)
        ],
        "wbs": _wbs(),
        "authority": [{"year": FIRST_YEAR, "share_of_budget": 1}],
        "parameters": [
            {"parameter_id": name, "value": _PARAMETERS.get(name, low), "unit": unit, "meaning": meaning}
            for name, (unit, low, _, meaning) in PARAMETERS.items()
        ],
        "cost_benchmarks": [{"benchmark_id": "MARK", "chip_id": "X", "usd_per_mw": 1e7}],
        "hall_benchmarks": [{"benchmark_id": "HALL", "usd_per_mw": 1e7, "mw_basis": "IT"}],
        "accreditations": [],
        "existing_accreditations": [],
        "initiatives": [],
        "level_needs": [],
        "training_tracks": [],
        "training_needs": [],
        "staffing": [],
        "funding_sources": [{"source": "appropriation", "year": y, "cap_usd": 1e12} for y in PRICE_YEARS],
        "outlay_profiles": [],
        "sources": [{"source_id": "pencil"}],
    }


def initiative(name: str, per: str, effect: str, cost: float, **columns: Any) -> Row:
    """A row of initiatives that takes a year."""
    return {
        "initiative_id": name,
        "category": "software",
        "per": per,
        "effect": effect,
        "cost_usd": cost,
        "duration_months": 12,
        "need_ceiling_units": 100,
        **columns,
    }


def tiny_programme() -> Row:
    """Four yearly periods, one site, 1 G$."""
    return {
        "title": "A tiny programme",
        "data": "data",
        "as_of": "2026-01-01",
        "base_year": FIRST_YEAR,
        "budget_usd": 1e9,
        "infrastructure_share": 1.0,
        "sites": {"count": 1, "minimum_regions": 1},
        "horizon": {"first_year": FIRST_YEAR, "periods": 4, "months_per_period": 12},
        "objective": {"mission_value": 1.0, "present_cost": -0.001},
    }


def write_tiny(
    folder: Path, tables: Mapping[str, Sequence[Row]] | None = None, programme: Mapping[str, Any] | None = None
) -> Path:
    """Write the data set with some tables replaced and some fields of the programme changed; returns model.toml."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    rows = {**tiny_tables(), **{name: list(given) for name, given in (tables or {}).items()}}
    rows.setdefault("figures", _figures(rows, (programme or {}).get("base_year", FIRST_YEAR)))
    for table in TABLES:
        with (data / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [c.name for c in table.columns], lineterminator="\n")
            writer.writeheader()
            writer.writerows({**_blank(table.name, row), **row} for row in rows.get(table.name, ()))
    model = folder / "model.toml"
    model.write_text(tomli_w.dumps({**tiny_programme(), **(programme or {})}), encoding="utf-8")
    return model


def _blank(table: str, row: Mapping[str, Any]) -> Row:
    filled: Row = {}
    for column in BY_NAME[table].columns:
        if column.optional:
            filled[column.name] = ""
        elif column.kind == "text":
            filled[column.name] = column.allowed[0] if column.allowed else str(next(iter(row.values())))
        else:
            filled[column.name] = _DEFAULTS.get(column.name, max(column.minimum or 0, 0))
    return filled


def _figures(rows: Mapping[str, Sequence[Row]], money_year: int = FIRST_YEAR) -> list[Row]:
    """One row a column; money parameters one by one, for only they have a money year."""
    figures = []
    for table in TABLES:
        for column in table.figure_columns:
            keys = [str(r["parameter_id"]) for r in rows["parameters"]] if table.name == "parameters" else ["*"]
            for key in keys:
                money = bool(column.price_index) or key in MONEY_PARAMETERS
                figures.append(
                    {
                        "table": table.name,
                        "key": key,
                        "column": column.name,
                        "money_year": money_year if money else "",
                        "source_id": "pencil",
                        "status": "assumption",
                    }
                )
    return figures
