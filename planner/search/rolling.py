"""A first plan by rolling the horizon: the choices of some years are made whole, later ones in parts, then the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.search.improve import Improving, Neighbourhood
from planner.search.levels import Level
from planner.solve import Outcome

#: years that are made whole at once
YEARS = 2
#: the gap to which they are, whatever gap is asked of the stage, and their part of the time left
WINDOW_GAP, WINDOW_SHARE = 0.004, 0.3


def rolled(on: Improving, held: dict[int, float]) -> Outcome | None:
    """A plan that holds ``held``, made whole from the first years to the last; None where that ended in none.

    Years that are not settled in their time are halved.
    """
    begins, whole = begin(on.level), on.whole.copy()
    whole[list(held)] = False
    fixed, t, end = dict(held), 0, on.level.formulation.case.periods.count
    width = window(on.level)
    while t < end and not on.over:
        now = whole & (begins >= t) & (begins < t + width)
        found = _ask(on, fixed, whole & ((begins >= t + width) | (begins < 0)), f"years from {_year(on.level, t)}")
        if found.interrupted:
            return None
        if found.values is not None:
            fixed |= {int(i): float(round(found.values[i])) for i in np.flatnonzero(now)}
            t += width
        elif width > 1:
            width //= 2
        else:
            return None
    if on.over:
        return None
    found = _ask(on, fixed, np.zeros_like(whole), "all years")
    return None if found.values is None else found


def _ask(on: Improving, fixed: dict[int, float], later: NDArray[np.bool_], phase: str) -> Outcome:
    return on.program.solve(
        on.level.objectives[on.k],
        on.level.aims[on.k].sense,
        replace(on.limits, gap=WINDOW_GAP, seconds=on.clock.part(WINDOW_SHARE), bound_only=False),
        rows=on.rows,
        relaxed=on.relaxed | later,
        fixed=fixed,
        progress=lambda p: on.note(phase, replace(p, incumbent=None, gap=None)),
        confirm=False,
        cancel=on.cancel,
    )


def windows(level: Level, whole: NDArray[np.bool_]) -> Iterator[Neighbourhood]:
    """The choices of some years at all sites, each window with half of the one before."""
    begins, width, count = begin(level), window(level), level.formulation.case.periods.count
    step = max(1, width // 2)
    for t in range(0, count - step, step):
        free = whole & (begins >= t) & (begins < t + width)
        if free.any():
            yield Neighbourhood(f"years from {_year(level, t)}", free | (whole & (begins < 0)))


def begin(level: Level) -> NDArray[np.int64]:
    """The period of each column, the last label of its index; -1 where it has none."""

    def of(index: object) -> int:
        last = index[-1] if isinstance(index, tuple) else index
        return last if isinstance(last, int) else -1

    return np.array([of(v.index()) for v in level.program.columns], dtype=np.int64)


def window(level: Level) -> int:
    """Periods of a window."""
    return max(1, round(YEARS / level.formulation.case.periods.years))


def _year(level: Level, t: int) -> int:
    return level.formulation.case.periods.year(t)
