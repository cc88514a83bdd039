"""The objective, evaluated from scratch on the plan: the sum of each weight times its measure, M base-year dollars."""

from __future__ import annotations

import math

import numpy as np

from planner.verify import after
from planner.verify.contracts import owed_after
from planner.verify.ending import terminal_value_musd
from planner.verify.measures import is_priced, measure
from planner.verify.tally import Check, rule
from planner.verify.world import World

TIE_BREAK = 1e-9


def mission_value_musd(world: World) -> float:
    """Present value of service inside the horizon, M base-year dollars."""
    facts, clock = world.facts, world.facts.clock
    factors = facts.present_factors()
    value = 0.0
    for (_, w, level, j), amount in world.depth.items():
        rent = np.array([facts.rent_musd(w, clock.year(t), level) for t in range(clock.count)])
        value += facts.depths[j].value_share * float((amount * rent * factors).sum())
    return value


def resource_cost_musd(world: World) -> float:
    """Present cost of both ledgers from unrounded lines, without what is set aside; M base-year dollars."""
    facts = world.facts
    return float((world.ledger.resources_usd() * facts.deflators() * facts.present_factors()).sum()) / 1e6


def tie_break_musd(world: World) -> float:
    """A hair of cost by position, so that equal plans do not swap."""
    facts = world.facts
    total = 0.0
    for s, site in facts.sites.items():
        racks_mw = sum(facts.rack_mw(c) * float(racks.sum()) for (at, c), racks in world.bought.items() if at == s)
        position = ((site.lat_deg + 90.0) / 180.0 + (site.lon_deg + 180.0) / 360.0) / 2.0
        total += position * (float(world.commissioned_at[s][-1]) + racks_mw) / 1000.0
    return TIE_BREAK * facts.programme.budget_usd / 1e6 * total


def owed_after_horizon_musd(world: World) -> float:
    """What contracts still owe after the horizon for MW that serve no racks at its end, M base-year dollars."""
    contracts = world.facts.case.grid_contracts
    return math.fsum(present for s in contracts for _, present in owed_after(world, s).values()) / 1e6


def shortfall_price_musd(world: World) -> float:
    """What the goals that have a price miss, at that price; M base-year dollars."""
    total = 0.0
    for claim in world.facts.claims.values():
        planned = measure(world, claim) if is_priced(claim) else None
        if planned is not None and claim.level is not None:
            total += claim.price_usd * max(0.0, claim.level - planned) / 1e6
    return total


def objective_parts(world: World) -> dict[str, float]:
    """Weight times measure of each part, M base-year dollars."""
    asked = world.facts.programme.objective
    emitted = float(world.total(world.emissions.values()).sum())
    secured = float(world.total(world.secured.values())[-1])
    compute = float(world.installed_pflops(asked.compute_precision)[-1]) if asked.compute_precision else 0.0
    return {
        "service in the horizon": asked.mission_value * mission_value_musd(world),
        "service after it": asked.mission_value * after.value_musd(world),
        "running cost after it": -asked.mission_value * after.cost_musd(world),
        "present cost": asked.present_cost * (resource_cost_musd(world) + tie_break_musd(world)),
        "owed after the horizon": asked.owed_after_horizon * owed_after_horizon_musd(world),
        "worth at the end of the horizon": asked.terminal_value * terminal_value_musd(world),
        "emissions": asked.emissions_usd_per_t * emitted / 1e6,
        "compute": asked.compute_usd_per_pflops * compute / 1e6,
        "secured power": asked.secured_usd_per_mw * secured / 1e6,
        "goals missed": -shortfall_price_musd(world),
    }


@rule("objective.value")
def value(world: World, check: Check) -> None:
    """With or without the hair that keeps equal plans apart."""
    if world.claim is None:
        return
    parts = objective_parts(world)
    slack = abs(world.facts.programme.objective.present_cost) * tie_break_musd(world)
    scale = max(abs(x) for x in parts.values())
    words = "the objective is said to be {left} M$; the plan comes to {right} M$"
    check.equal("", world.claim.value_musd, sum(parts.values()), "M$", words, scale=scale, slack=slack)


@rule("objective.bound")
def bound(world: World, check: Check) -> None:
    """No plan is said to be worse than this one is."""
    if world.claim is None or world.claim.bound_musd is None or math.isinf(world.claim.bound_musd):
        return
    parts = objective_parts(world)
    slack = abs(world.facts.programme.objective.present_cost) * tie_break_musd(world)
    scale = max(abs(x) for x in parts.values())
    words = "no plan is said to be better than {right} M$; this one comes to {left} M$"
    check.at_most("", sum(parts.values()), world.claim.bound_musd, "M$", words, scale=scale, slack=slack)
