"""Balances: each account that rooms share is added up once, as a rule of the room that owns it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation.accounts import Accounts, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.families import columns, over
from planner.inputs.case import Case


def close(m: Any, case: Case, accounts: Accounts, places: Places) -> None:
    """Write the balance rules on the blocks of their rooms."""
    accounts.settle_costs()
    _site_limits(m, accounts)
    _meetings(m, accounts)
    _power(m.power, case, accounts)
    _space(m.cooling, m.workload, accounts)
    _chosen_sites(m.sites, case, accounts, places)


def _not_negative(terms: Terms) -> Any:
    return total(terms) >= 0 if terms else pyo.Constraint.Skip


def _site_limits(m: Any, accounts: Accounts) -> None:
    for rule, limits in accounts.limits.items():
        room, name = rule.split(".")
        by_index = {limit.index or (limit.site, limit.period): limit for limit in limits if limit.terms}
        if not by_index:
            continue

        def within(b: Any, *index: Hashable, by_index: Any = by_index) -> Any:
            limit = by_index[index]
            open_site = [(-limit.most * n, v) for n, v in accounts.terms("opened", limit.site, limit.period)]
            return total([*limit.terms, *open_site]) <= 0

        says = next(iter(by_index.values())).says
        m.component(room).add_component(name, pyo.Constraint(over(by_index), rule=within, doc=says))


def _meetings(m: Any, accounts: Accounts) -> None:
    for rule, meetings in accounts.meetings.items():
        room, name = rule.split(".")
        rows = {x.index: (total([*x.terms, *accounts.of(x.of)]), x.most) for x in meetings}

        def met(b: Any, *index: Hashable, rows: Any = rows) -> Any:
            terms, most = rows[index]
            return terms <= most if terms.terms else pyo.Constraint.Skip

        m.component(room).add_component(name, pyo.Constraint(over(rows), rule=met, doc=meetings[0].says))


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
        over([(s, t) for s in case.sites for t in p]), doc="halls have secured power, with reserve, on the design day"
    )
    def secured_covers_halls(b: Any, s: str, t: int) -> Any:
        need = [(-n, v) for n, v in accounts.terms("power_need_mw", s, t)]
        return _not_negative([*accounts.terms("secured_mw", s, t), *need]) if need else pyo.Constraint.Skip


def _space(cooling: Any, workload: Any, accounts: Accounts) -> None:
    @cooling.Constraint(over(accounts.keys("installed_mw")), doc="every rack in place is housed")
    def racks_housed(b: Any, s: str, q: str, t: int) -> Any:
        return total(accounts.terms("installed_mw", s, q, t)) == 0

    @cooling.Constraint(over(accounts.keys("arrived_mw")), doc="racks that come to a site are new")
    def arrivals_are_new(b: Any, s: str, q: str, t: int) -> Any:
        return _not_negative(accounts.terms("arrived_mw", s, q, t))

    @cooling.Constraint(over(accounts.keys("commissioned_mw")), doc="racks stay within their hall")
    def within_halls(b: Any, s: str, d: str, t: int) -> Any:
        return _not_negative(accounts.terms("commissioned_mw", s, d, t))

    @workload.Constraint(over(accounts.keys("installed_racks")), doc="only racks in place are put to work")
    def racks_assigned(b: Any, s: str, c: str, t: int) -> Any:
        return _not_negative(accounts.terms("installed_racks", s, c, t))

    used = [
        k for k in accounts.keys("hardened_mw") if any(q.label == "in use" for q in accounts.posts("hardened_mw", k))
    ]

    @workload.Constraint(over(used), doc="halls in use for a level are hardened for it")
    def within_hardened(b: Any, s: str, level: str, t: int) -> Any:
        return _not_negative(accounts.terms("hardened_mw", s, level, t))

    @workload.Constraint(over(accounts.keys("running_mw")), doc="racks at work at a site stand in its halls")
    def running_within_housed(b: Any, s: str, q: str, t: int) -> Any:
        housed = [(-n, v) for n, v in accounts.terms("housed_mw", s, q, t - 1)]
        return total([*accounts.terms("running_mw", s, q, t), *housed]) <= 0

    held = [k for k in accounts.keys("clusters") if any(q.label == k[1] for q in accounts.posts("clusters", k))]

    @workload.Constraint(over(held), doc="a site that holds the cluster has racks of its size in place")
    def cluster_size(b: Any, s: str, w: str, t: int) -> Any:
        return _not_negative(accounts.terms("clusters", s, w, t))

    @workload.Constraint(over(accounts.keys("survivors")), doc="after the horizon only surviving racks serve")
    def tail_within_survivors(b: Any, c: str, n: int) -> Any:
        return _not_negative(accounts.terms("survivors", c, n))


def counted_period(case: Case) -> int | None:
    """The period by whose end every chosen site must count."""
    return case.periods.end_of_year(int(case.parameter("counted_site_by_year")))


def _chosen_sites(b: Any, case: Case, accounts: Accounts, places: Places) -> None:
    p = case.periods
    counted = counted_period(case)
    due = [] if counted is None else list(case.sites)
    by = counted or 0

    @b.Constraint(over(due), doc="a chosen site commissions enough to count")
    def minimum_commissioned(b: Any, s: str) -> Any:
        halls = [
            x
            for d in case.designs
            for post in accounts.posts("commissioned_mw", (s, d, by))
            if post.label == d
            for x in post.terms
        ]
        least = [(-case.parameter("minimum_site_mw") * n, v) for n, v in accounts.terms("opened", s, p.last)]
        return total([*halls, *least]) >= 0

    @b.Constraint(over(due), doc="a chosen site serves")
    def minimum_serving(b: Any, s: str) -> Any:
        least = [(-case.parameter("minimum_site_serving_mw") * n, v) for n, v in accounts.terms("opened", s, p.last)]
        running = [x for q in combos.rack_classes(case) for x in accounts.terms("running_mw", s, q, by)]
        return total([*running, *least]) >= 0

    shared = [
        (s, t)
        for s in case.sites
        if s in places
        for t in p
        if t > 0 and p.year(t) >= case.parameter("share_rule_from_year")
    ]

    b.service = columns(shared, domain=pyo.NonNegativeReals, doc="rent-weighted service of the site, M USD")

    @b.Constraint(over(shared), doc="the service of a site is weighed by rent")
    def weighing_service(b: Any, s: str, t: int) -> Any:
        return total([*accounts.terms("site_service", s, t), (-1.0, b.service[s, t])]) == 0

    @b.Constraint(over(shared), doc="no site carries more than its share of what is served")
    def largest_share(b: Any, s: str, t: int) -> Any:
        share = case.parameter("largest_site_share")
        return total([(1.0, b.service[s, t]), *((-share, b.service[r, t]) for r in case.sites)]) <= 0
