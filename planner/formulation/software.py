"""Initiatives of the programme and of agencies: what is begun when, and what waits until it is done.

Each initiative of the programme has one sensible date, and whether it is begun is a yes or no: at once where others
stand on it, else as late as the promise that asks for it allows. Guards of levels have a date of their own. Agencies
are let through share by share; each initiative of an agency begins just in time for its share. Authorisations of a
service at a level begin at the opening, or once the dated guards of the level are begun.

Variables: ``begun[y]`` (0/1), ``guard_by[y,t]`` (0/1), ``joined_by[a,g,t]`` (share let through gate g by t),
``offered[l]`` (0 to 1, some site serves the level), ``package_by[y,o,l,t]`` (begun by t).

    begun_in_order[y], guards_in_order[y]   only after what the initiative stands on
    guards_stay[y,t], joined_stays[a,g,t], packages_stay[y,o,l,t]   never fall
    joined_in_order[a,g,y]                  joined_by[last] ≤ begun[what it stands on]
    units_within_need[y]                    Σ_a units · joined_by[last] ≤ need_ceiling_units
    within_gates[a,g,t]                     admitted[a,t] ≤ what the gate lets through
    offered_where_served[s,l]               offered[l] ≥ serves[s,l,H]
    packages_within_need[y]                 Σ package_by[last] ≤ need_ceiling_units
    packages_in_order[y,o,l,y']             package_by[last] ≤ begun[what it stands on]
    offered_by_sites[l]                     offered[l] ≤ Σ_s serves[s,l,H]
    package_where_offered[y,o,l,t], package_after_guard[y,o,l,t,guard]   package_by ≤ offered, ≤ guard begun in time
    package_for_level[y,o,l,t]              package_by[t] ≥ offered[l] + Σ guards begun in time - number of guards
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import initiative_combinations as ini
from planner.formulation import soft_combinations as soft
from planner.formulation import software_costs
from planner.formulation.accounts import Meeting, Of, Post, Posting
from planner.formulation.combinations import Places
from planner.formulation.initiative_terms import Initiatives
from planner.formulation.terms import minus, over, total
from planner.inputs.case import Case
from planner.plan import NOISE, frame


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Starts of initiatives; posts what is done and guarded, the gates of agencies, and costs."""
    p = case.periods
    b.begun = pyo.Var(over(ini.dates(case)), domain=pyo.Binary, doc="the programme begins it at its one date")
    b.guard_by = pyo.Var(over(ini.guard_starts(case)), domain=pyo.Binary, doc="begun by the end of the period")
    b.joined_by = pyo.Var(over(ini.joinings(case)), bounds=(0, 1), doc="share let through by the opening of the period")
    b.offered = pyo.Var(over(ini.package_levels(case)), bounds=(0, 1), doc="some site serves the level")
    b.package_by = pyo.Var(over(ini.package_starts(case)), bounds=(0, 1), doc="authorisation begun by then")
    done = Initiatives(b, case)
    _rules(b, case, done)
    posts: list[Posting] = [Post("begun", (y,), done.begun(y), y) for y in [*b.begun, *done.guard_ids]]
    posts += [Post("guard_begun", (y, t), done.guards.by((y,), t), y) for y in done.guard_ids for t in p]
    posts += [
        Post("guarded", (e.initiative_id, k, t), x, k)
        for k in case.levels
        for e in soft.guards(case, k)
        for t in p
        if (x := done.guards.by((e.initiative_id,), ini.guard_start_for_service(case, e, k, t)))
    ]
    _bounds(b, case, done)
    posts += _offers(b, case)
    posts += [*_gates(case, done), *_done(case, done), *software_costs.costs(case, done)]
    return posts


