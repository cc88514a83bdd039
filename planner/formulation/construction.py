"""Construction: data halls in whole modules, by design and site, and their hardening."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation import construction_costs
from planner.formulation.accounts import Limit, Post, Posting, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.dates import counts, started, summed
from planner.formulation.families import columns, over
from planner.inputs.case import Case
from planner.plan import NOISE, frame


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Hall starts, hardening and the framework discount; posts capacity, power need, starts and costs."""
    p = case.periods
    starts = combos.hall_starts(case)
    when: dict[tuple[str, str], list[int]] = {x: [] for x in combos.site_designs(case)}
    for s, d, t in starts:
        when[s, d].append(t)
    levels = construction_costs.site_levels(case)
    hardenings = [(s, level, t) for s, level in levels for t in p]
    greenfield_sites = [s for s in case.sites if combos.greenfield_limit_mw(case, s) > 0]
    b.modules = columns(
        starts,
        domain=pyo.NonNegativeIntegers,
        bounds=lambda b, s, d, t: (0, combos.most_modules(case, case.designs[d])),
        doc="whole halls started in the period",
    )
    b.started_by = summed(b.modules, "whole halls started by the end of the period")
    b.hardened_to_date = columns(hardenings, domain=pyo.NonNegativeReals, doc="MW IT hardened by the end of the period")
    b.halls_of_design = columns(
        dict.fromkeys(d for _, d, _ in starts),
        domain=pyo.NonNegativeIntegers,
        doc="whole halls of a design over all sites and periods: a total to branch on",
    )
    b.reached = pyo.Var(domain=pyo.Binary, doc="greenfield halls of all sites pass the framework threshold")
    b.discounted = pyo.Var(greenfield_sites, list(p), domain=pyo.NonNegativeReals, doc="MW IT at the framework price")
    levels_of: dict[str, list[str]] = {s: [] for s in case.sites}
    for s, level in levels:
        levels_of[s].append(level)
    by_site: dict[str, list[tuple[str, str, int]]] = {s: [] for s in case.sites}
    for start in starts:
        by_site[start[0]].append(start)
    design_sites: dict[str, list[str]] = {s: [] for s in case.sites}
    for s, d in when:
        design_sites[s].append(d)

    def megawatts(s: str, d: str, started_in: list[int], per_mw: float = 1.0) -> Terms:
        """MW IT, or so much per MW, of halls started in consecutive periods."""
        return started(b.modules, b.started_by, (s, d), started_in, per_mw * case.designs[d].module_mw)

    def greenfield(s: str, t: int | None = None) -> Terms:
        """MW started in a period, or ever."""
        return [
            x
            for d in design_sites[s]
            if not case.designs[d].brings_own_power
            for x in megawatts(s, d, [u for u in when[s, d] if t in (None, u)])
        ]

    def standing(s: str, d: str, t: int, added_months: float = 0.0) -> Terms:
        """MW that stand at the end of ``t`` and had the added months."""
        return megawatts(s, d, combos.standing_starts(case, d, t, added_months))

    def workers(s: str, t: int) -> Terms:
        def under_way(d: str) -> list[int]:
            first = p.last_start(t, case.designs[d].lead_months)
            return [u for u in when[s, d] if first <= u <= t]

        return [x for d in design_sites[s] for x in megawatts(s, d, under_way(d), case.designs[d].workers_per_mw)]

    def in_existing(s: str, t: int) -> Terms:
        return [
            x
            for d in design_sites[s]
            if case.designs[d].brings_own_power
            for x in megawatts(s, d, [u for u in when[s, d] if _occupies(case, (s, d, u), t)])
        ]

    @b.Constraint(over(starts), doc="counts halls by date")
    def counting_starts(b: Any, *index: Any) -> Any:
        return counts(b.modules, b.started_by, index)

    @b.Constraint(over(b.halls_of_design), doc="halls of a design are counted")
    def counting_halls(b: Any, d: str) -> Any:
        halls = [x for s in case.sites for x in started(b.modules, b.started_by, (s, d), when.get((s, d), []))]
        return total([*halls, (-1.0, b.halls_of_design[d])]) == 0

    @b.Constraint(over(p), doc="craft workers stay within the national market")
    def within_national_workers(b: Any, t: int) -> Any:
        needed = [x for s in case.sites for x in workers(s, t)]
        return total(needed) <= case.parameter("national_craft_workers") if needed else pyo.Constraint.Skip

    def ready_at(s: str, t: int) -> list[tuple[str, str, int]]:
        return [i for i in by_site[s] if p.ready(i[2], case.designs[i[1]].lead_months) == t]

    stopped = [t for t in list(p)[1:] if combos.under_resolution(case, t)]

    @b.Constraint(
        over([(s, t) for s in case.sites for t in stopped if ready_at(s, t - 1)]),
        doc="no site begins to serve while a continuing resolution leaves no month",
    )
    def no_start_under_resolution(b: Any, s: str, t: int) -> Any:
        new = ready_at(s, t - 1)
        most = sum(combos.most_modules(case, case.designs[d]) for _, d, _ in new)
        least = min(case.designs[d].module_mw for d in design_sites[s])
        there = [(-most / least * mw, v) for d in design_sites[s] for mw, v in standing(s, d, t - 2)]
        return total([*((1.0, b.modules[i]) for i in new), *there]) <= 0

    @b.Constraint(over(hardenings), doc="hardened MW stand in halls that had the months for it")
    def hardened_within_halls(b: Any, s: str, level: str, t: int) -> Any:
        months = case.levels[level].added_months
        stricter = [k for k in levels_of[s] if case.levels[k].added_months >= months]
        hard = total((1.0, b.hardened_to_date[s, k, t]) for k in stricter)
        return hard <= total(x for d in design_sites[s] for x in standing(s, d, t, months))

    @b.Constraint(over([i for i in hardenings if i[2] > 0]), doc="what is hardened stays hardened")
    def hardened_grows(b: Any, s: str, level: str, t: int) -> Any:
        return b.hardened_to_date[s, level, t] >= b.hardened_to_date[s, level, t - 1]

    @b.Constraint(greenfield_sites, list(p), doc="the framework price applies to halls that are started")
    def discount_within_starts(b: Any, s: str, t: int) -> Any:
        return b.discounted[s, t] <= total(greenfield(s, t))

    framework = [x for s in greenfield_sites for x in greenfield(s)]
    discounted = [(1.0, v) for v in b.discounted.values()]

    @b.Constraint(doc="only MW above the threshold have the framework price")
    def discount_above_threshold(b: Any) -> Any:
        above = [*framework, (-case.parameter("volume_threshold_mw"), b.reached)]
        return total([*above, *((-n, v) for n, v in discounted)]) >= 0

    most = sum(combos.greenfield_limit_mw(case, s) for s in greenfield_sites) - case.parameter("volume_threshold_mw")

    @b.Constraint(doc="no framework price below the threshold")
    def discount_only_when_reached(b: Any) -> Any:
        return total([*discounted, (-max(most, 0.0), b.reached)]) <= 0

    @b.Constraint(doc="past the threshold the framework holds")
    def reached_above_threshold(b: Any) -> Any:
        above = total([*framework, (-max(most, 0.0), b.reached)])
        return above <= case.parameter("volume_threshold_mw") if framework else pyo.Constraint.Skip

    def acres(s: str) -> Terms:
        return [x for d in design_sites[s] for x in megawatts(s, d, when[s, d], case.designs[d].acres_per_mw)]

    posts: list[Posting] = [
        Limit(
            "construction.modules_of_open_site",
            s,
            t,
            [(1.0, b.modules[s, d, t])],
            combos.most_modules(case, case.designs[d]),
            "halls are started where the site is open",
            (s, d, t),
        )
        for s, d, t in starts
    ]
    for s, site in case.sites.items():
        posts.append(Limit("construction.within_land", s, p.last, acres(s), site.land_acres, "halls fit the land"))
        for t in p:
            rate = case.parameter("max_build_mw_per_year") * p.years
            posts += [
                Limit(
                    "construction.within_build_rate",
                    s,
                    t,
                    greenfield(s, t),
                    rate,
                    "a site starts no more halls than it can run",
                ),
                Limit(
                    "construction.within_craft_workers",
                    s,
                    t,
                    workers(s, t),
                    site.peak_craft_workers,
                    "craft workers stay within the local market",
                ),
                Limit(
                    "construction.within_existing_halls",
                    s,
                    t,
                    in_existing(s, t),
                    site.existing_mw,
                    "retrofit and lease stay within the halls that stand",
                ),
            ]
    for s, designs in design_sites.items():
        for d in designs:
            design = case.designs[d]
            pue = case.climate(s, design.cooling_id).pue_peak
            for t in p:
                hall = standing(s, d, t)
                if not hall:
                    continue
                posts.append(Post("commissioned_mw", (s, d, t), hall, d))
                facility = [(pue * mw, v) for mw, v in hall]
                posts.append(Post("facility_mw", (s, t), facility, d))
                if design.brings_own_power:
                    posts.append(Post("grid_rights_mw", (s, t), facility, d))
                    posts.append(Post("secured_mw", (s, t), facility, d))
                    posts.append(Post("power_need_mw", (s, t), facility, d))
                else:
                    reserve = 1 + case.parameter("power_reserve_share")
                    posts.append(Post("power_need_mw", (s, t), [(reserve * mw, v) for mw, v in facility], d))
    posts += [
        Post("hardened_mw", (s, level, t), [(1.0, b.hardened_to_date[s, level, t])], level)
        for s, level, t in hardenings
    ]
    posts += construction_costs.investment(b, case, by_site, design_sites, greenfield_sites)
    posts += construction_costs.operations(case, standing, design_sites)
    return posts


def _occupies(case: Case, index: tuple[str, str, int], t: int) -> bool:
    """A reused hall is taken from its start to the end of its term."""
    _, d, u = index
    design = case.designs[d]
    ends = case.periods.after(case.periods.ready(u, design.lead_months), design.term_months)
    return u <= t and (not design.term_months or t < ends)


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    return {
        "modules": frame(
            "modules", [(s, d, label(t), round(v.value)) for (s, d, t), v in b.modules.items() if v.value > 0.5]
        ),
        "hardened": frame("hardened", _hardened(b, case)),
        "reached": frame("reached", [("programme", 1)] if b.reached.value > 0.5 else []),
        "discounted": frame(
            "discounted", [(s, label(t), v.value) for (s, t), v in b.discounted.items() if v.value > NOISE]
        ),
    }


def _hardened(b: Any, case: Case) -> list[tuple[object, ...]]:
    """New hardened MW by period, from what is hardened to date."""
    rows: list[tuple[object, ...]] = []
    for (s, level, t), v in b.hardened_to_date.items():
        new = v.value - (b.hardened_to_date[s, level, t - 1].value if t else 0.0)
        if new > NOISE:
            rows.append((s, level, case.periods.label(t), new))
    return rows
