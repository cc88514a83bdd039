"""The only package that knows HiGHS: compile, solve, and the scheme that plans and proves.

A Pyomo model is compiled once to arrays; each solve passes the arrays in one call. Outside this package there are
four verdicts. A gap is always computed here from value and bound, never taken from a text. The scheme is
``planner.solve.scheme``; it is not imported here, since it knows the formulation.
"""

from planner.solve.interrupt import Interrupted, interruptible
from planner.solve.marginal import marginals
from planner.solve.program import Contradiction, Program
from planner.solve.values import (
    Limits,
    Linear,
    Outcome,
    Progress,
    Report,
    Row,
    SolveLimits,
    Step,
    Vector,
    Verdict,
    distance,
)

__all__ = [
    "Contradiction",
    "Interrupted",
    "Limits",
    "Linear",
    "Outcome",
    "Program",
    "Progress",
    "Report",
    "Row",
    "SolveLimits",
    "Step",
    "Vector",
    "Verdict",
    "distance",
    "interruptible",
    "marginals",
]