def _rules(b: Any, case: Case, done: Initiatives) -> None:
    def needs(y: str) -> float:
        return case.initiatives[y].need_ceiling_units

    before = {y: case.initiatives[y].prerequisite_id for y in [*b.begun, *done.guard_ids]}

    @b.Constraint(over(y for y in b.begun if before[y]), doc="an initiative begins only with what it stands on")
    def begun_in_order(b: Any, y: str) -> Any:
        return total([*done.begun(y), *minus(done.begun(before[y]))]) <= 0

    @b.Constraint(over(y for y in done.guard_ids if before[y]), doc="a guard begins only with what it stands on")
    def guards_in_order(b: Any, y: str) -> Any:
        return total([*done.guards.by((y,), case.periods.last), *minus(done.begun(before[y]))]) <= 0

    @b.Constraint(over(done.guards.steps()), doc="a guard that is begun stays")
    def guards_stay(b: Any, *index: Any) -> Any:
        return done.guards.grows(*index)

    @b.Constraint(over(done.joined.steps()), doc="what is let through stays so")
    def joined_stays(b: Any, *index: Any) -> Any:
        return done.joined.grows(*index)

    waiting = [
        (a, g, y)
        for a, g in done.joined.things()
        for y in dict.fromkeys(e.prerequisite_id for e in ini.of_gate(case, str(g)))
        if y
    ]

    @b.Constraint(over(waiting), doc="agencies wait for what their initiatives stand on")
    def joined_in_order(b: Any, a: str, g: str, y: str) -> Any:
        return total([*done.joined.by((a, g), case.periods.count), *minus(done.begun(y))]) <= 0

    counted = [e.initiative_id for e in ini.of_agencies(case) if ini.units_asked(case, e) > e.need_ceiling_units + 1e-9]

    @b.Constraint(over(counted), doc="no more units than the need")
    def units_within_need(b: Any, y: str) -> Any:
        return total(done.units(y, case.periods.count)) <= case.initiatives[y].need_ceiling_units

    @b.Constraint(over(done.packages.steps()), doc="an authorisation that is begun stays")
    def packages_stay(b: Any, *index: Any) -> Any:
        return done.packages.grows(*index)

    stood_on = [(*key, case.initiatives[str(key[0])].prerequisite_id) for key in done.packages.things()]

    @b.Constraint(over(i for i in stood_on if i[-1]), doc="authorisations wait for what they stand on")
    def packages_in_order(b: Any, *index: Any) -> Any:
        *key, y = index
        return total([*done.packages.by(tuple(key), case.periods.last), *minus(done.begun(y))]) <= 0

    kinds = dict.fromkeys(str(key[0]) for key in done.packages.things())
    scarce = [y for y in kinds if len({k for k in done.packages.things() if k[0] == y}) > needs(y)]

    @b.Constraint(over(scarce), doc="no more authorisations than the need")
    def packages_within_need(b: Any, y: str) -> Any:
        mine = [key for key in done.packages.things() if key[0] == y]
        return total(x for key in mine for x in done.packages.by(key, case.periods.last)) <= needs(y)

    @b.Constraint(over(b.package_by), doc="a service is authorised once its level is offered and guarded")
    def package_for_level(b: Any, y: str, o: str, level: str, t: int) -> Any:
        guards = soft.guards(case, level)
        begun = [
            x
            for e in guards
            for x in done.guards.by((e.initiative_id,), ini.guard_start_for_package(case, e, level, y, t))
        ]
        return total([(1.0, b.package_by[y, o, level, t]), (-1.0, b.offered[level]), *minus(begun)]) >= -len(guards)


def _bounds(b: Any, case: Case, done: Initiatives) -> None:
    """Nothing is authorised that is not offered and guarded: a sum that only has a lower bound would swallow money."""

    @b.Constraint(over(b.package_by), doc="no service is authorised at a level that no site serves")
    def package_where_offered(b: Any, y: str, o: str, level: str, t: int) -> Any:
        return total([(1.0, b.package_by[y, o, level, t]), (-1.0, b.offered[level])]) <= 0

    guarded = [(*i, e.initiative_id) for i in b.package_by for e in soft.guards(case, i[2])]

    @b.Constraint(over(guarded), doc="no service is authorised before its level is guarded")
    def package_after_guard(b: Any, y: str, o: str, level: str, t: int, guard: str) -> Any:
        start = ini.guard_start_for_package(case, case.initiatives[guard], level, y, t)
        return total([(1.0, b.package_by[y, o, level, t]), *minus(done.guards.by((guard,), start))]) <= 0


