"""Workload: racks at work, service by agency, level and depth of demand, and service after the horizon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Cost, Meeting, Of, Post, Posting, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.families import columns, over
from planner.inputs.case import Case, Rate
from planner.plan import NOISE, frame

#: (place, rack class, service, level, period)
InUse = tuple[str, str, str, str, int]


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Running racks and service; posts use of racks and halls, value, serving compute and data movement."""
    p = case.periods
    runs, services = use.runs(case, places), use.services(case, places)
    demand = {(*key, t): case.demand_pflops_years(key, t) for key in case.demands for t in p if t > 0}
    depths = [(*key, j) for key in demand for j in case.demand_tranches]
    clusters = [(s, w, t) for s in places for w in combos.cluster_workloads(case) for t in p if t > 0]
    b.running = columns(runs, domain=pyo.NonNegativeReals, doc="racks at work")
    b.served = columns(services, domain=pyo.NonNegativeReals, doc="delivered PFLOP/s-years")
    b.depth = columns(
        depths,
        bounds=lambda b, a, w, k, t, j: (0, demand[a, w, k, t] * case.demand_tranches[j].share),
        doc="delivered PFLOP/s-years by depth of demand",
    )
    b.bonus = columns(
        use.bonuses(case, places), domain=pyo.NonNegativeReals, doc="delivered PFLOP/s-years by the scheduler"
    )
    b.hosts = columns(clusters, domain=pyo.Binary, doc="the site holds the cluster the jobs need")

    of_work = {(w, t): 0.0 for _, w, _, t in demand}
    for (_, w, _, t), x in demand.items():
        of_work[w, t] += x
    for_service: dict[InUse, Terms] = {}
    output: dict[tuple[str, str, str, int], Terms] = {}
    of_chip: dict[tuple[str, str, int], Terms] = {}
    kind = {c: combos.rack_class(case, chip) for c, chip in case.chips.items()}
    for (s, c, w, level, t), x in b.running.items():
        work = case.workloads[w]
        peak = case.chips[c].pflops(work.precision)
        service = work.service_id or soft.NO_SERVICE
        for_service.setdefault((s, kind[c], service, level, t), []).append((case.chips[c].rack_mw, x))
        output.setdefault((s, w, level, t), []).append((peak * work.delivered_share * p.years, x))
        of_chip.setdefault((s, c, t), []).append((1.0, x))
    given: dict[tuple[str, str, str, int], Terms] = {}
    by_demand: dict[tuple[str, str, str, int], Terms] = {}
    by_cluster: dict[tuple[str, str, int], Terms] = {}
    from_place: dict[tuple[str, str, int], Terms] = {}
    for (s, a, w, level, t), x in b.served.items():
        given.setdefault((s, w, level, t), []).append((1.0, x))
        from_place.setdefault((s, w, t), []).append((1.0, x))
        by_demand.setdefault((a, w, level, t), []).append((1.0, x))
        by_cluster.setdefault((s, w, t), []).append((1.0, x))

    @b.Constraint(over(given), doc="service stays within what running racks deliver")
    def delivered(b: Any, s: str, w: str, level: str, t: int) -> Any:
        more = [(1.0, b.bonus[s, w, level, t])] if (s, w, level, t) in b.bonus else []
        return total(given[s, w, level, t]) <= total([*output.get((s, w, level, t), []), *more])

    @b.Constraint(over(b.bonus), doc="the scheduler raises what running racks deliver")
    def bonus_within_output(b: Any, s: str, w: str, level: str, t: int) -> Any:
        uplift = case.workloads[w].uplift_share
        most = [(uplift * n, v) for n, v in output[s, w, level, t]]
        return b.bonus[s, w, level, t] <= total(most)

    @b.Constraint(over(demand), doc="service is told apart by depth of demand")
    def served_by_depth(b: Any, a: str, w: str, level: str, t: int) -> Any:
        deep = [(-1.0, b.depth[a, w, level, t, j]) for j in case.demand_tranches]
        return total([*by_demand.get((a, w, level, t), []), *deep]) == 0

    must = [
        (*key, t)
        for key, row in case.demands.items()
        if row.must_serve_share > 0
        for t in p
        if t > 0 and p.year(t) >= case.parameter("must_serve_from_year")
    ]

    @b.Constraint(over(must), doc="marked demand is met")
    def must_serve(b: Any, a: str, w: str, level: str, t: int) -> Any:
        deep = total((1.0, b.depth[a, w, level, t, j]) for j in case.demand_tranches)
        return deep >= case.demands[a, w, level].must_serve_share * demand[a, w, level, t]

    @b.Constraint(over([x for x in clusters if x in by_cluster]), doc="jobs that need a cluster run only where it is")
    def only_on_cluster(b: Any, s: str, w: str, t: int) -> Any:
        return total([*by_cluster[s, w, t], (-of_work[w, t], b.hosts[s, w, t])]) <= 0

    posts: list[Posting] = [*_halls(b, case, places, for_service), *_admitted(b, case, demand)]
    posts += [
        Post("served", (s, case.workloads[w].service_id or soft.NO_SERVICE, level, t), terms, w)
        for (s, w, level, t), terms in given.items()
    ]
    posts += _scheduled(b, case, demand)
    for (s, c, t), terms in of_chip.items():
        posts.append(Post("installed_racks", (s, c, t - 1), [(-n, v) for n, v in terms], "running"))
    for s, w, t in clusters:
        posts.append(Post("clusters", (s, w, t - 1), [(-case.workloads[w].cluster_pflops, b.hosts[s, w, t])], w))
    for (a, w, _, t), terms in by_demand.items():
        work = case.workloads[w]
        serving = 1 / (work.delivered_share * p.years)
        posts.append(Post("serving_pflops", (t, work.precision), [(serving, v) for _, v in terms], a))
    for (_, w, _, t), v in b.bonus.items():
        work = case.workloads[w]
        posts.append(
            Post("serving_pflops", (t, work.precision), [(-1 / (work.delivered_share * p.years), v)], "scheduler")
        )
    weights = {w: case.rent_musd(w, case.programme.base_year) for w in case.workloads}
    for (s, w, t), terms in from_place.items():
        posts.append(Post("site_service", (s, t), [(weights[w], v) for _, v in terms], w))
    for a, w, level, t, j in depths:
        worth = case.rent_musd(w, p.year(t)) * case.levels[level].rent_premium * case.demand_tranches[j].value_share
        posts.append(Post("value", (t,), [(worth * case.present_factor(t), b.depth[a, w, level, t, j])], w))
        posts.append(Post("depth", (a, w, level, t, j), [(1.0, b.depth[a, w, level, t, j])], w))
    posts += _movement(b, case, places)
    posts += _after_the_horizon(b, case, demand)
    return posts


