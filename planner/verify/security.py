"""Security: accreditations of a site in their order, and what works at a level only once it is authorised."""

from __future__ import annotations

import numpy as np

from planner.verify.tally import Check, rule
from planner.verify.time import before
from planner.verify.world import World


@rule("security.accredit_at_open_sites")
def accredit_at_open_sites(world: World, check: Check) -> None:
    for (s, x), n in list(world.soft.accredits.items()):
        words = "{left} accreditations are started by now; the site has {right} openings, and each allows one"
        check.at_most(f"{s},{x}", np.cumsum(n), world.opened[s], "accreditations", words)


@rule("security.predecessor_first")
def predecessor_first(world: World, check: Check) -> None:
    for (s, x), n in list(world.soft.accredits.items()):
        first = world.facts.soft.accreditations[x].predecessor_id
        if first and (s, first) not in world.facts.soft.existing:
            words = f"the accreditation is started, but {first}, which comes first, is not done in this period"
            most = world.soft.may_begin(world.soft.accreditation_month(s, first))
            check.at_most(f"{s},{x}", np.cumsum(n), most, "accreditations", words)


@rule("security.in_use_where_authorised")
def in_use_where_authorised(world: World, check: Check) -> None:
    for (s, level), mw in world.soft.in_use_at.items():
        halls = before(world.facts.soft.hall_limit[s])
        for x in world.facts.soft.openers(level):
            held = world.soft.held(s, x.accreditation_id)
            words = "racks of {left} MW work at a level; what the site is accredited for lets {right} MW work"
            check.at_most(f"{s},{x.accreditation_id}", mw, halls * held, "MW IT", words)
