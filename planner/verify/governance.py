"""Promises of governance and services: what must be done by a date, and how much of it a plan does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from planner.inputs.programme import Claim
from planner.verify.tally import Check, rule
from planner.verify.world import World


@dataclass(frozen=True)
class Condition:
    """One row of a promise: ``found`` is at least ``needed``; ``site`` where it belongs to one."""

    rule: str
    where: str
    needed: float
    found: float
    unit: str
    words: str
    site: str = ""

    def holds(self, tolerance: float = 1e-6) -> bool:
        return self.needed - self.found <= tolerance * max(1.0, abs(self.needed), abs(self.found))


def _initiatives(world: World, t: int) -> Iterator[Condition]:
    soft = world.facts.soft
    for y in soft.of_effect("phase 3"):
        needed = y.need_ceiling_units if y.per == "system" else 1.0
        done = float(world.soft.done_of(y.initiative_id)[t])
        words = "{right} units are done by the date; {left} are promised"
        yield Condition("commitments.governance_done", y.initiative_id, needed, done, "units", words)
    for y in soft.of_effect("gates agency", "agency"):
        for a, agency in world.facts.agencies.items():
            if agency.large_agencies > 0:
                done = float(world.soft.done[y.initiative_id, a][t])
                where, words = f"{y.initiative_id},{a}", "{right} agencies are done by the date; {left} are promised"
                yield Condition(
                    "commitments.governance_agencies", where, agency.large_agencies, done, "agencies", words
                )


def _sites(world: World, t: int) -> Iterator[Condition]:
    soft = world.facts.soft
    for s, opened in world.opened.items():
        chosen = float(opened[-1])
        for x in soft.accredited[s]:
            accreditation = soft.accreditations[x]
            if accreditation.opens_level and not accreditation.predecessor_id and (s, x) not in soft.existing:
                words = "a chosen site must hold the accreditation by the date"
                held = float(world.soft.ready_accreditation(s, x)[t])
                yield Condition("commitments.governance_authorised", f"{s},{x}", chosen, held, "sites", words, s)
        if soft.goes_live:
            words = "a chosen site must be staffed by the date"
            yield Condition("commitments.governance_live", s, chosen, float(world.soft.live(s)[t]), "sites", words, s)


def _heads(world: World, t: int) -> Iterator[Condition]:
    soft = world.facts.soft
    for (r, a), heads in soft.heads.items():
        if soft.tracks[r].learners == "awareness":
            needed = world.facts.parameter("aware_share") * heads
            words = "{right} heads are aware at the date; {left} are promised"
            found = float(world.soft.trained[r, a][t])
            yield Condition("commitments.governance_aware", f"{r},{a}", needed, found, "heads", words)


def conditions(world: World, claim: Claim) -> list[Condition]:
    """Every row of a promise of governance or services."""
    t = world.due_at(claim)
    if t is None or claim.metric in world.facts.programme.unmodelled:
        return []
    if claim.metric == "governance":
        return [*_initiatives(world, t), *_sites(world, t), *_heads(world, t)]
    if claim.metric != "services":
        return []
    words = "the promise names it; {right} are done by the date"
    offers = [(y, float(world.soft.done_of(y)[t])) for y in claim.initiatives]
    return [Condition("commitments.services_offered", y, 1.0, done, "units", words) for y, done in offers]


def governance_share(world: World, claim: Claim) -> float:
    """Share of the conditions that hold, without those of sites that are not opened."""
    mine = [c for c in conditions(world, claim) if not c.site or world.opened[c.site][-1] > 0.5]
    return sum(c.holds() for c in mine) / len(mine) if mine else 1.0


def services_offered(world: World, claim: Claim) -> float:
    return float(sum(c.holds() for c in conditions(world, claim)))


def _enter(world: World, check: Check) -> None:
    """The rows under the name of the check, of every firm promise."""
    for claim in world.facts.claims.values():
        for c in conditions(world, claim) if claim.binding == "firm" else ():
            if c.rule == check.name:
                check.at_most(f"{claim.id},{c.where}", c.needed, c.found, c.unit, c.words)


for _name in (
    "governance_done",
    "governance_agencies",
    "governance_authorised",
    "governance_live",
    "governance_aware",
    "services_offered",
):
    rule(f"commitments.{_name}")(_enter)
