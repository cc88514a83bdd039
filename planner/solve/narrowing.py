"""What whole columns can be in plans beyond a value, told by the reduced costs of one relaxation.

A column that stands at a bound costs its reduced cost for each unit that it moves away from there. Where the relaxation
is no farther beyond the value than that, no plan beyond has more of it (Dantzig, Fulkerson and Johnson, 1954). A solver
tells as much in its tree, and begins anew once enough is told, with a relaxation from nothing each time.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.solve.highs import Run, listen, run_in_thread
from planner.solve.values import Limits, Linear, Row, Sense

#: of the value and of a whole thing: what the last digits of the relaxation may be wrong by
DIGITS = 1e-6


@dataclass(frozen=True)
class Narrowed:
    """``boxed``: least and most of whole columns in plans beyond; ``empty``: there is no such plan.

    ``bound`` is the relaxation's; None, and nothing boxed, where a limit came first.
    """

    boxed: dict[int, tuple[float, float]] = field(default_factory=dict)
    bound: float | None = None
    empty: bool = False


def narrowed(
    program: Any,
    objective: Linear,
    sense: Sense,
    beyond: float,
    limits: Limits,
    rows: Sequence[Row],
    whole: NDArray[np.bool_],
    cancel: threading.Event | None = None,
) -> Narrowed:
    """Of plans better than ``beyond`` that keep the rows, with these columns whole."""
    h = Run(program, objective, sense, limits, rows, whole, {}, None).model(relaxed=True)
    listen(h, cancel)
    run_in_thread(h)
    status = h.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Narrowed(empty=True)
    if status != highspy.HighsModelStatus.kOptimal:
        return Narrowed()
    bound, solution = h.getInfo().objective_function_value, h.getSolution()
    # what is minimised can rise by so much
    sign = 1.0 if sense == "min" else -1.0
    room = sign * (beyond - bound) + DIGITS * max(1.0, abs(beyond))
    if room < 0:
        return Narrowed(bound=bound, empty=True)
    at, cost = np.array(solution.col_value), sign * np.array(solution.col_dual)
    boxed = {}
    for i in np.flatnonzero(whole & (np.abs(cost) > DIGITS)):
        low, high = float(program.lower[i]), float(program.upper[i])
        far = room / abs(float(cost[i]))
        if cost[i] > 0 and at[i] - low <= DIGITS:
            most = float(np.floor(low + far + DIGITS))
            if most < high:
                boxed[int(i)] = (low, most)
        elif cost[i] < 0 and high - at[i] <= DIGITS:
            least = float(np.ceil(high - far - DIGITS))
            if least > low:
                boxed[int(i)] = (least, high)
    return Narrowed(boxed, bound)
