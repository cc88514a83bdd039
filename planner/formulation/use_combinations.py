"""Where halls may be in use, from when, and how many MW at most: pure functions, tested without a solver."""

from __future__ import annotations

import math

from planner.formulation import combinations as combos
from planner.formulation import soft_combinations as soft
from planner.formulation.combinations import Places
from planner.inputs.case import Case
from planner.inputs.programme import Claim

Run = tuple[str, str, str, str, int]


def first_in_use(case: Case, site: str, service: str, level: str) -> int | None:
    """First period in which a hall of the site may run the service at the level; nothing runs in the first period."""
    gates = [soft.first_held(case, site, x) for x in soft.opens(case, level)]
    gates += [soft.first_done(case, y) for y in case.level_needs[level]]
    if service != soft.NO_SERVICE:
        gates.append(soft.first_done(case, service))
        gates += [soft.first_done(case, e.initiative_id) for e in soft.with_effect(case, "authorises service")]
    operators = soft.operator_track(case)
    if operators:
        gates.append(soft.first_trained(case, operators))
    return soft.later(1, *gates)


def _first_wanted(case: Case, service: str, level: str) -> int | None:
    """First period in which some agency that asks for the service at the level may be served."""
    works = soft.services_of(case)[service]
    asking = {a for a, w, k in case.demands if w in works and k == level}
    firsts = [soft.first_admitted(case, a) for a in asking]
    return min((t for t in firsts if t is not None), default=None)


@combos.once
def halls_in_use(case: Case) -> list[tuple[str, str, str, int]]:
    """(site, service, level, period) in which hall MW may be in use."""
    found = []
    for o, level in soft.asked_services(case):
        wanted = _first_wanted(case, o, level)
        for s in case.sites:
            if (s, level) in case.site_levels:
                first = soft.later(wanted, first_in_use(case, s, o, level))
                found += [(s, o, level, t) for t in case.periods if first is not None and t >= first]
    return found


def halls_in_use_by_class(case: Case) -> list[tuple[str, str, str, str, int]]:
    """(site, rack class, service, level, period) in which racks of the class may be at work in halls of the site."""
    works = soft.services_of(case)
    kind = {c: combos.rack_class(case, chip) for c, chip in case.chips.items()}
    suited = {(c, o) for c in case.chips for o, inside in works.items() if any((c, w) in case.suitable for w in inside)}
    serving = {(kind[c], o, t) for c, t in combos.serving_chips(case) for o in works if (c, o) in suited}
    held = {
        (s, q)
        for s, d in combos.site_designs(case)
        for q in combos.rack_classes(case)
        if combos.design_holds(case.designs[d], q)
    }
    return [
        (s, q, o, level, t)
        for s, o, level, t in halls_in_use(case)
        for q in combos.rack_classes(case)
        if (s, q) in held and (q, o, t) in serving
    ]


def halls_by_level(case: Case) -> dict[tuple[str, str, int], list[tuple[str, str, str, int]]]:
    """(site, level, period) -> its halls in use, by service."""
    found: dict[tuple[str, str, int], list[tuple[str, str, str, int]]] = {}
    for s, o, level, t in halls_in_use(case):
        found.setdefault((s, level, t), []).append((s, o, level, t))
    return found


def halls_by_site(case: Case) -> dict[tuple[str, int], list[tuple[str, str, str, int]]]:
    """(site, period) -> its halls in use, by service and level."""
    found: dict[tuple[str, int], list[tuple[str, str, str, int]]] = {}
    for s, o, level, t in halls_in_use(case):
        found.setdefault((s, t), []).append((s, o, level, t))
    return found


def runs(case: Case, places: Places) -> list[Run]:
    """(place, chip, workload, level, period) in which racks may run, once halls may be in use there."""
    place = {s: r for r, inside in places.items() for s in inside}
    there = {(place[s], o, level, t) for s, o, level, t in halls_in_use(case)}
    service = {w: e.service_id or soft.NO_SERVICE for w, e in case.workloads.items()}
    return [x for x in combos.runs(case, places) if (x[0], service[x[2]], x[3], x[4]) in there]


def services(case: Case, places: Places) -> list[Run]:
    """(place, agency, workload, level, period) that may be served, once halls and the agency may be ready."""
    place = {s: r for r, inside in places.items() for s in inside}
    admitted = {a: soft.first_admitted(case, a) for a in case.agencies}
    first = {a: t for a, t in admitted.items() if t is not None}
    reached = {s: [a for a in first if case.has_movement(a, s)] for s in case.sites}
    there = {(place[s], a, o, level, t) for s, o, level, t in halls_in_use(case) for a in reached[s] if t >= first[a]}
    service = {w: e.service_id or soft.NO_SERVICE for w, e in case.workloads.items()}
    return [x for x in combos.services(case, places) if (x[0], x[1], service[x[2]], x[3], x[4]) in there]


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


def live_starts(case: Case) -> list[tuple[str, int]]:
    """(site, period) from which a site may be staffed; none where no role has heads per site."""
    if not soft.sites_go_live(case):
        return []
    first: dict[str, int] = {}
    for s, _, _, t in halls_in_use(case):
        first[s] = min(t, first.get(s, t))
    return [(s, t) for s in case.sites if s in first for t in case.periods if t >= first[s]]


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


@combos.once
def service_limit_mw(case: Case, service: str, level: str, t: int) -> float:
    """MW IT that all demand for the service at the level takes in ``t`` on the hungriest suitable chips."""
    total = 0.0
    for w in soft.services_of(case)[service]:
        work = case.workloads[w]
        asked = math.fsum(case.demand_pflops_years(k, t) for k in case.demands if k[1:] == (w, level))
        per_pflops = [
            case.chips[c].rack_mw / case.chips[c].pflops(work.precision)
            for c, u in combos.serving_chips(case)
            if u == t and (c, w) in case.suitable
        ]
        total += asked / (work.delivered_share * case.periods.years) * max(per_pflops, default=0.0)
    return total


def most_mw(case: Case, site: str, service: str, level: str, t: int) -> float:
    """MW IT of a site's halls that can be in use for the service at the level in ``t``."""
    return min(hall_limit_mw(case, site, t - 1), service_limit_mw(case, service, level, t))


# firm promises


def firm(case: Case, metric: str) -> list[Claim]:
    """Firm claims of the soft half with the year they are due."""
    if metric in case.programme.unmodelled:
        return []
    return [c for c in case.programme.claims if c.metric == metric and c.binding == "firm" and c.by is not None]


def entry_accreditations(case: Case) -> list[tuple[str, str]]:
    """(site, accreditation) that every chosen site must hold: those that open a level and stand on no other."""
    return [
        (s, x)
        for s, x in soft.site_accreditations(case)
        if case.accreditations[x].opens_level and not case.accreditations[x].predecessor_id
    ]
