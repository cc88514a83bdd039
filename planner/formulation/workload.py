"""Workload: racks at work, and service by agency, workload, level and depth of demand.

Variables: ``in_use[s,q,l,t]`` (MW IT of halls at work at a level), ``running[r,c,w,l,t]`` (racks),
``served[r,a,w,l,t]``, ``depth[a,w,l,t,j]`` and ``bonus[r,w,l,t]`` (delivered PFLOP/s-years), ``hosts[r,w,t]`` (0/1),
``admitted[a,t]`` (0 to 1).

    running_is_use[r,q,l,t]       Σ_c,w rack_mw · running = Σ_s in_use
    use_within_housed[s,q,t]      Σ_l in_use ≤ housed MW of the class when the period opens
    racks_assigned[r,c,t]         Σ_w,l running ≤ racks in place when the period opens
    delivered[r,w,l,t]            Σ_a served ≤ Σ_c running · pflops · delivered_share · years + bonus
    bonus_within_output[r,w,l,t]  bonus ≤ uplift · Σ_c running · pflops · delivered_share · years
    bonus_when_scheduled[w,l,t]   Σ_r bonus ≤ uplift/(1+uplift) · demand · scheduler done
    served_by_depth[a,w,l,t]      Σ_r served = Σ_j depth
    within_admitted[a,w,l,t]      Σ_j depth ≤ demand · admitted[a,t]
    must_serve[a,w,l,t]           Σ_j depth ≥ must_serve_share · demand
    cluster_size[r,w,t]           PFLOP/s in place that can do the work ≥ cluster_pflops · hosts
    only_on_cluster[r,w,t]        Σ served ≤ demand · hosts
    served_as_asked[w,l,t]        Σ_a,j depth = the service of the run named by ``serve_as``

What waits for levels, guards and clusters, depth by depth, is in ``gates``; service after the horizon in ``after``.
Value: (rent · rent_premium + addon of the level) · value_share of the depth · present factor, M base-year USD.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Cost, Meeting, Of, Post, Posting
from planner.formulation.combinations import ANY_CLASS, Places
from planner.formulation.terms import Key, Terms, minus, over, scaled, total
from planner.inputs.case import Case
from planner.plan import NOISE, frame
from planner.wbs import MOVEMENT


class Work:
    """Sums over racks at work and over service, each made once."""

    def __init__(self, b: Any, case: Case, places: Places) -> None:
        self.case, self.p, self.places = case, case.periods, places
        self.classes = use.class_names(case, places)
        self.demand = {(*k, t): case.demand_pflops_years(k, t) for k in case.demands for t in case.periods if t > 0}
        kind = {c: combos.rack_class(case, chip) for c, chip in case.chips.items()}
        self.megawatts: dict[Key, Terms] = {}
        self.output: dict[Key, Terms] = {}
        self.of_chip: dict[tuple[str, str, int], Terms] = {}
        for (r, c, w, k, t), x in b.running.items():
            work = case.workloads[w]
            each = case.chips[c].pflops(work.precision) * case.delivered_share(w) * self.p.years
            q = ANY_CLASS if self.classes == (ANY_CLASS,) else kind[c]
            self.megawatts.setdefault((r, q, k, t), []).append((case.chips[c].rack_mw, x))
            self.output.setdefault((r, w, k, t), []).append((each, x))
            self.of_chip.setdefault((r, c, t), []).append((1.0, x))
        self.given: dict[Key, Terms] = {}
        self.by_demand: dict[Key, Terms] = {}
        self.at_place: dict[Key, Terms] = {}
        for (r, a, w, k, t), x in b.served.items():
            self.given.setdefault((r, w, k, t), []).append((1.0, x))
            self.by_demand.setdefault((a, w, k, t), []).append((1.0, x))
            self.at_place.setdefault((r, w, t), []).append((1.0, x))

    def asked(self, w: str, level: str | None, t: int) -> float:
        """Demand for a workload, at a level or at all, of all agencies."""
        return sum(x for (_, v, k, u), x in self.demand.items() if (v, u) == (w, t) and level in (None, k))


def depths_of(b: Any, case: Case, key: Key) -> Terms:
    """Service of a demand row in a period, over its depths."""
    return [(1.0, b.depth[(*key, j)]) for j in case.demand_tranches]


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Racks at work and service; posts use of racks and halls, value, serving compute and data movement."""
    served = use.services(case, places)
    demand = {(*k, t): case.demand_pflops_years(k, t) for k in case.demands for t in case.periods}
    keys = list(dict.fromkeys(x[1:] for x in served))
    b.in_use = pyo.Var(
        over(use.halls_in_use(case, use.class_names(case, places))), domain=pyo.NonNegativeReals, doc="MW IT at work"
    )
    b.running = pyo.Var(over(use.runs(case, places)), domain=pyo.NonNegativeReals, doc="racks at work")
    b.served = pyo.Var(over(served), domain=pyo.NonNegativeReals, doc="delivered PFLOP/s-years")
    b.depth = pyo.Var(
        over((*key, j) for key in keys for j in case.demand_tranches),
        bounds=lambda b, a, w, k, t, j: (0, demand[a, w, k, t] * case.demand_tranches[j].share),
        doc="delivered PFLOP/s-years by depth of demand",
    )
    b.bonus = pyo.Var(over(use.bonuses(case, places)), domain=pyo.NonNegativeReals, doc="added by the scheduler")
    b.hosts = pyo.Var(over(_clusters(case, places)), domain=pyo.Binary, doc="the place holds the cluster of the jobs")
    b.admitted = pyo.Var(
        over((a, t) for a in dict.fromkeys(a for _, a in soft.agency_gates(case)) for t in list(case.periods)[1:]),
        bounds=(0, 1),
        doc="part of the agency's demand that may be served",
    )
    work = Work(b, case, places)
    _racks(b, work)
    _service(b, work, keys)
    _asked(b, work)
    posts = [*_posts(b, case, work), *_values(b, case), *_movement(b, case, places), *_scheduled(b, work)]
    return [*posts, *(Post("admitted", (a, t), [(1.0, v)], a) for (a, t), v in b.admitted.items())]


