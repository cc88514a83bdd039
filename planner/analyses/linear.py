"""Linear questions about promises: the pooled model of a case with nothing whole, its rows left out by name.

Every plan satisfies this relaxation, so a no is a proof, and a bound is passed by no plan; a yes says only that the
relaxation sees nothing against it. All other questions of the analyses go through ``ask``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, hstack  # type: ignore[import-untyped]

from planner.analyses.terms import AUTHORITY, BUDGET, Term, terms
from planner.analyses.work import Settled, Undecided, Work
from planner.formulation import Formulation, build
from planner.formulation.combinations import one_pool
from planner.inputs.case import USD_PER_MUSD, Case
from planner.solve import Linear, Outcome, Program, SolveLimits, Verdict
from planner.solve.interrupt import INTERRUPT

#: seconds of one question
SECONDS = 30.0
#: the algebra is built by one thread at a time
BUILDING = threading.Lock()
NOTHING = Linear(np.zeros(0, dtype=np.int64), np.zeros(0))


class Pool:
    """The relaxation of a case, built when the first question is asked that no earlier call settled.

    ``confirm``: that nothing of the case as it is holds together is asked once more with presolve off.
    """

    def __init__(self, case: Case, work: Work, confirm: bool = False) -> None:
        self.case, self.work, self.confirm = case, work, confirm
        self.settled = Settled(work.notebook, case)
        self.without_presolve = False

    @cached_property
    def formulation(self) -> Formulation:
        return build(self.case, one_pool(self.case))

    @cached_property
    def program(self) -> Program:
        with BUILDING:
            return Program.compile(self.formulation.model)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        names = self.settled.known("terms")
        if names is not None:
            return tuple(t for t in terms(self.case) if t.id in names)
        found = terms(self.case, self.program.row_names)
        self.settled.keep("terms", (), [t.id for t in found])
        return found

    @cached_property
    def whole(self) -> int:
        """Whole columns of the model."""
        known = self.settled.known("whole columns")
        if known is None:
            known = int(self.program.whole.sum())
            self.settled.keep("whole columns", (), known)
        return int(known)

    def holds(self, dropped: Iterable[Term] = ()) -> bool:
        """Whether the rest holds together, with some terms left out; Undecided where a limit was hit."""
        gone = tuple(dropped)
        left_out, names = _rules(gone), [t.id for t in gone]
        noted = self.settled.known("linear", names)
        if noted is None:
            o = self._solve(without(self.program, left_out), NOTHING)
            if o.verdict is Verdict.INFEASIBLE and self.confirm and not left_out:
                again = self._solve(self.program, NOTHING, confirm=True)
                o = o if again.verdict is Verdict.UNKNOWN else again
            if o.values is None and o.verdict is not Verdict.INFEASIBLE:
                raise Undecided
            noted = {"holds": o.values is not None, "without_presolve": o.confirmed_without_presolve}
            self.settled.keep("linear", names, noted)
        self.without_presolve = self.without_presolve or bool(noted["without_presolve"])
        return bool(noted["holds"])

    def most(self, term: Term, dropped: Iterable[Term] = ()) -> float | None:
        """The most of a promise of power or compute that the others leave; None if unproven."""
        gone = tuple(dropped)

        def bound() -> float | None:
            program = without(self.program, _rules(gone))
            freed, level = freed_by(program, _rows(program, term.rules), float(term.claim.level or 0.0), "lower")  # type: ignore[union-attr]
            return self._solve(freed, level).bound

        return self.settled.bound(f"most of {term.id}", tuple(t.id for t in gone), bound)

    def least_budget_usd(self, dropped: Iterable[Term] = ()) -> float | None:
        """The least budget that holds all others, with the same yearly shares; None if unproven."""
        gone = tuple(dropped)

        def bound() -> float | None:
            program = without(self.program, _rules(gone))
            freed, budget = freed_by(program, _rows(program, (BUDGET, AUTHORITY)), self.case.budget_musd, "upper")
            found = self._solve(freed, Linear(budget.columns, -budget.coefficients)).bound
            return None if found is None else max(0.0, -found) * USD_PER_MUSD

        return self.settled.bound("least budget", tuple(t.id for t in gone), bound)

    def _solve(self, program: Program, objective: Linear, confirm: bool = False) -> Outcome:
        limits = SolveLimits(seconds=self.work.seconds(SECONDS))
        nothing = np.zeros(len(program.columns), dtype=bool)
        found = program.restricted(whole=nothing).solve(objective, limits, confirm=confirm, clean=False)
        if found.interrupted or INTERRUPT.signal is not None:
            raise Undecided
        return found


class _Column(NamedTuple):
    """A column that no variable of the model stands for."""

    name: str


def freed_by(program: Program, rows: NDArray[np.bool_], amount: float, side: str) -> tuple[Program, Linear]:
    """The program with an amount as one more column: the sides of these rows keep their shares of it."""
    bounds = program.row_upper if side == "upper" else program.row_lower
    shares = np.where(rows & np.isfinite(bounds), bounds / amount, 0.0)
    column = len(program.columns)
    cleared = np.where(shares != 0, 0.0, bounds)
    freed = replace(
        program,
        columns=[*program.columns, _Column("amount")],
        lower=np.append(program.lower, 0.0),
        upper=np.append(program.upper, np.inf),
        whole=np.append(program.whole, False),
        matrix=csc_matrix(hstack([program.matrix, csc_matrix(-shares[:, None])])),
        row_upper=cleared if side == "upper" else program.row_upper,
        row_lower=cleared if side == "lower" else program.row_lower,
    )
    return freed, Linear(np.array([column]), np.ones(1))


def without(program: Program, rules: Iterable[str]) -> Program:
    """The same columns without the rows whose names begin so."""
    gone = tuple(rules)
    if not gone:
        return program
    kept = ~_rows(program, gone)
    return replace(
        program,
        matrix=csc_matrix(program.matrix.tocsr()[kept]),
        row_lower=program.row_lower[kept],
        row_upper=program.row_upper[kept],
        constraints=[c for c, k in zip(program.constraints, kept, strict=True) if k],
    )


def _rows(program: Program, rules: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.array([name.startswith(rules) for name in program.row_names], dtype=bool)


def _rules(dropped: Iterable[Term]) -> tuple[str, ...]:
    return tuple(rule for term in dropped for rule in term.rules)
