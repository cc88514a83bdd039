"""Sums of numbers times variables, and decisions that have a date."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import pyomo.environ as pyo
from pyomo.core.expr import LinearExpression, MonomialTermExpression

Term = tuple[float, Any]
Terms = list[Term]
Key = tuple[Hashable, ...]


def total(terms: Iterable[Term]) -> Any:
    """The sum of the terms as one Pyomo expression."""
    return LinearExpression([MonomialTermExpression(term) for term in terms])


def scaled(terms: Iterable[Term], factor: float) -> Terms:
    return [(factor * coefficient, variable) for coefficient, variable in terms]


def minus(terms: Iterable[Term]) -> Terms:
    return scaled(terms, -1.0)


def value(terms: Iterable[Term]) -> float:
    """The sum at the values that the variables hold."""
    return float(sum(coefficient * variable.value for coefficient, variable in terms))


def over(keys: Iterable[Any]) -> Any:
    """An index set of the keys, each once, in their order."""
    return pyo.Set(initialize=list(dict.fromkeys(keys)), ordered=True, dimen=None)


class Cumulative:
    """A decision with a date: how much of something is started by the end of each period. It never falls.

    ``family`` is a Pyomo variable whose last index is the period; a start is the difference of two periods.
    """

    def __init__(self, family: Any) -> None:
        self._of: dict[Key, dict[int, Any]] = {}
        for index, variable in family.items():
            *key, t = index
            self._of.setdefault(tuple(key), {})[t] = variable

    def things(self) -> list[Any]:
        """What may be started: indices without the period."""
        return list(self._of)

    def dates(self, *key: Hashable) -> list[int]:
        """Periods in which it may start."""
        return sorted(self._of.get(key, ()))

    def by(self, key: Key, t: int | None, factor: float = 1.0) -> Terms:
        """Started by the end of the period, times a factor."""
        past = [] if t is None else [u for u in self._of.get(key, ()) if u <= t]
        return [(factor, self._of[key][max(past)])] if past else []

    def at(self, key: Key, t: int, factor: float = 1.0) -> Terms:
        """Started in the period, times a factor."""
        if t not in self._of.get(key, ()):
            return []
        return [*self.by(key, t, factor), *self.by(key, t - 1, -factor)]

    def steps(self) -> list[Key]:
        """Indices that have an earlier date of the same thing."""
        return [(*key, t) for key, when in self._of.items() for t in sorted(when)[1:]]

    def grows(self, *index: Any) -> Any:
        """What is started stays started: the row of one step."""
        *key, t = index
        before = self.by(tuple(key), t - 1)[0][1]
        return total([(1.0, self._of[tuple(key)][t]), (-1.0, before)]) >= 0

    def started(self, *key: Hashable) -> dict[int, float]:
        """Amounts started by period, at the values that the variables hold."""
        found, so_far = {}, 0.0
        for t in self.dates(*key):
            now = float(self._of[key][t].value)
            found[t], so_far = now - so_far, now
        return found
