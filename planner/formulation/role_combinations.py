"""Levels that a site serves, and the accreditations and initiatives that stand behind each: pure functions of the Case."""

from __future__ import annotations

from planner.formulation import months
from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.inputs.case import Case

#: (site, initiative, level)
Port = tuple[str, str, str]


def is_gated(case: Case, site: str) -> bool:
    """Whether going live is a decision: staff, accreditations or ports stand behind it; else open sites are live."""
    entry = use.entry_level(case, site)
    if entry is None:
        return False
    ports = any(s == site and k == entry for s, _, k in ports_of(case))
    return soft.sites_go_live(case) or bool(soft.opens(case, entry)) or ports


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


def entry_steps(case: Case, site: str) -> list[str]:
    """Accreditations that the entry level needs and the site does not hold yet, in order."""
    entry = use.entry_level(case, site)
    chains = [x for opener in soft.opens(case, entry) for x in soft.chain(case, opener)] if entry else []
    return [x for x in dict.fromkeys(chains) if (site, x) not in case.existing_accreditations]


def role_steps(case: Case, site: str, level: str) -> list[str]:
    """Accreditations that a further level needs beyond the levels before it."""
    entry = use.entry_level(case, site)
    further = use.further_levels(case, site)
    before = [entry, *further[: further.index(level)]]
    known = {x for k in before if k for opener in soft.opens(case, k) for x in soft.chain(case, opener)}
    chains = [x for opener in soft.opens(case, level) for x in soft.chain(case, opener)]
    held = case.existing_accreditations
    return [x for x in dict.fromkeys(chains) if x not in known and (site, x) not in held]


def needs_entry(case: Case, site: str, level: str) -> bool:
    """Whether a role stands on an accreditation of the entry level."""
    steps = set(entry_steps(case, site))
    return any(x in steps for opener in soft.opens(case, level) for x in soft.chain(case, opener))


def chain_start(case: Case, site: str, f: int) -> int | None:
    """Last period in which the entry chain may begin for a site that goes live in ``f``."""
    duration = sum(max(1.0, case.accreditations[x].duration_months) for x in entry_steps(case, site))
    return months.last_start(case.periods, 0.0, duration, f - 1)


def guard_start_for(case: Case, guard: str, t: int) -> int:
    """Last start of a guard that is done in a month of period ``t`` at the latest; -1 where there is none."""
    e, p = case.initiatives[guard], case.periods
    before = soft.before_month(case, e.prerequisite_id) or 0.0
    fits = [u for u in p if months.period_of(p, months.done_in(p, u, before, e.duration_months)) <= t]
    return max(fits, default=-1)
