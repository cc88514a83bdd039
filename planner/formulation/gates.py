"""Gates: what service waits for, depth by depth, over all sites together.

A gate of a site speaks of MW against a limit, which a linear relaxation opens by a tenth. These rows say the same of
service: a depth of demand is served only as far as a site serves the level, the level is guarded and the cluster held.

    served_where_held[o,w,l,t,j]   Σ_a depth ≤ share · demand · Σ_s serves[s,l,t], sites that run the service by then
    served_where_guarded[y,w,l,t,j]  Σ_a depth ≤ share · demand · guard y of the level in place in t
    served_on_cluster[w,l,t,j]     Σ_a depth ≤ share · demand · Σ_r hosts
    in_use_where_guarded[y,l,t]    Σ_s in use ≤ limit · guard y in place in t

Where demand must be served, its gates must be open:

    must_be_held[w,l,t], must_be_guarded[y,w,l,t], must_be_admitted[a,t]
    enough_live_sites[t]   Σ_s live ≥ ⌈1/largest_site_share⌉ while the share rule holds and something must be served
"""

from __future__ import annotations

import math
from typing import Any

from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Accounts
from planner.formulation.terms import Key, Terms, over, scaled, total
from planner.inputs.case import Case


def close(m: Any, case: Case, accounts: Accounts) -> None:
    """Write the rows on a block of their own."""
    b = m.gates
    depth: dict[Key, Terms] = {}
    for (_, w, k, t, j), v in m.workload.depth.items():
        depth.setdefault((w, k, t, j), []).append((1.0, v))
    most = {key: sum(v.ub for _, v in terms) for key, terms in depth.items()}
    _by_level(b, case, accounts, depth, most)
    _by_guard(b, case, accounts, depth, most)
    hosts: dict[tuple[str, int], Terms] = {}
    for (_, w, t), v in m.workload.hosts.items():
        hosts.setdefault((w, t), []).append((1.0, v))

    @b.Constraint(over(i for i in depth if (i[0], i[2]) in hosts), doc="jobs that need a cluster wait for one")
    def served_on_cluster(b: Any, *i: Any) -> Any:
        return total([*depth[i], *scaled(hosts[i[0], i[2]], -most[i])]) <= 0

    _must(b, case, accounts, hosts)


def _holding(case: Case, accounts: Accounts, w: str, level: str, t: int) -> Terms:
    """Sites that may run the work at the level in the period."""
    service = case.workloads[w].service_id or soft.NO_SERVICE
    return [
        x
        for (s, o, k), first in use.serving_from(case).items()
        if (o, k) == (service, level) and t >= first
        for x in accounts.terms("serves", s, level, t)
    ]


def _by_level(b: Any, case: Case, accounts: Accounts, depth: dict[Key, Terms], most: dict[Key, float]) -> None:
    @b.Constraint(over(depth), doc="a depth of demand is served as far as sites serve its level")
    def served_where_held(b: Any, *i: Any) -> Any:
        w, level, t, _ = i
        return total([*depth[i], *scaled(_holding(case, accounts, w, level, t), -most[i])]) <= 0


def _by_guard(b: Any, case: Case, accounts: Accounts, depth: dict[Key, Terms], most: dict[Key, float]) -> None:
    guards = {k: [e.initiative_id for e in soft.guards(case, k)] for k in case.levels}

    @b.Constraint(over((y, *i) for i in depth for y in guards[str(i[1])]), doc="a level is served once it is guarded")
    def served_where_guarded(b: Any, y: str, *i: Any) -> Any:
        return total([*depth[i], *scaled(accounts.terms("guarded", y, i[1], i[2]), -most[i])]) <= 0

    used: dict[tuple[str, int], Terms] = {}
    limit: dict[tuple[str, int], float] = {}
    for s, k, t in accounts.keys("in_use_mw"):
        used.setdefault((k, t), []).extend(accounts.terms("in_use_mw", s, k, t))  # type: ignore[arg-type]
        limit[k, t] = limit.get((k, t), 0.0) + use.hall_limit_mw(case, s, t - 1)  # type: ignore[arg-type,index,operator]

    @b.Constraint(over((y, *i) for i in used for y in guards[i[0]]), doc="racks work at a level once it is guarded")
    def in_use_where_guarded(b: Any, y: str, level: str, t: int) -> Any:
        return total([*used[level, t], *scaled(accounts.terms("guarded", y, level, t), -limit[level, t])]) <= 0


def _must(b: Any, case: Case, accounts: Accounts, hosts: dict[tuple[str, int], Terms]) -> None:
    """Rows that follow from demand that must be served; they tighten the relaxation."""
    p, since = case.periods, case.parameter("must_serve_from_year")
    asked = {
        (a, w, k, t): row.must_serve_share
        for (a, w, k), row in case.demands.items()
        for t in list(p)[1:]
        if row.must_serve_share > 0 and p.year(t) >= since and case.demand_pflops_years((a, w, k), t) > 0
    }
    works = list(dict.fromkeys(i[1:] for i in asked))
    guards = [(y.initiative_id, *i) for i in works for y in soft.guards(case, i[1])]

    @b.Constraint(over(i for i in works if _holding(case, accounts, *i)), doc="what must be served needs a site")
    def must_be_held(b: Any, w: str, level: str, t: int) -> Any:
        return total(_holding(case, accounts, w, level, t)) >= 1

    @b.Constraint(over(i for i in guards if accounts.terms("guarded", i[0], i[2], i[3])), doc="and its guard")
    def must_be_guarded(b: Any, y: str, w: str, level: str, t: int) -> Any:
        return total(accounts.terms("guarded", y, level, t)) >= 1

    @b.Constraint(over(i for i in works if (i[0], i[2]) in hosts), doc="and its cluster")
    def must_be_hosted(b: Any, w: str, level: str, t: int) -> Any:
        return total(hosts[w, t]) >= 1

    share = {(a, t): max(x for i, x in asked.items() if (i[0], i[3]) == (a, t)) for a, _, _, t in asked}

    @b.Constraint(over(i for i in share if accounts.terms("admitted", *i)), doc="and an agency that is let through")
    def must_be_admitted(b: Any, a: str, t: int) -> Any:
        return total(accounts.terms("admitted", a, t)) >= share[a, t]

    largest, from_year = case.parameter("largest_site_share"), case.parameter("share_rule_from_year")
    shared = [t for t in dict.fromkeys(i[3] for i in asked) if p.year(t) >= from_year and largest > 0]

    @b.Constraint(over(shared), doc="while one site carries no more than its share, enough sites are live")
    def enough_live_sites(b: Any, t: int) -> Any:
        return total(x for s in case.sites for x in accounts.terms("live", s, t)) >= math.ceil(1 / largest - 1e-9)
