"""Accreditation, initiatives and training: which combinations exist, and how early each can be there.

Pure functions of the Case, tested without a solver. Lead times are added in months along a chain and rounded once
(``months``). ``first_*`` are the earliest periods that the data allow; None: never inside the horizon.
"""

from __future__ import annotations

from planner.formulation import combinations as combos
from planner.formulation import months
from planner.inputs.case import Case, Initiative, Track

#: the service of workloads that need none
NO_SERVICE = "none"
#: what admits an agency's demand
AGENCY_EFFECTS = ("gates agency", "connects demand")


def later(*periods: int | None) -> int | None:
    """The last of several first periods; never, where one of them is never."""
    known = [t for t in periods if t is not None]
    return max(known, default=0) if len(known) == len(periods) else None


def _opens_done(case: Case, month: float | None) -> int | None:
    """First period that opens with something done which is done in a month; never past the horizon."""
    if month is None:
        return None
    end = months.end_of(case.periods, month)
    return end + 1 if end <= case.periods.last else None


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


def accredited_month(case: Case, site: str, accreditation: str) -> float:
    """Earliest month in which a site can hold an accreditation."""
    if (site, accreditation) in case.existing_accreditations:
        return 0.0
    e = case.accreditations[accreditation]
    before = accredited_month(case, site, e.predecessor_id) if e.predecessor_id else 0.0
    return _not_before(case, before, begun(case, accreditation, site)) + max(1.0, e.duration_months)


def first_held(case: Case, site: str, accreditation: str) -> int | None:
    """First period in which a site can hold an accreditation."""
    return _opens_done(case, accredited_month(case, site, accreditation))


# initiatives


def with_effect(case: Case, *effects: str) -> list[Initiative]:
    return [e for e in case.initiatives.values() if e.effect in effects]


def begun(case: Case, what: str, site: str | None = None) -> list[int]:
    """Past periods in which the actuals begin an initiative or accreditation (at a site)."""
    kinds = ("starts", "packages", "onboards", "connects", "ports", "accredits")
    rows = (row for row in case.actuals if row.kind in kinds and what in row.key)
    return [row.t for row in rows if site is None or row.key[0] == site]


def _not_before(case: Case, month: float, begun: list[int]) -> float:
    """The month, or when it was begun; what was not begun cannot begin in the past."""
    return max(month, min(begun, default=case.past) * case.periods.months) if case.past else month


def begin_month(case: Case, initiative: str, site: str | None = None, again: bool = True) -> float | None:
    """Earliest month in which an initiative can begin (at a site); None where the need is none.

    ``again``: what was not begun in the past begins after it; else as if nothing were past.
    """
    e = case.initiatives[initiative]
    before = before_month(case, e.prerequisite_id, again)
    if before is None or e.need_ceiling_units <= 0:
        return None
    return _not_before(case, before, begun(case, initiative, site)) if again else before


def done_month(case: Case, initiative: str, site: str | None = None, again: bool = True) -> float | None:
    """Earliest month in which one unit of an initiative is done (at a site); None where the need is none."""
    begins = begin_month(case, initiative, site, again)
    return None if begins is None else begins + max(1.0, case.initiatives[initiative].duration_months)


def before_month(case: Case, prerequisite: str, again: bool = True) -> float | None:
    """Earliest month in which something may begin that stands on a prerequisite ("": none)."""
    return done_month(case, prerequisite, None, again) if prerequisite else 0.0


def first_done(case: Case, initiative: str, site: str | None = None, again: bool = True) -> int | None:
    """First period that opens with one unit of the initiative done (at a site)."""
    return _opens_done(case, done_month(case, initiative, site, again))


def last_start(case: Case, e: Initiative | Track, by: int) -> int | None:
    """The last start of an initiative or course that is ready at the end of ``by``."""
    before = before_month(case, e.prerequisite_id)
    return None if before is None else months.last_start(case.periods, before, e.duration_months, by)


def ready(case: Case, e: Initiative | Track, start: int) -> int:
    """Period at whose end a start is ready; may lie past the horizon."""
    return months.ready(case.periods, start, before_month(case, e.prerequisite_id) or 0.0, e.duration_months)


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


def guards(case: Case, level: str) -> list[Initiative]:
    """Initiatives of the programme that a level needs, each with a date of its own.

    A need of a site may stand on a guard that another level asks for: the level then waits for that guard as well.
    """
    needs = [case.initiatives[y] for y in case.level_needs[level]]
    under = {e.prerequisite_id for e in needs if e.per == "site-level"}
    beside = [e for e in all_guards(case) if e.initiative_id in under and e not in needs]
    return [*(e for e in needs if e.per == "programme"), *beside]


