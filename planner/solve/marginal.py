"""What one unit more on the right side of each row is worth, with whole columns held where a plan has them."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from planner.solve.highs import Run, listen, run_in_thread
from planner.solve.values import Limits, Linear, Sense, Vector


def marginals(program: Any, objective: Linear, sense: Sense, plan: Vector, limits: Limits) -> dict[str, float] | None:
    """Name of a row -> change of the objective per unit of its right side; None where the linear solve hit a limit.

    Duals of the linear programme that is left once every whole column is fixed: they say nothing of what another whole
    choice would be worth.
    """
    run = Run(program, objective, sense, limits, (), program.whole, {}, None)
    h = run.model(pinned=plan)
    listen(h)
    run_in_thread(h)
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    duals = np.array(h.getSolution().row_dual)
    return dict(zip(program.row_names, duals.tolist(), strict=True))
