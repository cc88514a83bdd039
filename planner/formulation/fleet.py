"""Fleet: racks by chip, place and order period; early retirement; refresh by buying again.

Variables: ``bought[r,c,v]`` (racks ordered in v; whole in a plan), ``kept[r,c,t]`` (racks in place at the end of t).
Which vintage leaves early is not asked: oldest first is always best and always possible.

    kept_within_alive[r,c,t]    kept ≤ Σ bought of vintages ready by t and alive at its end
    kept_does_not_grow[r,c,t]   kept[t] ≤ kept[t-1] + racks ready at the end of t
    new_are_kept[r,c,t]         kept[t] ≥ racks ready at the end of t
    within_supply[c,v]          Σ_r bought ≤ supply_racks_per_year · years

Costs in the order period: 1.3.1 bought · rack_price, 1.3.2 bought · fabric (of its year, or else of the chip), 1.3.3
and 1.3.4 the price · storage_share and · equipment_tax_share; 1.3.5 racks that leave · disposal; 3.2.4 kept[t-1] ·
years · price · maintenance_share.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation.accounts import Cost, Post, Posting
from planner.formulation.combinations import Places
from planner.formulation.prices import current_price
from planner.formulation.terms import Terms, minus, over, total
from planner.inputs.case import Case
from planner.inputs.schema import PRECISIONS
from planner.plan import NOISE, frame
from planner.wbs import DISPOSAL, FABRIC, RACK_MAINTENANCE, RACKS, SALES_TAX, STORAGE


class Racks:
    """Racks of a chip at a place by vintage, as terms."""

    def __init__(self, b: Any, case: Case) -> None:
        self.b = b
        self.lives = {
            c: {v: combos.life(case, chip, v) for v in combos.vintages(case, c)} for c, chip in case.chips.items()
        }

    def new(self, r: str, c: str, t: int) -> Terms:
        """Ready at the end of the period."""
        return [(1.0, self.b.bought[r, c, v]) for v, (first, _) in self.lives[c].items() if first == t]

    def alive(self, r: str, c: str, t: int) -> Terms:
        return [(1.0, self.b.bought[r, c, v]) for v, (first, last) in self.lives[c].items() if first <= t <= last]

    def before(self, r: str, c: str, t: int) -> Terms:
        """In place at the end of the period before."""
        return [(1.0, self.b.kept[r, c, t - 1])] if (r, c, t - 1) in self.b.kept else []


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Orders and racks kept; posts racks, power, peak compute, what lasts after the horizon, and costs."""
    p = case.periods
    b.bought = pyo.Var(
        over((r, c, v) for r in places for c, v in combos.orders(case)),
        domain=pyo.NonNegativeIntegers,
        bounds=lambda b, r, c, v: (0, int(case.chip_supply[c, p.year(v)].supply_racks_per_year * p.years)),
        doc="whole racks ordered in the period",
    )
    b.kept = pyo.Var(
        over((r, c, t) for r in places for c, t in combos.presence(case)),
        domain=pyo.NonNegativeReals,
        doc="racks in place at the end of the period",
    )
    racks = Racks(b, case)
    _rules(b, case, racks, places)
    return [*_posts(b, case, places), *_investment(b, case, places), *_leaving(b, case, racks), *_maintenance(b, case)]


def _rules(b: Any, case: Case, racks: Racks, places: Places) -> None:
    @b.Constraint(over(b.kept), doc="racks in place are alive")
    def kept_within_alive(b: Any, r: str, c: str, t: int) -> Any:
        return total([(1.0, b.kept[r, c, t]), *minus(racks.alive(r, c, t))]) <= 0

    @b.Constraint(over(i for i in b.kept if racks.before(*i)), doc="racks that left do not come back")
    def kept_does_not_grow(b: Any, r: str, c: str, t: int) -> Any:
        return total([(1.0, b.kept[r, c, t]), *minus(racks.new(r, c, t)), *minus(racks.before(r, c, t))]) <= 0

    @b.Constraint(over(i for i in b.kept if racks.new(*i)), doc="new racks are in place when they are ready")
    def new_are_kept(b: Any, r: str, c: str, t: int) -> Any:
        return total([(1.0, b.kept[r, c, t]), *minus(racks.new(r, c, t))]) >= 0

    shared = combos.orders(case) if len(places) > 1 else []

    @b.Constraint(over(shared), doc="orders of all sites stay within the supply")
    def within_supply(b: Any, c: str, v: int) -> Any:
        supply = case.chip_supply[c, case.periods.year(v)].supply_racks_per_year * case.periods.years
        return total((1.0, b.bought[r, c, v]) for r in places) <= supply


