"""The book in which every checked row is entered: breaches, slack and counts, by name of the rule.

A rule is one function under ``@rule("room.name")``; the names so registered are the rules of ``verify``.
A row holds when its excess is at most ``tolerance * max(1, largest side of the row)``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Number = float | Vector


@dataclass(frozen=True)
class Breach:
    """One row that does not hold: by how much, in ``unit``, and in words."""

    rule: str
    where: str
    excess: float
    tolerance: float
    unit: str
    sentence: str


@dataclass
class Tally:
    """What the checks have found so far."""

    labels: Sequence[str]
    tolerance: float
    checks: int = 0
    worst: float = 0.0
    names: set[str] = field(default_factory=set)
    broken: list[Breach] = field(default_factory=list)
    tightest: dict[str, float] = field(default_factory=dict)


#: reads the plan as a ``World``, which is built on this file, and enters its rows
RuleFunction = Callable[[Any, "Check"], None]
REGISTRY: list[tuple[str, RuleFunction]] = []


def rule(name: str) -> Callable[[RuleFunction], RuleFunction]:
    """Register a function as the check of the rule ``name``."""

    def register(function: RuleFunction) -> RuleFunction:
        if any(name == known for known, _ in REGISTRY):
            raise ValueError(f"rule {name} is registered twice")
        REGISTRY.append((name, function))
        return function

    return register


def words_of(value: float) -> str:
    """A number for a sentence: thousands apart, no needless decimals."""
    if not np.isfinite(value):
        return str(value)
    if abs(value) < 0.001:
        return f"{value:.3g}"
    if abs(value) >= 1e6:
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,.6f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Side:
    """How two sides are compared: unit, words for a breach, least size of the row, rounding allowed, or equality."""

    unit: str
    words: str
    scale: float
    slack: float
    one_sided: bool


@dataclass(frozen=True)
class Check:
    """Enters rows of one rule. ``words`` may use {left}, {right} and {excess}; figures are in ``unit``."""

    name: str
    tally: Tally

    def at_most(
        self, where: str, left: Number, right: Number, unit: str, words: str, *, scale: float = 0.0, slack: float = 0.0
    ) -> None:
        """``left <= right + slack``; a vector is one row a period. ``slack`` is rounding that the rule allows."""
        self._rows(where, left, right, Side(unit, words, scale, slack, one_sided=True))

    def equal(
        self, where: str, left: Number, right: Number, unit: str, words: str, *, scale: float = 0.0, slack: float = 0.0
    ) -> None:
        """``|left - right| <= slack``; a vector is one row a period."""
        self._rows(where, left, right, Side(unit, words, scale, slack, one_sided=False))

    def _rows(self, where: str, left: Number, right: Number, side: Side) -> None:
        if not isinstance(left, np.ndarray) and not isinstance(right, np.ndarray):
            self._row(where, float(left), float(right), side)
            return
        lefts, rights = np.broadcast_arrays(np.asarray(left, dtype=float), np.asarray(right, dtype=float))
        for label, low, high in zip(self.tally.labels, lefts.tolist(), rights.tolist(), strict=True):
            self._row(f"{where},{label}" if where else label, low, high, side)

    def true(
        self, where: str, holds: bool, words: str, *, unit: str = "fact", excess: float = 1.0, size: float = 1.0
    ) -> None:
        """A row that holds or does not; ``excess`` in ``unit`` on a row of ``size`` where it can be measured."""
        self.tally.checks += 1
        self.tally.names.add(self.name)
        if not holds:
            self._enter(where, excess, 0.0, unit, words, max(1.0, size))

    def seen(self, rows: int = 1) -> None:
        """Rows looked at in bulk that hold."""
        self.tally.checks += rows
        self.tally.names.add(self.name)

    def _row(self, where: str, left: float, right: float, side: Side) -> None:
        tally = self.tally
        tally.checks += 1
        tally.names.add(self.name)
        size = max(abs(left), abs(right), side.scale)
        excess = (left - right if side.one_sided else abs(left - right)) - side.slack
        allowed = tally.tolerance * max(1.0, size)
        if side.one_sided and size > 0:
            relative = max(0.0, (right - left) / size)
            tally.tightest[self.name] = min(tally.tightest.get(self.name, relative), relative)
        if 0 < excess <= allowed:
            tally.worst = max(tally.worst, excess / max(1.0, size))
        if not excess <= allowed:
            text = side.words.format(left=words_of(left), right=words_of(right), excess=words_of(excess))
            self._enter(where, excess, allowed, side.unit, text, max(1.0, size))

    def _enter(self, where: str, excess: float, allowed: float, unit: str, text: str, size: float) -> None:
        relative = excess / size
        self.tally.worst = max(self.tally.worst, relative if np.isfinite(relative) else 1.0)
        place = where.replace(",", ", ")
        self.tally.broken.append(Breach(self.name, where, excess, allowed, unit, f"{place}: {text}" if place else text))


def as_json(value: Any) -> Any:
    """Plain types for JSON; what is not finite becomes null."""
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value
