"""Power and cooling: grid rights, plants, energy, racks in halls, water."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from planner.verify.contracts import owed_by_investor, take_mwh, used_mwh
from planner.verify.infrastructure import RackClass
from planner.verify.tally import Check, Vector, rule
from planner.verify.time import before
from planner.verify.world import World


@rule("power.contract_once")
def contract_once(world: World, check: Check) -> None:
    for (s, g), n in world.contract.items():
        check.at_most(f"{s},{g}", float(n.sum()), 1.0, "contracts", "the grid tranche is contracted {left} times")


@rule("power.tranches_in_order")
def tranches_in_order(world: World, check: Check) -> None:
    zeros = world.facts.clock.zeros()
    for s in world.facts.sites:
        tranches = sorted(g for at, g in world.facts.grid if at == s)
        for earlier, g in pairwise(tranches):
            taken = np.cumsum(world.contract.get((s, g), zeros))
            first = np.cumsum(world.contract.get((s, earlier), zeros))
            words = f"the grid tranche is contracted before tranche {earlier}, which comes first"
            check.at_most(f"{s},{g}", taken, first, "contracts", words)


@rule("power.within_onsite_limit")
def within_onsite_limit(world: World, check: Check) -> None:
    placed = dict.fromkeys(world.facts.sites, 0.0)
    for (s, k), n in world.units.items():
        placed[s] += world.facts.plants[k].unit_mw * float(n.sum())
    for s, site in world.facts.sites.items():
        check.at_most(s, placed[s], site.max_onsite_mw, "MW", "on-site plants of {left} MW; the site allows {right} MW")


@rule("power.within_ppa_limit")
def within_ppa_limit(world: World, check: Check) -> None:
    for (s, p), mw in world.signed.items():
        most = world.facts.ppas[p, s].max_mw
        check.at_most(f"{s},{p}", float(mw.sum()), most, "MW", "{left} MW are signed; the agreement offers {right} MW")


@rule("power.within_generation")
def within_generation(world: World, check: Check) -> None:
    zeros = world.facts.clock.zeros()
    for (s, k), mwh in world.generated.items():
        plant = world.facts.plants[k]
        ready = before(world.units_ready.get((s, k), zeros))
        most = plant.unit_mw * plant.capacity_factor_max * world.facts.clock.hours * ready
        words = "the plant generates {left} MWh; its units can make {right} MWh"
        check.at_most(f"{s},{k}", mwh, most, "MWh", words)


@rule("power.within_grid_rights")
def within_grid_rights(world: World, check: Check) -> None:
    hours = world.facts.clock.hours
    for s in world.facts.sites:
        drawn = world.imported[s,] + world.ppa_at(s)
        most = hours * before(world.energised[s] + world.own[s])
        check.at_most(s, drawn, most, "MWh", "{left} MWh come over the grid; the grid rights carry {right} MWh")


@rule("power.energy_balance")
def energy_balance(world: World, check: Check) -> None:
    for s in world.facts.sites:
        supplied = world.imported[s,] + world.generated_at(s) + world.ppa_at(s)
        words = "{left} MWh are supplied; the halls use {right} MWh"
        check.equal(s, supplied, world.facility_energy[s], "MWh", words)


@rule("power.delivery_of_energy")
def delivery_of_energy(world: World, check: Check) -> None:
    for s in world.facts.sites:
        words = "delivery is paid for {right} MWh, but {left} MWh are delivered"
        check.at_most(s, world.imported[s,] + world.ppa_at(s), world.billed[s,], "MWh", words)


@rule("power.delivery_of_minimum_take")
def delivery_of_minimum_take(world: World, check: Check) -> None:
    for s in world.facts.sites:
        words = "delivery is paid for {right} MWh; the contracts owe it for at least {left} MWh"
        check.at_most(s, take_mwh(world, s), world.billed[s,], "MWh", words)


@rule("power.unused_paid_by_investor")
def unused_paid_by_investor(world: World, check: Check) -> None:
    """Where the investor signs, agencies pay delivery and generation of no more MWh than serve load."""
    detail, wbs = world.tables["detail"], world.facts.wbs
    asked = [wbs[code]["ledger"] == "operations" or wbs[code]["payer"] != "investor" for code in detail["wbs_code"]]
    paid = detail[asked]
    for s in (s for s in world.facts.sites if owed_by_investor(world, s)):
        refs = (f"sites.{s}.tariff_usd_per_mwh", f"sites.{s}.delivery_usd_per_mwh")
        mine = paid[paid["rate_ref"].isin([*refs, f"grid_contracts.{s}.generation_usd_per_mwh"])]
        charged = world.facts.clock.zeros()
        for label, mwh in zip(mine["period"], mine["quantity"].astype(float), strict=True):
            charged[world.index[label]] += mwh
        words = "appropriations pay for {left} MWh of grid power; {right} MWh serve load"
        check.at_most(s, charged, used_mwh(world, s), "MWh", words)


@rule("power.secured_covers_halls")
def secured_covers_halls(world: World, check: Check) -> None:
    margin = 1.0 + world.facts.parameter("power_reserve_share")
    for s in world.facts.sites:
        needed = world.own[s] + margin * world.peak_mw(s, greenfield=True)
        words = "the halls need {left} MW of secured power with reserve; {right} MW are secured"
        check.at_most(s, needed, world.secured[s], "MW", words)


# cooling


def _class_name(rack_class: RackClass) -> str:
    return "+".join(sorted(rack_class)) or "none"


@rule("cooling.racks_housed")
def racks_housed(world: World, check: Check) -> None:
    facts = world.facts
    for s in facts.sites:
        for q in facts.classes:
            housed = world.total(mw for (at, _, other), mw in world.housed.items() if at == s and other == q)
            installed = world.total(
                facts.rack_mw(c) * n for (at, c), n in world.installed.items() if at == s and facts.rack_class[c] == q
            )
            words = "{left} MW of these racks have a place in a hall; {right} MW are installed"
            check.equal(f"{s},{_class_name(q)}", housed, installed, "MW IT", words)


@rule("cooling.within_halls")
def within_halls(world: World, check: Check) -> None:
    filled: dict[tuple[str, str], Vector] = {}
    for (s, cooling, _), mw in world.housed.items():
        filled[s, cooling] = filled.get((s, cooling), 0.0) + mw
    designs = world.facts.designs
    for (s, cooling), mw in filled.items():
        halls = world.total(
            x for (at, d), x in world.commissioned.items() if (at, designs[d].cooling_id) == (s, cooling)
        )
        check.at_most(f"{s},{cooling}", mw, halls, "MW IT", "racks of {left} MW are in halls of {right} MW")


@rule("cooling.within_water")
def within_water(world: World, check: Check) -> None:
    for s, site in world.facts.sites.items():
        most = site.water_budget_m3_per_year * world.facts.clock.years
        words = "cooling uses {left} m3 of water; the site may use {right} m3"
        check.at_most(s, world.water[s], most, "m3", words)
