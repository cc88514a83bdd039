"""Parts made whole one after the other, in one relaxation that is kept open: what is left over is small.

A relaxation asked again after some columns were held takes hundredths of a second where the same question to a tree
takes seconds, and what is rounded early is made good by what is still in parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.solve import Relaxation, Vector

#: a relaxed value this near a whole number is one
WHOLE = 1e-6
#: what a step may cost, as part of the objective, without its being asked about another way
FREE = 1e-5
#: part of what is in parts that is rounded at a time, and how many are left to a tree
ROUNDED, LEFT = 0.25, 20


@dataclass(frozen=True)
class Rounded:
    """How far rounding came: what it held, and where what it did not hold stands in the relaxation."""

    held: NDArray[np.bool_]
    values: Vector


def settled(relaxation: Relaxation, columns: NDArray[np.int64], enough: float | None = None) -> Vector | None:
    """Binary columns settled, the surest first, each the way that costs less; None where neither way is left.

    What costs no more than is ``enough`` is not asked about the other way.
    """
    while relaxation.values is not None:
        parts = relaxation.values[columns]
        open_ = np.flatnonzero(np.abs(parts - np.round(parts)) > WHOLE)
        if not open_.size:
            whole = np.round(parts)
            relaxation.hold(columns, whole)
            return whole
        before = relaxation.cost
        one = columns[open_[[int(np.argmax(parts[open_]))]]]
        relaxation.hold(one, np.ones(1))
        with_it = relaxation.cost
        if with_it <= before + FREE * abs(before) or (enough is not None and with_it <= enough):
            continue
        relaxation.hold(one, np.zeros(1))
        if with_it < relaxation.cost:
            relaxation.hold(one, np.ones(1))
    return None


def rounded(relaxation: Relaxation, columns: NDArray[np.int64], lower: Vector, upper: Vector) -> list[Rounded]:
    """Whole numbers for the columns, nearest first, until few are left in parts: each step, the first with none held.

    ``lower`` and ``upper`` are the limits of the columns. A batch that costs something is tried by halves, and a last
    single one either way; where neither leaves a plan rounding ends.
    """
    held = np.zeros(columns.size, dtype=bool)
    steps: list[Rounded] = []
    while relaxation.values is not None:
        parts, before = relaxation.values[columns], relaxation.cost
        away = np.abs(parts - np.round(parts))
        open_ = np.flatnonzero((away > WHOLE) & ~held)
        steps.append(Rounded(held.copy(), parts))
        if open_.size <= LEFT:
            break
        nearest = open_[np.argsort(away[open_], kind="stable")]
        whole = np.flatnonzero((away <= WHOLE) & (parts > WHOLE) & ~held)
        size = int(np.ceil(ROUNDED * open_.size))
        while True:
            batch = np.concatenate([nearest[:size], whole])
            relaxation.hold(columns[batch], np.round(parts[batch]))
            if relaxation.cost <= before + FREE * abs(before):
                break
            if size == 1:
                _cheaper(relaxation, columns[nearest[:1]], parts[nearest[:1]])
                break
            relaxation.bound(columns[batch], lower[batch], upper[batch])
            size //= 2
        held[batch] = True
    return steps


def _cheaper(relaxation: Relaxation, one: NDArray[np.int64], part: Vector) -> None:
    """Hold a column, which is held at the nearest whole number, at the one on the other side if that costs less."""
    near, cost = np.round(part), relaxation.cost
    relaxation.hold(one, np.where(near > part, np.floor(part), np.ceil(part)))
    if cost <= relaxation.cost and cost < np.inf:
        relaxation.hold(one, near)
