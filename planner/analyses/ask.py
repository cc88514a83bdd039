"""The one door of the analyses to the model: a case is solved as any run is, its plan read and checked.

A promise is dropped or loosened by another case; what no case can say is a condition, rows beside the model's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from planner.formulation import Formulation
from planner.formulation.terms import value
from planner.inputs.case import Case
from planner.plan import Plan
from planner.results import read_plan
from planner.solve import Limits, Report, Verdict
from planner.solve.models import Conditions
from planner.solve.scheme import solve
from planner.verify import ObjectiveClaim, Verification, verify

#: a gap that any plan meets: for questions whether there is one
ANY_PLAN = 1e6


@dataclass(frozen=True)
class Answer:
    """What a case came to, in M USD of its objective: ``value`` of the plan, ``bound`` that no plan passes.

    ``gates`` are the whole decisions that gate service, by the name of their variable: a start for another question.
    """

    verdict: Verdict
    value: float | None = None
    bound: float | None = None
    present_cost: float | None = None
    plan: Plan | None = None
    checked: Verification | None = None
    gates: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    interrupted: bool = False
    without_presolve: bool = False
    formulation: Formulation | None = None

    @property
    def none(self) -> bool:
        """It is proven that there is no plan."""
        return self.verdict is Verdict.INFEASIBLE

    @property
    def passed(self) -> bool:
        return self.checked is not None and self.checked.passed


def ask(
    case: Case,
    *,
    gap: float | None = None,
    seconds: float | None = None,
    start: Mapping[str, float] | None = None,
    conditions: Conditions | None = None,
    tell: Callable[[str], None] | None = None,
    read: bool = True,
) -> Answer:
    """The best plan of a case within a gap (part of present cost, the programme's own by default) and seconds.

    ``start`` are the gates of the run that it is about: a first plan is looked for around them. Where only a yes or no
    is wanted, the plan need not be ``read`` and checked.
    """

    def report(at: Report) -> None:
        if tell is not None:
            tell(at.step)

    began = time.perf_counter()
    limits = Limits(gap=case.programme.gap if gap is None else gap, seconds=seconds)
    found = solve(case, limits, start=start or None, conditions=conditions, progress=report)
    if found.formulation is None or found.value is None:
        return Answer(
            found.verdict,
            bound=found.bound,
            seconds=time.perf_counter() - began,
            interrupted=found.interrupted,
            without_presolve=found.confirmed_without_presolve,
        )
    plan = read_plan(found.formulation) if read else None
    reached = value(found.formulation.objective)
    return Answer(
        found.verdict,
        reached,
        None if found.bound is None else max(found.bound, reached),
        found.present_cost,
        plan,
        None if plan is None else verify(case, plan, ObjectiveClaim(reached, found.bound)),
        found.gates,
        time.perf_counter() - began,
        found.interrupted,
        formulation=found.formulation,
    )
