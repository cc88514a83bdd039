"""The end of the horizon: what serves then, and what it is worth. Racks fill the halls that are worth most."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from planner.verify.contracts import energised_mw, idle_mw, racks_peak_mw
from planner.verify.left import connection_usd, end_factor, hall_usd
from planner.verify.tally import Check, rule
from planner.verify.world import World

GRID = "connection"
#: (site, asset, period at whose end it stood)
Key = tuple[str, str, int]


def counts(world: World) -> bool:
    return world.facts.programme.objective.terminal_value > 0


def stood_mw(world: World) -> dict[Key, float]:
    """MW IT of halls that are the programme's own, by the period at whose end they came to stand."""
    found: dict[Key, float] = defaultdict(float)
    clock = world.facts.clock
    for (s, d), mw in world.started_mw.items():
        design = world.facts.designs[d]
        for u in np.flatnonzero(mw).tolist() if design.term_months == 0 else ():
            found[s, d, clock.ready(u, design.lead_months)] += float(mw[u])
    return {key: mw for key, mw in found.items() if key[2] <= clock.last}


def housed_mw(world: World) -> dict[tuple[str, str], float]:
    """MW IT of racks at the end of the horizon, by site and cooling."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for (s, cooling, _), mw in world.housed.items():
        found[s, cooling] += float(mw[-1])
    return found


def most(world: World) -> dict[tuple[str, str], float]:
    """(site, halls or connection) -> base-year dollars at the end, with racks where halls are worth most."""
    due: dict[tuple[str, str], float] = defaultdict(float)
    if not counts(world):
        return due
    room, stood = housed_mw(world), stood_mw(world)
    worth = {key: hall_usd(world, *key) for key in stood}
    for key in sorted(stood, key=lambda k: worth[k], reverse=True):
        hall = key[0], world.facts.designs[key[1]].cooling_id
        mw = min(room[hall], stood[key])
        room[hall] -= mw
        due[key[0], "halls"] += mw * worth[key]
    for s in world.facts.sites:
        idle = idle_mw(world, s)
        for ready, mw in energised_mw(world, s).items():
            due[s, GRID] += (mw - idle[ready]) * connection_usd(world, s, ready)
    return due


def terminal_value_musd(world: World) -> float:
    """Present value of what serves at the end of the horizon, M base-year dollars."""
    return math.fsum(most(world).values()) * end_factor(world) / 1e6


def _rows(world: World) -> dict[Key, tuple[float, float, float]]:
    """What the plan lists: MW, dollars at the end, and their present value."""
    rows = world.tables["terminal_value"].itertuples(index=False, name=None)
    return {(s, asset, world.index[label]): (mw, usd, present) for s, asset, label, mw, usd, present in rows}


@rule("residual.serving_halls_stand")
def serving_halls_stand(world: World, check: Check) -> None:
    stood = stood_mw(world)
    for key, (mw, _, _) in _rows(world).items():
        if key[1] != GRID:
            words = "{left} MW of these halls are said to serve in the end; {right} MW came to stand then, to stay"
            check.at_most(",".join(map(str, key)), mw, stood.get(key, 0.0), "MW IT", words)


@rule("residual.serving_house_racks")
def serving_house_racks(world: World, check: Check) -> None:
    serving: dict[tuple[str, str], float] = defaultdict(float)
    for (s, asset, _), (mw, _, _) in _rows(world).items():
        if asset in world.facts.designs:
            serving[s, world.facts.designs[asset].cooling_id] += mw
    racks = housed_mw(world)
    for (s, cooling), mw in serving.items():
        words = "{left} MW of halls are said to serve in the end; they house {right} MW of racks"
        check.at_most(f"{s},{cooling}", mw, racks.get((s, cooling), 0.0), "MW IT", words)


@rule("residual.connections_carry_load")
def connections_carry_load(world: World, check: Check) -> None:
    carried: dict[str, float] = defaultdict(float)
    for (s, asset, ready), (mw, _, _) in _rows(world).items():
        if asset == GRID:
            carried[s] += mw
            words = "{left} MW of connection are said to carry load in the end; {right} MW were energised then"
            check.at_most(f"{s},{ready}", mw, energised_mw(world, s).get(ready, 0.0), "MW", words)
    for s, mw in carried.items():
        words = "{left} MW of connection are said to carry load in the end; racks draw {right} MW"
        check.at_most(s, mw, float(racks_peak_mw(world, s)[-1]), "MW", words)


@rule("residual.terminal_value")
def terminal_value(world: World, check: Check) -> None:
    """Each row is worth what its MW are, and the rows of a site what its best halls and connections are."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for (s, asset, ready), (mw, usd, present) in _rows(world).items():
        known = asset == GRID or asset in world.facts.designs
        check.true(f"{s},{asset}", known and counts(world), "nothing of this name is worth anything in the end")
        if not known:
            continue
        each = connection_usd(world, s, ready) if asset == GRID else hall_usd(world, s, asset, ready)
        words = "{left} dollars are said to be left; price and wear leave {right}"
        check.equal(f"{s},{asset},{ready}", usd, mw * each, "USD", words, scale=1e3)
        check.equal(f"{s},{asset},{ready},present", present, mw * each * end_factor(world), "USD", words, scale=1e3)
        found[s, GRID if asset == GRID else "halls"] += usd
    due = most(world)
    for key in dict.fromkeys([*due, *found]):
        words = "{left} dollars are said to be left in the end; what serves is worth {right}"
        check.equal(",".join(key), found.get(key, 0.0), due.get(key, 0.0), "USD", words, scale=1e3)
