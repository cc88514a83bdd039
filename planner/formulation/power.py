"""Power: grid rights in whole tranches, on-site plant in whole units, clean energy agreements, energy."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation import power_costs
from planner.formulation.accounts import Limit, Post, Posting, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.dates import counted, counts, started, summed
from planner.formulation.families import columns, over
from planner.formulation.power_costs import MWH_PER_GWH
from planner.inputs.case import Case
from planner.plan import NOISE, frame


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Contracts, orders and energy; posts secured power, grid rights, energy, emissions and costs."""
    p = case.periods
    contracts, orders, signings = combos.tranche_starts(case), combos.plant_orders(case), combos.ppa_starts(case)
    pairs = list(dict.fromkeys((s, k) for s, k, _ in orders))
    running = [(s, k, t) for s, k in pairs for t in p if t > 0]
    serving = [(s, t) for s in case.sites for t in p if t > 0]
    b.contract = columns(contracts, bounds=(0, 1), doc="tranche contracted in the period")
    b.contracted_by = counted(b.contract, "tranche contracted by the end of the period")
    b.units = columns(
        orders,
        domain=pyo.NonNegativeIntegers,
        bounds=lambda b, s, k, t: (0, combos.most_units(case, s, k)),
        doc="whole units ordered in the period",
    )
    b.ordered_by = summed(b.units, "whole units ordered by the end of the period")
    b.first = columns(orders, domain=pyo.Binary, doc="first order of the plant; its first unit is the spare")
    b.begun_by = summed(b.first, "the plant is begun by the end of the period")
    b.signed_mw = columns(
        signings, bounds=lambda b, s, i, t: (0, case.ppas[i, s].max_mw), doc="MW signed in the period"
    )
    b.generated_gwh = columns(running, domain=pyo.NonNegativeReals, doc="plant output, GWh")
    b.imported_gwh = columns(serving, domain=pyo.NonNegativeReals, doc="grid energy at the tariff, GWh")
    b.billed_gwh = columns(serving, domain=pyo.NonNegativeReals, doc="energy that owes delivery, GWh")

    order_periods = _when(orders)
    contract_periods, signing_periods = _when(contracts), _when(signings)
    tranches_of, plants_of, offers_of = _by_site(contract_periods), _by_site(order_periods), _by_site(signing_periods)

    def contracted(s: str, g: int, t: int) -> Terms:
        return started(b.contract, b.contracted_by, (s, g), [u for u in contract_periods.get((s, g), ()) if u <= t])

    def energised(s: str, t: int) -> Terms:
        grid = case.tranches_of_grid
        terms: Terms = []
        for g in tranches_of.get(s, ()):
            last = p.last_start(t, grid[s, g].lead_months)
            ready = [u for u in contract_periods[s, g] if u <= last]
            terms += started(b.contract, b.contracted_by, (s, g), ready, grid[s, g].mw)
        return terms

    def standing(s: str, k: str, t: int, spare: bool = False) -> Terms:
        """MW of units ready by the end of ``t``; without the spare unit if asked."""
        plant = case.plants[k]
        last = p.last_start(t, plant.lead_months)
        there = [u for u in order_periods[s, k] if u <= last]
        units = started(b.units, b.ordered_by, (s, k), there, plant.unit_mw)
        return units + started(b.first, b.begun_by, (s, k), there, -plant.unit_mw) if spare else units

    def ppa_gwh(s: str, t: int) -> list[tuple[str, Terms]]:
        found = []
        for i in offers_of.get(s, ()):
            e = case.ppas[i, s]
            last = p.last_start(t - 1, e.lead_months)
            signed = [u for u in signing_periods[s, i] if u <= last]
            if signed:
                found.append((i, [(e.capacity_factor * p.hours / MWH_PER_GWH, b.signed_mw[s, i, u]) for u in signed]))
        return found

    before = combos.tranche_before(case)
    ordered_tranches = [(s, g, t) for s, g in case.tranches_of_grid if (s, g) in before for t in p]

    @b.Constraint(over(contracts), doc="counts contracts by date")
    def counting_contracts(b: Any, *index: Any) -> Any:
        return counts(b.contract, b.contracted_by, index)

    @b.Constraint(over(orders), doc="counts units by date")
    def counting_units(b: Any, *index: Any) -> Any:
        return counts(b.units, b.ordered_by, index)

    @b.Constraint(over(orders), doc="counts first orders by date")
    def counting_first(b: Any, *index: Any) -> Any:
        return counts(b.first, b.begun_by, index)

    @b.Constraint(over(ordered_tranches), doc="tranches are taken in their order")
    def tranches_in_order(b: Any, s: str, g: int, t: int) -> Any:
        later = contracted(s, g, t)
        return total(later) <= total(contracted(s, before[s, g], t)) if later else pyo.Constraint.Skip

    @b.Constraint(over(orders), doc="units are ordered with or after the first order; all of them fit the site")
    def units_after_first(b: Any, s: str, k: str, t: int) -> Any:
        return b.ordered_by[s, k, t] <= total([(combos.most_units(case, s, k), b.begun_by[s, k, t])])

    @b.Constraint(over(orders), doc="the first order holds a unit: the spare")
    def first_is_a_unit(b: Any, s: str, k: str, t: int) -> Any:
        return b.units[s, k, t] >= b.first[s, k, t]

    @b.Constraint(over(running), doc="plant output stays within the units that stand")
    def within_generation(b: Any, s: str, k: str, t: int) -> Any:
        factor = case.plants[k].capacity_factor_max * p.hours / MWH_PER_GWH
        return b.generated_gwh[s, k, t] <= total((factor * mw, v) for mw, v in standing(s, k, t - 1))

    @b.Constraint(over(serving), doc="delivery is owed on all energy from the grid")
    def delivery_of_energy(b: Any, s: str, t: int) -> Any:
        clean = [x for _, terms in ppa_gwh(s, t) for x in terms]
        return total([(1.0, b.billed_gwh[s, t]), (-1.0, b.imported_gwh[s, t]), *((-c, v) for c, v in clean)]) >= 0

    @b.Constraint(over(serving), doc="delivery is owed on the minimum take of energised rights")
    def delivery_of_minimum_take(b: Any, s: str, t: int) -> Any:
        share = case.parameter("minimum_take_share") * p.hours / MWH_PER_GWH
        return total([(1.0, b.billed_gwh[s, t]), *((-share * mw, v) for mw, v in energised(s, t - 1))]) >= 0

    posts: list[Posting] = _limits(b, case, contracts, orders, signings)
    for s in case.sites:
        for t in p:
            if rights := energised(s, t):
                posts += [Post("secured_mw", (s, t), rights, "grid"), Post("grid_rights_mw", (s, t), rights, "grid")]
            for k in plants_of.get(s, ()):
                if firm := standing(s, k, t, spare=True):
                    posts.append(Post("secured_mw", (s, t), firm, k))
    for s, t in serving:
        clean = [x for _, terms in ppa_gwh(s, t) for x in terms]
        posts.append(Post("energy_gwh", (s, t), [(1.0, b.imported_gwh[s, t])], "grid"))
        posts.append(Post("energy_gwh", (s, t), clean, "agreements"))
        posts.append(Post("grid_rights_mw", (s, t - 1), [(-MWH_PER_GWH / p.hours, b.imported_gwh[s, t])], "used"))
        posts.append(Post("grid_rights_mw", (s, t - 1), [(-c * MWH_PER_GWH / p.hours, v) for c, v in clean], "used"))
        kg = case.sites[s].grid_emissions_kg_per_mwh
        posts.append(Post("emissions_t", (s, t), [(kg, b.imported_gwh[s, t])], "grid"))
    for s, k, t in running:
        posts.append(Post("energy_gwh", (s, t), [(1.0, b.generated_gwh[s, k, t])], k))
        posts.append(Post("emissions_t", (s, t), [(case.plants[k].emissions_kg_per_mwh, b.generated_gwh[s, k, t])], k))
    posts += power_costs.investment(b, case, contracts, orders)
    posts += power_costs.operations(b, case, running, serving, standing, ppa_gwh)
    return posts


