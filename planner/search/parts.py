"""A bound in parts: as many halls as the start has, one more, fewer, or more yet; two cores take the parts in turn.

A shortfall is told by whole halls. With their number held the bound rises quickly; with another number a plan must
beat the start by the gap, or that part is empty.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from planner.search.levels import Level
from planner.search.racks import RACKS, Note
from planner.search.verdicts import better
from planner.solve import Limits, Linear, Outcome, Program, Row, Vector, Verdict


def bound_by_halls(level: Level, program: Program, k: int, limits: Limits, start: Vector, note: Note) -> Outcome:
    """Solve the pooled stage from a start that holds every row; the bound is the weakest of the parts."""
    aim, objective = level.aims[k], level.objectives[k]
    halls = [program.column_of(v) for v in level.formulation.model.construction.halls_of_design.values()]
    most = max(halls, key=lambda i: start[i])
    count = Linear(np.array([most]), np.ones(1))
    have = float(start[most])
    value = objective.at(start)
    step = limits.gap * abs(value) * (1 if aim.sense == "max" else -1)
    beat = Row("better by the gap", objective, **{"lower" if aim.sense == "max" else "upper": value + step})
    # the two hardest parts first, one on each core
    parts = (
        ([Row("as many halls", count, lower=have, upper=have)], start),
        ([Row("one hall more", count, lower=have + 1, upper=have + 1), beat], None),
        ([Row("fewer halls", count, upper=have - 1), beat], None),
        ([Row("more halls yet", count, lower=have + 2), beat], None),
    )

    def go(part: tuple[list[Row], Vector | None]) -> Outcome:
        rows, first = part
        return program.solve(
            objective,
            aim.sense,
            replace(limits, bound_only=True),
            rows=[*level.rows, *rows],
            start=first,
            relaxed=level.columns(RACKS),
            progress=lambda p: note("bound", p) if first is not None else None,
            confirm=False,
        )

    with ThreadPoolExecutor(2) as cores:
        found = list(cores.map(go, parts))
    # an empty part holds nothing better than the value it was asked to beat
    bounds = [value + step if o.verdict is Verdict.INFEASIBLE else o.bound for o in found]
    weakest = max if aim.sense == "max" else min
    bound = weakest(b for b in bounds if b is not None) if None not in bounds else None
    best = found[0]
    for other in found[1:]:
        best = better(aim, best, other) or best
    return replace(best, bound=bound, interrupted=any(o.interrupted for o in found))
