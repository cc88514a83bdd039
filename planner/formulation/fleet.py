"""Fleet: racks by chip, site and order period; early retirement; refresh by buying again."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation.accounts import Cost, Post, Posting, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.families import columns, over
from planner.inputs.case import Case, Rate
from planner.inputs.schema import PRECISIONS
from planner.plan import NOISE, frame


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Orders and racks kept; posts racks, power, peak compute, survivors and costs.

    Which vintage leaves early is not asked: oldest first is always best and always possible, so the
    racks kept of a chip, never more than are alive and never growing but by new ones, say it all.
    """
    p = case.periods
    orders = combos.orders(case)
    bought = [(s, c, v) for s in places for c, v in orders]
    present = [(s, c, t) for s in places for c, t in combos.presence(case)]
    after = [(s, c, n) for s in places for c in combos.survivors(case) for n in combos.survivors(case)[c]]
    b.bought = columns(
        bought,
        domain=pyo.NonNegativeIntegers,
        bounds=lambda b, s, c, v: (0, int(case.chip_supply[c, p.year(v)].supply_racks_per_year * p.years)),
        doc="whole racks ordered in the period",
    )
    b.kept = columns(present, domain=pyo.NonNegativeReals, doc="racks in place at the end of the period")
    b.surviving = columns(
        after, domain=pyo.NonNegativeReals, doc="racks that serve through the n-th year after the horizon"
    )

    lives = {c: {v: combos.life(case, chip, v) for v in combos.vintages(case, c)} for c, chip in case.chips.items()}
    ready = {(c, t): [v for v, (first, _) in spans.items() if first == t] for c, spans in lives.items() for t in p}

    new = {(s, c, t): [(1.0, b.bought[s, c, v]) for v in ready[c, t]] for s, c, t in present}

    def alive(s: str, c: str, t: int) -> Terms:
        return [(1.0, b.bought[s, c, v]) for v, (first, last) in lives[c].items() if first <= t <= last]

    @b.Constraint(over(present), doc="racks in place are alive")
    def kept_within_alive(b: Any, s: str, c: str, t: int) -> Any:
        return total([*alive(s, c, t), (-1.0, b.kept[s, c, t])]) >= 0

    @b.Constraint(
        over([i for i in present if (i[0], i[1], i[2] - 1) in b.kept]), doc="racks that left do not come back"
    )
    def kept_does_not_grow(b: Any, s: str, c: str, t: int) -> Any:
        return total([*new[s, c, t], (1.0, b.kept[s, c, t - 1]), (-1.0, b.kept[s, c, t])]) >= 0

    @b.Constraint(over([i for i in present if new[i]]), doc="new racks are in place when they are ready")
    def new_are_kept(b: Any, s: str, c: str, t: int) -> Any:
        return total([(1.0, b.kept[s, c, t]), *((-n, v) for n, v in new[s, c, t])]) >= 0

    @b.Constraint(over(after), doc="survivors are in place at the end of the horizon")
    def surviving_within_kept(b: Any, s: str, c: str, n: int) -> Any:
        return b.surviving[s, c, n] <= b.kept[s, c, p.last]

    @b.Constraint(over(after), doc="survivors have life left")
    def surviving_within_life(b: Any, s: str, c: str, n: int) -> Any:
        lasting = [(1.0, b.bought[s, c, v]) for v in combos.survivors(case)[c][n]]
        return total([*lasting, (-1.0, b.surviving[s, c, n])]) >= 0

    @b.Constraint(over(orders), doc="orders of all sites stay within the supply")
    def within_supply(b: Any, c: str, t: int) -> Any:
        supply = case.chip_supply[c, p.year(t)].supply_racks_per_year * p.years
        return total((1.0, b.bought[s, c, t]) for s in places) <= supply

    posts: list[Posting] = []
    for s, c, t in present:
        chip, here = case.chips[c], b.kept[s, c, t]
        posts.append(Post("installed_racks", (s, c, t), [(1.0, here)], "installed"))
        posts.append(Post("installed_mw", (s, combos.rack_class(case, chip), t), [(chip.rack_mw, here)], c))
        posts += [
            Post("installed_pflops", (t, precision), [(chip.pflops(precision), here)], c)
            for precision in PRECISIONS
            if chip.pflops(precision)
        ]
        posts += [
            Post("clusters", (s, w, t), [(chip.pflops(case.workloads[w].precision), here)], c)
            for w in combos.cluster_workloads(case)
            if (c, w) in case.suitable
        ]
    for s, c, t in present:
        chip = case.chips[c]
        if terms := [(chip.rack_mw * n, v) for n, v in new[s, c, t]]:
            posts.append(Post("arrived_mw", (s, combos.rack_class(case, chip), t), terms, c))
    posts += [Post("survivors", (c, n), [(1.0, b.surviving[s, c, n])], s) for s, c, n in after]
    posts += [Post("tie_break", (s,), [(case.chips[c].rack_mw, b.bought[s, c, v])], c) for s, c, v in bought]
    posts += _investment(b, case, places, bought, present)
    posts += _maintenance(b, case, present)
    return posts