def all_guards(case: Case) -> list[Initiative]:
    """Initiatives of the programme that some level needs."""
    asked = dict.fromkeys(y for needs in case.level_needs.values() for y in needs)
    return [case.initiatives[y] for y in asked if case.initiatives[y].per == "programme"]


def units_of_agency(case: Case, initiative: str, agency: str) -> float:
    """Units of an initiative that an agency group can use: its agencies, or its part of the systems."""
    per, group = case.initiatives[initiative].per, case.agencies[agency]
    if per == "agency":
        return group.large_agencies
    if per == "small agency":
        return group.small_agencies
    return case.initiatives[initiative].need_ceiling_units * case.demand_shares[agency] if per == "system" else 0.0


def small_gate(case: Case) -> Initiative | None:
    """The initiative that small agencies wait for."""
    return next((e for e in with_effect(case, "gates agency") if e.per == "small agency"), None)


def large_gates(case: Case) -> list[Initiative]:
    """The initiatives that large agencies wait for."""
    return [e for e in with_effect(case, "gates agency") if e.per == "agency"]


def agency_gates(case: Case) -> list[tuple[str, str]]:
    """(gate, agency): initiatives and training tracks that hold back what an agency is served."""
    gates = [
        (e.initiative_id, a)
        for e in with_effect(case, *AGENCY_EFFECTS)
        if e.per != "small agency"
        for a, group in case.agencies.items()
        if units_of_agency(case, e.initiative_id, a) > 0 or (e.per == "agency" and group.small_agencies > 0)
    ]
    staff = [(k, a) for k, e in case.tracks.items() if e.learners == "use" for a in case.agencies]
    return gates + [(k, a) for k, a in staff if (a, k) in case.training_needs]


@combos.once
def first_admitted(case: Case, agency: str, again: bool = True) -> int | None:
    """First period in which any of the agency's demand may be served, as far as its own gates go."""
    return later(*(_gate_opens(case, gate, agency, again) for gate, a in agency_gates(case) if a == agency))


def _gate_opens(case: Case, gate: str, agency: str, again: bool) -> int | None:
    """First period in which a gate may let some demand through: that of the large agencies, or that of the small."""
    if gate in case.tracks:
        return first_trained(case, case.tracks[gate], again)
    if case.initiatives[gate].per != "agency":
        return first_done(case, gate, None, again)
    group, small = case.agencies[agency], small_gate(case)
    parts = []
    if group.small_demand_share < 1:
        parts.append(first_done(case, gate, None, again) if group.large_agencies else 0)
    if group.small_demand_share > 0:
        parts.append(first_done(case, small.initiative_id, None, again) if small and group.small_agencies else 0)
    return min((t for t in parts if t is not None), default=None)


# training


def operator_track(case: Case) -> Track | None:
    """The track of those who run a site; None where a site needs nobody."""
    if case.parameter("site_staff_per_mw") <= 0:
        return None
    return next((k for k in case.tracks.values() if k.learners == "operation"), None)


def first_trained(case: Case, track: Track, again: bool = True) -> int | None:
    """First period that opens with trained heads."""
    if track.capacity_heads_per_year <= 0 or track.need_ceiling_heads <= 0:
        return None
    before = before_month(case, track.prerequisite_id, again)
    return None if before is None else _opens_done(case, before + max(1.0, track.duration_months))


def course_starts(case: Case) -> list[tuple[str, str, int]]:
    """(track, agency, period) of courses that finish inside the horizon; operators are counted by halls."""
    found = []
    for k, track in case.tracks.items():
        if track.learners != "operation" and first_trained(case, track) is not None:
            before = before_month(case, track.prerequisite_id)
            when = months.starts(case.periods, before, track.duration_months)
            found += [(k, a, t) for a in case.agencies if (a, k) in case.training_needs for t in when]
    return found


def staying(case: Case, track: Track, start: int, t: int) -> float:
    """Share of a course's heads that are trained and still there at the end of ``t``."""
    end = ready(case, track, start)
    return float((1 - track.attrition_per_year) ** (case.periods.years * (t - end))) if end <= t else 0.0


def sites_go_live(case: Case) -> bool:
    """Whether some role of staff has a number of heads by site, owed once the site is staffed."""
    return any(role.heads_per_site > 0 for role in case.staffing.values())
