"""The only file that knows HiGHS: one problem passed, solved as HiGHS comes, and read back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csc_matrix  # type: ignore[import-untyped]

from planner.solve.interrupt import INTERRUPT
from planner.solve.values import Flags, Outcome, Progress, SolveLimits, Vector, Verdict

#: receives how far a solve is; true ends the solve, which keeps what it has
Watch = Callable[[Progress], bool | None]

#: seconds between two reports of a solve
REPORT_SECONDS = 0.5
#: most seconds for asking again whether a problem is infeasible, where the run has a clock
CONFIRM_SECONDS = 60.0
INFEASIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


@dataclass(frozen=True)
class Problem:
    """Maximise ``cost @ x + constant`` over the rows and bounds, with some columns whole."""

    matrix: csc_matrix
    row_lower: Vector
    row_upper: Vector
    lower: Vector
    upper: Vector
    whole: Flags
    cost: Vector
    constant: float
    log: Path | None = None

    def pinned(self, values: Vector) -> Problem:
        """The linear problem that is left with every whole column held where these values have it."""
        at = np.round(values[self.whole])
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[self.whole] = upper[self.whole] = at
        return replace(self, lower=lower, upper=upper, whole=np.zeros_like(self.whole))

    @property
    def crossed(self) -> bool:
        """Whether a column has a lower bound above its upper bound."""
        return bool((self.lower > self.upper + 1e-9).any())


def solve(
    problem: Problem,
    limits: SolveLimits,
    *,
    start: Vector | None = None,
    watch: Watch | None = None,
    presolve: bool = True,
    heed: bool = True,
) -> Outcome:
    """Solve to the gap, a limit, the user's signal (unless ``heed`` is false) or the watch's word.

    Raises RuntimeError if the problem is unbounded.
    """
    if problem.crossed:
        return Outcome(Verdict.INFEASIBLE, confirmed_without_presolve=True)
    h = passed(problem)
    h.setOptionValue("random_seed", limits.seed)
    h.setOptionValue("mip_rel_gap", 0.0)
    h.setOptionValue("mip_abs_gap", float(limits.gap))
    if limits.seconds is not None:
        h.setOptionValue("time_limit", max(0.01, float(limits.seconds)))
    if limits.nodes is not None:
        h.setOptionValue("mip_max_nodes", int(limits.nodes))
    if not presolve:
        h.setOptionValue("presolve", "off")
        # scaled by default, the simplex method has ended with "unknown" on an infeasible reference
        h.setOptionValue("simplex_scale_strategy", 4)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        h.setSolution(solution)
    if heed:
        _listen(h, watch)
    began = time.perf_counter()
    run_in_thread(h)
    return _outcome(h, problem, time.perf_counter() - began)


def confirm(problem: Problem, limits: SolveLimits) -> Outcome:
    """Whether a problem is infeasible, with presolve off: presolve has called feasible models infeasible before.

    First with nothing whole, which is enough for a no. Whatever plan is found is an outcome like any other.
    """
    if limits.seconds is not None:
        limits = replace(limits, seconds=CONFIRM_SECONDS)
    for asked in (replace(problem, whole=np.zeros_like(problem.whole)), problem):
        found = solve(asked, limits, presolve=False)
        if found.verdict is Verdict.INFEASIBLE:
            return replace(found, confirmed_without_presolve=True)
    return found


def optima(problem: Problem, costs: Sequence[Vector]) -> list[float | None]:
    """Optima of a linear problem under one objective after the other; None where a solve was stopped.

    A new objective leaves the last basis feasible: the primal simplex method goes on from it in half the time of a
    solve from nothing, the dual one in twice that time.
    """
    h, found = passed(problem), list[float | None]()
    _listen(h, None)
    every = np.arange(len(problem.cost), dtype=np.int32)
    for cost in costs:
        h.changeColsCost(len(every), every, cost)
        run_in_thread(h)
        optimal = h.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found.append(h.getInfo().objective_function_value if optimal else None)
        h.setOptionValue("simplex_strategy", 4)
    return found


def duals(problem: Problem) -> Vector | None:
    """Of each row of a linear problem; None where the solve was stopped."""
    h = passed(problem)
    _listen(h, None)
    run_in_thread(h)
    optimal = h.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return np.array(h.getSolution().row_dual) if optimal else None


def write(problem: Problem, path: Path, columns: list[str], rows: list[str]) -> None:
    """An MPS or LP file, by the suffix of the path."""
    h = passed(problem, [_portable(n) for n in columns], [_portable(n) for n in rows])
    if h.writeModel(str(path)) not in (highspy.HighsStatus.kOk, highspy.HighsStatus.kWarning):
        raise OSError(f"{path} could not be written")


def passed(problem: Problem, columns: list[str] | None = None, rows: list[str] | None = None) -> highspy.Highs:
    """A HiGHS that holds the problem and is silent; one thread."""
    p, lp = problem, highspy.HighsLp()
    lp.num_row_, lp.num_col_ = p.matrix.shape
    lp.sense_, lp.col_cost_, lp.offset_ = highspy.ObjSense.kMaximize, p.cost, p.constant
    lp.col_lower_, lp.col_upper_, lp.row_lower_, lp.row_upper_ = p.lower, p.upper, p.row_lower, p.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = p.matrix.indptr, p.matrix.indices, p.matrix.data
    if p.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[w] for w in p.whole.tolist()]
    if columns is not None and rows is not None:
        lp.col_names_, lp.row_names_ = columns, rows
    h = highspy.Highs()
    h.setOptionValue("log_to_console", False)
    h.setOptionValue("threads", 1)
    if p.log is not None:
        h.setOptionValue("log_file", str(p.log))
    if h.passModel(lp) == highspy.HighsStatus.kError:
        raise RuntimeError("the solver does not take the model")
    return h


def _listen(h: highspy.Highs, watch: Watch | None) -> None:
    """Report how far a solve is, and end it on the user's signal or when the watch says so."""
    began, last, ended, better = time.perf_counter(), 0.0, False, None

    def tree(event: Any) -> None:
        nonlocal last, ended, better
        now = time.perf_counter()
        if watch is not None and now - last >= REPORT_SECONDS:
            last, out, values, better = now, event.data_out, better, None
            incumbent, bound = (x if abs(x) < 1e29 else None for x in (out.mip_primal_bound, out.mip_dual_bound))
            ended = ended or bool(watch(Progress(now - began, incumbent, bound, max(0, out.mip_node_count), values)))
        event.interrupt(ended or INTERRUPT.signal is not None)

    def improved(event: Any) -> None:
        nonlocal better
        better = np.array(event.data_out.mip_solution)

    def linear(event: Any) -> None:
        event.interrupt(ended or INTERRUPT.signal is not None)

    h.cbMipInterrupt += tree
    h.cbMipImprovingSolution += improved
    h.cbSimplexInterrupt += linear
    h.cbIpmInterrupt += linear


