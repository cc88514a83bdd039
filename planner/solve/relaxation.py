"""The linear relaxation of a program, kept open: bounds of columns change, and each answer starts from the last."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.solve.highs import Run, listen, run_in_thread
from planner.solve.interrupt import INTERRUPT
from planner.solve.values import Limits, Linear, Row, Sense, Vector

#: steps of the simplex method after which an answer is begun again by interior point: that takes as long as these
STEPS = 1_500
FROM_NOTHING: dict[str, str | int] = {"presolve": "choose", "solver": "ipm", "simplex_iteration_limit": 2**31 - 1}


class Relaxation:
    """Nothing is whole; an answer is the optimum, or none: a contradiction, or a limit.

    ``cancel``, once set, is such a limit.
    """

    def __init__(
        self,
        program: Any,
        objective: Linear,
        sense: Sense,
        rows: Sequence[Row],
        fixed: Mapping[int, float],
        seconds: float | None = None,
        cancel: threading.Event | None = None,
    ) -> None:
        self._end = math.inf
        self.allow(seconds)
        self._sign = 1.0 if sense == "min" else -1.0
        box = {i: (x, x) for i, x in fixed.items()}
        whole = np.zeros(len(program.columns), dtype=bool)
        limits = Limits(seconds=seconds)
        self._highs = Run(program, objective, sense, limits, rows, whole, box, None).model(relaxed=True)
        listen(self._highs, cancel)
        self._run()
        self._go_on_from_the_last()

    @property
    def seconds(self) -> float:
        """What all answers so far took."""
        return float(self._highs.getRunTime())

    def allow(self, seconds: float | None) -> None:
        """Answers from now on have so many seconds together."""
        self._end = math.inf if seconds is None else time.perf_counter() + seconds

    def bound(self, columns: NDArray[np.int64], lower: Vector, upper: Vector) -> None:
        """Keep the columns between these values, and ask again."""
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)
        self._run()

    def hold(self, columns: NDArray[np.int64], values: Vector) -> None:
        """Keep the columns at these values, and ask again."""
        self.bound(columns, values, values)

    @property
    def values(self) -> Vector | None:
        """The columns at the last optimum."""
        return np.array(self._highs.getSolution().col_value) if self._optimal else None

    @property
    def cost(self) -> float:
        """What is minimised: the objective, its sign turned where that is maximised; infinite without an optimum."""
        return self._sign * float(self._highs.getInfo().objective_function_value) if self._optimal else math.inf

    @property
    def contradiction(self) -> bool:
        """Whether the bounds leave nothing."""
        return bool(self._contradicted)

    def _go_on_from_the_last(self) -> None:
        self._highs.setOptionValue("presolve", "off")
        self._highs.setOptionValue("solver", "simplex")
        self._highs.setOptionValue("simplex_iteration_limit", STEPS)

    def _run(self) -> None:
        self._optimal = self._contradicted = False
        if INTERRUPT.signal is not None:
            return
        self._answer()
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kIterationLimit:
            self._highs.clearSolver()
            for option in ("presolve", "solver", "simplex_iteration_limit"):
                self._highs.setOptionValue(option, FROM_NOTHING[option])
            self._answer()
            self._go_on_from_the_last()
        status = self._highs.getModelStatus()
        self._optimal = status == highspy.HighsModelStatus.kOptimal
        self._contradicted = status == highspy.HighsModelStatus.kInfeasible

    def _answer(self) -> None:
        if self._end < math.inf:
            left = max(0.01, self._end - time.perf_counter())
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
        run_in_thread(self._highs)
