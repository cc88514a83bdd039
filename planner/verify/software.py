"""Initiatives: each once, within the need, in their order, and what works only once they are done."""

from __future__ import annotations

import numpy as np

from planner.verify.soft_facts import NO_SERVICE
from planner.verify.tally import Check, rule
from planner.verify.time import before
from planner.verify.world import World


def _place(key: tuple[str, ...]) -> str:
    return ",".join(key)


@rule("software.start_once")
def start_once(world: World, check: Check) -> None:
    for key, n in list(world.soft.started.items()):
        if world.facts.soft.initiatives[key[0]].per == "programme":
            check.at_most(_place(key), float(n.sum()), 1.0, "starts", "the initiative is started {left} times")


@rule("software.packages_once")
def packages_once(world: World, check: Check) -> None:
    for key, n in list(world.soft.started.items()):
        if world.facts.soft.initiatives[key[0]].per == "service-level":
            words = "the service is authorised {left} times at the level"
            check.at_most(_place(key), float(n.sum()), 1.0, "packages", words)


def _ports(world: World) -> list[tuple[str, str, str]]:
    """(initiative, site, level) of what is started at sites."""
    initiatives = world.facts.soft.initiatives
    return [(k[0], k[1], k[2]) for k in world.soft.started if initiatives[k[0]].per == "site-level"]


@rule("software.ports_at_open_sites")
def ports_at_open_sites(world: World, check: Check) -> None:
    for y, s, level in _ports(world):
        words = "{left} ports are started by now; the site has {right} openings, and each allows one"
        check.at_most(f"{s},{y},{level}", np.cumsum(world.soft.started[y, s, level]), world.opened[s], "ports", words)


@rule("software.ports_at_authorised_levels")
def ports_at_authorised_levels(world: World, check: Check) -> None:
    for y, s, level in _ports(world):
        ports = float(world.soft.started[y, s, level].sum())
        for x in world.facts.soft.openers(level):
            if (s, x.accreditation_id) not in world.facts.soft.existing:
                started = float(world.soft.accredits[s, x.accreditation_id].sum())
                words = "the level is ported to, but {right} of its accreditations are started at the site"
                check.at_most(f"{s},{y},{level},{x.accreditation_id}", ports, started, "ports", words)


@rule("software.units_of_agency")
def units_of_agency(world: World, check: Check) -> None:
    facts = world.facts.soft
    for key, n in list(world.soft.started.items()):
        if facts.initiatives[key[0]].per in ("agency", "small agency", "system"):
            words = "{left} units are started for the agency; it can use {right}"
            check.at_most(_place(key), float(n.sum()), facts.units(key[0], key[1]), "units", words)


@rule("software.within_need")
def within_need(world: World, check: Check) -> None:
    for y, initiative in world.facts.soft.initiatives.items():
        if initiative.per != "programme":
            started = float(world.soft.started_of(y).sum())
            words = "{left} units are started; the need can use {right}"
            check.at_most(y, started, initiative.need_ceiling_units, "units", words)


@rule("software.prerequisite_first")
def prerequisite_first(world: World, check: Check) -> None:
    facts = world.facts.soft
    for key, n in list(world.soft.started.items()):
        first, per = facts.initiatives[key[0]].prerequisite_id, facts.initiatives[key[0]].per
        if first:
            most = facts.units(key[0], key[1]) if per in ("agency", "small agency", "system") else 1.0
            words = f"{{left}} units are started by now; {first}, which comes first, lets {{right}} be started"
            open_from = world.soft.may_begin(world.soft.initiative_month(first))
            check.at_most(_place(key), np.cumsum(n), most * open_from, "units", words)


@rule("software.in_use_where_ported")
def in_use_where_ported(world: World, check: Check) -> None:
    facts = world.facts.soft
    for (s, o, level), mw in world.soft.in_use.items():
        if o != NO_SERVICE:
            most = before(facts.hall_limit[s])
            words = "racks of {left} MW work for the service; what is ported to the site and level lets {right} MW work"
            done = world.soft.opens_done(o, s, level)
            check.at_most(f"{s},{o},{level}", mw, most * done, "MW IT", words)


@rule("software.in_use_where_packaged")
def in_use_where_packaged(world: World, check: Check) -> None:
    facts = world.facts.soft
    for o, level in dict.fromkeys((o, level) for _, o, level in world.soft.in_use if o != NO_SERVICE):
        mw = world.total(x for (_, p, at), x in world.soft.in_use.items() if (p, at) == (o, level))
        for y in facts.of_effect("authorises service"):
            most = before(world.total(facts.hall_limit.values()))
            words = "racks of {left} MW work for the service; its authorisation at the level lets {right} MW work"
            done = world.soft.opens_done(y.initiative_id, o, level)
            check.at_most(f"{y.initiative_id},{o},{level}", mw, most * done, "MW IT", words)


@rule("software.in_use_where_guarded")
def in_use_where_guarded(world: World, check: Check) -> None:
    facts = world.facts.soft
    for (s, level), mw in world.soft.in_use_at.items():
        for y in facts.level_needs[level]:
            key = (y, s, level) if facts.initiatives[y].per == "site-level" else (y,)
            most = before(facts.hall_limit[s]) * world.soft.opens_done(*key)
            words = "racks of {left} MW work at the level; what guards it lets {right} MW work"
            check.at_most(f"{s},{y},{level}", mw, most, "MW IT", words)
