"""Where racks may be at work, from when, and how many MW at most: pure functions, tested without a solver."""

from __future__ import annotations

import math

from planner.formulation import combinations as combos
from planner.formulation import soft_combinations as soft
from planner.formulation.combinations import Places
from planner.inputs.case import Case

Run = tuple[str, str, str, str, int]
InUse = tuple[str, str, str, int]


def first_in_use(case: Case, site: str, service: str, level: str) -> int | None:
    """First period in which the site may run the service at the level; nothing runs in the first period."""
    if (site, level) not in case.site_levels:
        return None
    again = not _begun(case, site, level)
    gates = [soft.first_held(case, site, x) for x in soft.opens(case, level)]
    needs = [*case.level_needs[level], *([service] if service != soft.NO_SERVICE else [])]
    for y in needs:
        gates.append(soft.first_done(case, y, site if case.initiatives[y].per == "site-level" else None, again))
    if service != soft.NO_SERVICE:
        authorised = soft.with_effect(case, "authorises service")
        gates += [soft.first_done(case, e.initiative_id, None, again) for e in authorised]
    operators = soft.operator_track(case)
    if operators:
        gates.append(soft.first_trained(case, operators, again))
    return soft.later(1, _first_wanted(case, service, level, again), *gates)


def _begun(case: Case, site: str, level: str) -> bool:
    """Whether the actuals begin a level at a site: it then keeps the dates that it was begun by."""
    of_level = {x for x, e in case.accreditations.items() if e.level_id == level}
    mine = [row for row in case.actuals if row.kind in ("ports", "accredits", "goes_live") and row.key[0] == site]
    return any(row.kind == "goes_live" or row.key[-1] == level or row.key[-1] in of_level for row in mine)


def _first_wanted(case: Case, service: str, level: str, again: bool) -> int | None:
    """First period in which some agency that asks for the service at the level may be served."""
    works = soft.services_of(case)[service]
    asking = {a for a, w, k in case.demands if w in works and k == level}
    firsts = [soft.first_admitted(case, a, again) for a in asking]
    return min((t for t in firsts if t is not None), default=None)


@combos.once
def serving_from(case: Case) -> dict[tuple[str, str, str], int]:
    """(site, service, level) -> first period in which the site may run it; what never comes in time is left out."""
    firsts = {(s, o, k): first_in_use(case, s, o, k) for s in case.sites for o, k in soft.asked_services(case)}
    return {key: t for key, t in firsts.items() if t is not None and t <= case.periods.last}


@combos.once
def level_from(case: Case) -> dict[tuple[str, str], int]:
    """(site, level) -> first period in which the site may serve the level, in the order of levels."""
    firsts: dict[tuple[str, str], int] = {}
    for (s, _, level), t in serving_from(case).items():
        firsts[s, level] = min(t, firsts.get((s, level), t))
    return {(s, k): firsts[s, k] for s in case.sites for k in case.levels if (s, k) in firsts}


def entry_level(case: Case, site: str) -> str | None:
    """The first level that the site may serve: it opens when the site goes live; further ones are roles."""
    return next((k for s, k in level_from(case) if s == site), None)


def further_levels(case: Case, site: str) -> list[str]:
    """Levels after the entry level, in the order of the table; each needs the one before it."""
    return [k for s, k in level_from(case) if s == site][1:]


@combos.once
def halls_in_use(case: Case, classes: tuple[str, ...]) -> list[InUse]:
    """(site, rack class, level, period) in which hall MW may be at work; ``classes`` may be one for all racks."""
    begins = level_from(case).items()
    return [(s, q, k, t) for (s, k), first in begins for t in case.periods if t >= first for q in classes]


def class_names(case: Case, places: Places) -> tuple[str, ...]:
    """Rack classes by which work at a site is distinguished; a pool of several sites has MW alone."""
    pooled = any(len(inside) > 1 for inside in places.values())
    return (combos.ANY_CLASS,) if pooled else tuple(combos.rack_classes(case))


def _serves(case: Case, places: Places) -> dict[tuple[str, str, str], int]:
    """(place, service, level) -> first period in which some site of the place may run it."""
    found: dict[tuple[str, str, str], int] = {}
    for r, inside in places.items():
        for (s, o, k), t in serving_from(case).items():
            if s in inside:
                found[r, o, k] = min(t, found.get((r, o, k), t))
    return found


def runs(case: Case, places: Places) -> list[Run]:
    """(place, chip, workload, level, period) in which racks may run."""
    firsts, wanted = _serves(case, places), combos.asked(case)
    never = case.periods.count
    return [
        (r, c, w, k, t)
        for r in places
        for c, t in combos.serving_chips(case)
        for w, work in case.workloads.items()
        if (c, w) in case.suitable
        for k in case.levels
        if (w, k) in wanted and t >= firsts.get((r, work.service_id or soft.NO_SERVICE, k), never)
    ]


def services(case: Case, places: Places) -> list[Run]:
    """(place, agency, workload, level, period) in which an agency may be served."""
    firsts, found = _serves(case, places), []
    for r, inside in places.items():
        for a, w, k in case.demands:
            admitted = soft.first_admitted(case, a)
            if admitted is None or not any((s, k) in case.site_levels and case.has_movement(a, s) for s in inside):
                continue
            begin = firsts.get((r, case.workloads[w].service_id or soft.NO_SERVICE, k), case.periods.count)
            found += [(r, a, w, k, t) for t in case.periods if t >= max(begin, admitted)]
    return found


def scheduler(case: Case) -> str | None:
    """The initiative that raises utilisation, if there is one that can be done in time."""
    found = [e.initiative_id for e in soft.with_effect(case, "raises utilisation")]
    return next((y for y in found if soft.first_done(case, y) is not None), None)


def bonuses(case: Case, places: Places) -> list[tuple[str, str, str, int]]:
    """(place, workload, level, period) in which a scheduler may raise what running racks deliver."""
    y = scheduler(case)
    first = soft.first_done(case, y) if y else None
    if first is None:
        return []
    running = dict.fromkeys((r, w, level, t) for r, _, w, level, t in runs(case, places))
    return [x for x in running if x[3] >= first and case.workloads[x[1]].uplift_share > 0]


# the most that can be


@combos.once
def hall_limit_mw(case: Case, site: str, t: int) -> float:
    """MW IT of halls that can stand at a site at the end of ``t``, by land, build rate and power."""
    p = case.periods
    designs = [case.designs[d] for s, d in combos.site_designs(case) if s == site]
    reused = any(d.brings_own_power and p.ready(0, d.lead_months) <= t for d in designs)
    green = [d for d in designs if not d.brings_own_power]
    most_of = [(p.last_start(t, d.lead_months), combos.most_modules(case, d) * d.module_mw) for d in green]
    rate, started = case.parameter("max_build_mw_per_year") * p.years, 0.0
    for u in p:
        started += min(rate, math.fsum(mw for last, mw in most_of if u <= last))
    powered = math.inf
    if green:
        pue = min(case.climate(site, d.cooling_id).pue_peak for d in green)
        grid = [e.mw for (s, _), e in case.tranches_of_grid.items() if s == site and p.ready(0, e.lead_months) <= t]
        plants = any(p.ready(u, case.plants[k].lead_months) <= t for s, k, u in combos.plant_orders(case) if s == site)
        most = math.fsum(grid) + (case.sites[site].max_onsite_mw if plants else 0.0)
        powered = most / (1 + case.parameter("power_reserve_share")) / pue
    new = min(combos.greenfield_limit_mw(case, site), started, powered)
    return new + (case.sites[site].existing_mw if reused else 0.0)
