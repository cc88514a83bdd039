"""The objective in stages, each evaluated from scratch on the final plan, and what later stages may give back."""

from __future__ import annotations

import numpy as np

from planner.inputs.programme import Stage
from planner.verify.commitments import measure
from planner.verify.tally import Check, rule
from planner.verify.world import StageClaim, World

TIE_BREAK = 1e-9


def mission_value_musd(world: World) -> float:
    """Present value of service, with the years after the horizon, M base-year dollars."""
    facts, clock = world.facts, world.facts.clock
    factors = facts.present_factors()
    value = 0.0
    for (_, w, level, j), amount in world.depth.items():
        rent = np.array([facts.rent_musd(w, clock.year(t)) for t in range(clock.count)])
        worth = facts.depths[j].value_share * facts.levels[level].rent_premium
        value += worth * float((amount * rent * factors).sum())
    taper = facts.parameter("tail_taper")
    for (w, j, n), served in world.tail_depth.items():
        factor = facts.present_factor((clock.last + 1) * clock.years + n - 0.5)
        rent_after = facts.rent_musd(w, clock.year(clock.last) + n)
        value += served * facts.depths[j].value_share * rent_after * taper**n * factor
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


def goal_shortfall(world: World) -> float:
    """Shares of goals that are missed, each next priority at a hundredth."""
    total = 0.0
    for claim in world.facts.claims.values():
        planned = measure(world, claim) if claim.binding == "goal" and claim.metric in ("power", "compute") else None
        if planned is not None and claim.level:
            total += max(0.0, claim.level - planned) / claim.level * 100.0 ** (1 - claim.priority)
    return total


def _objective(world: World, stage: Stage) -> float:
    if stage.name == "mission value":
        return mission_value_musd(world)
    if stage.name == "goal shortfall":
        return goal_shortfall(world)
    if stage.name == "present cost":
        return resource_cost_musd(world) + tie_break_musd(world)
    if stage.name == "net present value":
        return mission_value_musd(world) - resource_cost_musd(world)
    if stage.name == "secured power":
        return float(world.total(world.secured.values())[-1])
    if stage.name == "compute":
        return float(world.installed_pflops(stage.precision or "bf16")[-1])
    return float(world.total(world.emissions.values()).sum())


def _staged(world: World) -> list[tuple[StageClaim, Stage, float]]:
    """Each claim with its stage in the programme (the first of its name not yet taken) and its value by own account."""
    open_stages = list(world.facts.programme.stages)
    out = []
    for claim in world.stages:
        stage = next((x for x in open_stages if x.name == claim.name), None)
        if stage is not None:
            open_stages.remove(stage)
            out.append((claim, stage, _objective(world, stage)))
    return out


def _achieved(world: World, check: Check, name: str) -> None:
    for claim, stage, value in _staged(world):
        if stage.name == name:
            slack = tie_break_musd(world) if name == "net present value" else 0.0
            parts = resource_cost_musd(world) + mission_value_musd(world) if name == "net present value" else 0.0
            words = f"the {name} is said to be {{left}}; the plan comes to {{right}}"
            check.equal(name, claim.achieved, value, _unit(name), words, slack=slack, scale=parts)


def _unit(name: str) -> str:
    money = {"mission value": "M$", "present cost": "M$", "net present value": "M$"}
    return (money | {"secured power": "MW", "compute": "PFLOP/s", "emissions": "t CO2"}).get(name, "share of goals")


@rule("objective.mission_value")
def mission_value(world: World, check: Check) -> None:
    _achieved(world, check, "mission value")


@rule("objective.goal_shortfall")
def shortfall_of_goals(world: World, check: Check) -> None:
    _achieved(world, check, "goal shortfall")


@rule("objective.present_cost")
def present_cost(world: World, check: Check) -> None:
    _achieved(world, check, "present cost")


@rule("objective.net_present_value")
def net_present_value(world: World, check: Check) -> None:
    _achieved(world, check, "net present value")


@rule("objective.secured_power")
def secured_power(world: World, check: Check) -> None:
    _achieved(world, check, "secured power")


@rule("objective.compute")
def compute_objective(world: World, check: Check) -> None:
    _achieved(world, check, "compute")


@rule("objective.emissions")
def emissions(world: World, check: Check) -> None:
    _achieved(world, check, "emissions")


@rule("objective.known_stages")
def known_stages(world: World, check: Check) -> None:
    """The stages are those of the programme, in its order (a run that stops early has fewer)."""
    declared = [stage.name for stage in world.facts.programme.stages]
    said = [claim.name for claim in world.stages]
    words = f"the stages are {', '.join(said)}; the programme declares {', '.join(declared)}"
    check.true("", said == declared[: len(said)], words)


@rule("objective.give_back")
def give_back(world: World, check: Check) -> None:
    """The final plan keeps each stage's floor, and the floor gives back no more than the programme says."""
    staged = _staged(world)
    for position, (claim, stage, value) in enumerate(staged):
        sign = 1.0 if claim.sense == "max" else -1.0
        owed = claim.value - sign * stage.give_back_share * abs(claim.value)
        if claim.floor is None and position == len(staged) - 1:
            continue
        floor = owed if claim.floor is None else claim.floor
        words = f"the final plan has {stage.name} {words_for(value)}; after give-back it must keep {words_for(floor)}"
        check.at_most(stage.name, sign * floor, sign * value, _unit(stage.name), words)
        words = f"the floor of {stage.name} is {words_for(floor)}; the give-back allows down to {words_for(owed)}"
        check.at_most(f"{stage.name},floor", sign * owed, sign * floor, _unit(stage.name), words)


def words_for(value: float) -> str:
    return f"{value:,.6g}"


@rule("objective.moved_dollars")
def moved_dollars(world: World, check: Check) -> None:
    budget = world.facts.programme.budget_usd / 1e6
    for claim, stage, _ in _staged(world):
        limit = None if stage.give_back_budget_share is None else stage.give_back_budget_share * budget
        if claim.moved_limit_musd is not None and limit is not None:
            words = "the limit on moved dollars is {left} M$; the programme allows {right} M$"
            check.at_most(f"{stage.name},limit", claim.moved_limit_musd, limit, "M$", words)
        if claim.moved_limit_musd is not None and claim.moved_musd is not None:
            words = "later stages add {left} M$ to this stage's plan; {right} M$ may be moved"
            check.at_most(stage.name, claim.moved_musd, claim.moved_limit_musd, "M$", words)
