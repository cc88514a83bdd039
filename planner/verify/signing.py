"""When investment is committed, recomputed from the decisions: the figures that the reports must come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from planner.inputs.case import Case
from planner.plan import Plan
from planner.verify.tally import Vector
from planner.verify.world import World

Starts = Iterator[tuple[Vector, float, str, float, str, float]]


def committed_usd(case: Case, plan: Plan) -> tuple[dict[int, float], float]:
    """Dollars committed by calendar year, and those of them that are paid after the horizon.

    Cash is what the plan posts, which other rules check; what is signed ahead of it is computed here: base
    cost that is paid along a profile, and the rent of a whole lease, count in the year of their start; all else,
    management and contingency among it, in the year it is paid.
    """
    world = World(case, plan)
    clock, facts = world.facts.clock, world.facts
    by_period, owed = _cash(world), 0.0
    for starts, lead, profile, size, ref, factor in _profiled(world):
        price = facts.price(ref)
        assert price is not None
        for u in np.flatnonzero(starts).tolist():
            one = clock.zeros()
            one[u] = starts[u]
            paid = size * factor * clock.paid(one, lead, facts.profiles[profile])
            usd = np.array([paid[t] * price[0] * facts.escalation(price, t) for t in range(clock.count)])
            by_period -= usd
            by_period[u] += usd.sum()
    for (_, d), mw in world.started_mw.items():
        design = facts.designs[d]
        rent = facts.price(f"designs.{d}.lease_usd_per_mw_year")
        if design.route != "lease" or design.term_months <= 0 or rent is None:
            continue
        for u in np.flatnonzero(mw).tolist():
            opening = clock.ready(u, design.lead_months)
            for t in range(opening, clock.last_end(opening, design.term_months) + 1):
                usd_of_t = float(mw[u]) * clock.years * rent[0] * _growth(case, rent, clock.year(t))
                by_period[u] += usd_of_t
                if t <= clock.last:
                    by_period[t] -= usd_of_t
                else:
                    owed += usd_of_t
    years: dict[int, float] = {}
    for t, usd_of in enumerate(by_period.tolist()):
        years[clock.year(t)] = years.get(clock.year(t), 0.0) + usd_of
    return years, owed


def _cash(world: World) -> Vector:
    """Investment by period of payment, as posted."""
    out = world.facts.clock.zeros()
    detail = world.tables["detail"]
    for ledger, label, cents in detail[["ledger", "period", "cents"]].itertuples(index=False, name=None):
        if ledger == "investment":
            out[world.index[label]] += cents / 100
    return out


def _profiled(world: World) -> Starts:
    """Starts, lead, profile, size of one, price and factor of everything that is paid along a profile."""
    facts = world.facts
    for (s, d), mw in world.started_mw.items():
        design = facts.designs[d]
        for part in ("civil", "shell", "electrical", "mechanical"):
            ref = f"designs.{d}.{part}_usd_per_mw"
            yield mw, design.lead_months, design.profile_id, 1.0, ref, facts.sites[s].construction_multiplier
    for (s, g), n in world.contract.items():
        tranche, ref = facts.grid[s, g], f"grid_tranches.{s}/{g}.connection_usd_per_mw"
        yield n, tranche.lead_months, "connection", tranche.mw, ref, facts.sites[s].construction_multiplier
    for (s, k), n in world.units.items():
        plant, ref = facts.plants[k], f"plants.{k}.capex_usd_per_kw"
        kw = 1000.0 * plant.unit_mw
        yield n, plant.lead_months, plant.profile_id, kw, ref, facts.sites[s].construction_multiplier


def _growth(case: Case, price: tuple[float, str, int | None], year: int) -> float:
    """The index of the year over that of the money year; after the data it stays."""
    _, index, money_year = price
    if index == "none" or money_year is None:
        return 1.0
    known = {int(r["year"]): float(r["index_value"]) for r in _records(case) if r["index_id"] == index}
    return known[min(year, max(known))] / known[money_year]


def _records(case: Case) -> list[dict[Any, Any]]:
    return list(case.tables["price_indices"].to_dict("records"))