def _halls(b: Any, case: Case, places: Places, for_service: dict[InUse, Terms]) -> list[Posting]:
    """Hall MW in use at each site: what gates of sites speak of; racks of a place run within its sites'.

    Told apart by rack class: in a pool, work at a site is then done by racks of a class that its halls house.
    """
    b.in_use = columns(
        use.halls_in_use_by_class(case), domain=pyo.NonNegativeReals, doc="MW IT of halls at work for a service"
    )

    place = {s: r for r, inside in places.items() for s in inside}
    halls: dict[InUse, Terms] = {key: [] for key in for_service}
    for (s, q, o, level, t), v in b.in_use.items():
        halls.setdefault((place[s], q, o, level, t), []).append((-1.0, v))

    @b.Constraint(over(halls), doc="halls in use for a service and level are those in which racks run for it")
    def running_is_use(b: Any, r: str, q: str, o: str, level: str, t: int) -> Any:
        return total([*for_service.get((r, q, o, level, t), []), *halls[r, q, o, level, t]]) == 0

    posts: list[Posting] = []
    for (s, q, o, level, t), v in b.in_use.items():
        posts.append(Post("hall_in_use_mw", (s, o, level, t), [(1.0, v)], q))
        posts.append(Post("running_mw", (s, q, t), [(1.0, v)], level))
        posts.append(Post("hardened_mw", (s, level, t - 1), [(-1.0, v)], "in use"))
    return posts


def _admitted(b: Any, case: Case, demand: dict[tuple[str, str, str, int], float]) -> list[Posting]:
    """The part of its demand that an agency with gates may be served; each gate bounds it by a row of its own."""
    gated = list(dict.fromkeys(a for _, a in soft.agency_gates(case)))
    b.admitted = columns(
        [(a, t) for a in gated for t in list(case.periods)[1:]],
        bounds=(0, 1),
        doc="part of the agency's demand that may be served",
    )

    @b.Constraint(
        over([key for key in demand if key[0] in gated]), doc="an agency is served in the part that is admitted"
    )
    def within_admitted(b: Any, a: str, w: str, level: str, t: int) -> Any:
        deep = [(1.0, b.depth[a, w, level, t, j]) for j in case.demand_tranches]
        return total([*deep, (-demand[a, w, level, t], b.admitted[a, t])]) <= 0

    return [Post("admitted", (a, t), [(1.0, v)], a) for (a, t), v in b.admitted.items()]


def _scheduled(b: Any, case: Case, demand: dict[tuple[str, str, str, int], float]) -> list[Posting]:
    """With a bonus on all it serves, a service still does not pass its demand: that is the most the scheduler adds."""
    scheduler = use.scheduler(case)
    more: dict[tuple[str, str, int], Terms] = {}
    for (_, w, level, t), v in b.bonus.items():
        more.setdefault((w, level, t), []).append((1.0, v))
    asked = dict.fromkeys(more, 0.0)
    for (_, w, level, t), x in demand.items():
        if (w, level, t) in asked:
            asked[w, level, t] += x
    posts: list[Posting] = []
    for (w, level, t), terms in more.items():
        uplift = case.workloads[w].uplift_share
        done = Of(-uplift / (1 + uplift) * asked[w, level, t], "done", (scheduler, (), t - 1))
        says = "the scheduler adds to service once it is done"
        posts.append(Meeting("workload.bonus_when_scheduled", (w, level, t), terms, (done,), says))
    return posts


