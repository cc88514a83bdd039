"""Which combinations of the soft half exist: pure functions of the Case, tested without a solver.

What cannot be in time is left out: a start that is not ready inside the horizon, or that cannot come before what it
stands on is done. ``first_*`` are the earliest periods that data allow; None: never inside the horizon.
"""

from __future__ import annotations

from planner.formulation import combinations as combos
from planner.inputs.case import Case, Initiative, Track

#: the service of workloads that need none
NO_SERVICE = "none"
#: units that belong to an agency
PER_AGENCY = ("agency", "small agency", "system")


def later(*periods: int | None) -> int | None:
    """The last of several first periods; never, where one of them is never."""
    known = [t for t in periods if t is not None]
    return max(known, default=0) if len(known) == len(periods) else None


def _serves_from(case: Case, start: int | None, months: float) -> int | None:
    """First period in which what is started in ``start`` is done."""
    if start is None:
        return None
    ready = case.periods.ready(start, months)
    return ready + 1 if ready <= case.periods.last else None


def starts_in_time(case: Case, first: int | None, months: float) -> list[int]:
    """Starts from ``first`` on that are ready inside the horizon."""
    p = case.periods
    return [] if first is None else [t for t in p if t >= first and p.ready(t, months) <= p.last]


def opening_rows(case: Case) -> list[int]:
    """Periods in which being open says something new: while sites may still open, and the last one."""
    return sorted({*combos.openings(case)[:-1], case.periods.last})


# accreditation


def opens(case: Case, level: str) -> list[str]:
    """Accreditations that a level needs; none: the level is open."""
    return [x for x, e in case.accreditations.items() if e.level_id == level and e.opens_level]


def chain(case: Case, accreditation: str) -> list[str]:
    """The accreditation after all that must be held before it."""
    found = [accreditation]
    while before := case.accreditations[found[0]].predecessor_id:
        found.insert(0, before)
    return found


def site_accreditations(case: Case) -> list[tuple[str, str]]:
    """(site, accreditation) that some level of the site needs, in the order of the tables."""
    needed = {(s, x) for s, level in case.site_levels for opener in opens(case, level) for x in chain(case, opener)}
    return [(s, x) for s in case.sites for x in case.accreditations if (s, x) in needed]


def first_held(case: Case, site: str, accreditation: str) -> int | None:
    if (site, accreditation) in case.existing_accreditations:
        return combos.openings(case)[0]
    return _serves_from(
        case, _first_accreditation(case, site, accreditation), case.accreditations[accreditation].duration_months
    )


def _first_accreditation(case: Case, site: str, accreditation: str) -> int | None:
    before = case.accreditations[accreditation].predecessor_id
    return first_held(case, site, before) if before else combos.openings(case)[0]


def accreditation_starts(case: Case) -> list[tuple[str, str, int]]:
    """(site, accreditation, period); what a site holds already is not started."""
    return [
        (s, x, t)
        for s, x in site_accreditations(case)
        if (s, x) not in case.existing_accreditations
        for t in starts_in_time(case, _first_accreditation(case, s, x), case.accreditations[x].duration_months)
    ]


# initiatives


def with_effect(case: Case, *effects: str) -> list[Initiative]:
    return [e for e in case.initiatives.values() if e.effect in effects]


def first_start(case: Case, prerequisite: str) -> int | None:
    """First period in which something that stands on the initiative may start."""
    return first_done(case, prerequisite) if prerequisite else 0


def first_done(case: Case, initiative: str) -> int | None:
    """First period in which one unit of the initiative may be done; never where the need is none."""
    e = case.initiatives[initiative]
    if e.need_ceiling_units <= 0:
        return None
    return _serves_from(case, first_start(case, e.prerequisite_id), e.duration_months)


def _starts(case: Case, e: Initiative) -> list[int]:
    if e.need_ceiling_units <= 0:
        return []
    return starts_in_time(case, first_start(case, e.prerequisite_id), e.duration_months)


def programme_starts(case: Case) -> list[tuple[str, int]]:
    """(initiative, period) of initiatives that are done once for the programme."""
    return [(y, t) for y, e in case.initiatives.items() if e.per == "programme" for t in _starts(case, e)]


def services_of(case: Case) -> dict[str, list[str]]:
    """Service -> workloads that need it."""
    found: dict[str, list[str]] = {}
    for w, e in case.workloads.items():
        found.setdefault(e.service_id or NO_SERVICE, []).append(w)
    return found


@combos.once
def asked_services(case: Case) -> list[tuple[str, str]]:
    """(service, level) that some agency asks for."""
    wanted = combos.asked(case)
    return [
        (o, level)
        for o, works in services_of(case).items()
        for level in case.levels
        if any((w, level) in wanted for w in works)
    ]


def at_levels(case: Case, initiative: str) -> list[str]:
    """Levels at which a site may want an initiative of its own: a service asked for there, or a gate of the level."""
    if case.initiatives[initiative].effect == "gates service":
        return [level for o, level in asked_services(case) if o == initiative]
    return [level for level, needs in case.level_needs.items() if initiative in needs]


