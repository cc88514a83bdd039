"""Power: grid rights in whole tranches, on-site plant in whole units, clean energy agreements, energy.

Variables: ``contracted_by[s,g,t]`` (0/1), ``ordered_by[s,k,t]`` (whole units), ``signed_mw[s,p,t]`` (MW signed in t),
``generated_gwh[s,k,t]``, ``imported_gwh[s,t]``, ``billed_gwh[s,t]`` (GWh). Where a site has a grid contract also
``unused_generation_gwh[s,t]`` (GWh). There, and where ``terminal_value`` is weighed, ``idle_mw[s,t]`` (MW energised
at the end of t, without racks in the end).

    contracts_stay, orders_stay      never fall
    contract_once[s,g]               contracted_by[H] ≤ open[s]
    tranches_in_order[s,g,t]         contracted_by[g,t] ≤ contracted_by[the tranche before,t]
    within_onsite_limit[s]           Σ unit_mw · units ≤ max_onsite_mw · open[s]
    within_ppa_limit[s,p]            Σ_t signed_mw ≤ max_mw · open[s]
    within_generation[s,k,t]         generated ≤ unit_mw · capacity_factor_max · hours · units ready at the end of t-1
    delivery_of_energy[s,t]          billed ≥ imported + agreements
    delivery_of_minimum_take[s,t]    billed ≥ minimum take of delivery (``contracts``)
    generation_of_minimum_take[s,t]  unused_generation + imported + agreements ≥ minimum take of generation
    idle_within_contracts[s,t]       idle ≤ contracted MW energised at the end of t
    idle_at_the_end[s]               Σ_t idle ≥ energised MW - MW that racks in place draw at their peak
    within_grid_rights[s,t], energy_balance[s,t], secured_covers_halls[s,t]: in ``balances``

Firm plant is unit_mw · firm_share · units ready. Secured power is energised + own service + firm plant, MW facility.
A plan posts as billed exactly the larger of the two lower bounds, as unused and idle exactly the least.
Idle MW are first those whose idleness costs the objective least: what they owe, and what the connection is worth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation import contracts, power_costs
from planner.formulation.accounts import Limit, Meeting, Of, Post, Posting
from planner.formulation.combinations import Places
from planner.formulation.supply import MWH_PER_GWH, Supply
from planner.formulation.terms import Cumulative, Terms, minus, over, scaled, total, value
from planner.inputs.case import Case
from planner.plan import NOISE, frame


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Contracts, orders and energy; posts secured power, grid rights, energy, emissions and costs."""
    p, orders = case.periods, combos.plant_orders(case)
    ready = {(s, k): p.ready(u, case.plants[k].lead_months) for s, k, u in reversed(orders)}
    running = [(s, k, t) for (s, k), first in reversed(ready.items()) for t in p if t > first]
    serving = [(s, t) for s in case.sites for t in p if t > 0]
    b.contracted_by = pyo.Var(over(combos.tranche_starts(case)), domain=pyo.Binary, doc="tranche contracted by then")
    b.ordered_by = pyo.Var(
        over(orders),
        domain=pyo.NonNegativeIntegers,
        bounds=lambda b, s, k, t: (0, combos.most_units(case, s, k)),
        doc="whole units ordered by the end of the period",
    )
    b.signed_mw = pyo.Var(
        over(combos.ppa_starts(case)),
        bounds=lambda b, s, i, t: (0, case.ppas[i, s].max_mw),
        doc="MW signed in the period",
    )
    b.generated_gwh = pyo.Var(over(running), domain=pyo.NonNegativeReals, doc="plant output, GWh")
    b.imported_gwh = pyo.Var(over(serving), domain=pyo.NonNegativeReals, doc="grid energy at the tariff, GWh")
    b.billed_gwh = pyo.Var(over(serving), domain=pyo.NonNegativeReals, doc="energy that owes delivery, GWh")
    supply = Supply(b, case)
    _contract_variables(b, case, supply, serving)
    _rules(b, case, supply)
    posts = [*_limits(case, supply), *_secured(case, supply), *_energy(b, case, supply), *_idle(b, case, supply)]
    return [*posts, *power_costs.investment(case, supply), *power_costs.operations(b, case, supply)]