def _movement(b: Any, case: Case, places: Places) -> list[Posting]:
    moved: dict[tuple[str, str, int], Terms] = {}
    for (s, a, _, _, t), x in b.served.items():
        moved.setdefault((s, a, t), []).append((1.0, x))
    costs: list[Posting] = []
    for (s, a, t), terms in moved.items():
        rates = [
            case.rate("movement", f"{a}/{i}", "movement_usd_per_pflops_year")
            for i in places[s]
            if case.has_movement(a, i)
        ]
        rate: Rate = min(rates, key=lambda x: x.usd)
        if rate.usd:
            costs.append(Cost("3.3.1", s, f"data of {a}", t, terms, "PFLOP/s-years", rate))
    return costs


def _after_the_horizon(b: Any, case: Case, demand: dict[tuple[str, str, str, int], float]) -> list[Posting]:
    """Surviving racks go on serving at the last year's depth of demand, tapered, at open-level rent."""
    p = case.periods
    years = list(combos.years_after(case))
    able = sorted({(c, w) for c, w in case.suitable}, key=lambda x: (list(case.chips).index(x[0]), x[1]))
    last_demand = {
        w: sum(x for (_, i, _, t), x in demand.items() if (i, t) == (w, p.last)) / p.years for w in case.workloads
    }
    b.tail_running = columns(
        [(c, w, n) for c, w in able for n in years], domain=pyo.NonNegativeReals, doc="racks at work after the horizon"
    )
    b.tail_depth = columns(
        [(w, j, n) for w in case.workloads for j in case.demand_tranches for n in years],
        bounds=lambda b, w, j, n: (0, last_demand[w] * case.demand_tranches[j].share),
        doc="delivered PFLOP/s-years after the horizon",
    )

    @b.Constraint(list(case.workloads), years, doc="service after the horizon stays within what racks deliver")
    def tail_delivered(b: Any, w: str, n: int) -> Any:
        work = case.workloads[w]
        racks = [
            (case.chips[c].pflops(work.precision) * work.delivered_share, b.tail_running[c, i, n])
            for c, i in able
            if i == w
        ]
        return total((1.0, b.tail_depth[w, j, n]) for j in case.demand_tranches) <= total(racks)

    last = [((a, w), x / p.years) for (a, w, _, t), x in demand.items() if t == p.last]
    gated = {a for a, _ in b.admitted}

    @b.Constraint(
        [w for w in case.workloads if any(i == w and a in gated for (a, i), _ in last)],
        years,
        doc="service after the horizon stays within what is admitted at its end",
    )
    def tail_within_admitted(b: Any, w: str, n: int) -> Any:
        shares = [(-x, b.admitted[a, p.last]) for (a, i), x in last if i == w and a in gated]
        free = sum(x for (a, i), x in last if i == w and a not in gated)
        return total([*((1.0, b.tail_depth[w, j, n]) for j in case.demand_tranches), *shares]) <= free

    posts: list[Posting] = []
    for c, w in able:
        for n in years:
            posts.append(Post("survivors", (c, n), [(-1.0, b.tail_running[c, w, n])], w))
    end = case.programme.horizon.first_year - case.programme.base_year + p.count * p.years
    for w, j, n in b.tail_depth:
        factor = (1 + case.real_rate) ** -(end + n - 0.5) * case.parameter("tail_taper") ** n
        worth = case.rent_musd(w, p.year(p.last) + n) * case.demand_tranches[j].value_share * factor
        posts.append(Post("value", (p.count,), [(worth, b.tail_depth[w, j, n])], w))
    return posts


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    rows: dict[str, Sequence[tuple[object, ...]]] = {
        "running": [(s, c, w, k, label(t), v.value) for (s, c, w, k, t), v in b.running.items() if v.value > NOISE],
        "served": [(s, a, w, k, label(t), v.value) for (s, a, w, k, t), v in b.served.items() if v.value > NOISE],
        "depth": [(a, w, k, j, label(t), v.value) for (a, w, k, t, j), v in b.depth.items() if v.value > NOISE],
        "bonus": [(s, w, k, label(t), v.value) for (s, w, k, t), v in b.bonus.items() if v.value > NOISE],
        "hosts": [(s, w, label(t), 1) for (s, w, t), v in b.hosts.items() if v.value > 0.5],
        "tail_running": [(c, w, n, v.value) for (c, w, n), v in b.tail_running.items() if v.value > NOISE],
        "tail_depth": [(w, j, n, v.value) for (w, j, n), v in b.tail_depth.items() if v.value > NOISE],
    }
    return {name: frame(name, found) for name, found in rows.items()}
