"""Starts counted by date: the same plans, but a question about a date cuts a search in two evenly."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner.formulation.accounts import Key, Terms, total


def count_by_date(b: Any, starts: Any, name: str, doc: str) -> None:
    """Whole numbers ``name[k, t]``: what is started of ``k`` up to ``t``; the period is the last of the index.

    The starts themselves may then be continuous. A start that exists once at most is 0 or 1 by any date.
    """
    periods: dict[Key, list[int]] = defaultdict(list)
    for *k, t in starts:
        periods[tuple(k)].append(t)

    def so_far(k: Key, t: int) -> Terms:
        return [(1.0, starts[(*k, u)]) for u in periods[k] if u <= t]

    def most(b: Any, *index: Any) -> tuple[float, float]:
        return 0.0, max(starts[(*index[:-1], u)].ub for u in periods[index[:-1]])

    counted = pyo.Var(list(starts), domain=pyo.NonNegativeIntegers, bounds=most, doc=doc)
    b.add_component(name, counted)

    def counting(b: Any, *index: Any) -> Any:
        return total([*so_far(index[:-1], index[-1]), (-1.0, counted[index])]) == 0

    b.add_component(f"counting_{name}", pyo.Constraint(list(starts), rule=counting, doc=f"counts {doc}"))
