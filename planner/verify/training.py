"""Training: cohorts within capacity and need, operators in post, and sites that go live."""

from __future__ import annotations

import numpy as np

from planner.verify.tally import Check, rule
from planner.verify.time import before
from planner.verify.world import World


@rule("training.within_capacity")
def within_capacity(world: World, check: Check) -> None:
    for r, track in world.facts.soft.tracks.items():
        heads = track.cohort_heads * world.total(n for (at, _), n in world.soft.cohorts.items() if at == r)
        most = track.capacity_heads_per_year * world.facts.clock.years * world.soft.opens_done(track.prerequisite_id)
        check.at_most(r, heads, most, "heads", "{left} heads start a course; trainers and courses take {right}")


@rule("training.within_need")
def within_need(world: World, check: Check) -> None:
    for r, track in world.facts.soft.tracks.items():
        heads = world.total(n for (at, _), n in world.soft.trained.items() if at == r)
        check.at_most(r, heads, track.need_ceiling_heads, "heads", "{left} heads are trained; the need can use {right}")


@rule("training.cohorts_at_open_sites")
def cohorts_at_open_sites(world: World, check: Check) -> None:
    facts, clock = world.facts.soft, world.facts.clock
    if not facts.operators:
        return
    months, first = facts.tracks[facts.operators].duration_months, facts.cohort_start(facts.operators)
    starts = [float(t >= first and clock.ready(t, months) <= clock.last) for t in range(clock.count)]
    most = facts.most_cohorts(facts.operators) * np.cumsum(starts)
    for (r, s), n in list(world.soft.cohorts.items()):
        if r == facts.operators and s in world.facts.sites:
            words = "{left} cohorts of operators are started by now; the site's opening allows {right}"
            check.at_most(s, np.cumsum(n), most * world.opened[s], "cohorts", words)


@rule("training.operators_in_post")
def operators_in_post(world: World, check: Check) -> None:
    facts = world.facts.soft
    if not facts.operators:
        return
    for s in world.facts.sites:
        needed = facts.staff_per_mw * world.soft.in_use_of(s)
        words = "the racks at work need {left} trained operators; {right} are there"
        check.at_most(s, needed, before(world.soft.trained[facts.operators, s]), "heads", words)


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
