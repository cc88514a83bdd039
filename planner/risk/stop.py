"""The MW that are left where the budget is a hard limit: what a draw cannot pay is dropped, by the rule of the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.risk.account import Account, Line, with_one
from planner.risk.fitting import Floats
from planner.risk.sampling import Draws
from planner.verify.world import World
from planner.wbs import CIVIL, COOLING_PLANT, ELECTRICAL, FABRIC, HARDENING, RACKS, SALES_TAX, SHELL, STORAGE

#: what is dropped -> the lines that are then not paid
LINES = {"racks": (RACKS, FABRIC, STORAGE, SALES_TAX), "halls": (CIVIL, SHELL, HARDENING, ELECTRICAL, COOLING_PLANT)}


@dataclass(frozen=True)
class Item:
    """Racks bought, or halls started, at a site in a period: MW IT of them at the end of the horizon, and weights."""

    asset: str
    site: str
    t: int
    mw: float
    weights: Floats


@dataclass(frozen=True)
class Left:
    """MW IT at the end of the horizon (N,), and whether all that may be dropped is not enough."""

    commissioned: Floats
    populated: Floats
    not_enough: NDArray[np.bool_]


def left(account: Account, world: World, draws: Draws, invested: Floats) -> Left:
    """What stands at the end of the horizon in each draw; ``invested`` (N,) is what it would cost undiminished."""
    items = sorted(_items(account, world), key=lambda i: (account.uncertainty.drop_first.index(i.asset), -i.t, i.site))
    over = np.maximum(0.0, invested - account.case.programme.budget_usd)
    factors, lost = with_one(draws), dict.fromkeys(LINES, np.zeros(draws.count))
    for item in items:
        usd = np.maximum(0.0, factors @ item.weights)
        dropped = np.minimum(1.0, np.divide(over, usd, out=np.zeros_like(over), where=usd > 0))
        over = over - dropped * usd
        lost[item.asset] = lost[item.asset] + dropped * item.mw
    halls = sum(float(mw[-1]) for mw in world.commissioned_at.values())
    racks = sum(float(mw[-1]) for mw in world.populated.values())
    commissioned = halls - lost["halls"]
    return Left(commissioned, np.minimum(racks - lost["racks"], commissioned), over > 0.005)


def _items(account: Account, world: World) -> Iterator[Item]:
    assets = account.uncertainty.drop_first
    lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in account.lines:
        for asset in assets:
            if line.code in LINES[asset]:
                lines[asset, line.site].append(line)
    for (asset, site), mine in lines.items():
        if asset == "racks":
            for t, mw in enumerate(_racks(world, site)):
                paid = [line for line in mine if line.t == t]
                if paid:
                    yield Item(asset, site, t, mw, account.weights(paid).sum(axis=1))
            continue
        starts = _halls(world, site)
        weights, whole = account.weights(mine).sum(axis=1), float(starts.sum())
        for t in np.flatnonzero(starts).tolist():  # halls of a site cost alike, whenever they are started
            yield Item(asset, site, t, float(starts[t]), weights * float(starts[t]) / whole)


def _halls(world: World, site: str) -> Floats:
    """MW IT of halls started at a site that are its own, by period."""
    designs = world.facts.designs
    return world.total(mw for (s, d), mw in world.started_mw.items() if s == site and designs[d].route != "lease")


def _racks(world: World, site: str) -> Floats:
    """MW IT of racks bought in each period that still stand at the end of the horizon."""
    clock, chips, found = world.facts.clock, world.facts.chips, world.facts.clock.zeros()
    for (s, c), racks in world.bought.items():
        for v in np.flatnonzero(racks).tolist() if s == site else ():
            ready = clock.ready(v, chips[c].lead_months)
            if ready <= clock.last <= clock.last_end(ready, chips[c].life_months):
                gone = world.retired.get((s, c, v))
                found[v] += world.facts.rack_mw(c) * (racks[v] - (0.0 if gone is None else float(gone.sum())))
    return found
