"""One solve by HiGHS."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, vstack  # type: ignore[import-untyped]

from planner.solve.interrupt import INTERRUPT
from planner.solve.values import Limits, Linear, Outcome, Progress, Row, Sense, Vector, Verdict, relative_gap

CONFIRM_SECONDS = 60.0
#: seconds between two words of a solve on how far it is
TOLD_SECONDS = 1.0
#: nonzeros from which the first relaxation of a mixed program is solved by interior point
LARGE = 120_000
WHOLE = 1e-5
FEASIBLE = 1e-6
#: for a solve that starts from a good plan and only has to raise the bound; an effort of 0 alone leaves some of them on
NO_HEURISTICS: dict[str, float | bool] = {
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_shifting": False,
    "mip_heuristic_run_zi_round": False,
}


class Matrix(Protocol):
    """What a solve needs of a compiled model."""

    columns: list[Any]
    lower: Vector
    upper: Vector
    matrix: csr_matrix
    row_lower: Vector
    row_upper: Vector
    row_names: list[str]
    log: Path | None


@dataclass
class Run:
    """One solve."""

    program: Matrix
    objective: Linear
    sense: Sense
    limits: Limits
    rows: Sequence[Row]
    whole: NDArray[np.bool_]
    box: Mapping[int, tuple[float, float]]
    progress: Callable[[Progress], None] | None
    cancel: threading.Event | None = None
    found: Callable[[Vector], None] | None = None

    def model(self, *, names: bool = False, relaxed: bool = False, pinned: Vector | None = None) -> highspy.Highs:
        """A Highs with everything passed."""
        p = self.program
        lp = highspy.HighsLp()
        matrix, lower, upper = p.matrix, p.row_lower, p.row_upper
        if self.rows:
            extra = [
                csr_matrix(
                    (r.expression.coefficients, ([0] * len(r.expression.columns), r.expression.columns)),
                    shape=(1, len(p.columns)),
                )
                for r in self.rows
            ]
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
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = (
            by_column.indptr,
            by_column.indices,
            by_column.data,
        )
        if not relaxed and pinned is None and self.whole.any():
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = list(map(kinds.__getitem__, self.whole.tolist()))
        if names:
            lp.col_names_ = [_portable(v.name) for v in p.columns]
            lp.row_names_ = [_portable(n) for n in p.row_names] + [_portable(r.name) for r in self.rows]
        h = highspy.Highs()
        h.setOptionValue("log_to_console", False)
        if p.log is not None:
            h.setOptionValue("log_file", str(p.log))
        h.setOptionValue("threads", 1)
        # from nothing, and where sites are told apart: the dual simplex takes two to five times as long
        h.setOptionValue("solver", "ipm")
        if matrix.nnz >= LARGE or self.limits.interior:
            h.setOptionValue("mip_lp_solver", "ipm")
        h.setOptionValue("mip_min_logging_interval", TOLD_SECONDS)
        h.setOptionValue("random_seed", self.limits.seed)
        h.setOptionValue("mip_rel_gap", self.limits.gap * 0.98)
        h.setOptionValue("mip_feasibility_tolerance", FEASIBLE)
        if self.limits.seconds is not None:
            h.setOptionValue("time_limit", float(self.limits.seconds))
        if self.limits.bound_only:
            for name, off in NO_HEURISTICS.items():
                h.setOptionValue(name, off)
        if self.limits.target is not None:
            h.setOptionValue("objective_target", float(self.limits.target))
        if self.limits.beyond is not None and lp.integrality_:
            # an upper limit of the tree, as a plan of that value would set it; there the solver minimises always
            h.setOptionValue("objective_bound", self.limits.beyond * (-1.0 if self.sense == "max" else 1.0))
            h.setOptionValue("mip_rel_gap", self.limits.step)
            if self.limits.step:
                # what is left after a plan is a small part of the tree
                h.setOptionValue("mip_allow_restart", False)
        if self.limits.nodes is not None:
            h.setOptionValue("mip_max_nodes", int(self.limits.nodes))
        h.passModel(lp)
        return h

    def go(self, start: Vector | None, *, presolve: bool = True, relaxed: bool = False) -> Outcome:
        """``relaxed``: nothing whole."""
        h = self.model(relaxed=relaxed)
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
            incumbent = incumbent if self.is_beyond(incumbent) else None
            bound = self._proven(out.mip_dual_bound if abs(out.mip_dual_bound) < 1e29 else None)
            item = Progress(
                time.perf_counter() - began, incumbent, bound, relative_gap(incumbent, bound), out.mip_node_count
            )
            if not history or (item.incumbent, item.bound) != (history[-1].incumbent, history[-1].bound):
                history.append(item)
            if self.progress:
                self.progress(item)

        def better(event: Any) -> None:
            values = np.array(event.data_out.mip_solution)
            if self.found is not None and self.is_beyond(self.objective.at(values)):
                self.found(values)

        h.cbMipLogging += note
        if self.found is not None:
            h.cbMipImprovingSolution += better
        listen(h, self.cancel)
        run_in_thread(h)
        return self._outcome(h, history, time.perf_counter() - began)

    def is_beyond(self, value: float | None) -> bool:
        """Whether a plan of this value is looked for."""
        beyond = self.limits.beyond
        return beyond is None or (value is not None and (value > beyond if self.sense == "max" else value < beyond))

    def _proven(self, bound: float | None) -> float | None:
        """What a bound of the solver proves: what is not beyond was not looked at."""
        if bound is None or self.limits.beyond is None:
            return bound
        return (max if self.sense == "max" else min)(bound, self.limits.beyond)

    def _outcome(self, h: highspy.Highs, history: list[Progress], seconds: float) -> Outcome:
        status, info = h.getModelStatus(), h.getInfo()
        interrupted = INTERRUPT.signal is not None
        if status == highspy.HighsModelStatus.kUnbounded:
            raise RuntimeError("the model is unbounded: a limit is missing")
        infeasible = status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
        is_mip = bool(self.whole.any())
        feasible = info.primal_solution_status == 2
        optimal = status == highspy.HighsModelStatus.kOptimal
        values = np.array(h.getSolution().col_value) if feasible else None
        if values is not None and not self.is_beyond(self.objective.at(values)):
            # a tree that was searched to its end held no plan beyond
            values, infeasible = None, optimal
        if infeasible:
            none = self._proven(self.limits.beyond) if is_mip else None
            return Outcome(Verdict.INFEASIBLE, None, none, None, seconds, 0, None, tuple(history), interrupted)
        bound = (info.mip_dual_bound if is_mip else info.objective_function_value) if is_mip or optimal else None
        bound = None if bound is not None and not np.isfinite(bound) else self._proven(bound)
        if values is None:
            return Outcome(
                Verdict.UNKNOWN,
                None,
                bound,
                None,
                seconds,
                max(0, info.mip_node_count),
                None,
                tuple(history),
                interrupted,
            )
        objective = self.objective.at(values)
        gap = relative_gap(objective, bound)
        proven = gap is not None and gap <= self.limits.gap + 1e-12
        verdict = Verdict.OPTIMAL if proven else Verdict.WITHIN_LIMITS
        return Outcome(
            verdict, objective, bound, gap, seconds, max(0, info.mip_node_count), values, tuple(history), interrupted
        )

    def confirm(self, outcome: Outcome) -> Outcome:
        """Ask again with presolve off: presolve has called feasible models infeasible before.

        First with nothing whole, which is enough for a no; the simplex method alone has ended there without an answer.
        """
        again = self.go(None, presolve=False, relaxed=True)
        if again.verdict is not Verdict.INFEASIBLE:
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
        run_in_thread(h)
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
        return replace(
            outcome, values=clean, objective=objective, gap=gap, verdict=Verdict.OPTIMAL if proven else outcome.verdict
        )


def listen(h: highspy.Highs, cancel: threading.Event | None = None) -> None:
    """Let the user's signal end the solve, or whoever asked for it."""

    def stop(event: Any) -> None:
        event.interrupt(INTERRUPT.signal is not None or (cancel is not None and cancel.is_set()))

    for callback in (h.cbMipInterrupt, h.cbSimplexInterrupt, h.cbIpmInterrupt):
        callback += stop


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