def _outcome(h: highspy.Highs, problem: Problem, seconds: float) -> Outcome:
    status, info = h.getModelStatus(), h.getInfo()
    if status == highspy.HighsModelStatus.kUnbounded:
        raise RuntimeError("the model is unbounded: a limit is missing")
    interrupted, nodes = INTERRUPT.signal is not None, max(0, info.mip_node_count)
    if status in INFEASIBLE:
        return Outcome(Verdict.INFEASIBLE, seconds=seconds, nodes=nodes, interrupted=interrupted)
    optimal = status == highspy.HighsModelStatus.kOptimal
    is_mip = bool(problem.whole.any())
    bound = info.mip_dual_bound if is_mip else info.objective_function_value if optimal else None
    bound = None if bound is None or abs(bound) >= 1e29 else float(bound)
    if info.primal_solution_status != 2 or not (is_mip or optimal):
        return Outcome(Verdict.UNKNOWN, None, bound, seconds, nodes, None, interrupted)
    values = np.array(h.getSolution().col_value)
    value = float(problem.cost @ values) + problem.constant
    verdict = Verdict.OPTIMAL if optimal else Verdict.WITHIN_LIMITS
    return Outcome(verdict, value, bound, seconds, nodes, values, interrupted)


def run_in_thread(h: highspy.Highs) -> None:
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
