"""What the roles of sites cost: accreditations, initiatives of sites and levels, staff.

2.2.1   accreditations begun · cost_usd            2.2.2   accreditations held · years · monitoring_usd_per_year
2.1.1, 2.1.2, 2.2.3, 2.2.4, 2.3.2, 2.3.3   initiatives begun · cost_usd, done · years · recurring_usd_per_year
3.2.5 to 3.2.7   years · (heads_per_mw · MW facility at the end of t-1 + heads_per_site · live) · loaded cost
"""

from __future__ import annotations

from collections.abc import Iterator

from planner.formulation import months
from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Cost, Of, Post, Posting
from planner.formulation.role_combinations import accreditation_steps, guard_of, ports_of
from planner.formulation.role_terms import Roles
from planner.formulation.terms import Terms, scaled
from planner.inputs.case import Case
from planner.wbs import ACCREDITATION, INITIATIVES, MONITORING


def _starts(case: Case, roles: Roles) -> Iterator[tuple[str, str, int, float, Terms]]:
    """(site, accreditation, period in which it begins, month in which it is done, how much of it).

    Those of the entry level begin at the opening of a site that goes live, those of a role as early as the ones before
    are held.
    """
    for s, level in use.level_from(case):
        entry = level == use.entry_level(case, s)
        taken = roles.live(s, case.periods.last) if entry else [(1.0, roles.b.role[s, level])]
        for x in accreditation_steps(case, s, level):
            done = soft.accredited_month(case, s, x)
            begins = done - max(1.0, case.accreditations[x].duration_months)
            yield s, x, months.period_of(case.periods, begins), done, taken


def accredited(case: Case, roles: Roles) -> list[Posting]:
    """What is held at the end of each period."""
    p, posts = case.periods, []
    for s, x, _, done, terms in _starts(case, roles):
        posts += [Post("accredited", (s, x, t), terms, x) for t in range(months.end_of(p, done), p.count)]
    return list(posts)


def accreditation_starts(case: Case, roles: Roles) -> Iterator[tuple[str, str, int, Terms]]:
    """(site, accreditation, period, how much of it is begun then)."""
    for s, x, t, _, terms in _starts(case, roles):
        if t <= case.periods.last:
            yield s, x, t, terms


def port_starts(case: Case, roles: Roles) -> dict[tuple[str, str, str, int], Terms]:
    """(place or site, initiative, level, period) -> how many are begun then."""
    found: dict[tuple[str, str, str, int], Terms] = {}
    for port in ports_of(case):
        if guard_of(case, port) is None:
            found |= {(*port, t): terms for t in case.periods if (terms := roles.port_begun(port, t))}
    for r, y, level in roles.ports.things():
        for t in roles.ports.dates(r, y, level):
            found[str(r), str(y), str(level), t] = roles.ports.at((r, y, level), t)
    return found


def accreditations(case: Case, roles: Roles) -> list[Posting]:
    p, costs = case.periods, []
    held: dict[tuple[str, str, int], Terms] = {}
    begun: dict[tuple[str, str, int], Terms] = {}
    for s, x, t, done, terms in _starts(case, roles):
        if t <= p.last:
            begun.setdefault((s, x, t), []).extend(terms)
        for u in range(months.end_of(p, done) + 1, p.count):
            held.setdefault((s, x, u), []).extend(terms)
    for (s, x, t), terms in begun.items():
        rate = case.rate("accreditations", x, "cost_usd")
        costs.append(Cost(ACCREDITATION, s, x, t, terms, "accreditations", rate))
    for s, x in soft.site_accreditations(case):
        rate = case.rate("accreditations", x, "monitoring_usd_per_year")
        for t in p if rate.usd else ():
            there = (Of(p.years, "opened", (s,)),) if (s, x) in case.existing_accreditations else ()
            years = scaled(held.get((s, x, t), []), p.years)
            if years or there:
                costs.append(Cost(MONITORING, s, f"{x} monitoring", t, years, "accreditation-years", rate, of=there))
    return list(costs)


def ports(case: Case, roles: Roles) -> list[Posting]:
    p = case.periods
    begun: dict[tuple[str, str, int], Terms] = {}
    done: dict[tuple[str, str, int], Terms] = {}
    for (s, y, _, t), terms in port_starts(case, roles).items():
        begun.setdefault((s, y, t), []).extend(terms)
        for u in range(soft.ready(case, case.initiatives[y], t) + 1, p.count):
            done.setdefault((s, y, u), []).extend(scaled(terms, p.years))
    costs: list[Posting] = []
    for (s, y, t), terms in begun.items():
        rate = case.rate("initiatives", y, "cost_usd")
        if rate.usd:
            once, _ = INITIATIVES[case.initiatives[y].category]
            costs.append(Cost(once, s, y, t, terms, "units", rate))
    for (s, y, t), terms in done.items():
        rate = case.rate("initiatives", y, "recurring_usd_per_year")
        if rate.usd:
            _, yearly = INITIATIVES[case.initiatives[y].category]
            costs.append(Cost(yearly, s, f"{y} yearly", t, terms, "unit-years", rate))
    return costs


def staff(case: Case, roles: Roles) -> list[Posting]:
    p, costs = case.periods, []
    for role_id, role in case.staffing.items():
        rate = case.rate("staffing", role_id, "loaded_usd_per_head_year")
        for s in case.sites if rate.usd else ():
            for t in list(p)[1:]:
                each = p.years * role.heads_per_site
                fixed = roles.live(s, t, each) if role.heads_per_site else []
                by_mw = p.years * role.heads_per_mw
                halls = (Of(by_mw, "facility_mw", (s, t - 1)),) if by_mw else ()
                costs.append(Cost(role.wbs_code, s, role_id, t, fixed, "head-years", rate, of=halls))
    return list(costs)
