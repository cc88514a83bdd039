"""The only file that knows HiGHS: compile, options, progress, interrupt, bounds.

A Pyomo model is compiled once to arrays; each solve passes the arrays in one call. Outside this file there are
four verdicts. A gap is always computed here from objective and dual bound, never taken from a text.
"""

from __future__ import annotations

import contextlib
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import highspy
import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import csc_matrix, csr_matrix, vstack

Vector = NDArray[np.float64]
Sense = Literal["max", "min"]
CONFIRM_SECONDS = 60.0
WHOLE = 1e-5
FEASIBLE = 1e-6


class Verdict(StrEnum):
    OPTIMAL = "optimal"
    WITHIN_LIMITS = "within_limits"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Limits:
    """``gap`` is relative (absolute where the optimum is 0); ``bound_only``: the start is good, search for the bound."""

    gap: float = 0.0025
    seconds: float | None = 90.0
    nodes: int | None = None
    seed: int = 0
    bound_only: bool = False


@dataclass(frozen=True)
class Progress:
    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    nodes: int


@dataclass(frozen=True)
class Linear:
    """A linear expression over the columns of a Program."""

    columns: NDArray[np.int64]
    coefficients: Vector
    constant: float = 0.0

    def at(self, values: Vector) -> float:
        return float(self.coefficients @ values[self.columns]) + self.constant


@dataclass(frozen=True)
class Row:
    name: str
    expression: Linear
    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True)
class Outcome:
    """What a solve ended with; ``values`` has one entry a column, whole where it must be."""

    verdict: Verdict
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    nodes: int
    values: Vector | None
    history: tuple[Progress, ...] = ()
    interrupted: bool = False
    confirmed_without_presolve: bool = False


class Interrupted(Exception):
    """The user asked twice to stop."""


