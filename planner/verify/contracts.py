"""Grid contracts as the checker reads them: what is owed whether used or not, by whom, and after the horizon."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from planner.inputs.case import GridContract
from planner.verify.left import connection_usd, end_factor
from planner.verify.levels import Levels
from planner.verify.tally import Vector

HOURS = 8760.0
#: (obligor, way, calendar year) -> base-year dollars, and their present value
Owed = dict[tuple[str, str, int], tuple[float, float]]


def owed_by_investor(world: Levels, site: str) -> bool:
    """Whether what a site's contracts owe and nobody uses is paid from investment."""
    contract = world.facts.case.grid_contracts.get(site)
    return contract is not None and contract.obligor == "investor"


def _months(contract: GridContract, opening: float, closing: float) -> float:
    """Months of the full take between two months of the contract: the area under a rise, a level and an end."""
    ramp = contract.ramp_months
    opening, closing = max(0.0, opening), min(closing, ramp + contract.term_months)
    if closing <= opening:
        return 0.0
    bend = min(max(ramp, opening), closing)

    def height(month: float) -> float:
        return 1.0 if month >= ramp else month / ramp

    return (bend - opening) * (height(opening) + height(bend)) / 2.0 + closing - bend


def energised_mw(world: Levels, site: str) -> dict[int, float]:
    """Contracted MW by the period at whose end they are energised."""
    clock, out = world.facts.clock, defaultdict[int, float](float)
    for (s, g), starts in world.contract.items():
        for u in np.flatnonzero(starts).tolist() if s == site else ():
            tranche = world.facts.grid[s, g]
            out[clock.ready(u, tranche.lead_months)] += float(starts[u]) * tranche.mw
    return {r: mw for r, mw in out.items() if r <= clock.last}


def take_mwh(world: Levels, site: str, generation: bool = False) -> Vector:
    """Delivery, or generation, that is owed in each period whether it is used or not."""
    facts, clock = world.facts, world.facts.clock
    contract, out = facts.case.grid_contracts.get(site), facts.clock.zeros()
    for ready, mw in energised_mw(world, site).items():
        for t in range(ready + 1, clock.count):
            opening = float((t - ready - 1) * clock.months)
            if contract is None:
                part = 0.0 if generation else facts.parameter("minimum_take_share")
            else:
                share = contract.generation_take_share if generation else contract.minimum_take_share
                part = share * _months(contract, opening, opening + clock.months) / clock.months
            out[t] += part * mw * clock.hours
    return out


def used_mwh(world: Levels, site: str) -> Vector:
    """What comes over the grid and serves load."""
    return world.imported[site,] + world.ppa_at(site)


def unused_generation_mwh(world: Levels, site: str) -> Vector:
    least: Vector = np.maximum(0.0, take_mwh(world, site, generation=True) - used_mwh(world, site))
    return least


def racks_peak_mw(world: Levels, site: str) -> Vector:
    """What racks in place draw on the design day, MW facility."""
    return world.total(
        mw * float(world.facts.climate(s, cooling)["pue_peak"])
        for (s, cooling, _), mw in world.housed.items()
        if s == site
    )


def grid_use(world: Levels, site: str) -> tuple[Vector, Vector, Vector]:
    """Contracted MW at the end of each period, what racks use of them, and the rest."""
    contracted = world.energised[site]
    used = np.minimum(contracted, racks_peak_mw(world, site))
    return contracted, used, contracted - used


def _dollars(world: Levels, ref: str) -> float:
    """Base-year dollars of a price as it is in the last period of the horizon."""
    price = world.facts.price(ref)
    if price is None:
        return 0.0
    return price[0] * world.facts.escalation(price, world.facts.clock.last) * float(world.facts.deflators()[-1])


def _least(world: Levels, site: str, ready: int) -> tuple[str, dict[int, tuple[float, float]]]:
    """The cheapest way out for a MW: its name, and by year after the horizon dollars and their present value."""
    clock, contract = world.facts.clock, world.facts.case.grid_contracts[site]
    a_year = contract.minimum_take_share * _dollars(world, f"sites.{site}.delivery_usd_per_mwh")
    a_year += contract.generation_take_share * _dollars(world, f"grid_contracts.{site}.generation_usd_per_mwh")
    over, rest, n = (clock.last - ready) * clock.months, dict[int, float](), 0
    while over + 12 * n < contract.ramp_months + contract.term_months - 1e-9:
        n += 1
        rest[n] = a_year * HOURS * _months(contract, over + 12.0 * (n - 1), over + 12.0 * n) / 12.0
    fee = {1: _dollars(world, f"grid_contracts.{site}.exit_fee_usd_per_mw")} if rest else {}
    sold = {n: usd * (1.0 - contract.resale_share) for n, usd in rest.items()}
    end = (clock.last + 1) * clock.years

    def dated(by_year: dict[int, float]) -> dict[int, tuple[float, float]]:
        return {n: (usd, usd * world.facts.present_factor(end + n - 0.5)) for n, usd in by_year.items()}

    ways = [("take", dated(rest)), ("exit", dated(fee)), ("resale", dated(sold))]
    return min(ways, key=lambda way: math.fsum(present for _, present in way[1].values()))


def idle_mw(world: Levels, site: str) -> dict[int, float]:
    """Contracted MW that serve no racks at the end, by when they were energised: those first that cost least idle.

    One costs what it owes after the horizon and what its connection would be worth, as the objective weighs them.
    """
    energised, weigh = energised_mw(world, site), world.facts.programme.objective
    owed = dict.fromkeys(energised, 0.0)
    if site in world.facts.case.grid_contracts:
        owed = {r: math.fsum(x for _, x in _least(world, site, r)[1].values()) for r in energised}
    cost = {r: -weigh.owed_after_horizon * usd for r, usd in owed.items()}
    for r in energised if weigh.terminal_value else ():
        cost[r] += weigh.terminal_value * connection_usd(world, site, r) * end_factor(world)
    left, found = max(0.0, sum(energised.values()) - float(racks_peak_mw(world, site)[-1])), dict[int, float]()
    for r in sorted(energised, key=lambda r: (cost[r], owed[r], r)):
        found[r] = min(left, energised[r])
        left -= found[r]
    return found


def owed_after(world: Levels, site: str) -> Owed:
    """What MW that serve no racks at the end owe afterwards."""
    clock, contract = world.facts.clock, world.facts.case.grid_contracts[site]
    found: Owed = {}
    for ready, mw in idle_mw(world, site).items():
        way, by_year = _least(world, site, ready)
        for n, (usd, present) in by_year.items() if mw > 0 else ():
            key = (contract.obligor, way, clock.year(clock.last) + n)
            before = found.get(key, (0.0, 0.0))
            found[key] = (before[0] + usd * mw, before[1] + present * mw)
    return found
