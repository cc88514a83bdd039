"""Points of a frontier: a band each, closed against one another so that nothing is solved or said twice.

All figures are least ones (a cost). Along a frontier every condition is tighter than the one before it. So a plan of
a tighter point is a plan of all looser ones, and what is proven of a looser point holds for all tighter ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

#: bound above value, relative, that solver tolerances explain
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Point:
    """``value`` is what a plan takes, ``bound`` what no plan goes below (infinite: there is none); None unknown.

    ``at`` is the condition; ``taken``: settled by other points, without a solve of its own.
    """

    at: float
    value: float | None = None
    bound: float | None = None
    taken: bool = False

    def proven(self, gap: float) -> bool:
        if self.value is None or self.bound is None:
            return False
        return self.value - self.bound <= gap * abs(self.value) + 1e-9

    def state(self, gap: float) -> str:
        """proven, no plan, or what is open."""
        if self.bound == math.inf:
            return "no plan"
        if self.proven(gap):
            return "disputed" if self.disputed else "proven"
        return "not settled" if self.value is None and not self.bound else "stopped at a limit"

    @property
    def disputed(self) -> bool:
        """Another point proves more than a plan of this one leaves: a solver's tolerance was not kept."""
        if self.value is None or self.bound is None:
            return False
        return self.bound > self.value + TOLERANCE * max(1.0, abs(self.value))

    def within(self) -> Point:
        """A bound that passes the value by rounding is the value."""
        if self.value is None or self.bound is None or self.disputed:
            return self
        return replace(self, bound=min(self.bound, self.value))


@dataclass(frozen=True)
class Curve:
    """A frontier. ``at`` of a point is in ``unit`` of ``axis``; figures are least costs in M USD.

    Where they are the most of ``of`` instead, points hold them turned round.
    """

    id: str
    title: str
    axis: str
    unit: str
    measure: str
    asked: float | None
    points: tuple[Point, ...]
    of: str = "USD"
    gap: float | None = None

    def state(self, p: Point, gap: float) -> str:
        """Of a point, with the gap of the curve where that is another."""
        return p.state(self.gap or gap)

    def figure(self, x: float | None) -> float | None:
        """In dollars, or in the unit that the figures have."""
        if x is None or math.isinf(x):
            return None
        return x * 1e6 if self.of == "USD" else -x

    def as_dict(self, gap: float) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "axis": self.axis,
            "unit": self.unit,
            "measure": self.measure,
            "measured_in": self.of,
            "programme_asks": self.asked,
            "points": [
                {
                    "at": p.at,
                    "value": self.figure(p.value),
                    "bound": self.figure(p.bound),
                    "state": self.state(p, gap),
                    "settled_by_other_points": p.taken,
                }
                for p in self.points
            ],
        }


def closed(points: Sequence[Point]) -> list[Point]:
    """Points from the loosest to the tightest, each with the best plan of all tighter and the best bound of all looser.

    Afterwards neither values nor bounds ever fall.
    """
    values = list(accumulate(reversed([_or(p.value, math.inf) for p in points]), min))[::-1]
    bounds = list(accumulate((_or(p.bound, -math.inf) for p in points), max))
    return [_made(p, v, b) for p, v, b in zip(points, values, bounds, strict=True)]


def middles(count: int) -> list[int]:
    """Places of a row, both ends first, then halves: what settles the most comes early."""
    order = [0, count - 1][: min(count, 2)]
    spans = [(0, count - 1)]
    while spans:
        low, high = spans.pop(0)
        middle = (low + high) // 2
        if low < middle < high:
            order.append(middle)
            spans += [(low, middle), (middle, high)]
    return order


def _or(x: float | None, other: float) -> float:
    return other if x is None else x


def _made(point: Point, value: float, bound: float) -> Point:
    found = None if value == math.inf else value
    return replace(point, value=found, bound=None if bound == -math.inf else bound).within()
