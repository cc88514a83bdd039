"""Offers: what the gates of a service at a level say of all sites together, depth by depth.

Everything here follows from the gates of halls and of agencies. A gate of a hall speaks of MW in use against the most
that can be, which a linear relaxation opens by a tenth; these rows say that demand is served only in the part in which
a service is offered anywhere at all. Where service is tracked by site they say so of each site: what it delivers of a
depth of demand waits for its own gates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Meeting, Of, Posting
from planner.formulation.combinations import Places
from planner.formulation.families import columns
from planner.inputs.case import Case

Gate = tuple[str, tuple[Of, ...]]


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Offers of services and agencies let in as a whole; their gates, and the depths of demand behind them."""
    services = soft.services_of(case)
    in_use = dict.fromkeys((o, level, t) for _, o, level, t in use.halls_in_use(case))
    gates = {key: found for key in in_use if (found := list(_gates(case, *key)))}
    at_sites = _told_apart(case, places)
    whole = {a: ys for a in case.agencies if (ys := _gates_of_one(case, a))}
    b.offered = columns(gates, bounds=(0, 1), doc="a service is offered at a level at some site")
    b.joined = columns(
        [(a, t) for a in whole for t in list(case.periods)[1:]], bounds=(0, 1), doc="an agency is through its gates"
    )
    b.offered_at = columns(at_sites, bounds=(0, 1), doc="a service is offered at a level at the site")
    b.delivered_at = columns(
        [(*key, j) for key in at_sites for j in case.demand_tranches],
        domain=pyo.NonNegativeReals,
        doc="PFLOP/s-years that the site delivers by depth of demand",
    )
    posts: list[Posting] = [
        Meeting(
            "offers.within_gates",
            (o, level, gate, t),
            [(1.0, b.offered[o, level, t])],
            opened,
            "a service is offered at a level where its gates are open at some site",
        )
        for (o, level, t), found in gates.items()
        for gate, opened in found
    ]
    posts += [
        Meeting(
            "offers.joined_within_gates",
            (a, y, t),
            [(1.0, v)],
            (Of(-1.0, "done", (y, (a,), t - 1)),),
            "an agency has joined once it is through its gates",
        )
        for (a, t), v in b.joined.items()
        for y in whole[a]
    ]
    for a, w, level in case.demands:
        o = next(service for service, works in services.items() if w in works)
        for t in list(case.periods)[1:]:
            for j, tranche in case.demand_tranches.items():
                most = tranche.share * case.demand_pflops_years((a, w, level), t)
                depth = (Of(1.0, "depth", (a, w, level, t, j)),)
                if (o, level, t) in gates:
                    terms = [(-most, b.offered[o, level, t])]
                    says = "each depth of demand is served in the part in which the service is offered"
                    posts.append(Meeting("offers.served_where_offered", (a, w, level, t, j), terms, depth, says))
                if a in whole:
                    terms = [(-most, b.joined[a, t])]
                    says = "each depth of demand of a lone agency is served once it has joined"
                    posts.append(Meeting("offers.served_when_joined", (a, w, level, t, j), terms, depth, says))
    posts += _by_site(b, case, services, at_sites)
    return posts


