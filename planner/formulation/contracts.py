"""What grid contracts owe: a minimum take while they last, and the least way out of it after the horizon.

A contract runs from the month in which its tranche is energised. Over ``ramp_months`` the take rises evenly to its
share of the contracted MW; it stays there for ``term_months``; then nothing more is owed.

    part(r,t)     average of that rise over the months of period t, for a contract energised at the end of r
    take[s,t]     Σ_g,u share · hours · mw · part(ready(u),t) · contracts signed in u
    held(u,t)     average part of period t in which collateral is held: from signing in u to the end of the term
    owed(s,r)     for a MW that serves no racks at the horizon's end, the least of the rest of its take, its exit fee
                  and the loss on resale, (1 - resale_share) of the rest; present M base-year USD, at the rates of the
                  last period

A site without a row of ``grid_contracts`` owes ``minimum_take_share`` of what is energised, without a ramp or an end.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from planner.formulation.supply import MWH_PER_GWH, Supply
from planner.formulation.terms import Terms
from planner.inputs.case import Case, GridContract
from planner.inputs.periods import HOURS_PER_YEAR
from planner.wbs import CONNECTION


class WayOut(NamedTuple):
    """The least that is owed for a MW after the horizon: how, and M base-year USD by year after, undiscounted."""

    way: str
    by_year: dict[int, float]
    present: float


def _taken(contract: GridContract, month: float) -> float:
    """Months of full take that are owed by a month of the contract."""
    ramp, until = contract.ramp_months, min(max(month, 0.0), contract.months)
    return until - ramp / 2 if until >= ramp else until**2 / (2 * ramp)


def part(case: Case, site: str, ready: int, t: int) -> float:
    """Part of the full take that a contract energised at the end of ``ready`` owes in a period; all without terms."""
    contract, p = case.grid_contracts.get(site), case.periods
    if t <= ready:
        return 0.0
    if contract is None:
        return 1.0
    opening = (t - ready - 1) * p.months
    return (_taken(contract, opening + p.months) - _taken(contract, opening)) / p.months


def held(case: Case, site: str, u: int, ready: int, t: int) -> float:
    """Part of a period in which collateral is held for a contract signed in ``u``: until its term is over."""
    p = case.periods
    if not u <= t:
        return 0.0
    left = case.grid_contracts[site].months - max(0, t - ready - 1) * p.months
    return 1.0 if t <= ready else min(max(left, 0.0), p.months) / p.months


def take_gwh(case: Case, supply: Supply, site: str, t: int, generation: bool = False) -> Terms:
    """Delivery, or generation, that contracts owe for a period whether it is used or not."""
    contract, p = case.grid_contracts.get(site), case.periods
    share = case.parameter("minimum_take_share") if contract is None else contract.minimum_take_share
    if generation:
        share = 0.0 if contract is None else contract.generation_take_share
    found: Terms = []
    for s, g in supply.contracts.things() if share else ():
        tranche, dates = case.tranches_of_grid[s, g], supply.contracts.dates(s, g)  # type: ignore[index]
        parts = [part(case, site, p.ready(u, tranche.lead_months), t) for u in dates] if s == site else []
        for u, now, later in zip(dates, parts, [*parts[1:], 0.0], strict=False):
            if now != later:
                each = (now - later) * share * tranche.mw * p.hours / MWH_PER_GWH
                found += supply.contracts.by((s, g), u, each)
    return found


def energised_in(case: Case, supply: Supply, site: str) -> dict[int, Terms]:
    """Contracted MW by the period at whose end they are energised."""
    found: dict[int, Terms] = {}
    for s, g in supply.contracts.things():
        if s == site:
            tranche = case.tranches_of_grid[s, g]  # type: ignore[index]
            for u in supply.contracts.dates(s, g):
                ready = case.periods.ready(u, tranche.lead_months)
                found.setdefault(ready, []).extend(supply.contracts.at((s, g), u, tranche.mw))
    return found


def connection_musd(case: Case, site: str, ready: int) -> float:
    """What a MW of connection that carries load is worth at the end of the horizon: M base-year USD."""
    first = min(g for s, g in case.tranches_of_grid if s == site)
    rate = case.musd(case.rate("grid_tranches", f"{site}/{first}", "connection_usd_per_mw"), ready)
    return rate * case.deflator(ready) * case.sites[site].construction_multiplier * case.left_at_end(CONNECTION, ready)


def loss_of_idle(case: Case, site: str, ready: int) -> tuple[float, float]:
    """What the objective loses by an idle MW, and what the MW owes after the horizon: M base-year USD, present."""
    weigh = case.programme.objective
    owed = way_out(case, site, ready).present if site in case.grid_contracts else 0.0
    worth = connection_musd(case, site, ready) * case.present_factor_end if case.values_the_end else 0.0
    return weigh.terminal_value * worth - weigh.owed_after_horizon * owed, owed


def may_be_idle(case: Case) -> list[str]:
    """Sites where the model splits contracted MW by what serves load in the end."""
    return [s for s in case.sites if s in case.grid_contracts or case.values_the_end]


def way_out(case: Case, site: str, ready: int) -> WayOut:
    """The least that a MW energised at the end of ``ready`` owes after the horizon if it serves no racks then."""
    contract, last = case.grid_contracts[site], case.periods.last

    def musd(table: str, column: str) -> float:
        return case.musd(case.rate(table, site, column), last) * case.deflator(last)

    yearly = HOURS_PER_YEAR * contract.minimum_take_share * musd("sites", "delivery_usd_per_mwh")
    yearly += HOURS_PER_YEAR * contract.generation_take_share * musd("grid_contracts", "generation_usd_per_mwh")
    age = (last - ready) * case.periods.months
    years = range(1, max(0, math.ceil((contract.months - age) / 12 - 1e-9)) + 1)
    left = {n: (_taken(contract, age + 12 * n) - _taken(contract, age + 12 * (n - 1))) / 12 for n in years}
    ways = {
        "take": {n: yearly * x for n, x in left.items()},
        "exit": {1: musd("grid_contracts", "exit_fee_usd_per_mw")} if left else {},
        "resale": {n: yearly * x * (1 - contract.resale_share) for n, x in left.items()},
    }
    found = [WayOut(way, by, sum(x * case.present_factor_after(n) for n, x in by.items())) for way, by in ways.items()]
    return min(found, key=lambda way: way.present)
