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
    held_stage = aim.stage.name == "goal shortfall" and k > 0
    if held_stage:
        # a shortfall hardly sees racks: hold it and place them by the first stage, which leaves most room
        rows.append(Row("objective.held", objective, upper=loose.objective + HELD))
        goal_aim, goal = level.aims[0], level.objectives[0]
        loose = go(goal_aim, goal, 0.5, fixed=choices, relaxed=racks)
    values = loose.values
    if values is None:
        return loose
    held = choices | {int(i): float(values[i]) for i in np.flatnonzero(level.columns(HOSTS))}
    near = {int(i): _around(float(values[i])) for i in np.flatnonzero(racks)}
    whole = go(goal_aim, goal, 0.4, fixed=held, boxed=near) if held_stage or k == 0 else loose
    if whole is loose or whole.values is None:
        whole = go(goal_aim, goal, 0.7, fixed=held)
    return whole if whole.values is None else replace(whole, objective=objective.at(whole.values))


def _around(racks: float) -> tuple[float, float]:
    """The whole numbers next to a relaxed one, and one more on either side where there are any racks."""
    near = (np.floor(racks + 1e-6), np.ceil(racks - 1e-6))
    return near if near[1] == 0 else (max(0.0, near[0] - 1), near[1] + 1)
