"""What goes into a solve and comes out of it, as small values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Sense = Literal["max", "min"]


class Verdict(StrEnum):
    OPTIMAL = "optimal"
    WITHIN_LIMITS = "within_limits"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Limits:
    """``gap`` is relative (absolute where the optimum is 0); ``bound_only``: the start is good, raise the bound.

    A solve ends with the first plan that reaches ``target``. ``beyond``: only plans better than that are looked for;
    INFEASIBLE with that as the bound then says that there is none, and no bound is told that is tighter. ``step``:
    after a plan beyond, only those are looked for that are better than it by this share. ``interior``: the first
    relaxation by interior point, which is faster where little is whole; large programmes have it always.
    """

    gap: float = 0.0025
    seconds: float | None = 90.0
    nodes: int | None = None
    seed: int = 0
    bound_only: bool = False
    target: float | None = None
    beyond: float | None = None
    step: float = 0.0
    interior: bool = False


@dataclass(frozen=True)
class Progress:
    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    nodes: int


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
    name: str
    expression: Linear
    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True)
class Outcome:
    """What a solve ended with; ``values`` has one entry a column, whole where it must be."""

    verdict: Verdict
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    nodes: int
    values: Vector | None
    history: tuple[Progress, ...] = ()
    interrupted: bool = False
    confirmed_without_presolve: bool = False


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """|objective - bound| over |objective|; absolute where the objective is (nearly) 0."""
    if objective is None or bound is None or not np.isfinite(bound):
        return None
    distance = abs(objective - bound)
    return distance if abs(objective) < 1e-9 else distance / abs(objective)
