"""Sites and construction: each rule recomputed from the decisions."""

from __future__ import annotations

import numpy as np

from planner.verify.tally import Check, Vector, rule
from planner.verify.time import before, following
from planner.verify.world import World

# sites


@rule("sites.chosen_count")
def chosen_count(world: World, check: Check) -> None:
    chosen = sum(float(opened[-1]) for opened in world.opened.values())
    words = "{left} sites are chosen; the programme asks for {right}"
    check.equal("", chosen, world.facts.programme.sites.count, "sites", words)


@rule("sites.opens_once")
def opens_once(world: World, check: Check) -> None:
    for s, opened in world.opened.items():
        check.at_most(s, float(opened[0]), 1.0, "openings", "the site is opened {left} times")


@rule("sites.enough_regions")
def enough_regions(world: World, check: Check) -> None:
    regions = {world.facts.sites[s].grid_region for s, opened in world.opened.items() if opened[-1] > 0.5}
    needed = world.facts.programme.sites.minimum_regions
    words = "the chosen sites lie in {right} grid regions; {left} are asked for"
    check.at_most("", needed, len(regions), "regions", words)


@rule("sites.only_when_opened")
def only_when_opened(world: World, check: Check) -> None:
    facts = world.facts
    words = "{left} is started, but before the site is opened at most {right} may be"
    for (s, d), n in world.modules.items():
        check.at_most(f"{d},{s}", n, facts.max_modules(d) * world.opened[s], "modules", words)
    for (s, g), n in world.contract.items():
        check.at_most(f"grid tranche {g},{s}", n, world.opened[s], "contracts", words)
    for (s, k), n in world.units.items():
        check.at_most(f"{k},{s}", n, facts.max_units(s, k) * world.opened[s], "units", words)
    for (s, p), mw in world.signed.items():
        check.at_most(f"{p},{s}", mw, facts.ppas[p, s].max_mw * world.opened[s], "MW", words)


def _counted_from(world: World) -> range:
    """Periods from the end of the year in which a site must count to the end of the horizon."""
    clock = world.facts.clock
    t = clock.closing(int(world.facts.parameter("counted_site_by_year")))
    return range(clock.count if t is None else t, clock.count)


def _at_work(world: World) -> dict[str, Vector]:
    """MW of racks that work, by site."""
    return {s: world.soft.in_use_of(s) for s in world.facts.sites}


@rule("sites.minimum_commissioned")
def minimum_commissioned(world: World, check: Check) -> None:
    least = world.facts.parameter("minimum_site_mw")
    words = "a chosen site has {right} MW commissioned; at least {left} MW are asked for from its date on"
    for s, opened in world.opened.items():
        for t in _counted_from(world):
            where = f"{s},{world.facts.clock.label(t)}"
            check.at_most(where, least * float(opened[t]), float(world.commissioned_at[s][t]), "MW IT", words)


@rule("sites.minimum_serving")
def minimum_serving(world: World, check: Check) -> None:
    least, working = world.facts.parameter("minimum_site_serving_mw"), _at_work(world)
    words = "a chosen site runs {right} MW of racks; at least {left} MW are asked for from its date on"
    for s, opened in world.opened.items():
        for t in _counted_from(world):
            where = f"{s},{world.facts.clock.label(t)}"
            check.at_most(where, least * float(opened[t]), float(working[s][t]), "MW IT", words)


@rule("sites.largest_share")
def largest_share(world: World, check: Check) -> None:
    """By MW of racks that work."""
    facts, working = world.facts, _at_work(world)
    everything = world.total(working.values())
    most, since = facts.parameter("largest_site_share"), facts.parameter("share_rule_from_year")
    words = "racks of {left} MW work at one site; its largest share of all of them is {right} MW"
    for t in range(facts.clock.count):
        total = float(everything[t])
        for s, mw in working.items() if facts.clock.year(t) >= since else ():
            where = f"{s},{facts.clock.label(t)}"
            check.at_most(where, float(mw[t]), most * total, "MW IT", words, scale=total)


# construction


@rule("construction.within_land")
def within_land(world: World, check: Check) -> None:
    acres = dict.fromkeys(world.facts.sites, 0.0)
    for (s, d), mw in world.started_mw.items():
        acres[s] += world.facts.designs[d].acres_per_mw * float(mw.sum())
    for s, site in world.facts.sites.items():
        check.at_most(s, acres[s], site.land_acres, "acres", "the halls take {left} acres; the site has {right}")