def current_price(case: Case, chip: str, year: int) -> Rate:
    """The chip's latest listed rack price not after the year, else its first."""
    years = sorted(y for c, y in case.chip_supply if c == chip)
    listed = max((y for y in years if y <= year), default=years[0])
    return case.rate("chip_supply", f"{chip}/{listed}", "rack_price_usd")


def _investment(b: Any, case: Case, places: Places, bought: Any, present: Any) -> list[Posting]:
    p = case.periods
    costs: list[Posting] = []
    leaving: dict[tuple[str, str, int], Terms] = {}
    for s, c, v in bought:
        chip, racks = case.chips[c], [(1.0, b.bought[s, c, v])]
        price = case.rate("chip_supply", f"{c}/{p.year(v)}", "rack_price_usd")
        costs.append(Cost("1.3.1", s, f"{c} racks", v, racks, "racks", price))
        if chip.fabric_usd_per_rack:
            costs.append(
                Cost("1.3.2", s, f"{c} fabric", v, racks, "racks", case.rate("chips", c, "fabric_usd_per_rack"))
            )
        if chip.storage_share:
            costs.append(Cost("1.3.3", s, f"{c} storage", v, racks, "racks", price, chip.storage_share))
        if tax := min(case.sites[i].equipment_tax_share for i in places[s]):
            costs.append(Cost("1.3.4", s, f"{c} sales tax", v, racks, "racks", price, tax))
        ready = combos.life(case, chip, v)[0]
        leaving.setdefault((s, c, ready), []).append((1.0, b.bought[s, c, v]))
    for s, c, t in present:
        leaving.setdefault((s, c, t), []).append((-1.0, b.kept[s, c, t]))
        if t + 1 <= p.last:
            leaving.setdefault((s, c, t + 1), []).append((1.0, b.kept[s, c, t]))
    disposal = case.rate("parameters", "disposal_usd_per_rack", "value")
    if disposal.usd:
        costs += [
            Cost("1.3.5", s, f"{c} disposal", t, terms, "racks", disposal) for (s, c, t), terms in leaving.items()
        ]
    return costs


def _maintenance(b: Any, case: Case, present: Any) -> list[Posting]:
    p = case.periods
    costs: list[Posting] = []
    rates = {(c, t): current_price(case, c, p.year(t + 1)) for c, t in combos.presence(case) if t < p.last}
    for s, c, t in present:
        if t < p.last and (share := case.chips[c].maintenance_share):
            rate = rates[c, t]
            costs.append(
                Cost("3.2.4", s, f"{c} maintenance", t + 1, [(p.years, b.kept[s, c, t])], "rack-years", rate, share)
            )
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