def _by_site(
    b: Any, case: Case, services: dict[str, list[str]], gates: dict[tuple[str, str, str, int], list[Gate]]
) -> list[Posting]:
    """What a site delivers of each depth of demand: no more than it serves, and as far as its gates are open."""
    posts: list[Posting] = []
    over_sites: dict[tuple[str, str, int], list[str]] = {}
    for (s, o, level, t), found in gates.items():
        over_sites.setdefault((o, level, t), []).append(s)
        offered = b.offered_at[s, o, level, t]
        for gate, opened in found:
            says = "a service is offered at a level at a site where its gates are open there"
            posts.append(Meeting("offers.site_within_gates", (s, o, level, gate, t), [(1.0, offered)], opened, says))
        if soft.sites_go_live(case):
            live, says = (Of(-1.0, "live", (s, t)),), "a service is offered at a site that is staffed"
            posts.append(Meeting("offers.offered_where_staffed", (s, o, level, t), [(1.0, offered)], live, says))
        deep = [(1.0, b.delivered_at[s, o, level, t, j]) for j in case.demand_tranches]
        served = (Of(-1.0, "served", (s, o, level, t)),)
        says = "a site delivers no more than it serves"
        posts.append(Meeting("offers.delivered_as_served", (s, o, level, t), deep, served, says))
    for (o, level, t), sites in over_sites.items():
        asking = [(a, w) for a, w, k in case.demands if k == level and w in services[o]]
        asked = sum(case.demand_pflops_years((a, w, level), t) for a, w in asking)
        for j, tranche in case.demand_tranches.items():
            for s in sites:
                terms = [
                    (1.0, b.delivered_at[s, o, level, t, j]),
                    (-tranche.share * asked, b.offered_at[s, o, level, t]),
                ]
                says = "a site delivers of each depth of demand in the part in which it offers the service"
                posts.append(Meeting("offers.delivered_where_offered", (s, o, level, t, j), terms, (), says))
            there = [(-1.0, b.delivered_at[s, o, level, t, j]) for s in sites]
            depth = tuple(Of(1.0, "depth", (a, w, level, t, j)) for a, w in asking)
            says = "each depth of demand is what sites deliver of it"
            posts.append(Meeting("offers.depth_delivered", (o, level, t, j), there, depth, says))
    return posts


def _gates(case: Case, o: str, level: str, t: int) -> Iterator[Gate]:
    """What must be open at some site, or for the programme, before the service is offered in ``t``."""
    sites = [s for s in case.sites if (s, level) in case.site_levels]
    at_sites = [o] if o != soft.NO_SERVICE else []
    for y in case.level_needs[level]:
        if case.initiatives[y].per == "programme":
            yield y, (Of(-1.0, "done", (y, (), t - 1)),)
        else:
            at_sites.append(y)
    if o != soft.NO_SERVICE:
        for e in soft.with_effect(case, "authorises service"):
            yield e.initiative_id, (Of(-1.0, "done", (e.initiative_id, (o, level), t - 1)),)
    for y in at_sites:
        yield y, tuple(Of(-1.0, "done", (y, (s, level), t - 1)) for s in sites)
        yield from _stands_on(case, y, t)
    for x in soft.opens(case, level):
        held = (
            Of(-1.0, "opened", (s, t)) if (s, x) in case.existing_accreditations else Of(-1.0, "held", (s, x, t))
            for s in sites
        )
        yield x, tuple(held)


def _stands_on(case: Case, y: str, t: int) -> Iterator[Gate]:
    """A prerequisite is done before the last start that can be done in time, at whichever site that is."""
    e, p = case.initiatives[y], case.periods
    last = p.last_start(t - 1, e.duration_months)
    if e.prerequisite_id and last >= 0:
        yield f"{e.prerequisite_id} before {y}", (Of(-1.0, "done", (e.prerequisite_id, (), last - 1)),)


def _told_apart(case: Case, places: Places) -> dict[tuple[str, str, str, int], list[Gate]]:
    """(site, service, level, period) -> gates there, where service is told apart by site and some site has any."""
    found = {key: _gates_at(case, *key) for key in use.halls_in_use(case) if key[0] in places}
    gated = {key[1:] for key, gates in found.items() if gates or soft.sites_go_live(case)}
    return {key: gates for key, gates in found.items() if key[1:] in gated}


def _gates_at(case: Case, s: str, o: str, level: str, t: int) -> list[Gate]:
    """What must be open at a site before the service is offered there in ``t``."""
    ports = [o] if o != soft.NO_SERVICE else []
    ports += [y for y in case.level_needs[level] if case.initiatives[y].per != "programme"]
    found: list[Gate] = [(y, (Of(-1.0, "done", (y, (s, level), t - 1)),)) for y in ports]
    found += [
        (x, (Of(-1.0, "held", (s, x, t)),))
        for x in soft.opens(case, level)
        if (s, x) not in case.existing_accreditations
    ]
    return found


def _gates_of_one(case: Case, agency: str) -> list[str]:
    """Initiatives that hold back the whole demand of a group of one large agency."""
    group = case.agencies[agency]
    if group.large_agencies != 1 or group.small_demand_share:
        return []
    return [
        y
        for y, a in soft.agency_gates(case)
        if a == agency and y in case.initiatives and case.initiatives[y].per == "agency"
    ]


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    """Nothing of its own: an offer says again what is done."""
    return {}