def _posts(b: Any, case: Case, places: Places) -> list[Posting]:
    posts: list[Posting] = []
    for (r, c, t), here in b.kept.items():
        chip = case.chips[c]
        posts.append(Post("installed_racks", (r, c, t), [(1.0, here)], "installed"))
        posts.append(Post("installed_mw", (r, combos.rack_class(case, chip), t), [(chip.rack_mw, here)], c))
        posts += [
            Post("installed_pflops", (t, precision), [(chip.pflops(precision), here)], c)
            for precision in PRECISIONS
            if chip.pflops(precision)
        ]
        posts += [
            Post("clusters", (r, w, t), [(chip.pflops(case.workloads[w].precision), here)], c)
            for w in combos.cluster_workloads(case)
            if (c, w) in case.suitable
        ]
    for r in places:
        for c, years in combos.survivors(case).items():
            posts += [Post("lasting", (r, c, n), [(1.0, b.bought[r, c, v]) for v in old]) for n, old in years.items()]
    posts += [Post("tie_break", (r,), [(case.chips[c].rack_mw, v)], c) for (r, c, _), v in b.bought.items()]
    return posts


def _investment(b: Any, case: Case, places: Places) -> list[Posting]:
    p = case.periods
    costs: list[Posting] = []
    for (r, c, v), x in b.bought.items():
        chip, racks = case.chips[c], [(1.0, x)]
        price = case.rate("chip_supply", f"{c}/{p.year(v)}", "rack_price_usd")
        costs.append(Cost(RACKS, r, f"{c} racks", v, racks, "racks", price))
        if (fabric := case.fabric_rate(c, p.year(v))).usd:
            costs.append(Cost(FABRIC, r, f"{c} fabric", v, racks, "racks", fabric))
        if chip.storage_share:
            costs.append(Cost(STORAGE, r, f"{c} storage", v, racks, "racks", price, chip.storage_share))
        if tax := min(case.sites[i].equipment_tax_share for i in places[r]):
            costs.append(Cost(SALES_TAX, r, f"{c} sales tax", v, racks, "racks", price, tax))
    return costs


def _leaving(b: Any, case: Case, racks: Racks) -> list[Posting]:
    """Racks that leave in a period are those of the period before and the new ones, less those that are kept."""
    disposal = case.rate("parameters", "disposal_usd_per_rack", "value")
    costs: list[Posting] = []
    for r, c in dict.fromkeys((r, c) for r, c, _ in b.kept) if disposal.usd else ():
        for t in case.periods:
            here = [(-1.0, b.kept[r, c, t])] if (r, c, t) in b.kept else []
            gone = [*racks.new(r, c, t), *racks.before(r, c, t), *here]
            costs.append(Cost(DISPOSAL, r, f"{c} disposal", t, gone, "racks", disposal))
    return costs


def _maintenance(b: Any, case: Case) -> list[Posting]:
    p = case.periods
    costs: list[Posting] = []
    rates = {(c, t): current_price(case, c, p.year(t + 1)) for c, t in combos.presence(case) if t < p.last}
    for (r, c, t), here in b.kept.items():
        if t < p.last and (share := case.chips[c].maintenance_share):
            years, rate = [(p.years, here)], rates[c, t]
            costs.append(Cost(RACK_MAINTENANCE, r, f"{c} maintenance", t + 1, years, "rack-years", rate, share))
    return costs


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    retired = [
        (s, c, label(v), label(t), racks)
        for s in case.sites
        for c in case.chips
        for v, t, racks in _removals(b, case, s, c)
        if racks > NOISE
    ]
    bought = [(s, c, label(v), round(x.value)) for (s, c, v), x in b.bought.items() if x.value > 0.5]
    return {"bought": frame("bought", bought), "retired": frame("retired", retired)}


def _removals(b: Any, case: Case, s: str, c: str) -> list[tuple[int, int, float]]:
    """(vintage, period, racks) removed early: the oldest that still live leave first."""
    chip = case.chips[c]
    left: dict[int, float] = {}
    found = []
    for t in case.periods:
        for v in combos.vintages(case, c):
            if combos.life(case, chip, v)[0] == t:
                left[v] = float(round(b.bought[s, c, v].value))
            if combos.life(case, chip, v)[1] + 1 == t:
                left.pop(v, None)
        if (s, c, t) not in b.kept:
            continue
        excess = sum(left.values()) - b.kept[s, c, t].value
        for v in sorted(left):
            gone = min(left[v], excess) if excess > NOISE else 0.0
            if gone > 0 and t in combos.retirements(case, chip, v):
                left[v] -= gone
                excess -= gone
                found.append((v, t, gone))
    return found
