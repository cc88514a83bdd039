"""Placing whole racks: the exact plan around the choices of the pooled model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from planner.formulation.objective import Aim
from planner.search.levels import Clock, Level
from planner.solve import Limits, Linear, Outcome, Progress, Row

RACKS = "fleet.bought"
HOSTS = "workload.hosts"
RACKS_SHARE = 0.4
HELD = 1e-7

Note = Callable[[str, Progress], None]


def place(level: Level, k: int, choices: dict[int, float], limits: Limits, clock: Clock, note: Note) -> Outcome:
    """The exact plan that holds the choices, with whole racks: near the relaxed ones first, then anywhere."""
    aim, objective, rows = level.aims[k], level.objectives[k], list(level.rows)
    racks = level.columns(RACKS)

    def go(of: Aim, goal: Linear, part: float, **how: Any) -> Outcome:
        bounded = replace(limits, gap=limits.gap * RACKS_SHARE, seconds=clock.part(part), nodes=None)
        return level.program.solve(goal, of.sense, bounded, rows=rows, progress=lambda p: note("whole racks", p), **how)

    loose = go(aim, objective, 0.5, fixed=choices, relaxed=racks)
    if loose.values is None or loose.objective is None:
        return loose
    goal_aim, goal = aim, objective
    if k > 0:
        # whole racks cost a little of this stage: allow it, and place them by the first stage, which leaves most room
        slack = HELD if aim.stage.name == "goal shortfall" else RACKS_SHARE * limits.gap * abs(loose.objective)
        most = {"upper": loose.objective + slack} if aim.sense == "min" else {"lower": loose.objective - slack}
        rows.append(Row("objective.held", objective, **most))
        goal_aim, goal = level.aims[0], level.objectives[0]
        loose = go(goal_aim, goal, 0.5, fixed=choices, relaxed=racks)
        if loose.values is None:
            return loose
    values = loose.values
    held = choices | {int(i): float(values[i]) for i in np.flatnonzero(level.columns(HOSTS))}
    near = {int(i): _around(float(values[i])) for i in np.flatnonzero(racks)}
    whole = go(goal_aim, goal, 0.4, fixed=held, boxed=near)
    if whole.values is None:
        whole = go(goal_aim, goal, 0.6, fixed=held)
    if whole.values is None or k == 0:
        return whole
    fixed = {int(i): float(whole.values[i]) for i in np.flatnonzero(level.program.whole)}
    return go(aim, objective, 0.5, fixed=fixed)


def _around(racks: float) -> tuple[float, float]:
    """The whole numbers next to a relaxed one, and one more on either side where there are any racks."""
    near = (np.floor(racks + 1e-6), np.ceil(racks - 1e-6))
    return near if near[1] == 0 else (max(0.0, near[0] - 1), near[1] + 1)