def port_starts(case: Case) -> list[tuple[str, str, str, int]]:
    """(site, initiative, level, period) of initiatives per site and level."""
    return [
        (s, y, level, t)
        for y, e in case.initiatives.items()
        if e.per == "site-level"
        for s in case.sites
        for level in at_levels(case, y)
        if (s, level) in case.site_levels
        for t in _starts(case, e)
    ]


def package_starts(case: Case) -> list[tuple[str, str, str, int]]:
    """(initiative, service, level, period) of initiatives per service and level."""
    return [
        (y, o, level, t)
        for y, e in case.initiatives.items()
        if e.per == "service-level"
        for o, level in asked_services(case)
        if o != NO_SERVICE
        for t in _starts(case, e)
    ]


def units_of_agency(case: Case, initiative: str, agency: str) -> float:
    """Units of an initiative that an agency group can use: its agencies, or its part of the systems."""
    per, group = case.initiatives[initiative].per, case.agencies[agency]
    if per == "agency":
        return group.large_agencies
    if per == "small agency":
        return group.small_agencies
    return case.initiatives[initiative].need_ceiling_units * case.demand_shares[agency] if per == "system" else 0.0


def agency_starts(case: Case, *per: str) -> list[tuple[str, str, int]]:
    """(initiative, agency, period) of initiatives per agency, whole, or per small agency and per system."""
    return [
        (y, a, t)
        for y, e in case.initiatives.items()
        if e.per in per
        for a in case.agencies
        if units_of_agency(case, y, a) > 0
        for t in _starts(case, e)
    ]


def agency_gates(case: Case) -> list[tuple[str, str]]:
    """(gate, agency): initiatives and training tracks that hold back what an agency is served."""
    gates = [
        (e.initiative_id, a)
        for e in with_effect(case, "gates agency", "connects demand")
        if e.per != "small agency"
        for a, group in case.agencies.items()
        if units_of_agency(case, e.initiative_id, a) > 0 or (e.per == "agency" and group.small_agencies > 0)
    ]
    staff = [(k, a) for k, e in case.tracks.items() if e.learners == "use" for a in case.agencies]
    return gates + [(k, a) for k, a in staff if (a, k) in case.training_needs]


def small_gate(case: Case) -> Initiative | None:
    """The initiative that small agencies wait for."""
    return next((e for e in with_effect(case, "gates agency") if e.per == "small agency"), None)


@combos.once
def first_admitted(case: Case, agency: str) -> int | None:
    """First period in which any of the agency's demand may be served, as far as its own gates go."""
    return later(*(_gate_opens(case, gate, agency) for gate, a in agency_gates(case) if a == agency))


def _gate_opens(case: Case, gate: str, agency: str) -> int | None:
    """First period in which a gate may let some demand through: that of the large agencies, or that of the small."""
    if gate in case.tracks:
        return first_trained(case, case.tracks[gate])
    if case.initiatives[gate].per != "agency":
        return first_done(case, gate)
    group, small = case.agencies[agency], small_gate(case)
    parts = []
    if group.small_demand_share < 1:
        parts.append(first_done(case, gate) if group.large_agencies else 0)
    if group.small_demand_share > 0:
        parts.append(first_done(case, small.initiative_id) if small and group.small_agencies else 0)
    return min((t for t in parts if t is not None), default=None)


# training


def operator_track(case: Case) -> Track | None:
    """The track of those who run a site; None where a site needs nobody."""
    if case.parameter("site_staff_per_mw") <= 0:
        return None
    return next((k for k in case.tracks.values() if k.learners == "operation"), None)


def most_cohorts(case: Case, track: Track) -> int:
    """Whole cohorts that trainers can start in a period."""
    return int(track.capacity_heads_per_year * case.periods.years / track.cohort_heads + 1e-9)


def first_trained(case: Case, track: Track) -> int | None:
    if most_cohorts(case, track) < 1 or track.need_ceiling_heads <= 0:
        return None
    return _serves_from(case, first_start(case, track.prerequisite_id), track.duration_months)


def cohort_starts(case: Case) -> list[tuple[str, str, int]]:
    """(track, agency or site, period) of cohorts that finish inside the horizon."""
    operators = operator_track(case)
    found = []
    for k, track in case.tracks.items():
        if track is operators:
            learners = list(case.sites)
        else:
            learners = [a for a in case.agencies if (a, k) in case.training_needs]
        if most_cohorts(case, track) >= 1 and track.need_ceiling_heads > 0:
            months = starts_in_time(case, first_start(case, track.prerequisite_id), track.duration_months)
            found += [(k, place, t) for place in learners for t in months]
    return found


def staying(case: Case, track: Track, start: int, t: int) -> float:
    """Share of a cohort's heads that are trained and still there at the end of ``t``."""
    p = case.periods
    ready = p.ready(start, track.duration_months)
    return float((1 - track.attrition_per_year) ** (p.years * (t - ready))) if ready <= t else 0.0


def sites_go_live(case: Case) -> bool:
    """Whether some role has a number of heads by site, owed once the site is staffed."""
    return any(role.heads_per_site > 0 for role in case.staffing.values())