def _contract_variables(b: Any, case: Case, supply: Supply, serving: list[tuple[str, int]]) -> None:
    b.unused_generation_gwh = pyo.Var(
        over((s, t) for s, t in serving if contracts.take_gwh(case, supply, s, t, generation=True)),
        domain=pyo.NonNegativeReals,
        doc="generation owed and not used, GWh",
    )
    b.idle_mw = pyo.Var(
        over((s, r) for s in contracts.may_be_idle(case) for r in sorted(contracts.energised_in(case, supply, s))),
        domain=pyo.NonNegativeReals,
        doc="MW energised at the end of the period that serve no racks at the end of the horizon",
    )


def _rules(b: Any, case: Case, supply: Supply) -> None:
    before = combos.tranche_before(case)
    later = [i for i in b.contracted_by if (i[0], i[1]) in before]

    @b.Constraint(over(supply.contracts.steps()), doc="a contract stays")
    def contracts_stay(b: Any, *index: Any) -> Any:
        return supply.contracts.grows(*index)

    @b.Constraint(over(supply.orders.steps()), doc="units that are ordered stay ordered")
    def orders_stay(b: Any, *index: Any) -> Any:
        return supply.orders.grows(*index)

    @b.Constraint(over(later), doc="tranches are taken in their order")
    def tranches_in_order(b: Any, s: str, g: int, t: int) -> Any:
        earlier = supply.contracts.by((s, before[s, g]), t, -1.0)
        return total([(1.0, b.contracted_by[s, g, t]), *earlier]) <= 0

    @b.Constraint(over(b.generated_gwh), doc="plant output stays within the units that stand")
    def within_generation(b: Any, s: str, k: str, t: int) -> Any:
        each = case.plants[k].capacity_factor_max * case.periods.hours / MWH_PER_GWH
        return total([(1.0, b.generated_gwh[s, k, t]), *minus(supply.units_mw(s, k, t - 1, each))]) <= 0

    @b.Constraint(over(b.billed_gwh), doc="delivery is owed on all energy from the grid")
    def delivery_of_energy(b: Any, s: str, t: int) -> Any:
        return total([(1.0, b.billed_gwh[s, t]), *minus(_from_grid(b, supply, s, t))]) >= 0

    @b.Constraint(over(b.billed_gwh), doc="delivery is owed on the minimum take of energised rights")
    def delivery_of_minimum_take(b: Any, s: str, t: int) -> Any:
        return total([(1.0, b.billed_gwh[s, t]), *minus(contracts.take_gwh(case, supply, s, t))]) >= 0

    @b.Constraint(over(b.unused_generation_gwh), doc="generation is owed on its minimum take")
    def generation_of_minimum_take(b: Any, s: str, t: int) -> Any:
        owed = contracts.take_gwh(case, supply, s, t, generation=True)
        return total([(1.0, b.unused_generation_gwh[s, t]), *_from_grid(b, supply, s, t), *minus(owed)]) >= 0

    energised = {s: contracts.energised_in(case, supply, s) for s in contracts.may_be_idle(case)}

    @b.Constraint(over(b.idle_mw), doc="only contracted MW are idle")
    def idle_within_contracts(b: Any, s: str, t: int) -> Any:
        return total([(1.0, b.idle_mw[s, t]), *minus(energised[s][t])]) <= 0


def _from_grid(b: Any, supply: Supply, s: str, t: int) -> Terms:
    return [(1.0, b.imported_gwh[s, t]), *supply.clean_gwh(s, t)]


def _limits(case: Case, supply: Supply) -> list[Posting]:
    """What an open site can bear."""
    p, before, posts = case.periods, combos.tranche_before(case), []
    for s, g in supply.contracts.things():
        if (s, g) not in before:
            says = "a tranche is contracted once, where the site is open"
            posts.append(Limit("power.contract_once", str(s), supply.contracts.by((s, g), p.last), 1.0, says, (s, g)))
    for s, site in case.sites.items():
        units = [
            x
            for r, k in supply.orders.things()
            if r == s
            for x in supply.orders.by((s, k), p.last, case.plants[k].unit_mw)  # type: ignore[index]
        ]
        says = "plant fits the site's land, gas and permits"
        posts.append(Limit("power.within_onsite_limit", s, units, site.max_onsite_mw, says, (s,)))
        for i, signed in supply.signed[s].items():
            mw: Terms = [(1.0, v) for v in signed.values()]
            says = "no more is signed than is on offer"
            posts.append(Limit("power.within_ppa_limit", s, mw, case.ppas[i, s].max_mw, says, (s, i)))
    return list(posts)


