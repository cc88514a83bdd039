"""A first plan with parts of racks: what gates service is rounded up by date, then halls and power are made whole."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.search.improve import CORES, soft_columns
from planner.search.levels import Clock, Level
from planner.search.racks import Note
from planner.search.verdicts import better
from planner.solve import Limits, Outcome, Program, Row, Vector

#: a thing is started once the relaxation has started so much of it
STARTED = (0.5, 0.3, 0.2, 0.1, 0.05, 0.02)
#: part of the gap to which halls and power are first made whole
HALLS = 0.4
#: the same for the gates, and the seconds they may take
GATES, SECONDS = 1.5, 15.0


def first_plan(
    level: Level,
    k: int,
    program: Program,
    rows: Sequence[Row],
    relaxed: NDArray[np.bool_],
    limits: Limits,
    clock: Clock,
    note: Note,
) -> Outcome | None:
    """The best plan over some thresholds of rounding up; None where none of them has one."""
    aim, objective = level.aims[k], level.objectives[k]
    loose = program.solve(
        objective, aim.sense, replace(limits, seconds=clock.part(0.5)), rows=rows, relaxed=program.whole, confirm=False
    )
    if loose.values is None:
        return None
    gates = np.flatnonzero(soft_columns(level) & program.whole & ~relaxed)

    def held(values: Vector, least: float) -> dict[int, float]:
        return {int(i): float(np.floor(values[i] + 1 - least)) for i in gates}

    def ask(fixed: dict[int, float]) -> Outcome:
        quick = replace(limits, seconds=clock.part(0.3))
        return program.solve(objective, aim.sense, quick, rows=rows, relaxed=program.whole, fixed=fixed, confirm=False)

    tried = [held(loose.values, least) for least in STARTED] if len(gates) else [{}]
    with ThreadPoolExecutor(CORES) as cores:
        found = list(cores.map(ask, tried))
    ranked = [
        (fixed, o) for fixed, o in zip(tried, found, strict=True) if o.values is not None and o.objective is not None
    ]
    ranked.sort(key=lambda x: x[1].objective or 0.0, reverse=aim.sense == "max")

    if not ranked:
        return None
    fixed, rounded = ranked[0]
    hard = program.whole & ~soft_columns(level)
    gated = program.solve(
        objective,
        aim.sense,
        replace(limits, gap=limits.gap * GATES, seconds=_at_most(SECONDS, clock)),
        rows=rows,
        start=rounded.values,
        relaxed=relaxed | hard,
        progress=lambda p: note("gates", p),
        confirm=False,
    )
    choices = [fixed]
    if gated.values is not None:
        choices.insert(0, {int(i): float(round(gated.values[i])) for i in gates})

    def settle(held: dict[int, float]) -> Outcome:
        return program.solve(
            objective,
            aim.sense,
            replace(limits, gap=limits.gap * HALLS, seconds=clock.part(0.4)),
            rows=rows,
            relaxed=relaxed,
            fixed=held,
            progress=lambda p: note("halls and power", p),
            confirm=False,
        )

    best: Outcome | None = None
    with ThreadPoolExecutor(CORES) as cores:
        for whole in cores.map(settle, choices):
            best = better(aim, best, whole)
    return best


def _at_most(seconds: float, clock: Clock) -> float | None:
    return None if clock.left() == float("inf") else min(seconds, clock.left())
