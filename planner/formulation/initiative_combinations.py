"""Initiatives: which exist, when each may begin, and what it admits: pure functions of the Case."""

from __future__ import annotations

from planner.formulation import combinations as combos
from planner.formulation import months
from planner.formulation import soft_combinations as soft
from planner.inputs.case import Case, Initiative

#: gates of an agency that hold initiatives of both its large and its small agencies
ONBOARDED = "onboarded"
LARGE, SMALL = "large", "small"


# of the programme, at one date


def _dependents(case: Case) -> set[str]:
    """Initiatives that something else stands on."""
    before = {e.prerequisite_id for e in case.initiatives.values()} | {k.prerequisite_id for k in case.tracks.values()}
    return before - {""}


def asked_by(case: Case, y: str) -> int | None:
    """The earliest end of a period by which a firm promise asks for an initiative; None where none does."""
    e, ends = case.initiatives[y], []
    for c in case.programme.claims:
        end = case.periods.end_of_year(c.by) if c.by is not None else case.periods.last
        named = y in c.initiatives or (c.metric == "governance" and e.effect == "phase 3")
        if c.binding == "firm" and c.metric in ("governance", "services") and named and end is not None:
            ends.append(end)
    return min(ends, default=None)


@combos.once
def dates(case: Case) -> dict[str, tuple[int, float]]:
    """Initiative of the programme without a date of its own -> (period in which it begins, units begun)."""
    guards = {e.initiative_id for e in soft.all_guards(case)}
    needed, found = _dependents(case), {}
    for y, e in case.initiatives.items():
        single = e.per == "programme" or (e.per == "system" and e.effect == "phase 3")
        if not single or y in guards or e.need_ceiling_units <= 0:
            continue
        before, was = soft.begin_month(case, y), soft.begun(case, y)
        if before is None or before >= case.periods.count * case.periods.months:
            continue
        end = asked_by(case, y)
        start: int | None = months.period_of(case.periods, before)
        if end is not None and y not in needed and e.effect != "raises utilisation" and not was:
            start = soft.last_start(case, e, end)
            start = start if start is None else max(start, case.past)
        if start is not None and start <= case.periods.last:
            found[y] = start, 1.0 if e.per == "programme" else e.need_ceiling_units
    return found


# guards of levels


def _follow_months(case: Case, guard: Initiative, level: str) -> float:
    """The longest initiative of a site and the level that stands on the guard."""
    after = [case.initiatives[z] for z in case.level_needs[level]]
    mine = [e for e in after if e.per == "site-level" and e.prerequisite_id == guard.initiative_id]
    return max((max(1.0, e.duration_months) for e in mine), default=0.0)


def _guard_done(case: Case, guard: Initiative, start: int) -> float:
    before = soft.before_month(case, guard.prerequisite_id) or 0.0
    return months.done_in(case.periods, start, before, guard.duration_months)


@combos.once
def guard_starts(case: Case) -> list[tuple[str, int]]:
    """(guard, period) of starts that are done inside the horizon."""
    found = []
    for e in soft.all_guards(case):
        before = soft.before_month(case, e.prerequisite_id) if e.need_ceiling_units > 0 else None
        found += [(e.initiative_id, t) for t in months.starts(case.periods, before, e.duration_months)]
    return found


def guard_start_for_service(case: Case, guard: Initiative, level: str, t: int) -> int | None:
    """Last start of a guard with which a level may be served in ``t``."""
    p, follow = case.periods, _follow_months(case, guard, level)
    fits = [u for y, u in guard_starts(case) if y == guard.initiative_id]
    fits = [u for u in fits if months.end_of(p, _guard_done(case, guard, u) + follow) < t]
    return max(fits, default=None)


# authorisations of a service at a level


def _packages(case: Case) -> list[Initiative]:
    return [
        e for e in soft.with_effect(case, "authorises service") if soft.first_done(case, e.initiative_id) is not None
    ]


def package_levels(case: Case) -> list[str]:
    """Levels at which some service needs an authorisation."""
    wanted = {k for o, k in soft.asked_services(case) if o != soft.NO_SERVICE}
    return [k for k in case.levels if k in wanted] if _packages(case) else []


@combos.once
def package_starts(case: Case) -> list[tuple[str, str, str, int]]:
    """(initiative, service, level, period) by whose end an authorisation may be begun."""
    found = []
    for e in _packages(case):
        when = months.starts(case.periods, soft.begin_month(case, e.initiative_id), e.duration_months)
        asked = [(o, k) for o, k in soft.asked_services(case) if o != soft.NO_SERVICE]
        found += [(e.initiative_id, o, k, t) for o, k in asked for t in (when if soft.guards(case, k) else when[:1])]
    return found


def guard_start_for_package(case: Case, guard: Initiative, level: str, package: str, t: int) -> int | None:
    """Last start of a guard for whose first service an authorisation must be begun by the end of ``t``."""
    p, e, follow = case.periods, case.initiatives[package], _follow_months(case, guard, level)
    found = None
    for y, u in guard_starts(case):
        if y != guard.initiative_id:
            continue
        first = months.end_of(p, _guard_done(case, guard, u) + follow) + 1
        start = soft.last_start(case, e, first - 1)
        if start is not None and start <= t:
            found = u if found is None else max(found, u)
    return found


# of agencies


def of_agencies(case: Case) -> list[Initiative]:
    """Initiatives that agencies are let through by."""
    return [e for e in soft.with_effect(case, *soft.AGENCY_EFFECTS) if e.need_ceiling_units > 0]


def units_asked(case: Case, e: Initiative) -> float:
    return sum(soft.units_of_agency(case, e.initiative_id, a) for a in case.agencies)


def of_gate(case: Case, gate: str) -> list[Initiative]:
    """The initiatives of a share: all of large agencies, the one of small ones, or one that connects systems."""
    if gate == LARGE:
        return [e for e in of_agencies(case) if e.per == "agency"]
    if gate == SMALL:
        small = soft.small_gate(case)
        return [small] if small else []
    return [case.initiatives[gate]]


def _shares(case: Case, agency: str) -> list[str]:
    """What of an agency is let through share by share."""
    group, found = case.agencies[agency], []
    if group.large_agencies and of_gate(case, LARGE):
        found.append(LARGE)
    if group.small_agencies and of_gate(case, SMALL):
        found.append(SMALL)
    connecting = [e.initiative_id for e in soft.with_effect(case, "connects demand")]
    return found + [y for y in connecting if soft.units_of_agency(case, y, agency) > 0]


@combos.once
def joinings(case: Case) -> list[tuple[str, str, int]]:
    """(agency, share, period) by whose opening a share may be let through; the last is the end of the horizon."""
    found = []
    for a in case.agencies:
        for gate in _shares(case, a):
            firsts = [soft.done_month(case, e.initiative_id) for e in of_gate(case, gate)]
            known = [x for x in firsts if x is not None]
            if len(known) == len(firsts):
                first = months.end_of(case.periods, max(known)) + 1
                found += [(a, gate, t) for t in range(first, case.periods.count + 1)]
    return found


def gates_of_agencies(case: Case) -> list[tuple[str, str]]:
    """(agency, gate) that bounds what an agency is served: onboarding of its large and small part, and connections."""
    found = []
    for a, group in case.agencies.items():
        if soft.large_gates(case) and (group.large_agencies or group.small_agencies):
            found.append((a, ONBOARDED))
        found += [(a, gate) for gate in _shares(case, a) if gate not in (LARGE, SMALL)]
    return found
