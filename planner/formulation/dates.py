"""Starts counted by date: the same plans, but a question about a date cuts a search in two evenly.

The starts themselves may then be continuous: they are differences of whole numbers. Where starts are many, they stay
whole and their sums do not: questions about dates are no help there, but rules of fewer terms are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyomo.environ as pyo

from planner.formulation.accounts import Terms, total
from planner.formulation.families import columns


def counted(starts: Any, doc: str) -> pyo.Var:
    """Whole numbers by the index of ``starts``: what is started up to a period, which is the last of the index."""

    def most(b: Any, *index: Any) -> tuple[float, float]:
        return 0.0, starts[index].ub

    return columns(starts, domain=pyo.NonNegativeIntegers, bounds=most, doc=doc)


def summed(starts: Any, doc: str) -> pyo.Var:
    """The same where the starts are whole themselves: what rules ask of all starts up to a period is one term then."""
    return columns(starts, domain=pyo.NonNegativeReals, doc=doc)


def counts(starts: Any, by: Any, index: tuple[Any, ...]) -> Any:
    """``by[k,t] = Σ_{u≤t} starts[k,u]``, as a step from the period before, if one is there."""
    *k, t = index
    before = max((u for u in range(t) if (*k, u) in by), default=None)
    so_far = [] if before is None else [(-1.0, by[(*k, before)])]
    return total([(1.0, by[index]), (-1.0, starts[index]), *so_far]) == 0


def started(starts: Any, by: Any, k: tuple[Any, ...], when: Sequence[int], factor: float = 1.0) -> Terms:
    """What is started in consecutive periods: one start, or else what is started by the last less by any before.

    ``when`` holds periods in which a start of ``k`` can be, in their order.
    """
    if not when:
        return []
    first, last = when[0], when[-1]
    if first == last:
        return [(factor, starts[(*k, first)])]
    before = [(-factor, by[(*k, first - 1)])] if (*k, first - 1) in by else []
    return [(factor, by[(*k, last)]), *before]
