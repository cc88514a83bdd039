"""Construction: data halls in whole modules, by design and site; their hardening; the framework discount.

Variables: ``started_by[s,d,t]`` (whole halls started by the end of t), ``hardened[r,l,t]`` (MW IT hardened for a level
by the end of t, each MW times its site's cost multiplier), ``reached`` (0/1), ``discounted[t]`` (MW IT).

    starts_stay[s,d,t]            started_by[t] ≥ started_by[t-1]
    halls_of_open_site[s,d]       started_by[s,d,H] ≤ most · open[s]
    within_modules_a_year[s,d,t]  halls started in t ≤ most a period · open[s]
    within_land[s]                Σ acres_per_mw · MW started ≤ land_acres · open[s]
    within_existing_halls[s,t]    reused MW started and not out of term ≤ existing_mw · open[s]
    within_build_rate[s,t]        greenfield MW started in t ≤ max_build_mw_per_year · years · open[s]
    within_craft_workers[s,t]     Σ workers_per_mw · MW under construction ≤ peak_craft_workers · open[s]
    within_national_workers[t]    the same over all sites ≤ national_craft_workers
    no_start_under_resolution[s,t]  no site begins to serve while a continuing resolution leaves no month
    hardened_halls_stand[r,l,t]   hardened[t] ≤ MW of halls that came to stand by the end of t, times multipliers
    hardening_stays[r,l,t]        hardened[t] ≥ hardened[t-1]
    discount_within_starts[t]     discounted[t] ≤ greenfield MW started in t
    discount_above_threshold      Σ_t discounted ≤ greenfield MW started - volume_threshold_mw · reached
    reached_above_threshold      greenfield MW started ≤ volume_threshold_mw + most · reached
    discount_only_when_reached    Σ_t discounted ≤ most · reached
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation import construction_costs
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Limit, Post, Posting
from planner.formulation.combinations import Places
from planner.formulation.halls import Halls
from planner.formulation.terms import Cumulative, Terms, minus, over, total
from planner.inputs.case import Case
from planner.plan import NOISE, frame


def hardenings(case: Case, places: Places) -> list[tuple[str, str, int]]:
    """(place, level, period) at whose end MW may be hardened for service from the next one."""
    first: dict[tuple[str, str], int] = {}
    for r, inside in places.items():
        for (s, k), t in use.level_from(case).items():
            if s in inside:
                first[r, k] = min(t, first.get((r, k), t))
    return [(r, k, t) for (r, k), begin in first.items() for t in case.periods if begin - 1 <= t < case.periods.last]


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Hall starts, hardening and the framework discount; posts capacity, power need and costs."""
    b.started_by = pyo.Var(
        over(combos.hall_starts(case)),
        domain=pyo.NonNegativeIntegers,
        bounds=lambda b, s, d, t: (0, combos.most_halls(case, s, d)),
        doc="whole halls started by the end of the period",
    )
    b.hardened = pyo.Var(over(hardenings(case, places)), domain=pyo.NonNegativeReals, doc="MW IT times cost multiplier")
    b.reached = pyo.Var(domain=pyo.Binary, doc="greenfield halls of all sites pass the framework threshold")
    b.discounted = pyo.Var(over(case.periods), domain=pyo.NonNegativeReals, doc="MW IT at the framework price")
    halls = Halls(b, case)
    _starts(b, case, halls)
    _framework(b, case, halls)
    _hardened_halls(b, case, halls, places)
    posts = [*_limits(case, halls), *_capacity(case, halls), *_hardened(b, case)]
    posts += construction_costs.investment(b, case, halls, places)
    return posts + construction_costs.operations(case, halls)


