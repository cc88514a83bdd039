"""What a plan reaches of each claim. Power and compute that are promised by a date hold from it to the end."""

from __future__ import annotations

import numpy as np

from planner.inputs.programme import Claim
from planner.verify.governance import governance_share, services_offered
from planner.verify.tally import Vector
from planner.verify.world import World


def counts(claim: Claim) -> bool:
    """Commissioned MW that stand for a promise count only as far as the site fills them."""
    return claim.metric == "power" and claim.tier == "commissioned" and claim.binding in ("firm", "goal")


def is_priced(claim: Claim) -> bool:
    """A goal whose missed units cost the objective something."""
    return claim.binding == "goal" and claim.metric in ("power", "compute") and claim.price_usd > 0


def filled_mw(world: World, site: str, t: int) -> float:
    """MW that may count at the end of ``t`` for the racks that fill the site soon after."""
    clock, facts = world.facts.clock, world.facts
    later = min(clock.last, t + clock.whole(facts.parameter("counted_within_months")))
    return facts.parameter("counted_factor") * float(world.populated[site][later])


def _counted(world: World, claim: Claim, t: int) -> float:
    """MW that count toward a promise; of a goal without a price, all that could."""
    if claim.binding == "firm" or is_priced(claim):
        return sum(mw for (commitment, _), mw in world.counted.items() if commitment == claim.id)
    return sum(min(float(world.commissioned_at[s][t:].min()), filled_mw(world, s, t)) for s in world.facts.sites)


def _infrastructure_share(world: World, claim: Claim) -> float:
    """Infrastructure against all that is invested; the level where nothing is."""
    invested = float(world.ledger.investment_usd().sum())
    return float(world.ledger.infrastructure_usd().sum()) / invested if invested else claim.level or 0.0


def _part_of_caps(world: World) -> float:
    """Largest part of all caps that operating cost takes in a period; 0 where nobody has a cap."""
    if not world.facts.soft.sources:
        return 0.0
    caps = world.total(world.facts.soft.caps_musd(f) for f in world.facts.soft.sources)
    cost = world.ledger.operations_usd() / 1e6
    owed = cost > 0
    parts = np.divide(cost, caps, out=np.full_like(cost, np.inf), where=caps > 0)
    return float(parts[owed].max()) if owed.any() else 0.0


def _levels(world: World, claim: Claim) -> Vector | None:
    """What a claim on power or compute measures, at the end of each period; None where it names no such thing."""
    power = {"secured": world.secured, "commissioned": world.commissioned_at, "populated": world.populated}
    if claim.metric == "power" and claim.tier in power:
        return world.total(power[claim.tier].values())
    if claim.metric == "compute" and claim.precision and claim.tier == "installed":
        return world.installed_pflops(claim.precision)
    if claim.metric == "compute" and claim.precision and claim.tier == "serving":
        return world.serving_pflops(claim.precision)
    return None


def measure(world: World, claim: Claim) -> float | None:
    """The plan's figure for a claim; None where the model does not speak to it."""
    t = world.due_at(claim)
    if t is None or claim.metric in world.facts.programme.unmodelled:
        return None
    if claim.metric == "sites":
        return sum(float(opened[-1]) for opened in world.opened.values())
    if claim.metric == "budget":
        return float(world.ledger.investment_usd().sum())
    if claim.metric == "split":
        return _infrastructure_share(world, claim)
    if claim.metric == "funding":
        return _part_of_caps(world)
    if claim.metric == "governance":
        return governance_share(world, claim)
    if claim.metric == "services":
        return services_offered(world, claim)
    if counts(claim):
        return _counted(world, claim, t)
    levels = _levels(world, claim)
    return None if levels is None else float(levels[t:].min())
