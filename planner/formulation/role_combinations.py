"""Levels that a site serves, and the accreditations and initiatives behind each: pure functions of the Case."""

from __future__ import annotations

from planner.formulation import combinations as combos
from planner.formulation import months
from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.combinations import Places
from planner.inputs.case import Case

#: (site, initiative, level)
Port = tuple[str, str, str]


@combos.once
def is_gated(case: Case, site: str) -> bool:
    """Whether going live is a decision: staff, accreditations or ports stand behind it; else open sites are live."""
    entry = use.entry_level(case, site)
    if entry is None:
        return False
    ports = any(s == site and k == entry for s, _, k in ports_of(case))
    return soft.sites_go_live(case) or bool(soft.opens(case, entry)) or ports


@combos.once
def ports_of(case: Case) -> list[Port]:
    """Initiatives of a site and level that serving it needs: services asked for there and guards of the level."""
    found = []
    for s, level in use.level_from(case):
        services = [o for (r, o, k) in use.serving_from(case) if (r, k) == (s, level) and o != soft.NO_SERVICE]
        needs = [y for y in case.level_needs[level] if case.initiatives[y].per == "site-level"]
        found += [(s, y, level) for y in [*services, *needs]]
    return found


def port_serves_from(case: Case, port: Port) -> int:
    """First period in which what is ported may be used."""
    s, y, level = port
    return use.serving_from(case).get((s, y, level), use.level_from(case)[s, level])


def guard_of(case: Case, port: Port) -> str | None:
    """The dated guard of its level that a port stands on, if it does."""
    before = case.initiatives[port[1]].prerequisite_id
    return before if before in {e.initiative_id for e in soft.all_guards(case)} else None


def accreditation_steps(case: Case, site: str, level: str) -> list[str]:
    """Accreditations that a level needs at a site beyond its levels before, in order; none that it holds already."""
    levels = [k for s, k in use.level_from(case) if s == site]
    before = levels[: levels.index(level)]
    known = {x for k in before for opener in soft.opens(case, k) for x in soft.chain(case, opener)}
    chains = [x for opener in soft.opens(case, level) for x in soft.chain(case, opener)]
    held = case.existing_accreditations
    return [x for x in dict.fromkeys(chains) if x not in known and (site, x) not in held]


def waiting_ports(case: Case, places: Places) -> list[tuple[str, str, str, int]]:
    """(place, initiative, level, period) by which ports of roles that stand on a dated guard may be begun."""
    place = {s: r for r, inside in places.items() for s in inside}
    first: dict[tuple[str, str, str], int] = {}
    for port in ports_of(case):
        s, y, level = port
        if guard_of(case, port) is not None:
            start = soft.last_start(case, case.initiatives[y], port_serves_from(case, port) - 1) or 0
            key = (place[s], y, level)
            first[key] = min(start, first.get(key, start))
    return [(*key, t) for key, begin in first.items() for t in case.periods if t >= begin]


def guard_start_for(case: Case, guard: str, t: int) -> int:
    """Last start of a guard that is done in a month of period ``t`` at the latest; -1 where there is none."""
    e, p = case.initiatives[guard], case.periods
    before = soft.before_month(case, e.prerequisite_id) or 0.0
    fits = [u for u in p if months.period_of(p, months.done_in(p, u, before, e.duration_months)) <= t]
    return max(fits, default=-1)
