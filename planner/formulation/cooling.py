"""Cooling: which racks a site's halls house, by cooling design, and what energy and water that takes.

Variable: ``housed_mw[s,c,q,t]`` (MW IT of racks of class q in halls of cooling c at the end of t).

    racks_housed[r,q,t]   Σ_s,c housed = installed MW of the class                  (in ``balances``)
    within_halls[s,c,t]   Σ_q housed ≤ commissioned MW of the site's halls with the cooling   (in ``balances``)
    within_water[s,t]     Σ wue · IT energy ≤ water_budget · years · open[s]

IT energy in t is housed MW at the end of t-1 · average_draw_share · hours; facility energy is PUE times that.
Cost 3.2.2: m3 · cost_of_water.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation.accounts import Cost, Limit, Post, Posting
from planner.formulation.combinations import Places
from planner.formulation.terms import Terms, over
from planner.inputs.case import Case
from planner.plan import NOISE, frame
from planner.wbs import WATER

M3_PER_UNIT = 1000  # keeps the row near the size of the others


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Housing of racks by class in halls; posts space, energy and water."""
    p = case.periods
    b.housed_mw = pyo.Var(
        over((s, c, q, t) for s, c, q, first in combos.housings(case) for t in p if t >= first),
        domain=pyo.NonNegativeReals,
        doc="MW IT of racks housed in halls",
    )
    place = {s: r for r, inside in places.items() for s in inside}
    hours = case.parameter("average_draw_share") * p.hours
    posts: list[Posting] = []
    water: dict[tuple[str, int], Terms] = {}
    for (s, c, q, t), here in b.housed_mw.items():
        climate = case.climate(s, c)
        posts += [
            Post("installed_mw", (place[s], q, t), [(-1.0, here)], c),
            Post("populated_mw", (s, t), [(1.0, here)], c),
            Post("racks_peak_mw", (s, t), [(climate.pue_peak, here)], c),
            Post("housed_mw", (s, q, t), [(1.0, here)], c),
            Post("commissioned_mw", (s, c, t), [(-1.0, here)], "housed"),
        ]
        if t < p.last:
            posts.append(Post("it_energy_mwh", (s, t + 1), [(hours, here)], c))
            posts.append(Post("energy_gwh", (s, t + 1), [(-climate.pue_average * hours / 1000, here)], "used"))
            water.setdefault((s, t + 1), []).append((climate.wue_l_per_kwh * hours, here))
    price = case.rate("parameters", "cost_of_water_usd_per_m3", "value")
    for (s, t), used in water.items():
        posts.append(Cost(WATER, s, "cooling water", t, used, "m3", price))
        budget = case.sites[s].water_budget_m3_per_year * p.years / M3_PER_UNIT
        thousands = [(n / M3_PER_UNIT, v) for n, v in used]
        posts.append(
            Limit("cooling.within_water", s, thousands, budget, "cooling stays within the site's water", (s, t))
        )
    return posts


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    rows = [(s, c, q, label(t), v.value) for (s, c, q, t), v in b.housed_mw.items() if v.value > NOISE]
    return {"housed": frame("housed", rows)}
