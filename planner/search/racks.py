"""Placing whole racks and cohorts: the exact plan around the choices of the pooled model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from planner.search.levels import FIRST_KEPT, Clock, Level
from planner.solve import Limits, Outcome, Progress, Row, Vector

#: many whole things of one kind: relaxed in the pooled model, made whole in the exact one
COHORTS = "training.cohorts"
PLACED = ("fleet.bought", COHORTS)
HOSTS = "workload.hosts"
RACKS_SHARE = 0.4
#: in the first stage a closer look next to the relaxed racks costs a second
NEAR_SHARE = 0.2
HELD = 1e-7
#: parts of the time where nothing else placed a plan, in the first stage and in later ones, which have other plans
LAST_SHARE = (0.7, 0.1)
#: how much of the gap a later stage may lose to whole racks, tried in turn
SWAPPED_STEPS = (0.2, 0.3, 0.5, 0.8)
#: part of the time for whole racks at one of them: the next is met sooner
BOXED_SHARE = 0.03
#: seconds that each question may take at the least, at the pace of the search
LEAST_SECONDS = 3.0
#: part of the time where there is no next
ONLY_SHARE = 0.2
#: a plan holds a row within the solver's tolerance
MET = 1e-6

Note = Callable[[str, Progress], None]


def untold(p: Progress) -> Progress:
    """How far a solve is, without the figures of an objective that is not the stage's."""
    return replace(p, incumbent=None, bound=None, gap=None)


def place(
    level: Level,
    k: int,
    choices: dict[int, float],
    limits: Limits,
    clock: Clock,
    note: Note,
    reached: float | None = None,
    anywhere: bool = True,
) -> Outcome:
    """The exact plan that holds the choices, with whole racks: near the relaxed ones first, then ``anywhere``.

    ``reached`` is what the pooled model reached of the stage with these choices. Halls are full and a later stage
    stands on the floor of the first, so whole racks that hold it are hard to meet. The roles are swapped then: this
    stage is held near its relaxed value, and racks are placed by the first one until they pass its floor.
    """
    aim, objective = level.aims[k], level.objectives[k]
    racks = level.columns(*PLACED)

    def go(goal: int, part: float, gap: float, rows: Sequence[Row], floor: float | None = None, **how: Any) -> Outcome:
        # any plan that passes the floor will do, and none that does not
        seconds = clock.part(part, LEAST_SECONDS)
        bounded = replace(limits, gap=gap, seconds=seconds, nodes=None, beyond=floor, target=floor)
        return level.program.solve(
            level.objectives[goal],
            level.aims[goal].sense,
            bounded,
            rows=rows,
            # figures of another stage's objective are none of this one's
            progress=lambda p: note("whole racks", p if goal == k else untold(p)),
            **how,
        )

    cohorts = level.columns(COHORTS)

    def near(values: Vector) -> dict[int, tuple[float, float]]:
        return {int(i): _around(float(values[i]), bool(cohorts[i])) for i in np.flatnonzero(racks)}

    close = limits.gap * RACKS_SHARE
    shortfall = aim.stage.name == "goal shortfall" and reached is not None
    if k > 0 and shortfall:
        held = [*level.rows, Row("objective.held", objective, upper=(reached or 0.0) + HELD)]
        loose = go(0, 0.5, max(close, level.aims[0].stage.give_back_share / 2), held, fixed=choices, relaxed=racks)
    else:
        loose = go(k, 0.5, close, level.rows, fixed=choices, relaxed=racks)
    if loose.values is None:
        return loose
    fixed = choices | {int(i): float(loose.values[i]) for i in np.flatnonzero(level.columns(HOSTS))}
    if k == 0:
        whole = go(0, 0.4, close * NEAR_SHARE, level.rows, fixed=fixed, boxed=near(loose.values))
    else:
        value = objective.at(loose.values)
        floors = [r.lower if level.aims[0].sense == "max" else r.upper for r in level.rows if r.name == FIRST_KEPT]
        floor = floors[0] if floors else None
        whole = replace(loose, values=None, objective=None)
        for step in (0.0,) if shortfall else SWAPPED_STEPS:
            most = {"upper" if aim.sense == "min" else "lower": _loosened(value, aim.sense, step * limits.gap)}
            rows = [
                *(r for r in level.rows if r.name != FIRST_KEPT),
                Row("objective.held", objective, **most),
            ]
            centre = go(0, 0.2, close, rows, fixed=fixed, relaxed=racks)
            if centre.values is None:
                continue
            part = ONLY_SHARE if shortfall and anywhere else BOXED_SHARE
            found = go(0, part, close * NEAR_SHARE, rows, floor, fixed=fixed, boxed=near(centre.values))
            if found.values is not None and level.program.violation(found.values, level.rows) <= MET:
                settled = fixed | {int(i): float(round(found.values[i])) for i in np.flatnonzero(racks)}
                whole = go(k, 0.3, close, level.rows, fixed=settled)
                if whole.values is not None:
                    break
    if whole.values is None and anywhere:
        whole = go(k, LAST_SHARE[k > 0], close, level.rows, fixed=fixed)
    return whole if whole.values is None else replace(whole, objective=objective.at(whole.values))


def _loosened(value: float, sense: str, share: float) -> float:
    slack = abs(value) * share + HELD
    return value + slack if sense == "min" else value - slack


def _around(count: float, begins: bool) -> tuple[float, float]:
    """The whole numbers next to a relaxed one, and one more on either side where there are any.

    ``begins``: or where there are none, since few whole cohorts meet a need that parts of cohorts meet every year.
    """
    near = (np.floor(count + 1e-6), np.ceil(count - 1e-6))
    return near if near[1] == 0 and not begins else (max(0.0, near[0] - 1), near[1] + 1)
