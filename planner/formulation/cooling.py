"""Cooling: which hall holds which racks, what energy and water that takes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation.accounts import Cost, Limit, Post, Posting, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.families import columns, over
from planner.inputs.case import Case
from planner.plan import NOISE, frame

M3_PER_UNIT = 1000  # keeps the row near the size of the others


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Housing of racks by class in halls; posts space, energy and water."""
    p = case.periods
    pairs = [
        (s, d, q)
        for s, d in combos.site_designs(case)
        for q in combos.rack_classes(case)
        if combos.design_holds(case.designs[d], q)
    ]
    b.housed_mw = columns(
        [(*x, t) for x in pairs for t in p], domain=pyo.NonNegativeReals, doc="MW IT of racks housed in halls"
    )
    place = {s: r for r, inside in places.items() for s in inside}
    hours = case.parameter("average_draw_share") * p.hours
    posts: list[Posting] = []
    for s, d, q in pairs:
        climate = case.climate(s, case.designs[d].cooling_id)
        for t in p:
            here = b.housed_mw[s, d, q, t]
            posts.append(Post("installed_mw", (place[s], q, t), [(-1.0, here)], d))
            posts.append(Post("populated_mw", (s, t), [(1.0, here)], d))
            posts.append(Post("housed_mw", (s, q, t), [(1.0, here)], d))
            posts.append(Post("commissioned_mw", (s, d, t), [(-1.0, here)], "housed"))
            if t < p.last:
                served = (s, t + 1)
                posts.append(Post("it_energy_mwh", served, [(hours, here)], d))
                posts.append(Post("energy_gwh", served, [(-climate.pue_average * hours / 1000, here)], d))
    posts += _arrivals(b, place)
    price = case.rate("parameters", "cost_of_water_usd_per_m3", "value")
    holding: dict[str, list[tuple[str, str]]] = {s: [] for s in case.sites}
    for s, d, q in pairs:
        holding[s].append((d, q))
    for s in case.sites:
        for t in p:
            used = [
                (case.climate(s, case.designs[d].cooling_id).wue_l_per_kwh * hours, b.housed_mw[s, d, q, t - 1])
                for d, q in holding[s]
                if t > 0
            ]
            if used:
                posts.append(Cost("3.2.2", s, "cooling water", t, used, "m3", price))
                budget = case.sites[s].water_budget_m3_per_year * p.years / M3_PER_UNIT
                thousands = [(n / M3_PER_UNIT, v) for n, v in used]
                posts.append(
                    Limit("cooling.within_water", s, t, thousands, budget, "cooling stays within the site's water")
                )
    return posts


def _arrivals(b: Any, place: dict[str, str]) -> list[Posting]:
    """What a site houses of a class grows by new racks alone. Racks at sites say so by themselves, a pool does not."""
    here: dict[tuple[str, str, int], Terms] = {}
    for (s, _, q, t), v in b.housed_mw.items():
        here.setdefault((s, q, t), []).append((1.0, v))
    b.arrived_mw = columns(here, domain=pyo.NonNegativeReals, doc="MW IT of racks that come to the site")

    @b.Constraint(over(here), doc="a site houses more racks only as they arrive")
    def growing_by_arrivals(b: Any, s: str, q: str, t: int) -> Any:
        before = [(-n, v) for n, v in here[s, q, t - 1]] if t > 0 else []
        return total([*here[s, q, t], *before, (-1.0, b.arrived_mw[s, q, t])]) <= 0

    return [Post("arrived_mw", (place[s], q, t), [(-1.0, v)], s) for (s, q, t), v in b.arrived_mw.items()]


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    rows = [(s, d, q, label(t), v.value) for (s, d, q, t), v in b.housed_mw.items() if v.value > NOISE]
    return {"housed": frame("housed", rows)}
