"""One of the two models of a search, compiled, and what later stages keep of earlier ones."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from planner.formulation import Formulation, commitments
from planner.formulation.objective import Aim, aims, investment_by_place
from planner.solve import Linear, Program, Row, Vector

#: seconds of the pooled relaxation that the search was laid out for, and how many times as long it allows for
RELAXATION_SECONDS, MOST_TIMES = 1.0, 8.0
#: the row that keeps the first stage's value
FIRST_KEPT = "objective.give_back[1]"
#: the row that keeps the dollars added to the first stage's plan
FIRST_MOVED = "objective.moved_dollars[1]"


@dataclass(frozen=True)
class Kept:
    """What later stages keep of a solved one."""

    stage: int
    floor: float
    invested_musd: dict[tuple[str, str], float] | None = None
    moved_limit_musd: float | None = None


@dataclass
class Level:
    """One of the two models, compiled, with its stages and the rows that later stages must keep."""

    formulation: Formulation
    program: Program
    aims: list[Aim]
    objectives: list[Linear]
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, formulation: Formulation, program: Program) -> Level:
        stages = aims(formulation.model, formulation.case, formulation.accounts)
        return cls(formulation, program, stages, [program.linear(a.terms) for a in stages])

    def columns(self, *families: str) -> np.ndarray:
        return np.array([v.parent_component().name in families for v in self.program.columns], dtype=bool)

    def settled(self, values: Vector) -> Vector:
        """The plan with its shortfalls no longer than they are: a stage with another aim leaves them anywhere."""
        self.program.load(values)
        commitments.settle(self.formulation.model.commitments)
        return self.program.loaded()

    def keep(self, kept: Kept) -> None:
        """Add the rows that hold an earlier stage's value and its investment."""
        k = kept.stage
        best = {"lower": kept.floor} if self.aims[k].sense == "max" else {"upper": kept.floor}
        self.rows.append(Row(f"objective.give_back[{k + 1}]", self.objectives[k], **best))
        if kept.invested_musd is None or kept.moved_limit_musd is None:
            return
        added = self.formulation.model.budget.added_musd
        for (category, place), terms in investment_by_place(self.formulation.model).items():
            growth = self.program.linear([*terms, (-1.0, added[category, place])])
            invested = kept.invested_musd.get((category, place), 0.0)
            self.rows.append(Row(f"objective.moved[{k + 1},{category},{place}]", growth, upper=invested))
        everything = self.program.linear([(1.0, v) for v in added.values()])
        self.rows.append(Row(f"objective.moved_dollars[{k + 1}]", everything, upper=kept.moved_limit_musd))


@dataclass
class Pace:
    """How many times as long as the search was laid out for a relaxation takes: of this case, on this machine."""

    times: float = 1.0

    def learn(self, seconds: float) -> None:
        """From the seconds of one relaxation; a faster one is given no less time."""
        self.times = min(max(1.0, seconds / RELAXATION_SECONDS), MOST_TIMES)


class Clock:
    """Seconds that are left of a limit; None means no limit."""

    def __init__(self, seconds: float | None, pace: Pace | None = None) -> None:
        self._end = None if seconds is None else time.perf_counter() + seconds
        self._pace = pace or Pace()

    def left(self) -> float:
        return float("inf") if self._end is None else max(0.0, self._end - time.perf_counter())

    def share(self, share: float) -> Clock:
        """A clock of its own for a share of what is left."""
        return Clock(None if self._end is None else share * self.left(), self._pace)

    def paced(self, seconds: float) -> float:
        """As many seconds as do the same work here."""
        return seconds * self._pace.times

    def part(self, share: float, least: float = 0.0) -> float | None:
        """Seconds of a share of what is left, but at the ``least`` so many at the pace of the search."""
        if self._end is None:
            return None
        return max(1.0, share * self.left(), min(self.paced(least), self.left()))
