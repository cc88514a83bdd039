"""Sites: which candidates are opened, and when."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation.accounts import Cost, Post, Posting, total
from planner.formulation.combinations import Places
from planner.formulation.families import columns, over
from planner.inputs.case import Case, ordered
from planner.plan import frame


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Opening decisions; posts ``opened`` and the campus fixed cost."""
    p = case.periods
    sites = list(case.sites)
    when = combos.openings(case)
    regions = ordered([site.grid_region for site in case.sites.values()])
    b.opens = pyo.Var(sites, when, domain=pyo.Binary, doc="site is opened at the opening of the period")
    b.region_used = columns(regions, bounds=(0, 1), doc="the region holds a chosen site")

    def opened(s: str, t: int) -> list[tuple[float, Any]]:
        return [(1.0, b.opens[s, u]) for u in when if u <= t]

    @b.Constraint(doc="as many sites are opened as the programme asks for")
    def chosen_count(b: Any) -> Any:
        return total((1.0, b.opens[s, t]) for s in sites for t in when) == case.programme.sites.count

    @b.Constraint(over(sites), doc="a site is opened once")
    def opens_once(b: Any, s: str) -> Any:
        return total(opened(s, p.last)) <= 1

    @b.Constraint(over(regions), doc="a region counts only with a chosen site in it")
    def region_has_a_site(b: Any, region: str) -> Any:
        inside = [s for s in sites if case.sites[s].grid_region == region]
        return b.region_used[region] <= total(x for s in inside for x in opened(s, p.last))

    @b.Constraint(doc="chosen sites lie in enough grid regions")
    def enough_regions(b: Any) -> Any:
        return total((1.0, b.region_used[r]) for r in regions) >= case.programme.sites.minimum_regions

    posts: list[Posting] = [Post("opened", (s, t), opened(s, t), "opened") for s in sites for t in p]
    posts += [
        Cost(
            "1.1.1",
            s,
            "campus opening",
            t,
            [(1.0, b.opens[s, t])],
            "site",
            case.rate("sites", s, "opening_cost_usd"),
            case.sites[s].construction_multiplier,
        )
        for s in sites
        for t in when
    ]
    return posts


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    rows = [(s, label(t), 1) for (s, t), v in b.opens.items() if v.value > 0.5]
    return {"opens": frame("opens", rows)}
