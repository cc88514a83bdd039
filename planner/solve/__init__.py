"""The only package that knows HiGHS: compile, options, progress, interrupt, bounds.

A Pyomo model is compiled once to arrays; each solve passes the arrays in one call. Outside this package there are
four verdicts. A gap is always computed here from objective and dual bound, never taken from a text.
"""

from planner.solve.interrupt import Interrupted, interruptible
from planner.solve.marginal import marginals
from planner.solve.program import Program
from planner.solve.questions import Questions
from planner.solve.relaxation import Relaxation
from planner.solve.values import Limits, Linear, Outcome, Progress, Row, Sense, Vector, Verdict, relative_gap

__all__ = [
    "Interrupted",
    "Limits",
    "Linear",
    "Outcome",
    "Program",
    "Progress",
    "Questions",
    "Relaxation",
    "Row",
    "Sense",
    "Vector",
    "Verdict",
    "interruptible",
    "marginals",
    "relative_gap",
]
