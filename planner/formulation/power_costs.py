"""What power costs: connections and plant, energy, delivery, fuel, upkeep and emissions."""

from __future__ import annotations

from typing import Any

from planner.formulation.accounts import Cost, Posting, Terms
from planner.inputs.case import Case

CONNECTION_PROFILE = "connection"
MWH_PER_GWH = 1000.0


def investment(b: Any, case: Case, contracts: Any, orders: Any) -> list[Posting]:
    p = case.periods
    paid: dict[tuple[str, str, str, str, int], Terms] = {}
    for s, g, u in contracts:
        e = case.tranches_of_grid[s, g]
        for t, share in p.payments(u, e.lead_months, case.profile(CONNECTION_PROFILE)).items():
            paid.setdefault(("1.2.1", s, f"{s}/{g}", f"grid tranche {g}", t), []).append(
                (share * e.mw, b.contract[s, g, u])
            )
    for s, k, u in orders:
        plant = case.plants[k]
        for t, share in p.payments(u, plant.lead_months, case.profile(plant.profile_id)).items():
            paid.setdefault(("1.2.2", s, k, k, t), []).append((share * plant.unit_mw * 1000, b.units[s, k, u]))
    costs: list[Posting] = []
    for (wbs, s, key, item, t), terms in paid.items():
        grid = wbs == "1.2.1"
        rate = (
            case.rate("grid_tranches", key, "connection_usd_per_mw")
            if grid
            else case.rate("plants", key, "capex_usd_per_kw")
        )
        costs.append(Cost(wbs, s, item, t, terms, "MW" if grid else "kW", rate, case.sites[s].construction_multiplier))
    return costs


def operations(b: Any, case: Case, running: Any, serving: Any, standing: Any, ppa_gwh: Any) -> list[Posting]:
    p = case.periods
    costs: list[Posting] = []
    carbon = case.rate("parameters", "carbon_price_usd_per_t", "value")
    for s, t in serving:
        delivery = [(MWH_PER_GWH, b.billed_gwh[s, t]), (-MWH_PER_GWH, b.imported_gwh[s, t])]
        costs.append(
            Cost(
                "3.1.1",
                s,
                "grid energy",
                t,
                [(MWH_PER_GWH, b.imported_gwh[s, t])],
                "MWh",
                case.rate("sites", s, "tariff_usd_per_mwh"),
            )
        )
        costs.append(
            Cost(
                "3.1.2",
                s,
                "delivery on agreements and minimum take",
                t,
                delivery,
                "MWh",
                case.rate("sites", s, "delivery_usd_per_mwh"),
            )
        )
        for i, terms in ppa_gwh(s, t):
            costs.append(
                Cost(
                    "3.1.3",
                    s,
                    i,
                    t,
                    [(MWH_PER_GWH * c, v) for c, v in terms],
                    "MWh",
                    case.rate("ppas", f"{i}/{s}", "price_usd_per_mwh"),
                )
            )
        if carbon.usd:
            kg = case.sites[s].grid_emissions_kg_per_mwh
            costs.append(Cost("3.1.6", s, "grid emissions", t, [(kg, b.imported_gwh[s, t])], "t CO2", carbon))
    for s, k, t in running:
        plant, made = case.plants[k], b.generated_gwh[s, k, t]
        if plant.heat_rate_mmbtu_per_mwh:
            gas = case.rate("gas_prices", f"{case.sites[s].gas_region}/{p.year(t)}", "price_usd_per_mmbtu")
            costs.append(
                Cost("3.1.4", s, f"{k} gas", t, [(plant.heat_rate_mmbtu_per_mwh * MWH_PER_GWH, made)], "MMBtu", gas)
            )
        costs.append(
            Cost(
                "3.1.5",
                s,
                f"{k} variable O&M",
                t,
                [(MWH_PER_GWH, made)],
                "MWh",
                case.rate("plants", k, "variable_om_usd_per_mwh"),
            )
        )
        kilowatts = [(1000 * mw * p.years, v) for mw, v in standing(s, k, t - 1)]
        if kilowatts:
            costs.append(
                Cost(
                    "3.1.5",
                    s,
                    f"{k} fixed O&M",
                    t,
                    kilowatts,
                    "kW-years",
                    case.rate("plants", k, "fixed_om_usd_per_kw_year"),
                )
            )
        if carbon.usd and plant.emissions_kg_per_mwh:
            costs.append(Cost("3.1.6", s, f"{k} emissions", t, [(plant.emissions_kg_per_mwh, made)], "t CO2", carbon))
    return costs
