"""The same model handed to HiGHS by others, from its matrix, each the way the library is meant to be used.

Every rival ends with a filled solver, not yet run. What a rival is told is the compiled matrix, so that none of them
pays for reading tables or for thinking of a rule; planner's own time includes both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import linopy
import numpy as np
import pulp
import pyomo.environ as pyo
import xarray as xr
from pyomo.contrib.appsi.solvers import Highs as Appsi

from planner.formulation import Formulation, build
from planner.inputs.case import Case
from planner.solve import Program
from planner.solve.highs import passed
from planner.solve.values import Linear


@dataclass(frozen=True)
class Matrix:
    """A model as triplets: what a programmer with arrays would hold."""

    program: Program
    cost: Linear
    rows: list[list[tuple[int, float]]]

    @classmethod
    def of(cls, case: Case) -> Matrix:
        built = build(case)
        program = Program.compile(built.model)
        return cls.holding(program, program.linear(built.objective))

    @classmethod
    def holding(cls, program: Program, cost: Linear) -> Matrix:
        a = program.matrix.tocsr()
        rows = [
            list(zip(a.indices[i:j].tolist(), a.data[i:j].tolist(), strict=True))
            for i, j in zip(a.indptr[:-1], a.indptr[1:], strict=True)
        ]
        return cls(program, cost, rows)


def planner(case: Case) -> highspy.Highs:
    """The whole way: algebra in Pyomo, arrays, solver."""
    return translated(build(case))


def translated(built: Formulation) -> highspy.Highs:
    """The algebra is there: arrays and solver alone."""
    program = Program.compile(built.model)
    return passed(program.problem(program.linear(built.objective)))


def direct(matrix: Matrix) -> highspy.Highs:
    """Triplets to arrays to solver: the least anybody can do."""
    p, lp = matrix.program, highspy.HighsLp()
    starts = np.zeros(len(matrix.rows) + 1, dtype=np.int32)
    starts[1:] = np.cumsum([len(row) for row in matrix.rows])
    index = np.fromiter((j for row in matrix.rows for j, _ in row), dtype=np.int32, count=int(starts[-1]))
    value = np.fromiter((x for row in matrix.rows for _, x in row), dtype=float, count=int(starts[-1]))
    cost = np.zeros(len(p.columns))
    cost[matrix.cost.columns] = matrix.cost.coefficients
    lp.num_col_, lp.num_row_, lp.col_cost_ = len(p.columns), len(matrix.rows), cost
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_lower_, lp.col_upper_, lp.row_lower_, lp.row_upper_ = p.lower, p.upper, p.row_lower, p.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, index, value
    lp.integrality_ = [highspy.HighsVarType.kInteger if w else highspy.HighsVarType.kContinuous for w in p.whole]
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.passModel(lp)
    return h


def by_appsi(built: Formulation) -> Any:
    """Pyomo's own translation; the algebra is there."""
    built.model.asked = pyo.Objective(expr=sum(c * v for c, v in built.objective), sense=pyo.maximize)
    try:
        solver = Appsi()
        solver.set_instance(built.model)
        return solver
    finally:
        built.model.del_component("asked")


def by_pulp(matrix: Matrix) -> Any:
    """PuLP: one expression a row."""
    p = matrix.program
    problem = pulp.LpProblem("planner", pulp.LpMaximize)
    xs = [
        pulp.LpVariable(
            f"x{i}",
            None if low == -np.inf else low,
            None if high == np.inf else high,
            pulp.LpInteger if whole else pulp.LpContinuous,
        )
        for i, (low, high, whole) in enumerate(zip(p.lower, p.upper, p.whole, strict=True))
    ]
    terms = zip(matrix.cost.columns, matrix.cost.coefficients, strict=True)
    problem += pulp.LpAffineExpression([(xs[i], x) for i, x in terms])
    for row, low, high in zip(matrix.rows, p.row_lower, p.row_upper, strict=True):
        left = pulp.LpAffineExpression([(xs[j], x) for j, x in row])
        if low == high:
            problem += left == high
        elif high < np.inf:
            problem += left <= high
        else:
            problem += left >= low
    solver = pulp.HiGHS(msg=False)
    solver.createAndConfigureSolver(problem)
    solver.buildSolverModel(problem)
    return problem


def by_linopy(matrix: Matrix) -> Any:
    """linopy: rows of one family are one block of arrays."""
    p, m = matrix.program, linopy.Model()
    labels = np.zeros(len(p.columns), dtype=int)
    for whole in (False, True):
        at = np.flatnonzero(p.whole == whole)
        if len(at):
            x = m.add_variables(p.lower[at], p.upper[at], coords=[at], dims=["i"], name=f"whole_{whole}", integer=whole)
            labels[at] = x.labels.values
    families: dict[tuple[str, str], list[int]] = {}
    for i, name in enumerate(p.row_names):
        sign = "=" if p.row_lower[i] == p.row_upper[i] else ("<=" if p.row_upper[i] < np.inf else ">=")
        families.setdefault((name.partition("[")[0], sign), []).append(i)
    for (name, sign), rows in families.items():
        left = _expression(m, labels, [matrix.rows[i] for i in rows])
        bound = p.row_lower[rows] if sign == ">=" else p.row_upper[rows]
        m.add_constraints(left, sign, xr.DataArray(bound, dims=["row"]), name=f"{name} {sign}")
    cost = [list(zip(matrix.cost.columns.tolist(), matrix.cost.coefficients.tolist(), strict=True))]
    m.add_objective(_expression(m, labels, cost).sum(), sense="max")
    return linopy.io.to_highspy(m)


def _expression(m: Any, labels: np.ndarray, rows: list[list[tuple[int, float]]]) -> Any:
    wide = max(len(row) for row in rows)
    columns, coefficients = np.full((len(rows), wide), -1), np.full((len(rows), wide), np.nan)
    for k, row in enumerate(rows):
        columns[k, : len(row)] = labels[[j for j, _ in row]]
        coefficients[k, : len(row)] = [x for _, x in row]
    data = xr.Dataset(
        {
            "coeffs": (("row", "_term"), coefficients),
            "vars": (("row", "_term"), columns),
            "const": (("row",), np.zeros(len(rows))),
        },
        coords={"row": np.arange(len(rows))},
    )
    return linopy.LinearExpression(data, m)