def _secured(case: Case, supply: Supply) -> list[Posting]:
    posts: list[Posting] = []
    for s in case.sites:
        plants = [str(k) for r, k in supply.orders.things() if r == s]
        for t in case.periods:
            if rights := supply.energised(s, t):
                posts += [Post("secured_mw", (s, t), rights, "grid"), Post("grid_rights_mw", (s, t), rights, "grid")]
            for k in plants:
                if firm := supply.units_mw(s, k, t, case.plants[k].firm_share):
                    posts.append(Post("secured_mw", (s, t), firm, k))
    return posts


def _energy(b: Any, case: Case, supply: Supply) -> list[Posting]:
    posts: list[Posting] = []
    per_hour = MWH_PER_GWH / case.periods.hours
    for s, t in b.imported_gwh:
        clean, imported = supply.clean_gwh(s, t), b.imported_gwh[s, t]
        used = [(-per_hour * n, v) for n, v in _from_grid(b, supply, s, t)]
        posts += [
            Post("energy_gwh", (s, t), [(1.0, imported), *clean], "grid and agreements"),
            Post("grid_rights_mw", (s, t - 1), used, "used"),
            Post("emissions_t", (s, t), [(case.sites[s].grid_emissions_kg_per_mwh, imported)], "grid"),
        ]
    for s, k, t in b.generated_gwh:
        made = b.generated_gwh[s, k, t]
        posts.append(Post("energy_gwh", (s, t), [(1.0, made)], k))
        posts.append(Post("emissions_t", (s, t), scaled([(1.0, made)], case.plants[k].emissions_kg_per_mwh), k))
    return posts


def _idle(b: Any, case: Case, supply: Supply) -> list[Posting]:
    """At the horizon's end, MW under contract that serve no racks, and what they still owe."""
    last, posts = case.periods.last, list[Posting]()
    for s in contracts.may_be_idle(case):
        dates = [r for place, r in b.idle_mw if place == s]
        rest = [*supply.energised(s, last), *((-1.0, b.idle_mw[s, r]) for r in dates)]
        racks, says = Of(-1.0, "racks_peak_mw", (s, last)), "contracted MW serve racks or are idle at the end"
        if dates:
            posts.append(Meeting("power.idle_at_the_end", (s,), rest, (racks,), says))
        for r in dates if s in case.grid_contracts else ():
            owed = contracts.way_out(case, s, r).present
            posts.append(Post("owed_after", (s, r), [(owed, b.idle_mw[s, r])], case.grid_contracts[s].obligor))
    return posts


def settle(b: Any, case: Case, racks_mw: Callable[[str], float]) -> None:
    """Bill exactly what is owed: the larger of the energy from the grid and the minimum take, and the same of others.

    ``racks_mw(site)`` is what racks in place at the end of the horizon draw at their peak, MW facility.
    """
    supply = Supply(b, case)
    for (s, t), billed in b.billed_gwh.items():
        owed = max(value(_from_grid(b, supply, s, t)), value(contracts.take_gwh(case, supply, s, t)))
        billed.set_value(owed, skip_validation=True)
    for (s, t), unused in b.unused_generation_gwh.items():
        owed = value(contracts.take_gwh(case, supply, s, t, generation=True)) - value(_from_grid(b, supply, s, t))
        unused.set_value(max(0.0, owed), skip_validation=True)
    for s in contracts.may_be_idle(case):
        energised = {r: value(mw) for r, mw in contracts.energised_in(case, supply, s).items()}
        left = max(0.0, sum(energised.values()) - racks_mw(s))
        for r in sorted(energised, key=lambda r: (*contracts.loss_of_idle(case, s, r), r)):
            idle = min(left, energised[r])
            b.idle_mw[s, r].set_value(idle, skip_validation=True)
            left -= idle


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label, supply = case.periods.label, Supply(b, case)

    def started(what: Cumulative) -> list[tuple[object, ...]]:
        return [(*key, label(t), round(n)) for key in what.things() for t, n in what.started(*key).items() if n > 0.5]

    def energy(family: Any) -> list[tuple[object, ...]]:
        return [(*i[:-1], label(i[-1]), v.value * MWH_PER_GWH) for i, v in family.items() if v.value > NOISE]

    signed = [(s, i, label(t), v.value) for (s, i, t), v in b.signed_mw.items() if v.value > NOISE]
    return {
        "contract": frame("contract", started(supply.contracts)),
        "units": frame("units", started(supply.orders)),
        "signed": frame("signed", signed),
        "generated": frame("generated", energy(b.generated_gwh)),
        "imported": frame("imported", energy(b.imported_gwh)),
        "billed": frame("billed", energy(b.billed_gwh)),
    }