def _starts(b: Any, case: Case, halls: Halls) -> None:
    p = case.periods

    @b.Constraint(over(halls.starts.steps()), doc="halls that are started stay started")
    def starts_stay(b: Any, *index: Any) -> Any:
        return halls.starts.grows(*index)

    @b.Constraint(over(p), doc="craft workers stay within the national market")
    def within_national_workers(b: Any, t: int) -> Any:
        needed = [x for s in case.sites for x in halls.workers(s, t)]
        return total(needed) <= case.parameter("national_craft_workers") if needed else pyo.Constraint.Skip

    stopped = [t for t in list(p)[1:] if combos.under_resolution(case, t)]

    @b.Constraint(
        over([(s, t) for s in case.sites for t in stopped if _ready_at(halls, s, t - 1)]),
        doc="no site begins to serve while a continuing resolution leaves no month",
    )
    def no_start_under_resolution(b: Any, s: str, t: int) -> Any:
        new = _ready_at(halls, s, t - 1)
        most = sum(combos.most_modules(case, case.designs[d]) for d, _ in new)
        least = min(case.designs[d].module_mw for d in halls.designs[s])
        there = [(-most / least * mw, v) for d in halls.designs[s] for mw, v in halls.standing(s, d, t - 2)]
        return total([*(x for d, u in new for x in halls.starts.at((s, d), u)), *there]) <= 0

    @b.Constraint(over(i for i in b.hardened if (*i[:2], i[2] - 1) in b.hardened), doc="what is hardened stays so")
    def hardening_stays(b: Any, r: str, level: str, t: int) -> Any:
        return b.hardened[r, level, t] >= b.hardened[r, level, t - 1]


def _hardened_halls(b: Any, case: Case, halls: Halls, places: Places) -> None:
    """Only halls that came to stand are hardened: a sum that only has a lower bound would swallow money."""

    @b.Constraint(over(b.hardened), doc="only halls that came to stand are hardened")
    def hardened_halls_stand(b: Any, r: str, level: str, t: int) -> Any:
        stood: Terms = []
        for s in places[r]:
            multiplier = case.sites[s].construction_multiplier
            for d in halls.designs[s]:
                last = case.periods.last_start(t, case.designs[d].lead_months)
                stood += halls.starts.by((s, d), last, -multiplier * case.designs[d].module_mw)
        return total([(1.0, b.hardened[r, level, t]), *stood]) <= 0


def _ready_at(halls: Halls, s: str, t: int) -> list[tuple[str, int]]:
    """(design, start) of halls of a site that are ready at the end of ``t``."""
    lead = {d: halls.case.designs[d].lead_months for d in halls.designs[s]}
    return [(d, u) for d in halls.designs[s] for u in halls.starts.dates(s, d) if halls.p.ready(u, lead[d]) == t]


def _framework(b: Any, case: Case, halls: Halls) -> None:
    threshold = case.parameter("volume_threshold_mw")
    most = max(0.0, sum(combos.greenfield_limit_mw(case, s) for s in case.sites) - threshold)
    discounted = [(1.0, v) for v in b.discounted.values()]

    @b.Constraint(over(case.periods), doc="the framework price applies to halls that are started")
    def discount_within_starts(b: Any, t: int) -> Any:
        return total([(1.0, b.discounted[t]), *minus(halls.greenfield(t))]) <= 0

    @b.Constraint(doc="only MW above the threshold have the framework price")
    def discount_above_threshold(b: Any) -> Any:
        return total([*discounted, *minus(halls.greenfield()), (threshold, b.reached)]) <= 0

    @b.Constraint(doc="past the threshold the framework price holds")
    def reached_above_threshold(b: Any) -> Any:
        started = halls.greenfield()
        return total([*started, (-most, b.reached)]) <= threshold if started else pyo.Constraint.Skip

    @b.Constraint(doc="no framework price below the threshold")
    def discount_only_when_reached(b: Any) -> Any:
        return total([*discounted, (-most, b.reached)]) <= 0


def _limits(case: Case, halls: Halls) -> list[Posting]:
    """What an open site can bear."""
    p, posts = case.periods, []
    rate = case.parameter("max_build_mw_per_year") * p.years
    for s, site in case.sites.items():
        acres: Terms = []
        for d in halls.designs[s]:
            most, each = combos.most_halls(case, s, d), combos.most_modules(case, case.designs[d])
            acres += halls.all(s, d, case.designs[d].acres_per_mw)
            ever = halls.starts.by((s, d), p.last)
            says = "halls are started where the site is open"
            posts.append(Limit("construction.halls_of_open_site", s, ever, most, says, (s, d)))
            if each < most:
                says = "a design starts no more halls in a period than its builders can"
                rule = "construction.within_modules_a_year"
                posts += [
                    Limit(rule, s, halls.starts.at((s, d), t), each, says, (s, d, t)) for t in halls.starts.dates(s, d)
                ]
        posts.append(Limit("construction.within_land", s, acres, site.land_acres, "halls fit the land", (s,)))
        for t in p:
            posts += [
                Limit(f"construction.{rule}", s, terms, most, says, (s, t))
                for rule, terms, most, says in (
                    ("within_build_rate", halls.greenfield(t, s), rate, "a site starts no more halls than it can run"),
                    (
                        "within_craft_workers",
                        halls.workers(s, t),
                        site.peak_craft_workers,
                        "craft workers stay within the local market",
                    ),
                    (
                        "within_existing_halls",
                        halls.reused(s, t),
                        site.existing_mw,
                        "retrofit and lease stay within the halls that stand",
                    ),
                )
            ]
    return list(posts)