def _when(starts: Any) -> dict[tuple[Any, Any], list[int]]:
    """What is started at a site -> the periods in which it can be."""
    found: dict[tuple[Any, Any], list[int]] = {}
    for s, k, t in starts:
        found.setdefault((s, k), []).append(t)
    return found


def _by_site(pairs: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for s, k in pairs:
        found.setdefault(s, []).append(k)
    return found


def _limits(b: Any, case: Case, contracts: Any, orders: Any, signings: Any) -> list[Posting]:
    """What an open site can bear; by each period, since nothing starts before the opening."""
    p, before = case.periods, combos.tranche_before(case)
    contracted, signed, ordered = _when(contracts), _when(signings), _when(orders)
    plants_of = _by_site(ordered)
    limits: list[Posting] = []
    for t in p:
        for s, g in (x for x in case.tranches_of_grid if x not in before):
            taken = started(b.contract, b.contracted_by, (s, g), [u for u in contracted.get((s, g), ()) if u <= t])
            limits.append(
                Limit(
                    "power.contract_once",
                    s,
                    t,
                    taken,
                    1.0,
                    "a tranche is contracted once, where the site is open",
                    (s, g, t),
                )
            )
        for (s, i), when in signed.items():
            mw = [(1.0, b.signed_mw[s, i, u]) for u in when if u <= t]
            limits.append(
                Limit(
                    "power.within_ppa_limit",
                    s,
                    t,
                    mw,
                    case.ppas[i, s].max_mw,
                    "no more is signed than is on offer",
                    (s, i, t),
                )
            )
        for s, site in case.sites.items():
            units = [
                x
                for k in plants_of.get(s, ())
                for x in started(
                    b.units, b.ordered_by, (s, k), [u for u in ordered[s, k] if u <= t], case.plants[k].unit_mw
                )
            ]
            limits.append(
                Limit(
                    "power.within_onsite_limit",
                    s,
                    t,
                    units,
                    site.max_onsite_mw,
                    "plant fits the site's land, gas and permits",
                )
            )
    for (s, k), when in ordered.items():
        begun = started(b.first, b.begun_by, (s, k), when)
        limits.append(
            Limit(
                "power.first_once", s, p.last, begun, 1.0, "a plant has one first order, where the site is open", (s, k)
            )
        )
    return limits


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    return {
        "contract": frame("contract", [(s, g, label(t), 1) for (s, g, t), v in b.contract.items() if v.value > 0.5]),
        "units": frame(
            "units", [(s, k, label(t), round(v.value)) for (s, k, t), v in b.units.items() if v.value > 0.5]
        ),
        "first": frame("first", [(s, k, label(t), 1) for (s, k, t), v in b.first.items() if v.value > 0.5]),
        "signed": frame(
            "signed", [(s, i, label(t), v.value) for (s, i, t), v in b.signed_mw.items() if v.value > NOISE]
        ),
        "generated": frame(
            "generated",
            [(s, k, label(t), v.value * MWH_PER_GWH) for (s, k, t), v in b.generated_gwh.items() if v.value > NOISE],
        ),
        "imported": frame(
            "imported",
            [(s, label(t), v.value * MWH_PER_GWH) for (s, t), v in b.imported_gwh.items() if v.value > NOISE],
        ),
        "billed": frame(
            "billed", [(s, label(t), v.value * MWH_PER_GWH) for (s, t), v in b.billed_gwh.items() if v.value > NOISE]
        ),
    }