def _offers(b: Any, case: Case) -> list[Posting]:
    last = case.periods.last
    posts: list[Posting] = []
    for k in b.offered:
        serves = tuple(Of(-1.0, "serves", (s, k, last)) for s in case.sites)
        says = "a level is offered only if some site serves it"
        posts.append(Meeting("software.offered_by_sites", (k,), [(1.0, b.offered[k])], serves, says))
    return [*posts, *_least_offers(b, case)]


def _least_offers(b: Any, case: Case) -> list[Posting]:
    says = "a level is offered where some site serves it"
    last = case.periods.last
    return [
        Meeting(
            "software.offered_where_served", (s, k), [(-1.0, b.offered[k])], (Of(1.0, "serves", (s, k, last)),), says
        )
        for k in b.offered
        for s in case.sites
        if (s, k) in case.site_levels
    ]


def _gates(case: Case, done: Initiatives) -> list[Posting]:
    """Each bounds the part of an agency's demand that may be served."""
    posts: list[Posting] = []
    for a, gate in ini.gates_of_agencies(case):
        for t in list(case.periods)[1:]:
            terms, known = done.let_through(a, gate, t)
            says = "an agency is served in the part that its gates admit"
            posts.append(
                Meeting(
                    "software.within_gates", (a, gate, t), minus(terms), (Of(1.0, "admitted", (a, t)),), says, known
                )
            )
    return posts


def _done(case: Case, done: Initiatives) -> list[Posting]:
    """What is done at the end of each period, for the promises on governance and services."""
    posts: list[Posting] = []
    for y, (start, units) in ini.dates(case).items():
        end = soft.ready(case, case.initiatives[y], start)
        posts += [Post("done", (y, (), t), done.begun(y, units), y) for t in case.periods if t >= end]
    for y in done.guard_ids:
        e = case.initiatives[y]
        for t in case.periods:
            if terms := done.guards.by((y,), soft.last_start(case, e, t)):
                posts.append(Post("done", (y, (), t), terms, y))
    for e in ini.of_agencies(case):
        for a in case.agencies:
            for t in case.periods:
                if terms := done.units(e.initiative_id, t + 1, a):
                    posts.append(Post("done", (e.initiative_id, (a,), t), terms, a))
    for y, o, level in done.packages.things():
        for t in case.periods:
            if terms := done.packages.by((y, o, level), soft.last_start(case, case.initiatives[str(y)], t)):
                posts.append(Post("done", (y, (o, level), t), terms, level))  # type: ignore[arg-type]
    return posts


def settle(b: Any, case: Case, serves: Any) -> None:
    """Offer and authorise no more than the rows ask for. ``serves(site, level)`` is its value at the end."""
    done = Initiatives(b, case)
    for level, v in b.offered.items():
        v.set_value(max((serves(s, level) for s in case.sites), default=0.0), skip_validation=True)
    for (y, _, level, t), v in b.package_by.items():
        least = b.offered[level].value
        for e in soft.guards(case, level):
            start = ini.guard_start_for_package(case, e, level, y, t)
            least += sum(n * x.value for n, x in done.guards.by((e.initiative_id,), start)) - 1
        v.set_value(max(0.0, least), skip_validation=True)


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label, done = case.periods.label, Initiatives(b, case)
    whole = {y: (u, n) for y, (u, n) in ini.dates(case).items() if b.begun[y].value > 0.5}
    starts = [(y, label(u), 1) for y, (u, _) in whole.items() if case.initiatives[y].per == "programme"]
    starts += [(y, label(t), 1) for y in done.guard_ids for t, n in done.guards.started(y).items() if n > 0.5]
    connects: list[tuple[object, ...]] = [
        (y, a, label(u), soft.units_of_agency(case, y, a))
        for y, (u, _) in whole.items()
        if case.initiatives[y].per == "system"
        for a in case.agencies
        if soft.units_of_agency(case, y, a) > NOISE
    ]
    onboards: list[tuple[object, ...]] = []
    for e in ini.of_agencies(case):
        for (a, t), units in done.started_units(e).items():
            if units > NOISE:
                (onboards if e.per == "agency" else connects).append((e.initiative_id, a, label(t), units))
    packages = [(y, o, level, label(t), 1) for (y, o, level), t in done.packages_begun().items()]
    return {
        "starts": frame("starts", starts),
        "packages": frame("packages", packages),
        "onboards": frame("onboards", onboards),
        "connects": frame("connects", connects),
    }
