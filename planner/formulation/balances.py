"""Balances: each account that components share is added up once, as a rule of the component that owns it.

power.within_grid_rights[s,t]     imported + agreements ≤ hours · grid rights at the end of t-1
power.energy_balance[s,t]         imported + generated + agreements = facility energy
power.secured_covers_halls[s,t]   secured ≥ own service + (1 + power_reserve_share) · Σ pue_peak · greenfield MW
cooling.racks_housed[r,q,t]       housed MW = installed MW of the class
cooling.within_halls[s,c,t]       housed MW ≤ commissioned MW with the cooling
construction.hardened_for_use[r,l,t]    Σ_s multiplier · MW in use at the level in t+1 ≤ hardened by t
construction.hardened_within_halls[s,l,t]  MW in use in t+1 at levels of as many months or more ≤ halls that had them
workload.use_within_housed[s,q,t], workload.racks_assigned[r,c,t], workload.cluster_size[r,w,t]
sites.minimum_commissioned[s,t]   from the end of counted_site_by_year: MW commissioned ≥ minimum_site_mw · open
sites.minimum_serving[s,t]        from that year's last period: MW in use ≥ minimum_site_serving_mw · open
sites.minimum_halls[s,t]          the least commissioned, in whole halls: tightens the relaxation
sites.largest_share[s,t]          MW in use at a site ≤ largest_site_share · MW in use at all sites
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation.accounts import Accounts
from planner.formulation.combinations import ANY_CLASS, Places
from planner.formulation.halls import Halls
from planner.formulation.terms import Terms, minus, over, scaled, total
from planner.inputs.case import Case


def close(m: Any, case: Case, accounts: Accounts, places: Places) -> None:
    """Write the balance rules on the blocks of their components."""
    accounts.settle_costs()
    _site_limits(m, accounts)
    _meetings(m, accounts)
    _power(m.power, case, accounts)
    _space(m, case, accounts, places)
    _chosen_sites(m, case, accounts)


def _not_negative(terms: Terms) -> Any:
    return total(terms) >= 0 if terms else pyo.Constraint.Skip


def _site_limits(m: Any, accounts: Accounts) -> None:
    for rule, limits in accounts.limits.items():
        component, name = rule.split(".")
        by_index = {limit.index: limit for limit in limits if limit.terms}
        if not by_index:
            continue

        def within(b: Any, *index: Hashable, by_index: Any = by_index) -> Any:
            limit = by_index[index]
            return total([*limit.terms, *scaled(accounts.terms("opened", limit.site), -limit.most)]) <= 0

        says = next(iter(by_index.values())).says
        m.component(component).add_component(name, pyo.Constraint(over(by_index), rule=within, doc=says))


def _meetings(m: Any, accounts: Accounts) -> None:
    for rule, meetings in accounts.meetings.items():
        component, name = rule.split(".")
        rows = {x.index: ([*x.terms, *accounts.of(x.of)], x.most) for x in meetings}
        rows = {i: (terms, most) for i, (terms, most) in rows.items() if terms}

        def met(b: Any, *index: Hashable, rows: Any = rows) -> Any:
            terms, most = rows[index]
            return total(terms) <= most

        m.component(component).add_component(name, pyo.Constraint(over(rows), rule=met, doc=meetings[0].says))


def _power(b: Any, case: Case, accounts: Accounts) -> None:
    p = case.periods
    serving = [(s, t) for s in case.sites for t in p if t > 0]

    @b.Constraint(over(serving), doc="energy from the grid stays within the rights")
    def within_grid_rights(b: Any, s: str, t: int) -> Any:
        return _not_negative(accounts.terms("grid_rights_mw", s, t - 1))

    @b.Constraint(over(serving), doc="energy supplied is energy used")
    def energy_balance(b: Any, s: str, t: int) -> Any:
        return total(accounts.terms("energy_gwh", s, t)) == 0

    @b.Constraint(
        over((s, t) for s in case.sites for t in p), doc="halls have secured power, with reserve, on the design day"
    )
    def secured_covers_halls(b: Any, s: str, t: int) -> Any:
        need = minus(accounts.terms("power_need_mw", s, t))
        return _not_negative([*accounts.terms("secured_mw", s, t), *need]) if need else pyo.Constraint.Skip


def _space(m: Any, case: Case, accounts: Accounts, places: Places) -> None:
    @m.cooling.Constraint(over(accounts.keys("installed_mw")), doc="every rack in place is housed")
    def racks_housed(b: Any, r: str, q: str, t: int) -> Any:
        return total(accounts.terms("installed_mw", r, q, t)) == 0

    @m.cooling.Constraint(over(accounts.keys("commissioned_mw")), doc="racks stay within their halls")
    def within_halls(b: Any, s: str, c: str, t: int) -> Any:
        return _not_negative(accounts.terms("commissioned_mw", s, c, t))

    @m.workload.Constraint(over(accounts.keys("installed_racks")), doc="only racks in place are put to work")
    def racks_assigned(b: Any, r: str, c: str, t: int) -> Any:
        return _not_negative(accounts.terms("installed_racks", r, c, t))

    held = [k for k in accounts.keys("clusters") if any(q.label == "hosts" for q in accounts.posts("clusters", k))]

    @m.workload.Constraint(over(held), doc="a place that holds the cluster has racks of its size")
    def cluster_size(b: Any, r: str, w: str, t: int) -> Any:
        return _not_negative(accounts.terms("clusters", r, w, t))

    working: dict[tuple[str, str, int], Terms] = {}
    for (s, q, _, t), v in m.workload.in_use.items():
        working.setdefault((s, q, t), []).append((1.0, v))

    @m.workload.Constraint(over(working), doc="racks at work at a site are housed in its halls")
    def use_within_housed(b: Any, s: str, q: str, t: int) -> Any:
        classes = combos.rack_classes(case) if q == ANY_CLASS else [q]
        housed = [x for k in classes for x in accounts.terms("housed_mw", s, k, t - 1)]
        return total([*working[s, q, t], *minus(housed)]) <= 0

    _hardening(m.construction, case, accounts, places)


def _hardening(b: Any, case: Case, accounts: Accounts, places: Places) -> None:
    @b.Constraint(over(b.hardened), doc="racks work at a level in halls hardened for it")
    def hardened_for_use(b: Any, r: str, level: str, t: int) -> Any:
        used = [
            x
            for s in places[r]
            for x in scaled(accounts.terms("in_use_mw", s, level, t + 1), case.sites[s].construction_multiplier)
        ]
        return total([*used, (-1.0, b.hardened[r, level, t])]) <= 0 if used else pyo.Constraint.Skip

    @b.Constraint(over(accounts.keys("late_halls_mw")), doc="racks work at a level in halls that had its months")
    def hardened_within_halls(b: Any, s: str, level: str, t: int) -> Any:
        months = case.levels[level].added_months
        stricter = [k for k, e in case.levels.items() if e.added_months >= months]
        used = [x for k in stricter for x in accounts.terms("in_use_mw", s, k, t + 1)]
        return (
            total([*used, *minus(accounts.terms("late_halls_mw", s, level, t))]) <= 0 if used else pyo.Constraint.Skip
        )


def counted_period(case: Case) -> int | None:
    """The period by whose end every chosen site must count."""
    return case.periods.end_of_year(int(case.parameter("counted_site_by_year")))


def _chosen_sites(m: Any, case: Case, accounts: Accounts) -> None:
    p, due, b = case.periods, counted_period(case), m.sites
    held = [] if due is None else [(s, t) for s in case.sites for t in p if t >= due]
    halls = Halls(m.construction, case)

    def opened(s: str, each: float) -> Terms:
        return scaled(accounts.terms("opened", s), -each)

    def in_use(s: str, t: int) -> Terms:
        return [x for k in case.levels for x in accounts.terms("in_use_mw", s, k, t)]

    @b.Constraint(over(held), doc="a chosen site has commissioned enough to count, from its date on")
    def minimum_commissioned(b: Any, s: str, t: int) -> Any:
        return _at_least(accounts.terms("halls_mw", s, t), opened(s, case.parameter("minimum_site_mw")))

    @b.Constraint(over(held), doc="a chosen site serves, from its date on")
    def minimum_serving(b: Any, s: str, t: int) -> Any:
        return _at_least(in_use(s, t), opened(s, case.parameter("minimum_site_serving_mw")))

    needs = {s: _least_halls(case, halls, s) for s in case.sites}

    @b.Constraint(over(i for i in held if needs[i[0]]), doc="a chosen site counts with whole halls")
    def minimum_halls(b: Any, s: str, t: int) -> Any:
        each = [(n / case.designs[d].module_mw, v) for d in halls.designs[s] for n, v in halls.standing(s, d, t)]
        return total([*each, *opened(s, needs[s])]) >= 0

    since, share = case.parameter("share_rule_from_year"), case.parameter("largest_site_share")
    shared = [t for t in list(p)[1:] if p.year(t) >= since and any(in_use(s, t) for s in case.sites)]
    b.all_in_use_mw = pyo.Var(over(shared), domain=pyo.NonNegativeReals, doc="MW IT in use at all sites")

    @b.Constraint(over(shared), doc="MW in use of all sites are added up")
    def adding_up_use(b: Any, t: int) -> Any:
        return total([*(x for s in case.sites for x in in_use(s, t)), (-1.0, b.all_in_use_mw[t])]) == 0

    @b.Constraint(over((s, t) for t in shared for s in case.sites if in_use(s, t)), doc="no site runs too much of all")
    def largest_share(b: Any, s: str, t: int) -> Any:
        return total([*in_use(s, t), (-share, b.all_in_use_mw[t])]) <= 0


def _at_least(terms: Terms, needed: Terms) -> Any:
    return total([*terms, *needed]) >= 0 if any(n for n, _ in needed) else pyo.Constraint.Skip


def _least_halls(case: Case, halls: Halls, site: str) -> int:
    """Whole halls that the least commissioned MW take of the largest size; 0 where other sizes may need fewer."""
    least = case.parameter("minimum_site_mw")
    sizes = {case.designs[d].module_mw for d in halls.designs[site]}
    if not sizes or least <= 0:
        return 0
    largest = max(sizes)
    part = least / largest % 1
    fits = all(size / largest >= part - 1e-9 for size in sizes)
    return math.ceil(least / largest - 1e-9) if fits else 0
