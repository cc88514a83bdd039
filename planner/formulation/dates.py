"""Starts counted by date: the same plans, but a question about a date cuts a search in two evenly.

The starts themselves may then be continuous: they are differences of whole numbers.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from planner.formulation.accounts import total


def counted(starts: Any, doc: str) -> pyo.Var:
    """Whole numbers by the index of ``starts``: what is started up to a period, which is the last of the index."""

    def most(b: Any, *index: Any) -> tuple[float, float]:
        return 0.0, starts[index].ub

    return pyo.Var(list(starts), domain=pyo.NonNegativeIntegers, bounds=most, doc=doc)


def counts(starts: Any, by: Any, index: tuple[Any, ...]) -> Any:
    """``by[k,t] = Σ_{u≤t} starts[k,u]``, as a step from the period before, if one is there."""
    *k, t = index
    before = max((u for u in range(t) if (*k, u) in by), default=None)
    so_far = [] if before is None else [(-1.0, by[(*k, before)])]
    return total([(1.0, by[index]), (-1.0, starts[index]), *so_far]) == 0
