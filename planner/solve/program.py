"""A compiled model: columns, rows and their names, and the solves it is asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import csc_matrix, hstack, vstack  # type: ignore[import-untyped]

from planner.collection import no_collection
from planner.solve import highs
from planner.solve.highs import Problem, Watch
from planner.solve.values import SAME, Flags, Linear, Outcome, Row, SolveLimits, Vector, Verdict, distance

#: excess over a row or bound, as a part of its size, that a solver may leave
FEASIBLE = 1e-6
#: how far from whole a solver may leave a whole column
WHOLE = 1e-5
#: for the linear solve that ends a solve; it takes a few
CLEAN_SECONDS = 60.0


class Contradiction(ValueError):
    """A rule of the model has no variable in it and does not hold."""


@dataclass(frozen=True)
class Program:
    """A compiled model. Objectives come as Linear and are maximised."""

    columns: list[Any]
    lower: Vector
    upper: Vector
    whole: Flags
    matrix: csc_matrix
    row_lower: Vector
    row_upper: Vector
    constraints: list[Any]
    log: Path | None = None

    @classmethod
    def compile(cls, model: Any, log: Path | None = None) -> Program:
        """Arrays of all active constraints and all variables of a Pyomo model; an objective is ignored.

        Raises Contradiction for a rule that nothing can keep.
        """
        with no_collection():
            try:
                form = LinearStandardFormCompiler().write(model, mixed_form=True)
            except InfeasibleConstraintException as error:
                raise Contradiction(str(error)) from error
            used = {id(v) for v in form.columns}
            idle = [v for v in model.component_data_objects(pyo.Var, active=True) if id(v) not in used]
            columns = [*form.columns, *idle]
            bounds = [_bounds(v) for v in columns]
        kinds = np.array([row.bound_type for row in form.rows])
        right = np.array(form.rhs, dtype=float)
        matrix = csc_matrix(form.A)
        if idle:
            matrix = hstack([matrix, csc_matrix((matrix.shape[0], len(idle)))], format="csc")
        return cls(
            columns,
            np.array([b[0] for b in bounds], dtype=float),
            np.array([b[1] for b in bounds], dtype=float),
            np.array([not v.is_continuous() for v in columns], dtype=bool),
            matrix,
            np.where(kinds == 1, -np.inf, right),
            np.where(kinds == -1, np.inf, right),
            [row.constraint for row in form.rows],
            log,
        )

    @property
    def size(self) -> dict[str, int]:
        return {
            "rows": int(self.matrix.shape[0]),
            "columns": len(self.columns),
            "integers": int(self.whole.sum()),
            "nonzeros": int(self.matrix.nnz),
        }

    @cached_property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [v.name for v in self.columns]

    @cached_property
    def row_names(self) -> list[str]:
        """Names of the rows; the two rows of a range have one name."""
        return [c.name for c in self.constraints]

    @cached_property
    def index(self) -> dict[str, int]:
        """Name of a column -> its place."""
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def _place(self) -> dict[int, int]:
        return {id(v): i for i, v in enumerate(self.columns)}

    def column_of(self, variable: Any) -> int:
        return self._place[id(variable)]

    def linear(self, terms: Iterable[tuple[float, Any]]) -> Linear:
        """A sum of (coefficient, variable) terms as a Linear; repeated variables are added."""
        place, sums = self._place, dict[int, float]()
        for coefficient, variable in terms:
            i = place[id(variable)]
            sums[i] = sums.get(i, 0.0) + coefficient
        return Linear(np.fromiter(sums, dtype=np.int64, count=len(sums)), np.fromiter(sums.values(), float, len(sums)))

    def load(self, values: Vector) -> None:
        """Put the values on the Pyomo variables."""
        for variable, value in zip(self.columns, values.tolist(), strict=True):
            variable.set_value(value, skip_validation=True)

    def loaded(self) -> Vector:
        """The values that stand on the Pyomo variables."""
        return np.array([variable.value for variable in self.columns])

    def violation(self, values: Vector) -> float:
        """Largest excess over a row or bound, relative to the size of the row's terms."""
        activity = self.matrix @ values
        size = np.maximum(1.0, np.abs(self.matrix) @ np.abs(values))
        excess = np.maximum(self.row_lower - activity, activity - self.row_upper) / size
        bounds = np.maximum(self.lower - values, values - self.upper) / np.maximum(1.0, np.abs(values))
        return float(max(excess.max(initial=0.0), bounds.max(initial=0.0)))

    def restricted(
        self, *, whole: Flags | None = None, fixed: Mapping[int, float] | None = None, rows: Sequence[Row] = ()
    ) -> Program:
        """The same columns with fewer of them ``whole``, some ``fixed`` at values, and ``rows`` more."""
        lower, upper = self.lower.copy(), self.upper.copy()
        if fixed:
            at, value = np.fromiter(fixed, int, len(fixed)), np.fromiter(fixed.values(), float, len(fixed))
            # a value outside of the bounds leaves no plan; it does not widen them
            lower[at], upper[at] = np.maximum(lower[at], value), np.minimum(upper[at], value)
        matrix, row_lower, row_upper = self.matrix, self.row_lower, self.row_upper
        if rows:
            extra = np.zeros((len(rows), len(self.columns)))
            for k, row in enumerate(rows):
                extra[k, row.expression.columns] = row.expression.coefficients
            matrix = vstack([matrix, csc_matrix(extra)], format="csc")
            row_lower = np.append(row_lower, [r.lower - r.expression.constant for r in rows])
            row_upper = np.append(row_upper, [r.upper - r.expression.constant for r in rows])
        flags = self.whole if whole is None else self.whole & whole
        narrowed = replace(self, lower=lower, upper=upper, whole=flags)
        return replace(narrowed, matrix=matrix, row_lower=row_lower, row_upper=row_upper)

    def problem(self, objective: Linear | None) -> Problem:
        """What HiGHS is given."""
        cost, constant = np.zeros(len(self.columns)), 0.0
        if objective is not None:
            cost[objective.columns], constant = objective.coefficients, objective.constant
        rows = (self.matrix, self.row_lower, self.row_upper)
        return Problem(*rows, self.lower, self.upper, self.whole, cost, constant, self.log)

    def solve(
        self,
        objective: Linear,
        limits: SolveLimits,
        *,
        start: Vector | None = None,
        watch: Watch | None = None,
        confirm: bool = True,
        clean: bool = True,
    ) -> Outcome:
        """Maximise to the gap or a limit.

        Raises ValueError for a start that breaks a row. ``confirm``: an infeasible answer is asked again with presolve
        off. ``clean``: whole columns of the answer are made exactly whole and the rest is solved again around them.
        """
        if start is not None and (excess := self.violation(start)) > FEASIBLE * 10:
            raise ValueError(f"the start breaks a row by {excess:.2g} of its size")
        problem = self.problem(objective)
        outcome = highs.solve(problem, limits, start=start, watch=watch)
        if outcome.verdict is Verdict.INFEASIBLE and confirm and not outcome.confirmed_without_presolve:
            outcome = highs.confirm(problem, limits)
        return self._cleaned(problem, outcome, limits) if clean else outcome

    def _cleaned(self, problem: Problem, outcome: Outcome, limits: SolveLimits) -> Outcome:
        """Whole columns made exactly whole, and a linear solve of the rest around them."""
        if outcome.values is None or not problem.whole.any():
            return outcome
        whole = np.round(outcome.values)
        if np.abs(outcome.values - whole)[problem.whole].max() > WHOLE:
            raise RuntimeError("the solver returned parts of whole things")
        again = highs.solve(problem.pinned(outcome.values), SolveLimits(seconds=CLEAN_SECONDS), heed=False)
        values = outcome.values if again.values is None else again.values
        values = np.where(problem.whole, whole, values)
        if again.values is None and self.violation(values) > FEASIBLE:
            return replace(outcome, verdict=Verdict.UNKNOWN, value=None, values=None)
        value = float(problem.cost @ values) + problem.constant
        missed = outcome.bound is None or distance(value, outcome.bound) > limits.gap + SAME * abs(value)
        verdict = Verdict.WITHIN_LIMITS if missed else outcome.verdict
        return replace(outcome, verdict=verdict, value=value, values=values)

    def most(self, sums: Sequence[Linear]) -> list[float | None]:
        """The most that each sum can be while nothing need be whole; None where that was not found."""
        costs = [np.zeros(len(self.columns)) for _ in sums]
        for cost, expression in zip(costs, sums, strict=True):
            cost[expression.columns] = expression.coefficients
        return highs.optima(self.restricted(whole=np.zeros_like(self.whole)).problem(None), costs)

    def export(self, path: Path, objective: Linear, *, suffix: str) -> None:
        """The matrix for another solver, as ".mps" or ".lp", whatever the path is called."""
        problem = self.problem(objective)
        with tempfile.TemporaryDirectory(dir=path.parent) as room:
            draft = Path(room) / f"matrix{suffix}"
            highs.write(problem, draft, self.names, self.row_names)
            draft.replace(path)


def _bounds(variable: Any) -> tuple[float, float]:
    if variable.fixed:
        return variable.value, variable.value
    lower, upper = variable.bounds
    return -np.inf if lower is None else lower, np.inf if upper is None else upper
