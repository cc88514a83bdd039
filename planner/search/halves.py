"""A bound by halves: as many halls as the start has, or more; one core each.

A shortfall is told by whole halls. Up to the start's number of them the bound rises quickly, and more of them must
beat the start by the gap, or that half is empty.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from planner.search.levels import Level
from planner.search.racks import RACKS, Note
from planner.search.verdicts import better
from planner.solve import Limits, Linear, Outcome, Program, Row, Vector, Verdict


def bound_by_halves(level: Level, program: Program, k: int, limits: Limits, start: Vector, note: Note) -> Outcome:
    """Solve the pooled stage from a start that holds every row; the bound is the weaker of the two halves."""
    aim, objective = level.aims[k], level.objectives[k]
    halls = [program.column_of(v) for v in level.formulation.model.construction.halls_of_design.values()]
    most = max(halls, key=lambda i: start[i])
    count = Linear(np.array([most]), np.ones(1))
    value = objective.at(start)
    step = limits.gap * abs(value) * (1 if aim.sense == "max" else -1)
    beat = {"lower": value + step} if aim.sense == "max" else {"upper": value + step}
    halves = (
        ([Row("as many halls", count, upper=float(start[most]))], start),
        ([Row("more halls", count, lower=float(start[most]) + 1), Row("better by the gap", objective, **beat)], None),
    )

    def go(half: tuple[list[Row], Vector | None]) -> Outcome:
        rows, first = half
        return program.solve(
            objective,
            aim.sense,
            limits,
            rows=[*level.rows, *rows],
            start=first,
            relaxed=level.columns(RACKS),
            progress=lambda p: note("bound", p) if first is not None else None,
            confirm=False,
        )

    with ThreadPoolExecutor(2) as cores:
        few, many = cores.map(go, halves)
    # an empty half holds nothing better than the value it was asked to beat
    bounds = [few.bound, value + step if many.verdict is Verdict.INFEASIBLE else many.bound]
    weaker = max if aim.sense == "max" else min
    bound = weaker(b for b in bounds if b is not None) if None not in bounds else None
    best = better(aim, few, many) or few
    return replace(best, bound=bound, interrupted=few.interrupted or many.interrupted)