def _capacity(case: Case, halls: Halls) -> list[Posting]:
    """MW that stand by cooling, what power they need and bring."""
    posts: list[Posting] = []
    reserve = 1 + case.parameter("power_reserve_share")
    for s, designs in halls.designs.items():
        for d in designs:
            design = case.designs[d]
            pue = case.climate(s, design.cooling_id).pue_peak
            for t in case.periods:
                here = halls.standing(s, d, t)
                if not here:
                    continue
                posts.append(Post("commissioned_mw", (s, design.cooling_id, t), here, d))
                posts.append(Post("halls_mw", (s, t), here, d))
                posts.append(Post("leases_ended_mw", (s, t), halls.ended(s, d, t), d))
                facility = halls.standing(s, d, t, per_mw=pue)
                posts.append(Post("facility_mw", (s, t), facility, d))
                if design.brings_own_power:
                    posts += [Post(a, (s, t), facility, d) for a in ("grid_rights_mw", "secured_mw", "power_need_mw")]
                else:
                    posts.append(Post("power_need_mw", (s, t), halls.standing(s, d, t, per_mw=reserve * pue), d))
    posts += [
        Post("tie_break", (s,), [x for d in halls.designs[s] for x in halls.standing(s, d, case.periods.last)])
        for s in case.sites
    ]
    return posts


def _hardened(b: Any, case: Case) -> list[Posting]:
    """Halls that had the months a level takes, where that is not all of them."""
    halls, posts = Halls(b, case), []
    for (s, level), first in use.level_from(case).items():
        months = case.levels[level].added_months
        for t in range(max(0, first - 1), case.periods.last):
            late = [x for d in halls.designs[s] for x in halls.standing(s, d, t, months)]
            plain = [x for d in halls.designs[s] for x in halls.standing(s, d, t)]
            if months and [(n, id(v)) for n, v in late] != [(n, id(v)) for n, v in plain]:
                posts.append(Post("late_halls_mw", (s, level, t), late, level))
    return list(posts)


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label, starts = case.periods.label, Cumulative(b.started_by)
    modules = [
        (s, d, label(t), round(n)) for s, d in starts.things() for t, n in starts.started(s, d).items() if n > 0.5
    ]
    return {
        "modules": frame("modules", modules),
        "hardened": frame("hardened", _new_hardened(b, case)),
        "reached": frame("reached", [("programme", 1)] if b.reached.value > 0.5 else []),
        "discounted": frame("discounted", [(label(t), v.value) for t, v in b.discounted.items() if v.value > NOISE]),
    }


def _new_hardened(b: Any, case: Case) -> list[tuple[object, ...]]:
    """New hardened MW by site and period; only the exact model has sites."""
    rows: list[tuple[object, ...]] = []
    for (r, level, t), v in b.hardened.items():
        before = b.hardened[r, level, t - 1].value if (r, level, t - 1) in b.hardened else 0.0
        new = (v.value - before) / (case.sites[r].construction_multiplier if r in case.sites else 1.0)
        if new > NOISE:
            rows.append((r, level, case.periods.label(t), new))
    return rows


def settle(b: Any, case: Case, in_use: Callable[[str, str, int], float]) -> None:
    """Harden no more than is in use, where that changes no dollars or no split asks for dollars.

    ``in_use(site, level, t)`` is MW at work. With a firm split the last linear solve has the least that it allows.
    """
    shell = case.rate("designs", construction_costs.reference_shell(case).design_id, "shell_usd_per_mw")
    for r, level in dict.fromkeys((r, k) for r, k, _ in b.hardened if r in case.sites):
        if case.split_is_firm and shell.usd * case.levels[level].hardening_share > 0:
            continue
        most, multiplier = 0.0, case.sites[r].construction_multiplier
        for t in sorted(u for q, k, u in b.hardened if (q, k) == (r, level)):
            most = max(most, multiplier * in_use(r, level, t + 1))
            b.hardened[r, level, t].set_value(most, skip_validation=True)
