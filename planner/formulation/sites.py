"""Sites: which candidates are chosen. All chosen sites open together, at the opening of the horizon.

Variables: ``open[s]`` (0/1), ``region_used[region]`` (0 to 1).

    chosen_count        Σ_s open[s] = count
    region_has_a_site   region_used[region] ≤ Σ open[s] of its sites
    enough_regions      Σ region_used ≥ minimum_regions

The cost of opening (1.1.1) is paid evenly over the opening window.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation.accounts import Cost, Post, Posting
from planner.formulation.combinations import Places
from planner.formulation.terms import over, total
from planner.inputs.case import Case, ordered
from planner.plan import frame
from planner.wbs import OPENING


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """The choice of sites; posts ``opened`` and the campus fixed cost."""
    sites = list(case.sites)
    regions = ordered([site.grid_region for site in case.sites.values()])
    b.open = pyo.Var(over(sites), domain=pyo.Binary, doc="the site is chosen")
    b.region_used = pyo.Var(over(regions), bounds=(0, 1), doc="the region holds a chosen site")

    @b.Constraint(doc="as many sites are chosen as the programme asks for")
    def chosen_count(b: Any) -> Any:
        return total((1.0, b.open[s]) for s in sites) == case.programme.sites.count

    @b.Constraint(over(regions), doc="a region counts only with a chosen site in it")
    def region_has_a_site(b: Any, region: str) -> Any:
        inside = [(-1.0, b.open[s]) for s in sites if case.sites[s].grid_region == region]
        return total([(1.0, b.region_used[region]), *inside]) <= 0

    @b.Constraint(doc="chosen sites lie in enough grid regions")
    def enough_regions(b: Any) -> Any:
        return total((1.0, b.region_used[r]) for r in regions) >= case.programme.sites.minimum_regions

    posts: list[Posting] = [Post("opened", (s,), [(1.0, b.open[s])], "opened") for s in sites]
    window = combos.openings(case)
    for s in sites:
        rate, factor = case.rate("sites", s, "opening_cost_usd"), case.sites[s].construction_multiplier
        part = [(1.0 / len(window), b.open[s])]
        posts += [Cost(OPENING, s, "campus opening", t, part, "site", rate, factor) for t in window]
    return posts


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    return {"opens": frame("opens", [(s, case.periods.label(0), 1) for s, v in b.open.items() if v.value > 0.5])}
