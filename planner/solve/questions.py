"""Many linear questions to one relaxed model: only the objective changes, so each answer starts from the last."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np

from planner.solve.highs import Run, listen, run_in_thread
from planner.solve.interrupt import INTERRUPT
from planner.solve.values import Limits, Linear, Row, Sense


class Questions:
    """The linear relaxation of a program with extra rows, kept open.

    ``empty`` tells that no point is left at all. An answer is None where none was proven: a limit, or an interrupt.
    """

    #: room for the tolerances of a linear solve
    MARGIN = 1e-6

    def __init__(self, program: Any, rows: Sequence[Row], seconds: float | None = None) -> None:
        self._count = len(program.columns)
        self._end = None if seconds is None else time.perf_counter() + seconds
        nothing = Linear(np.zeros(0, dtype=np.int64), np.zeros(0))
        whole = np.zeros(self._count, dtype=bool)
        self._highs = Run(program, nothing, "max", Limits(seconds=None), rows, whole, {}, None).model(relaxed=True)
        listen(self._highs)
        self._run()
        self.empty = self._highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible
        self._highs.setOptionValue("presolve", "off")
        self._highs.setOptionValue("solver", "simplex")
        self._highs.setOptionValue("simplex_strategy", 4)  # primal: a new objective leaves the basis feasible

    def _run(self) -> None:
        if self._end is not None:
            left = max(0.01, self._end - time.perf_counter())
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
        run_in_thread(self._highs)

    def value(self, expression: Linear, sense: Sense) -> float | None:
        """The optimum of the relaxation."""
        if self.empty or INTERRUPT.signal is not None:
            return None
        cost = np.zeros(self._count)
        cost[expression.columns] = expression.coefficients
        self._highs.changeColsCost(self._count, np.arange(self._count, dtype=np.int32), cost)
        direction = highspy.ObjSense.kMaximize if sense == "max" else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(direction)
        self._run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return float(self._highs.getInfo().objective_function_value) + expression.constant

    def most(self, expression: Linear) -> float | None:
        """What the expression never passes, tolerances included."""
        found = self.value(expression, "max")
        return None if found is None else found + self.MARGIN * max(1.0, abs(found))

    def least(self, expression: Linear) -> float | None:
        """What the expression never falls below, tolerances included."""
        found = self.value(expression, "min")
        return None if found is None else found - self.MARGIN * max(1.0, abs(found))
