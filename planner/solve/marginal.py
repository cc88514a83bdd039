"""What one unit more on the right side of each row is worth, with whole columns held where a plan has them."""

from __future__ import annotations

from collections import defaultdict

from planner.solve import highs
from planner.solve.program import Program
from planner.solve.values import Linear, Vector


def marginals(program: Program, objective: Linear, plan: Vector) -> dict[str, float] | None:
    """Name of a row -> change of the objective per unit of its right side; None where the solve was stopped.

    Duals of the linear problem that is left once every whole column is fixed: they say nothing of what another whole
    choice would be worth. A limit that scales with a whole column, ``use <= limit x open``, is in the row as a
    coefficient: one unit more of the limit is worth the dual times that column's value, nothing where it is 0.
    """
    duals = highs.duals(program.problem(objective).pinned(plan))
    if duals is None:
        return None
    worth: dict[str, float] = defaultdict(float)
    for name, dual in zip(program.row_names, duals.tolist(), strict=True):
        worth[name] += dual  # a range has two rows of one name, of which one binds
    return dict(worth)