@rule("construction.no_start_under_resolution")
def no_start_under_resolution(world: World, check: Check) -> None:
    """A site begins to serve in the period after its first halls stand; months count from October."""
    clock = world.facts.clock
    resolutions = {
        int(r["fiscal_year"]): float(r["months"])
        for r in world.facts.case.tables["continuing_resolutions"].to_dict("records")
    }
    for s, standing in world.commissioned_at.items():
        serving = before(standing)
        begun = np.where(before(serving) <= 0, serving, 0.0)
        for t in range(clock.count):
            month = clock.first_year * 12 + t * clock.months + 3
            months = resolutions.get(month // 12, 0.0)
            if months >= min(12, month % 12 + clock.months):
                words = "halls of {left} MW begin to serve, but the fiscal year's resolution leaves no month: {right}"
                where = f"{s},{clock.label(t)}"
                check.at_most(where, float(begun[t]), 0.0, "MW IT", words)


@rule("construction.within_existing_halls")
def within_existing_halls(world: World, check: Check) -> None:
    """Counted from the start of the work to the end of the term."""
    clock, designs = world.facts.clock, world.facts.designs
    for s, site in world.facts.sites.items():
        taken = clock.zeros()
        for (at, d), mw in world.started_mw.items():
            design = designs[d]
            if at != s or design.route == "greenfield":
                continue
            for u in np.flatnonzero(mw).tolist():
                ready = clock.ready(u, design.lead_months)
                closing = clock.last_end(ready, design.term_months) if design.term_months > 0 else clock.last
                taken[u : closing + 1] += mw[u]
        words = "retrofit and lease take {left} MW; halls of {right} MW stand"
        check.at_most(s, taken, clock.zeros() + site.existing_mw, "MW IT", words)


@rule("construction.within_build_rate")
def within_build_rate(world: World, check: Check) -> None:
    most = world.facts.parameter("max_build_mw_per_year") * world.facts.clock.years
    for s in world.facts.sites:
        words = "new halls of {left} MW are started in one period; a site can start {right} MW"
        check.at_most(s, world.started_of(s, "greenfield"), most, "MW IT", words)


def _workers(world: World) -> dict[str, Vector]:
    clock, designs = world.facts.clock, world.facts.designs
    started = world.started_mw.items()
    return world.at_sites(
        (s, designs[d].workers_per_mw * clock.building(mw, designs[d].lead_months)) for (s, d), mw in started
    )


@rule("construction.within_craft_workers")
def within_craft_workers(world: World, check: Check) -> None:
    for s, workers in _workers(world).items():
        words = "{left} craft workers are on site; the labour market there has {right}"
        check.at_most(s, workers, world.facts.sites[s].peak_craft_workers, "workers", words)


@rule("construction.within_national_workers")
def within_national_workers(world: World, check: Check) -> None:
    words = "{left} craft workers are on all sites together; {right} can be had"
    workers = world.total(_workers(world).values())
    check.at_most("", workers, world.facts.parameter("national_craft_workers"), "workers", words)


@rule("construction.hardened_within_halls")
def hardened_within_halls(world: World, check: Check) -> None:
    """Levels that take as long or longer share the halls that are old enough for this one."""
    clock, facts = world.facts.clock, world.facts
    for s in dict.fromkeys(s for s, _ in world.soft.in_use_at):
        for name, level in facts.levels.items():
            asked = world.total(
                following(mw)
                for (at, other), mw in world.soft.in_use_at.items()
                if at == s and facts.levels[other].added_months >= level.added_months
            )
            there = clock.zeros()
            for (at, d), mw in world.started_mw.items():
                design = facts.designs[d]
                for u in np.flatnonzero(mw).tolist() if at == s else ():
                    ready = clock.ready(u, design.lead_months)
                    opening = max(ready, clock.ready(u, design.lead_months + level.added_months))
                    closing = clock.last_end(ready, design.term_months) if design.term_months > 0 else clock.last
                    there[opening : closing + 1] += mw[u]
            words = "racks of {left} MW work in the next period; halls old enough to be hardened hold {right} MW"
            check.at_most(f"{s},{name}", asked, there, "MW IT", words)


@rule("construction.discount_within_starts")
def discount_within_starts(world: World, check: Check) -> None:
    words = "{left} MW have the framework price; new halls of {right} MW are started"
    check.at_most("", world.discounted, world.greenfield_started(), "MW IT", words)


@rule("construction.discount_above_threshold")
def discount_above_threshold(world: World, check: Check) -> None:
    threshold = world.facts.parameter("volume_threshold_mw")
    started, discounted = float(world.greenfield_started().sum()), float(world.discounted.sum())
    words = "{left} MW have the framework price; {right} MW lie above the threshold"
    check.at_most("", discounted, started - threshold * _reached(world), "MW IT", words, scale=started)


@rule("construction.discount_only_when_reached")
def discount_only_when_reached(world: World, check: Check) -> None:
    if _reached(world) < 0.5:
        words = "{left} MW have the framework price, which the programme has not earned"
        check.at_most("", float(world.discounted.sum()), 0.0, "MW IT", words)


def _reached(world: World) -> float:
    return world.reached.get(("programme",), 0.0)
