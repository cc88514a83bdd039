"""Roles of sites: from when a site is live, which further levels it serves, and what follows from that.

A site serves its entry level once it is live: staffed, accredited, services ported just in time. Each further level is
a role: one yes or no that holds as early as lead times allow, and that needs the role before it.

Variables: ``live_by[s,t]`` (0/1, live in t), ``role[s,l]`` (0/1), ``port_by[r,y,l,t]`` (sites of a place where an
initiative of a level that waits for a dated guard is begun by t).

    live_stays[s,t], ports_stay[r,y,l,t]   never fall
    live_at_open_sites[s]         live_by[s,H] ≤ open[s]
    role_after_role[s,l]          role[l] ≤ role[the level before] (live_by[s,H] after the entry level)
    port_in_role[r,y,l,t]         port_by ≤ Σ_s role[s,l]
    port_after_guard[r,y,l,t]     port_by ≤ sites of the place · guard begun in time
    port_for_roles[r,y,l,t]       port_by[t] ≥ Σ_s role[s,l] - sites of the place · (1 - guard begun in time)
    ports_within_need[y]          sites and levels that need an initiative ≤ need_ceiling_units
    in_use_where_live[s,t]        Σ in use ≤ hall limit · live
    in_use_in_role[s,l,t]         in use at a further level ≤ hall limit · role
    stands_on[s,l,y]              a level is served only if what its ports stand on is begun

Costs: 2.2.1 accreditations begun · cost; 2.2.2 held · years · monitoring; initiatives per site and level under the
lines of their category; staff by head (3.2.x): heads_per_mw · MW facility at t-1 and heads_per_site · live, · years.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import role_costs
from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Limit, Meeting, Of, Post, Posting
from planner.formulation.combinations import Places
from planner.formulation.role_combinations import guard_start_for, is_gated, ports_of, waiting_ports
from planner.formulation.role_terms import Roles
from planner.formulation.terms import Terms, minus, over, total
from planner.inputs.case import Case
from planner.plan import frame


def add(b: Any, case: Case, places: Places, opened: Any) -> list[Posting]:
    """Live dates and roles; posts what is served, held and live, the gates of halls, and costs."""
    level_from, p = use.level_from(case), case.periods
    gated = {s: level_from[s, k] for s in case.sites if (k := use.entry_level(case, s)) and is_gated(case, s)}
    further = [(s, k) for s in case.sites for k in use.further_levels(case, s)]
    b.live_by = pyo.Var(over((s, t) for s, f in gated.items() for t in p if t >= f), domain=pyo.Binary, doc="live in t")
    b.role = pyo.Var(over(further), domain=pyo.Binary, doc="the site serves the level, as early as it can")
    b.port_by = pyo.Var(
        over(waiting_ports(case, places)), domain=pyo.NonNegativeReals, doc="begun by t at so many sites"
    )
    roles = Roles(b, case, places, opened)
    _rules(b, case, roles)
    posts: list[Posting] = [
        Limit("roles.live_at_open_sites", s, roles.lives.by((s,), p.last), 1.0, "an open site is live, once", (s,))
        for s in gated
    ]
    posts += [Post("live", (s, t), x, s) for s in case.sites for t in p if (x := roles.live(s, t))]
    posts += [
        Post("serves", (s, k, t), x, s) for (s, k), f in level_from.items() for t in p if (x := roles.serves(s, k, t))
    ]
    posts += [*_halls(case, roles), *_standing(case, roles), *_guarded_ports(case, roles)]
    posts += [
        *_done(case, roles),
        *role_costs.accredited(case, roles),
        *role_costs.accreditations(case, roles),
        *role_costs.ports(case, roles),
    ]
    return [*posts, *role_costs.staff(case, roles)]


def _rules(b: Any, case: Case, roles: Roles) -> None:
    @b.Constraint(over(roles.lives.steps()), doc="a live site stays live")
    def live_stays(b: Any, *index: Any) -> Any:
        return roles.lives.grows(*index)

    @b.Constraint(over(roles.ports.steps()), doc="a port that is begun stays")
    def ports_stay(b: Any, *index: Any) -> Any:
        return roles.ports.grows(*index)

    @b.Constraint(over(b.role), doc="a site serves a level only if it serves the one before")
    def role_after_role(b: Any, s: str, level: str) -> Any:
        further = use.further_levels(case, s)
        i = further.index(level)
        before = [(-1.0, b.role[s, further[i - 1]])] if i else roles.live(s, case.periods.last, -1.0)
        return total([(1.0, b.role[s, level]), *before]) <= 0

    @b.Constraint(over(_ceilings(case)), doc="no more sites and levels than the need")
    def ports_within_need(b: Any, y: str) -> Any:
        last = case.periods.last
        used = [x for s, z, k in ports_of(case) if z == y for x in roles.serves(s, k, last)]
        return total(used) <= case.initiatives[y].need_ceiling_units


def _ceilings(case: Case) -> list[str]:
    """Initiatives of sites and levels whose need may be less than what all sites could use."""
    found: dict[str, int] = {}
    for _, y, _ in ports_of(case):
        found[y] = found.get(y, 0) + 1
    return [y for y, n in found.items() if n > case.initiatives[y].need_ceiling_units]


def _halls(case: Case, roles: Roles) -> list[Posting]:
    """Racks work where the site is live and in its role."""
    posts: list[Posting] = []
    levels: dict[str, list[str]] = {s: [k for r, k in use.level_from(case) if r == s] for s in case.sites}
    for s in case.sites:
        for t in list(case.periods)[1:]:
            limit = use.hall_limit_mw(case, s, t - 1)
            open_levels = [k for k in levels[s] if t >= use.level_from(case)[s, k]]
            if not open_levels:
                continue
            every = tuple(Of(1.0, "in_use_mw", (s, k, t)) for k in open_levels)
            shut = roles.live(s, t, -limit)
            says = "racks work at a site that is live"
            posts.append(Meeting("roles.in_use_where_live", (s, t), shut, every, says))
            for k in open_levels[1:]:
                says = "racks work at a level in which the site has its role"
                mine = (Of(1.0, "in_use_mw", (s, k, t)),)
                posts.append(Meeting("roles.in_use_in_role", (s, k, t), roles.serves(s, k, t, -limit), mine, says))
    return posts


def _standing(case: Case, roles: Roles) -> list[Posting]:
    """Initiatives of the programme that a live site or a role stands on are begun."""
    guards = {e.initiative_id for e in soft.all_guards(case)}
    posts: list[Posting] = []
    for s in case.sites:
        for level in [k for r, k in use.level_from(case) if r == s]:
            before = dict.fromkeys(
                case.initiatives[y].prerequisite_id for r, y, k in ports_of(case) if (r, k) == (s, level)
            )
            for y in (z for z in before if z and z not in guards):
                terms = roles.serves(s, level, case.periods.last)
                says = "a site serves a level once what its services stand on is done"
                posts.append(Meeting("roles.stands_on", (s, level, y), terms, (Of(-1.0, "begun", (y,)),), says))
    return posts


def _guarded_ports(case: Case, roles: Roles) -> list[Posting]:
    """A port that waits for a dated guard is begun once both its role is taken and the guard is done."""
    posts: list[Posting] = []
    last = case.periods.last
    for r, z, level, t in roles.b.port_by:
        y, inside = str(case.initiatives[z].prerequisite_id), roles.sites_of(r, z, level)
        start = guard_start_for(case, y, t)
        if start >= 0:
            taken = [x for s in inside for x in roles.serves(s, level, last)]
            terms = [(-1.0, roles.b.port_by[r, z, level, t]), *taken]
            guard = Of(float(len(inside)), "guard_begun", (y, start))
            says = "a port is begun once its site has the role and its guard is done"
            posts.append(Meeting("roles.port_for_roles", (r, z, level, t), terms, (guard,), says, float(len(inside))))
        begun = [(1.0, roles.b.port_by[r, z, level, t])]
        taken = [x for s in inside for x in roles.serves(s, level, last)]
        says = "no port is begun without its role"
        posts.append(Meeting("roles.port_in_role", (r, z, level, t), [*begun, *minus(taken)], (), says))
        says = "no port is begun before its guard is done"
        done = (Of(-float(len(inside)), "guard_begun", (y, start)),) if start >= 0 else ()
        posts.append(Meeting("roles.port_after_guard", (r, z, level, t), begun, done, says))
    return posts


def _done(case: Case, roles: Roles) -> list[Posting]:
    """What is done at the end of a period of initiatives per site and level."""
    posts: list[Posting] = []
    for (s, y, level, u), terms in role_costs.port_starts(case, roles).items():
        end = soft.ready(case, case.initiatives[y], u)
        posts += [Post("done", (y, (s, level), t), terms, y) for t in case.periods if t >= end]
    return posts


def settle(b: Any, case: Case, places: Places, opened: Any, guard_begun: Any) -> None:
    """Begin waiting ports at the least that their rows ask for."""
    roles, last = Roles(b, case, places, opened), case.periods.last
    for (r, z, level, t), v in b.port_by.items():
        inside = roles.sites_of(r, z, level)
        start = guard_start_for(case, str(case.initiatives[z].prerequisite_id), t)
        served = sum(n * x.value for s in inside for n, x in roles.serves(s, level, last))
        begun = guard_begun(str(case.initiatives[z].prerequisite_id), start) if start >= 0 else 0.0
        v.set_value(max(0.0, served - len(inside) * (1 - begun)), skip_validation=True)


def read(b: Any, case: Case, places: Places, opened: Any) -> dict[str, pd.DataFrame]:
    roles, label, p = Roles(b, case, places, opened), case.periods.label, case.periods

    def begun(terms: Terms) -> bool:
        return bool(sum(n * v.value for n, v in terms) > 0.5)

    accredits = [(s, x, label(t), 1) for s, x, t, terms in role_costs.accreditation_starts(case, roles) if begun(terms)]
    ports = [
        (s, y, level, label(t), 1) for (s, y, level, t), x in role_costs.port_starts(case, roles).items() if begun(x)
    ]
    live = [(s, label(t), 1) for s in case.sites for t in p if is_gated(case, s) and begun(roles.goes_live(s, t))]
    if not soft.sites_go_live(case):
        live = []
    return {
        "accredits": frame("accredits", accredits),
        "ports": frame("ports", ports),
        "goes_live": frame("goes_live", live),
    }
