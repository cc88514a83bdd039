"""A compiled model: columns, rows, and the solves it is asked for."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import bmat, csr_matrix, identity  # type: ignore[import-untyped]

from planner.solve import apart
from planner.solve.highs import FEASIBLE, Run
from planner.solve.interrupt import INTERRUPT
from planner.solve.values import Limits, Linear, Outcome, Progress, Row, Sense, Vector, Verdict

#: parts of whole things, and excess over a row, that are no more than rounding of the last digits
EXACT = 1e-9


@dataclass
class Program:
    """A compiled model: columns, rows and their names; stage objectives come as Linear."""

    columns: list[Any]
    lower: Vector
    upper: Vector
    whole: NDArray[np.bool_]
    matrix: csr_matrix
    row_lower: Vector
    row_upper: Vector
    row_names: list[str]
    log: Path | None = None
    _index: dict[int, int] = field(default_factory=dict)

    @classmethod
    def compile(cls, model: Any, log: Path | None = None) -> Program:
        """Arrays of all active constraints and all variables of a Pyomo model; an objective is ignored."""
        # here, since a process that only solves is ready a second sooner without Pyomo
        from planner.solve import arrays

        a = arrays.compiled(model)
        return cls(
            columns=a.columns,
            lower=a.lower,
            upper=a.upper,
            whole=a.whole,
            matrix=a.matrix,
            row_lower=a.row_lower,
            row_upper=a.row_upper,
            row_names=a.row_names,
            log=log,
            _index=a.index,
        )

    @property
    def size(self) -> dict[str, int]:
        return {
            "rows": int(self.matrix.shape[0]),
            "columns": len(self.columns),
            "integers": int(self.whole.sum()),
            "nonzeros": int(self.matrix.nnz),
        }

    def without(self, *prefixes: str) -> Program:
        """The same columns with the rules of these names left out: a relaxation."""
        kept = np.array([not name.startswith(prefixes) for name in self.row_names], dtype=bool)
        return replace(
            self,
            matrix=self.matrix[kept],
            row_lower=self.row_lower[kept],
            row_upper=self.row_upper[kept],
            row_names=[n for n, k in zip(self.row_names, kept, strict=True) if k],
        )

    def summing(self, sums: Sequence[Linear]) -> Program:
        """The same program with a column more for each sum, which is whole in every plan: one to branch on, no rule."""
        count, rows = len(self.columns), len(sums)
        at = np.concatenate([s.columns for s in sums])
        of = np.repeat(np.arange(rows), [len(s.columns) for s in sums])
        added = csr_matrix((np.concatenate([s.coefficients for s in sums]), (of, at)), shape=(rows, count))
        none = csr_matrix((self.matrix.shape[0], rows))
        most = np.array([s.coefficients @ self.upper[s.columns] for s in sums])
        return replace(
            self,
            columns=[*self.columns, *([None] * rows)],
            lower=np.concatenate([self.lower, np.zeros(rows)]),
            upper=np.concatenate([self.upper, most]),
            whole=np.concatenate([self.whole, np.ones(rows, dtype=bool)]),
            matrix=csr_matrix(bmat([[self.matrix, none], [added, -identity(rows)]])),
            row_lower=np.concatenate([self.row_lower, np.zeros(rows)]),
            row_upper=np.concatenate([self.row_upper, np.zeros(rows)]),
            row_names=[*self.row_names, *(["sum"] * rows)],
        )

    @cached_property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [v.name for v in self.columns]

    def column_of(self, variable: Any) -> int:
        return self._index[id(variable)]

    def linear(self, terms: Iterable[tuple[float, Any]]) -> Linear:
        """A sum of (coefficient, variable) terms as a Linear; repeated variables are added."""
        sums: dict[int, float] = {}
        for coefficient, variable in terms:
            i = self._index[id(variable)]
            sums[i] = sums.get(i, 0.0) + coefficient
        return Linear(np.fromiter(sums, dtype=np.int64, count=len(sums)), np.fromiter(sums.values(), float, len(sums)))

    def load(self, values: Vector) -> None:
        """Put the values on the Pyomo variables."""
        for variable, value in zip(self.columns, values.tolist(), strict=True):
            variable.set_value(value, skip_validation=True)

    def loaded(self) -> Vector:
        """The values that stand on the Pyomo variables."""
        return np.array([variable.value for variable in self.columns])

    def violation(self, values: Vector, rows: Sequence[Row] = ()) -> float:
        """Largest excess over a row or bound, relative to the size of the row's terms."""
        activity = self.matrix @ values
        scale = np.maximum(1.0, np.abs(self.matrix) @ np.abs(values))
        excess = np.maximum(self.row_lower - activity, activity - self.row_upper) / scale
        bounds = np.maximum(self.lower - values, values - self.upper) / np.maximum(1.0, np.abs(values))
        extra = [
            max(r.lower - r.expression.at(values), r.expression.at(values) - r.upper)
            / max(1.0, abs(r.expression.at(values)))
            for r in rows
        ]
        return float(max(excess.max(initial=0.0), bounds.max(initial=0.0), *extra, 0.0))

    def solve(
        self,
        objective: Linear,
        sense: Sense,
        limits: Limits,
        *,
        rows: Sequence[Row] = (),
        start: Vector | None = None,
        relaxed: NDArray[np.bool_] | None = None,
        fixed: Mapping[int, float] | None = None,
        boxed: Mapping[int, tuple[float, float]] | None = None,
        progress: Callable[[Progress], None] | None = None,
        confirm: bool = True,
        cancel: threading.Event | None = None,
        found: Callable[[Vector], None] | None = None,
    ) -> Outcome:
        """Solve to the gap or a limit.

        ``relaxed`` columns need not be whole; ``fixed`` columns are held, ``boxed`` ones kept between two values;
        ``rows`` hold in this solve only. Raises ValueError for a start that breaks a row. An infeasible answer is
        confirmed once with presolve off, unless it only cuts off one half of a search (``confirm`` false), or only
        says that no plan lies beyond a value. ``cancel``, once set, ends the solve as a limit would;
        ``found`` hears of each better plan.
        """
        if start is not None and self.violation(start, rows) > FEASIBLE * 10:
            raise ValueError(f"the start breaks a row by {self.violation(start, rows):.2g} of its size")
        whole = self.whole if relaxed is None else self.whole & ~relaxed
        box = {i: (x, x) for i, x in (fixed or {}).items()} | dict(boxed or {})
        run = Run(self, objective, sense, limits, rows, whole, box, progress, cancel, found)
        if INTERRUPT.signal is not None:
            # the solver hears of it only once it has presolved, which a search of many solves would wait for each time
            return apart.ended(run, start)
        outcome = apart.go(run, start) if apart.wanted(run) else run.go(start)
        if outcome.verdict is Verdict.INFEASIBLE and confirm and limits.beyond is None:
            outcome = run.confirm(outcome)
        if outcome.values is None or not whole.any():
            return outcome
        rounded = outcome.values.copy()
        rounded[whole] = np.round(rounded[whole])
        exact = np.abs(rounded - outcome.values).max() <= EXACT and self.violation(rounded, rows) <= EXACT
        if exact and (self.whole & ~whole).any():
            # with things in parts it is no plan to publish, where the last digits are read too
            return replace(outcome, values=rounded)
        return run.cleaned(outcome)

    def export(self, path: Path, objective: Linear, sense: Sense, *, suffix: str) -> None:
        """The matrix for another solver, as ".mps" or ".lp", whatever the path is called."""
        run = Run(self, objective, sense, Limits(), (), self.whole, {}, None)
        h = run.model(names=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as room:
            draft = Path(room) / f"matrix{suffix}"
            if h.writeModel(str(draft)) not in (highspy.HighsStatus.kOk, highspy.HighsStatus.kWarning):
                raise OSError(f"{path} could not be written")
            draft.replace(path)