class _Interrupt:
    """One flag for the process: set by the first signal, read by every running solve."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def handle(self, number: int, _: Any) -> None:
        if self.signal is not None:
            raise Interrupted
        self.signal = number


INTERRUPT = _Interrupt()


@contextlib.contextmanager
def interruptible() -> Iterator[_Interrupt]:
    """First SIGINT or SIGTERM ends the solve and keeps the incumbent; the second raises Interrupted."""
    INTERRUPT.signal = None
    if threading.current_thread() is not threading.main_thread():
        yield INTERRUPT
        return
    kept = {s: signal.signal(s, INTERRUPT.handle) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield INTERRUPT
    finally:
        for s, handler in kept.items():
            signal.signal(s, handler)


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """|objective - bound| over |objective|; absolute where the objective is (nearly) 0."""
    if objective is None or bound is None or not np.isfinite(bound):
        return None
    distance = abs(objective - bound)
    return distance if abs(objective) < 1e-9 else distance / abs(objective)


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
        compiled = LinearStandardFormCompiler().write(model, mixed_form=True)
        columns = list(compiled.columns)
        known = {id(v) for v in columns}
        extra = [v for v in model.component_data_objects(pyo.Var, active=True) if id(v) not in known]
        columns += extra
        matrix = csr_matrix(compiled.A)
        if extra:
            matrix = csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], len(columns)))
        rhs = np.asarray(compiled.rhs, dtype=float)
        kinds = np.array([row.bound_type for row in compiled.rows], dtype=int)
        return cls(
            columns=columns,
            lower=np.array([-np.inf if v.lb is None else v.lb for v in columns], dtype=float),
            upper=np.array([np.inf if v.ub is None else v.ub for v in columns], dtype=float),
            whole=np.array([not v.is_continuous() for v in columns], dtype=bool),
            matrix=matrix,
            row_lower=np.where(kinds <= 0, rhs, -np.inf),
            row_upper=np.where(kinds >= 0, rhs, np.inf),
            row_names=[row.constraint.name for row in compiled.rows],
            log=log,
            _index={id(v): i for i, v in enumerate(columns)},
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

    def violation(self, values: Vector, rows: Sequence[Row] = ()) -> float:
        """Largest excess over a row or bound, relative to the size of the row's terms."""
        activity = self.matrix @ values
        scale = np.maximum(1.0, np.abs(self.matrix) @ np.abs(values))
        excess = np.maximum(self.row_lower - activity, activity - self.row_upper) / scale
        bounds = np.maximum(self.lower - values, values - self.upper) / np.maximum(1.0, np.abs(values))
        extra = [max(r.lower - r.expression.at(values), r.expression.at(values) - r.upper) / max(1.0, abs(r.expression.at(values))) for r in rows]
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
    ) -> Outcome:
        """Solve to the gap or a limit.

        ``relaxed`` columns need not be whole; ``fixed`` columns are held, ``boxed`` ones kept between two values;
        ``rows`` hold in this solve only. Raises
        ValueError for a start that breaks a row. An infeasible answer is confirmed once with presolve off.
        """
        if start is not None and self.violation(start, rows) > FEASIBLE * 10:
            raise ValueError(f"the start breaks a row by {self.violation(start, rows):.2g} of its size")
        whole = self.whole if relaxed is None else self.whole & ~relaxed
        box = {i: (x, x) for i, x in (fixed or {}).items()} | dict(boxed or {})
        run = _Run(self, objective, sense, limits, rows, whole, box, progress)
        outcome = run.go(start)
        if outcome.verdict is Verdict.INFEASIBLE:
            outcome = run.confirm(outcome)
        return outcome if outcome.values is None else run.cleaned(outcome)

    def export(self, path: Path, objective: Linear, sense: Sense, *, suffix: str) -> None:
        """The matrix for another solver, as ".mps" or ".lp", whatever the path is called."""
        run = _Run(self, objective, sense, Limits(), (), self.whole, {}, None)
        h = run.model(names=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as room:
            draft = Path(room) / f"matrix{suffix}"
            if h.writeModel(str(draft)) not in (highspy.HighsStatus.kOk, highspy.HighsStatus.kWarning):
                raise OSError(f"{path} could not be written")
            draft.replace(path)


@dataclass
class _Run:
    """One solve."""

    program: Program
    objective: Linear
    sense: Sense
    limits: Limits
    rows: Sequence[Row]
    whole: NDArray[np.bool_]
    box: Mapping[int, tuple[float, float]]
    progress: Callable[[Progress], None] | None

    def model(self, *, names: bool = False, relaxed: bool = False, pinned: Vector | None = None) -> highspy.Highs:
        """A Highs with everything passed."""
        p = self.program
        lp = highspy.HighsLp()
        matrix, lower, upper = p.matrix, p.row_lower, p.row_upper
        if self.rows:
            extra = [csr_matrix((r.expression.coefficients, ([0] * len(r.expression.columns), r.expression.columns)), shape=(1, len(p.columns))) for r in self.rows]
            matrix = vstack([matrix, *extra])
            lower = np.concatenate([lower, [r.lower - r.expression.constant for r in self.rows]])
            upper = np.concatenate([upper, [r.upper - r.expression.constant for r in self.rows]])
        by_column = csc_matrix(matrix)
        cost = np.zeros(len(p.columns))
        cost[self.objective.columns] = self.objective.coefficients
        column_lower, column_upper = p.lower.copy(), p.upper.copy()
        for i, (least, most) in self.box.items():
            column_lower[i], column_upper[i] = least, most
        if pinned is not None:
            column_lower[self.whole] = column_upper[self.whole] = np.round(pinned[self.whole])
        lp.num_col_, lp.num_row_ = len(p.columns), len(lower)
        lp.col_cost_, lp.offset_ = cost, self.objective.constant
        lp.sense_ = highspy.ObjSense.kMaximize if self.sense == "max" else highspy.ObjSense.kMinimize
        lp.col_lower_, lp.col_upper_, lp.row_lower_, lp.row_upper_ = column_lower, column_upper, lower, upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = by_column.indptr, by_column.indices, by_column.data
        if not relaxed and pinned is None and self.whole.any():
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[int(w)] for w in self.whole]
        if names:
            lp.col_names_ = [_portable(v.name) for v in p.columns]
            lp.row_names_ = [_portable(n) for n in p.row_names] + [_portable(r.name) for r in self.rows]
        h = highspy.Highs()
        h.setOptionValue("log_to_console", False)
        if p.log is not None:
            h.setOptionValue("log_file", str(p.log))
        h.setOptionValue("threads", 1)
        h.setOptionValue("random_seed", self.limits.seed)
        h.setOptionValue("mip_rel_gap", self.limits.gap * 0.98)
        h.setOptionValue("mip_feasibility_tolerance", FEASIBLE)
        if self.limits.seconds is not None:
            h.setOptionValue("time_limit", float(self.limits.seconds))
        if self.limits.bound_only:
            h.setOptionValue("mip_heuristic_effort", 0.0)
            h.setOptionValue("mip_allow_restart", False)
        if self.limits.nodes is not None:
            h.setOptionValue("mip_max_nodes", int(self.limits.nodes))
        h.passModel(lp)
        return h

    def go(self, start: Vector | None, *, presolve: bool = True) -> Outcome:
        h = self.model()
        if not presolve:
            h.setOptionValue("presolve", "off")
            h.setOptionValue("time_limit", CONFIRM_SECONDS)
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = start.tolist()
            h.setSolution(solution)
        history: list[Progress] = []
        began = time.perf_counter()

        def note(event: Any) -> None:
            out = event.data_out
            incumbent = out.mip_primal_bound if abs(out.mip_primal_bound) < 1e29 else None
            bound = out.mip_dual_bound if abs(out.mip_dual_bound) < 1e29 else None
            item = Progress(time.perf_counter() - began, incumbent, bound, relative_gap(incumbent, bound), out.mip_node_count)
            if not history or (item.incumbent, item.bound) != (history[-1].incumbent, history[-1].bound):
                history.append(item)
            if self.progress:
                self.progress(item)

        def stop(event: Any) -> None:
            event.interrupt(INTERRUPT.signal is not None)

        h.cbMipLogging += note
        for callback in (h.cbMipInterrupt, h.cbSimplexInterrupt, h.cbIpmInterrupt):
            callback += stop
        _run_in_thread(h)
        return self._outcome(h, history, time.perf_counter() - began)

    def _outcome(self, h: highspy.Highs, history: list[Progress], seconds: float) -> Outcome:
        status, info = h.getModelStatus(), h.getInfo()
        interrupted = INTERRUPT.signal is not None
        if status == highspy.HighsModelStatus.kUnbounded:
            raise RuntimeError("the model is unbounded: a limit is missing")
        infeasible = status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
        if infeasible:
            return Outcome(Verdict.INFEASIBLE, None, None, None, seconds, 0, None, tuple(history), interrupted)
        is_mip = bool(self.whole.any())
        feasible = info.primal_solution_status == 2
        optimal = status == highspy.HighsModelStatus.kOptimal
        values = np.array(h.getSolution().col_value) if feasible else None
        bound = (info.mip_dual_bound if is_mip else info.objective_function_value) if is_mip or optimal else None
        if bound is not None and not np.isfinite(bound):
            bound = None
        if values is None:
            return Outcome(Verdict.UNKNOWN, None, bound, None, seconds, max(0, info.mip_node_count), None, tuple(history), interrupted)
        objective = self.objective.at(values)
        gap = relative_gap(objective, bound)
        proven = gap is not None and gap <= self.limits.gap + 1e-12
        verdict = Verdict.OPTIMAL if proven else Verdict.WITHIN_LIMITS
        return Outcome(verdict, objective, bound, gap, seconds, max(0, info.mip_node_count), values, tuple(history), interrupted)

    def confirm(self, outcome: Outcome) -> Outcome:
        """Ask again with presolve off: presolve has called feasible models infeasible before."""
        again = self.go(None, presolve=False)
        if again.verdict is Verdict.INFEASIBLE:
            return replace(outcome, confirmed_without_presolve=True, seconds=outcome.seconds + again.seconds)
        return again

    def cleaned(self, outcome: Outcome) -> Outcome:
        """Whole columns made exactly whole and the rest solved again around them; kept if it is no worse."""
        assert outcome.values is not None
        values = outcome.values.copy()
        if self.whole.any() and float(np.abs(values[self.whole] - np.round(values[self.whole])).max()) > WHOLE:
            raise RuntimeError("the solver returned parts of whole things")
        h = self.model(pinned=values)
        h.setOptionValue("time_limit", CONFIRM_SECONDS)
        _run_in_thread(h)
        if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return outcome
        clean = np.array(h.getSolution().col_value)
        clean[self.whole] = np.round(clean[self.whole])
        objective = self.objective.at(clean)
        assert outcome.objective is not None
        worse = (outcome.objective - objective) * (1 if self.sense == "max" else -1)
        if worse > 1e-7 * max(1.0, abs(objective)):
            return outcome
        gap = relative_gap(objective, outcome.bound)
        proven = gap is not None and gap <= self.limits.gap + 1e-12
        return replace(outcome, values=clean, objective=objective, gap=gap, verdict=Verdict.OPTIMAL if proven else outcome.verdict)


def _run_in_thread(h: highspy.Highs) -> None:
    """HiGHS runs beside the main thread, which stays free to receive signals."""
    failure: list[BaseException] = []

    def work() -> None:
        try:
            h.run()
        except BaseException as error:  # handed to the caller's thread below
            failure.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(0.1)
    if failure:
        raise failure[0]


def _portable(name: str) -> str:
    """A name without blanks, for MPS and LP."""
    return "".join(c if c.isalnum() or c in "_.[],-" else "_" for c in name)
