"""Commitments: what was promised, measured on the plan; firm ones hold, goals have a shortfall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Accounts, Key, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.families import columns, over
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
    def opened(s: str) -> Terms:
        return [(-n, v) for n, v in accounts.terms("opened", s, case.periods.last)]

    for s, x in use.entry_accreditations(case):
        if (s, x) not in case.existing_accreditations:
            terms = [*accounts.terms("held", s, x, by + 1), *opened(s)]
            yield Duty("governance_authorised", (i, s, x), terms, 0.0, s)
    operators = soft.operator_track(case)
    per_mw = case.parameter("site_staff_per_mw")
    for s in case.sites:
        if soft.sites_go_live(case):
            yield Duty("governance_live", (i, s), [*accounts.terms("live", s, by), *opened(s)], 0.0, s)
        if operators:
            racks = [(-per_mw * n, v) for n, v in accounts.terms("populated_mw", s, by)]
            terms = [*accounts.terms("trained", operators.track_id, s, by), *racks]
            yield Duty("governance_staffed", (i, s), terms, 0.0, s)


def binding(case: Case) -> list[Claim]:
    """Firm promises and goals that this model measures."""
    return [
        c for c in case.programme.claims if c.metric in MEASURED and c.binding != "reported" and c.level is not None
    ]


def close(m: Any, case: Case, accounts: Accounts, places: Places) -> None:
    """Write the commitments on a block of their own."""
    p = case.periods
    claims = {c.id: c for c in binding(case)}
    when = {i: p.end_of_year(c.by) for i, c in claims.items() if c.by is not None}
    tiered = [(i, s) for i, c in claims.items() if c.tier == "commissioned" for s in case.sites]
    goals = [i for i, c in claims.items() if c.binding == "goal"]
    asked = {
        (d.rule, *d.index): d
        for metric in ("governance", "services")
        for claim in use.firm(case, metric)
        for d in duties(accounts, case, claim)
        if d.terms or d.least > 0
    }
    m.add_component("commitments", pyo.Block())
    b = m.commitments
    b.counted = columns(tiered, domain=pyo.NonNegativeReals, doc="commissioned MW IT that count")
    b.shortfall = columns(goals, bounds=lambda b, i: (0, claims[i].level), doc="of a goal, in its unit")

    def commissioned(s: str, t: int) -> Terms:
        return [
            x
            for d in case.designs
            for q in accounts.posts("commissioned_mw", (s, d, t))
            if q.label == d
            for x in q.terms
        ]

    def measure(i: str) -> Terms:
        c, t = claims[i], when[i]
        if c.metric == "compute":
            account = "installed_pflops" if c.tier == "installed" else "serving_pflops"
            return accounts.terms(account, t, c.precision)
        if c.tier == "secured":
            return [x for s in case.sites for x in accounts.terms("secured_mw", s, t)]
        if c.tier == "commissioned":
            return [(1.0, b.counted[i, s]) for s in case.sites]
        return [x for s in case.sites for x in accounts.terms("populated_mw", s, t)]

    unmeasured = [i for i in claims if i not in goals and not measure(i)]
    unmeasured += [str(d.index[0]) for d in asked.values() if not d.terms]
    b.nothing = columns(dict.fromkeys(unmeasured), bounds=(0, 0), doc="of a firm promise of which the case has nothing")

    @b.Constraint(over(tiered), doc="only commissioned MW count")
    def counted_is_commissioned(b: Any, i: str, s: str) -> Any:
        return total([(1.0, b.counted[i, s]), *((-n, v) for n, v in commissioned(s, when[i]))]) <= 0  # type: ignore[arg-type]

    @b.Constraint(over(tiered), doc="only MW that the site populates in time count")
    def counted_is_populated(b: Any, i: str, s: str) -> Any:
        until = min(p.last, p.after(when[i], case.parameter("counted_within_months")))  # type: ignore[arg-type]
        factor = case.parameter("counted_factor")
        return (
            total([(1.0, b.counted[i, s]), *((-factor * n, v) for n, v in accounts.terms("populated_mw", s, until))])
            <= 0
        )

    @b.Constraint(over([i for i in claims if i not in goals]), doc="a firm promise holds")
    def firm(b: Any, i: str) -> Any:
        return total(measure(i) or [(1.0, b.nothing[i])]) >= claims[i].level

    @b.Constraint(over(goals), doc="a goal is met up to its shortfall")
    def goal(b: Any, i: str) -> Any:
        return total([*measure(i), (1.0, b.shortfall[i])]) >= claims[i].level

    _governed(b, asked)


def settle(b: Any) -> None:
    """Count all that counts; let a goal be short of no more than it is. Stages with other aims leave both loose."""
    for i, counted in b.counted.items():
        rows = (b.counted_is_commissioned[i], b.counted_is_populated[i])
        counted.set_value(counted.value + max(0.0, min(-pyo.value(row.body) for row in rows)))
    for i, shortfall in b.shortfall.items():
        over = pyo.value(b.goal[i].body) - pyo.value(b.goal[i].lower)
        shortfall.set_value(max(0.0, shortfall.value - over))


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

    @b.Constraint(over(of("governance_staffed")), doc="every site has operators for its racks")
    def governance_staffed(b: Any, i: str, s: str) -> Any:
        return done("governance_staffed", i, s)

    @b.Constraint(over(of("governance_aware")), doc="staff of agencies are aware")
    def governance_aware(b: Any, i: str, r: str, a: str) -> Any:
        return done("governance_aware", i, r, a)

    @b.Constraint(over(of("services_offered")), doc="what is promised as a service is offered")
    def services_offered(b: Any, i: str, y: str) -> Any:
        return done("services_offered", i, y)


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    rows = [(i, s, v.value) for (i, s), v in b.counted.items() if v.value > NOISE]
    return {"counted": frame("counted", rows)}
