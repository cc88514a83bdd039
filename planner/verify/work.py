"""Fleet and workload: racks bought and running, service by agency, kind of work and level, the years after."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from planner.verify.tally import Check, Vector, rule
from planner.verify.time import before
from planner.verify.world import World

Sums = dict[tuple[Any, ...], Vector]


def _sums(world: World) -> Sums:
    return defaultdict(world.facts.clock.zeros)


@rule("fleet.retired_within_bought")
def retired_within_bought(world: World, check: Check) -> None:
    retired: dict[tuple[str, str, int], float] = defaultdict(float)
    for (s, c, v), racks in world.retired.items():
        retired[s, c, v] += float(racks.sum())
    for (s, c, v), racks_retired in retired.items():
        bought = float(world.bought[s, c][v])
        where = f"{s},{c},{world.facts.clock.label(v)}"
        words = "{left} racks of this order are retired; {right} were bought"
        check.at_most(where, racks_retired, bought, "racks", words)


@rule("fleet.within_supply")
def within_supply(world: World, check: Check) -> None:
    facts = world.facts
    bought = _sums(world)
    for (_, c), racks in world.bought.items():
        bought[c,] += racks
    for (c,), racks in bought.items():
        offers = [facts.supply.get((c, facts.clock.year(t))) for t in range(facts.clock.count)]
        most = np.array([0.0 if o is None else o.supply_racks_per_year * facts.clock.years for o in offers])
        check.at_most(c, racks, most, "racks", "{left} racks are ordered; {right} can be had")


# workload


@rule("workload.racks_assigned")
def racks_assigned(world: World, check: Check) -> None:
    working = _sums(world)
    for (s, c, _, _), racks in world.running.items():
        working[s, c] += racks
    for (s, c), racks in working.items():
        words = "{left} racks are at work; {right} were installed when the period opened"
        check.at_most(f"{s},{c}", racks, before(world.installed[s, c]), "racks", words)


@rule("workload.within_hardened")
def within_hardened(world: World, check: Check) -> None:
    working = _sums(world)
    for (s, c, _, level), racks in world.running.items():
        working[s, level] += world.facts.rack_mw(c) * racks
    for (s, level), mw in working.items():
        halls = before(np.cumsum(world.hardened[s, level]))
        words = "racks of {left} MW work at this level; halls of {right} MW are hardened for it"
        check.at_most(f"{s},{level}", mw, halls, "MW IT", words)


def _output(world: World) -> Sums:
    """PFLOP/s-years that racks at work deliver, by (site, workload, level)."""
    facts, out = world.facts, _sums(world)
    for (s, c, w, level), racks in world.running.items():
        out[s, w, level] += racks * facts.pflops(c, w) * facts.delivered_share(w) * facts.clock.years
    return out


@rule("workload.delivered")
def delivered(world: World, check: Check) -> None:
    asked, made = _sums(world), _output(world)
    for (s, _, w, level), amount in world.served.items():
        asked[s, w, level] += amount
    for key, amount in world.soft.bonus.items():
        made[key] += amount
    for key, amount in asked.items():
        words = "{left} PFLOP/s-years are served; the racks at work deliver {right}"
        check.at_most(",".join(key), amount, made[key], "PFLOP/s-years", words)


@rule("workload.bonus_within_output")
def bonus_within_output(world: World, check: Check) -> None:
    made = _output(world)
    for (s, w, level), bonus in world.soft.bonus.items():
        most = world.facts.workloads[w].uplift_share * made[s, w, level]
        words = "the scheduler adds {left} PFLOP/s-years; it can add {right} to what the racks at work deliver"
        check.at_most(f"{s},{w},{level}", bonus, most, "PFLOP/s-years", words)


@rule("workload.bonus_when_scheduled")
def bonus_when_scheduled(world: World, check: Check) -> None:
    """Over all sites, and only once the scheduler is done."""
    facts, scheduler = world.facts, world.facts.soft.scheduler
    done = world.soft.opens_done(scheduler.initiative_id) if scheduler else facts.clock.zeros()
    added, demand = _sums(world), _sums(world)
    for (_, w, level), bonus in world.soft.bonus.items():
        added[w, level] += bonus
    for a, w, level in facts.demands:
        demand[w, level] += facts.demand(a, w, level)
    for (w, level), bonus in added.items():
        uplift = facts.workloads[w].uplift_share
        most = uplift / (1.0 + uplift) * demand[w, level] * done
        words = "the scheduler adds {left} PFLOP/s-years; once done it adds {right} for this demand"
        check.at_most(f"{w},{level}", bonus, most, "PFLOP/s-years", words)


@rule("workload.within_admitted")
def within_admitted(world: World, check: Check) -> None:
    depth = _sums(world)
    for (a, w, level, _), amount in world.depth.items():
        depth[a, w, level] += amount
    for (a, w, level), amount in depth.items():
        most = world.facts.demand(a, w, level) * world.soft.admitted[a]
        words = "{left} PFLOP/s-years of demand are served; {right} are admitted"
        check.at_most(f"{a},{w},{level}", amount, most, "PFLOP/s-years", words)


@rule("workload.served_by_depth")
def served_by_depth(world: World, check: Check) -> None:
    served, depth = _sums(world), _sums(world)
    for (_, a, w, level), amount in world.served.items():
        served[a, w, level] += amount
    for (a, w, level, _), amount in world.depth.items():
        depth[a, w, level] += amount
    for key in dict.fromkeys([*served, *depth]):
        words = "{left} PFLOP/s-years come from the sites; {right} are in the depths of demand"
        check.equal(",".join(key), served[key], depth[key], "PFLOP/s-years", words)


@rule("workload.serves_as_asked")
def serves_as_asked(world: World, check: Check) -> None:
    """Where the programme keeps the service of another run: that and no other."""
    path, depth = world.facts.case.service_path, _sums(world)
    if not path:
        return
    for (_, w, level, _), amount in world.depth.items():
        depth[w, level] += amount
    words = "{left} PFLOP/s-years are served; the run that is followed serves {right}"
    for w, level in dict.fromkeys([*depth, *((w, level) for w, level, _ in path)]):
        asked = np.array([path.get((w, level, label), 0.0) for label in world.facts.clock.labels()])
        check.equal(f"{w},{level}", depth[w, level], asked, "PFLOP/s-years", words)


@rule("workload.must_serve")
def must_serve(world: World, check: Check) -> None:
    facts = world.facts
    served = _sums(world)
    for (_, a, w, level), amount in world.served.items():
        served[a, w, level] += amount
    since = facts.parameter("must_serve_from_year")
    for key, row in facts.demands.items():
        demand = facts.demand(*key)
        for t in range(1, facts.clock.count) if row.must_serve_share > 0 else ():
            if facts.clock.year(t) >= since:
                where = ",".join([*key, facts.clock.label(t)])
                words = "{right} PFLOP/s-years are served; {left} must be"
                least = row.must_serve_share * float(demand[t])
                check.at_most(where, least, float(served[key][t]), "PFLOP/s-years", words)


@rule("workload.cluster_size")
def cluster_size(world: World, check: Check) -> None:
    facts = world.facts
    there = _sums(world)
    suited = set(
        zip(facts.case.tables["suitability"]["chip_id"], facts.case.tables["suitability"]["workload_id"], strict=True)
    )
    for (s, c), racks in world.installed.items():
        for w in facts.workloads:
            if (c, w) in suited:
                there[s, w] += before(racks) * facts.pflops(c, w)
    for (s, w), hosts in world.hosts.items():
        words = "the site holds {right} PFLOP/s that can do this work; its cluster must have {left}"
        check.at_most(f"{s},{w}", facts.workloads[w].cluster_pflops * hosts, there[s, w], "PFLOP/s", words)


@rule("workload.only_on_cluster")
def only_on_cluster(world: World, check: Check) -> None:
    facts = world.facts
    served = _sums(world)
    for (s, _, w, _), amount in world.served.items():
        if facts.workloads[w].cluster_pflops > 0:
            served[s, w] += amount
    zeros = facts.clock.zeros()
    for (s, w), amount in served.items():
        most = facts.demand_of(w) * world.hosts.get((s, w), zeros)
        words = "{left} PFLOP/s-years are served; without the whole cluster on the site at most {right} may be"
        check.at_most(f"{s},{w}", amount, most, "PFLOP/s-years", words)


@rule("workload.tail_within_survivors")
def tail_within_survivors(world: World, check: Check) -> None:
    working: dict[tuple[str, str, int], float] = defaultdict(float)
    for (s, c, _, n), racks in world.tail_running.items():
        working[s, c, n] += racks
    for (s, c, n), racks in working.items():
        words = "{left} racks work in this year after the horizon; {right} are still in service"
        check.at_most(f"{s},{c},{n}", racks, world.survivors(s, c, n), "racks", words)


@rule("workload.tail_delivered")
def tail_delivered(world: World, check: Check) -> None:
    facts = world.facts
    served: dict[tuple[str, int], float] = defaultdict(float)
    made: dict[tuple[str, int], float] = defaultdict(float)
    for (w, _, n), amount in world.tail_depth.items():
        served[w, n] += amount
    for (_, c, w, n), racks in world.tail_running.items():
        made[w, n] += racks * facts.pflops(c, w) * facts.delivered_share(w)
    for (w, n), amount in served.items():
        words = "{left} PFLOP/s-years are served in this year after the horizon; the racks deliver {right}"
        check.at_most(f"{w},{n}", amount, made[w, n], "PFLOP/s-years", words)


@rule("workload.tail_within_admitted")
def tail_within_admitted(world: World, check: Check) -> None:
    """After the horizon agencies stay admitted as they were in its last period."""
    facts = world.facts
    admitted: dict[str, float] = defaultdict(float)
    for a, w, level in facts.demands:
        admitted[w] += float(facts.demand(a, w, level)[-1] * world.soft.admitted[a][-1]) / facts.clock.years
    served: dict[tuple[str, int], float] = defaultdict(float)
    for (w, _, n), amount in world.tail_depth.items():
        served[w, n] += amount
    for (w, n), amount in served.items():
        words = "{left} PFLOP/s-years are served in this year after the horizon; {right} are admitted"
        check.at_most(f"{w},{n}", amount, admitted[w], "PFLOP/s-years", words)