def _clusters(case: Case, places: Places) -> list[tuple[str, str, int]]:
    """(place, workload, period) in which a cluster may be held for service."""
    running = dict.fromkeys((r, w, t) for r, _, w, _, t in use.runs(case, places))
    return [x for x in running if x[1] in combos.cluster_workloads(case)]


def _racks(b: Any, work: Work) -> None:
    at: dict[Key, Terms] = {key: list(terms) for key, terms in work.megawatts.items()}
    place = {s: r for r, inside in work.places.items() for s in inside}
    for (s, q, k, t), v in b.in_use.items():
        at.setdefault((place[s], q, k, t), []).append((-1.0, v))

    @b.Constraint(over(at), doc="halls in use at a level are those in which racks run at it")
    def running_is_use(b: Any, r: str, q: str, level: str, t: int) -> Any:
        return total(at[r, q, level, t]) == 0

    @b.Constraint(over(b.bonus), doc="the scheduler raises what running racks deliver")
    def bonus_within_output(b: Any, *key: Any) -> Any:
        uplift = work.case.workloads[key[1]].uplift_share
        return total([(1.0, b.bonus[key]), *scaled(work.output[key], -uplift)]) <= 0


def _service(b: Any, work: Work, keys: Sequence[Key]) -> None:
    case = work.case

    @b.Constraint(over(work.given), doc="service stays within what running racks deliver")
    def delivered(b: Any, *key: Any) -> Any:
        more = [(-1.0, b.bonus[key])] if key in b.bonus else []
        return total([*work.given[key], *minus(work.output.get(key, [])), *more]) <= 0

    @b.Constraint(over(keys), doc="service is split by depth of demand")
    def served_by_depth(b: Any, *key: Any) -> Any:
        return total([*work.by_demand[key], *minus(depths_of(b, case, key))]) == 0

    @b.Constraint(over(k for k in keys if (k[0], k[3]) in b.admitted), doc="demand is served in the part admitted")
    def within_admitted(b: Any, *key: Any) -> Any:
        return total([*depths_of(b, case, key), (-work.demand[key], b.admitted[key[0], key[3]])]) <= 0

    since = case.parameter("must_serve_from_year")
    must = [
        (*k, t)
        for k, row in case.demands.items()
        for t in list(case.periods)[1:]
        if row.must_serve_share > 0 and case.periods.year(t) >= since and work.demand[(*k, t)] > 0
    ]
    known = set(keys)
    b.nothing = pyo.Var(over(k for k in must if k not in known), bounds=(0, 0), doc="of demand that cannot be served")

    @b.Constraint(over(must), doc="marked demand is met")
    def must_serve(b: Any, *key: Any) -> Any:
        deep = depths_of(b, case, key) if key in known else [(1.0, b.nothing[key])]
        return total(deep) >= case.demands[key[:3]].must_serve_share * work.demand[key]

    @b.Constraint(over(x for x in b.hosts if x in work.at_place), doc="jobs that need a cluster run only where it is")
    def only_on_cluster(b: Any, r: str, w: str, t: int) -> Any:
        return total([*work.at_place[r, w, t], (-work.asked(w, None, t), b.hosts[r, w, t])]) <= 0


