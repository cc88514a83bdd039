"""Two other ways to the optimum of a compiled programme: SCIP, and trying every whole decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import highspy
import numpy as np
import pyscipopt

from planner.formulation import Formulation
from planner.run import Exporter
from planner.solve import Program
from planner.solve.highs import Problem, passed
from planner.solve.program import Contradiction

#: rounding that a row of whole numbers may show
NEAR = 1e-7
#: most whole decisions that are tried
MOST = 2000


def scip(built: Formulation, folder: Path) -> float | None:
    """The optimum, M USD, by SCIP; None where it finds that no plan exists.

    Without presolve: its dual presolving has given a part of a binary column as the optimum of such a matrix.
    """
    path = folder / "matrix.mps"
    Exporter(built).write_mps(path)
    model = pyscipopt.Model()
    model.hideOutput()
    model.setParam("presolving/maxrounds", 0)
    model.setParam("timing/clocktype", 1)  # seconds of the processor: another job on the machine settles nothing
    model.setParam("limits/time", 60.0)
    model.setParam("numerics/feastol", 1e-8)
    model.readProblem(str(path))
    model.optimize()
    status = model.getStatus()
    if status == "infeasible":
        return None
    assert status == "optimal", status
    best = model.getBestSol()
    whole = [v for v in model.getVars() if v.vtype() != "CONTINUOUS"]
    assert max((abs(best[v] - round(best[v])) for v in whole), default=0.0) <= 1e-5
    return float(model.getObjVal())


def brute_force(built: Formulation) -> float | None:
    """The optimum over every choice of whole columns, M USD; None: no plan. OverflowError: there are too many."""
    try:
        program = Program.compile(built.model)
    except Contradiction:
        return None
    problem = program.problem(program.linear(built.objective))
    whole = np.flatnonzero(problem.whole)
    choices = list(islice(_choices(problem, whole), MOST + 1))
    if len(choices) > MOST:
        raise OverflowError("too many whole decisions")
    h, best = passed(replace(problem, whole=np.zeros_like(problem.whole))), None
    for choice in choices:
        h.changeColsBounds(len(whole), whole.astype(np.int32), choice, choice)
        h.run()
        status = h.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            value = h.getInfo().objective_function_value
            best = value if best is None else max(best, value)
        else:
            assert status == highspy.HighsModelStatus.kInfeasible, status
    return best


def _choices(problem: Problem, whole: np.ndarray) -> Iterator[np.ndarray]:
    """Values of the whole columns within their bounds that keep every row of whole columns alone."""
    matrix = problem.matrix.tocsr()
    others = np.ones(problem.matrix.shape[1])
    others[whole] = 0
    alone = np.flatnonzero(np.asarray(abs(matrix) @ others == 0))
    rows = matrix[alone][:, whole].toarray()
    low, high = problem.row_lower[alone] - NEAR, problem.row_upper[alone] + NEAR
    first, last = problem.lower[whole], problem.upper[whole]
    least = np.where(rows > 0, rows * first, rows * last)
    most = np.where(rows > 0, rows * last, rows * first)
    # what the columns from k on can still bring to each row
    rest = [np.append(np.cumsum(x[:, ::-1], axis=1)[:, ::-1], np.zeros((len(alone), 1)), axis=1) for x in (least, most)]
    choice = np.zeros(len(whole))

    def down(k: int, so_far: np.ndarray) -> Iterator[np.ndarray]:
        if (so_far + rest[0][:, k] > high).any() or (so_far + rest[1][:, k] < low).any():
            return
        if k == len(whole):
            yield choice.copy()
            return
        for x in range(round(first[k]), round(last[k]) + 1):
            choice[k] = x
            yield from down(k + 1, so_far + rows[:, k] * x)

    yield from down(0, np.zeros(len(alone)))
