"""Training: courses within capacity and need, operators of halls, and sites that go live."""

from __future__ import annotations

from planner.verify.tally import Check, rule
from planner.verify.time import before
from planner.verify.world import World


@rule("training.within_capacity")
def within_capacity(world: World, check: Check) -> None:
    """Nobody begins before what the track waits for is done."""
    for r, track in world.facts.soft.tracks.items():
        heads = world.total(n for (at, _), n in world.soft.courses.items() if at == r)
        open_from = world.soft.may_begin(world.soft.initiative_month(track.prerequisite_id))
        most = world.facts.soft.most_heads(r) * open_from
        check.at_most(r, heads, most, "heads", "{left} heads begin a course; trainers and courses take {right}")


@rule("training.within_need")
def within_need(world: World, check: Check) -> None:
    for r, track in world.facts.soft.tracks.items():
        heads = world.total(n for (at, _), n in world.soft.trained.items() if at == r)
        check.at_most(r, heads, track.need_ceiling_heads, "heads", "{left} heads are trained; the need can use {right}")


@rule("training.operators_of_halls")
def operators_of_halls(world: World, check: Check) -> None:
    """Operators begin their course in time for the halls that they run."""
    operators = world.facts.soft.operators
    for s in world.facts.sites if operators else ():
        begin, late = world.soft.operators_owed(s)
        words = "the halls need {left} heads to begin the operators' course; {right} do"
        check.at_most(s, begin, world.soft.courses[operators, s], "heads", words)
        words = "the halls need {left} more operators, and no course is over in time; without one there may be {right}"
        check.at_most(f"{s},in time", late, 0.0, "heads", words)


@rule("training.live_at_open_sites")
def live_at_open_sites(world: World, check: Check) -> None:
    for (s,) in list(world.soft.goes_live):
        words = "the site is staffed {left} times by now; it is opened {right} times"
        check.at_most(s, world.soft.live(s), world.opened[s], "sites", words)


@rule("training.in_use_where_live")
def in_use_where_live(world: World, check: Check) -> None:
    if not world.facts.soft.goes_live:
        return
    for s in world.facts.sites:
        most = before(world.facts.soft.hall_limit[s]) * world.soft.live(s)
        words = "racks of {left} MW work; the site's staff lets {right} MW work"
        check.at_most(s, world.soft.in_use_of(s), most, "MW IT", words)
