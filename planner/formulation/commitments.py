"""Commitments: what was promised, measured on the plan; firm ones hold, priced goals have a shortfall.

Variables: ``counted[i,s]`` (commissioned MW IT that count), ``shortfall[i]`` (of a priced goal), ``nothing[i]`` (0).
What is promised by a date holds from that date in every period to the end of the horizon.

    counted_is_commissioned[i,s,t]   counted ≤ commissioned MW at the end of t
    counted_is_populated[i,s]        counted ≤ counted_factor · populated MW counted_within_months later, or at the end
    firm[i,t]                        measure at the end of t ≥ level
    goal[i,t]                        measure + shortfall ≥ level
    governance_done[i,y], governance_agencies[i,y,a], governance_authorised[i,s,x], governance_live[i,s]
    governance_aware[i,r,a], services_offered[i,y]

Rows on governance and services exist for firm claims that name a year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import soft_combinations as soft
from planner.formulation.accounts import Accounts
from planner.formulation.terms import Key, Terms, minus, over, total, value
from planner.inputs.case import Case
from planner.inputs.programme import Claim
from planner.plan import NOISE, frame

MEASURED = ("power", "compute")


@dataclass(frozen=True)
class Duty:
    """One condition of a promise on governance or services: ``terms >= least``; of a site only if it is opened."""

    rule: str
    index: Key
    terms: Terms
    least: float
    site: str = ""


def duties(accounts: Accounts, case: Case, claim: Claim) -> list[Duty]:
    """What a claim on governance or services asks for by the end of its year, or of the horizon."""
    by = case.periods.last if claim.by is None else case.periods.end_of_year(claim.by)
    if by is None:
        return []
    done: dict[str, Terms] = {y: [] for y in case.initiatives}
    for y, unit, t in accounts.keys("done"):
        if t == by:
            done[str(y)] += accounts.terms("done", y, unit, t)
    if claim.metric == "services":
        return [Duty("services_offered", (claim.id, y), done[y], 1.0) for y in claim.initiatives]
    return [*_initiatives(accounts, case, claim.id, by, done), *_sites(accounts, case, claim.id, by)]


def _initiatives(accounts: Accounts, case: Case, i: str, by: int, done: dict[str, Terms]) -> Iterable[Duty]:
    for e in soft.with_effect(case, "phase 3"):
        least = e.need_ceiling_units if e.per == "system" else 1.0
        yield Duty("governance_done", (i, e.initiative_id), done[e.initiative_id], least)
    for e in soft.with_effect(case, "gates agency"):
        for a, group in case.agencies.items():
            if e.per == "agency" and group.large_agencies:
                terms = accounts.terms("done", e.initiative_id, (a,), by)
                yield Duty("governance_agencies", (i, e.initiative_id, a), terms, group.large_agencies)
    for (a, r), heads in case.training_needs.items():
        if case.tracks[r].learners == "awareness":
            terms = accounts.terms("trained", r, a, by)
            yield Duty("governance_aware", (i, r, a), terms, case.parameter("aware_share") * heads)


def _sites(accounts: Accounts, case: Case, i: str, by: int) -> Iterable[Duty]:
    """Every chosen site holds the accreditations that open a level and stand on no other, and is staffed."""
    first = [x for x, e in case.accreditations.items() if e.opens_level and not e.predecessor_id]
    for s, x in soft.site_accreditations(case):
        if x in first and (s, x) not in case.existing_accreditations:
            held = accounts.terms("accredited", s, x, by)
            yield Duty("governance_authorised", (i, s, x), [*held, *minus(accounts.terms("opened", s))], 0.0, s)
    for s in case.sites if soft.sites_go_live(case) else ():
        live = accounts.terms("live", s, by)
        yield Duty("governance_live", (i, s), [*live, *minus(accounts.terms("opened", s))], 0.0, s)


def firm_claims(case: Case, metric: str) -> list[Claim]:
    """Firm claims of a metric with the year they are due."""
    return [c for c in case.programme.claims if c.metric == metric and c.binding == "firm" and c.by is not None]


def binding(case: Case) -> list[Claim]:
    """Firm promises and priced goals of power and compute: those that the model holds."""
    return [
        c
        for c in case.programme.claims
        if c.metric in MEASURED
        and c.level is not None
        and (c.binding == "firm" or (c.binding == "goal" and c.price_usd))
    ]


def held_from(case: Case, claim: Claim) -> list[int]:
    """Periods in which what is promised by a date holds: from its end to the end of the horizon."""
    end = case.periods.end_of_year(claim.by) if claim.by is not None else case.periods.last
    return [] if end is None else [t for t in case.periods if t >= end]


def close(m: Any, case: Case, accounts: Accounts) -> None:
    """Write the commitments on their block."""
    claims = {c.id: c for c in case.programme.claims if c.metric in MEASURED and c.level is not None}
    held = {c.id: held_from(case, c) for c in binding(case)}
    tiered = [i for i in held if claims[i].tier == "commissioned" and held[i]]
    goals = [i for i in held if claims[i].binding == "goal"]
    asked = {
        (d.rule, *d.index): d
        for metric in ("governance", "services")
        for claim in firm_claims(case, metric)
        for d in duties(accounts, case, claim)
        if d.terms or d.least > 0
    }
    b = m.commitments
    b.counted = pyo.Var(
        over((i, s) for i in tiered for s in case.sites), domain=pyo.NonNegativeReals, doc="commissioned MW that count"
    )
    b.shortfall = pyo.Var(over(goals), bounds=lambda b, i: (0, claims[i].level), doc="of a goal, in its unit")

    def measure(i: str, t: int) -> Terms:
        c = claims[i]
        if c.metric == "compute":
            account = "installed_pflops" if c.tier == "installed" else "serving_pflops"
            return accounts.terms(account, t, c.precision)
        if c.tier == "commissioned":
            return [(1.0, b.counted[i, s]) for s in case.sites]
        account = "secured_mw" if c.tier == "secured" else "populated_mw"
        return [x for s in case.sites for x in accounts.terms(account, s, t)]

    empty = [i for i, when in held.items() if i not in goals and not all(measure(i, t) for t in when)]
    empty += [str(d.index[0]) for d in asked.values() if not d.terms]
    b.nothing = pyo.Var(over(empty), bounds=(0, 0), doc="of a firm promise of which the case has nothing")

    def rows(of_goals: bool) -> list[tuple[str, int]]:
        return [(i, t) for i, when in held.items() if (i in goals) == of_goals for t in when]

    @b.Constraint(over(rows(False)), doc="a firm promise holds")
    def firm(b: Any, i: str, t: int) -> Any:
        return total(measure(i, t) or [(1.0, b.nothing[i])]) >= claims[i].level

    @b.Constraint(over(rows(True)), doc="a goal is met up to its shortfall")
    def goal(b: Any, i: str, t: int) -> Any:
        return total([*measure(i, t), (1.0, b.shortfall[i])]) >= claims[i].level

    _counted(b, case, accounts, {i: held_from(case, claims[i]) for i in tiered})
    _governed(b, asked)


def _counted(b: Any, case: Case, accounts: Accounts, held: dict[str, list[int]]) -> None:
    each = [(i, s, t) for i, when in held.items() for s in case.sites for t in when]

    @b.Constraint(over(each), doc="only commissioned MW count")
    def counted_is_commissioned(b: Any, i: str, s: str, t: int) -> Any:
        return total([(1.0, b.counted[i, s]), *minus(accounts.terms("halls_mw", s, t))]) <= 0

    @b.Constraint(over(b.counted), doc="only MW that the site populates in time count")
    def counted_is_populated(b: Any, i: str, s: str) -> Any:
        p, factor = case.periods, case.parameter("counted_factor")
        until = min(p.last, p.after(held[i][0], case.parameter("counted_within_months")))
        racks = [(-factor * n, v) for n, v in accounts.terms("populated_mw", s, until)]
        return total([(1.0, b.counted[i, s]), *racks]) <= 0


def counted_mw(case: Case, accounts: Accounts) -> dict[tuple[str, str], float]:
    """(claim, site) -> commissioned MW that count, of promises and goals, at the values that the variables hold."""
    p, factor, found = case.periods, case.parameter("counted_factor"), {}
    for c in case.programme.claims:
        when = held_from(case, c)
        if c.metric != "power" or c.tier != "commissioned" or c.binding == "reported" or not when:
            continue
        until = min(p.last, p.after(when[0], case.parameter("counted_within_months")))
        for s in case.sites:
            halls = min(value(accounts.terms("halls_mw", s, t)) for t in when)
            racks = factor * value(accounts.terms("populated_mw", s, until))
            found[c.id, s] = max(0.0, min(halls, racks))
    return found


def settle(b: Any, case: Case, accounts: Accounts) -> None:
    """Count all that counts; let a goal be short of no more than it is."""
    claims = {c.id: c for c in case.programme.claims}
    for key, mw in counted_mw(case, accounts).items():
        if key in b.counted:
            b.counted[key].set_value(mw, skip_validation=True)
    for i, shortfall in b.shortfall.items():
        rows = [b.goal[i, t] for t in held_from(case, claims[i])]
        lacking = max(pyo.value(row.lower) - (pyo.value(row.body) - shortfall.value) for row in rows)
        shortfall.set_value(max(0.0, lacking), skip_validation=True)


def _governed(b: Any, asked: dict[Key, Duty]) -> None:
    """The conditions of firm promises on governance and services."""

    def of(rule: str) -> list[Key]:
        return [d.index for d in asked.values() if d.rule == rule]

    def done(rule: str, i: str, *index: str) -> Any:
        duty = asked[rule, i, *index]
        return total(duty.terms or [(1.0, b.nothing[i])]) >= duty.least

    @b.Constraint(over(of("governance_done")), doc="what governance names is done")
    def governance_done(b: Any, i: str, y: str) -> Any:
        return done("governance_done", i, y)

    @b.Constraint(over(of("governance_agencies")), doc="every large agency is through its gates")
    def governance_agencies(b: Any, i: str, y: str, a: str) -> Any:
        return done("governance_agencies", i, y, a)

    @b.Constraint(over(of("governance_authorised")), doc="every chosen site is accredited")
    def governance_authorised(b: Any, i: str, s: str, x: str) -> Any:
        return done("governance_authorised", i, s, x)

    @b.Constraint(over(of("governance_live")), doc="every chosen site is live")
    def governance_live(b: Any, i: str, s: str) -> Any:
        return done("governance_live", i, s)

    @b.Constraint(over(of("governance_aware")), doc="staff of agencies are aware")
    def governance_aware(b: Any, i: str, r: str, a: str) -> Any:
        return done("governance_aware", i, r, a)

    @b.Constraint(over(of("services_offered")), doc="what is promised as a service is offered")
    def services_offered(b: Any, i: str, y: str) -> Any:
        return done("services_offered", i, y)


def read(case: Case, accounts: Accounts) -> dict[str, pd.DataFrame]:
    rows = [(i, s, mw) for (i, s), mw in counted_mw(case, accounts).items() if mw > NOISE]
    return {"counted": frame("counted", rows)}