def _asked(b: Any, work: Work) -> None:
    """Service fixed to that of another run, where the programme asks for it."""
    path, p = work.case.service_path, work.case.periods
    asked = {(w, k, t): path.get((w, k, p.label(t)), 0.0) for w, k in sorted(combos.asked(work.case)) for t in p}
    given: dict[Key, Terms] = {}
    for (_, w, k, t, _), v in b.depth.items():
        given.setdefault((w, k, t), []).append((1.0, v))

    @b.Constraint(over(i for i in asked if path and i in given), doc="service is that of the run named by serve_as")
    def served_as_asked(b: Any, *index: Any) -> Any:
        return total(given[index]) == asked[index]


def _posts(b: Any, case: Case, work: Work) -> list[Posting]:
    posts: list[Posting] = []
    for (s, q, k, t), v in b.in_use.items():
        posts.append(Post("in_use_mw", (s, k, t), [(1.0, v)], q))
    posts += [Post("installed_racks", (r, c, t - 1), minus(x), "running") for (r, c, t), x in work.of_chip.items()]
    for (r, w, t), v in b.hosts.items():
        posts.append(Post("clusters", (r, w, t - 1), [(-case.workloads[w].cluster_pflops, v)], "hosts"))
    for family, sign in ((b.served, 1.0), (b.bonus, -1.0)):
        for key, v in family.items():
            w, t = (key[2], key[4]) if family is b.served else (key[1], key[3])
            work_ = case.workloads[w]
            serving = sign / (case.delivered_share(w) * case.periods.years)
            posts.append(Post("serving_pflops", (t, work_.precision), [(serving, v)], w))
    return posts


def _values(b: Any, case: Case) -> list[Posting]:
    p, posts = case.periods, []
    for (a, w, k, t, j), v in b.depth.items():
        worth = case.rent_musd(w, p.year(t), k) * case.demand_tranches[j].value_share
        posts.append(Post("value", (t,), [(worth * case.present_factor(t), v)], w))
        posts.append(Post("priced", (a, t), [(case.rent_musd(w, p.year(t), k) / case.deflator(t), v)], w))
        posts.append(Post("depth", (a, w, k, t, j), [(1.0, v)], w))
    return list(posts)


def _movement(b: Any, case: Case, places: Places) -> list[Posting]:
    """3.3.1: service of an agency from a place · movement_usd_per_pflops_year; a pool takes the least of its sites."""
    moved: dict[tuple[str, str, int], Terms] = {}
    for (r, a, _, _, t), x in b.served.items():
        moved.setdefault((r, a, t), []).append((1.0, x))
    costs: list[Posting] = []
    for (r, a, t), terms in moved.items():
        rates = [
            case.rate("movement", f"{a}/{s}", "movement_usd_per_pflops_year")
            for s in places[r]
            if case.has_movement(a, s)
        ]
        rate = min(rates, key=lambda x: x.usd)
        if rate.usd:
            costs.append(Cost(MOVEMENT, r, f"data of {a}", t, terms, "PFLOP/s-years", rate))
    return costs


def _scheduled(b: Any, work: Work) -> list[Posting]:
    """With a bonus on all it serves, a service still does not pass its demand: the most that the scheduler adds."""
    scheduler = use.scheduler(work.case)
    more: dict[tuple[str, str, int], Terms] = {}
    for (_, w, k, t), v in b.bonus.items():
        more.setdefault((w, k, t), []).append((1.0, v))
    posts: list[Posting] = []
    for (w, k, t), terms in more.items():
        uplift = work.case.workloads[w].uplift_share
        done = Of(-uplift / (1 + uplift) * work.asked(w, k, t), "begun", (scheduler,))
        says = "the scheduler adds to service once it is done"
        posts.append(Meeting("workload.bonus_when_scheduled", (w, k, t), terms, (done,), says))
    return posts


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    rows: dict[str, Sequence[tuple[object, ...]]] = {
        "running": [(s, c, w, k, label(t), v.value) for (s, c, w, k, t), v in b.running.items() if v.value > NOISE],
        "served": [(s, a, w, k, label(t), v.value) for (s, a, w, k, t), v in b.served.items() if v.value > NOISE],
        "depth": [(a, w, k, j, label(t), v.value) for (a, w, k, t, j), v in b.depth.items() if v.value > NOISE],
        "bonus": [(s, w, k, label(t), v.value) for (s, w, k, t), v in b.bonus.items() if v.value > NOISE],
        "hosts": [(s, w, label(t), 1) for (s, w, t), v in b.hosts.items() if v.value > 0.5],
    }
    return {name: frame(name, found) for name, found in rows.items()}
