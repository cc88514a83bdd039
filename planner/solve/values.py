"""What goes into a solve and comes out of it, as small values. Every objective is maximised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: two values that differ by less than this part of their size are the same: rounding of a linear solve
SAME = 1e-9


class Verdict(StrEnum):
    """``OPTIMAL``: within the gap asked for. ``UNKNOWN``: no plan found, and none ruled out."""

    OPTIMAL = "optimal"
    WITHIN_LIMITS = "within_limits"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Limits:
    """What a whole run may take.

    ``gap`` is (bound - value) as a share of the plan's present cost; ``seconds`` is for everything from building the
    models to the last solve. With ``nodes``, the most nodes of each solve, no clock is looked at and a run can be
    repeated exactly. ``processes`` is 1 or 2.
    """

    gap: float = 0.0075
    seconds: float | None = 150.0
    nodes: int | None = None
    seed: int = 0
    processes: int = 2

    @property
    def clock(self) -> float | None:
        """The seconds that count: none in a run to be repeated."""
        return None if self.nodes is not None else self.seconds


@dataclass(frozen=True)
class SolveLimits:
    """What one solve may take; ``gap`` is (bound - value) in the unit of the objective."""

    gap: float = 0.0
    seconds: float | None = None
    nodes: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Progress:
    """How far one solve is; ``values`` of a better plan that was found since the last report, ``gates`` by name."""

    seconds: float
    incumbent: float | None
    bound: float | None
    nodes: int
    values: Vector | None = None
    gates: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Linear:
    """A linear expression over the columns of a Program."""

    columns: NDArray[np.int64]
    coefficients: Vector
    constant: float = 0.0

    def at(self, values: Vector) -> float:
        return float(self.coefficients @ values[self.columns]) + self.constant


@dataclass(frozen=True)
class Row:
    """A row beside those of the model, for one solve."""

    name: str
    expression: Linear
    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True)
class Outcome:
    """What one solve ended with; ``values`` has one entry a column, exactly whole where it must be."""

    verdict: Verdict
    value: float | None = None
    bound: float | None = None
    seconds: float = 0.0
    nodes: int = 0
    values: Vector | None = field(default=None, repr=False)
    interrupted: bool = False
    confirmed_without_presolve: bool = False

    @property
    def gap(self) -> float | None:
        """Bound less value, in the unit of the objective; 0 where they differ by rounding alone."""
        if self.value is None or self.bound is None:
            return None
        return distance(self.value, self.bound)


def distance(value: float, bound: float) -> float:
    """How far a bound lies above a value; 0 where they differ by rounding alone."""
    return 0.0 if bound - value <= SAME * max(1.0, abs(value)) else bound - value


@dataclass(frozen=True)
class Report:
    """Where a run is, in words for its user; money in M USD, gaps as shares of present cost.

    ``most`` are the seconds that it may take, ``wanted`` is the gap that ends it.
    """

    step: str
    seconds: float
    value: float | None = None
    bound: float | None = None
    gap: float | None = None
    most: float | None = None
    wanted: float | None = None


@dataclass(frozen=True)
class Step:
    """One step of a run that has ended: what it took, and what it came to."""

    name: str
    seconds: float
    cpu_seconds: float
    value: float | None = None
    bound: float | None = None
    nodes: int = 0
