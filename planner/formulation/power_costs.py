"""What power costs: connections and plant, energy, delivery, fuel, upkeep and emissions.

1.2.1   MW paid along the profile of connections · connection_usd_per_mw · construction_multiplier
1.2.2   kW paid along the plant's profile · capex_usd_per_kw · construction_multiplier
1.2.5   where the investor signs grid contracts: (billed - imported - agreements) · delivery, and unused generation
1.2.6   where the investor signs: MW under contract · years held · collateral_usd_per_mw · collateral_fee_share
3.1.1   imported · tariff          3.1.2   (billed - imported) · delivery, less what stands under 1.2.5
3.1.3   agreements · price
3.1.4   generated · heat rate · gas price of region and year
3.1.5   generated · variable O&M, and kW ready at the end of t-1 · years · fixed O&M
3.1.6   t CO2 · carbon price
"""

from __future__ import annotations

from typing import Any

from planner.formulation.accounts import Cost, Post, Posting
from planner.formulation.contracts import held, take_gwh
from planner.formulation.supply import MWH_PER_GWH, Supply
from planner.formulation.terms import Terms, scaled
from planner.inputs.case import Case
from planner.wbs import (
    AGREEMENTS,
    CARBON,
    COLLATERAL,
    CONNECTION,
    CONNECTION_PROFILE,
    DELIVERY,
    FUEL,
    GRID_ENERGY,
    PLANT,
    PLANT_UPKEEP,
    UNUSED_POWER,
)


def investment(case: Case, supply: Supply) -> list[Posting]:
    p = case.periods
    paid: dict[tuple[str, str, str, str, int], Terms] = {}
    for s, g in supply.contracts.things():
        e = case.tranches_of_grid[s, g]  # type: ignore[index]
        for u in supply.contracts.dates(s, g):
            for t, share in p.payments(u, e.lead_months, case.profile(CONNECTION_PROFILE)).items():
                line = paid.setdefault((CONNECTION, s, f"{s}/{g}", f"grid tranche {g}", t), [])
                line += supply.contracts.at((s, g), u, share * e.mw)
    for s, k in supply.orders.things():
        plant = case.plants[k]  # type: ignore[index]
        for u in supply.orders.dates(s, k):
            for t, share in p.payments(u, plant.lead_months, case.profile(plant.profile_id)).items():
                line = paid.setdefault((PLANT, s, k, k, t), [])
                line += supply.orders.at((s, k), u, share * plant.unit_mw * 1000)
    costs: list[Posting] = []
    for (wbs, s, key, item, t), terms in paid.items():
        table, column, unit = (
            ("grid_tranches", "connection_usd_per_mw", "MW")
            if wbs == CONNECTION
            else ("plants", "capex_usd_per_kw", "kW")
        )
        rate = case.rate(table, key, column)
        costs.append(Cost(wbs, s, item, t, terms, unit, rate, case.sites[s].construction_multiplier))
    return [*(c for c in costs if c.period <= p.last), *_collateral(case, supply)]  # type: ignore[union-attr]


def _collateral(case: Case, supply: Supply) -> list[Posting]:
    p = case.periods
    found: dict[tuple[str, int], Terms] = {}
    for s, g in supply.contracts.things():
        tranche, contract = case.tranches_of_grid[s, g], case.grid_contracts.get(s)  # type: ignore[index]
        for u in supply.contracts.dates(s, g) if contract and contract.yearly_fee else ():
            ready = p.ready(u, tranche.lead_months)
            for t in p:
                if part := held(case, s, u, ready, t):
                    found.setdefault((s, t), []).extend(supply.contracts.at((s, g), u, part * p.years * tranche.mw))
    return [
        Cost(COLLATERAL, s, "collateral", t, terms, "MW-years", rate, case.grid_contracts[s].yearly_fee)
        for (s, t), terms in found.items()
        if (rate := case.rate("grid_contracts", s, "collateral_usd_per_mw")).usd
    ]


def operations(b: Any, case: Case, supply: Supply) -> list[Posting]:
    costs: list[Posting] = []
    for s, t in b.imported_gwh:
        costs += _from_the_grid(b, case, supply, s, t)
    for s, k, t in b.generated_gwh:
        costs += _from_plant(b, case, supply, (s, k, t))
    return costs


