"""Small programmes in which no rule differs between version 0.1.0 and the lean model.

Each is a change of one base: two unlike sites of which one is opened, four years, flat prices, 7 % real. What differs
between the two models is out of play by data: sites open in the first period (``opening_window_months`` is a year),
nothing serves after the horizon unless it costs nothing to run, plant is never needed as firm power, dated levels hold
to the last year anyway, and courses are of one size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tiny import PRICE_YEARS, Row, initiative, tiny_tables

from planner.inputs.schema import BY_NAME

Tables = dict[str, list[Row]]
Programme = tuple[Tables, Row]
PROGRAMMES: dict[str, Callable[[], Programme]] = {}
SITES = ("A", "B")
TWO_SITES = {"count": 2, "minimum_regions": 1}
CLAIM = {"claim": "A promise", "said_by": "pencil", "binding": "firm"}
#: tables that the two versions declare differently, with columns that only one of them has
ONE_SIDED = {"plants": {"firm_share": 1.0}, "training_tracks": {"cohort_heads": 100}}


def programme(make: Callable[[], Programme]) -> Callable[[], Programme]:
    """Note a programme under the name of its function."""
    PROGRAMMES[make.__name__] = make
    return make


def made(name: str) -> Programme:
    """Tables for the version that runs, and the fields of the programme but its objective."""
    tables, asked = PROGRAMMES[name]()
    for table, columns in ONE_SIDED.items():
        there = {column.name for column in BY_NAME[table].columns}
        for row in tables[table]:
            row.update({name: value for name, value in columns.items() if name in there})
    return tables, asked


def change(tables: Tables, table: str, where: Row | None = None, **columns: Any) -> None:
    """Set columns of the rows that match."""
    for row in tables[table]:
        if all(row[key] == value for key, value in (where or {}).items()):
            row.update(columns)


def parameter(tables: Tables, **values: float) -> None:
    for name, value in values.items():
        change(tables, "parameters", {"parameter_id": name}, value=value)


def site(tables: Tables, name: str, **columns: Any) -> None:
    change(tables, "sites", {"site_id": name}, **columns)


def supply(*rows: tuple[str, int, float, float]) -> list[Row]:
    """Rows of chip_supply: chip, year, price of a rack, racks a year."""
    return [
        {"chip_id": c, "year": y, "rack_price_usd": price, "supply_racks_per_year": racks}
        for c, y, price, racks in rows
    ]


def base() -> Programme:
    """Site B has dearer energy and a cheaper opening; a rack is 1 MW and 10 PFLOP/s, half of which is delivered.

    Halls that stand are a little cheaper than new ones, so that no two plans cost the same.
    """
    tables = tiny_tables()
    change(tables, "designs", {"route": "retrofit"}, mechanical_usd_per_mw=0.9e6)
    parameter(tables, opening_window_months=12)
    change(tables, "sites", max_onsite_mw=0)
    site(tables, "A", tariff_usd_per_mwh=50, opening_cost_usd=2e6)
    site(tables, "B", tariff_usd_per_mwh=56, opening_cost_usd=1e6)
    tables["chip_supply"] = supply(*[("X", y, 1e6 - 3e4 * (y - 2026), 1000) for y in PRICE_YEARS if y >= 2026])
    return tables, {"budget_usd": 1e9}


def only_retrofit(tables: Tables) -> Row:
    """No halls but those that stand; the row of the design that is left."""
    tables["designs"] = [row for row in tables["designs"] if row["route"] == "retrofit"]
    return tables["designs"][0]


@programme
def site_by_energy() -> Programme:
    """Cheap energy or a cheap opening."""
    return base()


@programme
def site_by_distance() -> Programme:
    """Two agencies, and service moves: the near site is the dear one to open."""
    tables, asked = base()
    tables["agencies"] = [{"agency_id": a, "lat_deg": 39, "lon_deg": -77} for a in ("EAST", "WEST")]
    tables["demand"] = [
        {**tables["demand"][0], "agency_id": a, "base_pflops_years": x} for a, x in [("EAST", 70), ("WEST", 25)]
    ]
    tables["movement"] = [
        {"agency_id": a, "site_id": s, "movement_usd_per_pflops_year": 1000 * k}
        for a, s, k in [("EAST", "A", 90), ("EAST", "B", 10), ("WEST", "A", 20), ("WEST", "B", 150)]
    ]
    return tables, asked


@programme
def two_sites_with_a_minimum() -> Programme:
    """Both sites, each of 10 MW and 3 MW running by the last year."""
    tables, asked = base()
    parameter(tables, minimum_site_mw=10, minimum_site_serving_mw=3, counted_site_by_year=2029)
    site(tables, "B", construction_multiplier=1.4)
    return tables, {**asked, "sites": TWO_SITES}


@programme
def halls_greenfield() -> Programme:
    """No halls stand: greenfield after two years, paid in two steps, within a build rate and a workforce."""
    tables, asked = base()
    change(tables, "sites", existing_mw=0)
    site(tables, "A", peak_craft_workers=35, land_acres=55, land_price_usd_per_acre=20_000)
    change(tables, "designs", {"route": "greenfield"}, lead_months=24, workers_per_mw=1.5, acres_per_mw=1.2)
    tables["spend_profiles"] = [
        {"profile_id": "even", "step": 1, "share": 0.3},
        {"profile_id": "even", "step": 2, "share": 0.7},
        {"profile_id": "connection", "step": 1, "share": 1},
    ]
    parameter(tables, max_build_mw_per_year=20)
    change(tables, "demand", base_pflops_years=300)
    horizon = {"first_year": 2026, "periods": 6, "months_per_period": 12}
    return tables, {**asked, "horizon": horizon}


@programme
def halls_leased() -> Programme:
    """Halls that stand are leased for two years, and again, or retrofitted at a high price."""
    tables, asked = base()
    retrofit = only_retrofit(tables)
    unpaid = {f"{part}_usd_per_mw": 0 for part in ("shell", "civil", "electrical", "mechanical")}
    lease = {"design_id": "LEASE", "route": "lease", "lead_months": 12, "term_months": 24}
    tables["designs"].append({**retrofit, **unpaid, **lease, "lease_usd_per_mw_year": 2e6})
    change(tables, "designs", {"route": "retrofit"}, shell_usd_per_mw=9e6, facility_om_usd_per_mw_year=30_000)
    return tables, asked


@programme
def framework_discount() -> Programme:
    """Enough greenfield MW at one site to pass the threshold of the framework agreement."""
    tables, asked = base()
    change(tables, "sites", existing_mw=0)
    parameter(tables, volume_threshold_mw=15, volume_discount_share=0.2)
    change(tables, "demand", base_pflops_years=190)
    return tables, asked


@programme
def grid_in_tranches() -> Programme:
    """Two tranches with their own leads, a minimum take that binds, and a reserve."""
    tables, asked = base()
    change(tables, "sites", existing_mw=0)
    tables["grid_tranches"] = [
        {"site_id": s, "tranche": g, "mw": mw, "connection_usd_per_mw": usd, "lead_months": lead}
        for s in SITES
        for g, mw, usd, lead in [(1, 30, 1e5, 12), (2, 60, 6e4, 24)]
    ]
    parameter(tables, minimum_take_share=0.7, power_reserve_share=0.1)
    change(tables, "demand", base_pflops_years=230)
    return tables, asked


@programme
def plant_for_energy() -> Programme:
    """Engines burn cheap gas; the grid alone is enough for the halls, so firm plant has no say."""
    tables, asked = base()
    change(tables, "sites", tariff_usd_per_mwh=90, existing_mw=0, max_onsite_mw=10, grid_emissions_kg_per_mwh=300)
    site(tables, "B", tariff_usd_per_mwh=95)
    change(tables, "plants", capex_usd_per_kw=500, fixed_om_usd_per_kw_year=15, variable_om_usd_per_mwh=3)
    change(tables, "plants", capacity_factor_max=0.9)
    change(tables, "gas_prices", price_usd_per_mmbtu=3)
    parameter(tables, carbon_price_usd_per_t=20)
    return tables, asked


@programme
def agreement_for_energy() -> Programme:
    """Wind at a price under the tariff, as much as there is."""
    tables, asked = base()
    tables["ppas"] = [
        {
            "ppa_id": "WIND",
            "site_id": "A",
            "price_usd_per_mwh": 30,
            "max_mw": 15,
            "capacity_factor": 0.4,
            "lead_months": 12,
        }
    ]
    change(tables, "sites", delivery_usd_per_mwh=6)
    return tables, asked


@programme
def cooling_by_water() -> Programme:
    """A wet cooling that draws less power and more water than there is, and a dry one."""
    tables, asked = base()
    change(tables, "sites", existing_mw=0, tariff_usd_per_mwh=80, water_budget_m3_per_year=150_000)
    tables["cooling"].append({"cooling_id": "wet", "holds_liquid_racks": 1})
    tables["climate"] = [
        {"cooling_id": c, "climate_zone": "4A", "pue_average": pue, "pue_peak": pue + 0.1, "wue_l_per_kwh": wue}
        for c, pue, wue in [("d2c", 1.35, 0.1), ("air", 1.5, 0), ("wet", 1.1, 1.6)]
    ]
    green = next(row for row in tables["designs"] if row["route"] == "greenfield")
    tables["designs"] = [green, {**green, "design_id": "GF-WET", "cooling_id": "wet", "mechanical_usd_per_mw": 1.1e6}]
    parameter(tables, cost_of_water_usd_per_m3=1.5, average_draw_share=0.8)
    return tables, asked


@programme
def chips_in_generations() -> Programme:
    """A better generation from 2028, little supply of either, and all that comes with a rack."""
    tables, asked = base()
    only_retrofit(tables)
    change(tables, "sites", equipment_tax_share=0.04)
    tables["chips"].append({**tables["chips"][0], "chip_id": "N", "fp8_pflops": 25})
    tables["suitability"].append({"chip_id": "N", "workload_id": "inference"})
    tables["chip_supply"] = supply(("X", 2026, 3e6, 7), ("X", 2027, 2.8e6, 7), ("N", 2027, 9e6, 3), ("N", 2028, 5e6, 4))
    change(tables, "chips", fabric_usd_per_rack=120_000, storage_share=0.1, maintenance_share=0.05)
    change(tables, "demand", base_pflops_years=500)
    return tables, asked


@programme
def refresh_of_racks() -> Programme:
    """Racks that last two years in halls that stay full; what leaves is disposed of."""
    tables, asked = base()
    only_retrofit(tables)
    change(tables, "sites", existing_mw=10)
    tables["chips"].append({**tables["chips"][0], "chip_id": "N", "fp8_pflops": 30})
    tables["suitability"].append({"chip_id": "N", "workload_id": "inference"})
    change(tables, "chips", life_months=24)
    tables["chip_supply"] = supply(("X", 2026, 2e6, 10), ("X", 2027, 2e6, 10), ("N", 2027, 6e6, 6), ("N", 2028, 6e6, 6))
    parameter(tables, disposal_usd_per_rack=15_000)
    change(tables, "demand", base_pflops_years=1000)
    return tables, asked


@programme
def two_workloads_and_a_cluster() -> Programme:
    """Inference beside simulation, which wants a cluster of 4 PFLOP/s in one place."""
    tables, asked = base()
    tables["demand"].append({**tables["demand"][0], "workload_id": "simulation", "base_pflops_years": 3})
    change(tables, "workloads", {"workload_id": "simulation"}, cluster_pflops=4, rent_usd_per_pflops_year=8e6)
    tables["chip_supply"] += supply(("H", 2026, 1.4e6, 30), ("H", 2027, 1.3e6, 30))
    return tables, asked


@programme
def a_higher_level() -> Programme:
    """Secret beside GovCloud at A alone: hardened halls, a premium, and a chain of one accreditation."""
    tables, asked = base()
    tables["levels"] = [{"level_id": "gov"}, {"level_id": "secret", "hardening_share": 0.4, "rent_premium": 1.6}]
    tables["site_levels"].append({"site_id": "A", "level_id": "secret"})
    tables["accreditations"] = [
        {
            "accreditation_id": "IL6",
            "level_id": "secret",
            "opens_level": 1,
            "duration_months": 12,
            "cost_usd": 3e6,
            "monitoring_usd_per_year": 4e5,
        }
    ]
    tables["demand"].append({**tables["demand"][0], "level_id": "secret", "base_pflops_years": 40})
    return tables, asked


@programme
def agencies_behind_gates() -> Programme:
    """An agency joins, is linked and learns, all in the first year; staff stay."""
    tables, asked = base()
    change(tables, "agencies", large_agencies=1)
    tables["initiatives"] = [
        initiative("JOIN", "agency", "gates agency", 8e6, recurring_usd_per_year=5e5),
        initiative("LINK", "system", "connects demand", 1e5, need_ceiling_units=50),
    ]
    tables["training_tracks"] = [
        {
            "track_id": "COURSE",
            "learners": "use",
            "cost_usd_per_head": 20_000,
            "duration_months": 12,
            "need_ceiling_heads": 100,
            "capacity_heads_per_year": 100,
        }
    ]
    tables["training_needs"] = [{"agency_id": "AG", "track_id": "COURSE", "heads": 100}]
    return tables, asked


@programme
def service_and_scheduler() -> Programme:
    """A service is ported to the site and authorised; a scheduler is worth its price."""
    tables, asked = base()
    tables["initiatives"] = [
        initiative("PORT", "site-level", "gates service", 4e6),
        initiative("PACKAGE", "service-level", "authorises service", 2e6, category="security"),
        initiative("SCHEDULER", "programme", "raises utilisation", 9e6, need_ceiling_units=1),
    ]
    change(tables, "workloads", {"workload_id": "inference"}, service_id="PORT", uplift_share=0.25)
    tables["chip_supply"] = supply(("X", 2026, 1e6, 12))
    return tables, asked


@programme
def staff_of_a_site() -> Programme:
    """Guards by site and by MW, operators by MW, from the year in which racks run."""
    tables, asked = base()
    tables["staffing"] = [
        {
            "role_id": "GUARD",
            "heads_per_site": 12,
            "heads_per_mw": 0.3,
            "loaded_usd_per_head_year": 150_000,
            "wbs_code": "3.2.5",
        }
    ]
    parameter(tables, site_staff_per_mw=0.6, site_staff_usd_per_year=140_000)
    return tables, asked


@programme
def budget_and_authority() -> Programme:
    """Money for less than all demand, and most of it late."""
    tables, asked = base()
    tables["authority"] = [{"year": y, "share_of_budget": x} for y, x in [(2026, 0.35), (2027, 0.3), (2028, 0.35)]]
    parameter(tables, management_reserve_share=0.05)
    return tables, {**asked, "budget_usd": 90e6}


@programme
def caps_on_operations() -> Programme:
    """Two payers whose caps carry about half of what all demand would cost to run."""
    tables, asked = base()
    tables["funding_sources"] = [
        {"source": source, "year": y, "cap_usd": cap}
        for source, cap in [("appropriation", 4.2e6), ("cost share", 1.9e6)]
        for y in PRICE_YEARS
    ]
    return tables, asked


@programme
def surcharges_and_prices() -> Programme:
    """Contingency, management, and indices that part from the general one."""
    tables, asked = base()
    for category, share in [("construction", 0.15), ("power and cooling", 0.1), ("chips", 0.05)]:
        change(tables, "categories", {"category": category}, contingency_share=share)
    parameter(tables, programme_management_share=0.03, site_staff_per_mw=0.5, site_staff_usd_per_year=120_000)
    growth = {"general": 1.02, "construction": 1.05, "wages": 1.03, "electricity": 1.04}
    tables["price_indices"] = [
        {"index_id": i, "year": y, "index_value": 100 * rate ** (y - 2026)}
        for i, rate in growth.items()
        for y in PRICE_YEARS
    ]
    return tables, asked


@programme
def split_of_the_budget() -> Programme:
    """Seventy to thirty, within two points, with little on software, security and training."""
    tables, asked = base()
    tables["initiatives"] = [initiative("PORT", "site-level", "gates service", 6e6)]
    change(tables, "workloads", {"workload_id": "inference"}, service_id="PORT")
    claim = {**CLAIM, "id": "split", "metric": "split", "level": 0.7, "by": 2029}
    shares = {"infrastructure_share": 0.7, "infrastructure_share_tolerance": 0.02}
    return tables, {**asked, **shares, "budget_usd": 120e6, "claims": [claim]}


@programme
def firm_promises() -> Programme:
    """Power and compute by the last year, more than demand asks for."""
    tables, asked = base()
    power = {**CLAIM, "metric": "power", "by": 2029}
    claims = [
        {**power, "id": "secured", "tier": "secured", "level": 90.0, "unit": "MW facility"},
        {**power, "id": "halls", "tier": "commissioned", "level": 30.0, "unit": "MW IT"},
        {**CLAIM, "id": "pflops", "metric": "compute", "tier": "installed", "precision": "fp8", "level": 240.0}
        | {"unit": "PFLOP/s fp8", "by": 2029},
    ]
    return tables, {**asked, "claims": claims}


@programme
def after_the_horizon_for_nothing() -> Programme:
    """Two years after the horizon, at sites where running costs nothing."""
    tables, asked = base()
    parameter(tables, tail_years=2, tail_taper=0.6)
    change(tables, "sites", tariff_usd_per_mwh=0, delivery_usd_per_mwh=0)
    tables["chip_supply"] = supply(("X", 2026, 9e6, 8), ("X", 2027, 9e6, 8), ("X", 2028, 9e6, 8))
    change(tables, "demand_tranches", value_share=1)
    tables["demand_tranches"] = [
        {"tranche_id": "core", "share": 0.5, "value_share": 1},
        {"tranche_id": "rest", "share": 0.5, "value_share": 0.4},
    ]
    return tables, asked


@programme
def demand_that_must_be_met() -> Programme:
    """Half of demand must be met though halls cost more than it is worth."""
    tables, asked = base()
    change(tables, "demand", must_serve_share=0.5)
    parameter(tables, must_serve_from_year=2027)
    change(tables, "designs", shell_usd_per_mw=40e6)
    return tables, asked


@programme
def half_years() -> Programme:
    """Six half years, with leads of one and two periods."""
    tables, asked = base()
    change(tables, "designs", {"route": "retrofit"}, lead_months=6)
    change(tables, "designs", {"route": "greenfield"}, lead_months=12)
    change(tables, "chips", lead_months=6)
    change(tables, "grid_tranches", lead_months=12)
    change(tables, "sites", existing_mw=10)
    parameter(tables, opening_window_months=6)
    return tables, {**asked, "horizon": {"first_year": 2026, "periods": 6, "months_per_period": 6}}
