"""Checks of claims: that each says what its rule needs, and asks for nothing that the programme says otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from typing import Any

from planner.inputs.claim_units import Say
from planner.inputs.parse import did_you_mean, listing
from planner.inputs.programme import Claim, Programme

#: metric -> the tiers that it has
TIERS = {"power": ("secured", "commissioned", "populated"), "compute": ("installed", "serving")}
#: metric of which no goal is possible -> why
NO_GOAL = {
    "governance": "governance has no amount to fall short of",
    "services": "services has no amount to fall short of",
    "split": "the tolerance is in the programme",
    "budget": "budget_usd is never exceeded; a smaller one is a budget_usd of its own",
    "sites": "sites.count says how many there are",
    "funding": "what payers can pay is never exceeded",
    "interconnect": "no rule measures it",
    "memo": "no rule measures it",
}
SHARES = ("split", "governance", "funding")


def check(programme: Programme, years: list[int], initiatives: Set[Any] | None, say: Say) -> None:
    """Faults of the claims of a valid programme; ``initiatives`` are those of the tables, where they are known."""
    for name, times in Counter(claim.id for claim in programme.claims).items():
        if times > 1:
            say(f"claims.{name}.id", f"{name}, {times} times", "an id of its own for each claim")
    for claim in programme.claims:
        _any(claim, years, say)
        _named(claim, initiatives, say)
        if claim.binding != "reported":
            _promise(claim, programme, say)


def remarks(programme: Programme) -> list[str]:
    """A firm ceiling below the budget: what the model may spend is the budget, and the plan is held to the claim."""
    return [
        f"Claim {c.id}: firm at {c.level:.12g} USD, while budget_usd is {programme.budget_usd:.12g}. "
        "A plan that spends more breaks the claim; write one figure for both."
        for c in programme.claims
        if c.metric == "budget" and c.binding == "firm" and c.level is not None and c.level < programme.budget_usd
    ]


def _any(claim: Claim, years: list[int], say: Say) -> None:
    """What every claim keeps to."""
    place = f"claims.{claim.id}"
    past = claim.metric == "memo" and claim.by is not None and claim.by < years[0]
    if claim.by is not None and not past and not years[0] <= claim.by <= years[-1]:
        allowed = f"a year of the horizon, {years[0]} to {years[-1]}"
        say(f"{place}.by", f"{claim.by}, a period outside the horizon", allowed)
    tiers = TIERS.get(claim.metric, ())
    if tiers and claim.tier not in (None, *tiers):
        say(f"{place}.tier", claim.tier, f"one of {listing(tiers)}, the tiers of {claim.metric}")
    level = claim.level or 0.0
    if claim.metric in SHARES and level > 1:
        say(f"{place}.level", f"{level:g}", "a share, 0 to 1", f"Write {level / 100:g}." if level <= 100 else "")
    if claim.price_usd and claim.binding != "goal":
        found = f"{claim.price_usd:g} on a claim that is {claim.binding}"
        allowed = f"0: only a goal has a price. A {claim.binding} claim is never missed at a price"
        say(f"{place}.price_usd", found, allowed, 'Write binding = "goal", or remove the price.')


def _named(claim: Claim, there: Set[Any] | None, say: Say) -> None:
    """What a claim on services names is there; no other claim names any."""
    place = f"claims.{claim.id}.initiatives"
    for name in claim.initiatives:
        if there is not None and name not in there:
            say(place, name, "an initiative_id of initiatives.csv", did_you_mean(name, there))
    if claim.initiatives and claim.metric != "services":
        say(place, listing(claim.initiatives), "nothing: only claims on services name them")


def _promise(claim: Claim, programme: Programme, say: Say) -> None:
    """What a firm claim or a goal must say."""
    place = f"claims.{claim.id}"
    needed: tuple[str, ...] = ()
    if claim.metric in TIERS:
        needed = ("tier", "level", "by", *(("precision",) if claim.metric == "compute" else ()))
    elif claim.metric in ("governance", "services"):
        needed = ("by",)
    for field in needed:
        if getattr(claim, field) is None:
            what = "a year" if field == "by" else "a value"
            say(f"{place}.{field}", "nothing", f"{what}: a {claim.binding} {claim.metric} claim needs one")
    if claim.metric == "services" and not claim.initiatives:
        say(f"{place}.initiatives", "nothing", "the initiatives that the claim names")
    if claim.binding == "goal" and claim.metric in NO_GOAL:
        say(f"{place}.binding", "goal", f"firm or reported: {NO_GOAL[claim.metric]}")
    elif claim.binding == "firm" and claim.level is not None:
        _as_the_programme(claim, programme, say)


def _as_the_programme(claim: Claim, programme: Programme, say: Say) -> None:
    """A firm claim on what the programme itself limits has the level of that limit: the model holds the limit."""
    level, field, limit = claim.level or 0.0, "", 0.0
    if claim.metric == "sites":
        field, limit = "sites.count", float(programme.sites.count)
    elif claim.metric == "split":
        field, limit = "infrastructure_share", programme.infrastructure_share
    elif claim.metric == "funding" and level < 1:
        field, limit = "all of what the payers can pay", 1.0
    elif claim.metric == "services" and level > len(claim.initiatives) > 0:
        field, limit = "at most the initiatives that it names", float(len(claim.initiatives))
    if field and abs(level - limit) > 1e-9 * max(1.0, limit):
        say(f"claims.{claim.id}.level", f"{level:.12g}", f"{field}, {limit:.12g}")