def _from_the_grid(b: Any, case: Case, supply: Supply, s: str, t: int) -> list[Posting]:
    site, carbon = case.sites[s], case.rate("parameters", "carbon_price_usd_per_t", "value")
    imported, billed = b.imported_gwh[s, t], b.billed_gwh[s, t]
    owed: Terms = [(MWH_PER_GWH, billed), (-MWH_PER_GWH, imported)]
    tariff, delivery = (case.rate("sites", s, f"{c}_usd_per_mwh") for c in ("tariff", "delivery"))
    costs: list[Posting] = [Cost(GRID_ENERGY, s, "grid energy", t, [(MWH_PER_GWH, imported)], "MWh", tariff)]
    contract, line = case.grid_contracts.get(s), DELIVERY
    if contract is not None and contract.owed_by_investor:
        line, clean = UNUSED_POWER, scaled(supply.clean_gwh(s, t), MWH_PER_GWH)
        if clean:
            costs.append(Cost(DELIVERY, s, "delivery on agreements", t, clean, "MWh", delivery))
        costs.append(Cost(line, s, "delivery not used", t, [*owed, *scaled(clean, -1.0)], "MWh", delivery))
    else:
        costs.append(Cost(DELIVERY, s, "delivery on agreements and minimum take", t, owed, "MWh", delivery))
    if (s, t) in b.unused_generation_gwh:
        unused = [(MWH_PER_GWH, b.unused_generation_gwh[s, t])]
        price = case.rate("grid_contracts", s, "generation_usd_per_mwh")
        costs.append(Cost(line, s, "generation not used", t, unused, "MWh", price))
    if line == UNUSED_POWER:
        costs.append(Post("bill_above_musd", (t,), _above(b, case, supply, s, t), s))
    for i, terms in supply.agreements_gwh(s, t):
        price = case.rate("ppas", f"{i}/{s}", "price_usd_per_mwh")
        costs.append(Cost(AGREEMENTS, s, i, t, scaled(terms, MWH_PER_GWH), "MWh", price))
    if carbon.usd:
        emitted = [(site.grid_emissions_kg_per_mwh, imported)]
        costs.append(Cost(CARBON, s, "grid emissions", t, emitted, "t CO2", carbon))
    return costs


def _above(b: Any, case: Case, supply: Supply, s: str, t: int) -> Terms:
    """What is billed above the take less what is used: nothing, wherever less is used than the take."""
    each = MWH_PER_GWH * case.musd(case.rate("sites", s, "delivery_usd_per_mwh"), t)
    found = [(each, b.billed_gwh[s, t]), *scaled(take_gwh(case, supply, s, t), -each)]
    if (s, t) in b.unused_generation_gwh:
        each = MWH_PER_GWH * case.musd(case.rate("grid_contracts", s, "generation_usd_per_mwh"), t)
        used: Terms = [(1.0, b.unused_generation_gwh[s, t]), (1.0, b.imported_gwh[s, t]), *supply.clean_gwh(s, t)]
        found += [*scaled(used, each), *scaled(take_gwh(case, supply, s, t, generation=True), -each)]
    return found


def _from_plant(b: Any, case: Case, supply: Supply, index: tuple[str, str, int]) -> list[Posting]:
    s, k, t = index
    plant, made, p = case.plants[k], b.generated_gwh[index], case.periods
    carbon = case.rate("parameters", "carbon_price_usd_per_t", "value")
    costs: list[Posting] = []
    if plant.heat_rate_mmbtu_per_mwh:
        gas = case.rate("gas_prices", f"{case.sites[s].gas_region}/{p.year(t)}", "price_usd_per_mmbtu")
        burnt = [(plant.heat_rate_mmbtu_per_mwh * MWH_PER_GWH, made)]
        costs.append(Cost(FUEL, s, f"{k} gas", t, burnt, "MMBtu", gas))
    upkeep = case.rate("plants", k, "variable_om_usd_per_mwh")
    costs.append(Cost(PLANT_UPKEEP, s, f"{k} variable O&M", t, [(MWH_PER_GWH, made)], "MWh", upkeep))
    if kilowatts := supply.units_mw(s, k, t - 1, 1000 * p.years):
        fixed = case.rate("plants", k, "fixed_om_usd_per_kw_year")
        costs.append(Cost(PLANT_UPKEEP, s, f"{k} fixed O&M", t, kilowatts, "kW-years", fixed))
    if carbon.usd and plant.emissions_kg_per_mwh:
        costs.append(Cost(CARBON, s, f"{k} emissions", t, [(plant.emissions_kg_per_mwh, made)], "t CO2", carbon))
    return costs
