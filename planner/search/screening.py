"""Sites asked about alone: what could a plan come to that opens this one?

"Some other site" than the chosen ones is weak in a relaxation, which opens a little of each. One that has to be open as
a whole costs what it costs, and the answer starts from the relaxation that is there already: tenths of a second a site.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import numpy as np

from planner.search.levels import Level, Pace
from planner.search.verdicts import NUMERIC
from planner.solve import Limits, Linear, Program, Relaxation, Row

#: most other sites that have a part each
MOST_ALONE = 4


def screened(
    level: Level, program: Program, limits: Limits, pace: Pace, cancel: threading.Event | None = None
) -> dict[str, float]:
    """Bounds of the first stage over plans that open a site, for each site; the pace is learned on the way.

    A site that no plan can open has the worst of all bounds; one that was not answered in time, or before ``cancel``
    was set, has one that tells nothing.
    """
    aim = level.aims[0]
    sign = 1.0 if aim.sense == "min" else -1.0
    sites = list(level.formulation.case.sites)
    summed = program.summing([_opened(level, [s]) for s in sites])
    relaxation = Relaxation(summed, level.objectives[0], aim.sense, level.rows, {}, limits.seconds, cancel)
    if limits.seconds is not None:
        pace.learn(relaxation.seconds)
    bounds: dict[str, float] = {}
    for i, site in enumerate(sites, len(program.columns)):
        at = np.array([i])
        if cancel is not None and cancel.is_set():
            bounds[site] = sign * -np.inf
            continue
        relaxation.bound(at, np.ones(1), summed.upper[at])
        if relaxation.values is not None:
            bounds[site] = sign * relaxation.cost
        else:
            bounds[site] = sign * (np.inf if relaxation.contradiction else -np.inf)
        relaxation.bound(at, np.zeros(1), summed.upper[at])
    return bounds


def weakest(level: Level, bounds: Mapping[str, float]) -> float | None:
    """The bound over plans that open any of the other sites; None where one has none."""
    best = (max if level.aims[0].sense == "max" else min)(bounds.values(), default=None)
    return None if best is None or not np.isfinite(best) else best


def able(level: Level, bounds: Mapping[str, float], mark: float) -> list[str]:
    """Sites that a plan beyond the mark may open, the one with most to look at first."""
    slack, rising = NUMERIC * abs(mark), level.aims[0].sense == "max"
    found = [s for s, b in bounds.items() if (b > mark - slack if rising else b < mark + slack)]
    return sorted(found, key=lambda s: bounds[s], reverse=rising)


def parts(level: Level, bounds: Mapping[str, float], mark: float) -> list[list[Row]]:
    """The rows of parts that hold all plans beyond the mark: no other site, or one of those that may be.

    Sites whose plans cannot pass the mark are closed in all parts. Of the others each part opens one and closes those
    of the parts after it, so that the one with most to look at has fewest sites; where they are many, one part opens
    any of them.
    """
    open_ = able(level, bounds, mark)
    closed = [s for s in bounds if s not in open_]
    found = [[_none(level, list(bounds))] if bounds else []]
    if len(open_) > MOST_ALONE:
        rows = [Row("another site", _opened(level, open_), lower=1.0)]
        return [*found, [*rows, _none(level, closed)] if closed else rows]
    for i, site in enumerate(open_):
        rows = [opening(level, site)]
        shut = [*closed, *open_[i + 1 :]]
        found.append([*rows, _none(level, shut)] if shut else rows)
    return found


def opening(level: Level, site: str) -> Row:
    """Plans that open the site."""
    return Row(f"opens {site}", _opened(level, [site]), lower=1.0)


def _none(level: Level, sites: Sequence[str]) -> Row:
    return Row("no other site", _opened(level, sites), upper=0.0)


def _opened(level: Level, sites: Sequence[str]) -> Linear:
    """How many of the sites are opened."""
    opens = level.formulation.model.sites.opens
    return level.program.linear([(1.0, v) for (s, _), v in opens.items() if s in sites])
