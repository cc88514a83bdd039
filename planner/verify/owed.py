"""No posted cost that is not owed: what the model only bounds from one side is posted at its least."""

from __future__ import annotations

import numpy as np

from planner.verify.budget import split_forces_infrastructure
from planner.verify.tally import Check, rule
from planner.verify.time import before
from planner.verify.world import World


@rule("owed.billed")
def billed(world: World, check: Check) -> None:
    """Delivery is paid for what comes over the grid or for the minimum take, whichever is more."""
    share = world.facts.parameter("minimum_take_share") * world.facts.clock.hours
    for s in world.facts.sites:
        least = np.maximum(world.imported[s,] + world.ppa_at(s), share * before(world.energised[s]))
        words = "delivery is paid for {left} MWh; {right} MWh are owed"
        check.equal(s, world.billed[s,], least, "MWh", words)


@rule("owed.hardened")
def hardened(world: World, check: Check) -> None:
    """No more MW are ever hardened than work at the level, unless the split forces money into infrastructure."""
    if split_forces_infrastructure(world):
        return
    for s, level in dict.fromkeys([*world.hardened, *world.soft.in_use_at]):
        most = float(world.soft.in_use_at[s, level].max())
        words = "halls of {left} MW are hardened; what works at the level asks for {right} MW"
        check.equal(f"{s},{level}", float(world.hardened[s, level].sum()), most, "MW IT", words)


@rule("owed.courses")
def courses(world: World, check: Check) -> None:
    """No more operators are trained than the halls ask for."""
    operators = world.facts.soft.operators
    for s in world.facts.sites if operators else ():
        begin, _ = world.soft.operators_owed(s)
        words = "{left} heads begin the operators' course; the halls of the site ask for {right}"
        check.equal(s, world.soft.courses[operators, s], begin, "heads", words)


@rule("owed.discounted")
def discounted(world: World, check: Check) -> None:
    """All that lies above the threshold has the framework price, unless the split forces money into infrastructure."""
    if split_forces_infrastructure(world):
        return
    started = float(world.greenfield_started().sum())
    most = max(0.0, started - world.facts.parameter("volume_threshold_mw"))
    words = "{left} MW have the framework price; {right} MW of new halls lie above the threshold"
    check.equal("", float(world.discounted.sum()), most, "MW IT", words, scale=started)
